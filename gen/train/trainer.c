/* SPDX-License-Identifier: Apache-2.0 */
#include "train/trainer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* --- scores --- */

double brds_score_loss(const brds_score *score)
{
    return score->targets > 0 ? score->loss / (double)score->targets : 0.0;
}

double brds_score_metric(brds_task task, const brds_score *score)
{
    if (task == BRDS_TASK_LANGUAGE_MODEL) {
        return exp(brds_score_loss(score));
    }
    return score->targets > 0 ? (double)score->correct / (double)score->targets : 0.0;
}

double brds_score_cost(brds_task task, const brds_score *score)
{
    double loss = brds_score_loss(score);
    return task == BRDS_TASK_LANGUAGE_MODEL
               ? loss
               : (double)(score->targets - score->correct) + loss / (1.0 + loss);
}

bool brds_score_better(brds_task task, const brds_score *a, const brds_score *b)
{
    double cost_a = brds_score_cost(task, a), cost_b = brds_score_cost(task, b);
    return cost_a < cost_b || (isnan(cost_b) && !isnan(cost_a));
}

/* --- evaluation --- */

static brds_status evaluate_sequences(brds_pass *pass, const brds_dataset *dataset,
                                      brds_batch *batch, brds_score *score, brds_diag *diag)
{
    enum { BATCH = 64 };
    brds_status status = BRDS_OK;
    for (size_t first = 0; status == BRDS_OK && first < dataset->sequences; first += BATCH) {
        size_t sequences[BATCH], count = 0;
        for (; count < BATCH && first + count < dataset->sequences; count++) {
            sequences[count] = first + count;
        }
        status = brds_batch_sequences(dataset, sequences, count, batch, diag);
        if (status == BRDS_OK) {
            status = brds_pass_forward(pass, batch, NULL, score, diag);
        }
    }
    return status;
}

static brds_status evaluate_stream(brds_pass *pass, const brds_model *model,
                                   const brds_dataset *dataset, brds_batch *batch,
                                   brds_score *score, brds_diag *diag)
{
    enum { CHUNK = 256 };
    brds_carry carry;
    brds_status status = brds_carry_new(model, 1, &carry, diag);
    for (size_t first = 0; status == BRDS_OK && first + 1 < dataset->steps; first += CHUNK) {
        size_t rest = dataset->steps - 1 - first;
        status = brds_batch_chunk(dataset, 1, first, rest < CHUNK ? rest : CHUNK, batch, diag);
        if (status == BRDS_OK) {
            status = brds_pass_forward(pass, batch, &carry, score, diag);
        }
    }
    brds_carry_free(&carry);
    return status;
}

brds_status brds_evaluate_model(brds_pass *pass, const brds_model *model,
                                const brds_dataset *dataset, brds_score *score, brds_diag *diag)
{
    brds_batch batch = {0};
    *score = (brds_score){0};
    brds_status status = dataset->task == BRDS_TASK_CLASSIFY
                             ? evaluate_sequences(pass, dataset, &batch, score, diag)
                             : evaluate_stream(pass, model, dataset, &batch, score, diag);
    brds_batch_free(&batch);
    return status;
}

/* --- making one --- */

void brds_trainer_free(brds_trainer *trainer)
{
    if (trainer == NULL) {
        return;
    }
    brds_optimiser_free(&trainer->optimiser);
    brds_carry_free(&trainer->carry);
    brds_batch_free(&trainer->batch);
    brds_pass_free(trainer->pass);
    free(trainer->best_values);
    free(trainer->order);
    free(trainer);
}

/* Steps of one stream of a language model. */
static size_t stream_steps(const brds_trainer *trainer)
{
    return (trainer->train->steps - 1) / trainer->options->batch;
}

static brds_status count_minibatches(brds_trainer *trainer, brds_diag *diag)
{
    const brds_train_options *options = trainer->options;
    if (trainer->train->task == BRDS_TASK_CLASSIFY) {
        trainer->minibatches = (trainer->train->sequences + options->batch - 1) / options->batch;
        return BRDS_OK;
    }
    size_t steps = trainer->train->steps < 2 ? 0 : stream_steps(trainer);
    if (steps == 0) {
        return brds_fail(diag, BRDS_EINPUT, "", "lower the batch or give more text",
                         "%zu tokens are too few for %zu streams", trainer->train->steps,
                         options->batch);
    }
    trainer->minibatches = (steps + options->chunk - 1) / options->chunk;
    return BRDS_OK;
}

