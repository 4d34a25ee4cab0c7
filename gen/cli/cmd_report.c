/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/json.h"
#include "cli/options.h"
#include "io/file.h"
#include "io/strings.h"
#include "report/comparison_report.h"
#include "report/energy_report.h"
#include "report/synth_report.h"
#include "report/timing_report.h"
#include "report/verification_report.h"
#include "report/verify_report.h"
#include "report/workloads_report.h"

static const brds_option options[] = {
    {"output", 'o', "PATH",
     "bench: the run's file; synth: the folder of the reports; verification, timing, energy: the "
     "document"},
    {"with", 0, "FILE", "workloads: results of other runs that are added"},
    {"stalls", 0, "PERCENT", "bench: the stalls that the testbench ran with (default 0)"},
    {"milliseconds", 0, "N", "bench, synth: how long it took (default 0)"},
    {"megabytes", 0, "N", "synth: the memory it took (default 0)"},
    {"spec", 0, "SPEC", "synth: the spec that was synthesised; energy: that was simulated"},
    {"target", 0, "FAMILY", "synth: the family it was synthesised for (default: the spec's)"},
    {"json", 0, NULL, "print JSON"},
    {0}};

/* One file of a report, written whole or not at all. */
typedef brds_status (*writer)(const json_t *report, FILE *stream, brds_diag *diag);

static brds_status write_dump(const json_t *report, FILE *stream, brds_diag *diag)
{
    return brds_json_print(json_incref((json_t *)report), stream, diag);
}

static brds_status write_one(const char *folder, const char *name, const json_t *report,
                             writer write, brds_diag *diag)
{
    char *path = folder ? brds_string_format("%s/%s", folder, name) : brds_string_copy(name);
    if (!path)
        return brds_fail_memory(diag);
    brds_outfile *file = NULL;
    FILE *stream = NULL;
    brds_status status = brds_outfile_begin(path, &file, &stream, diag);
    free(path);
    if (status)
        return status;
    status = write(report, stream, diag);
    if (!status)
        return brds_outfile_commit(file, diag);
    brds_outfile_abort(file);
    return status;
}

static brds_status write_part(const char *folder, const json_t *report, brds_diag *diag)
{
    json_t *part = NULL;
    brds_status status = brds_verify_part(report, &part, diag);
    status = status ? status : write_one(folder, "part.json", part, write_dump, diag);
    json_decref(part);
    return status;
}

static brds_status report_verify(const brds_args *args, brds_diag *diag)
{
    const char *folder = brds_args_operand(args, 1);
    char *runs = brds_string_format("%s/runs", folder);
    if (!runs)
        return brds_fail_memory(diag);
    json_t *report = NULL;
    brds_status status = brds_verify_gather(runs, &report, diag);
    free(runs);
    if (status)
        return status;
    status = write_one(folder, "report.json", report, write_dump, diag);
    if (!status)
        status = write_one(folder, "junit.xml", report, brds_verify_write_junit, diag);
    if (!status)
        status = write_one(folder, "report.md", report, brds_verify_write_markdown, diag);
    if (!status)
        status = write_part(folder, report, diag);
    if (!status && brds_args_flag(args, "json"))
        status = write_dump(report, stdout, diag);
    else if (!status)
        brds_verify_print_table(report, stdout);
    json_int_t failed =
        json_integer_value(json_object_get(json_object_get(report, "summary"), "failed"));
    json_decref(report);
    if (!status && failed)
        status = brds_fail(diag, BRDS_EDIFFER, folder, "see report.json", "%lld runs failed",
                           (long long)failed);
    return status;
}

