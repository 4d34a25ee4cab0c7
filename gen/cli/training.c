/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/training.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "cli/dataset_source.h"
#include "io/file.h"
#include "io/strings.h"
#include "net/network_load.h"

/* --- options --- */

static brds_status read_size(const brds_args *args, const char *option, int64_t fallback,
                             size_t *value, brds_diag *diag)
{
    int64_t number = 0;
    brds_status status = brds_args_integer(args, option, 1, 1000000, fallback, &number, diag);
    *value = (size_t)number;
    return status;
}

static brds_status read_int(const brds_args *args, const char *option, int64_t low, int64_t high,
                            int64_t fallback, int *value, brds_diag *diag)
{
    int64_t number = 0;
    brds_status status = brds_args_integer(args, option, low, high, fallback, &number, diag);
    *value = (int)number;
    return status;
}

/* The language model's defaults are those of the small network of 1409.2329; its rate 1 and clip 5
 * are of a loss that is the sum over 20 steps, ours is their mean. */
static brds_status read_fit(const brds_args *args, const brds_fit_defaults *defaults,
                            brds_task task, brds_train_options *options, brds_diag *diag)
{
    bool language = task == BRDS_TASK_LANGUAGE_MODEL, sgd = false;
    int64_t seed = 1;
    brds_status s = brds_args_choice(args, "optimiser", "adam", "sgd", language, &sgd, diag);
    options->optimiser = sgd ? BRDS_SGD : BRDS_ADAM;
    s = s ? s
          : read_int(args, "epochs", 1, 100000,
                     language ? defaults->epochs_language : defaults->epochs, &options->epochs,
                     diag);
    s = s ? s : read_size(args, "batch", language ? 20 : 32, &options->batch, diag);
    s = s ? s : read_size(args, "chunk", 20, &options->chunk, diag);
    s = s ? s
          : brds_args_real(args, "rate", 0.0, 1e6, sgd ? defaults->rate_sgd : defaults->rate_adam,
                           &options->rate, diag);
    s = s ? s
          : brds_args_real(args, "decay", 0.0, 1.0, language ? 0.5 : 1.0, &options->decay, diag);
    s = s ? s
          : read_int(args, "decay-from", 1, 100000, defaults->decay_from, &options->decay_from,
                     diag);
    options->decay_from--;
    s = s ? s : brds_args_real(args, "clip", 0.0, 1e6, sgd ? 0.25 : 5.0, &options->clip, diag);
    s = s ? s : brds_args_real(args, "dropout", 0.0, 0.95, 0.0, &options->dropout, diag);
    s = s ? s : brds_args_integer(args, "seed", 0, INT64_MAX, 1, &seed, diag);
    options->seed = (uint64_t)seed;
    return s;
}

static brds_status read_threads(const brds_args *args, int *threads, brds_diag *diag)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    processors = processors < 1 ? 1 : processors > 8 ? 8 : processors;
    return read_int(args, "threads", 1, 256, (int64_t)processors, threads, diag);
}

/* --- data --- */

static brds_status read_network(const brds_args *args, brds_training *training, brds_diag *diag)
{
    const char *path = brds_args_value(args, "model");
    if (path == NULL) {
        return BRDS_OK;
    }
    brds_status status = brds_model_read_file(path, &training->spec, &training->network,
                                              &training->vocabulary, diag);
    training->has_network = status == BRDS_OK;
    return status;
}

static brds_status load_set(const brds_data_options *options, const char *path,
                            brds_training *training, brds_dataset *dataset, brds_diag *diag)
{
    return brds_data_load(path, options, &training->spec, &training->vocabulary, dataset, diag);
}

/* --data, and --more-data after it. */
static brds_status load_train(const brds_args *args, const brds_data_options *options,
                              brds_training *training, brds_diag *diag)
{
    const char *data = brds_args_value(args, "data"), *more = brds_args_value(args, "more-data");
    brds_dataset second = {0};
    if (data == NULL) {
        return brds_fail(diag, BRDS_EUSAGE, "", "", "--data FILE is missing");
    }
    brds_status status = load_set(options, data, training, &training->train, diag);
    if (status == BRDS_OK && more != NULL) {
        status = load_set(options, more, training, &second, diag);
        status = status ? status : brds_dataset_append(&training->train, &second, diag);
        brds_dataset_free(&second);
    }
    return status;
}

