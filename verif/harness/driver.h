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
#include "pack/vectors.h"
#include "pins.h"

typedef struct {
    struct brds_dut *dut;
    struct brds_pins pins;
    uint64_t cycle; /* clock edges so far */
    int bytes_per_word;

    /* Stalls: chance in 256 that a stream is not offered (taken) in a cycle.  A word once
     * offered stays offered, as AXI4-Stream asks. */
    unsigned stall_x, stall_y, stall_w;
    brds_random random;

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
} brds_driver;

/* Makes the model, holds reset for some cycles. `trace` names a waveform file, or NULL. */
brds_status brds_driver_open(brds_driver *driver, int stream_bits, const char *trace,
                             brds_diag *diag);
void brds_driver_close(brds_driver *driver);

/* One clock cycle with whatever is set to be sent. */
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

#endif
