/* SPDX-License-Identifier: Apache-2.0
 *
 * The task's figure: single outputs against a naive softmax, and streams against the C model's run.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "net/evaluate.h"
#include "net/metric.h"
#include "net_fixture.h"
#include "pack/vectors.h"

enum { MOST = 40 };

/* A network of 6 -> 5 whose outputs are the logits, one sequence of one step. */
static brds_workload one_step(int64_t *target)
{
    static size_t lengths[1] = {1}, starts[1] = {0};
    static float features[6];
    return (brds_workload){.input_size = 6,
                           .sequences = 1,
                           .steps = 1,
                           .lengths = lengths,
                           .starts = starts,
                           .features = features,
                           .targets = target};
}

static brds_measured measure(const brds_spec *spec, const brds_host_part *host, const double *y,
                             int64_t target)
{
    brds_diag diag = {0};
    brds_metric metric;
    brds_measured measured = {0};
    brds_workload work = one_step(&target);
    assert_ok(brds_metric_new(spec, host, &work, &metric, &diag), &diag);
    assert_int_equal(metric.what, BRDS_MEASURE_TARGETS);
    assert_int_equal(brds_metric_wanted(&metric, 0, 0), target);
    brds_metric_add(&metric, y, brds_metric_wanted(&metric, 0, 0), &measured);
    brds_metric_free(&metric);
    assert_int_equal(measured.count, 1);
    return measured;
}

/* --- outputs as logits --- */

static void loss_is_log_softmax(void **state)
{
    (void)state;
    brds_spec spec = small_spec();
    brds_random random;
    brds_random_seed(&random, 3);
    for (int round = 0; round < 200; round++) {
        double y[5], spread = ldexp(1.0, pick(&random, -4, 10));
        long double sum = 0.0L;
        int best = 0, target = pick(&random, 0, 4);
        for (int i = 0; i < 5; i++) {
            y[i] = spread * brds_random_normal(&random);
            sum += expl((long double)y[i]); /* its exponents reach 10^4932 */
            best = y[i] > y[best] ? i : best;
        }
        brds_measured got = measure(&spec, NULL, y, target);
        double wanted = (double)(logl(sum) - (long double)y[target]);
        assert_int_equal(got.correct, best == target);
        assert_true(fabs(got.loss - wanted) <= 1e-13 * (1.0 + fabs(wanted) + spread));
    }
}

static void lowest_of_equals(void **state)
{
    (void)state;
    brds_spec spec = small_spec();
    const double same[5] = {0.5, 0.5, 0.5, 0.5, 0.5}, two[5] = {-1.0, 2.0, 0.0, 2.0, 1.0};
    for (int target = 0; target < 5; target++) {
        brds_measured got = measure(&spec, NULL, same, target);
        assert_int_equal(got.correct, target == 0);
        assert_true(fabs(got.loss - log(5.0)) < 1e-15);
        assert_int_equal(measure(&spec, NULL, two, target).correct, target == 1);
    }
}

/* 32-bit outputs that a float could not tell apart. */
static void neighbours_are_told_apart(void **state)
{
    (void)state;
    brds_spec spec = small_spec();
    const double y[5] = {2147483646.0, 2147483647.0, 0.0, 0.0, -2147483648.0};
    brds_measured got = measure(&spec, NULL, y, 1);
    assert_int_equal(got.correct, 1);
    assert_true(fabs(got.loss - log1p(exp(-1.0))) < 1e-6);
    got = measure(&spec, NULL, y, 4);
    assert_true(fabs(got.loss - 4294967295.31) < 0.01);
    assert_true(isinf(brds_measured_perplexity(&got)));
}

static void means(void **state)
{
    (void)state;
    const brds_measured none = {0}, some = {8, 6, 8.0 * log(3.0)};
    assert_true(brds_measured_accuracy(&none) == 0.0 && brds_measured_loss(&none) == 0.0);
    assert_true(brds_measured_accuracy(&some) == 0.75);
    assert_true(fabs(brds_measured_perplexity(&some) - 3.0) < 1e-12);
}

/* --- the host's head --- */

/* Every number of columns around the width of the vector registers. */
static void host_head(void **state)
{
    (void)state;
    brds_random random;
    brds_random_seed(&random, 5);
    for (int columns = 1; columns <= MOST; columns++) {
        brds_spec spec = small_spec();
        spec.layers[0].hidden_size = columns;
        int classes = pick(&random, 1, MOST), target = pick(&random, 0, classes - 1), best = 0;
        float w[MOST * MOST], bias[MOST];
        double y[MOST];
        long double logits[MOST], sum = 0.0L;
        for (int i = 0; i < columns; i++) {
            y[i] = brds_random_normal(&random);
        }
        for (int k = 0; k < classes; k++) {
            bias[k] = (float)brds_random_normal(&random);
            logits[k] = bias[k];
            for (int i = 0; i < columns; i++) {
                w[k * columns + i] = (float)brds_random_normal(&random);
                logits[k] += (long double)w[k * columns + i] * y[i];
            }
            sum += expl(logits[k]);
            best = logits[k] > logits[best] ? k : best;
        }
        const brds_host_part host = {.classes = classes, .head_w = w, .head_bias = bias};
        brds_measured got = measure(&spec, &host, y, target);
        assert_int_equal(got.correct, best == target);
        assert_true(fabs(got.loss - (double)(logl(sum) - logits[target])) < 1e-12);
    }
}

