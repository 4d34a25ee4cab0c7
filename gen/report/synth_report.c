/* SPDX-License-Identifier: Apache-2.0 */
#include "report/synth_report.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "io/strings.h"
#include "plan/plan_estimate.h"
#include "report/json_file.h"
#include "report/synth_cells.h"
#include "spec/spec.h"

static long long integer(const json_t *report, const char *key)
{
    return json_integer_value(json_object_get(report, key));
}

static brds_status find_family(const char *target, const brds_spec *spec, brds_family *family,
                               brds_diag *diag)
{
    *family = spec->family;
    if (!target)
        return BRDS_OK;
    for (int f = BRDS_FAMILY_GENERIC; f <= BRDS_FAMILY_INTEL_ALM; f++) {
        *family = (brds_family)f;
        if (strcmp(target, brds_family_name(*family)) == 0)
            return BRDS_OK;
    }
    return brds_fail(diag, BRDS_EUSAGE, "",
                     "xcup, xc7, ecp5, ice40, nexus, gowin, intel_alm or generic",
                     "'%s' is no target", target);
}

/* The cells of a flattened design in what `stat -json` wrote. */
static brds_status load_cells(const char *stat, json_t **cells, brds_diag *diag)
{
    json_t *root;
    brds_status status = brds_json_file(stat, &root, diag);
    if (status)
        return status;
    const json_t *design = json_object_get(root, "design");
    *cells = json_incref(json_object_get(design, "num_cells_by_type"));
    json_decref(root);
    if (!json_is_object(*cells))
        return brds_fail(diag, BRDS_EFILE, stat, "the output of Yosys' `stat -json`",
                         "it has no design/num_cells_by_type");
    return BRDS_OK;
}

static json_t *estimate_json(const brds_estimate *e, bool rom)
{
    json_t *memories = json_array();
    for (int m = 0; m < BRDS_MEMORY_USES; m++) {
        const brds_memory_use *use = &e->memories[m];
        if (!use->name || use->copies == 0)
            continue;
        json_array_append_new(
            memories, json_pack("{s:s, s:I, s:I, s:I, s:I, s:b}", "name", use->name, "copies",
                                (json_int_t)use->copies, "width", (json_int_t)use->width, "depth",
                                (json_int_t)use->depth, "blocks", (json_int_t)use->blocks,
                                "in_logic", use->in_logic));
    }
    return json_pack("{s:I, s:I, s:I, s:b, s:o}", "dsp",
                     (json_int_t)(e->array_dsp + e->function_dsp), "bram", (json_int_t)e->blocks,
                     "memory_bits", (json_int_t)e->bits, "rom", rom, "memories", memories);
}

brds_status brds_synth_report(const char *stat, const char *spec_path, const char *target,
                              double seconds, int64_t peak_mb, json_t **report, brds_diag *diag)
{
    brds_spec spec;
    brds_plan plan;
    brds_family family;
    brds_estimate estimate;
    json_t *cells = NULL;
    brds_status status = brds_spec_load(spec_path, false, &spec, diag);
    if (!status)
        status = find_family(target, &spec, &family, diag);
    if (!status)
        status = brds_plan_make(&spec, &plan, diag);
    if (!status)
        status = brds_plan_estimate(&plan, family, &estimate, diag);
    if (!status)
        status = load_cells(stat, &cells, diag);
    if (status)
        return status;
    brds_area area;
    brds_area_count(family, cells, &area);
    *report = json_pack(
        "{s:s, s:s, s:o, s:I, s:I, s:I, s:I, s:s, s:I, s:I, s:I, s:I, s:I, s:f, s:I, s:o}", "spec",
        spec.name, "target", brds_family_name(family), "cells", cells, "lut", (json_int_t)area.lut,
        "ff", (json_int_t)area.ff, "dsp", (json_int_t)area.dsp, "bram", (json_int_t)area.bram,
        "bram_unit", brds_bram_unit(family), "uram", (json_int_t)area.uram, "lutram",
        (json_int_t)area.lutram, "multipliers", (json_int_t)plan.multipliers, "cell_count",
        (json_int_t)area.cells, "unknown_cells", (json_int_t)area.unknown, "seconds", seconds,
        "peak_mb", (json_int_t)peak_mb, "estimate",
        estimate_json(&estimate, spec.weights == BRDS_WEIGHTS_ROM));
    return *report ? BRDS_OK : brds_fail_memory(diag);
}

