/* SPDX-License-Identifier: Apache-2.0
 *
 * Piecewise-linear sigmoid and tanh (docs/microarchitecture.md section 2).
 */
#ifndef BRDS_FIXED_PWL_H
#define BRDS_FIXED_PWL_H

#include <stdint.h>

#include "io/diag.h"
#include "spec/spec.h"

typedef enum { BRDS_SIGMOID, BRDS_TANH } brds_function;

typedef struct {
    brds_function function;
    int z_bits, frac;   /* input Z bits; frac of input and output: A-2 */
    int domain_bits;    /* D: bits of the clamped input */
    int entry_bits;     /* K: log2(entries) */
    int offset_bits;    /* D-K: bits of dz */
    int start_bits;     /* A+2, signed, frac gf+2 */
    int slope_bits;     /* unsigned, frac bf = gf-1 */
    int entries;        /* 2N */
    int32_t *start;     /* (entries) */
    int32_t *slope;     /* (entries) */
    double error_bound; /* largest |y - f(z)| over every z, in real units (measured over all z) */
    int64_t error_at;   /* the z (integer) where it occurs */
} brds_pwl;

brds_status brds_pwl_new(brds_function function, const brds_spec *spec, brds_pwl *pwl,
                         brds_diag *diag);
void brds_pwl_free(brds_pwl *pwl);

/* `z` in Z bits; result has frac A-2. */
int64_t brds_pwl_eval(const brds_pwl *pwl, int64_t z);

#endif
