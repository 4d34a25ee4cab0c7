/* SPDX-License-Identifier: Apache-2.0
 *
 * The parameters of a network in training: values, gradients and what an
 * optimiser keeps, in one piece of memory each, and views of them by name.
 */
#ifndef BRDS_TRAIN_PARAMETERS_H
#define BRDS_TRAIN_PARAMETERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/diag.h"
#include "spec/spec.h"
#include "train/real.h"

typedef struct {
    char name[40];           /* PyTorch's: "lstm.weight_ih_l0" */
    int rows, columns;       /* a vector has one row */
    size_t count;            /* rows * columns */
    size_t offset;           /* of its first element in the arrays of brds_parameters */
    brds_real *value, *grad; /* (rows, columns) */
    brds_real *forward;      /* what the forward pass multiplies with: value, or its copy in the
                                hardware's format */
    uint8_t *mask;           /* (rows, columns) 1 stays, 0 is held at zero; NULL: all stay */
} brds_parameter;

/* W_x, W_h, bias, projection, peephole of each layer; embedding; head and its bias. */
enum { BRDS_MAX_PARAMETERS = 5 * BRDS_MAX_LAYERS + 3 };

typedef struct {
    brds_parameter list[BRDS_MAX_PARAMETERS];
    int count;
    size_t elements; /* of all */
    brds_real *values, *grads;
    /* Rows of the embedding whose gradient is not zero: the others cost no time.  NULL where the
     * network has no embedding. */
    brds_parameter *embedding;
    int32_t *touched;
    uint8_t *is_touched; /* (rows of the embedding) */
    int touched_count;
} brds_parameters;

/* Adds a parameter before brds_parameters_allocate; the pointer stays good. */
brds_parameter *brds_parameters_add(brds_parameters *parameters, int rows, int columns,
                                    const char *format, ...) __attribute__((format(printf, 4, 5)));
brds_status brds_parameters_allocate(brds_parameters *parameters, brds_diag *diag);
void brds_parameters_free(brds_parameters *parameters);

/* Gives `parameter` a mask of ones if it has none. */
brds_status brds_parameter_mask(brds_parameter *parameter, brds_diag *diag);
/* Sets to zero what the masks take out. */
void brds_parameters_apply_masks(brds_parameters *parameters);

/* All gradients to zero. */
void brds_parameters_zero_grads(brds_parameters *parameters);
/* The row `token` of the embedding has a gradient now. */
void brds_parameters_touch(brds_parameters *parameters, int32_t token);
/* Sets to zero the gradients of weights that are masked out. */
void brds_parameters_mask_grads(brds_parameters *parameters);
/* Euclidean norm of all gradients. */
double brds_parameters_grad_norm(const brds_parameters *parameters);

#endif
