/* SPDX-License-Identifier: Apache-2.0 */
#include "prune/select.h"

#include <string.h>

enum { DIGIT_BITS = 8, DIGITS = 1 << DIGIT_BITS };

uint32_t brds_magnitude_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits & 0x7fffffffu;
}

/* The keep-th largest magnitude, digit by digit from the top: after each pass
 * `least` holds its leading digits and `equal` counts among those that share
 * them. */
static brds_selection threshold(const float *values, size_t count, size_t keep)
{
    brds_selection found = {0, keep};
    uint32_t mask = 0;
    for (int shift = 32 - DIGIT_BITS; shift >= 0; shift -= DIGIT_BITS) {
        size_t histogram[DIGITS] = {0};
        for (size_t i = 0; i < count; i++) {
            uint32_t bits = brds_magnitude_bits(values[i]);
            if ((bits & mask) == found.least) {
                histogram[bits >> shift & (DIGITS - 1)]++;
            }
        }
        uint32_t digit = DIGITS - 1;
        while (found.equal > histogram[digit]) {
            found.equal -= histogram[digit--];
        }
        found.least |= digit << shift;
        mask |= (uint32_t)(DIGITS - 1) << shift;
    }
    return found;
}

brds_selection brds_select(const float *values, size_t count, size_t keep)
{
    if (keep == 0) {
        return (brds_selection){UINT32_MAX, 0};
    }
    return keep < count ? threshold(values, count, keep) : (brds_selection){0, count};
}

bool brds_select_keeps(brds_selection *selection, float value)
{
    uint32_t bits = brds_magnitude_bits(value);
    if (bits != selection->least) {
        return bits > selection->least;
    }
    if (selection->equal == 0) {
        return false;
    }
    selection->equal--;
    return true;
}

void brds_mask_largest(const float *values, size_t count, size_t keep, uint8_t *mask)
{
    brds_selection selection = brds_select(values, count, keep);
    for (size_t i = 0; i < count; i++) {
        mask[i] = brds_select_keeps(&selection, values[i]);
    }
}
