/* SPDX-License-Identifier: Apache-2.0
 *
 * The results of verif/workloads: every network that was trained, pruned and
 * simulated, from the JSON files that the commands left in one folder:
 *
 *   WORKLOAD/seedN/dense.json                        brdsgen train --json
 *   WORKLOAD/seedN/SPARSITY/PATTERN/prune.json       brdsgen prune --json
 *   WORKLOAD/seedN/SPARSITY/PATTERN/bitsB/c_model.json, rtl.json
 *   WORKLOAD/seedN/dense-retrained/prune.json        the dense pattern, whatever the sparsity
 */
#ifndef BRDS_REPORT_WORKLOADS_REPORT_H
#define BRDS_REPORT_WORKLOADS_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "io/diag.h"

/* [{workload, pattern, overall_sparsity, nnz: [[x, h] per layer], weight_bits, seed, metric ("accuracy",
 * 0..1, or "perplexity"), float_dense, float_pruned, c_model, rtl, train_seconds, trials}], on the test set;
 * null where a pattern has no hardware.  Sorted by workload, sparsity, pattern, bits, seed. */
brds_status brds_workloads_gather(const char *folder, json_t **results, brds_diag *diag);

/* The same list from a file that was made of it. */
brds_status brds_workloads_load(const char *path, json_t **results, brds_diag *diag);
/* Adds what such a file has besides: results of other seeds or workloads, run elsewhere. */
brds_status brds_workloads_merge(json_t *results, const char *path, brds_diag *diag);

/* Searched counts differ from seed to seed, and the overall sparsity by less than a hundredth. */
bool brds_workloads_same_sparsity(const json_t *a, const json_t *b);

/* A table a workload: the mean over the seeds, and their spread where there are several. */
brds_status brds_workloads_write_markdown(const json_t *results, FILE *stream, brds_diag *diag);

/* FOLDER/WORKLOAD-sparsity.svg (metric against sparsity, a curve a pattern) and
 * FOLDER/WORKLOAD-ratios.svg (validation metric of the search's trials along the pair). */
brds_status brds_workloads_plot(const json_t *results, const char *folder, brds_diag *diag);

#endif
