/* SPDX-License-Identifier: Apache-2.0
 *
 * The dual-ratio search (arXiv 2101.02667, section III): at a constant overall
 * sparsity, which pair of ratios serves the network best.  Each pair is tried
 * from the same dense weights with a small budget of retraining; its cost on the
 * validation set (brds_score_cost) decides.
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
    double seconds; /* as of brds_retrained */
} brds_dual_trial;

typedef struct {
    brds_dual_trial trials[BRDS_MAX_LAYERS * BRDS_MAX_TRIALS]; /* in order */
    int count, best;
} brds_dual_result;

/* Equal ratios at the sparsity, as near as the options allow.  Where multiples do not add up to it,
 * the counts of a layer are fewer (brds_ratio_equal). */
brds_status brds_dual_equal(const brds_spec *spec, const brds_dual_options *options,
                            brds_sparsity *sparsity, brds_diag *diag);

/* Before there are weights: could every pair along the lines be trained to its end?  Errors: those
 * of brds_dual_equal and brds_sparsity_check; search options that brds_ratio_search_begin refuses. */
brds_status brds_dual_check(const brds_spec *spec, const brds_dual_options *options,
                            const brds_sparsity *sparsity, brds_diag *diag);

/* Where the other layers are when the first one is at `first`: each is moved from its equal point by
 * the same share of its W_x, and keeps its own total. */
brds_status brds_dual_follow(const brds_spec *spec, const brds_dual_options *options,
                             brds_ratio first, brds_sparsity *sparsity, brds_diag *diag);

/* `dense` (all elements of the model): the values that each trial starts from, without masks; the
 * model is left with the last trial's.  `sparsity` becomes the best pair: the one whose best epoch
 * after the ramp costs the least on the validation set.  No pair is trained twice. */
brds_status brds_dual_search(const brds_retrain *retrain, const brds_dual_options *options,
                             const brds_real *dense, brds_model *model, brds_sparsity *sparsity,
                             brds_dual_result *result, brds_diag *diag);

/* Back to `dense`, without masks. */
void brds_dual_restore(brds_model *model, const brds_real *dense);

#endif
