/* SPDX-License-Identifier: Apache-2.0
 *
 * The dual-ratio search (arXiv 2101.02667, section III): at a constant overall
 * sparsity, which pair of ratios serves the network best.  Each pair is tried
 * from the same dense weights with a small budget of retraining; the loss on the
 * validation set decides.
 */
#ifndef BRDS_PRUNE_DUAL_H
#define BRDS_PRUNE_DUAL_H

#include "prune/retrain.h"

typedef struct {
    double sparsity; /* overall, of W_x and W_h, 0..1 */
    bool fill_lanes; /* only counts that fill the spec's lanes */
    bool per_layer;  /* a search for each layer, the first one first; else one for all layers */
    int step;        /* first step, in weights of a row of the first layer; 0: an eighth of them */
    int step_min;    /* last step; 0: a quarter of the first */
    int max_trials;  /* of each search */
    brds_budget budget; /* of a trial */
} brds_dual_options;

typedef struct {
    brds_ratio ratios[BRDS_MAX_LAYERS];
    brds_score valid;
} brds_dual_trial;

typedef struct {
    brds_dual_trial trials[BRDS_MAX_LAYERS * BRDS_MAX_TRIALS]; /* in order */
    int count, best;
} brds_dual_result;

/* Equal ratios at the sparsity, as near as the options allow. */
brds_status brds_dual_equal(const brds_spec *spec, const brds_dual_options *options,
                            brds_sparsity *sparsity, brds_diag *diag);

/* `dense` (all elements of the model): the values that each trial starts from, without masks; the
 * model is left with the last trial's.  `sparsity` becomes the best pair. */
brds_status brds_dual_search(const brds_retrain *retrain, const brds_dual_options *options,
                             const brds_real *dense, brds_model *model, brds_sparsity *sparsity,
                             brds_dual_result *result, brds_diag *diag);

/* Back to `dense`, without masks. */
void brds_dual_restore(brds_model *model, const brds_real *dense);

#endif
