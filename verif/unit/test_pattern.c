/* SPDX-License-Identifier: Apache-2.0
 *
 * Mask patterns against brute force: ranks counted one by one, blocks taken one
 * by one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "pattern_fixture.h"
#include "plan_fixture.h"
#include "prune/magnitude.h"

/* mask[i] as its rank says, counted one by one. */
static void expect_largest(const float *weights, const uint8_t *mask, int count, int keep)
{
    for (int i = 0; i < count; i++) {
        int rank = 0;
        for (int j = 0; j < count; j++) {
            rank += outranks(weights, j, i);
        }
        assert_int_equal(mask[i], rank < keep);
    }
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(brds_pattern_name(BRDS_PATTERN_DENSE), "dense");
    assert_string_equal(brds_pattern_name(BRDS_PATTERN_UNSTRUCTURED), "unstructured");
    assert_string_equal(brds_pattern_name(BRDS_PATTERN_BANK), "bank");
    assert_string_equal(brds_pattern_name(BRDS_PATTERN_BLOCK), "block");
    assert_string_equal(brds_pattern_name(BRDS_PATTERN_ROW), "row");
    assert_null(brds_pattern_name((brds_pattern)(BRDS_PATTERN_ROW + 1)));
    assert_null(brds_pattern_name((brds_pattern)-1));
}

static void test_dense(void **state)
{
    (void)state;
    float weights[6] = {0};
    uint8_t mask[6];
    make_mask(weights, 2, 3, &(brds_pattern_options){.pattern = BRDS_PATTERN_DENSE}, mask);
    assert_int_equal(kept(mask, 6), 6);
}

static void test_unstructured(void **state)
{
    (void)state;
    float weights[MAX_COUNT];
    uint8_t mask[MAX_COUNT];
    brds_random random;
    brds_random_seed(&random, 11);
    for (int trial = 0; trial < 200; trial++) {
        int rows = between(&random, 1, 12), columns = between(&random, 1, 20);
        random_weights(&random, trial, weights, rows * columns);
        brds_pattern_options options = {.pattern = BRDS_PATTERN_UNSTRUCTURED,
                                        .nnz = between(&random, 1, columns)};
        make_mask(weights, rows, columns, &options, mask);
        expect_largest(weights, mask, rows * columns, rows * options.nnz);
    }
}

static void test_rows(void **state)
{
    (void)state;
    float weights[MAX_COUNT];
    uint8_t mask[MAX_COUNT];
    brds_random random;
    brds_random_seed(&random, 12);
    for (int trial = 0; trial < 200; trial++) {
        int rows = between(&random, 1, 5), columns = between(&random, 1, 60);
        random_weights(&random, trial, weights, rows * columns);
        brds_pattern_options options = {.pattern = BRDS_PATTERN_ROW,
                                        .nnz = between(&random, 1, columns)};
        make_mask(weights, rows, columns, &options, mask);
        for (int row = 0; row < rows; row++) {
            float *first = weights + row * columns;
            expect_largest(first, mask + row * columns, columns, options.nnz);
            brds_prune_row(first, columns, options.nnz); /* the same rule */
            for (int i = 0; i < columns; i++) {
                assert_true(mask[row * columns + i] || first[i] == 0.0f);
            }
        }
    }
}

/* Rows b * 4S + k * S + e for k = 0..3 keep the columns of the largest sums of squares over the rows there are. */
static void test_shared_rows(void **state)
{
    (void)state;
    float weights[MAX_COUNT], norms[64];
    uint8_t mask[MAX_COUNT];
    brds_random random;
    brds_random_seed(&random, 13);
    for (int trial = 0; trial < 200; trial++) {
        int rows = between(&random, 1, 40), columns = between(&random, 1, 60);
        random_weights(&random, trial, weights, rows * columns);
        brds_pattern_options options = {.pattern = BRDS_PATTERN_ROW,
                                        .nnz = between(&random, 1, columns),
                                        .rule.stride = between(&random, 1, 12)};
        make_mask(weights, rows, columns, &options, mask);
        for (int row = 0; row < rows; row++) {
            int block = 4 * options.rule.stride,
                first = row / block * block + row % options.rule.stride;
            for (int i = 0; i < columns; i++) {
                double sum = 0.0;
                for (int r = first; r < first + block && r < rows; r += options.rule.stride) {
                    sum += (double)weights[r * columns + i] * (double)weights[r * columns + i];
                }
                norms[i] = (float)sqrt(sum);
            }
            expect_largest(norms, mask + row * columns, columns, options.nnz);
        }
    }
}

