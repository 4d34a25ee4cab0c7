/* SPDX-License-Identifier: Apache-2.0 */
#include "driver.h"

#include <stdlib.h>
#include <string.h>

enum { RESET_CYCLES = 8, AXIL_LIMIT = 1000 };

brds_status brds_driver_open(brds_driver *driver, int stream_bits, const char *trace,
                             brds_diag *diag)
{
    memset(driver, 0, sizeof *driver);
    driver->bytes_per_word = stream_bits / 8;
    brds_random_seed(&driver->random, 1);
    driver->dut = dut_new(trace);
    if (!driver->dut)
        return brds_fail(diag, BRDS_EFILE, trace, "", "cannot make the simulation model");
    brds_driver_reset(driver);
    driver->cycle = 0;
    return BRDS_OK;
}

void brds_driver_reset(brds_driver *driver)
{
    memset(&driver->pins, 0, sizeof driver->pins);
    memset(&driver->held, 0, sizeof driver->held);
    driver->x = NULL;
    driver->y = NULL;
    driver->x_sent = driver->image_words = driver->image_sent = 0;
    driver->x_offered = driver->w_offered = false;
    brds_memory_reset(&driver->memory);
    driver->pins.rst = 1;
    for (int i = 0; i < RESET_CYCLES; i++, driver->cycle++) {
        dut_eval(driver->dut, &driver->pins);
        dut_tick(driver->dut, &driver->pins);
    }
    driver->pins.rst = 0;
}

void brds_driver_attach(brds_driver *driver, const brds_spec *spec, const brds_image *image,
                        uint64_t base)
{
    brds_memory *memory = &driver->memory;
    memory->bytes = image->memory;
    memory->size = image->memory_bytes;
    memory->base = base;
    memory->width = spec->memory.bits / 8;
    memory->latency = (unsigned)spec->memory.latency;
    memory->interval = (unsigned)spec->memory.interval;
}

void brds_driver_close(brds_driver *driver)
{
    brds_memory_free(&driver->memory);
    if (driver->dut)
        dut_free(driver->dut);
    driver->dut = NULL;
}

static bool stalls(brds_driver *driver, unsigned chance)
{
    return chance && (brds_random_bits(&driver->random) & 255u) < chance;
}

static void set_word(uint32_t *pins, const uint8_t *bytes, int count)
{
    for (int i = 0; i < count / 4; i++)
        pins[i] = (uint32_t)bytes[4 * i] | (uint32_t)bytes[4 * i + 1] << 8 |
                  (uint32_t)bytes[4 * i + 2] << 16 | (uint32_t)bytes[4 * i + 3] << 24;
}

static void get_word(const uint32_t *pins, uint8_t *bytes, int count)
{
    for (int i = 0; i < count; i++)
        bytes[i] = (uint8_t)(pins[i / 4] >> (8 * (i % 4)));
}

static void offer_x(brds_driver *d)
{
    bool more = d->x && d->x_sent < d->x->words;
    if (!d->x_offered)
        d->x_offered = more && !stalls(d, d->stall_x);
    d->pins.x_tvalid = d->x_offered;
    if (!d->x_offered)
        return;
    set_word(d->pins.x_tdata, d->x->data + d->x_sent * (size_t)d->bytes_per_word,
             d->bytes_per_word);
    d->pins.x_tlast = d->x->last[d->x_sent];
    d->pins.x_tuser = d->x->user[d->x_sent] & 7u;
    d->pins.x_tid = (uint8_t)(d->x->user[d->x_sent] >> BRDS_USER_STREAM);
}

static void offer_w(brds_driver *d)
{
    bool more = d->image_sent < d->image_words;
    if (!d->w_offered)
        d->w_offered = more && !stalls(d, d->stall_w);
    d->pins.w_tvalid = d->w_offered;
    if (!d->w_offered)
        return;
    set_word(d->pins.w_tdata, d->image + d->image_sent * (size_t)d->bytes_per_word,
             d->bytes_per_word);
    d->pins.w_tlast = d->image_sent + 1 == d->image_words;
}

static unsigned y_user(const brds_driver *d)
{
    return (unsigned)d->pins.y_tid << BRDS_USER_STREAM | d->pins.y_tuser;
}

static brds_status observe_y(brds_driver *d, brds_diag *diag)
{
    uint8_t data[4 * BRDS_PIN_WORDS];
    get_word(d->pins.y_tdata, data, d->bytes_per_word);
    d->y_last_cycle = d->cycle;
    return d->observer->y(d->observer->context, data, d->pins.y_tlast != 0, y_user(d), diag);
}

