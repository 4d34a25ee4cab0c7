/* SPDX-License-Identifier: Apache-2.0
 *
 * What the reader, the conversions and the writer of safetensors share.
 */
#ifndef BRDS_IO_SAFETENSORS_PRIVATE_H
#define BRDS_IO_SAFETENSORS_PRIVATE_H

#include <stddef.h>

enum { BRDS_PLACE_LENGTH = 4608, BRDS_SHAPE_LENGTH = 256 };

/* "PATH: tensor NAME"; a NAME longer than anyone could want to read is cut. */
void brds_tensor_place(char place[BRDS_PLACE_LENGTH], const char *path, const char *name);

/* "(512, 39)"; with `wildcard` a 0 reads "any". */
void brds_shape_text(char text[BRDS_SHAPE_LENGTH], int rank, const size_t *shape, int wildcard);

#endif
