/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the container.  The JSON header is parsed by Jansson; everything it
 * says is then held against the size of the file before a byte is touched.
 */
#include "io/safetensors.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "io/safetensors_private.h"
#include "io/tensors.h"

enum { PREFIX_BYTES = 8, MAX_HEADER_BYTES = 100000000, MAX_MESSAGES = 20 };

static const struct {
    const char *name;
    size_t size;
} dtypes[] = {
    [BRDS_F32] = {"F32", 4},   [BRDS_F64] = {"F64", 8}, [BRDS_F16] = {"F16", 2},
    [BRDS_BF16] = {"BF16", 2}, [BRDS_I64] = {"I64", 8}, [BRDS_I32] = {"I32", 4},
    [BRDS_I16] = {"I16", 2},   [BRDS_I8] = {"I8", 1},   [BRDS_U8] = {"U8", 1},
    [BRDS_BOOL] = {"BOOL", 1},
};

const char *brds_dtype_name(brds_dtype dtype)
{
    return dtypes[dtype].name;
}

size_t brds_dtype_size(brds_dtype dtype)
{
    return dtypes[dtype].size;
}

void brds_tensor_place(char place[BRDS_PLACE_LENGTH], const char *path, const char *name)
{
    snprintf(place, BRDS_PLACE_LENGTH, "%.4096s: tensor %.400s", path, name);
}

/* The body of the file: what lies behind the header. */
typedef struct {
    const uint8_t *bytes;
    size_t size;
} body;

static brds_status read_dtype(const json_t *entry, const char *place, brds_tensor *tensor,
                              brds_diag *diag)
{
    const char *name = json_string_value(json_object_get(entry, "dtype"));
    if (!name) {
        return brds_fail(diag, BRDS_EINPUT, place, "", "there is no dtype string");
    }
    for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++) {
        if (strcmp(dtypes[i].name, name) == 0) {
            tensor->dtype = (brds_dtype)i;
            return BRDS_OK;
        }
    }
    return brds_fail(diag, BRDS_EINPUT, place,
                     "known are F32, F64, F16, BF16, I64, I32, I16, I8, U8 and BOOL",
                     "unknown dtype '%.40s'", name);
}

/* A JSON integer from 0 to the largest size_t. */
static int read_size(const json_t *value, size_t *out)
{
    if (!json_is_integer(value) || json_integer_value(value) < 0 ||
        (uint64_t)json_integer_value(value) > SIZE_MAX) {
        return 0;
    }
    *out = (size_t)json_integer_value(value);
    return 1;
}

static brds_status read_shape(const json_t *entry, const char *place, brds_tensor *tensor,
                              brds_diag *diag)
{
    const json_t *shape = json_object_get(entry, "shape");
    if (!json_is_array(shape)) {
        return brds_fail(diag, BRDS_EINPUT, place, "", "there is no shape list");
    }
    if (json_array_size(shape) > BRDS_MAX_RANK) {
        return brds_fail(diag, BRDS_EINPUT, place, "", "%zu dimensions; at most %d are read",
                         json_array_size(shape), BRDS_MAX_RANK);
    }
    tensor->rank = (int)json_array_size(shape);
    tensor->elements = 1;
    for (int i = 0; i < tensor->rank; i++) {
        if (!read_size(json_array_get(shape, (size_t)i), &tensor->shape[i])) {
            return brds_fail(diag, BRDS_EINPUT, place, "",
                             "dimension %d of the shape is not an integer of 0 or more", i);
        }
        if (tensor->shape[i] != 0 && tensor->elements > SIZE_MAX / tensor->shape[i]) {
            return brds_fail(diag, BRDS_EINPUT, place, "", "the product of the shape overflows");
        }
        tensor->elements *= tensor->shape[i];
    }
    return BRDS_OK;
}

