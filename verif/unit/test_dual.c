/* SPDX-License-Identifier: Apache-2.0
 *
 * Retraining with budgets, and the dual-ratio search over it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <sys/stat.h>

#include "prune/dual.h"
#include "prune/work.h"
#include "prune_fixture.h"

/* --- a task: which quarter of the input is loud --- */

enum { SEQUENCES = 24, LENGTH = 5, WIDTH = 17 };

typedef struct {
    brds_spec spec;
    brds_dataset data;
    brds_model model;
    brds_real *dense;
    brds_retrain retrain;
    brds_dual_options options;
} task;

static void make_data(brds_dataset *data)
{
    brds_random random;
    brds_random_seed(&random, 11);
    *data = (brds_dataset){.feature_size = WIDTH,
                           .classes = 4,
                           .sequences = SEQUENCES,
                           .steps = SEQUENCES * LENGTH,
                           .starts = calloc(SEQUENCES, sizeof(size_t)),
                           .lengths = calloc(SEQUENCES, sizeof(size_t)),
                           .labels = calloc(SEQUENCES, sizeof(int32_t)),
                           .features = calloc(SEQUENCES * LENGTH * WIDTH, sizeof(float))};
    assert_true(data->starts && data->lengths && data->labels && data->features);
    for (size_t s = 0; s < SEQUENCES; s++) {
        data->starts[s] = s * LENGTH;
        data->lengths[s] = LENGTH;
        data->labels[s] = (int32_t)(s % 4);
        for (size_t i = 0; i < LENGTH * WIDTH; i++) {
            double loud = i % WIDTH / 4 == s % 4 ? 2.0 : 0.5;
            data->features[s * LENGTH * WIDTH + i] = (float)(loud * brds_random_normal(&random));
        }
    }
}

static void begin(task *t)
{
    *t = (task){.spec = prune_spec()};
    make_data(&t->data);
    prune_model(&t->spec, 2, &t->model);
    size_t bytes = t->model.parameters.elements * sizeof *t->dense;
    t->dense = malloc(bytes);
    assert_non_null(t->dense);
    memcpy(t->dense, t->model.parameters.values, bytes);
    t->retrain = (brds_retrain){.spec = &t->spec,
                                .train = &t->data,
                                .valid = &t->data,
                                .options = {.optimiser = BRDS_ADAM,
                                            .rate = 0.01,
                                            .decay = 1.0,
                                            .clip = 5.0,
                                            .batch = 6,
                                            .seed = 5},
                                .quantised_rate = 0.001,
                                .identity = "test dual\n",
                                .every = 60.0};
    t->options = (brds_dual_options){.sparsity = 0.7, .max_trials = 6, .budget = {1, 3, 0}};
}

static void end(task *t)
{
    brds_model_free(&t->model);
    brds_dataset_free(&t->data);
    free(t->dense);
}

static void retrain(task *t, const brds_budget *budget, const brds_sparsity *sparsity,
                    brds_retrained *retrained)
{
    brds_diag diag = {0};
    brds_dual_restore(&t->model, t->dense);
    expect_ok(brds_retrain_run(&t->retrain, budget, sparsity, "alone", &t->model, retrained, &diag),
              &diag);
}

/* --- budgets --- */

static void expect_counts(const task *t, const brds_sparsity *sparsity)
{
    for (int l = 0; l < 2; l++) {
        expect_rows(t->model.layers[l].w_x, sparsity->ratios[l].nnz_x);
        expect_rows(t->model.layers[l].w_h, sparsity->ratios[l].nnz_h);
    }
    expect_rows(t->model.layers[0].w_p, t->spec.layers[0].nnz_p);
    expect_rows(t->model.head_w, t->spec.head.nnz);
    for (int p = 0; p < t->model.parameters.count; p++) {
        const brds_parameter *parameter = &t->model.parameters.list[p];
        for (size_t i = 0; parameter->mask != NULL && i < parameter->count; i++) {
            assert_true(parameter->mask[i] == 1 || parameter->value[i] == 0);
        }
    }
}

/* The score that is reported is that of the weights that are left. */
static void expect_score(task *t, const brds_score *wanted)
{
    brds_pass *pass;
    brds_score score;
    brds_diag diag = {0};
    expect_ok(brds_pass_new(&t->model, &pass, &diag), &diag);
    expect_ok(brds_evaluate_model(pass, &t->model, &t->data, &score, &diag), &diag);
    brds_pass_free(pass);
    assert_int_equal(score.correct, wanted->correct);
    assert_true(score.loss == wanted->loss);
}

