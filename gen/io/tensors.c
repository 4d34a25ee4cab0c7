/* SPDX-License-Identifier: Apache-2.0 */
#include "io/tensors.h"

#include <stdlib.h>
#include <string.h>

#include "io/file.h"
#include "io/safetensors_private.h"

enum { FIRST_CAPACITY = 16 };

/* 8 GiB holds eight dense layers of the largest size in float32. */
static const size_t FILE_LIMIT = (size_t)1 << (sizeof(size_t) > 4 ? 33 : 30);

brds_status brds_tensors_open(const char *path, brds_safetensors *file, brds_diag *diag)
{
    *file = (brds_safetensors){0};
    file->path = strdup(brds_input_place(path));
    brds_status status = file->path ? BRDS_OK : brds_fail_memory(diag);
    if (!status) {
        status = brds_read_file(path, FILE_LIMIT, &file->bytes, &file->size, diag);
    }
    if (status) {
        brds_safetensors_free(file);
    }
    return status;
}

static brds_status grow(brds_safetensors *file, brds_diag *diag)
{
    /* A power of two, or nothing at all, is full. */
    size_t count = file->count;
    if (count >= FIRST_CAPACITY ? (count & (count - 1)) != 0 : count != 0) {
        return BRDS_OK;
    }
    size_t capacity = count ? 2 * count : FIRST_CAPACITY;
    brds_tensor *larger = realloc(file->tensors, capacity * sizeof *larger);
    if (!larger) {
        return brds_fail_memory(diag);
    }
    file->tensors = larger;
    return BRDS_OK;
}

static brds_status append(brds_safetensors *file, const char *name, const brds_tensor *values,
                          brds_diag *diag)
{
    if (brds_safetensors_find(file, name)) {
        char place[BRDS_PLACE_LENGTH];
        brds_tensor_place(place, file->path, name);
        return brds_fail(diag, BRDS_EINPUT, place, "", "the file has two tensors of this name");
    }
    brds_status status = grow(file, diag);
    char *copy = status ? NULL : strdup(name);
    if (!copy) {
        return status ? status : brds_fail_memory(diag);
    }
    brds_tensor *tensor = &file->tensors[file->count++];
    *tensor = *values;
    tensor->name = copy;
    tensor->data = values->owned ? values->owned : values->data;
    return BRDS_OK;
}

brds_status brds_tensors_add(brds_safetensors *file, const char *name, const brds_tensor *values,
                             brds_diag *diag)
{
    brds_status status = append(file, name, values, diag);
    if (status) {
        free(values->owned);
    }
    return status;
}

void brds_tensor_shape(brds_tensor *tensor, size_t rows, size_t columns)
{
    tensor->rank = columns ? 2 : 1;
    tensor->shape[0] = rows;
    tensor->shape[1] = columns;
    tensor->elements = columns ? rows * columns : rows;
}

uint8_t *brds_blocks_reordered(const uint8_t *data, size_t block_bytes, const int *order,
                               size_t count)
{
    uint8_t *result = malloc(block_bytes * count + 1);
    for (size_t k = 0; result && k < count; k++) {
        memcpy(result + k * block_bytes, data + (size_t)order[k] * block_bytes, block_bytes);
    }
    return result;
}

uint8_t *brds_transposed(const uint8_t *data, size_t rows, size_t columns, size_t size)
{
    uint8_t *result = malloc(rows * columns * size + 1);
    for (size_t row = 0; result && row < rows; row++) {
        for (size_t column = 0; column < columns; column++) {
            memcpy(result + (row * columns + column) * size, data + (column * rows + row) * size,
                   size);
        }
    }
    return result;
}

int brds_product(size_t a, size_t b, size_t *product)
{
    if (b != 0 && a > SIZE_MAX / b) {
        return 0;
    }
    *product = a * b;
    return 1;
}

size_t brds_unpacked_limit(size_t packed)
{
    enum { RATIO = 100 };
    const size_t base = (size_t)64 << 20;
    size_t scaled = packed < FILE_LIMIT / RATIO ? RATIO * packed : FILE_LIMIT;
    return scaled < FILE_LIMIT - base ? scaled + base : FILE_LIMIT;
}
