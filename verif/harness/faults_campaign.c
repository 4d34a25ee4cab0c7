/* SPDX-License-Identifier: Apache-2.0
 *
 * A campaign: sequences with one disturbance each, of every kind in turn, among good ones and random stalls.
 * After each the core must agree with the reference in everything, and the next good sequence must be right.
 * It counts what was injected, which error bits came of it, and where in a step the core was.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <zlib.h>

#include "faults.h"
#include "rtl/registers.h"

enum { FIRST = BRDS_USER_FIRST, LAST = BRDS_USER_LAST, ERROR_BITS = 16, PATIENCE = 3000 };

typedef struct {
    const char *name;
    brds_status (*run)(faults *f, int variant, brds_diag *diag); /* sends all, to its end */
    int variant;
    uint32_t may; /* no other error bits come of it */
    bool must;    /* one of them always does */
    bool needs_axil, needs_ram, needs_state, needs_range, needs_streams;
} kind;

/* ---- s_axis_x ---- */

static void context(faults *f)
{
    for (unsigned i = faults_below(f, 3); i > 0; i--)
        faults_sequence(f, faults_steps(f));
}

static brds_status bad_vector(faults *f, int how, brds_diag *diag)
{
    int steps = faults_steps(f), bad = (int)faults_below(f, (unsigned)steps);
    context(f);
    for (int t = 0; t < steps; t++)
        faults_vector(f, (t == 0 ? FIRST : 0u) | (t + 1 == steps ? LAST : 0u),
                      t == bad ? (damage)how : GOOD);
    context(f);
    return faults_send(f, diag);
}

static brds_status no_first(faults *f, int variant, brds_diag *diag)
{
    (void)variant;
    context(f);
    for (unsigned i = faults_below(f, 3); i < 3; i++)
        faults_vector(f, faults_below(f, 2) ? LAST : 0, GOOD);
    context(f);
    return faults_send(f, diag);
}

static brds_status no_last(faults *f, int variant, brds_diag *diag)
{
    (void)variant;
    context(f);
    faults_vector(f, FIRST, GOOD);
    for (unsigned i = faults_below(f, 3); i > 0; i--)
        faults_vector(f, 0, GOOD);
    faults_sequence(f, faults_steps(f) /* its state, if it has one, is inside a sequence */);
    return faults_send(f, diag);
}

static brds_status bad_state(faults *f, int how, brds_diag *diag)
{
    context(f);
    faults_state(f, (damage)how);
    if (faults_below(f, 2))
        faults_vector(f, FIRST | LAST, GOOD);
    faults_sequence(f, 2);
    return faults_send(f, diag);
}

static brds_status state_inside(faults *f, int variant, brds_diag *diag)
{
    (void)variant;
    context(f);
    faults_vector(f, FIRST, GOOD);
    faults_state(f, (damage)faults_below(f, 3));
    faults_vector(f, LAST, GOOD);
    context(f);
    return faults_send(f, diag);
}

/* Too long a vector in one stream, other faults in others. */
static brds_status in_several(faults *f, int variant, brds_diag *diag)
{
    (void)variant;
    faults_vector(f, FIRST, LATE);
    for (unsigned i = faults_below(f, 4); i < 5; i++) {
        faults_pick_stream(f);
        if (f->source.spec.initial_state && faults_below(f, 3) == 0)
            faults_state(f, (damage)faults_below(f, 3));
        faults_vector(f, faults_below(f, 4), (damage)faults_below(f, 3));
    }
    faults_close(f);
    return faults_send(f, diag);
}

/* ---- at a moment of a run ---- */

/* Some sequences are on their way, and the core is at a place drawn at random, if it comes there. */
static brds_status to_moment(faults *f, brds_diag *diag)
{
    faults_place wanted = (faults_place)faults_below(f, PLACES);
    for (int i = 0; i < 3; i++)
        faults_sequence(f, faults_steps(f));
    faults_begin(f);
    brds_status status = faults_cycles(f, brds_random_below(&f->random, 6 * f->step_cycles), diag);
    for (int i = 0; !status && f->at != wanted && i < PATIENCE; i++)
        status = faults_cycles(f, 1, diag);
    return status;
}

