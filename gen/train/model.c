/* SPDX-License-Identifier: Apache-2.0 */
#include "train/model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void add_layer(brds_model *model, const brds_spec *spec, int l)
{
    brds_parameters *all = &model->parameters;
    const brds_layer_spec *shape = &spec->layers[l];
    brds_lstm *layer = &model->layers[l];
    layer->input = l == 0 ? spec->input_size : model->layers[l - 1].output;
    layer->hidden = shape->hidden_size;
    layer->output = brds_spec_output_size(spec, l);
    int gates = 4 * layer->hidden;
    layer->w_x = brds_parameters_add(all, gates, layer->input, "lstm.weight_ih_l%d", l);
    layer->w_h = brds_parameters_add(all, gates, layer->output, "lstm.weight_hh_l%d", l);
    layer->bias = brds_parameters_add(all, 1, gates, "lstm.bias_ih_l%d", l);
    if (shape->projection_size > 0) {
        layer->w_p =
            brds_parameters_add(all, layer->output, layer->hidden, "lstm.weight_hr_l%d", l);
    }
    if (shape->peephole) {
        layer->peephole = brds_parameters_add(all, 3, layer->hidden, "lstm.weight_peephole_l%d", l);
    }
}

brds_status brds_model_new(const brds_spec *spec, int vocabulary, int classes, brds_model *model,
                           brds_diag *diag)
{
    memset(model, 0, sizeof *model);
    model->vocabulary = vocabulary;
    model->classes = classes;
    model->layer_count = spec->layer_count;
    brds_parameters *all = &model->parameters;
    if (vocabulary > 0) {
        model->embedding =
            brds_parameters_add(all, vocabulary, spec->input_size, "embedding.weight");
        all->embedding = model->embedding;
    }
    for (int l = 0; l < spec->layer_count; l++) {
        add_layer(model, spec, l);
    }
    int output = model->layers[spec->layer_count - 1].output;
    model->head_w = brds_parameters_add(all, classes, output, "fc.weight");
    model->head_bias = brds_parameters_add(all, 1, classes, "fc.bias");
    return brds_parameters_allocate(all, diag);
}

void brds_model_free(brds_model *model)
{
    brds_parameters_free(&model->parameters);
    memset(model, 0, sizeof *model);
}

static void uniform(brds_parameter *parameter, double range, brds_random *random)
{
    for (size_t i = 0; parameter != NULL && i < parameter->count; i++) {
        parameter->value[i] = (brds_real)(range * (2.0 * brds_random_uniform(random) - 1.0));
    }
}

void brds_model_init(brds_model *model, double range, double forget_bias, brds_random *random)
{
    uniform(model->embedding, range > 0.0 ? range : 1.0, random);
    for (int l = 0; l < model->layer_count; l++) {
        brds_lstm *layer = &model->layers[l];
        double bound = range > 0.0 ? range : 1.0 / sqrt((double)layer->hidden);
        uniform(layer->w_x, bound, random);
        uniform(layer->w_h, bound, random);
        uniform(layer->bias, bound, random);
        uniform(layer->w_p, bound, random);
        uniform(layer->peephole, bound, random);
        for (int j = 0; j < layer->hidden; j++) {
            layer->bias->value[layer->hidden + j] += (brds_real)forget_bias;
        }
    }
    double bound = range > 0.0 ? range : 1.0 / sqrt((double)model->head_w->columns);
    uniform(model->head_w, bound, random);
    uniform(model->head_bias, bound, random);
}

/* --- networks --- */

static void read(brds_parameter *parameter, const float *values)
{
    for (size_t i = 0; parameter != NULL && i < parameter->count; i++) {
        parameter->value[i] = (brds_real)values[i];
    }
}

static brds_status write(const brds_parameter *parameter, float **values, brds_diag *diag)
{
    if (parameter == NULL) {
        return BRDS_OK;
    }
    *values = malloc(parameter->count * sizeof **values);
    if (*values == NULL) {
        return brds_fail_memory(diag);
    }
    for (size_t i = 0; i < parameter->count; i++) {
        (*values)[i] = (float)parameter->value[i];
    }
    return BRDS_OK;
}

void brds_model_read(brds_model *model, const brds_network *network)
{
    const brds_host_part *host = &network->host;
    for (int l = 0; l < model->layer_count; l++) {
        brds_lstm *to = &model->layers[l];
        const brds_layer *from = &network->layers[l];
        read(to->w_x, from->w_x);
        read(to->w_h, from->w_h);
        read(to->bias, from->bias);
        read(to->w_p, from->w_p);
        read(to->peephole, from->peephole);
    }
    read(model->embedding, host->embedding);
    read(model->head_w, network->head_size > 0 ? network->head_w : host->head_w);
    read(model->head_bias, network->head_size > 0 ? network->head_bias : host->head_bias);
}

static brds_status write_layer(const brds_lstm *from, brds_layer *to, brds_diag *diag)
{
    *to = (brds_layer){.columns_x = from->input, .hidden = from->hidden, .output = from->output};
    brds_status status = write(from->w_x, &to->w_x, diag);
    status = status ? status : write(from->w_h, &to->w_h, diag);
    status = status ? status : write(from->bias, &to->bias, diag);
    status = status ? status : write(from->w_p, &to->w_p, diag);
    return status ? status : write(from->peephole, &to->peephole, diag);
}

brds_status brds_model_write(const brds_model *model, bool head_in_core, brds_network *network,
                             brds_diag *diag)
{
    *network = (brds_network){.layer_count = model->layer_count};
    brds_host_part *host = &network->host;
    brds_status status = BRDS_OK;
    for (int l = 0; status == BRDS_OK && l < model->layer_count; l++) {
        status = write_layer(&model->layers[l], &network->layers[l], diag);
    }
    host->vocabulary = model->vocabulary;
    status = status ? status : write(model->embedding, &host->embedding, diag);
    *(head_in_core ? &network->head_size : &host->classes) = model->classes;
    status = status ? status
                    : write(model->head_w, head_in_core ? &network->head_w : &host->head_w, diag);
    status = status ? status
                    : write(model->head_bias, head_in_core ? &network->head_bias : &host->head_bias,
                            diag);
    if (status != BRDS_OK) {
        brds_network_free(network);
    }
    return status;
}
