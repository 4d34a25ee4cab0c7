/* SPDX-License-Identifier: Apache-2.0
 *
 * In which order the vectors of several sequences share the input stream: the machine's streams
 * take turns, a vector each; a stream whose sequence has ended takes the next one that nobody has,
 * and is passed over when there is none.  With one stream: the sequences back to back.
 */
#ifndef BRDS_PLAN_TURNS_H
#define BRDS_PLAN_TURNS_H

#include <stdbool.h>
#include <stddef.h>

#include "spec/spec.h"

/* One vector: `step` of `sequence`, in `stream`. */
typedef struct {
    int stream;
    size_t sequence, step;
    bool last; /* of its sequence */
} brds_turn;

typedef struct {
    int streams;
    size_t sequences;
    const size_t *lengths; /* (sequences), each at least 1 */
    size_t pending;        /* the first sequence that no stream has */
    int next;              /* stream whose turn it is */
    struct {
        bool has; /* a sequence with steps left */
        size_t sequence, step;
    } of[BRDS_MAX_STREAMS];
} brds_turns;

/* `lengths` is kept, not copied. */
void brds_turns_start(brds_turns *turns, int streams, size_t sequences, const size_t *lengths);
/* The next vector; false: there is none. */
bool brds_turns_next(brds_turns *turns, brds_turn *turn);

#endif
