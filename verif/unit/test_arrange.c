/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "io/random.h"
#include "net/machine.h"
#include "pack/arrange.h"
#include "plan_fixture.h"

/* The same network twice: as it was given, and arranged. */
typedef struct {
    brds_plan plan;
    brds_network network;
    brds_qnet given, arranged;
    int gaps_given[BRDS_MAX_EDGES];
} pair;

static void make(pair *p, const brds_spec *spec, uint64_t seed)
{
    brds_diag diag = {0};
    assert_int_equal(brds_plan_make(spec, &p->plan, &diag), BRDS_OK);
    assert_int_equal(brds_network_random(spec, seed, &p->network, &diag), BRDS_OK);
    assert_int_equal(brds_qnet_make("m", &p->plan, &p->network, &p->given, &diag), BRDS_OK);
    assert_int_equal(brds_qnet_make("m", &p->plan, &p->network, &p->arranged, &diag), BRDS_OK);
    assert_int_equal(brds_arrange(&p->plan, &p->arranged, p->gaps_given, &diag), BRDS_OK);
    brds_diag_free(&diag);
}

static void drop(pair *p)
{
    brds_qnet_free(&p->given);
    brds_qnet_free(&p->arranged);
    brds_network_free(&p->network);
}

/* What random_spec draws, without initial states. */
static brds_spec spec_of(uint64_t seed)
{
    brds_spec spec = random_spec(seed);
    spec.initial_state = false;
    spec.open_groups = 1; /* the search counts gaps of groups that are worked one after the other */
    return spec;
}

static bool same_matrix(const brds_sparse *a, const brds_sparse *b)
{
    size_t count = (size_t)a->rows * (size_t)a->nnz;
    return memcmp(a->weight, b->weight, count * sizeof *a->weight) == 0 &&
           memcmp(a->column, b->column, count * sizeof *a->column) == 0;
}

static bool same_weights(const pair *p, int phase)
{
    const brds_qphase *a = &p->given.phases[phase], *b = &p->arranged.phases[phase];
    return same_matrix(&a->x, &b->x) && same_matrix(&a->h, &b->h);
}

static void outputs_stay(void **state)
{
    (void)state;
    int moved = 0;
    for (uint64_t seed = 0; seed < 60; seed++) {
        static pair p;
        brds_spec spec = spec_of(seed);
        brds_machine *given, *arranged;
        brds_diag diag = {0};
        brds_random random;
        int32_t x[BRDS_MAX_SIZE];
        make(&p, &spec, seed);
        moved += !same_weights(&p, 0);
        brds_random_seed(&random, seed);
        assert_int_equal(brds_machine_new(&p.plan, &p.given, &given, &diag), BRDS_OK);
        assert_int_equal(brds_machine_new(&p.plan, &p.arranged, &arranged, &diag), BRDS_OK);
        for (int step = 0; step < 8; step++) {
            for (int i = 0; i < spec.input_size; i++) {
                x[i] = (int32_t)brds_random_below(&random, 256) - 128;
            }
            brds_machine_step(given, x);
            brds_machine_step(arranged, x);
            assert_memory_equal(brds_machine_output(given), brds_machine_output(arranged),
                                sizeof(int32_t) * (size_t)p.plan.output_size);
        }
        assert_memory_equal(brds_machine_saturations(given), brds_machine_saturations(arranged),
                            sizeof(brds_saturations));
        brds_machine_free(given);
        brds_machine_free(arranged);
        drop(&p);
    }
    assert_true(moved > 12); /* else the case shows little */
}

/* The search counts the same gaps as the schedule, and makes none larger in sum. */
static void gaps_shrink(void **state)
{
    (void)state;
    int before = 0, after = 0;
    for (uint64_t seed = 0; seed < 80; seed++) {
        static pair p;
        static brds_schedule given, arranged;
        brds_spec spec = spec_of(seed);
        brds_diag diag = {0};
        int sum_given = 0, sum_arranged = 0;
        make(&p, &spec, seed);
        assert_int_equal(brds_schedule_make("m", &p.plan, &p.given, &given, &diag), BRDS_OK);
        assert_int_equal(brds_schedule_make("m", &p.plan, &p.arranged, &arranged, &diag), BRDS_OK);
        for (int e = 0; e < p.plan.edge_count; e++) {
            assert_int_equal(p.gaps_given[e], given.pace.gaps[e]);
            sum_given += given.pace.gaps[e];
            sum_arranged += arranged.pace.gaps[e];
        }
        assert_true(sum_arranged <= sum_given);
        before += sum_given;
        after += sum_arranged;
        brds_schedule_free(&given);
        brds_schedule_free(&arranged);
        drop(&p);
    }
    assert_true(after < before);
}

static void what_ports_show_stays(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 30; seed++) {
        static pair p;
        brds_spec spec = spec_of(seed);
        spec.initial_state = seed % 2 == 0;
        bool fixed = spec.initial_state || spec.index == BRDS_INDEX_RELATIVE;
        make(&p, &spec, seed);
        for (int i = 0; fixed && i < p.plan.phase_count; i++) {
            assert_true(same_weights(&p, i));
        }
        drop(&p);
    }
    /* the units are the outputs */
    brds_spec spec = digits_spec();
    spec.head.present = false;
    static pair p;
    make(&p, &spec, 1);
    assert_true(same_weights(&p, 0));
    drop(&p);
}

static void the_order_is_always_the_same(void **state)
{
    (void)state;
    static pair p, q;
    brds_spec spec = digits_spec();
    make(&p, &spec, 5);
    make(&q, &spec, 5);
    for (int i = 0; i < p.plan.phase_count; i++) {
        assert_true(same_matrix(&p.arranged.phases[i].x, &q.arranged.phases[i].x));
        assert_true(same_matrix(&p.arranged.phases[i].h, &q.arranged.phases[i].h));
    }
    drop(&p);
    drop(&q);
}

/* Rows of 16 of 128 units leave room for an order in which no step waits. */
static void sparse_networks_do_not_wait(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 3; seed++) {
        static brds_packed packed;
        brds_spec spec = digits_spec();
        pack_random(&spec, seed, &packed);
        assert_true(packed.gaps_given[0] > 10);
        assert_int_equal(packed.schedule.pace.gaps[0], 0);
        brds_packed_free(&packed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outputs_stay),
        cmocka_unit_test(gaps_shrink),
        cmocka_unit_test(what_ports_show_stays),
        cmocka_unit_test(the_order_is_always_the_same),
        cmocka_unit_test(sparse_networks_do_not_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
