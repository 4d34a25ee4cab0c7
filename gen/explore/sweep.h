/* SPDX-License-Identifier: Apache-2.0
 *
 * Which specs are looked at: keys of a spec, and the values that each takes.
 */
#ifndef BRDS_EXPLORE_SWEEP_H
#define BRDS_EXPLORE_SWEEP_H

#include <jansson.h>
#include <stddef.h>

#include "io/diag.h"
#include "spec/spec.h"

enum {
    BRDS_SWEEP_AXES = 16,
    BRDS_SWEEP_LINKED = 2,       /* keys that may take their values together */
    BRDS_SWEEP_VALUES = 4096,    /* most values of an axis */
    BRDS_SWEEP_POINTS = 1000000, /* most points */
};

typedef struct {
    char *path;     /* "hardware.pes", "network.layers.0.nnz_x", "network.layers.*.nnz_x" */
    json_t *values; /* an array */
} brds_sweep_key;

typedef struct {
    size_t key_count; /* 2: the keys' values are pairs, taken together */
    brds_sweep_key keys[BRDS_SWEEP_LINKED];
} brds_sweep_axis;

/* Zero-initialise; free with brds_sweep_free. */
typedef struct {
    size_t count;
    brds_sweep_axis axes[BRDS_SWEEP_AXES];
} brds_sweep;

/* Adds "KEY=VALUES": a key of the spec's table by its dotted path, and a list of values and ranges
 * (1,2,4  1..8  1..64*2; words; true,false).  Errors: BRDS_EUSAGE, the place is `--sweep TEXT`. */
brds_status brds_sweep_add(brds_sweep *sweep, const char *text, brds_diag *diag);

/* The sweep of a user who names none: pes by doubling, and the pairs of lanes_x and lanes_h in which
 * one of them is a power of two and neither group of lanes waits for the other. */
brds_status brds_sweep_default(brds_sweep *sweep, const brds_spec *spec, brds_diag *diag);

void brds_sweep_free(brds_sweep *sweep);

/* Points of the product; the last axis changes fastest. */
size_t brds_sweep_points(const brds_sweep *sweep);

/* The value that a point has for a key; borrowed. */
json_t *brds_sweep_value(const brds_sweep *sweep, size_t point, size_t axis, size_t key);
/* The same by path; NULL where the key is not swept. */
json_t *brds_sweep_find(const brds_sweep *sweep, size_t point, const char *path);

/* {"hardware.pes": 4, ...} of a point, a new reference. */
json_t *brds_sweep_settings(const brds_sweep *sweep, size_t point);

/* Sets one key of a document in place, as a user would write it: objects on the way are made, a key
 * that excludes it (sparsity_x of nnz_x) goes.  False where the document has no such place: a layer
 * that is not there. */
bool brds_sweep_set(json_t *document, const char *path, json_t *value);

#endif
