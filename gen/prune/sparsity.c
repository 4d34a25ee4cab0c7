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

/* --- masks --- */

typedef struct {
    const brds_spec *spec;
    double progress;
    brds_diag *diag;
    brds_status status;
} masking;

static void mask(masking *m, brds_parameter *parameter, brds_pattern_options options, int lanes)
{
    if (m->status != BRDS_OK || parameter == NULL || options.pattern == BRDS_PATTERN_DENSE ||
        options.nnz >= parameter->columns) {
        return;
    }
    options.nnz = brds_pattern_gradual_nnz(parameter->columns, options.nnz, m->progress);
    if (m->progress >= 1.0 && m->spec->index == BRDS_INDEX_RELATIVE) {
        options.max_gap = (1 << m->spec->index_bits) - 1;
        options.lanes = lanes;
    }
    m->status = brds_parameter_mask(parameter, m->diag);
    if (m->status == BRDS_OK) {
        m->status = brds_pattern_mask(parameter->value, parameter->rows, parameter->columns,
                                      &options, parameter->mask, m->diag);
    }
}

static brds_pattern_options options_of(const brds_sparsity *sparsity, int nnz, int columns)
{
    int banks = columns / sparsity->bank_columns;
    return (brds_pattern_options){.pattern = sparsity->pattern,
                                  .nnz = nnz,
                                  .bank = banks < 1 ? 1 : banks,
                                  .block_rows = sparsity->block,
                                  .block_columns = sparsity->block};
}

brds_status brds_sparsity_apply(const brds_sparsity *sparsity, const brds_spec *spec,
                                double progress, brds_model *model, brds_diag *diag)
{
    masking m = {.spec = spec, .progress = progress, .diag = diag};
    int both = spec->lanes_x + spec->lanes_h;
    for (int l = 0; l < model->layer_count; l++) {
        brds_lstm *layer = &model->layers[l];
        const brds_ratio *ratio = &sparsity->ratios[l];
        mask(&m, layer->w_x, options_of(sparsity, ratio->nnz_x, layer->input), spec->lanes_x);
        mask(&m, layer->w_h, options_of(sparsity, ratio->nnz_h, layer->output), spec->lanes_h);
        brds_pattern_options row = {.pattern = BRDS_PATTERN_ROW, .nnz = spec->layers[l].nnz_p};
        mask(&m, layer->w_p, row, both);
    }
    if (spec->head.present) {
        brds_pattern_options row = {.pattern = BRDS_PATTERN_ROW, .nnz = spec->head.nnz};
        mask(&m, model->head_w, row, both);
    }
    brds_parameters_apply_masks(&model->parameters);
    return m.status;
}
