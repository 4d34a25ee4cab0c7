/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <zlib.h>

#include "fixed/fixed.h"
#include "plan/plan_estimate.h"
#include "plan/plan_private.h"
#include "plan/protect.h"
#include "plan_fixture.h"

static brds_plan make(const brds_spec *spec)
{
    brds_diag diag = {0};
    brds_plan plan;
    assert_int_equal(brds_plan_make(spec, &plan, &diag), BRDS_OK);
    brds_diag_free(&diag);
    return plan;
}

/* Every number worked out by hand from the page. */
static void test_digits(void **state)
{
    (void)state;
    brds_spec spec = digits_spec();
    brds_plan plan = make(&spec);
    assert_int_equal(plan.element_lanes, 1); /* Tmin 8, pow2ceil(ceil(4/8)) */
    assert_int_equal(plan.phase_count, 2);
    const brds_phase *gates = &plan.phases[0], *head = &plan.phases[1];
    assert_int_equal(gates->groups, 32);
    assert_int_equal(gates->beats, 8);
    assert_int_equal(gates->slots, 4);
    assert_int_equal(head->kind, BRDS_PHASE_HEAD);
    assert_int_equal(head->stage, 1);
    assert_int_equal(head->groups, 1);
    assert_int_equal(head->beats, 43); /* ceil(128 / 3) > 16 slots */
    assert_true(head->to_output && !gates->to_output);
    assert_int_equal(plan.words, 32 * 8 + 43);
    assert_int_equal(head->word_base, 256);
    assert_int_equal(head->unit_base, 128);
    assert_int_equal(plan.unit_rows, 132);
    assert_int_equal(plan.x_index_bits, 7); /* the head reads 128 columns on x lanes, too */
    assert_int_equal(plan.word_bits, 16 * 3 * (8 + 7));
    assert_int_equal(plan.unit_bits, 4 * 18);
    /* x lanes: h 128 words first, then x 64; h lanes: h */
    assert_int_equal(plan.x_half, 256);
    assert_int_equal(plan.h_half, 128);
    assert_int_equal(gates->x_base, 128);
    assert_int_equal(gates->dest_x, 0);
    assert_int_equal(head->x_base, 0);
    assert_int_equal(head->dest_h, -1);
    /* 43 terms of 8 x 16 bits on x lanes, 86 on h lanes */
    assert_int_equal(plan.x_acc_bits, brds_accumulator_bits(43, 8, 16));
    assert_int_equal(plan.h_acc_bits, brds_accumulator_bits(86, 8, 16));
    assert_int_equal(plan.timing.drain, 1 + 0 + 1 + 3 + 1 + 1);
    assert_int_equal(plan.timing.le, 15);
    assert_int_equal(plan.macs, 128 * 4 * 24); /* the head runs at the last step only */
    assert_int_equal(plan.x_words, 10);
    assert_int_equal(plan.y_words, 3);
    /* recurrent, head, and the head's 16 slots against the gates' 8 beats */
    assert_int_equal(plan.edge_count, 3);
    int gaps[BRDS_MAX_EDGES];
    brds_plan_worst_gaps(&plan, gaps);
    /* column 127: last beat 255, + LV M TS 1 = 6, slot 3, LE 15; read in beat 7: start > 272 */
    assert_int_equal(gaps[0], 255 + 6 + 3 + 15 - 7 + 1 - 256);
    assert_int_equal(gaps[1], 0);
    assert_int_equal(gaps[2], 8);
}

