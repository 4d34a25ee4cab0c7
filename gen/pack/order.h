/* SPDX-License-Identifier: Apache-2.0
 *
 * The order of a phase's beats where several row groups may be open at a time
 * (docs/microarchitecture.md section 7): beats that need a result of the step
 * before early are worked late, and the phase may start so much earlier.
 */
#ifndef BRDS_PACK_ORDER_H
#define BRDS_PACK_ORDER_H

#include "plan/plan.h"

/* What a phase's beats ask of one edge. */
typedef struct {
    int edge;
    /* (G * T) the largest write(j) (section 6) that the beat reads; BRDS_NEVER_LATE: none */
    int *write;
    int most; /* the largest gap that an order may ask for: in order of the groups, the exact one */
} brds_order_need;

/* Fills `order` (G * T: the beat, counted g * T + b, that is worked at each place) and `closes` (G: the
 * place of the group's last beat).  No edge's gap becomes larger than with groups in their order, nor
 * does that of an edge whose writer the phase is.  Edges are served in the order of `needs`, each with
 * the least gap that the ones before leave. */
brds_status brds_order_make(const brds_plan *plan, const brds_phase *phase, brds_order_need *needs,
                            int count, int *order, int *closes, brds_diag *diag);

#endif
