/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixed/fixed.h"

static void limits(void **state)
{
    (void)state;
    assert_int_equal(brds_fixed_min(1), -1);
    assert_int_equal(brds_fixed_max(1), 0);
    assert_int_equal(brds_fixed_min(8), -128);
    assert_int_equal(brds_fixed_max(8), 127);
    assert_int_equal(brds_fixed_min(32), INT32_MIN);
    assert_int_equal(brds_fixed_max(32), INT32_MAX);
    assert_true(brds_fixed_min(63) == -(INT64_C(1) << 62));
}

static void saturation_counts_changes_only(void **state)
{
    (void)state;
    uint64_t count = 0;
    assert_int_equal(brds_saturate(127, 8, &count), 127);
    assert_int_equal(brds_saturate(-128, 8, &count), -128);
    assert_int_equal(count, 0);
    assert_int_equal(brds_saturate(128, 8, &count), 127);
    assert_int_equal(brds_saturate(INT64_MIN, 8, &count), -128);
    assert_int_equal(brds_saturate(INT64_MAX, 8, &count), 127);
    assert_int_equal(count, 3);
}

/* The three definitions in real numbers; every value here is exact in a double. */
static double rounded(double value, brds_rounding rounding)
{
    switch (rounding) {
    case BRDS_ROUND_HALF_UP:
        return floor(value + 0.5);
    case BRDS_ROUND_HALF_EVEN:
        return nearbyint(value);
    case BRDS_ROUND_TRUNCATE:
        break;
    }
    return floor(value);
}

static void rounding_equals_its_definition(void **state)
{
    (void)state;
    static const brds_rounding all[] = {BRDS_ROUND_HALF_UP, BRDS_ROUND_HALF_EVEN,
                                        BRDS_ROUND_TRUNCATE};
    for (int mode = 0; mode < 3; mode++) {
        for (int shift = 0; shift <= 10; shift++) {
            for (int64_t value = -2100; value <= 2100; value++) {
                double want = rounded(ldexp((double)value, -shift), all[mode]);
                assert_true((double)brds_round_shift(value, shift, all[mode]) == want);
            }
        }
    }
}

static void rounding_at_the_ends(void **state)
{
    (void)state;
    assert_int_equal(brds_round_shift(INT64_MAX, 63, BRDS_ROUND_HALF_UP), 1);
    assert_int_equal(brds_round_shift(INT64_MAX, 63, BRDS_ROUND_TRUNCATE), 0);
    assert_int_equal(brds_round_shift(INT64_MIN, 63, BRDS_ROUND_HALF_UP), -1);
    assert_int_equal(brds_round_shift(INT64_MIN / 2, 63, BRDS_ROUND_HALF_UP), 0);
    assert_int_equal(brds_round_shift(INT64_MIN / 2, 63, BRDS_ROUND_HALF_EVEN), 0);
    assert_int_equal(brds_round_shift(INT64_MIN / 2 - 1, 63, BRDS_ROUND_HALF_EVEN), -1);
    assert_int_equal(brds_round_shift(INT64_MIN / 2, 63, BRDS_ROUND_TRUNCATE), -1);
    assert_true(brds_round_shift(INT64_MAX, 1, BRDS_ROUND_HALF_UP) == INT64_C(1) << 62);
    assert_true(brds_round_shift(INT64_MIN, 0, BRDS_ROUND_HALF_EVEN) == INT64_MIN);
}

static void quantising(void **state)
{
    (void)state;
    uint64_t count = 0;
    const brds_format q4 = {8, 4};
    assert_int_equal(brds_quantize(1.0, q4, &count), 16);
    assert_int_equal(brds_quantize(0.03125, q4, &count), 0); /* ties to even */
    assert_int_equal(brds_quantize(0.09375, q4, &count), 2);
    assert_int_equal(brds_quantize(-0.09375, q4, &count), -2);
    assert_int_equal(brds_quantize(7.96, q4, &count), 127);
    assert_int_equal(brds_quantize(-8.0, q4, &count), -128);
    assert_int_equal(count, 0);
    assert_int_equal(brds_quantize(7.97, q4, &count), 127); /* 127.52 rounds to 128 */
    assert_int_equal(brds_quantize(-8.1, q4, &count), -128);
    assert_int_equal(brds_quantize(HUGE_VAL, q4, &count), 127);
    assert_int_equal(brds_quantize(-HUGE_VAL, q4, &count), -128);
    assert_int_equal(count, 4);
    assert_int_equal(brds_quantize((double)NAN, q4, &count), 0);
    count = 0;
    assert_int_equal(brds_quantize(1000.0, (brds_format){8, -8}, &count), 4);
    assert_int_equal(brds_quantize(1e-9, (brds_format){8, 24}, &count), 0);
    assert_int_equal(count, 0);
    assert_true(brds_dequantize(-128, 4) == -8.0);
    assert_true(brds_dequantize(4, -8) == 1024.0);
}

/* Enough, and not one bit more. */
static void accumulators(void **state)
{
    (void)state;
    for (int a = 2; a <= 18; a += 4) {
        for (int b = 8; b <= 18; b += 5) {
            for (int64_t terms = 1; terms <= 8192; terms += terms < 70 ? 1 : 61) {
                int64_t most = terms * (INT64_C(1) << (a + b - 2));
                int bits = brds_accumulator_bits(terms, a, b);
                assert_true(most <= brds_fixed_max(bits));
                assert_true(most > brds_fixed_max(bits - 1));
            }
        }
    }
}

static void logarithms(void **state)
{
    (void)state;
    assert_int_equal(brds_clog2(0), 0);
    assert_int_equal(brds_clog2(1), 0);
    assert_int_equal(brds_clog2(2), 1);
    assert_int_equal(brds_clog2(3), 2);
    assert_int_equal(brds_clog2(4096), 12);
    assert_int_equal(brds_clog2(4097), 13);
    assert_int_equal(brds_clog2(UINT64_C(1) << 63), 63);
    assert_int_equal(brds_clog2(UINT64_MAX), 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits),
        cmocka_unit_test(saturation_counts_changes_only),
        cmocka_unit_test(rounding_equals_its_definition),
        cmocka_unit_test(rounding_at_the_ends),
        cmocka_unit_test(quantising),
        cmocka_unit_test(accumulators),
        cmocka_unit_test(logarithms),
    };
    return cmocka_run_group_tests_name("fixed", tests, NULL, NULL);
}
