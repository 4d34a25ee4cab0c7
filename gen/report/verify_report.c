/* SPDX-License-Identifier: Apache-2.0 */
#include "report/verify_report.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "io/file.h"
#include "io/strings.h"
#include "report/json_file.h"

enum { LOG_LIMIT = 16 << 20 };

static json_int_t integer(const json_t *run, const char *key)
{
    return json_integer_value(json_object_get(run, key));
}

bool brds_verify_run_failed(const json_t *run)
{
    if (json_object_get(run, "error") || integer(run, "mismatches") != 0)
        return true;
    if (integer(run, "outputs_compared") <= 0)
        return true;
    return integer(run, "stalls") == 0 &&
           integer(run, "cycles") != integer(run, "cycles_predicted");
}

static int is_run(const struct dirent *entry)
{
    return brds_string_ends(entry->d_name, ".json");
}

static json_t *summarise(const json_t *runs)
{
    json_int_t failed = 0, words = 0, mismatches = 0, exact = 0, specs = 0, by[2] = {0, 0};
    double seconds = 0;
    const char *spec = "";
    size_t i;
    json_t *run;
    json_array_foreach(runs, i, run)
    {
        failed += brds_verify_run_failed(run);
        words += integer(run, "outputs_compared");
        mismatches += integer(run, "mismatches");
        exact += integer(run, "stalls") == 0 && integer(run, "cycles") > 0 &&
                 integer(run, "cycles") == integer(run, "cycles_predicted");
        seconds += brds_json_number_of(run, "seconds");
        by[strcmp(brds_json_string_of(run, "simulator", "?"), "icarus") == 0]++;
        if (strcmp(spec, brds_json_string_of(run, "spec", "?")) !=
            0) /* runs are sorted by file name, so by spec */
            specs++;
        spec = brds_json_string_of(run, "spec", "?");
    }
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:f}", "specs", specs, "runs",
                     (json_int_t)json_array_size(runs), "failed", failed, "verilator_runs", by[0],
                     "icarus_runs", by[1], "outputs_compared", words, "mismatches", mismatches,
                     "cycles_exact", exact, "seconds", seconds);
}

static brds_status add_run(const char *folder, const char *name, json_t *runs, brds_diag *diag)
{
    char *path = brds_string_format("%s/%s", folder, name);
    if (!path)
        return brds_fail_memory(diag);
    json_t *run;
    brds_status status = brds_json_file(path, &run, diag);
    if (!status && json_array_append_new(runs, run))
        status = brds_fail_memory(diag);
    free(path);
    return status;
}

brds_status brds_verify_gather(const char *folder, json_t **report, brds_diag *diag)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_run, alphasort);
    if (count <= 0)
        return brds_fail(diag, BRDS_EFILE, folder, "run `make verify` first",
                         count < 0 ? "cannot read the folder" : "there is no run in it");
    json_t *runs = json_array();
    brds_status status = runs ? BRDS_OK : brds_fail_memory(diag);
    for (int i = 0; i < count; i++) {
        if (!status)
            status = add_run(folder, entries[i]->d_name, runs, diag);
        free(entries[i]);
    }
    free(entries);
    *report = status ? NULL : json_pack("{s:O, s:o}", "runs", runs, "summary", summarise(runs));
    json_decref(runs);
    if (!status && !*report)
        status = brds_fail_memory(diag);
    return status;
}

static void xml_text(const char *s, FILE *stream)
{
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '<')
            fputs("&lt;", stream);
        else if (c == '>')
            fputs("&gt;", stream);
        else if (c == '&')
            fputs("&amp;", stream);
        else if (c == '"')
            fputs("&quot;", stream);
        else if (c >= 32 || c == '\n' || c == '\t')
            fputc(c, stream);
    }
}

