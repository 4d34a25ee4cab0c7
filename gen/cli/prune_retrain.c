/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/json.h"
#include "cli/prune.h"
#include "cli/training.h"
#include "io/strings.h"
#include "prune/dual.h"
#include "report/curves.h"
#include "spec/spec_rewrite.h"
#include "train/session.h"

static const brds_fit_defaults defaults = {
    .epochs = 12, .epochs_language = 6, .rate_adam = 0.001, .rate_sgd = 10.0, .decay_from = 3};

/* Of the list of patterns; "dual" is the row pattern with searched ratios. */
enum { MAX_ATTEMPTS = 6 };

typedef struct {
    char name[16];
    bool dual;
    brds_sparsity sparsity;
    brds_score valid, test;
    brds_dual_result *trials; /* dual, else NULL */
} attempt;

typedef struct {
    brds_training training;
    brds_retrain retrain;
    brds_budget budget;
    brds_dual_options dual;
    brds_sparsity base; /* what all attempts share */
    bool searched;      /* --sparsity was given, so that counts are not the spec's */
    brds_real *dense;   /* (all elements) the network given */
    brds_score dense_valid, dense_test;
    attempt attempts[MAX_ATTEMPTS];
    int count;
} prune_job;

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

static brds_status read_budgets(const brds_args *args, prune_job *job, brds_diag *diag)
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

static brds_status read_search(const brds_args *args, prune_job *job, brds_diag *diag)
{
    brds_dual_options *dual = &job->dual;
    brds_sparsity_of_spec(&job->training.spec, &job->base);
    double of_spec = brds_sparsity_overall(&job->base, &job->training.spec);
    job->searched = brds_args_value(args, "sparsity") != NULL;
    brds_status s = brds_args_real(args, "sparsity", 0.5, 0.99, of_spec, &dual->sparsity, diag);
    s = s ? s : read_int(args, "trials", 1, BRDS_MAX_TRIALS, 9, &dual->max_trials, diag);
    s = s ? s : read_int(args, "step", 1, BRDS_MAX_SIZE, 0, &dual->step, diag);
    s = s ? s : read_int(args, "step-min", 1, BRDS_MAX_SIZE, 0, &dual->step_min, diag);
    s = s ? s : read_int(args, "bank-columns", 1, BRDS_MAX_SIZE, 32, &job->base.bank_columns, diag);
    s = s ? s : read_int(args, "block", 1, BRDS_MAX_SIZE, 4, &job->base.block, diag);
    dual->per_layer = brds_args_flag(args, "per-layer");
    dual->fill_lanes = brds_args_flag(args, "fill-lanes");
    return s;
}

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

static brds_status add_attempt(prune_job *job, const char *name, size_t length, brds_diag *diag)
{
    attempt *a = &job->attempts[job->count];
    bool dual = length == 4 && strncmp(name, "dual", 4) == 0;
    *a = (attempt){.dual = dual, .sparsity = job->base};
    a->sparsity.pattern = BRDS_PATTERN_ROW;
    if ((!dual && !find_pattern(name, length, &a->sparsity.pattern)) ||
        job->count == MAX_ATTEMPTS - 1) {
        return brds_fail(diag, BRDS_EUSAGE, "",
                         "give up to five of dense, unstructured, bank, block, row, dual",
                         "--pattern: '%.*s' is not known, or one too many", (int)length, name);
    }
    snprintf(a->name, sizeof a->name, "%.*s", (int)length, name);
    job->count++;
    return BRDS_OK;
}

static brds_status read_patterns(const brds_args *args, prune_job *job, brds_diag *diag)
{
    const char *list = brds_args_value(args, "pattern");
    list = list != NULL ? list : job->searched ? "dual" : "row";
    brds_status status = BRDS_OK;
    for (bool more = true; status == BRDS_OK && more;) {
        size_t length = strcspn(list, ",");
        status = add_attempt(job, list, length, diag);
        more = list[length] == ',';
        list += length + more;
    }
    return status;
}