/* Whether a row without column `out` (-1: all of it) and with column `in` fits. */
static bool fits(const brds_row_rule *rule, const uint8_t *mask, int columns, int in, int out)
{
    brds_bank_fill fill;
    bool good = true;
    brds_bank_begin(&fill, rule);
    for (int i = 0; i < columns; i++) {
        if ((mask[i] != 0 && i != out) || i == in) {
            good = brds_bank_take(&fill, i) && good;
        }
    }
    return good;
}

/* Every row fits, keeps nnz, and no swap of a kept column for a larger one fits: so it is the best of a matroid. */
static void test_vector_banks(void **state)
{
    (void)state;
    float weights[MAX_COUNT];
    uint8_t mask[MAX_COUNT];
    brds_random random;
    brds_random_seed(&random, 14);
    for (int trial = 0; trial < 400; trial++) {
        int columns = between(&random, 1, 60), nnz = between(&random, 1, columns);
        brds_row_rule rule = {.banks = 1 << between(&random, 0, 4)};
        rule.others = trial % 2 ? 1 << between(&random, 0, 4) : 0;
        rule.others = rule.others > rule.banks ? rule.banks : rule.others;
        int least = (nnz + rule.banks + rule.others - 1) / (rule.banks + rule.others);
        rule.beats = least + (trial % 3 == 0 ? between(&random, 0, 3) : 0);
        brds_pattern_options options = {.pattern = BRDS_PATTERN_ROW, .nnz = nnz, .rule = rule};
        random_weights(&random, trial, weights, columns);
        make_mask(weights, 1, columns, &options, mask);
        int kept = 0;
        for (int i = 0; i < columns; i++) {
            kept += mask[i];
        }
        assert_int_equal(kept, nnz);
        assert_true(fits(&rule, mask, columns, -1, -1));
        for (int out = 0; out < columns; out++) {
            for (int in = 0; in < columns && mask[out] != 0; in++) {
                if (mask[in] == 0 && fabsf(weights[in]) > fabsf(weights[out])) {
                    assert_false(fits(&rule, mask, columns, in, out));
                }
            }
        }
    }
}

/* 7 columns on 3 banks: 3, 2 and 2 of them; 4 weights: 2, 1 and 1. */
static void test_bank_by_hand(void **state)
{
    (void)state;
    const float row[7] = {1, -5, 2, 3, 3, 0, -1};
    const uint8_t expected[7] = {0, 1, 1, 1, 0, 0, 1};
    uint8_t mask[7];
    brds_pattern_options options = {.pattern = BRDS_PATTERN_BANK, .nnz = 4, .bank = 3};
    make_mask(row, 1, 7, &options, mask);
    assert_memory_equal(mask, expected, 7);
}

static void test_banks(void **state)
{
    (void)state;
    float weights[MAX_COUNT];
    uint8_t mask[MAX_COUNT];
    brds_random random;
    brds_random_seed(&random, 13);
    for (int trial = 0; trial < 300; trial++) {
        int rows = between(&random, 1, 4), columns = between(&random, 1, 50);
        random_weights(&random, trial, weights, rows * columns);
        brds_pattern_options options = {.pattern = BRDS_PATTERN_BANK,
                                        .nnz = between(&random, 1, columns),
                                        .bank = between(&random, 1, columns)};
        make_mask(weights, rows, columns, &options, mask);
        for (int row = 0; row < rows; row++) {
            int at = row * columns, left = columns, keep = options.nnz;
            assert_int_equal(kept(mask + at, columns), options.nnz);
            for (int banks = options.bank; banks > 0; banks--) {
                /* what is left, shared among the banks that are left, rounded up */
                int size = (left + banks - 1) / banks, of_bank = (keep + banks - 1) / banks;
                expect_largest(weights + at, mask + at, size, of_bank);
                at += size;
                left -= size;
                keep -= of_bank;
            }
        }
    }
}