/* Check bits change no image of the same delays; the decoder of secded is one cycle of LW. */
static void test_protect(void **state)
{
    (void)state;
    static const struct {
        int width, secded;
    } codes[] = {{1, 3},  {2, 4},  {4, 4},  {5, 5},  {11, 5},  {12, 6},
                 {26, 6}, {32, 7}, {57, 7}, {64, 8}, {128, 9}, {512, 11}};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        assert_int_equal(brds_check_bits(BRDS_PROTECT_NONE, codes[i].width), 0);
        assert_int_equal(brds_check_bits(BRDS_PROTECT_PARITY, codes[i].width), 1);
        assert_int_equal(brds_check_bits(BRDS_PROTECT_SECDED, codes[i].width), codes[i].secded);
    }
    assert_int_equal(brds_stored_bits(BRDS_PROTECT_SECDED, 720, 64), 11 * 72 + 16 + 6);
    assert_int_equal(brds_stored_bits(BRDS_PROTECT_PARITY, 128, 64), 130);
    assert_int_equal(brds_stored_bits(BRDS_PROTECT_NONE, 720, 64), 720);
    brds_spec spec = digits_spec();
    brds_diag diag = {0};
    brds_plan none, parity, secded;
    assert_int_equal(brds_plan_make(&spec, &none, &diag), BRDS_OK);
    spec.protect = BRDS_PROTECT_PARITY;
    assert_int_equal(brds_plan_make(&spec, &parity, &diag), BRDS_OK);
    spec.protect = BRDS_PROTECT_SECDED;
    assert_int_equal(brds_plan_make(&spec, &secded, &diag), BRDS_OK);
    assert_int_equal(parity.fingerprint, none.fingerprint);
    assert_int_equal(parity.timing.drain, none.timing.drain);
    assert_int_not_equal(secded.fingerprint, none.fingerprint);
    assert_int_equal(secded.timing.lw, none.timing.lw + 1);
    assert_int_equal(secded.timing.lv, none.timing.lv);
    assert_int_equal(secded.timing.drain, none.timing.drain + 1);
    assert_int_equal(secded.word_bits, none.word_bits);
    brds_diag_free(&diag);
}

static void test_element_lanes(void **state)
{
    (void)state;
    static const struct {
        int pes, nnz_h, lanes;
    } cases[] = {{4, 16, 1}, {4, 2, 4}, {6, 2, 2}, {12, 6, 4}, {9, 2, 1}, {64, 2, 64}, {64, 64, 2}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        brds_spec spec = digits_spec();
        spec.pes = cases[i].pes;
        spec.layers[0].nnz_x = 1;
        spec.layers[0].nnz_h = cases[i].nnz_h;
        brds_plan plan = make(&spec);
        assert_int_equal(plan.element_lanes, cases[i].lanes);
        assert_true(plan.phases[0].beats >= spec.pes / plan.element_lanes);
    }
}

typedef struct {
    int base, words;
} extent;

static int power_above(int value)
{
    int power = 1;
    while (power < value) {
        power *= 2;
    }
    return power;
}

static void expect_apart(const extent *slots, int count, int half)
{
    for (int i = 0; i < count; i++) {
        assert_int_equal(slots[i].base % slots[i].words, 0);
        assert_true(slots[i].base + slots[i].words <= half);
        for (int j = 0; j < i; j++) {
            assert_true(slots[i].base == slots[j].base ||
                        slots[i].base + slots[i].words <= slots[j].base ||
                        slots[j].base + slots[j].words <= slots[i].base);
        }
    }
}

/* Sources and destinations agree between phases, and slots do not overlap. */
static void test_memories(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 300; seed++) {
        brds_spec spec = random_spec(seed);
        brds_plan plan = make(&spec);
        extent x[BRDS_MAX_PHASES], h[BRDS_MAX_PHASES];
        int words = 0, rows = 0;
        for (int p = 0; p < plan.phase_count; p++) {
            const brds_phase *phase = &plan.phases[p];
            int lanes = plan.element_lanes;
            x[p] = (extent){phase->x_base,
                            power_above((phase->columns_x + lanes - 1) / lanes * lanes)};
            h[p] = (extent){phase->h_base,
                            power_above((phase->columns_h + lanes - 1) / lanes * lanes)};
            assert_int_equal(phase->word_base, words);
            assert_int_equal(phase->unit_base, rows);
            words += phase->groups * phase->beats;
            rows += phase->groups * spec.pes / lanes;
            assert_true(phase->beats >= phase->slots);
            if (phase->kind == BRDS_PHASE_PROJECTION) {
                assert_int_equal(plan.phases[phase->layer].dest_h, phase->h_base);
                assert_int_equal(plan.phases[phase->layer].dest_x, phase->x_base);
                assert_int_equal(phase->dest_h, plan.phases[phase->layer].h_base);
            }
        }
        assert_int_equal(plan.words, words);
        assert_int_equal(plan.unit_rows, rows);
        expect_apart(x, plan.phase_count, plan.x_half);
        expect_apart(h, plan.phase_count, plan.h_half);
        for (int e = 0; e < plan.edge_count; e++) { /* a reader finds what its writer wrote */
            const brds_phase *reader = &plan.phases[plan.edges[e].reader];
            const brds_phase *writer = &plan.phases[plan.edges[e].writer];
            if (brds_edge_reads(&plan, e, 0)) {
                assert_int_equal(reader->x_base, writer->dest_x);
            }
            if (brds_edge_reads(&plan, e, 1)) {
                assert_int_equal(reader->h_base, writer->dest_h);
            }
        }
    }
}

