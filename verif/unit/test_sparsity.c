/* SPDX-License-Identifier: Apache-2.0
 *
 * Masks of a network in training: counts, schedule, the packer's rules.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "prune_fixture.h"

static const double steps[] = {0.05, 0.1, 0.3, 0.5, 0.75, 0.9, 0.95, 1.0};
enum { STEPS = sizeof steps / sizeof steps[0] };

static brds_sparsity sparsity_of(const brds_spec *spec, brds_pattern pattern)
{
    brds_sparsity sparsity = {.pattern = pattern, .bank_columns = 6, .block = 3};
    brds_sparsity_of_spec(spec, &sparsity);
    return sparsity;
}

static void apply(const brds_sparsity *sparsity, const brds_spec *spec, double progress,
                  brds_model *model)
{
    brds_diag diag = {0};
    expect_ok(brds_sparsity_apply(sparsity, spec, progress, model, &diag), &diag);
}

/* What the mask takes out is zero, what it leaves is not. */
static void expect_zeros(const brds_model *model)
{
    for (int p = 0; p < model->parameters.count; p++) {
        const brds_parameter *parameter = &model->parameters.list[p];
        for (size_t i = 0; parameter->mask != NULL && i < parameter->count; i++) {
            assert_true((parameter->value[i] != 0) == (parameter->mask[i] == 1));
        }
    }
}

/* Projection and head follow the spec by rows, whatever the pattern of the gates. */
static void expect_rest(const brds_spec *spec, const brds_model *model, double progress)
{
    expect_rows(model->layers[0].w_p,
                brds_pattern_gradual_nnz(24, spec->layers[0].nnz_p, progress));
    expect_rows(model->head_w, brds_pattern_gradual_nnz(13, spec->head.nnz, progress));
    assert_null(model->layers[0].bias->mask);
    assert_null(model->layers[0].peephole->mask);
    assert_null(model->head_bias->mask);
}

static void expect_matrix(const brds_sparsity *sparsity, const brds_parameter *parameter, int nnz,
                          double progress)
{
    int due = brds_pattern_gradual_nnz(parameter->columns, nnz, progress);
    long all = (long)parameter->rows * due, block = sparsity->block;
    switch (sparsity->pattern) {
    case BRDS_PATTERN_DENSE:
        assert_null(parameter->mask);
        break;
    case BRDS_PATTERN_UNSTRUCTURED:
        assert_int_equal(mask_count(parameter), all);
        break;
    case BRDS_PATTERN_BLOCK:
        assert_true(labs(mask_count(parameter) - all) <= block * block);
        break;
    default:
        expect_rows(parameter, due);
    }
}

static void check_counts(brds_pattern pattern)
{
    brds_spec spec = prune_spec();
    brds_model model;
    brds_sparsity sparsity = sparsity_of(&spec, pattern);
    prune_model(&spec, 3, &model);
    for (int i = 0; i < STEPS; i++) {
        apply(&sparsity, &spec, steps[i], &model);
        for (int l = 0; l < 2; l++) {
            expect_matrix(&sparsity, model.layers[l].w_x, spec.layers[l].nnz_x, steps[i]);
            expect_matrix(&sparsity, model.layers[l].w_h, spec.layers[l].nnz_h, steps[i]);
        }
        expect_rest(&spec, &model, steps[i]);
        expect_zeros(&model);
    }
    brds_model_free(&model);
}

static void test_counts(void **state)
{
    (void)state;
    for (int p = 0; brds_pattern_name((brds_pattern)p) != NULL; p++) {
        check_counts((brds_pattern)p);
    }
}

/* Weights that do not change lose their masks' ones, and never get them back. */
static void check_monotone(brds_pattern pattern)
{
    brds_spec spec = prune_spec();
    brds_model model;
    brds_sparsity sparsity = sparsity_of(&spec, pattern);
    uint8_t before[BRDS_MAX_PARAMETERS][4096];
    prune_model(&spec, 4, &model);
    memset(before, 1, sizeof before);
    for (int i = 1; i <= 20; i++) {
        apply(&sparsity, &spec, i / 20.0, &model);
        for (int p = 0; p < model.parameters.count; p++) {
            const brds_parameter *parameter = &model.parameters.list[p];
            assert_true(parameter->count <= sizeof before[p]);
            for (size_t j = 0; parameter->mask != NULL && j < parameter->count; j++) {
                assert_true(parameter->mask[j] <= before[p][j]);
                before[p][j] = parameter->mask[j];
            }
        }
    }
    brds_model_free(&model);
}

