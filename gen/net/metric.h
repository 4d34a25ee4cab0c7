/* SPDX-License-Identifier: Apache-2.0
 *
 * The task's own figure from output vectors, whoever computed them (hardware, C model, float
 * reference): accuracy, and the mean of -log softmax(logits)[wanted class].
 */
#ifndef BRDS_NET_METRIC_H
#define BRDS_NET_METRIC_H

#include <stddef.h>
#include <stdint.h>

#include "io/diag.h"
#include "io/workload.h"
#include "net/network.h"
#include "spec/spec.h"

/* What the outputs are held to. */
typedef enum {
    BRDS_MEASURE_NOTHING, /* the workload has neither, or they are no classes of this network */
    BRDS_MEASURE_LABELS,  /* the last output of each sequence */
    BRDS_MEASURE_TARGETS  /* the output of each step */
} brds_measure;

/* What was found so far. */
typedef struct {
    size_t count;   /* outputs measured */
    size_t correct; /* of which the largest logit, the lowest of equals, is the class wanted */
    double loss;    /* sum of -log softmax(logits)[wanted], natural logarithm */
} brds_measured;

typedef struct {
    brds_measure what;
    const brds_workload *workload;
    const brds_host_part *host; /* NULL: the outputs are the logits */
    int size;                   /* numbers in an output vector */
    int classes;                /* logits */
    double *logits;             /* (classes) of the output at hand */
} brds_metric;

/* Where the spec has no head and `host` has one, the logits are head_w y + head_bias (products and
 * sums in double); else the outputs themselves.  `host` may be NULL; it and the workload must
 * outlive the metric.  Labels or targets that are no classes of the network are not measured (a
 * warning says so of targets).  Error: targets, but the spec sends only the last step's output. */
brds_status brds_metric_new(const brds_spec *spec, const brds_host_part *host,
                            const brds_workload *workload, brds_metric *metric, brds_diag *diag);
void brds_metric_free(brds_metric *metric);

/* The class that the output of `step` (0: the sequence's first) should have; -1: that output is not
 * measured. */
int64_t brds_metric_wanted(const brds_metric *metric, size_t sequence, size_t step);
/* Adds the output `y` (size), of which brds_metric_wanted said `wanted`; -1 adds nothing. */
void brds_metric_add(const brds_metric *metric, const double *y, int64_t wanted,
                     brds_measured *measured);

/* Means over what was measured, 0 where nothing was.  Perplexity is exp(loss). */
double brds_measured_accuracy(const brds_measured *measured);
double brds_measured_loss(const brds_measured *measured);
double brds_measured_perplexity(const brds_measured *measured);

#endif
