/* SPDX-License-Identifier: Apache-2.0
 *
 * The stages of reading a spec: text to JSON, JSON to a draft by the table
 * (spec_read.c), sense and computed defaults (spec_check.c), advice
 * (spec_warn.c).  Private to gen/spec.
 */
#ifndef BRDS_SPEC_PRIVATE_H
#define BRDS_SPEC_PRIVATE_H

#include <jansson.h>

#include "spec/spec_table.h"

/* ceil(value / divisor), both positive. */
static inline int brds_divide_up(int value, int divisor)
{
    return (value + divisor - 1) / divisor;
}

/* Room for the JSON pointer of any key, unknown ones included (they are
 * shortened). */
enum { BRDS_POINTER_ROOM = 640 };

typedef struct {
    const char *place; /* the document's name in messages */
    brds_diag *diag;
    brds_draft *draft;
    brds_status status; /* of the worst error so far */
} brds_reader;

/* File an error or a warning at PLACE:POINTER.  An error makes the reader's
 * status BRDS_EINPUT at least. */
void brds_reader_error(brds_reader *reader, const char *pointer, const char *hint,
                       const char *format, ...) __attribute__((format(printf, 4, 5)));
void brds_reader_warn(brds_reader *reader, const char *pointer, const char *hint,
                      const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Copies `text` with control characters written as \u00XX, and "..." after 64
 * bytes; as a JSON pointer's token (`~` and `/` escaped) if `token`. */
void brds_printable(char *out, size_t room, const char *text, bool token);
/* The same for a whole line, which may be as long as there is room. */
void brds_printable_line(char *out, size_t room, const char *text);

/* Fills the whole draft from the document by the table; what was refused is
 * BRDS_BAD. */
void brds_read_document(brds_reader *reader, json_t *document);

/* Checks keys against each other and replaces BRDS_ABSENT by the defaults. */
void brds_check_draft(brds_reader *reader);

/* Files a warning for every choice that wastes hardware.  The spec is good. */
void brds_advise(brds_reader *reader);

#endif
