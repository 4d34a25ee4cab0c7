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
    driver->pins.rst = 1;
    for (int i = 0; i < RESET_CYCLES; i++) {
        dut_eval(driver->dut, &driver->pins);
        dut_tick(driver->dut, &driver->pins);
    }
    driver->pins.rst = 0;
    return BRDS_OK;
}

void brds_driver_close(brds_driver *driver)
{
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
    d->pins.x_tuser = d->x->user[d->x_sent];
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

static brds_status collect_y(brds_driver *d, brds_diag *diag)
{
    brds_stream *y = d->y;
    if (!y)
        return brds_fail(diag, BRDS_EDIFFER, "", "",
                         "an output word came when none was due (cycle %llu)",
                         (unsigned long long)d->cycle);
    if (y->words == y->capacity)
        return brds_fail(diag, BRDS_EDIFFER, "", "", "more than the %zu expected output words came",
                         y->capacity);
    get_word(d->pins.y_tdata, y->data + y->words * (size_t)d->bytes_per_word, d->bytes_per_word);
    y->last[y->words] = (uint8_t)(d->pins.y_tlast != 0);
    y->user[y->words] = (uint8_t)d->pins.y_tuser;
    y->words++;
    d->y_last_cycle = d->cycle;
    return BRDS_OK;
}

brds_status brds_driver_cycle(brds_driver *d, brds_diag *diag)
{
    offer_x(d);
    offer_w(d);
    d->pins.y_tready = !stalls(d, d->stall_y);
    dut_eval(d->dut, &d->pins);
    brds_status status = BRDS_OK;
    if (d->pins.x_tvalid && d->pins.x_tready) {
        if (d->x_sent++ == 0)
            d->x_first_cycle = d->cycle;
        d->x_offered = false;
    }
    if (d->pins.w_tvalid && d->pins.w_tready) {
        d->image_sent++;
        d->w_offered = false;
    }
    if (d->pins.y_tvalid && d->pins.y_tready)
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

brds_status brds_driver_read(brds_driver *d, uint32_t address, uint32_t *value, brds_diag *diag)
{
    struct brds_pins *p = &d->pins;
    p->axil_araddr = address;
    p->axil_arvalid = 1;
    p->axil_rready = 1;
    for (int i = 0; i < AXIL_LIMIT; i++) {
        dut_eval(d->dut, p);
        bool taken = p->axil_arvalid && p->axil_arready;
        bool answered = p->axil_rvalid != 0;
        uint32_t data = p->axil_rdata, response = p->axil_rresp;
        brds_status status = brds_driver_cycle(d, diag);
        if (status)
            return status;
        if (taken)
            p->axil_arvalid = 0;
        if (!answered)
            continue;
        p->axil_rready = 0;
        *value = data;
        if (response)
            return brds_fail(diag, BRDS_EDIFFER, "", "", "AXI4-Lite read of 0x%03x: response %u",
                             address, response);
        return BRDS_OK;
    }
    return axil_timeout("read", address, diag);
}

brds_status brds_driver_write(brds_driver *d, uint32_t address, uint32_t value, brds_diag *diag)
{
    struct brds_pins *p = &d->pins;
    p->axil_awaddr = address;
    p->axil_awvalid = 1;
    p->axil_wdata = value;
    p->axil_wstrb = 15;
    p->axil_wvalid = 1;
    p->axil_bready = 1;
    for (int i = 0; i < AXIL_LIMIT; i++) {
        dut_eval(d->dut, p);
        bool address_taken = p->axil_awvalid && p->axil_awready;
        bool data_taken = p->axil_wvalid && p->axil_wready;
        bool answered = p->axil_bvalid != 0;
        uint32_t response = p->axil_bresp;
        brds_status status = brds_driver_cycle(d, diag);
        if (status)
            return status;
        if (address_taken)
            p->axil_awvalid = 0;
        if (data_taken)
            p->axil_wvalid = 0;
        if (!answered)
            continue;
        p->axil_bready = 0;
        if (response)
            return brds_fail(diag, BRDS_EDIFFER, "", "", "AXI4-Lite write of 0x%03x: response %u",
                             address, response);
        return BRDS_OK;
    }
    return axil_timeout("write", address, diag);
}
