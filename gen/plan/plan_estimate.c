/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/plan_estimate.h"

#include "fixed/fixed.h"
#include "fixed/pwl.h"
#include "plan/plan_private.h"
#include "plan/protect.h"

/* ---- memories, section 4 ---- */

static brds_memory_use copies_of(const char *name, brds_family family, int64_t copies,
                                 brds_ram_shape shape)
{
    brds_memory_use use = {
        .name = name, .copies = copies, .width = shape.lanes * shape.width, .depth = shape.depth};
    use.bits = copies * use.width * use.depth;
    use.blocks = copies * brds_ram_blocks(family, shape, &use.in_logic);
    return use;
}

/* Weight and unit memory: columns of a `stream` bits and their check bits when loadable, else one wide ROM. */
static brds_memory_use columns_of(const char *name, brds_family family, const brds_plan *plan,
                                  int width, int64_t depth, int stream)
{
    brds_protect protect = plan->spec.protect;
    if (plan->spec.weights == BRDS_WEIGHTS_ROM || width <= stream) {
        bool rom = plan->spec.weights == BRDS_WEIGHTS_ROM;
        int64_t stored = brds_stored_bits(protect, width, stream);
        return copies_of(name, family, 1, (brds_ram_shape){1, stored, depth, rom});
    }
    int64_t full = brds_stored_bits(protect, stream, stream);
    brds_memory_use use =
        copies_of(name, family, width / stream, (brds_ram_shape){1, full, depth, false});
    if (width % stream > 0) {
        bool in_logic;
        int64_t rest = brds_stored_bits(protect, width % stream, stream);
        use.copies++;
        use.bits += rest * depth;
        use.blocks += brds_memory_blocks(family, rest, depth, &in_logic);
    }
    return use;
}

static brds_memory_use outputs_of(brds_family family, const brds_plan *plan)
{
    int lanes = plan->element_lanes, per_word = plan->spec.stream_bits / plan->y_container;
    int banks = per_word > lanes ? per_word / lanes : 1;
    int lines = brds_ceil_div(plan->output_size, banks * lanes);
    int line_bits = brds_clog2((uint64_t)lines);
    return copies_of("output buffers", family, banks,
                     (brds_ram_shape){1, (int64_t)lanes * plan->output_bits,
                                      (int64_t)2 << (line_bits > 0 ? line_bits : 1), false});
}

/* Of one lane: a row of results, or what of it lies in the lane's bank, is written at once. */
static brds_memory_use vectors_of(const char *name, const brds_plan *plan, brds_family family,
                                  int lanes, int half)
{
    int64_t banks = brds_vector_banks(plan, lanes), row = plan->element_lanes / banks;
    row = row > 1 ? row : 1;
    return copies_of(
        name, family, (int64_t)brds_vector_readers(plan) * plan->spec.pes * lanes,
        (brds_ram_shape){row, plan->spec.activation.bits, 2 * half / banks / row, false});
}

static void estimate_memories(const brds_plan *plan, brds_estimate *estimate)
{
    const brds_spec *spec = &plan->spec;
    brds_family family = estimate->family;
    int64_t lanes = plan->element_lanes;
    brds_memory_use *use = estimate->memories;
    bool outside = spec->weights == BRDS_WEIGHTS_STREAM;
    int cell_rows =
        plan->unit_rows > 1 ? plan->unit_rows : 2; /* as brds_post: an address bit at least */
    *use++ = outside ? columns_of("weight buffer", family, plan, plan->word_bits,
                                  spec->memory.prefetch_words, spec->memory.bits)
                     : columns_of("weights", family, plan, plan->word_bits, plan->words,
                                  spec->stream_bits);
    *use++ =
        columns_of("biases", family, plan, plan->unit_bits, plan->unit_rows, spec->stream_bits);
    *use++ = copies_of("cell state", family, 1,
                       (brds_ram_shape){lanes, spec->cell.bits, cell_rows * spec->streams, false});
    *use++ = vectors_of("vectors, x lanes", plan, family, spec->lanes_x, plan->x_half);
    *use++ = vectors_of("vectors, h lanes", plan, family, spec->lanes_h, plan->h_half);
    *use = outputs_of(family, plan);
    for (int i = 0; i < BRDS_MEMORY_USES; i++) {
        estimate->bits += estimate->memories[i].bits;
        estimate->blocks += estimate->memories[i].blocks;
    }
}

