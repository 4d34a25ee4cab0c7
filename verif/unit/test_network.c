/* SPDX-License-Identifier: Apache-2.0
 *
 * Networks: PyTorch's names, files that do not fit the spec, random weights,
 * saving, and the balance of rows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "model_fixture.h"
#include "net/matrices.h"
#include "net/network_load.h"

static float zeros[4096];

/* A tensor of the file to be written: name and shape. */
typedef struct {
    const char *name;
    int rows, columns; /* columns 0: rank 1 */
} shape_of;

enum { MOST = 16 };

static void write_model(const shape_of *shapes)
{
    brds_tensor_out tensors[MOST];
    size_t count = 0;
    for (; shapes[count].name; count++) {
        tensors[count] =
            (brds_tensor_out){shapes[count].name,
                              BRDS_F32,
                              shapes[count].columns ? 2 : 1,
                              {(size_t)shapes[count].rows, (size_t)shapes[count].columns},
                              zeros};
    }
    brds_diag diag = {0};
    expect_ok(brds_safetensors_save(temporary_path(), tensors, count, NULL, &diag), &diag);
}

/* X = 3, H = 2, no head. */
static brds_spec small_spec(void)
{
    brds_spec spec = {.input_size = 3, .layer_count = 1};
    spec.layers[0] = (brds_layer_spec){.hidden_size = 2, .nnz_x = 3, .nnz_h = 2};
    return spec;
}

static brds_spec head_spec(void)
{
    brds_spec spec = small_spec();
    spec.head = (brds_head_spec){.present = true, .size = 5, .nnz = 2};
    return spec;
}

static void loads(const shape_of *shapes, const brds_spec *spec, const char *warning)
{
    write_model(shapes);
    brds_diag diag = {0};
    brds_network network;
    expect_ok(brds_network_load(temporary_path(), spec, &network, &diag), &diag);
    assert_int_equal(diag.count, warning ? 1 : 0);
    if (warning) {
        expect_message(&diag, warning);
    }
    assert_non_null(network.layers[0].bias);
    brds_network_free(&network);
}

/* Refused, saying both texts and the file's name. */
static void refused(const shape_of *shapes, const brds_spec *spec, const char *place,
                    const char *text)
{
    write_model(shapes);
    brds_diag diag = {0};
    brds_network network;
    assert_int_equal(brds_network_load(temporary_path(), spec, &network, &diag), BRDS_EINPUT);
    assert_null(network.layers[0].w_x);
    assert_true(diag_says(&diag, temporary_path()));
    if (!diag_says(&diag, place)) {
        brds_diag_print(&diag, stderr);
        fail_msg("no message has the place '%s'", place);
    }
    expect_message(&diag, text);
}

#define SHAPES(...)    \
    (const shape_of[]) \
    {                  \
        __VA_ARGS__,   \
        {              \
            NULL, 0, 0 \
        }              \
    }

static void test_names(void **state)
{
    (void)state;
    brds_spec plain = small_spec(), head = head_spec();
    loads(SHAPES({"weight_ih_l0", 8, 3}, {"weight_hh_l0", 8, 2}), &plain, NULL);
    loads(SHAPES({"a.b.weight_ih_l0", 8, 3}, {"a.b.weight_hh_l0", 8, 2}, {"a.b.bias_ih_l0", 8, 0},
                 {"a.b.bias_hh_l0", 8, 0}, {"out.weight", 5, 2}, {"out.bias", 5, 0}),
          &head, NULL);
    loads(SHAPES({"cell.weight_ih", 8, 3}, {"cell.weight_hh", 8, 2}, {"cell.bias_ih", 8, 0},
                 {"weight", 5, 2}),
          &head, NULL);
    /* A head that the spec lacks, and an embedding, are the host's. */
    loads(SHAPES({"l.weight_ih_l0", 8, 3}, {"l.weight_hh_l0", 8, 2}, {"fc.weight", 5, 2}), &plain,
          NULL);
    loads(SHAPES({"l.weight_ih_l0", 8, 3}, {"l.weight_hh_l0", 8, 2}, {"emb.weight", 9, 3},
                 {"fc.weight", 5, 2}),
          &head, NULL);
    loads(SHAPES({"l.weight_ih_l0", 8, 3}, {"l.weight_hh_l0", 8, 2}, {"norm.weight", 2, 0},
                 {"fc.weight", 5, 2}),
          &head, "not used: norm.weight");
}

