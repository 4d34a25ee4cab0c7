/* SPDX-License-Identifier: Apache-2.0 */
#include "prune/magnitude.h"

#include "prune/banks.h"

/* Rows that share their columns, or one, keep those of the largest norms over all of them. */
static void prune_rows(const brds_matrix *matrix, const int *rows, int count)
{
    float norms[BRDS_MAX_SIZE];
    uint8_t kept[BRDS_MAX_SIZE];
    brds_rows_norms(matrix->weights, matrix->columns, rows, count, norms);
    brds_mask_row(norms, matrix->columns, matrix->nnz, &matrix->rule, kept);
    for (int column = 0; column < matrix->columns; column++) {
        for (int i = 0; i < count && kept[column] == 0; i++) {
            matrix->weights[(size_t)rows[i] * (size_t)matrix->columns + (size_t)column] = 0.0f;
        }
    }
}

void brds_prune_row(float *row, int columns, int nnz)
{
    const int first = 0;
    prune_rows(&(brds_matrix){.rows = 1, .columns = columns, .nnz = nnz, .weights = row}, &first,
               1);
}

static double squared_norm(const float *row, int columns)
{
    double sum = 0.0;
    for (int i = 0; i < columns; i++) {
        sum += (double)row[i] * (double)row[i];
    }
    return sum;
}

/* Nonzeros of all rows; adds their squares to `squares`. */
static int64_t count_all(const brds_matrix *matrix, double *squares)
{
    int64_t count = 0;
    for (int i = 0; i < matrix->rows; i++) {
        const float *row = matrix->weights + (size_t)i * (size_t)matrix->columns;
        count += brds_row_nonzeros(row, matrix->columns);
        *squares += squared_norm(row, matrix->columns);
    }
    return count;
}

static brds_prune_result prune_matrix(const brds_matrix *matrix)
{
    brds_prune_result result = {.matrix = *matrix};
    double before = 0.0, after = 0.0;
    result.before = count_all(matrix, &before);
    for (int i = 0; i < matrix->rows; i++) {
        int shared[4], count = brds_shared_rows(matrix->rule.stride, matrix->rows, i, shared);
        if (count > 0) {
            prune_rows(matrix, shared, count);
        }
    }
    result.kept = count_all(matrix, &after);
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
