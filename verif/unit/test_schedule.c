/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "plan/plan_private.h"
#include "plan_fixture.h"

/* slots[phase] at (group, beat, PE, gate, lane) */
static const brds_slot *slot_at(const brds_packed *packed, int p, int g, int b, int pe, int k,
                                int lane)
{
    const brds_spec *spec = &packed->plan.spec;
    int lanes = spec->lanes_x + spec->lanes_h;
    size_t beat = (size_t)g * (size_t)packed->plan.phases[p].beats + (size_t)b;
    return packed->schedule.slots[p] +
           ((beat * (size_t)spec->pes + (size_t)pe) * 4 + (size_t)k) * (size_t)lanes + lane;
}

/* Rows of a group as section 3 words it, apart from plan/gaps.c. */
static int row_of(const brds_plan *plan, const brds_phase *phase, int g, int pe, int k)
{
    int pes = plan->spec.pes, lanes = plan->element_lanes;
    if (phase->kind == BRDS_PHASE_GATES) {
        return g * pes + pe < phase->rows ? k * phase->rows + g * pes + pe : -1;
    }
    int v = pe / lanes, e = pe % lanes;
    int row = g * 4 * pes + v * 4 * lanes + k * lanes + e;
    return row < phase->rows ? row : -1;
}

/* Each nonzero of the row lies in exactly one slot of the right lanes; the rest is padding. */
static void check_row(const brds_packed *packed, int p, int g, int pe, int k)
{
    const brds_plan *plan = &packed->plan;
    const brds_phase *phase = &plan->phases[p];
    int row = row_of(plan, phase, g, pe, k), split = plan->spec.lanes_x;
    int lanes = split + plan->spec.lanes_h, real[2] = {0, 0};
    bool gates = phase->kind == BRDS_PHASE_GATES;
    int32_t *left = calloc(2 * BRDS_MAX_SIZE, sizeof(*left)); /* weight + 1 by matrix and column */
    bool *wanted = calloc(2 * BRDS_MAX_SIZE, sizeof(*wanted));
    assert_true(left && wanted);
    for (int m = 0; m < (gates ? 2 : 1) && row >= 0; m++) {
        const brds_qphase *q = &packed->qnet.phases[p];
        const brds_sparse *matrix = m ? &q->h : &q->x;
        for (int i = 0; i < matrix->nnz; i++) {
            int at = m * BRDS_MAX_SIZE + matrix->column[row * matrix->nnz + i];
            left[at] = matrix->weight[row * matrix->nnz + i];
            wanted[at] = true;
            real[m]++;
        }
    }
    for (int b = 0; b < phase->beats; b++) {
        for (int lane = 0; lane < lanes; lane++) {
            const brds_slot *slot = slot_at(packed, p, g, b, pe, k, lane);
            int m = gates && lane >= split ? 1 : 0;
            if (slot->column < 0) {
                assert_int_equal(slot->weight, 0);
                continue;
            }
            assert_true(wanted[m * BRDS_MAX_SIZE + slot->column]);
            assert_int_equal(left[m * BRDS_MAX_SIZE + slot->column], slot->weight);
            wanted[m * BRDS_MAX_SIZE + slot->column] = false;
            real[m]--;
        }
    }
    assert_int_equal(real[0], 0);
    assert_int_equal(real[1], 0);
    free(left);
    free(wanted);
}

static void test_every_nonzero_once(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        brds_spec spec = random_spec(seed);
        static brds_packed packed;
        pack_random(&spec, seed, &packed);
        for (int p = 0; p < packed.plan.phase_count; p++) {
            for (int i = 0; i < packed.plan.phases[p].groups * spec.pes * 4; i++) {
                check_row(&packed, p, i / 4 / spec.pes, i / 4 % spec.pes, i % 4);
            }
        }
        brds_packed_free(&packed);
    }
}

/* The cycle of a phase's result on the write bus, counted from its first beat (section 6's table). */
static int write_cycle(const brds_packed *packed, int p, int result)
{
    const brds_plan *plan = &packed->plan;
    const brds_phase *phase = &plan->phases[p];
    const brds_timing *t = &plan->timing;
    int per_group = phase->kind == BRDS_PHASE_GATES ? plan->spec.pes : 4 * plan->spec.pes;
    int group = result / per_group, slot = result % per_group / plan->element_lanes;
    int d = close_of(packed, p, group) + t->lw + t->li + t->lv + t->m + t->ts + 1;
    return d + slot + t->le;
}

