/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of constant overall sparsity against brute force, and the search along
 * them with costs of every shape.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "io/random.h"
#include "model_fixture.h"
#include "prune/ratio.h"

static int between(brds_random *random, int low, int high)
{
    return low + (int)brds_random_below(random, (uint64_t)(high - low + 1));
}

static void test_total(void **state)
{
    (void)state;
    assert_int_equal(brds_ratio_total(39, 128, 0.875), 21); /* 20.875 */
    assert_int_equal(brds_ratio_total(39, 128, 0.0), 167);
    assert_int_equal(brds_ratio_total(10, 11, 0.5), 11); /* 10.5 */
    assert_int_equal(brds_ratio_total(39, 128, 1.0), 2);
    assert_int_equal(brds_ratio_total(39, 128, 0.99), 2);
    assert_int_equal(brds_ratio_total(4, 4, -1.0), 8);
    assert_int_equal(brds_ratio_total(4, 4, (double)NAN), 2);
}

static brds_ratio_line plain_line(int columns_x, int columns_h, int total)
{
    return (brds_ratio_line){.columns_x = columns_x,
                             .columns_h = columns_h,
                             .total = total,
                             .multiple_x = 1,
                             .multiple_h = 1,
                             .min_x = 1,
                             .min_h = 1};
}

static brds_ratio_line random_line(brds_random *random)
{
    brds_ratio_line line = {.columns_x = between(random, 1, 40),
                            .columns_h = between(random, 1, 40)};
    line.total = between(random, 2, line.columns_x + line.columns_h);
    line.multiple_x = between(random, 0, 1) ? between(random, 1, 5) : 1;
    line.multiple_h = between(random, 0, 1) ? between(random, 1, 5) : 1;
    line.min_x = between(random, 0, 1) ? between(random, 1, 8) : 1;
    line.min_h = between(random, 0, 1) ? between(random, 1, 8) : 1;
    return line;
}

static bool on_line(const brds_ratio_line *line, int nnz_x, int nnz_h)
{
    return nnz_x + nnz_h == line->total && nnz_x >= line->min_x && nnz_h >= line->min_h &&
           nnz_x <= line->columns_x && nnz_h <= line->columns_h && nnz_x % line->multiple_x == 0 &&
           nnz_h % line->multiple_h == 0;
}

static double inequality(const brds_ratio_line *line, int nnz_x, int nnz_h)
{
    return fabs((double)nnz_x / line->columns_x - (double)nnz_h / line->columns_h);
}

/* The largest total not above the wanted one that some pair has, and no pair of it is nearer. */
static void check_equal(const brds_ratio_line *before)
{
    brds_ratio_line line = *before;
    brds_ratio ratio = {0};
    brds_diag diag = {0};
    brds_status status = brds_ratio_equal(&line, &ratio, &diag);
    int total = 0;
    for (int x = 1; x <= line.columns_x; x++) {
        for (int h = 1; h <= line.columns_h; h++) {
            brds_ratio_line other = *before;
            other.total = x + h;
            total =
                x + h <= before->total && x + h > total && on_line(&other, x, h) ? x + h : total;
        }
    }
    if (total == 0) {
        assert_int_equal(status, BRDS_EINPUT);
        assert_int_equal(line.total, before->total);
        expect_message(&diag, "no two counts fit");
        return;
    }
    expect_ok(status, &diag);
    assert_int_equal(line.total, total);
    assert_true(on_line(&line, ratio.nnz_x, ratio.nnz_h));
    double least = inequality(&line, ratio.nnz_x, ratio.nnz_h);
    for (int x = 1; x < total; x++) {
        if (on_line(&line, x, total - x)) {
            assert_true(least <= inequality(&line, x, total - x) + 1e-12);
        }
    }
}

