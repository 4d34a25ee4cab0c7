/* SPDX-License-Identifier: Apache-2.0
 *
 * One LSTM node after the other becomes a layer.  onnx_head.c does what lies
 * before and behind them.
 */
#include "io/onnx.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "io/onnx_private.h"
#include "io/safetensors_private.h"
#include "io/strings.h"
#include "io/tensors.h"

/* Inputs of the operator. */
enum { IN_X, IN_W, IN_R, IN_B, IN_LENGTHS, IN_H, IN_C, IN_P };

enum { MAX_LAYERS = 64, ATTRIBUTE_FLOAT = 2, ATTRIBUTE_STRING = 4, ATTRIBUTE_STRINGS = 9 };

/* Where PyTorch's gates i, f, g, o and peepholes i, f, o lie in ONNX's. */
static const int gate_order[4] = {0, 2, 3, 1};
static const int peephole_order[3] = {0, 2, 1};

bool brds_onnx_recognised(const uint8_t *bytes, size_t size)
{
    brds_wire wire = {bytes, bytes + size};
    brds_wire_field field;
    if (size < 2 || brds_wire_next(&wire, &field) != BRDS_WIRE_FIELD || field.number != 1 ||
        field.type != BRDS_WIRE_VARINT || field.value > 1000) {
        return false;
    }
    /* The next tag: a text or message of ModelProto, or model_version. */
    uint64_t tag;
    return wire.at == wire.end ||
           (brds_wire_varint(&wire, &tag) == BRDS_WIRE_FIELD && tag >> 3 >= 2 && tag >> 3 <= 25 &&
            (tag & 7) == (tag >> 3 == 5 ? BRDS_WIRE_VARINT : BRDS_WIRE_SPAN));
}

/* --- attributes --- */

/* Case does not matter, as in ONNX's own runtime. */
static bool same_word(brds_span span, const char *word)
{
    bool same = span.size == strlen(word);
    for (size_t i = 0; same && i < span.size; i++) {
        same = tolower(span.bytes[i]) == tolower((unsigned char)word[i]);
    }
    return same;
}

static brds_status check_direction(const brds_onnx_graph *graph, const brds_onnx_node *node)
{
    brds_span attribute;
    brds_wire_field field;
    if (!brds_onnx_attribute(node, "direction", &attribute)) {
        return BRDS_OK;
    }
    brds_wire_find(attribute, ATTRIBUTE_STRING, BRDS_WIRE_SPAN, &field);
    if (same_word(field.span, "forward")) {
        return BRDS_OK;
    }
    int size = (int)(field.span.size < 40 ? field.span.size : 40);
    return brds_onnx_fail(graph, node, "an LSTM that runs forwards only can be built",
                          "its direction is '%.*s'", size, (const char *)field.span.bytes);
}

static brds_status check_activations(const brds_onnx_graph *graph, const brds_onnx_node *node)
{
    static const char *const wanted[3] = {"Sigmoid", "Tanh", "Tanh"};
    brds_span attribute, word;
    if (!brds_onnx_attribute(node, "activations", &attribute)) {
        return BRDS_OK;
    }
    for (size_t i = 0; brds_wire_nth(attribute, ATTRIBUTE_STRINGS, i, &word); i++) {
        if (i >= 3 || !same_word(word, wanted[i])) {
            int size = (int)(word.size < 40 ? word.size : 40);
            return brds_onnx_fail(graph, node, "Sigmoid, Tanh, Tanh can be built",
                                  "number %zu of its activations is '%.*s'", i, size,
                                  (const char *)word.bytes);
        }
    }
    return BRDS_OK;
}

static brds_status check_attribute_names(const brds_onnx_graph *graph, const brds_onnx_node *node)
{
    /* What is checked elsewhere, and output_sequence of the first version,
     * which says whether Y is wanted. */
    static const char *const known[] = {"direction",    "activations", "hidden_size",
                                        "input_forget", "layout",      "output_sequence"};
    static const char *const refused[] = {"clip", "activation_alpha", "activation_beta"};
    brds_span attribute;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        if (brds_onnx_attribute(node, refused[i], &attribute)) {
            return brds_onnx_fail(graph, node, "train or export it without",
                                  "its attribute %s cannot be built", refused[i]);
        }
    }
    size_t found = 0;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        found += brds_onnx_attribute(node, known[i], &attribute);
    }
    if (found != brds_wire_count(node->message, 5)) {
        return brds_onnx_fail(graph, node, "",
                              "it has an attribute that ONNX's LSTM does not have");
    }
    return BRDS_OK;
}

