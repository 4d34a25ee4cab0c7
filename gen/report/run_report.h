/* SPDX-License-Identifier: Apache-2.0
 *
 * What `brdsgen run` says of a run, as text and as JSON.
 */
#ifndef BRDS_REPORT_RUN_REPORT_H
#define BRDS_REPORT_RUN_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "net/evaluate.h"
#include "net/qnet.h"

typedef struct {
    const char *spec;      /* its name */
    const char *model;     /* where the weights came from */
    const char *workload;  /* where the inputs came from */
    const brds_qnet *qnet; /* NULL where the C model did not run */
    const brds_evaluation *evaluation;
} brds_run_report;

void brds_run_report_print(const brds_run_report *report, FILE *stream);
/* A new reference, or NULL when memory ran out.  Numbers that do not exist
 * (accuracy without labels or targets, perplexity without targets) are null; parts that did not run are left out. */
json_t *brds_run_report_json(const brds_run_report *report);

#endif
