/* SPDX-License-Identifier: Apache-2.0 */
#include "explore/devices.h"

#include <stdlib.h>
#include <string.h>

#include "io/strings.h"

const char *const brds_resource_names[BRDS_RESOURCES] = {"lut", "ff", "dsp", "bram"};

/* LUTs, flip-flops, DSP blocks, and block RAMs in the family's unit: halves of 36 Kbit on AMD's (RAMB18),
 * 18 Kbit on ECP5, 4 Kbit on iCE40. */
const brds_device brds_devices[] = {
    {"xc7a35t", BRDS_FAMILY_XC7, {20800, 41600, 90, 100}, "AMD DS180, 7 Series FPGAs Overview"},
    {"xc7a100t", BRDS_FAMILY_XC7, {63400, 126800, 240, 270}, "AMD DS180, 7 Series FPGAs Overview"},
    {"xc7z020", BRDS_FAMILY_XC7, {53200, 106400, 220, 280}, "AMD DS190, Zynq-7000 SoC Overview"},
    {"xc7k325t", BRDS_FAMILY_XC7, {203800, 407600, 840, 890}, "AMD DS180, 7 Series FPGAs Overview"},
    {"xczu7ev",
     BRDS_FAMILY_XCUP,
     {230400, 460800, 1728, 624},
     "AMD DS891, Zynq UltraScale+ MPSoC Overview"},
    {"xcku040",
     BRDS_FAMILY_XCUP,
     {242400, 484800, 1920, 1200},
     "AMD DS890, UltraScale Architecture Overview"},
    {"xcku060",
     BRDS_FAMILY_XCUP,
     {331680, 663360, 2760, 2160},
     "AMD DS890, UltraScale Architecture Overview"},
    {"lfe5u-85", BRDS_FAMILY_ECP5, {83640, 83640, 156, 208}, "Lattice FPGA-DS-02012, ECP5 Family"},
    {"up5k", BRDS_FAMILY_ICE40, {5280, 5280, 8, 30}, "Lattice FPGA-DS-02008, iCE40 UltraPlus"},
    {"hx8k", BRDS_FAMILY_ICE40, {7680, 7680, 0, 32}, "Lattice FPGA-DS-02029, iCE40 LP/HX"},
    {.name = NULL}};

enum { MOST_DEVICES = 32 };

brds_status brds_device_find(const char *name, const brds_device **device, brds_diag *diag)
{
    const char *names[MOST_DEVICES];
    size_t count = 0;
    for (; brds_devices[count].name != NULL && count < MOST_DEVICES; count++) {
        names[count] = brds_devices[count].name;
        if (strcmp(name, names[count]) == 0) {
            *device = &brds_devices[count];
            return BRDS_OK;
        }
    }
    const char *nearest = brds_string_nearest(name, names, count);
    char *hint = nearest != NULL
                     ? brds_string_format("did you mean %s?", nearest)
                     : brds_string_copy("docs/explore.md lists them; --limit takes any figures");
    brds_fail(diag, BRDS_EUSAGE, "brdsgen explore", hint, "there is no device %s", name);
    free(hint);
    return BRDS_EUSAGE;
}

/* One "NAME=N" of `length` bytes. */
static bool read_limit(const char *item, size_t length, brds_limits *limits)
{
    for (int r = 0; r < BRDS_RESOURCES; r++) {
        size_t name = strlen(brds_resource_names[r]);
        const char *digits = item + name + 1;
        if (length < name + 2 || strncmp(item, brds_resource_names[r], name) != 0 ||
            item[name] != '=') {
            continue;
        }
        size_t count = strspn(digits, "0123456789");
        limits->most[r] = strtoll(digits, NULL, 10);
        return count == length - name - 1 && count <= 12;
    }
    return false;
}

brds_status brds_limits_read(const char *text, brds_limits *limits, brds_diag *diag)
{
    for (const char *item = text; item != NULL;) {
        size_t length = strcspn(item, ",");
        if (!read_limit(item, length, limits)) {
            char *place = brds_string_format("--limit %s", text);
            brds_fail(diag, BRDS_EUSAGE, place,
                      "lut=N, ff=N, dsp=N and bram=N, with commas between",
                      "character %zu: \"%.*s\" is no limit", (size_t)(item - text) + 1,
                      (int)(length < 60 ? length : 60), item);
            free(place);
            return BRDS_EUSAGE;
        }
        item = item[length] == ',' ? item + length + 1 : NULL;
    }
    return BRDS_OK;
}
