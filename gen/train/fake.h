/* SPDX-License-Identifier: Apache-2.0
 *
 * The hardware's numbers inside a float network (docs/microarchitecture.md
 * sections 1 and 2): values rounded and saturated to their formats, sigmoid and
 * tanh from their tables, each rounding where the machine has it.  Products and
 * sums of a cell are taken in double, where they are exact; the sums of the
 * matrix products are float's: exact, too, below 2^24 units of their last place
 * (of weights of 8 bits that is a sum of 8 or more), else off by their last bits.
 *
 * The backward pass takes each rounding and each saturation for the identity
 * (the straight-through estimator, Bengio, Leonard and Courville, 1308.3432):
 * a clipped value's gradient is not masked.  The functions' slopes are those of
 * sigmoid and tanh at the tables' values: y (1 - y), 1 - y^2.
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
    brds_format z;          /* sums of a gate */
    brds_format head;       /* what the core's head puts out; bits 0: the head is the host's */
    int gate_frac;          /* of what the tables give */
    brds_rounding rounding;
    brds_pwl sigmoid, tanh;
} brds_fake;

/* The formats that a plan of `spec` has. */
brds_status brds_fake_new(const brds_spec *spec, brds_fake *fake, brds_diag *diag);
void brds_fake_free(brds_fake *fake);

/* Nearest, ties to even, as weights and input are quantised. */
void brds_fake_nearest(brds_format format, const brds_real *x, brds_real *rounded, size_t count);

/* In place, all of `count` elements, with the spec's rounding R: */
/* sat(R(x)) */
void brds_fake_round(const brds_fake *fake, brds_format format, brds_real *x, size_t count);
/* sat(R(x) + bias), where bias is of this format */
void brds_fake_sum(const brds_fake *fake, brds_format format, const brds_real *bias, brds_real *x,
                   size_t count);
/* function(sat(R(x) + bias + R(p c))); p NULL: no peephole */
void brds_fake_gate(const brds_fake *fake, const brds_pwl *function, const brds_real *bias,
                    const brds_real *p, const brds_real *c, brds_real *x, size_t count);

/* c = sat(R(f c_before + i g)); tanh_c = tanh(sat(R(c))).  All (count). */
void brds_fake_cell(const brds_fake *fake, const brds_real *f, const brds_real *c_before,
                    const brds_real *i, const brds_real *g, brds_real *c, brds_real *tanh_c,
                    size_t count);
/* m = sat(R(o tanh_c)) */
void brds_fake_output(const brds_fake *fake, const brds_real *o, const brds_real *tanh_c,
                      brds_real *m, size_t count);

#endif
