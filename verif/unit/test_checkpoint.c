/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "io/file.h"
#include "model_fixture.h"
#include "train/checkpoint.h"
#include "train_fixture.h"

static const char identity[] = "spec one\nrate 0.5\nseed 3\n";

enum { LOG_BYTES = 1234567 };

static void save(const training *t)
{
    brds_diag diag = {0};
    assert_done(brds_checkpoint_save(temporary_path(), t->trainer, identity, LOG_BYTES, &diag),
                &diag);
}

static brds_status load(training *t, const char *wanted, brds_diag *diag)
{
    int64_t bytes = 0;
    brds_status status = brds_checkpoint_load(temporary_path(), t->trainer, wanted, &bytes, diag);
    assert_true(status != BRDS_OK || bytes == LOG_BYTES);
    return status;
}

/* --- going on --- */

typedef struct {
    brds_task task;
    brds_optimiser_kind optimiser;
    bool quantised, masked;
} kind;

static void prepare_kind(const kind *k, training *t, uint64_t weights)
{
    prepare(t, k->task);
    t->options.optimiser = k->optimiser;
    t->options.rate = k->optimiser == BRDS_ADAM ? 0.02 : 1.0;
    t->is_quantised = k->quantised;
    t->spec.row_scale_bits = k->quantised ? 2 : 0;
    start(t, weights);
}

/* A third of the first layer's W_h is held at zero. */
static void mask(training *t)
{
    brds_diag diag = {0};
    brds_parameter *w = t->model.layers[0].w_h;
    assert_done(brds_parameter_mask(w, &diag), &diag);
    for (size_t i = 0; i < w->count; i++) {
        w->mask[i] = i % 3 != 1;
    }
    brds_parameters_apply_masks(&t->model.parameters);
    if (t->is_quantised) {
        brds_quantised_refresh(&t->quantised, &t->model);
    }
}

static void assert_same_event(const brds_train_event *a, const brds_train_event *b)
{
    assert_int_equal(a->epoch_ended, b->epoch_ended);
    assert_int_equal(a->epoch, b->epoch);
    assert_int_equal(a->better, b->better);
    assert_memory_equal(&a->norm, &b->norm, sizeof a->norm);
    assert_memory_equal(&a->rate, &b->rate, sizeof a->rate);
    assert_memory_equal(&a->train, &b->train, sizeof a->train);
    assert_memory_equal(&a->valid, &b->valid, sizeof a->valid);
}

static void assert_same_state(const training *a, const training *b)
{
    const brds_trainer *x = a->trainer, *y = b->trainer;
    assert_memory_equal(a->model.parameters.values, b->model.parameters.values, value_bytes(a));
    assert_memory_equal(x->best_values, y->best_values, value_bytes(a));
    if (x->optimiser.first != NULL) {
        assert_memory_equal(x->optimiser.first, y->optimiser.first, value_bytes(a));
        assert_memory_equal(x->optimiser.second, y->optimiser.second, value_bytes(a));
    }
    assert_int_equal(x->optimiser.updates, y->optimiser.updates);
    assert_memory_equal(x->state.random.state, y->state.random.state, sizeof x->state.random);
    assert_memory_equal(x->state.shuffle.state, y->state.shuffle.state, sizeof x->state.shuffle);
    assert_int_equal(x->state.best_epoch, y->state.best_epoch);
    for (int l = 0; x->carry.sequences > 0 && l < a->model.layer_count; l++) {
        const brds_lstm *layer = &a->model.layers[l];
        size_t n = x->carry.sequences * sizeof(brds_real);
        assert_memory_equal(x->carry.h[l], y->carry.h[l], n * (size_t)layer->output);
        assert_memory_equal(x->carry.c[l], y->carry.c[l], n * (size_t)layer->hidden);
    }
}

/* `steps` steps, a checkpoint, and everything after it in both runs. */
static void go_on_after(const kind *k, int steps)
{
    training whole, resumed;
    brds_diag diag = {0};
    prepare_kind(k, &whole, 1);
    if (k->masked) {
        mask(&whole);
    }
    for (int i = 0; i < steps; i++) {
        step(&whole);
    }
    save(&whole);
    prepare_kind(k, &resumed, 2); /* other weights: they must all be replaced */
    assert_done(load(&resumed, identity, &diag), &diag);
    assert_same_state(&whole, &resumed);
    while (!brds_trainer_done(whole.trainer)) {
        brds_train_event a = step(&whole), b = step(&resumed);
        assert_same_event(&a, &b);
    }
    assert_true(brds_trainer_done(resumed.trainer));
    assert_same_state(&whole, &resumed);
    if (k->masked) {
        assert_true(resumed.model.layers[0].w_h->value[1] == 0);
        assert_true(resumed.model.layers[0].w_h->value[0] != 0);
    }
    stop(&whole);
    stop(&resumed);
}

static void later_steps_are_the_same(void **state)
{
    (void)state;
    static const kind kinds[] = {
        {BRDS_TASK_CLASSIFY, BRDS_ADAM, false, false},
        {BRDS_TASK_CLASSIFY, BRDS_SGD, true, false},
        {BRDS_TASK_CLASSIFY, BRDS_ADAM, false, true},
        {BRDS_TASK_LANGUAGE_MODEL, BRDS_SGD, false, false},
        {BRDS_TASK_LANGUAGE_MODEL, BRDS_ADAM, true, true},
    };
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        /* before all, within an epoch, at an epoch's end and in the last one */
        static const int classify[] = {0, 3, 5, 12, 19}, language[] = {0, 8, 15, 37, 59};
        for (int i = 0; i < 5; i++) {
            go_on_after(&kinds[k], (kinds[k].task == BRDS_TASK_CLASSIFY ? classify : language)[i]);
        }
    }
}