/* ---- products ---- */

/* start + slope * dz: both factors unsigned. */
static brds_status function_blocks(const brds_plan *plan, brds_family family,
                                   brds_function function, int64_t *blocks, brds_diag *diag)
{
    brds_pwl pwl;
    brds_status status = brds_pwl_new(function, &plan->spec, &pwl, diag);
    if (status == BRDS_OK) {
        *blocks = brds_unsigned_product_blocks(family, pwl.slope_bits, pwl.offset_bits);
        brds_pwl_free(&pwl);
    }
    return status;
}

static brds_status estimate_products(const brds_plan *plan, brds_estimate *estimate,
                                     brds_diag *diag)
{
    const brds_spec *spec = &plan->spec;
    brds_family family = estimate->family;
    int activation = spec->activation.bits, cell = spec->cell.bits;
    int64_t sigmoid = 0, tanh = 0;
    int weights = spec->weight_bits;
    if (spec->products_per_dsp > 1) { /* brds_mul_pair's operand: two weights, a product apart */
        weights = 2 * weights + activation + 1;
    }
    if (spec->array_multiplier == BRDS_MULTIPLY_DSP) {
        estimate->array_dsp = (int64_t)plan->multipliers / spec->products_per_dsp *
                              brds_product_blocks(family, weights, activation);
    }
    brds_status status = function_blocks(plan, family, BRDS_SIGMOID, &sigmoid, diag);
    if (status == BRDS_OK) {
        status = function_blocks(plan, family, BRDS_TANH, &tanh, diag);
    }
    if (status == BRDS_OK && spec->function_multiplier == BRDS_MULTIPLY_DSP) {
        int64_t gate_gate = brds_product_blocks(family, activation, activation);
        int64_t gate_cell = brds_product_blocks(family, activation, cell);
        /* i, f, o; g, tanh c; i*g, o*tanh c; f*c and the peepholes */
        estimate->function_dsp = plan->element_lanes * (3 * sigmoid + 2 * tanh + 2 * gate_gate +
                                                        (1 + 3 * plan->peephole) * gate_cell);
    }
    return status;
}

typedef struct {
    const char *block, *dsp;
} names;

static names names_of(brds_family family)
{
    switch (family) {
    case BRDS_FAMILY_XCUP:
        return (names){"RAMB18", "DSP48E2"};
    case BRDS_FAMILY_XC7:
        return (names){"RAMB18", "DSP48E1"};
    case BRDS_FAMILY_ECP5:
        return (names){"DP16KD", "MULT18X18D"};
    case BRDS_FAMILY_ICE40:
        return (names){"SB_RAM40_4K", "SB_MAC16"};
    case BRDS_FAMILY_NEXUS:
        return (names){"PDPSC16K", "MULT"};
    case BRDS_FAMILY_GOWIN:
        return (names){"SDPB", ""};
    case BRDS_FAMILY_INTEL_ALM:
        return (names){"M10K", "MISTRAL_MUL"};
    case BRDS_FAMILY_GENERIC:
        break;
    }
    return (names){"memory", "product"};
}

brds_status brds_plan_estimate(const brds_plan *plan, brds_family family, brds_estimate *estimate,
                               brds_diag *diag)
{
    names its = names_of(family);
    *estimate = (brds_estimate){.family = family, .block_name = its.block, .dsp_name = its.dsp};
    estimate_memories(plan, estimate);
    return estimate_products(plan, estimate, diag);
}
