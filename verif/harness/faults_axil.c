/* SPDX-License-Identifier: Apache-2.0
 *
 * AXI4-Lite: what is refused, byte strobes, and a master that never rests while
 * the streams run.
 */
#include <stdlib.h>
#include <string.h>

#include "faults.h"
#include "rtl/registers.h"

enum { SLVERR = 2, QUEUE = 8 };

static const brds_register *at(uint32_t address)
{
    for (size_t i = 0; i < brds_register_count; i++)
        if (brds_registers[i].offset == (address & ~3u))
            return &brds_registers[i];
    return NULL;
}

static bool is_constant(const brds_register *reg)
{
    for (const brds_field *field = reg->fields; field->name; field++)
        if (!field->parameter)
            return false;
    return true;
}

static brds_status check_refused(faults *f, brds_diag *diag)
{
    f->ref.errors |= AXIL_ADDRESS;
    brds_status status = faults_cycles(f, 4, diag);
    return status ? status : faults_check(f, AXIL_ADDRESS, diag);
}

/* Every word address: a register answers OKAY, any other SLVERR. */
static brds_status every_read(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (uint32_t address = 0; !status && address < 4096; address += 4) {
        uint32_t value = 0;
        unsigned response = 0;
        status = brds_driver_read_any(&f->driver, address, &value, &response, diag);
        if (!status)
            status = faults_want("response to a read", response, at(address) ? 0 : SLVERR, diag);
        if (!status && !at(address))
            status = faults_want("data of no register", value, 0, diag);
        if (!status && !at(address) && address % 0x100 == 0xfc)
            status = check_refused(f, diag);
    }
    faults_sequence(f, 2);
    return status ? status : faults_send_check(f, 0, diag);
}

static brds_status every_write(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (uint32_t address = 0; !status && address < 4096; address += 4) {
        const brds_register *reg = at(address);
        bool known = reg && brds_register_writable(reg);
        bool control = reg && strcmp(reg->name, "CONTROL") == 0;
        bool weights = reg && strncmp(reg->name, "WEIGHTS_", 8) == 0; /* they lie at 0 */
        unsigned response = 0;
        status = brds_driver_write_any(&f->driver, address,
                                       control   ? 1
                                       : weights ? 0
                                                 : 0xffffffffu,
                                       15, &response, diag);
        if (!status)
            status = faults_want("response to a write", response, known ? 0 : SLVERR, diag);
        f->ref.errors = known && !control ? 0 : f->ref.errors | (known ? 0u : AXIL_ADDRESS);
        if (!status && !known && address % 0x80 == 0)
            status = check_refused(f, diag);
    }
    if (!status)
        status = check_refused(f, diag);
    faults_sequence(f, 2);
    return status ? status : faults_send_check(f, 0, diag);
}

static brds_status constants(faults *f, brds_diag *diag)
{
    const brds_plan *plan = &f->packed[0].plan;
    const brds_spec *spec = &plan->spec;
    const struct {
        const char *name;
        uint64_t want;
    } checks[] = {{"ID", BRDS_REGISTER_ID},
                  {"FINGERPRINT", plan->fingerprint},
                  {"IMAGE_WORDS", f->ram ? f->packed[0].image.words : 0},
                  {"ARRAY", (unsigned)spec->pes | (unsigned)spec->lanes_x << 8 |
                                (unsigned)spec->lanes_h << 16 |
                                (unsigned)plan->element_lanes << 24},
                  {"NETWORK", (unsigned)spec->input_size | (unsigned)spec->layer_count << 16 |
                                  (unsigned)plan->phase_count << 20},
                  {"STREAMS", (unsigned)spec->stream_bits | (unsigned)plan->x_container << 16 |
                                  (unsigned)plan->y_container << 24}};
    brds_status status = BRDS_OK;
    for (size_t i = 0; !status && i < sizeof checks / sizeof checks[0]; i++) {
        uint32_t value = 0;
        status = faults_read(f, checks[i].name, &value, diag);
        if (!status)
            status = faults_want(checks[i].name, value, checks[i].want, diag);
    }
    uint32_t features = 0;
    int low = brds_field_find(brds_register_find("FEATURES"), "streams")->low;
    if (!status)
        status = faults_read(f, "FEATURES", &features, diag);
    return status ? status
                  : faults_want("streams", UINT64_C(1) << (features >> low & 7u),
                                (uint64_t)spec->streams, diag);
}

