/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "train/pass.h"

void brds_batch_free(brds_batch *batch)
{
    free(batch->rows.active);
    free(batch->rows.offset);
    free(batch->tokens);
    free(batch->features);
    free(batch->targets);
    memset(batch, 0, sizeof *batch);
}

/* Room for a batch of this size; what was there is lost where it grows. */
static brds_status reserve(const brds_dataset *dataset, size_t rows, size_t steps,
                           brds_batch *batch, brds_diag *diag)
{
    batch->task = dataset->task;
    if (rows <= batch->row_room && steps <= batch->step_room) {
        return BRDS_OK;
    }
    rows = rows > batch->row_room ? rows : batch->row_room;
    steps = steps > batch->step_room ? steps : batch->step_room;
    brds_batch_free(batch);
    batch->task = dataset->task;
    batch->rows.active = calloc(steps, sizeof *batch->rows.active);
    batch->rows.offset = calloc(steps, sizeof *batch->rows.offset);
    batch->targets = calloc(rows, sizeof *batch->targets);
    if (dataset->tokens != NULL) {
        batch->tokens = calloc(rows, sizeof *batch->tokens);
    } else {
        batch->features = calloc(rows * (size_t)dataset->feature_size, sizeof *batch->features);
    }
    if (batch->rows.active == NULL || batch->rows.offset == NULL || batch->targets == NULL ||
        (batch->tokens == NULL && batch->features == NULL)) {
        return brds_fail_memory(diag);
    }
    batch->row_room = rows;
    batch->step_room = steps;
    return BRDS_OK;
}

/* --- sequences --- */

typedef struct {
    size_t length, sequence;
} length_of;

/* Longest first; of equals the one that was named first. */
static int longer(const void *a, const void *b)
{
    const length_of *x = a, *y = b;
    if (x->length != y->length) {
        return x->length < y->length ? 1 : -1;
    }
    return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

static void put_step(const brds_dataset *dataset, size_t step, size_t row, brds_batch *batch)
{
    if (dataset->tokens != NULL) {
        batch->tokens[row] = dataset->tokens[step];
        return;
    }
    size_t size = (size_t)dataset->feature_size;
    for (size_t i = 0; i < size; i++) {
        batch->features[row * size + i] = (brds_real)dataset->features[step * size + i];
    }
}

static void fill_sequences(const brds_dataset *dataset, const length_of *order, size_t count,
                           brds_batch *batch)
{
    brds_rows *rows = &batch->rows;
    *rows = (brds_rows){.sequences = (int)count,
                        .steps = (int)order[0].length,
                        .active = rows->active,
                        .offset = rows->offset};
    size_t active = count, row = 0;
    for (size_t t = 0; t < order[0].length; t++) {
        while (order[active - 1].length <= t) {
            active--;
        }
        rows->active[t] = (int)active;
        rows->offset[t] = (int)row;
        for (size_t b = 0; b < active; b++, row++) {
            put_step(dataset, dataset->starts[order[b].sequence] + t, row, batch);
        }
    }
    rows->rows = (int)row;
    for (size_t b = 0; b < count; b++) {
        batch->targets[b] = dataset->labels[order[b].sequence];
    }
}

brds_status brds_batch_sequences(const brds_dataset *dataset, const size_t *sequences, size_t count,
                                 brds_batch *batch, brds_diag *diag)
{
    length_of *order = calloc(count, sizeof *order);
    if (order == NULL) {
        return brds_fail_memory(diag);
    }
    size_t rows = 0;
    for (size_t b = 0; b < count; b++) {
        order[b] = (length_of){dataset->lengths[sequences[b]], sequences[b]};
        rows += order[b].length;
    }
    qsort(order, count, sizeof *order, longer);
    brds_status status = reserve(dataset, rows, order[0].length, batch, diag);
    if (status == BRDS_OK) {
        fill_sequences(dataset, order, count, batch);
    }
    free(order);
    return status;
}

/* --- chunks --- */

brds_status brds_batch_chunk(const brds_dataset *dataset, size_t streams, size_t first,
                             size_t steps, brds_batch *batch, brds_diag *diag)
{
    brds_status status = reserve(dataset, streams * steps, steps, batch, diag);
    if (status != BRDS_OK) {
        return status;
    }
    batch->rows.sequences = (int)streams;
    batch->rows.steps = (int)steps;
    batch->rows.rows = (int)(streams * steps);
    size_t part = (dataset->steps - 1) / streams, row = 0;
    for (size_t t = 0; t < steps; t++) {
        batch->rows.active[t] = (int)streams;
        batch->rows.offset[t] = (int)row;
        for (size_t b = 0; b < streams; b++, row++) {
            const int32_t *token = dataset->tokens + b * part + first + t;
            batch->tokens[row] = token[0];
            batch->targets[row] = token[1];
        }
    }
    return BRDS_OK;
}