static void test_budgets(void **state)
{
    (void)state;
    static const brds_budget budgets[] = {{0, 1, 0}, {0, 3, 0}, {1, 2, 0}, {5, 6, 0}, {2, 7, 0}};
    task t;
    begin(&t);
    brds_sparsity sparsity = {.pattern = BRDS_PATTERN_ROW};
    brds_sparsity_of_spec(&t.spec, &sparsity);
    for (size_t i = 0; i < sizeof budgets / sizeof budgets[0]; i++) {
        brds_retrained retrained;
        retrain(&t, &budgets[i], &sparsity, &retrained);
        expect_counts(&t, &sparsity);
        expect_score(&t, &retrained.valid);
        assert_true(retrained.seconds > 0.0);
    }
    end(&t);
}

/* Without a ramp the first mask is the dense weights' own. */
static void test_no_ramp(void **state)
{
    (void)state;
    task t;
    brds_diag diag = {0};
    brds_retrained retrained;
    const brds_budget budget = {0, 2, 0};
    begin(&t);
    brds_sparsity sparsity = {.pattern = BRDS_PATTERN_ROW};
    brds_sparsity_of_spec(&t.spec, &sparsity);
    brds_model fresh;
    prune_model(&t.spec, 2, &fresh);
    expect_ok(brds_sparsity_apply(&sparsity, &t.spec, 1.0, &fresh, &diag), &diag);
    retrain(&t, &budget, &sparsity, &retrained);
    const brds_parameter *w = t.model.layers[0].w_h;
    assert_memory_equal(w->mask, fresh.layers[0].w_h->mask, w->count);
    brds_model_free(&fresh);
    end(&t);
}

/* With the hardware's numbers the score is that of a forward pass with them. */
static void test_quantised(void **state)
{
    (void)state;
    task t;
    brds_diag diag = {0};
    brds_retrained retrained;
    brds_quantised numbers;
    const brds_budget budget = {1, 3, 2};
    begin(&t);
    t.spec.weight_bits = 3;
    brds_sparsity sparsity = {.pattern = BRDS_PATTERN_ROW};
    brds_sparsity_of_spec(&t.spec, &sparsity);
    retrain(&t, &budget, &sparsity, &retrained);
    expect_counts(&t, &sparsity);
    for (int p = 0; p < t.model.parameters.count; p++) {
        assert_ptr_equal(t.model.parameters.list[p].forward, t.model.parameters.list[p].value);
    }
    expect_ok(brds_quantised_new(&t.spec, &t.model, &numbers, &diag), &diag);
    expect_score(&t, &retrained.valid);
    brds_quantised_free(&numbers, &t.model);
    end(&t);
}

/* --- lines --- */

static void test_follow(void **state)
{
    (void)state;
    brds_spec spec = prune_spec();
    brds_diag diag = {0};
    for (int fill = 0; fill < 2; fill++) {
        brds_dual_options options = {.sparsity = 0.6, .fill_lanes = fill};
        brds_sparsity equal = {0}, moved = {0};
        expect_ok(brds_dual_equal(&spec, &options, &equal, &diag), &diag);
        int total = equal.ratios[0].nnz_x + equal.ratios[0].nnz_h;
        int other = equal.ratios[1].nnz_x + equal.ratios[1].nnz_h;
        assert_true(total <= 15 && other <= 13 && total >= 13 && other >= 11);
        for (int x = fill ? 2 : 1; x < total; x += fill ? 6 : 1) {
            brds_ratio first = {x, total - x};
            expect_ok(brds_dual_follow(&spec, &options, first, &moved, &diag), &diag);
            const brds_ratio *one = &moved.ratios[0], *two = &moved.ratios[1];
            assert_memory_equal(one, &first, sizeof first);
            assert_int_equal(two->nnz_x + two->nnz_h, other);
            assert_in_range(two->nnz_x, 1, 20);
            assert_in_range(two->nnz_h, 1, 13);
            if (fill) {
                assert_int_equal(two->nnz_x % spec.lanes_x + two->nnz_h % spec.lanes_h, 0);
            }
            int dx = x - equal.ratios[0].nnz_x, dy = two->nnz_x - equal.ratios[1].nnz_x;
            assert_true(dx == 0 ? dy == 0 : dx > 0 ? dy >= 0 : dy <= 0);
            int wanted = (int)lround(dx * 20.0 / 17.0), room = other - equal.ratios[1].nnz_x - 1;
            wanted = wanted < room ? wanted : room;
            wanted = wanted > 1 - equal.ratios[1].nnz_x ? wanted : 1 - equal.ratios[1].nnz_x;
            assert_true(fill || dy == wanted);
        }
    }
}

