/* SPDX-License-Identifier: Apache-2.0
 *
 * Trained networks in every format: what a file computes once it is read must be
 * what the program that wrote it computes (verif/unit/data/import).  What is not
 * supported must be refused by name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "import_fixture.h"
#include "io/keras.h"
#include "io/onnx.h"
#include "io/tensors.h"
#include "net/network_load.h"

static const double tolerance = 1e-5;

/* Sizes of the networks of verif/unit/data/import. */
enum { STEPS = 6, INPUTS = 3, HIDDEN = 4, SECOND = 5, CLASSES = 2 };

static brds_spec spec_of(int inputs, int first, int second, int classes)
{
    brds_spec spec = {.input_size = inputs, .layer_count = second ? 2 : 1};
    spec.layers[0] = (brds_layer_spec){.hidden_size = first, .nnz_x = inputs, .nnz_h = first};
    spec.layers[1] = (brds_layer_spec){.hidden_size = second, .nnz_x = first, .nnz_h = second};
    int last = second ? second : first;
    if (classes) {
        spec.head = (brds_head_spec){.present = true, .size = classes, .nnz = last};
    }
    return spec;
}

static float *expected_values(const brds_safetensors *file, const char *name, int columns)
{
    brds_diag diag = {0};
    float *values;
    expect_ok(
        brds_safetensors_floats(file, name, 2, (size_t[]){STEPS, (size_t)columns}, &values, &diag),
        &diag);
    return values;
}

static void expect_close(const float *found, const float *wanted, int count, int step)
{
    for (int i = 0; i < count; i++) {
        double difference = fabs((double)found[i] - (double)wanted[i]);
        if (!(difference < tolerance)) {
            fail_msg("step %d, output %d: %g, wanted %g", step, i, (double)found[i],
                     (double)wanted[i]);
        }
    }
}

/* Runs the network on x of the expected file and compares h, and y where the
 * spec has a head. */
static void expect_outputs(const brds_network *network, const char *expected_name)
{
    brds_diag diag = {0};
    brds_safetensors expected;
    brds_float_state run;
    int last = network->layer_count - 1, width = network->layers[last].output;
    int inputs = network->layers[0].columns_x;
    expect_ok(brds_safetensors_load(import_path(expected_name), &expected, &diag), &diag);
    float *x = expected_values(&expected, "x", inputs);
    float *h = expected_values(&expected, "h", width);
    float *y = network->head_size ? expected_values(&expected, "y", network->head_size) : NULL;
    expect_ok(brds_float_state_new(network, &run, &diag), &diag);
    brds_float_state_reset(network, &run);
    for (int step = 0; step < STEPS; step++) {
        brds_float_step(network, x + step * inputs, &run);
        expect_close(run.h[last], h + step * width, width, step);
        if (y) {
            float out[CLASSES];
            brds_float_head(network, run.h[last], out);
            expect_close(out, y + step * CLASSES, CLASSES, step);
        }
    }
    brds_float_state_free(&run);
    free(x);
    free(h);
    free(y);
    brds_safetensors_free(&expected);
}

/* `warning`: the text of the only warning, NULL for none. */
static void computes(const char *path, const char *expected, const brds_spec *spec,
                     const char *warning)
{
    brds_diag diag = {0};
    brds_network network;
    expect_ok(brds_network_load(path, spec, &network, &diag), &diag);
    if (!warning && diag.count) {
        brds_diag_print(&diag, stderr);
    }
    assert_int_equal(diag.count > 0, warning != NULL);
    if (warning) {
        expect_message(&diag, warning);
    }
    expect_outputs(&network, expected);
    brds_network_free(&network);
}

/* --- what is read --- */

static void test_cells(void **state)
{
    (void)state;
    brds_spec spec = spec_of(INPUTS, HIDDEN, SECOND, CLASSES);
    computes(import_path("cells.safetensors"), "cells.safetensors.expected.safetensors", &spec,
             NULL);
}

static void test_npz(void **state)
{
    (void)state;
    brds_spec spec = spec_of(INPUTS, HIDDEN, SECOND, CLASSES);
    static const char *const names[] = {"stored.npz", "deflated.npz", "versions.npz"};
    for (size_t i = 0; i < 3; i++) {
        computes(import_path(names[i]), "stored.npz.expected.safetensors", &spec, NULL);
    }
}

static void test_onnx(void **state)
{
    (void)state;
    brds_spec two = spec_of(INPUTS, HIDDEN, HIDDEN, CLASSES);
    computes(import_path("torch_steps.onnx"), "torch_steps.onnx.expected.safetensors", &two, NULL);
    computes(import_path("torch_last.onnx"), "torch_last.onnx.expected.safetensors", &two, NULL);
    brds_spec sizes = spec_of(INPUTS, HIDDEN, SECOND, CLASSES);
    computes(import_path("torch_embedding.onnx"), "torch_embedding.onnx.expected.safetensors",
             &sizes, NULL);
    brds_spec one = spec_of(INPUTS, HIDDEN, 0, 0);
    computes(import_path("plain.onnx"), "plain.onnx.expected.safetensors", &one, NULL);
    computes(import_path("half.onnx"), "half.onnx.expected.safetensors", &one, NULL);
    one.layers[0].peephole = true;
    computes(import_path("peephole.onnx"), "peephole.onnx.expected.safetensors", &one, NULL);
}

