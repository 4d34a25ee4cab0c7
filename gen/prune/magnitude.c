/* SPDX-License-Identifier: Apache-2.0 */
#include "prune/magnitude.h"

#include "prune/select.h"

void brds_prune_row(float *row, int columns, int nnz)
{
    brds_selection selection = brds_select(row, (size_t)columns, nnz > 0 ? (size_t)nnz : 0);
    for (int i = 0; i < columns; i++) {
        if (!brds_select_keeps(&selection, row[i])) {
            row[i] = 0.0f;
        }
    }
}

static double squared_norm(const float *row, int columns)
{
    double sum = 0.0;
    for (int i = 0; i < columns; i++) {
        sum += (double)row[i] * (double)row[i];
    }
    return sum;
}

static brds_prune_result prune_matrix(const brds_matrix *matrix)
{
    brds_prune_result result = {.matrix = *matrix};
    double before = 0.0, after = 0.0;
    for (int i = 0; i < matrix->rows; i++) {
        float *row = matrix->weights + (size_t)i * (size_t)matrix->columns;
        result.before += brds_row_nonzeros(row, matrix->columns);
        before += squared_norm(row, matrix->columns);
        brds_prune_row(row, matrix->columns, matrix->nnz);
        result.kept += brds_row_nonzeros(row, matrix->columns);
        after += squared_norm(row, matrix->columns);
    }
    result.sparsity = 1.0 - (double)result.kept / ((double)matrix->rows * matrix->columns);
    result.norm_kept = before > 0.0 ? after / before : 1.0;
    return result;
}

int brds_prune_magnitude(const brds_network *network, const brds_spec *spec,
                         brds_prune_result results[BRDS_MAX_MATRICES])
{
    brds_matrix matrices[BRDS_MAX_MATRICES];
    int count = brds_network_matrices(network, spec, matrices);
    for (int i = 0; i < count; i++) {
        results[i] = prune_matrix(&matrices[i]);
    }
    return count;
}
