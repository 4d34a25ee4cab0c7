/* SPDX-License-Identifier: Apache-2.0
 *
 * The trainer against PyTorch (verif/reference) and against finite differences.
 * Built twice: in float, as the program is, and with BRDS_REAL_DOUBLE, where the
 * bounds are those of a proof.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "io/safetensors.h"
#include "io/strings.h"
#include "train/trainer.h"

#ifdef BRDS_REAL_DOUBLE
static const double torch_bound = 1e-10, difference_step = 1e-5, difference_bound = 1e-7;
#else
static const double torch_bound = 1e-5, difference_step = 4e-3, difference_bound = 1e-3;
#endif

/* --- what a file of vectors holds --- */

typedef struct {
    brds_safetensors file;
    brds_spec spec;
    brds_dataset dataset;
    brds_model model;
    size_t streams, chunk; /* of the language model */
} vectors;

static size_t dimension(const vectors *v, const char *name, int axis)
{
    const brds_tensor *tensor = brds_safetensors_find(&v->file, name);
    return tensor != NULL ? tensor->shape[axis] : 0;
}

static void read_spec(vectors *v)
{
    brds_spec *spec = &v->spec;
    spec->activation = (brds_format){16, 12};
    spec->input_size = (int)dimension(v, "lstm.weight_ih_l0", 1);
    for (int l = 0; l < 2; l++) {
        char name[40];
        snprintf(name, sizeof name, "lstm.weight_ih_l%d", l);
        if (dimension(v, name, 0) > 0) {
            spec->layers[l].hidden_size = (int)dimension(v, name, 0) / 4;
            spec->layers[l].projection_size = (int)dimension(v, "lstm.weight_hr_l0", 0);
            spec->layers[l].peephole = dimension(v, "lstm.weight_peephole_l0", 0) > 0;
            spec->layer_count = l + 1;
        }
    }
}

static int32_t *ints(const vectors *v, const char *name, int rank)
{
    int64_t *wide = NULL;
    const size_t any[2] = {0, 0};
    brds_diag diag = {0};
    const brds_tensor *tensor = brds_safetensors_find(&v->file, name);
    if (tensor == NULL) {
        return NULL;
    }
    assert_int_equal(brds_safetensors_ints(&v->file, name, rank, any, &wide, &diag), BRDS_OK);
    int32_t *narrow = calloc(tensor->elements, sizeof *narrow);
    for (size_t i = 0; i < tensor->elements; i++) {
        narrow[i] = (int32_t)wide[i];
    }
    free(wide);
    return narrow;
}

static void read_sequences(vectors *v)
{
    brds_dataset *dataset = &v->dataset;
    int32_t *lengths = ints(v, "lengths", 1);
    dataset->sequences = dimension(v, "lengths", 0);
    dataset->lengths = calloc(dataset->sequences, sizeof *dataset->lengths);
    dataset->starts = calloc(dataset->sequences, sizeof *dataset->starts);
    for (size_t i = 0; i < dataset->sequences; i++) {
        dataset->starts[i] = dataset->steps;
        dataset->lengths[i] = (size_t)lengths[i];
        dataset->steps += (size_t)lengths[i];
    }
    free(lengths);
    dataset->labels = ints(v, "labels", 1);
    dataset->tokens = ints(v, "tokens", 1);
    if (dataset->tokens == NULL) {
        const size_t any[2] = {0, 0};
        brds_diag diag = {0};
        dataset->feature_size = v->spec.input_size;
        assert_int_equal(
            brds_safetensors_floats(&v->file, "features", 2, any, &dataset->features, &diag),
            BRDS_OK);
    }
}

/* The streams of the file end to end; the trainer cuts (steps - 1) / streams steps each, so that
 * every stream but the last must give its last token to be the target of the one before. */
static void read_streams(vectors *v)
{
    brds_dataset *dataset = &v->dataset;
    dataset->task = BRDS_TASK_LANGUAGE_MODEL;
    dataset->tokens = ints(v, "tokens", 2);
    dataset->sequences = 1;
    v->streams = dimension(v, "tokens", 0);
    v->chunk = 3;
}

