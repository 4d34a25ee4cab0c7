/* SPDX-License-Identifier: Apache-2.0 */
#include "train/session.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "train/checkpoint.h"

/* --- log --- */

brds_status brds_log_cut(FILE *log, int64_t bytes, brds_diag *diag)
{
    if (fseeko(log, 0, SEEK_END) != 0 || ftello(log) < (off_t)bytes ||
        ftruncate(fileno(log), (off_t)bytes) != 0 || fseeko(log, (off_t)bytes, SEEK_SET) != 0) {
        return brds_fail(diag, BRDS_EFILE, "the log", "give the log that the checkpoint belongs to",
                         "cannot go on after its first %" PRId64 " bytes", bytes);
    }
    return BRDS_OK;
}

brds_status brds_log_open(const char *path, bool resume, int64_t bytes, FILE **log, brds_diag *diag)
{
    bool goes_on = resume && bytes != 0;
    *log = fopen(path, goes_on ? "r+" : "w");
    if (*log == NULL) {
        return brds_fail(diag, BRDS_EFILE, path,
                         goes_on ? "give the log that the checkpoint belongs to" : "",
                         "cannot open: %s", strerror(errno));
    }
    brds_status status = BRDS_OK;
    if (goes_on && bytes > 0) {
        status = brds_log_cut(*log, bytes, diag);
    } else if (goes_on && fseeko(*log, 0, SEEK_END) != 0) {
        status = brds_fail(diag, BRDS_EFILE, path, "", "cannot be added to: %s", strerror(errno));
    }
    if (status != BRDS_OK) {
        fclose(*log);
        *log = NULL;
    }
    return status;
}

static json_t *score_json(brds_task task, const brds_score *score)
{
    const char *metric = task == BRDS_TASK_CLASSIFY ? "accuracy" : "perplexity";
    return json_pack("{s:f, s:f}", "loss", brds_score_loss(score), metric,
                     brds_score_metric(task, score));
}

static brds_status log_epoch(const brds_session *session, const brds_trainer *trainer,
                             const brds_train_event *event, double seconds, brds_diag *diag)
{
    brds_task task = trainer->train->task;
    if (session->log == NULL) {
        return BRDS_OK;
    }
    json_t *line =
        json_pack("{s:s, s:i, s:f, s:o, s:o, s:b, s:f}", "label", session->label, "epoch",
                  event->epoch + 1, "rate", event->rate, "train", score_json(task, &event->train),
                  "valid", trainer->valid ? score_json(task, &event->valid) : json_null(), "best",
                  event->better, "seconds", seconds);
    char *text = line ? json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(line);
    if (text == NULL) {
        return brds_fail_memory(diag);
    }
    bool written = fprintf(session->log, "%s\n", text) > 0 && fflush(session->log) == 0;
    free(text);
    return written
               ? BRDS_OK
               : brds_fail(diag, BRDS_EFILE, "the log", "", "cannot write: %s", strerror(errno));
}

/* --- progress --- */

typedef struct {
    double start, shown, saved; /* seconds of the monotonic clock */
    size_t done;                /* minibatches of this run */
    size_t targets;             /* of them */
} meter;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void show(const brds_session *session, const brds_trainer *trainer,
                 const brds_train_event *event, meter *m)
{
    double time = now(), seconds = time - m->start;
    if (!session->progress || (time - m->shown < 0.5 && !event->epoch_ended)) {
        return;
    }
    m->shown = time;
    brds_task task = trainer->train->task;
    size_t all = (size_t)trainer->options->epochs * trainer->minibatches;
    size_t past = (size_t)trainer->state.epoch * trainer->minibatches + trainer->state.minibatch;
    double left = m->done > 0 ? seconds / (double)m->done * (double)(all - past) : 0.0;
    fprintf(stderr,
            "\r%s: epoch %d/%d, %3.0f %%, loss %.4f, %s %.4g, %.0f %s/s, %d:%02d left\033[K",
            session->label, event->epoch + 1, trainer->options->epochs,
            event->epoch_ended
                ? 100.0
                : 100.0 * (double)trainer->state.minibatch / (double)trainer->minibatches,
            brds_score_loss(&event->train), task == BRDS_TASK_CLASSIFY ? "accuracy" : "perplexity",
            brds_score_metric(task, event->epoch_ended ? &event->valid : &event->train),
            (double)m->targets / seconds, task == BRDS_TASK_CLASSIFY ? "examples" : "tokens",
            (int)left / 60, (int)left % 60);
    fflush(stderr);
}

/* --- running --- */

static brds_status save(const brds_session *session, const brds_trainer *trainer, meter *m,
                        brds_diag *diag)
{
    m->saved = now();
    if (session->checkpoint == NULL) {
        return BRDS_OK;
    }
    int64_t bytes = session->log != NULL ? (int64_t)ftello(session->log) : 0;
    return brds_checkpoint_save(session->checkpoint, trainer, session->identity, bytes, diag);
}

static brds_status one_step(const brds_session *session, brds_trainer *trainer, meter *m,
                            brds_diag *diag)
{
    brds_train_event event;
    size_t before = trainer->state.score.targets;
    brds_status status = BRDS_OK;
    if (session->before_step != NULL) {
        status = session->before_step(session->context, trainer, diag);
    }
    if (status == BRDS_OK) {
        status = brds_trainer_step(trainer, &event, diag);
    }
    if (status != BRDS_OK) {
        return status;
    }
    m->done++;
    m->targets += event.train.targets - before;
    show(session, trainer, &event, m);
    if (event.epoch_ended) {
        status = log_epoch(session, trainer, &event, now() - m->start, diag);
    }
    if (status == BRDS_OK && (event.epoch_ended || now() - m->saved >= session->every)) {
        status = save(session, trainer, m, diag);
    }
    return status;
}

brds_status brds_session_run(const brds_session *session, brds_trainer *trainer, brds_diag *diag)
{
    meter m = {.start = now()};
    m.saved = m.start;
    brds_status status = BRDS_OK;
    while (status == BRDS_OK && !brds_trainer_done(trainer)) {
        status = one_step(session, trainer, &m, diag);
    }
    if (session->progress && m.shown > 0.0) {
        fputc('\n', stderr);
    }
    return status;
}
