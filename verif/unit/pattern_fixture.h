/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of mask patterns share.  Included once, after <cmocka.h>.
 */
#ifndef BRDS_UNIT_PATTERN_FIXTURE_H
#define BRDS_UNIT_PATTERN_FIXTURE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "io/random.h"
#include "model_fixture.h"
#include "prune/pattern.h"

enum { MAX_COUNT = 4096 };

/* Every other trial has few different values, so that ties are many. */
static inline void random_weights(brds_random *random, int trial, float *weights, int count)
{
    for (int i = 0; i < count; i++) {
        weights[i] = trial % 2 ? (float)brds_random_normal(random)
                               : (float)brds_random_below(random, 9) - 4.0f;
    }
}

static inline void make_mask(const float *weights, int rows, int columns,
                             const brds_pattern_options *options, uint8_t *mask)
{
    brds_diag diag = {0};
    for (int i = 0; i < rows * columns; i++) {
        mask[i] = 7;
    }
    expect_ok(brds_pattern_mask(weights, rows, columns, options, mask, &diag), &diag);
    for (int i = 0; i < rows * columns; i++) {
        assert_true(mask[i] <= 1);
    }
}

static inline int kept(const uint8_t *mask, int count)
{
    int sum = 0;
    for (int i = 0; i < count; i++) {
        sum += mask[i];
    }
    return sum;
}

/* Whether weight i goes before weight j. */
static inline bool outranks(const float *weights, int i, int j)
{
    float left = fabsf(weights[i]), right = fabsf(weights[j]);
    return left > right || (left == right && i < j);
}

#endif
