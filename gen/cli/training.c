/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/training.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "io/file.h"
#include "io/safetensors.h"
#include "io/strings.h"
#include "net/model_file.h"
#include "net/network_load.h"

/* --- options --- */

static brds_status read_name(const brds_args *args, const char *option, const char *first,
                             const char *second, bool fallback, bool *is_second, brds_diag *diag)
{
    const char *value = brds_args_value(args, option);
    *is_second = fallback;
    if (value == NULL) {
        return BRDS_OK;
    }
    *is_second = strcmp(value, second) == 0;
    if (*is_second || strcmp(value, first) == 0) {
        return BRDS_OK;
    }
    return brds_fail(diag, BRDS_EUSAGE, "", "", "--%s %s is neither %s nor %s", option, value,
                     first, second);
}

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
    brds_status s = read_name(args, "optimiser", "adam", "sgd", language, &sgd, diag);
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

/* --- network --- */

static const char *metadata_of(const brds_safetensors *file, const char *key)
{
    for (size_t i = 0; file->metadata != NULL && file->metadata[i] != NULL; i += 2) {
        if (strcmp(file->metadata[i], key) == 0) {
            return file->metadata[i + 1];
        }
    }
    return NULL;
}

static brds_status read_network(const brds_args *args, brds_training *training, brds_diag *diag)
{
    const char *path = brds_args_value(args, "model");
    brds_safetensors file;
    if (path == NULL) {
        return BRDS_OK;
    }
    brds_status status = brds_model_file_load(path, &file, diag);
    if (status != BRDS_OK) {
        return status;
    }
    status = brds_network_from_file(&file, &training->spec, &training->network, NULL, diag);
    const char *vocabulary = metadata_of(&file, "vocabulary"),
               *tokens = metadata_of(&file, "tokens");
    if (status == BRDS_OK && vocabulary != NULL) {
        status = brds_vocabulary_read(path, vocabulary, tokens && strcmp(tokens, "characters") == 0,
                                      &training->vocabulary, diag);
    }
    training->has_network = status == BRDS_OK;
    brds_safetensors_free(&file);
    return status;
}

/* --- data --- */

static brds_status load_set(const brds_data_options *options, const char *path,
                            brds_training *training, brds_dataset *dataset, brds_diag *diag)
{
    brds_status status = brds_dataset_load(path, options, &training->vocabulary, dataset, diag);
    int wanted = training->spec.input_size;
    if (status == BRDS_OK && dataset->tokens == NULL && dataset->feature_size != wanted) {
        status = brds_fail(diag, BRDS_EINPUT, path, "",
                           "its vectors have %d elements, the spec's input_size is %d",
                           dataset->feature_size, wanted);
    }
    return status;
}

/* The first `limit` sequences, or tokens of a language model. */
static void limit_set(brds_dataset *dataset, size_t limit)
{
    if (dataset->task == BRDS_TASK_LANGUAGE_MODEL) {
        dataset->steps = limit < dataset->steps ? limit : dataset->steps;
        dataset->lengths[0] = dataset->steps;
        return;
    }
    dataset->sequences = limit < dataset->sequences ? limit : dataset->sequences;
    dataset->steps = 0;
    for (size_t s = 0; s < dataset->sequences; s++) {
        dataset->steps += dataset->lengths[s];
    }
}

static brds_status load_data(const brds_args *args, brds_training *training, brds_diag *diag)
{
    const char *data = brds_args_value(args, "data"), *valid = brds_args_value(args, "valid"),
               *test = brds_args_value(args, "test"), *format = brds_args_value(args, "format");
    double holdout = 0.1;
    int64_t limit = 0;
    size_t max_length = 0;
    brds_data_options options = {.task = training->task, .format = BRDS_FORMAT_AUTO};
    if (data == NULL) {
        return brds_fail(diag, BRDS_EUSAGE, "", "", "--data FILE is missing");
    }
    if (format != NULL && !brds_data_format_find(format, &options.format)) {
        return brds_fail(diag, BRDS_EUSAGE, "", "", "--format %s is not known", format);
    }
    brds_status status = brds_args_real(args, "holdout", 0.001, 0.9, 0.1, &holdout, diag);
    if (status == BRDS_OK && brds_args_value(args, "max-length") != NULL) {
        status = read_size(args, "max-length", 1, &max_length, diag);
    }
    options.max_length = max_length;
    status = status ? status : load_set(&options, data, training, &training->train, diag);
    if (status == BRDS_OK && valid == NULL) {
        status = brds_dataset_split(&training->train, holdout, training->options.seed,
                                    &training->valid, diag);
    } else if (status == BRDS_OK) {
        status = load_set(&options, valid, training, &training->valid, diag);
    }
    if (status == BRDS_OK && brds_args_value(args, "limit") != NULL) {
        status = brds_args_integer(args, "limit", 1, INT64_MAX, 1, &limit, diag);
        limit_set(&training->train, (size_t)limit);
    }
    if (status == BRDS_OK && test != NULL) {
        options.split = "test";
        status = load_set(&options, test, training, &training->test, diag);
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
    bool language = false;
    memset(training, 0, sizeof *training);
    brds_status status =
        read_name(args, "task", "classify", "language-model", false, &language, diag);
    training->task = language ? BRDS_TASK_LANGUAGE_MODEL : BRDS_TASK_CLASSIFY;
    status = status ? status : read_fit(args, defaults, training->task, &training->options, diag);
    status = status ? status : read_threads(args, &training->threads, diag);
    status =
        status ? status : brds_spec_load(brds_args_operand(args, 0), false, &training->spec, diag);
    status = status ? status : read_network(args, training, diag);
    status = status ? status : load_data(args, training, diag);
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
