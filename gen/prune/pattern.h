/* SPDX-License-Identifier: Apache-2.0
 *
 * Masks by magnitude, one pattern each: which weights of a matrix stay.  The
 * row-balanced patterns are what the hardware runs; the others are what it is
 * compared with.
 */
#ifndef BRDS_PRUNE_PATTERN_H
#define BRDS_PRUNE_PATTERN_H

#include <stdint.h>

#include "io/diag.h"

typedef enum {
    BRDS_PATTERN_DENSE,        /* everything stays */
    BRDS_PATTERN_UNSTRUCTURED, /* the largest of the whole matrix (Han et al., 1506.02626) */
    BRDS_PATTERN_BANK,         /* the same number in every bank of every row (Cao et al., FPGA'19) */
    BRDS_PATTERN_BLOCK,        /* whole blocks, by the sum of their squares */
    BRDS_PATTERN_ROW           /* the same number in every row (Ghasemzadeh et al., 2101.02667) */
} brds_pattern;

const char *brds_pattern_name(brds_pattern pattern); /* "dense" ...; NULL past the last */

typedef struct {
    brds_pattern pattern;
    int nnz;        /* weights that stay in a row (on average, where the pattern is not by rows) */
    int bank;       /* BANK: number of banks of a row; the row's columns are dealt to them evenly, the
                       first columns % banks banks are one longer; nnz is dealt the same way */
    int block_rows; /* BLOCK: shape of a block; edges may be cut off */
    int block_columns;
    int max_gap;    /* ROW: largest distance of neighbouring columns, and of the first to column -1;
                       0: no limit.  What relative indices can hold. */
} brds_pattern_options;

/* mask (rows, columns): 1 stays, 0 goes.  weights (rows, columns).  Of equal magnitudes the lower
 * column stays (the lower row first, where rows compete).  rows*nnz weights stay: exactly with
 * UNSTRUCTURED, BANK and ROW, with BLOCK as many blocks as come nearest.  Errors: nnz below 1 or
 * above columns; a gap limit that nnz weights cannot bridge (says how many would be needed).
 * With max_gap the kept set of a row has the largest sum of magnitudes of all sets of nnz weights
 * that obey it (dynamic programming over columns). */
brds_status brds_pattern_mask(const float *weights, int rows, int columns,
                              const brds_pattern_options *options, uint8_t *mask, brds_diag *diag);

/* nnz of a gradual schedule (Zhu and Gupta, 1710.01878): from `columns` at progress 0 to `nnz` at
 * progress 1, sparsity s_t = s_end * (1 - (1 - progress)^3), rounded up to a whole weight. */
int brds_pattern_gradual_nnz(int columns, int nnz, double progress);

#endif