/* Whether a reader that starts `gap` idle cycles after the writer's last beat reads every
 * column after its write, cycle by cycle. */
static bool gap_is_safe(const brds_packed *packed, int e, int gap)
{
    const brds_plan *plan = &packed->plan;
    const brds_edge *edge = &plan->edges[e];
    const brds_phase *reader = &plan->phases[edge->reader], *writer = &plan->phases[edge->writer];
    const brds_timing *t = &plan->timing;
    int start = writer->groups * writer->beats + gap, lanes_x = plan->spec.lanes_x;
    int lanes = lanes_x + plan->spec.lanes_h;
    if (brds_edge_is_drain(plan, e)) { /* the last groups of both, in the drain registers */
        return start + close_of(packed, edge->reader, 0) >=
               close_of(packed, edge->writer, writer->groups - 1) + writer->slots;
    }
    const int *order = packed->schedule.order[edge->reader];
    for (int i = 0; i < reader->groups * reader->beats * plan->spec.pes * 4 * lanes; i++) {
        int lane = i % lanes, in_beat = i % (lanes * 4 * plan->spec.pes);
        int beat = i / lanes / 4 / plan->spec.pes; /* of those worked, the how manieth */
        const brds_slot *slot = packed->schedule.slots[edge->reader] + in_beat +
                                (order != NULL ? order[beat] : beat) * lanes * 4 * plan->spec.pes;
        bool reads = reader->kind != BRDS_PHASE_GATES || (edge->skip_first == (lane >= lanes_x));
        if (reads && slot->column >= 0 &&
            start + beat + t->lw + t->li <= write_cycle(packed, edge->writer, slot->column)) {
            return false;
        }
    }
    if (edge->reader == edge->writer) { /* c of the first unit row: d + rc after d + wc */
        int d = close_of(packed, edge->reader, 0) + t->drain;
        return start + d + t->rc > d + t->wc;
    }
    return true;
}

/* Exact gaps are safe and a cycle less is not; worst gaps are never smaller. */
static void test_gaps(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 300; seed++) {
        brds_spec spec = random_spec(seed);
        static brds_packed packed;
        pack_random(&spec, seed, &packed);
        for (int e = 0; e < packed.plan.edge_count; e++) {
            int gap = packed.schedule.pace.gaps[e];
            assert_true(gap <= packed.schedule.worst_gaps[e]);
            assert_true(gap_is_safe(&packed, e, gap));
            assert_true(gap == 0 || !gap_is_safe(&packed, e, gap - 1));
        }
        brds_packed_free(&packed);
    }
}

/* Every beat is worked once, at most K groups are open, and they are closed one after the other, each when
 * the one before has left the drain registers, the last one in the phase's last beat. */
static void check_order(const brds_packed *packed, int p)
{
    const brds_phase *phase = &packed->plan.phases[p];
    const int *order = packed->schedule.order[p], *closes = packed->schedule.pace.closes[p];
    int *done = calloc((size_t)phase->groups, sizeof *done), closed = 0;
    assert_non_null(done);
    for (int place = 0; place < phase->groups * phase->beats; place++) {
        int group = order[place] / phase->beats;
        assert_int_equal(order[place] % phase->beats, done[group]);
        assert_in_range(group, closed, closed + packed->plan.spec.open_groups - 1);
        if (++done[group] < phase->beats) {
            continue;
        }
        assert_int_equal(group, closed);
        assert_int_equal(closes[group], place);
        assert_true(group == 0 || place - closes[group - 1] >= phase->slots);
        closed++;
    }
    assert_int_equal(closed, phase->groups);
    free(done);
}

static void test_open_groups(void **state)
{
    (void)state;
    int checked = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        brds_spec spec = random_spec(seed);
        static brds_packed packed;
        pack_random(&spec, seed, &packed);
        for (int p = 0; p < packed.plan.phase_count; p++) {
            assert_int_equal(packed.schedule.order[p] != NULL, spec.open_groups > 1);
            if (spec.open_groups > 1) {
                check_order(&packed, p);
                checked++;
            }
        }
        brds_packed_free(&packed);
    }
    assert_true(checked > 50);
}

