/* SPDX-License-Identifier: Apache-2.0
 *
 * Plots by gnuplot, as SVG.
 */
#ifndef BRDS_REPORT_GNUPLOT_H
#define BRDS_REPORT_GNUPLOT_H

#include <stdio.h>

#include "io/diag.h"

/* Runs gnuplot on what `write` writes (data and plot commands; the terminal is set before) and puts
 * the picture at `path`, whole or not at all.  Errors: gnuplot is missing or refuses the script (the
 * message names its package). */
brds_status brds_gnuplot(const char *path, void (*write)(FILE *script, const void *context),
                         const void *context, brds_diag *diag);

/* text in gnuplot's single quotes, where a quote is written twice. */
void brds_gnuplot_quote(FILE *script, const char *text);

#endif
