/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the mask patterns share.
 */
#ifndef BRDS_PRUNE_PATTERN_PRIVATE_H
#define BRDS_PRUNE_PATTERN_PRIVATE_H

#include "prune/pattern.h"

/* The largest of one row under max_gap and lanes.  Errors: memory; the limit cannot be kept. */
brds_status brds_mask_gap_row(const float *row, int columns, const brds_pattern_options *options,
                              uint8_t *mask, brds_diag *diag);

#endif