static void test_equal(void **state)
{
    (void)state;
    brds_random random;
    brds_random_seed(&random, 21);
    for (int trial = 0; trial < 3000; trial++) {
        brds_ratio_line line = random_line(&random);
        check_equal(&line);
    }
    brds_ratio_line line = plain_line(39, 128, 24);
    brds_ratio ratio;
    brds_diag diag = {0};
    expect_ok(brds_ratio_equal(&line, &ratio, &diag), &diag);
    assert_int_equal(ratio.nnz_x, 6); /* 5.6 */
    line.multiple_h = 8;
    expect_ok(brds_ratio_equal(&line, &ratio, &diag), &diag);
    assert_true(ratio.nnz_x == 8 && ratio.nnz_h == 16 && line.total == 24);
    line.multiple_x = 5;
    expect_ok(brds_ratio_equal(&line, &ratio, &diag), &diag);
    assert_true(ratio.nnz_x == 15 && ratio.nnz_h == 8 && line.total == 23);
    line.total = 500; /* more than there are: the largest that fits */
    expect_ok(brds_ratio_equal(&line, &ratio, &diag), &diag);
    assert_true(ratio.nnz_x == 35 && ratio.nnz_h == 128 && line.total == 163);
}

/* The allowed point strictly on that side that is nearest to the step's end, of two the nearer to
 * where it started. */
static int move_by_force(const brds_ratio_line *line, int from, int step)
{
    int best = 0;
    for (int x = 1; x < line->total; x++) {
        bool side = step > 0 ? x < from : step < 0 && x > from;
        if (!side || !on_line(line, x, line->total - x)) {
            continue;
        }
        int off = abs(x - (from - step)), least = abs(best - (from - step));
        if (best == 0 || off < least || (off == least && abs(x - from) < abs(best - from))) {
            best = x;
        }
    }
    return best;
}

static void test_move(void **state)
{
    (void)state;
    brds_random random;
    brds_random_seed(&random, 22);
    int moved = 0, ended = 0;
    for (int trial = 0; trial < 3000; trial++) {
        brds_ratio_line line = random_line(&random);
        brds_ratio from, to = {-1, -1};
        brds_diag diag = {0};
        if (brds_ratio_equal(&line, &from, &diag)) {
            brds_diag_free(&diag);
            continue;
        }
        for (int step = -12; step <= 12; step++) {
            int expected = move_by_force(&line, from.nnz_x, step);
            assert_int_equal(brds_ratio_move(&line, from, step, &to), expected > 0);
            if (expected) {
                assert_int_equal(to.nnz_x, expected);
                assert_int_equal(to.nnz_h, line.total - expected);
            }
            moved += expected > 0;
            ended += expected == 0 && step != 0;
        }
    }
    assert_true(moved > 10000 && ended > 1000);
    brds_ratio to;
    brds_ratio_line line = plain_line(39, 128, 24);
    assert_true(brds_ratio_move(&line, (brds_ratio){6, 18}, INT32_MIN, &to) && to.nnz_x == 23);
    assert_true(brds_ratio_move(&line, (brds_ratio){6, 18}, INT32_MAX, &to) && to.nnz_x == 1);
}

/* ---- search ---- */

typedef double loss_of(double x, brds_random *random);

/* Runs a search to its end and checks what holds whatever the cost. */
static void run_search(brds_ratio_search *search, loss_of *cost, brds_random *random)
{
    brds_ratio ratio, again;
    bool seen[512] = {false};
    int asked = 0;
    while (brds_ratio_search_next(search, &ratio)) {
        assert_true(brds_ratio_search_next(search, &again));
        assert_int_equal(again.nnz_x, ratio.nnz_x);
        assert_true(on_line(&search->line, ratio.nnz_x, ratio.nnz_h));
        assert_false(seen[ratio.nnz_x]);
        seen[ratio.nnz_x] = true;
        brds_ratio_search_tell(search, cost(ratio.nnz_x, random));
        asked++;
        assert_true(asked <= search->max_trials);
        assert_int_equal(search->trials[asked - 1].ratio.nnz_x, ratio.nnz_x);
    }
    assert_int_equal(search->count, asked);
    assert_false(brds_ratio_search_next(search, &ratio));
    brds_ratio_search_tell(search, -1e9); /* nobody asked */
    assert_int_equal(search->count, asked);
    for (int i = 0; i < asked; i++) {
        double of_i = search->trials[i].cost, least = search->trials[search->best].cost;
        assert_true(i < search->best ? of_i > least || isnan(of_i) : !(of_i < least));
    }
}

