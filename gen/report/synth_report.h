/* SPDX-License-Identifier: Apache-2.0
 *
 * The area report: what Yosys counted, beside what the plan estimated.
 */
#ifndef BRDS_REPORT_SYNTH_REPORT_H
#define BRDS_REPORT_SYNTH_REPORT_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "io/diag.h"

/* {spec, target, cells, lut, ff, dsp, bram, uram, lutram, multipliers, seconds, peak_mb, estimate, ...} from the
 * file that `stat -json` wrote.  lut: LUTs of logic, carry cells' included where they take a LUT;
 * lutram: LUTs used as memory or shift register; bram: in `bram_unit`s.  `target` NULL: the spec's. */
brds_status brds_synth_report(const char *stat, const char *spec, const char *target,
                              double seconds, int64_t peak_mb, json_t **report, brds_diag *diag);

/* Not empty, no cells of unknown types, the planned number of DSP blocks where the family has them
 * inferred, the planned number of block RAMs (at most that with weights in ROM). */
brds_status brds_synth_check(const json_t *report, brds_diag *diag);

brds_status brds_synth_write_text(const json_t *report, FILE *stream, brds_diag *diag);
brds_status brds_synth_write_markdown(const json_t *report, FILE *stream, brds_diag *diag);

/* A table of FOLDER/<spec>-<target>/report.json, one row each. */
brds_status brds_synth_summary(const char *folder, FILE *stream, brds_diag *diag);

#endif
