/* SPDX-License-Identifier: Apache-2.0 */
#include "explore/synth_jobs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/file.h"
#include "io/strings.h"
#include "io/tree.h"
#include "report/json_file.h"

enum { ID_DIGITS = 12, PATH_ROOM = 4096 };

typedef struct {
    brds_explore_point *point;
    char *folder; /* FOLDER/synth/ID, absolute */
    int attempt; /* its own folder run-N: a job of a killed run may still write into an earlier one */
    char *report;
    pid_t process; /* 0: not running */
} job;

typedef struct {
    brds_explore *explore;
    const brds_synth_jobs *options;
    char *root;              /* FOLDER/synth, absolute */
    char *script;            /* synth/run.sh */
    char program[PATH_ROOM]; /* this one */
    job *jobs;
    size_t count;
    brds_diag *diag;
} runner;

/* ---- folders ---- */

static brds_status make_folder(const char *path, brds_diag *diag)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST) {
        return BRDS_OK;
    }
    return brds_fail(diag, BRDS_EFILE, path, "", "cannot make the folder: %s", strerror(errno));
}

static brds_status find_tools(runner *r)
{
    ssize_t length = readlink("/proc/self/exe", r->program, sizeof r->program - 1);
    char *script = NULL;
    r->program[length > 0 ? length : 0] = '\0';
    brds_status status = brds_data_path("synth/run.sh", &script, r->diag);
    r->script = status == BRDS_OK ? brds_tree_resolve(script) : NULL;
    free(script);
    if (status == BRDS_OK && (r->script == NULL || length <= 0)) {
        status = brds_fail(r->diag, BRDS_EFILE, "", "", "cannot find the program's own files");
    }
    return status;
}

static brds_status make_root(runner *r)
{
    const brds_synth_jobs *options = r->options;
    char *path = brds_string_format("%s/synth", options->folder);
    brds_status status =
        path != NULL ? make_folder(options->folder, r->diag) : brds_fail_memory(r->diag);
    if (status == BRDS_OK && !options->resume && access(path, F_OK) == 0) {
        status = brds_fail(r->diag, BRDS_EUSAGE, path, "--resume goes on; or give another folder",
                           "results of synthesis are there already");
    }
    if (status == BRDS_OK) {
        status = make_folder(path, r->diag);
    }
    if (status == BRDS_OK) {
        r->root = brds_tree_resolve(path);
        status = r->root != NULL ? BRDS_OK : brds_fail_memory(r->diag);
    }
    free(path);
    return status;
}

/* ---- one job ---- */

/* FOLDER/done names the report's file, below the folder. */
static bool take_finished(runner *r, job *j)
{
    brds_diag quiet = {0};
    uint8_t *bytes = NULL;
    size_t size = 0;
    json_t *report = NULL;
    char *done = brds_string_format("%s/done", j->folder), *path = NULL;
    bool good = done != NULL && brds_read_file(done, PATH_ROOM, &bytes, &size, &quiet) == BRDS_OK;
    if (good) {
        bytes[strcspn((char *)bytes, "\n")] = '\0';
        path = brds_string_format("%s/%s", j->folder, (char *)bytes);
        good = path != NULL && brds_json_file(path, &report, &quiet) == BRDS_OK;
    }
    if (good) {
        brds_explore_measured(r->explore, j->point, report);
    }
    json_decref(report);
    free(path);
    free(done);
    free(bytes);
    brds_diag_free(&quiet);
    return good;
}

/* Writes the spec and finds the attempt's number. */
static brds_status prepare(runner *r, job *j, const char *text, const brds_spec *spec)
{
    brds_status status = make_folder(j->folder, r->diag);
    char *path = brds_string_format("%s/spec.json", j->folder);
    if (status == BRDS_OK && path != NULL) {
        status = brds_write_file(path, text, strlen(text), r->diag);
    }
    free(path);
    for (bool taken = true; taken; j->attempt++) {
        path = brds_string_format("%s/run-%d", j->folder, j->attempt + 1);
        if (path == NULL) {
            return brds_fail_memory(r->diag);
        }
        taken = access(path, F_OK) == 0;
        if (!taken && status == BRDS_OK) {
            status = make_folder(path, r->diag);
        }
        free(path);
    }
    j->report = brds_string_format("run-%d/synth/%s-%s/report.json", j->attempt, spec->name,
                                   brds_family_name(spec->family));
    return j->report != NULL ? status : brds_fail_memory(r->diag);
}

static brds_status make_job(runner *r, brds_explore_point *point)
{
    job *j = &r->jobs[r->count++];
    brds_spec spec;
    char *text = brds_explore_document(r->explore, point->point);
    *j = (job){.point = point};
    if (text == NULL) {
        return brds_fail_memory(r->diag);
    }
    brds_status status =
        brds_spec_parse(text, strlen(text), r->explore->place, false, &spec, r->diag);
    if (status == BRDS_OK) {
        j->folder = brds_string_format("%s/%.*s", r->root, ID_DIGITS, spec.sha256);
        status = j->folder != NULL ? BRDS_OK : brds_fail_memory(r->diag);
    }
    if (status == BRDS_OK && !take_finished(r, j)) {
        status = prepare(r, j, text, &spec);
    }
    free(text);
    return status;
}

/* 'text' for the shell. */
static char *quoted(const char *text)
{
    size_t room = 4 * strlen(text) + 3, used = 0;
    char *out = malloc(room);
    if (out == NULL) {
        return NULL;
    }
    out[used++] = '\'';
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            memcpy(out + used, "'\\''", 4);
            used += 4;
        } else {
            out[used++] = *text;
        }
    }
    memcpy(out + used, "'", 2);
    return out;
}

