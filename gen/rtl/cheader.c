/* SPDX-License-Identifier: Apache-2.0
 *
 * The C header of a core.
 */
#include <ctype.h>
#include <inttypes.h>

#include "rtl/emit.h"
#include "rtl/registers.h"

/* Those parameters that software can use. */
static const char *const shown[] = {
    "INPUT_SIZE",  "OUTPUT_SIZE", "LAYERS",      "PES",          "LANES_X",     "LANES_H",
    "ACT_BITS",    "ACT_FRAC",    "OUT_BITS",    "OUT_FRAC",     "CELL_BITS",   "CELL_FRAC",
    "WEIGHT_BITS", "EVERY_STEP",  "STREAM_BITS", "X_CONTAINER",  "Y_CONTAINER", "X_WORDS",
    "Y_WORDS",     "IMAGE_WORDS", "STATE_WORDS", "MEMORY_BYTES", "FINGERPRINT", "STREAMS",
};

static void list_constants(const brds_params *params, const char *upper, brds_scope *scope)
{
    brds_list *constants = brds_scope_list(scope, "constants", "name value comment");
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        const brds_param *param = brds_params_find(params, shown[i]);
        char name[2 * BRDS_NAME_LENGTH], value[32];
        if (param == NULL) {
            brds_list_row(constants, (const char *[]){NULL, NULL, NULL});
            continue;
        }
        snprintf(name, sizeof name, "%s_%s", upper, shown[i]);
        snprintf(value, sizeof value, param->number > INT32_MAX ? "0x%08" PRIx64 "u" : "%" PRId64,
                 param->number);
        brds_list_row(constants, (const char *[]){name, value, param->comment});
    }
}

/* Numbers of an initial state: h and c of each layer. */
static int64_t state_numbers(const brds_spec *spec)
{
    int64_t count = 0;
    for (int i = 0; i < spec->layer_count; i++) {
        count += brds_spec_output_size(spec, i) + spec->layers[i].hidden_size;
    }
    return count;
}

/* "R, H, R, H": the numbers of h and of c, layer by layer. */
static void set_state_parts(const brds_spec *spec, brds_scope *scope)
{
    char parts[BRDS_MAX_LAYERS * 16] = "";
    size_t used = 0;
    for (int i = 0; i < spec->layer_count; i++) {
        used += (size_t)snprintf(parts + used, sizeof parts - used, "%s%d, %d", i > 0 ? ", " : "",
                                 brds_spec_output_size(spec, i), spec->layers[i].hidden_size);
    }
    brds_scope_set(scope, "state_parts", "%s", parts);
}

brds_status brds_fill_header(brds_emitter *e, brds_scope *scope)
{
    const brds_spec *spec = &e->plan->spec;
    char upper[BRDS_NAME_LENGTH + 1] = "";
    for (size_t i = 0; spec->name[i] != '\0'; i++) {
        upper[i] = (char)toupper((unsigned char)spec->name[i]);
    }
    brds_scope_set(scope, "upper", "%s", upper);
    brds_scope_set_integer(scope, "act_scale", 1LL << spec->activation.frac);
    brds_scope_set_integer(scope, "act_limit", (1LL << (spec->activation.bits - 1)) - 1);
    brds_scope_set_integer(scope, "out_scale", 1LL << e->plan->output_frac);
    brds_scope_set_integer(scope, "initial_state", spec->initial_state);
    brds_scope_set_integer(scope, "state_numbers", state_numbers(spec));
    set_state_parts(spec, scope);
    brds_scope_set_integer(scope, "ram", brds_emit_has_ram(e));
    brds_scope_set_integer(scope, "axil", brds_emit_has_axil(e));
    list_constants(&e->params, upper, scope);
    brds_registers_header(upper, scope);
    return BRDS_OK;
}