static void test_missing(void **state)
{
    (void)state;
    brds_spec plain = small_spec(), head = head_spec(), two = small_spec();
    refused(SHAPES({"x", 8, 3}), &plain, "PyTorch names", "it holds no LSTM, but: x");
    refused(SHAPES({"l.weight_ih_l0", 8, 3}), &plain, "tensor l.weight_hh_l0",
            "the spec asks for it with shape (8, 2)");
    refused(SHAPES({"weight_ih_l0", 8, 3}, {"weight_hh_l0", 8, 2}), &head, "ends in .weight",
            "a head of size 5, the file has none");
    two.layer_count = 2;
    two.layers[1] = two.layers[0];
    refused(SHAPES({"weight_ih_l0", 8, 3}, {"weight_hh_l0", 8, 2}), &two, "tensor weight_ih_l1",
            "shape (8, 2)");
    refused(SHAPES({"c.weight_ih", 8, 3}, {"c.weight_hh", 8, 2}), &two, "tensor c.weight_ih",
            "the spec has 2 layers");
}

static void test_shapes(void **state)
{
    (void)state;
    brds_spec plain = small_spec(), head = head_spec();
    refused(SHAPES({"weight_ih_l0", 8, 4}, {"weight_hh_l0", 8, 2}), &plain, "tensor weight_ih_l0",
            "wanted is (8, 3)");
    refused(SHAPES({"weight_ih_l0", 3, 8}, {"weight_hh_l0", 8, 2}), &plain, "tensor weight_ih_l0",
            "transposed");
    refused(SHAPES({"weight_ih_l0", 8, 3}, {"weight_hh_l0", 8, 2}, {"bias_ih_l0", 8, 1}), &plain,
            "tensor bias_ih_l0", "its shape is (8, 1)");
    refused(SHAPES({"weight_ih_l0", 8, 3}, {"weight_hh_l0", 8, 2}, {"fc.weight", 4, 2}), &head,
            "tensor fc.weight", "wanted is (5, 2)");
    refused(SHAPES({"weight_ih_l0", 8, 3}, {"weight_hh_l0", 8, 2}, {"fc.weight", 5, 2},
                   {"fc.bias", 4, 0}),
            &head, "tensor fc.bias", "wanted is (5,)");
}

static void test_other_cells(void **state)
{
    (void)state;
    brds_spec plain = small_spec();
    refused(SHAPES({"weight_ih_l0", 6, 3}, {"weight_hh_l0", 6, 2}), &plain, "tensor weight_hh_l0",
            "that of a GRU");
    refused(SHAPES({"weight_ih_l0", 2, 3}, {"weight_hh_l0", 2, 2}), &plain, "tensor weight_hh_l0",
            "plain RNN");
    refused(SHAPES({"weight_ih_l0", 8, 3}, {"weight_hh_l0", 8, 2}, {"weight_ih_l0_reverse", 8, 3}),
            &plain, "tensor weight_ih_l0_reverse", "bidirectional");
}

static void test_ambiguous(void **state)
{
    (void)state;
    brds_spec plain = small_spec(), head = head_spec();
    refused(SHAPES({"a.weight_ih_l0", 8, 3}, {"b.weight_ih_l0", 8, 2}, {"a.weight_hh_l0", 8, 2}),
            &plain, "more than one LSTM", "a.weight_ih_l0, b.weight_ih_l0");
    refused(SHAPES({"a.weight_ih", 8, 3}, {"a.weight_ih_l0", 8, 3}), &plain, "more than one LSTM",
            "a.weight_ih, a.weight_ih_l0");
    refused(SHAPES({"weight_ih_l0", 8, 3}, {"weight_hh_l0", 8, 2}, {"a.weight", 5, 2},
                   {"b.weight", 5, 2}),
            &head, "could be the head", "a.weight, b.weight");
    refused(SHAPES({"weight_ih_l0", 8, 3}, {"weight_hh_l0", 8, 2}, {"a.weight", 4, 2},
                   {"b.weight", 5, 4}),
            &head, "no tensor has the head's shape (5, 2)", "a.weight, b.weight");
}