static void drop_senders(faults *f)
{
    brds_driver *d = &f->driver;
    d->x = NULL;
    d->x_sent = d->image_words = d->image_sent = 0;
    d->x_offered = d->w_offered = false;
    faults_forget(f);
}

static brds_status reset(faults *f, int variant, brds_diag *diag)
{
    (void)variant;
    brds_status status = to_moment(f, diag);
    faults_event(f, EVENT_RESET);
    faults_reset(f);
    drop_senders(f);
    return status;
}

/* The senders are reset too (0), or go on with what is left of their packets (1). */
static brds_status soft_reset(faults *f, int go_on, brds_diag *diag)
{
    brds_status status = to_moment(f, diag);
    if (!status) {
        faults_event(f, EVENT_SOFT_RESET);
        status = faults_soft_reset(f, diag);
    }
    if (go_on) /* what is left of a packet can open any stream */
        faults_close(f);
    if (!status && go_on)
        status = faults_finish(f, diag);
    drop_senders(f);
    return status;
}

static brds_status closed(faults *f, int variant, brds_diag *diag)
{
    (void)variant;
    brds_status status = to_moment(f, diag);
    faults_event(f, EVENT_CLOSED);
    f->driver.y_closed_until = f->driver.cycle + 200 + faults_below(f, 2000);
    return status ? status : faults_finish(f, diag);
}

static brds_status disabled(faults *f, int variant, brds_diag *diag)
{
    (void)variant;
    brds_status status = to_moment(f, diag);
    faults_event(f, EVENT_DISABLED);
    if (!status)
        status = faults_write(f, "CONTROL", 0, diag);
    if (!status)
        status = faults_cycles(f, faults_below(f, 1000), diag);
    if (!status)
        status = faults_write(f, "CONTROL", 1, diag);
    return status ? status : faults_finish(f, diag);
}

static brds_status traffic(faults *f, int variant, brds_diag *diag)
{
    (void)variant;
    context(f);
    faults_sequence(f, faults_steps(f));
    return faults_send_with_traffic(f, faults_below(f, 2) ? 0 : 128, diag);
}

/* ---- s_axis_w ---- */

enum { MAGIC, VERSION, SHAPE, LENGTH, CUT, LONGER, CHECKSUM, BIT, NOTHING };

static void damage_image(faults *f, faults_image *c, int how)
{
    size_t width = c->width * 8, last = c->words - 1;
    switch (how) {
    case CUT:
        c->words = 1 + faults_below(f, (unsigned)last);
        break;
    case LONGER:
        c->words += 1 + faults_below(f, FAULTS_SPARE_WORDS);
        break;
    case CHECKSUM:
        faults_flip(c, last * width + faults_below(f, 32));
        break;
    case BIT:
        faults_flip(c, 4 * width + brds_random_below(&f->random, (last - 4) * width));
        break;
    case NOTHING:
        break;
    default: /* a field of the header, half of the time with a good checksum */
        faults_flip(c, (size_t)how * width + faults_below(f, 32));
        if (faults_below(f, 2))
            faults_put_field(c, last, (uint32_t)crc32(0, c->bytes, (uInt)(last * c->width)));
    }
}

/* Offered while the core works; taken when it is empty. */
static brds_status image(faults *f, int how, brds_diag *diag)
{
    faults_image c;
    brds_status status = faults_copy_image(f, (int)faults_below(f, NETWORKS), &c, diag);
    if (status)
        return status;
    damage_image(f, &c, how);
    status = to_moment(f, diag);
    faults_event(f, EVENT_IMAGE);
    f->driver.image = c.bytes;
    f->driver.image_words = c.words;
    f->driver.image_sent = 0;
    if (!status)
        status = faults_finish(f, diag);
    free(c.bytes);
    return status;
}

