/* SPDX-License-Identifier: Apache-2.0 */
#include "train/quantised.h"

#include <stdlib.h>
#include <string.h>

#include "net/qnet.h"

/* Formats do not depend on how many weights a row has, and with room for all of them every
 * pattern of zeros can be looked at. */
static void make_dense(brds_spec *spec)
{
    for (int l = 0; l < spec->layer_count; l++) {
        spec->layers[l].nnz_x = brds_spec_columns_x(spec, l);
        spec->layers[l].nnz_h = brds_spec_output_size(spec, l);
        spec->layers[l].nnz_p =
            spec->layers[l].projection_size > 0 ? spec->layers[l].hidden_size : 0;
    }
    if (spec->head.present) {
        spec->head.nnz = brds_spec_output_size(spec, spec->layer_count - 1);
    }
}

static brds_status copy_forward(brds_parameter *parameter, brds_diag *diag)
{
    brds_real *copy = malloc((parameter->count + 1) * sizeof *copy);
    if (copy == NULL) {
        return brds_fail_memory(diag);
    }
    memcpy(copy, parameter->value, parameter->count * sizeof *copy);
    parameter->forward = copy;
    return BRDS_OK;
}

brds_status brds_quantised_new(const brds_spec *spec, brds_model *model, brds_quantised *quantised,
                               brds_diag *diag)
{
    brds_spec dense = *spec;
    memset(quantised, 0, sizeof *quantised);
    make_dense(&dense);
    brds_status status = brds_plan_make(&dense, &quantised->plan, diag);
    if (status == BRDS_OK) {
        status = brds_fake_new(spec, &quantised->fake, diag);
    }
    for (int i = 0; status == BRDS_OK && i < model->parameters.count; i++) {
        if (&model->parameters.list[i] != model->embedding) {
            status = copy_forward(&model->parameters.list[i], diag);
        }
    }
    for (int l = 0; status == BRDS_OK && l < model->layer_count; l++) {
        model->layers[l].fake = &quantised->fake;
    }
    return status == BRDS_OK ? brds_quantised_choose(quantised, model, diag) : status;
}

void brds_quantised_free(brds_quantised *quantised, brds_model *model)
{
    for (int i = 0; i < model->parameters.count; i++) {
        brds_parameter *parameter = &model->parameters.list[i];
        if (parameter->forward != parameter->value) {
            free(parameter->forward);
            parameter->forward = parameter->value;
        }
    }
    for (int l = 0; l < model->layer_count; l++) {
        model->layers[l].fake = NULL;
    }
    for (int i = 0; i < BRDS_MAX_PARAMETERS; i++) {
        free(quantised->row_scales[i]);
        quantised->row_scales[i] = NULL;
    }
    brds_fake_free(&quantised->fake);
}

static void set_format(brds_quantised *quantised, const brds_model *model,
                       const brds_parameter *parameter, int bits, int frac)
{
    if (parameter != NULL) {
        quantised->formats[parameter - model->parameters.list] = (brds_format){bits, frac};
    }
}

/* A matrix of the phase. */
static brds_status set_matrix(brds_quantised *quantised, const brds_model *model,
                              const brds_parameter *parameter, const brds_qphase *phase,
                              const brds_sparse *matrix, brds_diag *diag)
{
    size_t rows = (size_t)matrix->rows;
    set_format(quantised, model, parameter, quantised->plan.spec.weight_bits, matrix->frac);
    if (parameter == NULL || phase->row_scale == NULL) {
        return BRDS_OK;
    }
    long place = parameter - model->parameters.list;
    uint8_t *scales = realloc(quantised->row_scales[place], rows);
    if (scales == NULL) {
        return brds_fail_memory(diag);
    }
    memcpy(scales, phase->row_scale, rows);
    quantised->row_scales[place] = scales;
    quantised->rows[place] = matrix->rows;
    return BRDS_OK;
}

static brds_status take_formats(brds_quantised *quantised, const brds_model *model,
                                const brds_qnet *qnet, brds_diag *diag)
{
    const brds_plan *plan = &quantised->plan;
    brds_status status = BRDS_OK;
    for (int i = 0; i < plan->phase_count && status == BRDS_OK; i++) {
        const brds_qphase *phase = &qnet->phases[i];
        const brds_lstm *layer = &model->layers[plan->phases[i].layer];
        switch (plan->phases[i].kind) {
        case BRDS_PHASE_GATES:
            status = set_matrix(quantised, model, layer->w_x, phase, &phase->x, diag);
            if (status == BRDS_OK) {
                status = set_matrix(quantised, model, layer->w_h, phase, &phase->h, diag);
            }
            set_format(quantised, model, layer->bias, plan->z_bits, plan->z_frac);
            set_format(quantised, model, layer->peephole, plan->spec.activation.bits,
                       phase->peephole_frac);
            break;
        case BRDS_PHASE_PROJECTION:
            status = set_matrix(quantised, model, layer->w_p, phase, &phase->x, diag);
            break;
        case BRDS_PHASE_HEAD:
            status = set_matrix(quantised, model, model->head_w, phase, &phase->x, diag);
            set_format(quantised, model, model->head_bias, plan->spec.head.output.bits,
                       plan->spec.head.output.frac);
            break;
        }
    }
    return status;
}

brds_status brds_quantised_choose(brds_quantised *quantised, brds_model *model, brds_diag *diag)
{
    brds_network network;
    brds_qnet qnet;
    brds_status status = brds_model_write(model, quantised->plan.spec.head.present, &network, diag);
    if (status != BRDS_OK) {
        return status;
    }
    status = brds_qnet_make("the network in training", &quantised->plan, &network, &qnet, diag);
    if (status == BRDS_OK) {
        status = take_formats(quantised, model, &qnet, diag);
        brds_qnet_free(&qnet);
    }
    brds_network_free(&network);
    brds_quantised_refresh(quantised, model);
    return status;
}

static void round_rows(const brds_quantised *quantised, int place, brds_parameter *parameter)
{
    size_t columns = parameter->count / (size_t)quantised->rows[place];
    for (int row = 0; row < quantised->rows[place]; row++) {
        brds_format format = quantised->formats[place];
        size_t at = (size_t)row * columns;
        format.frac += quantised->row_scales[place][row];
        brds_fake_nearest(format, parameter->value + at, parameter->forward + at, columns);
    }
}

void brds_quantised_refresh(const brds_quantised *quantised, brds_model *model)
{
    for (int i = 0; i < model->parameters.count; i++) {
        brds_parameter *parameter = &model->parameters.list[i];
        if (parameter->forward == parameter->value) {
            continue;
        }
        if (quantised->row_scales[i] != NULL) {
            round_rows(quantised, i, parameter);
        } else if (quantised->formats[i].bits > 0) {
            brds_fake_nearest(quantised->formats[i], parameter->value, parameter->forward,
                              parameter->count);
        } else {
            memcpy(parameter->forward, parameter->value,
                   parameter->count * sizeof *parameter->value);
        }
    }
}
