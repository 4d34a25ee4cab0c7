/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/plan_estimate.h"

#include "fixed/fixed.h"
#include "fixed/pwl.h"
#include "plan/plan_private.h"

/* A block RAM's shapes as one write and one read port see it, widest first. */
typedef struct {
    int width, depth;
} shape;

typedef struct {
    const char *block, *dsp;
    const shape *shapes; /* end with {0, 0}; NULL: memories are not mapped */
    /* LUT RAM of lut_width x lut_depth, preferred up to lut_limit pieces a block; lut_width 0:
     * logic, up to logic_limit bits a block. */
    int lut_width, lut_depth, lut_limit, logic_limit;
    /* Signed operands of a DSP block, the wider first; both at least least_operand, the product
     * at least least_product bits.  A wider operand is cut into parts of part_a (part_b). */
    int dsp_a, dsp_b, part_a, part_b, least_operand, least_product;
} device;

static const shape shapes_18k[] = {{36, 512}, {18, 1024}, {9, 2048}, {4, 4096},
                                   {2, 8192}, {1, 16384}, {0, 0}};
static const shape shapes_4k[] = {{16, 256}, {8, 512}, {4, 1024}, {2, 2048}, {0, 0}};
static const shape shapes_10k[] = {{20, 512}, {10, 1024}, {5, 2048}, {2, 4096}, {1, 8192}, {0, 0}};

/* The limits of LUT RAM were read off the results of Yosys 0.23 for memories of 2 to 64 bits
 * and 4 to 4096 words; near the limit its choice depends on more than the two sizes. */
static device device_of(brds_family family)
{
    switch (family) {
    case BRDS_FAMILY_XCUP:
        return (device){"RAMB18", "DSP48E2", shapes_18k, 3, 64, 12, 0, 27, 18, 17, 17, 2, 9};
    case BRDS_FAMILY_XC7:
        return (device){"RAMB18", "DSP48E1", shapes_18k, 3, 64, 12, 0, 25, 18, 17, 17, 2, 9};
    case BRDS_FAMILY_ECP5:
        return (device){"DP16KD", "MULT18X18D", shapes_18k, 4, 16, 20, 0, 18, 18, 17, 17, 2, 9};
    case BRDS_FAMILY_ICE40:
        return (device){"SB_RAM40_4K", "SB_MAC16", shapes_4k, 0, 0, 0, 64, 16, 16, 15, 15, 2, 11};
    case BRDS_FAMILY_NEXUS:
        return (device){"PDPSC16K", "MULT", shapes_18k, 4, 16, 20, 0, 36, 36, 35, 35, 4, 0};
    case BRDS_FAMILY_GOWIN:
        return (device){"SDPB", "", shapes_18k, 4, 16, 24, 0, 0, 0, 0, 0, 0, 0};
    case BRDS_FAMILY_INTEL_ALM:
        return (device){"M10K", "MISTRAL_MUL", shapes_10k, 0, 0, 0, 400, 27, 27, 26, 26, 4, 0};
    case BRDS_FAMILY_GENERIC:
        break;
    }
    return (device){"memory", "product", NULL, 0, 0, 0, 0, 64, 64, 64, 64, 1, 0};
}

static int64_t ceil_div(int64_t value, int64_t divisor)
{
    return (value + divisor - 1) / divisor;
}

int64_t brds_memory_blocks(brds_family family, int64_t width, int64_t depth, bool *in_logic)
{
    device dev = device_of(family);
    int64_t best = INT64_MAX;
    *in_logic = false;
    if (dev.shapes == NULL) {
        return 1;
    }
    for (const shape *s = dev.shapes; s->width > 0; s++) {
        int64_t blocks = ceil_div(width, s->width) * ceil_div(depth, s->depth);
        best = blocks < best ? blocks : best;
    }
    if (dev.lut_width > 0) {
        int64_t pieces = ceil_div(width, dev.lut_width) * ceil_div(depth, dev.lut_depth);
        *in_logic = pieces <= dev.lut_limit * best;
    } else {
        *in_logic = width * depth <= dev.logic_limit * best;
    }
    return *in_logic ? 0 : best;
}

static int64_t parts(int bits, int most, int part)
{
    return bits <= most ? 1 : ceil_div(bits, part);
}

