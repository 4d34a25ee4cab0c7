/* SPDX-License-Identifier: Apache-2.0
 *
 * The cycle model, seen from inside: the test holds a second copy of it that
 * skips no cycle and whose beats it can watch.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define BRDS_CYCLES_PLAIN 1
#define brds_cycles_run plain_cycles_run
#define brds_cycles_run_states plain_cycles_run_states
#define brds_plan_cycles_per_step plain_cycles_per_step
#include "plan/cycles.c"
#undef brds_cycles_run
#undef brds_cycles_run_states
#undef brds_plan_cycles_per_step

/* The library's own, which plan/cycles.h above has declared under other names. */
brds_status brds_cycles_run(const brds_plan *plan, const brds_pace *pace, size_t sequences,
                            const size_t *lengths, brds_cycles *cycles, brds_diag *diag);
brds_status brds_cycles_run_states(const brds_plan *plan, const brds_pace *pace, size_t sequences,
                                   const size_t *lengths, const bool *states, brds_cycles *cycles,
                                   brds_diag *diag);
double brds_plan_cycles_per_step(const brds_plan *plan, const brds_pace *pace);

#include "plan_fixture.h"

enum { SEQUENCES = 5 };
static const size_t lengths[SEQUENCES] = {7, 1, 3, 1, 12};
static const bool states[SEQUENCES] = {false, true, false, false, true};

static void expect_same(const brds_cycles *a, const brds_cycles *b)
{
    assert_int_equal(a->total, b->total);
    assert_int_equal(a->busy, b->busy);
    assert_int_equal(a->stall_in, b->stall_in);
    assert_int_equal(a->stall_out, b->stall_out);
    assert_int_equal(a->stall_weights, b->stall_weights);
    assert_int_equal(a->steps, b->steps);
    assert_int_equal(a->beats, b->beats);
}

/* One stream in two of three cases, else 2 to 32. */
static int some_streams(uint64_t seed)
{
    return seed % 3 == 1 ? 2 << seed / 3 % 5 : 1;
}

/* Skipping quiet cycles changes no count. */
static void test_skipping(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 300; seed++) {
        brds_spec spec = seed % 4 == 3 ? random_stream_spec(seed) : random_spec(seed);
        brds_diag diag = {0};
        brds_plan plan;
        brds_cycles fast, plain;
        brds_pace pace = {{0}, {NULL}};
        spec.streams = some_streams(seed);
        assert_int_equal(brds_plan_make(&spec, &plan, &diag), BRDS_OK);
        brds_plan_worst_gaps(&plan, pace.gaps);
        const bool *with = seed % 2 ? states : NULL;
        assert_int_equal(
            brds_cycles_run_states(&plan, &pace, SEQUENCES, lengths, with, &fast, &diag), BRDS_OK);
        assert_int_equal(
            plain_cycles_run_states(&plan, &pace, SEQUENCES, lengths, with, &plain, &diag),
            BRDS_OK);
        expect_same(&fast, &plain);
        assert_int_equal(fast.steps, 24);
        assert_true(brds_plan_cycles_per_step(&plan, &pace) == plain_cycles_per_step(&plan, &pace));
    }
}

/* Steps of all lengths against both streams: the steady state that is recognised by its state coming
 * again has as many cycles as 240 steps that are simulated one by one. */
