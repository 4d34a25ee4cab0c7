/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows whose columns lie in banks of the vector memory (spec/row_rule.h).
 */
#ifndef BRDS_PRUNE_BANKS_H
#define BRDS_PRUNE_BANKS_H

#include <stdint.h>

#include "spec/row_rule.h"

/* mask (columns): 1 for the nnz columns of the largest sum of magnitudes, of those that fit into the banks if there are
 * any, 0 for the others; of equal magnitudes the lower column stays.  With banks at most BRDS_MAX_SIZE columns; lanes are given more beats than the
 * rule says where nnz asks for more, as on the way of a gradual schedule. */
void brds_mask_row(const float *values, int columns, int nnz, const brds_row_rule *rule,
                   uint8_t *mask);

#endif
