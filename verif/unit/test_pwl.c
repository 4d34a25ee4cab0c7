/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <zlib.h>

#include "fixed/fixed.h"
#include "fixed/pwl.h"

static brds_pwl make(brds_function function, int bits, int segments)
{
    brds_diag diag = {0};
    brds_spec spec = {.activation = {bits, bits - 4}, .function_segments = segments};
    brds_pwl pwl;
    assert_int_equal(brds_pwl_new(function, &spec, &pwl, &diag), BRDS_OK);
    brds_diag_free(&diag);
    return pwl;
}

static double real_function(brds_function function, double x)
{
    return function == BRDS_SIGMOID ? 1.0 / (1.0 + exp(-x)) : tanh(x);
}

typedef void check(const brds_pwl *pwl, brds_function function, int bits, int segments);

/* Every function, format and segment count that a spec may ask for. */
static void for_all(int low, int high, check *examine)
{
    for (int bits = low; bits <= high; bits++) {
        for (int segments = 4; segments <= 256 && segments < 1 << (bits - 2); segments *= 2) {
            for (int f = 0; f < 2; f++) {
                brds_function function = f == 0 ? BRDS_SIGMOID : BRDS_TANH;
                brds_pwl pwl = make(function, bits, segments);
                examine(&pwl, function, bits, segments);
                brds_pwl_free(&pwl);
            }
        }
    }
}

static void check_shape(const brds_pwl *pwl, brds_function function, int bits, int segments)
{
    int domain = function == BRDS_SIGMOID ? bits + 2 : bits + 1;
    assert_int_equal(pwl->entries, 2 * segments);
    assert_int_equal(1 << pwl->entry_bits, pwl->entries);
    assert_int_equal(pwl->domain_bits, domain);
    assert_int_equal(pwl->entry_bits + pwl->offset_bits, domain);
    assert_int_equal(pwl->z_bits, bits + 2);
    assert_int_equal(pwl->frac, bits - 2);
    assert_int_equal(pwl->start_bits, bits + 2);
    int32_t steepest = 0;
    for (int i = 0; i < pwl->entries; i++) {
        assert_in_range(pwl->start[i] + (INT64_C(1) << 30),
                        brds_fixed_min(bits + 2) + (INT64_C(1) << 30),
                        brds_fixed_max(bits + 2) + (INT64_C(1) << 30));
        assert_true(pwl->slope[i] >= 0);
        steepest = pwl->slope[i] > steepest ? pwl->slope[i] : steepest;
    }
    assert_true(steepest < INT32_C(1) << pwl->slope_bits);
    assert_true(pwl->slope_bits == 1 || steepest >= INT32_C(1) << (pwl->slope_bits - 1));
}

static void tables_have_the_stated_shape(void **state)
{
    (void)state;
    for_all(8, 18, check_shape);
}

/* The page's formula, from the bits up. */
static int64_t by_the_page(const brds_pwl *pwl, brds_function function, int bits, int64_t z)
{
    int gf = bits - 2, bf = gf - 1;
    if (function == BRDS_TANH) {
        int64_t four = INT64_C(4) << gf;
        z = z < -four ? -four : z > four - 1 ? four - 1 : z;
    }
    int d = function == BRDS_SIGMOID ? bits + 2 : bits + 1;
    int k = 0;
    while (1 << k < pwl->entries) {
        k++;
    }
    uint64_t word = (uint64_t)z & ((UINT64_C(1) << d) - 1);
    word ^= UINT64_C(1) << (d - 1);
    uint64_t entry = word >> (d - k);
    int64_t dz = (int64_t)(word & ((UINT64_C(1) << (d - k)) - 1));
    double y = ldexp((double)pwl->start[entry], bf - 2) + (double)pwl->slope[entry] * (double)dz;
    return (int64_t)floor(ldexp(y, -bf));
}

static void check_values(const brds_pwl *pwl, brds_function function, int bits, int segments)
{
    (void)segments;
    int64_t top = INT64_C(1) << (bits - 2), low = function == BRDS_SIGMOID ? 0 : -top;
    double unit = (double)top, worst = 0.0, at_stated = 0.0;
    for (int64_t z = brds_fixed_min(bits + 2); z <= brds_fixed_max(bits + 2); z++) {
        int64_t y = brds_pwl_eval(pwl, z);
        if (y != by_the_page(pwl, function, bits, z) || y < low || y > top) {
            fail_msg("z %lld: y %lld", (long long)z, (long long)y);
        }
        double error = fabs((double)y / unit - real_function(function, (double)z / unit));
        worst = error > worst ? error : worst;
        at_stated = z == pwl->error_at ? error : at_stated;
    }
    assert_true(fabs(worst - pwl->error_bound) < 1e-12);
    assert_true(fabs(at_stated - pwl->error_bound) < 1e-12);
}