static bool has_dsp_blocks(const json_t *report)
{
    return strcmp(brds_json_string_of(report, "target", ""), "gowin") != 0;
}

/* Block RAMs of a ROM are at most the planned: bits that are the same in all rows are left out. */
/* Without a family there are no blocks: memories stay whole, and Yosys merges identical ones. */
static bool has_planned_blocks(const json_t *report)
{
    if (strcmp(brds_json_string_of(report, "target", ""), "generic") == 0)
        return true;
    const json_t *estimate = json_object_get(report, "estimate");
    long long planned = integer(estimate, "bram"), measured = integer(report, "bram");
    return json_is_true(json_object_get(estimate, "rom")) ? measured <= planned
                                                          : measured == planned;
}

brds_status brds_synth_check(const json_t *report, brds_diag *diag)
{
    const char *spec = brds_json_string_of(report, "spec", ""),
               *target = brds_json_string_of(report, "target", "");
    const json_t *estimate = json_object_get(report, "estimate");
    brds_status status = BRDS_OK;
    if (integer(report, "lut") == 0 || integer(report, "ff") == 0)
        status = brds_fail(diag, BRDS_EDIFFER, spec, "", "the netlist for %s is empty", target);
    if (has_dsp_blocks(report) && integer(report, "dsp") != integer(estimate, "dsp"))
        status =
            brds_fail(diag, BRDS_EDIFFER, spec, "logic was lost, or a product was split otherwise",
                      "the netlist for %s has %lld DSP blocks; the plan has %lld", target,
                      integer(report, "dsp"), integer(estimate, "dsp"));
    if (!has_planned_blocks(report))
        status = brds_fail(diag, BRDS_EDIFFER, spec, "a memory went to other cells",
                           "the netlist for %s has %lld block RAMs; the plan has %lld", target,
                           integer(report, "bram"), integer(estimate, "bram"));
    if (integer(report, "unknown_cells") > 0)
        status = brds_fail(diag, BRDS_EDIFFER, spec, "add them to gen/report/synth_cells.c",
                           "%lld cells of the netlist for %s are of unknown types",
                           integer(report, "unknown_cells"), target);
    return status;
}

/* The rows of a report: what, measured, estimated (-1: no estimate). */
typedef struct {
    const char *what;
    long long measured, estimated;
} row;

enum { ROWS = 6 };

static void make_rows(const json_t *report, row rows[ROWS])
{
    const json_t *estimate = json_object_get(report, "estimate");
    rows[0] = (row){"LUT", integer(report, "lut"), -1};
    rows[1] = (row){"LUT as memory", integer(report, "lutram"), -1};
    rows[2] = (row){"flip-flop", integer(report, "ff"), -1};
    rows[3] = (row){"DSP block", integer(report, "dsp"),
                    has_dsp_blocks(report) ? integer(estimate, "dsp") : -1};
    rows[4] = (row){brds_json_string_of(report, "bram_unit", ""), integer(report, "bram"),
                    integer(estimate, "bram")};
    rows[5] = (row){"large RAM", integer(report, "uram"), -1};
}

static const char dsp_registers_note[] = "Yosys packs pipeline registers into DSP blocks only for "
                                         "xc7; elsewhere they are counted as flip-flops.";

static bool wants_note(const json_t *report)
{
    return has_dsp_blocks(report) &&
           strcmp(brds_json_string_of(report, "target", ""), "xc7") != 0 &&
           strcmp(brds_json_string_of(report, "target", ""), "generic") != 0;
}

