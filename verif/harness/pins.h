/* SPDX-License-Identifier: Apache-2.0
 *
 * The pins of a generated core, the same structure for every design, and the
 * four functions through which a C program runs a simulation model of it.  The
 * functions are in the `sim/shim.cpp` that `brdsgen gen` writes.
 *
 * One clock cycle:
 *
 *     set the inputs in `pins`
 *     dut_eval(dut, &pins)     the outputs in `pins` are those that the inputs
 *                              give in this cycle, before its rising edge; a
 *                              transfer takes place if valid and ready are 1
 *     dut_tick(dut, &pins)     the rising edge that ends the cycle
 *
 * dut_eval may be called again in the same cycle with other inputs.  The
 * outputs in `pins` after dut_tick are still those of the cycle that ended.
 * Words of `tdata` beyond the stream's width are ignored (inputs) and zero
 * (outputs); so are the pins of an interface that the core does not have.
 */
#ifndef BRDS_HARNESS_PINS_H
#define BRDS_HARNESS_PINS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { BRDS_PIN_WORDS = 16 }; /* 32-bit words of the widest stream, the lowest first */

/* Flags of brds_pins.present. */
enum {
    BRDS_HAS_AXIL = 1, /* control: axi4-lite */
    BRDS_HAS_W = 2,    /* weights: ram, stream */
    BRDS_HAS_M = 4     /* weights: stream */
};

struct brds_pins {
    /* Inputs. */
    uint8_t rst;
    uint8_t x_tvalid, x_tlast, x_tuser; /* tuser: 1 first step, 2 last step, 4 initial state */
    uint8_t x_tid;                      /* stream */
    uint8_t w_tvalid, w_tlast;
    uint8_t y_tready;
    uint8_t axil_awvalid, axil_wvalid, axil_wstrb, axil_bready;
    uint8_t axil_arvalid, axil_rready;
    uint32_t axil_awaddr, axil_wdata, axil_araddr; /* addresses: 12 bits */
    uint32_t x_tdata[BRDS_PIN_WORDS];
    uint32_t w_tdata[BRDS_PIN_WORDS];
    uint8_t m_arready, m_rvalid, m_rlast, m_rresp; /* the memory of streamed weights, AXI4 reads */
    uint32_t m_rdata[BRDS_PIN_WORDS];

    /* Outputs, set by dut_eval. */
    uint8_t x_tready, w_tready;
    uint8_t y_tvalid, y_tlast, y_tuser; /* tuser: 1 first step, 2 last step */
    uint8_t y_tid;                      /* stream, 0 where the core has one */
    uint8_t axil_awready, axil_wready, axil_bvalid, axil_bresp;
    uint8_t axil_arready, axil_rvalid, axil_rresp;
    uint8_t error; /* the core's error pin: some error bit is set */
    uint8_t m_arvalid, m_arlen, m_arsize, m_arburst, m_rready;
    uint64_t m_araddr;
    uint32_t axil_rdata;
    uint32_t y_tdata[BRDS_PIN_WORDS];
    uint32_t present; /* BRDS_HAS_... */
};

struct brds_dut;

/* A model in the state of power-on (apply `rst` for some cycles first), or NULL
 * where memory or the trace file fails.  A waveform (FST) goes to `trace_path`
 * if that is not NULL and the model was built with one.  One model at a time. */
struct brds_dut *dut_new(const char *trace_path);
void dut_eval(struct brds_dut *dut, struct brds_pins *pins);
void dut_tick(struct brds_dut *dut, const struct brds_pins *pins);
/* Closes the waveform; a model built with coverage writes it to the file that
 * the environment variable BRDS_COVERAGE names ("coverage.dat" without it). */
void dut_free(struct brds_dut *dut);

#ifdef __cplusplus
}
#endif

#endif