static void read_weights(vectors *v)
{
    for (int p = 0; p < v->model.parameters.count; p++) {
        brds_parameter *parameter = &v->model.parameters.list[p];
        const brds_tensor *tensor = brds_safetensors_find(&v->file, parameter->name);
        assert_non_null(tensor);
        assert_int_equal(tensor->dtype, BRDS_F32);
        assert_int_equal(tensor->elements, parameter->count);
        for (size_t i = 0; i < parameter->count; i++) {
            float value;
            memcpy(&value, tensor->data + i * sizeof value, sizeof value);
            parameter->value[i] = (brds_real)value;
        }
    }
}

static void open_vectors(const char *name, vectors *v)
{
    brds_diag diag = {0};
    memset(v, 0, sizeof *v);
    const char *source = getenv("SRCDIR");
    char *path =
        brds_string_format("%s/verif/unit/data/%s.safetensors", source ? source : ".", name);
    brds_status status = brds_safetensors_load(path, &v->file, &diag);
    free(path);
    brds_diag_print(&diag, stderr);
    assert_int_equal(status, BRDS_OK);
    read_spec(v);
    if (dimension(v, "lengths", 0) > 0) {
        read_sequences(v);
    } else {
        read_streams(v);
    }
    v->dataset.classes = (int)dimension(v, "fc.weight", 0);
    assert_int_equal(brds_model_new(&v->spec, (int)dimension(v, "embedding.weight", 0),
                                    v->dataset.classes, &v->model, &diag),
                     BRDS_OK);
    read_weights(v);
}

static void close_vectors(vectors *v)
{
    brds_model_free(&v->model);
    free(v->dataset.lengths);
    free(v->dataset.starts);
    free(v->dataset.labels);
    free(v->dataset.tokens);
    free(v->dataset.features);
    brds_safetensors_free(&v->file);
}

static double result(const vectors *v, const char *name, size_t index)
{
    const brds_tensor *tensor = brds_safetensors_find(&v->file, name);
    double value;
    assert_non_null(tensor);
    assert_int_equal(tensor->dtype, BRDS_F64);
    assert_true(index < tensor->elements);
    memcpy(&value, tensor->data + index * sizeof value, sizeof value);
    return value;
}

static void assert_near(double value, double wanted, double bound, const char *what, size_t index)
{
    if (!(fabs(value - wanted) <= bound * (1.0 + fabs(wanted)))) {
        fail_msg("%s[%zu] is %.12g, not %.12g", what, index, value, wanted);
    }
}

/* The batch of step `step`: always the same, or the chunks in turn. */
static void take_batch(const vectors *v, int step, brds_batch *batch)
{
    brds_diag diag = {0};
    if (v->dataset.task == BRDS_TASK_CLASSIFY) {
        size_t all[8] = {0, 1, 2, 3, 4, 5, 6, 7};
        assert_int_equal(brds_batch_sequences(&v->dataset, all, v->dataset.sequences, batch, &diag),
                         BRDS_OK);
        return;
    }
    /* Rows of the file's streams: (stream, 13 tokens), which a dataset of one run cannot hold, as
     * neighbours share no token; so the batch is filled by hand. */
    size_t length = dimension(v, "tokens", 1), first = (size_t)(step % 4) * v->chunk, row = 0;
    brds_dataset run = v->dataset;
    run.steps = v->streams * length;
    assert_int_equal(brds_batch_chunk(&run, v->streams, 0, v->chunk, batch, &diag), BRDS_OK);
    for (size_t t = 0; t < v->chunk; t++) {
        for (size_t b = 0; b < v->streams; b++, row++) {
            batch->tokens[row] = run.tokens[b * length + first + t];
            batch->targets[row] = run.tokens[b * length + first + t + 1];
        }
    }
}

/* --- against PyTorch --- */

