/* SPDX-License-Identifier: Apache-2.0
 *
 * LUTs and flip-flops of a core before synthesis: a sum over terms of its plan, with a coefficient for each
 * term that was fitted to synthesised cores of the family (synth/fit.sh, synth/area/FAMILY.json).
 */
#ifndef BRDS_EXPLORE_AREA_H
#define BRDS_EXPLORE_AREA_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "plan/plan.h"
#include "plan/plan_estimate.h"

enum { BRDS_AREA_TERMS = 16 };

extern const char *const brds_area_term_names[BRDS_AREA_TERMS];

/* The terms of a core; none is negative. */
void brds_area_terms(const brds_plan *plan, const brds_estimate *estimate,
                     double terms[BRDS_AREA_TERMS]);

/* Relative errors, |predicted - measured| / measured. */
typedef struct {
    size_t points;
    double mean, worst;
} brds_area_error;

typedef struct {
    double weights[BRDS_AREA_TERMS];  /* none is negative */
    brds_area_error fitted, held_out; /* of the points of the fit, and of others */
} brds_area_sum;

/* LUT: of logic and as memory.  `known` false: there is no data of the family. */
typedef struct {
    bool known;
    brds_area_sum lut, ff;
} brds_area_model;

double brds_area_predict(const brds_area_sum *sum, const double terms[BRDS_AREA_TERMS]);

/* Reads synth/area/FAMILY.json of the program's data; a family without one is not known, and no error.
 * Errors: BRDS_EINPUT, a file of another form or with other terms. */
brds_status brds_area_load(brds_family family, brds_area_model *model, brds_diag *diag);

/* The errors of the model as JSON, null where it is not known; a new reference. */
json_t *brds_area_errors_json(const brds_area_model *model);

/* Least squares without negative weights of relative errors: the least sum of (terms * weights / y - 1)^2.
 * `terms` (points, BRDS_AREA_TERMS), `y` (points), all y positive.  Lawson and Hanson's active sets. */
void brds_area_least_squares(const double *terms, const double *y, size_t points,
                             double weights[BRDS_AREA_TERMS]);

/* The data file of the cores that synth/run.sh left in FOLDER (NAME-FAMILY/spec.json, report.json): all of one
 * family.  Those whose name begins with "hold" are kept out of the fit.  A new reference.  Errors: no reports,
 * several families, a report that cannot be read. */
brds_status brds_area_fit(const char *folder, json_t **document, brds_diag *diag);

#endif
