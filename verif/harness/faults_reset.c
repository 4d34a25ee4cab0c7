/* SPDX-License-Identifier: Apache-2.0
 *
 * Resets, hard and soft, at random moments; the other bits of CONTROL.
 */
#include "faults.h"
#include "rtl/registers.h"

enum { ROUNDS = 32, ENABLE = 1, CLEAR_COUNTERS = 4 };

/* Some work on all streams, and a random number of cycles of it. */
static brds_status busy_moment(faults *f, brds_diag *diag)
{
    faults_random_stalls(f);
    for (int i = 0; i < 4; i++)
        faults_sequence(f, faults_steps(f));
    if (faults_below(f, 3) == 0)
        faults_vector(f, BRDS_USER_FIRST, LATE);
    faults_begin(f);
    uint64_t cycles = brds_random_below(&f->random, 12 * f->step_cycles);
    if (f->ram && faults_below(f, 2)) {
        const brds_image *image = &f->packed[faults_below(f, NETWORKS)].image;
        f->driver.image = image->bytes;
        f->driver.image_words = image->words;
        f->driver.image_sent = 0;
        cycles += brds_random_below(&f->random, 2 * image->words);
    }
    return faults_cycles(f, cycles, diag);
}

/* Weights if they were lost, then sequences that must be right. */
static brds_status recover(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    if (!f->ref.weights_ok)
        status = faults_load_network(f, (int)faults_below(f, NETWORKS), diag);
    faults_sequence(f, faults_steps(f));
    faults_sequence(f, faults_steps(f));
    return status ? status : faults_send_check(f, 0, diag);
}

static brds_status hard_reset(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < ROUNDS; round++) {
        status = busy_moment(f, diag);
        faults_reset(f);
        faults_forget(f);
        if (!status && f->ref.weights_ok == f->ram)
            status = brds_fail(diag, BRDS_EDIFFER, "", "", "weights after a reset");
        if (!status)
            status = recover(f, diag);
    }
    return status;
}

/* The senders either are reset too, or go on: what is left of a packet is a packet then. */
static brds_status soft_reset(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < ROUNDS; round++) {
        status = busy_moment(f, diag);
        if (!status)
            status = faults_soft_reset(f, diag);
        if (round % 2) /* what is left of a packet can open any stream */
            faults_close(f);
        if (!status && round % 2)
            status = faults_finish(f, diag);
        f->driver.x = NULL;
        f->driver.x_sent = f->driver.image_words = f->driver.image_sent = 0;
        f->driver.x_offered = f->driver.w_offered = false;
        faults_forget(f);
        if (!status)
            status = faults_cycles(f, round % 4 < 2 ? 0 : f->settle, diag);
        if (!status && round % 2 == 0) /* at once: nothing of before may be left */
            status = recover(f, diag);
        else if (!status)
            status = faults_check(f, f->ref.errors, diag);
        if (!status)
            status = recover(f, diag);
    }
    return status;
}

/* A soft reset while output words wait, and while an image comes in. */
static brds_status soft_reset_places(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < 6; round++) {
        f->driver.y_closed_until = f->driver.cycle + 30 * f->step_cycles;
        faults_sequence(f, 1);
        faults_sequence(f, 1);
        faults_sequence(f, 1);
        faults_begin(f);
        status = faults_cycles(f, 20 * f->step_cycles + (unsigned)round, diag);
        if (!status)
            status = faults_soft_reset(f, diag);
        f->driver.y_closed_until = 0;
        f->driver.x = NULL;
        f->driver.x_sent = 0;
        f->driver.x_offered = false;
        faults_forget(f);
        if (!status)
            status = recover(f, diag);
    }
    for (int round = 0; !status && f->ram && round < 12; round++) {
        const brds_image *image = &f->packed[1].image;
        uint64_t stop = round < 6 ? image->words - (unsigned)round : image->words;
        f->driver.image = image->bytes;
        f->driver.image_words = image->words;
        f->driver.image_sent = 0;
        while (!status && f->driver.image_sent < stop)
            status = faults_cycles(f, 1, diag);
        if (!status && round >= 6)
            status = faults_cycles(f, (unsigned)round - 6, diag);
        if (!status)
            status = faults_soft_reset(f, diag);
        f->driver.image_words = f->driver.image_sent = 0;
        f->driver.w_offered = false;
        if (!status)
            status = faults_check(f, 0, diag);
        if (!status)
            status = recover(f, diag);
    }
    return status;
}

