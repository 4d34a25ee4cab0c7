/* SPDX-License-Identifier: Apache-2.0
 *
 * What a core may take: limits, and what well-known devices have.
 */
#ifndef BRDS_EXPLORE_DEVICES_H
#define BRDS_EXPLORE_DEVICES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "io/diag.h"
#include "spec/spec.h"

/* Counted as reports count them: memory in the family's block (RAMB18, DP16KD, ...). */
typedef enum { BRDS_LUT, BRDS_FF, BRDS_DSP, BRDS_BRAM, BRDS_RESOURCES } brds_resource;

extern const char *const brds_resource_names[BRDS_RESOURCES]; /* "lut", "ff", "dsp", "bram" */

typedef struct {
    const char *name;
    brds_family family;
    int64_t have[BRDS_RESOURCES];
    const char *source;
} brds_device;

extern const brds_device brds_devices[]; /* ends with a NULL name */

/* Errors: BRDS_EUSAGE with the nearest name. */
brds_status brds_device_find(const char *name, const brds_device **device, brds_diag *diag);

/* -1: no limit. */
typedef struct {
    int64_t most[BRDS_RESOURCES];
} brds_limits;

/* "lut=20000,dsp=90".  Errors: BRDS_EUSAGE, the place is `--limit TEXT`. */
brds_status brds_limits_read(const char *text, brds_limits *limits, brds_diag *diag);

#endif