static void junit_case(const json_t *run, FILE *stream)
{
    fprintf(stream, "  <testcase classname=\"");
    xml_text(brds_json_string_of(run, "spec", "?"), stream);
    fprintf(stream, "\" name=\"");
    xml_text(brds_json_string_of(run, "simulator", "?"), stream);
    fprintf(stream, ", stalls %lld %%, ", (long long)integer(run, "stalls"));
    xml_text(brds_json_string_of(run, "workload", "?"), stream);
    fprintf(stream, "\" time=\"%.3f\"", brds_json_number_of(run, "seconds"));
    if (!brds_verify_run_failed(run)) {
        fputs("/>\n", stream);
        return;
    }
    const char *error = json_string_value(json_object_get(run, "error"));
    fprintf(stream, ">\n    <failure message=\"%lld mismatches, %lld cycles of %lld predicted\">",
            (long long)integer(run, "mismatches"), (long long)integer(run, "cycles"),
            (long long)integer(run, "cycles_predicted"));
    xml_text(error ? error : "", stream);
    fputs("</failure>\n  </testcase>\n", stream);
}

brds_status brds_verify_write_junit(const json_t *report, FILE *stream, brds_diag *diag)
{
    const json_t *runs = json_object_get(report, "runs");
    const json_t *summary = json_object_get(report, "summary");
    fprintf(stream,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<testsuite name=\"brdsgen verify\" tests=\"%zu\" failures=\"%lld\" time=\"%.3f\">\n",
            json_array_size(runs), (long long)integer(summary, "failed"),
            brds_json_number_of(summary, "seconds"));
    for (size_t i = 0; i < json_array_size(runs); i++)
        junit_case(json_array_get(runs, i), stream);
    fputs("</testsuite>\n", stream);
    return ferror(stream) ? brds_fail(diag, BRDS_EFILE, "junit.xml", "", "cannot write") : BRDS_OK;
}

static void table_row(const json_t *run, FILE *stream)
{
    fprintf(stream, "%-32s %-9s %3lld %6lld %9lld %4lld", brds_json_string_of(run, "spec", "?"),
            brds_json_string_of(run, "simulator", "?"), (long long)integer(run, "stalls"),
            (long long)integer(run, "steps"), (long long)integer(run, "outputs_compared"),
            (long long)integer(run, "mismatches"));
    fprintf(stream, " %9lld %9lld", (long long)integer(run, "cycles"),
            (long long)integer(run, "cycles_predicted"));
    fprintf(stream, " %6.2f", 100.0 * brds_json_number_of(run, "utilisation"));
    fprintf(stream, " %7.2f  %s\n", brds_json_number_of(run, "seconds"),
            brds_verify_run_failed(run) ? "FAIL" : "ok");
    const char *error = json_string_value(json_object_get(run, "error"));
    if (error)
        fprintf(stream, "    %s\n", error);
}

/* "perplexity 91.25, loss 4.5136 over 1000 steps" or "accuracy 98.33 % (59 of 60), loss 0.0712". */
static void task_figure(const json_t *run, FILE *stream)
{
    if (json_object_get(run, "perplexity"))
        fprintf(stream, "perplexity %.4f, loss %.4f (%lld steps)",
                brds_json_number_of(run, "perplexity"), brds_json_number_of(run, "loss"),
                (long long)integer(run, "measured"));
    else
        fprintf(stream, "accuracy %.2f %% (%lld of %lld sequences), loss %.4f",
                100.0 * brds_json_number_of(run, "accuracy"), (long long)integer(run, "correct"),
                (long long)integer(run, "sequences"), brds_json_number_of(run, "loss"));
}

