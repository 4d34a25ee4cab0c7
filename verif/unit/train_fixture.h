/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of training share: small data sets of both tasks and a trainer
 * of a small network on them.  Included once, after <cmocka.h>.
 */
#ifndef BRDS_UNIT_TRAIN_FIXTURE_H
#define BRDS_UNIT_TRAIN_FIXTURE_H

#include <stdlib.h>
#include <string.h>

#include "io/diag.h"
#include "io/random.h"
#include "train/quantised.h"
#include "train/trainer.h"

static inline void assert_done(brds_status status, brds_diag *diag)
{
    if (status != BRDS_OK) {
        brds_diag_print(diag, stderr);
    }
    brds_diag_free(diag);
    *diag = (brds_diag){0};
    assert_int_equal(status, BRDS_OK);
}

/* Sequences of 1 to 6 steps of `width` features around a mean that tells the label, 0 to 2. */
static inline void make_sequences(size_t count, int width, uint64_t seed, brds_dataset *dataset)
{
    brds_random random;
    brds_random_seed(&random, seed);
    *dataset = (brds_dataset){.feature_size = width, .classes = 3, .sequences = count};
    dataset->starts = calloc(count, sizeof *dataset->starts);
    dataset->lengths = calloc(count, sizeof *dataset->lengths);
    dataset->labels = calloc(count, sizeof *dataset->labels);
    dataset->features = calloc(6 * count * (size_t)width, sizeof *dataset->features);
    assert_non_null(dataset->features);
    for (size_t s = 0; s < count; s++) {
        dataset->starts[s] = dataset->steps;
        dataset->lengths[s] = 1 + (size_t)brds_random_below(&random, 6);
        dataset->labels[s] = (int32_t)brds_random_below(&random, 3);
        for (size_t i = 0; i < dataset->lengths[s] * (size_t)width; i++) {
            dataset->features[dataset->steps * (size_t)width + i] =
                (float)(0.5 * brds_random_normal(&random) + (double)dataset->labels[s] - 1.0);
        }
        dataset->steps += dataset->lengths[s];
    }
}

/* `steps` tokens below `vocabulary`, each most often the next one; seed 0: 0, 1, 2 ... */
static inline void make_text(size_t steps, int vocabulary, uint64_t seed, brds_dataset *dataset)
{
    brds_random random;
    brds_random_seed(&random, seed);
    *dataset = (brds_dataset){
        .task = BRDS_TASK_LANGUAGE_MODEL, .classes = vocabulary, .sequences = 1, .steps = steps};
    dataset->starts = calloc(1, sizeof *dataset->starts);
    dataset->lengths = calloc(1, sizeof *dataset->lengths);
    dataset->tokens = calloc(steps, sizeof *dataset->tokens);
    assert_non_null(dataset->tokens);
    dataset->lengths[0] = steps;
    for (size_t t = 1; t < steps; t++) {
        uint64_t skip = seed > 0 && brds_random_below(&random, 4) == 0 ? 3 : 1;
        dataset->tokens[t] =
            (int32_t)(((uint64_t)dataset->tokens[t - 1] + skip) % (uint64_t)vocabulary);
    }
}

/* One run of training.  `options` and `spec` may be changed before it is started. */
typedef struct {
    brds_spec spec;
    brds_dataset train, valid;
    brds_train_options options;
    bool is_quantised;
    brds_model model;
    brds_quantised quantised;
    brds_trainer *trainer;
} training;

/* 23 and 9 sequences, or 403 and 90 tokens, for two layers of 6 and 5 units. */
static inline void prepare(training *t, brds_task task)
{
    bool language = task == BRDS_TASK_LANGUAGE_MODEL;
    memset(t, 0, sizeof *t);
    t->spec = (brds_spec){.name = "small",
                          .input_size = 4,
                          .layer_count = 2,
                          .layers = {{.hidden_size = 6, .nnz_x = 4, .nnz_h = 6},
                                     {.hidden_size = 5, .nnz_x = 6, .nnz_h = 5}},
                          .weight_bits = 6,
                          .activation = {12, 8},
                          .cell = {16, 10},
                          .function_segments = 32,
                          .pes = 1,
                          .lanes_x = 1,
                          .lanes_h = 1,
                          .pipeline = {1, 1, 1, 1, 1},
                          .streams = 1,
                          .stream_bits = 64,
                          .clock_mhz = 100};
    t->options = (brds_train_options){.optimiser = language ? BRDS_SGD : BRDS_ADAM,
                                      .rate = language ? 1.0 : 0.02,
                                      .decay = 0.5,
                                      .decay_from = 2,
                                      .clip = 0.5,
                                      .dropout = 0.2,
                                      .batch = language ? 4 : 5,
                                      .chunk = 7,
                                      .epochs = 4,
                                      .seed = 3};
    if (language) {
        make_text(403, 11, 5, &t->train);
        make_text(90, 11, 6, &t->valid);
    } else {
        make_sequences(23, 4, 5, &t->train);
        make_sequences(9, 4, 6, &t->valid);
    }
}

/* Random weights of this seed. */
static inline void start(training *t, uint64_t weights)
{
    brds_diag diag = {0};
    brds_random random;
    brds_random_seed(&random, weights);
    assert_done(brds_model_new(&t->spec, t->train.tokens ? t->train.classes : 0, t->train.classes,
                               &t->model, &diag),
                &diag);
    brds_model_init(&t->model, 0.5, 0.0, &random);
    if (t->is_quantised) {
        assert_done(brds_quantised_new(&t->spec, &t->model, &t->quantised, &diag), &diag);
    }
    assert_done(brds_trainer_new(&t->model, &t->options, &t->train, &t->valid,
                                 t->is_quantised ? &t->quantised : NULL, &t->trainer, &diag),
                &diag);
}

static inline void stop(training *t)
{
    brds_trainer_free(t->trainer);
    if (t->is_quantised) {
        brds_quantised_free(&t->quantised, &t->model);
    }
    brds_model_free(&t->model);
    brds_dataset_free(&t->train);
    brds_dataset_free(&t->valid);
}

static inline brds_train_event step(training *t)
{
    brds_train_event event;
    brds_diag diag = {0};
    assert_done(brds_trainer_step(t->trainer, &event, &diag), &diag);
    return event;
}

static inline size_t value_bytes(const training *t)
{
    return t->model.parameters.elements * sizeof *t->model.parameters.values;
}

#endif
