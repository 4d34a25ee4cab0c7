/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/strings.h"
#include "report/json_file.h"
#include "report/workloads_report.h"

/* --- reading --- */

typedef struct {
    json_t *results;
    brds_diag *diag;
    brds_status status;
} gathering;

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Calls `visit` with every entry of a folder whose name begins with `prefix`, in alphabetic order;
 * a folder that is not there has none. */
static void each(gathering *g, const char *folder, const char *prefix,
                 void (*visit)(gathering *g, const char *path, const char *name, void *context),
                 void *context)
{
    struct dirent **entries = NULL;
    int count = g->status == BRDS_OK ? scandir(folder, &entries, is_visible, alphasort) : 0;
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        if (g->status == BRDS_OK && brds_string_starts(name, prefix)) {
            char *path = brds_string_format("%s/%s", folder, name);
            if (path == NULL) {
                g->status = brds_fail_memory(g->diag);
            } else {
                visit(g, path, name, context);
            }
            free(path);
        }
        free(entries[i]);
    }
    free(entries);
}

/* NULL where the file is not there; one that is no JSON object is an error. */
static json_t *load(gathering *g, const char *folder, const char *name)
{
    json_error_t error;
    char *path = brds_string_format("%s/%s", folder, name);
    if (path == NULL) {
        g->status = brds_fail_memory(g->diag);
        return NULL;
    }
    json_t *root = json_load_file(path, 0, &error);
    if (root == NULL && json_error_code(&error) != json_error_cannot_open_file) {
        g->status =
            brds_fail(g->diag, BRDS_EINPUT, path, "", "line %d: %s", error.line, error.text);
    }
    free(path);
    return root;
}

/* --- one result --- */

typedef struct {
    const char *workload;
    long long seed;
    json_t *dense;       /* dense.json */
    const json_t *prune; /* results[0] of prune.json */
} place;

static const char *metric_of(const json_t *score)
{
    return json_object_get(score, "perplexity") ? "perplexity" : "accuracy";
}

static json_t *value(const json_t *object, const char *metric)
{
    json_t *found = json_object_get(object, metric);
    return json_is_number(found) ? json_incref(found) : json_null();
}

/* `bits` 0: no hardware. */
static void add(gathering *g, const place *at, int bits, json_t *c_model, json_t *rtl)
{
    const json_t *test = json_object_get(at->prune, "test");
    const char *metric = metric_of(test);
    json_t *result = json_pack(
        "{s:s, s:O, s:O, s:O, s:o, s:I, s:s, s:o, s:o, s:o, s:o, s:o, s:O}", "workload",
        at->workload, "pattern", json_object_get(at->prune, "pattern"), "overall_sparsity",
        json_object_get(at->prune, "overall_sparsity"), "nnz", json_object_get(at->prune, "nnz"),
        "weight_bits", bits > 0 ? json_integer(bits) : json_null(), "seed", (json_int_t)at->seed,
        "metric", metric, "float_dense", value(json_object_get(at->dense, "test"), metric),
        "float_pruned", value(test, metric), "c_model",
        value(json_object_get(c_model, "fixed"), metric), "rtl", value(rtl, metric),
        "train_seconds", value(at->prune, "train_seconds"), "trials",
        json_object_get(at->prune, "trials"));
    if (result == NULL || json_array_append_new(g->results, result) != 0) {
        g->status = brds_fail_memory(g->diag);
    }
}

static void visit_bits(gathering *g, const char *path, const char *name, void *context)
{
    json_t *c_model = load(g, path, "c_model.json"), *rtl = load(g, path, "rtl.json");
    if (g->status == BRDS_OK && c_model != NULL) {
        add(g, context, atoi(name + strlen("bits")), c_model, rtl);
    }
    json_decref(c_model);
    json_decref(rtl);
}

static void visit_pattern(gathering *g, const char *path, const char *name, void *context)
{
    place *at = context;
    (void)name;
    json_t *prune = load(g, path, "prune.json");
    at->prune = json_array_get(json_object_get(prune, "results"), 0);
    if (g->status == BRDS_OK && at->prune != NULL) {
        size_t before = json_array_size(g->results);
        each(g, path, "bits", visit_bits, at);
        if (json_array_size(g->results) == before) {
            add(g, at, 0, NULL, NULL);
        }
    }
    json_decref(prune);
}

static void visit_sparsity(gathering *g, const char *path, const char *name, void *context)
{
    if (strcmp(name, "dense-retrained") == 0) {
        visit_pattern(g, path, name, context);
    } else {
        each(g, path, "", visit_pattern, context);
    }
}

