/* SPDX-License-Identifier: Apache-2.0
 *
 * Random valid specs.
 */
#ifndef BRDS_VERIF_GENERATE_H
#define BRDS_VERIF_GENERATE_H

#include <stdint.h>

#include "io/diag.h"
#include "spec/spec.h"

/* A valid spec that takes seconds to simulate, always the same for a seed; *text is malloc'ed and
 * ends with a line's end.  Each seed aims at one goal (goals.h), in turn; all else is
 * random, with ends of ranges more often than their share. */
brds_status random_spec(uint64_t seed, char **text, brds_diag *diag);

/* Numbers of the dense network. */
double random_spec_numbers(const brds_spec *spec);

/* How long the spec's way through verif/job.sh takes, in milliseconds of one core: an estimate that
 * keeps specs small; negative where the network is too large to make. */
double random_spec_cost(const brds_spec *spec, brds_diag *diag);

#endif