static void test_steady_state(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 120; seed++) {
        brds_spec spec = seed % 4 == 3 ? random_stream_spec(seed) : random_spec(seed);
        brds_diag diag = {0};
        brds_plan plan;
        brds_random random;
        brds_pace pace = {{0}, {NULL}};
        brds_random_seed(&random, 1000 + seed);
        spec.streams = some_streams(seed);
        spec.input_size = between(&random, 1, 600);
        spec.head.size = between(&random, 1, 900);
        spec.pes = 1 << between(&random, 0, 6);
        spec.lanes_x = between(&random, 1, 20);
        for (int l = 0; l < spec.layer_count; l++) {
            if (spec.layers[l].projection_size == 0) {
                spec.layers[l].hidden_size += between(&random, 0, 160);
            }
        }
        assert_int_equal(brds_plan_make(&spec, &plan, &diag), BRDS_OK);
        brds_plan_worst_gaps(&plan, pace.gaps);
        for (int e = 0; e < plan.edge_count && seed % 3 == 0; e++) { /* of some weights */
            pace.gaps[e] = between(&random, 0, pace.gaps[e]);
        }
        assert_true(brds_plan_cycles_per_step(&plan, &pace) == plain_cycles_per_step(&plan, &pace));
    }
}

/* ---- hazards: what the machine would do, beat by beat ---- */

enum { RUNS = 32 };

/* The cycle of every beat of the runs of each phase; with every step output, run n works step n. */
typedef struct {
    uint64_t *beats[BRDS_MAX_PHASES]; /* (RUNS, beats of the phase) */
    int all[BRDS_MAX_PHASES];         /* beats of the phase */
    int runs[BRDS_MAX_PHASES];
    brds_turn turns[RUNS]; /* the vectors in the order of their arrival */
    int vectors;
} trace;

static uint64_t beat_at(const trace *seen, int p, int run, int place)
{
    return seen->beats[p][run * seen->all[p] + place];
}

static void trace_free(trace *seen)
{
    for (int p = 0; p < BRDS_MAX_PHASES; p++) {
        free(seen->beats[p]);
    }
}

static void watch(const brds_packed *packed, trace *seen, const bool *with)
{
    simulation sim;
    brds_cycles cycles;
    brds_diag diag = {0};
    const brds_plan *plan = &packed->plan;
    memset(seen, 0, sizeof(*seen));
    for (int p = 0; p < plan->phase_count; p++) {
        seen->all[p] = plan->phases[p].groups * plan->phases[p].beats;
        seen->beats[p] = calloc((size_t)(RUNS * seen->all[p]), sizeof(uint64_t));
        assert_non_null(seen->beats[p]);
    }
    brds_turns turns;
    brds_turns_start(&turns, plan->spec.streams, SEQUENCES, lengths);
    while (brds_turns_next(&turns, &seen->turns[seen->vectors])) {
        seen->vectors++;
    }
    assert_int_equal(seen->vectors, 24);
    start_simulation(&sim, plan, &packed->schedule.pace, SEQUENCES, lengths, with);
    while (sim.out.vectors < 24) {
        const controller *ctrl = &sim.ctrl;
        if (ctrl->running && brds_prefetch_has_word(&sim)) {
            seen->runs[ctrl->phase] += ctrl->beat == 0 ? 1 : 0;
            int run = seen->runs[ctrl->phase] - 1;
            seen->beats[ctrl->phase][run * seen->all[ctrl->phase] + ctrl->beat] = sim.cycle;
        }
        simulate_cycle(&sim);
    }
    assert_int_equal(brds_cycles_run_states(plan, &packed->schedule.pace, SEQUENCES, lengths, with,
                                            &cycles, &diag),
                     BRDS_OK);
    assert_int_equal(cycles.beats, (uint64_t)plan->words * 24);
    brds_cycles plain;
    assert_int_equal(plain_cycles_run_states(plan, &packed->schedule.pace, SEQUENCES, lengths, with,
                                             &plain, &diag),
                     BRDS_OK);
    assert_memory_equal(&plain, &cycles, sizeof plain);
}

/* Section 6: the cycle of result j's write on the bus. */
static uint64_t write_at(const brds_packed *packed, const trace *seen, int p, int run, int j)
{
    const brds_plan *plan = &packed->plan;
    const brds_phase *phase = &plan->phases[p];
    int row = j / plan->element_lanes;
    uint64_t tau = beat_at(seen, p, run, close_of(packed, p, row / phase->slots));
    return tau + (uint64_t)(plan->timing.drain + row % phase->slots + plan->timing.le);
}

