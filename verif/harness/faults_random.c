/* SPDX-License-Identifier: Apache-2.0
 *
 * A long run of sequences, each good or disturbed in some way, with gaps and
 * stalls, in chunks; now and then an image, a reset, a closed output.
 */
#include <inttypes.h>

#include "faults.h"

enum { FIRST = BRDS_USER_FIRST, LAST = BRDS_USER_LAST };

/* A sequence with one damaged vector. */
static void damaged_step(faults *f, damage how)
{
    int steps = faults_steps(f), bad = (int)faults_below(f, (unsigned)steps);
    for (int t = 0; t < steps; t++)
        faults_vector(f, (t == 0 ? FIRST : 0u) | (t + 1 == steps ? LAST : 0u),
                      t == bad ? how : GOOD);
}

/* Vectors with any flags and any length. */
static void noise(faults *f)
{
    bool state = f->source.spec.initial_state;
    for (unsigned i = faults_below(f, 5); i < 6; i++) {
        faults_pick_stream(f);
        if (state && faults_below(f, 3) == 0)
            faults_state(f, (damage)faults_below(f, 4));
        else
            faults_vector(f, faults_below(f, 4), (damage)faults_below(f, 4));
    }
}

static void disturbed(faults *f)
{
    bool state = f->source.spec.initial_state;
    switch (faults_below(f, 9)) {
    case 0:
        damaged_step(f, EARLY);
        break;
    case 1:
        damaged_step(f, LATE);
        break;
    case 2:
        damaged_step(f, RANGE);
        break;
    case 3: /* no first step */
        faults_vector(f, faults_below(f, 2) ? LAST : 0, GOOD);
        break;
    case 4: /* no last step */
        faults_vector(f, FIRST, GOOD);
        break;
    case 5:
        if (state)
            faults_state(f, (damage)faults_below(f, 4));
        damaged_step(f, GOOD);
        break;
    case 6:
        faults_vector(f, FIRST, GOOD);
        if (state)
            faults_state(f, GOOD);
        faults_vector(f, LAST, GOOD);
        break;
    default:
        noise(f);
    }
}

static void offer_image(faults *f)
{
    const brds_image *image = &f->packed[faults_below(f, NETWORKS)].image;
    f->driver.image = image->bytes;
    f->driver.image_words = image->words;
    /* one in three is cut: an early tlast */
    if (faults_below(f, 3) == 0)
        f->driver.image_words = 1 + faults_below(f, (unsigned)image->words - 1);
    f->driver.image_sent = 0;
}

/* Sends f->x, with things happening meanwhile. */
static brds_status send_chunk(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    uint64_t moment = brds_random_below(&f->random, 6 * f->step_cycles);
    faults_begin(f);
    switch (faults_below(f, 6)) {
    case 0:
        status = faults_cycles(f, moment, diag);
        if (f->ram)
            offer_image(f);
        break;
    case 1:
        status = faults_cycles(f, moment, diag);
        if (!status && f->axil && faults_below(f, 2))
            status = faults_soft_reset(f, diag);
        faults_close(f); /* what is left of a packet can open any stream */
        break;
    case 2:
        status = faults_cycles(f, moment, diag);
        f->driver.y_closed_until = f->driver.cycle + 3000;
        break;
    default:
        break;
    }
    /* an open sequence holds an image up: it is ended by the next sequence's packets */
    return status;
}

static brds_status chunk(faults *f, uint64_t *left, brds_diag *diag)
{
    uint64_t count = 1 + faults_below(f, 6);
    if (count > *left)
        count = *left;
    *left -= count;
    for (uint64_t i = 0; i < count; i++) {
        faults_pick_stream(f);
        if (faults_below(f, 2))
            disturbed(f);
        else
            faults_sequence(f, faults_steps(f));
    }
    /* so that an image that waits for the end of a sequence gets it */
    faults_sequence(f, 1 + (int)faults_below(f, 2));
    faults_close(f);
    faults_random_stalls(f);
    brds_status status = send_chunk(f, diag);
    if (!status)
        status = faults_finish(f, diag);
    return status ? status : faults_check(f, f->ref.errors, diag);
}

static brds_status disturbed_run(faults *f, brds_diag *diag)
{
    uint64_t left = f->count;
    uint32_t all = X_EARLY_LAST | X_LATE_LAST | X_NO_FIRST;
    brds_status status = BRDS_OK;
    while (!status && left) {
        if (!f->ref.weights_ok)
            status = faults_load_network(f, (int)faults_below(f, NETWORKS), diag);
        if (!status)
            status = chunk(f, &left, diag);
    }
    if (status)
        return brds_fail(diag, status, "", "", "after %" PRIu64 " of %" PRIu64 " sequences",
                         f->count - left, f->count);
    faults_stalls(f, 0, 0, 0);
    if (!f->ref.weights_ok)
        status = faults_load_network(f, 0, diag);
    faults_sequence(f, 3);
    if (!status)
        status = faults_send_check(f, 0, diag);
    /* the run must have seen what it is for */
    if (f->packed[0].plan.x_words == 1)
        all &= ~(uint32_t)X_EARLY_LAST;
    if (!status && f->count >= 100)
        status = faults_want("error bits met", f->seen & all, all, diag);
    return status;
}

const faults_test faults_random_tests[] = {
    {.name = "random: good and disturbed sequences", .run = disturbed_run}, {0}};
