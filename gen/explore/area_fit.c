/* SPDX-License-Identifier: Apache-2.0
 *
 * The coefficients of the area model.
 */
#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "explore/area.h"
#include "io/strings.h"
#include "report/json_file.h"

enum { N = BRDS_AREA_TERMS };

/* ---- least squares ---- */

typedef struct {
    double a[N][N], b[N]; /* a w = b: the normal equations, columns scaled to length 1 */
    double scale[N];      /* 0: the term is 0 in all points */
    bool free[N];         /* may differ from 0 */
} equations;

static void make_equations(equations *e, const double *terms, const double *y, size_t points)
{
    *e = (equations){.scale = {0}};
    for (size_t p = 0; p < points; p++) {
        for (int i = 0; i < N; i++) {
            double u = terms[p * N + (size_t)i] / y[p];
            e->b[i] += u;
            for (int j = 0; j < N; j++) {
                e->a[i][j] += u * terms[p * N + (size_t)j] / y[p];
            }
        }
    }
    for (int i = 0; i < N; i++) {
        e->scale[i] = e->a[i][i] > 0.0 ? 1.0 / sqrt(e->a[i][i]) : 0.0;
    }
    for (int i = 0; i < N; i++) {
        e->b[i] *= e->scale[i];
        for (int j = 0; j < N; j++) {
            e->a[i][j] *= e->scale[i] * e->scale[j];
        }
    }
}

/* Solves for the free terms by Cholesky's way; false where they depend on each other. */
static bool solve(const equations *e, double w[N])
{
    double l[N][N] = {{0}}, z[N] = {0};
    for (int i = 0; i < N; i++) {
        for (int j = 0; j <= i; j++) {
            double sum = e->a[i][j];
            for (int k = 0; k < j; k++) {
                sum -= l[i][k] * l[j][k];
            }
            if (!e->free[i] || !e->free[j]) {
                l[i][j] = i == j ? 1.0 : 0.0;
            } else if (i != j) {
                l[i][j] = sum / l[j][j];
            } else if (sum <= 1e-11) {
                return false;
            } else {
                l[i][i] = sqrt(sum);
            }
        }
    }
    for (int i = 0; i < N; i++) {
        z[i] = e->free[i] ? e->b[i] : 0.0;
        for (int k = 0; k < i; k++) {
            z[i] -= l[i][k] * z[k];
        }
        z[i] /= l[i][i];
    }
    for (int i = N; i-- > 0;) {
        w[i] = z[i];
        for (int k = i + 1; k < N; k++) {
            w[i] -= l[k][i] * w[k];
        }
        w[i] /= l[i][i];
    }
    return true;
}

/* The term whose weight should grow most, -1: none. */
static int steepest(const equations *e, const double w[N], const bool refused[N])
{
    int best = -1;
    double most = 1e-10;
    for (int i = 0; i < N; i++) {
        double slope = e->b[i];
        for (int j = 0; j < N; j++) {
            slope -= e->a[i][j] * w[j];
        }
        if (!e->free[i] && !refused[i] && e->scale[i] > 0.0 && slope > most) {
            most = slope;
            best = i;
        }
    }
    return best;
}

/* Goes from w towards `aim` as far as no weight becomes negative; those at 0 are held there. */
static bool move(equations *e, double w[N], const double aim[N])
{
    double share = 1.0;
    bool whole = true;
    for (int i = 0; i < N; i++) {
        if (e->free[i] && aim[i] <= 0.0) {
            double here = w[i] / (w[i] - aim[i]);
            share = here < share ? here : share;
            whole = false;
        }
    }
    for (int i = 0; i < N; i++) {
        w[i] += share * (aim[i] - w[i]);
        if (e->free[i] && !whole && aim[i] <= 0.0 && w[i] <= 1e-15) {
            w[i] = 0.0;
            e->free[i] = false;
        }
    }
    return whole;
}

void brds_area_least_squares(const double *terms, const double *y, size_t points,
                             double weights[BRDS_AREA_TERMS])
{
    enum { ROUNDS = 10 * N };
    equations e;
    double w[N] = {0}, aim[N];
    bool refused[N] = {false};
    make_equations(&e, terms, y, points);
    for (int round = 0, next; round < ROUNDS && (next = steepest(&e, w, refused)) >= 0; round++) {
        e.free[next] = true;
        bool solved = solve(&e, aim);
        if (!solved || aim[next] <= 0.0) { /* it depends on the others: they do without it */
            e.free[next] = false;
            refused[next] = true;
            continue;
        }
        while (solved && !move(&e, w, aim)) {
            solved = solve(&e, aim);
        }
    }
    for (int i = 0; i < N; i++) {
        weights[i] = w[i] * e.scale[i];
    }
}

/* ---- points ---- */

enum { MOST_POINTS = 256 };

typedef struct {
    size_t count;
    char *names[MOST_POINTS];
    bool held_out[MOST_POINTS];
    double terms[MOST_POINTS][N];
    double lut[MOST_POINTS], ff[MOST_POINTS];
    brds_family family;
} point_set;