/* A write touches the bytes of its strobes only. */
static brds_status strobes(faults *f, brds_diag *diag)
{
    uint32_t control = brds_register_find("CONTROL")->offset;
    uint32_t error = brds_register_find("ERROR")->offset;
    brds_status status = BRDS_OK;
    for (unsigned strobe = 0; !status && strobe < 16; strobe++) {
        unsigned response = 0;
        uint32_t value = 0;
        status = brds_driver_write_any(&f->driver, control, 0, strobe, &response, diag);
        if (!status)
            status = faults_want("response", response, 0, diag);
        if (!status)
            status = faults_read(f, "CONTROL", &value, diag);
        if (!status)
            status = faults_want("CONTROL", value, strobe & 1 ? 0 : 1, diag);
        if (!status)
            status = faults_write(f, "CONTROL", 1, diag);
        /* two errors: bit 2 in byte 0, bit 15 in byte 1 */
        faults_vector(f, 0, GOOD);
        if (!status)
            status = faults_send(f, diag);
        if (!status)
            status = brds_driver_read_any(&f->driver, 0xffc, &value, &response, diag);
        if (!status)
            status = brds_driver_write_any(&f->driver, error, 0xffffffffu, strobe, &response, diag);
        uint32_t want = (strobe & 1 ? 0u : X_NO_FIRST) | (strobe & 2 ? 0u : AXIL_ADDRESS);
        f->ref.errors = want;
        if (!status)
            status = faults_cycles(f, 4, diag);
        if (!status)
            status = faults_check(f, want, diag);
        faults_sequence(f, 1);
        if (!status)
            status = faults_send_check(f, 0, diag);
    }
    return status;
}

/* ---- a master that never rests ---- */

typedef struct {
    uint32_t reads[QUEUE], writes[QUEUE]; /* addresses that wait for their answer */
    int read_count, write_count;
    int aw_ahead; /* addresses taken less data taken */
    uint32_t known[1024];
    unsigned stall; /* chance in 256 */
    uint64_t answers;
    bool quiet; /* no new requests */
} master;

static bool chance(faults *f, unsigned of_256)
{
    return faults_below(f, 256) >= of_256;
}

/* Mostly registers; CONTROL and ERROR are written so that nothing changes. */
static uint32_t random_address(faults *f)
{
    if (faults_below(f, 4) == 0)
        return 4 * faults_below(f, 1024);
    return brds_registers[faults_below(f, (unsigned)brds_register_count)].offset;
}

static void offer(faults *f, master *m)
{
    struct brds_pins *p = &f->driver.pins;
    if (!p->axil_arvalid && !m->quiet && m->read_count < QUEUE - 1 && chance(f, m->stall)) {
        p->axil_arvalid = 1;
        p->axil_araddr = random_address(f);
    }
    if (!p->axil_awvalid && !m->quiet && m->write_count < QUEUE - 1 && m->aw_ahead < 1 &&
        chance(f, m->stall)) {
        p->axil_awvalid = 1;
        p->axil_awaddr = random_address(f);
    }
    /* data may come before its address; a quiet master owes what it has promised */
    if (!p->axil_wvalid && m->aw_ahead > (m->quiet ? 0 : -1) && chance(f, m->stall)) {
        p->axil_wvalid = 1;
        p->axil_wdata = 0;
        p->axil_wstrb = 14; /* CONTROL.enable stays */
    }
    if (m->quiet && m->aw_ahead < 0 && !p->axil_awvalid) {
        p->axil_awvalid = 1;
        p->axil_awaddr = random_address(f);
    }
    p->axil_rready = chance(f, m->stall);
    p->axil_bready = chance(f, m->stall);
}

static uint32_t pop(uint32_t *queue, int *count)
{
    uint32_t first = queue[0];
    memmove(queue, queue + 1, (size_t)-- * count * sizeof *queue);
    return first;
}

static brds_status take_read(master *m, const struct brds_pins *p, brds_diag *diag)
{
    if (m->read_count == 0)
        return brds_fail(diag, BRDS_EDIFFER, "", "", "an answer to no AXI4-Lite read");
    uint32_t address = pop(m->reads, &m->read_count);
    const brds_register *reg = at(address);
    m->answers++;
    brds_status status = faults_want("read response", p->axil_rresp, reg ? 0 : SLVERR, diag);
    if (!status && reg && is_constant(reg))
        status = faults_want(reg->name, p->axil_rdata, m->known[address / 4], diag);
    return status;
}

