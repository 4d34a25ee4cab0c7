/* SPDX-License-Identifier: Apache-2.0
 *
 * Workloads from files and at random, and the generator below them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "io/random.h"
#include "io/workload.h"
#include "model_fixture.h"

/* features (4, 2), and as many lengths and labels as are given. */
static void write_workload(const int32_t *lengths, size_t count, const int32_t *labels,
                           size_t label_count)
{
    static const float features[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    const brds_tensor_out tensors[3] = {{"features", BRDS_F32, 2, {4, 2}, features},
                                        {"lengths", BRDS_I32, 1, {count}, lengths},
                                        {"labels", BRDS_I32, 1, {label_count}, labels}};
    brds_diag diag = {0};
    brds_status status =
        brds_safetensors_save(temporary_path(), tensors, labels ? 3 : 2, NULL, &diag);
    expect_ok(status, &diag);
}

static void test_loads(void **state)
{
    (void)state;
    write_workload((int32_t[]){3, 1}, 2, (int32_t[]){9, 0}, 2);
    brds_diag diag = {0};
    brds_workload workload;
    expect_ok(brds_workload_load(temporary_path(), 2, 10, &workload, &diag), &diag);
    assert_int_equal(workload.input_size, 2);
    assert_int_equal(workload.sequences, 2);
    assert_int_equal(workload.steps, 4);
    assert_int_equal(workload.starts[1], 3);
    assert_int_equal(workload.lengths[1], 1);
    assert_true(workload.features[7] == 8.0f);
    assert_int_equal(workload.labels[0], 9);
    brds_workload_free(&workload);
}

static void test_without_labels(void **state)
{
    (void)state;
    write_workload((int32_t[]){4}, 1, NULL, 0);
    brds_diag diag = {0};
    brds_workload workload;
    expect_ok(brds_workload_load(temporary_path(), 2, 10, &workload, &diag), &diag);
    assert_null(workload.labels);
    brds_workload_free(&workload);
}

static void refused(int input_size, int64_t classes, const char *text)
{
    brds_diag diag = {0};
    brds_workload workload;
    assert_int_equal(brds_workload_load(temporary_path(), input_size, classes, &workload, &diag),
                     BRDS_EINPUT);
    assert_null(workload.features);
    assert_true(diag_says(&diag, temporary_path()));
    expect_message(&diag, text);
}

static void test_faults(void **state)
{
    (void)state;
    write_workload((int32_t[]){3, 1}, 2, (int32_t[]){9, 0}, 2);
    refused(3, 10, "wanted is (any, 3)");
    refused(2, 9, "element [0] is 9");
    write_workload((int32_t[]){3, 1}, 2, (int32_t[]){1, -1}, 2);
    refused(2, 9, "element [1] is -1");
    write_workload((int32_t[]){3, 1}, 2, (int32_t[]){1}, 1);
    refused(2, 9, "wanted is (2,)");
    write_workload((int32_t[]){4, 0}, 2, NULL, 0);
    refused(2, 0, "element [1] is 0");
    write_workload((int32_t[]){-1, 5}, 2, NULL, 0);
    refused(2, 0, "element [0] is -1");
    write_workload((int32_t[]){3, 2}, 2, NULL, 0);
    refused(2, 0, "up to element [1] exceed the 4 rows");
    write_workload((int32_t[]){3}, 1, NULL, 0);
    refused(2, 0, "sum to 3, but features has 4 rows");
    write_workload(NULL, 0, NULL, 0);
    refused(2, 0, "no sequences");
}

/* features (4, 1), two sequences, and tensors `name`, `other` (count) of classes. */
static void write_classes(const char *name, const char *other, size_t count, int32_t first)
{
    static const float features[4] = {1, 2, 3, 4};
    static const int32_t lengths[2] = {3, 1};
    const int32_t values[4] = {first, 1, 2, 3};
    const brds_tensor_out tensors[4] = {{"features", BRDS_F32, 2, {4, 1}, features},
                                        {"lengths", BRDS_I32, 1, {2}, lengths},
                                        {name, BRDS_I32, 1, {count}, values},
                                        {other, BRDS_I32, 1, {2}, values}};
    brds_diag diag = {0};
    expect_ok(brds_safetensors_save(temporary_path(), tensors, other ? 4 : 3, NULL, &diag), &diag);
}

static void test_targets(void **state)
{
    (void)state;
    brds_diag diag = {0};
    brds_workload workload;
    write_classes("targets", NULL, 4, 3);
    expect_ok(brds_workload_load(temporary_path(), 1, 4, &workload, &diag), &diag);
    assert_null(workload.labels);
    assert_int_equal(workload.targets[0], 3);
    assert_int_equal(workload.targets[3], 3);
    brds_workload_free(&workload);
    refused(1, 3, "element [0] is 3");
    refused(1, 3, "targets lie from 0 to 2");
    write_classes("targets", NULL, 4, -1);
    refused(1, 4, "element [0] is -1");
    write_classes("targets", NULL, 3, 0);
    refused(1, 4, "wanted is (4,)");
    write_classes("targets", "labels", 4, 0);
    refused(1, 4, "of which one is wanted");
}

static void check_same(const brds_workload *got, const brds_workload *wanted)
{
    size_t n = wanted->sequences, steps = wanted->steps, x = (size_t)wanted->input_size;
    assert_int_equal(got->input_size, wanted->input_size);
    assert_int_equal(got->sequences, n);
    assert_int_equal(got->steps, steps);
    assert_memory_equal(got->lengths, wanted->lengths, n * sizeof(size_t));
    assert_memory_equal(got->starts, wanted->starts, n * sizeof(size_t));
    assert_memory_equal(got->features, wanted->features, steps * x * sizeof(float));
    assert_int_equal(got->labels == NULL, wanted->labels == NULL);
    assert_int_equal(got->targets == NULL, wanted->targets == NULL);
    if (wanted->labels) {
        assert_memory_equal(got->labels, wanted->labels, n * sizeof(int64_t));
    }
    if (wanted->targets) {
        assert_memory_equal(got->targets, wanted->targets, steps * sizeof(int64_t));
    }
}

/* kind 0: neither, 1: labels, 2: targets. */
static void test_round_trip(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        brds_diag diag = {0};
        brds_workload wanted, got;
        expect_ok(brds_workload_random(3, 5, 7, 1, &wanted, &diag), &diag);
        int64_t *classes = calloc(wanted.steps, sizeof *classes);
        assert_non_null(classes);
        for (size_t i = 0; i < wanted.steps; i++) {
            classes[i] = (int64_t)(i * i % 11);
        }
        wanted.labels = kind == 1 ? classes : NULL;
        wanted.targets = kind == 2 ? classes : NULL;
        expect_ok(brds_workload_save(temporary_path(), &wanted, &diag), &diag);
        expect_ok(brds_workload_load(temporary_path(), 3, 11, &got, &diag), &diag);
        check_same(&got, &wanted);
        brds_workload_free(&got);
        if (kind > 0) {
            classes[2] = (int64_t)INT32_MAX + 1;
            assert_int_equal(brds_workload_save(temporary_path(), &wanted, &diag), BRDS_EINPUT);
            expect_message(&diag, kind == 1 ? "tensor labels" : "tensor targets");
            expect_ok(brds_workload_load(temporary_path(), 3, 11, &got, &diag), &diag);
            brds_workload_free(&got); /* the file from before is still there */
        } else {
            free(classes);
        }
        brds_workload_free(&wanted);
    }
}