static void test_more_than_the_spec(void **state)
{
    (void)state;
    brds_spec plain = small_spec();
    refused(SHAPES({"weight_ih_l0", 8, 3}, {"weight_hh_l0", 8, 2}, {"weight_ih_l1", 8, 2},
                   {"weight_hh_l1", 8, 2}),
            &plain, "tensor weight_ih_l1", "it belongs to layer 1, but the spec has 1 layer");
    refused(SHAPES({"weight_ih_l0", 8, 3}, {"weight_hh_l0", 8, 2}, {"weight_hr_l0", 1, 2}), &plain,
            "tensor weight_hr_l0", "no projection");
    refused(SHAPES({"weight_ih_l0", 8, 3}, {"weight_hh_l0", 8, 2}, {"weight_peephole_l0", 3, 2}),
            &plain, "tensor weight_peephole_l0", "no peephole");
}

/* Several cells, or modules of one layer each, are layers in the order of the number
 * in which their prefixes differ: not in that of the file, which is alphabetical. */
static void test_families(void **state)
{
    (void)state;
    brds_spec two = small_spec(), plain = small_spec();
    two.layer_count = 2;
    two.layers[1] = (brds_layer_spec){.hidden_size = 3, .nnz_x = 2, .nnz_h = 3};
    loads(SHAPES({"net.10.weight_ih", 12, 2}, {"net.10.weight_hh", 12, 3},
                 {"net.2.weight_ih", 8, 3}, {"net.2.weight_hh", 8, 2}),
          &two, NULL);
    loads(SHAPES({"rnn1.weight_ih_l0", 8, 3}, {"rnn1.weight_hh_l0", 8, 2},
                 {"rnn2.weight_ih_l0", 12, 2}, {"rnn2.weight_hh_l0", 12, 3}),
          &two, NULL);
    refused(SHAPES({"encoder.weight_ih", 8, 3}, {"encoder.weight_hh", 8, 2},
                   {"decoder.weight_ih", 12, 2}, {"decoder.weight_hh", 12, 3}),
            &two, "more than one LSTM", "decoder.weight_ih, encoder.weight_ih");
    refused(SHAPES({"a0.b0.weight_ih", 8, 3}, {"a1.b1.weight_ih", 12, 2}), &two,
            "more than one LSTM", "a0.b0.weight_ih");
    refused(SHAPES({"c.0.weight_ih", 8, 3}, {"c.1.weight_ih", 12, 2}), &plain, "more than one LSTM",
            "the spec has 1 layer");
    refused(SHAPES({"c.0.weight_ih", 8, 3}, {"c.1.weight_ih_l0", 12, 2}), &two,
            "more than one LSTM", "c.0.weight_ih");
    refused(SHAPES({"r1.weight_ih_l0", 8, 3}, {"r1.weight_hh_l0", 8, 2}, {"r1.weight_ih_l1", 8, 2},
                   {"r2.weight_ih_l0", 12, 2}, {"r2.weight_hh_l0", 12, 3}),
            &two, "tensor r1.weight_ih_l1", "the spec's layer 1 has no use for it");
}

/* Projection, peepholes, two layers and a head. */
static brds_spec full_spec(void)
{
    brds_spec spec = {.input_size = 7, .layer_count = 2};
    spec.layers[0] = (brds_layer_spec){.hidden_size = 6,
                                       .projection_size = 4,
                                       .peephole = true,
                                       .nnz_x = 2,
                                       .nnz_h = 3,
                                       .nnz_p = 5};
    spec.layers[1] = (brds_layer_spec){.hidden_size = 5, .nnz_x = 4, .nnz_h = 1};
    spec.head = (brds_head_spec){.present = true, .size = 3, .nnz = 2};
    return spec;
}

static void same(const float *a, const float *b, int count)
{
    assert_non_null(a);
    assert_non_null(b);
    assert_memory_equal(a, b, (size_t)count * sizeof(float));
}

static void same_network(const brds_network *a, const brds_network *b)
{
    same(a->layers[0].w_x, b->layers[0].w_x, 24 * 7);
    same(a->layers[0].w_h, b->layers[0].w_h, 24 * 4);
    same(a->layers[0].w_p, b->layers[0].w_p, 4 * 6);
    same(a->layers[0].bias, b->layers[0].bias, 24);
    same(a->layers[0].peephole, b->layers[0].peephole, 18);
    same(a->layers[1].w_x, b->layers[1].w_x, 20 * 4);
    same(a->layers[1].w_h, b->layers[1].w_h, 20 * 5);
    assert_null(b->layers[1].w_p);
    assert_null(b->layers[1].peephole);
    same(a->head_w, b->head_w, 3 * 5);
    same(a->head_bias, b->head_bias, 3);
}

