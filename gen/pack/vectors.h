/* SPDX-License-Identifier: Apache-2.0
 *
 * Test vectors: what a workload looks like on the streams, and what the C model
 * says must come back (docs/microarchitecture.md section 9).
 */
#ifndef BRDS_PACK_VECTORS_H
#define BRDS_PACK_VECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/workload.h"
#include "net/machine.h"
#include "net/metric.h"
#include "pack/pack.h"
#include "plan/cycles.h"

enum {
    BRDS_USER_FIRST = 1,
    BRDS_USER_LAST = 2,
    BRDS_USER_STATE = 4,
    BRDS_USER_STREAM = 3 /* shift */
};

/* A list of stream words, back to back. */
typedef struct {
    int bytes_per_word;
    size_t words, capacity;
    uint8_t *data;   /* words * bytes_per_word, little end first */
    uint8_t *last;   /* (words) tlast */
    uint8_t *user;   /* (words) tid << 3 | tuser, the vector's on each of its words */
    int flag_digits; /* of a line of a hex file: hex digits above the data */
} brds_stream;

typedef struct {
    brds_stream x, y;
    size_t sequences, steps;
    size_t vectors_out;  /* output vectors in y */
    size_t elements_out; /* output elements in y */
    size_t *vector_of;   /* (steps, as in the workload) number of its vector in y; none: SIZE_MAX */
    bool *states;        /* (sequences) an initial-state packet precedes it */
    uint64_t x_saturated;      /* input values that the quantiser clipped */
    brds_saturations expected; /* the hardware's saturation counters after the run */
    double model_seconds;      /* processor time of the C model for all steps */
} brds_vectors;

/* Runs the C model over the workload, whose sequences share the streams as plan/turns.h says.  With
 * the spec's `initial_state`, every second sequence gets a random initial state from `state_seed`. */
brds_status brds_vectors_make(const brds_packed *packed, const brds_workload *workload,
                              uint64_t state_seed, brds_vectors *vectors, brds_diag *diag);
void brds_vectors_free(brds_vectors *vectors);

/* What the cycle model says of the run if no stream stalls. */
brds_status brds_vectors_cycles(const brds_packed *packed, const brds_workload *workload,
                                const brds_vectors *vectors, brds_cycles *cycles, brds_diag *diag);

/* Element `index` of output vector `vector` in `y` (the expected stream, or one
 * of the same shape that the hardware gave). */
int64_t brds_stream_element(const brds_plan *plan, const brds_stream *y, size_t vector, int index);

/* The task's figure over `y`.  Vectors that `y` is too short for are not counted. */
brds_status brds_vectors_measure(const brds_plan *plan, const brds_vectors *vectors,
                                 const brds_stream *y, const brds_metric *metric,
                                 brds_measured *measured, brds_diag *diag);

/* Hex files for $readmemh: one line a word; x and y lines carry {user, last, data}: the word's
 * data digits, above them one hex digit (user << 1 | last), three with several streams. */
brds_status brds_stream_write_hex(const brds_stream *stream, FILE *file, brds_diag *diag);

#endif
