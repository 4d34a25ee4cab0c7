/* SPDX-License-Identifier: Apache-2.0
 *
 * Pruning with retraining: masks that grow along the gradual schedule while the
 * network trains, then training with the masks held, then, on demand, some
 * epochs with the hardware's numbers.
 */
#ifndef BRDS_PRUNE_RETRAIN_H
#define BRDS_PRUNE_RETRAIN_H

#include <stdbool.h>
#include <stdio.h>

#include "io/diag.h"
#include "prune/sparsity.h"
#include "train/trainer.h"

/* A budget of epochs. */
typedef struct {
    int ramp;      /* in which the masks grow; 0: at once */
    int epochs;    /* of all, the ramp's included; more than the ramp */
    int quantised; /* epochs with the hardware's numbers after them; 0: none */
} brds_budget;

typedef struct {
    const brds_spec *spec;
    const brds_dataset *train, *valid;
    brds_train_options options; /* epochs are the budget's */
    double quantised_rate;      /* learning rate of those epochs */
    const char *identity;       /* prune/work.h; checkpoints carry it */
    const char *work;           /* folder of checkpoints, begun; or NULL */
    bool resume;                /* use those that are there */
    double every;               /* seconds between checkpoints */
    FILE *log;                  /* or NULL */
    bool log_goes_on;           /* resume: the log has an earlier run's lines and is at its start */
    bool progress;
} brds_retrain;

typedef struct {
    brds_score valid; /* of the best epoch after the ramp, which the weights are of */
    double seconds;   /* wall clock of the training: of all runs together where it was resumed, less
                       what an interruption lost since an epoch's end */
} brds_retrained;

/* `model` is dense before and as sparse as `sparsity` says after, with the weights of the best
 * epoch (computed with the hardware's numbers, if the budget has such epochs).  `label` names the
 * attempt in log, progress and checkpoints ("/" not allowed); two attempts of a run need two.
 * Resumed, a finished attempt is not trained again, and the log ends as it did then: attempts must
 * come in the same order. */
brds_status brds_retrain_run(const brds_retrain *retrain, const brds_budget *budget,
                             const brds_sparsity *sparsity, const char *label, brds_model *model,
                             brds_retrained *retrained, brds_diag *diag);

#endif
