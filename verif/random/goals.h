/* SPDX-License-Identifier: Apache-2.0
 *
 * What random specs must reach: each key of the spec's table left out, at its least value, at its
 * largest, and at something between.  A goal is one of these for one key; where a key has words or
 * choices, each of them is a goal.  The generator aims at goals, the coverage counts them: both take
 * them from the table, so that a new key has its goals by itself.
 */
#ifndef BRDS_VERIF_GOALS_H
#define BRDS_VERIF_GOALS_H

#include <jansson.h>

#include "spec/spec_table.h"

typedef enum {
    GOAL_DEFAULT, /* left out, or given with the default's value */
    GOAL_MINIMUM, /* also: the first word, false, the shortest name, the shortest array */
    GOAL_BETWEEN, /* also: an optional object or text that is given */
    GOAL_MAXIMUM,
    GOAL_KINDS
} goal_kind;

typedef struct {
    const brds_key *key;
    goal_kind kind;
    int word; /* index into key->words; -1: not of a key with words, or its default */
} goal;

enum { MOST_GOALS = 1000 };

/* The share of zeros that counts as a fraction's largest, as there is none below 1. */
#define LARGEST_FRACTION 0.999

/* All goals in the table's order; the number of them. */
size_t goals_list(goal goals[MOST_GOALS]);

/* Whether a key's value (NULL: left out) is what the goal asks for. */
bool goal_met(const goal *g, const json_t *value);

/* "minimum", ..., or the word. */
const char *goal_name(const goal *g);

/* Whether the children of an object that was left out have their defaults, or no meaning at all. */
bool key_has_defaults(const brds_key *object);

#endif