static void test_monotone(void **state)
{
    (void)state;
    for (int p = 0; brds_pattern_name((brds_pattern)p) != NULL; p++) {
        check_monotone((brds_pattern)p);
    }
}

/* Rows as many as columns are dense, without a mask. */
static void test_dense_rows(void **state)
{
    (void)state;
    brds_spec spec = prune_spec();
    spec.layers[1].nnz_x = 20;
    spec.head.nnz = 13;
    brds_model model;
    brds_sparsity sparsity = sparsity_of(&spec, BRDS_PATTERN_ROW);
    prune_model(&spec, 5, &model);
    apply(&sparsity, &spec, 1.0, &model);
    assert_null(model.layers[1].w_x->mask);
    assert_null(model.head_w->mask);
    expect_rows(model.layers[1].w_h, 3);
    brds_model_free(&model);
}

static void test_overall(void **state)
{
    (void)state;
    brds_spec spec = prune_spec();
    brds_model model;
    brds_sparsity sparsity = sparsity_of(&spec, BRDS_PATTERN_ROW);
    prune_model(&spec, 6, &model);
    assert_true(brds_sparsity_of_masks(&model) == 0.0);
    assert_true(brds_sparsity_of_weights(&model) == 0.0);
    apply(&sparsity, &spec, 1.0, &model);
    double kept = 96.0 * (5 + 7) + 52.0 * (4 + 3), all = 96.0 * (17 + 20) + 52.0 * (20 + 13);
    assert_true(fabs(brds_sparsity_overall(&sparsity, &spec) - (1.0 - kept / all)) < 1e-12);
    assert_true(fabs(brds_sparsity_of_masks(&model) - (1.0 - kept / all)) < 1e-12);
    assert_true(fabs(brds_sparsity_of_weights(&model) - (1.0 - kept / all)) < 1e-12);
    brds_model_free(&model);
    brds_sparsity other = sparsity;
    other.ratios[0] = (brds_ratio){9, 2};
    other.ratios[1] = (brds_ratio){1, 6};
    brds_sparsity_to_spec(&other, &spec);
    assert_int_equal(spec.layers[0].nnz_x, 9);
    assert_int_equal(spec.layers[1].nnz_h, 6);
    assert_int_equal(spec.layers[0].nnz_p, 6);
    brds_sparsity_of_spec(&spec, &sparsity);
    assert_memory_equal(sparsity.ratios, other.ratios, 2 * sizeof sparsity.ratios[0]);
}

/* --- relative indices --- */

/* Training moves the weights that stay, and only those. */
static void train_on(brds_model *model, brds_random *random)
{
    for (size_t i = 0; i < model->parameters.elements; i++) {
        model->parameters.values[i] += (brds_real)(0.3 * brds_random_normal(random));
    }
    brds_parameters_apply_masks(&model->parameters);
}

static void check_packed(int index_bits, int lanes_x, int lanes_h, uint64_t seed)
{
    brds_spec spec = prune_spec();
    brds_model model;
    brds_random random;
    brds_diag diag = {0};
    spec.index = BRDS_INDEX_RELATIVE;
    spec.index_bits = index_bits;
    spec.lanes_x = lanes_x;
    spec.lanes_h = lanes_h;
    brds_sparsity sparsity = sparsity_of(&spec, BRDS_PATTERN_ROW);
    brds_random_seed(&random, seed);
    prune_model(&spec, seed, &model);
    expect_ok(brds_sparsity_check(&sparsity, &spec, &diag), &diag);
    for (int i = 1; i <= 20; i++) {
        apply(&sparsity, &spec, i / 20.0, &model);
        expect_rest(&spec, &model, i / 20.0);
        train_on(&model, &random);
    }
    for (int l = 0; l < 2; l++) {
        expect_rows(model.layers[l].w_x, spec.layers[l].nnz_x);
        expect_rows(model.layers[l].w_h, spec.layers[l].nnz_h);
    }
    brds_sparsity_settle(&spec, &model);
    expect_ok(pack_model(&spec, &model, &diag), &diag);
    brds_model_free(&model);
}

