/* SPDX-License-Identifier: Apache-2.0
 *
 * Which nonzero is worked by which lane in which beat, and the exact gaps that
 * this leaves (docs/microarchitecture.md sections 4, 6 and 7).
 */
#ifndef BRDS_PACK_SCHEDULE_H
#define BRDS_PACK_SCHEDULE_H

#include "net/qnet.h"
#include "plan/plan.h"

typedef struct {
    int32_t weight;
    int32_t column; /* absolute column of the source vector; -1: padding */
} brds_slot;

typedef struct {
    /* slots[phase]: (groups, beats, P, 4, Lx + Lh): x lanes first */
    brds_slot *slots[BRDS_MAX_PHASES];
    /* order[phase] (groups * beats): the beat, counted group * beats + beat, that is worked at each place;
     * NULL: one group after the other */
    int *order[BRDS_MAX_PHASES];
    brds_pace pace; /* exact for these weights; owns its closes */
    int worst_gaps[BRDS_MAX_EDGES];
} brds_schedule;

/* Early columns first, padding where it delays the need of late columns.  With relative
 * indices, `pack` fails where a gap does not fit: the message names matrix, row and gap. */
brds_status brds_schedule_make(const char *place, const brds_plan *plan, const brds_qnet *qnet,
                               brds_schedule *schedule, brds_diag *diag);
void brds_schedule_free(brds_schedule *schedule);

#endif
