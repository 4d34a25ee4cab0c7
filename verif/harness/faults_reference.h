/* SPDX-License-Identifier: Apache-2.0
 *
 * What docs/streams.md says a core does with every word it takes: which output
 * words must come, which error bits must be set, which counters must stand where.
 * It sees the transfers in the order in which they happen (brds_observer) and
 * knows nothing of cycles but the one in which an image ended.
 */
#ifndef BRDS_HARNESS_FAULTS_REFERENCE_H
#define BRDS_HARNESS_FAULTS_REFERENCE_H

#include "driver.h"
#include "net/machine.h"
#include "pack/pack.h"

/* Bits of the register ERROR. */
enum {
    X_EARLY_LAST = 1 << 0,
    X_LATE_LAST = 1 << 1,
    X_NO_FIRST = 1 << 2,
    X_NO_WEIGHTS = 1 << 3,
    X_RANGE = 1 << 4,
    X_STATE = 1 << 5,
    W_MAGIC = 1 << 6,
    W_VERSION = 1 << 7,
    W_SHAPE = 1 << 8,
    W_LENGTH = 1 << 9,
    W_CRC = 1 << 10,
    M_MEMORY = 1 << 12,
    AXIL_ADDRESS = 1 << 15
};

enum { NETWORKS = 2 }; /* two networks of one shape, to tell old weights from new ones */

/* The elements that one word of an initial-state packet carries. */
typedef struct {
    int layer, first, count;
    bool is_c;
} reference_place;

/* What a core keeps for one stream of sequences. */
typedef struct {
    brds_machine *machine[NETWORKS];
    bool open;      /* the last vector was not its sequence's last */
    bool dropping;  /* up to the next first step */
    bool st_loaded; /* an initial state waits for its sequence */
    int32_t *h[BRDS_MAX_LAYERS], *c[BRDS_MAX_LAYERS];
} reference_stream;

typedef struct {
    const brds_plan *plan;
    const brds_packed *packed[NETWORKS];
    const uint64_t *clock; /* the driver's cycle */

    /* weights */
    int network; /* the one in force, if weights_ok */
    bool weights_ok, loading;
    uint8_t *image; /* the packet so far */
    size_t image_words, image_capacity;
    uint32_t image_error; /* the first fault found */
    uint64_t image_end;   /* cycle of the last packet's last word */
    uint64_t images_good;
    brds_memory *memory; /* of streamed weights: holds those of the network in force */

    /* s_axis_x: the next word's place */
    bool swallow, in_state;
    int word;                 /* of the packet */
    unsigned user;            /* tid and tuser of its first word */
    reference_stream *stream; /* the packet's */
    int32_t *x;               /* (X) */
    reference_stream streams[BRDS_MAX_STREAMS];
    reference_place *places; /* (state_words) */
    int state_words;

    /* m_axis_y: what is due, from `taken` on */
    brds_stream due;
    size_t taken;
    uint64_t words_came; /* ever */

    /* registers */
    uint32_t errors;
    uint32_t steps, sequences;
    brds_saturations base; /* the machines' counters at the last clearing */

    /* set by what the core must never do; named in `broken` */
    const char *broken;
    brds_observer observer;
} reference;

/* `packed` must outlive it. */
brds_status reference_new(reference *r, const brds_packed packed[NETWORKS], const uint64_t *clock,
                          brds_diag *diag);
void reference_free(reference *r);

/* After rst, or after the cycle of a soft reset. */
void reference_reset(reference *r, bool soft);
void reference_clear_counters(reference *r);
/* The saturations since the last clearing. */
brds_saturations reference_saturations(const reference *r);
size_t reference_due(const reference *r); /* output words that have not come */
bool reference_open(const reference *r);  /* a sequence of some stream */
/* Nothing of a stream's past counts: no sequence is open, dropped or has its state loaded. */
bool reference_plain(const reference_stream *stream);

/* Makes room for `more` words in a stream whose bytes_per_word is set. */
brds_status reference_reserve(brds_stream *stream, size_t more);

#endif
