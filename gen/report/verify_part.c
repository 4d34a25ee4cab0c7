/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <time.h>

#include "report/verify_report.h"

static const char *const sums[] = {"steps", "outputs_compared", "mismatches"};

/* [spec, simulators, runs, steps, outputs, mismatches, runs with cycles as predicted] */
static json_t *new_row(const json_t *run)
{
    return json_pack("[s?, s?, i, i, i, i, i]", json_string_value(json_object_get(run, "spec")),
                     json_string_value(json_object_get(run, "simulator")), 0, 0, 0, 0, 0);
}

static void add(json_t *row, size_t column, json_int_t value)
{
    json_t *cell = json_array_get(row, column);
    json_integer_set(cell, json_integer_value(cell) + value);
}

static void add_run(json_t *row, const json_t *run)
{
    const char *simulator = json_string_value(json_object_get(run, "simulator"));
    json_t *simulators = json_array_get(row, 1);
    if (simulator != NULL && strcmp(json_string_value(simulators), simulator) != 0) {
        json_string_set(simulators, "icarus, verilator"); /* there are these two */
    }
    add(row, 2, 1);
    for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
        add(row, 3 + i, json_integer_value(json_object_get(run, sums[i])));
    }
    bool exact =
        json_integer_value(json_object_get(run, "stalls")) == 0 &&
        json_equal(json_object_get(run, "cycles"), json_object_get(run, "cycles_predicted"));
    add(row, 6, exact);
}

static json_t *make_rows(const json_t *runs)
{
    json_t *rows = json_array(), *row = NULL;
    size_t i;
    const json_t *run;
    json_array_foreach(runs, i, run)
    {
        if (row == NULL || !json_equal(json_array_get(row, 0), json_object_get(run, "spec"))) {
            row = new_row(run);
            if (row == NULL || json_array_append_new(rows, row) != 0) {
                json_decref(rows);
                return NULL;
            }
        }
        add_run(row, run);
    }
    return rows;
}

brds_status brds_verify_part(const json_t *report, json_t **part, brds_diag *diag)
{
    const json_t *s = json_object_get(report, "summary");
    char date[16] = "";
    time_t now = time(NULL);
    struct tm parts;
    if (gmtime_r(&now, &parts) != NULL) {
        strftime(date, sizeof date, "%Y-%m-%d", &parts);
    }
    json_t *rows = make_rows(json_object_get(report, "runs"));
    *part =
        rows == NULL
            ? NULL
            : json_pack(
                  "{s:s, s:s, s:s, s:s, s:O, s:{s:O, s:O, s:O, s:O, s:O, s:O}, "
                  "s:[{s:s, s:[s, s, s, s, s, s, s], s:o}]}",
                  "part", "regression", "title", "Regression", "command", "make verify", "date",
                  date, "seconds", json_object_get(s, "seconds"), "figures", "specs",
                  json_object_get(s, "specs"), "runs", json_object_get(s, "runs"), "failed",
                  json_object_get(s, "failed"), "outputs compared",
                  json_object_get(s, "outputs_compared"), "mismatches",
                  json_object_get(s, "mismatches"), "runs with cycles exactly as predicted",
                  json_object_get(s, "cycles_exact"), "tables", "title",
                  "Every output word against the C model, without stalls and with 30 %; without "
                  "stalls the cycles, too.",
                  "columns", "spec", "simulators", "runs", "steps", "outputs", "mismatches",
                  "cycles as predicted", "rows", rows);
    return *part != NULL ? BRDS_OK : brds_fail_memory(diag);
}
