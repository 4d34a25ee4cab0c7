/* SPDX-License-Identifier: Apache-2.0
 *
 * Switching activity of a simulated core: how often the bits of its nets change, by class of net, from a
 * waveform (VCD) of a generated testbench (+dump).
 */
#ifndef BRDS_REPORT_ACTIVITY_H
#define BRDS_REPORT_ACTIVITY_H

#include <stdint.h>

#include "io/diag.h"

/* A net belongs to the instance that it is declared in; the deepest one where a port makes two of it. */
typedef enum {
    BRDS_NET_OPERANDS,    /* what the array's multipliers multiply: left and right of brds_mul */
    BRDS_NET_MULTIPLIERS, /* else inside them */
    BRDS_NET_WEIGHTS,     /* weight memory */
    BRDS_NET_VECTORS,     /* vector memories */
    BRDS_NET_SUMS,        /* else inside the array: trees, accumulators, drain registers */
    BRDS_NET_FUNCTIONS,   /* behind the array: functions, element-wise unit, biases, cell states */
    BRDS_NET_CONTROL,     /* all else: controller, streams, loader, registers */
    BRDS_NET_CLASSES
} brds_net_class;

typedef struct {
    uint64_t bits[BRDS_NET_CLASSES];    /* of all nets of a class */
    uint64_t toggles[BRDS_NET_CLASSES]; /* 0 to 1 and 1 to 0, all bits together */
    uint64_t cycles;                    /* rising edges of the core's clk */
} brds_activity;

/* Reads a VCD to its end; a pipe works.  Changes from or to x and z are none.  Errors: it cannot be read
 * (BRDS_EFILE); it is no VCD, names an unknown net, or has no net in an instance `core` (BRDS_EINPUT, with
 * the line). */
brds_status brds_activity_read(const char *path, brds_activity *activity, brds_diag *diag);

/* "multiplier operands" ... */
const char *brds_net_class_name(brds_net_class class_of);

#endif
