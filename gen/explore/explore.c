/* SPDX-License-Identifier: Apache-2.0 */
#include "explore/explore.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "explore/pareto.h"
#include "io/strings.h"
#include "plan/plan_estimate.h"

const char *const brds_best_words[] = {"latency", "area",        "lut",     "ff", "dsp",
                                       "bram",    "utilisation", "quality", NULL};

brds_status brds_explore_begin(brds_explore *explore, const char *text, size_t length, int family,
                               int clock_mhz, brds_diag *diag)
{
    brds_status status = brds_spec_parse(text, length, explore->place, false, &explore->spec, diag);
    if (status != BRDS_OK) {
        return status;
    }
    explore->base = json_loadb(text, length, 0, NULL);
    bool good = explore->base != NULL;
    if (good && family >= 0) {
        json_t *word = json_string(brds_family_name((brds_family)family));
        good = brds_sweep_set(explore->base, "target.family", word);
        explore->spec.family = (brds_family)family;
        json_decref(word);
    }
    if (good && clock_mhz > 0) {
        json_t *number = json_integer(clock_mhz);
        good = brds_sweep_set(explore->base, "target.clock_mhz", number);
        explore->spec.clock_mhz = clock_mhz;
        json_decref(number);
    }
    return good ? BRDS_OK : brds_fail_memory(diag);
}

void brds_explore_free(brds_explore *explore)
{
    for (size_t i = 0; i < explore->reason_count; i++) {
        free(explore->reasons[i].text);
    }
    json_decref(explore->base);
    brds_sweep_free(&explore->sweep);
    brds_quality_free(&explore->quality);
    free(explore->points);
    free(explore->front);
    *explore = (brds_explore){0};
}

/* ---- one point ---- */

