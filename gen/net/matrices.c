/* SPDX-License-Identifier: Apache-2.0 */
#include "net/matrices.h"

static void add(brds_matrix *matrices, int *count, const char *base, int layer, brds_matrix matrix)
{
    brds_matrix *into = &matrices[(*count)++];
    *into = matrix;
    snprintf(into->name, sizeof into->name, "%s_l%d", base, layer);
}

int brds_network_matrices(const brds_network *network, const brds_spec *spec,
                          brds_matrix matrices[BRDS_MAX_MATRICES])
{
    int count = 0;
    for (int i = 0; i < network->layer_count; i++) {
        const brds_layer *layer = &network->layers[i];
        const brds_layer_spec *want = &spec->layers[i];
        int rows = 4 * layer->hidden;
        add(matrices, &count, "weight_ih", i,
            (brds_matrix){"", "nnz_x", rows, layer->columns_x, want->nnz_x, layer->w_x});
        add(matrices, &count, "weight_hh", i,
            (brds_matrix){"", "nnz_h", rows, layer->output, want->nnz_h, layer->w_h});
        if (layer->w_p) {
            add(matrices, &count, "weight_hr", i,
                (brds_matrix){"", "nnz_p", layer->output, layer->hidden, want->nnz_p, layer->w_p});
        }
    }
    if (network->head_w) {
        matrices[count++] =
            (brds_matrix){"fc.weight",        "head nnz",
                          network->head_size, network->layers[network->layer_count - 1].output,
                          spec->head.nnz,     network->head_w};
    }
    return count;
}

int brds_row_nonzeros(const float *row, int columns)
{
    int count = 0;
    for (int i = 0; i < columns; i++) {
        count += row[i] != 0.0f;
    }
    return count;
}
