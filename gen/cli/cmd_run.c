/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/json.h"
#include "cli/options.h"
#include "cli/source.h"
#include "io/safetensors.h"
#include "net/evaluate.h"
#include "report/run_report.h"

typedef struct {
    brds_source source;
    brds_plan plan;
    brds_qnet qnet;
    brds_evaluation evaluation;
    bool fixed, real;   /* which arithmetic runs */
    const char *output; /* NULL: none */
} run_job;

static brds_status read_arguments(const brds_args *args, run_job *job, brds_diag *diag)
{
    bool real = brds_args_flag(args, "float"), both = brds_args_flag(args, "compare");
    if (real && both) {
        return brds_fail(diag, BRDS_EUSAGE, "", "--compare runs both",
                         "--float and --compare do not go together");
    }
    job->fixed = !real;
    job->real = real || both;
    job->output = brds_args_value(args, "output");
    return brds_source_load(args, &job->source, diag);
}

static brds_status evaluate(run_job *job, brds_diag *diag)
{
    brds_status status = brds_plan_make(&job->source.spec, &job->plan, diag);
    if (status == BRDS_OK && job->fixed) {
        status = brds_qnet_make(job->source.model_name, &job->plan, &job->source.network,
                                &job->qnet, diag);
    }
    if (status != BRDS_OK) {
        return status;
    }
    const brds_evaluate_job work = {.plan = &job->plan,
                                    .qnet = job->fixed ? &job->qnet : NULL,
                                    .network = job->real ? &job->source.network : NULL,
                                    .workload = &job->source.workload,
                                    .host = &job->source.network.host,
                                    .keep = job->output != NULL};
    return brds_evaluate(&work, &job->evaluation, diag);
}

/* The model's numbers as reals, malloc'ed; NULL when memory ran out. */
static float *to_reals(const brds_evaluation *evaluation)
{
    size_t count = evaluation->vectors * (size_t)evaluation->size;
    float *reals = malloc((count > 0 ? count : 1) * sizeof *reals);
    for (size_t i = 0; reals != NULL && i < count; i++) {
        reals[i] = (float)ldexp((double)evaluation->fixed[i], -evaluation->frac);
    }
    return reals;
}

/* `output`: what the chosen arithmetic gave; `output_fixed`: the integers that
 * the hardware sends; `output_float`: the reference beside them (--compare). */
static brds_status save(const run_job *job, brds_diag *diag)
{
    const brds_evaluation *evaluation = &job->evaluation;
    float *reals = job->fixed ? to_reals(evaluation) : NULL;
    if (job->fixed && reals == NULL) {
        return brds_fail_memory(diag);
    }
    brds_tensor_out shape = {.rank = 2, .shape = {evaluation->vectors, (size_t)evaluation->size}};
    brds_tensor_out tensors[3];
    size_t count = 0;
    tensors[count] = shape;
    tensors[count].name = "output";
    tensors[count].dtype = BRDS_F32;
    tensors[count++].data = job->fixed ? reals : evaluation->real;
    if (job->fixed) {
        tensors[count] = shape;
        tensors[count].name = "output_fixed";
        tensors[count].dtype = BRDS_I32;
        tensors[count++].data = evaluation->fixed;
    }
    if (job->fixed && job->real) {
        tensors[count] = shape;
        tensors[count].name = "output_float";
        tensors[count].dtype = BRDS_F32;
        tensors[count++].data = evaluation->real;
    }
    char frac[12];
    snprintf(frac, sizeof frac, "%d", evaluation->frac);
    const char *const metadata[] = {"frac", frac, "spec", job->source.spec.name, NULL};
    brds_status status = brds_safetensors_save(job->output, tensors, count, metadata, diag);
    free(reals);
    return status;
}

static brds_status report(const run_job *job, bool json, brds_diag *diag)
{
    const brds_run_report text = {.spec = job->source.spec.name,
                                  .model = job->source.model_name,
                                  .workload = job->source.workload_name,
                                  .qnet = &job->qnet,
                                  .evaluation = &job->evaluation};
    /* Outputs on standard output leave no room for the report there. */
    bool taken = job->output != NULL && strcmp(job->output, "-") == 0;
    FILE *stream = taken ? stderr : stdout;
    if (json) {
        return brds_json_print(brds_run_report_json(&text), stream, diag);
    }
    brds_run_report_print(&text, stream);
    return BRDS_OK;
}

static brds_status run(const brds_args *args, brds_diag *diag)
{
    run_job *job = calloc(1, sizeof *job);
    if (job == NULL) {
        return brds_fail_memory(diag);
    }
    brds_status status = read_arguments(args, job, diag);
    if (status == BRDS_OK) {
        status = evaluate(job, diag);
    }
    if (status == BRDS_OK && job->output != NULL) {
        status = save(job, diag);
    }
    if (status == BRDS_OK) {
        status = report(job, brds_args_flag(args, "json"), diag);
    }
    brds_evaluation_free(&job->evaluation);
    brds_qnet_free(&job->qnet);
    brds_source_free(&job->source);
    free(job);
    return status;
}

static const brds_option options[] = {
    BRDS_SOURCE_OPTIONS,
    {"float", 0, NULL, "run the float reference instead of the fixed-point model"},
    {"compare", 0, NULL, "run both and print how far apart their outputs are"},
    {"json", 0, NULL, "print the report as JSON"},
    {"output", 'o', "FILE", "write the outputs, a safetensors file"},
    {0},
};

const brds_command brds_cmd_run = {
    .name = "run",
    .operands = "SPEC",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "run sequences through the bit-exact C model",
    .description =
        "Quantises the network and runs a workload through the C model, which computes what the "
        "hardware computes, bit by bit.  Prints accuracy and loss where the workload has labels "
        "(of a "
        "sequence's last output; the largest counts, the first of equals), and the perplexity "
        "where it has targets (of every step's), through the network's own head where the spec "
        "has none; how often each narrowing saturated; and the model's speed.  The output file "
        "holds `output` (F32) and "
        "`output_fixed` (I32, the integers that the hardware sends), one row for each output "
        "vector, and with --compare `output_float`.",
    .options = options,
    .run = run,
};
