/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "faults.h"
#include "rtl/registers.h"

brds_status faults_want(const char *what, uint64_t got, uint64_t want, brds_diag *diag)
{
    if (got == want)
        return BRDS_OK;
    return brds_fail(diag, BRDS_EDIFFER, "", "",
                     "%s: %" PRIu64 " (0x%" PRIx64 ") came, %" PRIu64 " (0x%" PRIx64 ") was due",
                     what, got, got, want, want);
}

void faults_stalls(faults *f, unsigned x, unsigned y, unsigned w)
{
    f->driver.stall_x = x;
    f->driver.stall_y = y;
    f->driver.stall_w = w;
    f->driver.stall_m = w;
}

void faults_random_stalls(faults *f)
{
    static const unsigned chances[] = {0, 0, 25, 128, 230};
    faults_stalls(f, chances[faults_below(f, 5)], chances[faults_below(f, 5)],
                  chances[faults_below(f, 3)]);
}

/* ---- registers ---- */

static brds_status find(const char *name, uint32_t *offset, brds_diag *diag)
{
    const brds_register *reg = brds_register_find(name);
    if (!reg)
        return brds_fail(diag, BRDS_EDIFFER, "", "", "there is no register %s", name);
    *offset = reg->offset;
    return BRDS_OK;
}

brds_status faults_read(faults *f, const char *name, uint32_t *value, brds_diag *diag)
{
    uint32_t offset = 0;
    brds_status status = find(name, &offset, diag);
    return status ? status : brds_driver_read(&f->driver, offset, value, diag);
}

brds_status faults_read64(faults *f, const char *low, const char *high, uint64_t *value,
                          brds_diag *diag)
{
    uint32_t parts[2] = {0, 0};
    brds_status status = faults_read(f, low, &parts[0], diag);
    if (!status)
        status = faults_read(f, high, &parts[1], diag);
    *value = (uint64_t)parts[1] << 32 | parts[0];
    return status;
}

brds_status faults_write(faults *f, const char *name, uint32_t value, brds_diag *diag)
{
    uint32_t offset = 0;
    brds_status status = find(name, &offset, diag);
    return status ? status : brds_driver_write(&f->driver, offset, value, diag);
}

brds_status faults_soft_reset(faults *f, brds_diag *diag)
{
    uint32_t offset = 0;
    brds_status status = find("CONTROL", &offset, diag);
    if (!status)
        status = brds_driver_soft_reset(&f->driver, offset, 3, diag);
    reference_reset(&f->ref, true);
    return status;
}

/* ---- cycles ---- */

__attribute__((weak)) unsigned dut_beat(const struct brds_dut *dut)
{
    (void)dut;
    return 1;
}

static faults_place find_place(const faults *f)
{
    static const faults_place of_kind[] = {[BRDS_PHASE_GATES] = AT_GATES,
                                           [BRDS_PHASE_PROJECTION] = AT_PROJECTION,
                                           [BRDS_PHASE_HEAD] = AT_HEAD};
    unsigned beat = dut_beat(f->driver.dut);
    if (beat & 2u)
        return of_kind[f->packed[0].plan.phases[beat >> 2].kind];
    return beat & 1u ? AT_IDLE : AT_DRAIN;
}

void faults_event(faults *f, faults_events e)
{
    f->events[e][f->at]++;
}

/* One cycle, and what happened in it. */
static brds_status one_cycle(faults *f, brds_diag *diag)
{
    const brds_driver *d = &f->driver;
    uint32_t before = f->ref.errors;
    bool more = d->x && d->x_sent < d->x->words;
    brds_status status = brds_driver_cycle(&f->driver, diag);
    if (f->ref.errors & ~before &
        (X_EARLY_LAST | X_LATE_LAST | X_NO_FIRST | X_NO_WEIGHTS | X_RANGE | X_STATE))
        faults_event(f, EVENT_X_ERROR);
    if (more && !d->pins.x_tvalid)
        faults_event(f, EVENT_X_GAP);
    if (d->pins.x_tvalid && !d->pins.x_tready)
        faults_event(f, EVENT_X_PRESSURE);
    if (d->pins.y_tvalid && !d->pins.y_tready)
        faults_event(f, EVENT_Y_PRESSURE);
    f->at = find_place(f);
    return status;
}

brds_status faults_cycles(faults *f, uint64_t cycles, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (uint64_t i = 0; !status && i < cycles; i++)
        status = one_cycle(f, diag);
    if (!status && f->ref.broken)
        status = brds_fail(diag, BRDS_EDIFFER, "", "", "%s (cycle %" PRIu64 ")", f->ref.broken,
                           f->driver.cycle);
    return status;
}

void faults_reset(faults *f)
{
    brds_driver_reset(&f->driver);
    reference_reset(&f->ref, false);
}

brds_status faults_load(faults *f, const uint8_t *image, size_t words, brds_diag *diag)
{
    brds_status status =
        brds_driver_load(&f->driver, image, words, 20000 + 20 * words + 20 * f->settle, diag);
    return status ? status : faults_cycles(f, 0, diag);
}

brds_status faults_load_network(faults *f, int network, brds_diag *diag)
{
    const brds_image *image = &f->packed[network].image;
    return f->ram ? faults_load(f, image->bytes, image->words, diag) : BRDS_OK;
}

brds_status faults_start(faults *f, brds_diag *diag)
{
    f->ref.broken = NULL;
    f->driver.y_closed_until = 0;
    faults_stalls(f, 0, 0, 0);
    faults_forget(f);
    faults_reset(f);
    return faults_load_network(f, 0, diag);
}

