/* SPDX-License-Identifier: Apache-2.0 */
#include "report/workloads_report.h"

#include <stdlib.h>
#include <string.h>

#include "io/strings.h"
#include "report/gnuplot.h"

/* --- groups: the results that differ in the seed only --- */

typedef struct {
    const json_t *first;
    int seeds;
    double sum[4], least[4], most[4]; /* of the columns below */
    int known[4];
} group;

static const char *const columns[4] = {"float_dense", "float_pruned", "c_model", "rtl"};

static bool same(const json_t *a, const json_t *b)
{
    static const char *const keys[] = {"workload", "pattern", "weight_bits"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (!json_equal(json_object_get(a, keys[i]), json_object_get(b, keys[i]))) {
            return false;
        }
    }
    return brds_workloads_same_sparsity(a, b);
}

static void join(group *to, const json_t *result)
{
    to->seeds++;
    for (int c = 0; c < 4; c++) {
        const json_t *number = json_object_get(result, columns[c]);
        if (json_is_number(number)) {
            double v = json_number_value(number);
            to->least[c] = to->known[c] == 0 || v < to->least[c] ? v : to->least[c];
            to->most[c] = to->known[c] == 0 || v > to->most[c] ? v : to->most[c];
            to->sum[c] += v;
            to->known[c]++;
        }
    }
}

/* malloc'ed (count); NULL when memory ran out. */
static group *make_groups(const json_t *results, size_t *count)
{
    group *groups = calloc(json_array_size(results) + 1, sizeof *groups);
    size_t i;
    const json_t *result;
    *count = 0;
    json_array_foreach(results, i, result)
    {
        size_t at = 0;
        while (groups != NULL && at < *count && !same(groups[at].first, result)) {
            at++;
        }
        if (groups == NULL) {
            break;
        }
        if (at == *count) {
            groups[(*count)++].first = result;
        }
        join(&groups[at], result);
    }
    return groups;
}

static const char *word(const group *g, const char *key)
{
    const char *text = json_string_value(json_object_get(g->first, key));
    return text != NULL ? text : "";
}

/* --- Markdown --- */

static void put_counts(const json_t *nnz, FILE *stream)
{
    size_t i;
    const json_t *pair;
    json_array_foreach(nnz, i, pair)
    {
        fprintf(stream, "%s%lld + %lld", i > 0 ? ", " : "",
                (long long)json_integer_value(json_array_get(pair, 0)),
                (long long)json_integer_value(json_array_get(pair, 1)));
    }
}

static void put_value(const group *g, int column, FILE *stream)
{
    bool accuracy = strcmp(word(g, "metric"), "accuracy") == 0;
    double scale = accuracy ? 100.0 : 1.0;
    if (g->known[column] == 0) {
        fputs(" - |", stream);
        return;
    }
    fprintf(stream, " %.2f%s", scale * g->sum[column] / (double)g->known[column],
            accuracy ? " %" : "");
    if (g->known[column] > 1) {
        fprintf(stream, " (%.2f to %.2f)", scale * g->least[column], scale * g->most[column]);
    }
    fputs(" |", stream);
}

static void put_row(const group *g, FILE *stream)
{
    const json_t *bits = json_object_get(g->first, "weight_bits");
    fprintf(stream, "| %s | %.2f %% | ", word(g, "pattern"),
            100.0 * json_number_value(json_object_get(g->first, "overall_sparsity")));
    put_counts(json_object_get(g->first, "nnz"), stream);
    if (json_is_integer(bits)) {
        fprintf(stream, " | %lld |", (long long)json_integer_value(bits));
    } else {
        fputs(" | float |", stream);
    }
    for (int c = 0; c < 4; c++) {
        put_value(g, c, stream);
    }
    fprintf(stream, " %d |\n", g->seeds);
}

brds_status brds_workloads_write_markdown(const json_t *results, FILE *stream, brds_diag *diag)
{
    size_t count = 0;
    group *groups = make_groups(results, &count);
    if (groups == NULL) {
        return brds_fail_memory(diag);
    }
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(word(&groups[i], "workload"), word(&groups[i - 1], "workload")) != 0) {
            fprintf(stream, "%s## %s: %s on the test set\n\n", i > 0 ? "\n" : "",
                    word(&groups[i], "workload"), word(&groups[i], "metric"));
            fputs(
                "| pattern | sparsity | weights of a row, W_x + W_h | weight bits | dense, float | "
                "pruned, float | C model | RTL | seeds |\n|---|---|---|---|---|---|---|---|---|\n",
                stream);
        }
        put_row(&groups[i], stream);
    }
    free(groups);
    return ferror(stream) ? brds_fail(diag, BRDS_EFILE, "", "", "cannot write the table") : BRDS_OK;
}

/* --- plots --- */

typedef struct {
    const group *groups;
    size_t count;
    const char *workload;
} plot;

static bool belongs(const plot *p, const group *g, const char *pattern)
{
    const json_t *bits = json_object_get(g->first, "weight_bits");
    bool highest = !json_is_integer(bits) || json_integer_value(bits) >= 16;
    return strcmp(word(g, "workload"), p->workload) == 0 && highest &&
           strcmp(word(g, "pattern"), pattern) == 0;
}

