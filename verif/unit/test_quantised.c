/* SPDX-License-Identifier: Apache-2.0
 *
 * Training with the hardware's numbers against the bit-exact C model.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "model_fixture.h"
#include "net/evaluate.h"
#include "net_fixture.h"
#include "train/quantised.h"
#include "train/trainer.h"

/* --- a network in both --- */

typedef struct {
    brds_spec spec;
    quantised hardware;
    brds_workload work;
    brds_evaluation wanted;
    brds_dataset dataset; /* of the workload's arrays */
    brds_model model;
    brds_quantised numbers;
    brds_pass *pass;
} both;

static void take_dataset(both *b)
{
    const brds_workload *work = &b->work;
    b->dataset = (brds_dataset){.feature_size = work->input_size,
                                .classes = b->model.classes,
                                .sequences = work->sequences,
                                .steps = work->steps,
                                .starts = work->starts,
                                .lengths = work->lengths,
                                .features = work->features};
    b->dataset.labels = calloc(work->sequences, sizeof *b->dataset.labels);
    assert_non_null(b->dataset.labels);
    for (size_t i = 0; work->labels != NULL && i < work->sequences; i++) {
        b->dataset.labels[i] = (int32_t)work->labels[i];
    }
}

/* Where the core has no head, the host's hands on what it is given. */
static void identity_head(brds_model *model)
{
    for (int k = 0; k < model->classes; k++) {
        model->head_w->value[k * model->head_w->columns + k] = 1;
    }
}

/* spec, hardware.network and work are there. */
static void begin(both *b)
{
    brds_diag diag = {0};
    b->spec.output = BRDS_OUTPUT_LAST_STEP;
    quantise(&b->spec, &b->hardware);
    const brds_evaluate_job job = {
        &b->hardware.plan, &b->hardware.qnet, NULL, &b->work, NULL, true};
    assert_ok(brds_evaluate(&job, &b->wanted, &diag), &diag);
    assert_ok(brds_model_new(&b->spec, 0, b->wanted.size, &b->model, &diag), &diag);
    if (b->spec.head.present) {
        brds_model_read(&b->model, &b->hardware.network);
    } else {
        brds_network with_head = b->hardware.network;
        size_t r = (size_t)b->wanted.size;
        with_head.host.classes = b->wanted.size;
        with_head.host.head_w = calloc(r * r, sizeof(float));
        with_head.host.head_bias = calloc(r, sizeof(float));
        brds_model_read(&b->model, &with_head);
        free(with_head.host.head_w);
        free(with_head.host.head_bias);
        identity_head(&b->model);
    }
    take_dataset(b);
    assert_ok(brds_quantised_new(&b->spec, &b->model, &b->numbers, &diag), &diag);
    assert_ok(brds_pass_new(&b->model, &b->pass, &diag), &diag);
}

static void finish(both *b)
{
    brds_pass_free(b->pass);
    brds_quantised_free(&b->numbers, &b->model);
    brds_model_free(&b->model);
    free(b->dataset.labels);
    brds_evaluation_free(&b->wanted);
    brds_workload_free(&b->work);
    free_quantised(&b->hardware);
}

static size_t first_of_largest(const double *values, size_t count)
{
    size_t best = 0;
    for (size_t i = 1; i < count; i++) {
        best = values[i] > values[best] ? i : best;
    }
    return best;
}

/* Largest difference of a sequence's last outputs, in units of the output format; *same: the
 * largest is the same one. */
static double difference(both *b, size_t sequence, bool *same)
{
    brds_batch batch = {0};
    brds_score score = {0};
    brds_diag diag = {0};
    double most = 0.0, values[2][64];
    size_t classes = (size_t)b->wanted.size;
    assert_in_range(classes, 1, 64);
    assert_ok(brds_batch_sequences(&b->dataset, &sequence, 1, &batch, &diag), &diag);
    assert_ok(brds_pass_forward(b->pass, &batch, NULL, &score, &diag), &diag);
    const brds_real *logits = brds_pass_logits(b->pass, &batch);
    for (size_t k = 0; k < classes; k++) {
        values[0][k] = ldexp((double)logits[k], b->wanted.frac);
        values[1][k] = (double)b->wanted.fixed[sequence * classes + k];
        most = fmax(most, fabs(values[0][k] - values[1][k]));
    }
    *same = first_of_largest(values[0], classes) == first_of_largest(values[1], classes);
    brds_batch_free(&batch);
    return most;
}

