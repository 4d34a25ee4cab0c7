/* SPDX-License-Identifier: Apache-2.0
 *
 * Magnitude pruning against a sort, and over a whole network.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "io/random.h"
#include "model_fixture.h"
#include "net/network.h"
#include "prune/magnitude.h"

static void test_row(void **state)
{
    (void)state;
    float row[6] = {0.5f, -3.0f, 0.25f, 2.0f, -0.125f, 1.0f};
    const float expected[6] = {0, -3.0f, 0, 2.0f, 0, 1.0f};
    brds_prune_row(row, 6, 3);
    assert_memory_equal(row, expected, sizeof row);
}

static void test_ties(void **state)
{
    (void)state;
    float row[6] = {1.0f, -2.0f, 2.0f, -1.0f, 1.0f, 2.0f};
    const float expected[6] = {1.0f, -2.0f, 2.0f, 0, 0, 2.0f};
    brds_prune_row(row, 6, 4);
    assert_memory_equal(row, expected, sizeof row);
}

static void test_bounds(void **state)
{
    (void)state;
    float row[3] = {1.0f, -2.0f, 0.0f};
    const float before[3] = {1.0f, -2.0f, 0.0f};
    brds_prune_row(row, 3, 3);
    assert_memory_equal(row, before, sizeof row);
    brds_prune_row(row, 3, 2);
    assert_memory_equal(row, before, sizeof row);
    brds_prune_row(row, 3, 0);
    assert_true(row[0] == 0.0f && row[1] == 0.0f);
    float same[300];
    for (int i = 0; i < 300; i++) {
        same[i] = 0x1p-149f; /* every digit but the last is shared */
    }
    brds_prune_row(same, 300, 17);
    assert_int_equal(brds_row_nonzeros(same, 300), 17);
    assert_true(same[16] != 0.0f && same[17] == 0.0f);
}

typedef struct {
    float magnitude;
    int column;
} ranked;

static int by_rank(const void *a, const void *b)
{
    const ranked *left = a, *right = b;
    if (left->magnitude != right->magnitude) {
        return left->magnitude > right->magnitude ? -1 : 1;
    }
    return left->column - right->column;
}

/* Few different values, so that ties are many. */
static void test_against_sort(void **state)
{
    (void)state;
    enum { COLUMNS = 97 };
    brds_random random;
    brds_random_seed(&random, 3);
    for (int trial = 0; trial < 400; trial++) {
        float row[COLUMNS], expected[COLUMNS] = {0};
        ranked order[COLUMNS];
        int nnz = (int)brds_random_below(&random, COLUMNS + 1);
        for (int i = 0; i < COLUMNS; i++) {
            row[i] = trial % 2 ? (float)brds_random_normal(&random)
                               : (float)brds_random_below(&random, 9) - 4.0f;
            order[i] = (ranked){fabsf(row[i]), i};
        }
        qsort(order, COLUMNS, sizeof *order, by_rank);
        for (int i = 0; i < nnz; i++) {
            expected[order[i].column] = row[order[i].column];
        }
        brds_prune_row(row, COLUMNS, nnz);
        for (int i = 0; i < COLUMNS; i++) {
            assert_true(row[i] == expected[i]);
        }
    }
}

static brds_spec dense_spec(void)
{
    brds_spec spec = {.input_size = 6, .layer_count = 1};
    spec.layers[0] = (brds_layer_spec){
        .hidden_size = 8, .projection_size = 5, .nnz_x = 6, .nnz_h = 5, .nnz_p = 8};
    spec.head = (brds_head_spec){.present = true, .size = 3, .nnz = 5};
    return spec;
}

static void test_network(void **state)
{
    (void)state;
    brds_spec spec = dense_spec();
    brds_diag diag = {0};
    brds_network network;
    expect_ok(brds_network_random(&spec, 5, &network, &diag), &diag);
    spec.layers[0].nnz_x = 2;
    spec.layers[0].nnz_h = 3;
    spec.layers[0].nnz_p = 4;
    spec.head.nnz = 1;
    assert_int_equal(brds_network_check_balance("m", &network, &spec, &diag), BRDS_EINPUT);
    brds_diag_free(&diag);
    brds_prune_result results[BRDS_MAX_MATRICES];
    assert_int_equal(brds_prune_magnitude(&network, &spec, results), 4);
    expect_ok(brds_network_check_balance("m", &network, &spec, &diag), &diag);
    assert_string_equal(results[1].matrix.name, "weight_hh_l0");
    assert_int_equal(results[1].before, 32 * 5);
    assert_int_equal(results[1].kept, 32 * 3);
    assert_true(fabs(results[1].sparsity - 0.4) < 1e-12);
    for (int i = 0; i < 4; i++) {
        const brds_prune_result *result = &results[i];
        double floor = (double)result->matrix.nnz / result->matrix.columns;
        assert_true(result->norm_kept > floor && result->norm_kept < 1.0);
    }
    brds_network_free(&network);
}

/* Rows that share their columns are pruned together; what is left can be packed. */
static void test_shared_columns(void **state)
{
    (void)state;
    brds_spec spec = dense_spec();
    brds_diag diag = {0};
    brds_network network;
    brds_prune_result results[BRDS_MAX_MATRICES];
    spec.vector_memory = BRDS_VECTOR_GATE_SHARED;
    spec.open_groups = 1;
    spec.pes = spec.lanes_x = spec.lanes_h = 2;
    expect_ok(brds_network_random(&spec, 5, &network, &diag), &diag);
    spec.layers[0].nnz_x = 2;
    spec.layers[0].nnz_h = 3;
    spec.layers[0].nnz_p = 4;
    spec.head.nnz = 1;
    assert_int_equal(brds_prune_magnitude(&network, &spec, results), 4);
    expect_ok(brds_network_check_balance("m", &network, &spec, &diag), &diag);
    assert_int_equal(results[0].before, 32 * 6);
    assert_int_equal(results[0].kept, 32 * 2);
    assert_int_equal(results[2].kept, 5 * 4);
    brds_network_free(&network);
}

/* The shipped dense model, to the counts of its pruned companion. */
static void test_digits(void **state)
{
    (void)state;
    const char *path = data_path("../models/digits_lstm128.safetensors");
    need_file(path);
    brds_spec spec = {.input_size = 39, .layer_count = 1};
    spec.layers[0] = (brds_layer_spec){.hidden_size = 128, .nnz_x = 8, .nnz_h = 16};
    spec.head = (brds_head_spec){.present = true, .size = 10, .nnz = 128};
    brds_diag diag = {0};
    brds_network network;
    expect_ok(brds_network_load(path, &spec, &network, &diag), &diag);
    brds_prune_result results[BRDS_MAX_MATRICES];
    assert_int_equal(brds_prune_magnitude(&network, &spec, results), 3);
    assert_int_equal(results[0].kept, 512 * 8);
    assert_int_equal(results[1].kept, 512 * 16);
    assert_true(results[2].norm_kept == 1.0 && results[2].sparsity == 0.0);
    brds_network_free(&network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_row),
        cmocka_unit_test(test_ties),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_against_sort),
        cmocka_unit_test(test_shared_columns),
        cmocka_unit_test(test_network),
        cmocka_unit_test(test_digits),
    };
    return cmocka_run_group_tests_name("prune", tests, NULL, NULL);
}
