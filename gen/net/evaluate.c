/* SPDX-License-Identifier: Apache-2.0 */
#include "net/evaluate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fixed/fixed.h"

/* All that one run needs; made once, used for every step. */
typedef struct {
    const brds_evaluate_job *job;
    brds_evaluation *result;
    brds_machine *machine; /* NULL: no C model */
    int32_t *x;            /* (X) A bits, frac fa */
    brds_float_state state;
    float *real_output; /* (size) */
    brds_metric metric;
    double *values;    /* (size) of the output that is measured */
    size_t vector;     /* output vectors so far */
    double difference; /* sum of all */
} brds_runner;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* --- one step --- */

static const int32_t *step_fixed(brds_runner *runner, const float *features, bool output)
{
    const brds_spec *spec = &runner->job->plan->spec;
    for (int i = 0; i < spec->input_size; i++) {
        runner->x[i] = (int32_t)brds_quantize((double)features[i], spec->activation,
                                              &runner->result->x_saturated);
    }
    double start = now();
    brds_machine_step(runner->machine, runner->x);
    const int32_t *y = output ? brds_machine_output(runner->machine) : NULL;
    runner->result->fixed_side.seconds += now() - start;
    return y;
}

static const float *step_real(brds_runner *runner, const float *features, bool output)
{
    const brds_network *network = runner->job->network;
    double start = now();
    brds_float_step(network, features, &runner->state);
    const float *h = runner->state.h[network->layer_count - 1];
    if (output && network->head_size > 0) {
        brds_float_head(network, h, runner->real_output);
        h = runner->real_output;
    }
    runner->result->real_side.seconds += now() - start;
    return output ? h : NULL;
}

/* --- one output vector --- */

static void compare(brds_runner *runner, const int32_t *fixed, const float *real)
{
    brds_evaluation *result = runner->result;
    for (int i = 0; i < result->size; i++) {
        double difference = fabs(brds_dequantize(fixed[i], result->frac) - (double)real[i]);
        runner->difference += difference;
        if (difference > result->largest_difference) {
            result->largest_difference = difference;
        }
    }
}

static void take_output(brds_runner *runner, const int32_t *fixed, const float *real)
{
    brds_evaluation *result = runner->result;
    size_t size = (size_t)result->size, first = runner->vector * size;
    if (fixed != NULL && result->fixed != NULL) {
        memcpy(result->fixed + first, fixed, size * sizeof *fixed);
    }
    if (real != NULL && result->real != NULL) {
        memcpy(result->real + first, real, size * sizeof *real);
    }
    if (fixed != NULL && real != NULL) {
        compare(runner, fixed, real);
    }
    runner->vector++;
}

static void measure(brds_runner *runner, int64_t wanted, const int32_t *fixed, const float *real)
{
    brds_evaluation *result = runner->result;
    if (fixed != NULL) {
        for (int i = 0; i < result->size; i++) {
            runner->values[i] = brds_dequantize(fixed[i], result->frac);
        }
        brds_metric_add(&runner->metric, runner->values, wanted, &result->fixed_side.measured);
    }
    if (real != NULL) {
        for (int i = 0; i < result->size; i++) {
            runner->values[i] = (double)real[i];
        }
        brds_metric_add(&runner->metric, runner->values, wanted, &result->real_side.measured);
    }
}

static void run_sequence(brds_runner *runner, size_t sequence)
{
    const brds_evaluate_job *job = runner->job;
    const brds_workload *workload = job->workload;
    size_t length = workload->lengths[sequence], width = (size_t)workload->input_size;
    const float *features = workload->features + workload->starts[sequence] * width;
    if (runner->machine != NULL) {
        brds_machine_reset(runner->machine);
    }
    if (job->network != NULL) {
        brds_float_state_reset(job->network, &runner->state);
    }
    for (size_t step = 0; step < length; step++, features += width) {
        bool last = step + 1 == length;
        bool output = last || job->plan->spec.output == BRDS_OUTPUT_EVERY_STEP;
        const int32_t *fixed =
            runner->machine != NULL ? step_fixed(runner, features, output) : NULL;
        const float *real = job->network != NULL ? step_real(runner, features, output) : NULL;
        int64_t wanted = brds_metric_wanted(&runner->metric, sequence, step);
        if (output) {
            take_output(runner, fixed, real);
        }
        if (wanted >= 0) {
            measure(runner, wanted, fixed, real);
        }
    }
}

