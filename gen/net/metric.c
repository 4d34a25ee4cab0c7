/* SPDX-License-Identifier: Apache-2.0 */
#include "net/metric.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* Sums of a row that grow side by side, in vector registers: a fixed order, so that the result is
 * the same whatever the compiler makes of it. */
enum { SUMS = 8 };

/* --- what is measured --- */

static bool are_classes(const int64_t *values, size_t count, int classes)
{
    for (size_t i = 0; values != NULL && i < count; i++) {
        if (values[i] < 0 || values[i] >= classes) {
            return false;
        }
    }
    return values != NULL;
}

static brds_status choose(const brds_spec *spec, brds_metric *metric, brds_diag *diag)
{
    const brds_workload *workload = metric->workload;
    if (are_classes(workload->labels, workload->sequences, metric->classes)) {
        metric->what = BRDS_MEASURE_LABELS;
    }
    if (workload->targets == NULL) {
        return BRDS_OK;
    }
    if (spec->output == BRDS_OUTPUT_LAST_STEP) {
        return brds_fail(diag, BRDS_EINPUT, spec->name,
                         "the spec wants \"output\": \"every_step\" in \"interface\"",
                         "the workload has a target for each step, but only the last step of a "
                         "sequence gives an output");
    }
    if (are_classes(workload->targets, workload->steps, metric->classes)) {
        metric->what = BRDS_MEASURE_TARGETS;
    } else {
        brds_warn(diag, spec->name, "is the network's head missing?",
                  "there are targets outside of the network's %d outputs: no perplexity",
                  metric->classes);
    }
    return BRDS_OK;
}

brds_status brds_metric_new(const brds_spec *spec, const brds_host_part *host,
                            const brds_workload *workload, brds_metric *metric, brds_diag *diag)
{
    bool outside = !spec->head.present && host != NULL && host->classes > 0;
    int size =
        spec->head.present ? spec->head.size : brds_spec_output_size(spec, spec->layer_count - 1);
    *metric = (brds_metric){.workload = workload,
                            .host = outside ? host : NULL,
                            .size = size,
                            .classes = outside ? host->classes : size};
    brds_status status = choose(spec, metric, diag);
    if (status != BRDS_OK) {
        return status;
    }
    metric->logits = calloc((size_t)metric->classes, sizeof *metric->logits);
    return metric->logits != NULL ? BRDS_OK : brds_fail_memory(diag);
}

void brds_metric_free(brds_metric *metric)
{
    free(metric->logits);
    *metric = (brds_metric){0};
}

int64_t brds_metric_wanted(const brds_metric *metric, size_t sequence, size_t step)
{
    const brds_workload *workload = metric->workload;
    bool last = step + 1 == workload->lengths[sequence];
    switch (metric->what) {
    case BRDS_MEASURE_LABELS:
        return last ? workload->labels[sequence] : -1;
    case BRDS_MEASURE_TARGETS:
        return workload->targets[workload->starts[sequence] + step];
    case BRDS_MEASURE_NOTHING:
        break;
    }
    return -1;
}

/* --- one output --- */

static double dot(const float *row, const double *y, int size)
{
    double sums[SUMS] = {0}, sum = 0.0;
    int i = 0;
    for (; i + SUMS <= size; i += SUMS) {
        for (int k = 0; k < SUMS; k++) {
            sums[k] += (double)row[i + k] * y[i + k];
        }
    }
    for (; i < size; i++) {
        sum += (double)row[i] * y[i];
    }
    for (int k = 0; k < SUMS; k++) {
        sum += sums[k];
    }
    return sum;
}

static const double *logits_of(const brds_metric *metric, const double *y)
{
    const brds_host_part *host = metric->host;
    if (host == NULL) {
        return y;
    }
    for (int i = 0; i < metric->classes; i++) {
        const float *row = host->head_w + (size_t)i * (size_t)metric->size;
        metric->logits[i] = dot(row, y, metric->size) + (double)host->head_bias[i];
    }
    return metric->logits;
}

void brds_metric_add(const brds_metric *metric, const double *y, int64_t wanted,
                     brds_measured *measured)
{
    if (wanted < 0) {
        return;
    }
    const double *logits = logits_of(metric, y);
    int best = 0;
    for (int i = 1; i < metric->classes; i++) {
        best = logits[i] > logits[best] ? i : best;
    }
    double sum = 0.0;
    for (int i = 0; i < metric->classes; i++) {
        sum += exp(logits[i] - logits[best]);
    }
    measured->count++;
    measured->correct += best == wanted;
    measured->loss += log(sum) + logits[best] - logits[wanted];
}

/* --- means --- */

static double mean(double sum, size_t count)
{
    return count > 0 ? sum / (double)count : 0.0;
}

double brds_measured_accuracy(const brds_measured *measured)
{
    return mean((double)measured->correct, measured->count);
}

double brds_measured_loss(const brds_measured *measured)
{
    return mean(measured->loss, measured->count);
}

double brds_measured_perplexity(const brds_measured *measured)
{
    return exp(brds_measured_loss(measured));
}
