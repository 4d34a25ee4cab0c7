/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows whose gaps fit relative indices: against all subsets, a dynamic programme
 * and the packer itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "net/matrices.h"
#include "pack/pack.h"
#include "pattern_fixture.h"
#include "plan_fixture.h"

/* The packer's rule, place by place. */
static bool gaps_fit(const uint8_t *mask, int columns, int max_gap, int lanes)
{
    int places[MAX_COUNT], count = 0;
    for (int i = 0; i < columns; i++) {
        if (mask[i]) {
            int before = count >= lanes ? places[count - lanes] : 0;
            if (i - before > max_gap) {
                return false;
            }
            places[count++] = i;
        }
    }
    return true;
}

static double sum_of(const float *row, const uint8_t *mask, int columns)
{
    double sum = 0.0;
    for (int i = 0; i < columns; i++) {
        sum += mask[i] ? fabs((double)row[i]) : 0.0;
    }
    return sum;
}

/* a goes before b where, place for place, its columns are not above b's. */
static bool not_above(const uint8_t *a, const uint8_t *b, int columns)
{
    int ahead = 0;
    for (int i = 0; i < columns; i++) {
        ahead += a[i] - b[i];
        if (ahead < 0) {
            return false;
        }
    }
    return true;
}

/* All subsets.  The largest sum, and of equals none with a lower column at any place.  Returns
 * false where no set obeys the rule. */
static bool expect_best_gap_row(const float *row, const uint8_t *mask, int columns, int nnz,
                                int max_gap, int lanes)
{
    double best = mask ? sum_of(row, mask, columns) : 0.0;
    bool any = false;
    for (unsigned set = 0; set < 1u << columns; set++) {
        uint8_t other[16];
        for (int i = 0; i < columns; i++) {
            other[i] = set >> i & 1;
        }
        if (kept(other, columns) != nnz || !gaps_fit(other, columns, max_gap, lanes)) {
            continue;
        }
        any = true;
        if (mask) {
            double sum = sum_of(row, other, columns);
            assert_true(sum < best + 1e-9);
            assert_true(sum < best - 1e-9 || not_above(mask, other, columns));
        }
    }
    return any;
}

static void test_gap_all_subsets(void **state)
{
    (void)state;
    brds_random random;
    brds_random_seed(&random, 15);
    int refused = 0, bound = 0;
    for (int trial = 0; trial < 1500; trial++) {
        float row[12];
        uint8_t mask[12], free_mask[12];
        int columns = between(&random, 1, 12);
        random_weights(&random, trial, row, columns);
        brds_pattern_options options = {.pattern = BRDS_PATTERN_ROW,
                                        .nnz = between(&random, 1, columns),
                                        .max_gap = between(&random, 1, 6),
                                        .lanes = between(&random, 0, 5)};
        int lanes = options.lanes ? options.lanes : 1;
        brds_diag diag = {0};
        brds_status status = brds_pattern_mask(row, 1, columns, &options, mask, &diag);
        if (status) {
            assert_false(
                expect_best_gap_row(row, NULL, columns, options.nnz, options.max_gap, lanes));
            expect_message(&diag, "cannot serve");
            refused++;
            continue;
        }
        assert_int_equal(kept(mask, columns), options.nnz);
        assert_true(gaps_fit(mask, columns, options.max_gap, lanes));
        assert_true(expect_best_gap_row(row, mask, columns, options.nnz, options.max_gap, lanes));
        options.max_gap = 0;
        make_mask(row, 1, columns, &options, free_mask);
        bound += memcmp(mask, free_mask, (size_t)columns) != 0;
    }
    assert_true(refused > 50 && bound > 300); /* the limit mattered */
}

/* One lane, rows of any length: the best sum by dynamic programming over the columns. */
static double best_one_lane(const float *row, int columns, int nnz, int max_gap)
{
    double best[2][256];
    for (int k = 0; k < nnz; k++) {
        for (int c = 0; c < columns; c++) {
            double before = k == 0 && c <= max_gap ? 0.0 : -INFINITY;
            for (int p = c - 1; k > 0 && p >= 0 && p >= c - max_gap; p--) {
                before = fmax(before, best[(k - 1) % 2][p]);
            }
            best[k % 2][c] = before + fabs((double)row[c]);
        }
    }
    double most = -INFINITY;
    for (int c = 0; c < columns; c++) {
        most = fmax(most, best[(nnz - 1) % 2][c]);
    }
    return most;
}

static void test_gap_one_lane(void **state)
{
    (void)state;
    brds_random random;
    brds_random_seed(&random, 16);
    for (int trial = 0; trial < 60; trial++) {
        float row[200];
        uint8_t mask[200];
        int columns = between(&random, 30, 200);
        random_weights(&random, trial, row, columns);
        brds_pattern_options options = {.pattern = BRDS_PATTERN_ROW,
                                        .nnz = between(&random, 1, columns / 2),
                                        .max_gap = between(&random, 1, 15)};
        make_mask(row, 1, columns, &options, mask);
        assert_int_equal(kept(mask, columns), options.nnz);
        assert_true(gaps_fit(mask, columns, options.max_gap, 1));
        double best = best_one_lane(row, columns, options.nnz, options.max_gap);
        assert_true(fabs(sum_of(row, mask, columns) - best) < 1e-6);
    }
}

/* No column of the set can be moved to a free place for a gain: a weaker check for rows and lanes
 * that are too many for all subsets. */
