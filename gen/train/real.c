/* SPDX-License-Identifier: Apache-2.0
 *
 * The C library's exp takes most of the time of an LSTM's step; a polynomial in
 * plain C is what a compiler makes vectors of.
 */
#include "train/real.h"

#include <cblas.h>
#include <math.h>
#include <stdint.h>

/* The same loops for older and newer vector units, chosen as the program starts. */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__)
#define BRDS_VECTOR_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define BRDS_VECTOR_CLONES
#endif

static int threads = 1, threads_now = 1;

/* Below this many products, about a quarter of a millisecond, the other threads cost more time than
 * they save. */
static const double worth_threads = 1.6e7;

static void choose_threads(double products)
{
    int wanted = products >= worth_threads ? threads : 1;
    if (wanted != threads_now) {
        openblas_set_num_threads(wanted);
        threads_now = wanted;
    }
}

void brds_gemm(brds_transpose a_op, brds_transpose b_op, int m, int n, int k, const brds_real *a,
               const brds_real *b, brds_real beta, brds_real *c)
{
    int lda = a_op == BRDS_TRANSPOSED ? m : k, ldb = b_op == BRDS_TRANSPOSED ? k : n;
    CBLAS_TRANSPOSE a_flag = a_op == BRDS_TRANSPOSED ? CblasTrans : CblasNoTrans;
    CBLAS_TRANSPOSE b_flag = b_op == BRDS_TRANSPOSED ? CblasTrans : CblasNoTrans;
    choose_threads((double)m * (double)n * (double)k);
#ifdef BRDS_REAL_DOUBLE
    cblas_dgemm(CblasRowMajor, a_flag, b_flag, m, n, k, 1.0, a, lda, b, ldb, beta, c, n);
#else
    cblas_sgemm(CblasRowMajor, a_flag, b_flag, m, n, k, 1.0F, a, lda, b, ldb, beta, c, n);
#endif
}

void brds_set_threads(int count)
{
    threads = count;
    openblas_set_num_threads(1);
    threads_now = 1;
}

#ifdef BRDS_REAL_DOUBLE

static inline double exponential(double x)
{
    return exp(x);
}

#else

typedef union {
    float value;
    uint32_t bits;
} float_bits;

/* exp(x) = 2^n exp(r) with |r| <= ln(2)/2, where Taylor's polynomial of degree 6 is off by 1.2e-7
 * of the value at most.  Clamped so that 2^n stays a normal number; what is no number stays none.
 * Added to 1.5 2^23, a number is rounded to an integer in its sum's last bits. */
static inline float exponential(float x)
{
    const float large = 12582912.0F;
    x = x < -87.0F ? -87.0F : x;
    x = x > 88.0F ? 88.0F : x;
    float_bits sum = {.value = x * 1.44269504F + large}, offset = {.value = large};
    float n = sum.value - large;
    /* x - n ln 2, ln 2 in two parts */
    float r = (x - n * 0.693359375F) + n * 2.12194440e-4F;
    float p = 1.0F / 720.0F;
    p = p * r + 1.0F / 120.0F;
    p = p * r + 1.0F / 24.0F;
    p = p * r + 1.0F / 6.0F;
    p = p * r + 0.5F;
    p = p * r + 1.0F;
    p = p * r + 1.0F;
    float_bits power = {.bits = (sum.bits - offset.bits + 127U) << 23};
    return p * power.value;
}

#endif

BRDS_VECTOR_CLONES
void brds_sigmoid(brds_real *x, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        x[i] = (brds_real)1 / ((brds_real)1 + exponential(-x[i]));
    }
}

BRDS_VECTOR_CLONES
void brds_tanh(brds_real *x, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        x[i] = (brds_real)2 / ((brds_real)1 + exponential((brds_real)-2 * x[i])) - (brds_real)1;
    }
}

/* Sixteen partial results, as in the sum below: a compiler may not reorder one. */
BRDS_VECTOR_CLONES
brds_real brds_max(const brds_real *x, size_t count)
{
    enum { LANES = 16 };
    brds_real most[LANES], largest = x[0];
    size_t i = 0;
    for (size_t j = 0; j < LANES; j++) {
        most[j] = x[0];
    }
    for (; i + LANES <= count; i += LANES) {
        for (size_t j = 0; j < LANES; j++) {
            most[j] = x[i + j] > most[j] ? x[i + j] : most[j];
        }
    }
    for (; i < count; i++) {
        largest = x[i] > largest ? x[i] : largest;
    }
    for (size_t j = 0; j < LANES; j++) {
        largest = most[j] > largest ? most[j] : largest;
    }
    return largest;
}

BRDS_VECTOR_CLONES
double brds_exp_sum(brds_real *x, size_t count, brds_real shift)
{
    enum { LANES = 16 };
    brds_real sums[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        for (size_t j = 0; j < LANES; j++) {
            x[i + j] = exponential(x[i + j] - shift);
            sums[j] += x[i + j];
        }
    }
    double sum = 0.0;
    for (; i < count; i++) {
        x[i] = exponential(x[i] - shift);
        sum += (double)x[i];
    }
    for (size_t j = 0; j < LANES; j++) {
        sum += (double)sums[j];
    }
    return sum;
}