static brds_status report_bench(const brds_args *args, brds_diag *diag)
{
    int64_t milliseconds = 0, stalls = 0;
    const char *log = brds_args_operand(args, 2), *output = brds_args_value(args, "output");
    if (!log)
        return brds_fail(diag, BRDS_EUSAGE, "", "brdsgen report bench VECTORS.json LOG",
                         "no log is given");
    brds_status status =
        brds_args_integer(args, "milliseconds", 0, INT64_MAX, 0, &milliseconds, diag);
    if (!status)
        status = brds_args_integer(args, "stalls", 0, 100, 0, &stalls, diag);
    json_t *run = NULL;
    if (!status)
        status = brds_verify_bench_run(brds_args_operand(args, 1), log, (double)milliseconds * 1e-3,
                                       (int)stalls, &run, diag);
    if (status)
        return status;
    bool failed = brds_verify_run_failed(run);
    status = write_one(NULL, output ? output : "-", run, write_dump, diag);
    json_decref(run);
    return status || !failed ? status
                             : brds_fail(diag, BRDS_EDIFFER, log, "", "the testbench's run failed");
}

static brds_status report_synth(const brds_args *args, brds_diag *diag)
{
    int64_t milliseconds = 0, megabytes = 0;
    const char *spec = brds_args_value(args, "spec"), *folder = brds_args_value(args, "output");
    if (!spec || !folder)
        return brds_fail(diag, BRDS_EUSAGE, "", "brdsgen report synth STAT.json --spec SPEC -o DIR",
                         "--spec and --output are needed");
    brds_status status =
        brds_args_integer(args, "milliseconds", 0, INT64_MAX, 0, &milliseconds, diag);
    if (!status)
        status = brds_args_integer(args, "megabytes", 0, INT64_MAX, 0, &megabytes, diag);
    json_t *report = NULL;
    if (!status)
        status =
            brds_synth_report(brds_args_operand(args, 1), spec, brds_args_value(args, "target"),
                              (double)milliseconds * 1e-3, megabytes, &report, diag);
    if (status)
        return status;
    status = write_one(folder, "report.json", report, write_dump, diag);
    if (!status)
        status = write_one(folder, "report.txt", report, brds_synth_write_text, diag);
    if (!status)
        status = write_one(folder, "report.md", report, brds_synth_write_markdown, diag);
    if (!status)
        status = brds_args_flag(args, "json") ? write_dump(report, stdout, diag)
                                              : brds_synth_write_text(report, stdout, diag);
    if (!status)
        status = brds_synth_check(report, diag);
    json_decref(report);
    return status;
}