/* |sum| <= terms * 2^(W-1+A-1) < 2^(bits-1), and one bit less would not do for the widest. */
static void test_accumulators(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 300; seed++) {
        brds_spec spec = random_spec(seed);
        brds_plan plan = make(&spec);
        for (int p = 0; p < plan.phase_count; p++) {
            int x, h, shift = spec.weight_bits + spec.activation.bits - 2;
            brds_phase_terms(&plan, &plan.phases[p], &x, &h);
            assert_true((int64_t)x << shift < INT64_C(1) << (plan.x_acc_bits - 1));
            assert_true((int64_t)h << shift < INT64_C(1) << (plan.h_acc_bits - 1));
        }
        assert_true(plan.sum_bits >= plan.x_acc_bits + 16 && plan.sum_bits >= plan.h_acc_bits + 16);
    }
}

/* The rows of PEs, gates and groups are each of the matrix's rows once. */
static void test_rows(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 100; seed++) {
        brds_spec spec = random_spec(seed);
        brds_plan plan = make(&spec);
        for (int p = 0; p < plan.phase_count; p++) {
            const brds_phase *phase = &plan.phases[p];
            int rows = phase->kind == BRDS_PHASE_GATES ? 4 * phase->rows : phase->rows, found = 0;
            char *seen = calloc((size_t)rows, 1);
            assert_non_null(seen);
            for (int i = 0; i < phase->groups * spec.pes * 4; i++) {
                int row = brds_phase_row(&plan, phase, i / 4 / spec.pes, i / 4 % spec.pes, i % 4);
                assert_true(row < rows);
                if (row >= 0) {
                    assert_int_equal(seen[row], 0);
                    seen[row] = 1;
                    found++;
                }
            }
            assert_int_equal(found, rows);
            free(seen);
        }
    }
}

/* All that changes an image's meaning changes the fingerprint; what does not, does not. */
static void test_fingerprint(void **state)
{
    (void)state;
    brds_spec spec = digits_spec(), other = spec;
    brds_plan plan = make(&spec);
    char *text = brds_plan_shape_text(&plan);
    assert_non_null(text);
    assert_int_equal(plan.fingerprint, crc32(0, (const Bytef *)text, (uInt)strlen(text)));
    free(text);
    other.clock_mhz = 17;
    other.family = BRDS_FAMILY_ICE40;
    memcpy(other.name, "other", 6);
    assert_int_equal(make(&other).fingerprint, plan.fingerprint);
    other.stream_bits = 128;
    assert_int_not_equal(make(&other).fingerprint, plan.fingerprint);
    other = spec;
    other.pipeline.function = 3; /* the gaps would be wrong */
    assert_int_not_equal(make(&other).fingerprint, plan.fingerprint);
    other = spec;
    other.activation.frac = 11;
    assert_int_not_equal(make(&other).fingerprint, plan.fingerprint);
    other = spec;
    other.input_size = 40;
    assert_int_not_equal(make(&other).fingerprint, plan.fingerprint);
}

static void test_report(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        brds_spec spec = random_spec(seed);
        brds_plan plan = make(&spec);
        brds_diag diag = {0};
        json_t *root = brds_plan_json(&plan, NULL);
        assert_non_null(root);
        assert_string_equal(json_string_value(json_object_get(root, "gaps")), "worst case");
        const json_t *widths = json_object_get(root, "widths");
        assert_true(json_is_true(json_object_get(json_object_get(widths, "sum"), "proven")));
        assert_true(
            json_is_true(json_object_get(json_object_get(widths, "x_accumulator"), "proven")));
        double share =
            json_number_value(json_object_get(json_object_get(root, "speed"), "utilisation"));
        assert_true(share > 0.0 && share <= 1.0);
        json_decref(root);
        FILE *stream = tmpfile();
        assert_non_null(stream);
        assert_int_equal(brds_plan_print(&plan, NULL, stream, &diag), BRDS_OK);
        assert_true(ftell(stream) > 500);
        fclose(stream);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digits),        cmocka_unit_test(test_protect),
        cmocka_unit_test(test_element_lanes), cmocka_unit_test(test_memories),
        cmocka_unit_test(test_accumulators),  cmocka_unit_test(test_rows),
        cmocka_unit_test(test_fingerprint),   cmocka_unit_test(test_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
