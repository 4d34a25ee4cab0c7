/* SPDX-License-Identifier: Apache-2.0 */
#include "explore/explore_report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/strings.h"
#include "plan/plan_estimate.h"
#include "version.h"

/* ---- texts of values ---- */

const char *brds_explore_key_name(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot != NULL ? dot + 1 : path;
}

void brds_explore_value_text(const json_t *value, char *out, size_t room)
{
    if (json_is_string(value)) {
        snprintf(out, room, "%s", json_string_value(value));
    } else if (json_is_boolean(value)) {
        snprintf(out, room, "%s", json_is_true(value) ? "true" : "false");
    } else {
        snprintf(out, room, "%.15g", json_number_value(value));
    }
}

char *brds_explore_label(const brds_explore *explore, size_t point)
{
    const brds_sweep *sweep = &explore->sweep;
    char *label = brds_string_copy(""), value[64];
    for (size_t a = 0; label != NULL && a < sweep->count; a++) {
        for (size_t k = 0; label != NULL && k < sweep->axes[a].key_count; k++) {
            brds_explore_value_text(brds_sweep_value(sweep, point, a, k), value, sizeof value);
            char *longer =
                brds_string_format("%s%s%s=%s", label, *label ? " " : "",
                                   brds_explore_key_name(sweep->axes[a].keys[k].path), value);
            free(label);
            label = longer;
        }
    }
    return label;
}

/* ---- JSON ---- */

static json_t *uses_json(const int64_t use[BRDS_RESOURCES])
{
    json_t *object = json_object();
    for (int r = 0; r < BRDS_RESOURCES; r++) {
        json_object_set_new(object, brds_resource_names[r],
                            use[r] >= 0 ? json_integer(use[r]) : json_null());
    }
    return object;
}

static json_t *exceeded_json(const brds_explore_point *point)
{
    json_t *list = json_array();
    for (int r = 0; r < BRDS_RESOURCES; r++) {
        if (point->exceeded >> r & 1U) {
            json_array_append_new(list, json_string(brds_resource_names[r]));
        }
    }
    return list;
}

static json_t *point_json(const brds_explore *explore, const brds_explore_point *point)
{
    json_t *object = json_pack(
        "{s:I, s:o, s:i, s:f, s:f, s:s, s:i, s:f, s:f, s:o, s:o, s:o, s:b}", "point",
        (json_int_t)point->point, "set", brds_sweep_settings(&explore->sweep, point->point),
        "multipliers", point->multipliers, "cycles", point->cycles, "worst_cycles",
        point->worst_cycles, "gaps", point->exact ? "exact" : "worst case", "clock_mhz",
        point->clock_mhz, "latency_us", point->latency_us, "utilisation", point->utilisation,
        "predicted", uses_json(point->use), "quality",
        isnan(point->quality) ? json_null() : json_real(point->quality), "exceeds",
        exceeded_json(point), "front", point->front);
    if (point->measured) {
        json_t *found = uses_json(point->found);
        json_object_set_new(found, "seconds", json_real(point->seconds));
        json_object_set_new(object, "measured", found);
    }
    return object;
}

static json_t *refused_json(const brds_explore *explore)
{
    json_t *reasons = json_array();
    for (size_t i = 0; i < explore->reason_count; i++) {
        const brds_explore_reason *reason = &explore->reasons[i];
        json_array_append_new(reasons,
                              json_pack("{s:s, s:I, s:o}", "reason", reason->text, "count",
                                        (json_int_t)reason->count, "first",
                                        brds_sweep_settings(&explore->sweep, reason->first)));
    }
    return json_pack("{s:I, s:o}", "count", (json_int_t)explore->refused, "reasons", reasons);
}

static json_t *sweep_json(const brds_sweep *sweep)
{
    json_t *object = json_object();
    for (size_t a = 0; a < sweep->count; a++) {
        for (size_t k = 0; k < sweep->axes[a].key_count; k++) {
            json_object_set(object, sweep->axes[a].keys[k].path, sweep->axes[a].keys[k].values);
        }
    }
    return object;
}