static void check_logits(vectors *v, brds_pass *pass, const brds_batch *batch)
{
    brds_score score = {0};
    brds_diag diag = {0};
    assert_int_equal(brds_pass_forward(pass, batch, NULL, &score, &diag), BRDS_OK);
    assert_near(brds_score_loss(&score), result(v, "loss", 0), torch_bound, "loss", 0);
    const brds_real *logits = brds_pass_logits(pass, batch);
    size_t classes = (size_t)v->model.classes, rows = score.targets;
    for (size_t i = 0; i < rows * classes; i++) {
        size_t row = i / classes, place = i;
        if (v->dataset.task == BRDS_TASK_LANGUAGE_MODEL) { /* (step, stream) to (stream, step) */
            size_t t = row / v->streams, b = row % v->streams;
            place = (b * v->chunk + t) * classes + i % classes;
        }
        assert_near((double)logits[i], result(v, "logits", place), torch_bound, "logits", i);
    }
}

static void check_gradients(vectors *v, brds_pass *pass, const brds_batch *batch)
{
    brds_score score = {0};
    brds_diag diag = {0};
    assert_int_equal(brds_pass_train(pass, &v->model, batch, NULL, 0.0, NULL, &score, &diag),
                     BRDS_OK);
    for (int p = 0; p < v->model.parameters.count; p++) {
        const brds_parameter *parameter = &v->model.parameters.list[p];
        char name[64];
        snprintf(name, sizeof name, "grad.%s", parameter->name);
        for (size_t i = 0; i < parameter->count; i++) {
            assert_near((double)parameter->grad[i], result(v, name, i), torch_bound, name, i);
        }
    }
    brds_parameters_zero_grads(&v->model.parameters);
}

static void check_losses(vectors *v, brds_pass *pass, const char *name, brds_optimiser_kind kind,
                         double rate, double clip)
{
    brds_optimiser optimiser;
    brds_carry carry;
    brds_batch batch = {0};
    brds_diag diag = {0};
    bool carries = v->dataset.task == BRDS_TASK_LANGUAGE_MODEL;
    read_weights(v);
    assert_int_equal(brds_optimiser_new(kind, &v->model.parameters, &optimiser, &diag), BRDS_OK);
    assert_int_equal(brds_carry_new(&v->model, carries ? v->streams : 1, &carry, &diag), BRDS_OK);
    for (int step = 0; step < 10; step++) {
        brds_score score = {0};
        take_batch(v, step, &batch);
        if (step % 4 == 0) {
            brds_carry_zero(&v->model, &carry);
        }
        assert_int_equal(brds_pass_train(pass, &v->model, &batch, carries ? &carry : NULL, 0.0,
                                         NULL, &score, &diag),
                         BRDS_OK);
        assert_near(brds_score_loss(&score), result(v, name, (size_t)step), torch_bound, name,
                    (size_t)step);
        brds_optimiser_update(&optimiser, &v->model.parameters, rate, clip);
    }
    brds_batch_free(&batch);
    brds_carry_free(&carry);
    brds_optimiser_free(&optimiser);
}

static void check_against_torch(const char *name)
{
    vectors v;
    brds_pass *pass;
    brds_batch batch = {0};
    brds_diag diag = {0};
    open_vectors(name, &v);
    assert_int_equal(brds_pass_new(&v.model, &pass, &diag), BRDS_OK);
    take_batch(&v, 0, &batch);
    check_logits(&v, pass, &batch);
    check_gradients(&v, pass, &batch);
    check_losses(&v, pass, "losses_sgd", BRDS_SGD, 0.5, 1.0);
    check_losses(&v, pass, "losses_clipped", BRDS_SGD, 0.5, 0.25);
    check_losses(&v, pass, "losses_adam", BRDS_ADAM, 0.01, 0.0);
    brds_batch_free(&batch);
    brds_pass_free(pass);
    close_vectors(&v);
}

/* --- against finite differences --- */

static double loss_of(brds_pass *pass, const brds_batch *batch)
{
    brds_score score = {0};
    brds_diag diag = {0};
    assert_int_equal(brds_pass_forward(pass, batch, NULL, &score, &diag), BRDS_OK);
    return brds_score_loss(&score);
}

