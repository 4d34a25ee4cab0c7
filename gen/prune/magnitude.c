/* SPDX-License-Identifier: Apache-2.0 */
#include "prune/magnitude.h"

#include <string.h>

enum { DIGIT_BITS = 8, DIGITS = 1 << DIGIT_BITS };

/* Without their sign, floats order as the integers of their bits do. */
static uint32_t magnitude_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits & 0x7fffffffu;
}

/* The nnz-th largest magnitude, digit by digit from the top: after each pass
 * `prefix` holds its leading digits and `rank` counts among those that share
 * them.  `*equal` becomes how many of the magnitudes equal to it are kept. */
static uint32_t threshold(const float *row, int columns, int nnz, int *equal)
{
    uint32_t prefix = 0, mask = 0;
    int rank = nnz;
    for (int shift = 32 - DIGIT_BITS; shift >= 0; shift -= DIGIT_BITS) {
        int histogram[DIGITS] = {0};
        for (int i = 0; i < columns; i++) {
            uint32_t bits = magnitude_bits(row[i]);
            if ((bits & mask) == prefix) {
                histogram[bits >> shift & (DIGITS - 1)]++;
            }
        }
        uint32_t digit = DIGITS - 1;
        while (rank > histogram[digit]) {
            rank -= histogram[digit--];
        }
        prefix |= digit << shift;
        mask |= (uint32_t)(DIGITS - 1) << shift;
    }
    *equal = rank;
    return prefix;
}

void brds_prune_row(float *row, int columns, int nnz)
{
    if (nnz >= columns) {
        return;
    }
    int equal = 0;
    uint32_t least = nnz > 0 ? threshold(row, columns, nnz, &equal) : UINT32_MAX;
    for (int i = 0; i < columns; i++) {
        uint32_t bits = magnitude_bits(row[i]);
        if (bits < least || (bits == least && equal-- <= 0)) {
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