/* ---- the campaign ---- */

#define X_LENGTH (X_EARLY_LAST | X_LATE_LAST)
#define X_ANY (X_LENGTH | X_NO_FIRST | X_STATE | X_RANGE)

static const kind kinds[] = {
    {.name = "x: tlast too early",
     .run = bad_vector,
     .variant = EARLY,
     .may = X_LENGTH,
     .must = true},
    {.name = "x: tlast too late",
     .run = bad_vector,
     .variant = LATE,
     .may = X_LATE_LAST,
     .must = true},
    {.name = "x: value out of range",
     .run = bad_vector,
     .variant = RANGE,
     .may = X_RANGE,
     .must = true,
     .needs_range = true},
    {.name = "x: no first step", .run = no_first, .may = X_NO_FIRST, .must = true},
    {.name = "x: no last step", .run = no_last, .may = X_STATE},
    {.name = "x: initial state cut",
     .run = bad_state,
     .variant = EARLY,
     .may = X_STATE,
     .must = true,
     .needs_state = true},
    {.name = "x: initial state too long",
     .run = bad_state,
     .variant = LATE,
     .may = X_STATE,
     .must = true,
     .needs_state = true},
    {.name = "x: initial state out of range",
     .run = bad_state,
     .variant = RANGE,
     .may = X_RANGE,
     .needs_state = true},
    {.name = "x: initial state inside a sequence",
     .run = state_inside,
     .may = X_STATE,
     .must = true,
     .needs_state = true},
    {.name = "x: in several streams",
     .run = in_several,
     .may = X_ANY,
     .must = true,
     .needs_streams = true},
    {.name = "w: magic number",
     .run = image,
     .variant = MAGIC,
     .may = W_MAGIC | X_NO_WEIGHTS,
     .must = true,
     .needs_ram = true},
    {.name = "w: version",
     .run = image,
     .variant = VERSION,
     .may = W_VERSION | X_NO_WEIGHTS,
     .must = true,
     .needs_ram = true},
    {.name = "w: fingerprint",
     .run = image,
     .variant = SHAPE,
     .may = W_SHAPE | X_NO_WEIGHTS,
     .must = true,
     .needs_ram = true},
    {.name = "w: length in the header",
     .run = image,
     .variant = LENGTH,
     .may = W_LENGTH | X_NO_WEIGHTS,
     .must = true,
     .needs_ram = true},
    {.name = "w: cut",
     .run = image,
     .variant = CUT,
     .may = W_LENGTH | X_NO_WEIGHTS,
     .must = true,
     .needs_ram = true},
    {.name = "w: too long",
     .run = image,
     .variant = LONGER,
     .may = W_LENGTH | X_NO_WEIGHTS,
     .must = true,
     .needs_ram = true},
    {.name = "w: checksum",
     .run = image,
     .variant = CHECKSUM,
     .may = W_CRC | X_NO_WEIGHTS,
     .must = true,
     .needs_ram = true},
    {.name = "w: a bit of its contents",
     .run = image,
     .variant = BIT,
     .may = W_CRC | X_NO_WEIGHTS,
     .must = true,
     .needs_ram = true},
    {.name = "w: good, while busy", .run = image, .variant = NOTHING, .needs_ram = true},
    {.name = "y: closed", .run = closed},
    {.name = "reset", .run = reset},
    {.name = "soft reset, senders too", .run = soft_reset, .variant = 0, .needs_axil = true},
    {.name = "soft reset, senders go on",
     .run = soft_reset,
     .variant = 1,
     .may = X_ANY,
     .needs_axil = true},
    {.name = "enable 0 for a while", .run = disabled, .needs_axil = true},
    {.name = "AXI4-Lite traffic, bad addresses",
     .run = traffic,
     .may = AXIL_ADDRESS,
     .needs_axil = true},
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

typedef struct {
    uint64_t injected, bits[ERROR_BITS];
} tally;

static bool applies(const faults *f, const kind *k)
{
    return (f->axil || !k->needs_axil) && (f->ram || !k->needs_ram) &&
           (f->source.spec.initial_state || !k->needs_state) &&
           (f->source.spec.streams > 1 || !k->needs_streams) &&
           (faults_has_range(f) || !k->needs_range);
}

static brds_status check_bits(const kind *k, uint32_t errors, brds_diag *diag)
{
    brds_status status =
        faults_want("error bits that this kind cannot lead to", errors & ~k->may, 0, diag);
    if (!status && k->must && !errors)
        status = brds_fail(diag, BRDS_EDIFFER, "", "", "this kind led to no error bit");
    return status;
}

/* A good sequence, with weights loaded again if they were lost. */
static brds_status good(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    f->driver.y_closed_until = 0;
    if (!f->ref.weights_ok)
        status = faults_load_network(f, (int)faults_below(f, NETWORKS), diag);
    faults_restore(f);
    faults_sequence(f, faults_steps(f));
    if (!status)
        status = faults_send(f, diag);
    return status ? status : faults_check(f, 0, diag);
}

static brds_status disturb(faults *f, const kind *k, tally *t, brds_diag *diag)
{
    faults_random_stalls(f);
    faults_pick_stream(f);
    brds_status status = k->run(f, k->variant, diag);
    uint32_t errors = f->ref.errors;
    t->injected++;
    for (int b = 0; b < ERROR_BITS; b++)
        t->bits[b] += errors >> b & 1u;
    if (!status)
        status = check_bits(k, errors, diag);
    if (!status)
        status = faults_check(f, errors, diag);
    return status ? status : good(f, diag);
}

/* Lines of fields between tabs: `kind`, its name, how often, how often each error bit; `place`, the event's name,
 * how often at each place. */
static brds_status print(const faults *f, const tally t[KINDS], const char *path, brds_diag *diag)
{
    static const char *const events[] = {
        "reset",         "soft reset",      "image offered",
        "output closed", "enable 0",        "word of x refused or clipped",
        "x gap, cycles", "x waits, cycles", "y waits, cycles"};
    FILE *out = fopen(path, "w");
    if (!out)
        return brds_fail(diag, BRDS_EFILE, path, "", "cannot be written");
    for (int k = 0; k < KINDS; k++) {
        fprintf(out, "kind\t%s\t%" PRIu64, kinds[k].name, t[k].injected);
        for (int b = 0; b < ERROR_BITS; b++)
            fprintf(out, "\t%" PRIu64, t[k].bits[b]);
        fputc('\n', out);
    }
    for (int e = 0; e < EVENTS; e++) {
        fprintf(out, "place\t%s", events[e]);
        for (int p = 0; p < PLACES; p++)
            fprintf(out, "\t%" PRIu64, f->events[e][p]);
        fputc('\n', out);
    }
    fprintf(out, "cycles\t%" PRIu64 "\n", f->driver.cycle);
    return fclose(out) ? brds_fail(diag, BRDS_EFILE, path, "", "cannot be written") : BRDS_OK;
}

brds_status faults_campaign(faults *f, const char *path, brds_diag *diag)
{
    static tally t[KINDS];
    brds_status status = faults_start(f, diag);
    for (uint64_t done = 0, turn = 0; !status && done < f->count; turn++) {
        const kind *k = &kinds[turn % KINDS];
        if (!applies(f, k))
            continue;
        status = disturb(f, k, &t[turn % KINDS], diag);
        if (status)
            return brds_fail(diag, status, "", "", "sequence %" PRIu64 " of %" PRIu64 ", %s", done,
                             f->count, k->name);
        done++;
    }
    return status ? status : print(f, t, path, diag);
}