static void test_keras(void **state)
{
    (void)state;
    if (!have_hdf5) {
        skip();
    }
    const char *stack = "stack.keras.expected.safetensors";
    brds_spec spec = spec_of(INPUTS, HIDDEN, SECOND, CLASSES);
    computes(import_path("stack.keras"), stack, &spec, NULL);
    computes(import_path("stack.h5"), stack, &spec, NULL);
    computes(import_path("stack.weights.h5"), stack, &spec, "does not tell its activations");
    computes(import_path("keras2.h5"), stack, &spec, "does not tell its activations");
    computes(import_path("cudnn.h5"), stack, &spec, NULL);
    brds_spec same = spec_of(INPUTS, HIDDEN, HIDDEN, CLASSES);
    computes(import_path("functional.keras"), "functional.keras.expected.safetensors", &same, NULL);
}

/* The embedding is the host's: a row of the table is what a token stands for. */
static void test_embedding(void **state)
{
    (void)state;
    brds_spec spec = spec_of(INPUTS, HIDDEN, SECOND, CLASSES);
    brds_diag diag = {0};
    brds_network network;
    brds_status status =
        brds_network_load(import_path("torch_embedding.onnx"), &spec, &network, &diag);
    expect_ok(status, &diag);
    assert_int_equal(network.host.vocabulary, 7);
    assert_non_null(network.host.embedding);
    brds_network_free(&network);
}

/* A published model, saved from CuDNNLSTM. */
static void test_textgenrnn(void **state)
{
    (void)state;
    const char *path = data_path("textgenrnn/textgenrnn_weights.hdf5");
    if (!have_hdf5) {
        skip();
    }
    need_file(path);
    brds_spec spec = spec_of(100, 128, 128, 0);
    computes(path, "textgenrnn.expected.safetensors", &spec, "layers that are not built");
}

/* --- ONNX' own operator tests, whose weights are inputs of the graph --- */

static brds_span node_test_file(const char *test, const char *name)
{
    char path[200];
    snprintf(path, sizeof path, "onnx_lstm_node_tests/%.60s/%.60s", test, name);
    return read_span(data_path(path));
}

/* The raw data are what a TensorProto ends with. */
static const float *last_floats(brds_span tensor, size_t count, float *into)
{
    assert_true(tensor.size >= count * sizeof(float));
    memcpy(into, tensor.bytes + tensor.size - count * sizeof(float), count * sizeof(float));
    return into;
}

/* One step of `batch` sequences, X (1, batch, inputs) or (batch, 1, inputs): the
 * same in memory, as is Y_h (1, batch, hidden) or (batch, 1, hidden). */
static void run_node_test(const char *test, const char *output, int batch, int inputs, int hidden,
                          size_t tensors, bool peephole)
{
    brds_safetensors file = {0};
    brds_span spans[8], wanted = node_test_file(test, output);
    brds_diag diag = {0};
    brds_network network;
    brds_float_state run;
    brds_spec spec = spec_of(inputs, hidden, 0, 0);
    spec.layers[0].peephole = peephole;
    char name[60], path[200];
    for (size_t i = 0; i < tensors; i++) {
        snprintf(name, sizeof name, "test_data_set_0/input_%zu.pb", i);
        spans[i] = node_test_file(test, name);
    }
    snprintf(path, sizeof path, "onnx_lstm_node_tests/%s/model.onnx", test);
    expect_ok(brds_tensors_open(data_path(path), &file, &diag), &diag);
    assert_true(brds_onnx_recognised(file.bytes, file.size));
    expect_ok(brds_onnx_parse(&file, spans, tensors, &diag), &diag);
    expect_ok(brds_network_from_file(&file, &spec, &network, NULL, &diag), &diag);
    assert_int_equal(diag.count, 0);
    expect_ok(brds_float_state_new(&network, &run, &diag), &diag);
    float x[64], h[64];
    last_floats(spans[0], (size_t)(batch * inputs), x);
    last_floats(wanted, (size_t)(batch * hidden), h);
    for (int i = 0; i < batch; i++) {
        brds_float_state_reset(&network, &run);
        brds_float_step(&network, x + i * inputs, &run);
        expect_close(run.h[0], h + i * hidden, hidden, i);
    }
    brds_float_state_free(&run);
    brds_network_free(&network);
    brds_safetensors_free(&file);
    for (size_t i = 0; i < tensors; i++) {
        free((void *)(uintptr_t)spans[i].bytes);
    }
    free((void *)(uintptr_t)wanted.bytes);
}

