/* SPDX-License-Identifier: Apache-2.0 */
#include "report/curves.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "io/file.h"
#include "io/strings.h"
#include "report/gnuplot.h"

typedef struct {
    char *label;
    int epoch;
    double train_loss, valid_loss, train_metric, valid_metric;
} point;

typedef struct {
    const char *path;
    point *points;
    size_t count, capacity;
    bool perplexity;
} log_points;

static void free_points(log_points *log)
{
    for (size_t i = 0; i < log->count; i++) {
        free(log->points[i].label);
    }
    free(log->points);
}

/* --- reading --- */

static bool read_score(json_t *score, const char *metric, double *loss, double *value)
{
    *loss = json_number_value(json_object_get(score, "loss"));
    *value = json_number_value(json_object_get(score, metric));
    return json_is_number(json_object_get(score, "loss")) &&
           json_is_number(json_object_get(score, metric));
}

static bool read_point(log_points *log, json_t *line, point *p)
{
    json_t *train = json_object_get(line, "train"), *valid = json_object_get(line, "valid");
    const char *label = json_string_value(json_object_get(line, "label"));
    json_t *epoch = json_object_get(line, "epoch");
    log->perplexity = json_object_get(train, "perplexity") != NULL;
    const char *metric = log->perplexity ? "perplexity" : "accuracy";
    if (label == NULL || !json_is_integer(epoch) ||
        !read_score(train, metric, &p->train_loss, &p->train_metric)) {
        return false;
    }
    if (!read_score(valid, metric, &p->valid_loss, &p->valid_metric)) {
        p->valid_loss = p->train_loss;
        p->valid_metric = p->train_metric;
    }
    p->epoch = (int)json_integer_value(epoch);
    p->label = brds_string_copy(label);
    return p->label != NULL;
}

static brds_status add_line(log_points *log, const char *text, size_t length, size_t number,
                            brds_diag *diag)
{
    if (log->count == log->capacity) {
        size_t capacity = 2 * log->capacity + 16;
        point *grown = realloc(log->points, capacity * sizeof *grown);
        if (grown == NULL) {
            return brds_fail_memory(diag);
        }
        log->points = grown;
        log->capacity = capacity;
    }
    json_t *line = json_loadb(text, length, 0, NULL);
    bool good = line != NULL && read_point(log, line, &log->points[log->count]);
    json_decref(line);
    if (!good) {
        return brds_fail(diag, BRDS_EINPUT, log->path, "", "line %zu is no epoch of a training",
                         number);
    }
    log->count++;
    return BRDS_OK;
}

static brds_status read_log(log_points *log, brds_diag *diag)
{
    uint8_t *bytes = NULL;
    size_t size = 0, number = 1;
    brds_status status = brds_read_file(log->path, (size_t)1 << 28, &bytes, &size, diag);
    const char *text = (const char *)bytes;
    for (size_t at = 0; status == BRDS_OK && at < size; number++) {
        const char *end = memchr(text + at, '\n', size - at);
        size_t length = end != NULL ? (size_t)(end - text) - at : size - at;
        if (length > 0) {
            status = add_line(log, text + at, length, number, diag);
        }
        at += length + 1;
    }
    free(bytes);
    if (status == BRDS_OK && log->count == 0) {
        status = brds_fail(diag, BRDS_EINPUT, log->path, "", "it holds no epoch");
    }
    return status;
}

/* --- drawing --- */

static bool starts_curve(const log_points *log, size_t i)
{
    return i == 0 || strcmp(log->points[i].label, log->points[i - 1].label) != 0;
}

static void put_title(FILE *script, const char *label, const char *what)
{
    char title[128];
    snprintf(title, sizeof title, "%.100s%s", label, what);
    fputs("title ", script);
    brds_gnuplot_quote(script, title);
    fputs(" noenhanced", script);
}

/* One panel: a curve of every label (several: of the validation set only). */
static void put_panel(FILE *script, const log_points *log, const char *axis, bool metric)
{
    size_t curves = 0;
    for (size_t i = 0; i < log->count; i++) {
        curves += starts_curve(log, i);
    }
    fprintf(script, "set ylabel '%s'\nplot ", axis);
    for (size_t i = 0, seen = 0; i < log->count; i++) {
        if (starts_curve(log, i)) {
            fprintf(script, "%s$data index %zu using 1:%d with linespoints pointsize 0.4 ",
                    seen > 0 ? ", " : "", seen, metric ? 5 : 4);
            put_title(script, log->points[i].label, curves > 1 ? "" : ": validation");
            if (curves == 1) {
                fprintf(script, ", $data index 0 using 1:%d with lines ", metric ? 3 : 2);
                put_title(script, log->points[i].label, ": training");
            }
            seen++;
        }
    }
    fputc('\n', script);
}

static void put_script(FILE *script, const void *context)
{
    const log_points *log = context;
    fputs("$data << END\n", script);
    for (size_t i = 0; i < log->count; i++) {
        const point *p = &log->points[i];
        fprintf(script, "%s%d %.9g %.9g %.9g %.9g\n", i > 0 && starts_curve(log, i) ? "\n\n" : "",
                p->epoch, p->train_loss, p->train_metric, p->valid_loss, p->valid_metric);
    }
    fputs("END\nset grid\nset key outside right\nset xlabel 'epoch'\nset multiplot layout 2,1\n",
          script);
    put_panel(script, log, "loss", false);
    put_panel(script, log, log->perplexity ? "perplexity" : "accuracy", true);
    fputs("unset multiplot\n", script);
}

brds_status brds_curves_plot(const char *log_path, const char *svg_path, brds_diag *diag)
{
    log_points log = {.path = log_path};
    brds_status status = read_log(&log, diag);
    if (status == BRDS_OK) {
        status = brds_gnuplot(svg_path, put_script, &log, diag);
    }
    free_points(&log);
    return status;
}
