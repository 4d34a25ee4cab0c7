/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/pack.h"

#include <string.h>

#include "pack/arrange.h"

brds_status brds_pack(const char *place, const brds_spec *spec, const brds_network *network,
                      brds_packed *packed, brds_diag *diag)
{
    memset(packed, 0, sizeof(*packed));
    brds_status status = brds_plan_make(spec, &packed->plan, diag);
    if (status == BRDS_OK) {
        status = brds_qnet_make(place, &packed->plan, network, &packed->qnet, diag);
    }
    if (status == BRDS_OK) {
        status = brds_arrange(&packed->plan, &packed->qnet, packed->gaps_given, diag);
    }
    if (status == BRDS_OK) {
        status = brds_schedule_make(place, &packed->plan, &packed->qnet, &packed->schedule, diag);
    }
    if (status == BRDS_OK) {
        status =
            brds_image_make(&packed->plan, &packed->qnet, &packed->schedule, &packed->image, diag);
    }
    if (status != BRDS_OK) {
        brds_packed_free(packed);
    }
    return status;
}

void brds_packed_free(brds_packed *packed)
{
    brds_image_free(&packed->image);
    brds_schedule_free(&packed->schedule);
    brds_qnet_free(&packed->qnet);
    memset(packed, 0, sizeof(*packed));
}
