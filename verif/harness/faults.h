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

typedef struct {
    brds_source source;
    brds_network other; /* the second network */
    brds_packed packed[NETWORKS];
    brds_driver driver;
    reference ref;
    brds_random random;
    brds_stream x;  /* what is sent next */
    size_t vectors; /* packets in it */
    bool axil, ram;
    uint64_t step_cycles; /* of one step, rounded up */
    uint64_t settle;      /* cycles after which nothing more can come */
    uint64_t count;       /* sequences of the disturbed run */
    uint32_t seen;        /* error bits that faults_check found and cleared */
} faults;

typedef struct {
    const char *name;
    brds_status (*run)(faults *f, brds_diag *diag);
    bool needs_axil, needs_ram, needs_state;
} faults_test;

extern const faults_test faults_x_tests[], faults_w_tests[], faults_reset_tests[],
    faults_axil_tests[], faults_y_tests[], faults_random_tests[]; /* end with {0} */

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

/* ---- faults_run.c ---- */

/* Reset, no stalls, weights of network 0 loaded. */
brds_status faults_start(faults *f, brds_diag *diag);
/* Reset; no weights. */
void faults_reset(faults *f);
/* Sends an image, as it is, to its end. */
brds_status faults_load(faults *f, const uint8_t *image, size_t words, brds_diag *diag);
brds_status faults_load_network(faults *f, int network, brds_diag *diag);
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
