/* SPDX-License-Identifier: Apache-2.0
 *
 * Pairs of ratios along constant overall sparsity (arXiv 2101.02667, section
 * III): a row of W_x keeps nnz_x of X weights and a row of W_h keeps nnz_h of R,
 * with nnz_x + nnz_h = total, as both matrices have the same number of rows.
 */
#ifndef BRDS_PRUNE_RATIO_H
#define BRDS_PRUNE_RATIO_H

#include <stdbool.h>

#include "io/diag.h"

typedef struct {
    int columns_x, columns_h;   /* X, R */
    int total;                  /* weights kept of a row of both */
    int multiple_x, multiple_h; /* nnz must be a multiple of these (the lanes of a spec); 1: any */
    int min_x, min_h;           /* bounds: at least so many, 1 or more */
} brds_ratio_line;

typedef struct {
    int nnz_x, nnz_h;
} brds_ratio;

/* total of a row at overall sparsity `sparsity` (0..1): round((1-s)(X+R)), at least 2, at most X+R. */
int brds_ratio_total(int columns_x, int columns_h, double sparsity);

/* The point nearest to equal ratios (nnz_x/X = nnz_h/R) that the line allows.  Where multiples do
 * not add up to the total, the nearest total below it is taken (and stored in line->total).
 * Errors: a column count, multiple or bound below 1; nothing fits. */
brds_status brds_ratio_equal(brds_ratio_line *line, brds_ratio *ratio, brds_diag *diag);

/* `from` moved by `step` weights a row from W_x to W_h (negative: the other way), to the nearest
 * point the line allows in that direction.  False where the line ends (bounds, columns) before any
 * move was made. */
bool brds_ratio_move(const brds_ratio_line *line, brds_ratio from, int step, brds_ratio *to);

/* --- the search, one trial at a time ---
 *
 * Coordinate descent along the line: from the equal point go on in the direction that a first step
 * each way prefers, as long as the cost falls; then halve the step around the best, until the step
 * is below `step_min`.  A point is never asked for twice.  A cost that is not a number (training
 * diverged) is worse than all others.  Costs with one minimum along the line lead to it where
 * step_min is 1 and the trials suffice. */
enum { BRDS_MAX_TRIALS = 64 };

typedef struct {
    brds_ratio ratio;
    double cost;
} brds_trial;

typedef struct {
    brds_ratio_line line;
    int step, step_min;
    int max_trials;
    brds_trial trials[BRDS_MAX_TRIALS]; /* in the order asked */
    int count;
    int best; /* index of the least cost; of equals the first */
} brds_ratio_search;

/* Errors: 1 <= step_min <= step does not hold; max_trials not in 1..BRDS_MAX_TRIALS; those of
 * brds_ratio_equal. */
brds_status brds_ratio_search_begin(brds_ratio_search *search, const brds_ratio_line *line,
                                    int step, int step_min, int max_trials, brds_diag *diag);
/* The next pair to try; false where the search is over.  Asked again before it was told of, the
 * same pair. */
bool brds_ratio_search_next(brds_ratio_search *search, brds_ratio *ratio);
/* What came of the pair that brds_ratio_search_next named last; nothing is taken without one. */
void brds_ratio_search_tell(brds_ratio_search *search, double cost);

#endif