static brds_status check_attributes(const brds_onnx_graph *graph, const brds_onnx_node *node)
{
    brds_status status = check_attribute_names(graph, node);
    if (!status) {
        status = check_direction(graph, node);
    }
    if (!status) {
        status = check_activations(graph, node);
    }
    if (!status && brds_onnx_int(node, "input_forget", 0) != 0) {
        status = brds_onnx_fail(graph, node, "train it with gates of their own",
                                "input_forget couples its input and forget gates");
    }
    int64_t layout = brds_onnx_int(node, "layout", 0);
    if (!status && layout != 0 && layout != 1) {
        status = brds_onnx_fail(graph, node, "0 and 1 are known", "its layout is %lld",
                                (long long)layout);
    }
    return status;
}

/* --- weights --- */

typedef struct {
    const brds_onnx_graph *graph;
    const brds_onnx_node *node;
    brds_safetensors *file;
    int layer;
    size_t hidden;
} lstm;

/* The values of an input of the node; NULL data where it is left out. */
static brds_status read_input(const lstm *l, size_t index, const char *what, brds_tensor *tensor)
{
    brds_span name = brds_onnx_input(l->node, index);
    *tensor = (brds_tensor){0};
    if (name.size == 0) {
        return BRDS_OK;
    }
    return brds_onnx_weights(l->graph, l->node, name, what, tensor);
}

/* Refuses a tensor that is not (1, rows, columns), or (1, rows) for columns 0. */
static brds_status check_shape(const lstm *l, const brds_tensor *tensor, const char *what,
                               size_t rows, size_t columns)
{
    int rank = columns ? 3 : 2;
    if (tensor->rank == rank && tensor->shape[0] == 1 && tensor->shape[1] == rows &&
        (!columns || tensor->shape[2] == columns)) {
        return BRDS_OK;
    }
    char found[BRDS_SHAPE_LENGTH], wanted[BRDS_SHAPE_LENGTH], hint[BRDS_SHAPE_LENGTH + 16];
    brds_shape_text(found, tensor->rank, tensor->shape, 0);
    brds_shape_text(wanted, rank, (const size_t[]){1, rows, columns}, 0);
    snprintf(hint, sizeof hint, "wanted is %s", wanted);
    return brds_onnx_fail(l->graph, l->node, hint, "the shape of its %s is %s", what, found);
}

static brds_status add(const lstm *l, const char *base, const brds_tensor *values)
{
    char *name = brds_string_format("lstm.%s_l%d", base, l->layer);
    if (!name) {
        free(values->owned);
        return brds_fail_memory(l->graph->diag);
    }
    brds_status status = brds_tensors_add(l->file, name, values, l->graph->diag);
    free(name);
    return status;
}

/* Adds blocks of `rows` rows each in another order, from data of `from`. */
static brds_status add_reordered(const lstm *l, const char *base, const brds_tensor *from,
                                 const uint8_t *data, const int *order, size_t blocks,
                                 size_t columns)
{
    size_t rows = l->hidden, size = brds_dtype_size(from->dtype);
    brds_tensor values = {.dtype = from->dtype};
    values.owned =
        brds_blocks_reordered(data, rows * (columns ? columns : 1) * size, order, blocks);
    if (!values.owned) {
        return brds_fail_memory(l->graph->diag);
    }
    /* Peepholes are a row a gate, biases one vector. */
    if (blocks == 3) {
        brds_tensor_shape(&values, blocks, rows);
    } else {
        brds_tensor_shape(&values, blocks * rows, columns);
    }
    return add(l, base, &values);
}

