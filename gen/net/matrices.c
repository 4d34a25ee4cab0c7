/* SPDX-License-Identifier: Apache-2.0 */
#include "net/matrices.h"

#include <math.h>

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
            (brds_matrix){"", "nnz_x", rows, layer->columns_x, want->nnz_x,
                          brds_row_rule_x(spec, i), layer->w_x});
        add(matrices, &count, "weight_hh", i,
            (brds_matrix){"", "nnz_h", rows, layer->output, want->nnz_h, brds_row_rule_h(spec, i),
                          layer->w_h});
        if (layer->w_p) {
            add(matrices, &count, "weight_hr", i,
                (brds_matrix){"", "nnz_p", layer->output, layer->hidden, want->nnz_p,
                              brds_row_rule_linear(spec, want->nnz_p), layer->w_p});
        }
    }
    if (network->head_w) {
        matrices[count++] =
            (brds_matrix){"fc.weight",        "head nnz",
                          network->head_size, network->layers[network->layer_count - 1].output,
                          spec->head.nnz,     brds_row_rule_linear(spec, spec->head.nnz),
                          network->head_w};
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

int brds_shared_rows(int stride, int rows, int row, int shared[4])
{
    int count = 0;
    if (stride == 0) {
        shared[count++] = row;
    } else if (row / stride % 4 == 0) {
        for (int k = 0; k < 4 && row + k * stride < rows; k++) {
            shared[count++] = row + k * stride;
        }
    }
    return count;
}

int brds_rows_norms(const float *weights, int columns, const int *rows, int count, float *norms)
{
    int used = 0;
    for (int column = 0; column < columns; column++) {
        double sum = 0.0; /* of floats' squares: they do not vanish in a double */
        for (int i = 0; i < count; i++) {
            double value = (double)weights[(size_t)rows[i] * (size_t)columns + (size_t)column];
            sum += value * value;
        }
        norms[column] = (float)sqrt(sum);
        used += norms[column] != 0.0f;
    }
    return used;
}
