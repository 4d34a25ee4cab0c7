/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/prune.h"
#include "cli/prune_job.h"
#include "io/file.h"
#include "io/strings.h"
#include "prune/work.h"
#include "report/curves.h"
#include "spec/spec_rewrite.h"
#include "train/session.h"

static const brds_fit_defaults defaults = {
    .epochs = 12, .epochs_language = 6, .rate_adam = 0.001, .rate_sgd = 10.0, .decay_from = 3};

/* --- options --- */

static brds_status read_int(const brds_args *args, const char *name, int low, int high,
                            int fallback, int *value, brds_diag *diag)
{
    int64_t number = 0;
    brds_status status = brds_args_integer(args, name, low, high, fallback, &number, diag);
    *value = (int)number;
    return status;
}

static brds_status read_budget(const brds_args *args, const char *epochs, const char *ramp,
                               int fallback, brds_budget *budget, brds_diag *diag)
{
    brds_status s = read_int(args, epochs, 1, 100000, fallback, &budget->epochs, diag);
    s = s ? s : read_int(args, ramp, 0, 100000, budget->epochs / 2, &budget->ramp, diag);
    if (s == BRDS_OK && budget->ramp >= budget->epochs) {
        s = brds_fail(diag, BRDS_EUSAGE, "", "an epoch at least must follow the ramp",
                      "--%s %d is not below --%s %d", ramp, budget->ramp, epochs, budget->epochs);
    }
    return s;
}

static brds_status read_budgets(const brds_args *args, brds_prune_job *job, brds_diag *diag)
{
    bool language = job->training.task == BRDS_TASK_LANGUAGE_MODEL;
    bool bits = brds_args_value(args, "bits") != NULL;
    double rate = job->training.options.rate / 10.0;
    brds_status s =
        read_budget(args, "epochs", "ramp", job->training.options.epochs, &job->budget, diag);
    s = s ? s
          : read_budget(args, "trial-epochs", "trial-ramp", language ? 2 : 4, &job->dual.budget,
                        diag);
    s = s ? s
          : read_int(args, "quantised-epochs", 0, 100000, bits ? 3 : 0, &job->budget.quantised,
                     diag);
    s = s ? s : brds_args_real(args, "quantised-rate", 0.0, 1e6, rate, &rate, diag);
    job->retrain.quantised_rate = rate;
    return s ? s
             : read_int(args, "bits", 2, 18, job->training.spec.weight_bits,
                        &job->training.spec.weight_bits, diag);
}

static brds_status read_search(const brds_args *args, brds_prune_job *job, brds_diag *diag)
{
    brds_dual_options *dual = &job->dual;
    brds_sparsity_of_spec(&job->training.spec, &job->base);
    double of_spec = brds_sparsity_overall(&job->base, &job->training.spec);
    job->searched = brds_args_value(args, "sparsity") != NULL;
    brds_status s = brds_args_real(args, "sparsity", 0.5, 0.99, of_spec, &dual->sparsity, diag);
    s = s ? s : read_int(args, "trials", 0, BRDS_MAX_TRIALS, 9, &dual->max_trials, diag);
    s = s ? s : read_int(args, "step", 1, BRDS_MAX_SIZE, 0, &dual->step, diag);
    s = s ? s : read_int(args, "step-min", 1, BRDS_MAX_SIZE, 0, &dual->step_min, diag);
    s = s ? s : read_int(args, "bank-columns", 1, BRDS_MAX_SIZE, 32, &job->base.bank_columns, diag);
    s = s ? s : read_int(args, "block", 1, BRDS_MAX_SIZE, 4, &job->base.block, diag);
    if (s == BRDS_OK && dual->max_trials == 0 && job->searched) {
        s = brds_fail(diag, BRDS_EUSAGE, "", "leave out one of them",
                      "--trials 0 takes the spec's pair of ratios, --sparsity looks for one");
    }
    if (s == BRDS_OK && dual->step > 0 && dual->step_min > dual->step) {
        s = brds_fail(diag, BRDS_EUSAGE, "", "", "--step-min %d is above --step %d", dual->step_min,
                      dual->step);
    }
    dual->per_layer = brds_args_flag(args, "per-layer");
    dual->fill_lanes = brds_args_flag(args, "fill-lanes");
    return s;
}

/* --- patterns --- */

static bool find_pattern(const char *name, size_t length, brds_pattern *pattern)
{
    for (int p = 0; brds_pattern_name((brds_pattern)p) != NULL; p++) {
        const char *known = brds_pattern_name((brds_pattern)p);
        if (strlen(known) == length && strncmp(known, name, length) == 0) {
            *pattern = (brds_pattern)p;
            return true;
        }
    }
    return false;
}

