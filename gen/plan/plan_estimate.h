/* SPDX-License-Identifier: Apache-2.0
 *
 * What the plan's memories and products take in a family's blocks, without
 * synthesis: the rules by which Yosys maps memories and splits products.
 */
#ifndef BRDS_PLAN_PLAN_ESTIMATE_H
#define BRDS_PLAN_PLAN_ESTIMATE_H

#include <stdbool.h>
#include <stdint.h>

#include "plan/plan.h"

typedef struct {
    const char *name;
    int64_t copies; /* of width x depth */
    int64_t width, depth;
    int64_t bits;   /* of all copies; of a word's last column only what is used */
    int64_t blocks; /* in the family's unit, 0 where logic holds the memory */
    bool in_logic;  /* LUT RAM or flip-flops: too small for a block */
} brds_memory_use;

enum { BRDS_MEMORY_USES = 6 };

typedef struct {
    brds_family family;
    brds_memory_use memories[BRDS_MEMORY_USES];
    int64_t bits;           /* of all memories */
    int64_t blocks;         /* of all memories */
    const char *block_name; /* "RAMB18", "DP16KD", ... */
    int64_t array_dsp;      /* of the multiplier array */
    int64_t function_dsp;   /* of functions and element-wise products */
    const char *dsp_name;   /* "DSP48E2", ...; "" where Yosys infers none */
} brds_estimate;

/* For the spec's own family use plan->spec.family. */
brds_status brds_plan_estimate(const brds_plan *plan, brds_family family, brds_estimate *estimate,
                               brds_diag *diag);

/* A memory with a registered read port and, unless it is a ROM, a write port of the same clock. */
typedef struct {
    int64_t lanes; /* parts of a row with a write enable each */
    int64_t width; /* bits of a lane */
    int64_t depth;
    bool rom; /* initial contents, no write port */
} brds_ram_shape;

/* Blocks that one memory of the family takes; *in_logic: none. For a ROM the most: Yosys leaves out
 * bits that are the same in all rows, which only the contents tell. */
int64_t brds_ram_blocks(brds_family family, brds_ram_shape ram, bool *in_logic);
/* The same for a RAM with one write enable. */
int64_t brds_memory_blocks(brds_family family, int64_t width, int64_t depth, bool *in_logic);

/* DSP blocks of one signed product; of one unsigned product. */
int64_t brds_product_blocks(brds_family family, int a_bits, int b_bits);
int64_t brds_unsigned_product_blocks(brds_family family, int a_bits, int b_bits);

#endif
