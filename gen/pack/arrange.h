/* SPDX-License-Identifier: Apache-2.0
 *
 * The order of the hidden units.  A network whose hidden units are numbered
 * otherwise computes the same outputs, but the order decides which units are
 * written last in a step and which rows are worked first in the next one, and so
 * how many cycles the next step waits (docs/microarchitecture.md section 7).
 */
#ifndef BRDS_PACK_ARRANGE_H
#define BRDS_PACK_ARRANGE_H

#include "net/qnet.h"
#include "plan/plan.h"

/* Renumbers, in place, the results of every phase that no port shows: all but those that leave on the
 * output stream, those of a spec with initial states, projections whose rows share their
 * columns, and all with relative indices (whose gaps were
 * pruned to fit).  The order is that of least gaps which a local search finds; the same network gives the
 * same order everywhere.  gaps_given (edge): the exact gaps in the order that was given. */
brds_status brds_arrange(const brds_plan *plan, brds_qnet *qnet, int *gaps_given, brds_diag *diag);

#endif