/* --- the digits network --- */

static void check_digits(brds_rounding rounding)
{
    both b = {0};
    brds_diag diag = {0};
    brds_score score;
    assert_ok(brds_spec_load(source_path("examples/digits/spec.json"), false, &b.spec, &diag),
              &diag);
    b.spec.rounding = rounding;
    assert_ok(brds_network_load(source_path("examples/digits/model.safetensors"), &b.spec,
                                &b.hardware.network, &diag),
              &diag);
    assert_ok(brds_workload_load(source_path("examples/digits/workload.safetensors"),
                                 b.spec.input_size, b.spec.head.size, &b.work, &diag),
              &diag);
    begin(&b);
    double most = 0.0;
    for (size_t i = 0; i < b.work.sequences; i++) {
        bool same = false;
        most = fmax(most, difference(&b, i, &same));
        assert_true(same);
    }
    assert_true(most == 0.0); /* its sums are exact in float */
    assert_ok(brds_evaluate_model(b.pass, &b.model, &b.dataset, &score, &diag), &diag);
    assert_int_equal(score.targets, 60);
    assert_int_equal(score.correct, b.wanted.fixed_side.measured.correct);
    finish(&b);
}

static void digits_are_those_of_the_machine(void **state)
{
    (void)state;
    check_digits(BRDS_ROUND_HALF_UP);
    check_digits(BRDS_ROUND_HALF_EVEN);
    check_digits(BRDS_ROUND_TRUNCATE);
}

/* --- networks of all kinds --- */

static void random_network(uint64_t seed, int weight_bits, both *b)
{
    brds_diag diag = {0};
    brds_random random;
    brds_random_seed(&random, seed);
    b->spec = random_spec(&random);
    b->spec.weight_bits = b->spec.weight_bits < weight_bits ? b->spec.weight_bits : weight_bits;
    assert_ok(brds_network_random(&b->spec, brds_random_bits(&random), &b->hardware.network, &diag),
              &diag);
    scale_network(&random, &b->hardware.network, -2, 2);
    assert_ok(
        brds_workload_random(b->spec.input_size, 5, 12, brds_random_bits(&random), &b->work, &diag),
        &diag);
}

/* Outputs of more than 24 bits do not fit in a float; the sums of many wide products do not either,
 * and a sum next to a half is then rounded the other way. */
static double bound(const both *b)
{
    int bits = b->spec.head.present ? b->spec.head.output.bits : b->spec.activation.bits;
    return 2.0 + ldexp(1.0, bits - 24);
}

/* Every rounding, peepholes, projections, up to three layers, weights of 2 to 18 bits, activations
 * of 8 to 18, cells of 8 to 32, saturations. */
static void networks_of_all_kinds(void **state)
{
    (void)state;
    int exact = 0, networks = 200;
    for (int seed = 1; seed <= networks; seed++) {
        both b = {0};
        random_network((uint64_t)seed, 18, &b);
        begin(&b);
        double most = 0.0;
        for (size_t i = 0; i < b.work.sequences; i++) {
            bool same = false;
            most = fmax(most, difference(&b, i, &same));
        }
        if (!(most <= bound(&b))) {
            fail_msg("network %d: %g units", seed, most);
        }
        exact += most == 0.0;
        finish(&b);
    }
    print_message("%d of %d networks are exact\n", exact, networks);
    assert_true(exact >= networks - networks / 50);
}

static void formats_are_the_packers(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        both b = {0};
        random_network(seed, 18, &b);
        begin(&b);
        const brds_plan *plan = &b.hardware.plan;
        for (int i = 0; i < plan->phase_count; i++) {
            const brds_qphase *phase = &b.hardware.qnet.phases[i];
            const brds_lstm *layer = &b.model.layers[plan->phases[i].layer];
            const brds_parameter *list = b.model.parameters.list;
            const brds_parameter *x = plan->phases[i].kind == BRDS_PHASE_GATES ? layer->w_x
                                      : plan->phases[i].kind == BRDS_PHASE_PROJECTION
                                          ? layer->w_p
                                          : b.model.head_w;
            assert_int_equal(b.numbers.formats[x - list].frac, phase->x.frac);
            assert_int_equal(b.numbers.formats[x - list].bits, b.spec.weight_bits);
            const uint8_t *scales = b.numbers.row_scales[x - list];
            assert_true((scales != NULL) == (b.spec.row_scale_bits > 0));
            for (int row = 0; scales != NULL && row < phase->x.rows; row++) {
                assert_int_equal(scales[row], phase->row_scale[row]);
            }
            if (plan->phases[i].kind == BRDS_PHASE_GATES) {
                assert_int_equal(b.numbers.formats[layer->w_h - list].frac, phase->h.frac);
            }
        }
        finish(&b);
    }
}

