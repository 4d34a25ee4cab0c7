/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "cli/json.h"
#include "cli/prune_job.h"

/* --- JSON --- */

/* JSON has no infinity: a perplexity beyond all numbers is null. */
static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *score_json(brds_task task, const brds_score *score)
{
    if (score->targets == 0) {
        return json_null();
    }
    const char *metric = task == BRDS_TASK_CLASSIFY ? "accuracy" : "perplexity";
    return json_pack("{s:o, s:o}", "loss", number(brds_score_loss(score)), metric,
                     number(brds_score_metric(task, score)));
}

static json_t *counts_json(const brds_ratio *ratios, int layers)
{
    json_t *list = json_array();
    for (int l = 0; l < layers; l++) {
        json_array_append_new(list, json_pack("[i, i]", ratios[l].nnz_x, ratios[l].nnz_h));
    }
    return list;
}

static json_t *trials_json(const brds_prune_job *job, const brds_dual_result *trials)
{
    int layers = job->training.spec.layer_count;
    json_t *list = json_array();
    for (int i = 0; trials != NULL && i < trials->count; i++) {
        const brds_dual_trial *trial = &trials->trials[i];
        json_array_append_new(
            list, json_pack("{s:o, s:o, s:i, s:f}", "nnz", counts_json(trial->ratios, layers),
                            "valid", score_json(job->training.task, &trial->valid), "epochs",
                            job->dual.budget.epochs, "train_seconds", trial->seconds));
    }
    return list;
}

static json_t *attempt_json(const brds_prune_job *job, const brds_attempt *a)
{
    brds_task task = job->training.task;
    bool dense = a->sparsity.pattern == BRDS_PATTERN_DENSE;
    json_t *counts =
        dense ? json_null() : counts_json(a->sparsity.ratios, job->training.spec.layer_count);
    return json_pack("{s:s, s:f, s:o, s:o, s:o, s:i, s:f, s:o}", "pattern", a->name,
                     "overall_sparsity", a->overall, "nnz", counts, "valid",
                     score_json(task, &a->valid), "test", score_json(task, &a->test), "epochs",
                     job->budget.epochs + job->budget.quantised, "train_seconds", a->seconds,
                     "trials", trials_json(job, a->trials));
}

static brds_status print_json(const brds_prune_job *job, const char *output, FILE *stream,
                              brds_diag *diag)
{
    brds_task task = job->training.task;
    json_t *results = json_array();
    for (int i = 0; i < job->count; i++) {
        json_array_append_new(results, attempt_json(job, &job->attempts[i]));
    }
    json_t *given =
        json_pack("{s:f, s:o, s:o}", "overall_sparsity", job->given, "valid",
                  score_json(task, &job->dense_valid), "test", score_json(task, &job->dense_test));
    return brds_json_print(json_pack("{s:s, s:o, s:i, s:i, s:o, s:o, s:o}", "method", "retrain",
                                     "output", brds_json_text(output), "weight_bits",
                                     job->training.spec.weight_bits, "quantised_epochs",
                                     job->budget.quantised, "sparsity",
                                     job->searched ? json_real(job->dual.sparsity) : json_null(),
                                     "given", given, "results", results),
                           stream, diag);
}

/* --- table --- */

static void print_row(const brds_prune_job *job, const char *name, double sparsity,
                      const char *counts, const brds_score *valid, const brds_score *test,
                      FILE *stream)
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

static void print_attempt(const brds_prune_job *job, const brds_attempt *a, FILE *stream)
{
    const brds_spec *spec = &job->training.spec;
    char counts[16 * BRDS_MAX_LAYERS];
    for (int t = 0; a->trials != NULL && t < a->trials->count; t++) {
        const brds_dual_trial *trial = &a->trials->trials[t];
        const brds_score none = {0};
        brds_sparsity sparsity = a->sparsity;
        memcpy(sparsity.ratios, trial->ratios, sizeof sparsity.ratios);
        counts_text(trial->ratios, spec->layer_count, counts, sizeof counts);
        print_row(job, "  trial", brds_sparsity_overall(&sparsity, spec), counts, &trial->valid,
                  &none, stream);
    }
    counts_text(a->sparsity.ratios, spec->layer_count, counts, sizeof counts);
    print_row(job, a->name, a->overall, a->sparsity.pattern == BRDS_PATTERN_DENSE ? "" : counts,
              &a->valid, &a->test, stream);
}

static void print_table(const brds_prune_job *job, const char *output, FILE *stream)
{
    const char *metric = job->training.task == BRDS_TASK_CLASSIFY ? "accuracy" : "perplexity";
    fprintf(stream, "%-14s %10s  %-24s %12s %12s %12s\n", "", "sparsity", "nnz of W_x+W_h",
            "valid loss", metric, "test");
    print_row(job, "as given", job->given, "", &job->dense_valid, &job->dense_test, stream);
    for (int i = 0; i < job->count; i++) {
        print_attempt(job, &job->attempts[i], stream);
    }
    fprintf(stream, "wrote %s\n", output);
}

brds_status brds_prune_report(const brds_prune_job *job, const char *output, bool json,
                              brds_diag *diag)
{
    FILE *stream = strcmp(output, "-") == 0 ? stderr : stdout; /* not among the tensors */
    if (json) {
        return print_json(job, output, stream, diag);
    }
    print_table(job, output, stream);
    return BRDS_OK;
}
