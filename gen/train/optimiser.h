/* SPDX-License-Identifier: Apache-2.0
 *
 * Gradient descent.  The gradient is scaled so that its norm is at most the
 * clip (Pascanu, Mikolov and Bengio, 1211.5063), then
 *   sgd:   w -= rate g
 *   adam:  m = b1 m + (1-b1) g    v = b2 v + (1-b2) g^2
 *          w -= rate (m / (1-b1^t)) / (sqrt(v / (1-b2^t)) + eps)
 * with b1 0.9, b2 0.999, eps 1e-8 (Kingma and Ba, 1412.6980).  Masked weights
 * stay zero.
 */
#ifndef BRDS_TRAIN_OPTIMISER_H
#define BRDS_TRAIN_OPTIMISER_H

#include "io/diag.h"
#include "train/parameters.h"

typedef enum { BRDS_SGD, BRDS_ADAM } brds_optimiser_kind;

typedef struct {
    brds_optimiser_kind kind;
    uint64_t updates;  /* t */
    brds_real *first;  /* (all elements) m; NULL: sgd */
    brds_real *second; /* (all elements) v */
    size_t elements;
} brds_optimiser;

brds_status brds_optimiser_new(brds_optimiser_kind kind, const brds_parameters *parameters,
                               brds_optimiser *optimiser, brds_diag *diag);
void brds_optimiser_free(brds_optimiser *optimiser);

/* One update with the gradients, which are cleared.  `clip` 0: none.  Returns the norm before
 * clipping; where it is not finite nothing was updated. */
double brds_optimiser_update(brds_optimiser *optimiser, brds_parameters *parameters, double rate,
                             double clip);

#endif
