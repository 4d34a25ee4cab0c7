/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/dataset_source.h"
#include "cli/json.h"
#include "cli/options.h"
#include "io/workload.h"

typedef struct {
    brds_spec spec;
    brds_network network; /* empty without --model */
    brds_vocabulary vocabulary;
    brds_dataset dataset;
    brds_workload workload;
    const char *model, *data, *output;
    int64_t limit; /* INT64_MAX: all */
} workload_job;

/* --- reading --- */

static brds_status read_arguments(const brds_args *args, workload_job *job,
                                  brds_data_options *options, brds_diag *diag)
{
    bool test = false;
    job->model = brds_args_value(args, "model");
    job->data = brds_args_value(args, "data");
    job->output = brds_args_value(args, "output");
    if (job->data == NULL) {
        return brds_fail(diag, BRDS_EUSAGE, "", "", "--data FILE is missing");
    }
    if (job->output == NULL) {
        return brds_fail(diag, BRDS_EUSAGE, "", "", "-o WORKLOAD.safetensors is missing");
    }
    brds_status status = brds_data_options_read(args, options, diag);
    status = status ? status : brds_args_choice(args, "split", "train", "test", false, &test, diag);
    options->split = test ? "test" : NULL;
    return status ? status
                  : brds_args_integer(args, "limit", 1, INT64_MAX, INT64_MAX, &job->limit, diag);
}

/* Text wants an embedding, and the vocabulary that its rows belong to. */
static brds_status check_tokens(const workload_job *job, size_t known_tokens, brds_diag *diag)
{
    const char *needs = "the steps are tokens, which a model trained by brdsgen turns into vectors";
    int rows = job->network.host.vocabulary;
    if (job->model == NULL) {
        return brds_fail(diag, BRDS_EUSAGE, job->data, needs, "--model FILE is missing");
    }
    if (rows == 0) {
        return brds_fail(diag, BRDS_EINPUT, job->model, needs, "has no embedding");
    }
    if (known_tokens == 0) {
        return brds_fail(diag, BRDS_EINPUT, job->model, needs,
                         "has no vocabulary in its metadata, only an embedding");
    }
    if (known_tokens != (size_t)rows) {
        return brds_fail(diag, BRDS_EINPUT, job->model, "",
                         "its embedding has %d rows, its vocabulary has %zu tokens", rows,
                         known_tokens);
    }
    return BRDS_OK;
}

/* Labels and tokens must be classes of the head, the spec's or the network's. */
static brds_status check_classes(const workload_job *job, brds_diag *diag)
{
    const brds_spec *spec = &job->spec;
    int head = spec->head.present ? spec->head.size : job->network.host.classes;
    if (head == 0 || job->dataset.classes <= head) {
        return BRDS_OK;
    }
    return brds_fail(diag, BRDS_EINPUT, job->data, "",
                     "it has %d classes, the %s head has %d outputs", job->dataset.classes,
                     spec->head.present ? "spec's" : "network's", head);
}

static brds_status load(const brds_args *args, workload_job *job, brds_diag *diag)
{
    brds_data_options options;
    brds_status status = read_arguments(args, job, &options, diag);
    status = status ? status : brds_spec_load(brds_args_operand(args, 0), false, &job->spec, diag);
    if (status == BRDS_OK && job->model != NULL) {
        status =
            brds_model_read_file(job->model, &job->spec, &job->network, &job->vocabulary, diag);
    }
    size_t known_tokens = job->vocabulary.size; /* text grows an empty vocabulary */
    status = status ? status
                    : brds_data_load(job->data, &options, &job->spec, &job->vocabulary,
                                     &job->dataset, diag);
    if (status == BRDS_OK && job->dataset.tokens != NULL) {
        status = check_tokens(job, known_tokens, diag);
    }
    return status ? status : check_classes(job, diag);
}

/* --- making --- */

/* The vectors of the first `steps` steps: the data's own, or rows of the embedding. */
static brds_status make_features(const workload_job *job, brds_workload *workload, brds_diag *diag)
{
    size_t width = (size_t)workload->input_size;
    if (workload->steps > SIZE_MAX / sizeof(float) / width) {
        return brds_fail_memory(diag);
    }
    workload->features = malloc(workload->steps * width * sizeof(float));
    if (workload->features == NULL) {
        return brds_fail_memory(diag);
    }
    const brds_dataset *dataset = &job->dataset;
    for (size_t t = 0; t < workload->steps; t++) {
        const float *row = dataset->tokens != NULL
                               ? job->network.host.embedding + (size_t)dataset->tokens[t] * width
                               : dataset->features + t * width;
        memcpy(workload->features + t * width, row, width * sizeof(float));
    }
    return BRDS_OK;
}