/* The norm of the block that holds (row, column), and its size. */
static double norm_around(const float *weights, int rows, int columns, int row, int column,
                          const brds_pattern_options *options, int *size)
{
    double sum = 0.0;
    *size = 0;
    for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
            if (i / options->block_rows == row / options->block_rows &&
                j / options->block_columns == column / options->block_columns) {
                sum += (double)weights[i * columns + j] * (double)weights[i * columns + j];
                ++*size;
            }
        }
    }
    return sum;
}

/* Takes block after block, each the first of the largest norm, until no more come nearer. */
static void blocks_by_force(const float *weights, int rows, int columns,
                            const brds_pattern_options *options, uint8_t *mask)
{
    int count = rows * columns, wanted = rows * options->nnz, have = 0;
    for (int i = 0; i < count; i++) {
        mask[i] = 0;
    }
    for (;;) {
        double best = -1.0;
        int at = -1, of_best = 0, size;
        for (int i = 0; i < count; i++) {
            double norm =
                norm_around(weights, rows, columns, i / columns, i % columns, options, &size);
            if (!mask[i] && norm > best) {
                best = norm;
                at = i;
                of_best = size;
            }
        }
        if (at < 0 || (have > 0 && abs(have + of_best - wanted) >= abs(have - wanted))) {
            return;
        }
        for (int i = 0; i < count; i++) {
            mask[i] |=
                i / columns / options->block_rows == at / columns / options->block_rows &&
                i % columns / options->block_columns == at % columns / options->block_columns;
        }
        have += of_best;
    }
}

static void test_blocks(void **state)
{
    (void)state;
    float weights[MAX_COUNT];
    uint8_t mask[MAX_COUNT], expected[MAX_COUNT];
    brds_random random;
    brds_random_seed(&random, 14);
    for (int trial = 0; trial < 300; trial++) {
        int rows = between(&random, 1, 9), columns = between(&random, 1, 12);
        random_weights(&random, trial, weights, rows * columns);
        brds_pattern_options options = {.pattern = BRDS_PATTERN_BLOCK,
                                        .nnz = between(&random, 1, columns),
                                        .block_rows = between(&random, 1, 5),
                                        .block_columns = between(&random, 1, 5)};
        make_mask(weights, rows, columns, &options, mask);
        blocks_by_force(weights, rows, columns, &options, expected);
        assert_memory_equal(mask, expected, (size_t)(rows * columns));
    }
}

static void test_block_bounds(void **state)
{
    (void)state;
    const float weights[6] = {1, 2, 3, 4, 5, 6};
    uint8_t mask[6];
    brds_pattern_options options = {.pattern = BRDS_PATTERN_BLOCK,
                                    .nnz = 1,
                                    .block_rows = INT32_MAX,
                                    .block_columns = INT32_MAX};
    make_mask(weights, 2, 3, &options, mask); /* one block: it stays, far as 6 is from 2 */
    assert_int_equal(kept(mask, 6), 6);
    options = (brds_pattern_options){
        .pattern = BRDS_PATTERN_BLOCK, .nnz = 3, .block_rows = 1, .block_columns = 2};
    make_mask(weights, 2, 3, &options, mask);
    assert_int_equal(kept(mask, 6), 6);
}

static void expect_refusal(brds_pattern_options options, const char *text)
{
    float weights[16] = {0};
    uint8_t mask[16];
    brds_diag diag = {0};
    assert_int_equal(brds_pattern_mask(weights, 2, 8, &options, mask, &diag), BRDS_EINPUT);
    expect_message(&diag, text);
}

