/* SPDX-License-Identifier: Apache-2.0
 *
 * Every rounding and saturation of the C model, the packer and the table
 * generator.  docs/microarchitecture.md section 1 says where each is used.
 */
#ifndef BRDS_FIXED_FIXED_H
#define BRDS_FIXED_FIXED_H

#include <stdint.h>

#include "spec/spec.h"

/* Smallest and largest value of a `bits`-bit two's-complement number. */
int64_t brds_fixed_min(int bits);
int64_t brds_fixed_max(int bits);

/* Clamps to `bits` bits; adds 1 to *count if that changed the value. */
int64_t brds_saturate(int64_t value, int bits, uint64_t *count);

/* value * 2^-shift rounded to an integer, 0 <= shift <= 63.  half_up: floor(v + 1/2);
 * half_even: ties to even; truncate: floor. */
int64_t brds_round_shift(int64_t value, int shift, brds_rounding rounding);

/* A real number to a format: nearest, ties to even, saturating. */
int64_t brds_quantize(double value, brds_format format, uint64_t *saturated);
double brds_dequantize(int64_t value, int frac);

/* Bits of a two's-complement accumulator that holds any sum of `terms` products
 * of an a_bits and a b_bits number (proof: |sum| <= terms * 2^(a+b-2) < 2^(bits-1)). */
int brds_accumulator_bits(int64_t terms, int a_bits, int b_bits);

int brds_clog2(uint64_t value); /* least n with 2^n >= value; 0 for 0 and 1 */

#endif
