/* SPDX-License-Identifier: Apache-2.0
 *
 * The same table on every machine: the functions are computed here with
 * additions, multiplications and divisions of doubles only, which IEEE 754
 * rounds alike everywhere, and not with the C library's exp and tanh, whose
 * last bits differ between libraries.  Their errors are below 1e-13; an output
 * LSB is 1.5e-5 or more.  Fusing a * b + c would break this: -std=c11 forbids
 * it in gcc, the pragma in clang.
 */
#include "fixed/pwl.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fixed/fixed.h"

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif

enum { EXP_STEPS = 16, EXP_LIMIT = 16 };

/* Everything one table is made with. */
typedef struct {
    brds_pwl *pwl;
    double decay[EXP_STEPS * EXP_LIMIT + 1]; /* e^(-k/16) */
    /* f of each z of a segment, in output LSBs.  One sample more where tanh is
     * clamped: the end of the range, where the constant is farthest from tanh. */
    double *value; /* (2^offset_bits + 1) */
    int64_t samples;
    int64_t end_dz, end_z; /* of that one sample */
} brds_fit;

/* --- the functions --- */

static void fill_decay(double *decay)
{
    const double step = 0.93941306281347578611; /* e^(-1/16) */
    decay[0] = 1.0;
    for (int k = 1; k <= EXP_STEPS * EXP_LIMIT; k++) {
        decay[k] = decay[k - 1] * step;
    }
}

/* e^-x, 0 <= x <= 16: e^(-k/16) from the table times the Taylor series of the
 * rest, |rest| <= 1/32 (the first term left out is below 2^-60). */
static double decay_at(const double *decay, double x)
{
    int k = (int)(x * EXP_STEPS + 0.5);
    double r = k * (1.0 / EXP_STEPS) - x;
    double series = 1.0 / 40320;
    series = series * r + 1.0 / 5040;
    series = series * r + 1.0 / 720;
    series = series * r + 1.0 / 120;
    series = series * r + 1.0 / 24;
    series = series * r + 1.0 / 6;
    series = series * r + 0.5;
    series = series * r + 1.0;
    series = series * r + 1.0;
    return decay[k] * series;
}

/* f(z * 2^-frac) in output LSBs, |z * 2^-frac| <= 8. */
static double exact(const brds_fit *fit, int64_t z)
{
    double unit = (double)(INT64_C(1) << fit->pwl->frac);
    double x = (double)z / unit;
    double y;
    if (fit->pwl->function == BRDS_SIGMOID) {
        double e = decay_at(fit->decay, x < 0 ? -x : x);
        y = (x < 0 ? e : 1.0) / (1.0 + e);
    } else {
        double e = decay_at(fit->decay, x < 0 ? -2.0 * x : 2.0 * x);
        y = (1.0 - e) / (1.0 + e);
        y = x < 0 ? -y : y;
    }
    return y * unit;
}

/* --- one segment --- */

/* A segment's line and its largest error, in output LSBs. */
typedef struct {
    int64_t start, slope;
    double error;
    int64_t error_at; /* sample */
} brds_line;

/* The dz that the hardware has for a sample. */
static int64_t sample_dz(const brds_fit *fit, int64_t i)
{
    return i < INT64_C(1) << fit->pwl->offset_bits ? i : fit->end_dz;
}

/* Moves a start to where the whole segment (the slope is not negative, so its
 * ends) lies in the function's range. */
static int64_t start_in_range(const brds_pwl *pwl, int64_t start, int64_t slope, int64_t last)
{
    int bf = pwl->frac - 1;
    int64_t top = INT64_C(1) << pwl->frac;
    int64_t low = pwl->function == BRDS_SIGMOID ? 0 : -4 * top;
    /* start * 2^(bf-2) + slope * last < (top + 1) * 2^bf */
    int64_t high = ((top + 1) * (INT64_C(1) << bf) - 1 - slope * last) >> (bf - 2);
    return start < low ? low : start > high ? high : start;
}

static double line_error(const brds_fit *fit, int64_t start, int64_t slope, int64_t i)
{
    return fabs((double)brds_pwl_line(fit->pwl, start, slope, sample_dz(fit, i)) - fit->value[i]);
}

/* Measures a line over every sample; gives up where it is worse than `best`. */
static void try_line(const brds_fit *fit, int64_t start, int64_t slope, brds_line *best)
{
    int64_t last = (INT64_C(1) << fit->pwl->offset_bits) - 1;
    start = start_in_range(fit->pwl, start, slope, last);
    brds_line line = {start, slope, -1.0, 0};
    /* Where the best line is worst, others often are. */
    if (line_error(fit, start, slope, best->error_at) >= best->error) {
        return;
    }
    for (int64_t i = 0; i < fit->samples; i++) {
        double error = line_error(fit, start, slope, i);
        if (error > line.error) {
            if (error >= best->error) {
                return;
            }
            line.error = error;
            line.error_at = i;
        }
    }
    *best = line;
}

/* For a given slope, the start that puts the largest errors above and below
 * the line at the same height. */
static int64_t centred_start(const brds_fit *fit, int64_t slope)
{
    double scaled = (double)slope / (double)(INT64_C(1) << (fit->pwl->frac - 1));
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (int64_t i = 0; i < fit->samples; i++) {
        double rest = fit->value[i] - scaled * (double)sample_dz(fit, i);
        low = rest < low ? rest : low;
        high = rest > high ? rest : high;
    }
    /* In quarters of an LSB; half an LSB turns the hardware's floor into rounding. */
    return (int64_t)floor(2.0 * (low + high) + 0.5) + 2;
}

/* A function without turning points inside the segment is best met by the
 * chord's slope, moved halfway to the curve (Chebyshev); the neighbours of the
 * quantised pair are tried because rounding may favour one of them. */