static void visit_seed(gathering *g, const char *path, const char *name, void *context)
{
    place at = {.workload = context, .seed = atoll(name + strlen("seed"))};
    at.dense = load(g, path, "dense.json");
    if (at.dense != NULL) {
        each(g, path, "", visit_sparsity, &at);
    }
    json_decref(at.dense);
}

static void visit_workload(gathering *g, const char *path, const char *name, void *context)
{
    (void)context;
    char *workload = brds_string_copy(name);
    if (workload == NULL) {
        g->status = brds_fail_memory(g->diag);
        return;
    }
    each(g, path, "seed", visit_seed, workload);
    free(workload);
}

/* --- order, and results of other runs --- */

static int by_text(const json_t *a, const json_t *b, const char *key)
{
    const char *x = json_string_value(json_object_get(a, key));
    const char *y = json_string_value(json_object_get(b, key));
    return strcmp(x != NULL ? x : "", y != NULL ? y : "");
}

static int by_number(const json_t *a, const json_t *b, const char *key)
{
    double x = json_number_value(json_object_get(a, key));
    double y = json_number_value(json_object_get(b, key));
    return (x > y) - (x < y);
}

bool brds_workloads_same_sparsity(const json_t *a, const json_t *b)
{
    return fabs(json_number_value(json_object_get(a, "overall_sparsity")) -
                json_number_value(json_object_get(b, "overall_sparsity"))) < 0.01;
}

static int compare(const void *left, const void *right)
{
    const json_t *a = *(json_t *const *)left, *b = *(json_t *const *)right;
    int order = by_text(a, b, "workload");
    order = order != 0 || brds_workloads_same_sparsity(a, b) ? order
                                                             : by_number(a, b, "overall_sparsity");
    order = order != 0 ? order : by_text(a, b, "pattern");
    order = order != 0 ? order : by_number(a, b, "weight_bits");
    return order != 0 ? order : by_number(a, b, "seed");
}

static brds_status sort(json_t *results, brds_diag *diag)
{
    size_t count = json_array_size(results);
    json_t **list = calloc(count + 1, sizeof(json_t *));
    if (list == NULL) {
        return brds_fail_memory(diag);
    }
    for (size_t i = 0; i < count; i++) {
        list[i] = json_incref(json_array_get(results, i));
    }
    qsort(list, count, sizeof(json_t *), compare);
    for (size_t i = 0; i < count; i++) {
        json_array_set_new(results, i, list[i]);
    }
    free(list);
    return BRDS_OK;
}

static bool holds(const json_t *results, json_t *result)
{
    size_t i;
    json_t *other;
    json_array_foreach(results, i, other)
    {
        if (compare(&other, &result) == 0) {
            return true;
        }
    }
    return false;
}

brds_status brds_workloads_load(const char *path, json_t **results, brds_diag *diag)
{
    size_t i;
    const json_t *result;
    json_t *list;
    *results = NULL;
    brds_status status = brds_json_file(path, &list, diag);
    if (status != BRDS_OK) {
        return status;
    }
    bool good = json_is_array(list) && json_array_size(list) > 0;
    json_array_foreach(list, i, result)
    {
        good = good && json_is_string(json_object_get(result, "workload")) &&
               json_is_string(json_object_get(result, "pattern")) &&
               json_is_number(json_object_get(result, "overall_sparsity"));
    }
    if (!good) {
        json_decref(list);
        return brds_fail(diag, BRDS_EINPUT, path, "give a results.json of 'make workloads'",
                         "it is no list of results");
    }
    *results = list;
    return BRDS_OK;
}

brds_status brds_workloads_merge(json_t *results, const char *path, brds_diag *diag)
{
    json_t *earlier, *result;
    size_t i;
    brds_status status = brds_workloads_load(path, &earlier, diag);
    if (status != BRDS_OK) {
        return status;
    }
    json_array_foreach(earlier, i, result)
    {
        if (!holds(results, result)) {
            json_array_append(results, result);
        }
    }
    json_decref(earlier);
    return sort(results, diag);
}

brds_status brds_workloads_gather(const char *folder, json_t **results, brds_diag *diag)
{
    gathering g = {.results = json_array(), .diag = diag};
    *results = NULL;
    if (g.results == NULL) {
        return brds_fail_memory(diag);
    }
    each(&g, folder, "", visit_workload, NULL);
    if (g.status == BRDS_OK && json_array_size(g.results) == 0) {
        g.status = brds_fail(diag, BRDS_EINPUT, folder, "run 'make workloads' first",
                             "it holds no results");
    }
    if (g.status == BRDS_OK) {
        g.status = sort(g.results, diag);
    }
    if (g.status != BRDS_OK) {
        json_decref(g.results);
        return g.status;
    }
    *results = g.results;
    return BRDS_OK;
}
