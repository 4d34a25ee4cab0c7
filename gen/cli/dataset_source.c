/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/dataset_source.h"

#include <string.h>

#include "io/safetensors.h"
#include "net/model_file.h"
#include "net/network_load.h"

brds_status brds_args_choice(const brds_args *args, const char *option, const char *first,
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

brds_status brds_data_options_read(const brds_args *args, brds_data_options *options,
                                   brds_diag *diag)
{
    const char *format = brds_args_value(args, "format");
    bool language = false;
    int64_t max_length = 0;
    *options = (brds_data_options){.format = BRDS_FORMAT_AUTO};
    brds_status status =
        brds_args_choice(args, "task", "classify", "language-model", false, &language, diag);
    options->task = language ? BRDS_TASK_LANGUAGE_MODEL : BRDS_TASK_CLASSIFY;
    if (status == BRDS_OK && format != NULL && !brds_data_format_find(format, &options->format)) {
        status = brds_fail(diag, BRDS_EUSAGE, "", "", "--format %s is not known", format);
    }
    if (status == BRDS_OK) {
        status = brds_args_integer(args, "max-length", 1, 1000000, 0, &max_length, diag);
    }
    options->max_length = (size_t)max_length;
    return status;
}

brds_status brds_model_read_file(const char *path, const brds_spec *spec, brds_network *network,
                                 brds_vocabulary *vocabulary, brds_diag *diag)
{
    brds_safetensors file;
    brds_status status = brds_model_file_load(path, &file, diag);
    if (status != BRDS_OK) {
        return status;
    }
    status = brds_network_from_file(&file, spec, network, NULL, diag);
    const char *text = brds_safetensors_metadata(&file, "vocabulary"),
               *tokens = brds_safetensors_metadata(&file, "tokens");
    if (status == BRDS_OK && text != NULL) {
        status = brds_vocabulary_read(path, text, tokens && strcmp(tokens, "characters") == 0,
                                      vocabulary, diag);
    }
    brds_safetensors_free(&file);
    return status;
}

brds_status brds_data_load(const char *path, const brds_data_options *options,
                           const brds_spec *spec, brds_vocabulary *vocabulary,
                           brds_dataset *dataset, brds_diag *diag)
{
    brds_status status = brds_dataset_load(path, options, vocabulary, dataset, diag);
    if (status == BRDS_OK && dataset->tokens == NULL && dataset->feature_size != spec->input_size) {
        status = brds_fail(diag, BRDS_EINPUT, path, "",
                           "its vectors have %d elements, the spec's input_size is %d",
                           dataset->feature_size, spec->input_size);
    }
    return status;
}

void brds_data_limit(brds_dataset *dataset, size_t limit)
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
