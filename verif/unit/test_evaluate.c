/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fixed/fixed.h"
#include "net/evaluate.h"
#include "net_fixture.h"

enum { SEQUENCES = 4, LENGTH = 3 };

typedef struct {
    quantised q;
    brds_workload work;
    brds_evaluation got;
} run;

/* 4 sequences of 3 steps through 6 -> 5 (-> 4 with a head). */
static void start(run *r, bool head, brds_output output)
{
    brds_spec spec = small_spec();
    spec.output = output;
    if (head) {
        spec.head = (brds_head_spec){true, 4, 5, {16, 10}};
    }
    brds_diag diag = {0};
    assert_ok(brds_network_random(&spec, 11, &r->q.network, &diag), &diag);
    quantise(&spec, &r->q);
    assert_ok(brds_workload_random(6, SEQUENCES, LENGTH, 12, &r->work, &diag), &diag);
}

static void evaluate(run *r, bool fixed, bool real)
{
    brds_diag diag = {0};
    const brds_evaluate_job job = {
        &r->q.plan, fixed ? &r->q.qnet : NULL, real ? &r->q.network : NULL, &r->work, NULL, true};
    assert_ok(brds_evaluate(&job, &r->got, &diag), &diag);
}

static void finish(run *r)
{
    brds_evaluation_free(&r->got);
    brds_workload_free(&r->work);
    free_quantised(&r->q);
}

/* The same by hand: every output vector of the C model and the reference. */
static void check_outputs(const run *r, bool every)
{
    const brds_evaluation *got = &r->got;
    brds_diag diag = {0};
    brds_machine *machine;
    brds_float_state state;
    assert_ok(brds_machine_new(&r->q.plan, &r->q.qnet, &machine, &diag), &diag);
    assert_ok(brds_float_state_new(&r->q.network, &state, &diag), &diag);
    size_t vector = 0, size = (size_t)got->size;
    double sum = 0.0, most = 0.0;
    for (size_t t = 0; t < SEQUENCES * LENGTH; t++) {
        if (t % LENGTH == 0) {
            brds_machine_reset(machine);
            brds_float_state_reset(&r->q.network, &state);
        }
        int32_t x[6];
        uint64_t clipped = 0;
        const float *features = r->work.features + 6 * t;
        for (int i = 0; i < 6; i++) {
            x[i] = (int32_t)brds_quantize((double)features[i], (brds_format){16, 12}, &clipped);
        }
        brds_machine_step(machine, x);
        brds_float_step(&r->q.network, features, &state);
        if (!every && t % LENGTH != LENGTH - 1) {
            continue;
        }
        float head[4];
        const float *real = state.h[0];
        if (r->q.network.head_size > 0) {
            brds_float_head(&r->q.network, real, head);
            real = head;
        }
        const int32_t *fixed = brds_machine_output(machine);
        assert_memory_equal(got->fixed + vector * size, fixed, size * sizeof *fixed);
        assert_memory_equal(got->real + vector * size, real, size * sizeof *real);
        for (size_t i = 0; i < size; i++) {
            double difference = fabs(ldexp((double)fixed[i], -got->frac) - (double)real[i]);
            sum += difference;
            most = fmax(most, difference);
        }
        vector++;
    }
    assert_int_equal(vector, got->vectors);
    assert_true(fabs(sum / (double)(vector * size) - got->mean_difference) < 1e-12);
    assert_true(fabs(most - got->largest_difference) < 1e-12);
    assert_true(most > 0.0 && most < 0.05);
    brds_machine_free(machine);
    brds_float_state_free(&state);
}

static void outputs_are_those_of_the_models(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        run r = {0};
        bool every = (kind & 2) != 0;
        start(&r, kind & 1, every ? BRDS_OUTPUT_EVERY_STEP : BRDS_OUTPUT_LAST_STEP);
        evaluate(&r, true, true);
        assert_int_equal(r.got.size, kind & 1 ? 4 : 5);
        assert_int_equal(r.got.frac, kind & 1 ? 10 : 12);
        assert_int_equal(r.got.measure, BRDS_MEASURE_NOTHING);
        assert_int_equal(r.got.fixed_side.measured.count, 0);
        check_outputs(&r, every);
        finish(&r);
    }
}

static void labels_are_counted(void **state)
{
    (void)state;
    run r = {0};
    start(&r, true, BRDS_OUTPUT_EVERY_STEP);
    r.work.labels = calloc(SEQUENCES, sizeof *r.work.labels);
    assert_non_null(r.work.labels);
    evaluate(&r, true, true);
    size_t expected = 0;
    for (size_t i = 0; i < SEQUENCES; i++) {
        const int32_t *last = r.got.fixed + (i * LENGTH + LENGTH - 1) * 4;
        expected += last[0] >= last[1] && last[0] >= last[2] && last[0] >= last[3];
    }
    assert_int_equal(r.got.measure, BRDS_MEASURE_LABELS);
    assert_int_equal(r.got.fixed_side.measured.count, SEQUENCES);
    assert_int_equal(r.got.fixed_side.measured.correct, expected);
    finish(&r);

    /* Equal outputs everywhere: the lowest counts. */
    start(&r, true, BRDS_OUTPUT_LAST_STEP);
    scale(r.q.network.head_w, 20, 0.0);
    scale(r.q.network.head_bias, 4, 0.0);
    brds_qnet_free(&r.q.qnet);
    brds_spec spec = r.q.plan.spec;
    quantise(&spec, &r.q);
    r.work.labels = calloc(SEQUENCES, sizeof *r.work.labels);
    assert_non_null(r.work.labels);
    r.work.labels[3] = 1;
    evaluate(&r, true, true);
    assert_int_equal(r.got.fixed_side.measured.correct, 3);
    assert_int_equal(r.got.real_side.measured.correct, 3);
    r.work.labels[3] = 4; /* no output of that number */
    brds_evaluation_free(&r.got);
    evaluate(&r, true, false);
    assert_int_equal(r.got.measure, BRDS_MEASURE_NOTHING);
    finish(&r);
}