/* A row that reads an eighth of 1,024 units needs late ones in every group: one after the other they wait, four
 * at a time they do not, whatever the order of the units. */
static void test_open_groups_do_not_wait(void **state)
{
    (void)state;
    static const int groups[] = {1, 4};
    int gaps[2];
    for (int i = 0; i < 2; i++) {
        static brds_packed packed;
        brds_spec spec = digits_spec();
        spec.initial_state = true; /* the units stay in their order */
        spec.layers[0] = (brds_layer_spec){.hidden_size = 1024, .nnz_x = 16, .nnz_h = 128};
        spec.head.nnz = 128;
        spec.pes = 16;
        spec.lanes_x = 2;
        spec.lanes_h = 16;
        spec.open_groups = groups[i];
        pack_random(&spec, 1, &packed);
        gaps[i] = packed.schedule.pace.gaps[0];
        brds_packed_free(&packed);
    }
    assert_true(gaps[0] > 20);
    assert_int_equal(gaps[1], 0);
}

/* Nonzeros at the last columns of every row: the worst case is reached. */
static void test_worst_gaps_are_reached(void **state)
{
    (void)state;
    brds_spec spec = digits_spec();
    spec.initial_state = true; /* the units stay in their order */
    spec.head.nnz = 20;
    brds_network network;
    brds_diag diag = {0};
    static brds_packed packed;
    assert_int_equal(brds_network_random(&spec, 1, &network, &diag), BRDS_OK);
    memset(network.layers[0].w_h, 0, sizeof(float) * 512 * 128);
    memset(network.head_w, 0, sizeof(float) * 10 * 128);
    for (int row = 0; row < 512; row++) {
        for (int i = 0; i < 20; i++) {
            if (i < 16) {
                network.layers[0].w_h[row * 128 + 112 + i] = 0.25f;
            }
            if (row < 10) {
                network.head_w[row * 128 + 108 + i] = 0.25f;
            }
        }
    }
    assert_int_equal(brds_pack("worst", &spec, &network, &packed, &diag), BRDS_OK);
    for (int e = 0; e < packed.plan.edge_count; e++) {
        assert_int_equal(packed.schedule.pace.gaps[e], packed.schedule.worst_gaps[e]);
    }
    brds_packed_free(&packed);
    brds_network_free(&network);
}

/* Early columns only: the recurrent gap shrinks to what the c memory needs. */
static void test_early_columns(void **state)
{
    (void)state;
    brds_spec spec = digits_spec();
    brds_network network;
    brds_diag diag = {0};
    static brds_packed packed;
    assert_int_equal(brds_network_random(&spec, 1, &network, &diag), BRDS_OK);
    memset(network.layers[0].w_h, 0, sizeof(float) * 512 * 128);
    for (int row = 0; row < 512; row++) {
        for (int i = 0; i < 16; i++) {
            network.layers[0].w_h[row * 128 + i] = 0.25f;
        }
    }
    assert_int_equal(brds_pack("early", &spec, &network, &packed, &diag), BRDS_OK);
    assert_int_equal(packed.schedule.pace.gaps[0], 0);
    assert_true(packed.schedule.worst_gaps[0] > 0);
    brds_packed_free(&packed);
    brds_network_free(&network);
}

static void test_relative_gap_does_not_fit(void **state)
{
    (void)state;
    brds_spec spec = digits_spec();
    brds_network network;
    brds_diag diag = {0};
    static brds_packed packed;
    spec.index = BRDS_INDEX_RELATIVE;
    spec.index_bits = 3;
    assert_int_equal(brds_network_random(&spec, 1, &network, &diag), BRDS_OK);
    assert_int_equal(brds_pack("model", &spec, &network, &packed, &diag), BRDS_EINPUT);
    assert_true(diag.errors > 0 && diag.errors <= 22);
    assert_non_null(strstr(diag.messages[0].text, "layer 0, W_"));
    assert_non_null(strstr(diag.messages[0].text, "does not fit in 3 bits"));
    brds_network_free(&network);
    brds_diag_free(&diag);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_nonzero_once),
        cmocka_unit_test(test_gaps),
        cmocka_unit_test(test_open_groups),
        cmocka_unit_test(test_open_groups_do_not_wait),
        cmocka_unit_test(test_worst_gaps_are_reached),
        cmocka_unit_test(test_early_columns),
        cmocka_unit_test(test_relative_gap_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