static void test_packed(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        check_packed(3, 1, 2, seed);
        check_packed(3, 2, 3, seed);
        check_packed(4, 7, 5, seed);
        check_packed(4, 1, 1, seed);
    }
}

/* Fewer weights than lanes need less room than the dense rows before them. */
static void test_few_weights_many_lanes(void **state)
{
    (void)state;
    brds_spec spec = prune_spec();
    brds_model model;
    brds_diag diag = {0};
    spec.index = BRDS_INDEX_RELATIVE;
    spec.index_bits = 3;
    spec.lanes_x = spec.lanes_h = 12;
    brds_sparsity sparsity = sparsity_of(&spec, BRDS_PATTERN_ROW);
    prune_model(&spec, 7, &model);
    expect_ok(brds_sparsity_check(&sparsity, &spec, &diag), &diag);
    for (int i = 1; i <= 20; i++) {
        apply(&sparsity, &spec, i / 20.0, &model);
    }
    expect_ok(pack_model(&spec, &model, &diag), &diag);
    brds_model_free(&model);
}

/* An input that is always 0 gives its weights no gradient: as bridges they stay exactly 0, and lose
 * their places, unless they are settled. */
static void test_settle(void **state)
{
    (void)state;
    brds_spec spec = prune_spec();
    brds_model model;
    brds_diag diag = {0};
    spec.index = BRDS_INDEX_RELATIVE;
    spec.index_bits = 3;
    spec.lanes_x = 1;
    brds_sparsity sparsity = sparsity_of(&spec, BRDS_PATTERN_ROW);
    prune_model(&spec, 8, &model);
    brds_parameter *w = model.layers[0].w_x;
    for (size_t i = 0; i < w->count; i++) {
        int column = (int)(i % 17);
        w->value[i] = column == 0 || column == 16 ? (brds_real)0.25 : 0;
    }
    apply(&sparsity, &spec, 1.0, &model);
    assert_int_equal(pack_model(&spec, &model, &diag), BRDS_EINPUT);
    expect_message(&diag, "does not fit in 3 bits");
    brds_sparsity_settle(&spec, &model);
    expect_ok(pack_model(&spec, &model, &diag), &diag);
    expect_rows(w, 5);
    spec.index = BRDS_INDEX_ABSOLUTE;
    w->value[0] = 0;
    brds_sparsity_settle(&spec, &model);
    assert_true(w->value[0] == 0);
    brds_model_free(&model);
}

/* --- refusals --- */

static void refuse(const brds_sparsity *sparsity, const brds_spec *spec, const char *text)
{
    brds_diag diag = {0};
    assert_int_equal(brds_sparsity_check(sparsity, spec, &diag), BRDS_EINPUT);
    assert_true(diag_says(&diag, text));
    expect_message(&diag, "of layer");
}

static void test_check(void **state)
{
    (void)state;
    brds_spec spec = prune_spec();
    brds_diag diag = {0};
    for (int p = 0; brds_pattern_name((brds_pattern)p) != NULL; p++) {
        brds_sparsity good = sparsity_of(&spec, (brds_pattern)p);
        expect_ok(brds_sparsity_check(&good, &spec, &diag), &diag);
    }
    brds_sparsity sparsity = sparsity_of(&spec, BRDS_PATTERN_ROW);
    sparsity.ratios[1].nnz_h = 14;
    refuse(&sparsity, &spec, "14 weights of a row of 13");
    sparsity.ratios[1].nnz_h = 0;
    refuse(&sparsity, &spec, "W_h of layer 1");
    sparsity = sparsity_of(&spec, BRDS_PATTERN_ROW);
    spec.index = BRDS_INDEX_RELATIVE;
    spec.index_bits = 2;
    refuse(&sparsity, &spec, "the projection of layer 0");
    spec.lanes_h = 1;
    expect_ok(brds_sparsity_check(&sparsity, &spec, &diag), &diag);
    spec.index_bits = 1;
    refuse(&sparsity, &spec, "even adjacent columns need 2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),     cmocka_unit_test(test_monotone),
        cmocka_unit_test(test_dense_rows), cmocka_unit_test(test_overall),
        cmocka_unit_test(test_packed),     cmocka_unit_test(test_few_weights_many_lanes),
        cmocka_unit_test(test_settle),     cmocka_unit_test(test_check),
    };
    return cmocka_run_group_tests_name("sparsity", tests, NULL, NULL);
}