static brds_ratio_search begin(brds_ratio_line line, int step, int step_min, int max_trials)
{
    brds_ratio_search search;
    brds_diag diag = {0};
    expect_ok(brds_ratio_search_begin(&search, &line, step, step_min, max_trials, &diag), &diag);
    return search;
}

static double center; /* of the cost */

static double parabola(double x, brds_random *random)
{
    (void)random;
    return (x - center) * (x - center);
}

static double steep_left(double x, brds_random *random)
{
    (void)random;
    return x < center ? 100.0 * (center - x) : sqrt(x - center);
}

static double flat(double x, brds_random *random)
{
    (void)x;
    (void)random;
    return 3.5;
}

static double noise(double x, brds_random *random)
{
    (void)x;
    return brds_random_uniform(random);
}

static double diverges(double x, brds_random *random)
{
    (void)random;
    return x > center ? (double)NAN : x == center ? (double)INFINITY : center - x;
}

/* The least cost among the line's points. */
static double least_loss(const brds_ratio_line *line, loss_of *cost)
{
    double least = INFINITY;
    for (int x = 1; x < line->total; x++) {
        least = on_line(line, x, line->total - x) ? fmin(least, cost(x, NULL)) : least;
    }
    return least;
}

/* Minima left and right of the equal point, at it, at the ends and beyond them. */
static void test_unimodal(void **state)
{
    (void)state;
    for (int minimum = -3; minimum <= 45; minimum++) {
        center = minimum + 0.25;
        for (int step = 1; step <= 9; step++) {
            loss_of *const costs[] = {parabola, steep_left};
            for (int i = 0; i < 2; i++) {
                brds_ratio_search search = begin(plain_line(39, 128, 60), step, 1, BRDS_MAX_TRIALS);
                run_search(&search, costs[i], NULL);
                assert_true(search.trials[search.best].cost == least_loss(&search.line, costs[i]));
                assert_true(search.count < BRDS_MAX_TRIALS);
            }
        }
    }
}

static void test_random_lines(void **state)
{
    (void)state;
    brds_random random;
    brds_random_seed(&random, 23);
    int multiples = 0;
    for (int trial = 0; trial < 3000; trial++) {
        brds_ratio_line line = random_line(&random);
        brds_ratio equal;
        brds_diag diag = {0};
        if (brds_ratio_equal(&line, &equal, &diag)) {
            brds_diag_free(&diag);
            continue;
        }
        center = between(&random, -20, 420) / 10.0 + 0.01;
        brds_ratio_search search = begin(line, between(&random, 1, 12), 1, BRDS_MAX_TRIALS);
        run_search(&search, parabola, NULL);
        assert_int_equal(search.trials[0].ratio.nnz_x, equal.nnz_x);
        assert_true(search.trials[search.best].cost == least_loss(&line, parabola));
        multiples += line.multiple_x > 1 && line.multiple_h > 1;
        int least = between(&random, 1, 3);
        search = begin(line, between(&random, least, 12), least, between(&random, 1, 20));
        run_search(&search, noise, &random);
    }
    assert_true(multiples > 200);
}

static void expect_trials(const brds_ratio_search *search, const int *nnz_x, int count)
{
    assert_int_equal(search->count, count);
    for (int i = 0; i < count; i++) {
        assert_int_equal(search->trials[i].ratio.nnz_x, nnz_x[i]);
    }
}

/* Step by step, as the header tells it: each way, on in the better direction, half around the
 * best. */