/* What a user asks first, of every run with labels or targets: is it right, and how fast. */
static void task_line(const json_t *run, FILE *stream)
{
    if (!json_object_get(run, "accuracy"))
        return;
    double cycles = brds_json_number_of(run, "busy_cycles") / brds_json_number_of(run, "steps");
    fprintf(stream, "%s, stalls %lld %%: ", brds_json_string_of(run, "spec", "?"),
            (long long)integer(run, "stalls"));
    task_figure(run, stream);
    fputs(" from the hardware's outputs, ", stream);
    if (json_object_get(run, "perplexity"))
        fprintf(stream, "perplexity %.4f", brds_json_number_of(run, "perplexity_model"));
    else
        fprintf(stream, "%.2f %%", 100.0 * brds_json_number_of(run, "accuracy_model"));
    fprintf(stream, ", loss %.4f from the C model; ", brds_json_number_of(run, "loss_model"));
    fprintf(stream,
            "%.1f cycles a step, %.2f us at %lld MHz, utilisation %.2f %%; simulated %.0f steps/s, "
            "C model %.0f steps/s\n",
            cycles, cycles / brds_json_number_of(run, "clock_mhz"),
            (long long)integer(run, "clock_mhz"), 100.0 * brds_json_number_of(run, "utilisation"),
            brds_json_number_of(run, "steps_per_second"),
            brds_json_number_of(run, "model_steps_per_second"));
}

void brds_verify_print_table(const json_t *report, FILE *stream)
{
    const json_t *runs = json_object_get(report, "runs");
    const json_t *s = json_object_get(report, "summary");
    fprintf(stream, "%-32s %-9s %3s %6s %9s %4s %9s %9s %6s %7s\n", "spec", "simulator", "st%",
            "steps", "outputs", "bad", "cycles", "predicted", "util%", "seconds");
    for (size_t i = 0; i < json_array_size(runs); i++)
        table_row(json_array_get(runs, i), stream);
    for (size_t i = 0; i < json_array_size(runs); i++)
        task_line(json_array_get(runs, i), stream);
    fprintf(
        stream,
        "%lld specs, %lld runs (%lld Verilator, %lld Icarus): %lld failed; %lld outputs compared, "
        "%lld mismatches; %lld runs with cycles exactly as predicted\n",
        (long long)integer(s, "specs"), (long long)integer(s, "runs"),
        (long long)integer(s, "verilator_runs"), (long long)integer(s, "icarus_runs"),
        (long long)integer(s, "failed"), (long long)integer(s, "outputs_compared"),
        (long long)integer(s, "mismatches"), (long long)integer(s, "cycles_exact"));
}

static bool is_verilator(const json_t *run)
{
    return strcmp(brds_json_string_of(run, "simulator", "?"), "verilator") == 0;
}

/* Steps a second of Verilator over those of Icarus, same spec, workload and stalls; 0: no pair. */
static double speed_ratio(const json_t *runs, const json_t *fast)
{
    size_t i;
    json_t *slow;
    json_array_foreach((json_t *)runs, i, slow)
    {
        if (!is_verilator(slow) &&
            strcmp(brds_json_string_of(slow, "spec", "?"),
                   brds_json_string_of(fast, "spec", "?")) == 0 &&
            integer(slow, "stalls") == integer(fast, "stalls") &&
            brds_json_number_of(slow, "seconds") > 0)
            return brds_json_number_of(fast, "steps_per_second") *
                   brds_json_number_of(slow, "seconds") / brds_json_number_of(slow, "steps");
    }
    return 0;
}

static void markdown_row(const json_t *runs, const json_t *run, FILE *stream)
{
    double steps = brds_json_number_of(run, "steps"),
           cycles = brds_json_number_of(run, "busy_cycles") / steps;
    double ratio = speed_ratio(runs, run);
    fprintf(stream, "| %s | %lld | %.1f | %.2f | %.2f %% |", brds_json_string_of(run, "spec", "?"),
            (long long)integer(run, "steps"), cycles,
            cycles / brds_json_number_of(run, "clock_mhz"),
            100.0 * brds_json_number_of(run, "utilisation"));
    if (json_object_get(run, "perplexity"))
        fprintf(stream, " perplexity %.2f |", brds_json_number_of(run, "perplexity"));
    else if (json_object_get(run, "accuracy"))
        fprintf(stream, " %.2f %% (%lld of %lld) |", 100.0 * brds_json_number_of(run, "accuracy"),
                (long long)integer(run, "correct"), (long long)integer(run, "sequences"));
    else
        fputs(" |", stream);
    fprintf(stream, " %.0f | %.0f |", brds_json_number_of(run, "steps_per_second"),
            brds_json_number_of(run, "model_steps_per_second") /
                brds_json_number_of(run, "steps_per_second"));
    if (ratio > 0)
        fprintf(stream, " %.0f |\n", ratio);
    else
        fputs(" |\n", stream);
}

