/* SPDX-License-Identifier: Apache-2.0
 *
 * The weight image: memory words from a schedule, as a loadable packet and as
 * ROM files (docs/microarchitecture.md sections 4 and 5).
 */
#ifndef BRDS_PACK_IMAGE_H
#define BRDS_PACK_IMAGE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "pack/schedule.h"

typedef struct {
    int stream_bits;
    size_t words;   /* stream words, header and CRC included */
    uint8_t *bytes; /* words * stream_bits / 8, little-endian */
    /* Streamed weights: what lies in the memory outside, little-endian; else NULL. */
    uint8_t *memory;
    size_t memory_bytes;
} brds_image;

brds_status brds_image_make(const brds_plan *plan, const brds_qnet *qnet,
                            const brds_schedule *schedule, brds_image *image, brds_diag *diag);
void brds_image_free(brds_image *image);

/* What the hardware does with an image: checks magic, version, fingerprint, length, CRC.  `place` names it. */
brds_status brds_image_check(const char *place, const brds_plan *plan, const uint8_t *bytes,
                             size_t size, brds_diag *diag);

/* One memory word a line, for $readmemh: which = 0 weights (not those that are streamed), 1 units, 2 config
 * (32-bit words). */
enum { BRDS_ROM_WEIGHTS, BRDS_ROM_UNITS, BRDS_ROM_CONFIG };
brds_status brds_image_write_rom(const brds_plan *plan, const brds_image *image, int which,
                                 FILE *stream, brds_diag *diag);

#endif
