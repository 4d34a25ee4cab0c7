/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model_fixture.h"
#include "train_fixture.h"

/* --- the same numbers --- */

/* All of a training; the best parameters. */
static brds_real *run_all(brds_task task, uint64_t seed, brds_train_event *last)
{
    training t;
    prepare(&t, task);
    t.options.seed = seed;
    start(&t, 1);
    while (!brds_trainer_done(t.trainer)) {
        *last = step(&t);
    }
    brds_trainer_take_best(t.trainer);
    brds_real *values = malloc(value_bytes(&t));
    assert_non_null(values);
    memcpy(values, t.model.parameters.values, value_bytes(&t));
    stop(&t);
    return values;
}

static void a_seed_gives_its_numbers(void **state)
{
    (void)state;
    for (int task = 0; task < 2; task++) {
        brds_train_event last[3];
        brds_real *values[3];
        const uint64_t seeds[] = {3, 3, 4};
        for (int i = 0; i < 3; i++) {
            values[i] = run_all((brds_task)task, seeds[i], &last[i]);
        }
        assert_memory_equal(&last[0].norm, &last[1].norm, sizeof last[0].norm);
        assert_memory_equal(values[0], values[1], 64 * sizeof *values[0]);
        assert_true(memcmp(&last[0].norm, &last[2].norm, sizeof last[0].norm) != 0);
        assert_true(memcmp(values[0], values[2], 64 * sizeof *values[0]) != 0);
        for (int i = 0; i < 3; i++) {
            free(values[i]);
        }
    }
}

/* --- epochs of sequences --- */

static void assert_permutation(const training *t)
{
    bool seen[64] = {false};
    for (size_t i = 0; i < t->train.sequences; i++) {
        assert_true(t->trainer->order[i] < t->train.sequences);
        assert_false(seen[t->trainer->order[i]]);
        seen[t->trainer->order[i]] = true;
    }
}

static void an_epoch_has_every_sequence_once(void **state)
{
    (void)state;
    training t;
    size_t before[23];
    prepare(&t, BRDS_TASK_CLASSIFY);
    start(&t, 1);
    assert_int_equal(t.trainer->minibatches, 5); /* of 5, 5, 5, 5 and 3 */
    for (int epoch = 0; epoch < t.options.epochs; epoch++) {
        assert_permutation(&t);
        if (epoch > 0) {
            assert_true(memcmp(before, t.trainer->order, sizeof before) != 0);
        }
        memcpy(before, t.trainer->order, sizeof before);
        for (size_t i = 1; i <= 5; i++) {
            brds_train_event event = step(&t);
            assert_int_equal(event.epoch, epoch);
            assert_int_equal(event.epoch_ended, i == 5);
            assert_int_equal(event.train.targets, i < 5 ? 5 * i : 23);
            assert_int_equal(t.trainer->batch.rows.sequences, i < 5 ? 5 : 3);
            assert_int_equal(event.valid.targets, i < 5 ? 0 : 9);
        }
    }
    assert_true(brds_trainer_done(t.trainer));
    assert_int_equal(t.trainer->targets, 4 * 23);
    stop(&t);
}

/* The mean is over the targets of the minibatch: of a smaller one, too. */
static void the_last_minibatch_is_a_mean(void **state)
{
    (void)state;
    training t;
    brds_batch batch = {0};
    brds_score score = {0};
    brds_diag diag = {0};
    prepare(&t, BRDS_TASK_CLASSIFY);
    t.options.rate = 0.0;
    t.options.dropout = 0.0;
    start(&t, 1);
    assert_done(brds_batch_sequences(&t.train, t.trainer->order + 20, 3, &batch, &diag), &diag);
    assert_done(brds_pass_train(t.trainer->pass, &t.model, &batch, NULL, 0.0, NULL, &score, &diag),
                &diag);
    double alone = brds_parameters_grad_norm(&t.model.parameters);
    brds_parameters_zero_grads(&t.model.parameters);
    brds_train_event event = {0};
    double before = 0.0;
    for (int i = 0; i < 5; i++) {
        before = event.train.loss;
        event = step(&t);
    }
    assert_true(event.norm == alone);
    assert_true(fabs(event.train.loss - before - score.loss) < 1e-9);
    brds_batch_free(&batch);
    stop(&t);
}

/* --- chunks of a text --- */

