/* SPDX-License-Identifier: Apache-2.0
 *
 * The number type of training: float, or double where BRDS_REAL_DOUBLE is
 * defined (the tests build it so, to hold gradients to a tighter bound), its
 * matrix product (BLAS) and its functions.
 */
#ifndef BRDS_TRAIN_REAL_H
#define BRDS_TRAIN_REAL_H

#include <stddef.h>

#ifdef BRDS_REAL_DOUBLE
typedef double brds_real;
#else
typedef float brds_real;
#endif

/* Row-major matrices with packed rows.  c (m, n) = beta * c + op(a) op(b), where op
 * transposes if the flag says so: a is (m, k) or (k, m), b (k, n) or (n, k). */
typedef enum { BRDS_AS_IS, BRDS_TRANSPOSED } brds_transpose;
void brds_gemm(brds_transpose a_op, brds_transpose b_op, int m, int n, int k, const brds_real *a,
               const brds_real *b, brds_real beta, brds_real *c);

/* Threads of large matrix products, at least 1, which is how a program starts. */
void brds_set_threads(int count);

/* In place, `count` elements: 1 / (1 + exp(-x)); tanh(x); exp(x).  In float the
 * relative error of exp is below 2e-7, the absolute error of the others below 2e-7. */
void brds_sigmoid(brds_real *x, size_t count);
void brds_tanh(brds_real *x, size_t count);
/* The largest of at least one element; what is no number may be passed over. */
brds_real brds_max(const brds_real *x, size_t count);
/* x = exp(x - shift), the sum is returned. */
double brds_exp_sum(brds_real *x, size_t count, brds_real shift);

#endif
