/* SPDX-License-Identifier: Apache-2.0
 *
 * One run of `brdsgen prune` with data, as its parts see it.
 */
#ifndef BRDS_CLI_PRUNE_JOB_H
#define BRDS_CLI_PRUNE_JOB_H

#include "cli/training.h"
#include "prune/dual.h"

/* One each of dense, unstructured, bank, block, row, dual. */
enum { BRDS_MAX_ATTEMPTS = 6 };

/* A pattern, retrained; "dual" is the row pattern with searched ratios. */
typedef struct {
    char name[16];
    bool dual;
    brds_sparsity sparsity;
    double overall; /* sparsity that came of it, 0..1 */
    brds_score valid, test;
    double seconds;           /* as of brds_retrained, without the trials */
    brds_dual_result *trials; /* dual, else NULL */
} brds_attempt;

typedef struct {
    brds_training training;
    brds_retrain retrain;
    brds_budget budget;
    brds_dual_options dual;
    brds_sparsity base; /* what all attempts share */
    bool searched;      /* --sparsity was given, so that counts are not the spec's */
    char *spec_text;    /* --write-spec: the document as it was read; else NULL */
    char *identity;     /* prune/work.h */
    brds_real *dense;   /* (all elements) the network given */
    double given;       /* its sparsity */
    brds_score dense_valid, dense_test;
    brds_attempt attempts[BRDS_MAX_ATTEMPTS];
    int count;
} brds_prune_job;

/* A table, or JSON, of all attempts. */
brds_status brds_prune_report(const brds_prune_job *job, const char *output, bool json,
                              brds_diag *diag);

#endif
