/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/json.h"
#include "cli/options.h"
#include "cli/training.h"
#include "io/strings.h"
#include "report/curves.h"
#include "train/checkpoint.h"
#include "train/session.h"

static const brds_fit_defaults defaults = {
    .epochs = 30, .epochs_language = 13, .rate_adam = 0.002, .rate_sgd = 20.0, .decay_from = 5};

typedef struct {
    brds_training training;
    brds_quantised quantised;
    bool is_quantised;
    brds_trainer *trainer;
    brds_session session;
    char *identity; /* the training's and this command's options */
    int64_t log_bytes;
    brds_score test;
} train_job;

/* The files that are written, which must be there for the writing before hours of training. */
static const char *const written[] = {"output", "checkpoint", "log", "plot"};
enum { WRITTEN = sizeof written / sizeof written[0] };

static brds_status check_files(const brds_args *args, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int i = 0; status == BRDS_OK && i < WRITTEN; i++) {
        const char *path = brds_args_value(args, written[i]);
        bool seekable = strcmp(written[i], "checkpoint") == 0 || strcmp(written[i], "log") == 0;
        for (int j = 0; path != NULL && j < i; j++) {
            const char *other = brds_args_value(args, written[j]);
            if (other != NULL && strcmp(path, other) == 0 && strcmp(path, "/dev/null") != 0) {
                return brds_fail(diag, BRDS_EUSAGE, "", "", "--%s and --%s are the same file %s",
                                 written[j], written[i], path);
            }
        }
        if (path != NULL && seekable && strcmp(path, "-") == 0) {
            return brds_fail(diag, BRDS_EUSAGE, "", "give a file", "--%s cannot be standard output",
                             written[i]);
        }
        status = brds_output_check(path, diag);
    }
    return status;
}

static brds_status check_arguments(const brds_args *args, brds_diag *diag)
{
    if (brds_args_value(args, "output") == NULL) {
        return brds_fail(diag, BRDS_EUSAGE, "", "", "-o MODEL.safetensors is missing");
    }
    if (brds_args_flag(args, "resume") && brds_args_value(args, "checkpoint") == NULL) {
        return brds_fail(diag, BRDS_EUSAGE, "", "", "--resume needs --checkpoint FILE");
    }
    if (brds_args_value(args, "plot") != NULL && brds_args_value(args, "log") == NULL) {
        return brds_fail(diag, BRDS_EUSAGE, "", "", "--plot needs --log FILE");
    }
    return check_files(args, diag);
}

static brds_status make_trainer(const brds_args *args, train_job *job, brds_diag *diag)
{
    brds_training *training = &job->training;
    double init = 0.0, forget = 0.0;
    brds_status status =
        brds_args_real(args, "init", 0.0, 100.0,
                       training->task == BRDS_TASK_LANGUAGE_MODEL ? 0.1 : 0.0, &init, diag);
    status =
        status ? status : brds_args_real(args, "forget-bias", -100.0, 100.0, 0.0, &forget, diag);
    if (status == BRDS_OK) {
        job->identity = brds_string_format("%sinit %.17g\nforget-bias %.17g\nquantised %s\n",
                                           training->identity, init, forget,
                                           brds_args_flag(args, "quantised") ? "yes" : "no");
        status = job->identity != NULL ? BRDS_OK : brds_fail_memory(diag);
    }
    if (status == BRDS_OK && !training->has_network) {
        brds_random random;
        brds_random_seed(&random, training->options.seed);
        brds_model_init(&training->model, init, forget, &random);
    }
    if (status == BRDS_OK && brds_args_flag(args, "quantised")) {
        status = brds_quantised_new(&training->spec, &training->model, &job->quantised, diag);
        job->is_quantised = true;
    }
    if (status == BRDS_OK) {
        status = brds_trainer_new(&training->model, &training->options, &training->train,
                                  &training->valid, job->is_quantised ? &job->quantised : NULL,
                                  &job->trainer, diag);
    }
    return status;
}

static brds_status make_session(const brds_args *args, train_job *job, brds_diag *diag)
{
    const char *checkpoint = brds_args_value(args, "checkpoint"),
               *log = brds_args_value(args, "log");
    job->session = (brds_session){.label = "train",
                                  .checkpoint = checkpoint,
                                  .identity = job->identity,
                                  .progress = isatty(STDERR_FILENO) == 1};
    brds_status status = brds_args_real(args, "every", 0.0, 1e6, 60.0, &job->session.every, diag);
    bool resume = brds_args_flag(args, "resume") && checkpoint && access(checkpoint, F_OK) == 0;
    if (status == BRDS_OK && resume) {
        status = brds_checkpoint_load(checkpoint, job->trainer, job->session.identity,
                                      &job->log_bytes, diag);
    }
    if (status == BRDS_OK && log != NULL) {
        status = brds_log_open(log, resume, job->log_bytes, &job->session.log, diag);
    }
    return status;
}

/* The same text for the same run, however often it was interrupted. */
static char *describe(const train_job *job)
{
    const brds_train_state *state = &job->trainer->state;
    return brds_string_format("epoch %d of %d, validation loss %.6f", state->best_epoch + 1,
                              job->trainer->options->epochs, brds_score_loss(&state->best));
}