static void test_digits(void **state)
{
    (void)state;
    const char *path = data_path("spoken_digits/fsdd_mfcc_test.safetensors");
    need_file(path);
    brds_diag diag = {0};
    brds_workload workload;
    expect_ok(brds_workload_load(path, 39, 10, &workload, &diag), &diag);
    assert_int_equal(workload.sequences, 300);
    assert_int_equal(workload.steps, 12301);
    brds_workload_free(&workload);
}

static void test_random_workload(void **state)
{
    (void)state;
    brds_diag diag = {0};
    brds_workload first, again, other;
    expect_ok(brds_workload_random(3, 5, 7, 1, &first, &diag), &diag);
    expect_ok(brds_workload_random(3, 5, 7, 1, &again, &diag), &diag);
    expect_ok(brds_workload_random(3, 5, 7, 2, &other, &diag), &diag);
    assert_int_equal(first.steps, 35);
    assert_int_equal(first.starts[4], 28);
    assert_int_equal(first.lengths[4], 7);
    assert_null(first.labels);
    assert_memory_equal(first.features, again.features, 35 * 3 * sizeof(float));
    assert_memory_not_equal(first.features, other.features, 35 * 3 * sizeof(float));
    brds_workload_free(&first);
    brds_workload_free(&again);
    brds_workload_free(&other);
    assert_int_equal(brds_workload_random(3, 0, 7, 1, &first, &diag), BRDS_EINPUT);
    brds_diag_free(&diag);
}

