/* SPDX-License-Identifier: Apache-2.0
 *
 * The Pareto front: the points that no other point beats.
 */
#ifndef BRDS_EXPLORE_PARETO_H
#define BRDS_EXPLORE_PARETO_H

#include <stdbool.h>
#include <stddef.h>

/* `costs` (points, axes), the less the better, no NaN.  A point is on the front if no other one is as good
 * in every cost and better in one; equal points are on it together.  `front` (points).  False when memory ran
 * out. */
bool brds_pareto_front(const double *costs, size_t points, size_t axes, bool *front);

#endif
