/* SPDX-License-Identifier: Apache-2.0
 *
 * What lies before the first LSTM and behind the last one: an embedding, the
 * head, and what brdsgen does not build.
 */
#include <stdlib.h>
#include <string.h>

#include "io/onnx_private.h"
#include "io/safetensors_private.h"
#include "io/strings.h"
#include "io/tensors.h"

enum { LIST_LENGTH = 400, ATTRIBUTE_FLOAT = 2, OUT_Y_C = 2 };

brds_status brds_onnx_weights(const brds_onnx_graph *graph, const brds_onnx_node *node,
                              brds_span name, const char *what, brds_tensor *tensor)
{
    const brds_onnx_constant *constant = brds_onnx_constant_of(graph, name);
    if (constant) {
        char *text = brds_string_format("%.*s", (int)(name.size < 300 ? name.size : 300),
                                        (const char *)name.bytes);
        brds_status status = text ? brds_onnx_values(graph, text, constant->message, tensor)
                                  : brds_fail_memory(graph->diag);
        free(text);
        return status;
    }
    *tensor = (brds_tensor){0};
    if (brds_onnx_is_graph_input(graph, name)) {
        return brds_onnx_fail(graph, node, "export it with its weights as initializers",
                              "its %s is an input of the graph: the file does not hold it", what);
    }
    return brds_onnx_fail(graph, node,
                          "export it with constant folding, so that it is an initializer",
                          "its %s is computed by other nodes", what);
}

/* --- the head --- */

typedef struct {
    const brds_onnx_graph *graph;
    const brds_onnx_node *node; /* Gemm or MatMul */
    const brds_onnx_node *sum;  /* the Add behind a MatMul, or NULL */
    brds_span bias;             /* empty: none */
    brds_safetensors *file;
    int number;
} head;

static brds_status add(const head *h, const char *base, const brds_tensor *values)
{
    char *name = h->number ? brds_string_format("fc_%d.%s", h->number, base)
                           : brds_string_format("fc.%s", base);
    if (!name) {
        free(values->owned);
        return brds_fail_memory(h->graph->diag);
    }
    brds_status status = brds_tensors_add(h->file, name, values, h->graph->diag);
    free(name);
    return status;
}

/* Weights (out, in), or (in, out) with `turned`. */
static brds_status add_weight(const head *h, bool turned, size_t *size)
{
    brds_tensor from;
    brds_status status =
        brds_onnx_weights(h->graph, h->node, brds_onnx_input(h->node, 1), "weight", &from);
    if (!status && (from.rank != 2 || from.elements == 0)) {
        status = brds_onnx_fail(h->graph, h->node, "", "its weight is not a matrix");
    }
    if (status) {
        free(from.owned);
        return status;
    }
    brds_tensor values = {.dtype = from.dtype, .data = from.data};
    brds_tensor_shape(&values, from.shape[turned], from.shape[!turned]);
    *size = values.shape[0];
    if (turned) {
        values.owned = brds_transposed(from.data, values.shape[0], values.shape[1],
                                       brds_dtype_size(from.dtype));
        free(from.owned);
        if (!values.owned) {
            return brds_fail_memory(h->graph->diag);
        }
    } else {
        values.owned = from.owned;
    }
    return add(h, "weight", &values);
}

/* (out), or the same with ones before it. */
static brds_status add_bias(const head *h, size_t size)
{
    brds_tensor bias;
    brds_status status =
        brds_onnx_weights(h->graph, h->sum ? h->sum : h->node, h->bias, "bias", &bias);
    if (!status && (bias.rank < 1 || bias.elements != size || bias.shape[bias.rank - 1] != size)) {
        char shape[BRDS_SHAPE_LENGTH];
        brds_shape_text(shape, bias.rank, bias.shape, 0);
        status = brds_onnx_fail(h->graph, h->node, "it must have one value an output",
                                "the shape of its bias is %s, and it has %zu outputs", shape, size);
    }
    if (status) {
        free(bias.owned);
        return status;
    }
    brds_tensor_shape(&bias, size, 0);
    return add(h, "bias", &bias);
}

static bool is_one(const brds_onnx_node *node, const char *name)
{
    brds_span attribute;
    brds_wire_field field;
    return !brds_onnx_attribute(node, name, &attribute) ||
           (brds_wire_find(attribute, ATTRIBUTE_FLOAT, BRDS_WIRE_32, &field) &&
            field.value == 0x3f800000);
}