brds_status brds_verify_write_markdown(const json_t *report, FILE *stream, brds_diag *diag)
{
    const json_t *runs = json_object_get(report, "runs"), *s = json_object_get(report, "summary");
    fprintf(
        stream,
        "%lld specs, %lld runs (%lld Verilator, %lld Icarus), %lld failed; %lld outputs compared, "
        "%lld mismatches; %lld runs without stalls took exactly the predicted cycles.\n\n",
        (long long)integer(s, "specs"), (long long)integer(s, "runs"),
        (long long)integer(s, "verilator_runs"), (long long)integer(s, "icarus_runs"),
        (long long)integer(s, "failed"), (long long)integer(s, "outputs_compared"),
        (long long)integer(s, "mismatches"), (long long)integer(s, "cycles_exact"));
    fputs("| spec | steps | cycles a step | us a step | utilisation | accuracy or perplexity of "
          "the RTL | "
          "Verilator steps/s | C model / Verilator | Verilator / Icarus |\n"
          "|---|---|---|---|---|---|---|---|---|\n",
          stream);
    for (size_t i = 0; i < json_array_size(runs); i++) {
        const json_t *run = json_array_get(runs, i);
        if (is_verilator(run) && integer(run, "stalls") == 0 && !json_object_get(run, "error"))
            markdown_row(runs, run, stream);
    }
    return ferror(stream) ? brds_fail(diag, BRDS_EFILE, "report.md", "", "cannot write") : BRDS_OK;
}

/* The number behind ` key=` in the testbench's line. */
static bool line_number(const char *line, const char *key, uint64_t *value)
{
    char pattern[32];
    snprintf(pattern, sizeof pattern, " %s=", key);
    const char *at = strstr(line, pattern);
    return at && sscanf(at + strlen(pattern), "%" SCNu64, value) == 1;
}

/* The lines of a log from its last BRDS-TB line on; NULL if there is none. */
static const char *bench_line(const char *log)
{
    const char *found = NULL;
    for (const char *at = strstr(log, "BRDS-TB "); at; at = strstr(at + 1, "BRDS-TB "))
        found = at;
    return found;
}

brds_status brds_verify_bench_run(const char *expected, const char *log, double seconds, int stalls,
                                  json_t **run, brds_diag *diag)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    json_t *r;
    brds_status status = brds_json_file(expected, &r, diag);
    if (status)
        return status;
    status = brds_read_file(log, LOG_LIMIT, &bytes, &size, diag);
    char *copy = status ? NULL : malloc(size + 1);
    if (copy) {
        memcpy(copy, bytes, size);
        copy[size] = '\0';
    }
    const char *line = copy ? bench_line(copy) : NULL;
    uint64_t words = 0, mismatches = 0, cycles = 0;
    bool complete = line && line_number(line, "words", &words) &&
                    line_number(line, "mismatches", &mismatches) &&
                    line_number(line, "cycles", &cycles);
    json_object_set_new(r, "simulator", json_string("icarus"));
    json_object_set_new(r, "stalls", json_integer(stalls));
    json_object_set_new(r, "seconds", json_real(seconds));
    json_object_set_new(r, "cycles", json_integer((json_int_t)cycles));
    json_object_set_new(r, "mismatches", json_integer((json_int_t)mismatches));
    if (!complete)
        json_object_set_new(r, "error", json_string("the testbench printed no result line"));
    else if ((json_int_t)words != integer(r, "words") || !strstr(line, " PASS"))
        json_object_set_new(r, "error", json_string("the testbench reports a failure"));
    free(copy);
    free(bytes);
    if (status)
        json_decref(r);
    else
        *run = r;
    return status;
}
