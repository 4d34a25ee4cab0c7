/* SPDX-License-Identifier: Apache-2.0
 *
 * Every rounding and saturation of the C model, the packer and the table
 * generator.  docs/microarchitecture.md section 1 says where each is used.
 * What the C model does for every number is inline.
 *
 * Right shifts of negative numbers are arithmetic (C leaves it to the
 * compiler; gcc and clang promise it): x >> n is floor(x / 2^n).
 */
#ifndef BRDS_FIXED_FIXED_H
#define BRDS_FIXED_FIXED_H

#include <stdint.h>

#include "spec/spec.h"

/* Smallest and largest value of a `bits`-bit two's-complement number. */
static inline int64_t brds_fixed_min(int bits)
{
    return -(INT64_C(1) << (bits - 1));
}

static inline int64_t brds_fixed_max(int bits)
{
    return (INT64_C(1) << (bits - 1)) - 1;
}

/* Clamps to `bits` bits; adds 1 to *count if that changed the value. */
static inline int64_t brds_saturate(int64_t value, int bits, uint64_t *count)
{
    int64_t low = brds_fixed_min(bits), high = brds_fixed_max(bits);
    if (value >= low && value <= high) {
        return value;
    }
    ++*count;
    return value < low ? low : high;
}

/* The low `bits` bits of value, 1 to 63, as a two's-complement number. */
static inline int64_t brds_sign_extend(uint64_t value, int bits)
{
    return (int64_t)(value << (64 - bits)) >> (64 - bits);
}

/* value * 2^-shift rounded to an integer, 0 <= shift <= 63.  half_up: floor(v + 1/2);
 * half_even: ties to even; truncate: floor. */
static inline int64_t brds_round_shift(int64_t value, int shift, brds_rounding rounding)
{
    if (shift == 0) {
        return value;
    }
    int64_t floor = value >> shift;
    /* The dropped bits: the upper one is the half, the others tell a tie. */
    int64_t half = (value >> (shift - 1)) & 1;
    switch (rounding) {
    case BRDS_ROUND_HALF_UP:
        return floor + half;
    case BRDS_ROUND_HALF_EVEN: {
        uint64_t rest = (uint64_t)value & ((UINT64_C(1) << (shift - 1)) - 1);
        return floor + (rest == 0 ? (half & floor) : half);
    }
    case BRDS_ROUND_TRUNCATE:
        break;
    }
    return floor;
}

/* A real number to a format: nearest, ties to even, saturating. */
int64_t brds_quantize(double value, brds_format format, uint64_t *saturated);
double brds_dequantize(int64_t value, int frac);

/* Bits of a two's-complement accumulator that holds any sum of `terms` products
 * of an a_bits and a b_bits number (proof: |sum| <= terms * 2^(a+b-2) < 2^(bits-1)). */
int brds_accumulator_bits(int64_t terms, int a_bits, int b_bits);

int brds_clog2(uint64_t value); /* least n with 2^n >= value; 0 for 0 and 1 */

#endif
