/* SPDX-License-Identifier: Apache-2.0
 *
 * From a tensor's bytes to arrays.  Data may lie at any alignment, and is
 * little-endian whatever the machine is.
 */
#include "io/safetensors.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "io/safetensors_private.h"

void brds_shape_text(char text[BRDS_SHAPE_LENGTH], int rank, const size_t *shape, int wildcard)
{
    size_t used = 0;
    text[used++] = '(';
    for (int i = 0; i < rank; i++) {
        const char *gap = i ? ", " : "";
        int wrote = wildcard && shape[i] == 0
                        ? snprintf(text + used, BRDS_SHAPE_LENGTH - used, "%sany", gap)
                        : snprintf(text + used, BRDS_SHAPE_LENGTH - used, "%s%zu", gap, shape[i]);
        used += (size_t)wrote;
    }
    /* As Python writes a tuple of one. */
    snprintf(text + used, BRDS_SHAPE_LENGTH - used, rank == 1 ? ",)" : ")");
}

static uint64_t read_little_endian(const uint8_t *bytes, size_t size)
{
    uint64_t value = 0;
    for (size_t i = size; i-- > 0;) {
        value = value << 8 | bytes[i];
    }
    return value;
}

static float float_from_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* IEEE binary16: every value is a float32 exactly. */
static float from_half(uint32_t half)
{
    uint32_t sign = (half & 0x8000u) << 16;
    uint32_t exponent = half >> 10 & 0x1f;
    uint32_t mantissa = half & 0x3ff;
    if (exponent == 0) {
        float magnitude = (float)mantissa * 0x1p-24f;
        return sign ? -magnitude : magnitude;
    }
    uint32_t wide = exponent == 0x1f ? 0xff : exponent - 15 + 127;
    return float_from_bits(sign | wide << 23 | mantissa << 13);
}

static double element_as_double(brds_dtype dtype, uint64_t bits)
{
    switch (dtype) {
    case BRDS_F16:
        return from_half((uint32_t)bits);
    case BRDS_BF16:
        return float_from_bits((uint32_t)bits << 16);
    case BRDS_F64: {
        double value;
        memcpy(&value, &bits, sizeof value);
        return value;
    }
    default:
        return float_from_bits((uint32_t)bits);
    }
}

static bool is_floating(brds_dtype dtype)
{
    return dtype == BRDS_F32 || dtype == BRDS_F64 || dtype == BRDS_F16 || dtype == BRDS_BF16;
}

/* "[3][7]" for element `index` of the tensor. */
static void index_text(char text[BRDS_SHAPE_LENGTH], const brds_tensor *tensor, size_t index)
{
    size_t place[BRDS_MAX_RANK] = {0};
    for (int i = tensor->rank - 1; i >= 0; i--) {
        place[i] = index % tensor->shape[i];
        index /= tensor->shape[i];
    }
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < tensor->rank; i++) {
        used += (size_t)snprintf(text + used, BRDS_SHAPE_LENGTH - used, "[%zu]", place[i]);
    }
}

static bool shape_fits(const brds_tensor *tensor, int rank, const size_t *shape)
{
    bool fits = tensor->rank == rank;
    for (int i = 0; fits && i < rank; i++) {
        fits = shape[i] == 0 || tensor->shape[i] == shape[i];
    }
    return fits;
}

static brds_status fail_shape(const brds_tensor *tensor, const char *place, int rank,
                              const size_t *shape, brds_diag *diag)
{
    char found[BRDS_SHAPE_LENGTH], wanted[BRDS_SHAPE_LENGTH];
    brds_shape_text(found, tensor->rank, tensor->shape, 0);
    brds_shape_text(wanted, rank, shape, 1);
    bool turned = rank == 2 && tensor->rank == 2 && shape[0] == tensor->shape[1] &&
                  shape[1] == tensor->shape[0];
    char hint[BRDS_SHAPE_LENGTH + 40];
    snprintf(hint, sizeof hint, "wanted is %s%s", wanted, turned ? ": it is transposed" : "");
    return brds_fail(diag, BRDS_EINPUT, place, hint, "its shape is %s", found);
}

/* A file that holds thousands of tensors is listed by its first few. */
static void list_names(const brds_safetensors *file, char *text, size_t size)
{
    enum { SHOWN = 8 };
    size_t used = (size_t)snprintf(text, size, file->count ? "the file has" : "the file is empty");
    for (size_t i = 0; i < file->count && i < SHOWN; i++) {
        used += (size_t)snprintf(text + used, size - used, "%s %.60s", i ? "," : "",
                                 file->tensors[i].name);
    }
    if (file->count > SHOWN) {
        snprintf(text + used, size - used, " and %zu more", file->count - SHOWN);
    }
}