static void test_onnx_node_tests(void **state)
{
    (void)state;
    need_file(data_path("onnx_lstm_node_tests/test_lstm_defaults/model.onnx"));
    const char *y_h = "test_data_set_0/output_0.pb", *second = "test_data_set_0/output_1.pb";
    run_node_test("test_lstm_defaults", y_h, 3, 2, 3, 3, false);
    run_node_test("test_lstm_with_initial_bias", y_h, 3, 3, 4, 4, false);
    run_node_test("test_lstm_with_peepholes", y_h, 2, 4, 3, 8, true);
    run_node_test("test_lstm_batchwise", second, 3, 2, 7, 3, false);
}

/* Without the inputs the weights are missing. */
static void test_onnx_weights_missing(void **state)
{
    (void)state;
    static const char *const names[] = {"lstm_defaults", "gru_defaults", "simple_rnn_defaults"};
    static const char *const texts[] = {"is an input of the graph", "but a node GRU",
                                        "but a node RNN"};
    for (size_t i = 0; i < 3; i++) {
        char path[200];
        snprintf(path, sizeof path, "onnx_lstm_node_tests/test_%s/model.onnx", names[i]);
        need_file(data_path(path));
        brds_diag diag = {0};
        brds_safetensors file;
        assert_int_equal(brds_model_file_load(data_path(path), &file, &diag), BRDS_EINPUT);
        expect_message(&diag, texts[i]);
    }
}

/* --- what is refused --- */

static void all_refused(const refusal *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char name[100];
        snprintf(name, sizeof name, "refused/%s", cases[i].name);
        refused(import_path(name), cases[i].text);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {"reverse.onnx", "its direction is 'reverse'"},
        {"bidirectional.onnx", "its direction is 'bidirectional'"},
        {"clip.onnx", "attribute clip"},
        {"activations.onnx", "activations is 'HardSigmoid'"},
        {"activation_alpha.onnx", "attribute activation_alpha"},
        {"input_forget.onnx", "input_forget couples"},
        {"initial_h.onnx", "its initial_h is not zero"},
        {"initial_c.onnx", "its initial_c is not zero"},
        {"shape_of_b.onnx", "the shape of its B is (1, 16)"},
        {"external_data.onnx", "another file"},
        {"graph_input.onnx", "its W is an input of the graph"},
        {"cycle.onnx", "its W is computed by other nodes"},
        {"gru.onnx", "but a node GRU"},
        {"relu_between.onnx", "lies a node Relu"},
        {"last_state_only.onnx", "only the last state"},
        {"big_endian.npz", "its type is >f4, big-endian"},
        {"objects.npz", "a pickle, which is not read"},
        {"complex.npz", "its type is <c8"},
        {"bzip2.npz", "compressed by another method"},
        {"pickle.pt", "PyTorch's own format"},
        {"single.npy", "a single array"},
        {"nothing.zip", "neither arrays nor a Keras model"},
    };
    all_refused(cases, sizeof cases / sizeof cases[0]);
}

static void test_refused_types(void **state)
{
    (void)state;
    brds_spec spec = spec_of(INPUTS, HIDDEN, 0, 0);
    brds_diag diag = {0};
    brds_network network;
    assert_int_equal(
        brds_network_load(import_path("refused/integer_weights.onnx"), &spec, &network, &diag),
        BRDS_EINPUT);
    expect_message(&diag, "its dtype is I32");
}

static void test_refused_keras(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {"bidirectional.keras", "a layer of class Bidirectional"},
        {"bidirectional.weights.h5", "a layer of class Bidirectional"},
        {"hard_sigmoid.keras", "its recurrent_activation is 'hard_sigmoid'"},
        {"backwards.h5", "it goes backwards"},
        {"dense_between.keras", "it takes the output of dense"},
        {"gru_weights.h5", "that of a GRU"},
        {"integers.h5", "are not floating numbers"},
        {"link_outside.h5", "there is no dataset of this name"},
        {"huge.h5", "larger than what the file holds"},
        {"no_keras.h5", "neither an attribute layer_names nor a group layers"},
    };
    if (!have_hdf5) {
        refused(import_path("refused/gru_weights.h5"), "libhdf5-dev");
        refused(import_path("stack.keras"), "libhdf5-dev");
        return;
    }
    all_refused(cases, sizeof cases / sizeof cases[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_npz),
        cmocka_unit_test(test_onnx),
        cmocka_unit_test(test_keras),
        cmocka_unit_test(test_embedding),
        cmocka_unit_test(test_textgenrnn),
        cmocka_unit_test(test_onnx_node_tests),
        cmocka_unit_test(test_onnx_weights_missing),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_refused_types),
        cmocka_unit_test(test_refused_keras),
    };
    return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}
