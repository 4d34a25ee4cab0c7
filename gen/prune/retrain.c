/* SPDX-License-Identifier: Apache-2.0 */
#include "prune/retrain.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "io/strings.h"
#include "prune/work.h"
#include "train/checkpoint.h"
#include "train/session.h"

/* The masks are made so often on their way. */
enum { MASKS = 20 };

/* --- one stage: epochs in float, or with the hardware's numbers --- */

typedef struct {
    const brds_retrain *retrain;
    const brds_sparsity *sparsity;
    int ramp; /* epochs in which the masks grow; -1: they stay as they are */
    brds_train_options options;
    char *label, *identity, *checkpoint; /* checkpoint: NULL without a folder */
    double start, before;                /* seconds: of this run's clock; of earlier runs */
    brds_session session;
} stage;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static double seconds_of(const stage *s)
{
    return s->before + now() - s->start;
}

static brds_status note_seconds(const stage *s, double seconds, brds_diag *diag)
{
    return s->retrain->work != NULL
               ? brds_work_note_seconds(s->retrain->work, s->label, seconds, diag)
               : BRDS_OK;
}

/* Which masks are due at a minibatch, 0..MASKS-1: the first ones at once, the last ones not after
 * the first minibatch that follows the ramp. */
static size_t due(size_t ramp, size_t minibatch)
{
    size_t number = ramp > 0 ? minibatch * MASKS / ramp : MASKS;
    return number < MASKS ? number : MASKS - 1;
}

/* A mask depends on the weights of the one minibatch that it is due at, so that a run that was
 * interrupted makes the same ones. */
static brds_status grow(const stage *s, const brds_trainer *trainer, brds_diag *diag)
{
    size_t ramp = (size_t)s->ramp * trainer->minibatches;
    size_t at = (size_t)trainer->state.epoch * trainer->minibatches + trainer->state.minibatch;
    if (at > 0 && due(ramp, at) == due(ramp, at - 1)) {
        return BRDS_OK;
    }
    double progress = (double)(due(ramp, at) + 1) / MASKS;
    return brds_sparsity_apply(s->sparsity, s->retrain->spec, progress, trainer->model, diag);
}

static brds_status before_step(void *context, brds_trainer *trainer, brds_diag *diag)
{
    const stage *s = context;
    brds_status status = BRDS_OK;
    if (trainer->state.minibatch == 0 && trainer->state.epoch > 0) {
        status = note_seconds(s, seconds_of(s), diag);
    }
    return status == BRDS_OK && s->ramp >= 0 ? grow(s, trainer, diag) : status;
}

static void free_stage(stage *s)
{
    free(s->label);
    free(s->identity);
    free(s->checkpoint);
}

/* The run, and what of it this stage is. */
static char *describe(const brds_retrain *retrain, const brds_sparsity *sparsity, const stage *s)
{
    char *text = brds_string_format(
        "%sattempt %s, %s, ramp %d, %d epochs, rate %.17g", retrain->identity, s->label,
        brds_pattern_name(sparsity->pattern), s->ramp, s->options.epochs, s->options.rate);
    for (int l = 0; text != NULL && l < retrain->spec->layer_count; l++) {
        char *longer = brds_string_format("%s, %d and %d", text, sparsity->ratios[l].nnz_x,
                                          sparsity->ratios[l].nnz_h);
        free(text);
        text = longer;
    }
    return text;
}

/* `s` must not be moved afterwards; it is freed whatever the status.  `suffix` ends the label. */
static brds_status begin_stage(const brds_retrain *retrain, const brds_train_options *options,
                               const brds_sparsity *sparsity, int ramp, const char *label,
                               const char *suffix, stage *s, brds_diag *diag)
{
    *s = (stage){.retrain = retrain, .sparsity = sparsity, .ramp = ramp, .options = *options};
    s->label = brds_string_format("%s%s", label, suffix);
    s->identity = s->label != NULL ? describe(retrain, sparsity, s) : NULL;
    if (retrain->work != NULL && s->label != NULL) {
        s->checkpoint = brds_string_format("%s/%s.checkpoint", retrain->work, s->label);
    }
    if (s->identity == NULL || (retrain->work != NULL && s->checkpoint == NULL)) {
        return brds_fail_memory(diag);
    }
    s->session = (brds_session){.label = s->label,
                                .checkpoint = s->checkpoint,
                                .every = retrain->every,
                                .identity = s->identity,
                                .log = retrain->log,
                                .progress = retrain->progress,
                                .before_step = before_step,
                                .context = s};
    return BRDS_OK;
}

/* --- resuming --- */

/* The log of a finished stage is passed over, that of any other is cut where the stage goes on: at
 * its checkpoint's length, or where the stage before it ended. */