/* The run for the vector `ahead` steps on in the same stream (back if negative); -1: none. */
static int run_in_stream(const trace *seen, int run, int ahead)
{
    int way = ahead < 0 ? -1 : 1;
    for (int left = ahead * way; left > 0; left--) {
        int stream = seen->turns[run].stream;
        do {
            run += way;
        } while (run >= 0 && run < seen->vectors && seen->turns[run].stream != stream);
        if (run < 0 || run >= seen->vectors) {
            return -1;
        }
    }
    return run;
}

/* Every read of every lane sees the write of its step, which no later write has replaced. */
static void check_reads(const brds_packed *packed, const trace *seen, int edge)
{
    const brds_plan *plan = &packed->plan;
    const brds_edge *e = &plan->edges[edge];
    const brds_phase *reader = &plan->phases[e->reader];
    const int *order = packed->schedule.order[e->reader];
    int lanes_x = plan->spec.lanes_x, lanes = lanes_x + plan->spec.lanes_h;
    int slots = reader->groups * reader->beats * plan->spec.pes * 4 * lanes;
    for (int step = 0; step < seen->runs[e->reader]; step++) {
        if (e->skip_first && seen->turns[step].step == 0) {
            continue; /* zero, or loaded into an idle core */
        }
        int source = e->skip_first ? run_in_stream(seen, step, -1) : step;
        int again = run_in_stream(seen, source, 2); /* the same parity */
        for (int i = 0; i < slots; i++) {
            int in_beat = i % (lanes * 4 * plan->spec.pes), lane = i % lanes;
            int place = i / lanes / 4 / plan->spec.pes, beat = order != NULL ? order[place] : place;
            int column = packed->schedule
                             .slots[e->reader][(size_t)beat * (size_t)(lanes * 4 * plan->spec.pes) +
                                               (size_t)in_beat]
                             .column;
            if (column < 0 ||
                !brds_edge_reads(plan, edge, lane >= lanes_x && reader->kind == BRDS_PHASE_GATES)) {
                continue;
            }
            uint64_t read = beat_at(seen, e->reader, step, place) +
                            (uint64_t)(plan->timing.lw + plan->timing.li);
            assert_true(read > write_at(packed, seen, e->writer, source, column));
            if (again >= 0 && again < seen->runs[e->writer]) {
                assert_true(read <= write_at(packed, seen, e->writer, again, column));
            }
        }
    }
}

/* c of every unit row is read after it was written a step before. */
static void check_cells(const brds_packed *packed, const trace *seen, int p)
{
    const brds_timing *t = &packed->plan.timing;
    for (int step = 0; step < seen->runs[p]; step++) {
        int before = run_in_stream(seen, step, -1);
        for (int g = 0; g < packed->plan.phases[p].groups && seen->turns[step].step > 0; g++) {
            int close = close_of(packed, p, g);
            assert_true(beat_at(seen, p, step, close) + (uint64_t)t->rc >
                        beat_at(seen, p, before, close) + (uint64_t)t->wc);
        }
    }
}

static int compare_cycles(const void *a, const void *b)
{
    const uint64_t *left = a, *right = b;
    return left[0] < right[0] ? -1 : left[0] > right[0];
}

/* No group reaches the drain registers while the one before is still leaving them. */
static void check_drain(const brds_packed *packed, const trace *seen)
{
    const brds_plan *plan = &packed->plan;
    size_t count = 0, all = (size_t)plan->phase_count * RUNS * 64;
    uint64_t(*closed)[2] = calloc(all, sizeof(*closed)); /* cycle, slots */
    assert_non_null(closed);
    for (int p = 0; p < plan->phase_count; p++) {
        const brds_phase *phase = &plan->phases[p];
        for (int run = 0; run < seen->runs[p]; run++) {
            for (int g = 0; g < phase->groups; g++) {
                closed[count][0] = beat_at(seen, p, run, close_of(packed, p, g));
                closed[count++][1] = (uint64_t)phase->slots;
                assert_true(count <= all);
            }
        }
    }
    qsort(closed, count, sizeof(*closed), compare_cycles);
    for (size_t i = 1; i < count; i++) {
        assert_true(closed[i][0] >= closed[i - 1][0] + closed[i - 1][1]);
    }
    free(closed);
}

