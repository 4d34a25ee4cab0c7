/* SPDX-License-Identifier: Apache-2.0 */
#include "prune/ratio.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

int brds_ratio_total(int columns_x, int columns_h, double sparsity)
{
    int columns = columns_x + columns_h;
    double total = round((1.0 - sparsity) * columns);
    return !(total > 2.0) ? 2 : total < columns ? (int)total : columns;
}

/* ---- the line ---- */

/* Whether the line goes through nnz_x. */
static bool allows(const brds_ratio_line *line, int nnz_x)
{
    int nnz_h = line->total - nnz_x;
    return nnz_x >= line->min_x && nnz_x <= line->columns_x && nnz_x % line->multiple_x == 0 &&
           nnz_h >= line->min_h && nnz_h <= line->columns_h && nnz_h % line->multiple_h == 0;
}

/* The allowed nnz_x of first..last that is nearest to `wanted` / `scale`, of two the lower; 0: none. */
static int nearest(const brds_ratio_line *line, int first, int last, int64_t wanted, int64_t scale)
{
    int found = 0;
    int64_t distance = INT64_MAX;
    for (int nnz_x = first; nnz_x <= last; nnz_x++) {
        int64_t d = llabs(nnz_x * scale - wanted);
        if (d < distance && allows(line, nnz_x)) {
            found = nnz_x;
            distance = d;
        }
    }
    return found;
}

static brds_status check_line(const brds_ratio_line *line, brds_diag *diag)
{
    if (line->columns_x < 1 || line->columns_h < 1 || line->multiple_x < 1 ||
        line->multiple_h < 1 || line->min_x < 1 || line->min_h < 1) {
        return brds_fail(diag, BRDS_EINPUT, "", "all of them are at least 1",
                         "ratios of rows of %d and %d columns, multiples of %d and %d, at least "
                         "%d and %d weights",
                         line->columns_x, line->columns_h, line->multiple_x, line->multiple_h,
                         line->min_x, line->min_h);
    }
    return BRDS_OK;
}

brds_status brds_ratio_equal(brds_ratio_line *line, brds_ratio *ratio, brds_diag *diag)
{
    brds_status status = check_line(line, diag);
    if (status != BRDS_OK) {
        return status;
    }
    int64_t columns = (int64_t)line->columns_x + line->columns_h;
    brds_ratio_line lower = *line;
    lower.total = lower.total < columns ? lower.total : (int)columns;
    for (; lower.total >= 2; lower.total--) {
        /* nnz_x/X = nnz_h/R where nnz_x = total*X/(X+R); along the line the difference is linear */
        int64_t wanted = (int64_t)lower.total * line->columns_x;
        int nnz_x = nearest(&lower, 1, line->columns_x, wanted, columns);
        if (nnz_x > 0) {
            line->total = lower.total;
            *ratio = (brds_ratio){nnz_x, lower.total - nnz_x};
            return BRDS_OK;
        }
    }
    return brds_fail(diag, BRDS_EINPUT, "",
                     "keep more weights, or take smaller multiples or bounds",
                     "no two counts fit: %d weights a row of both matrices, of %d columns at least "
                     "%d in multiples of %d, and of %d columns at least %d in multiples of %d",
                     line->total, line->columns_x, line->min_x, line->multiple_x, line->columns_h,
                     line->min_h, line->multiple_h);
}

bool brds_ratio_move(const brds_ratio_line *line, brds_ratio from, int step, brds_ratio *to)
{
    int nnz_x = 0;
    int64_t wanted = (int64_t)from.nnz_x - step;
    if (step > 0) {
        /* of two as near the shorter move, which is the higher nnz_x: wanted + 1/4 prefers it */
        nnz_x = nearest(line, 1, from.nnz_x - 1, 4 * wanted + 1, 4);
    } else if (step < 0) {
        nnz_x = nearest(line, from.nnz_x + 1, line->columns_x, wanted, 1);
    }
    if (nnz_x == 0) {
        return false;
    }
    *to = (brds_ratio){nnz_x, line->total - nnz_x};
    return true;
}

/* ---- the search ---- */

brds_status brds_ratio_search_begin(brds_ratio_search *search, const brds_ratio_line *line,
                                    int step, int step_min, int max_trials, brds_diag *diag)
{
    *search = (brds_ratio_search){
        .line = *line, .step = step, .step_min = step_min, .max_trials = max_trials};
    if (step_min < 1 || step < step_min) {
        return brds_fail(diag, BRDS_EINPUT, "", "1 or more, the smallest not above the first",
                         "a search with a first step of %d weights and a smallest of %d", step,
                         step_min);
    }
    if (max_trials < 1 || max_trials > BRDS_MAX_TRIALS) {
        return brds_fail(diag, BRDS_EINPUT, "", "", "a search of %d trials is not one of 1 to %d",
                         max_trials, BRDS_MAX_TRIALS);
    }
    return brds_ratio_equal(&search->line, &search->trials[0].ratio, diag);
}

/* A trial that was named and not told of lies at trials[count]; without one its counts are 0. */
static bool waits(const brds_ratio_search *search)
{
    return search->count < search->max_trials && search->trials[search->count].ratio.nnz_x > 0;
}

/* The point `step` away from a trial, if there is one that was not asked for yet. */
static bool new_point(const brds_ratio_search *search, int trial, int step, brds_ratio *ratio)
{
    if (!brds_ratio_move(&search->line, search->trials[trial].ratio, step, ratio)) {
        return false;
    }
    for (int i = 0; i < search->count; i++) {
        if (search->trials[i].ratio.nnz_x == ratio->nnz_x) {
            return false;
        }
    }
    return true;
}

/* The best that is known has two neighbours at the distance of the step.  While a step improves,
 * one of them is where the search came from and the other lies ahead; where both are known the
 * step was too long.  So what was tried says what comes next. */
static bool choose(brds_ratio_search *search, brds_ratio *ratio)
{
    if (search->count == 2 && new_point(search, 0, -search->step, ratio)) {
        return true; /* the first step goes each way, whatever the one way brought */
    }
    for (;;) {
        if (new_point(search, search->best, search->step, ratio) ||
            new_point(search, search->best, -search->step, ratio)) {
            return true;
        }
        if (search->step / 2 < search->step_min) {
            return false;
        }
        search->step /= 2;
    }
}

bool brds_ratio_search_next(brds_ratio_search *search, brds_ratio *ratio)
{
    if (search->count >= search->max_trials) {
        return false;
    }
    if (!waits(search) && !choose(search, &search->trials[search->count].ratio)) {
        search->trials[search->count].ratio = (brds_ratio){0};
        return false;
    }
    *ratio = search->trials[search->count].ratio;
    return true;
}

/* A cost that is not a number (training diverged) is worse than any that is. */
static bool less(double a, double b)
{
    return a < b || (isnan(b) && !isnan(a));
}

void brds_ratio_search_tell(brds_ratio_search *search, double cost)
{
    if (!waits(search)) {
        return;
    }
    search->trials[search->count].cost = cost;
    if (search->count > 0 && less(cost, search->trials[search->best].cost)) {
        search->best = search->count;
    }
    search->count++;
}