static void test_order(void **state)
{
    (void)state;
    brds_ratio_search search = begin(plain_line(100, 100, 100), 8, 2, BRDS_MAX_TRIALS);
    center = 77;
    run_search(&search, parabola, NULL);
    expect_trials(&search, (const int[]){50, 42, 58, 66, 74, 82, 70, 78, 76, 80}, 10);
    assert_int_equal(search.trials[search.best].ratio.nnz_x, 78);
    search = begin(plain_line(100, 100, 100), 8, 8, BRDS_MAX_TRIALS);
    center = 30;
    run_search(&search, parabola, NULL);
    expect_trials(&search, (const int[]){50, 42, 58, 34, 26}, 5);
    search = begin(plain_line(100, 100, 100), 8, 3, BRDS_MAX_TRIALS);
    run_search(&search, flat, NULL);
    expect_trials(&search, (const int[]){50, 42, 58, 46, 54}, 5);
    assert_int_equal(search.best, 0);
    search = begin(plain_line(100, 100, 100), 8, 1, 3);
    run_search(&search, parabola, NULL);
    assert_int_equal(search.count, 3);
    search = begin(plain_line(1, 100, 50), 8, 1, 3); /* one point */
    run_search(&search, parabola, NULL);
    expect_trials(&search, (const int[]){1}, 1);
}

/* Trials that diverged are left behind. */
static void test_not_a_number(void **state)
{
    (void)state;
    center = 42;
    brds_ratio_search search = begin(plain_line(100, 100, 100), 8, 1, BRDS_MAX_TRIALS);
    run_search(&search, diverges, NULL);
    /* 50 and 58 are no numbers, 42 is infinite and so better; beyond it the cost grows again */
    expect_trials(&search, (const int[]){50, 42, 58, 34, 26, 30, 38, 36, 40, 39, 41}, 11);
    assert_int_equal(search.trials[search.best].ratio.nnz_x, 41);
}

static void test_errors(void **state)
{
    (void)state;
    brds_ratio_search search;
    brds_ratio ratio;
    brds_diag diag = {0};
    brds_ratio_line line = plain_line(39, 128, 24);
    assert_int_equal(brds_ratio_search_begin(&search, &line, 4, 0, 9, &diag), BRDS_EINPUT);
    expect_message(&diag, "a first step of 4 weights and a smallest of 0");
    assert_int_equal(brds_ratio_search_begin(&search, &line, 1, 2, 9, &diag), BRDS_EINPUT);
    expect_message(&diag, "a first step of 1 weights and a smallest of 2");
    assert_int_equal(brds_ratio_search_begin(&search, &line, 4, 1, 0, &diag), BRDS_EINPUT);
    expect_message(&diag, "a search of 0 trials");
    assert_int_equal(brds_ratio_search_begin(&search, &line, 4, 1, 65, &diag), BRDS_EINPUT);
    expect_message(&diag, "a search of 65 trials is not one of 1 to 64");
    line.min_x = 40;
    assert_int_equal(brds_ratio_search_begin(&search, &line, 4, 1, 9, &diag), BRDS_EINPUT);
    expect_message(&diag, "no two counts fit: 24 weights a row of both matrices, of 39 columns at "
                          "least 40 in multiples of 1");
    line = plain_line(39, 128, 1);
    assert_int_equal(brds_ratio_equal(&line, &ratio, &diag), BRDS_EINPUT);
    expect_message(&diag, "no two counts fit");
    for (int i = 0; i < 6; i++) {
        int *const fields[] = {&line.columns_x,  &line.columns_h, &line.multiple_x,
                               &line.multiple_h, &line.min_x,     &line.min_h};
        line = plain_line(39, 128, 24);
        *fields[i] = 0;
        assert_int_equal(brds_ratio_equal(&line, &ratio, &diag), BRDS_EINPUT);
        expect_message(&diag, "all of them are at least 1");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_total),  cmocka_unit_test(test_equal),
        cmocka_unit_test(test_move),   cmocka_unit_test(test_unimodal),
        cmocka_unit_test(test_order),  cmocka_unit_test(test_random_lines),
        cmocka_unit_test(test_errors), cmocka_unit_test(test_not_a_number),
    };
    return cmocka_run_group_tests_name("ratio", tests, NULL, NULL);
}