/* Along a random direction of each parameter: (loss(w + e d) - loss(w - e d)) / 2e = grad d. */
static void check_direction(brds_parameter *parameter, brds_pass *pass, const brds_batch *batch,
                            brds_random *random)
{
    brds_real *direction = calloc(parameter->count, sizeof *direction);
    brds_real *before = calloc(parameter->count, sizeof *before);
    double slope = 0.0, norm = 0.0, losses[2];
    memcpy(before, parameter->value, parameter->count * sizeof *before);
    for (size_t i = 0; i < parameter->count; i++) {
        /* mostly along the gradient, so that the slope does not vanish */
        norm += (double)parameter->grad[i] * (double)parameter->grad[i];
    }
    norm = sqrt(norm);
    for (size_t i = 0; i < parameter->count; i++) {
        direction[i] =
            (brds_real)((double)parameter->grad[i] / norm +
                        0.3 * brds_random_normal(random) / sqrt((double)parameter->count));
        slope += (double)direction[i] * (double)parameter->grad[i];
    }
    for (int side = 0; side < 2; side++) {
        double step = side == 0 ? -difference_step : difference_step;
        for (size_t i = 0; i < parameter->count; i++) {
            parameter->value[i] = (brds_real)((double)before[i] + step * (double)direction[i]);
        }
        losses[side] = loss_of(pass, batch);
    }
    memcpy(parameter->value, before, parameter->count * sizeof *before);
    double measured = (losses[1] - losses[0]) / (2.0 * difference_step);
    if (!(fabs(measured - slope) <= difference_bound * fabs(slope))) {
        fail_msg("%s: slope %.9g, by differences %.9g", parameter->name, slope, measured);
    }
    free(direction);
    free(before);
}

static void check_differences(const char *name)
{
    vectors v;
    brds_pass *pass;
    brds_batch batch = {0};
    brds_diag diag = {0};
    brds_score score = {0};
    brds_random random;
    brds_random_seed(&random, 1);
    open_vectors(name, &v);
    assert_int_equal(brds_pass_new(&v.model, &pass, &diag), BRDS_OK);
    take_batch(&v, 0, &batch);
    assert_int_equal(brds_pass_train(pass, &v.model, &batch, NULL, 0.0, NULL, &score, &diag),
                     BRDS_OK);
    for (int p = 0; p < v.model.parameters.count; p++) {
        check_direction(&v.model.parameters.list[p], pass, &batch, &random);
    }
    brds_batch_free(&batch);
    brds_pass_free(pass);
    close_vectors(&v);
}

static void test_classify(void **state)
{
    (void)state;
    check_against_torch("train_classify");
}

static void test_projection(void **state)
{
    (void)state;
    check_against_torch("train_projection");
}

static void test_language(void **state)
{
    (void)state;
    check_against_torch("train_language");
}

static void test_peephole(void **state)
{
    (void)state;
    check_against_torch("train_peephole");
}

static void test_differences(void **state)
{
    (void)state;
    check_differences("train_classify");
    check_differences("train_projection");
    check_differences("train_language");
    check_differences("train_peephole");
}

/* --- the functions --- */

static void test_functions(void **state)
{
    (void)state;
#ifdef BRDS_REAL_DOUBLE
    const double bound = 1e-15;
#else
    const double bound = 2e-7;
#endif
    for (int i = -4000; i <= 4000; i++) {
        double x = (double)i / 32.0; /* a float's value */
        brds_real sigmoid = (brds_real)x, tangent = (brds_real)x, exponential = (brds_real)x;
        brds_sigmoid(&sigmoid, 1);
        brds_tanh(&tangent, 1);
        assert_true(fabs((double)sigmoid - 1.0 / (1.0 + exp(-x))) <= bound);
        assert_true(fabs((double)tangent - tanh(x)) <= 2.0 * bound);
        if (x <= 80.0 && x >= -80.0) {
            double sum = brds_exp_sum(&exponential, 1, 0);
            assert_true(fabs((double)exponential - exp(x)) <= 2.0 * bound * exp(x));
            assert_true(sum == (double)exponential);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_functions),  cmocka_unit_test(test_classify),
        cmocka_unit_test(test_projection), cmocka_unit_test(test_language),
        cmocka_unit_test(test_peephole),   cmocka_unit_test(test_differences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
