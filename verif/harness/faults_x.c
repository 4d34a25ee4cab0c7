/* SPDX-License-Identifier: Apache-2.0
 *
 * Faults on s_axis_x: packets of a wrong length, in the wrong place, with
 * values outside their format.
 */
#include "faults.h"

enum { ROUNDS = 8, FIRST = BRDS_USER_FIRST, LAST = BRDS_USER_LAST };

static unsigned place(int step, int steps)
{
    return (step == 0 ? FIRST : 0u) | (step + 1 == steps ? LAST : 0u);
}

static uint32_t length_error(damage how)
{
    return how == EARLY ? X_EARLY_LAST : X_LATE_LAST;
}

static brds_status before_weights(faults *f, brds_diag *diag)
{
    faults_reset(f);
    faults_sequence(f, 3);
    brds_status status = faults_send(f, diag);
    if (!status)
        status = faults_check(f, X_NO_WEIGHTS, diag);
    /* the rest of the dropped sequence is no new error, even when weights have come */
    if (!status)
        status = faults_load_network(f, 0, diag);
    if (!f->axil) /* the check has reset the core: nothing is being dropped */
        return status;
    faults_vector(f, 0, GOOD);
    faults_vector(f, LAST, GOOD);
    return status ? status : faults_send_check(f, 0, diag);
}

/* A sequence of `steps` with step `bad` damaged; a good one before it keeps the core busy. */
static brds_status damaged(faults *f, damage how, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < ROUNDS; round++) {
        int steps = faults_steps(f), bad = (int)faults_below(f, (unsigned)steps);
        uint32_t wanted = 0;
        faults_random_stalls(f);
        if (faults_below(f, 2))
            faults_sequence(f, 2);
        for (int t = 0; t < steps; t++) {
            damage was = faults_vector(f, place(t, steps), t == bad ? how : GOOD);
            if (t == bad)
                wanted = length_error(was);
        }
        if (faults_below(f, 2))
            faults_sequence(f, 2);
        status = faults_send_check(f, wanted, diag);
    }
    return status;
}

static brds_status early_last(faults *f, brds_diag *diag)
{
    return damaged(f, EARLY, diag);
}

static brds_status late_last(faults *f, brds_diag *diag)
{
    return damaged(f, LATE, diag);
}

static brds_status no_first_after_reset(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < 4; round++) {
        status = faults_start(f, diag);
        for (int t = 0; t < faults_steps(f); t++)
            faults_vector(f, faults_below(f, 2) ? LAST : 0, GOOD);
        if (!status)
            status = faults_send_check(f, X_NO_FIRST, diag);
    }
    return status;
}

static brds_status no_first_after_sequence(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < ROUNDS; round++) {
        faults_random_stalls(f);
        faults_sequence(f, faults_steps(f));
        faults_vector(f, 0, GOOD);
        faults_vector(f, LAST, GOOD);
        faults_sequence(f, faults_steps(f));
        status = faults_send_check(f, X_NO_FIRST, diag);
    }
    return status;
}

/* After an error nothing counts up to the next first step, whatever it looks like. */
static brds_status dropped_until_first(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < ROUNDS; round++) {
        faults_random_stalls(f);
        faults_vector(f, FIRST, GOOD);
        uint32_t wanted = length_error(faults_vector(f, 0, faults_below(f, 2) ? EARLY : LATE));
        for (int i = 0; i < 5; i++)
            faults_vector(f, faults_below(f, 2) ? LAST : 0, (damage)faults_below(f, 3));
        faults_sequence(f, faults_steps(f));
        status = faults_send_check(f, wanted, diag);
    }
    return status;
}

static brds_status first_in_the_middle(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < ROUNDS; round++) {
        faults_random_stalls(f);
        for (int i = 0; i < 3; i++) {
            faults_vector(f, FIRST, GOOD);
            for (int t = 0; t < (int)faults_below(f, 3); t++)
                faults_vector(f, 0, GOOD);
        }
        /* the last one stays open at rest */
        status = faults_send(f, diag);
        if (!status)
            status = faults_check(f, 0, diag);
        for (int t = 0; t < 2; t++)
            faults_vector(f, place(t, 2), GOOD);
        if (!status)
            status = faults_send_check(f, 0, diag);
    }
    return status;
}

static brds_status out_of_range(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < ROUNDS; round++) {
        uint32_t wanted = 0;
        int steps = faults_steps(f);
        faults_random_stalls(f);
        for (int t = 0; t < steps; t++)
            if (faults_vector(f, place(t, steps), RANGE) == RANGE)
                wanted = X_RANGE;
        status = faults_send_check(f, wanted, diag);
    }
    return status;
}

