/* SPDX-License-Identifier: Apache-2.0
 *
 * One pass of a batch through a network: the loss, and on demand its gradients.
 *
 *   loss = mean over the targets of -log softmax(W y + b)[target]
 *
 * where y is the last layer's h, of each sequence's last step (classify) or of
 * every step (language model).
 */
#ifndef BRDS_TRAIN_PASS_H
#define BRDS_TRAIN_PASS_H

#include "data/dataset.h"
#include "train/model.h"

/* A batch: rows as train/lstm.h orders them. */
typedef struct {
    brds_rows rows;
    brds_task task;
    int32_t *tokens;     /* (N), or NULL */
    brds_real *features; /* (N, X), or NULL */
    int32_t *targets;    /* (N), of a language model; else (B) */
    size_t row_room, sequence_room, step_room;
} brds_batch;

/* A batch of `count` sequences of a dataset, which are sorted here. */
brds_status brds_batch_sequences(const brds_dataset *dataset, const size_t *sequences, size_t count,
                                 brds_batch *batch, brds_diag *diag);
/* Steps [first, first + steps) of each of `streams` equal parts of a language model's tokens; the
 * targets are the tokens one step on. */
brds_status brds_batch_chunk(const brds_dataset *dataset, size_t streams, size_t first,
                             size_t steps, brds_batch *batch, brds_diag *diag);
void brds_batch_free(brds_batch *batch);

/* What is carried from chunk to chunk. */
typedef struct {
    brds_real *h[BRDS_MAX_LAYERS]; /* (B, R) */
    brds_real *c[BRDS_MAX_LAYERS]; /* (B, H) */
    size_t sequences;
} brds_carry;

brds_status brds_carry_new(const brds_model *model, size_t sequences, brds_carry *carry,
                           brds_diag *diag);
void brds_carry_zero(const brds_model *model, brds_carry *carry);
void brds_carry_free(brds_carry *carry);

typedef struct {
    double loss;    /* sum over the targets, natural logarithm */
    size_t correct; /* targets that have the largest logit, of equals the first */
    size_t targets;
} brds_score;

/* Working memory of passes, kept between them. */
typedef struct brds_pass brds_pass;
brds_status brds_pass_new(const brds_model *model, brds_pass **pass, brds_diag *diag);
void brds_pass_free(brds_pass *pass);

/* Forward only.  `carry` (or NULL) is the state before and becomes that after.  Adds to `score`. */
brds_status brds_pass_forward(brds_pass *pass, const brds_batch *batch, brds_carry *carry,
                              brds_score *score, brds_diag *diag);

/* Forward and backward: adds to the gradients of the model, of the mean loss of this batch.
 * Dropout of `rate` (0: none) on every layer's input and the head's (Zaremba, Sutskever and
 * Vinyals, 1409.2329), from `random`. */
brds_status brds_pass_train(brds_pass *pass, brds_model *model, const brds_batch *batch,
                            brds_carry *carry, double rate, brds_random *random, brds_score *score,
                            brds_diag *diag);

/* The logits (targets, K) of the batch of the last pass, which has at most BRDS_LOGIT_ROWS targets;
 * good until the next pass. */
enum { BRDS_LOGIT_ROWS = 512 };
const brds_real *brds_pass_logits(brds_pass *pass, const brds_batch *batch);

#endif