/* The tensor of that name if its shape is right. */
static brds_status find_checked(const brds_safetensors *file, const char *name, int rank,
                                const size_t *shape, char place[BRDS_PLACE_LENGTH],
                                const brds_tensor **tensor, brds_diag *diag)
{
    brds_tensor_place(place, file->path, name);
    *tensor = brds_safetensors_find(file, name);
    if (!*tensor) {
        char names[640];
        list_names(file, names, sizeof names);
        return brds_fail(diag, BRDS_EINPUT, place, names, "it is missing");
    }
    if (!shape_fits(*tensor, rank, shape)) {
        return fail_shape(*tensor, place, rank, shape, diag);
    }
    return BRDS_OK;
}

/* At least one byte, so that NULL always means that memory ran out. */
static void *new_array(size_t elements, size_t size)
{
    return calloc(elements ? elements : 1, size);
}

static brds_status convert_floats(const brds_tensor *tensor, const char *place, float *values,
                                  brds_diag *diag)
{
    size_t size = brds_dtype_size(tensor->dtype);
    for (size_t i = 0; i < tensor->elements; i++) {
        uint64_t bits = read_little_endian(tensor->data + i * size, size);
        double value = element_as_double(tensor->dtype, bits);
        if (!(fabs(value) <= (double)FLT_MAX)) {
            char index[BRDS_SHAPE_LENGTH];
            index_text(index, tensor, i);
            return brds_fail(diag, BRDS_EINPUT, place, "every value must be a finite number",
                             "element %s is %s", index,
                             isnan(value)   ? "NaN"
                             : isinf(value) ? "infinite"
                                            : "too large for float32");
        }
        values[i] = (float)value;
    }
    return BRDS_OK;
}

brds_status brds_safetensors_floats(const brds_safetensors *file, const char *name, int rank,
                                    const size_t *shape, float **out, brds_diag *diag)
{
    *out = NULL;
    char place[BRDS_PLACE_LENGTH];
    const brds_tensor *tensor;
    brds_status status = find_checked(file, name, rank, shape, place, &tensor, diag);
    if (status) {
        return status;
    }
    if (!is_floating(tensor->dtype)) {
        return brds_fail(diag, BRDS_EINPUT, place, "wanted is F32, F64, F16 or BF16",
                         "its dtype is %s", brds_dtype_name(tensor->dtype));
    }
    float *values = new_array(tensor->elements, sizeof *values);
    if (!values) {
        return brds_fail_memory(diag);
    }
    status = convert_floats(tensor, place, values, diag);
    if (status) {
        free(values);
        return status;
    }
    *out = values;
    return BRDS_OK;
}

/* Sign-extends `bits` of `size` bytes. */
static int64_t element_as_integer(brds_dtype dtype, uint64_t bits, size_t size)
{
    uint64_t sign = dtype == BRDS_U8 ? 0 : bits >> (8 * size - 1) & 1;
    if (sign && size < 8) {
        bits |= UINT64_MAX << (8 * size);
    }
    int64_t value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

brds_status brds_safetensors_ints(const brds_safetensors *file, const char *name, int rank,
                                  const size_t *shape, int64_t **out, brds_diag *diag)
{
    *out = NULL;
    char place[BRDS_PLACE_LENGTH];
    const brds_tensor *tensor;
    brds_status status = find_checked(file, name, rank, shape, place, &tensor, diag);
    if (status) {
        return status;
    }
    if (is_floating(tensor->dtype) || tensor->dtype == BRDS_BOOL) {
        return brds_fail(diag, BRDS_EINPUT, place, "wanted is I64, I32, I16, I8 or U8",
                         "its dtype is %s", brds_dtype_name(tensor->dtype));
    }
    int64_t *values = new_array(tensor->elements, sizeof *values);
    if (!values) {
        return brds_fail_memory(diag);
    }
    size_t size = brds_dtype_size(tensor->dtype);
    for (size_t i = 0; i < tensor->elements; i++) {
        uint64_t bits = read_little_endian(tensor->data + i * size, size);
        values[i] = element_as_integer(tensor->dtype, bits, size);
    }
    *out = values;
    return BRDS_OK;
}
