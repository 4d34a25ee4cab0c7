/* SPDX-License-Identifier: Apache-2.0
 *
 * How Yosys 0.23 maps one memory and one product to a family's blocks.
 */
#include <stdbool.h>
#include <stddef.h>

#include "plan/plan_estimate.h"

static int64_t ceil_div(int64_t value, int64_t divisor)
{
    return (value + divisor - 1) / divisor;
}

/* ---- memories ---- */

/* A RAM cell as memory_libmap's libraries describe it, for one write and one registered read port.
 * It has shapes of widths[i] x 2^(address_bits - i). */
typedef struct {
    int units;        /* blocks of the family's unit; 0: LUT RAM, which holds no initial contents */
    int cost;         /* Yosys' price of a cell */
    int scaled;       /* the part of the price that shrinks with the share of the width in use */
    int byte;         /* bits with a write enable of their own; 0: all of the width */
    int address_bits; /* at the first width */
    int widths[8];    /* ends with 0 */
} ram_cell;

/* LUT RAM first, as Yosys tries it. */
static const ram_cell xc7_cells[] = {{0, 8, 8, 0, 5, {4}},
                                     {0, 8, 8, 0, 6, {2}},
                                     {0, 8, 8, 0, 7, {1}},
                                     {0, 7, 7, 0, 5, {2}},
                                     {0, 7, 7, 0, 6, {1}},
                                     {0, 8, 7, 0, 5, {6}},
                                     {0, 8, 7, 0, 6, {3}},
                                     {1, 129, 0, 9, 14, {1, 2, 4, 9, 18, 36}},
                                     {2, 257, 0, 9, 15, {1, 2, 4, 9, 18, 36, 72}},
                                     {4, 513, 0, 9, 16, {1, 2, 4, 9}},
                                     {.widths = {0}}};
static const ram_cell xcup_cells[] = {{0, 16, 16, 0, 5, {8}},
                                      {0, 16, 16, 0, 6, {4}},
                                      {0, 16, 16, 0, 7, {2}},
                                      {0, 16, 16, 0, 8, {1}},
                                      {0, 16, 16, 0, 5, {14}},
                                      {0, 16, 16, 0, 6, {7}},
                                      {1, 129, 0, 9, 14, {1, 2, 4, 9, 18, 36}},
                                      {2, 257, 0, 9, 15, {1, 2, 4, 9, 18, 36, 72}},
                                      {.widths = {0}}};
static const ram_cell lattice_cells[] = {
    {0, 4, 0, 0, 4, {4}}, {1, 128, 0, 9, 14, {1, 2, 4, 9, 18, 36}}, {.widths = {0}}};
static const ram_cell gowin_cells[] = {
    {0, 4, 4, 0, 4, {4}}, {1, 128, 0, 9, 14, {1, 2, 4, 9, 18, 36}}, {.widths = {0}}};
static const ram_cell ice40_cells[] = {{1, 64, 0, 1, 11, {2, 4, 8, 16}}, {.widths = {0}}};

static const ram_cell *cells_of(brds_family family)
{
    switch (family) {
    case BRDS_FAMILY_XCUP:
        return xcup_cells;
    case BRDS_FAMILY_XC7:
        return xc7_cells;
    case BRDS_FAMILY_ECP5:
    case BRDS_FAMILY_NEXUS:
        return lattice_cells;
    case BRDS_FAMILY_GOWIN:
        return gowin_cells;
    case BRDS_FAMILY_ICE40:
        return ice40_cells;
    case BRDS_FAMILY_INTEL_ALM:
    case BRDS_FAMILY_GENERIC:
        break;
    }
    return NULL;
}

typedef struct {
    int64_t cells;
    double price;
} offer;

/* Lanes are padded to whole bytes and share cells; rows past a cell's depth stack cells, which
 * takes a multiplexer behind them and a decoder before them, at half a point a bit. */