static brds_status add_weight(const lstm *l, size_t index, const char *what, const char *base,
                              size_t columns)
{
    brds_tensor tensor;
    brds_status status = read_input(l, index, what, &tensor);
    if (!status && !tensor.data) {
        status = brds_onnx_fail(l->graph, l->node, "", "its input %s is missing", what);
    }
    if (!status && tensor.rank == 3 && !columns) {
        columns = tensor.shape[2];
    }
    if (!status) {
        status = check_shape(l, &tensor, what, 4 * l->hidden, columns ? columns : 1);
    }
    if (!status) {
        status = add_reordered(l, base, &tensor, tensor.data, gate_order, 4, columns);
    }
    free(tensor.owned);
    return status;
}

static brds_status add_biases(const lstm *l)
{
    brds_tensor tensor;
    brds_status status = read_input(l, IN_B, "B", &tensor);
    if (!status && tensor.data) {
        status = check_shape(l, &tensor, "B", 8 * l->hidden, 0);
        size_t half = 4 * l->hidden * brds_dtype_size(tensor.dtype);
        if (!status) {
            status = add_reordered(l, "bias_ih", &tensor, tensor.data, gate_order, 4, 0);
        }
        if (!status) {
            status = add_reordered(l, "bias_hh", &tensor, tensor.data + half, gate_order, 4, 0);
        }
    }
    free(tensor.owned);
    return status;
}

static brds_status add_peepholes(const lstm *l)
{
    brds_tensor tensor;
    brds_status status = read_input(l, IN_P, "P", &tensor);
    if (!status && tensor.data) {
        status = check_shape(l, &tensor, "P", 3 * l->hidden, 0);
        if (!status) {
            status =
                add_reordered(l, "weight_peephole", &tensor, tensor.data, peephole_order, 3, 0);
        }
    }
    free(tensor.owned);
    return status;
}

/* H is the width of R, and hidden_size must not say something else. */
static brds_status read_hidden(lstm *l)
{
    brds_tensor tensor;
    brds_status status = read_input(l, IN_R, "R", &tensor);
    free(tensor.owned);
    if (status) {
        return status;
    }
    if (tensor.rank != 3 || tensor.elements == 0 || tensor.shape[2] > SIZE_MAX / 8) {
        return brds_onnx_fail(l->graph, l->node, "wanted is (1, 4H, H)",
                              "its input R is missing or of a wrong shape");
    }
    l->hidden = tensor.shape[2];
    int64_t said = brds_onnx_int(l->node, "hidden_size", (int64_t)l->hidden);
    if (said != (int64_t)l->hidden) {
        return brds_onnx_fail(l->graph, l->node, "they must be the same",
                              "its hidden_size is %lld, but R has %zu columns", (long long)said,
                              l->hidden);
    }
    return BRDS_OK;
}

/* Cores take an initial state with their input (initial_state in the spec), so
 * that one which a user gives is none of the file's business, and one that the
 * file holds would be lost. */
static brds_status check_initial(const lstm *l, size_t index, const char *what)
{
    brds_span name = brds_onnx_input(l->node, index);
    size_t output;
    if (name.size == 0 || brds_onnx_is_zero(l->graph, name)) {
        return BRDS_OK;
    }
    if (!brds_onnx_constant_of(l->graph, name) && !brds_onnx_walk(l->graph, name, &output)) {
        brds_warn(l->graph->diag, l->graph->place,
                  "with the spec's initial_state a core takes it before each sequence",
                  "%s of layer %d is an input of the graph", what, l->layer);
        return BRDS_OK;
    }
    return brds_onnx_fail(l->graph, l->node,
                          "a core takes initial states with its input, not from the model: export "
                          "it with zeros, or with the state as an input",
                          "its %s is not zero", what);
}

static brds_status add_layer(lstm *l)
{
    brds_status status = check_attributes(l->graph, l->node);
    if (!status) {
        status = read_hidden(l);
    }
    if (!status) {
        status = add_weight(l, IN_W, "W", "weight_ih", 0);
    }
    if (!status) {
        status = add_weight(l, IN_R, "R", "weight_hh", l->hidden);
    }
    if (!status) {
        status = add_biases(l);
    }
    if (!status) {
        status = add_peepholes(l);
    }
    if (!status) {
        status = check_initial(l, IN_H, "initial_h");
    }
    return status ? status : check_initial(l, IN_C, "initial_c");
}