/* What soft_reset takes back, and what it leaves. */
static brds_status soft_reset_state(faults *f, brds_diag *diag)
{
    faults_sequence(f, 2);
    faults_vector(f, BRDS_USER_FIRST, GOOD);
    faults_vector(f, BRDS_USER_FIRST, LATE);
    brds_status status = faults_send(f, diag);
    if (!status)
        status = faults_want("error bits", f->ref.errors, X_LATE_LAST, diag);
    faults_vector(f, BRDS_USER_FIRST, GOOD);
    if (!status)
        status = faults_send(f, diag);
    if (!status)
        status = faults_soft_reset(f, diag);
    if (!status) /* counters 0, no error, no open sequence, weights there */
        status = faults_check(f, 0, diag);
    uint32_t control = 0;
    if (!status)
        status = faults_read(f, "CONTROL", &control, diag);
    if (!status)
        status = faults_want("CONTROL", control, ENABLE, diag);
    return status ? status : recover(f, diag);
}

/* Writes 0 to enable; of the work left only steps that had begun may end. */
static brds_status hold(faults *f, brds_diag *diag)
{
    uint32_t before = 0, after = 0, later = 0;
    brds_status status = faults_write(f, "CONTROL", 0, diag);
    if (!status)
        status = faults_read(f, "STEPS", &before, diag);
    if (!status) /* what has begun ends, even if the output stalls */
        status = faults_cycles(f, 5 * f->settle, diag);
    if (!status)
        status = faults_read(f, "STEPS", &after, diag);
    if (!status && after - before > (uint32_t)f->packed[0].plan.phase_count + 1)
        status = faults_want("STEPS some time after enable was set to 0", after, before, diag);
    uint64_t words = f->ref.words_came;
    if (!status)
        status = faults_cycles(f, 20 * f->step_cycles + 1000, diag);
    if (!status)
        status = faults_read(f, "STEPS", &later, diag);
    if (!status)
        status = faults_want("STEPS while enable is 0", later, after, diag);
    return status ? status
                  : faults_want("output words while enable is 0", f->ref.words_came, words, diag);
}

/* enable = 0 lets no new step begin; those begun end; enable = 1 goes on as if nothing had been. */
static brds_status enable(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < 8; round++) {
        faults_random_stalls(f);
        for (int i = 0; i < 12; i++)
            faults_sequence(f, faults_steps(f));
        uint64_t words = f->ref.words_came;
        if (round == 0)
            status = faults_write(f, "CONTROL", 0, diag);
        faults_begin(f);
        if (round)
            status = faults_cycles(f, brds_random_below(&f->random, 8 * f->step_cycles), diag);
        if (!status)
            status = hold(f, diag);
        if (!status && round == 0)
            status = faults_want("output words with enable 0 from the start", f->ref.words_came,
                                 words, diag);
        if (!status)
            status = faults_write(f, "CONTROL", ENABLE, diag);
        if (!status)
            status = faults_finish(f, diag);
        if (!status)
            status = faults_check(f, 0, diag);
    }
    return status;
}

static brds_status clear_counters(faults *f, brds_diag *diag)
{
    static const char *const names[] = {
        "STEPS",        "SEQUENCES",    "BUSY_LO",  "BUSY_HI",      "STALL_IN_LO", "STALL_IN_HI",
        "STALL_OUT_LO", "STALL_OUT_HI", "SAT_GATE", "SAT_FUNCTION", "SAT_CELL",    "SAT_OUTPUT"};
    faults_sequence(f, 4);
    faults_sequence(f, 4);
    brds_status status = faults_send(f, diag);
    if (!status)
        status = faults_check(f, 0, diag);
    if (!status)
        status = faults_write(f, "CONTROL", ENABLE | CLEAR_COUNTERS, diag);
    reference_clear_counters(&f->ref);
    for (size_t i = 0; !status && i < sizeof names / sizeof names[0]; i++) {
        uint32_t value = 1;
        status = faults_read(f, names[i], &value, diag);
        if (!status)
            status = faults_want(names[i], value, 0, diag);
    }
    faults_sequence(f, 3);
    return status ? status : faults_send_check(f, 0, diag);
}

const faults_test faults_reset_tests[] = {
    {.name = "reset: at random moments", .run = hard_reset},
    {.name = "soft reset: at random moments", .run = soft_reset, .needs_axil = true},
    {.name = "soft reset: waiting output, image", .run = soft_reset_places, .needs_axil = true},
    {.name = "soft reset: what it takes back", .run = soft_reset_state, .needs_axil = true},
    {.name = "enable: holds and goes on", .run = enable, .needs_axil = true},
    {.name = "clear_counters", .run = clear_counters, .needs_axil = true},
    {0}};