/* Errors one behind the other, at full rate. */
static brds_status all_at_once(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < ROUNDS; round++) {
        uint32_t wanted = X_NO_FIRST;
        faults_stalls(f, 0, round % 2 ? 200 : 0, 0);
        faults_vector(f, 0, GOOD);
        for (int i = 0; i < 4; i++) {
            faults_sequence(f, 1);
            wanted |= length_error(faults_vector(f, FIRST, i % 2 ? EARLY : LATE));
            faults_vector(f, FIRST | LAST, GOOD);
            faults_vector(f, FIRST, GOOD);
            wanted |= length_error(faults_vector(f, 0, i % 2 ? LATE : EARLY));
        }
        faults_sequence(f, 2);
        status = faults_send_check(f, wanted, diag);
    }
    return status;
}

static brds_status state_length(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < ROUNDS; round++) {
        faults_random_stalls(f);
        if (faults_below(f, 2))
            faults_sequence(f, 2);
        faults_state(f, round % 2 ? EARLY : LATE);
        /* not first: dropped in silence; first: starts from zero */
        if (faults_below(f, 2))
            faults_vector(f, 0, GOOD);
        faults_vector(f, FIRST, GOOD);
        faults_vector(f, LAST, GOOD);
        status = faults_send_check(f, X_STATE, diag);
    }
    return status;
}

static brds_status state_in_sequence(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < ROUNDS; round++) {
        faults_random_stalls(f);
        faults_vector(f, FIRST, GOOD);
        if (faults_below(f, 2))
            faults_vector(f, 0, GOOD);
        faults_state(f, (damage)faults_below(f, 3));
        faults_vector(f, 0, GOOD);
        faults_vector(f, LAST, GOOD);
        if (faults_below(f, 2)) {
            faults_state(f, GOOD);
            faults_vector(f, FIRST | LAST, GOOD);
        }
        status = faults_send_check(f, X_STATE, diag);
    }
    return status;
}

/* A state must be followed by a first step; the last of two counts; one that a bad vector follows is
 * lost. */
static brds_status state_order(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < ROUNDS; round++) {
        faults_random_stalls(f);
        faults_state(f, GOOD);
        faults_vector(f, LAST, GOOD);
        faults_vector(f, FIRST | LAST, GOOD);
        faults_state(f, GOOD);
        faults_state(f, GOOD);
        faults_vector(f, FIRST, GOOD);
        faults_vector(f, LAST, GOOD);
        faults_state(f, GOOD);
        uint32_t wanted = X_NO_FIRST | length_error(faults_vector(f, FIRST, EARLY));
        faults_vector(f, FIRST, GOOD);
        faults_vector(f, LAST, GOOD);
        status = faults_send_check(f, wanted, diag);
    }
    return status;
}

/* The first step of a sequence waits in the core, held up here by CONTROL; the sequence is dropped and a state
 * follows at once. Whenever that step is worked, no sequence is open then. */
static brds_status state_after_drop(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < ROUNDS; round++) {
        status = faults_write(f, "CONTROL", 0, diag);
        faults_vector(f, FIRST, GOOD);
        uint32_t wanted = length_error(faults_vector(f, 0, round % 2 ? EARLY : LATE));
        faults_state(f, GOOD);
        faults_begin(f);
        if (!status)
            status = faults_cycles(f, f->settle, diag);
        if (!status)
            status = faults_write(f, "CONTROL", 1, diag);
        if (!status)
            status = faults_finish(f, diag);
        if (!status)
            status = faults_check(f, wanted, diag);
        faults_vector(f, FIRST | LAST, GOOD);
        if (!status)
            status = faults_send_check(f, 0, diag);
    }
    return status;
}

static brds_status state_range(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < ROUNDS; round++) {
        uint32_t wanted = faults_state(f, RANGE) == RANGE ? X_RANGE : 0;
        faults_vector(f, FIRST, GOOD);
        faults_vector(f, LAST, GOOD);
        status = faults_send_check(f, wanted, diag);
    }
    return status;
}

const faults_test faults_x_tests[] = {
    {.name = "x: a step before weights are loaded", .run = before_weights, .needs_ram = true},
    {.name = "x: early tlast", .run = early_last},
    {.name = "x: late tlast", .run = late_last},
    {.name = "x: no first step after reset", .run = no_first_after_reset},
    {.name = "x: no first step after a sequence", .run = no_first_after_sequence},
    {.name = "x: all dropped up to the next first step", .run = dropped_until_first},
    {.name = "x: first step inside a sequence", .run = first_in_the_middle},
    {.name = "x: value outside its format", .run = out_of_range},
    {.name = "x: errors back to back", .run = all_at_once},
    {.name = "x: initial state of a wrong length", .run = state_length, .needs_state = true},
    {.name = "x: initial state inside a sequence", .run = state_in_sequence, .needs_state = true},
    {.name = "x: initial states in a wrong order", .run = state_order, .needs_state = true},
    {.name = "x: initial state after a dropped sequence",
     .run = state_after_drop,
     .needs_axil = true,
     .needs_state = true},
    {.name = "x: initial state outside its format", .run = state_range, .needs_state = true},
    {0}};
