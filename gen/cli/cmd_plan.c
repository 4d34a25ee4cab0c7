/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "cli/json.h"
#include "cli/options.h"
#include "cli/source.h"
#include "pack/pack.h"
#include "plan/plan.h"

static brds_status report(const brds_args *args, const brds_plan *plan, const brds_pace *pace,
                          brds_diag *diag)
{
    if (brds_args_flag(args, "json")) {
        return brds_json_print(brds_plan_json(plan, pace), stdout, diag);
    }
    return brds_plan_print(plan, pace, stdout, diag);
}

static brds_status plan_shape(const brds_args *args, brds_diag *diag)
{
    brds_spec spec;
    brds_plan plan;
    brds_status status = brds_spec_load(brds_args_operand(args, 0), true, &spec, diag);
    if (status == BRDS_OK) {
        status = brds_plan_make(&spec, &plan, diag);
    }
    return status == BRDS_OK ? report(args, &plan, NULL, diag) : status;
}

/* The weights decide the gaps. */
static brds_status plan_model(const brds_args *args, brds_diag *diag)
{
    brds_source source;
    brds_packed packed;
    brds_status status = brds_source_load_model(args, &source, diag);
    if (status == BRDS_OK) {
        status = brds_pack(source.model_name, &source.spec, &source.network, &packed, diag);
        if (status == BRDS_OK) {
            status = report(args, &packed.plan, &packed.schedule.pace, diag);
            brds_packed_free(&packed);
        }
    }
    brds_source_free(&source);
    return status;
}

static brds_status run(const brds_args *args, brds_diag *diag)
{
    bool model =
        brds_args_value(args, "model") != NULL || brds_args_value(args, "random-model") != NULL;
    return model ? plan_model(args, diag) : plan_shape(args, diag);
}

static const brds_option options[] = {
    BRDS_MODEL_OPTIONS,
    {"json", 0, NULL, "print the report as JSON"},
    {0},
};

const brds_command brds_cmd_plan = {
    .name = "plan",
    .operands = "SPEC",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "predict cycles, utilisation, memories and multipliers",
    .description =
        "Reports what follows from a spec before anything is generated: the phases of a step and "
        "their beats, cycles per step and utilisation from a cycle-exact model of the controller, "
        "widths with the proof that no accumulator overflows, the error bound of sigmoid and "
        "tanh, and an estimate of memory and DSP blocks.  With a network, the idle cycles between "
        "phases are exact for its weights; without one they are the worst case of the shape.",
    .options = options,
    .run = run,
};