static brds_status find_log(const stage *s, bool done, int64_t bytes, brds_diag *diag)
{
    FILE *log = s->retrain->log;
    int64_t at = (int64_t)ftello(log);
    bytes = bytes > at ? bytes : at;
    if (!done) {
        return brds_log_cut(log, bytes, diag);
    }
    if (fseeko(log, 0, SEEK_END) != 0 || (int64_t)ftello(log) < bytes ||
        fseeko(log, (off_t)bytes, SEEK_SET) != 0) {
        return brds_fail(diag, BRDS_EFILE, "the log", "give the log that the checkpoints belong to",
                         "it ends before %s did", s->label);
    }
    return BRDS_OK;
}

/* From its checkpoint, if there is one; an attempt that was finished is over at once. */
static brds_status resume(stage *s, brds_trainer *trainer, brds_diag *diag)
{
    const brds_retrain *retrain = s->retrain;
    int64_t bytes = 0;
    brds_status status = BRDS_OK;
    if (!retrain->resume || s->checkpoint == NULL) {
        return BRDS_OK;
    }
    if (access(s->checkpoint, F_OK) == 0) {
        status = brds_checkpoint_load(s->checkpoint, trainer, s->identity, &bytes, diag);
        s->before = brds_work_seconds(retrain->work, s->label);
    }
    return status == BRDS_OK && retrain->log_goes_on
               ? find_log(s, brds_trainer_done(trainer), bytes, diag)
               : status;
}

static brds_status train(stage *s, brds_trainer *trainer, brds_retrained *retrained,
                         brds_diag *diag)
{
    brds_status status = resume(s, trainer, diag);
    bool was_done = status == BRDS_OK && brds_trainer_done(trainer);
    s->start = now();
    if (status == BRDS_OK) {
        status = brds_session_run(&s->session, trainer, diag);
    }
    if (status == BRDS_OK) {
        double seconds = was_done ? s->before : seconds_of(s);
        retrained->seconds += seconds;
        status = was_done ? BRDS_OK : note_seconds(s, seconds, diag);
    }
    if (status == BRDS_OK) {
        brds_trainer_take_best(trainer);
        retrained->valid = trainer->state.best;
    } else {
        brds_fail(diag, status, "", "", "'%s' was not finished", s->label);
    }
    return status;
}

static brds_status run_stage(stage *s, brds_model *model, brds_quantised *quantised,
                             brds_retrained *retrained, brds_diag *diag)
{
    brds_trainer *trainer;
    brds_status status = brds_trainer_new(model, &s->options, s->retrain->train, s->retrain->valid,
                                          quantised, &trainer, diag);
    if (status == BRDS_OK) {
        status = train(s, trainer, retrained, diag);
        brds_trainer_free(trainer);
    }
    return status;
}

/* --- both stages --- */

static brds_status run_float(const brds_retrain *retrain, const brds_budget *budget,
                             const brds_sparsity *sparsity, const char *label, brds_model *model,
                             brds_retrained *retrained, brds_diag *diag)
{
    brds_train_options options = retrain->options;
    stage s;
    options.epochs = budget->epochs;
    options.best_from = budget->ramp;
    brds_status status =
        begin_stage(retrain, &options, sparsity, budget->ramp, label, "", &s, diag);
    status = status ? status : run_stage(&s, model, NULL, retrained, diag);
    free_stage(&s);
    return status;
}

static brds_status run_quantised(const brds_retrain *retrain, const brds_budget *budget,
                                 const brds_sparsity *sparsity, const char *label,
                                 brds_model *model, brds_retrained *retrained, brds_diag *diag)
{
    brds_train_options options = retrain->options;
    brds_quantised quantised;
    stage s;
    options.epochs = budget->quantised;
    options.rate = retrain->quantised_rate;
    options.decay_from = options.epochs;
    brds_status status =
        begin_stage(retrain, &options, sparsity, -1, label, "-quantised", &s, diag);
    if (status == BRDS_OK) {
        status = brds_quantised_new(retrain->spec, model, &quantised, diag);
        status = status ? status : run_stage(&s, model, &quantised, retrained, diag);
        brds_quantised_free(&quantised, model);
    }
    free_stage(&s);
    return status;
}

brds_status brds_retrain_run(const brds_retrain *retrain, const brds_budget *budget,
                             const brds_sparsity *sparsity, const char *label, brds_model *model,
                             brds_retrained *retrained, brds_diag *diag)
{
    *retrained = (brds_retrained){0};
    brds_status status = run_float(retrain, budget, sparsity, label, model, retrained, diag);
    if (status == BRDS_OK && budget->quantised > 0) {
        status = run_quantised(retrain, budget, sparsity, label, model, retrained, diag);
    }
    if (status == BRDS_OK) {
        brds_sparsity_settle(retrain->spec, model);
    }
    return status;
}