static brds_status add_attempt(brds_prune_job *job, const char *name, size_t length,
                               brds_diag *diag)
{
    bool dual = length == 4 && strncmp(name, "dual", 4) == 0;
    brds_attempt next = {.dual = dual, .sparsity = job->base};
    next.sparsity.pattern = BRDS_PATTERN_ROW;
    if (!dual && !find_pattern(name, length, &next.sparsity.pattern)) {
        return brds_fail(diag, BRDS_EUSAGE, "",
                         "give some of dense, unstructured, bank, block, row, dual, with commas",
                         "--pattern: '%.*s' is not known", (int)length, name);
    }
    snprintf(next.name, sizeof next.name, "%.*s", (int)length, name);
    for (int i = 0; i < job->count; i++) {
        if (strcmp(job->attempts[i].name, next.name) == 0) {
            return brds_fail(diag, BRDS_EUSAGE, "", "", "--pattern names %s twice", next.name);
        }
    }
    job->attempts[job->count++] = next;
    return BRDS_OK;
}

/* Only rows of equal counts run on the hardware. */
static bool is_for_hardware(const brds_attempt *a)
{
    return a->sparsity.pattern == BRDS_PATTERN_ROW;
}

static const char *pattern_list(const brds_args *args, const brds_prune_job *job)
{
    const char *list = brds_args_value(args, "pattern");
    return list != NULL ? list : job->searched ? "dual" : "row";
}

static brds_status read_patterns(const brds_args *args, brds_prune_job *job, brds_diag *diag)
{
    const char *list = pattern_list(args, job);
    brds_status status = BRDS_OK;
    for (bool more = true; status == BRDS_OK && more;) {
        size_t length = strcspn(list, ",");
        status = add_attempt(job, list, length, diag);
        more = list[length] == ',';
        list += length + more;
    }
    if (status == BRDS_OK && brds_args_value(args, "write-spec") != NULL &&
        !is_for_hardware(&job->attempts[job->count - 1])) {
        status = brds_fail(diag, BRDS_EUSAGE, "", "let --pattern end with row or dual",
                           "--write-spec: the pattern %s is for comparison only",
                           job->attempts[job->count - 1].name);
    }
    return status;
}

/* Whatever the counts will be: what would end an attempt after hours ends it now. */
static brds_status check_attempts(brds_prune_job *job, brds_diag *diag)
{
    const brds_spec *spec = &job->training.spec;
    brds_status status = BRDS_OK;
    for (int i = 0; status == BRDS_OK && i < job->count; i++) {
        brds_attempt *a = &job->attempts[i];
        if (a->dual && job->dual.max_trials > 0) {
            status = brds_dual_check(spec, &job->dual, &a->sparsity, diag);
        } else if (job->searched) {
            status = brds_dual_equal(spec, &job->dual, &a->sparsity, diag);
        }
        status = status ? status : brds_sparsity_check(&a->sparsity, spec, diag);
    }
    return status;
}

/* --- work, log, spec --- */

/* All that changes the numbers, besides what all training depends on. */
static brds_status describe(const brds_args *args, brds_prune_job *job, brds_diag *diag)
{
    const brds_dual_options *dual = &job->dual;
    job->identity = brds_string_format(
        "%sweight-bits %d\nsparsity %.17g%s\npattern %s\nramp %d\nquantised-epochs %d\n"
        "quantised-rate %.17g\ntrials %d\ntrial-epochs %d\ntrial-ramp %d\nstep %d\n"
        "step-min %d\nper-layer %s\nfill-lanes %s\nbank-columns %d\nblock %d\n",
        job->training.identity, job->training.spec.weight_bits, dual->sparsity,
        job->searched ? "" : ", the spec's", pattern_list(args, job), job->budget.ramp,
        job->budget.quantised, job->retrain.quantised_rate, dual->max_trials, dual->budget.epochs,
        dual->budget.ramp, dual->step, dual->step_min, dual->per_layer ? "yes" : "no",
        dual->fill_lanes ? "yes" : "no", job->base.bank_columns, job->base.block);
    return job->identity != NULL ? BRDS_OK : brds_fail_memory(diag);
}

/* Resumed, the log is read from its start: attempts pass over what they had written. */
static brds_status open_log(const char *path, brds_retrain *retrain, brds_diag *diag)
{
    struct stat info;
    bool old = retrain->resume && stat(path, &info) == 0 && S_ISREG(info.st_mode);
    brds_status status = brds_log_open(path, old, -1, &retrain->log, diag);
    if (status == BRDS_OK && retrain->resume && fstat(fileno(retrain->log), &info) == 0) {
        retrain->log_goes_on = S_ISREG(info.st_mode);
    }
    if (status == BRDS_OK && retrain->log_goes_on) {
        rewind(retrain->log);
    }
    return status;
}

