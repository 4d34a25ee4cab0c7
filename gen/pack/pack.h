/* SPDX-License-Identifier: Apache-2.0
 *
 * From a float network to everything the machine and its model need.
 */
#ifndef BRDS_PACK_PACK_H
#define BRDS_PACK_PACK_H

#include "pack/image.h"
#include "pack/schedule.h"

typedef struct {
    brds_plan plan;
    brds_qnet qnet;                 /* hidden units in the order in which they are worked */
    int gaps_given[BRDS_MAX_EDGES]; /* had the hidden units kept their order (pack/arrange.h) */
    brds_schedule schedule;
    brds_image image;
} brds_packed;

/* Plan, quantise, arrange, schedule, image in one call. */
brds_status brds_pack(const char *place, const brds_spec *spec, const brds_network *network,
                      brds_packed *packed, brds_diag *diag);
void brds_packed_free(brds_packed *packed);

#endif