/* The first outputs that the published definitions give: of xoshiro256** from
 * the state 1, 2, 3, 4 and of splitmix64 from 0. */
static void test_generator(void **state)
{
    (void)state;
    brds_random random = {{1, 2, 3, 4}};
    assert_true(brds_random_bits(&random) == 11520);
    assert_true(brds_random_bits(&random) == 0);
    assert_true(brds_random_bits(&random) == 1509978240);
    assert_true(brds_random_bits(&random) == 1215971899390074240);
    brds_random_seed(&random, 0);
    assert_true(random.state[0] == 0xe220a8397b1dcdafu);
    assert_true(random.state[1] == 0x6e789e6aa1b965f4u);
}

static void test_normal(void **state)
{
    (void)state;
    enum { COUNT = 100000 };
    brds_random random;
    brds_random_seed(&random, 7);
    double sum = 0, squares = 0, fourth = 0;
    for (int i = 0; i < COUNT; i++) {
        double value = brds_random_normal(&random);
        sum += value;
        squares += value * value;
        fourth += value * value * value * value;
    }
    assert_true(fabs(sum / COUNT) < 0.01);
    assert_true(fabs(squares / COUNT - 1.0) < 0.02);
    assert_true(fabs(fourth / COUNT - 2.9) < 0.1);
}

static void test_uniform(void **state)
{
    (void)state;
    enum { COUNT = 60000 };
    brds_random random;
    brds_random_seed(&random, 11);
    int counts[6] = {0};
    double sum = 0;
    for (int i = 0; i < COUNT; i++) {
        counts[brds_random_below(&random, 6)]++;
        double value = brds_random_uniform(&random);
        assert_true(value >= 0.0 && value < 1.0);
        sum += value;
    }
    assert_true(fabs(sum / COUNT - 0.5) < 0.01);
    for (int i = 0; i < 6; i++) {
        assert_in_range(counts[i], 9600, 10400);
    }
    assert_int_equal(brds_random_below(&random, 1), 0);
}

static int remove_temporary(void **state)
{
    (void)state;
    return remove(temporary_path());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loads),           cmocka_unit_test(test_without_labels),
        cmocka_unit_test(test_faults),          cmocka_unit_test(test_targets),
        cmocka_unit_test(test_round_trip),      cmocka_unit_test(test_digits),
        cmocka_unit_test(test_random_workload), cmocka_unit_test(test_generator),
        cmocka_unit_test(test_normal),          cmocka_unit_test(test_uniform),
    };
    return cmocka_run_group_tests_name("workload", tests, NULL, remove_temporary);
}