/* 15 digits give every decimal number of a user back. */
static char *print(const json_t *document)
{
    char *text = json_dumps(document, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    char *line = text != NULL ? brds_string_format("%s\n", text) : NULL;
    free(text);
    return line;
}

char *brds_explore_document(const brds_explore *explore, size_t point)
{
    const brds_sweep *sweep = &explore->sweep;
    json_t *document = json_deep_copy(explore->base);
    bool good = document != NULL;
    for (size_t a = 0; good && a < sweep->count; a++) {
        for (size_t k = 0; good && k < sweep->axes[a].key_count; k++) {
            good = brds_sweep_set(document, sweep->axes[a].keys[k].path,
                                  brds_sweep_value(sweep, point, a, k));
        }
    }
    char *text = good ? print(document) : NULL;
    json_decref(document);
    return text;
}

static brds_status read_model(brds_explore *explore, brds_family family, brds_diag *diag)
{
    if (explore->model_read[family]) {
        return BRDS_OK;
    }
    explore->model_read[family] = true;
    brds_status status = brds_area_load(family, &explore->models[family], diag);
    return status == BRDS_EINPUT ? BRDS_EFILE
                                 : status; /* the program's file, not the user's spec */
}

static void set_speed(brds_explore_point *point, double cycles)
{
    point->cycles = cycles;
    point->latency_us = cycles / point->clock_mhz;
    point->utilisation = (double)point->macs / ((double)point->multipliers * cycles);
}

void brds_explore_exact(brds_explore_point *point, const brds_plan *plan, const brds_pace *pace)
{
    point->exact = true;
    set_speed(point, brds_plan_cycles_per_step(plan, pace));
}

static void check_limits(const brds_explore *explore, brds_explore_point *point)
{
    point->exceeded = 0;
    for (int r = 0; r < BRDS_RESOURCES; r++) {
        int64_t most = explore->limits.most[r];
        if (most >= 0 && brds_explore_use(point, (brds_resource)r) > most) {
            point->exceeded |= 1U << r;
        }
    }
}

static void set_area(const brds_area_model *model, const brds_plan *plan,
                     const brds_estimate *estimate, brds_explore_point *point)
{
    double terms[BRDS_AREA_TERMS];
    brds_area_terms(plan, estimate, terms);
    point->use[BRDS_LUT] = model->known ? llround(brds_area_predict(&model->lut, terms)) : -1;
    point->use[BRDS_FF] = model->known ? llround(brds_area_predict(&model->ff, terms)) : -1;
    point->use[BRDS_DSP] = estimate->array_dsp + estimate->function_dsp;
    point->use[BRDS_BRAM] = estimate->blocks;
}

static brds_status predict(brds_explore *explore, const brds_spec *spec, brds_explore_point *point,
                           brds_diag *diag)
{
    brds_plan plan;
    brds_estimate estimate;
    brds_pace worst = {{0}, {NULL}};
    brds_status status = brds_plan_make(spec, &plan, diag);
    if (status == BRDS_OK) {
        status = brds_plan_estimate(&plan, spec->family, &estimate, diag);
    }
    if (status == BRDS_OK) {
        status = read_model(explore, spec->family, diag);
    }
    if (status != BRDS_OK) {
        return status;
    }
    brds_plan_worst_gaps(&plan, worst.gaps);
    point->multipliers = plan.multipliers;
    point->clock_mhz = spec->clock_mhz;
    point->family = spec->family;
    point->macs = plan.macs;
    point->worst_cycles = brds_plan_cycles_per_step(&plan, &worst);
    set_speed(point, point->worst_cycles);
    set_area(&explore->models[spec->family], &plan, &estimate, point);
    explore->has_dsp = explore->has_dsp || point->use[BRDS_DSP] > 0;
    point->quality = brds_quality_of(&explore->quality, &explore->sweep, point->point);
    check_limits(explore, point);
    return BRDS_OK;
}

/* ---- all points ---- */

/* Counts a refusal under its first message. */
static bool refuse(brds_explore *explore, size_t point, const brds_diag *diag)
{
    const brds_message *message = diag->count > 0 ? &diag->messages[0] : NULL;
    char *text = message != NULL
                     ? brds_string_format("%s: %s", message->place, message->text)
                     : brds_string_copy("the spec has no such key: is there the layer?");
    explore->refused++;
    if (text == NULL) {
        return false;
    }
    for (size_t i = 0; i < explore->reason_count; i++) {
        if (strcmp(explore->reasons[i].text, text) == 0) {
            explore->reasons[i].count++;
            free(text);
            return true;
        }
    }
    if (explore->reason_count < BRDS_EXPLORE_REASONS) {
        explore->reasons[explore->reason_count++] = (brds_explore_reason){text, 1, point};
    } else {
        free(text);
    }
    return true;
}

static brds_status try_point(brds_explore *explore, size_t number, brds_diag *diag)
{
    brds_diag quiet = {0};
    brds_spec spec;
    brds_explore_point *point = &explore->points[explore->count];
    char *text = brds_explore_document(explore, number);
    brds_status status =
        text != NULL ? brds_spec_parse(text, strlen(text), explore->place, false, &spec, &quiet)
                     : BRDS_EINPUT;
    free(text);
    *point = (brds_explore_point){.point = number};
    if (status == BRDS_OK) {
        status = predict(explore, &spec, point, &quiet);
        explore->count += status == BRDS_OK ? 1 : 0;
    }
    if (status == BRDS_EINPUT) {
        status = refuse(explore, number, &quiet) ? BRDS_OK : brds_fail_memory(diag);
    } else if (status != BRDS_OK) {
        const brds_message *why = quiet.count > 0 ? &quiet.messages[0] : NULL;
        brds_fail(diag, status, why ? why->place : "", why ? why->hint : "", "%s",
                  why ? why->text : "out of memory");
    }
    brds_diag_free(&quiet);
    return status;
}

brds_status brds_explore_predict(brds_explore *explore, brds_diag *diag)
{
    size_t total = brds_sweep_points(&explore->sweep);
    brds_status status = BRDS_OK;
    explore->points = calloc(total, sizeof *explore->points);
    explore->front = calloc(total, sizeof *explore->front);
    if (explore->points == NULL || explore->front == NULL) {
        return brds_fail_memory(diag);
    }
    for (size_t p = 0; p < total && status == BRDS_OK; p++) {
        status = try_point(explore, p, diag);
    }
    return status;
}

/* ---- the front ---- */

int64_t brds_explore_use(const brds_explore_point *point, brds_resource resource)
{
    return point->measured ? point->found[resource] : point->use[resource];
}

void brds_explore_measured(brds_explore *explore, brds_explore_point *point, const json_t *report)
{
    json_int_t lut = json_integer_value(json_object_get(report, "lut"));
    point->found[BRDS_LUT] = lut + json_integer_value(json_object_get(report, "lutram"));
    point->found[BRDS_FF] = json_integer_value(json_object_get(report, "ff"));
    point->found[BRDS_DSP] = json_integer_value(json_object_get(report, "dsp"));
    point->found[BRDS_BRAM] = json_integer_value(json_object_get(report, "bram"));
    point->seconds = json_number_value(json_object_get(report, "seconds"));
    point->measured = true;
    check_limits(explore, point);
}

/* The less the better; a quality that is not given is the worst. */
static double quality_cost(const brds_explore *explore, const brds_explore_point *point)
{
    double sign = explore->quality.falls ? 1.0 : -1.0;
    return isnan(point->quality) ? HUGE_VAL : sign * point->quality;
}

static double area_cost(const brds_explore *explore, const brds_explore_point *point)
{
    double largest = -1.0;
    for (int r = 0; r < BRDS_RESOURCES; r++) {
        if (explore->limits.most[r] > 0 && point->use[r] >= 0) {
            double share = (double)point->use[r] / (double)explore->limits.most[r];
            largest = share > largest ? share : largest;
        }
    }
    return largest >= 0.0 ? largest
                          : (double)point->use[BRDS_DSP] + 1e-7 * (double)point->use[BRDS_BRAM];
}

static double cost(const brds_explore *explore, const brds_explore_point *point, brds_best best)
{
    switch (best) {
    case BRDS_BEST_AREA:
        return area_cost(explore, point);
    case BRDS_BEST_LUT:
        return (double)point->use[BRDS_LUT];
    case BRDS_BEST_FF:
        return (double)point->use[BRDS_FF];
    case BRDS_BEST_DSP:
        return (double)point->use[BRDS_DSP];
    case BRDS_BEST_BRAM:
        return (double)point->use[BRDS_BRAM];
    case BRDS_BEST_UTILISATION:
        return -point->utilisation;
    case BRDS_BEST_QUALITY:
        return quality_cost(explore, point);
    case BRDS_BEST_LATENCY:
        break;
    }
    return point->latency_us;
}

enum { AXES = 6 };

static void set_costs(const brds_explore *explore, const brds_explore_point *point,
                      double costs[AXES])
{
    static const brds_best axes[AXES] = {BRDS_BEST_LATENCY, BRDS_BEST_DSP, BRDS_BEST_BRAM,
                                         BRDS_BEST_LUT,     BRDS_BEST_FF,  BRDS_BEST_QUALITY};
    for (int i = 0; i < AXES; i++) {
        costs[i] = cost(explore, point, axes[i]);
    }
}

/* By the criterion, then by latency, then by area, then as they come: an insertion sort, as fronts are short. */
static void add_to_front(brds_explore *explore, size_t p, brds_best best)
{
    static const brds_best then[] = {BRDS_BEST_LATENCY, BRDS_BEST_AREA};
    size_t at = explore->front_count++;
    for (; at > 0; at--) {
        const brds_explore_point *other = &explore->points[explore->front[at - 1]];
        double difference = cost(explore, &explore->points[p], best) - cost(explore, other, best);
        for (size_t i = 0; i < 2 && !(difference < 0.0 || difference > 0.0); i++) {
            difference =
                cost(explore, &explore->points[p], then[i]) - cost(explore, other, then[i]);
        }
        if (!(difference < 0.0)) {
            break;
        }
        explore->front[at] = explore->front[at - 1];
    }
    explore->front[at] = p;
}

brds_status brds_explore_front(brds_explore *explore, brds_best best, brds_diag *diag)
{
    double *costs = calloc(explore->count + 1, AXES * sizeof *costs);
    size_t *which = malloc((explore->count + 1) * sizeof *which), fitting = 0;
    bool *front = malloc((explore->count + 1) * sizeof *front);
    bool good = costs != NULL && which != NULL && front != NULL;
    for (size_t p = 0; good && p < explore->count; p++) {
        if (explore->points[p].exceeded == 0) {
            set_costs(explore, &explore->points[p], costs + fitting * AXES);
            which[fitting++] = p;
        }
    }
    good = good && brds_pareto_front(costs, fitting, AXES, front);
    for (size_t i = 0; good && i < fitting; i++) {
        explore->points[which[i]].front = front[i];
        if (front[i]) {
            add_to_front(explore, which[i], best);
        }
    }
    free(costs);
    free(which);
    free(front);
    return good ? BRDS_OK : brds_fail_memory(diag);
}