static int select_core(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static brds_status add_point(point_set *set, const char *name, const brds_spec *spec,
                             const json_t *report, const char *place, brds_diag *diag)
{
    brds_plan plan;
    brds_estimate estimate;
    brds_status status = brds_plan_make(spec, &plan, diag);
    if (status == BRDS_OK) {
        status = brds_plan_estimate(&plan, spec->family, &estimate, diag);
    }
    if (status != BRDS_OK) {
        return status;
    }
    if (set->count == MOST_POINTS || (set->count > 0 && set->family != spec->family)) {
        return brds_fail(diag, BRDS_EINPUT, place, "fit one family at a time",
                         "it is of another family, or one point too many");
    }
    size_t p = set->count;
    set->family = spec->family;
    set->lut[p] = brds_json_number_of(report, "lut") + brds_json_number_of(report, "lutram");
    set->ff[p] = brds_json_number_of(report, "ff");
    if (set->lut[p] <= 0.0 || set->ff[p] <= 0.0) {
        return brds_fail(diag, BRDS_EINPUT, place, "", "it has no figures of a netlist");
    }
    set->held_out[p] = brds_string_starts(name, "hold");
    brds_area_terms(&plan, &estimate, set->terms[p]);
    set->names[p] = brds_string_copy(name);
    set->count++;
    return set->names[p] != NULL ? BRDS_OK : brds_fail_memory(diag);
}

static brds_status read_point(point_set *set, const char *folder, const char *name, brds_diag *diag)
{
    brds_spec spec;
    json_t *report = NULL;
    char *spec_path = brds_string_format("%s/%s/spec.json", folder, name);
    char *report_path = brds_string_format("%s/%s/report.json", folder, name);
    brds_status status = spec_path != NULL && report_path != NULL
                             ? brds_spec_load(spec_path, false, &spec, diag)
                             : brds_fail_memory(diag);
    if (status == BRDS_OK) {
        status = brds_json_file(report_path, &report, diag);
    }
    if (status == BRDS_OK) {
        status = add_point(set, name, &spec, report, report_path, diag);
    }
    json_decref(report);
    free(spec_path);
    free(report_path);
    return status;
}

static brds_status read_points(point_set *set, const char *folder, brds_diag *diag)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, select_core, alphasort);
    if (count < 0) {
        return brds_fail(diag, BRDS_EFILE, folder, "synth/fit.sh makes it",
                         "cannot read the folder");
    }
    brds_status status = BRDS_OK;
    for (int i = 0; i < count; i++) {
        if (status == BRDS_OK) {
            status = read_point(set, folder, entries[i]->d_name, diag);
        }
        free(entries[i]);
    }
    free(entries);
    if (status == BRDS_OK && set->count == 0) {
        status = brds_fail(diag, BRDS_EINPUT, folder, "synth/fit.sh makes it", "it has no cores");
    }
    return status;
}

/* ---- the document ---- */

static json_t *error_of(const point_set *set, const double *y, const brds_area_sum *sum, bool held)
{
    double mean = 0.0, worst = 0.0;
    size_t points = 0;
    for (size_t p = 0; p < set->count; p++) {
        if (set->held_out[p] == held) {
            double error = fabs(brds_area_predict(sum, set->terms[p]) - y[p]) / y[p];
            mean += error;
            worst = error > worst ? error : worst;
            points++;
        }
    }
    mean = points > 0 ? mean / (double)points : 0.0;
    return json_pack("{s:I, s:f, s:f}", "points", (json_int_t)points, "mean", mean, "worst", worst);
}

static json_t *fit_sum(const point_set *set, const double *y, brds_area_sum *sum)
{
    static double terms[MOST_POINTS * N], of[MOST_POINTS];
    size_t points = 0;
    for (size_t p = 0; p < set->count; p++) {
        if (!set->held_out[p]) {
            memcpy(terms + points * N, set->terms[p], sizeof set->terms[p]);
            of[points++] = y[p];
        }
    }
    brds_area_least_squares(terms, of, points, sum->weights);
    json_t *weights = json_object();
    for (int t = 0; t < N; t++) {
        json_object_set_new(weights, brds_area_term_names[t], json_real(sum->weights[t]));
    }
    return json_pack("{s:o, s:{s:o, s:o}}", "weights", weights, "error", "fitted",
                     error_of(set, y, sum, false), "held_out", error_of(set, y, sum, true));
}

static json_t *points_json(const point_set *set, const brds_area_sum *lut, const brds_area_sum *ff)
{
    json_t *list = json_array();
    for (size_t p = 0; p < set->count; p++) {
        json_array_append_new(
            list, json_pack("{s:s, s:b, s:I, s:I, s:I, s:I}", "core", set->names[p], "held_out",
                            set->held_out[p], "lut", (json_int_t)set->lut[p], "lut_predicted",
                            (json_int_t)llround(brds_area_predict(lut, set->terms[p])), "ff",
                            (json_int_t)set->ff[p], "ff_predicted",
                            (json_int_t)llround(brds_area_predict(ff, set->terms[p]))));
    }
    return list;
}

brds_status brds_area_fit(const char *folder, json_t **document, brds_diag *diag)
{
    point_set *set = calloc(1, sizeof *set);
    if (set == NULL) {
        return brds_fail_memory(diag);
    }
    brds_status status = read_points(set, folder, diag);
    if (status == BRDS_OK) {
        brds_area_sum lut, ff;
        json_t *of_lut = fit_sum(set, set->lut, &lut), *of_ff = fit_sum(set, set->ff, &ff);
        *document = json_pack("{s:s, s:o, s:o, s:o}", "family", brds_family_name(set->family),
                              "lut", of_lut, "ff", of_ff, "points", points_json(set, &lut, &ff));
        status = *document != NULL ? BRDS_OK : brds_fail_memory(diag);
    }
    for (size_t p = 0; p < set->count; p++) {
        free(set->names[p]);
    }
    free(set);
    return status;
}