static brds_status load_data(const brds_args *args, const brds_data_options *options,
                             brds_training *training, brds_diag *diag)
{
    const char *valid = brds_args_value(args, "valid"), *test = brds_args_value(args, "test");
    double holdout = 0.1;
    int64_t limit = 0;
    brds_status status = brds_args_real(args, "holdout", 0.001, 0.9, 0.1, &holdout, diag);
    status = status ? status : load_train(args, options, training, diag);
    if (status == BRDS_OK && valid == NULL) {
        status = brds_dataset_split(&training->train, holdout, training->options.seed,
                                    &training->valid, diag);
    } else if (status == BRDS_OK) {
        status = load_set(options, valid, training, &training->valid, diag);
    }
    if (status == BRDS_OK && brds_args_value(args, "limit") != NULL) {
        status = brds_args_integer(args, "limit", 1, INT64_MAX, 1, &limit, diag);
        brds_data_limit(&training->train, status ? SIZE_MAX : (size_t)limit);
    }
    if (status == BRDS_OK && test != NULL) {
        brds_data_options of_test = *options;
        of_test.split = "test";
        status = load_set(&of_test, test, training, &training->test, diag);
        training->has_test = status == BRDS_OK;
    }
    return status;
}

/* --- model --- */

static int classes_of(const brds_training *training)
{
    int classes = training->train.classes;
    classes = training->valid.classes > classes ? training->valid.classes : classes;
    classes =
        training->has_test && training->test.classes > classes ? training->test.classes : classes;
    return classes;
}

/* The head: the spec's, which must hold every label, or the host's. */
static brds_status find_classes(const brds_training *training, int *classes, brds_diag *diag)
{
    const brds_spec *spec = &training->spec;
    int labels = classes_of(training);
    *classes = labels;
    if (training->has_network && training->network.host.classes > 0) {
        *classes = training->network.host.classes;
    }
    if (spec->head.present) {
        *classes = spec->head.size;
    }
    if (labels <= *classes) {
        return BRDS_OK;
    }
    return brds_fail(diag, BRDS_EINPUT, "the data", "",
                     "they have %d classes, the %s head has %d outputs", labels,
                     spec->head.present ? "spec's" : "network's", *classes);
}

static brds_status make_model(brds_training *training, brds_diag *diag)
{
    const brds_host_part *host = &training->network.host;
    bool tokens = training->train.tokens != NULL;
    int classes = 0, vocabulary = tokens ? (int)training->vocabulary.size : 0;
    brds_status status = find_classes(training, &classes, diag);
    if (status == BRDS_OK && training->has_network && host->vocabulary != vocabulary) {
        status = brds_fail(
            diag, BRDS_EINPUT, "the network", "a network trained by brdsgen carries its vocabulary",
            "its embedding has %d rows, the data have %d tokens", host->vocabulary, vocabulary);
    }
    if (status == BRDS_OK && training->has_network && !training->spec.head.present &&
        host->classes == 0) {
        status = brds_fail(diag, BRDS_EINPUT, "the network", "", "it has no head");
    }
    if (status == BRDS_OK) {
        status = brds_model_new(&training->spec, vocabulary, classes, &training->model, diag);
    }
    if (status == BRDS_OK && training->has_network) {
        brds_model_read(&training->model, &training->network);
    }
    return status;
}

/* --- identity --- */

/* Of the network to start from; 0 where it is random. */
static unsigned long network_checksum(const brds_training *training)
{
    const brds_parameters *parameters = &training->model.parameters;
    return training->has_network ? crc32_z(0, (const unsigned char *)parameters->values,
                                           parameters->elements * sizeof *parameters->values)
                                 : 0;
}

static unsigned long vocabulary_checksum(const brds_vocabulary *vocabulary)
{
    unsigned long crc = 0;
    for (size_t i = 0; i < vocabulary->size; i++) {
        const char *token = vocabulary->tokens[i];
        crc = crc32_z(crc, (const unsigned char *)token, strlen(token) + 1);
    }
    return crc;
}

