/* SPDX-License-Identifier: Apache-2.0
 *
 * The FuseSoC core file (CAPI2).
 */
#include "rtl/emit.h"

/* What Edalize's Yosys backend calls the family: synth_ARCH. */
static const char *yosys_arch(brds_family family)
{
    switch (family) {
    case BRDS_FAMILY_ICE40:
        return "ice40";
    case BRDS_FAMILY_ECP5:
        return "ecp5";
    case BRDS_FAMILY_NEXUS:
        return "nexus";
    case BRDS_FAMILY_GOWIN:
        return "gowin";
    case BRDS_FAMILY_INTEL_ALM:
        return "intel_alm";
    case BRDS_FAMILY_GENERIC:
    case BRDS_FAMILY_XCUP:
    case BRDS_FAMILY_XC7:
        break;
    }
    return "xilinx";
}

brds_status brds_fill_core_file(brds_emitter *e, brds_scope *scope)
{
    brds_scope_set_integer(scope, "axil", brds_emit_has_axil(e));
    brds_scope_set_integer(scope, "rom", !brds_emit_has_ram(e));
    brds_scope_set(scope, "arch", "%s", yosys_arch(e->plan->spec.family));
    brds_fill_sources(e, scope);
    brds_fill_memories(e, scope);
    return BRDS_OK;
}
