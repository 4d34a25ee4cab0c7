/* SPDX-License-Identifier: Apache-2.0 */
#include "io/onnx_graph.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/safetensors_private.h"
#include "io/strings.h"

/* Fields of onnx.proto. */
enum {
    MODEL_GRAPH = 7,
    GRAPH_NODE = 1,
    GRAPH_INITIALIZER = 5,
    GRAPH_INPUT = 11,
    NODE_INPUT = 1,
    NODE_OUTPUT = 2,
    NODE_NAME = 3,
    NODE_OP = 4,
    NODE_ATTRIBUTE = 5,
    NODE_DOMAIN = 7,
    ATTRIBUTE_NAME = 1,
    ATTRIBUTE_INT = 3,
    ATTRIBUTE_TENSOR = 5,
    ATTRIBUTE_INTS = 8,
    TENSOR_NAME = 8,
    VALUE_NAME = 1
};

/* Longer ways than any exporter makes, and an end for graphs with a cycle. */
enum { MAX_WALK = 64 };

static brds_span text_of(brds_span message, uint32_t number)
{
    brds_wire_field field;
    brds_wire_find(message, number, BRDS_WIRE_SPAN, &field);
    return field.span;
}

brds_status brds_onnx_fail(const brds_onnx_graph *graph, const brds_onnx_node *node,
                           const char *hint, const char *format, ...)
{
    char place[BRDS_PLACE_LENGTH], text[1024];
    brds_span name = node->name.size ? node->name : brds_onnx_output(node, 0);
    snprintf(place, sizeof place, "%.4096s: node %.*s", graph->place,
             (int)(name.size < 300 ? name.size : 300), (const char *)name.bytes);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return brds_fail(graph->diag, BRDS_EINPUT, place, hint, "%s", text);
}

static brds_status fail_damaged(const brds_onnx_graph *graph, const char *what)
{
    return brds_fail(graph->diag, BRDS_EINPUT, graph->place, "it is damaged or cut short",
                     "the ONNX model is wrong: %s", what);
}

/* --- reading --- */

static brds_status add_constant(brds_onnx_graph *graph, brds_span name, brds_span message)
{
    if (!brds_wire_valid(message)) {
        return fail_damaged(graph, "a tensor");
    }
    graph->constants[graph->constant_count++] = (brds_onnx_constant){name, message};
    return BRDS_OK;
}

static brds_status add_node(brds_onnx_graph *graph, brds_span message)
{
    if (!brds_wire_valid(message)) {
        return fail_damaged(graph, "a node");
    }
    brds_onnx_node *node = &graph->nodes[graph->node_count++];
    *node = (brds_onnx_node){.message = message,
                             .op = text_of(message, NODE_OP),
                             .name = text_of(message, NODE_NAME),
                             .domain = text_of(message, NODE_DOMAIN)};
    brds_wire wire = brds_wire_of(message);
    brds_wire_field field;
    while (brds_wire_next(&wire, &field) == BRDS_WIRE_FIELD) {
        if (field.number == NODE_ATTRIBUTE && field.type == BRDS_WIRE_SPAN &&
            !brds_wire_valid(field.span)) {
            return fail_damaged(graph, "an attribute");
        }
    }
    brds_span attribute;
    if (brds_onnx_is(node, "Constant") && brds_onnx_attribute(node, "value", &attribute)) {
        return add_constant(graph, brds_onnx_output(node, 0), text_of(attribute, ATTRIBUTE_TENSOR));
    }
    return BRDS_OK;
}

static brds_status read_fields(brds_onnx_graph *graph)
{
    brds_wire wire = brds_wire_of(graph->message);
    brds_wire_field field;
    brds_status status = BRDS_OK;
    while (!status && brds_wire_next(&wire, &field) == BRDS_WIRE_FIELD) {
        if (field.type == BRDS_WIRE_SPAN && field.number == GRAPH_NODE) {
            status = add_node(graph, field.span);
        } else if (field.type == BRDS_WIRE_SPAN && field.number == GRAPH_INITIALIZER) {
            status = brds_wire_valid(field.span)
                         ? add_constant(graph, text_of(field.span, TENSOR_NAME), field.span)
                         : fail_damaged(graph, "an initializer");
        }
    }
    return status;
}

