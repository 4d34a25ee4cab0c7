/* SPDX-License-Identifier: Apache-2.0
 *
 * The spec: what the user asks for, checked.  `brds_spec_load` fills every
 * field (defaults included), so that later stages never ask whether a key was
 * given.  The table in spec_table.c is the one truth for keys, types, ranges,
 * defaults and their description; reader, JSON Schema and docs come from it.
 */
#ifndef BRDS_SPEC_SPEC_H
#define BRDS_SPEC_SPEC_H

#include <stdbool.h>
#include <stddef.h>

#include "io/diag.h"

enum {
    BRDS_MAX_LAYERS = 8,
    BRDS_MAX_STREAMS = 32,
    BRDS_MAX_SIZE = 4096, /* input, hidden and projection sizes */
    BRDS_MAX_HEAD = 65536,
    BRDS_MAX_PES = 64,
    BRDS_MAX_LANES = 64,
    BRDS_NAME_LENGTH = 48
};

/* Signed two's-complement fixed point: value = integer * 2^-frac. */
typedef struct {
    int bits;
    int frac;
} brds_format;

typedef enum { BRDS_ROUND_HALF_UP, BRDS_ROUND_HALF_EVEN, BRDS_ROUND_TRUNCATE } brds_rounding;
typedef enum { BRDS_WEIGHTS_ROM, BRDS_WEIGHTS_RAM, BRDS_WEIGHTS_STREAM } brds_weights;
typedef enum {
    BRDS_VECTOR_REPLICATED,
    BRDS_VECTOR_GATE_SHARED,
    BRDS_VECTOR_BANKED
} brds_vector_memory;
typedef enum { BRDS_INDEX_ABSOLUTE, BRDS_INDEX_RELATIVE } brds_index;
typedef enum { BRDS_MULTIPLY_DSP, BRDS_MULTIPLY_LOGIC } brds_multiply;
typedef enum { BRDS_PROTECT_NONE, BRDS_PROTECT_PARITY, BRDS_PROTECT_SECDED } brds_protect;
typedef enum { BRDS_CONTROL_AXI4_LITE, BRDS_CONTROL_NONE } brds_control;
typedef enum { BRDS_OUTPUT_EVERY_STEP, BRDS_OUTPUT_LAST_STEP } brds_output;
typedef enum {
    BRDS_FAMILY_GENERIC,
    BRDS_FAMILY_XCUP,
    BRDS_FAMILY_XC7,
    BRDS_FAMILY_ECP5,
    BRDS_FAMILY_ICE40,
    BRDS_FAMILY_NEXUS,
    BRDS_FAMILY_GOWIN,
    BRDS_FAMILY_INTEL_ALM
} brds_family;

/* One LSTM layer.  Columns of W_x: the layer below's output (input_size for
 * layer 0); columns of W_h: this layer's output, which is the projection if
 * there is one, else hidden_size. */
typedef struct {
    int hidden_size;     /* H, 1..4096 */
    int projection_size; /* R, 0 = none, else 1..hidden_size-1 (PyTorch's proj_size) */
    bool peephole;
    int nnz_x; /* nonzeros of every row of W_x (4H rows) */
    int nnz_h; /* nonzeros of every row of W_h (4H rows) */
    int nnz_p; /* nonzeros of every row of W_p (R rows, H columns); 0 without projection */
} brds_layer_spec;

typedef struct {
    bool present;
    int size;           /* rows */
    int nnz;            /* nonzeros of every row; = columns when dense */
    brds_format output; /* default (activation.bits, activation.bits-6 but at least 0) */
} brds_head_spec;