static brds_line fit_segment(const brds_fit *fit)
{
    int64_t count = INT64_C(1) << fit->pwl->offset_bits;
    double rise = fit->value[count - 1] - fit->value[0];
    double chord = count > 1 ? rise / (double)(count - 1) : 0.0;
    int64_t slope = (int64_t)floor(chord * (double)(INT64_C(1) << (fit->pwl->frac - 1)) + 0.5);
    brds_line best = {0, 0, HUGE_VAL, 0};
    static const int order[] = {0, -1, 1};
    for (int i = 0; i < 3; i++) {
        int64_t near_slope = slope + order[i];
        if (near_slope < 0) {
            continue;
        }
        int64_t start = centred_start(fit, near_slope);
        for (int j = 0; j < 3; j++) {
            try_line(fit, start + order[j], near_slope, &best);
        }
    }
    return best;
}

/* --- the table --- */

/* First z of a segment. */
static int64_t segment_base(const brds_pwl *pwl, int entry)
{
    return (int64_t)(entry - pwl->entries / 2) * (INT64_C(1) << pwl->offset_bits);
}

static void sample_segment(brds_fit *fit, int entry)
{
    const brds_pwl *pwl = fit->pwl;
    int64_t base = segment_base(pwl, entry), count = INT64_C(1) << pwl->offset_bits;
    for (int64_t dz = 0; dz < count; dz++) {
        fit->value[dz] = exact(fit, base + dz);
    }
    bool first = entry == 0, last = entry == pwl->entries - 1;
    fit->samples = count;
    if (pwl->domain_bits < pwl->z_bits && (first || last)) {
        fit->end_dz = first ? 0 : count - 1;
        fit->end_z = first ? brds_fixed_min(pwl->z_bits) : brds_fixed_max(pwl->z_bits);
        fit->value[count] = exact(fit, fit->end_z);
        fit->samples++;
    }
}

static void fill_table(brds_fit *fit)
{
    brds_pwl *pwl = fit->pwl;
    int64_t count = INT64_C(1) << pwl->offset_bits;
    int32_t steepest = 0;
    double worst = -1.0;
    for (int entry = 0; entry < pwl->entries; entry++) {
        sample_segment(fit, entry);
        brds_line line = fit_segment(fit);
        pwl->start[entry] = (int32_t)line.start;
        pwl->slope[entry] = (int32_t)line.slope;
        steepest = pwl->slope[entry] > steepest ? pwl->slope[entry] : steepest;
        if (line.error > worst) {
            worst = line.error;
            pwl->error_at =
                line.error_at < count ? segment_base(pwl, entry) + line.error_at : fit->end_z;
        }
    }
    pwl->error_bound = worst / (double)(INT64_C(1) << pwl->frac);
    int bits = brds_clog2((uint64_t)steepest + 1);
    pwl->slope_bits = bits > 0 ? bits : 1;
}

static bool allocate(brds_pwl *pwl)
{
    pwl->start = calloc((size_t)pwl->entries, sizeof *pwl->start);
    pwl->slope = calloc((size_t)pwl->entries, sizeof *pwl->slope);
    if (pwl->start != NULL && pwl->slope != NULL) {
        return true;
    }
    brds_pwl_free(pwl);
    return false;
}

static bool make(brds_function function, const brds_spec *spec, brds_pwl *pwl)
{
    int a = spec->activation.bits;
    *pwl = (brds_pwl){.function = function,
                      .z_bits = a + 2,
                      .frac = a - 2,
                      .domain_bits = function == BRDS_SIGMOID ? a + 2 : a + 1,
                      .start_bits = a + 2,
                      .entries = 2 * spec->function_segments};
    pwl->entry_bits = brds_clog2((uint64_t)pwl->entries);
    pwl->offset_bits = pwl->domain_bits - pwl->entry_bits;
    brds_fit fit = {.pwl = pwl};
    fit.value = calloc(((size_t)1 << pwl->offset_bits) + 1, sizeof *fit.value);
    if (fit.value == NULL || !allocate(pwl)) {
        free(fit.value);
        return false;
    }
    fill_decay(fit.decay);
    fill_table(&fit);
    free(fit.value);
    return true;
}

/* A table follows from activation.bits and function_segments alone and takes milliseconds; plans of
 * many cores ask for the same ones, so each is made once.  NULL when memory ran out. */
static const brds_pwl *made_once(brds_function function, const brds_spec *spec)
{
    enum { BITS = 19, SEGMENT_BITS = 9 }; /* above the largest of each */
    static brds_pwl *made[2][BITS][SEGMENT_BITS];
    int segment_bits = brds_clog2((uint64_t)spec->function_segments);
    brds_pwl **slot = &made[function][spec->activation.bits][segment_bits];
    if (*slot == NULL) {
        brds_pwl *pwl = malloc(sizeof *pwl);
        if (pwl == NULL || !make(function, spec, pwl)) {
            free(pwl);
            return NULL;
        }
        *slot = pwl;
    }
    return *slot;
}

brds_status brds_pwl_new(brds_function function, const brds_spec *spec, brds_pwl *pwl,
                         brds_diag *diag)
{
    const brds_pwl *made = made_once(function, spec);
    *pwl = made != NULL ? *made : (brds_pwl){0};
    if (made == NULL || !allocate(pwl)) {
        return brds_fail_memory(diag);
    }
    memcpy(pwl->start, made->start, (size_t)pwl->entries * sizeof *pwl->start);
    memcpy(pwl->slope, made->slope, (size_t)pwl->entries * sizeof *pwl->slope);
    return BRDS_OK;
}

void brds_pwl_free(brds_pwl *pwl)
{
    free(pwl->start);
    free(pwl->slope);
    *pwl = (brds_pwl){0};
}