static unsigned long checksum(const brds_dataset *dataset)
{
    unsigned long crc = crc32(0, NULL, 0);
    for (size_t s = 0; s < dataset->sequences; s++) {
        size_t first = dataset->starts[s], steps = dataset->lengths[s];
        size_t width = (size_t)dataset->feature_size;
        if (dataset->tokens != NULL) {
            crc = crc32_z(crc, (const unsigned char *)(dataset->tokens + first),
                          steps * sizeof *dataset->tokens);
        } else {
            crc = crc32_z(crc, (const unsigned char *)(dataset->features + first * width),
                          steps * width * sizeof *dataset->features);
        }
        if (dataset->labels != NULL) {
            crc = crc32_z(crc, (const unsigned char *)&dataset->labels[s], sizeof *dataset->labels);
        }
    }
    return crc;
}

static brds_status describe(brds_training *training, brds_diag *diag)
{
    const brds_train_options *o = &training->options;
    training->identity = brds_string_format(
        "spec %s\nstart %s, crc %08lx\nvocabulary %zu tokens, crc %08lx\ntrain %zu steps, crc "
        "%08lx\nvalid %zu steps, crc %08lx\noptimiser %s\n"
        "rate %.17g\ndecay %.17g\ndecay-from %d\nclip %.17g\ndropout %.17g\nbatch %zu\nchunk %zu\n"
        "epochs %d\nseed %llu\nthreads %d\n",
        training->spec.sha256, training->has_network ? "a given network" : "random",
        network_checksum(training), training->vocabulary.size,
        vocabulary_checksum(&training->vocabulary), training->train.steps,
        checksum(&training->train), training->valid.steps, checksum(&training->valid),
        o->optimiser == BRDS_SGD ? "sgd" : "adam", o->rate, o->decay, o->decay_from + 1, o->clip,
        o->dropout, o->batch, o->chunk, o->epochs, (unsigned long long)o->seed, training->threads);
    return training->identity != NULL ? BRDS_OK : brds_fail_memory(diag);
}

/* --- the whole --- */

brds_status brds_training_load(const brds_args *args, const brds_fit_defaults *defaults,
                               brds_training *training, brds_diag *diag)
{
    brds_data_options options;
    memset(training, 0, sizeof *training);
    brds_status status = brds_data_options_read(args, &options, diag);
    training->task = options.task;
    status = status ? status : read_fit(args, defaults, training->task, &training->options, diag);
    status = status ? status : read_threads(args, &training->threads, diag);
    status =
        status ? status : brds_spec_load(brds_args_operand(args, 0), false, &training->spec, diag);
    status = status ? status : read_network(args, training, diag);
    status = status ? status : load_data(args, &options, training, diag);
    status = status ? status : make_model(training, diag);
    if (status == BRDS_OK) {
        brds_set_threads(training->threads);
        status = describe(training, diag);
    }
    return status;
}

void brds_training_free(brds_training *training)
{
    brds_model_free(&training->model);
    brds_network_free(&training->network);
    brds_dataset_free(&training->train);
    brds_dataset_free(&training->valid);
    brds_dataset_free(&training->test);
    brds_vocabulary_free(&training->vocabulary);
    free(training->identity);
    memset(training, 0, sizeof *training);
}

brds_status brds_output_check(const char *path, brds_diag *diag)
{
    struct stat info;
    brds_outfile *file;
    FILE *stream;
    bool there = path != NULL && stat(path, &info) == 0;
    if (path == NULL || strcmp(path, "-") == 0 ||
        (there && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode))) {
        return BRDS_OK;
    }
    brds_status status = brds_outfile_begin(path, &file, &stream, diag);
    if (status == BRDS_OK) {
        brds_outfile_abort(file);
    }
    return status;
}

brds_status brds_training_save(const brds_training *training, const char *path, const char *what,
                               brds_diag *diag)
{
    brds_network network;
    char *vocabulary = NULL;
    brds_status status =
        brds_model_write(&training->model, training->spec.head.present, &network, diag);
    if (status != BRDS_OK) {
        return status;
    }
    if (training->vocabulary.size > 0) {
        status = brds_vocabulary_write(&training->vocabulary, &vocabulary, diag);
    }
    if (status == BRDS_OK) {
        const char *metadata[] = {"format",
                                  "pt",
                                  "trained",
                                  what,
                                  vocabulary ? "tokens" : NULL,
                                  training->vocabulary.characters ? "characters" : "words",
                                  "vocabulary",
                                  vocabulary,
                                  NULL};
        status = brds_network_save_with(path, &network, metadata, diag);
    }
    free(vocabulary);
    brds_network_free(&network);
    return status;
}
