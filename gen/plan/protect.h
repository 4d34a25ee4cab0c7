/* SPDX-License-Identifier: Apache-2.0
 *
 * Check bits of the weight and unit memory (docs/microarchitecture.md, section 4): what
 * rtl_templates/brds_parity.v and brds_secded.v make of a column, for estimates and ROM files.
 */
#ifndef BRDS_PLAN_PROTECT_H
#define BRDS_PLAN_PROTECT_H

#include <stdint.h>

#include "spec/spec.h"

/* Check bits of a column of `width` data bits, 1 or more. */
int brds_check_bits(brds_protect protect, int width);

/* Bits of a memory word of `width` data bits, in columns of `column` bits, with all check bits. */
int brds_stored_bits(brds_protect protect, int width, int column);

/* `stored` (brds_stored_bits, zeroed; little end first) becomes the memory word of `data` (width bits):
 * column for column its data and its check bits. */
void brds_store_word(brds_protect protect, const uint8_t *data, int width, int column,
                     uint8_t *stored);

#endif