static void every_value_is_in_range_and_within_the_bound(void **state)
{
    (void)state;
    for_all(8, 14, check_values);
    for (int f = 0; f < 2; f++) {
        brds_pwl pwl = make(f == 0 ? BRDS_SIGMOID : BRDS_TANH, 18, 256);
        check_values(&pwl, f == 0 ? BRDS_SIGMOID : BRDS_TANH, 18, 256);
        brds_pwl_free(&pwl);
    }
}

/* Chebyshev's error of a line, width^2 / 16 * |f''|, and less than an LSB of
 * rounding; for tanh no better than half of what the clamp at 4 hides. */
static void check_bound(const brds_pwl *pwl, brds_function function, int bits, int segments)
{
    double width = (function == BRDS_SIGMOID ? 8.0 : 4.0) / segments;
    double bend = function == BRDS_SIGMOID ? 0.09623 : 0.76981;
    double line = width * width / 16.0 * bend;
    double tail = function == BRDS_SIGMOID ? 0.0 : (1.0 - tanh(4.0)) / 2.0;
    double slope = ldexp(width, -(bits - 3)) / 4.0; /* half a slope LSB over half a segment */
    double allowed = fmax(line, tail) + slope + 0.9 * ldexp(1.0, -(bits - 2));
    if (pwl->error_bound > allowed) {
        fail_msg("bits %d segments %d: %g > %g", bits, segments, pwl->error_bound, allowed);
    }
}

static void bounds_are_those_of_the_best_line(void **state)
{
    (void)state;
    for_all(8, 18, check_bound);
}

/* Largest error of entry `e` with another line, in LSBs; HUGE_VAL out of range. */
static double error_of(const brds_pwl *pwl, int e, int64_t start, int64_t slope)
{
    double unit = ldexp(1.0, pwl->frac), worst = 0.0;
    int64_t count = INT64_C(1) << pwl->offset_bits, bf = pwl->frac - 1;
    for (int64_t dz = 0; dz < count; dz++) {
        double z = (double)((e - pwl->entries / 2) * count + dz);
        double y =
            floor((double)(start * (INT64_C(1) << (bf - 2)) + slope * dz) / ldexp(1.0, (int)bf));
        if (y < 0.0 || y > unit) {
            return HUGE_VAL;
        }
        worst = fmax(worst, fabs(y - unit * real_function(pwl->function, z / unit)));
    }
    return worst;
}

/* No pair near a table's pair is better by more than a ninth of an LSB. */
static void tables_are_nearly_optimal(void **state)
{
    (void)state;
    for (int segments = 4; segments <= 32; segments *= 2) {
        brds_pwl pwl = make(BRDS_SIGMOID, 10, segments);
        for (int e = 0; e < pwl.entries; e++) {
            double mine = error_of(&pwl, e, pwl.start[e], pwl.slope[e]);
            for (int64_t slope = pwl.slope[e] > 2 ? pwl.slope[e] - 2 : 0; slope <= pwl.slope[e] + 2;
                 slope++) {
                for (int64_t start = pwl.start[e] - 12; start <= pwl.start[e] + 12; start++) {
                    assert_true(error_of(&pwl, e, start, slope) > mine - 0.11);
                }
            }
        }
        brds_pwl_free(&pwl);
    }
}

static uLong crc = 0;

static void add_to_crc(const brds_pwl *pwl, brds_function function, int bits, int segments)
{
    (void)function, (void)bits, (void)segments;
    for (int i = 0; i < pwl->entries; i++) {
        char text[40];
        int length = snprintf(text, sizeof text, "%d %d\n", (int)pwl->start[i], (int)pwl->slope[i]);
        crc = crc32(crc, (const Bytef *)text, (uInt)length);
    }
}

/* Generated hardware must not change with compiler, library or machine. */
static void tables_are_the_same_everywhere(void **state)
{
    (void)state;
    crc = 0;
    for_all(8, 18, add_to_crc);
    assert_int_equal(crc, 0xf587cf29);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_have_the_stated_shape),
        cmocka_unit_test(every_value_is_in_range_and_within_the_bound),
        cmocka_unit_test(bounds_are_those_of_the_best_line),
        cmocka_unit_test(tables_are_nearly_optimal),
        cmocka_unit_test(tables_are_the_same_everywhere),
    };
    return cmocka_run_group_tests_name("pwl", tests, NULL, NULL);
}
