/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing: the same tensors give the same bytes, in any order they come.
 */
#include "io/safetensors.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "io/file.h"
#include "io/safetensors_private.h"

enum { ELEMENT_BYTES = 4, ALIGNMENT = 8 };

static int by_name(const void *a, const void *b)
{
    const brds_tensor_out *const *left = a, *const *right = b;
    return strcmp((*left)->name, (*right)->name);
}

/* NULL when memory ran out. */
static const brds_tensor_out **sorted(const brds_tensor_out *tensors, size_t count)
{
    const brds_tensor_out **order = calloc(count + 1, sizeof(const brds_tensor_out *));
    for (size_t i = 0; order && i < count; i++) {
        order[i] = &tensors[i];
    }
    if (order) {
        qsort(order, count, sizeof(const brds_tensor_out *), by_name);
    }
    return order;
}

static size_t elements_of(const brds_tensor_out *tensor)
{
    size_t elements = 1;
    for (int i = 0; i < tensor->rank; i++) {
        elements *= tensor->shape[i];
    }
    return elements;
}

static json_t *metadata_object(const char *const *metadata)
{
    json_t *object = json_object();
    for (; *metadata; metadata += 2) {
        if (json_object_set_new(object, metadata[0], json_string(metadata[1]))) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static json_t *entry_object(const brds_tensor_out *tensor, size_t begin, size_t end)
{
    json_t *shape = json_array();
    for (int i = 0; i < tensor->rank; i++) {
        json_array_append_new(shape, json_integer((json_int_t)tensor->shape[i]));
    }
    return json_pack("{s:s, s:o, s:[I, I]}", "dtype", brds_dtype_name(tensor->dtype), "shape",
                     shape, "data_offsets", (json_int_t)begin, (json_int_t)end);
}

/* The header as JSON text, malloc'ed; NULL when memory ran out or a text is
 * not UTF-8.  `size` becomes the bytes of all tensors. */
static char *header_text(const brds_tensor_out *const *order, size_t count,
                         const char *const *metadata, size_t *size)
{
    json_t *header = json_object();
    int failed = metadata && metadata[0] &&
                 json_object_set_new(header, "__metadata__", metadata_object(metadata));
    *size = 0;
    for (size_t i = 0; i < count; i++) {
        size_t end = *size + elements_of(order[i]) * ELEMENT_BYTES;
        failed |= json_object_set_new(header, order[i]->name, entry_object(order[i], *size, end));
        *size = end;
    }
    char *text = failed ? NULL : json_dumps(header, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(header);
    return text;
}

static uint8_t *put_little_endian(uint8_t *bytes, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        *bytes++ = (uint8_t)(value >> 8 * i);
    }
    return bytes;
}

static uint8_t *put_tensor(uint8_t *bytes, const brds_tensor_out *tensor)
{
    size_t elements = elements_of(tensor);
    const uint8_t *data = tensor->data;
    for (size_t i = 0; i < elements; i++) {
        uint32_t bits;
        memcpy(&bits, data + i * ELEMENT_BYTES, sizeof bits);
        bytes = put_little_endian(bytes, bits, ELEMENT_BYTES);
    }
    return bytes;
}

static brds_status write_all(const char *path, const brds_tensor_out *const *order, size_t count,
                             const char *header, size_t data_size, brds_diag *diag)
{
    /* Readers that map the file want the data aligned; spaces are JSON. */
    size_t length = strlen(header);
    size_t padded = (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    uint8_t *bytes = malloc(8 + padded + data_size);
    if (!bytes) {
        return brds_fail_memory(diag);
    }
    uint8_t *at = put_little_endian(bytes, padded, 8);
    memcpy(at, header, length);
    memset(at + length, ' ', padded - length);
    at += padded;
    for (size_t i = 0; i < count; i++) {
        at = put_tensor(at, order[i]);
    }
    brds_status status = brds_write_file(path, bytes, (size_t)(at - bytes), diag);
    free(bytes);
    return status;
}

/* Two tensors of one name, or a type that is not written, are mistakes of the
 * calling code, but a wrong file would be found much later. */
static brds_status check(const char *path, const brds_tensor_out *const *order, size_t count,
                         brds_diag *diag)
{
    for (size_t i = 0; i < count; i++) {
        char place[BRDS_PLACE_LENGTH];
        brds_tensor_place(place, path, order[i]->name);
        if (i && strcmp(order[i - 1]->name, order[i]->name) == 0) {
            return brds_fail(diag, BRDS_EINPUT, place, "", "it is given twice");
        }
        if (order[i]->dtype != BRDS_F32 && order[i]->dtype != BRDS_I32) {
            return brds_fail(diag, BRDS_EINPUT, place, "", "%s cannot be written",
                             brds_dtype_name(order[i]->dtype));
        }
    }
    return BRDS_OK;
}

brds_status brds_safetensors_save(const char *path, const brds_tensor_out *tensors, size_t count,
                                  const char *const *metadata, brds_diag *diag)
{
    const brds_tensor_out **order = sorted(tensors, count);
    if (!order) {
        return brds_fail_memory(diag);
    }
    brds_status status = check(path, order, count, diag);
    if (!status) {
        size_t size;
        char *header = header_text(order, count, metadata, &size);
        status =
            header ? write_all(path, order, count, header, size, diag) : brds_fail_memory(diag);
        free(header);
    }
    free(order);
    return status;
}