static void test_check(void **state)
{
    (void)state;
    brds_spec spec = prune_spec();
    brds_diag diag = {0};
    brds_dual_options options = {.sparsity = 0.7, .max_trials = 5};
    const brds_sparsity row = {.pattern = BRDS_PATTERN_ROW};
    expect_ok(brds_dual_check(&spec, &options, &row, &diag), &diag);
    options.step = 2;
    options.step_min = 3;
    assert_int_equal(brds_dual_check(&spec, &options, &row, &diag), BRDS_EINPUT);
    expect_message(&diag, "a first step of 2");
    options.step = 0; /* the first one is what the last one allows */
    expect_ok(brds_dual_check(&spec, &options, &row, &diag), &diag);
    spec.lanes_h = 14;
    expect_ok(brds_dual_check(&spec, &options, &row, &diag), &diag);
    options.fill_lanes = true;
    assert_int_equal(brds_dual_check(&spec, &options, &row, &diag), BRDS_EINPUT);
    expect_message(&diag, "no two counts fit");
    options.fill_lanes = false;
    spec = prune_spec();
    spec.index =
        BRDS_INDEX_RELATIVE; /* no pair's gaps are longer than two and three lanes ask for */
    spec.index_bits = 3;
    expect_ok(brds_dual_check(&spec, &options, &row, &diag), &diag);
    spec.index_bits = 1;
    assert_int_equal(brds_dual_check(&spec, &options, &row, &diag), BRDS_EINPUT);
    expect_message(&diag, "even adjacent columns need");
}

/* --- search --- */

/* Each trial is what its pair gives from the dense weights, without what was tried before. */
static void expect_trials(task *t, const brds_dual_result *result)
{
    for (int i = 0; i < result->count; i++) {
        const brds_dual_trial *trial = &result->trials[i];
        brds_sparsity sparsity = {.pattern = BRDS_PATTERN_ROW};
        brds_retrained alone;
        memcpy(sparsity.ratios, trial->ratios, sizeof sparsity.ratios);
        retrain(t, &t->options.budget, &sparsity, &alone);
        assert_true(alone.valid.loss == trial->valid.loss);
        assert_int_equal(alone.valid.correct, trial->valid.correct);
        assert_false(
            brds_score_better(t->data.task, &trial->valid, &result->trials[result->best].valid));
        for (int j = 0; j < i; j++) {
            assert_memory_not_equal(trial->ratios, result->trials[j].ratios,
                                    2 * sizeof trial->ratios[0]);
        }
        int all = 0;
        for (int l = 0; l < 2; l++) {
            all = trial->ratios[l].nnz_x + trial->ratios[l].nnz_h;
            assert_int_equal(all, l == 0 ? 11 : 10);
        }
    }
}

static void search(bool per_layer)
{
    task t;
    brds_diag diag = {0};
    brds_dual_result *result = calloc(1, sizeof *result);
    brds_sparsity sparsity = {.pattern = BRDS_PATTERN_ROW};
    assert_non_null(result);
    begin(&t);
    t.options.per_layer = per_layer;
    expect_ok(brds_dual_search(&t.retrain, &t.options, t.dense, &t.model, &sparsity, result, &diag),
              &diag);
    assert_in_range(result->count, 3, per_layer ? 11 : 6);
    assert_memory_equal(sparsity.ratios, result->trials[result->best].ratios,
                        2 * sizeof sparsity.ratios[0]);
    expect_trials(&t, result);
    free(result);
    end(&t);
}

static void test_search(void **state)
{
    (void)state;
    search(false);
}

static void test_search_per_layer(void **state)
{
    (void)state;
    search(true);
}

static void test_restore(void **state)
{
    (void)state;
    task t;
    brds_diag diag = {0};
    begin(&t);
    brds_sparsity sparsity = {.pattern = BRDS_PATTERN_ROW};
    brds_sparsity_of_spec(&t.spec, &sparsity);
    expect_ok(brds_sparsity_apply(&sparsity, &t.spec, 1.0, &t.model, &diag), &diag);
    brds_dual_restore(&t.model, t.dense);
    assert_memory_equal(t.model.parameters.values, t.dense,
                        t.model.parameters.elements * sizeof *t.dense);
    for (int p = 0; p < t.model.parameters.count; p++) {
        assert_null(t.model.parameters.list[p].mask);
    }
    end(&t);
}