static void test_save_and_load(void **state)
{
    (void)state;
    brds_spec spec = full_spec();
    brds_diag diag = {0};
    brds_network made, again, read;
    expect_ok(brds_network_random(&spec, 9, &made, &diag), &diag);
    expect_ok(brds_network_random(&spec, 9, &again, &diag), &diag);
    same_network(&made, &again);
    expect_ok(brds_network_save(temporary_path(), &made, &diag), &diag);
    expect_ok(brds_network_load(temporary_path(), &spec, &read, &diag), &diag);
    assert_int_equal(diag.count, 0);
    same_network(&made, &read);
    brds_network_free(&made);
    brds_network_free(&again);
    brds_network_free(&read);
}

/* Every row has the spec's count exactly, and every column its share. */
static void test_random_balance(void **state)
{
    (void)state;
    brds_spec spec = {.input_size = 16, .layer_count = 1};
    spec.layers[0] = (brds_layer_spec){.hidden_size = 512, .nnz_x = 4, .nnz_h = 512};
    brds_diag diag = {0};
    brds_network network;
    expect_ok(brds_network_random(&spec, 1, &network, &diag), &diag);
    int columns[16] = {0};
    for (int row = 0; row < 2048; row++) {
        assert_int_equal(brds_row_nonzeros(network.layers[0].w_x + row * 16, 16), 4);
        for (int i = 0; i < 16; i++) {
            columns[i] += network.layers[0].w_x[row * 16 + i] != 0.0f;
        }
    }
    for (int i = 0; i < 16; i++) {
        assert_in_range(columns[i], 512 - 100, 512 + 100); /* five sigma */
    }
    assert_int_equal(brds_row_nonzeros(network.layers[0].w_h, 512), 512);
    expect_ok(brds_network_check_balance("m", &network, &spec, &diag), &diag);
    brds_network_free(&network);
}

static void test_balance_message(void **state)
{
    (void)state;
    brds_spec spec = full_spec();
    brds_diag diag = {0};
    brds_network network;
    expect_ok(brds_network_random(&spec, 1, &network, &diag), &diag);
    network.layers[0].w_p[0] = 0.0f; /* fewer are fine */
    for (int i = 0; i < 4; i++) {
        network.layers[0].w_h[17 * 4 + i] = 1.0f;
    }
    assert_int_equal(brds_network_check_balance("M.safetensors", &network, &spec, &diag),
                     BRDS_EINPUT);
    assert_int_equal(diag.count, 1);
    assert_string_equal(diag.messages[0].place, "M.safetensors: weight_hh_l0");
    assert_string_equal(diag.messages[0].text, "row 17 has 4 nonzeros");
    assert_string_equal(diag.messages[0].hint,
                        "the spec's nnz_h is 3 (prune it with 'brdsgen prune')");
    brds_diag_free(&diag);
    diag = (brds_diag){0};
    spec.layers[0].nnz_x = 1;
    assert_int_equal(brds_network_check_balance("m", &network, &spec, &diag), BRDS_EINPUT);
    assert_int_equal(diag.count, 12); /* ten rows, "14 more", and row 17 of W_h */
    expect_message(&diag, "14 more rows");
    brds_network_free(&network);
}

/* The four gates of a unit share their columns, and so do the rows of projection and head that a PE works at a
 * time: here rows of the head 0, 2 (1 alone in its set) with two element lanes. */
static void test_shared_columns(void **state)
{
    (void)state;
    brds_spec spec = full_spec();
    brds_diag diag = {0};
    brds_network network;
    spec.vector_memory = BRDS_VECTOR_GATE_SHARED;
    spec.open_groups = 1;
    spec.pes = spec.lanes_x = 2;
    spec.lanes_h = 3;
    assert_int_equal(brds_spec_element_lanes(&spec), 2);
    expect_ok(brds_network_random(&spec, 1, &network, &diag), &diag);
    expect_ok(brds_network_check_balance("m", &network, &spec, &diag), &diag);
    const float *w = network.layers[0].w_x;
    for (int i = 0; i < 6 * 7; i++) {
        for (int gate = 1; gate < 4; gate++) {
            assert_int_equal(w[gate * 6 * 7 + i] != 0.0f, w[i] != 0.0f);
        }
    }
    int unused = 0;
    while (network.head_w[unused] != 0.0f) {
        unused++;
    }
    network.head_w[5 + unused] = 1.0f; /* row 1 takes one more */
    network.head_w[2 * 5 + unused] = 1.0f;
    spec.head.nnz = 3;
    expect_ok(brds_network_check_balance("m", &network, &spec, &diag), &diag);
    spec.head.nnz = 2;
    assert_int_equal(brds_network_check_balance("m", &network, &spec, &diag), BRDS_EINPUT);
    assert_string_equal(diag.messages[0].place, "m: fc.weight");
    assert_string_equal(diag.messages[0].text,
                        "rows 0 to 2 in steps of 2 use 3 columns and must share theirs "
                        "(vector_memory \"gate_shared\")");
    brds_diag_free(&diag);
    brds_network_free(&network);
}