static brds_status read_work(const brds_args *args, brds_prune_job *job, brds_diag *diag)
{
    const char *log = brds_args_value(args, "log");
    brds_retrain *retrain = &job->retrain;
    retrain->work = brds_args_value(args, "work");
    retrain->resume = brds_args_flag(args, "resume");
    retrain->progress = isatty(STDERR_FILENO) == 1;
    brds_status status = brds_args_real(args, "every", 0.0, 1e6, 60.0, &retrain->every, diag);
    status = status ? status : describe(args, job, diag);
    if (status == BRDS_OK && retrain->work != NULL) {
        status = brds_work_begin(retrain->work, job->identity, retrain->resume, diag);
    }
    return status == BRDS_OK && log != NULL ? open_log(log, retrain, diag) : status;
}

/* The document now, as it may be another one after hours; with the numbers of the start, so that
 * one that cannot be changed is told of now. */
static brds_status read_spec_text(const brds_args *args, brds_prune_job *job, brds_diag *diag)
{
    enum { LIMIT = 1 << 24 };
    const char *path = brds_args_operand(args, 0);
    uint8_t *bytes = NULL;
    size_t size = 0;
    if (brds_args_value(args, "write-spec") == NULL) {
        return BRDS_OK;
    }
    brds_status status = brds_read_file(path, LIMIT, &bytes, &size, diag);
    if (status == BRDS_OK) {
        status = brds_spec_rewrite((const char *)bytes, size, path, &job->training.spec,
                                   &job->spec_text, diag);
    }
    free(bytes);
    return status;
}

static brds_status read_job(const brds_args *args, brds_prune_job *job, brds_diag *diag)
{
    brds_training *training = &job->training;
    brds_status status = brds_training_load(args, &defaults, training, diag);
    status = status ? status : read_budgets(args, job, diag);
    status = status ? status : read_search(args, job, diag);
    status = status ? status : read_patterns(args, job, diag);
    status = status ? status : check_attempts(job, diag);
    status = status ? status : read_spec_text(args, job, diag);
    status = status ? status : read_work(args, job, diag);
    if (status != BRDS_OK) {
        return status;
    }
    job->retrain.spec = &training->spec;
    job->retrain.train = &training->train;
    job->retrain.valid = &training->valid;
    job->retrain.options = training->options;
    job->retrain.identity = job->identity;
    const brds_parameters *parameters = &training->model.parameters;
    job->dense = malloc(parameters->elements * sizeof *job->dense);
    if (job->dense == NULL) {
        return brds_fail_memory(diag);
    }
    memcpy(job->dense, parameters->values, parameters->elements * sizeof *job->dense);
    return BRDS_OK;
}

/* --- work --- */

static brds_status evaluate(brds_prune_job *job, const brds_dataset *dataset, bool hardware,
                            brds_score *score, brds_diag *diag)
{
    brds_model *model = &job->training.model;
    brds_quantised quantised;
    brds_pass *pass = NULL;
    brds_status status = brds_pass_new(model, &pass, diag);
    if (status == BRDS_OK && hardware) {
        status = brds_quantised_new(&job->training.spec, model, &quantised, diag);
    }
    if (status == BRDS_OK) {
        status = brds_evaluate_model(pass, model, dataset, score, diag);
    }
    if (pass != NULL && hardware) {
        brds_quantised_free(&quantised, model);
    }
    brds_pass_free(pass);
    return status;
}

static brds_status measure_dense(brds_prune_job *job, brds_diag *diag)
{
    const brds_training *training = &job->training;
    job->given = brds_sparsity_of_weights(&training->model);
    brds_status status = evaluate(job, &training->valid, false, &job->dense_valid, diag);
    if (status == BRDS_OK && training->has_test) {
        status = evaluate(job, &training->test, false, &job->dense_test, diag);
    }
    return status;
}

static brds_status search(brds_prune_job *job, brds_attempt *a, brds_diag *diag)
{
    a->trials = calloc(1, sizeof *a->trials);
    return a->trials == NULL
               ? brds_fail_memory(diag)
               : brds_dual_search(&job->retrain, &job->dual, job->dense, &job->training.model,
                                  &a->sparsity, a->trials, diag);
}

