/* SPDX-License-Identifier: Apache-2.0
 *
 * HDF5 files in memory: members of groups, texts of attributes, datasets of
 * numbers.  Reads by libhdf5, which a program may be built without
 * (BRDS_HAVE_HDF5): then brds_hdf5_open fails and says so.
 *
 * The library is not proof against damaged files: call it in a process of its own
 * (io/apart.h).  Nothing outside the file is read: links into other files, external and
 * virtual datasets are refused, and no filter is loaded at run time.
 */
#ifndef BRDS_IO_HDF5_H
#define BRDS_IO_HDF5_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/diag.h"
#include "io/safetensors.h"

typedef struct brds_hdf5 brds_hdf5;

/* The signature at the start, or behind a user's block of 512, 1024, ... bytes. */
bool brds_hdf5_recognised(const uint8_t *bytes, size_t size);

/* `bytes` may be freed before the file is closed; `place` must not. */
brds_status brds_hdf5_open(const char *place, const uint8_t *bytes, size_t size, brds_hdf5 **file,
                           brds_diag *diag);
void brds_hdf5_close(brds_hdf5 *file); /* NULL is fine */

/* Whether `path` ("/a/b") is a group or dataset of the file. */
bool brds_hdf5_has(const brds_hdf5 *file, const char *path);

/* A growing list of texts, for the two functions below. */
typedef struct {
    char **texts;
    size_t count;
} brds_texts;
void brds_texts_free(brds_texts *list);

/* The members of a group in the order of their names. */
brds_status brds_hdf5_members(brds_hdf5 *file, const char *group, brds_texts *list,
                              brds_diag *diag);
/* An attribute that is a text or a list of texts; an empty list where the
 * object has no such attribute. */
brds_status brds_hdf5_attribute(brds_hdf5 *file, const char *object, const char *name,
                                brds_texts *list, brds_diag *diag);

/* A dataset of floating numbers, converted to float32 (`tensor->owned`). */
brds_status brds_hdf5_floats(brds_hdf5 *file, const char *path, brds_tensor *tensor,
                             brds_diag *diag);

#endif
