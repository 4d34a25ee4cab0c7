/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of tensors made by the readers of other formats.  Each of them turns
 * what it finds into tensors of PyTorch's names, shapes and gate order, so that
 * net/network_load.c knows one naming only.  Values keep their type: a change
 * of order moves elements, it does not convert them.
 */
#ifndef BRDS_IO_TENSORS_H
#define BRDS_IO_TENSORS_H

#include "io/safetensors.h"

/* Reads all of `path` into an empty list. */
brds_status brds_tensors_open(const char *path, brds_safetensors *file, brds_diag *diag);

/* Appends a tensor: dtype, rank, shape and elements of `values`, under a copy
 * of `name`.  `values->owned`, malloc'ed or NULL, is the list's from then on,
 * also on failure; where it is set, it becomes the data.  A name that the list
 * has already is refused. */
brds_status brds_tensors_add(brds_safetensors *file, const char *name, const brds_tensor *values,
                             brds_diag *diag);

/* Sets rank, shape and elements of a matrix (columns > 0) or vector. */
void brds_tensor_shape(brds_tensor *tensor, size_t rows, size_t columns);

/* Block k of the result is block order[k] of `data`; malloc'ed, NULL when
 * memory ran out. */
uint8_t *brds_blocks_reordered(const uint8_t *data, size_t block_bytes, const int *order,
                               size_t count);

/* (columns, rows) to (rows, columns), elements of `size` bytes; malloc'ed, NULL
 * when memory ran out. */
uint8_t *brds_transposed(const uint8_t *data, size_t rows, size_t columns, size_t size);

/* Adding up what a file claims: 0 where it does not fit size_t. */
int brds_product(size_t a, size_t b, size_t *product);

/* What a compressed file may become: 100 times its own size and 64 MiB.  No
 * trained network packs better, and a bomb made to fill the memory does. */
size_t brds_unpacked_limit(size_t packed);

#endif