static void test_errors(void **state)
{
    (void)state;
    for (int p = BRDS_PATTERN_UNSTRUCTURED; p <= BRDS_PATTERN_ROW; p++) {
        brds_pattern_options options = {
            .pattern = (brds_pattern)p, .bank = 1, .block_rows = 1, .block_columns = 1};
        expect_refusal(options, ": 0 weights of a row of 8 cannot stay");
        options.nnz = 9;
        expect_refusal(options, ": 9 weights of a row of 8 cannot stay");
    }
    expect_refusal((brds_pattern_options){.pattern = (brds_pattern)9}, "no mask pattern 9");
    expect_refusal((brds_pattern_options){.pattern = BRDS_PATTERN_BANK, .nnz = 1},
                   "a row of 8 columns has no 0 banks");
    expect_refusal((brds_pattern_options){.pattern = BRDS_PATTERN_BANK, .nnz = 1, .bank = 9},
                   "a row of 8 columns has no 9 banks");
    expect_refusal((brds_pattern_options){.pattern = BRDS_PATTERN_BLOCK, .nnz = 1, .block_rows = 2},
                   "blocks of 2 by 0");
    expect_refusal(
        (brds_pattern_options){.pattern = BRDS_PATTERN_BLOCK, .nnz = 1, .block_columns = 2},
        "blocks of 0 by 2");
    brds_pattern_options row = {.pattern = BRDS_PATTERN_ROW, .nnz = 5, .max_gap = -1};
    expect_refusal(row, "a largest gap of -1 on 0 lanes");
    row.max_gap = 3;
    row.lanes = -1;
    expect_refusal(row, "a largest gap of 3 on -1 lanes");
    row.lanes = 4;
    expect_refusal(row, "a largest gap of 3 cannot serve 5 weights a row on 4 lanes: even adjacent "
                        "columns need 4");
    row.lanes = 8;
    expect_refusal(row, "even adjacent columns need 4");
    row.max_gap = 4;
    float weights[8] = {0, 0, 0, 0, 0, 0, 0, 1};
    uint8_t mask[8];
    make_mask(weights, 1, 8, &row, mask);
    assert_int_equal(kept(mask, 5), 5);
}

static void test_gradual(void **state)
{
    (void)state;
    assert_int_equal(brds_pattern_gradual_nnz(128, 16, 0.5), 16 + 14); /* 112 / 8 */
    assert_int_equal(brds_pattern_gradual_nnz(128, 16, 0.75), 16 + 2); /* 1.75, rounded up */
    for (int columns = 1; columns <= 300; columns = columns * 2 + 1) {
        for (int nnz = 1; nnz <= columns; nnz += 1 + columns / 7) {
            int before = columns;
            assert_int_equal(brds_pattern_gradual_nnz(columns, nnz, 0.0), columns);
            assert_int_equal(brds_pattern_gradual_nnz(columns, nnz, -1.0), columns);
            for (int step = 0; step <= 1000; step++) {
                double progress = step / 1000.0;
                int now = brds_pattern_gradual_nnz(columns, nnz, progress);
                double sparsity = (1.0 - (double)nnz / columns) * (1.0 - pow(1.0 - progress, 3.0));
                assert_true(now <= before && now >= nnz);
                assert_true(now > columns * (1.0 - sparsity) - 1e-9 &&
                            now < columns * (1.0 - sparsity) + 1.0 + 1e-9);
                before = now;
            }
            assert_int_equal(before, nnz);
            assert_int_equal(brds_pattern_gradual_nnz(columns, nnz, 7.0), nnz);
        }
    }
    assert_int_equal(brds_pattern_gradual_nnz(10, 2, (double)NAN), 10);
    assert_int_equal(brds_pattern_gradual_nnz(10, 12, 0.5), 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),        cmocka_unit_test(test_dense),
        cmocka_unit_test(test_unstructured), cmocka_unit_test(test_rows),
        cmocka_unit_test(test_shared_rows),  cmocka_unit_test(test_vector_banks),
        cmocka_unit_test(test_bank_by_hand), cmocka_unit_test(test_banks),
        cmocka_unit_test(test_blocks),       cmocka_unit_test(test_block_bounds),
        cmocka_unit_test(test_errors),       cmocka_unit_test(test_gradual),
    };
    return cmocka_run_group_tests_name("pattern", tests, NULL, NULL);
}