/* Tokens are their places: 103 of them in 4 streams are 25 steps each, in chunks of 7, 7, 7, 4. */
static void every_token_is_a_target_once(void **state)
{
    (void)state;
    training t;
    int targets[103] = {0}, inputs[103] = {0};
    prepare(&t, BRDS_TASK_LANGUAGE_MODEL);
    brds_dataset_free(&t.train);
    brds_dataset_free(&t.valid);
    make_text(103, 103, 0, &t.train);
    make_text(50, 103, 0, &t.valid);
    start(&t, 1);
    assert_int_equal(t.trainer->minibatches, 4);
    for (int i = 0; i < 4; i++) {
        brds_train_event event = step(&t);
        assert_int_equal(event.train.targets, i < 3 ? 28 * (i + 1) : 100);
        assert_int_equal(event.valid.targets, i < 3 ? 0 : 49);
        const brds_batch *batch = &t.trainer->batch;
        for (int row = 0; row < batch->rows.rows; row++) {
            assert_int_equal(batch->targets[row], batch->tokens[row] + 1);
            targets[batch->targets[row]]++;
            inputs[batch->tokens[row]]++;
        }
    }
    for (int token = 0; token < 103; token++) {
        assert_int_equal(targets[token], token >= 1 && token <= 100);
        assert_int_equal(inputs[token], token < 100);
    }
    stop(&t);
}

static double loss_in_chunks(size_t chunk)
{
    training t;
    prepare(&t, BRDS_TASK_LANGUAGE_MODEL);
    t.options.rate = 0.0;
    t.options.dropout = 0.0;
    t.options.chunk = chunk;
    start(&t, 1);
    brds_train_event event = {0};
    while (!event.epoch_ended) {
        event = step(&t);
    }
    assert_int_equal(event.train.targets, 400);
    for (int l = 0; l < 2; l++) { /* the next epoch begins without a past */
        for (int i = 0; i < 4 * t.model.layers[l].hidden; i++) {
            assert_true(t.trainer->carry.c[l][i] == 0);
        }
    }
    stop(&t);
    return brds_score_loss(&event.train);
}

static void state_is_carried_between_chunks(void **state)
{
    (void)state;
    double whole = loss_in_chunks(100), parts = loss_in_chunks(7);
    assert_true(fabs(whole - parts) < 1e-6);
}

static void too_short_a_text_is_refused(void **state)
{
    (void)state;
    training t;
    brds_diag diag = {0};
    prepare(&t, BRDS_TASK_LANGUAGE_MODEL);
    start(&t, 1);
    brds_trainer *trainer;
    t.options.batch = 403;
    assert_int_equal(brds_trainer_new(&t.model, &t.options, &t.train, NULL, NULL, &trainer, &diag),
                     BRDS_EINPUT);
    assert_null(trainer);
    expect_message(&diag, "403 tokens are too few for 403 streams");
    t.options.batch = 4;
    stop(&t);
}

/* --- dropout --- */

enum { UNITS = 32, SEQUENCES = 64 };

/* One step of ones through units of their own: unit j sees input j, class k sees unit k.  What
 * comes out tells what was dropped: out = d2 f(d1), f(x) = sigmoid(0) tanh(sigmoid(0) tanh(x)). */
static void make_transparent(training *t)
{
    memset(t, 0, sizeof *t);
    prepare(t, BRDS_TASK_CLASSIFY);
    brds_dataset_free(&t->train);
    make_sequences(SEQUENCES, UNITS, 1, &t->train);
    for (size_t s = 0; s < SEQUENCES; s++) {
        t->train.lengths[s] = 1;
    }
    for (size_t i = 0; i < t->train.steps * UNITS; i++) {
        t->train.features[i] = 1.0F;
    }
    t->train.classes = UNITS;
    brds_dataset_free(&t->valid);
    make_sequences(4, UNITS, 1, &t->valid);
    t->spec.input_size = UNITS;
    t->spec.layer_count = 1;
    t->spec.layers[0].hidden_size = UNITS;
    start(t, 1);
    memset(t->model.parameters.values, 0, value_bytes(t));
    for (int j = 0; j < UNITS; j++) {
        t->model.layers[0].w_x->value[(2 * UNITS + j) * UNITS + j] = 1;
        t->model.head_w->value[j * UNITS + j] = 1;
    }
}

static double through(double x)
{
    return 0.5 * tanh(0.5 * tanh(x));
}