/* dtype and shape are known by now. */
static brds_status read_offsets(const json_t *entry, const char *place, body data,
                                brds_tensor *tensor, brds_diag *diag)
{
    const json_t *offsets = json_object_get(entry, "data_offsets");
    size_t begin, end;
    if (!json_is_array(offsets) || json_array_size(offsets) != 2 ||
        !read_size(json_array_get(offsets, 0), &begin) ||
        !read_size(json_array_get(offsets, 1), &end)) {
        return brds_fail(diag, BRDS_EINPUT, place, "",
                         "data_offsets is not a list of two integers of 0 or more");
    }
    if (begin > end) {
        return brds_fail(diag, BRDS_EINPUT, place, "",
                         "data_offsets begin at %zu and end before that, at %zu", begin, end);
    }
    if (end > data.size) {
        return brds_fail(diag, BRDS_EINPUT, place, "the file may have been cut short",
                         "data_offsets end at %zu, but the file has %zu bytes of data", end,
                         data.size);
    }
    size_t size = brds_dtype_size(tensor->dtype);
    if (tensor->elements > SIZE_MAX / size || tensor->elements * size != end - begin) {
        char shape[BRDS_SHAPE_LENGTH];
        brds_shape_text(shape, tensor->rank, tensor->shape, 0);
        return brds_fail(diag, BRDS_EINPUT, place, "",
                         "data_offsets span %zu bytes, which shape %s of %s does not fill exactly",
                         end - begin, shape, brds_dtype_name(tensor->dtype));
    }
    tensor->data = data.bytes + begin;
    return BRDS_OK;
}

