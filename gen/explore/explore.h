/* SPDX-License-Identifier: Apache-2.0
 *
 * The points of a sweep, what the plan predicts of each, and which of them are worth a look.
 */
#ifndef BRDS_EXPLORE_EXPLORE_H
#define BRDS_EXPLORE_EXPLORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "explore/area.h"
#include "explore/devices.h"
#include "explore/quality.h"
#include "explore/sweep.h"
#include "plan/plan.h"

enum { BRDS_EXPLORE_REASONS = 8, BRDS_EXPLORE_FAMILIES = BRDS_FAMILY_INTEL_ALM + 1 };

typedef struct {
    size_t point; /* number in the sweep's product */
    int multipliers, clock_mhz;
    double cycles, worst_cycles; /* a step; equal unless `exact` */
    bool exact;                  /* gaps of weights, else the worst case of the shape */
    double latency_us;           /* of a step */
    double utilisation;          /* share of the multipliers' cycles */
    double quality;              /* NAN: none is given */
    int64_t macs;
    int64_t use[BRDS_RESOURCES]; /* predicted; -1: unknown */
    unsigned exceeded;           /* bit r: more of resource r than the limit */
    bool front;
    bool measured; /* synthesised */
    int64_t found[BRDS_RESOURCES];
    double seconds; /* of the synthesis */
    brds_family family;
} brds_explore_point;

typedef struct {
    char *text; /* PLACE: what the check says */
    size_t count, first;
} brds_explore_reason;

/* Zero-initialise, set what is marked, call in this order: begin, sweeps and quality, predict, front. */
typedef struct {
    const char *place;  /* set: the spec's name in messages */
    brds_limits limits; /* set */
    json_t *base;       /* the document */
    brds_spec spec;
    brds_sweep sweep;
    brds_quality quality;
    brds_area_model models[BRDS_EXPLORE_FAMILIES];
    bool model_read[BRDS_EXPLORE_FAMILIES];
    brds_explore_point *points; /* that the check takes, in the order of the product */
    size_t count;
    bool has_dsp; /* some point has DSP blocks: not where Yosys infers none */
    size_t refused, reason_count;
    brds_explore_reason reasons[BRDS_EXPLORE_REASONS]; /* the first different ones */
    size_t *front;                                     /* best first */
    size_t front_count;
} brds_explore;

/* What a point may be best in. */
typedef enum {
    BRDS_BEST_LATENCY,
    BRDS_BEST_AREA, /* the largest share of a limit; without limits DSP blocks, then memory */
    BRDS_BEST_LUT,
    BRDS_BEST_FF,
    BRDS_BEST_DSP,
    BRDS_BEST_BRAM,
    BRDS_BEST_UTILISATION,
    BRDS_BEST_QUALITY
} brds_best;

extern const char *const brds_best_words[]; /* in the enum's order; ends with NULL */

/* Reads the spec.  `family` (-1: the spec's) and `clock_mhz` (0: the spec's) are set in it. */
brds_status brds_explore_begin(brds_explore *explore, const char *text, size_t length, int family,
                               int clock_mhz, brds_diag *diag);
void brds_explore_free(brds_explore *explore);

/* The spec of a point of the product as a document, which ends with a line's end; malloc'ed.  NULL where the
 * base has no place for a key, or when memory ran out. */
char *brds_explore_document(const brds_explore *explore, size_t point);

/* Predicts every point that the spec check takes; refusals are counted, and no error. */
brds_status brds_explore_predict(brds_explore *explore, brds_diag *diag);

/* The front of the points that exceed no limit, over latency, DSP blocks, memory, LUTs and flip-flops where
 * they are known, and quality where it is given. */
brds_status brds_explore_front(brds_explore *explore, brds_best best, brds_diag *diag);

/* Cycles of a point of the front with the gaps of its weights. */
void brds_explore_exact(brds_explore_point *point, const brds_plan *plan, const brds_pace *pace);

/* Figures of a synthesis (report/synth_report.h) instead of predicted ones; limits are looked at again. */
void brds_explore_measured(brds_explore *explore, brds_explore_point *point, const json_t *report);

/* What decides: measured where it is, else predicted; -1: unknown. */
int64_t brds_explore_use(const brds_explore_point *point, brds_resource resource);

#endif