static brds_status finish(const brds_args *args, train_job *job, brds_diag *diag)
{
    brds_training *training = &job->training;
    brds_status status = BRDS_OK;
    brds_trainer_take_best(job->trainer);
    if (job->is_quantised) { /* as the packer will for these weights */
        status = brds_quantised_choose(&job->quantised, &training->model, diag);
    }
    if (status == BRDS_OK && training->has_test) {
        status = brds_evaluate_model(job->trainer->pass, &training->model, &training->test,
                                     &job->test, diag);
    }
    char *what = describe(job);
    if (status == BRDS_OK) {
        status = what ? brds_training_save(training, brds_args_value(args, "output"), what, diag)
                      : brds_fail_memory(diag);
    }
    free(what);
    if (status == BRDS_OK && brds_args_value(args, "plot") != NULL) {
        status =
            brds_curves_plot(brds_args_value(args, "log"), brds_args_value(args, "plot"), diag);
    }
    return status;
}

static json_t *score_json(brds_task task, const brds_score *score)
{
    const char *metric = task == BRDS_TASK_CLASSIFY ? "accuracy" : "perplexity";
    return json_pack("{s:f, s:f, s:I}", "loss", brds_score_loss(score), metric,
                     brds_score_metric(task, score), "targets", (json_int_t)score->targets);
}

/* Of the minibatches of this run; null where they all had been before. */
static json_t *speed_json(const brds_trainer *trainer)
{
    return trainer->seconds > 0.0 ? json_real((double)trainer->targets / trainer->seconds)
                                  : json_null();
}

static brds_status report(const brds_args *args, const train_job *job, brds_diag *diag)
{
    const brds_train_state *state = &job->trainer->state;
    brds_task task = job->training.task;
    const char *output = brds_args_value(args, "output");
    FILE *stream = strcmp(output, "-") == 0 ? stderr : stdout;
    if (brds_args_flag(args, "json")) {
        json_t *root =
            json_pack("{s:o, s:i, s:o, s:o, s:o}", "output", brds_json_text(output), "best_epoch",
                      state->best_epoch + 1, "valid", score_json(task, &state->best), "test",
                      job->training.has_test ? score_json(task, &job->test) : json_null(),
                      task == BRDS_TASK_CLASSIFY ? "examples_per_s" : "tokens_per_s",
                      speed_json(job->trainer));
        return brds_json_print(root, stream, diag);
    }
    const char *metric = task == BRDS_TASK_CLASSIFY ? "accuracy" : "perplexity";
    fprintf(stream, "best epoch %d of %d: validation loss %.4f, %s %.4f\n", state->best_epoch + 1,
            job->trainer->options->epochs, brds_score_loss(&state->best), metric,
            brds_score_metric(task, &state->best));
    if (job->training.has_test) {
        fprintf(stream, "test: loss %.4f, %s %.4f (%zu targets)\n", brds_score_loss(&job->test),
                metric, brds_score_metric(task, &job->test), job->test.targets);
    }
    fprintf(stream, "wrote %s\n", output);
    return BRDS_OK;
}

static void free_job(train_job *job)
{
    if (job->session.log != NULL) {
        fclose(job->session.log);
    }
    brds_trainer_free(job->trainer);
    if (job->is_quantised) {
        brds_quantised_free(&job->quantised, &job->training.model);
    }
    brds_training_free(&job->training);
    free(job->identity);
    free(job);
}

static brds_status run(const brds_args *args, brds_diag *diag)
{
    train_job *job = calloc(1, sizeof *job);
    if (job == NULL) {
        return brds_fail_memory(diag);
    }
    brds_status status = check_arguments(args, diag);
    status = status ? status : brds_training_load(args, &defaults, &job->training, diag);
    status = status ? status : make_trainer(args, job, diag);
    status = status ? status : make_session(args, job, diag);
    status = status ? status : brds_session_run(&job->session, job->trainer, diag);
    status = status ? status : finish(args, job, diag);
    status = status ? status : report(args, job, diag);
    free_job(job);
    return status;
}

static const brds_option options[] = {
    BRDS_DATA_OPTIONS,
    {"limit", 0, "N",
     "train on the first N sequences, or tokens of a language model (default: all)"},
    {"model", 'm', "FILE", "the network to start from (default: random)"},
    {"output", 'o', "FILE", "the trained network, in safetensors"},
    {"epochs", 0, "N", "passes over the data (default 30; language model: 13)"},
    {"rate", 0, "R", "learning rate (default: adam 0.002, sgd 20)"},
    {"decay-from", 0, "N", "the first epoch with a lower rate (default 5)"},
    BRDS_FIT_OPTIONS,
    {"init", 0, "R", "random weights lie within +-R (default 1/sqrt(hidden); language model: 0.1)"},
    {"forget-bias", 0, "R", "added to the forget gates' first biases (default 0)"},
    {"quantised", 0, NULL, "compute with the hardware's numbers in the forward pass"},
    BRDS_SESSION_OPTIONS,
    {"json", 0, NULL, "print the result as JSON"},
    {0},
};

const brds_command brds_cmd_train = {
    .name = "train",
    .operands = "SPEC",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "train a network of a spec's sizes",
    .description =
        "Trains the LSTM that the spec describes, dense, with an embedding where the data are "
        "text and a head over the classes (the spec's, or one that the host computes), and keeps "
        "the epoch that the validation set likes best.  The same seed and number of threads give "
        "the same network.  A run that was interrupted goes on from its checkpoint with --resume "
        "and ends in the same file.",
    .options = options,
    .run = run,
};
