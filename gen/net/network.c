/* SPDX-License-Identifier: Apache-2.0 */
#include "net/network.h"

#include <math.h>
#include <stdlib.h>

#include "io/random.h"
#include "io/safetensors.h"
#include "io/safetensors_private.h"
#include "net/matrices.h"
#include "net/network_load.h"

void brds_network_free(brds_network *network)
{
    for (int i = 0; i < network->layer_count; i++) {
        brds_layer *layer = &network->layers[i];
        free(layer->w_x);
        free(layer->w_h);
        free(layer->bias);
        free(layer->w_p);
        free(layer->peephole);
    }
    free(network->head_w);
    free(network->head_bias);
    free(network->host.embedding);
    free(network->host.head_w);
    free(network->host.head_bias);
    *network = (brds_network){0};
}

/* --- random --- */

/* Zeros, (rows, columns). */
static float *new_matrix(int rows, int columns)
{
    return calloc((size_t)rows * (size_t)columns, sizeof(float));
}

static brds_status allocate_layer(const brds_layer_spec *spec, brds_layer *layer, brds_diag *diag)
{
    int h = layer->hidden, r = layer->output;
    layer->w_x = new_matrix(4 * h, layer->columns_x);
    layer->w_h = new_matrix(4 * h, r);
    layer->bias = new_matrix(4, h);
    layer->w_p = spec->projection_size ? new_matrix(r, h) : NULL;
    layer->peephole = spec->peephole ? new_matrix(3, h) : NULL;
    if (!layer->w_x || !layer->w_h || !layer->bias || (spec->projection_size && !layer->w_p) ||
        (spec->peephole && !layer->peephole)) {
        return brds_fail_memory(diag);
    }
    return BRDS_OK;
}

/* The spec's sizes, every value zero. */
static brds_status allocate(const brds_spec *spec, brds_network *network, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    *network = (brds_network){.layer_count = spec->layer_count,
                              .head_size = spec->head.present ? spec->head.size : 0};
    for (int i = 0; !status && i < spec->layer_count; i++) {
        brds_layer *layer = &network->layers[i];
        layer->columns_x = brds_spec_columns_x(spec, i);
        layer->hidden = spec->layers[i].hidden_size;
        layer->output = brds_spec_output_size(spec, i);
        status = allocate_layer(&spec->layers[i], layer, diag);
    }
    if (!status && spec->head.present) {
        network->head_w =
            new_matrix(spec->head.size, network->layers[spec->layer_count - 1].output);
        network->head_bias = new_matrix(1, spec->head.size);
        if (!network->head_w || !network->head_bias) {
            status = brds_fail_memory(diag);
        }
    }
    return status;
}

/* Uniform in (-limit, limit), never 0. */
static float random_value(brds_random *random, double limit)
{
    float value;
    do {
        value = (float)((2.0 * brds_random_uniform(random) - 1.0) * limit);
    } while (value == 0.0f);
    return value;
}

/* nnz columns without replacement: the first steps of a Fisher-Yates shuffle.
 * `columns` may hold any permutation before, so rows need no fresh one. */
static void fill_matrix(brds_random *random, const brds_matrix *matrix, int *columns)
{
    /* Inputs of variance 1 then give sums of variance 1. */
    double limit = sqrt(3.0 / matrix->nnz);
    for (int row = 0; row < matrix->rows; row++) {
        int shared[4], count = brds_shared_rows(matrix->rule.stride, matrix->rows, row, shared);
        brds_bank_fill fill;
        brds_bank_begin(&fill, &matrix->rule);
        for (int i = 0, found = 0; count > 0 && found < matrix->nnz; i++) {
            int pick = i + (int)brds_random_below(random, (uint64_t)(matrix->columns - i));
            int column = columns[pick];
            columns[pick] = columns[i];
            columns[i] = column;
            if (!brds_bank_take(&fill, column)) {
                continue;
            }
            found++;
            for (int k = 0; k < count; k++) {
                size_t first = (size_t)shared[k] * (size_t)matrix->columns;
                matrix->weights[first + (size_t)column] = random_value(random, limit);
            }
        }
    }
}

static void fill_vector(brds_random *random, float *values, int count, double limit)
{
    for (int i = 0; values && i < count; i++) {
        values[i] = random_value(random, limit);
    }
}

brds_status brds_network_random(const brds_spec *spec, uint64_t seed, brds_network *network,
                                brds_diag *diag)
{
    brds_status status = allocate(spec, network, diag);
    int *columns = calloc(BRDS_MAX_SIZE, sizeof *columns);
    if (!status && !columns) {
        status = brds_fail_memory(diag);
    }
    if (status) {
        free(columns);
        brds_network_free(network);
        return status;
    }
    brds_random random;
    brds_random_seed(&random, seed);
    brds_matrix matrices[BRDS_MAX_MATRICES];
    int count = brds_network_matrices(network, spec, matrices);
    for (int i = 0; i < count; i++) {
        for (int column = 0; column < matrices[i].columns; column++) {
            columns[column] = column;
        }
        fill_matrix(&random, &matrices[i], columns);
    }
    for (int i = 0; i < network->layer_count; i++) {
        fill_vector(&random, network->layers[i].bias, 4 * network->layers[i].hidden, 0.5);
        fill_vector(&random, network->layers[i].peephole, 3 * network->layers[i].hidden, 0.25);
    }
    fill_vector(&random, network->head_bias, network->head_size, 0.5);
    free(columns);
    return BRDS_OK;
}

/* --- saving --- */

typedef struct {
    brds_tensor_out tensors[BRDS_MAX_FOUND];
    char names[BRDS_MAX_FOUND][40];
    size_t count;
} out_list;