static brds_status add_inputs(brds_onnx_graph *graph, const brds_span *inputs, size_t count)
{
    brds_status status = BRDS_OK;
    for (size_t i = 0; !status && i < count; i++) {
        brds_span value;
        if (!brds_wire_nth(graph->message, GRAPH_INPUT, i, &value) || !brds_wire_valid(value)) {
            return fail_damaged(graph, "it has fewer inputs than were given");
        }
        status = add_constant(graph, text_of(value, VALUE_NAME), inputs[i]);
    }
    return status;
}

brds_status brds_onnx_graph_read(brds_span model, const brds_span *inputs, size_t count,
                                 brds_onnx_graph *graph)
{
    brds_wire_field field;
    if (!brds_wire_valid(model)) {
        return fail_damaged(graph, "its fields reach behind the end");
    }
    if (!brds_wire_find(model, MODEL_GRAPH, BRDS_WIRE_SPAN, &field)) {
        return fail_damaged(graph, "it has no graph");
    }
    graph->message = field.span;
    if (!brds_wire_valid(graph->message)) {
        return fail_damaged(graph, "the graph");
    }
    size_t nodes = brds_wire_count(graph->message, GRAPH_NODE);
    size_t tensors = nodes + brds_wire_count(graph->message, GRAPH_INITIALIZER) + count;
    graph->nodes = calloc(nodes + 1, sizeof *graph->nodes);
    graph->constants = calloc(tensors + 1, sizeof *graph->constants);
    brds_status status =
        graph->nodes && graph->constants ? read_fields(graph) : brds_fail_memory(graph->diag);
    return status ? status : add_inputs(graph, inputs, count);
}

void brds_onnx_graph_free(brds_onnx_graph *graph)
{
    free(graph->nodes);
    free(graph->constants);
}

/* --- nodes --- */

brds_span brds_onnx_input(const brds_onnx_node *node, size_t index)
{
    brds_span span;
    brds_wire_nth(node->message, NODE_INPUT, index, &span);
    return span;
}

brds_span brds_onnx_output(const brds_onnx_node *node, size_t index)
{
    brds_span span;
    brds_wire_nth(node->message, NODE_OUTPUT, index, &span);
    return span;
}

bool brds_onnx_is(const brds_onnx_node *node, const char *op)
{
    return brds_span_is(node->op, op) &&
           (node->domain.size == 0 || brds_span_is(node->domain, "ai.onnx"));
}

bool brds_onnx_attribute(const brds_onnx_node *node, const char *name, brds_span *message)
{
    brds_wire wire = brds_wire_of(node->message);
    brds_wire_field field;
    while (brds_wire_next(&wire, &field) == BRDS_WIRE_FIELD) {
        if (field.number == NODE_ATTRIBUTE && field.type == BRDS_WIRE_SPAN &&
            brds_span_is(text_of(field.span, ATTRIBUTE_NAME), name)) {
            *message = field.span;
            return true;
        }
    }
    *message = (brds_span){0};
    return false;
}

int64_t brds_onnx_int(const brds_onnx_node *node, const char *name, int64_t otherwise)
{
    brds_span attribute;
    brds_wire_field field;
    if (!brds_onnx_attribute(node, name, &attribute)) {
        return otherwise;
    }
    /* A zero may be left out by who writes it. */
    brds_wire_find(attribute, ATTRIBUTE_INT, BRDS_WIRE_VARINT, &field);
    return (int64_t)field.value;
}

/* --- ways --- */

const brds_onnx_node *brds_onnx_producer(const brds_onnx_graph *graph, brds_span name,
                                         size_t *output)
{
    for (size_t i = 0; name.size && i < graph->node_count; i++) {
        brds_wire wire = brds_wire_of(graph->nodes[i].message);
        brds_wire_field field;
        *output = 0;
        while (brds_wire_next(&wire, &field) == BRDS_WIRE_FIELD) {
            if (field.number == NODE_OUTPUT && field.type == BRDS_WIRE_SPAN) {
                if (brds_span_same(field.span, name)) {
                    return &graph->nodes[i];
                }
                ++*output;
            }
        }
    }
    return NULL;
}

const brds_onnx_constant *brds_onnx_constant_of(const brds_onnx_graph *graph, brds_span name)
{
    for (int step = 0; name.size && step < MAX_WALK; step++) {
        for (size_t i = 0; i < graph->constant_count; i++) {
            if (brds_span_same(graph->constants[i].name, name)) {
                return &graph->constants[i];
            }
        }
        size_t output;
        const brds_onnx_node *node = brds_onnx_producer(graph, name, &output);
        if (!node || !brds_onnx_is(node, "Identity")) {
            return NULL;
        }
        name = brds_onnx_input(node, 0);
    }
    return NULL;
}

