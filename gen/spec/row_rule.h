/* SPDX-License-Identifier: Apache-2.0
 *
 * Which columns the rows of a matrix may keep, so that the vector memories can
 * serve them (docs/microarchitecture.md section 4).  Packer, balance check and
 * pruning take it from here.
 */
#ifndef BRDS_SPEC_ROW_RULE_H
#define BRDS_SPEC_ROW_RULE_H

#include "spec/spec.h"

typedef struct {
    /* gate_shared: rows b * 4S + k * S + e, k = 0..3, S the stride, keep the same columns; 0: each row its own */
    int stride;
    /* banked: column c lies in bank c mod banks and is read by that bank's lane; 0: any lane reads any column */
    int banks;
    /* banked, linear phases: lanes of the other, not larger lane group; what a bank's lane does not take, lane
     * (bank mod others) of these can.  0: there are none */
    int others;
    int beats; /* banked: columns of a row that one lane takes */
} brds_row_rule;

/* Of a layer's W_x and W_h, and of a projection or head whose rows keep nnz weights. */
brds_row_rule brds_row_rule_x(const brds_spec *spec, int layer);
brds_row_rule brds_row_rule_h(const brds_spec *spec, int layer);
brds_row_rule brds_row_rule_linear(const brds_spec *spec, int nnz);

/* A row's columns as they are dealt to lanes.  Whether columns fit does not depend on their order, and a row
 * of columns that fit can be filled up to any number that the lanes can take. */
typedef struct {
    brds_row_rule rule;
    int used[BRDS_MAX_LANES]; /* of each bank's lane */
    int over[BRDS_MAX_LANES]; /* of each of the others */
} brds_bank_fill;

void brds_bank_begin(brds_bank_fill *fill, const brds_row_rule *rule);

/* Counts the column in; false, and nothing counted, where no lane can take it.  Without banks always true. */
bool brds_bank_take(brds_bank_fill *fill, int column);

#endif
