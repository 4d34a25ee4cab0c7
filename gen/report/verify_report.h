/* SPDX-License-Identifier: Apache-2.0
 *
 * The regression's report: every run of build/verify/runs, gathered
 * into one JSON document, a JUnit XML file and a table.
 */
#ifndef BRDS_REPORT_VERIFY_REPORT_H
#define BRDS_REPORT_VERIFY_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "io/diag.h"

/* {"runs": [...], "summary": {...}}; a run has failed if it has an `error`, a mismatch, or (without
 * stalls) cycles that differ from the prediction. */
brds_status brds_verify_gather(const char *folder, json_t **report, brds_diag *diag);
bool brds_verify_run_failed(const json_t *run);

brds_status brds_verify_write_junit(const json_t *report, FILE *stream, brds_diag *diag);
/* The figures of README: sums, accuracy, utilisation and speed, as Markdown. */
brds_status brds_verify_write_markdown(const json_t *report, FILE *stream, brds_diag *diag);
void brds_verify_print_table(const json_t *report, FILE *stream);

/* The report as a part of the verification's document (report/verification_report.h). */
brds_status brds_verify_part(const json_t *report, json_t **part, brds_diag *diag);

/* A run from the log of a generated Verilog testbench: `expected` is what `brdsgen vectors` wrote
 * (vectors.json), the log holds one line "BRDS-TB words=.. mismatches=.. cycles=.. busy=.. PASS|FAIL". */
brds_status brds_verify_bench_run(const char *expected, const char *log, double seconds, int stalls,
                                  json_t **run, brds_diag *diag);

#endif