static const char *const patterns[] = {"unstructured", "bank", "block", "row", "dual", NULL};

static bool has_pattern(const plot *p, const char *pattern)
{
    for (size_t i = 0; i < p->count; i++) {
        if (belongs(p, &p->groups[i], pattern) && p->groups[i].known[1] > 0) {
            return true;
        }
    }
    return false;
}

/* A block of every pattern that there is: gnuplot does not count empty ones. */
static void put_blocks(const plot *p, FILE *script)
{
    for (size_t k = 0; patterns[k] != NULL; k++) {
        for (size_t i = 0; i < p->count; i++) {
            const group *g = &p->groups[i];
            if (belongs(p, g, patterns[k]) && g->known[1] > 0) {
                fprintf(script, "%.6g %.9g\n",
                        100.0 * json_number_value(json_object_get(g->first, "overall_sparsity")),
                        g->sum[1] / g->known[1]);
            }
        }
        fputs(has_pattern(p, patterns[k]) ? "\n\n" : "", script);
    }
}

static void write_sparsity(FILE *script, const void *context)
{
    const plot *p = context;
    const group *any = p->groups;
    for (size_t i = 0; i < p->count; i++) {
        any = strcmp(word(&p->groups[i], "workload"), p->workload) == 0 ? &p->groups[i] : any;
    }
    fputs("$data << END\n", script);
    put_blocks(p, script);
    fprintf(script,
            "END\nset grid\nset key outside right\nset xlabel 'zeros of W_x and W_h, %%'\n"
            "set ylabel '%s on the test set, float'\nplot %.9g title 'dense' dashtype 2",
            word(any, "metric"), any->sum[0] / (any->known[0] > 0 ? any->known[0] : 1));
    for (size_t k = 0, block = 0; patterns[k] != NULL; k++) {
        if (has_pattern(p, patterns[k])) {
            fprintf(script, ", $data index %zu using 1:2 with linespoints title '%s'", block++,
                    patterns[k]);
        }
    }
    fputc('\n', script);
}

/* Trials of the first layer's pair, by its weights of W_x; one block a search. */
static size_t put_trials(const plot *p, FILE *script, double *sparsities, size_t room)
{
    size_t blocks = 0;
    for (size_t i = 0; i < p->count && blocks < room; i++) {
        const group *g = &p->groups[i];
        const json_t *trials = json_object_get(g->first, "trials");
        if (!belongs(p, g, "dual") || json_array_size(trials) == 0) {
            continue;
        }
        size_t t;
        const json_t *trial;
        json_array_foreach(trials, t, trial)
        {
            const json_t *pair = json_array_get(json_object_get(trial, "nnz"), 0);
            const json_t *valid = json_object_get(trial, "valid");
            fprintf(script, "%lld %.9g\n", (long long)json_integer_value(json_array_get(pair, 0)),
                    json_number_value(json_object_get(valid, "loss")));
        }
        fputs("\n\n", script);
        sparsities[blocks++] =
            100.0 * json_number_value(json_object_get(g->first, "overall_sparsity"));
    }
    return blocks;
}

static void write_ratios(FILE *script, const void *context)
{
    enum { ROOM = 16 };
    double sparsities[ROOM];
    fputs("$data << END\n", script);
    size_t blocks = put_trials(context, script, sparsities, ROOM);
    fputs(
        "END\nset grid\nset key outside right\nset xlabel 'weights of a row of W_x (first layer), "
        "at constant overall sparsity'\nset ylabel 'validation loss after a trial'\nplot ",
        script);
    for (size_t i = 0; i < blocks; i++) {
        fprintf(script,
                "%s$data index %zu using 1:2 smooth unique with linespoints title '%.1f %%'",
                i > 0 ? ", " : "", i, sparsities[i]);
    }
    fputc('\n', script);
}

static bool has_trials(const plot *p)
{
    for (size_t i = 0; i < p->count; i++) {
        if (belongs(p, &p->groups[i], "dual") &&
            json_array_size(json_object_get(p->groups[i].first, "trials")) > 0) {
            return true;
        }
    }
    return false;
}

static brds_status draw(const plot *p, const char *folder, const char *what,
                        void (*write)(FILE *script, const void *context), brds_diag *diag)
{
    char *path = brds_string_format("%s/%s-%s.svg", folder, p->workload, what);
    brds_status status = path != NULL ? brds_gnuplot(path, write, p, diag) : brds_fail_memory(diag);
    free(path);
    return status;
}

brds_status brds_workloads_plot(const json_t *results, const char *folder, brds_diag *diag)
{
    plot p = {NULL, 0, ""};
    group *groups = make_groups(results, &p.count);
    brds_status status = groups != NULL ? BRDS_OK : brds_fail_memory(diag);
    p.groups = groups;
    for (size_t i = 0; status == BRDS_OK && i < p.count; i++) {
        const char *workload = word(&groups[i], "workload");
        if (i > 0 && strcmp(workload, p.workload) == 0) {
            continue;
        }
        p.workload = workload;
        status = draw(&p, folder, "sparsity", write_sparsity, diag);
        if (status == BRDS_OK && has_trials(&p)) {
            status = draw(&p, folder, "ratios", write_ratios, diag);
        }
    }
    free(groups);
    return status;
}
