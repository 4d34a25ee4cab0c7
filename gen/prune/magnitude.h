/* SPDX-License-Identifier: Apache-2.0
 *
 * Row-balanced magnitude pruning: of every row the nnz elements of largest
 * magnitude stay, with a ratio of its own for each matrix (dual-ratio pruning,
 * arXiv 2101.02667, section III).
 */
#ifndef BRDS_PRUNE_MAGNITUDE_H
#define BRDS_PRUNE_MAGNITUDE_H

#include <stdint.h>

#include "net/matrices.h"

/* Keeps the `nnz` largest magnitudes of a row, of equals those of the lower
 * column, and sets the others to zero.  Linear in `columns`. */
void brds_prune_row(float *row, int columns, int nnz);

typedef struct {
    brds_matrix matrix;   /* of the network: name, size, wanted nonzeros */
    int64_t before, kept; /* nonzeros of the whole matrix */
    double sparsity;      /* share of its elements that are zero, 0..1 */
    double norm_kept;     /* share of its squared norm that stayed, 0..1 */
} brds_prune_result;

/* Prunes every matrix to the spec's counts.  Returns how many results. */
int brds_prune_magnitude(const brds_network *network, const brds_spec *spec,
                         brds_prune_result results[BRDS_MAX_MATRICES]);

#endif
