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

/* y of an entry's line at dz. */
static inline int64_t brds_pwl_line(const brds_pwl *pwl, int64_t start, int64_t slope, int64_t dz)
{
    int bf = pwl->frac - 1;
    return (start * (INT64_C(1) << (bf - 2)) + slope * dz) >> bf;
}

/* `z` in Z bits; result has frac A-2. */
static inline int64_t brds_pwl_eval(const brds_pwl *pwl, int64_t z)
{
    int64_t half = INT64_C(1) << (pwl->domain_bits - 1);
    z = z < -half ? -half : z > half - 1 ? half - 1 : z;
    /* Offset binary, the sign bit inverted: entry 0 is the most negative. */
    int64_t index = z + half;
    int64_t entry = index >> pwl->offset_bits;
    int64_t dz = index & ((INT64_C(1) << pwl->offset_bits) - 1);
    return brds_pwl_line(pwl, pwl->start[entry], pwl->slope[entry], dz);
}

#endif
