/* SPDX-License-Identifier: Apache-2.0
 *
 * Training, one minibatch at a time, so that whoever drives it can show
 * progress, save checkpoints and stop between any two.  Deterministic: the same
 * options, data and seed give the same numbers with the same number of threads.
 */
#ifndef BRDS_TRAIN_TRAINER_H
#define BRDS_TRAIN_TRAINER_H

#include "data/dataset.h"
#include "train/model.h"
#include "train/optimiser.h"
#include "train/pass.h"
#include "train/quantised.h"

typedef struct {
    brds_optimiser_kind optimiser;
    double rate;    /* learning rate of the first epoch */
    double decay;   /* what it is multiplied with after each epoch, */
    int decay_from; /* from this epoch on (the first is 0) */
    double clip;    /* of the gradient's norm, 0: none */
    double dropout; /* 0..1 */
    size_t batch;   /* sequences, or streams of a language model */
    size_t chunk;   /* steps that gradients flow back through, of a language model */
    int epochs;
    int best_from; /* epochs before this one (the first is 0) cannot be the best */
    uint64_t seed;
} brds_train_options;

/* Where training is. */
typedef struct {
    int epoch;           /* of the next minibatch */
    size_t minibatch;    /* of the next one in its epoch */
    brds_score score;    /* of this epoch's minibatches */
    brds_random random;  /* now */
    brds_random shuffle; /* as this epoch began */
    int best_epoch;      /* -1: none yet */
    brds_score best;     /* of the validation set */
} brds_train_state;

/* What a step did. */
typedef struct {
    bool epoch_ended;
    int epoch;   /* that the step belonged to */
    double norm; /* of its gradient */
    double rate;
    brds_score train; /* of the epoch so far */
    brds_score valid; /* if it ended */
    bool better;      /* than every epoch before, on the validation set */
} brds_train_event;

typedef struct {
    const brds_train_options *options;
    const brds_dataset *train, *valid;
    brds_model *model;
    brds_quantised *quantised; /* the hardware's numbers, or NULL */
    brds_optimiser optimiser;
    brds_train_state state;
    brds_real *best_values; /* (all elements) of the best epoch */
    brds_carry carry;       /* of a language model */
    size_t *order;          /* (n) of the sequences, this epoch */
    size_t minibatches;     /* of an epoch */
    brds_pass *pass;
    brds_batch batch;
    double seconds; /* in minibatches since the trainer was made, validation left out */
    size_t targets; /* of them */
} brds_trainer;

/* `valid` NULL: the last epoch counts as the best.  Errors: a batch larger than the data allows. */
brds_status brds_trainer_new(brds_model *model, const brds_train_options *options,
                             const brds_dataset *train, const brds_dataset *valid,
                             brds_quantised *quantised, brds_trainer **trainer, brds_diag *diag);
void brds_trainer_free(brds_trainer *trainer);

bool brds_trainer_done(const brds_trainer *trainer);
/* One minibatch, and after an epoch's last one the validation set.  A gradient that is not
 * finite, or a loss that is not or is above 1000 ln(classes + 1), is an error that names epoch and
 * minibatch; the parameters are those before it. */
brds_status brds_trainer_step(brds_trainer *trainer, brds_train_event *event, brds_diag *diag);
/* Makes the best epoch's parameters the model's. */
void brds_trainer_take_best(brds_trainer *trainer);
/* After state was restored: this epoch's order. */
void brds_trainer_reorder(brds_trainer *trainer);

/* The whole of a dataset, without dropout; of a language model as one stream. */
brds_status brds_evaluate_model(brds_pass *pass, const brds_model *model,
                                const brds_dataset *dataset, brds_score *score, brds_diag *diag);

/* Mean loss; accuracy (classify, 0..1) or perplexity (language model): exp of the mean loss. */
double brds_score_loss(const brds_score *score);
double brds_score_metric(brds_task task, const brds_score *score);
/* What is to be small, between epochs and between sparsities: of a language model the mean loss, else
 * errors + loss / (1 + loss), which orders by errors and equals by their loss.  Not a number where the
 * loss is none. */
double brds_score_cost(brds_task task, const brds_score *score);
/* Has `a` the smaller cost?  A cost that is not a number is worse than any that is. */
bool brds_score_better(brds_task task, const brds_score *a, const brds_score *b);

#endif