/* --- before and after --- */

static void describe(const brds_evaluate_job *job, brds_evaluation *result)
{
    const brds_spec *spec = &job->plan->spec;
    const brds_workload *workload = job->workload;
    result->sequences = workload->sequences;
    result->steps = workload->steps;
    result->vectors =
        spec->output == BRDS_OUTPUT_EVERY_STEP ? workload->steps : workload->sequences;
    result->size =
        spec->head.present ? spec->head.size : brds_spec_output_size(spec, spec->layer_count - 1);
    result->frac = spec->head.present ? spec->head.output.frac : spec->activation.frac;
    result->fixed_side.ran = job->qnet != NULL;
    result->real_side.ran = job->network != NULL;
}

/* (vectors, size) zeros; NULL with `failed` set where there is no room. */
static void *new_outputs(const brds_evaluation *result, size_t element, bool *failed)
{
    size_t size = (size_t)result->size;
    void *outputs = result->vectors > SIZE_MAX / element / size
                        ? NULL
                        : calloc(result->vectors * size, element);
    *failed = *failed || outputs == NULL;
    return outputs;
}

static brds_status prepare(brds_runner *runner, brds_diag *diag)
{
    const brds_evaluate_job *job = runner->job;
    brds_evaluation *result = runner->result;
    bool failed = false;
    if (job->keep && job->qnet != NULL) {
        result->fixed = new_outputs(result, sizeof *result->fixed, &failed);
    }
    if (job->keep && job->network != NULL) {
        result->real = new_outputs(result, sizeof *result->real, &failed);
    }
    runner->x = calloc((size_t)job->plan->spec.input_size, sizeof *runner->x);
    runner->real_output = calloc((size_t)result->size, sizeof *runner->real_output);
    runner->values = calloc((size_t)result->size, sizeof *runner->values);
    if (failed || runner->x == NULL || runner->real_output == NULL || runner->values == NULL) {
        return brds_fail_memory(diag);
    }
    brds_status status =
        brds_metric_new(&job->plan->spec, job->host, job->workload, &runner->metric, diag);
    result->measure = runner->metric.what;
    if (status == BRDS_OK && job->qnet != NULL) {
        status = brds_machine_new(job->plan, job->qnet, &runner->machine, diag);
    }
    if (status == BRDS_OK && job->network != NULL) {
        status = brds_float_state_new(job->network, &runner->state, diag);
    }
    return status;
}

brds_status brds_evaluate(const brds_evaluate_job *job, brds_evaluation *result, brds_diag *diag)
{
    *result = (brds_evaluation){0};
    describe(job, result);
    brds_runner runner = {.job = job, .result = result};
    brds_status status = prepare(&runner, diag);
    for (size_t i = 0; status == BRDS_OK && i < result->sequences; i++) {
        run_sequence(&runner, i);
    }
    if (status == BRDS_OK && runner.machine != NULL) {
        result->saturations = *brds_machine_saturations(runner.machine);
    }
    if (runner.vector > 0) {
        result->mean_difference =
            runner.difference / ((double)runner.vector * (double)result->size);
    }
    brds_machine_free(runner.machine);
    brds_float_state_free(&runner.state);
    free(runner.x);
    brds_metric_free(&runner.metric);
    free(runner.real_output);
    free(runner.values);
    if (status != BRDS_OK) {
        brds_evaluation_free(result);
    }
    return status;
}

void brds_evaluation_free(brds_evaluation *result)
{
    free(result->fixed);
    free(result->real);
    *result = (brds_evaluation){0};
}
