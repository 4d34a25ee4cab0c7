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

/* A search of one layer, at its start. */
static brds_status begin_search(const brds_spec *spec, const brds_dual_options *options, int layer,
                                brds_ratio_search *search, brds_diag *diag)
{
    brds_ratio_line line = line_of(spec, options, layer);
    int step = options->step > 0 ? options->step : line.total / 8;
    step = step > 1 ? step : 1;
    int step_min = options->step_min > 0 ? options->step_min : step / 4;
    step_min = step_min > 1 ? step_min : 1;
    if (options->step == 0 && step < step_min) { /* only the last one was asked for */
        step = step_min;
    }
    return brds_ratio_search_begin(search, &line, step, step_min, options->max_trials, diag);
}

/* Relative indices need the more room the more weights a row keeps: no pair keeps more of one
 * matrix than all but one. */
brds_status brds_dual_check(const brds_spec *spec, const brds_dual_options *options,
                            const brds_sparsity *sparsity, brds_diag *diag)
{
    brds_sparsity most = *sparsity;
    brds_status status = brds_dual_equal(spec, options, &most, diag);
    for (int l = 0; status == BRDS_OK && l < spec->layer_count; l++) {
        int total = most.ratios[l].nnz_x + most.ratios[l].nnz_h - 1;
        int x = brds_spec_columns_x(spec, l), h = brds_spec_output_size(spec, l);
        most.ratios[l] = (brds_ratio){total < x ? total : x, total < h ? total : h};
    }
    brds_ratio_search search;
    for (int l = 0; status == BRDS_OK && l < (options->per_layer ? spec->layer_count : 1); l++) {
        status = begin_search(spec, options, l, &search, diag);
    }
    return status == BRDS_OK ? brds_sparsity_check(&most, spec, diag) : status;
}

brds_status brds_dual_follow(const brds_spec *spec, const brds_dual_options *options,
                             brds_ratio first, brds_sparsity *sparsity, brds_diag *diag)
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

/* "trial-0.8750-x8-h16", with a pair for each layer */
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

/* Its place among the trials, or their count. */
static int find_trial(const searching *s, const brds_sparsity *sparsity)
{
    int t = 0;
    for (bool same = false; t < s->result->count && !same; t += !same) {
        same = true;
        for (int l = 0; l < s->model->layer_count; l++) {
            const brds_ratio *a = &s->result->trials[t].ratios[l], *b = &sparsity->ratios[l];
            same = same && a->nnz_x == b->nnz_x && a->nnz_h == b->nnz_h;
        }
    }
    return t;
}

/* The trial number result->count. */
static brds_status train_trial(const searching *s, const brds_sparsity *sparsity, brds_diag *diag)
{
    brds_dual_result *result = s->result;
    brds_dual_trial *trial = &result->trials[result->count];
    brds_retrained retrained;
    char *name = name_trial(sparsity, s);
    if (name == NULL) {
        return brds_fail_memory(diag);
    }
    brds_dual_restore(s->model, s->dense);
    brds_status status = brds_retrain_run(s->retrain, &s->options->budget, sparsity, name, s->model,
                                          &retrained, diag);
    free(name);
    if (status != BRDS_OK) {
        return status;
    }
    *trial = (brds_dual_trial){.valid = retrained.valid, .seconds = retrained.seconds};
    memcpy(trial->ratios, sparsity->ratios, sizeof trial->ratios);
    if (brds_score_better(s->retrain->train->task, &trial->valid,
                          &result->trials[result->best].valid)) {
        result->best = result->count;
    }
    result->count++;
    return BRDS_OK;
}

/* A layer's search starts where the one before it ended, which was tried then. */
static brds_status try(const searching *s, const brds_sparsity *sparsity, double *cost,
                       brds_diag *diag)
{
    brds_status status = BRDS_OK;
    int number = find_trial(s, sparsity);
    if (number == s->result->count) {
        status = train_trial(s, sparsity, diag);
    }
    if (status == BRDS_OK) {
        *cost = brds_score_cost(s->retrain->train->task, &s->result->trials[number].valid);
    }
    return status;
}

/* One search along the line of `layer`; with layer 0 the others follow, unless each has its own. */
static brds_status search_layer(const searching *s, int layer, brds_sparsity *sparsity,
                                brds_diag *diag)
{
    const brds_dual_options *options = s->options;
    brds_ratio_search search;
    brds_sparsity trial = *sparsity;
    brds_status status = begin_search(s->retrain->spec, options, layer, &search, diag);
    brds_ratio ratio;
    while (status == BRDS_OK && brds_ratio_search_next(&search, &ratio)) {
        double cost = 0.0;
        if (options->per_layer) {
            trial.ratios[layer] = ratio;
        } else {
            status = brds_dual_follow(s->retrain->spec, options, ratio, &trial, diag);
        }
        status = status ? status : try(s, &trial, &cost, diag);
        if (status == BRDS_OK) {
            brds_ratio_search_tell(&search, cost);
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
