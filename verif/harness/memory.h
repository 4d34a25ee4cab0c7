/* SPDX-License-Identifier: Apache-2.0
 *
 * The memory of streamed weights behind a core's m_axi port: answers bursts in order, the first data
 * `latency` cycles after the address, a data word every `interval` cycles; checks what is asked for.
 */
#ifndef BRDS_HARNESS_MEMORY_H
#define BRDS_HARNESS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "io/diag.h"
#include "pins.h"

typedef struct {
    uint64_t place; /* in bytes */
    unsigned left;
    uint64_t from; /* cycle of its first data, at the earliest */
} brds_burst;

typedef struct {
    const uint8_t *bytes; /* NULL: the core has no such port */
    uint64_t size, base;  /* what lies at address `base` */
    int width;            /* bytes of a data word */
    unsigned latency, interval;
    uint8_t response; /* of all data: 0, or 2 for an error */

    brds_burst *bursts; /* a ring of `room`, a power of two */
    size_t room, head, tail;
    uint64_t next;         /* cycle of the next data, at the earliest */
    bool offered;          /* data are offered */
    struct brds_pins held; /* as they were in the cycle before */
} brds_memory;

void brds_memory_free(brds_memory *memory);
/* The core was reset: what it asked for is forgotten. */
void brds_memory_reset(brds_memory *memory);
/* Before a cycle: sets the m_ inputs. `ready`, `answers`: neither channel stalls by chance. */
void brds_memory_offer(brds_memory *memory, uint64_t cycle, bool ready, bool answers,
                       struct brds_pins *pins);
/* Within it, the outputs being known: takes an address, gives data. Fails for a burst that leaves
 * the memory, crosses 4096 bytes or changes while it waits. */
brds_status brds_memory_cycle(brds_memory *memory, uint64_t cycle, const struct brds_pins *pins,
                              brds_diag *diag);

#endif