static brds_status take_write(master *m, const struct brds_pins *p, brds_diag *diag)
{
    if (m->write_count == 0)
        return brds_fail(diag, BRDS_EDIFFER, "", "", "an answer to no AXI4-Lite write");
    const brds_register *reg = at(pop(m->writes, &m->write_count));
    m->answers++;
    return faults_want("write response", p->axil_bresp,
                       reg && brds_register_writable(reg) ? 0 : SLVERR, diag);
}

static brds_status master_cycle(faults *f, master *m, brds_diag *diag)
{
    struct brds_pins *p = &f->driver.pins;
    offer(f, m);
    brds_status status = faults_cycles(f, 1, diag);
    if (status)
        return status;
    /* an answer comes after its request, never with it */
    if (p->axil_rvalid && p->axil_rready)
        status = take_read(m, p, diag);
    if (!status && p->axil_bvalid && p->axil_bready)
        status = take_write(m, p, diag);
    if (p->axil_arvalid && p->axil_arready) {
        m->reads[m->read_count++] = p->axil_araddr;
        if (!at(p->axil_araddr))
            f->ref.errors |= AXIL_ADDRESS;
        p->axil_arvalid = 0;
    }
    if (p->axil_awvalid && p->axil_awready) {
        const brds_register *reg = at(p->axil_awaddr);
        m->writes[m->write_count++] = p->axil_awaddr;
        if (!reg || !brds_register_writable(reg))
            f->ref.errors |= AXIL_ADDRESS;
        p->axil_awvalid = 0;
        m->aw_ahead++;
    }
    if (p->axil_wvalid && p->axil_wready) {
        p->axil_wvalid = 0;
        m->aw_ahead--;
    }
    return status;
}

static bool owes(const master *m, const struct brds_pins *p)
{
    return p->axil_arvalid || p->axil_awvalid || p->axil_wvalid || m->read_count ||
           m->write_count || m->aw_ahead;
}

static brds_status learn(faults *f, master *m, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (size_t i = 0; !status && i < brds_register_count; i++)
        status = brds_driver_read(&f->driver, brds_registers[i].offset,
                                  &m->known[brds_registers[i].offset / 4], diag);
    return status;
}

/* Sends f->x with traffic, then lets the master end what it has begun. */
static brds_status send_with_master(faults *f, master *m, brds_diag *diag)
{
    brds_driver *d = &f->driver;
    faults_begin(f);
    m->quiet = false;
    m->answers = 0;
    uint64_t start = d->cycle;
    brds_status status = BRDS_OK;
    while (!status && (d->x_sent < d->x->words || reference_due(&f->ref)) &&
           d->cycle - start < 400 * f->settle)
        status = master_cycle(f, m, diag);
    m->quiet = true;
    for (int i = 0; !status && i < 1000 && owes(m, &d->pins); i++)
        status = master_cycle(f, m, diag);
    if (!status && owes(m, &d->pins))
        status = brds_fail(diag, BRDS_EDIFFER, "", "", "AXI4-Lite: %d reads, %d writes unanswered",
                           m->read_count, m->write_count);
    d->pins.axil_rready = d->pins.axil_bready = 0;
    if (!status && m->answers == 0)
        status = brds_fail(diag, BRDS_EDIFFER, "", "", "no AXI4-Lite traffic");
    return status ? status : faults_finish(f, diag);
}

brds_status faults_send_with_traffic(faults *f, unsigned stall, brds_diag *diag)
{
    master *m = calloc(1, sizeof *m);
    if (!m)
        return brds_fail_memory(diag);
    brds_status status = learn(f, m, diag);
    m->stall = stall;
    if (!status)
        status = send_with_master(f, m, diag);
    free(m);
    return status;
}

static brds_status traffic(faults *f, brds_diag *diag)
{
    static const unsigned stalls[] = {0, 128, 230};
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < 6; round++) {
        if (round >= 3)
            faults_random_stalls(f);
        for (int i = 0; i < 6; i++)
            faults_sequence(f, faults_steps(f));
        status = faults_send_with_traffic(f, stalls[round % 3], diag);
        if (!status)
            status = faults_check(f, f->ref.errors & AXIL_ADDRESS, diag);
    }
    return status;
}

