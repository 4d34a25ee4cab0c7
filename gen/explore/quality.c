/* SPDX-License-Identifier: Apache-2.0 */
#include "explore/quality.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/strings.h"
#include "report/json_file.h"

static const char shape[] =
    "{\"set\": {\"numeric.weight.bits\": 4}, \"metric\": \"accuracy\", \"value\": 0.99}";

/* What is wrong with an entry, NULL if nothing. */
static char *fault_of(json_t *entry, const brds_sweep *sweep, const char *metric)
{
    json_t *set = json_object_get(entry, "set"), *value;
    const char *name = json_string_value(json_object_get(entry, "metric")), *path;
    if (!json_is_object(set) || name == NULL || !json_is_number(json_object_get(entry, "value"))) {
        return brds_string_format("it is not like %s", shape);
    }
    if (metric != NULL && strcmp(metric, name) != 0) {
        return brds_string_format("its metric is %s, that of the first entry %s", name, metric);
    }
    json_object_foreach(set, path, value)
    {
        if (brds_sweep_find(sweep, 0, path) == NULL) {
            return brds_string_format("%s is not swept", path);
        }
    }
    return NULL;
}

static brds_status set_metric(brds_quality *quality, const char *path, brds_diag *diag)
{
    static const char *const rising[] = {"accuracy", NULL};
    static const char *const falling[] = {"perplexity", "loss", "error", NULL};
    const json_t *first = json_array_get(quality->entries, 0);
    quality->metric = json_string_value(json_object_get(first, "metric"));
    for (size_t i = 0; rising[i] != NULL; i++) {
        if (strcmp(rising[i], quality->metric) == 0) {
            return BRDS_OK;
        }
    }
    for (size_t i = 0; falling[i] != NULL; i++) {
        if (strcmp(falling[i], quality->metric) == 0) {
            quality->falls = true;
            return BRDS_OK;
        }
    }
    return brds_fail(diag, BRDS_EINPUT, path, "accuracy, perplexity, loss or error",
                     "it is not known whether more or less %s is better", quality->metric);
}

static brds_status check(const brds_quality *quality, const char *path, const brds_sweep *sweep,
                         brds_diag *diag)
{
    const char *metric = NULL;
    size_t i;
    json_t *entry;
    json_array_foreach(quality->entries, i, entry)
    {
        char *fault = fault_of(entry, sweep, metric);
        if (fault != NULL) {
            char *place = brds_string_format("%s:/%zu", path, i);
            brds_fail(diag, BRDS_EINPUT, place, "", "%s", fault);
            free(place);
            free(fault);
            return BRDS_EINPUT;
        }
        metric = json_string_value(json_object_get(entry, "metric"));
    }
    return BRDS_OK;
}

brds_status brds_quality_load(const char *path, const brds_sweep *sweep, brds_quality *quality,
                              brds_diag *diag)
{
    *quality = (brds_quality){0};
    brds_status status = brds_json_file(path, &quality->entries, diag);
    if (status == BRDS_OK && json_array_size(quality->entries) == 0) {
        status = brds_fail(diag, BRDS_EINPUT, path, shape, "it is no list of entries");
    }
    if (status == BRDS_OK) {
        status = check(quality, path, sweep, diag);
    }
    return status == BRDS_OK ? set_metric(quality, path, diag) : status;
}

void brds_quality_free(brds_quality *quality)
{
    json_decref(quality->entries);
    *quality = (brds_quality){0};
}

static bool holds(json_t *set, const brds_sweep *sweep, size_t point)
{
    const char *path;
    json_t *value;
    json_object_foreach(set, path, value)
    {
        if (!json_equal(value, brds_sweep_find(sweep, point, path))) {
            return false;
        }
    }
    return true;
}

double brds_quality_of(const brds_quality *quality, const brds_sweep *sweep, size_t point)
{
    double value = NAN;
    size_t i, keys = 0;
    json_t *entry;
    json_array_foreach(quality->entries, i, entry)
    {
        json_t *set = json_object_get(entry, "set");
        size_t size = json_object_size(set);
        if (holds(set, sweep, point) && (isnan(value) || size > keys)) {
            value = json_number_value(json_object_get(entry, "value"));
            keys = size;
        }
    }
    return value;
}
