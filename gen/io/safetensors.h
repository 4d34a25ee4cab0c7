/* SPDX-License-Identifier: Apache-2.0
 *
 * safetensors files: 8-byte little-endian header length, JSON header, raw
 * little-endian tensors.  No length, offset, shape or type is trusted.
 */
#ifndef BRDS_IO_SAFETENSORS_H
#define BRDS_IO_SAFETENSORS_H

#include <stddef.h>
#include <stdint.h>

#include "io/diag.h"

typedef enum {
    BRDS_F32,
    BRDS_F64,
    BRDS_F16,
    BRDS_BF16,
    BRDS_I64,
    BRDS_I32,
    BRDS_I16,
    BRDS_I8,
    BRDS_U8,
    BRDS_BOOL
} brds_dtype;

enum { BRDS_MAX_RANK = 8 };

typedef struct {
    char *name;
    brds_dtype dtype;
    int rank;
    size_t shape[BRDS_MAX_RANK];
    size_t elements;
    const uint8_t *data; /* points into the file's buffer, or `owned` */
    uint8_t *owned;      /* malloc'ed values of a converted tensor, or NULL */
} brds_tensor;

typedef struct {
    char *path; /* for messages */
    uint8_t *bytes;
    size_t size;
    brds_tensor *tensors; /* in the order of their offsets */
    size_t count;
    char **metadata; /* key, value, ..., NULL, sorted by key; NULL where there is none */
} brds_safetensors;

brds_status brds_safetensors_load(const char *path, brds_safetensors *file, brds_diag *diag);
/* The same of a file whose path and bytes are there already (io/tensors.h).
 * The caller frees `file`, on failure too. */
brds_status brds_safetensors_parse(brds_safetensors *file, brds_diag *diag);
void brds_safetensors_free(brds_safetensors *file);

/* "F32" and so on, and the bytes of one element. */
const char *brds_dtype_name(brds_dtype dtype);
size_t brds_dtype_size(brds_dtype dtype);

/* NULL where there is none. */
const char *brds_safetensors_metadata(const brds_safetensors *file, const char *key);
const brds_tensor *brds_safetensors_find(const brds_safetensors *file, const char *name);

/* Finds `name`, checks rank and shape (`shape[i]` 0: any), converts to float32
 * (from F32, F64, F16, BF16) and allocates; NaN and infinity are refused and
 * their first place is named.  The message names the wanted and found shape. */
brds_status brds_safetensors_floats(const brds_safetensors *file, const char *name, int rank,
                                    const size_t *shape, float **out, brds_diag *diag);
/* The same for integers (I64, I32, I16, I8, U8), to int64. */
brds_status brds_safetensors_ints(const brds_safetensors *file, const char *name, int rank,
                                  const size_t *shape, int64_t **out, brds_diag *diag);

/* Writing: float32 and int32 tensors, sorted by name; atomic (temporary file,
 * then rename).  `metadata` is a list of key, value, ..., NULL, or NULL. */
typedef struct {
    const char *name;
    brds_dtype dtype; /* BRDS_F32 or BRDS_I32 */
    int rank;
    size_t shape[BRDS_MAX_RANK];
    const void *data;
} brds_tensor_out;
brds_status brds_safetensors_save(const char *path, const brds_tensor_out *tensors, size_t count,
                                  const char *const *metadata, brds_diag *diag);

#endif