static brds_status collect_y(brds_driver *d, brds_diag *diag)
{
    brds_stream *y = d->y;
    if (d->observer)
        return observe_y(d, diag);
    if (!y)
        return brds_fail(diag, BRDS_EDIFFER, "", "",
                         "an output word came when none was due (cycle %llu)",
                         (unsigned long long)d->cycle);
    if (y->words == y->capacity)
        return brds_fail(diag, BRDS_EDIFFER, "", "", "more than the %zu expected output words came",
                         y->capacity);
    get_word(d->pins.y_tdata, y->data + y->words * (size_t)d->bytes_per_word, d->bytes_per_word);
    y->last[y->words] = (uint8_t)(d->pins.y_tlast != 0);
    y->user[y->words] = (uint8_t)y_user(d);
    y->words++;
    d->y_last_cycle = d->cycle;
    return BRDS_OK;
}

static brds_status changed(const char *what, const brds_driver *d, brds_diag *diag)
{
    return brds_fail(diag, BRDS_EDIFFER, "", "", "%s changed while it waited (cycle %llu)", what,
                     (unsigned long long)d->cycle);
}

/* What waited in the cycle before must still stand there. */
static brds_status check_held(brds_driver *d, brds_diag *diag)
{
    const struct brds_pins *p = &d->pins, *q = &d->held;
    brds_status status = BRDS_OK;
    if (q->y_tvalid && !q->y_tready &&
        (!p->y_tvalid || p->y_tlast != q->y_tlast || p->y_tuser != q->y_tuser ||
         p->y_tid != q->y_tid || memcmp(p->y_tdata, q->y_tdata, sizeof p->y_tdata) != 0))
        status = changed("a word of m_axis_y", d, diag);
    if (q->axil_rvalid && !q->axil_rready &&
        (!p->axil_rvalid || p->axil_rdata != q->axil_rdata || p->axil_rresp != q->axil_rresp))
        status = changed("the answer to an AXI4-Lite read", d, diag);
    if (q->axil_bvalid && !q->axil_bready && (!p->axil_bvalid || p->axil_bresp != q->axil_bresp))
        status = changed("the answer to an AXI4-Lite write", d, diag);
    d->held = *p;
    d->y_held_cycles += p->y_tvalid && !p->y_tready;
    return status;
}

static void take_x(brds_driver *d)
{
    size_t word = d->x_sent++;
    if (word == 0)
        d->x_first_cycle = d->cycle;
    d->x_offered = false;
    if (d->observer)
        d->observer->x(d->observer->context, d->x->data + word * (size_t)d->bytes_per_word,
                       d->x->last[word], d->x->user[word]);
}

static void take_w(brds_driver *d)
{
    size_t word = d->image_sent++;
    d->w_offered = false;
    if (d->observer)
        d->observer->w(d->observer->context, d->image + word * (size_t)d->bytes_per_word,
                       word + 1 == d->image_words);
}

brds_status brds_driver_cycle(brds_driver *d, brds_diag *diag)
{
    offer_x(d);
    offer_w(d);
    d->pins.y_tready = d->cycle >= d->y_closed_until && !stalls(d, d->stall_y);
    bool ready = !stalls(d, d->stall_m), answers = !stalls(d, d->stall_m);
    brds_memory_offer(&d->memory, d->cycle, ready, answers, &d->pins);
    dut_eval(d->dut, &d->pins);
    brds_status status = check_held(d, diag);
    if (!status)
        status = brds_memory_cycle(&d->memory, d->cycle, &d->pins, diag);
    if (d->pins.x_tvalid && d->pins.x_tready)
        take_x(d);
    if (d->pins.w_tvalid && d->pins.w_tready)
        take_w(d);
    if (!status && d->pins.y_tvalid && d->pins.y_tready)
        status = collect_y(d, diag);
    dut_tick(d->dut, &d->pins);
    d->cycle++;
    return status;
}

brds_status brds_driver_load(brds_driver *d, const uint8_t *image, size_t words, uint64_t limit,
                             brds_diag *diag)
{
    d->image = image;
    d->image_words = words;
    d->image_sent = 0;
    uint64_t start = d->cycle;
    while (d->image_sent < words) {
        brds_status status = brds_driver_cycle(d, diag);
        if (status)
            return status;
        if (d->cycle - start > limit)
            return brds_fail(
                diag, BRDS_EDIFFER, "", "",
                "the core took %zu of the %zu words of the weight image in %llu cycles",
                d->image_sent, words, (unsigned long long)limit);
    }
    d->image_words = d->image_sent = 0;
    /* the verdict on the image is a few registers behind its last word */
    for (int i = 0; i < 16; i++) {
        brds_status status = brds_driver_cycle(d, diag);
        if (status)
            return status;
    }
    return BRDS_OK;
}