static brds_status retrain(brds_prune_job *job, brds_attempt *a, brds_diag *diag)
{
    brds_model *model = &job->training.model;
    brds_retrained retrained;
    char *label = brds_string_format("%s-%.4f", a->name, job->dual.sparsity);
    if (label == NULL) {
        return brds_fail_memory(diag);
    }
    brds_dual_restore(model, job->dense);
    brds_status status =
        brds_retrain_run(&job->retrain, &job->budget, &a->sparsity, label, model, &retrained, diag);
    free(label);
    if (status == BRDS_OK) {
        a->valid = retrained.valid;
        a->seconds = retrained.seconds;
        a->overall = brds_sparsity_of_masks(model);
    }
    return status;
}

static brds_status make_attempt(brds_prune_job *job, brds_attempt *a, brds_diag *diag)
{
    const brds_training *training = &job->training;
    bool searched = a->dual && job->dual.max_trials > 0;
    brds_status status = searched ? search(job, a, diag) : BRDS_OK;
    status = status ? status : retrain(job, a, diag);
    if (status == BRDS_OK && training->has_test) {
        status = evaluate(job, &training->test, job->budget.quantised > 0, &a->test, diag);
    }
    return status;
}

/* --- results --- */

/* Few columns, or lanes that are to be filled, leave gaps between the sparsities that there are, and
 * few pairs of one sparsity. */
static void warn_of_gaps(const brds_prune_job *job, brds_diag *diag)
{
    for (int i = 0; job->searched && i < job->count; i++) {
        const brds_attempt *a = &job->attempts[i];
        if (a->trials != NULL && a->trials->count == 1 && job->dual.max_trials > 1) {
            brds_warn(diag, "", "", "%s: no second pair of counts has this sparsity", a->name);
        }
        if (a->sparsity.pattern != BRDS_PATTERN_DENSE &&
            fabs(a->overall - job->dual.sparsity) > 0.01) {
            brds_warn(diag, "", "", "%s: counts of whole weights give a sparsity of %.4f, not %.4f",
                      a->name, a->overall, job->dual.sparsity);
        }
    }
}

static brds_status write_spec(const brds_args *args, const brds_prune_job *job, brds_diag *diag)
{
    const char *path = brds_args_value(args, "write-spec");
    char *text = NULL;
    if (path == NULL) {
        return BRDS_OK;
    }
    brds_status status = brds_spec_rewrite(job->spec_text, strlen(job->spec_text), path,
                                           &job->training.spec, &text, diag);
    if (status == BRDS_OK) {
        status = brds_write_file(path, text, strlen(text), diag);
    }
    free(text);
    return status;
}

static brds_status write_results(const brds_args *args, brds_prune_job *job, brds_diag *diag)
{
    const brds_attempt *last = &job->attempts[job->count - 1];
    char *what = brds_string_format("%s, overall sparsity %.4f, validation loss %.6f", last->name,
                                    last->overall, brds_score_loss(&last->valid));
    if (is_for_hardware(last)) {
        brds_sparsity_to_spec(&last->sparsity, &job->training.spec);
    }
    brds_status status =
        what != NULL
            ? brds_training_save(&job->training, brds_args_value(args, "output"), what, diag)
            : brds_fail_memory(diag);
    free(what);
    return status == BRDS_OK ? write_spec(args, job, diag) : status;
}

/* --- the whole --- */

static void free_job(brds_prune_job *job)
{
    for (int i = 0; i < job->count; i++) {
        free(job->attempts[i].trials);
    }
    if (job->retrain.log != NULL) {
        fclose(job->retrain.log);
    }
    free(job->spec_text);
    free(job->identity);
    free(job->dense);
    brds_training_free(&job->training);
    free(job);
}

/* The plot comes last: a missing gnuplot loses nothing. */
static brds_status work(const brds_args *args, brds_prune_job *job, brds_diag *diag)
{
    const char *plot = brds_args_value(args, "plot");
    brds_status status = read_job(args, job, diag);
    status = status ? status : measure_dense(job, diag);
    for (int i = 0; status == BRDS_OK && i < job->count; i++) {
        status = make_attempt(job, &job->attempts[i], diag);
    }
    status = status ? status : write_results(args, job, diag);
    if (status == BRDS_OK) {
        warn_of_gaps(job, diag);
        status = brds_prune_report(job, brds_args_value(args, "output"),
                                   brds_args_flag(args, "json"), diag);
    }
    return status == BRDS_OK && plot != NULL
               ? brds_curves_plot(brds_args_value(args, "log"), plot, diag)
               : status;
}

brds_status brds_prune_with_data(const brds_args *args, brds_diag *diag)
{
    brds_prune_job *job = calloc(1, sizeof *job);
    if (job == NULL) {
        return brds_fail_memory(diag);
    }
    brds_status status = work(args, job, diag);
    free_job(job);
    return status;
}
