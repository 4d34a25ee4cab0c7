/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of what a core does when something goes wrong.  Each test drives the
 * core with packets of its own making; the reference sees every transfer, and a
 * test ends with a check that the core and the reference agree on everything:
 * outputs, error bits, status, counters.
 */
#ifndef BRDS_HARNESS_FAULTS_H
#define BRDS_HARNESS_FAULTS_H

#include "cli/source.h"
#include "faults_reference.h"

/* How a packet is damaged. */
typedef enum {
    GOOD,
    EARLY, /* tlast too early; LATE where a packet is one word */
    LATE,  /* tlast too late */
    RANGE  /* a value outside its format; GOOD where the container holds none */
} damage;

/* Where the core is in a cycle: nothing runs, a phase of this kind has a beat, or no beat but work on its way. */
typedef enum { AT_IDLE, AT_GATES, AT_PROJECTION, AT_HEAD, AT_DRAIN, PLACES } faults_place;

/* What is counted, once for each place. */
typedef enum {
    EVENT_RESET,
    EVENT_SOFT_RESET,
    EVENT_IMAGE,      /* offered */
    EVENT_CLOSED,     /* the output closes */
    EVENT_DISABLED,   /* CONTROL.enable becomes 0 */
    EVENT_X_ERROR,    /* a word of x is taken that sets an error bit */
    EVENT_X_GAP,      /* cycles in which there is a word of x to send, but it is not offered */
    EVENT_X_PRESSURE, /* cycles in which a word of x waits for the core */
    EVENT_Y_PRESSURE, /* cycles in which a word of y waits to be taken */
    EVENTS
} faults_events;

/* The beat bus of a core whose shim shows it (verif/faults.sh campaign): bit 0 the controller is empty, bit 1 a
 * beat, bits 2 on its phase. Another core's has no such function and is always idle. */
unsigned dut_beat(const struct brds_dut *dut);

typedef struct {
    brds_source source;
    brds_network other; /* the second network */
    brds_packed packed[NETWORKS];
    brds_driver driver;
    reference ref;
    brds_random random;
    brds_stream x;   /* what is sent next */
    size_t vectors;  /* packets in it */
    unsigned stream; /* of the packets that are appended */
    bool alone;      /* they are sent as they are, without other streams' among them */
    bool axil, ram;
    uint64_t step_cycles; /* of one step, rounded up */
    uint64_t settle;      /* cycles after which nothing more can come */
    uint64_t count;       /* sequences of the disturbed run */
    uint32_t seen;        /* error bits that faults_check found and cleared */
    faults_place at;      /* in the cycle to come */
    uint64_t events[EVENTS][PLACES];
} faults;

typedef struct {
    const char *name;
    brds_status (*run)(faults *f, brds_diag *diag);
    bool needs_axil, needs_ram, needs_state, needs_memory, needs_streams;
} faults_test;

/* The campaign of f->count sequences (faults_campaign.c): one disturbance each, of every kind in turn; writes
 * what it did to `path`. */
brds_status faults_campaign(faults *f, const char *path, brds_diag *diag);

extern const faults_test faults_x_tests[], faults_w_tests[], faults_reset_tests[],
    faults_axil_tests[], faults_y_tests[], faults_random_tests[],
    faults_streams_tests[]; /* end with {0} */

/* ---- faults_stimulus.c: packets, appended to f->x ---- */

/* All of these return EARLY, LATE ... as it came to be. */
damage faults_vector(faults *f, unsigned user, damage how);
damage faults_state(faults *f, damage how); /* only with initial_state */
/* A good sequence; with initial_state half of them get one. */
void faults_sequence(faults *f, int steps);
int faults_steps(faults *f);            /* 1 to 4 */
void faults_forget(faults *f);          /* empties f->x */
bool faults_has_range(const faults *f); /* a vector's element can be out of its format */
unsigned faults_below(faults *f, unsigned bound);

/* A copy of a network's image with room for some words more; `bytes` is the caller's to free. */
typedef struct {
    uint8_t *bytes;
    size_t words, width;
} faults_image;

enum { FAULTS_SPARE_WORDS = 8 };

brds_status faults_copy_image(faults *f, int network, faults_image *c, brds_diag *diag);
void faults_put_field(const faults_image *c, size_t word, uint32_t value);
void faults_flip(const faults_image *c, size_t bit);

/* ---- faults_streams.c: where there are several streams; with one they do nothing ---- */

/* Another stream for the packets to come. */
void faults_pick_stream(faults *f);
/* A good sequence in every stream, so that none stays open. */
void faults_close(faults *f);
/* The same in those streams other than f->stream that are open, or drop, or have a state loaded. */
void faults_restore(faults *f);
/* Good sequences of other streams among those of f->x, but with f->alone; faults_begin calls it. */
void faults_mix(faults *f);

/* ---- faults_axil.c ---- */

/* faults_send while an AXI4-Lite master reads and writes everywhere, but changes no register; chance in 256 that
 * it pauses. Bad addresses set AXIL_ADDRESS. */
brds_status faults_send_with_traffic(faults *f, unsigned stall, brds_diag *diag);

/* ---- faults_run.c ---- */

/* Reset, no stalls, weights of network 0 loaded. */
brds_status faults_start(faults *f, brds_diag *diag);
/* Reset; no weights. */
void faults_reset(faults *f);
/* Sends an image, as it is, to its end. */
brds_status faults_load(faults *f, const uint8_t *image, size_t words, brds_diag *diag);
brds_status faults_load_network(faults *f, int network, brds_diag *diag);
/* Counts an event at the place where the core is. */
void faults_event(faults *f, faults_events e);
/* Some cycles with whatever is being sent. */
brds_status faults_cycles(faults *f, uint64_t cycles, brds_diag *diag);
/* Begins to send f->x. */
void faults_begin(faults *f);
/* Until all is sent and all outputs that are due have come; then f->settle cycles more. A core that
 * moves no word for a long time has hung. Forgets f->x. */
brds_status faults_finish(faults *f, brds_diag *diag);
/* faults_begin, faults_finish. */
brds_status faults_send(faults *f, brds_diag *diag);
/* Error bits must be those of the reference, and `wanted`; clears them, one by one; status and
 * counters must be the reference's.  Without registers: the pin `error`, and a reset. */
brds_status faults_check(faults *f, uint32_t wanted, brds_diag *diag);
/* faults_send, faults_check, then a good sequence and a check of no error. */
brds_status faults_send_check(faults *f, uint32_t wanted, brds_diag *diag);

/* A register by name. */
brds_status faults_read(faults *f, const char *name, uint32_t *value, brds_diag *diag);
brds_status faults_read64(faults *f, const char *low, const char *high, uint64_t *value,
                          brds_diag *diag);
brds_status faults_write(faults *f, const char *name, uint32_t value, brds_diag *diag);
brds_status faults_soft_reset(faults *f, brds_diag *diag); /* enable stays 1 */
brds_status faults_want(const char *what, uint64_t got, uint64_t want, brds_diag *diag);

/* Stalls of all streams, chance in 256. */
void faults_stalls(faults *f, unsigned x, unsigned y, unsigned w);
void faults_random_stalls(faults *f);

#endif
