/* SPDX-License-Identifier: Apache-2.0 */
#include "prune/dual.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/strings.h"

void brds_dual_restore(brds_model *model, const brds_real *dense)
{
    brds_parameters *parameters = &model->parameters;
    for (int i = 0; i < parameters->count; i++) {
        free(parameters->list[i].mask);
        parameters->list[i].mask = NULL;
    }
    memcpy(parameters->values, dense, parameters->elements * sizeof *dense);
}

/* --- lines --- */

static brds_ratio_line line_of(const brds_spec *spec, const brds_dual_options *options, int layer)
{
    int x = brds_spec_columns_x(spec, layer), h = brds_spec_output_size(spec, layer);
    return (brds_ratio_line){.columns_x = x,
                             .columns_h = h,
                             .total = brds_ratio_total(x, h, options->sparsity),
                             .multiple_x = options->fill_lanes ? spec->lanes_x : 1,
                             .multiple_h = options->fill_lanes ? spec->lanes_h : 1,
                             .min_x = 1,
                             .min_h = 1};
}

brds_status brds_dual_equal(const brds_spec *spec, const brds_dual_options *options,
                            brds_sparsity *sparsity, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int l = 0; status == BRDS_OK && l < spec->layer_count; l++) {
        brds_ratio_line line = line_of(spec, options, l);
        status = brds_ratio_equal(&line, &sparsity->ratios[l], diag);
    }
    return status;
}

/* Every layer is moved by the same share of its W_x as the first one was. */
static brds_status follow(const brds_spec *spec, const brds_dual_options *options, brds_ratio first,
                          brds_sparsity *sparsity, brds_diag *diag)
{
    brds_ratio equal = {0, 0};
    for (int l = 0; l < spec->layer_count; l++) {
        brds_ratio_line line = line_of(spec, options, l);
        brds_ratio own;
        brds_status status = brds_ratio_equal(&line, &own, diag);
        if (status != BRDS_OK) {
            return status;
        }
        equal = l == 0 ? own : equal;
        double share = (double)(equal.nnz_x - first.nnz_x) / (double)brds_spec_columns_x(spec, 0);
        int step = (int)lround(share * (double)line.columns_x);
        sparsity->ratios[l] = own;
        if (l == 0) {
            sparsity->ratios[0] = first;
        } else if (step != 0) {
            (void)brds_ratio_move(&line, own, step, &sparsity->ratios[l]);
        }
    }
    return BRDS_OK;
}

/* --- trials --- */

typedef struct {
    const brds_retrain *retrain;
    const brds_dual_options *options;
    const brds_real *dense;
    brds_model *model;
    brds_dual_result *result;
} searching;

/* "trial-3-x8-h16" */
static char *name_trial(const brds_sparsity *sparsity, const searching *s)
{
    char *name = brds_string_format("trial-%.4f", s->options->sparsity);
    for (int l = 0; name != NULL && l < s->model->layer_count; l++) {
        char *longer = brds_string_format("%s-x%d-h%d", name, sparsity->ratios[l].nnz_x,
                                          sparsity->ratios[l].nnz_h);
        free(name);
        name = longer;
    }
    return name;
}

static brds_status try(const searching *s, const brds_sparsity *sparsity, double *loss,
                       brds_diag *diag)
{
    brds_dual_result *result = s->result;
    brds_dual_trial *trial = &result->trials[result->count];
    char *name = name_trial(sparsity, s);
    if (name == NULL) {
        return brds_fail_memory(diag);
    }
    memcpy(trial->ratios, sparsity->ratios, sizeof trial->ratios);
    brds_dual_restore(s->model, s->dense);
    brds_status status = brds_retrain_run(s->retrain, &s->options->budget, sparsity, name, s->model,
                                          &trial->valid, diag);
    free(name);
    if (status == BRDS_OK) {
        *loss = brds_score_loss(&trial->valid);
        bool better =
            result->count == 0 || *loss < brds_score_loss(&result->trials[result->best].valid);
        result->best = better ? result->count : result->best;
        result->count++;
    }
    return status;
}

/* One search along the line of `layer`; with layer 0 the others follow, unless each has its own. */
static brds_status search_layer(const searching *s, int layer, brds_sparsity *sparsity,
                                brds_diag *diag)
{
    const brds_dual_options *options = s->options;
    brds_ratio_line line = line_of(s->retrain->spec, options, layer);
    int step = options->step > 0 ? options->step : line.total / 8;
    int step_min = options->step_min > 0 ? options->step_min : step / 4;
    step = step > 1 ? step : 1;
    step_min = step_min < 1 ? 1 : step_min > step ? step : step_min;
    brds_ratio_search search;
    brds_sparsity trial = *sparsity;
    brds_status status =
        brds_ratio_search_begin(&search, &line, step, step_min, options->max_trials, diag);
    brds_ratio ratio;
    while (status == BRDS_OK && brds_ratio_search_next(&search, &ratio)) {
        double loss = 0.0;
        if (options->per_layer) {
            trial.ratios[layer] = ratio;
        } else {
            status = follow(s->retrain->spec, options, ratio, &trial, diag);
        }
        status = status ? status : try(s, &trial, &loss, diag);
        if (status == BRDS_OK) {
            brds_ratio_search_tell(&search, loss);
        }
    }
    if (status == BRDS_OK) {
        memcpy(sparsity->ratios, s->result->trials[s->result->best].ratios,
               sizeof sparsity->ratios);
    }
    return status;
}

brds_status brds_dual_search(const brds_retrain *retrain, const brds_dual_options *options,
                             const brds_real *dense, brds_model *model, brds_sparsity *sparsity,
                             brds_dual_result *result, brds_diag *diag)
{
    searching s = {retrain, options, dense, model, result};
    result->count = result->best = 0;
    brds_status status = brds_dual_equal(retrain->spec, options, sparsity, diag);
    int layers = options->per_layer ? retrain->spec->layer_count : 1;
    for (int l = 0; status == BRDS_OK && l < layers; l++) {
        status = search_layer(&s, l, sparsity, diag);
    }
    return status;
}
