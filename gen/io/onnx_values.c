/* SPDX-License-Identifier: Apache-2.0
 *
 * TensorProto: shape, type and values, which lie in raw_data or in a list that
 * depends on the type.
 */
#include <stdlib.h>
#include <string.h>

#include "io/onnx_graph.h"
#include "io/safetensors_private.h"
#include "io/tensors.h"

/* Fields of TensorProto. */
enum {
    DIMS = 1,
    DATA_TYPE = 2,
    SEGMENT = 3,
    FLOAT_DATA = 4,
    INT32_DATA = 5,
    INT64_DATA = 7,
    RAW_DATA = 9,
    DOUBLE_DATA = 10,
    EXTERNAL_DATA = 13,
    DATA_LOCATION = 14
};

/* TensorProto.DataType, and the list that holds values which are not raw. */
static const struct {
    uint64_t type;
    brds_dtype dtype;
    uint32_t list;
} types[] = {{1, BRDS_F32, FLOAT_DATA},  {2, BRDS_U8, INT32_DATA},   {3, BRDS_I8, INT32_DATA},
             {5, BRDS_I16, INT32_DATA},  {6, BRDS_I32, INT32_DATA},  {7, BRDS_I64, INT64_DATA},
             {9, BRDS_BOOL, INT32_DATA}, {10, BRDS_F16, INT32_DATA}, {11, BRDS_F64, DOUBLE_DATA},
             {16, BRDS_BF16, INT32_DATA}};

typedef struct {
    const brds_onnx_graph *graph;
    char place[BRDS_PLACE_LENGTH];
    brds_span message;
    brds_tensor *tensor;
    uint32_t list;
} reader;

static brds_status fail(const reader *r, const char *hint, const char *what)
{
    return brds_fail(r->graph->diag, BRDS_EINPUT, r->place, hint, "%s", what);
}

static brds_status add_dimension(reader *r, uint64_t size)
{
    brds_tensor *tensor = r->tensor;
    if (tensor->rank == BRDS_MAX_RANK) {
        return fail(r, "", "it has more than 8 dimensions");
    }
    if (size > SIZE_MAX || !brds_product(tensor->elements, (size_t)size, &tensor->elements)) {
        return fail(r, "it is damaged", "the product of its dimensions overflows");
    }
    tensor->shape[tensor->rank++] = (size_t)size;
    return BRDS_OK;
}

static brds_status read_shape(reader *r)
{
    brds_wire wire = brds_wire_of(r->message);
    brds_wire_field field;
    brds_status status = BRDS_OK;
    r->tensor->elements = 1;
    while (!status && brds_wire_next(&wire, &field) == BRDS_WIRE_FIELD) {
        if (field.number == DIMS && field.type == BRDS_WIRE_VARINT) {
            status = add_dimension(r, field.value);
        } else if (field.number == DIMS && field.type == BRDS_WIRE_SPAN) {
            brds_wire list = brds_wire_of(field.span);
            uint64_t size;
            while (!status && brds_wire_varint(&list, &size) == BRDS_WIRE_FIELD) {
                status = add_dimension(r, size);
            }
        }
    }
    return status;
}

static brds_status read_type(reader *r)
{
    brds_wire_field field;
    if (brds_wire_find(r->message, SEGMENT, BRDS_WIRE_SPAN, &field)) {
        return fail(r, "save the model anew", "it is cut into segments");
    }
    bool outside = brds_wire_find(r->message, EXTERNAL_DATA, BRDS_WIRE_SPAN, &field);
    brds_wire_find(r->message, DATA_LOCATION, BRDS_WIRE_VARINT, &field);
    if (outside || field.value != 0) {
        return fail(r, "save the model as one file, without external data",
                    "its values lie in another file");
    }
    brds_wire_find(r->message, DATA_TYPE, BRDS_WIRE_VARINT, &field);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (types[i].type == field.value) {
            r->tensor->dtype = types[i].dtype;
            r->list = types[i].list;
            return BRDS_OK;
        }
    }
    return brds_fail(r->graph->diag, BRDS_EINPUT, r->place,
                     "read are FLOAT, FLOAT16, BFLOAT16, DOUBLE and whole numbers",
                     "its data_type is %llu", (unsigned long long)field.value);
}

