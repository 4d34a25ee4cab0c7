/* SPDX-License-Identifier: Apache-2.0 */
#include "fixed/fixed.h"

#include <math.h>

/* 2^n; without a call where a model's numbers are. */
static double power_of_two(int n)
{
    if (n < -62 || n > 62) {
        return ldexp(1.0, n);
    }
    return n < 0 ? 1.0 / (double)(INT64_C(1) << -n) : (double)(INT64_C(1) << n);
}

int64_t brds_quantize(double value, brds_format format, uint64_t *saturated)
{
    double low = (double)brds_fixed_min(format.bits);
    double high = (double)brds_fixed_max(format.bits);
    /* Scaling by a power of two is exact; rint rounds ties to even. */
    double scaled = rint(value * power_of_two(format.frac));
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
