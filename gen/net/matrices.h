/* SPDX-License-Identifier: Apache-2.0
 *
 * The weight matrices of a network as a list, for whatever treats them alike:
 * pruning, balance, statistics.
 */
#ifndef BRDS_NET_MATRICES_H
#define BRDS_NET_MATRICES_H

#include "net/network.h"
#include "spec/row_rule.h"

/* W_x, W_h and W_p of each layer, and the head. */
enum { BRDS_MAX_MATRICES = 3 * BRDS_MAX_LAYERS + 1 };

typedef struct {
    char name[24];       /* "weight_ih_l0", "weight_hh_l0", "weight_hr_l0", "fc.weight" */
    const char *nnz_key; /* the spec's word: "nnz_x", "nnz_h", "nnz_p", "head nnz" */
    int rows, columns;
    int nnz;            /* wanted nonzeros of every row */
    brds_row_rule rule; /* which columns these may be */
    float *weights;     /* (rows, columns), the network's own */
} brds_matrix;

/* Returns the count; the order is layer by layer, the head last. */
int brds_network_matrices(const brds_network *network, const brds_spec *spec,
                          brds_matrix matrices[BRDS_MAX_MATRICES]);

/* Nonzero elements of a row. */
int brds_row_nonzeros(const float *row, int columns);

/* The rows that share their columns with row `row`, itself included: fills `shared` in ascending order and returns
 * their count, 1 to 4; 0 if it is not the first of them. */
int brds_shared_rows(int stride, int rows, int row, int shared[4]);

/* norms (columns): root of the sum of squares over these rows; 0 only where all of them are 0.  Returns how many
 * are not. */
int brds_rows_norms(const float *weights, int columns, const int *rows, int count, float *norms);

#endif