/* The formats change with the weights when an epoch ends; within one they are those of its
 * beginning, which the weights no longer tell. */
static void formats_are_kept(void **state)
{
    (void)state;
    training t, u;
    brds_diag diag = {0};
    const kind quantised = {BRDS_TASK_CLASSIFY, BRDS_ADAM, true, false};
    prepare_kind(&quantised, &t, 1);
    int matrix = (int)(t.model.layers[0].w_h - t.model.parameters.list);
    uint8_t *scale = &t.quantised.row_scales[matrix][1];
    t.quantised.formats[0].frac--;
    *scale = *scale ^ 1;
    brds_quantised_refresh(&t.quantised, &t.model);
    save(&t);
    prepare_kind(&quantised, &u, 1);
    assert_int_not_equal(t.quantised.formats[0].frac, u.quantised.formats[0].frac);
    assert_done(load(&u, identity, &diag), &diag);
    assert_int_equal(t.quantised.formats[0].frac, u.quantised.formats[0].frac);
    assert_int_equal(u.quantised.row_scales[matrix][1], *scale);
    const brds_parameter *a = &t.model.parameters.list[0], *b = &u.model.parameters.list[0];
    assert_memory_equal(a->forward, b->forward, a->count * sizeof *a->forward);
    stop(&t);
    stop(&u);
}

/* --- files that are refused --- */

typedef struct {
    uint8_t *bytes;
    size_t size;
} content;

static content read_checkpoint(void)
{
    content file;
    brds_diag diag = {0};
    assert_done(brds_read_file(temporary_path(), (size_t)1 << 24, &file.bytes, &file.size, &diag),
                &diag);
    return file;
}

static void expect_refused(training *t, const char *what, size_t at)
{
    brds_diag diag = {0};
    if (load(t, identity, &diag) == BRDS_OK) {
        fail_msg("%s at byte %zu is not noticed", what, at);
    }
    assert_true(diag.errors > 0);
    brds_diag_free(&diag);
}

static void damage_is_noticed(void **state)
{
    (void)state;
    training t;
    prepare(&t, BRDS_TASK_LANGUAGE_MODEL);
    t.options.optimiser = BRDS_ADAM;
    start(&t, 1);
    step(&t);
    save(&t);
    content file = read_checkpoint();
    for (size_t at = 0; at < file.size; at += at < 2500 ? 7 : 101) {
        file.bytes[at] ^= 1;
        write_bytes(file.bytes, file.size);
        expect_refused(&t, "a flipped bit", at);
        file.bytes[at] ^= 1;
    }
    for (size_t size = 0; size < file.size; size += size < 16 ? 1 : 499) {
        write_bytes(file.bytes, size);
        expect_refused(&t, "the end", size);
    }
    free(file.bytes);
    stop(&t);
}

static void other_runs_are_refused(void **state)
{
    (void)state;
    training t;
    brds_diag diag = {0};
    prepare(&t, BRDS_TASK_CLASSIFY);
    start(&t, 1);
    save(&t);
    assert_int_equal(load(&t, "spec one\nrate 0.25\nseed 4\n", &diag), BRDS_EINPUT);
    expect_message(&diag, "there 'rate 0.5', here 'rate 0.25'");
    assert_int_equal(load(&t, "spec one\nrate 0.5\n", &diag), BRDS_EINPUT);
    expect_message(&diag, "there 'seed 3', here ''");
    assert_int_equal(load(&t, "spec one\nrate 0.5\nseed 3\nmore 1\n", &diag), BRDS_EINPUT);
    expect_message(&diag, "there '', here 'more 1'");
    assert_int_equal(load(&t, "spec one\nrate 0.50\nseed 3\n", &diag), BRDS_EINPUT);
    expect_message(&diag, "there 'rate 0.5', here 'rate 0.50'");
    stop(&t);
}

static void other_files_are_refused(void **state)
{
    (void)state;
    training t, larger;
    brds_diag diag = {0};
    prepare(&t, BRDS_TASK_CLASSIFY);
    start(&t, 1);
    const float one = 1.0F;
    write_safetensors("{\"values\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", &one,
                      sizeof one);
    assert_int_equal(load(&t, identity, &diag), BRDS_EINPUT);
    expect_message(&diag, "it is no checkpoint of a training");
    save(&t);
    prepare(&larger, BRDS_TASK_CLASSIFY); /* of the same identity, which cannot be by the program */
    larger.spec.layers[0].hidden_size = 7;
    larger.spec.layers[1].nnz_x = 7;
    start(&larger, 1);
    assert_int_equal(load(&larger, identity, &diag), BRDS_EINPUT);
    expect_message(&diag, "tensor");
    stop(&t);
    stop(&larger);
}

static void unwritten_leaves_the_old_one(void **state)
{
    (void)state;
    training t;
    brds_diag diag = {0};
    prepare(&t, BRDS_TASK_CLASSIFY);
    start(&t, 1);
    save(&t);
    content before = read_checkpoint();
    assert_int_equal(
        brds_checkpoint_save("no/such/folder/file", t.trainer, identity, LOG_BYTES, &diag),
        BRDS_EFILE);
    expect_message(&diag, "cannot write");
    content after = read_checkpoint();
    assert_int_equal(before.size, after.size);
    assert_memory_equal(before.bytes, after.bytes, before.size);
    free(before.bytes);
    free(after.bytes);
    stop(&t);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(temporary_path());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(later_steps_are_the_same), cmocka_unit_test(formats_are_kept),
        cmocka_unit_test(damage_is_noticed),        cmocka_unit_test(other_runs_are_refused),
        cmocka_unit_test(other_files_are_refused),  cmocka_unit_test(unwritten_leaves_the_old_one),
    };
    return cmocka_run_group_tests(tests, NULL, remove_file);
}