void faults_begin(faults *f)
{
    faults_mix(f);
    f->driver.x = &f->x;
    f->driver.x_sent = 0;
}

static uint64_t progress(const faults *f)
{
    return f->driver.x_sent + f->driver.image_sent + f->ref.words_came;
}

static bool finished(const faults *f)
{
    const brds_driver *d = &f->driver;
    return (!d->x || d->x_sent == d->x->words) && d->image_sent == d->image_words &&
           reference_due(&f->ref) == 0;
}

static brds_status hung(const faults *f, brds_diag *diag)
{
    const brds_driver *d = &f->driver;
    return brds_fail(diag, BRDS_EDIFFER, "", "",
                     "the core stands still (cycle %" PRIu64 "): %zu of %zu words of x taken, %zu "
                     "of %zu of w, %zu output words are due",
                     d->cycle, d->x_sent, d->x ? d->x->words : 0, d->image_sent, d->image_words,
                     reference_due(&f->ref));
}

brds_status faults_finish(faults *f, brds_diag *diag)
{
    brds_driver *d = &f->driver;
    uint64_t patience = 5000 + 20 * f->settle, moved = d->cycle, last = progress(f);
    brds_status status = BRDS_OK;
    while (!status && !finished(f)) {
        status = faults_cycles(f, 1, diag);
        if (progress(f) != last || d->cycle < d->y_closed_until)
            moved = d->cycle;
        last = progress(f);
        if (!status && d->cycle - moved > patience)
            status = hung(f, diag);
    }
    if (!status)
        status = faults_cycles(f, f->settle, diag);
    d->x = NULL;
    d->x_sent = d->image_words = d->image_sent = 0;
    faults_forget(f);
    return status;
}

brds_status faults_send(faults *f, brds_diag *diag)
{
    faults_begin(f);
    return faults_finish(f, diag);
}

/* ---- what must hold when the core has come to rest ---- */

static brds_status check_status(faults *f, brds_diag *diag)
{
    const reference *r = &f->ref;
    uint32_t value = 0;
    brds_status status = faults_read(f, "STATUS", &value, diag);
    uint32_t want =
        1u | (r->weights_ok ? 2u : 0u) | (r->loading ? 4u : 0u) | (reference_open(r) ? 8u : 0u);
    return status ? status : faults_want("STATUS", value, want, diag);
}

static brds_status check_counters(faults *f, brds_diag *diag)
{
    brds_saturations s = reference_saturations(&f->ref);
    struct {
        const char *name;
        uint64_t want;
    } checks[] = {{"STEPS", f->ref.steps}, {"SEQUENCES", f->ref.sequences},
                  {"SAT_GATE", s.gate},    {"SAT_FUNCTION", s.function},
                  {"SAT_CELL", s.cell},    {"SAT_OUTPUT", s.output}};
    brds_status status = BRDS_OK;
    for (size_t i = 0; !status && i < sizeof checks / sizeof checks[0]; i++) {
        uint32_t value = 0;
        status = faults_read(f, checks[i].name, &value, diag);
        if (!status)
            status = faults_want(checks[i].name, value, (uint32_t)checks[i].want, diag);
    }
    return status;
}

/* Writing 1 to a bit clears that bit and no other. */
static brds_status clear_errors(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (uint32_t bit = 1; !status && bit <= AXIL_ADDRESS; bit <<= 1) {
        uint32_t value = 0;
        if (!(f->ref.errors & bit))
            continue;
        f->ref.errors &= ~bit;
        status = faults_write(f, "ERROR", bit, diag);
        if (!status)
            status = faults_read(f, "ERROR", &value, diag);
        if (!status)
            status = faults_want("ERROR after a bit was cleared", value, f->ref.errors, diag);
    }
    return status;
}

static brds_status check_registers(faults *f, brds_diag *diag)
{
    uint32_t value = 0;
    brds_status status = faults_read(f, "ERROR", &value, diag);
    if (!status)
        status = faults_want("ERROR", value, f->ref.errors, diag);
    if (!status)
        status = check_status(f, diag);
    if (!status)
        status = check_counters(f, diag);
    if (!status)
        status = clear_errors(f, diag);
    if (!status)
        status = faults_cycles(f, 4, diag);
    return status ? status : faults_want("pin error after clearing", f->driver.pins.error, 0, diag);
}

brds_status faults_check(faults *f, uint32_t wanted, brds_diag *diag)
{
    uint32_t errors = f->ref.errors;
    f->seen |= errors;
    brds_status status = faults_cycles(f, 4, diag); /* the pin is some registers behind */
    if (!status)
        status = faults_want("error bits of the reference", errors, wanted, diag);
    if (!status)
        status = faults_want("pin error", f->driver.pins.error, errors != 0, diag);
    if (status)
        return status;
    if (f->axil)
        return check_registers(f, diag);
    if (!errors)
        return BRDS_OK;
    int network = f->ref.weights_ok ? f->ref.network : -1;
    faults_reset(f);
    return network < 0 ? BRDS_OK : faults_load_network(f, network, diag);
}

brds_status faults_send_check(faults *f, uint32_t wanted, brds_diag *diag)
{
    brds_status status = faults_send(f, diag);
    if (!status)
        status = faults_check(f, wanted, diag);
    if (status)
        return status;
    faults_restore(f);
    faults_sequence(f, faults_steps(f));
    status = faults_send(f, diag);
    faults_pick_stream(f);
    return status ? status : faults_check(f, 0, diag);
}