/* --- the host's head --- */

enum { CLASSES = 7 };

/* -log softmax of `logits` (CLASSES) at `wanted`, in the widest arithmetic there is. */
static long double naive_loss(const long double *logits, int64_t wanted)
{
    long double sum = 0.0L;
    for (int k = 0; k < CLASSES; k++) {
        sum += expl(logits[k]);
    }
    return logl(sum) - logits[wanted];
}

/* Of outputs `y` (vectors, 5). */
static brds_measured by_hand(const run *r, const double *y, const int64_t *targets)
{
    const brds_host_part *host = &r->q.network.host;
    brds_measured sum = {0};
    for (size_t t = 0; t < SEQUENCES * LENGTH; t++) {
        long double logits[CLASSES];
        int best = 0;
        for (int k = 0; k < CLASSES; k++) {
            logits[k] = host->head_bias[k];
            for (int j = 0; j < 5; j++) {
                logits[k] += (long double)host->head_w[5 * k + j] * y[5 * t + (size_t)j];
            }
            best = logits[k] > logits[best] ? k : best;
        }
        sum.count++;
        sum.correct += best == targets[t];
        sum.loss += (double)naive_loss(logits, targets[t]);
    }
    return sum;
}

static void check_measured(const brds_measured *got, const brds_measured *wanted)
{
    assert_int_equal(got->count, wanted->count);
    assert_int_equal(got->correct, wanted->correct);
    assert_true(fabs(got->loss - wanted->loss) < 1e-9 * wanted->loss);
    assert_true(fabs(brds_measured_perplexity(got) - exp(wanted->loss / (double)wanted->count)) <
                1e-8 * exp(wanted->loss));
}

/* Every step's output goes through the head of the host, of both arithmetics. */
static void targets_are_measured(void **state)
{
    (void)state;
    run r = {0};
    start(&r, false, BRDS_OUTPUT_EVERY_STEP);
    brds_random random;
    brds_random_seed(&random, 13);
    brds_host_part *host = &r.q.network.host;
    host->classes = CLASSES;
    host->head_w = calloc(CLASSES * 5, sizeof *host->head_w);
    host->head_bias = calloc(CLASSES, sizeof *host->head_bias);
    r.work.targets = calloc(SEQUENCES * LENGTH, sizeof *r.work.targets);
    assert_true(host->head_w && host->head_bias && r.work.targets);
    for (int i = 0; i < CLASSES * 5; i++) {
        host->head_w[i] = 3.0f * (float)brds_random_normal(&random);
        host->head_bias[i % CLASSES] = (float)brds_random_normal(&random);
    }
    for (int i = 0; i < SEQUENCES * LENGTH; i++) {
        r.work.targets[i] = pick(&random, 0, CLASSES - 1);
    }
    brds_diag diag = {0};
    const brds_evaluate_job job = {&r.q.plan, &r.q.qnet, &r.q.network, &r.work, host, true};
    assert_ok(brds_evaluate(&job, &r.got, &diag), &diag);
    assert_int_equal(r.got.measure, BRDS_MEASURE_TARGETS);
    double fixed[SEQUENCES * LENGTH * 5], real[SEQUENCES * LENGTH * 5];
    for (int i = 0; i < SEQUENCES * LENGTH * 5; i++) {
        fixed[i] = ldexp(r.got.fixed[i], -12);
        real[i] = (double)r.got.real[i];
    }
    const brds_measured wanted = by_hand(&r, fixed, r.work.targets);
    const brds_measured wanted_real = by_hand(&r, real, r.work.targets);
    check_measured(&r.got.fixed_side.measured, &wanted);
    check_measured(&r.got.real_side.measured, &wanted_real);
    assert_true(wanted.loss != wanted_real.loss);
    finish(&r);
}

static void targets_want_every_step(void **state)
{
    (void)state;
    run r = {0};
    brds_diag diag = {0};
    start(&r, true, BRDS_OUTPUT_LAST_STEP);
    r.work.targets = calloc(SEQUENCES * LENGTH, sizeof *r.work.targets);
    const brds_evaluate_job job = {&r.q.plan, &r.q.qnet, NULL, &r.work, NULL, false};
    assert_int_equal(brds_evaluate(&job, &r.got, &diag), BRDS_EINPUT);
    assert_non_null(strstr(diag.messages[0].hint, "every_step"));
    brds_diag_free(&diag);
    finish(&r);
}

static void one_side_runs_alone(void **state)
{
    (void)state;
    run r = {0};
    start(&r, false, BRDS_OUTPUT_LAST_STEP);
    r.work.features[0] = 100.0f;
    evaluate(&r, true, false);
    assert_true(r.got.fixed_side.ran && !r.got.real_side.ran);
    assert_non_null(r.got.fixed);
    assert_null(r.got.real);
    assert_int_equal(r.got.x_saturated, 1);
    brds_evaluation_free(&r.got);
    evaluate(&r, false, true);
    assert_true(!r.got.fixed_side.ran && r.got.real_side.ran);
    assert_null(r.got.fixed);
    assert_non_null(r.got.real);
    finish(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outputs_are_those_of_the_models),
        cmocka_unit_test(labels_are_counted),
        cmocka_unit_test(targets_are_measured),
        cmocka_unit_test(targets_want_every_step),
        cmocka_unit_test(one_side_runs_alone),
    };
    return cmocka_run_group_tests_name("evaluate", tests, NULL, NULL);
}
