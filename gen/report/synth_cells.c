/* SPDX-License-Identifier: Apache-2.0 */
#include "report/synth_cells.h"

#include <fnmatch.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum { LUT, LUTRAM, FF, DSP, BRAM, URAM, FREE } cell_kind;

/* First match counts; `worth` in the kind's unit. */
typedef struct {
    const char *pattern; /* fnmatch */
    cell_kind kind;
    long worth;
} cell;

static const cell xilinx[] = {{"LUT[1-6]", LUT, 1},       {"INV", LUT, 1},
                              {"CARRY[48]", FREE, 0},     {"MUXF[789]", FREE, 0},
                              {"MUXCY", FREE, 0},         {"XORCY", FREE, 0},
                              {"FD[CPRS]E*", FF, 1},      {"LD[CP]E*", FF, 1},
                              {"SRL16E", LUTRAM, 1},      {"SRLC32E", LUTRAM, 1},
                              {"SRLC16E", LUTRAM, 1},     {"RAM32X1S", LUTRAM, 1},
                              {"RAM64X1S", LUTRAM, 1},    {"RAM32X1D", LUTRAM, 2},
                              {"RAM64X1D", LUTRAM, 2},    {"RAM128X1S", LUTRAM, 2},
                              {"RAM128X1D", LUTRAM, 4},   {"RAM256X1S", LUTRAM, 4},
                              {"RAM256X1D", LUTRAM, 8},   {"RAM512X1S", LUTRAM, 8},
                              {"RAM32M", LUTRAM, 4},      {"RAM64M", LUTRAM, 4},
                              {"RAM32M16", LUTRAM, 8},    {"RAM64M8", LUTRAM, 8},
                              {"RAM32X16DR8", LUTRAM, 8}, {"RAM64X8SW", LUTRAM, 8},
                              {"DSP48E*", DSP, 1},        {"RAMB18E*", BRAM, 1},
                              {"RAMB36E*", BRAM, 2},      {"URAM288*", URAM, 1},
                              {"BUF*", FREE, 0},          {"IBUF*", FREE, 0},
                              {"OBUF*", FREE, 0},         {NULL, FREE, 0}};

static const cell ecp5[] = {
    {"LUT4", LUT, 1},       {"CCU2C", LUT, 2},     {"PFUMX", FREE, 0},
    {"L6MUX21", FREE, 0},   {"TRELLIS_FF", FF, 1}, {"TRELLIS_DPR16X4", LUTRAM, 4},
    {"MULT18X18D", DSP, 1}, {"ALU54B", FREE, 0},   {"DP16KD", BRAM, 1},
    {"PDPW16KD", BRAM, 1},  {NULL, FREE, 0}};

static const cell ice40[] = {
    {"SB_LUT4", LUT, 1},       {"SB_CARRY", FREE, 0},      {"SB_DFF*", FF, 1}, {"SB_MAC16", DSP, 1},
    {"SB_RAM40_4K*", BRAM, 1}, {"SB_SPRAM256KA", URAM, 1}, {"SB_GB", FREE, 0}, {NULL, FREE, 0}};

static const cell nexus[] = {
    {"LUT4", LUT, 1},        {"CCU2", LUT, 2},       {"WIDEFN9", LUT, 2},   {"INV", FREE, 0},
    {"VHI", FREE, 0},        {"VLO", FREE, 0},       {"FD1P3*", FF, 1},     {"DPR16X4", LUTRAM, 4},
    {"MULT9X9", DSP, 1},     {"MULT18X18", DSP, 1},  {"MULT18X36", DSP, 1}, {"MULT36X36", DSP, 1},
    {"MULTADDSUB*", DSP, 1}, {"PDPSC16K", BRAM, 1},  {"PDP16K", BRAM, 1},   {"DP16K", BRAM, 1},
    {"SP16K", BRAM, 1},      {"PDPSC512K", URAM, 1}, {"SP512K", URAM, 1},   {NULL, FREE, 0}};

static const cell gowin[] = {{"LUT[1-4]", LUT, 1},
                             {"ALU", LUT, 1},
                             {"MUX2*", FREE, 0},
                             {"DFF*", FF, 1},
                             {"RAM16S[124]", LUTRAM, 4},
                             {"RAM16SDP[124]", LUTRAM, 4},
                             {"SDPX9B", BRAM, 1},
                             {"SDPB", BRAM, 1},
                             {"SDP*", BRAM, 1},
                             {"DP*", BRAM, 1},
                             {"SP*", BRAM, 1},
                             {"pROM*", BRAM, 1},
                             {"MULT*", DSP, 1},
                             {"GND", FREE, 0},
                             {"VCC", FREE, 0},
                             {"GSR", FREE, 0},
                             {NULL, FREE, 0}};

static const cell intel_alm[] = {{"MISTRAL_ALUT*", LUT, 1}, {"MISTRAL_NOT", FREE, 0},
                                 {"MISTRAL_FF", FF, 1},     {"MISTRAL_MLAB", LUTRAM, 1},
                                 {"MISTRAL_MUL*", DSP, 1},  {"MISTRAL_M10K", BRAM, 1},
                                 {"MISTRAL_M20K", BRAM, 1}, {NULL, FREE, 0}};

/* What synth/generic.ys leaves: whole products and memories; gates, which count as logic. */
static const cell generic[] = {{"$_*DFF*_*", FF, 1}, {"$_*LATCH*_*", FF, 1}, {"$mem*", BRAM, 1},
                               {"PRODUCT", DSP, 1},  {"$_*_", LUT, 1},       {NULL, FREE, 0}};

typedef struct {
    const cell *cells;
    const char *bram_unit;
} library;

static library library_of(brds_family family)
{
    switch (family) {
    case BRDS_FAMILY_XCUP:
        return (library){xilinx, "RAMB18E2"};
    case BRDS_FAMILY_XC7:
        return (library){xilinx, "RAMB18E1"};
    case BRDS_FAMILY_ECP5:
        return (library){ecp5, "DP16KD"};
    case BRDS_FAMILY_ICE40:
        return (library){ice40, "SB_RAM40_4K"};
    case BRDS_FAMILY_NEXUS:
        return (library){nexus, "PDPSC16K"};
    case BRDS_FAMILY_GOWIN:
        return (library){gowin, "SDPX9B"};
    case BRDS_FAMILY_INTEL_ALM:
        return (library){intel_alm, "M10K"};
    case BRDS_FAMILY_GENERIC:
        break;
    }
    return (library){generic, "memory"};
}

const char *brds_bram_unit(brds_family family)
{
    return library_of(family).bram_unit;
}

static long *counter(brds_area *area, cell_kind kind)
{
    switch (kind) {
    case LUT:
        return &area->lut;
    case LUTRAM:
        return &area->lutram;
    case FF:
        return &area->ff;
    case DSP:
        return &area->dsp;
    case BRAM:
        return &area->bram;
    case URAM:
        return &area->uram;
    case FREE:
        break;
    }
    return NULL;
}

static void count_one(const cell *cells, const char *type, long count, brds_area *area)
{
    area->cells += count;
    for (const cell *c = cells; c->pattern; c++) {
        if (fnmatch(c->pattern, type, 0) != 0)
            continue;
        long *sum = counter(area, c->kind);
        if (sum)
            *sum += count * c->worth;
        return;
    }
    area->unknown += count;
}

void brds_area_count(brds_family family, const json_t *cells, brds_area *area)
{
    const cell *known = library_of(family).cells;
    const char *type;
    json_t *count;
    *area = (brds_area){0};
    json_object_foreach((json_t *)cells, type, count)
        count_one(known, type, (long)json_integer_value(count), area);
}