static void dropout_drops_its_share(void **state)
{
    (void)state;
    const double rate = 0.3, scale = 1.0 / (1.0 - rate);
    training t;
    brds_batch batch = {0};
    brds_diag diag = {0};
    brds_random random;
    size_t all[SEQUENCES], kept = 0, rounds = 20;
    make_transparent(&t);
    brds_random_seed(&random, 9);
    for (size_t s = 0; s < SEQUENCES; s++) {
        all[s] = s;
    }
    assert_done(brds_batch_sequences(&t.train, all, SEQUENCES, &batch, &diag), &diag);
    for (size_t round = 0; round < rounds; round++) {
        brds_score score = {0};
        assert_done(
            brds_pass_train(t.trainer->pass, &t.model, &batch, NULL, rate, &random, &score, &diag),
            &diag);
        const brds_real *out = brds_pass_logits(t.trainer->pass, &batch);
        for (size_t i = 0; i < (size_t)UNITS * SEQUENCES; i++) {
            assert_true(out[i] == 0 ||
                        fabs((double)out[i] - scale * through(scale)) < 1e-4 * through(scale));
            kept += out[i] != 0;
        }
    }
    double share = (double)kept / (double)(rounds * UNITS * SEQUENCES);
    assert_true(fabs(share - (1.0 - rate) * (1.0 - rate)) < 0.01); /* its deviation is 0.0025 */

    brds_score score = {0};
    assert_done(brds_pass_forward(t.trainer->pass, &batch, NULL, &score, &diag), &diag);
    const brds_real *out = brds_pass_logits(t.trainer->pass, &batch);
    for (size_t i = 0; i < (size_t)UNITS * SEQUENCES; i++) {
        assert_true(fabs((double)out[i] - through(1.0)) < 1e-6);
    }
    brds_batch_free(&batch);
    stop(&t);
}

/* The loss of a minibatch with the same numbers drawn. */
static double dropped_loss(training *t, const brds_batch *batch)
{
    brds_random random;
    brds_score score = {0};
    brds_diag diag = {0};
    brds_random_seed(&random, 2);
    assert_done(
        brds_pass_train(t->trainer->pass, &t->model, batch, NULL, 0.4, &random, &score, &diag),
        &diag);
    return brds_score_loss(&score);
}

/* Along each parameter's gradient the loss changes by its squared length. */
static void dropout_is_in_the_gradient(void **state)
{
    (void)state;
    training t;
    brds_batch batch = {0};
    brds_diag diag = {0};
    const size_t all[] = {0, 1, 2, 3, 4, 5, 6, 7};
    prepare(&t, BRDS_TASK_CLASSIFY);
    start(&t, 1);
    assert_done(brds_batch_sequences(&t.train, all, 8, &batch, &diag), &diag);
    size_t elements = t.model.parameters.elements;
    brds_real *values = malloc(value_bytes(&t)), *grads = malloc(value_bytes(&t));
    dropped_loss(&t, &batch);
    memcpy(values, t.model.parameters.values, value_bytes(&t));
    memcpy(grads, t.model.parameters.grads, value_bytes(&t));
    for (int p = 0; p < t.model.parameters.count; p++) {
        const brds_parameter *parameter = &t.model.parameters.list[p];
        double square = 0.0, losses[2];
        for (size_t i = 0; i < parameter->count; i++) {
            double g = (double)grads[parameter->offset + i];
            square += g * g;
        }
        for (int side = 0; side < 2; side++) {
            double step = (side == 0 ? -0.01 : 0.01) / sqrt(square);
            for (size_t i = 0; i < parameter->count; i++) {
                parameter->value[i] += (brds_real)(step * (double)grads[parameter->offset + i]);
            }
            losses[side] = dropped_loss(&t, &batch);
            memcpy(t.model.parameters.values, values, elements * sizeof *values);
        }
        double slope = (losses[1] - losses[0]) / 0.02;
        assert_true(fabs(slope - sqrt(square)) < 0.005 * sqrt(square));
    }
    free(values);
    free(grads);
    brds_batch_free(&batch);
    stop(&t);
}

/* --- what goes wrong --- */

/* The sequence that comes second in the first epoch's third minibatch gets this value. */
static void spoil(training *t, float value)
{
    size_t sequence = t->trainer->order[2 * t->options.batch + 1];
    float *x = t->train.features + t->train.starts[sequence] * (size_t)t->train.feature_size;
    x[0] = value;
}

