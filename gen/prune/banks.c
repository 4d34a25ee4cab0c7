/* SPDX-License-Identifier: Apache-2.0 */
#include "prune/banks.h"

#include <stdlib.h>

#include "prune/select.h"

typedef struct {
    uint32_t magnitude;
    int column;
} candidate;

static int by_magnitude(const void *a, const void *b)
{
    const candidate *left = a, *right = b;
    if (left->magnitude != right->magnitude) {
        return left->magnitude > right->magnitude ? -1 : 1;
    }
    return left->column < right->column ? -1 : 1;
}

/* Sets of columns that fit are the independent sets of a transversal matroid, so the greedy choice is the best. */
static void mask_banked(const float *values, int columns, int nnz, const brds_row_rule *rule,
                        uint8_t *mask)
{
    candidate order[BRDS_MAX_SIZE];
    brds_row_rule wide = *rule;
    brds_bank_fill fill;
    int lanes = rule->banks + rule->others, needed = (nnz + lanes - 1) / lanes, kept = 0;
    wide.beats = needed > rule->beats ? needed : rule->beats;
    for (int i = 0; i < columns; i++) {
        order[i] = (candidate){brds_magnitude_bits(values[i]), i};
        mask[i] = 0;
    }
    qsort(order, (size_t)columns, sizeof *order, by_magnitude);
    brds_bank_begin(&fill, &wide);
    for (int i = 0; i < columns && kept < nnz; i++) {
        if (brds_bank_take(&fill, order[i].column)) {
            mask[order[i].column] = 1;
            kept++;
        }
    }
}

void brds_mask_row(const float *values, int columns, int nnz, const brds_row_rule *rule,
                   uint8_t *mask)
{
    if (rule->banks > 0) {
        mask_banked(values, columns, nnz, rule, mask);
    } else {
        brds_mask_largest(values, (size_t)columns, (size_t)(nnz > 0 ? nnz : 0), mask);
    }
}