int64_t brds_product_blocks(brds_family family, int a_bits, int b_bits)
{
    device dev = device_of(family);
    int wide = a_bits > b_bits ? a_bits : b_bits, narrow = a_bits > b_bits ? b_bits : a_bits;
    if (dev.dsp_a == 0 || narrow < dev.least_operand || wide + narrow < dev.least_product) {
        return 0;
    }
    return parts(wide, dev.dsp_a, dev.part_a) * parts(narrow, dev.dsp_b, dev.part_b);
}

/* ---- memories, section 4 ---- */

static brds_memory_use copies_of(const char *name, brds_family family, int64_t copies,
                                 int64_t width, int64_t depth)
{
    brds_memory_use use = {.name = name, .copies = copies, .width = width, .depth = depth};
    use.bits = copies * width * depth;
    use.blocks = copies * brds_memory_blocks(family, width, depth, &use.in_logic);
    return use;
}

/* Weight and unit memory: columns of stream_bits when loadable, else one wide ROM. */
static brds_memory_use columns_of(const char *name, brds_family family, const brds_plan *plan,
                                  int width, int64_t depth)
{
    int stream = plan->spec.stream_bits;
    if (plan->spec.weights == BRDS_WEIGHTS_ROM || width <= stream) {
        return copies_of(name, family, 1, width, depth);
    }
    brds_memory_use use = copies_of(name, family, width / stream, stream, depth);
    if (width % stream > 0) {
        bool in_logic;
        use.copies++;
        use.bits += width % stream * depth;
        use.blocks += brds_memory_blocks(family, width % stream, depth, &in_logic);
    }
    return use;
}

static brds_memory_use outputs_of(brds_family family, const brds_plan *plan)
{
    int lanes = plan->element_lanes, per_word = plan->spec.stream_bits / plan->y_container;
    int banks = per_word > lanes ? per_word / lanes : 1;
    int lines = brds_ceil_div(plan->output_size, banks * lanes);
    int line_bits = brds_clog2((uint64_t)lines);
    return copies_of("output buffers", family, banks, (int64_t)lanes * plan->output_bits,
                     (int64_t)2 << (line_bits > 0 ? line_bits : 1));
}

static void estimate_memories(const brds_plan *plan, brds_estimate *estimate)
{
    const brds_spec *spec = &plan->spec;
    brds_family family = estimate->family;
    int64_t lanes = plan->element_lanes, rows = (int64_t)4 * spec->pes;
    brds_memory_use *use = estimate->memories;
    *use++ = columns_of("weights", family, plan, plan->word_bits, plan->words);
    *use++ = columns_of("biases", family, plan, plan->unit_bits, plan->unit_rows);
    *use++ = copies_of("cell state", family, lanes, spec->cell.bits, plan->unit_rows);
    *use++ = copies_of("vectors, x lanes", family, rows * spec->lanes_x * lanes,
                       spec->activation.bits, 2 * plan->x_half / lanes);
    *use++ = copies_of("vectors, h lanes", family, rows * spec->lanes_h * lanes,
                       spec->activation.bits, 2 * plan->h_half / lanes);
    *use = outputs_of(family, plan);
    for (int i = 0; i < BRDS_MEMORY_USES; i++) {
        estimate->bits += estimate->memories[i].bits;
        estimate->blocks += estimate->memories[i].blocks;
    }
}

/* ---- products ---- */

/* start + slope * dz: both factors unsigned, so one bit more each as signed numbers. */
static brds_status function_blocks(const brds_plan *plan, brds_family family,
                                   brds_function function, int64_t *blocks, brds_diag *diag)
{
    brds_pwl pwl;
    brds_status status = brds_pwl_new(function, &plan->spec, &pwl, diag);
    if (status == BRDS_OK) {
        *blocks = brds_product_blocks(family, pwl.slope_bits + 1, pwl.offset_bits + 1);
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
    estimate->array_dsp =
        (int64_t)plan->multipliers * brds_product_blocks(family, spec->weight_bits, activation);
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

brds_status brds_plan_estimate(const brds_plan *plan, brds_family family, brds_estimate *estimate,
                               brds_diag *diag)
{
    device dev = device_of(family);
    *estimate = (brds_estimate){.family = family, .block_name = dev.block, .dsp_name = dev.dsp};
    estimate_memories(plan, estimate);
    return estimate_products(plan, estimate, diag);
}