/* What no lane of a bank can take is named, with its bank. */
static void test_banked_columns(void **state)
{
    (void)state;
    brds_spec spec = full_spec();
    brds_diag diag = {0};
    brds_network network;
    spec.vector_memory = BRDS_VECTOR_BANKED;
    spec.open_groups = 1;
    spec.pes = 1;
    spec.lanes_x = spec.lanes_h = 2;
    spec.layers[0].nnz_x = 3; /* of 7: two beats, bank 1 has 3 columns */
    spec.layers[0].nnz_h = 4;
    expect_ok(brds_network_random(&spec, 1, &network, &diag), &diag);
    expect_ok(brds_network_check_balance("m", &network, &spec, &diag), &diag);
    float *w = network.layers[0].w_x + 2 * 7;
    memset(w, 0, 7 * sizeof *w);
    w[1] = w[3] = w[4] = 1.0f;
    expect_ok(brds_network_check_balance("m", &network, &spec, &diag), &diag);
    w[4] = 0.0f;
    w[5] = 1.0f;
    assert_int_equal(brds_network_check_balance("m", &network, &spec, &diag), BRDS_EINPUT);
    assert_string_equal(diag.messages[0].place, "m: weight_ih_l0");
    assert_string_equal(diag.messages[0].text,
                        "row 2 has too many nonzeros in the columns 1, 1 + 2 ..., one of 2 banks: "
                        "its lanes have 2 beats");
    brds_diag_free(&diag);
    brds_network_free(&network);
}

/* The two biases are added; dtypes may be mixed. */
static void test_bias_and_found(void **state)
{
    (void)state;
    const float one[8] = {1, 1, 1, 1, 1, 1, 1, 1}, two[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    const brds_tensor_out tensors[4] = {{"r.weight_ih_l0", BRDS_F32, 2, {8, 3}, zeros},
                                        {"r.weight_hh_l0", BRDS_F32, 2, {8, 2}, zeros},
                                        {"r.bias_ih_l0", BRDS_F32, 1, {8}, one},
                                        {"r.bias_hh_l0", BRDS_F32, 1, {8}, two}};
    brds_spec spec = small_spec();
    brds_diag diag = {0};
    brds_safetensors file;
    brds_network network;
    brds_found_list found;
    expect_ok(brds_safetensors_save(temporary_path(), tensors, 4, NULL, &diag), &diag);
    expect_ok(brds_safetensors_load(temporary_path(), &file, &diag), &diag);
    expect_ok(brds_network_from_file(&file, &spec, &network, &found, &diag), &diag);
    for (int i = 0; i < 8; i++) {
        assert_true(network.layers[0].bias[i] == one[i] + two[i]);
    }
    assert_int_equal(found.count, 4);
    assert_string_equal(found.tensors[1].source->name, "r.weight_hh_l0");
    assert_string_equal(found.tensors[1].name, "lstm.weight_hh_l0");
    assert_string_equal(found.tensors[3].name, "lstm.bias_ih_l0");
    brds_network_free(&network);
    brds_safetensors_free(&file);
}

static int remove_temporary(void **state)
{
    (void)state;
    return remove(temporary_path());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),          cmocka_unit_test(test_missing),
        cmocka_unit_test(test_shapes),         cmocka_unit_test(test_other_cells),
        cmocka_unit_test(test_ambiguous),      cmocka_unit_test(test_more_than_the_spec),
        cmocka_unit_test(test_families),       cmocka_unit_test(test_save_and_load),
        cmocka_unit_test(test_random_balance), cmocka_unit_test(test_balance_message),
        cmocka_unit_test(test_shared_columns), cmocka_unit_test(test_banked_columns),
        cmocka_unit_test(test_bias_and_found),
    };
    return cmocka_run_group_tests_name("network", tests, NULL, remove_temporary);
}
