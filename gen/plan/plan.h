/* SPDX-License-Identifier: Apache-2.0
 *
 * The plan: everything that follows from the spec alone, before any weight is
 * seen: phases, widths, memories, pipeline delays.  Symbols are those of
 * docs/microarchitecture.md.
 */
#ifndef BRDS_PLAN_PLAN_H
#define BRDS_PLAN_PLAN_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "io/diag.h"
#include "spec/spec.h"

enum {
    BRDS_MAX_PHASES = 2 * BRDS_MAX_LAYERS + 1,
    BRDS_MAX_EDGES = 3 * BRDS_MAX_LAYERS + 1 + BRDS_MAX_LAYERS * (BRDS_MAX_LAYERS + 1),
    BRDS_MAX_VECTORS = 2 * BRDS_MAX_LAYERS + 1,
    BRDS_BURST = 16, /* most data words of a burst that reads streamed weights */
    BRDS_MOST_PREFETCH = 1024
};

typedef enum { BRDS_PHASE_GATES, BRDS_PHASE_PROJECTION, BRDS_PHASE_HEAD } brds_phase_kind;

typedef struct {
    brds_phase_kind kind;
    int layer;     /* the head: layer_count - 1 */
    int stage;     /* token stage: layer, or layer_count for the head */
    int rows;      /* gates: hidden units H; linear: rows */
    int columns_x; /* gates: columns of W_x and W_h; linear: both are the matrix's columns */
    int columns_h;
    int nnz_x; /* gates: nonzeros of a row of each matrix; linear: nnz_x = the row's nonzeros, nnz_h = 0 */
    int nnz_h;
    int groups;    /* G */
    int beats;     /* T, beats a group */
    int slots;     /* drain slots a group: P/E or 4P/E */
    int word_base; /* first word in the weight memory */
    int chunk_base; /* streamed weights: its first data word in the memory outside, a multiple of BRDS_BURST */
    int unit_base;   /* first row in the unit (and c) memory */
    int x_base;      /* base of the source's slot in x-lane copies (words within a half) */
    int h_base;      /* the same in h-lane copies */
    bool h_previous; /* h lanes read parity of step t-1 (gates); linear: false */
    int dest_x;      /* slot base where results go in x-lane copies, -1: nowhere */
    int dest_h;      /* in h-lane copies, -1: nowhere */
    bool to_output;  /* results go to the output stream */
    int64_t macs;    /* nonzero multiply-accumulates of the phase in one step */
    int64_t dense;   /* what they would be with dense matrices */
} brds_phase;

typedef struct {
    int reader, writer; /* phase numbers */
    bool skip_first;
} brds_edge;

/* Pipeline delays in cycles, section 6. */
typedef struct {
    int lw, li, lv, m, ts, f, pe2; /* lw: with the decoder of secded */
    int z;                         /* from drain to the function units' inputs */
    int drain;                     /* lw+li+lv+m+ts+1: from tau to d */
    int le;                        /* from d to the write */
    int rc, wc;                    /* c memory read and write after d */
} brds_timing;

typedef struct {
    brds_spec spec;       /* a copy */
    uint32_t fingerprint; /* CRC-32 of the shape text, header word 2 of an image */

    /* widths, section 1 */
    int z_bits, z_frac, gate_bits, gate_frac;
    int x_acc_bits, h_acc_bits;                /* proven by brds_accumulator_bits over all phases */
    int sum_bits;                              /* max(acc) + 15 + 1 */
    int bias_bits;                             /* BB */
    int peephole;                              /* 1 if any layer has one */
    int output_bits, output_frac, output_size; /* of the output stream's elements */

    int element_lanes;              /* E */
    int x_index_bits, h_index_bits; /* index fields of the weight word */
    int x_half, h_half;             /* words of a half of the vector memories, all streams' */
    int open_bits;     /* of the number of an open row group; its order's bits are 2 more */
    int word_bits;     /* weight word: weights and indices of all lanes, then its order */
    int words;         /* depth of the weight memory; streamed: words of a step, all phases */
    int word_chunks;   /* streamed: data words (memory_bits) of a weight word, else 0 */
    int memory_chunks; /* streamed: data words in the memory outside, phases' padding included */
    int unit_bits, unit_rows; /* unit memory */

    int phase_count;
    brds_phase phases[BRDS_MAX_PHASES];
    int edge_count;
    brds_edge edges[BRDS_MAX_EDGES];
    brds_timing timing;

    int multipliers;          /* P*4*(Lx+Lh) */
    int function_multipliers; /* of functions and element-wise unit, in DSP blocks or logic */
    int64_t macs;  /* nonzero MACs of a step, all phases but the head when output is last_step */
    int64_t dense; /* of dense matrices */

    int x_container, y_container; /* bits of a stream element */
    int x_words, y_words;         /* stream words of a vector */
} brds_plan;

/* What the weights decide about time. */
typedef struct {
    int gaps[BRDS_MAX_EDGES];
    /* closes[phase] (groups), ascending: the beat of its phase that closes a row group; NULL: groups are
     * worked one after the other, and group g is closed in beat (g + 1) * T - 1. */
    int *closes[BRDS_MAX_PHASES];
} brds_pace;

brds_status brds_plan_make(const brds_spec *spec, brds_plan *plan, brds_diag *diag);

/* The smallest safe gaps in the worst case (any weights of this shape):
 * gaps[edge], as section 7 defines them. */
void brds_plan_worst_gaps(const brds_plan *plan, int *gaps);

/* Cycles of one step in the steady state at this pace, streams not stalling (simulated with
 * brds_cycles_run on a long sequence; exact). */
double brds_plan_cycles_per_step(const brds_plan *plan, const brds_pace *pace);

/* Report: text, or JSON (a new reference).  `pace` NULL: worst case, and the report says so. */
brds_status brds_plan_print(const brds_plan *plan, const brds_pace *pace, FILE *stream,
                            brds_diag *diag);
json_t *brds_plan_json(const brds_plan *plan, const brds_pace *pace);

#endif
