/* SPDX-License-Identifier: Apache-2.0
 *
 * What nextpnr says of a clock (its --report file), by module of the core:
 *
 *   {"clocks": [{"clock": "...", "achieved_mhz": F, "constraint_mhz": F}],
 *    "critical_path": {"ns": F, "logic_ns": F, "routing_ns": F,
 *                      "steps": [{"ns": F, "type": "clk-to-q|routing|logic|setup", "from": "...", "to": "..."}]},
 *    "modules": [{"module": "...", "worst_ns": F, "paths": N, "slow": N}]}
 *
 * critical_path: from register to register, null where there is none.  modules: empty but with nextpnr's
 * --detailed-timing-report; a path belongs to the instance of the net that it ends with, all instances of an
 * array together; slow: paths that are longer than the constraint's period.  The slowest come first.
 */
#ifndef BRDS_REPORT_TIMING_REPORT_H
#define BRDS_REPORT_TIMING_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "io/diag.h"

/* From nextpnr's file.  Errors: no such file (BRDS_EFILE), no JSON of that form, no clock in it (BRDS_EINPUT):
 * nextpnr takes an empty netlist for a success. */
brds_status brds_timing_report(const char *path, json_t **report, brds_diag *diag);

/* The clocks, the critical path, and the modules with the longest paths. */
brds_status brds_timing_write_text(const json_t *report, FILE *stream, brds_diag *diag);

#endif