static brds_status allocate(brds_trainer *trainer, brds_diag *diag)
{
    const brds_parameters *parameters = &trainer->model->parameters;
    trainer->order = calloc(trainer->train->sequences, sizeof *trainer->order);
    trainer->best_values = calloc(parameters->elements, sizeof *trainer->best_values);
    if (trainer->order == NULL || trainer->best_values == NULL) {
        return brds_fail_memory(diag);
    }
    brds_status status =
        brds_optimiser_new(trainer->options->optimiser, parameters, &trainer->optimiser, diag);
    if (status == BRDS_OK) {
        status = brds_pass_new(trainer->model, &trainer->pass, diag);
    }
    if (status == BRDS_OK && trainer->train->task == BRDS_TASK_LANGUAGE_MODEL) {
        status = brds_carry_new(trainer->model, trainer->options->batch, &trainer->carry, diag);
    }
    return status;
}

static void begin_epoch(brds_trainer *trainer)
{
    trainer->state.minibatch = 0;
    trainer->state.score = (brds_score){0};
    trainer->state.shuffle = trainer->state.random;
    brds_trainer_reorder(trainer);
    if (trainer->train->task == BRDS_TASK_LANGUAGE_MODEL) {
        brds_carry_zero(trainer->model, &trainer->carry);
    } else {
        /* The shuffle's numbers are used up. */
        for (size_t i = trainer->train->sequences; i > 1; i--) {
            (void)brds_random_below(&trainer->state.random, i);
        }
    }
}

brds_status brds_trainer_new(brds_model *model, const brds_train_options *options,
                             const brds_dataset *train, const brds_dataset *valid,
                             brds_quantised *quantised, brds_trainer **trainer, brds_diag *diag)
{
    brds_trainer *new = calloc(1, sizeof *new);
    *trainer = NULL;
    if (new == NULL) {
        return brds_fail_memory(diag);
    }
    new->options = options;
    new->train = train;
    new->valid = valid;
    new->model = model;
    new->quantised = quantised;
    new->state.best_epoch = -1;
    brds_random_seed(&new->state.random, options->seed);
    brds_status status = count_minibatches(new, diag);
    if (status == BRDS_OK) {
        status = allocate(new, diag);
    }
    if (status != BRDS_OK) {
        brds_trainer_free(new);
        return status;
    }
    begin_epoch(new);
    *trainer = new;
    return BRDS_OK;
}

/* Fisher and Yates. */
void brds_trainer_reorder(brds_trainer *trainer)
{
    brds_random random = trainer->state.shuffle;
    for (size_t i = 0; i < trainer->train->sequences; i++) {
        trainer->order[i] = i;
    }
    for (size_t i = trainer->train->sequences; i > 1; i--) {
        size_t j = (size_t)brds_random_below(&random, i), swap = trainer->order[i - 1];
        trainer->order[i - 1] = trainer->order[j];
        trainer->order[j] = swap;
    }
}

bool brds_trainer_done(const brds_trainer *trainer)
{
    return trainer->state.epoch >= trainer->options->epochs;
}

/* --- steps --- */

static brds_status take_batch(brds_trainer *trainer, brds_diag *diag)
{
    const brds_train_options *options = trainer->options;
    size_t i = trainer->state.minibatch;
    if (trainer->train->task == BRDS_TASK_CLASSIFY) {
        size_t first = i * options->batch, rest = trainer->train->sequences - first;
        return brds_batch_sequences(trainer->train, trainer->order + first,
                                    rest < options->batch ? rest : options->batch, &trainer->batch,
                                    diag);
    }
    size_t first = i * options->chunk, rest = stream_steps(trainer) - first;
    return brds_batch_chunk(trainer->train, options->batch, first,
                            rest < options->chunk ? rest : options->chunk, &trainer->batch, diag);
}

/* No network is lost for good whose loss is less than a thousand times that of guessing; one that
 * is worse would end in a network of no use, finite or not. */
static bool is_hopeless(const brds_trainer *trainer, const brds_score *score)
{
    return !(brds_score_loss(score) <= 1000.0 * log((double)trainer->model->classes + 1.0));
}

