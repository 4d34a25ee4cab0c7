/* SPDX-License-Identifier: Apache-2.0
 *
 * What a run depends on, as text: one "NAME VALUE" a line.
 */
#ifndef BRDS_TRAIN_IDENTITY_H
#define BRDS_TRAIN_IDENTITY_H

#include "io/diag.h"

/* An error that names `place` and the first line in which the run found there differs from the one
 * wanted here. */
brds_status brds_identity_compare(const char *place, const char *found, const char *wanted,
                                  brds_diag *diag);

#endif
