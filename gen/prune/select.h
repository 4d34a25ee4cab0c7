/* SPDX-License-Identifier: Apache-2.0
 *
 * The largest magnitudes of a list, of equals those that come first: the one
 * rule by which weights stay, whatever the pattern.
 */
#ifndef BRDS_PRUNE_SELECT_H
#define BRDS_PRUNE_SELECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint32_t least; /* bits of the smallest magnitude that stays */
    size_t equal;   /* how many of those equal to it still may */
} brds_selection;

/* Without their sign, floats order as the integers of their bits do. */
uint32_t brds_magnitude_bits(float value);

/* Linear in `count`; all stay where `keep` is not below it. */
brds_selection brds_select(const float *values, size_t count, size_t keep);

/* Whether `value` stays.  To be asked of every value once, in the list's order. */
bool brds_select_keeps(brds_selection *selection, float value);

/* mask[i] = 1 for the `keep` largest of `count` values, else 0. */
void brds_mask_largest(const float *values, size_t count, size_t keep, uint8_t *mask);

#endif