static offer offer_of(const ram_cell *cell, int shape, brds_ram_shape ram)
{
    int64_t width = cell->widths[shape], rows = (int64_t)1 << (cell->address_bits - shape);
    int64_t byte = cell->byte == 0 || cell->byte > width ? width : cell->byte;
    int64_t bits = ram.rom ? ram.width : ram.lanes * ceil_div(ram.width, byte) * byte;
    int64_t stack = ceil_div(ram.depth, rows), cells = ceil_div(stack * bits, width);
    int64_t used = ram.lanes * ram.width;
    double price = (double)((cell->cost - cell->scaled) * cells) +
                   (double)(cell->scaled * stack * used) / (double)width;
    if (stack > 1) {
        price += 0.5 * (double)((stack - 1) * used) +
                 (ram.rom ? 0.0 : 0.5 * (double)(stack * ram.lanes));
    }
    return (offer){cells, price + 2.0};
}

/* Yosys keeps the best price so far as an integer, within a cell's shapes and among the cells. */
static offer best_offer(const ram_cell *cell, brds_ram_shape ram)
{
    offer best = offer_of(cell, 0, ram);
    for (int shape = 1; cell->widths[shape] > 0; shape++) {
        offer other = offer_of(cell, shape, ram);
        if (other.price < (double)(int64_t)best.price) {
            best = other;
        }
    }
    return best;
}

static int64_t mapped_blocks(const ram_cell *cells, brds_ram_shape ram)
{
    int64_t bits = ram.lanes * ram.width * ram.depth;
    double price = (double)(ram.rom ? bits / 16 : bits); /* of flip-flops or logic */
    int64_t blocks = 0;
    for (const ram_cell *cell = cells; cell->widths[0] > 0; cell++) {
        if (ram.rom && cell->units == 0) {
            continue;
        }
        offer best = best_offer(cell, ram);
        if (best.price < (double)(int64_t)price) {
            price = best.price;
            blocks = best.cells * cell->units;
        }
    }
    return blocks;
}

/* M10K by memory_bram: a block has one write enable, so that lanes share none and their width must be
 * a multiple of the block's; it is worth it from 5 % use up (else MLAB or flip-flops), and holds no
 * initial contents. */
static int64_t intel_blocks(brds_ram_shape ram)
{
    static const struct {
        int width, depth;
    } shapes[] = {{10, 1024}, {5, 2048}, {2, 4096}, {20, 512}, {1, 8192}};
    int64_t row = ram.lanes * ram.width, best = 0, best_use = 4;
    for (size_t i = 0; !ram.rom && i < sizeof shapes / sizeof shapes[0]; i++) {
        int64_t width = shapes[i].width, depth = shapes[i].depth;
        int64_t blocks = ceil_div(row, width) * ceil_div(ram.depth, depth);
        int64_t use = 100 * row * ram.depth / (blocks * width * depth);
        if (use > best_use && (ram.lanes == 1 || ram.width % width == 0)) {
            best_use = use;
            best = blocks;
        }
    }
    return best;
}

int64_t brds_ram_blocks(brds_family family, brds_ram_shape ram, bool *in_logic)
{
    const ram_cell *cells = cells_of(family);
    int64_t blocks = 1;
    ram.depth = ram.depth < 2 ? 2 : ram.depth;
    if (family == BRDS_FAMILY_INTEL_ALM) {
        blocks = intel_blocks(ram);
    } else if (cells != NULL) {
        blocks = mapped_blocks(cells, ram);
    }
    *in_logic = blocks == 0;
    return blocks;
}

int64_t brds_memory_blocks(brds_family family, int64_t width, int64_t depth, bool *in_logic)
{
    return brds_ram_blocks(family, (brds_ram_shape){.lanes = 1, .width = width, .depth = depth},
                           in_logic);
}

/* ---- products ---- */

/* A rule of mul2dsp: operands of at least min_a and min_b bits (the wider is a), product of at least
 * min_y bits. An operand above max is cut into parts of part_a (part_b) bits and a rest of at most max. */
typedef struct {
    int max_a, max_b, part_a, part_b, min_a, min_b, min_y;
    bool signed_only; /* unsigned operands take one bit more */
} dsp_rule;