static brds_status report_summary(const brds_args *args, brds_diag *diag)
{
    return brds_synth_summary(brds_args_operand(args, 1), stdout, diag);
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static brds_status write_workloads(const char *folder, const json_t *results, brds_diag *diag)
{
    brds_status status = write_one(folder, "results.json", results, write_dump, diag);
    if (!status)
        status = write_one(folder, "results.md", results, brds_workloads_write_markdown, diag);
    return status ? status : brds_workloads_plot(results, folder, diag);
}

static brds_status report_workloads(const brds_args *args, brds_diag *diag)
{
    const char *path = brds_args_operand(args, 1), *with = brds_args_value(args, "with");
    bool folder = is_folder(path);
    json_t *results = NULL;
    brds_status status = folder ? brds_workloads_gather(path, &results, diag)
                                : brds_workloads_load(path, &results, diag);
    if (status)
        return status;
    if (with)
        status = brds_workloads_merge(results, with, diag);
    if (!status && folder)
        status = write_workloads(path, results, diag);
    if (!status)
        status = brds_args_flag(args, "json")
                     ? write_dump(results, stdout, diag)
                     : brds_workloads_write_markdown(results, stdout, diag);
    json_decref(results);
    return status;
}

/* With --output the document is written, and keeps what it has besides; else the page is printed. */
static brds_status report_verification(const brds_args *args, brds_diag *diag)
{
    const char *path = brds_args_operand(args, 1), *output = brds_args_value(args, "output");
    json_t *document = NULL, *earlier = NULL;
    brds_status status = is_folder(path) ? brds_verification_gather(path, &document, diag)
                                         : brds_verification_load(path, &document, diag);
    if (!status && output && access(output, F_OK) == 0)
        status = brds_verification_load(output, &earlier, diag);
    if (!status && earlier)
        status = brds_verification_merge(document, earlier, diag);
    json_decref(earlier);
    if (!status && output)
        status = write_one(NULL, output, document, write_dump, diag);
    else if (!status)
        status = brds_args_flag(args, "json")
                     ? write_dump(document, stdout, diag)
                     : brds_verification_write_page(document, stdout, diag);
    json_decref(document);
    return status;
}

static brds_status report_comparison(const brds_args *args, brds_diag *diag)
{
    json_t *document = NULL;
    brds_status status = brds_comparison_load(brds_args_operand(args, 1), &document, diag);
    if (!status)
        status = brds_args_flag(args, "json") ? write_dump(document, stdout, diag)
                                              : brds_comparison_write_page(document, stdout, diag);
    json_decref(document);
    return status;
}

/* A document to the file of --output, if there is one, and printed: as JSON with --json, else as text. */
static brds_status show(const brds_args *args, const json_t *report, writer write_text,
                        brds_diag *diag)
{
    const char *output = brds_args_value(args, "output");
    brds_status status = output ? write_one(NULL, output, report, write_dump, diag) : BRDS_OK;
    return status ? status
                  : (brds_args_flag(args, "json") ? write_dump : write_text)(report, stdout, diag);
}

static brds_status report_timing(const brds_args *args, brds_diag *diag)
{
    json_t *report = NULL;
    brds_status status = brds_timing_report(brds_args_operand(args, 1), &report, diag);
    if (!status)
        status = show(args, report, brds_timing_write_text, diag);
    json_decref(report);
    return status;
}

static brds_status report_energy(const brds_args *args, brds_diag *diag)
{
    const char *vectors = brds_args_operand(args, 2), *spec = brds_args_value(args, "spec");
    json_t *report = NULL;
    if (!vectors || !spec)
        return brds_fail(diag, BRDS_EUSAGE, "",
                         "brdsgen report energy WAVEFORM.vcd VECTORS.json --spec SPEC",
                         "VECTORS.json and --spec are needed");
    brds_status status =
        brds_energy_report(brds_args_operand(args, 1), spec, vectors, &report, diag);
    if (!status)
        status = show(args, report, brds_energy_write_text, diag);
    json_decref(report);
    return status;
}

static brds_status run(const brds_args *args, brds_diag *diag)
{
    static const struct {
        const char *kind;
        brds_status (*run)(const brds_args *args, brds_diag *diag);
    } kinds[] = {{"verify", report_verify},         {"bench", report_bench},
                 {"synth", report_synth},           {"summary", report_summary},
                 {"workloads", report_workloads},   {"verification", report_verification},
                 {"comparison", report_comparison}, {"timing", report_timing},
                 {"energy", report_energy}};
    const char *kind = brds_args_operand(args, 0);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kind, kinds[i].kind) == 0)
            return kinds[i].run(args, diag);
    return brds_fail(
        diag, BRDS_EUSAGE, "",
        "verify, bench, synth, summary, workloads, verification, comparison, timing or "
        "energy",
        "'%s' is no kind of report", kind);
}

const brds_command brds_cmd_report = {
    "report",
    "KIND PATH [FILE]",
    2,
    3,
    "gather results of simulation and synthesis into reports",
    "verify DIR gathers the files of DIR/runs into DIR/report.json, DIR/junit.xml and a table.  "
    "bench "
    "VECTORS.json LOG makes a run's result from a testbench's log.  synth STAT.json makes the area "
    "report from what Yosys' `stat -json` printed, beside the plan's estimate.  summary DIR prints "
    "a table of all area reports in DIR.  workloads DIR gathers what 'make workloads' left in DIR "
    "into DIR/results.json, DIR/results.md and plots; of such a results.json it prints the tables. "
    " "
    "comparison FILE prints the page of a comparison, which 'make comparison' writes.  timing "
    "REPORT.json prints what nextpnr reports of a clock, by module.  energy WAVEFORM.vcd "
    "VECTORS.json "
    "--spec SPEC estimates the energy of what a generated testbench ran with +dump.  "
    "verification DIR gathers what the campaigns of the verification measured, one file each; with "
    "--output into a document, where it replaces what was measured before; of the document it "
    "prints the page.",
    options,
    run};