static void expect_divergence(training *t)
{
    brds_train_event event;
    brds_diag diag = {0};
    brds_real *before = malloc(value_bytes(t));
    assert_non_null(before);
    step(t);
    step(t);
    memcpy(before, t->model.parameters.values, value_bytes(t));
    assert_int_equal(brds_trainer_step(t->trainer, &event, &diag), BRDS_EINPUT);
    expect_message(&diag, "training diverged in epoch 1, minibatch 3: ");
    assert_memory_equal(t->model.parameters.values, before, value_bytes(t));
    for (size_t i = 0; i < t->model.parameters.elements; i++) {
        assert_true(t->model.parameters.grads[i] == 0);
    }
    free(before);
}

static void numbers_that_are_none_stop_it(void **state)
{
    (void)state;
    const float values[] = {NAN, INFINITY, -INFINITY};
    for (int i = 0; i < 3; i++) {
        training t;
        prepare(&t, BRDS_TASK_CLASSIFY);
        start(&t, 1);
        spoil(&t, values[i]);
        if (i > 0) { /* 0 times infinity */
            memset(t.model.layers[0].w_x->value, 0,
                   t.model.layers[0].w_x->count * sizeof(brds_real));
            t.options.rate = 0.0;
        }
        expect_divergence(&t);
        stop(&t);
    }
}

/* The loss is finite, its gradient is not: the weights of x are zero, but x is large. */
static void infinite_gradients_stop_it(void **state)
{
    (void)state;
    training t;
    prepare(&t, BRDS_TASK_CLASSIFY);
    t.options.rate = 0.0;
    t.options.dropout = 0.0;
    start(&t, 1);
    memset(t.model.layers[0].w_x->value, 0, t.model.layers[0].w_x->count * sizeof(brds_real));
    for (size_t i = 0; i < t.model.head_w->count; i++) {
        t.model.head_w->value[i] *= (brds_real)3000;
    }
    spoil(&t, 3e38F);
    brds_train_event event;
    brds_diag diag = {0};
    step(&t);
    step(&t);
    assert_int_equal(brds_trainer_step(t.trainer, &event, &diag), BRDS_EINPUT);
    expect_message(&diag, "minibatch 3: loss ");
    assert_true(!isfinite(event.norm));
    stop(&t);
}

static void hopeless_losses_stop_it(void **state)
{
    (void)state;
    training t;
    brds_train_event event;
    brds_diag diag = {0};
    brds_status status = BRDS_OK;
    prepare(&t, BRDS_TASK_CLASSIFY);
    t.options.rate = 1e6;
    start(&t, 1);
    for (int i = 0; status == BRDS_OK && i < 5; i++) {
        status = brds_trainer_step(t.trainer, &event, &diag);
    }
    assert_int_equal(status, BRDS_EINPUT);
    expect_message(&diag, "training diverged in epoch 1, minibatch ");
    stop(&t);
}

/* --- what is kept --- */

static void the_best_epoch_is_kept(void **state)
{
    (void)state;
    training t;
    brds_score best = {0};
    int best_epoch = -1;
    prepare(&t, BRDS_TASK_CLASSIFY);
    t.options.rate = 0.3; /* so that it goes up and down */
    t.options.epochs = 12;
    t.options.best_from = 2;
    start(&t, 1);
    brds_real *kept = malloc(value_bytes(&t));
    assert_non_null(kept);
    while (!brds_trainer_done(t.trainer)) {
        brds_train_event event = step(&t);
        if (!event.epoch_ended) {
            continue;
        }
        bool better = event.epoch >= 2 &&
                      (best_epoch < 0 || event.valid.correct > best.correct ||
                       (event.valid.correct == best.correct && event.valid.loss < best.loss));
        assert_int_equal(event.better, better);
        if (better) {
            best = event.valid;
            best_epoch = event.epoch;
            memcpy(kept, t.model.parameters.values, value_bytes(&t));
        }
    }
    assert_int_equal(t.trainer->state.best_epoch, best_epoch);
    assert_in_range(best_epoch, 2, 10); /* else the case shows nothing */
    assert_true(memcmp(kept, t.model.parameters.values, value_bytes(&t)) != 0);
    brds_trainer_take_best(t.trainer);
    assert_memory_equal(kept, t.model.parameters.values, value_bytes(&t));
    brds_score again;
    brds_diag diag = {0};
    assert_done(brds_evaluate_model(t.trainer->pass, &t.model, &t.valid, &again, &diag), &diag);
    assert_memory_equal(&again, &best, sizeof best);
    free(kept);
    stop(&t);
}