static void test_hazards(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        brds_spec spec = seed % 4 == 3 ? random_stream_spec(seed) : random_spec(seed);
        static brds_packed packed;
        trace seen;
        const bool *with = seed % 2 ? states : NULL;
        spec.output = BRDS_OUTPUT_EVERY_STEP;
        spec.streams = some_streams(seed);
        pack_random(&spec, seed, &packed);
        watch(&packed, &seen, with);
        for (int e = 0; e < packed.plan.edge_count; e++) {
            if (!brds_edge_is_drain(&packed.plan, e)) {
                check_reads(&packed, &seen, e);
            }
        }
        for (int p = 0; p < spec.layer_count; p++) {
            check_cells(&packed, &seen, p);
        }
        check_drain(&packed, &seen);
        trace_free(&seen);
        brds_packed_free(&packed);
    }
}

/* ---- by hand ---- */

/* One phase, its gap and its words: the step of a network that nothing else holds back. */
static void test_one_layer(void **state)
{
    (void)state;
    brds_spec spec = digits_spec();
    brds_diag diag = {0};
    brds_plan plan;
    brds_cycles cycles;
    brds_pace pace = {{0}, {NULL}};
    size_t length = 10;
    spec.head.present = false;
    spec.output = BRDS_OUTPUT_EVERY_STEP;
    assert_int_equal(brds_plan_make(&spec, &plan, &diag), BRDS_OK);
    brds_plan_worst_gaps(&plan, pace.gaps);
    assert_int_equal(plan.phase_count, 1);
    assert_true(brds_plan_cycles_per_step(&plan, &pace) == 256 + pace.gaps[0]);
    assert_int_equal(brds_cycles_run(&plan, &pace, 1, &length, &cycles, &diag), BRDS_OK);
    /* 10 words of x: the first is taken in cycle 0, in hold from 1 on, four slices each; its last
     * has three elements.  Slices are done in cycles 1 .. 39, the vector is seen ready in 40, the
     * candidate in 41, which goes; first beat 42. */
    uint64_t first = 42, last = first + 9 * (256 + (uint64_t)pace.gaps[0]) + 255;
    /* d = tau + 7, slot 3, LE 15; words follow 3 cycles later: 32 of 4 elements */
    assert_int_equal(cycles.total, last + 7 + 3 + 15 + 3 + 31 + 1);
    assert_int_equal(cycles.beats, 2560);
    /* in the cycle of go the edge is open and no beat is on the bus */
    assert_int_equal(cycles.busy, 2560 + 9 * (uint64_t)(pace.gaps[0] - 1));
    assert_int_equal(cycles.stall_out, 0);
    assert_int_equal(cycles.stall_in, 0);
}

/* A wide input over a narrow stream: the words of x are what a step takes. */
static void test_input_bound(void **state)
{
    (void)state;
    brds_spec spec = digits_spec();
    brds_diag diag = {0};
    brds_plan plan;
    brds_cycles cycles;
    brds_pace pace = {{0}, {NULL}};
    size_t length = 10;
    spec.input_size = 400;
    spec.stream_bits = 32;
    spec.layers[0] = (brds_layer_spec){.hidden_size = 8, .nnz_x = 8, .nnz_h = 8};
    spec.head.present = false;
    spec.output = BRDS_OUTPUT_EVERY_STEP;
    assert_int_equal(brds_plan_make(&spec, &plan, &diag), BRDS_OK);
    brds_plan_worst_gaps(&plan, pace.gaps);
    assert_int_equal(plan.element_lanes, 1); /* a slice is one element */
    assert_true(brds_plan_cycles_per_step(&plan, &pace) == 400);
    assert_int_equal(brds_cycles_run(&plan, &pace, 1, &length, &cycles, &diag), BRDS_OK);
    assert_true(cycles.stall_in > 9 * 300);
}