static brds_status diverged(brds_trainer *trainer, double loss, double norm, brds_diag *diag)
{
    brds_parameters_zero_grads(&trainer->model->parameters);
    return brds_fail(diag, BRDS_EINPUT, "", "lower the learning rate, or clip the gradient",
                     "training diverged in epoch %d, minibatch %zu: loss %g, norm of the "
                     "gradient %g",
                     trainer->state.epoch + 1, trainer->state.minibatch + 1, loss, norm);
}

static double rate_of(const brds_train_options *options, int epoch)
{
    int decays = epoch - options->decay_from + 1;
    return options->rate * (decays > 0 ? pow(options->decay, (double)decays) : 1.0);
}

static brds_status minibatch(brds_trainer *trainer, brds_train_event *event, brds_diag *diag)
{
    const brds_train_options *options = trainer->options;
    bool carries = trainer->train->task == BRDS_TASK_LANGUAGE_MODEL;
    brds_score score = {0};
    brds_status status = take_batch(trainer, diag);
    if (status == BRDS_OK) {
        status = brds_pass_train(trainer->pass, trainer->model, &trainer->batch,
                                 carries ? &trainer->carry : NULL, options->dropout,
                                 &trainer->state.random, &score, diag);
    }
    if (status != BRDS_OK) {
        return status;
    }
    if (is_hopeless(trainer, &score)) {
        return diverged(trainer, brds_score_loss(&score),
                        brds_parameters_grad_norm(&trainer->model->parameters), diag);
    }
    event->rate = rate_of(options, trainer->state.epoch);
    event->norm = brds_optimiser_update(&trainer->optimiser, &trainer->model->parameters,
                                        event->rate, options->clip);
    if (!isfinite(event->norm)) {
        return diverged(trainer, brds_score_loss(&score), event->norm, diag);
    }
    if (trainer->quantised != NULL) {
        brds_quantised_refresh(trainer->quantised, trainer->model);
    }
    trainer->state.score.loss += score.loss;
    trainer->state.score.correct += score.correct;
    trainer->state.score.targets += score.targets;
    return BRDS_OK;
}

static brds_status end_epoch(brds_trainer *trainer, brds_train_event *event, brds_diag *diag)
{
    brds_train_state *state = &trainer->state;
    const brds_parameters *parameters = &trainer->model->parameters;
    brds_status status = BRDS_OK;
    if (trainer->quantised != NULL) {
        status = brds_quantised_choose(trainer->quantised, trainer->model, diag);
    }
    event->valid = state->score;
    if (status == BRDS_OK && trainer->valid != NULL) {
        status =
            brds_evaluate_model(trainer->pass, trainer->model, trainer->valid, &event->valid, diag);
    }
    if (status != BRDS_OK) {
        return status;
    }
    event->better = state->epoch >= trainer->options->best_from &&
                    (state->best_epoch < 0 || trainer->valid == NULL ||
                     brds_score_better(trainer->train->task, &event->valid, &state->best));
    if (event->better) {
        state->best_epoch = state->epoch;
        state->best = event->valid;
        memcpy(trainer->best_values, parameters->values,
               parameters->elements * sizeof *trainer->best_values);
    }
    event->epoch_ended = true;
    state->epoch++;
    begin_epoch(trainer);
    return BRDS_OK;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

brds_status brds_trainer_step(brds_trainer *trainer, brds_train_event *event, brds_diag *diag)
{
    double start = now();
    size_t targets = trainer->state.score.targets;
    *event = (brds_train_event){.epoch = trainer->state.epoch};
    brds_status status = minibatch(trainer, event, diag);
    if (status != BRDS_OK) {
        return status;
    }
    trainer->seconds += now() - start;
    trainer->targets += trainer->state.score.targets - targets;
    event->train = trainer->state.score;
    trainer->state.minibatch++;
    return trainer->state.minibatch < trainer->minibatches ? BRDS_OK
                                                           : end_epoch(trainer, event, diag);
}

void brds_trainer_take_best(brds_trainer *trainer)
{
    brds_parameters *parameters = &trainer->model->parameters;
    if (trainer->state.best_epoch >= 0) {
        memcpy(parameters->values, trainer->best_values,
               parameters->elements * sizeof *parameters->values);
        if (trainer->quantised != NULL) {
            brds_quantised_refresh(trainer->quantised, trainer->model);
        }
    }
}
