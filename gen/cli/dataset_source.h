/* SPDX-License-Identifier: Apache-2.0
 *
 * Data sets as commands take them: task and format from options, tokens by the vocabulary that the
 * model's file carries.
 */
#ifndef BRDS_CLI_DATASET_SOURCE_H
#define BRDS_CLI_DATASET_SOURCE_H

#include "cli/options.h"
#include "data/dataset.h"
#include "net/network.h"
#include "spec/spec.h"

/* Options --task, --format and --max-length; `split` is left NULL. */
brds_status brds_data_options_read(const brds_args *args, brds_data_options *options,
                                   brds_diag *diag);

/* The network of a file, and the vocabulary of its metadata (empty where there is none). */
brds_status brds_model_read_file(const char *path, const brds_spec *spec, brds_network *network,
                                 brds_vocabulary *vocabulary, brds_diag *diag);

/* brds_dataset_load; vectors must have the spec's input_size. */
brds_status brds_data_load(const char *path, const brds_data_options *options,
                           const brds_spec *spec, brds_vocabulary *vocabulary,
                           brds_dataset *dataset, brds_diag *diag);

/* Leaves the first `limit` sequences, or tokens of a language model. */
void brds_data_limit(brds_dataset *dataset, size_t limit);

/* A word option that is `first` (`fallback` false: the default) or `second`. */
brds_status brds_args_choice(const brds_args *args, const char *option, const char *first,
                             const char *second, bool fallback, bool *is_second, brds_diag *diag);

#endif
