/* SPDX-License-Identifier: Apache-2.0
 *
 * The weight and unit memories of a simulated core (built with public.vlt), as the simulation holds
 * them.  Call after dut_new.
 */
#ifndef BRDS_PROTECT_MEMORIES_H
#define BRDS_PROTECT_MEMORIES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct memory {
    char path[200]; /* of the instance */
    int bits, rows;
    uint8_t *data; /* rows of row_bytes, little end first */
    size_t row_bytes;
};

/* Up to `most` memories, in the order of their paths; returns how many there are. */
size_t memories_find(struct memory *found, size_t most);

#ifdef __cplusplus
}
#endif

#endif
