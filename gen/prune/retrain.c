/* SPDX-License-Identifier: Apache-2.0 */
#include "prune/retrain.h"

#include <stdlib.h>
#include <unistd.h>

#include "io/strings.h"
#include "train/checkpoint.h"
#include "train/session.h"

/* The masks are made so often on their way. */
enum { MASKS = 20 };

typedef struct {
    const brds_retrain *retrain;
    const brds_sparsity *sparsity;
    size_t ramp; /* minibatches */
} growth;

/* Which masks are due at a minibatch, 0..MASKS-1: from the first on, the last before the ramp
 * ends. */
static size_t due(size_t ramp, size_t minibatch)
{
    size_t number = ramp > 0 ? minibatch * MASKS / ramp : MASKS;
    return number < MASKS ? number : MASKS - 1;
}

/* A mask depends on the weights of the one minibatch that it is due at, so that a run that was
 * interrupted makes the same ones. */
static brds_status grow(void *context, brds_trainer *trainer, brds_diag *diag)
{
    const growth *g = context;
    size_t at = (size_t)trainer->state.epoch * trainer->minibatches + trainer->state.minibatch;
    if (at > 0 && due(g->ramp, at) == due(g->ramp, at - 1)) {
        return BRDS_OK;
    }
    double progress = (double)(due(g->ramp, at) + 1) / MASKS;
    return brds_sparsity_apply(g->sparsity, g->retrain->spec, progress, trainer->model, diag);
}

/* --- one stage --- */

typedef struct {
    const brds_retrain *retrain;
    brds_train_options options;
    char *label, *identity, *checkpoint; /* checkpoint: NULL without a folder */
    brds_session session;
} stage;

static void free_stage(stage *s)
{
    free(s->label);
    free(s->identity);
    free(s->checkpoint);
}

/* Counts of every layer, so that a checkpoint fits one attempt only. */
static char *describe(const brds_retrain *retrain, const brds_sparsity *sparsity, const char *label,
                      const brds_train_options *options)
{
    char *text =
        brds_string_format("%sattempt %s, %s, %d epochs, rate %.17g", retrain->identity, label,
                           brds_pattern_name(sparsity->pattern), options->epochs, options->rate);
    for (int l = 0; text != NULL && l < retrain->spec->layer_count; l++) {
        char *longer = brds_string_format("%s, %d and %d", text, sparsity->ratios[l].nnz_x,
                                          sparsity->ratios[l].nnz_h);
        free(text);
        text = longer;
    }
    return text;
}

static brds_status begin_stage(const brds_retrain *retrain, const brds_train_options *options,
                               const brds_sparsity *sparsity, const char *label, stage *s,
                               brds_diag *diag)
{
    *s = (stage){.retrain = retrain, .options = *options};
    s->label = brds_string_copy(label);
    s->identity = describe(retrain, sparsity, label, options);
    if (retrain->work != NULL) {
        s->checkpoint = brds_string_format("%s/%s.checkpoint", retrain->work, label);
    }
    if (s->label == NULL || s->identity == NULL ||
        (retrain->work != NULL && s->checkpoint == NULL)) {
        return brds_fail_memory(diag);
    }
    s->session = (brds_session){.label = s->label,
                                .checkpoint = s->checkpoint,
                                .every = retrain->every,
                                .identity = s->identity,
                                .log = retrain->log,
                                .progress = retrain->progress};
    return BRDS_OK;
}

/* From its checkpoint, if there is one; an attempt that was finished is over at once. */
static brds_status resume(stage *s, brds_trainer *trainer, brds_diag *diag)
{
    int64_t log_bytes = 0;
    if (!s->retrain->resume || s->checkpoint == NULL || access(s->checkpoint, F_OK) != 0) {
        return BRDS_OK;
    }
    brds_status status =
        brds_checkpoint_load(s->checkpoint, trainer, s->identity, &log_bytes, diag);
    if (status == BRDS_OK && s->retrain->log != NULL) {
        status = brds_log_cut(s->retrain->log, log_bytes, diag);
    }
    return status;
}

static brds_status run_stage(stage *s, brds_model *model, brds_quantised *quantised,
                             brds_score *valid, brds_diag *diag)
{
    brds_trainer *trainer;
    brds_status status = brds_trainer_new(model, &s->options, s->retrain->train, s->retrain->valid,
                                          quantised, &trainer, diag);
    if (status != BRDS_OK) {
        return status;
    }
    status = resume(s, trainer, diag);
    if (status == BRDS_OK) {
        status = brds_session_run(&s->session, trainer, diag);
    }
    if (status == BRDS_OK) {
        brds_trainer_take_best(trainer);
        *valid = trainer->state.best;
    }
    brds_trainer_free(trainer);
    return status;
}

/* --- both stages --- */

static size_t minibatches_of(const brds_retrain *retrain)
{
    const brds_train_options *options = &retrain->options;
    if (retrain->train->task == BRDS_TASK_CLASSIFY) {
        return (retrain->train->sequences + options->batch - 1) / options->batch;
    }
    size_t steps = (retrain->train->steps - 1) / options->batch;
    return (steps + options->chunk - 1) / options->chunk;
}

static brds_status run_float(const brds_retrain *retrain, const brds_budget *budget,
                             const brds_sparsity *sparsity, const char *label, brds_model *model,
                             brds_score *valid, brds_diag *diag)
{
    growth g = {retrain, sparsity, (size_t)budget->ramp * minibatches_of(retrain)};
    brds_train_options options = retrain->options;
    stage s;
    options.epochs = budget->epochs;
    options.best_from = budget->ramp;
    brds_status status = begin_stage(retrain, &options, sparsity, label, &s, diag);
    if (status == BRDS_OK) {
        s.session.before_step = grow;
        s.session.context = &g;
        status = run_stage(&s, model, NULL, valid, diag);
    }
    free_stage(&s);
    return status;
}

static brds_status run_quantised(const brds_retrain *retrain, const brds_budget *budget,
                                 const brds_sparsity *sparsity, const char *label,
                                 brds_model *model, brds_score *valid, brds_diag *diag)
{
    brds_train_options options = retrain->options;
    brds_quantised quantised;
    stage s;
    options.epochs = budget->quantised;
    options.rate = retrain->quantised_rate;
    options.decay_from = options.epochs;
    char *name = brds_string_format("%s-quantised", label);
    brds_status status = name != NULL ? begin_stage(retrain, &options, sparsity, name, &s, diag)
                                      : brds_fail_memory(diag);
    free(name);
    if (status == BRDS_OK) {
        status = brds_quantised_new(retrain->spec, model, &quantised, diag);
        status = status ? status : run_stage(&s, model, &quantised, valid, diag);
        brds_quantised_free(&quantised, model);
    }
    free_stage(&s);
    return status;
}

brds_status brds_retrain_run(const brds_retrain *retrain, const brds_budget *budget,
                             const brds_sparsity *sparsity, const char *label, brds_model *model,
                             brds_score *valid, brds_diag *diag)
{
    brds_status status = run_float(retrain, budget, sparsity, label, model, valid, diag);
    if (status == BRDS_OK && budget->quantised > 0) {
        status = run_quantised(retrain, budget, sparsity, label, model, valid, diag);
    }
    return status;
}
