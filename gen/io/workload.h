/* SPDX-License-Identifier: Apache-2.0
 *
 * A workload: sequences of input vectors, with what should come out where the
 * task has it: a label for each sequence (classify), or a class that should
 * follow each step (language model).  File: safetensors with `features` F32 (sum
 * of lengths, X), `lengths` I32 (n), and `labels` I32 (n), or `targets` I32 (sum
 * of lengths), or neither.
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
    int64_t *targets; /* (steps), or NULL */
} brds_workload;

/* `input_size` is the wanted X, 0: any.  Labels and targets must lie in [0, classes) if
 * classes > 0. */
brds_status brds_workload_load(const char *path, int input_size, int64_t classes,
                               brds_workload *workload, brds_diag *diag);
/* Random sequences for regressions: normal features (sigma 1), deterministic
 * for `seed`; no labels. */
brds_status brds_workload_random(int input_size, size_t sequences, size_t steps_each, uint64_t seed,
                                 brds_workload *workload, brds_diag *diag);
/* Writes such a file.  `starts` must be the sums of the lengths before them.  Lengths, labels and
 * targets above INT32_MAX are an error. */
brds_status brds_workload_save(const char *path, const brds_workload *workload, brds_diag *diag);
void brds_workload_free(brds_workload *workload);

#endif
