/* SPDX-License-Identifier: Apache-2.0
 *
 * The cycle model: controller, input unit and output unit, cycle by cycle, as
 * docs/microarchitecture.md sections 8 and 9 define them, for streams that do
 * not stall (x is offered in every cycle, y is taken in every cycle).  Streamed weights come as the
 * spec says that the memory answers, whose address channel never waits.
 */
#ifndef BRDS_PLAN_CYCLES_H
#define BRDS_PLAN_CYCLES_H

#include <stddef.h>
#include <stdint.h>

#include "plan/plan.h"

typedef struct {
    uint64_t
        total; /* from the cycle of the first x handshake to the cycle of the last y handshake, inclusive */
    uint64_t busy;                /* the hardware's busy counter */
    uint64_t stall_in, stall_out; /* the hardware's counters */
    uint64_t
        stall_weights; /* of the busy cycles: those without a beat, its weights were not there */
    uint64_t steps;
    uint64_t beats; /* beats issued */
} brds_cycles;

/* `lengths` (sequences): steps of each sequence, 1 at least; the streams are offered back to back. */
brds_status brds_cycles_run(const brds_plan *plan, const brds_pace *pace, size_t sequences,
                            const size_t *lengths, brds_cycles *cycles, brds_diag *diag);

/* The same where initial-state packets precede some sequences: `states` (sequences), or NULL. A
 * packet's first word may be the first x handshake. */
brds_status brds_cycles_run_states(const brds_plan *plan, const brds_pace *pace, size_t sequences,
                                   const size_t *lengths, const bool *states, brds_cycles *cycles,
                                   brds_diag *diag);

#endif