static json_t *models_json(const brds_explore *explore)
{
    json_t *object = json_object();
    for (int f = 0; f < BRDS_EXPLORE_FAMILIES; f++) {
        if (explore->model_read[f]) {
            json_object_set_new(object, brds_family_name((brds_family)f),
                                brds_area_errors_json(&explore->models[f]));
        }
    }
    return object;
}

static json_t *device_json(const brds_device *device)
{
    return device != NULL ? json_pack("{s:s, s:s}", "name", device->name, "source", device->source)
                          : json_null();
}

json_t *brds_explore_json(const brds_explore_report *report)
{
    const brds_explore *explore = report->explore;
    json_t *front = json_array(), *points = json_array();
    for (size_t i = 0; i < explore->front_count; i++) {
        json_array_append_new(front,
                              json_integer((json_int_t)explore->points[explore->front[i]].point));
    }
    for (size_t p = 0; p < explore->count; p++) {
        json_array_append_new(points, point_json(explore, &explore->points[p]));
    }
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "brdsgen", BRDS_VERSION,
                     "spec", explore->spec.name, "command", report->command, "sweep",
                     sweep_json(&explore->sweep), "device", device_json(report->device), "limits",
                     uses_json(explore->limits.most), "area_model", models_json(explore), "refused",
                     refused_json(explore), "front", front, "points", points);
}

/* ---- text ---- */

static void print_keys(const brds_sweep *sweep, size_t point, bool names, FILE *stream)
{
    char text[64];
    for (size_t a = 0; a < sweep->count; a++) {
        for (size_t k = 0; k < sweep->axes[a].key_count; k++) {
            const char *name = brds_explore_key_name(sweep->axes[a].keys[k].path);
            int width = strlen(name) > 5 ? (int)strlen(name) : 5;
            brds_explore_value_text(brds_sweep_value(sweep, point, a, k), text, sizeof text);
            fprintf(stream, "%*s ", width, names ? name : text);
        }
    }
}

static void print_use(int64_t use, FILE *stream)
{
    if (use < 0) {
        fprintf(stream, " %7s", "-");
    } else {
        fprintf(stream, " %7lld", (long long)use);
    }
}

static double percent_off(int64_t predicted, int64_t measured)
{
    double of = measured > 0 ? (double)measured : 1.0;
    return 100.0 * (double)(predicted - measured) / of;
}

/* What a synthesis found, below the prediction. */
static void print_measured(const brds_explore_point *point, FILE *stream)
{
    fprintf(stream, "    measured in %.0f s:", point->seconds);
    for (int r = 0; r < BRDS_RESOURCES; r++) {
        fprintf(stream, " %s %lld", brds_resource_names[r], (long long)point->found[r]);
        if (point->use[r] >= 0) {
            fprintf(stream, " (predicted %+.1f %%)", percent_off(point->use[r], point->found[r]));
        }
        fputs(r + 1 < BRDS_RESOURCES ? "," : "", stream);
    }
    for (int r = 0; r < BRDS_RESOURCES; r++) {
        if (point->exceeded >> r & 1U) {
            fprintf(stream, "; %s above the limit", brds_resource_names[r]);
        }
    }
    fputc('\n', stream);
}

static void print_point(const brds_explore *explore, const brds_explore_point *point, FILE *stream)
{
    print_keys(&explore->sweep, point->point, false, stream);
    fprintf(stream, "%6d %10.2f%c %10.3f %6.2f", point->multipliers, point->cycles,
            point->exact ? ' ' : '*', point->latency_us, 100.0 * point->utilisation);
    for (int r = 0; r < BRDS_RESOURCES; r++) {
        print_use(point->use[r], stream);
    }
    if (explore->quality.entries != NULL && isnan(point->quality)) {
        fputs("  -", stream);
    } else if (explore->quality.entries != NULL) {
        fprintf(stream, "  %g", point->quality);
    }
    fputc('\n', stream);
    if (point->measured) {
        print_measured(point, stream);
    }
}

