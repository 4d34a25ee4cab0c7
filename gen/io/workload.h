/* SPDX-License-Identifier: Apache-2.0
 *
 * A workload: sequences of input vectors, with labels where the task has them.
 * File: safetensors with `features` F32 (sum of lengths, X), `lengths` I32 (n),
 * optional `labels` I32 (n).
 */
#ifndef BRDS_IO_WORKLOAD_H
#define BRDS_IO_WORKLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "io/diag.h"

typedef struct {
    int input_size;   /* X */
    size_t sequences; /* n */
    size_t steps;     /* sum of lengths */
    size_t *lengths;  /* (n), each at least 1 */
    size_t *starts;   /* (n) first step of each sequence */
    float *features;  /* (steps, X) */
    int64_t *labels;  /* (n), or NULL */
} brds_workload;

/* `input_size` is the wanted X.  Labels must lie in [0, classes) if classes > 0. */
brds_status brds_workload_load(const char *path, int input_size, int64_t classes,
                               brds_workload *workload, brds_diag *diag);
/* Random sequences for regressions: normal features (sigma 1), deterministic
 * for `seed`; no labels. */
brds_status brds_workload_random(int input_size, size_t sequences, size_t steps_each, uint64_t seed,
                                 brds_workload *workload, brds_diag *diag);
void brds_workload_free(brds_workload *workload);

#endif