/* --- work --- */

static void empty_folder(const char *folder)
{
    DIR *stream = opendir(folder);
    for (struct dirent *e = stream ? readdir(stream) : NULL; e != NULL; e = readdir(stream)) {
        char path[600];
        snprintf(path, sizeof path, "%s/%.255s", folder, e->d_name);
        unlink(path);
    }
    if (stream != NULL) {
        closedir(stream);
        rmdir(folder);
    }
}

static const char *work_folder(void)
{
    static char path[300];
    snprintf(path, sizeof path, "%s.work", temporary_path());
    empty_folder(path);
    return path;
}

static void test_work(void **state)
{
    (void)state;
    const char *work = work_folder();
    brds_diag diag = {0};
    expect_ok(brds_work_begin(work, "seed 1\nrate 2\n", false, &diag), &diag);
    expect_ok(brds_work_begin(work, "seed 1\nrate 2\n", true, &diag), &diag);
    assert_int_equal(brds_work_begin(work, "seed 1\nrate 2\n", false, &diag), BRDS_EINPUT);
    expect_message(&diag, "an earlier run");
    assert_int_equal(brds_work_begin(work, "seed 1\nrate 3\n", true, &diag), BRDS_EINPUT);
    expect_message(&diag, "there 'rate 2', here 'rate 3'");
    assert_int_equal(brds_work_begin(work, "seed 1\n", true, &diag), BRDS_EINPUT);
    expect_message(&diag, "there 'rate 2', here ''");
    assert_int_equal(brds_work_begin(temporary_path(), "", true, &diag), BRDS_EFILE);
    expect_message(&diag, "cannot make this folder");
    assert_true(brds_work_seconds(work, "row") == 0.0);
    expect_ok(brds_work_note_seconds(work, "row", 1.0 / 3.0, &diag), &diag);
    assert_true(brds_work_seconds(work, "row") == 1.0 / 3.0);
    empty_folder(work);
}

/* A finished attempt is read, not trained: with data that would give other weights it gives the
 * same. */
static void test_finished(void **state)
{
    (void)state;
    task t;
    brds_diag diag = {0};
    brds_retrained first, again;
    const brds_budget budget = {1, 3, 1};
    begin(&t);
    t.retrain.work = work_folder();
    expect_ok(brds_work_begin(t.retrain.work, t.retrain.identity, false, &diag), &diag);
    brds_sparsity sparsity = {.pattern = BRDS_PATTERN_ROW};
    brds_sparsity_of_spec(&t.spec, &sparsity);
    retrain(&t, &budget, &sparsity, &first);
    size_t bytes = t.model.parameters.elements * sizeof *t.dense;
    brds_real *values = malloc(bytes);
    assert_non_null(values);
    memcpy(values, t.model.parameters.values, bytes);
    t.retrain.resume = true;
    t.data.features[0] += 5.0f;
    retrain(&t, &budget, &sparsity, &again);
    assert_memory_equal(values, t.model.parameters.values, bytes);
    assert_true(first.seconds == again.seconds && first.valid.loss == again.valid.loss);
    expect_counts(&t, &sparsity);
    sparsity.ratios[1].nnz_x++;
    brds_dual_restore(&t.model, t.dense);
    assert_int_equal(
        brds_retrain_run(&t.retrain, &budget, &sparsity, "alone", &t.model, &again, &diag),
        BRDS_EINPUT);
    assert_true(diag_says(&diag, "it is of another run: there 'attempt alone, row, ramp 1"));
    expect_message(&diag, "'alone' was not finished");
    empty_folder(t.retrain.work);
    free(values);
    end(&t);
}

static int clean(void **state)
{
    (void)state;
    unlink(temporary_path());
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_budgets),
        cmocka_unit_test(test_no_ramp),
        cmocka_unit_test(test_quantised),
        cmocka_unit_test(test_follow),
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_search),
        cmocka_unit_test(test_search_per_layer),
        cmocka_unit_test(test_restore),
        cmocka_unit_test(test_work),
        cmocka_unit_test(test_finished),
    };
    return cmocka_run_group_tests_name("dual", tests, NULL, clean);
}
