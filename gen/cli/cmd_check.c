/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdio.h>

#include "cli/json.h"
#include "cli/options.h"
#include "io/file.h"
#include "spec/spec.h"

/* Nonzero weights of a step: four gate rows for each hidden unit, then the
 * projection, then the head. */
static int64_t nonzeros(const brds_spec *spec)
{
    int64_t sum = spec->head.present ? (int64_t)spec->head.size * spec->head.nnz : 0;
    for (int i = 0; i < spec->layer_count; i++) {
        const brds_layer_spec *layer = &spec->layers[i];
        sum += 4 * (int64_t)layer->hidden_size * (layer->nnz_x + layer->nnz_h);
        sum += (int64_t)layer->projection_size * layer->nnz_p;
    }
    return sum;
}

static int multipliers(const brds_spec *spec)
{
    return spec->pes * 4 * (spec->lanes_x + spec->lanes_h);
}

/* "39 -> 128 -> 10: 13568 nonzero weights, 48 multipliers" */
static void print_summary(const brds_spec *spec)
{
    printf("%s: ok\n%d", spec->name, spec->input_size);
    for (int i = 0; i < spec->layer_count; i++) {
        const brds_layer_spec *layer = &spec->layers[i];
        printf(" -> %d", layer->hidden_size);
        if (layer->projection_size > 0) {
            printf(" (projected to %d)", layer->projection_size);
        }
    }
    if (spec->head.present) {
        printf(" -> %d", spec->head.size);
    }
    printf(": %lld nonzero weights, %d multipliers\n", (long long)nonzeros(spec),
           multipliers(spec));
}

static brds_status print_json(const char *path, const brds_spec *spec, brds_diag *diag)
{
    json_t *root = json_pack("{s:o, s:b, s:o}", "file", brds_json_text(path), "ok", spec != NULL,
                             "messages", brds_json_messages(diag));
    if (root != NULL && spec != NULL) {
        json_t *summary =
            json_pack("{s:s, s:s, s:i, s:i, s:I, s:i}", "name", spec->name, "sha256", spec->sha256,
                      "layers", spec->layer_count, "input_size", spec->input_size, "nonzeros",
                      (json_int_t)nonzeros(spec), "multipliers", multipliers(spec));
        if (json_object_set_new(root, "spec", summary) != 0) {
            json_decref(root);
            root = NULL;
        }
    }
    return brds_json_print(root, stdout, diag);
}

static brds_status run(const brds_args *args, brds_diag *diag)
{
    const char *path = brds_args_operand(args, 0);
    brds_spec spec;
    brds_status status = brds_spec_load(path, true, &spec, diag);
    bool good = status == BRDS_OK;
    if (good && brds_args_flag(args, "strict") && diag->count > 0) {
        status = BRDS_EINPUT;
    }
    if (brds_args_flag(args, "json")) {
        brds_status printed = print_json(path, good ? &spec : NULL, diag);
        return status == BRDS_OK ? printed : status;
    }
    if (good) {
        print_summary(&spec);
    }
    return status;
}

static const brds_option options[] = {
    {"json", 0, NULL, "print the result and all messages as JSON"},
    {"strict", 0, NULL, "exit with status 1 for warnings, too"},
    {0},
};

const brds_command brds_cmd_check = {
    .name = "check",
    .operands = "SPEC",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "check a spec",
    .description = "Reports every error of a spec, not just the first, and warns of choices that "
                   "waste hardware.  Nothing is generated.",
    .options = options,
    .run = run,
};
