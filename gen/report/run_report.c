/* SPDX-License-Identifier: Apache-2.0 */
#include "report/run_report.h"

#include <inttypes.h>
#include <math.h>

#include "cli/json.h"

static double speed(const brds_evaluation *evaluation, const brds_evaluate_side *side)
{
    return side->seconds > 0.0 ? (double)evaluation->steps / side->seconds : 0.0;
}

static uint64_t clipped_weights(const brds_qnet *qnet)
{
    uint64_t sum = 0;
    for (int i = 0; i < qnet->phase_count; i++) {
        sum += qnet->phases[i].weight_saturated;
    }
    return sum;
}

static uint64_t clipped_biases(const brds_qnet *qnet)
{
    uint64_t sum = 0;
    for (int i = 0; i < qnet->phase_count; i++) {
        sum += qnet->phases[i].bias_saturated;
    }
    return sum;
}

/* --- text --- */

static void print_side(const brds_evaluation *evaluation, const brds_evaluate_side *side,
                       const char *name, FILE *stream)
{
    if (!side->ran) {
        return;
    }
    fprintf(stream, "%s\n", name);
    const brds_measured *measured = &side->measured;
    if (evaluation->measure == BRDS_MEASURE_TARGETS) {
        fprintf(stream, "  perplexity        %.4f\n", brds_measured_perplexity(measured));
    }
    if (evaluation->measure != BRDS_MEASURE_NOTHING) {
        fprintf(stream, "  accuracy          %.2f %% (%zu of %zu)\n",
                100.0 * brds_measured_accuracy(measured), measured->correct, measured->count);
        fprintf(stream, "  loss              %.4f\n", brds_measured_loss(measured));
    }
    fprintf(stream, "  speed             %.0f steps/s\n", speed(evaluation, side));
}

static void print_saturations(const brds_run_report *report, FILE *stream)
{
    const brds_evaluation *evaluation = report->evaluation;
    const brds_saturations *count = &evaluation->saturations;
    fprintf(stream,
            "  saturations       gate %" PRIu64 ", function %" PRIu64 ", cell %" PRIu64
            ", output %" PRIu64 "\n",
            count->gate, count->function, count->cell, count->output);
    fprintf(stream,
            "  clipped           inputs %" PRIu64 ", weights %" PRIu64 ", biases %" PRIu64 "\n",
            evaluation->x_saturated, clipped_weights(report->qnet), clipped_biases(report->qnet));
}

void brds_run_report_print(const brds_run_report *report, FILE *stream)
{
    const brds_evaluation *evaluation = report->evaluation;
    fprintf(stream, "%s: %zu sequences, %zu steps (model %s, workload %s)\n", report->spec,
            evaluation->sequences, evaluation->steps, report->model, report->workload);
    print_side(evaluation, &evaluation->fixed_side, "fixed point (bit-exact C model)", stream);
    if (evaluation->fixed_side.ran) {
        print_saturations(report, stream);
    }
    print_side(evaluation, &evaluation->real_side, "float reference", stream);
    if (evaluation->fixed_side.ran && evaluation->real_side.ran) {
        fprintf(stream, "difference of %zu outputs of %d: largest %.6f, mean %.6f\n",
                evaluation->vectors, evaluation->size, evaluation->largest_difference,
                evaluation->mean_difference);
    }
}

/* --- JSON --- */

static json_t *number_or_null(bool known, double number)
{
    return known && isfinite(number) ? json_real(number) : json_null();
}

static json_t *side_json(const brds_evaluation *evaluation, const brds_evaluate_side *side)
{
    const brds_measured *measured = &side->measured;
    bool known = evaluation->measure != BRDS_MEASURE_NOTHING,
         targets = evaluation->measure == BRDS_MEASURE_TARGETS;
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:f, s:f}", "accuracy",
                     number_or_null(known, brds_measured_accuracy(measured)), "correct",
                     known ? json_integer((json_int_t)measured->correct) : json_null(), "measured",
                     known ? json_integer((json_int_t)measured->count) : json_null(), "perplexity",
                     number_or_null(targets, brds_measured_perplexity(measured)), "loss",
                     number_or_null(known, brds_measured_loss(measured)), "seconds", side->seconds,
                     "steps_per_second", speed(evaluation, side));
}

static json_t *fixed_json(const brds_run_report *report)
{
    const brds_evaluation *evaluation = report->evaluation;
    const brds_saturations *count = &evaluation->saturations;
    json_t *side = side_json(evaluation, &evaluation->fixed_side);
    json_t *saturations = json_pack("{s:I, s:I, s:I, s:I}", "gate", (json_int_t)count->gate,
                                    "function", (json_int_t)count->function, "cell",
                                    (json_int_t)count->cell, "output", (json_int_t)count->output);
    json_t *clipped = json_pack("{s:I, s:I, s:I}", "inputs", (json_int_t)evaluation->x_saturated,
                                "weights", (json_int_t)clipped_weights(report->qnet), "biases",
                                (json_int_t)clipped_biases(report->qnet));
    if (json_object_set_new(side, "saturations", saturations) != 0 ||
        json_object_set_new(side, "clipped", clipped) != 0) {
        json_decref(side);
        return NULL;
    }
    return side;
}

json_t *brds_run_report_json(const brds_run_report *report)
{
    const brds_evaluation *evaluation = report->evaluation;
    bool fixed = evaluation->fixed_side.ran, real = evaluation->real_side.ran;
    json_t *root = json_pack(
        "{s:s, s:o, s:o, s:I, s:I, s:I, s:i}", "spec", report->spec, "model",
        brds_json_text(report->model), "workload", brds_json_text(report->workload), "sequences",
        (json_int_t)evaluation->sequences, "steps", (json_int_t)evaluation->steps, "outputs",
        (json_int_t)evaluation->vectors, "output_size", evaluation->size);
    bool failed = root == NULL;
    if (fixed) {
        failed |= json_object_set_new(root, "fixed", fixed_json(report)) != 0;
    }
    if (real) {
        json_t *side = side_json(evaluation, &evaluation->real_side);
        failed |= json_object_set_new(root, "float", side) != 0;
    }
    if (fixed && real) {
        json_t *difference = json_pack("{s:f, s:f}", "largest", evaluation->largest_difference,
                                       "mean", evaluation->mean_difference);
        failed |= json_object_set_new(root, "difference", difference) != 0;
    }
    if (failed) {
        json_decref(root);
        return NULL;
    }
    return root;
}
