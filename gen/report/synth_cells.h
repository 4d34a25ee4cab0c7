/* SPDX-License-Identifier: Apache-2.0
 *
 * What a cell of each family's library is worth.
 */
#ifndef BRDS_REPORT_SYNTH_CELLS_H
#define BRDS_REPORT_SYNTH_CELLS_H

#include <jansson.h>

#include "spec/spec.h"

typedef struct {
    long lut;    /* LUTs of logic */
    long lutram; /* LUTs used as memory or shift register */
    long ff;
    long dsp;
    long bram; /* in the family's unit, brds_bram_unit() */
    long uram;
    long cells;   /* all */
    long unknown; /* of types that the table does not know */
} brds_area;

/* `cells`: Yosys' num_cells_by_type, an object of counts. */
void brds_area_count(brds_family family, const json_t *cells, brds_area *area);

/* "RAMB18", "DP16KD", "SB_RAM40_4K", ... */
const char *brds_bram_unit(brds_family family);

#endif
