/* SPDX-License-Identifier: Apache-2.0
 *
 * The hardware's numbers inside a float network (docs/microarchitecture.md
 * sections 1 and 2): values rounded and saturated to their formats, sigmoid and
 * tanh from their tables.  The backward pass takes each rounding for the
 * identity (the straight-through estimator, Bengio, Leonard and Courville,
 * 1308.3432).
 */
#ifndef BRDS_TRAIN_FAKE_H
#define BRDS_TRAIN_FAKE_H

#include "fixed/pwl.h"
#include "io/diag.h"
#include "spec/spec.h"
#include "train/real.h"

typedef struct {
    brds_format activation; /* x and h */
    brds_format cell;       /* c */
    int z_bits, z_frac;     /* sums of a gate */
    int gate_frac;          /* of what the tables give */
    brds_rounding rounding;
    brds_pwl sigmoid, tanh;
} brds_fake;

/* The formats that a plan of `spec` has. */
brds_status brds_fake_new(const brds_spec *spec, brds_fake *fake, brds_diag *diag);
void brds_fake_free(brds_fake *fake);

/* In place, to the nearest value of `format`. */
void brds_fake_round(const brds_fake *fake, brds_format format, brds_real *x, size_t count);
/* Nearest, ties to even, as weights are quantised. */
void brds_fake_weights(brds_format format, const brds_real *x, brds_real *rounded, size_t count);
/* In place: the function's table at x rounded to z's format. */
void brds_fake_function(const brds_fake *fake, const brds_pwl *function, brds_real *x,
                        size_t count);

#endif