/* Rank 2, or 1 where `columns` is 0; nothing for data that is NULL. */
static void add_out(out_list *list, const char *base, int layer, int rows, int columns,
                    const float *data)
{
    if (!data) {
        return;
    }
    char *name = list->names[list->count];
    if (layer < 0) {
        snprintf(name, sizeof list->names[0], "%s", base);
    } else {
        snprintf(name, sizeof list->names[0], "lstm.%s_l%d", base, layer);
    }
    list->tensors[list->count++] =
        (brds_tensor_out){name, BRDS_F32, columns ? 2 : 1, {(size_t)rows, (size_t)columns}, data};
}

static void add_host(out_list *list, const brds_network *network)
{
    const brds_host_part *host = &network->host;
    int columns = network->layers[network->layer_count - 1].output;
    add_out(list, "embedding.weight", -1, host->vocabulary, network->layers[0].columns_x,
            host->embedding);
    add_out(list, "fc.weight", -1, host->classes, columns, host->head_w);
    add_out(list, "fc.bias", -1, host->classes, 0, host->head_bias);
}

brds_status brds_network_save_with(const char *path, const brds_network *network,
                                   const char *const *metadata, brds_diag *diag)
{
    out_list list = {.count = 0};
    /* PyTorch adds two biases; ours is the sum already, and the second is
     * written so that load_state_dict finds every tensor it looks for. */
    float *zeros = new_matrix(4, BRDS_MAX_SIZE);
    if (!zeros) {
        return brds_fail_memory(diag);
    }
    for (int i = 0; i < network->layer_count; i++) {
        const brds_layer *layer = &network->layers[i];
        int h = layer->hidden;
        add_out(&list, "weight_ih", i, 4 * h, layer->columns_x, layer->w_x);
        add_out(&list, "weight_hh", i, 4 * h, layer->output, layer->w_h);
        add_out(&list, "bias_ih", i, 4 * h, 0, layer->bias);
        add_out(&list, "bias_hh", i, 4 * h, 0, zeros);
        add_out(&list, "weight_hr", i, layer->output, h, layer->w_p);
        add_out(&list, "weight_peephole", i, 3, h, layer->peephole);
    }
    if (network->head_size) {
        int columns = network->layers[network->layer_count - 1].output;
        add_out(&list, "fc.weight", -1, network->head_size, columns, network->head_w);
        add_out(&list, "fc.bias", -1, network->head_size, 0, network->head_bias);
    }
    add_host(&list, network);
    static const char *const pytorch[] = {"format", "pt", NULL};
    brds_status status =
        brds_safetensors_save(path, list.tensors, list.count, metadata ? metadata : pytorch, diag);
    free(zeros);
    return status;
}

brds_status brds_network_save(const char *path, const brds_network *network, brds_diag *diag)
{
    return brds_network_save_with(path, network, NULL, diag);
}

/* --- balance --- */

/* The first bank with more of a row's columns than its lanes can take; -1: none has. */
static int full_bank(const brds_row_rule *rule, const float *norms, int columns)
{
    brds_bank_fill fill;
    brds_bank_begin(&fill, rule);
    for (int column = 0; column < columns; column++) {
        if (norms[column] != 0.0f && !brds_bank_take(&fill, column)) {
            return column % rule->banks;
        }
    }
    return -1;
}

static brds_status check_matrix(const char *place, const brds_matrix *matrix, brds_diag *diag)
{
    enum { SHOWN = 10 };
    char where[BRDS_PLACE_LENGTH], hint[160];
    snprintf(where, sizeof where, "%.4096s: %.23s", place, matrix->name);
    snprintf(hint, sizeof hint, "the spec's %s is %d (prune it with 'brdsgen prune')",
             matrix->nnz_key, matrix->nnz);
    int faults = 0;
    for (int row = 0; row < matrix->rows; row++) {
        int shared[4], count = brds_shared_rows(matrix->rule.stride, matrix->rows, row, shared);
        float norms[BRDS_MAX_SIZE];
        int found = brds_rows_norms(matrix->weights, matrix->columns, shared, count, norms);
        int bank = found <= matrix->nnz ? full_bank(&matrix->rule, norms, matrix->columns) : -1;
        if ((found <= matrix->nnz && bank < 0) || ++faults > SHOWN) {
            continue;
        }
        if (count > 1) {
            (void)brds_fail(diag, BRDS_EINPUT, where, hint,
                            "rows %d to %d in steps of %d use %d columns and must share theirs "
                            "(vector_memory \"gate_shared\")",
                            row, shared[count - 1], matrix->rule.stride, found);
        } else if (bank >= 0) {
            (void)brds_fail(
                diag, BRDS_EINPUT, where,
                "prune it with 'brdsgen prune', or give \"vector_memory\": \"replicated\"",
                "row %d has too many nonzeros in the columns %d, %d + %d ..., one of %d banks: its "
                "lanes have %d beats",
                row, bank, bank, matrix->rule.banks, matrix->rule.banks, matrix->rule.beats);
        } else {
            (void)brds_fail(diag, BRDS_EINPUT, where, hint, "row %d has %d nonzeros", row, found);
        }
    }
    if (faults > SHOWN) {
        (void)brds_fail(diag, BRDS_EINPUT, where, "", "%d more rows have too many nonzeros",
                        faults - SHOWN);
    }
    return faults ? BRDS_EINPUT : BRDS_OK;
}

brds_status brds_network_check_balance(const char *place, const brds_network *network,
                                       const brds_spec *spec, brds_diag *diag)
{
    brds_matrix matrices[BRDS_MAX_MATRICES];
    int count = brds_network_matrices(network, spec, matrices);
    brds_status status = BRDS_OK;
    for (int i = 0; i < count; i++) {
        if (check_matrix(place, &matrices[i], diag)) {
            status = BRDS_EINPUT;
        }
    }
    return status;
}
