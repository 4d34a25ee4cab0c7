/* SPDX-License-Identifier: Apache-2.0
 *
 * Diagnostics: every function that can fail returns a brds_status and files
 * one or more diagnostics, so that all faults of a document are reported and
 * not just the first.  Printed form:
 *
 *     FILE:/json/pointer: error: what is wrong; what would be right
 */
#ifndef BRDS_IO_DIAG_H
#define BRDS_IO_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The program's exit status is the status of its subcommand. */
typedef enum {
    BRDS_OK = 0,
    BRDS_EINPUT = 1, /* the spec, model or workload is wrong */
    BRDS_EUSAGE = 2, /* the command line is wrong */
    BRDS_EFILE = 3,  /* a file, the memory or a tool failed */
    BRDS_EDIFFER = 4 /* results differ */
} brds_status;

typedef enum { BRDS_ERROR, BRDS_WARNING, BRDS_NOTE } brds_severity;

typedef struct {
    brds_severity severity;
    char *place; /* "FILE:/json/pointer", "FILE: tensor NAME", or "" */
    char *text;  /* what is wrong */
    char *hint;  /* what would be right, or "" */
} brds_message;

/* A growing list of messages.  Zero-initialise it; free with brds_diag_free.
 * If memory runs out while a message is filed, `lost` counts it and the
 * status is kept all the same. */
typedef struct {
    brds_message *messages;
    size_t count, capacity, lost;
    size_t errors; /* messages of severity BRDS_ERROR, lost ones included */
} brds_diag;

/* Files an error and returns `status`, so that callers may write
 *     return brds_fail(diag, BRDS_EFILE, path, "", "cannot open: %s", why);
 * `place` may be NULL; `hint` may be NULL or "". */
brds_status brds_fail(brds_diag *diag, brds_status status, const char *place, const char *hint,
                      const char *format, ...) __attribute__((format(printf, 5, 6)));

void brds_warn(brds_diag *diag, const char *place, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Out of memory: files a constant message and returns BRDS_EFILE. */
brds_status brds_fail_memory(brds_diag *diag);

/* Writes all messages, one a line, to `stream`. */
void brds_diag_print(const brds_diag *diag, FILE *stream);
void brds_diag_free(brds_diag *diag);

#endif