static void scores_are_in_order(void **state)
{
    (void)state;
    static const brds_score scores[] = {
        /* the best first: errors decide, of equals the loss, and no number comes last */
        {.loss = 90.0, .correct = 9, .targets = 10}, {.loss = 1e9, .correct = 9, .targets = 10},
        {.loss = 1.0, .correct = 8, .targets = 10},  {.loss = 1.5, .correct = 8, .targets = 10},
        {.loss = NAN, .correct = 10, .targets = 10},
    };
    for (int a = 0; a < 5; a++) {
        for (int b = 0; b < 5; b++) {
            assert_int_equal(brds_score_better(BRDS_TASK_CLASSIFY, &scores[a], &scores[b]), a < b);
        }
    }
    assert_true(brds_score_better(BRDS_TASK_LANGUAGE_MODEL, &scores[2], &scores[0]));
    assert_false(brds_score_better(BRDS_TASK_LANGUAGE_MODEL, &scores[4], &scores[0]));
    assert_true(brds_score_better(BRDS_TASK_LANGUAGE_MODEL, &scores[0], &scores[4]));
}

static void without_a_validation_set_the_last_is_best(void **state)
{
    (void)state;
    training t;
    prepare(&t, BRDS_TASK_LANGUAGE_MODEL);
    start(&t, 1);
    t.trainer->valid = NULL;
    while (!brds_trainer_done(t.trainer)) {
        brds_train_event event = step(&t);
        assert_int_equal(event.better, event.epoch_ended);
        if (event.epoch_ended) {
            assert_memory_equal(&event.valid, &event.train, sizeof event.valid);
        }
    }
    assert_int_equal(t.trainer->state.best_epoch, 3);
    stop(&t);
}

static void the_rate_falls_from_its_epoch_on(void **state)
{
    (void)state;
    const double rates[] = {0.02, 0.02, 0.01, 0.005};
    training t;
    prepare(&t, BRDS_TASK_CLASSIFY);
    start(&t, 1);
    while (!brds_trainer_done(t.trainer)) {
        brds_train_event event = step(&t);
        assert_true(fabs(event.rate - rates[event.epoch]) < 1e-15);
    }
    stop(&t);
}

/* Sequences of different lengths in one pass are what each is alone. */
static void batches_are_their_sequences(void **state)
{
    (void)state;
    training t;
    brds_diag diag = {0};
    brds_score all, sum = {0};
    prepare(&t, BRDS_TASK_CLASSIFY);
    start(&t, 1);
    assert_done(brds_evaluate_model(t.trainer->pass, &t.model, &t.train, &all, &diag), &diag);
    for (size_t s = 0; s < t.train.sequences; s++) {
        brds_batch batch = {0};
        assert_done(brds_batch_sequences(&t.train, &s, 1, &batch, &diag), &diag);
        assert_done(brds_pass_forward(t.trainer->pass, &batch, NULL, &sum, &diag), &diag);
        brds_batch_free(&batch);
    }
    assert_int_equal(all.targets, 23);
    assert_int_equal(sum.correct, all.correct);
    assert_true(fabs(sum.loss - all.loss) < 1e-5 * all.loss);
    stop(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_gives_its_numbers),
        cmocka_unit_test(an_epoch_has_every_sequence_once),
        cmocka_unit_test(the_last_minibatch_is_a_mean),
        cmocka_unit_test(every_token_is_a_target_once),
        cmocka_unit_test(state_is_carried_between_chunks),
        cmocka_unit_test(too_short_a_text_is_refused),
        cmocka_unit_test(dropout_drops_its_share),
        cmocka_unit_test(dropout_is_in_the_gradient),
        cmocka_unit_test(numbers_that_are_none_stop_it),
        cmocka_unit_test(infinite_gradients_stop_it),
        cmocka_unit_test(hopeless_losses_stop_it),
        cmocka_unit_test(scores_are_in_order),
        cmocka_unit_test(the_best_epoch_is_kept),
        cmocka_unit_test(without_a_validation_set_the_last_is_best),
        cmocka_unit_test(the_rate_falls_from_its_epoch_on),
        cmocka_unit_test(batches_are_their_sequences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
