/* SPDX-License-Identifier: Apache-2.0
 *
 * The bit-exact C model: the definition of what the hardware computes
 * (docs/microarchitecture.md section 1).  Written for clarity first; its
 * inner loop must still do several hundred million MACs a second.
 */
#ifndef BRDS_NET_MACHINE_H
#define BRDS_NET_MACHINE_H

#include <stdint.h>

#include "fixed/pwl.h"
#include "net/qnet.h"
#include "plan/plan.h"

typedef struct {
    uint64_t gate, function, cell, output; /* the saturation counters of the hardware */
} brds_saturations;

typedef struct brds_machine brds_machine;

/* `plan` and `qnet` must outlive the machine. */
brds_status brds_machine_new(const brds_plan *plan, const brds_qnet *qnet, brds_machine **machine,
                             brds_diag *diag);
void brds_machine_free(brds_machine *machine);

/* Starts a sequence with zero state; then optionally sets layer `layer`'s state:
 * h (R) frac fa, c (H) frac fc.  A sequence is either all-zero or all-set (the hardware takes all layers). */
void brds_machine_reset(brds_machine *machine);
void brds_machine_set_state(brds_machine *machine, int layer, const int32_t *h, const int32_t *c);

/* One step: x (X) A bits frac fa. */
void brds_machine_step(brds_machine *machine, const int32_t *x);
/* The state after the step: h (R) and c (H) of a layer. */
const int32_t *brds_machine_h(const brds_machine *machine, int layer);
const int32_t *brds_machine_c(const brds_machine *machine, int layer);
/* The stream's output for the last step: the head (computed now, counted once) or the last layer's h.
 * Call it only for steps that the hardware outputs (saturations of the head count there).  (output_size) */
const int32_t *brds_machine_output(brds_machine *machine);

const brds_saturations *brds_machine_saturations(const brds_machine *machine);
void brds_saturations_add(brds_saturations *sum, const brds_saturations *more);

#endif
