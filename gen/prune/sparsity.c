/* SPDX-License-Identifier: Apache-2.0 */
#include "prune/sparsity.h"

#include <string.h>

void brds_sparsity_of_spec(const brds_spec *spec, brds_sparsity *sparsity)
{
    for (int l = 0; l < spec->layer_count; l++) {
        sparsity->ratios[l] = (brds_ratio){spec->layers[l].nnz_x, spec->layers[l].nnz_h};
    }
}

void brds_sparsity_to_spec(const brds_sparsity *sparsity, brds_spec *spec)
{
    for (int l = 0; l < spec->layer_count; l++) {
        spec->layers[l].nnz_x = sparsity->ratios[l].nnz_x;
        spec->layers[l].nnz_h = sparsity->ratios[l].nnz_h;
    }
}

double brds_sparsity_overall(const brds_sparsity *sparsity, const brds_spec *spec)
{
    double kept = 0.0, all = 0.0;
    for (int l = 0; l < spec->layer_count; l++) {
        double rows = 4.0 * (double)spec->layers[l].hidden_size;
        kept += rows * (double)(sparsity->ratios[l].nnz_x + sparsity->ratios[l].nnz_h);
        all += rows * (double)(brds_spec_columns_x(spec, l) + brds_spec_output_size(spec, l));
    }
    return 1.0 - kept / all;
}

/* --- counting --- */

static size_t zeros_of_mask(const brds_parameter *parameter)
{
    size_t zeros = 0;
    for (size_t i = 0; parameter->mask != NULL && i < parameter->count; i++) {
        zeros += parameter->mask[i] == 0;
    }
    return zeros;
}

static size_t zeros_of_values(const brds_parameter *parameter)
{
    size_t zeros = 0;
    for (size_t i = 0; i < parameter->count; i++) {
        zeros += parameter->value[i] == 0;
    }
    return zeros;
}

static double share(const brds_model *model, size_t (*zeros_of)(const brds_parameter *))
{
    size_t zeros = 0, all = 0;
    for (int l = 0; l < model->layer_count; l++) {
        const brds_lstm *layer = &model->layers[l];
        zeros += zeros_of(layer->w_x) + zeros_of(layer->w_h);
        all += layer->w_x->count + layer->w_h->count;
    }
    return (double)zeros / (double)all;
}

double brds_sparsity_of_masks(const brds_model *model)
{
    return share(model, zeros_of_mask);
}

double brds_sparsity_of_weights(const brds_model *model)
{
    return share(model, zeros_of_values);
}

/* --- matrices --- */

typedef struct {
    const char *name;
    int layer;
    int columns;
    brds_pattern_options options; /* of its last masks */
    brds_parameter *parameter;    /* NULL without a model */
} target;

enum { MAX_TARGETS = 3 * BRDS_MAX_LAYERS + 1 };

typedef struct {
    brds_spec
        spec; /* with the weights that rows are to keep: the beats of lanes follow from them */
    target list[MAX_TARGETS];
    int count;
} targets;

static void add(targets *t, target next, int lanes, brds_row_rule rule)
{
    const brds_spec *spec = &t->spec;
    next.options.rule = rule;
    if (spec->index == BRDS_INDEX_RELATIVE) {
        next.options.max_gap = (1 << spec->index_bits) - 1;
        next.options.lanes = lanes;
    }
    t->list[t->count++] = next;
}

static brds_pattern_options options_of(const brds_sparsity *sparsity, int nnz, int columns)
{
    int banks = sparsity->bank_columns > 0 ? columns / sparsity->bank_columns : 1;
    return (brds_pattern_options){.pattern = sparsity->pattern,
                                  .nnz = nnz,
                                  .bank = banks < 1 ? 1 : banks,
                                  .block_rows = sparsity->block,
                                  .block_columns = sparsity->block};
}

static void add_layer(targets *t, const brds_sparsity *sparsity, int l, const brds_model *model)
{
    const brds_spec *spec = &t->spec;
    const brds_lstm none = {0}, *layer = model != NULL ? &model->layers[l] : &none;
    const brds_ratio *ratio = &sparsity->ratios[l];
    int x = brds_spec_columns_x(spec, l), h = brds_spec_output_size(spec, l);
    add(t, (target){"W_x", l, x, options_of(sparsity, ratio->nnz_x, x), layer->w_x}, spec->lanes_x,
        brds_row_rule_x(spec, l));
    add(t, (target){"W_h", l, h, options_of(sparsity, ratio->nnz_h, h), layer->w_h}, spec->lanes_h,
        brds_row_rule_h(spec, l));
    if (spec->layers[l].projection_size > 0) {
        brds_pattern_options row = {.pattern = BRDS_PATTERN_ROW, .nnz = spec->layers[l].nnz_p};
        add(t, (target){"the projection", l, spec->layers[l].hidden_size, row, layer->w_p},
            spec->lanes_x + spec->lanes_h, brds_row_rule_linear(spec, row.nnz));
    }
}