typedef struct {
    char name[BRDS_NAME_LENGTH + 1]; /* [a-z][a-z0-9_]*, not a Verilog keyword */
    char sha256[65];                 /* of the document's bytes, lower-case hex */

    int input_size;
    int layer_count;
    brds_layer_spec layers[BRDS_MAX_LAYERS];
    brds_head_spec head;

    int weight_bits;    /* 2..18 */
    int row_scale_bits; /* 0..3: bits of the exponent that each row's weights have of their own */
    brds_format activation; /* bits 8..18; frac bits-9 (not below 0) .. bits-1 */
    brds_format cell;       /* bits 8..32; frac 0..bits-1 */
    brds_rounding rounding;
    int function_segments; /* segments each side of zero: 4, 8, 16 .. 256 */

    int pes;     /* P, 1..64 */
    int lanes_x; /* Lx, 1..64 */
    int lanes_h; /* Lh, 1..64 */
    struct {
        int memory;      /* 1..2: registers on the read path of weight and vector memories */
        int multiplier;  /* 1..4 registers of a lane's product */
        int adder_every; /* 1..6: a register after every so many levels of the adder tree */
        int function;    /* 1..3 registers of a function unit */
        int element;     /* 1..2 registers of an element-wise operation */
    } pipeline;
    brds_weights weights;
    /* weights stream only, else all 0: the AXI4 port to the memory that holds them, and the buffer behind it */
    struct {
        int bits;           /* data width: 32, 64, 128, 256, 512 */
        int latency;        /* assumed: cycles from a burst's address to its first data, 2..4096 */
        int interval;       /* assumed: cycles a data word, 1..64 */
        int prefetch_words; /* weight words that the buffer holds: 16, 32 .. 1024 */
    } memory;
    brds_protect protect; /* check bits of the memories of weights, indices and biases */
    brds_vector_memory vector_memory;
    int products_per_dsp; /* 1 or 2: two gate rows that share an operand share a multiplier */
    int open_groups;      /* K: row groups whose sums may be open at a time: 1, 2, 4 or 8 */
    int streams;          /* N: independent streams, each with a state: 1, 2, 4, 8, 16 or 32 */
    brds_index index;
    int index_bits; /* relative only: bits of a gap, 1..12 (default 5); 0 when absolute */
    brds_multiply array_multiplier;    /* products of the lanes in DSP blocks or in logic */
    brds_multiply function_multiplier; /* element-wise products in DSP blocks or in logic */

    int stream_bits; /* 32, 64, 128, 256, 512 */
    brds_control control;
    brds_output output; /* every_step (default without a head) or last_step (default with one) */
    bool initial_state; /* default false: the hardware that loads h0 and c0 */

    brds_family family;
    int clock_mhz; /* 1..1000 */
} brds_spec;

/* Reads and checks the document at `path` ("-": standard input).  Files every
 * error found; `spec` is filled only on BRDS_OK.  Also files warnings (choices
 * that waste hardware) if `warn` is set. */
brds_status brds_spec_load(const char *path, bool warn, brds_spec *spec, brds_diag *diag);

/* The same from memory; `place` names the document in messages. */
brds_status brds_spec_parse(const char *text, size_t length, const char *place, bool warn,
                            brds_spec *spec, brds_diag *diag);

/* Columns of a layer's W_x and W_h, and its output width. */
int brds_spec_columns_x(const brds_spec *spec, int layer);
int brds_spec_output_size(const brds_spec *spec, int layer);

/* Beats that a row group of a layer needs for its multiplications alone, on the busier of both lane groups. */
int brds_spec_gate_beats(const brds_spec *spec, int layer);

/* E, the lanes of the element-wise unit (docs/microarchitecture.md section 3). */
int brds_spec_element_lanes(const brds_spec *spec);

/* T, the beats of a row group, of a layer's gates and of a projection or head with nnz weights a row (section 3). */
int brds_spec_group_beats(const brds_spec *spec, int layer);
int brds_spec_linear_beats(const brds_spec *spec, int nnz);

/* Words as the spec writes them ("half_up", "xcup", ...), for reports. */
const char *brds_rounding_name(brds_rounding value);
const char *brds_family_name(brds_family value);
const char *brds_index_name(brds_index value);
const char *brds_weights_name(brds_weights value);
const char *brds_output_name(brds_output value);
const char *brds_protect_name(brds_protect value);

#endif