/* More words leave than a step has cycles: the output buffers hold the controller back. */
static void test_output_bound(void **state)
{
    (void)state;
    brds_spec spec = digits_spec();
    brds_diag diag = {0};
    brds_plan plan;
    brds_cycles cycles;
    brds_pace pace = {{0}, {NULL}};
    size_t length = 20;
    spec.stream_bits = 32;
    spec.input_size = 2;
    spec.layers[0] = (brds_layer_spec){.hidden_size = 512, .nnz_x = 1, .nnz_h = 1};
    spec.pes = 64;
    spec.head.present = false;
    spec.output = BRDS_OUTPUT_EVERY_STEP;
    assert_int_equal(brds_plan_make(&spec, &plan, &diag), BRDS_OK);
    brds_plan_worst_gaps(&plan, pace.gaps);
    assert_true(brds_plan_cycles_per_step(&plan, &pace) == 256);
    assert_int_equal(brds_cycles_run(&plan, &pace, 1, &length, &cycles, &diag), BRDS_OK);
    assert_true(cycles.stall_out > 10 * 150);
}

/* With as many sequences as streams no step waits for another of its own stream: the gap is gone,
 * and nothing else changes. */
static void test_streams_hide_the_gap(void **state)
{
    (void)state;
    brds_spec spec = digits_spec();
    brds_diag diag = {0};
    brds_plan plan;
    brds_pace pace = {{0}, {NULL}};
    spec.head.present = false;
    spec.output = BRDS_OUTPUT_EVERY_STEP;
    for (spec.streams = 1; spec.streams <= 32; spec.streams *= 2) {
        assert_int_equal(brds_plan_make(&spec, &plan, &diag), BRDS_OK);
        brds_plan_worst_gaps(&plan, pace.gaps);
        assert_true(pace.gaps[0] > 0);
        assert_true(brds_plan_cycles_per_step(&plan, &pace) ==
                    256 + (spec.streams == 1 ? pace.gaps[0] : 0));
    }
}

static void expect_turn(brds_turns *turns, int stream, size_t sequence, size_t step, bool last)
{
    brds_turn turn;
    assert_true(brds_turns_next(turns, &turn));
    assert_int_equal(turn.stream, stream);
    assert_int_equal(turn.sequence, sequence);
    assert_int_equal(turn.step, step);
    assert_int_equal(turn.last, last);
}

/* Streams take turns; the one that ends takes the next sequence, and is passed over without one. */
static void test_turns(void **state)
{
    (void)state;
    static const size_t three[] = {2, 1, 3};
    brds_turns turns;
    brds_turn turn;
    brds_turns_start(&turns, 2, 3, three);
    expect_turn(&turns, 0, 0, 0, false);
    expect_turn(&turns, 1, 1, 0, true);
    expect_turn(&turns, 0, 0, 1, true);
    expect_turn(&turns, 1, 2, 0, false);
    expect_turn(&turns, 1, 2, 1, false);
    expect_turn(&turns, 1, 2, 2, true);
    assert_false(brds_turns_next(&turns, &turn));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_skipping),
        cmocka_unit_test(test_steady_state),
        cmocka_unit_test(test_hazards),
        cmocka_unit_test(test_one_layer),
        cmocka_unit_test(test_input_bound),
        cmocka_unit_test(test_output_bound),
        cmocka_unit_test(test_streams_hide_the_gap),
        cmocka_unit_test(test_turns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
