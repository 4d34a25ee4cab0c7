/* SPDX-License-Identifier: Apache-2.0
 *
 * Back-pressure on m_axis_y. That a waiting word does not change is checked by
 * the driver in every cycle of every test.
 */
#include "faults.h"
#include "plan/turns.h"

enum { LONG = 5000 };

static brds_status stall_out(faults *f, uint64_t *value, brds_diag *diag)
{
    *value = 0;
    return f->axil ? faults_read64(f, "STALL_OUT_LO", "STALL_OUT_HI", value, diag) : BRDS_OK;
}

typedef struct {
    int sequences;
    brds_cycles predicted;
} work;

enum { STEPS = 4, SEQUENCES = 12, MOST_SEQUENCES = SEQUENCES + BRDS_MAX_STREAMS };

/* Sequences of equal length, every second one with a state, and the cycle model's word on them. Several streams
 * take turns as in that. */
static brds_status make_work(faults *f, work *w, brds_diag *diag)
{
    size_t lengths[MOST_SEQUENCES];
    bool states[MOST_SEQUENCES];
    int streams = f->source.spec.streams;
    w->sequences = f->source.spec.output == BRDS_OUTPUT_EVERY_STEP ? 4 : SEQUENCES;
    w->sequences += streams > 1 ? streams : 0;
    for (int i = 0; i < w->sequences; i++) {
        lengths[i] = STEPS;
        states[i] = f->source.spec.initial_state && i % 2;
    }
    brds_turns turns;
    brds_turn turn;
    f->alone = true;
    brds_turns_start(&turns, streams, (size_t)w->sequences, lengths);
    while (brds_turns_next(&turns, &turn)) {
        f->stream = (unsigned)turn.stream;
        if (turn.step == 0 && states[turn.sequence])
            faults_state(f, GOOD);
        faults_vector(
            f, (turn.step == 0 ? BRDS_USER_FIRST : 0u) | (turn.last ? BRDS_USER_LAST : 0u), GOOD);
    }
    return brds_cycles_run_states(&f->packed[0].plan, &f->packed[0].schedule.pace,
                                  (size_t)w->sequences, lengths, states, &w->predicted, diag);
}

/* Open output: the counters are those of the cycle model. */
static brds_status open_run(faults *f, brds_diag *diag)
{
    work w;
    uint64_t busy = 0, out = 0;
    brds_status status = faults_start(f, diag);
    if (!status)
        status = make_work(f, &w, diag);
    if (!status)
        status = faults_send(f, diag);
    if (status || !f->axil)
        return status;
    status = stall_out(f, &out, diag);
    if (!status)
        status = faults_want("STALL_OUT with an open output", out, w.predicted.stall_out, diag);
    if (!status)
        status = faults_read64(f, "BUSY_LO", "BUSY_HI", &busy, diag);
    return status ? status : faults_want("BUSY", busy, w.predicted.busy, diag);
}

/* The same work with an output that closes somewhere: it stalls longer, but not longer than words
 * have waited. */
static brds_status closed_run(faults *f, brds_diag *diag)
{
    work w;
    uint64_t before = 0, after = 0, held = f->driver.y_held_cycles;
    brds_status status = make_work(f, &w, diag);
    if (!status)
        status = stall_out(f, &before, diag);
    faults_begin(f);
    if (!status)
        status = faults_cycles(f, brds_random_below(&f->random, w.predicted.total / 2), diag);
    f->driver.y_closed_until = f->driver.cycle + LONG + w.predicted.total;
    if (!status)
        status = faults_finish(f, diag);
    held = f->driver.y_held_cycles - held;
    if (!status)
        status = stall_out(f, &after, diag);
    if (!status && held < LONG)
        status = faults_want("cycles in which an output word waited", held, LONG, diag);
    uint64_t grown = after - before - w.predicted.stall_out;
    if (!status && f->axil && (grown < LONG || grown > held))
        status = faults_want("growth of STALL_OUT by a closed output", grown, held, diag);
    return status ? status : faults_check(f, 0, diag);
}

static brds_status closed(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < 6; round++) {
        status = open_run(f, diag);
        if (!status)
            status = closed_run(f, diag);
    }
    return status;
}

/* Ready for a single cycle, rarely. */
static brds_status single_readies(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < 4; round++) {
        faults_stalls(f, round % 2 ? 200 : 0, 253, 0);
        for (int i = 0; i < 6; i++)
            faults_sequence(f, faults_steps(f));
        status = faults_send(f, diag);
        if (!status)
            status = faults_check(f, 0, diag);
        faults_stalls(f, 0, 0, 0);
        faults_sequence(f, 2);
        if (!status)
            status = faults_send_check(f, 0, diag);
    }
    return status;
}

/* Input stalls alone never count as output stalls. */
static brds_status slow_input(faults *f, brds_diag *diag)
{
    uint64_t before = 0, after = 0, in_before = 0, in_after = 0;
    f->alone = true;
    brds_status status = stall_out(f, &before, diag);
    if (!status)
        status = faults_read64(f, "STALL_IN_LO", "STALL_IN_HI", &in_before, diag);
    for (int i = 0; !status && i < 4; i++) {
        /* one step at a time */
        for (int t = 0; !status && t < 3; t++) {
            faults_vector(f, (t == 0 ? BRDS_USER_FIRST : 0u) | (t == 2 ? BRDS_USER_LAST : 0u),
                          GOOD);
            status = faults_send(f, diag);
        }
    }
    if (!status)
        status = stall_out(f, &after, diag);
    if (!status)
        status = faults_want("STALL_OUT", after, before, diag);
    if (!status)
        status = faults_read64(f, "STALL_IN_LO", "STALL_IN_HI", &in_after, diag);
    if (!status && in_after - in_before < 4 * f->settle)
        status = faults_want("growth of STALL_IN", in_after - in_before, 8 * f->settle, diag);
    uint64_t idle = in_after;
    if (!status)
        status = faults_cycles(f, 1000, diag);
    if (!status)
        status = faults_read64(f, "STALL_IN_LO", "STALL_IN_HI", &in_after, diag);
    if (!status)
        status = faults_want("STALL_IN between sequences", in_after, idle, diag);
    return status ? status : faults_check(f, 0, diag);
}

const faults_test faults_y_tests[] = {
    {.name = "y: closed for thousands of cycles", .run = closed},
    {.name = "y: single-cycle readies", .run = single_readies},
    {.name = "y: slow input is no output stall", .run = slow_input, .needs_axil = true},
    {0}};