static brds_status y_reserve(brds_stream *y, size_t words, int bytes_per_word, brds_diag *diag)
{
    memset(y, 0, sizeof *y);
    y->bytes_per_word = bytes_per_word;
    y->capacity = words;
    y->data = calloc(words + 1, (size_t)bytes_per_word);
    y->last = calloc(words + 1, 1);
    y->user = calloc(words + 1, 1);
    return y->data && y->last && y->user ? BRDS_OK : brds_fail_memory(diag);
}

brds_status brds_driver_run(brds_driver *d, const brds_stream *x, size_t y_words, uint64_t settle,
                            uint64_t limit, brds_stream *y, brds_diag *diag)
{
    brds_status status = y_reserve(y, y_words, d->bytes_per_word, diag);
    d->x = x;
    d->x_sent = 0;
    d->y = y;
    uint64_t start = d->cycle;
    while (!status && (y->words < y_words || d->x_sent < x->words)) {
        status = brds_driver_cycle(d, diag);
        if (!status && d->cycle - start > limit)
            status = brds_fail(diag, BRDS_EDIFFER, "", "",
                               "no end after %llu cycles: %zu of %zu input words taken, %zu of %zu "
                               "output words came",
                               (unsigned long long)limit, d->x_sent, x->words, y->words, y_words);
    }
    for (uint64_t i = 0; !status && i < settle; i++)
        status = brds_driver_cycle(d, diag);
    d->x = NULL;
    d->y = NULL;
    return status;
}

static brds_status axil_timeout(const char *what, uint32_t address, brds_diag *diag)
{
    return brds_fail(diag, BRDS_EDIFFER, "", "",
                     "AXI4-Lite %s of 0x%03x was not answered in %d cycles", what, address,
                     AXIL_LIMIT);
}

brds_status brds_driver_read_any(brds_driver *d, uint32_t address, uint32_t *value,
                                 unsigned *response, brds_diag *diag)
{
    struct brds_pins *p = &d->pins;
    p->axil_araddr = address;
    p->axil_arvalid = 1;
    p->axil_rready = 1;
    for (int i = 0; i < AXIL_LIMIT; i++) {
        brds_status status = brds_driver_cycle(d, diag);
        if (status)
            return status;
        if (p->axil_arready)
            p->axil_arvalid = 0;
        if (!p->axil_rvalid)
            continue;
        p->axil_rready = 0;
        *value = p->axil_rdata;
        *response = p->axil_rresp;
        return BRDS_OK;
    }
    return axil_timeout("read", address, diag);
}

brds_status brds_driver_write_any(brds_driver *d, uint32_t address, uint32_t value, unsigned strobe,
                                  unsigned *response, brds_diag *diag)
{
    struct brds_pins *p = &d->pins;
    p->axil_awaddr = address;
    p->axil_awvalid = 1;
    p->axil_wdata = value;
    p->axil_wstrb = (uint8_t)strobe;
    p->axil_wvalid = 1;
    p->axil_bready = 1;
    for (int i = 0; i < AXIL_LIMIT; i++) {
        brds_status status = brds_driver_cycle(d, diag);
        if (status)
            return status;
        if (p->axil_awready)
            p->axil_awvalid = 0;
        if (p->axil_wready)
            p->axil_wvalid = 0;
        if (!p->axil_bvalid)
            continue;
        p->axil_bready = 0;
        *response = p->axil_bresp;
        return BRDS_OK;
    }
    return axil_timeout("write", address, diag);
}

static brds_status check_response(const char *what, uint32_t address, unsigned response,
                                  brds_diag *diag)
{
    return response == 0
               ? BRDS_OK
               : brds_fail(diag, BRDS_EDIFFER, "", "", "AXI4-Lite %s of 0x%03x: response %u", what,
                           address, response);
}

brds_status brds_driver_read(brds_driver *d, uint32_t address, uint32_t *value, brds_diag *diag)
{
    unsigned response = 0;
    brds_status status = brds_driver_read_any(d, address, value, &response, diag);
    return status ? status : check_response("read", address, response, diag);
}

brds_status brds_driver_write(brds_driver *d, uint32_t address, uint32_t value, brds_diag *diag)
{
    unsigned response = 0;
    brds_status status = brds_driver_write_any(d, address, value, 15, &response, diag);
    return status ? status : check_response("write", address, response, diag);
}

brds_status brds_driver_soft_reset(brds_driver *d, uint32_t address, uint32_t value,
                                   brds_diag *diag)
{
    brds_status status = brds_driver_write(d, address, value, diag);
    memset(&d->held, 0, sizeof d->held);
    return status;
}