/* A product, or a part of one, that a rule leaves goes to the next; what the last one leaves is logic. */
static const dsp_rule xcup_rules[] = {{27, 18, 17, 17, 2, 2, 9, true}, {0}};
static const dsp_rule xc7_rules[] = {{25, 18, 17, 17, 2, 2, 9, true}, {0}};
static const dsp_rule ecp5_rules[] = {{18, 18, 18, 18, 2, 2, 0, false}, {0}};
static const dsp_rule ice40_rules[] = {{16, 16, 16, 16, 2, 2, 11, false}, {0}};
static const dsp_rule nexus_rules[] = {{36, 36, 36, 36, 22, 22, 0, false},
                                       {36, 18, 36, 18, 22, 10, 0, false},
                                       {18, 18, 18, 18, 10, 4, 0, false},
                                       {9, 9, 9, 9, 4, 4, 0, false},
                                       {0}};
static const dsp_rule intel_rules[] = {
    {27, 27, 27, 27, 19, 4, 0, false}, {27, 27, 27, 27, 4, 19, 0, false},
    {18, 18, 18, 18, 10, 4, 0, false}, {18, 18, 18, 18, 4, 10, 0, false},
    {9, 9, 9, 9, 4, 4, 0, false},      {0}};
/* One whatever its widths. */
static const dsp_rule generic_rules[] = {{64, 64, 64, 64, 1, 1, 0, false}, {0}};
static const dsp_rule no_rules[] = {{0}};

static const dsp_rule *rules_of(brds_family family)
{
    switch (family) {
    case BRDS_FAMILY_XCUP:
        return xcup_rules;
    case BRDS_FAMILY_XC7:
        return xc7_rules;
    case BRDS_FAMILY_ECP5:
        return ecp5_rules;
    case BRDS_FAMILY_ICE40:
        return ice40_rules;
    case BRDS_FAMILY_NEXUS:
        return nexus_rules;
    case BRDS_FAMILY_INTEL_ALM:
        return intel_rules;
    case BRDS_FAMILY_GENERIC:
        return generic_rules;
    case BRDS_FAMILY_GOWIN:
        break;
    }
    return no_rules;
}

/* By rule and its followers. The least widths count for the operands as they stand; then the wider
 * comes first, but in the parts of a product that is cut (`whole` false) they keep their order. */
static int64_t blocks_by(const dsp_rule *rule, int a, int b, bool whole)
{
    if (rule->max_a == 0) {
        return 0;
    }
    if (a < rule->min_a || b < rule->min_b || a + b < rule->min_y) {
        return blocks_by(rule + 1, a, b, true);
    }
    if (whole && a < b) {
        return blocks_by(rule, b, a, true);
    }
    if (a > rule->max_a) {
        int parts = (int)ceil_div(a - rule->max_a, rule->part_a);
        return parts * blocks_by(rule, rule->part_a + rule->signed_only, b, false) +
               blocks_by(rule, a - parts * rule->part_a, b, false);
    }
    if (b > rule->max_b) {
        int parts = (int)ceil_div(b - rule->max_b, rule->part_b);
        return parts * blocks_by(rule, a, rule->part_b + rule->signed_only, false) +
               blocks_by(rule, a, b - parts * rule->part_b, false);
    }
    return 1;
}

/* The RTL writes the wider operand first. */
int64_t brds_product_blocks(brds_family family, int a_bits, int b_bits)
{
    return a_bits < b_bits ? blocks_by(rules_of(family), b_bits, a_bits, true)
                           : blocks_by(rules_of(family), a_bits, b_bits, true);
}

int64_t brds_unsigned_product_blocks(brds_family family, int a_bits, int b_bits)
{
    const dsp_rule *rule = rules_of(family);
    /* the least widths are looked at before the sign bit comes on */
    if (a_bits < rule->min_a || b_bits < rule->min_b || a_bits + b_bits < rule->min_y) {
        return brds_product_blocks(family, a_bits, b_bits);
    }
    return brds_product_blocks(family, a_bits + rule->signed_only, b_bits + rule->signed_only);
}
