/* SPDX-License-Identifier: Apache-2.0
 *
 * What a network is worth with the numbers of a point: figures that the user measured.
 */
#ifndef BRDS_EXPLORE_QUALITY_H
#define BRDS_EXPLORE_QUALITY_H

#include <jansson.h>
#include <stdbool.h>

#include "explore/sweep.h"

typedef struct {
    json_t *entries;
    const char *metric; /* lives in `entries` */
    bool falls;         /* the less the better: perplexity, loss, error */
} brds_quality;

/* [{"set": {"numeric.weight.bits": 4}, "metric": "accuracy", "value": 0.99}, ...]: one metric, every key of a
 * `set` is swept.  Errors: BRDS_EFILE, BRDS_EINPUT with the entry as place. */
brds_status brds_quality_load(const char *path, const brds_sweep *sweep, brds_quality *quality,
                              brds_diag *diag);
void brds_quality_free(brds_quality *quality);

/* The value of the entry whose `set` holds for the point; of several the one with the most keys, the first of
 * equals.  NAN where there is none. */
double brds_quality_of(const brds_quality *quality, const brds_sweep *sweep, size_t point);

#endif
