/* SPDX-License-Identifier: Apache-2.0
 *
 * Curves of a training: loss of both sets and the metric against the epoch.
 */
#ifndef BRDS_REPORT_CURVES_H
#define BRDS_REPORT_CURVES_H

#include "io/diag.h"

/* Reads a log of train/session.h (one JSON object a line; several labels give several curves) and
 * writes an SVG, drawn by gnuplot.  Errors: no such log, a line that is no such object (named by its
 * number), gnuplot is missing (the message names its package). */
brds_status brds_curves_plot(const char *log_path, const char *svg_path, brds_diag *diag);

#endif