static char *command_of(const runner *r, const job *j)
{
    const char *launch = r->options->launch;
    size_t tree = strlen(r->script) - strlen("/synth/run.sh"); /* what holds synth */
    char *run = brds_string_format("%s/run-%d", j->folder, j->attempt);
    char *source = brds_string_format("%.*s", (int)tree, r->script);
    char *spec = brds_string_format("%s/spec.json", j->folder), *command = NULL;
    char *parts[] = {run ? quoted(run) : NULL, source ? quoted(source) : NULL,
                     spec ? quoted(spec) : NULL, quoted(r->program), quoted(r->script)};
    if (parts[0] && parts[1] && parts[2] && parts[3] && parts[4]) {
        command = brds_string_format(
            "%s%senv BRDSGEN=%s SRCDIR=%s BUILDDIR=%s SUMMARY=no sh %s %s %s",
            launch != NULL ? launch : "", launch != NULL ? " " : "", parts[3], parts[1], parts[0],
            parts[4], parts[2], brds_family_name(j->point->family));
    }
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        free(parts[i]);
    }
    free(run);
    free(source);
    free(spec);
    return command;
}

static brds_status start(const runner *r, job *j)
{
    char *command = command_of(r, j);
    char *log = brds_string_format("%s/run-%d/log", j->folder, j->attempt);
    if (command == NULL || log == NULL) {
        free(command);
        free(log);
        return brds_fail_memory(r->diag);
    }
    fflush(NULL);
    j->process = fork();
    if (j->process == 0) {
        signal(SIGPIPE, SIG_DFL); /* main ignores both */
        signal(SIGXFSZ, SIG_DFL);
        int to = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0666);
        int from = open("/dev/null", O_RDONLY);
        if (to >= 0 && from >= 0 && dup2(from, 0) >= 0 && dup2(to, 1) >= 0 && dup2(to, 2) >= 0) {
            execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        }
        _exit(BRDS_EFILE);
    }
    free(command);
    free(log);
    return j->process > 0 ? BRDS_OK
                          : brds_fail(r->diag, BRDS_EFILE, j->folder, "", "cannot start a job: %s",
                                      strerror(errno));
}

static brds_status finish(runner *r, job *j, int ended)
{
    char *log = brds_string_format("%s/run-%d/log", j->folder, j->attempt);
    char *done = brds_string_format("%s/done", j->folder);
    char *line = brds_string_format("%s\n", j->report);
    brds_status status = log && done && line ? BRDS_OK : brds_fail_memory(r->diag);
    j->process = 0;
    if (status == BRDS_OK && ended != 0) {
        status = brds_fail(r->diag, BRDS_EFILE, log, "its log tells why; --resume tries again",
                           "the synthesis of point %zu failed with status %d", j->point->point,
                           WIFEXITED(ended) ? WEXITSTATUS(ended) : 128 + WTERMSIG(ended));
    } else if (status == BRDS_OK) {
        status = brds_write_file(done, line, strlen(line), r->diag);
        if (status == BRDS_OK && !take_finished(r, j)) {
            remove(done);
            status = brds_fail(r->diag, BRDS_EFILE, log, "", "the job of point %zu left no report",
                               j->point->point);
        }
    }
    free(log);
    free(done);
    free(line);
    return status;
}

/* ---- all jobs ---- */

/* Waits for one job to end; the worse status of the two. */
static brds_status wait_for_one(runner *r, brds_status so_far)
{
    int ended = 0;
    pid_t process;
    do {
        process = waitpid(-1, &ended, 0);
    } while (process < 0 && errno == EINTR);
    for (size_t i = 0; i < r->count; i++) {
        if (process > 0 && r->jobs[i].process == process) {
            brds_status status = finish(r, &r->jobs[i], ended);
            return status != BRDS_OK ? status : so_far;
        }
    }
    return so_far;
}

static brds_status run_all(runner *r)
{
    brds_status status = BRDS_OK;
    size_t running = 0;
    for (size_t i = 0; i < r->count; i++) {
        if (r->jobs[i].point->measured) {
            continue;
        }
        if (running == r->options->jobs) {
            status = wait_for_one(r, status);
            running--;
        }
        brds_status started = start(r, &r->jobs[i]);
        running += started == BRDS_OK ? 1 : 0;
        status = started != BRDS_OK ? started : status;
    }
    for (; running > 0; running--) {
        status = wait_for_one(r, status);
    }
    return status;
}

brds_status brds_explore_synthesise(brds_explore *explore, const brds_synth_jobs *jobs,
                                    brds_diag *diag)
{
    runner r = {.explore = explore, .options = jobs, .diag = diag};
    size_t points = jobs->points < explore->front_count ? jobs->points : explore->front_count;
    brds_status status = find_tools(&r);
    r.jobs = calloc(points + 1, sizeof *r.jobs);
    if (status == BRDS_OK) {
        status = r.jobs != NULL ? make_root(&r) : brds_fail_memory(diag);
    }
    for (size_t i = 0; i < points && status == BRDS_OK; i++) {
        status = make_job(&r, &explore->points[explore->front[i]]);
    }
    if (status == BRDS_OK) {
        status = run_all(&r);
    }
    for (size_t i = 0; i < r.count; i++) {
        free(r.jobs[i].folder);
        free(r.jobs[i].report);
    }
    free(r.jobs);
    free(r.root);
    free(r.script);
    return status;
}
