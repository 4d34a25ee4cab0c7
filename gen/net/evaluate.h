/* SPDX-License-Identifier: Apache-2.0
 *
 * A workload through the bit-exact C model, the float reference, or both side
 * by side: outputs, the task's figure, differences.
 */
#ifndef BRDS_NET_EVALUATE_H
#define BRDS_NET_EVALUATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/diag.h"
#include "io/workload.h"
#include "net/machine.h"
#include "net/metric.h"
#include "net/network.h"
#include "plan/plan.h"

/* What to run. */
typedef struct {
    const brds_plan *plan;
    const brds_qnet *qnet;       /* NULL: no C model */
    const brds_network *network; /* NULL: no float reference */
    const brds_workload *workload;
    const brds_host_part *host; /* for the task's figure; NULL: the host computes nothing */
    bool keep;                  /* store every output vector */
} brds_evaluate_job;

/* One arithmetic's part of the result. */
typedef struct {
    bool ran;
    brds_measured measured; /* count 0 where `measure` is BRDS_MEASURE_NOTHING */
    double seconds;         /* in the model, reading, comparing and measuring left out */
} brds_evaluate_side;

typedef struct {
    size_t sequences, steps;
    size_t vectors; /* output vectors: steps, or sequences when only the last step's is sent */
    int size;       /* numbers in an output vector */
    int frac;       /* of `fixed` */
    brds_measure measure;
    brds_evaluate_side fixed_side, real_side;
    uint64_t x_saturated; /* input values clipped by the activation format */
    brds_saturations saturations;
    double largest_difference, mean_difference; /* of all outputs, where both ran */
    int32_t *fixed;                             /* (vectors, size) frac `frac`; NULL unless kept */
    float *real; /* (vectors, size) of the float reference; NULL unless kept */
} brds_evaluation;

/* Errors: those of brds_metric_new, memory. */
brds_status brds_evaluate(const brds_evaluate_job *job, brds_evaluation *result, brds_diag *diag);
void brds_evaluation_free(brds_evaluation *result);

#endif
