/* SPDX-License-Identifier: Apache-2.0
 *
 * Right shifts of negative numbers are arithmetic (C leaves it to the
 * compiler; gcc and clang promise it): x >> n is floor(x / 2^n).
 */
#include "fixed/fixed.h"

#include <math.h>

int64_t brds_fixed_min(int bits)
{
    return -(INT64_C(1) << (bits - 1));
}

int64_t brds_fixed_max(int bits)
{
    return (INT64_C(1) << (bits - 1)) - 1;
}

int64_t brds_saturate(int64_t value, int bits, uint64_t *count)
{
    int64_t low = brds_fixed_min(bits), high = brds_fixed_max(bits);
    if (value >= low && value <= high) {
        return value;
    }
    ++*count;
    return value < low ? low : high;
}

int64_t brds_round_shift(int64_t value, int shift, brds_rounding rounding)
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

int64_t brds_quantize(double value, brds_format format, uint64_t *saturated)
{
    double low = (double)brds_fixed_min(format.bits);
    double high = (double)brds_fixed_max(format.bits);
    /* Scaling by a power of two is exact; rint rounds ties to even. */
    double scaled = rint(ldexp(value, format.frac));
    if (scaled >= low && scaled <= high) {
        return (int64_t)scaled;
    }
    ++*saturated;
    if (isnan(scaled)) { /* no reader lets one through; without this, undefined behaviour */
        return 0;
    }
    return scaled < low ? brds_fixed_min(format.bits) : brds_fixed_max(format.bits);
}

double brds_dequantize(int64_t value, int frac)
{
    return ldexp((double)value, -frac);
}

int brds_accumulator_bits(int64_t terms, int a_bits, int b_bits)
{
    /* terms < 2^n, so terms * 2^(a+b-2) < 2^(a+b-2+n). */
    return a_bits + b_bits - 1 + brds_clog2((uint64_t)terms + 1);
}

int brds_clog2(uint64_t value)
{
    int bits = 0;
    while (bits < 64 && (value > (UINT64_C(1) << bits))) {
        bits++;
    }
    return bits;
}
