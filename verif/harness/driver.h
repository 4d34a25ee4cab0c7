/* SPDX-License-Identifier: Apache-2.0
 *
 * Drives one simulated core through its pins: a cycle at a time, with random
 * stalls on every stream, and a blocking AXI4-Lite master.
 */
#ifndef BRDS_HARNESS_DRIVER_H
#define BRDS_HARNESS_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/diag.h"
#include "io/random.h"
#include "memory.h"
#include "pack/vectors.h"
#include "pins.h"

/* Sees every transfer of the streams, cycle by cycle; within a cycle x, then w, then y.  With one,
 * output words go to it and not into brds_driver.y. */
typedef struct {
    void *context;
    void (*x)(void *context, const uint8_t *data, bool last, unsigned user);
    void (*w)(void *context, const uint8_t *data, bool last);
    brds_status (*y)(void *context, const uint8_t *data, bool last, unsigned user, brds_diag *diag);
} brds_observer;

typedef struct {
    struct brds_dut *dut;
    struct brds_pins pins;
    uint64_t cycle; /* clock edges so far */
    int bytes_per_word;

    /* Stalls: chance in 256 that a stream is not offered (taken) in a cycle.  A word once
     * offered stays offered, as AXI4-Stream asks. */
    unsigned stall_x, stall_y, stall_w, stall_m;
    uint64_t y_closed_until; /* no output word is taken before this cycle */
    brds_random random;
    const brds_observer *observer; /* or NULL */

    /* The outputs of a cycle in which valid was 1 and ready 0: they must stand in the next. */
    struct brds_pins held;
    uint64_t y_held_cycles; /* cycles in which an output word waited */

    /* What is sent on x: `x` may be NULL. */
    const brds_stream *x;
    size_t x_sent;
    bool x_offered;
    uint64_t x_first_cycle; /* cycle of the first x handshake */

    /* What comes back on y. */
    brds_stream *y;
    uint64_t y_last_cycle; /* cycle of the last y handshake */

    /* The weight packet. */
    const uint8_t *image;
    size_t image_words, image_sent;
    bool w_offered;

    brds_memory memory; /* of streamed weights */
} brds_driver;

/* Makes the model, holds reset for some cycles. `trace` names a waveform file, or NULL. */
brds_status brds_driver_open(brds_driver *driver, int stream_bits, const char *trace,
                             brds_diag *diag);
void brds_driver_close(brds_driver *driver);

/* What the memory of streamed weights holds at address `base`, and how it answers; the core must be told. */
void brds_driver_attach(brds_driver *driver, const brds_spec *spec, const brds_image *image,
                        uint64_t base);

/* Reset for some cycles: what was being sent is given up. */
void brds_driver_reset(brds_driver *driver);

/* One clock cycle with whatever is set to be sent.  Fails if the core takes back an output word
 * or an AXI4-Lite answer that it offered, or changes it. */
brds_status brds_driver_cycle(brds_driver *driver, brds_diag *diag);

/* Sends a weight image; fails if it takes more than `limit` cycles. */
brds_status brds_driver_load(brds_driver *driver, const uint8_t *image, size_t words,
                             uint64_t limit, brds_diag *diag);
/* Sends `x` and collects `y_words` words into `y` (whose bytes_per_word is set); then waits
 * for `settle` further cycles in which no word may come.  Fails after `limit` cycles. */
brds_status brds_driver_run(brds_driver *driver, const brds_stream *x, size_t y_words,
                            uint64_t settle, uint64_t limit, brds_stream *y, brds_diag *diag);

/* AXI4-Lite; a response other than OKAY is an error. */
brds_status brds_driver_read(brds_driver *driver, uint32_t address, uint32_t *value,
                             brds_diag *diag);
brds_status brds_driver_write(brds_driver *driver, uint32_t address, uint32_t value,
                              brds_diag *diag);

/* The same with any response, which goes to `response`; `strobe` is wstrb.  A write returns after
 * the cycle in which the answer came. */
brds_status brds_driver_read_any(brds_driver *driver, uint32_t address, uint32_t *value,
                                 unsigned *response, brds_diag *diag);
brds_status brds_driver_write_any(brds_driver *driver, uint32_t address, uint32_t value,
                                  unsigned strobe, unsigned *response, brds_diag *diag);

/* Writes the register CONTROL at `address`; its soft reset, if `value` has one, acts in the last
 * cycle of this call, so the output stream may start anew. */
brds_status brds_driver_soft_reset(brds_driver *driver, uint32_t address, uint32_t value,
                                   brds_diag *diag);

#endif
