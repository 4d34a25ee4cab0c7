/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of plan/ and the packer's schedule share about a plan.
 */
#ifndef BRDS_PLAN_PLAN_PRIVATE_H
#define BRDS_PLAN_PLAN_PRIVATE_H

#include "plan/plan.h"
#include "spec/row_rule.h"

/* ceil(value / divisor), both positive. */
int brds_ceil_div(int value, int divisor);

/* The phase whose results are a layer's output: its projection, else its gates. */
int brds_plan_layer_phase(const brds_plan *plan, int layer);
/* The phase whose results leave on the output stream. */
int brds_plan_output_phase(const brds_plan *plan);

/* Terms that one accumulator of the x lanes and of the h lanes can sum in a row of the phase. */
void brds_phase_terms(const brds_plan *plan, const brds_phase *phase, int *terms_x, int *terms_h);

/* Lanes that share a row's nonzeros: gates have two such groups (x and h lanes), a linear phase one. */
typedef struct {
    int first; /* its first lane among the Lx + Lh of a row */
    int lanes;
    int nnz;
    int columns;
    brds_row_rule rule; /* which of them a row reads over which lane */
} brds_lane_group;

/* Fills `groups` and returns how many there are. */
int brds_lane_groups(const brds_plan *plan, const brds_phase *phase, brds_lane_group groups[2]);

/* The row that PE `pe`, gate `gate` of a group works; -1 past the end (section 3). */
int brds_phase_row(const brds_plan *plan, const brds_phase *phase, int group, int pe, int gate);

/* write(j) of section 6: cycles from the phase's first beat until result j may be read, LW + LI left out. */
int brds_write_offset(const brds_plan *plan, const brds_phase *phase, int result);

/* Whether lane group `group` of the edge's reader reads what its writer writes. */
bool brds_edge_reads(const brds_plan *plan, int edge, int group);

/* The gap of section 7, where `late` is the largest write(j) - offset(b) of all reads, or
 * BRDS_NEVER_LATE; for drain edges `late` means nothing. */
#define BRDS_NEVER_LATE (-(1 << 30))
int brds_edge_gap(const brds_plan *plan, int edge, int late);

/* The gap of a drain edge whose reader closes its first group at a place of its own. */
int brds_drain_gap(const brds_plan *plan, int edge, int first_close);

/* An edge that keeps the drain registers from being overwritten, not one of data (section 7). */
bool brds_edge_is_drain(const brds_plan *plan, int edge);

/* An edge of data whose writer may have run for step t+1 when the reader wants step t (section 8). */
bool brds_edge_is_skewed(const brds_plan *plan, int edge);

/* Section 4: index fields, vector slots, weight and unit memory; then the fingerprint. */
brds_status brds_plan_memory(brds_plan *plan, brds_diag *diag);

/* Copies that a PE has of what one lane reads: one for each of its four rows, or one that they share. */
int brds_vector_readers(const brds_plan *plan);

/* Banks of a vector that a group of so many lanes reads, one a lane; 1: each lane has all of it. */
int brds_vector_banks(const brds_plan *plan, int lanes);

/* Bits of a weight word that say in which order row groups are worked: {number, last, first} of the beat's
 * group; 0 with one group at a time. */
int brds_order_bits(const brds_plan *plan);

/* Data words that a phase of streamed weights is read in, else 0. */
int brds_phase_chunks(const brds_plan *plan, const brds_phase *phase);

/* Bytes of streamed weights in the memory outside, else 0. */
int64_t brds_plan_memory_bytes(const brds_plan *plan);

/* The text that the fingerprint is the CRC-32 of (section 5); malloc'ed, NULL when memory ran out. */
char *brds_plan_shape_text(const brds_plan *plan);

/* Words of `stream_bits` that a loadable image has, header and CRC included. */
int64_t brds_plan_image_words(const brds_plan *plan);

#endif
