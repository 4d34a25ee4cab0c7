/* SPDX-License-Identifier: Apache-2.0
 *
 * The folder of one run's checkpoints: whose it is, and how long its attempts
 * have been trained.
 */
#ifndef BRDS_PRUNE_WORK_H
#define BRDS_PRUNE_WORK_H

#include <stdbool.h>

#include "io/diag.h"

/* Makes the folder, if it is missing, and its file "identity" (one "NAME VALUE" a line of all that
 * the run's numbers depend on).  Errors: it cannot be written; it holds a run that is not to be
 * resumed; it is another run's (the message names the first line that differs). */
brds_status brds_work_begin(const char *folder, const char *identity, bool resume, brds_diag *diag);

/* Seconds that were noted for this attempt; 0 where none were. */
double brds_work_seconds(const char *folder, const char *label);
brds_status brds_work_note_seconds(const char *folder, const char *label, double seconds,
                                   brds_diag *diag);

#endif