static uint8_t *put(uint8_t *at, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        *at++ = (uint8_t)(value >> 8 * i);
    }
    return at;
}

/* The next value of a packed list: floats and doubles are fixed numbers. */
static bool next_packed(const reader *r, brds_wire *list, uint64_t *value)
{
    size_t fixed = r->list == FLOAT_DATA ? 4 : r->list == DOUBLE_DATA ? 8 : 0;
    if (fixed == 0) {
        return brds_wire_varint(list, value) == BRDS_WIRE_FIELD;
    }
    if ((size_t)(list->end - list->at) < fixed) {
        return false;
    }
    *value = 0;
    for (size_t i = fixed; i-- > 0;) {
        *value = *value << 8 | list->at[i];
    }
    list->at += fixed;
    return true;
}

/* Counts the list's values, and writes the first `room` of them to `at`. */
static size_t gather_list(const reader *r, uint8_t *at, size_t room)
{
    size_t size = brds_dtype_size(r->tensor->dtype), count = 0;
    brds_wire wire = brds_wire_of(r->message);
    brds_wire_field field;
    while (brds_wire_next(&wire, &field) == BRDS_WIRE_FIELD) {
        if (field.number != r->list) {
            continue;
        }
        if (field.type != BRDS_WIRE_SPAN) {
            at = count < room ? put(at, field.value, size) : at;
            count++;
            continue;
        }
        brds_wire list = brds_wire_of(field.span);
        uint64_t value;
        while (next_packed(r, &list, &value)) {
            at = count < room ? put(at, value, size) : at;
            count++;
        }
    }
    return count;
}

static brds_status fail_count(const reader *r, size_t found, const char *what)
{
    char shape[BRDS_SHAPE_LENGTH];
    brds_shape_text(shape, r->tensor->rank, r->tensor->shape, 0);
    return brds_fail(r->graph->diag, BRDS_EINPUT, r->place, "it is damaged",
                     "it has %zu %s, which shape %s of %s does not fill exactly", found, what,
                     shape, brds_dtype_name(r->tensor->dtype));
}

static brds_status read_values(reader *r)
{
    brds_tensor *tensor = r->tensor;
    brds_wire_field raw;
    size_t bytes;
    if (brds_wire_find(r->message, RAW_DATA, BRDS_WIRE_SPAN, &raw)) {
        if (!brds_product(tensor->elements, brds_dtype_size(tensor->dtype), &bytes) ||
            bytes != raw.span.size) {
            return fail_count(r, raw.span.size, "bytes");
        }
        tensor->data = raw.span.bytes;
        return BRDS_OK;
    }
    /* Every value takes a byte or more, so that the count is no claim. */
    size_t count = gather_list(r, NULL, 0);
    if (count != tensor->elements) {
        return fail_count(r, count, "values");
    }
    tensor->owned = malloc(count * brds_dtype_size(tensor->dtype) + 1);
    if (!tensor->owned) {
        return brds_fail_memory(r->graph->diag);
    }
    gather_list(r, tensor->owned, count);
    tensor->data = tensor->owned;
    return BRDS_OK;
}

brds_status brds_onnx_values(const brds_onnx_graph *graph, const char *what, brds_span message,
                             brds_tensor *tensor)
{
    reader r = {.graph = graph, .message = message, .tensor = tensor};
    brds_tensor_place(r.place, graph->place, what);
    *tensor = (brds_tensor){0};
    brds_status status = read_type(&r);
    if (!status) {
        status = read_shape(&r);
    }
    return status ? status : read_values(&r);
}
