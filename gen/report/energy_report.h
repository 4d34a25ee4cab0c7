/* SPDX-License-Identifier: Apache-2.0
 *
 * An estimate of energy: what a simulated core did, times published energies of single operations.
 *
 *   {"estimate": "...", "name": "...", "steps": N, "sequences": N, "cycles": N,
 *    "constants": [{"name": "...", "femtojoules": F, "per": "...", "source": "..."}],
 *    "activity": [{"nets": "...", "bits": N, "toggles_per_step": F, "toggles_per_bit_and_cycle": F}],
 *    "parts": [{"part": "...", "per_step": F, "unit": "...", "nanojoules_per_step": F}],
 *    "nanojoules_per_step": F, "nanojoules_per_sequence": F, "watts_at_clock": F,
 *    "operations_per_step": N, "dense_operations_per_step": N, "gops_per_watt": F, "effective_gops_per_watt": F,
 *    "fpga": {"factor": F, "source": "...", "nanojoules_per_step": F, "effective_gops_per_watt": F}}
 *
 * Operations: two a multiply-accumulate. watts_at_clock: dynamic power at the spec's clock.
 */
#ifndef BRDS_REPORT_ENERGY_REPORT_H
#define BRDS_REPORT_ENERGY_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "io/diag.h"

/* `waveform`: of the generated testbench's run (+dump); `vectors`: the vectors.json of what it ran.  Errors:
 * a file that cannot be read, or is not of its form (as brds_activity_read, brds_json_file, brds_spec_load). */
brds_status brds_energy_report(const char *waveform, const char *spec, const char *vectors,
                               json_t **report, brds_diag *diag);

/* The table of parts, with what they are made of. */
brds_status brds_energy_write_text(const json_t *report, FILE *stream, brds_diag *diag);

#endif
