/* SPDX-License-Identifier: Apache-2.0
 *
 * The numbers of one core: the parameters of brds_core (rtl_templates/README.md
 * says what each means), and further constants that registers, header and
 * testbench show.
 */
#ifndef BRDS_RTL_PARAMS_H
#define BRDS_RTL_PARAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fixed/pwl.h"
#include "plan/plan.h"
#include "rtl/template.h"

typedef struct {
    const char *name;
    const char *comment;
    bool core;            /* a parameter of brds_core, else a constant of the interface */
    int64_t number;       /* the value, if `parts` is NULL */
    uint64_t *parts;      /* a packed vector: (count) of part_bits each, the lowest first */
    int count, part_bits; /* a number with part_bits set is a word of so many bits */
} brds_param;

enum { BRDS_MAX_PARAMS = 128 };

typedef struct {
    brds_param params[BRDS_MAX_PARAMS];
    size_t count;
    bool lost; /* memory ran out */
} brds_params;

/* Computes the function tables, too. */
brds_status brds_params_make(const brds_plan *plan, brds_params *params, brds_diag *diag);
void brds_params_free(brds_params *params);

/* NULL if there is none of this name. */
const brds_param *brds_params_find(const brds_params *params, const char *name);
/* The number of a parameter that exists and is no vector. */
int64_t brds_params_number(const brds_params *params, const char *name);

/* The core's parameters as list "params" (name, range, value, comment), or only their names. */
void brds_params_list(const brds_params *params, brds_scope *scope);
void brds_params_names(const brds_params *params, brds_scope *scope);

/* All of them as an object, vectors as lists from the lowest part on; NULL when memory ran out. */
json_t *brds_params_json(const brds_params *params);

/* Stream words of the weight image, header and CRC included (section 5). */
int64_t brds_params_image_words(const brds_plan *plan);
/* Stream words of an initial-state packet (section 9), 0 without `initial_state`. */
int64_t brds_params_state_words(const brds_plan *plan);

#endif
