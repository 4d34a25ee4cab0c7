/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of model files share: temporary files, hand-made safetensors
 * and questions to a list of diagnostics.  Included once, after <cmocka.h>.
 */
#ifndef BRDS_UNIT_MODEL_FIXTURE_H
#define BRDS_UNIT_MODEL_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/diag.h"
#include "io/safetensors.h"

/* A name for one temporary file of the test program. */
static inline const char *temporary_path(void)
{
    static char path[256];
    if (path[0] == '\0') {
        const char *folder = getenv("TMPDIR");
        snprintf(path, sizeof path, "%.200s/brds_unit_XXXXXX", folder ? folder : "/tmp");
        int handle = mkstemp(path);
        assert_true(handle >= 0);
        close(handle);
    }
    return path;
}

static inline void write_bytes(const void *bytes, size_t size)
{
    FILE *stream = fopen(temporary_path(), "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(bytes, 1, size, stream), size);
    assert_int_equal(fclose(stream), 0);
}

/* Header length, header, data. */
static inline void write_safetensors(const char *header, const void *data, size_t size)
{
    size_t length = strlen(header);
    uint8_t *bytes = calloc(1, 8 + length + size);
    assert_non_null(bytes);
    for (int i = 0; i < 8; i++) {
        bytes[i] = (uint8_t)((uint64_t)length >> 8 * i);
    }
    memcpy(bytes + 8, header, length);
    if (size) {
        memcpy(bytes + 8 + length, data, size);
    }
    write_bytes(bytes, 8 + length + size);
    free(bytes);
}

static inline bool diag_says(const brds_diag *diag, const char *text)
{
    for (size_t i = 0; i < diag->count; i++) {
        const brds_message *message = &diag->messages[i];
        if (strstr(message->place, text) || strstr(message->text, text) ||
            strstr(message->hint, text)) {
            return true;
        }
    }
    return false;
}

/* Asserts that the list says `text`, shows it if not, and empties it. */
static inline void expect_message(brds_diag *diag, const char *text)
{
    if (!diag_says(diag, text)) {
        brds_diag_print(diag, stderr);
        fail_msg("no message says '%s'", text);
    }
    brds_diag_free(diag);
    *diag = (brds_diag){0};
}

static inline void expect_ok(brds_status status, const brds_diag *diag)
{
    if (status) {
        brds_diag_print(diag, stderr);
    }
    assert_int_equal(status, BRDS_OK);
}

/* NAME below the data folder, $BRDS_DATA or ../shared/data of the source
 * tree, whose place comes from $SRCDIR (default "."). */
static inline const char *data_path(const char *name)
{
    static char paths[8][512];
    static int next;
    const char *data = getenv("BRDS_DATA"), *source = getenv("SRCDIR");
    char *path = paths[next++ % 8];
    if (data) {
        snprintf(path, sizeof paths[0], "%s/%s", data, name);
    } else {
        snprintf(path, sizeof paths[0], "%s/../shared/data/%s", source ? source : ".", name);
    }
    return path;
}

/* NAME below the source tree. */
static inline const char *source_path(const char *name)
{
    static char paths[4][512];
    static int next;
    const char *source = getenv("SRCDIR");
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", source ? source : ".", name);
    return path;
}

/* Skips the running test, saying why, where `path` cannot be read. */
static inline void need_file(const char *path)
{
    if (access(path, R_OK)) {
        print_message("skipped: there is no %s\n", path);
        skip();
    }
}

#endif