static brds_status finish(FILE *stream, brds_diag *diag)
{
    return ferror(stream) ? brds_fail(diag, BRDS_EFILE, "", "", "cannot write the report")
                          : BRDS_OK;
}

brds_status brds_synth_write_text(const json_t *report, FILE *stream, brds_diag *diag)
{
    row rows[ROWS];
    long long multipliers = integer(report, "multipliers");
    make_rows(report, rows);
    fprintf(stream, "%s on %s: %lld multipliers, Yosys took %.1f s\n",
            brds_json_string_of(report, "spec", ""), brds_json_string_of(report, "target", ""),
            multipliers, brds_json_number_of(report, "seconds"));
    fprintf(stream, "  %-14s %9s %9s %16s\n", "", "measured", "planned", "per multiplier");
    for (int i = 0; i < ROWS; i++) {
        fprintf(stream, "  %-14s %9lld ", rows[i].what, rows[i].measured);
        if (rows[i].estimated < 0)
            fprintf(stream, "%9s", "");
        else
            fprintf(stream, "%9lld", rows[i].estimated);
        fprintf(stream, " %16.1f\n", (double)rows[i].measured / (double)multipliers);
    }
    if (wants_note(report))
        fprintf(stream, "  %s\n", dsp_registers_note);
    return finish(stream, diag);
}

brds_status brds_synth_write_markdown(const json_t *report, FILE *stream, brds_diag *diag)
{
    row rows[ROWS];
    make_rows(report, rows);
    fprintf(stream, "# %s on %s\n\n%lld multipliers.\n\n| | measured | planned |\n|---|---|---|\n",
            brds_json_string_of(report, "spec", ""), brds_json_string_of(report, "target", ""),
            integer(report, "multipliers"));
    for (int i = 0; i < ROWS; i++) {
        fprintf(stream, "| %s | %lld | ", rows[i].what, rows[i].measured);
        if (rows[i].estimated >= 0)
            fprintf(stream, "%lld ", rows[i].estimated);
        fputs("|\n", stream);
    }
    if (wants_note(report))
        fprintf(stream, "\n%s\n", dsp_registers_note);
    return finish(stream, diag);
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void summary_row(const char *folder, const char *name, FILE *stream)
{
    char *path = brds_string_format("%s/%s/report.json", folder, name);
    json_t *report = path ? json_load_file(path, 0, NULL) : NULL;
    free(path);
    if (!report) /* a synthesis that failed, or is under way */
        return;
    const json_t *estimate = json_object_get(report, "estimate");
    fprintf(stream, "%-20s %-10s %6lld %8lld %8lld %8lld %5lld %5lld %6lld %6lld  %-12s %7.1f\n",
            brds_json_string_of(report, "spec", ""), brds_json_string_of(report, "target", ""),
            integer(report, "multipliers"), integer(report, "lut"), integer(report, "lutram"),
            integer(report, "ff"), integer(report, "dsp"),
            has_dsp_blocks(report) ? integer(estimate, "dsp") : 0, integer(report, "bram"),
            integer(estimate, "bram"), brds_json_string_of(report, "bram_unit", ""),
            brds_json_number_of(report, "seconds"));
    json_decref(report);
}

brds_status brds_synth_summary(const char *folder, FILE *stream, brds_diag *diag)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, visible, alphasort);
    if (count < 0)
        return brds_fail(diag, BRDS_EFILE, folder, "run `make synth` first",
                         "cannot read the folder");
    fprintf(stream, "%-20s %-10s %6s %8s %8s %8s %5s %5s %6s %6s  %-12s %7s\n", "spec", "target",
            "mult", "LUT", "LUT-mem", "FF", "DSP", "plan", "blocks", "plan", "block", "seconds");
    for (int i = 0; i < count; i++) {
        summary_row(folder, entries[i]->d_name, stream);
        free(entries[i]);
    }
    free(entries);
    return finish(stream, diag);
}
