/* SPDX-License-Identifier: Apache-2.0
 *
 * The registers of the cycle model (cycles.c), and their state as words (cycles_state.c).  Comments
 * name the section of docs/microarchitecture.md that each comes from.
 */
#ifndef BRDS_PLAN_CYCLES_PRIVATE_H
#define BRDS_PLAN_CYCLES_PRIVATE_H

#include "plan/cycles.h"
#include "plan/turns.h"

enum {
    BUFFERS = 2,
    QUEUE = 128
}; /* QUEUE: a power of two above the groups in flight, drain + LE + 2 at most */

typedef struct {
    bool valid, zero, slast;
    bool odd; /* parity of the step in its stream */
    int stream;
} cycle_token;

/* ---- the controller, section 8 ---- */

typedef struct {
    int sp;
    bool cand_valid;
    int cand;               /* phase */
    cycle_token cand_flags; /* its own copy */
    cycle_token tokens[BRDS_MAX_LAYERS + 1];
    bool running;
    int phase, beat; /* the beat on the bus, counted from its phase's first */
    int group;       /* of its phase: the next to be closed */
    cycle_token flags;
    uint32_t open; /* bit s: the last step taken of stream s was not its sequence's last */
    /* per edge: cycles from which it is open (its counter is 0) after the writer's latest and the
     * latest but one run, and what the latest run was for */
    uint64_t open_at[BRDS_MAX_EDGES], older_at[BRDS_MAX_EDGES];
    cycle_token written[BRDS_MAX_EDGES];
    uint64_t last_beat; /* cycle of the latest beat + 1; 0: none yet */
} controller;

/* ---- groups on their way from the beat bus to the memories, section 6 ---- */

typedef struct {
    uint64_t write; /* cycle in which slot 0 is written */
    int slots;      /* that write anything: rows past the end do not */
    bool to_x;      /* the x copies are written */
    bool done;      /* the phase's last group, and it outputs */
} cycle_group;

typedef struct {
    cycle_group queue[QUEUE];
    unsigned head, tail; /* counted modulo 2^32 */
} pipeline;

/* ---- section 9 ---- */

typedef struct {
    bool hold_valid, hold_state; /* a word of a vector, of an initial state */
    int slices;                  /* of the word in hold that are not done yet */
    bool ends;                   /* it is its vector's last */
    brds_turns turns;
    brds_turn turn; /* the vector of the next word on the stream */
    bool more;      /* there is one */
    int word;
    int segment;             /* initial state: 2 * layer for h, + 1 for c; -1: the state was sent */
    int used, ready;         /* buffers claimed, vectors complete and not taken */
    uint64_t frees[BUFFERS]; /* cycles in which buffers are given back, in order */
    int free_count;
    bool started;
    uint64_t first; /* cycle of the first handshake */
} input_unit;

typedef struct {
    int used;
    uint64_t releases[BUFFERS]; /* cycles of last words' handshakes, in order */
    int release_count;
    uint64_t last_word; /* cycle of the latest vector's last word */
    uint64_t vectors;   /* whose last word left or is about to */
} output_unit;

/* ---- streamed weights, section 11 ---- */

typedef struct {
    int left;   /* data words of the phase that are not asked for yet */
    int credit; /* data words that the buffer has room for */
    int chunk;  /* data words asked for of a weight word that is not whole */
    bool asked; /* any ever was, the latest for cycle last_data */
    uint64_t last_data;
    uint64_t word_at
        [BRDS_MOST_PREFETCH]; /* cycles from which the words that were asked for may be read */
    unsigned head, tail;      /* counted modulo 2^32 */
} prefetch_unit;

typedef struct {
    const brds_plan *plan;
    const brds_pace *pace;
    const bool *states; /* (sequences) an initial-state packet precedes it; NULL: none does */
    uint64_t cycle;
    brds_turns takes; /* the vector taken next */
    uint32_t odd;     /* bit s: parity of stream s's next step */
    uint64_t taken;   /* vectors taken */
    controller ctrl;
    pipeline pipe;
    input_unit in;
    output_unit out;
    prefetch_unit fetch;
    brds_cycles count;
} simulation;

/* What the machine does from now on follows from this: times count from now, what lies in the past
 * is alike.  Parts that equally long sequences, one a stream and without initial states, never look at are left
 * out. */
enum {
    STATE_ROOM = 40 + 5 * (BRDS_MAX_LAYERS + 3) + 4 * BRDS_MAX_EDGES + 4 * QUEUE + 2 * BUFFERS + 5 +
                 BRDS_MOST_PREFETCH /* words */
};

typedef struct {
    uint64_t words[STATE_ROOM];
    size_t count;
} cycle_state;

/* Each looks at the registers of the cycle's begin; without streamed weights there is always a word. */
void brds_prefetch_start(simulation *sim);
bool brds_prefetch_ready(const simulation *sim); /* takes a phase */
bool brds_prefetch_has_word(const simulation *sim);
/* The end of a cycle in which a beat was on the bus, or not, and `phase` was asked for (-1: none). */
void brds_prefetch_step(simulation *sim, bool beat, int phase);

void brds_cycle_state_note(cycle_state *state, const simulation *sim);

#endif