static brds_status read_work(const brds_args *args, prune_job *job, brds_diag *diag)
{
    const char *work = brds_args_value(args, "work"), *log = brds_args_value(args, "log");
    bool resume = brds_args_flag(args, "resume");
    if (resume && work == NULL) {
        return brds_fail(diag, BRDS_EUSAGE, "", "", "--resume needs --work DIR");
    }
    if (brds_args_value(args, "plot") != NULL && log == NULL) {
        return brds_fail(diag, BRDS_EUSAGE, "", "", "--plot needs --log FILE");
    }
    if (work != NULL && mkdir(work, 0777) != 0 && errno != EEXIST) {
        return brds_fail(diag, BRDS_EFILE, work, "", "cannot make this folder: %s",
                         strerror(errno));
    }
    brds_retrain *retrain = &job->retrain;
    retrain->work = work;
    retrain->resume = resume;
    retrain->progress = isatty(STDERR_FILENO) == 1;
    brds_status status = brds_args_real(args, "every", 0.0, 1e6, 60.0, &retrain->every, diag);
    if (status == BRDS_OK && log != NULL) {
        bool old = resume && access(log, F_OK) == 0;
        status = brds_log_open(log, old, 0, &retrain->log, diag);
    }
    return status;
}

static brds_status read_job(const brds_args *args, prune_job *job, brds_diag *diag)
{
    brds_training *training = &job->training;
    brds_status status = brds_training_load(args, &defaults, training, diag);
    status = status ? status : read_budgets(args, job, diag);
    status = status ? status : read_search(args, job, diag);
    status = status ? status : read_patterns(args, job, diag);
    status = status ? status : read_work(args, job, diag);
    if (status != BRDS_OK) {
        return status;
    }
    job->retrain.spec = &training->spec;
    job->retrain.train = &training->train;
    job->retrain.valid = &training->valid;
    job->retrain.options = training->options;
    job->retrain.identity = training->identity;
    const brds_parameters *parameters = &training->model.parameters;
    job->dense = malloc(parameters->elements * sizeof *job->dense);
    if (job->dense == NULL) {
        return brds_fail_memory(diag);
    }
    memcpy(job->dense, parameters->values, parameters->elements * sizeof *job->dense);
    return BRDS_OK;
}

/* --- work --- */