/* Reads of all registers cost the streams not one cycle, and 64-bit counters are whole. */
static brds_status counters_while_reading(faults *f, brds_diag *diag)
{
    uint64_t busy[2] = {0, 0}, in[2] = {0, 0}, out[2] = {0, 0};
    brds_random same = f->random;
    brds_status status = BRDS_OK;
    for (int reading = 0; !status && reading < 2; reading++) {
        status = faults_start(f, diag);
        f->random = same;
        for (int i = 0; i < 6; i++)
            faults_sequence(f, 4);
        faults_begin(f);
        uint64_t last = 0;
        while (!status && reading && f->driver.x_sent < f->driver.x->words) {
            uint64_t now = 0;
            uint32_t value = 0;
            for (size_t i = 0; !status && i < brds_register_count; i++)
                status = brds_driver_read(&f->driver, brds_registers[i].offset, &value, diag);
            if (!status)
                status = faults_read64(f, "BUSY_LO", "BUSY_HI", &now, diag);
            if (!status && (now < last || now > f->driver.cycle))
                status = faults_want("BUSY", now, last, diag);
            last = now;
        }
        if (!status)
            status = faults_finish(f, diag);
        if (!status)
            status = faults_read64(f, "BUSY_LO", "BUSY_HI", &busy[reading], diag);
        if (!status)
            status = faults_read64(f, "STALL_IN_LO", "STALL_IN_HI", &in[reading], diag);
        if (!status)
            status = faults_read64(f, "STALL_OUT_LO", "STALL_OUT_HI", &out[reading], diag);
        if (!status)
            status = faults_check(f, 0, diag);
    }
    if (!status)
        status = faults_want("BUSY with reads", busy[1], busy[0], diag);
    if (!status)
        status = faults_want("STALL_IN with reads", in[1], in[0], diag);
    return status ? status : faults_want("STALL_OUT with reads", out[1], out[0], diag);
}

/* ---- STATUS.idle is 0 while anything waits, whatever it is ---- */

static brds_status want_status(faults *f, const char *when, uint32_t want, brds_diag *diag)
{
    uint32_t value = 0;
    brds_status status = faults_read(f, "STATUS", &value, diag);
    return status ? status : faults_want(when, value, want, diag);
}

static brds_status vector_waits(faults *f, brds_diag *diag)
{
    brds_status status = faults_write(f, "CONTROL", 0, diag);
    faults_vector(f, BRDS_USER_FIRST | BRDS_USER_LAST, GOOD);
    faults_begin(f);
    if (!status)
        status = faults_cycles(f, f->settle, diag);
    if (!status)
        status = want_status(f, "STATUS while a vector waits", 2, diag);
    if (!status)
        status = faults_write(f, "CONTROL", 1, diag);
    return status ? status : faults_finish(f, diag);
}

static brds_status output_waits(faults *f, brds_diag *diag)
{
    f->driver.y_closed_until = f->driver.cycle + 5 * f->settle;
    faults_vector(f, BRDS_USER_FIRST | BRDS_USER_LAST, GOOD);
    faults_begin(f);
    brds_status status = faults_cycles(f, 2 * f->settle, diag);
    if (!status)
        status = want_status(f, "STATUS while an output waits", 2, diag);
    return status ? status : faults_finish(f, diag);
}

static brds_status image_waits(faults *f, brds_diag *diag)
{
    const brds_image *image = &f->packed[1].image;
    f->driver.image = image->bytes;
    f->driver.image_words = image->words;
    f->driver.image_sent = 0;
    brds_status status = BRDS_OK;
    while (!status && f->driver.image_sent < image->words / 2)
        status = faults_cycles(f, 1, diag);
    faults_stalls(f, 0, 0, 256);
    if (!status)
        status = faults_cycles(f, f->settle, diag);
    if (!status)
        status = want_status(f, "STATUS while an image waits", 4, diag);
    faults_stalls(f, 0, 0, 0);
    return status ? status : faults_finish(f, diag);
}

static brds_status not_idle(faults *f, brds_diag *diag)
{
    f->alone = true; /* no other stream's sequence is open when STATUS is read */
    brds_status status = vector_waits(f, diag);
    if (!status)
        status = output_waits(f, diag);
    if (!status && f->ram)
        status = image_waits(f, diag);
    faults_sequence(f, 2);
    return status ? status : faults_send_check(f, 0, diag);
}

const faults_test faults_axil_tests[] = {
    {.name = "axil: constants", .run = constants, .needs_axil = true},
    {.name = "axil: a read of every address", .run = every_read, .needs_axil = true},
    {.name = "axil: a write of every address", .run = every_write, .needs_axil = true},
    {.name = "axil: byte strobes", .run = strobes, .needs_axil = true},
    {.name = "axil: idle only at rest", .run = not_idle, .needs_axil = true},
    {.name = "axil: random traffic while streaming", .run = traffic, .needs_axil = true},
    {.name = "axil: reads change no counter", .run = counters_while_reading, .needs_axil = true},
    {0}};