bool brds_onnx_is_graph_input(const brds_onnx_graph *graph, brds_span name)
{
    brds_wire wire = brds_wire_of(graph->message);
    brds_wire_field field;
    while (brds_wire_next(&wire, &field) == BRDS_WIRE_FIELD) {
        if (field.number == GRAPH_INPUT && field.type == BRDS_WIRE_SPAN &&
            brds_span_same(text_of(field.span, VALUE_NAME), name)) {
            return true;
        }
    }
    return false;
}

bool brds_onnx_passes(const brds_onnx_node *node)
{
    static const char *const ops[] = {"Squeeze", "Unsqueeze", "Transpose", "Reshape",
                                      "Flatten", "Identity",  "Dropout",   "Cast",
                                      "Slice",   "Gather",    "Expand"};
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        if (brds_onnx_is(node, ops[i])) {
            return true;
        }
    }
    return false;
}

/* The count of an attribute's integers and the last of them: a list may be
 * packed into one span or come one by one. */
static int64_t count_ints(brds_span attribute, int64_t *last)
{
    brds_wire wire = brds_wire_of(attribute);
    brds_wire_field field;
    int64_t count = 0;
    *last = -1;
    while (brds_wire_next(&wire, &field) == BRDS_WIRE_FIELD) {
        if (field.number != ATTRIBUTE_INTS) {
            continue;
        }
        if (field.type == BRDS_WIRE_VARINT) {
            *last = (int64_t)field.value;
            count++;
            continue;
        }
        brds_wire list = brds_wire_of(field.span);
        uint64_t value;
        while (brds_wire_varint(&list, &value) == BRDS_WIRE_FIELD) {
            *last = (int64_t)value;
            count++;
        }
    }
    return count;
}

/* The last axis holds the features; it must stay where it is. */
static bool keeps_features(const brds_onnx_graph *graph, const brds_onnx_node *node)
{
    brds_span perm;
    int64_t last;
    if (brds_onnx_is(node, "Transpose")) {
        return brds_onnx_attribute(node, "perm", &perm) && count_ints(perm, &last) == last + 1;
    }
    /* A Gather out of a constant is a table, not a step of a sequence. */
    return !brds_onnx_is(node, "Gather") || !brds_onnx_constant_of(graph, brds_onnx_input(node, 0));
}

const brds_onnx_node *brds_onnx_walk(const brds_onnx_graph *graph, brds_span name, size_t *output)
{
    const brds_onnx_node *node = NULL;
    for (int step = 0; step < MAX_WALK; step++) {
        node = brds_onnx_producer(graph, name, output);
        if (!node || !brds_onnx_passes(node) || !keeps_features(graph, node)) {
            return node;
        }
        name = brds_onnx_input(node, 0);
    }
    return node;
}

static bool tensor_is_zero(const brds_onnx_graph *graph, brds_span message)
{
    brds_diag silent = {0};
    brds_onnx_graph quiet = *graph;
    quiet.diag = &silent;
    brds_tensor tensor = {0};
    bool zero = brds_onnx_values(&quiet, "", message, &tensor) == BRDS_OK;
    size_t size = zero ? tensor.elements * brds_dtype_size(tensor.dtype) : 0;
    for (size_t i = 0; zero && i < size; i++) {
        zero = tensor.data[i] == 0;
    }
    free(tensor.owned);
    brds_diag_free(&silent);
    return zero;
}

bool brds_onnx_is_zero(const brds_onnx_graph *graph, brds_span name)
{
    for (int step = 0; step < MAX_WALK; step++) {
        const brds_onnx_constant *constant = brds_onnx_constant_of(graph, name);
        if (constant) {
            return tensor_is_zero(graph, constant->message);
        }
        size_t output;
        brds_span attribute;
        const brds_onnx_node *node = brds_onnx_producer(graph, name, &output);
        if (node && brds_onnx_is(node, "ConstantOfShape")) {
            return !brds_onnx_attribute(node, "value", &attribute) ||
                   tensor_is_zero(graph, text_of(attribute, ATTRIBUTE_TENSOR));
        }
        if (!node || !brds_onnx_passes(node)) {
            return false;
        }
        name = brds_onnx_input(node, 0);
    }
    return false;
}
