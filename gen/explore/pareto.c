/* SPDX-License-Identifier: Apache-2.0 */
#include "explore/pareto.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* As good as `other` everywhere; with `other` on the front already, and different, that is worse. */
static bool covers(const double *a, const double *other, size_t axes)
{
    for (size_t i = 0; i < axes; i++) {
        if (a[i] > other[i]) {
            return false;
        }
    }
    return true;
}

/* A point's costs and its number, for the sort. */
typedef struct {
    const double *costs;
    size_t axes, point;
} entry;

static int compare(const void *a, const void *b)
{
    const entry *left = a, *right = b;
    for (size_t i = 0; i < left->axes; i++) {
        if (left->costs[i] != right->costs[i]) {
            return left->costs[i] < right->costs[i] ? -1 : 1;
        }
    }
    return left->point < right->point ? -1 : left->point > right->point;
}

/* In the order of the costs, the first one first, a point can only be beaten by one before it, and then also
 * by one of the front. */
bool brds_pareto_front(const double *costs, size_t points, size_t axes, bool *front)
{
    entry *order = malloc((points + 1) * sizeof *order);
    const double **kept = malloc((points + 1) * sizeof *kept);
    size_t count = 0;
    if (order == NULL || kept == NULL) {
        free(order);
        free((void *)kept);
        return false;
    }
    for (size_t p = 0; p < points; p++) {
        order[p] = (entry){costs + p * axes, axes, p};
    }
    qsort(order, points, sizeof *order, compare);
    for (size_t i = 0; i < points; i++) {
        const double *at = order[i].costs;
        bool beaten = false;
        for (size_t k = count; k-- > 0 && !beaten;) {
            beaten = covers(kept[k], at, axes) && memcmp(kept[k], at, axes * sizeof *at) != 0;
        }
        front[order[i].point] = !beaten;
        if (!beaten) {
            kept[count++] = at;
        }
    }
    free(order);
    free((void *)kept);
    return true;
}
