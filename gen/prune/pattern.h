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
#include "spec/row_rule.h"

typedef enum {
    BRDS_PATTERN_DENSE,        /* everything stays */
    BRDS_PATTERN_UNSTRUCTURED, /* the largest of the whole matrix (Han et al., 1506.02626) */
    BRDS_PATTERN_BANK,  /* the same number in every bank of every row (Cao et al., FPGA'19) */
    BRDS_PATTERN_BLOCK, /* whole blocks, by the sum of their squares */
    BRDS_PATTERN_ROW    /* the same number in every row (Ghasemzadeh et al., 2101.02667) */
} brds_pattern;

const char *brds_pattern_name(brds_pattern pattern); /* "dense" ...; NULL past the last */

typedef struct {
    brds_pattern pattern;
    int nnz;  /* weights that stay in a row (on average, where the pattern is not by rows) */
    int bank; /* BANK: number of banks of a row; the row's columns are dealt to them in order, the
                 first columns % banks banks are one longer; nnz is dealt the same way */
    int block_rows; /* BLOCK: shape of a block; edges may be cut off */
    int block_columns;
    int max_gap; /* ROW: largest gap that a relative index can hold, 2^index_bits - 1; 0: no limit */
    int lanes;   /* ROW with max_gap: lanes that a row's weights are dealt to; 0 counts as 1 */
    brds_row_rule
        rule; /* ROW: rows that share their columns keep those of the largest sums of squares over
                           these rows; of banks each keeps at most rule.beats, or what nnz asks for evenly */
} brds_pattern_options;

/* mask (rows, columns): 1 stays, 0 goes.  weights (rows, columns).  Of equal magnitudes the lower
 * column stays (the lower row first, where rows compete).  rows*nnz weights stay: exactly with
 * UNSTRUCTURED, BANK and ROW; with BLOCK as many blocks as come nearest (of two as near the fewer),
 * at least one.  DENSE asks for no nnz.
 *
 * max_gap is the packer's rule (pack/schedule.c): the kept columns c_0 < c_1 < ... of a row go to
 * the lanes in turn, and a lane starts at column 0, so
 *     c_i <= max_gap for i < lanes,    c_i - c_(i-lanes) <= max_gap for the others.
 * From the last one to the end of the row nothing is bridged.  lanes: lanes_x for W_x, lanes_h for
 * W_h, both together for the projection and the head.  The packer fills a row that has too few
 * nonzeros with zeros at its first free columns, so a kept weight bridges only as long as it is not
 * exactly 0.
 * The kept set of a row has the largest sum of magnitudes of all sets of nnz weights that obey the
 * rule (magnitudes to 2^-40 of the row's largest), of equal sums the lowest columns.  Rows whose
 * largest weights break it are a minimum cut over nnz * (columns - nnz + 1) nodes each.
 *
 * Errors: nnz below 1 or above columns; banks that are more than the columns; empty blocks; lanes
 * that even adjacent columns cannot serve within max_gap (says which max_gap would do). */
brds_status brds_pattern_mask(const float *weights, int rows, int columns,
                              const brds_pattern_options *options, uint8_t *mask, brds_diag *diag);

/* nnz of a gradual schedule (Zhu and Gupta, 1710.01878): from `columns` at progress 0 to `nnz` at
 * progress 1, sparsity s_t = s_end * (1 - (1 - progress)^3), rounded up to a whole weight.
 * progress is taken into 0..1. */
int brds_pattern_gradual_nnz(int columns, int nnz, double progress);

#endif
