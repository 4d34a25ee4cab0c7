/* SPDX-License-Identifier: Apache-2.0
 *
 * How sparse a network in training is to become, and its masks.
 */
#ifndef BRDS_PRUNE_SPARSITY_H
#define BRDS_PRUNE_SPARSITY_H

#include "io/diag.h"
#include "prune/pattern.h"
#include "prune/ratio.h"
#include "spec/spec.h"
#include "train/model.h"

typedef struct {
    brds_pattern pattern;               /* of W_x and W_h */
    brds_ratio ratios[BRDS_MAX_LAYERS]; /* weights that stay in a row of each */
    int bank_columns;                   /* BANK: columns of a bank, about */
    int block;                          /* BLOCK: rows and columns of a block */
} brds_sparsity;

/* The spec's own counts. */
void brds_sparsity_of_spec(const brds_spec *spec, brds_sparsity *sparsity);
/* And back: nnz_x and nnz_h of every layer. */
void brds_sparsity_to_spec(const brds_sparsity *sparsity, brds_spec *spec);

/* Zeros of all W_x and W_h over all their elements, 0..1: as the counts say (BLOCK comes near it
 * only), */
double brds_sparsity_overall(const brds_sparsity *sparsity, const brds_spec *spec);
/* as the model's masks say (without one nothing is zero), */
double brds_sparsity_of_masks(const brds_model *model);
/* and as its weights are. */
double brds_sparsity_of_weights(const brds_model *model);

/* What brds_sparsity_apply would refuse at any progress, before there are weights: counts outside
 * 1..columns; relative indices whose limit the counts cannot keep on the spec's lanes. */
brds_status brds_sparsity_check(const brds_sparsity *sparsity, const brds_spec *spec,
                                brds_diag *diag);

/* Gives the model's matrices their masks at `progress` (0..1) of the gradual schedule, by the
 * weights as they are.  Projection and head follow the spec's own counts, by rows, whatever the
 * pattern.  Relative indices: the limit of gaps holds for the last masks, at progress 1, and for
 * those before them where it can be kept and rows * nnz * (columns - nnz + 1) is at most 2^26. */
brds_status brds_sparsity_apply(const brds_sparsity *sparsity, const brds_spec *spec,
                                double progress, brds_model *model, brds_diag *diag);

/* With relative indices a kept weight that is exactly 0 would lose its place in the packer, and with
 * it the gap that it bridges: such weights become 2^-100, which every format rounds to 0. */
void brds_sparsity_settle(const brds_spec *spec, brds_model *model);

#endif