/* `model` NULL: without parameters. */
static void list_targets(const brds_sparsity *sparsity, const brds_spec *spec,
                         const brds_model *model, targets *t)
{
    t->spec = *spec;
    for (int l = 0; l < spec->layer_count; l++) {
        t->spec.layers[l].nnz_x = sparsity->ratios[l].nnz_x;
        t->spec.layers[l].nnz_h = sparsity->ratios[l].nnz_h;
    }
    t->count = 0;
    for (int l = 0; l < spec->layer_count; l++) {
        add_layer(t, sparsity, l, model);
    }
    if (spec->head.present) {
        int last = spec->layer_count - 1;
        brds_pattern_options row = {.pattern = BRDS_PATTERN_ROW, .nnz = spec->head.nnz};
        add(t,
            (target){"the head", last, brds_spec_output_size(spec, last), row,
                     model != NULL ? model->head_w : NULL},
            spec->lanes_x + spec->lanes_h, brds_row_rule_linear(&t->spec, row.nnz));
    }
}

brds_status brds_sparsity_check(const brds_sparsity *sparsity, const brds_spec *spec,
                                brds_diag *diag)
{
    targets t;
    brds_status status = BRDS_OK;
    list_targets(sparsity, spec, NULL, &t);
    for (int i = 0; status == BRDS_OK && i < t.count; i++) {
        const target *one = &t.list[i];
        float none = 0.0f;
        uint8_t no_mask = 0;
        /* of no rows only the options are looked at */
        status = brds_pattern_mask(&none, 0, one->columns, &one->options, &no_mask, diag);
        if (status != BRDS_OK) {
            brds_fail(diag, status, "", "", "that is %s of layer %d", one->name, one->layer);
        }
    }
    return status;
}

/* --- masks --- */

/* On the way to the last masks the limit of gaps keeps the weights that bridge from being lost
 * before they are needed.  Not where it cannot be kept yet (fewer weights than lanes ask for less),
 * nor where the minimum cuts would take longer than the training. */
static bool limits_early(const target *t, const brds_pattern_options *options)
{
    const int64_t most = (int64_t)1 << 26; /* nodes of all cuts of a matrix: about a minute */
    int64_t nodes = (int64_t)options->nnz * (t->columns - options->nnz + 1);
    int needed = options->nnz > options->lanes ? options->lanes : options->nnz - 1;
    return options->max_gap >= needed && nodes * t->parameter->rows <= most;
}

static brds_status mask(const target *t, double progress, brds_diag *diag)
{
    brds_parameter *parameter = t->parameter;
    brds_pattern_options options = t->options;
    if (options.pattern == BRDS_PATTERN_DENSE || options.nnz >= t->columns) {
        return BRDS_OK;
    }
    options.nnz = brds_pattern_gradual_nnz(t->columns, options.nnz, progress);
    if (progress < 1.0 && !limits_early(t, &options)) {
        options.max_gap = 0;
    }
    brds_status status = brds_parameter_mask(parameter, diag);
    return status == BRDS_OK
               ? brds_pattern_mask(parameter->value, parameter->rows, parameter->columns, &options,
                                   parameter->mask, diag)
               : status;
}

brds_status brds_sparsity_apply(const brds_sparsity *sparsity, const brds_spec *spec,
                                double progress, brds_model *model, brds_diag *diag)
{
    targets t;
    brds_status status = BRDS_OK;
    list_targets(sparsity, spec, model, &t);
    for (int i = 0; status == BRDS_OK && i < t.count; i++) {
        status = mask(&t.list[i], progress, diag);
    }
    brds_parameters_apply_masks(&model->parameters);
    return status;
}

void brds_sparsity_settle(const brds_spec *spec, brds_model *model)
{
    brds_parameters *parameters = &model->parameters;
    for (int p = 0; spec->index == BRDS_INDEX_RELATIVE && p < parameters->count; p++) {
        const brds_parameter *parameter = &parameters->list[p];
        for (size_t i = 0; parameter->mask != NULL && i < parameter->count; i++) {
            if (parameter->mask[i] != 0 && parameter->value[i] == 0) {
                parameter->value[i] = (brds_real)0x1p-100;
            }
        }
    }
}