static brds_status evaluate(prune_job *job, const brds_dataset *dataset, bool hardware,
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

static brds_status measure_dense(prune_job *job, brds_diag *diag)
{
    const brds_training *training = &job->training;
    brds_status status = evaluate(job, &training->valid, false, &job->dense_valid, diag);
    if (status == BRDS_OK && training->has_test) {
        status = evaluate(job, &training->test, false, &job->dense_test, diag);
    }
    return status;
}

static brds_status find_ratios(prune_job *job, attempt *a, brds_diag *diag)
{
    if (a->dual) {
        a->trials = calloc(1, sizeof *a->trials);
        return a->trials == NULL
                   ? brds_fail_memory(diag)
                   : brds_dual_search(&job->retrain, &job->dual, job->dense, &job->training.model,
                                      &a->sparsity, a->trials, diag);
    }
    return job->searched ? brds_dual_equal(&job->training.spec, &job->dual, &a->sparsity, diag)
                         : BRDS_OK;
}

static brds_status make_attempt(prune_job *job, attempt *a, brds_diag *diag)
{
    brds_training *training = &job->training;
    brds_status status = find_ratios(job, a, diag);
    char *label = brds_string_format("%s-%.4f", a->name, job->dual.sparsity);
    if (status == BRDS_OK && label == NULL) {
        status = brds_fail_memory(diag);
    }
    if (status == BRDS_OK) {
        brds_dual_restore(&training->model, job->dense);
        status = brds_retrain_run(&job->retrain, &job->budget, &a->sparsity, label,
                                  &training->model, &a->valid, diag);
    }
    free(label);
    if (status == BRDS_OK && training->has_test) {
        status = evaluate(job, &training->test, job->budget.quantised > 0, &a->test, diag);
    }
    return status;
}

/* Counts of the attempt that is written; other patterns leave the spec's. */
static bool is_for_hardware(const attempt *a)
{
    return a->sparsity.pattern == BRDS_PATTERN_ROW;
}

static brds_status write_results(const brds_args *args, prune_job *job, brds_diag *diag)
{
    const attempt *last = &job->attempts[job->count - 1];
    const char *spec = brds_args_value(args, "write-spec");
    brds_status status = BRDS_OK;
    char *what = brds_string_format("%s, overall sparsity %.4f, validation loss %.6f", last->name,
                                    brds_sparsity_overall(&last->sparsity, &job->training.spec),
                                    brds_score_loss(&last->valid));
    if (is_for_hardware(last)) {
        brds_sparsity_to_spec(&last->sparsity, &job->training.spec);
    }
    status = what != NULL
                 ? brds_training_save(&job->training, brds_args_value(args, "output"), what, diag)
                 : brds_fail_memory(diag);
    free(what);
    if (status == BRDS_OK && spec != NULL) {
        status = brds_spec_rewrite(brds_args_operand(args, 0), &job->training.spec, spec, diag);
    }
    if (status == BRDS_OK && brds_args_value(args, "plot") != NULL) {
        status =
            brds_curves_plot(brds_args_value(args, "log"), brds_args_value(args, "plot"), diag);
    }
    return status;
}

/* --- report --- */

static json_t *score_json(brds_task task, const brds_score *score)
{
    if (score->targets == 0) {
        return json_null();
    }
    const char *metric = task == BRDS_TASK_CLASSIFY ? "accuracy" : "perplexity";
    return json_pack("{s:f, s:f}", "loss", brds_score_loss(score), metric,
                     brds_score_metric(task, score));
}

static json_t *counts_json(const brds_ratio *ratios, int layers)
{
    json_t *list = json_array();
    for (int l = 0; l < layers; l++) {
        json_array_append_new(list, json_pack("[i, i]", ratios[l].nnz_x, ratios[l].nnz_h));
    }
    return list;
}

static json_t *trials_json(const prune_job *job, const brds_dual_result *trials)
{
    json_t *list = json_array();
    for (int i = 0; trials != NULL && i < trials->count; i++) {
        const brds_dual_trial *trial = &trials->trials[i];
        json_array_append_new(list,
                              json_pack("{s:o, s:o}", "nnz",
                                        counts_json(trial->ratios, job->training.spec.layer_count),
                                        "valid", score_json(job->training.task, &trial->valid)));
    }
    return list;
}

static json_t *attempt_json(const prune_job *job, const attempt *a)
{
    brds_task task = job->training.task;
    const brds_spec *spec = &job->training.spec;
    bool dense = a->sparsity.pattern == BRDS_PATTERN_DENSE;
    return json_pack("{s:s, s:f, s:o, s:o, s:o, s:o}", "pattern", a->name, "overall_sparsity",
                     dense ? 0.0 : brds_sparsity_overall(&a->sparsity, spec), "nnz",
                     dense ? json_null() : counts_json(a->sparsity.ratios, spec->layer_count),
                     "valid", score_json(task, &a->valid), "test", score_json(task, &a->test),
                     "trials", trials_json(job, a->trials));
}

static brds_status print_json(const prune_job *job, const char *output, FILE *stream,
                              brds_diag *diag)
{
    brds_task task = job->training.task;
    json_t *results = json_array();
    for (int i = 0; i < job->count; i++) {
        json_array_append_new(results, attempt_json(job, &job->attempts[i]));
    }
    json_t *given = json_pack("{s:o, s:o}", "valid", score_json(task, &job->dense_valid), "test",
                              score_json(task, &job->dense_test));
    return brds_json_print(json_pack("{s:s, s:o, s:i, s:o, s:o}", "method", "retrain", "output",
                                     brds_json_text(output), "weight_bits",
                                     job->training.spec.weight_bits, "given", given, "results",
                                     results),
                           stream, diag);
}

static void print_row(const prune_job *job, const char *name, double sparsity, const char *counts,
                      const brds_score *valid, const brds_score *test, FILE *stream)
{
    brds_task task = job->training.task;
    char measured[32] = "-";
    if (test->targets > 0) {
        snprintf(measured, sizeof measured, "%.4f", brds_score_metric(task, test));
    }
    fprintf(stream, "%-14s %8.2f %%  %-24s %12.4f %12.4f %12s\n", name, 100.0 * sparsity, counts,
            brds_score_loss(valid), brds_score_metric(task, valid), measured);
}

static void counts_text(const brds_ratio *ratios, int layers, char *text, size_t room)
{
    size_t used = 0;
    text[0] = '\0';
    for (int l = 0; l < layers && used < room; l++) {
        used += (size_t)snprintf(text + used, room - used, "%s%d+%d", l > 0 ? " " : "",
                                 ratios[l].nnz_x, ratios[l].nnz_h);
    }
}

static void print_table(const prune_job *job, const char *output, FILE *stream)
{
    const char *metric = job->training.task == BRDS_TASK_CLASSIFY ? "accuracy" : "perplexity";
    int layers = job->training.spec.layer_count;
    char counts[16 * BRDS_MAX_LAYERS];
    fprintf(stream, "%-14s %10s  %-24s %12s %12s %12s\n", "", "sparsity", "nnz of W_x+W_h",
            "valid loss", metric, "test");
    print_row(job, "as given", 0.0, "", &job->dense_valid, &job->dense_test, stream);
    for (int i = 0; i < job->count; i++) {
        const attempt *a = &job->attempts[i];
        bool dense = a->sparsity.pattern == BRDS_PATTERN_DENSE;
        for (int t = 0; a->trials != NULL && t < a->trials->count; t++) {
            const brds_dual_trial *trial = &a->trials->trials[t];
            brds_score none = {0};
            counts_text(trial->ratios, layers, counts, sizeof counts);
            print_row(job, "  trial", job->dual.sparsity, counts, &trial->valid, &none, stream);
        }
        counts_text(a->sparsity.ratios, layers, counts, sizeof counts);
        print_row(job, a->name,
                  dense ? 0.0 : brds_sparsity_overall(&a->sparsity, &job->training.spec),
                  dense ? "" : counts, &a->valid, &a->test, stream);
    }
    fprintf(stream, "wrote %s\n", output);
}

/* --- the whole --- */

static void free_job(prune_job *job)
{
    for (int i = 0; i < job->count; i++) {
        free(job->attempts[i].trials);
    }
    if (job->retrain.log != NULL) {
        fclose(job->retrain.log);
    }
    free(job->dense);
    brds_training_free(&job->training);
    free(job);
}

static brds_status work(const brds_args *args, prune_job *job, brds_diag *diag)
{
    brds_status status = read_job(args, job, diag);
    status = status ? status : measure_dense(job, diag);
    for (int i = 0; status == BRDS_OK && i < job->count; i++) {
        status = make_attempt(job, &job->attempts[i], diag);
    }
    status = status ? status : write_results(args, job, diag);
    if (status != BRDS_OK) {
        return status;
    }
    const char *output = brds_args_value(args, "output");
    FILE *stream = strcmp(output, "-") == 0 ? stderr : stdout;
    if (brds_args_flag(args, "json")) {
        return print_json(job, output, stream, diag);
    }
    print_table(job, output, stream);
    return BRDS_OK;
}

brds_status brds_prune_with_data(const brds_args *args, brds_diag *diag)
{
    prune_job *job = calloc(1, sizeof *job);
    if (job == NULL) {
        return brds_fail_memory(diag);
    }
    brds_status status = work(args, job, diag);
    free_job(job);
    return status;
}