/* --- the whole --- */

/* A layer's input must be the whole output Y of the layer below. */
static brds_status check_chain(const brds_onnx_graph *graph, const brds_onnx_node *below,
                               const brds_onnx_node *node)
{
    size_t output;
    const brds_onnx_node *from = brds_onnx_walk(graph, brds_onnx_input(node, IN_X), &output);
    if (from == below && output == 0) {
        return BRDS_OK;
    }
    const char *hint = "several LSTM nodes must be the layers of one network, each taking the "
                       "whole output of the one before";
    if (from == below) {
        return brds_onnx_fail(graph, node, hint, "it takes only the last state of the layer below");
    }
    if (!from) {
        return brds_onnx_fail(graph, node, hint,
                              "it takes an input of the graph, beside the other "
                              "LSTM");
    }
    return brds_onnx_fail(graph, node, hint, "between it and the LSTM before lies a node %.*s",
                          (int)(from->op.size < 60 ? from->op.size : 60),
                          (const char *)from->op.bytes);
}

static brds_status fail_no_lstm(const brds_onnx_graph *graph)
{
    static const char *const others[] = {"GRU", "RNN", "DynamicQuantizeLSTM", "If", "Loop", "Scan"};
    for (size_t i = 0; i < graph->node_count; i++) {
        const brds_onnx_node *node = &graph->nodes[i];
        for (size_t k = 0; k < sizeof others / sizeof others[0]; k++) {
            if (brds_span_is(node->op, others[k])) {
                return brds_onnx_fail(graph, node, "an LSTM node of the graph itself can be built",
                                      "the model has no LSTM, but a node %s", others[k]);
            }
        }
    }
    return brds_fail(graph->diag, BRDS_EINPUT, graph->place,
                     "an LSTM must be in the graph as ONNX's operator LSTM",
                     "the ONNX model has %zu nodes, and none is an LSTM", graph->node_count);
}

static brds_status refuse_mixed(const brds_onnx_graph *graph)
{
    for (size_t i = 0; i < graph->node_count; i++) {
        if (brds_onnx_is(&graph->nodes[i], "GRU") || brds_onnx_is(&graph->nodes[i], "RNN")) {
            return brds_onnx_fail(graph, &graph->nodes[i], "an LSTM alone can be built",
                                  "the model has a GRU or RNN beside its LSTM");
        }
    }
    return BRDS_OK;
}

static brds_status add_layers(const brds_onnx_graph *graph, brds_safetensors *file,
                              brds_onnx_ends *ends)
{
    brds_status status = BRDS_OK;
    int layers = 0;
    for (size_t i = 0; !status && i < graph->node_count; i++) {
        const brds_onnx_node *node = &graph->nodes[i];
        if (!brds_onnx_is(node, "LSTM")) {
            continue;
        }
        if (layers == MAX_LAYERS) {
            return brds_onnx_fail(graph, node, "", "more than %d LSTM nodes", MAX_LAYERS);
        }
        lstm l = {.graph = graph, .node = node, .file = file, .layer = layers++};
        status = ends->last ? check_chain(graph, ends->last, node) : BRDS_OK;
        if (!status) {
            status = add_layer(&l);
        }
        ends->first = ends->first ? ends->first : node;
        ends->last = node;
    }
    if (status) {
        return status;
    }
    return layers ? refuse_mixed(graph) : fail_no_lstm(graph);
}

brds_status brds_onnx_parse(brds_safetensors *file, const brds_span *inputs, size_t count,
                            brds_diag *diag)
{
    brds_onnx_graph graph = {.place = file->path, .diag = diag};
    brds_onnx_ends ends = {0};
    brds_span model = {file->bytes, file->size};
    brds_status status = brds_onnx_graph_read(model, inputs, count, &graph);
    if (!status) {
        status = add_layers(&graph, file, &ends);
    }
    if (!status) {
        status = brds_onnx_add_ends(&graph, &ends, file);
    }
    brds_onnx_graph_free(&graph);
    return status;
}