/* The Add of a constant to what the MatMul makes. */
static void find_sum(head *h)
{
    brds_span product = brds_onnx_output(h->node, 0);
    for (size_t i = 0; i < h->graph->node_count; i++) {
        const brds_onnx_node *node = &h->graph->nodes[i];
        if (!brds_onnx_is(node, "Add")) {
            continue;
        }
        for (size_t side = 0; side < 2; side++) {
            brds_span other = brds_onnx_input(node, 1 - side);
            if (brds_span_same(brds_onnx_input(node, side), product) &&
                brds_onnx_constant_of(h->graph, other)) {
                h->sum = node;
                h->bias = other;
                return;
            }
        }
    }
}

static brds_status add_head(head *h)
{
    bool turned = true;
    if (brds_onnx_is(h->node, "Gemm")) {
        if (!is_one(h->node, "alpha") || !is_one(h->node, "beta") ||
            brds_onnx_int(h->node, "transA", 0) != 0) {
            return brds_onnx_fail(h->graph, h->node, "fold them into its weights",
                                  "its alpha, beta or transA is not that of a linear layer");
        }
        turned = brds_onnx_int(h->node, "transB", 0) == 0;
        h->bias = brds_onnx_input(h->node, 2);
    } else {
        find_sum(h);
    }
    size_t size = 0;
    brds_status status = add_weight(h, turned, &size);
    return status || h->bias.size == 0 ? status : add_bias(h, size);
}

/* Takes the last layer's output h at one or all steps, unchanged. */
static bool follows(const brds_onnx_graph *graph, const brds_onnx_node *node,
                    const brds_onnx_node *last)
{
    size_t output;
    return (brds_onnx_is(node, "Gemm") || brds_onnx_is(node, "MatMul")) &&
           brds_onnx_walk(graph, brds_onnx_input(node, 0), &output) == last && output != OUT_Y_C;
}

/* --- the embedding --- */

/* A Gather out of a matrix; *table becomes its place among the nodes. */
static brds_status add_embedding(const brds_onnx_graph *graph, const brds_onnx_node *first,
                                 brds_safetensors *file, const brds_onnx_node **table)
{
    size_t output;
    const brds_onnx_node *node = brds_onnx_walk(graph, brds_onnx_input(first, 0), &output);
    if (!node || !brds_onnx_is(node, "Gather") || brds_onnx_int(node, "axis", 0) != 0) {
        return BRDS_OK;
    }
    brds_tensor values;
    brds_status status = brds_onnx_weights(graph, node, brds_onnx_input(node, 0), "table", &values);
    if (status || values.rank != 2) {
        free(values.owned);
        return status;
    }
    *table = node;
    return brds_tensors_add(file, "embedding.weight", &values, graph->diag);
}

/* --- the rest --- */

/* Nodes that have no part in the values: constants, shapes, and what only hands
 * on; and Softmax, which changes no decision and follows most heads. */
static bool is_silent(const brds_onnx_node *node)
{
    static const char *const ops[] = {"LSTM",   "Constant", "ConstantOfShape", "Shape",
                                      "Concat", "Softmax",  "LogSoftmax",      "Range"};
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        if (brds_onnx_is(node, ops[i])) {
            return true;
        }
    }
    return brds_onnx_passes(node);
}

static void warn_of_rest(const brds_onnx_graph *graph, const bool *built)
{
    char names[LIST_LENGTH] = "";
    size_t used = 0, more = 0;
    for (size_t i = 0; i < graph->node_count; i++) {
        const brds_onnx_node *node = &graph->nodes[i];
        if (built[i] || is_silent(node)) {
            continue;
        }
        if (used > LIST_LENGTH - 80) {
            more++;
            continue;
        }
        used += (size_t)snprintf(names + used, LIST_LENGTH - used, "%s%.*s", used ? ", " : "",
                                 (int)(node->op.size < 60 ? node->op.size : 60),
                                 (const char *)node->op.bytes);
    }
    if (more) {
        snprintf(names + used, LIST_LENGTH - used, " and %zu more", more);
    }
    if (used) {
        brds_warn(graph->diag, graph->place, "what they compute must be done outside the core",
                  "nodes that are not built: %s", names);
    }
}

brds_status brds_onnx_add_ends(const brds_onnx_graph *graph, const brds_onnx_ends *ends,
                               brds_safetensors *file)
{
    bool *built = calloc(graph->node_count + 1, sizeof *built);
    const brds_onnx_node *table = NULL;
    brds_status status =
        built ? add_embedding(graph, ends->first, file, &table) : brds_fail_memory(graph->diag);
    int heads = 0;
    for (size_t i = 0; !status && i < graph->node_count; i++) {
        if (!follows(graph, &graph->nodes[i], ends->last)) {
            continue;
        }
        head h = {.graph = graph, .node = &graph->nodes[i], .file = file, .number = heads++};
        status = add_head(&h);
        built[i] = true;
        if (h.sum) {
            built[h.sum - graph->nodes] = true;
        }
    }
    if (!status) {
        warn_of_rest(graph, built);
    }
    free(built);
    return status;
}
