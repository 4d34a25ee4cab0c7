/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of imported networks share: the files of verif/unit/data/import,
 * refusals.  Included once, after <cmocka.h>.
 */
#ifndef BRDS_UNIT_IMPORT_FIXTURE_H
#define BRDS_UNIT_IMPORT_FIXTURE_H

#include "io/file.h"
#include "io/wire.h"
#include "model_fixture.h"
#include "net/model_file.h"

#ifdef BRDS_HAVE_HDF5
static const bool have_hdf5 = true;
#else
static const bool have_hdf5 = false;
#endif

static inline const char *import_path(const char *name)
{
    static char paths[4][600];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", source_path("verif/unit/data/import"), name);
    return path;
}

static inline brds_span read_span(const char *path)
{
    brds_diag diag = {0};
    uint8_t *bytes;
    size_t size;
    expect_ok(brds_read_file(path, 1u << 20, &bytes, &size, &diag), &diag);
    return (brds_span){bytes, size};
}

static inline void refused(const char *path, const char *text)
{
    brds_diag diag = {0};
    brds_safetensors file;
    brds_status status = brds_model_file_load(path, &file, &diag);
    if (status != BRDS_EINPUT) {
        fail_msg("%s: status %d", path, status);
    }
    assert_null(file.tensors);
    expect_message(&diag, text);
}

typedef struct {
    const char *name, *text;
} refusal;

#endif