static brds_status read_entry(const char *path, const char *name, json_t *entry, body data,
                              brds_tensor *tensor, brds_diag *diag)
{
    char place[BRDS_PLACE_LENGTH];
    brds_tensor_place(place, path, name);
    if (!json_is_object(entry)) {
        return brds_fail(diag, BRDS_EINPUT, place, "", "the header's entry is not an object");
    }
    const char *key;
    json_t *value;
    json_object_foreach(entry, key, value)
    {
        if (strcmp(key, "dtype") != 0 && strcmp(key, "shape") != 0 &&
            strcmp(key, "data_offsets") != 0) {
            return brds_fail(diag, BRDS_EINPUT, place, "known are dtype, shape and data_offsets",
                             "unknown key '%.80s'", key);
        }
    }
    brds_status status = read_dtype(entry, place, tensor, diag);
    if (!status) {
        status = read_shape(entry, place, tensor, diag);
    }
    if (!status) {
        status = read_offsets(entry, place, data, tensor, diag);
    }
    if (!status && !(tensor->name = strdup(name))) {
        status = brds_fail_memory(diag);
    }
    return status;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static brds_status read_metadata(const char *path, json_t *metadata, brds_safetensors *file,
                                 brds_diag *diag)
{
    if (!json_is_object(metadata)) {
        return brds_fail(diag, BRDS_EINPUT, path, "", "__metadata__ is not an object of strings");
    }
    file->metadata = calloc(2 * json_object_size(metadata) + 1, sizeof *file->metadata);
    if (!file->metadata) {
        return brds_fail_memory(diag);
    }
    size_t used = 0;
    const char *key;
    json_t *value;
    json_object_foreach(metadata, key, value)
    {
        if (!json_is_string(value)) {
            return brds_fail(diag, BRDS_EINPUT, path, "",
                             "__metadata__: the value of '%.80s' is not a string", key);
        }
        const char *pair[2] = {key, json_string_value(value)};
        for (int i = 0; i < 2; i++) {
            file->metadata[used] = strdup(pair[i]);
            if (!file->metadata[used++]) {
                return brds_fail_memory(diag);
            }
        }
    }
    qsort(file->metadata, used / 2, 2 * sizeof *file->metadata, by_key);
    return BRDS_OK;
}

static int by_offset(const void *a, const void *b)
{
    const brds_tensor *left = a, *right = b;
    if (left->data != right->data) {
        return left->data < right->data ? -1 : 1;
    }
    if (left->elements != right->elements) {
        return left->elements < right->elements ? -1 : 1;
    }
    return strcmp(left->name, right->name);
}

/* Two tensors that share bytes are one misread away from nonsense.  Holes do
 * no harm and are let pass. */
static brds_status check_overlap(const brds_safetensors *file, brds_diag *diag)
{
    const brds_tensor *last = NULL; /* of all before, the one that reaches farthest */
    const uint8_t *reach = NULL;
    for (size_t i = 0; i < file->count; i++) {
        const brds_tensor *tensor = &file->tensors[i];
        if (tensor->elements == 0) {
            continue;
        }
        if (last && tensor->data < reach) {
            char place[BRDS_PLACE_LENGTH];
            brds_tensor_place(place, file->path, tensor->name);
            return brds_fail(diag, BRDS_EINPUT, place, "", "its data overlaps that of '%.200s'",
                             last->name);
        }
        last = tensor;
        reach = tensor->data + tensor->elements * brds_dtype_size(tensor->dtype);
    }
    return BRDS_OK;
}

static brds_status read_entries(json_t *header, body data, brds_safetensors *file, brds_diag *diag)
{
    file->tensors = calloc(json_object_size(header) + 1, sizeof *file->tensors);
    if (!file->tensors) {
        return brds_fail_memory(diag);
    }
    brds_status worst = BRDS_OK;
    int faults = 0;
    const char *name;
    json_t *entry;
    json_object_foreach(header, name, entry)
    {
        brds_status status;
        if (strcmp(name, "__metadata__") == 0) {
            status = read_metadata(file->path, entry, file, diag);
        } else {
            brds_tensor *tensor = &file->tensors[file->count];
            status = read_entry(file->path, name, entry, data, tensor, diag);
            file->count += status == BRDS_OK;
        }
        worst = status > worst ? status : worst;
        if (status && ++faults == MAX_MESSAGES) {
            return worst;
        }
    }
    qsort(file->tensors, file->count, sizeof *file->tensors, by_offset);
    return worst ? worst : check_overlap(file, diag);
}

static uint64_t header_length(const uint8_t *bytes)
{
    uint64_t length = 0;
    for (int i = PREFIX_BYTES - 1; i >= 0; i--) {
        length = length << 8 | bytes[i];
    }
    return length;
}

brds_status brds_safetensors_parse(brds_safetensors *file, brds_diag *diag)
{
    if (file->size < PREFIX_BYTES) {
        return brds_fail(diag, BRDS_EINPUT, file->path,
                         "a safetensors file begins with 8 bytes of header length",
                         "the file has only %zu bytes", file->size);
    }
    uint64_t length = header_length(file->bytes);
    if (length > MAX_HEADER_BYTES || length > file->size - PREFIX_BYTES) {
        return brds_fail(
            diag, BRDS_EINPUT, file->path, "it is cut short, or not a safetensors file",
            "the header is said to have %" PRIu64 " bytes, the file has %zu", length, file->size);
    }
    json_error_t error;
    const char *text = (const char *)file->bytes + PREFIX_BYTES;
    json_t *header = json_loadb(text, (size_t)length, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(header)) {
        json_decref(header);
        return brds_fail(
            diag, BRDS_EINPUT, file->path, "it is not a safetensors file, or it is damaged",
            "the JSON header is wrong: %s", header ? "it is a list, not an object" : error.text);
    }
    body data = {file->bytes + PREFIX_BYTES + length, file->size - PREFIX_BYTES - (size_t)length};
    brds_status status = read_entries(header, data, file, diag);
    json_decref(header);
    return status;
}

brds_status brds_safetensors_load(const char *path, brds_safetensors *file, brds_diag *diag)
{
    brds_status status = brds_tensors_open(path, file, diag);
    if (!status) {
        status = brds_safetensors_parse(file, diag);
        if (status) {
            brds_safetensors_free(file);
        }
    }
    return status;
}

void brds_safetensors_free(brds_safetensors *file)
{
    for (size_t i = 0; i < file->count; i++) {
        free(file->tensors[i].name);
        free(file->tensors[i].owned);
    }
    for (char **text = file->metadata; text && *text; text++) {
        free(*text);
    }
    free(file->metadata);
    free(file->tensors);
    free(file->bytes);
    free(file->path);
    *file = (brds_safetensors){0};
}

const char *brds_safetensors_metadata(const brds_safetensors *file, const char *key)
{
    for (size_t i = 0; file->metadata != NULL && file->metadata[i] != NULL; i += 2) {
        if (strcmp(file->metadata[i], key) == 0) {
            return file->metadata[i + 1];
        }
    }
    return NULL;
}

const brds_tensor *brds_safetensors_find(const brds_safetensors *file, const char *name)
{
    for (size_t i = 0; i < file->count; i++) {
        if (strcmp(file->tensors[i].name, name) == 0) {
            return &file->tensors[i];
        }
    }
    return NULL;
}