/* --- what the model keeps --- */

static void copies_go_as_they_came(void **state)
{
    (void)state;
    both b = {0};
    random_network(7, 8, &b);
    begin(&b);
    const brds_parameters *all = &b.model.parameters;
    size_t bytes = all->elements * sizeof *all->values;
    brds_real *before = malloc(bytes);
    assert_non_null(before);
    memcpy(before, all->values, bytes);
    for (int i = 0; i < all->count; i++) {
        assert_true(all->list[i].forward != all->list[i].value);
    }
    brds_quantised_free(&b.numbers, &b.model);
    for (int i = 0; i < all->count; i++) {
        assert_ptr_equal(all->list[i].forward, all->list[i].value);
    }
    for (int l = 0; l < b.model.layer_count; l++) {
        assert_null(b.model.layers[l].fake);
    }
    assert_memory_equal(all->values, before, bytes);
    free(before);
    finish(&b); /* once more does no harm */
}

/* All gradients of the first sequences. */
static brds_real *gradients(both *b)
{
    brds_parameters *all = &b->model.parameters;
    brds_batch batch = {0};
    brds_score score = {0};
    brds_diag diag = {0};
    const size_t sequences[] = {0, 1, 2};
    brds_real *grads = malloc(all->elements * sizeof *grads);
    assert_non_null(grads);
    assert_ok(brds_batch_sequences(&b->dataset, sequences, 3, &batch, &diag), &diag);
    assert_ok(brds_pass_train(b->pass, &b->model, &batch, NULL, 0.0, NULL, &score, &diag), &diag);
    memcpy(grads, all->grads, all->elements * sizeof *grads);
    brds_parameters_zero_grads(all);
    brds_batch_free(&batch);
    return grads;
}

/* Straight through: the gradient is that at the rounded weights, clipped ones have theirs, and an
 * update moves the weights, not the copies. */
static void gradients_go_straight_through(void **state)
{
    (void)state;
    both b = {0};
    random_network(3, 4, &b);
    begin(&b);
    brds_parameters *all = &b.model.parameters;
    brds_parameter *w = b.model.layers[0].w_x;
    brds_real old = w->value[0];
    w->value[0] = (brds_real)(1.01 * ldexp(1.0, b.spec.weight_bits)); /* clipped in any format */
    w->value[0] *= (brds_real)ldexp(1.0, -b.numbers.formats[w - all->list].frac);
    brds_quantised_refresh(&b.numbers, &b.model);
    assert_true(w->forward[0] < w->value[0] * 0.6);
    brds_real *first = gradients(&b);
    assert_true(first[w->offset] != 0);

    for (int i = 0; i < all->count; i++) {
        memcpy(all->list[i].value, all->list[i].forward,
               all->list[i].count * sizeof *all->list[i].value);
    }
    brds_real *second = gradients(&b);
    assert_memory_equal(first, second, all->elements * sizeof *first);

    brds_optimiser optimiser;
    brds_diag diag = {0};
    w->value[0] = old;
    brds_real copy = w->forward[1], value = w->value[1];
    assert_ok(brds_optimiser_new(BRDS_SGD, all, &optimiser, &diag), &diag);
    w->grad[1] = (brds_real)1e-4;
    brds_optimiser_update(&optimiser, all, 1.0, 0.0);
    assert_true(w->value[1] != value);
    assert_true(w->forward[1] == copy);
    brds_quantised_refresh(&b.numbers, &b.model);
    assert_true(w->forward[1] == copy); /* too small a step to be seen */
    brds_optimiser_free(&optimiser);
    free(first);
    free(second);
    finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits_are_those_of_the_machine), cmocka_unit_test(networks_of_all_kinds),
        cmocka_unit_test(formats_are_the_packers),         cmocka_unit_test(copies_go_as_they_came),
        cmocka_unit_test(gradients_go_straight_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