static brds_status make_sequences(const brds_dataset *dataset, brds_workload *workload,
                                  brds_diag *diag)
{
    workload->lengths = calloc(workload->sequences, sizeof *workload->lengths);
    workload->starts = calloc(workload->sequences, sizeof *workload->starts);
    if (workload->lengths == NULL || workload->starts == NULL) {
        return brds_fail_memory(diag);
    }
    for (size_t s = 0; s < workload->sequences; s++) {
        workload->starts[s] = dataset->starts[s];
        workload->lengths[s] = dataset->lengths[s];
    }
    if (dataset->task == BRDS_TASK_LANGUAGE_MODEL) {
        workload->lengths[0] = workload->steps;
    }
    return BRDS_OK;
}

/* `values` (count) as 64-bit numbers. */
static brds_status make_wanted(const int32_t *values, size_t count, int64_t **wanted,
                               brds_diag *diag)
{
    *wanted = calloc(count, sizeof **wanted);
    for (size_t i = 0; *wanted != NULL && i < count; i++) {
        (*wanted)[i] = values[i];
    }
    return *wanted != NULL ? BRDS_OK : brds_fail_memory(diag);
}

static brds_status make(workload_job *job, brds_diag *diag)
{
    brds_dataset *dataset = &job->dataset;
    brds_workload *workload = &job->workload;
    bool language = dataset->task == BRDS_TASK_LANGUAGE_MODEL;
    /* the last token is a target only */
    size_t limit = (uint64_t)job->limit < SIZE_MAX ? (size_t)job->limit : SIZE_MAX - 1;
    brds_data_limit(dataset, language ? limit + 1 : limit);
    *workload = (brds_workload){.input_size = job->spec.input_size,
                                .sequences = dataset->sequences,
                                .steps = language ? dataset->steps - 1 : dataset->steps};
    brds_status status = make_sequences(dataset, workload, diag);
    status = status ? status : make_features(job, workload, diag);
    if (status == BRDS_OK && language) {
        status = make_wanted(dataset->tokens + 1, workload->steps, &workload->targets, diag);
    } else if (status == BRDS_OK && dataset->labels != NULL) {
        status = make_wanted(dataset->labels, workload->sequences, &workload->labels, diag);
    }
    return status;
}

static brds_status report(const workload_job *job, bool json, brds_diag *diag)
{
    const brds_workload *workload = &job->workload;
    const char *wanted = workload->targets != NULL ? "targets" : "labels";
    FILE *stream = strcmp(job->output, "-") == 0 ? stderr : stdout;
    if (json) {
        return brds_json_print(json_pack("{s:o, s:I, s:I, s:i, s:s}", "output",
                                         brds_json_text(job->output), "sequences",
                                         (json_int_t)workload->sequences, "steps",
                                         (json_int_t)workload->steps, "input_size",
                                         workload->input_size, "wanted", wanted),
                               stream, diag);
    }
    fprintf(stream, "wrote %s: %zu sequence%s, %zu steps of %d numbers, with %s\n", job->output,
            workload->sequences, workload->sequences == 1 ? "" : "s", workload->steps,
            workload->input_size, wanted);
    return BRDS_OK;
}

static brds_status run(const brds_args *args, brds_diag *diag)
{
    workload_job *job = calloc(1, sizeof *job);
    if (job == NULL) {
        return brds_fail_memory(diag);
    }
    brds_status status = load(args, job, diag);
    status = status ? status : make(job, diag);
    status = status ? status : brds_workload_save(job->output, &job->workload, diag);
    status = status ? status : report(job, brds_args_flag(args, "json"), diag);
    brds_workload_free(&job->workload);
    brds_dataset_free(&job->dataset);
    brds_vocabulary_free(&job->vocabulary);
    brds_network_free(&job->network);
    free(job);
    return status;
}

static const brds_option options[] = {
    {"model", 'm', "FILE", "the network, whose embedding and vocabulary text needs"},
    {"data", 'd', "FILE", "the data set"},
    {"task", 0, "NAME", "classify (default) or language-model"},
    {"format", 0, "NAME",
     "features, labelled, words, characters, vowels or reviews (default: by the file)"},
    {"split", 0, "NAME", "reviews: train (default) or test"},
    {"max-length", 0, "N", "tokens of a sequence, the last ones (default: all)"},
    {"limit", 0, "N", "the first N sequences, or steps of a language model (default: all)"},
    {"output", 'o', "FILE", "the workload, in safetensors"},
    {"json", 0, NULL, "print what was written as JSON"},
    {0},
};

const brds_command brds_cmd_workload = {
    .name = "workload",
    .operands = "SPEC",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "make a workload from a data set",
    .description =
        "Turns a data set into the vectors that the core is fed with, and what should come out: "
        "labels of sequences, or the next token of each step of a text (--task language-model).  "
        "Tokens become rows of the network's embedding, by the vocabulary in its file; the core "
        "never sees them.  The file is what run, vectors and the simulations take as --workload.",
    .options = options,
    .run = run,
};
