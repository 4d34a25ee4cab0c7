/* SPDX-License-Identifier: Apache-2.0
 *
 * A training from where it is to its end, with a log, checkpoints and a line of
 * progress on a terminal.
 */
#ifndef BRDS_TRAIN_SESSION_H
#define BRDS_TRAIN_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "io/diag.h"
#include "train/trainer.h"

typedef struct {
    const char *label;      /* "train"; a search names its trial here */
    const char *checkpoint; /* file, or NULL: none */
    double every;           /* seconds between checkpoints; each epoch's end has one, too */
    const char *identity;   /* train/checkpoint.h */
    FILE *log;              /* one JSON object a line, one line an epoch; or NULL */
    bool progress;          /* a line on standard error that is written over */
    /* Called before every minibatch with `context`, for what changes while training; or NULL. */
    brds_status (*before_step)(void *context, brds_trainer *trainer, brds_diag *diag);
    void *context;
} brds_session;

/* Opens a log: anew, or, for a run that goes on, cut to its first `bytes` bytes, of which 0 makes it
 * where it is missing and -1 keeps all. */
brds_status brds_log_open(const char *path, bool resume, int64_t bytes, FILE **log,
                          brds_diag *diag);

/* Cuts an open log to its first `bytes` bytes; what follows is written there. */
brds_status brds_log_cut(FILE *log, int64_t bytes, brds_diag *diag);

/* Until brds_trainer_done.  A failure, a full disk too, leaves the last good checkpoint. */
brds_status brds_session_run(const brds_session *session, brds_trainer *trainer, brds_diag *diag);

#endif