static void print_error(const char *what, const brds_area_sum *sum, FILE *stream)
{
    fprintf(stream,
            "  %s: %.1f %% on average, %.1f %% at worst, of %zu cores fitted; "
            "%.1f %%, %.1f %% of %zu held out\n",
            what, 100.0 * sum->fitted.mean, 100.0 * sum->fitted.worst, sum->fitted.points,
            100.0 * sum->held_out.mean, 100.0 * sum->held_out.worst, sum->held_out.points);
}

static void print_models(const brds_explore *explore, FILE *stream)
{
    for (int f = 0; f < BRDS_EXPLORE_FAMILIES; f++) {
        const char *name = brds_family_name((brds_family)f);
        if (explore->models[f].known) {
            fprintf(stream, "LUT and FF of %s are estimates, whose errors were\n", name);
            print_error("LUT", &explore->models[f].lut, stream);
            print_error("FF", &explore->models[f].ff, stream);
        } else if (explore->model_read[f]) {
            fprintf(stream, "LUT and FF of %s are not estimated: nothing was fitted to it\n", name);
        }
    }
}

static void print_refused(const brds_explore *explore, FILE *stream)
{
    size_t told = 0;
    for (size_t i = 0; i < explore->reason_count; i++) {
        fprintf(stream, "  refused %zu: %s\n", explore->reasons[i].count, explore->reasons[i].text);
        told += explore->reasons[i].count;
    }
    if (told < explore->refused) {
        fprintf(stream, "  refused %zu for other reasons\n", explore->refused - told);
    }
}

/* How many points exceed what; what one point does not know, none does. */
static void print_limits(const brds_explore_report *report, FILE *stream)
{
    const brds_explore *explore = report->explore;
    size_t unfit = 0;
    bool any = false;
    for (int r = 0; r < BRDS_RESOURCES; r++) {
        size_t above = 0;
        for (size_t p = 0; p < explore->count; p++) {
            above += explore->points[p].exceeded >> r & 1U;
        }
        if (explore->limits.most[r] >= 0) {
            bool known = explore->count > 0 && explore->points[0].use[r] >= 0;
            fprintf(stream, "  %s: %lld, ", brds_resource_names[r],
                    (long long)explore->limits.most[r]);
            if (known) {
                fprintf(stream, "exceeded by %zu", above);
            } else {
                fputs("not estimated", stream);
            }
            any = true;
        }
    }
    for (size_t p = 0; p < explore->count; p++) {
        unfit += explore->points[p].exceeded != 0 ? 1 : 0;
    }
    if (any) {
        fprintf(stream, "\n  %zu points do not fit%s%s\n", unfit, report->device != NULL ? " " : "",
                report->device != NULL ? report->device->name : "");
    }
}

static void print_front(const brds_explore_report *report, FILE *stream)
{
    const brds_explore *explore = report->explore;
    bool worst = false;
    fputc('\n', stream);
    print_keys(&explore->sweep, 0, true, stream);
    fprintf(stream, "%6s %11s %10s %6s %7s %7s %7s %7s%s%s\n", "mult", "cycles ", "us", "util%",
            "LUT", "FF", "DSP", "memory", explore->quality.metric != NULL ? "  " : "",
            explore->quality.metric != NULL ? explore->quality.metric : "");
    for (size_t i = 0; i < explore->front_count; i++) {
        const brds_explore_point *point = &explore->points[explore->front[i]];
        print_point(explore, point, stream);
        worst = worst || !point->exact;
    }
    fputs(worst ? "* with the largest gaps that weights of this shape can ask for\n" : "", stream);
}

void brds_explore_print(const brds_explore_report *report, FILE *stream)
{
    const brds_explore *explore = report->explore;
    size_t total = explore->count + explore->refused;
    fprintf(stream, "%s: %zu points, %zu refused, %zu on the front (by %s)\n", explore->spec.name,
            total, explore->refused, explore->front_count, brds_best_words[report->best]);
    print_refused(explore, stream);
    print_limits(report, stream);
    if (explore->front_count > 0) {
        print_front(report, stream);
    }
    print_models(explore, stream);
}