/* A head in the spec is the one that counts. */
static void head_of_the_spec(void **state)
{
    (void)state;
    brds_spec spec = small_spec();
    spec.head = (brds_head_spec){true, 3, 5, {16, 10}};
    float w[50] = {0}, bias[10] = {0};
    const brds_host_part host = {.classes = 10, .head_w = w, .head_bias = bias};
    const double y[3] = {1.0, 3.0, 2.0};
    assert_int_equal(measure(&spec, &host, y, 1).correct, 1);
}

/* --- what is measured --- */

static brds_measure what_of(int64_t *labels, int64_t *targets, size_t *warnings)
{
    brds_diag diag = {0};
    brds_metric metric;
    brds_spec spec = small_spec();
    brds_workload work = one_step(targets);
    work.labels = labels;
    assert_int_equal(brds_metric_new(&spec, NULL, &work, &metric, &diag), BRDS_OK);
    brds_measure what = metric.what;
    if (what == BRDS_MEASURE_NOTHING) {
        brds_measured measured = {0};
        assert_int_equal(brds_metric_wanted(&metric, 0, 0), -1);
        brds_metric_add(&metric, NULL, -1, &measured);
        assert_int_equal(measured.count, 0);
    }
    brds_metric_free(&metric);
    *warnings = diag.count;
    brds_diag_free(&diag);
    return what;
}

static void classes_that_are_none(void **state)
{
    (void)state;
    size_t warnings = 0;
    int64_t value = 4;
    assert_int_equal(what_of(NULL, NULL, &warnings), BRDS_MEASURE_NOTHING);
    assert_int_equal(what_of(&value, NULL, &warnings), BRDS_MEASURE_LABELS);
    assert_int_equal(what_of(NULL, &value, &warnings), BRDS_MEASURE_TARGETS);
    assert_int_equal(warnings, 0);
    value = 5;
    assert_int_equal(what_of(&value, NULL, &warnings), BRDS_MEASURE_NOTHING);
    assert_int_equal(warnings, 0);
    assert_int_equal(what_of(NULL, &value, &warnings), BRDS_MEASURE_NOTHING);
    assert_int_equal(warnings, 1);
    value = -1;
    assert_int_equal(what_of(NULL, &value, &warnings), BRDS_MEASURE_NOTHING);
}

/* --- streams --- */

/* The words that the C model sends give what its run gives, labels and targets, head or not, one
 * stream or several: then the sequences are mixed. */
static void check_stream(bool head, bool targets, brds_output output, int of)
{
    brds_spec spec = small_spec();
    spec.streams = of;
    spec.output = output;
    spec.initial_state = false;
    if (head) {
        spec.head = (brds_head_spec){true, 5, 5, {20, 10}};
    }
    brds_diag diag = {0};
    quantised q = {0};
    brds_workload work;
    assert_ok(brds_network_random(&spec, 11, &q.network, &diag), &diag);
    quantise(&spec, &q);
    assert_ok(brds_workload_random(6, 4, 3, 12, &work, &diag), &diag);
    int64_t *classes = calloc(12, sizeof *classes);
    assert_non_null(classes);
    for (int i = 0; i < 12; i++) {
        classes[i] = i * i % 5;
    }
    work.labels = targets ? NULL : classes;
    work.targets = targets ? classes : NULL;
    work.lengths[1] = 1; /* sequences of different lengths */
    work.lengths[2] = 5;
    work.starts[2] = 4;

    brds_evaluation wanted;
    const brds_evaluate_job job = {&q.plan, &q.qnet, NULL, &work, NULL, false};
    assert_ok(brds_evaluate(&job, &wanted, &diag), &diag);
    brds_packed packed;
    brds_vectors vectors;
    brds_metric metric;
    brds_measured got;
    assert_ok(brds_pack("model", &spec, &q.network, &packed, &diag), &diag);
    assert_ok(brds_vectors_make(&packed, &work, 1, &vectors, &diag), &diag);
    assert_ok(brds_metric_new(&spec, NULL, &work, &metric, &diag), &diag);
    assert_ok(brds_vectors_measure(&packed.plan, &vectors, &vectors.y, &metric, &got, &diag),
              &diag);
    assert_int_equal(got.count, targets ? 12 : 4);
    assert_memory_equal(&got, &wanted.fixed_side.measured, sizeof got);

    /* A stream that ends too early: its last vector does not count. */
    brds_stream shorter = vectors.y;
    shorter.words--;
    assert_ok(brds_vectors_measure(&packed.plan, &vectors, &shorter, &metric, &got, &diag), &diag);
    assert_int_equal(got.count, targets ? 11 : 3);

    brds_metric_free(&metric);
    brds_vectors_free(&vectors);
    brds_packed_free(&packed);
    brds_evaluation_free(&wanted);
    brds_workload_free(&work);
    free_quantised(&q);
}

static void streams(void **state)
{
    (void)state;
    for (int of = 1; of < 8; of *= 2) {
        for (int head = 0; head < 2; head++) {
            check_stream(head, false, BRDS_OUTPUT_LAST_STEP, of);
            check_stream(head, false, BRDS_OUTPUT_EVERY_STEP, of);
            check_stream(head, true, BRDS_OUTPUT_EVERY_STEP, of);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loss_is_log_softmax),
        cmocka_unit_test(lowest_of_equals),
        cmocka_unit_test(neighbours_are_told_apart),
        cmocka_unit_test(means),
        cmocka_unit_test(host_head),
        cmocka_unit_test(head_of_the_spec),
        cmocka_unit_test(classes_that_are_none),
        cmocka_unit_test(streams),
    };
    return cmocka_run_group_tests_name("metric", tests, NULL, NULL);
}
