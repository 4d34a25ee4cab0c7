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
    const char *identity;       /* of the data and options, for checkpoints */
    const char *work;           /* folder of checkpoints, or NULL */
    bool resume;                /* use those that are there */
    double every;               /* seconds between checkpoints */
    FILE *log;                  /* or NULL */
    bool progress;
} brds_retrain;

/* `model` is dense before and as sparse as `sparsity` says after, with the weights of the best
 * epoch, which `valid` is the score of (with the hardware's numbers, if the budget has such epochs).
 * `label` names the attempt in log, progress and checkpoints ("/" not allowed). */
brds_status brds_retrain_run(const brds_retrain *retrain, const brds_budget *budget,
                             const brds_sparsity *sparsity, const char *label, brds_model *model,
                             brds_score *valid, brds_diag *diag);

#endif
