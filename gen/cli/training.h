/* SPDX-License-Identifier: Apache-2.0
 *
 * What the commands that train start from: a spec, data, options and a network.
 */
#ifndef BRDS_CLI_TRAINING_H
#define BRDS_CLI_TRAINING_H

#include "cli/options.h"
#include "data/dataset.h"
#include "net/network.h"
#include "spec/spec.h"
#include "train/trainer.h"

/* clang-format off */
#define BRDS_DATA_OPTIONS                                                                   \
    {"task", 0, "NAME", "classify (default) or language-model"},                            \
    {"data", 'd', "FILE", "what to train on"},                                              \
    {"more-data", 0, "FILE", "and this, too"},                                              \
    {"valid", 0, "FILE", "what decides between epochs and between sparsities"},             \
    {"holdout", 0, "SHARE", "without --valid: the share of the data that is kept for it "   \
                            "(default 0.1)"},                                               \
    {"test", 0, "FILE", "what the finished network is measured on, once"},                  \
    {"format", 0, "NAME", "features, labelled, words, characters, vowels or reviews "       \
                          "(default: by the file)"},                                        \
    {"max-length", 0, "N", "tokens of a sequence, the last ones (default: all)"}
#define BRDS_FIT_OPTIONS                                                                    \
    {"batch", 0, "N", "sequences of a minibatch (default 32; language model: 20 streams)"}, \
    {"chunk", 0, "N", "language model: steps that gradients flow back (default 20)"},       \
    {"optimiser", 0, "NAME", "adam (default) or sgd (default of a language model)"},        \
    {"decay", 0, "R", "factor of the rate after each epoch from --decay-from on "           \
                      "(default 1; language model: 0.5)"},                                  \
    {"clip", 0, "R", "largest norm of the gradient, 0: any (default 5; sgd: 0.25)"},        \
    {"dropout", 0, "R", "share of the layers' inputs that is dropped (default 0)"},         \
    {"seed", 0, "N", "of everything that is drawn (default 1)"},                            \
    {"threads", 0, "N", "of the matrix products (default: the processors, 8 at most)"}
#define BRDS_SESSION_OPTIONS                                                                \
    {"checkpoint", 0, "FILE", "where to go on from after an interruption"},                 \
    {"every", 0, "SECONDS", "between checkpoints, besides each epoch's end (default 60)"},  \
    {"resume", 0, NULL, "go on from the checkpoint, if it exists"},                         \
    {"log", 0, "FILE", "one line of JSON an epoch"},                                        \
    {"plot", 0, "FILE", "the log's curves as SVG, drawn by gnuplot; needs --log"}
/* clang-format on */

typedef struct {
    brds_spec spec;
    brds_task task;
    brds_vocabulary vocabulary; /* empty where the data are features */
    brds_dataset train, valid, test;
    bool has_test;
    brds_train_options options;
    int threads;
    bool has_network; /* --model was given */
    brds_network network;
    brds_model model; /* with the network's values, or zeros */
    char *identity;   /* train/checkpoint.h */
} brds_training;

/* Defaults that the commands differ in. */
typedef struct {
    int epochs, epochs_language;
    double rate_adam, rate_sgd;
    int decay_from;
} brds_fit_defaults;

/* Reads operand 0 as the spec, then options, data and network; makes the model.  The struct must
 * not be moved afterwards. */
brds_status brds_training_load(const brds_args *args, const brds_fit_defaults *defaults,
                               brds_training *training, brds_diag *diag);
void brds_training_free(brds_training *training);

/* Before long work: could a file be written here?  Nothing is left behind; NULL, standard output and
 * devices are taken on trust. */
brds_status brds_output_check(const char *path, brds_diag *diag);

/* Writes the model with the vocabulary in its metadata; `what` is the value of its key "trained". */
brds_status brds_training_save(const brds_training *training, const char *path, const char *what,
                               brds_diag *diag);

#endif