static void test_gap_many_lanes(void **state)
{
    (void)state;
    brds_random random;
    brds_random_seed(&random, 17);
    for (int trial = 0; trial < 12; trial++) {
        float row[160];
        uint8_t mask[160];
        int columns = between(&random, 80, 160), lanes = between(&random, 2, 8);
        random_weights(&random, trial, row, columns);
        brds_pattern_options options = {.pattern = BRDS_PATTERN_ROW,
                                        .nnz = between(&random, lanes + 1, columns / 3),
                                        .max_gap = between(&random, lanes, 31),
                                        .lanes = lanes};
        make_mask(row, 1, columns, &options, mask);
        assert_int_equal(kept(mask, columns), options.nnz);
        assert_true(gaps_fit(mask, columns, options.max_gap, lanes));
        for (int from = 0; from < columns; from++) {
            for (int to = 0; mask[from] && to < columns; to++) {
                if (!mask[to] && outranks(row, to, from)) {
                    mask[from] = 0;
                    mask[to] = 1;
                    assert_false(gaps_fit(mask, columns, options.max_gap, lanes));
                    mask[from] = 1;
                    mask[to] = 0;
                }
            }
        }
    }
}

/* Zeros, values that are no numbers, and magnitudes far apart. */
static void test_gap_odd_values(void **state)
{
    (void)state;
    float row[40] = {0};
    uint8_t mask[40];
    brds_pattern_options options = {
        .pattern = BRDS_PATTERN_ROW, .nnz = 6, .max_gap = 5, .lanes = 2};
    make_mask(row, 1, 40, &options, mask);
    assert_int_equal(kept(mask, 6), 6); /* the lowest columns */
    row[39] = NAN;
    row[2] = INFINITY;
    row[9] = 1e-30f;
    make_mask(row, 1, 40, &options, mask);
    assert_int_equal(kept(mask, 40), 6);
    assert_true(mask[2] && gaps_fit(mask, 40, 5, 2));
}

/* ---- the packer's word ---- */

static brds_spec relative_spec(brds_random *random)
{
    brds_spec spec = digits_spec();
    spec.input_size = 20;
    spec.head = (brds_head_spec){.present = true, .size = 4, .nnz = 5, .output = {16, 10}};
    spec.lanes_x = between(random, 1, 3);
    spec.lanes_h = between(random, 1, 4);
    spec.index = BRDS_INDEX_RELATIVE;
    spec.index_bits = between(random, 3, 4);
    spec.layers[0] = (brds_layer_spec){.hidden_size = 24,
                                       .projection_size = 18,
                                       .nnz_x = between(random, 1, 9),
                                       .nnz_h = between(random, 1, 9),
                                       .nnz_p = between(random, 1, 9)};
    return spec;
}

/* Masks all matrices of a random network, with a limit that is `beyond` what the indices hold. */
static bool mask_network(const brds_spec *spec, int beyond, brds_network *network)
{
    brds_matrix matrices[BRDS_MAX_MATRICES];
    int count = brds_network_matrices(network, spec, matrices), most = (1 << spec->index_bits) - 1;
    uint8_t mask[MAX_COUNT];
    bool fit = true;
    for (int i = 0; i < count; i++) {
        const brds_matrix *m = &matrices[i];
        int lanes = i == 0 ? spec->lanes_x : i == 1 ? spec->lanes_h : spec->lanes_x + spec->lanes_h;
        brds_pattern_options options = {
            .pattern = BRDS_PATTERN_ROW, .nnz = m->nnz, .max_gap = most + beyond, .lanes = lanes};
        make_mask(m->weights, m->rows, m->columns, &options, mask);
        for (int j = 0; j < m->rows * m->columns; j++) {
            m->weights[j] = mask[j] ? m->weights[j] : 0.0f;
        }
        for (int row = 0; row < m->rows; row++) {
            fit = fit && gaps_fit(mask + row * m->columns, m->columns, most, lanes);
        }
    }
    return fit;
}

/* What the rule allows is packed and what it forbids is refused, on lanes of any number. */
static void test_packer_agrees(void **state)
{
    (void)state;
    brds_random random;
    brds_random_seed(&random, 18);
    int refused = 0;
    for (int trial = 0; trial < 80; trial++) {
        brds_spec spec = relative_spec(&random), dense = spec;
        dense.layers[0].nnz_x = 20;
        dense.layers[0].nnz_h = 18;
        dense.layers[0].nnz_p = 24;
        dense.head.nnz = 18;
        brds_diag diag = {0};
        brds_network network;
        brds_packed packed;
        expect_ok(brds_network_random(&dense, (uint64_t)trial, &network, &diag), &diag);
        bool fit = mask_network(&spec, trial % 2, &network);
        assert_true(fit || trial % 2 == 1);
        brds_status status = brds_pack("m", &spec, &network, &packed, &diag);
        if (fit) {
            expect_ok(status, &diag);
            brds_packed_free(&packed);
        } else {
            assert_int_equal(status, BRDS_EINPUT);
            expect_message(&diag, "does not fit in");
            refused++;
        }
        brds_network_free(&network);
    }
    assert_true(refused > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gap_all_subsets), cmocka_unit_test(test_gap_one_lane),
        cmocka_unit_test(test_gap_many_lanes),  cmocka_unit_test(test_gap_odd_values),
        cmocka_unit_test(test_packer_agrees),
    };
    return cmocka_run_group_tests_name("pattern_gap", tests, NULL, NULL);
}
