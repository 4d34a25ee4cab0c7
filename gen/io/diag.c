/* SPDX-License-Identifier: Apache-2.0 */
#include "io/diag.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "io/strings.h"

static bool reserve(brds_diag *diag)
{
    if (diag->count < diag->capacity) {
        return true;
    }
    size_t capacity = diag->capacity > 0 ? 2 * diag->capacity : 8;
    brds_message *messages = realloc(diag->messages, capacity * sizeof *messages);
    if (messages == NULL) {
        return false;
    }
    diag->messages = messages;
    diag->capacity = capacity;
    return true;
}

static void file_message(brds_diag *diag, brds_severity severity, const char *place,
                         const char *hint, const char *format, va_list arguments)
{
    diag->errors += severity == BRDS_ERROR;
    brds_message message = {severity, brds_string_copy(place != NULL ? place : ""),
                            brds_string_vformat(format, arguments),
                            brds_string_copy(hint != NULL ? hint : "")};
    if (message.place == NULL || message.text == NULL || message.hint == NULL || !reserve(diag)) {
        free(message.place);
        free(message.text);
        free(message.hint);
        diag->lost++;
        return;
    }
    diag->messages[diag->count++] = message;
}

brds_status brds_fail(brds_diag *diag, brds_status status, const char *place, const char *hint,
                      const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    file_message(diag, BRDS_ERROR, place, hint, format, arguments);
    va_end(arguments);
    return status;
}

void brds_warn(brds_diag *diag, const char *place, const char *hint, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    file_message(diag, BRDS_WARNING, place, hint, format, arguments);
    va_end(arguments);
}

brds_status brds_fail_memory(brds_diag *diag)
{
    return brds_fail(diag, BRDS_EFILE, "", "", "out of memory");
}

/* Names in messages come from documents nobody vouches for: a terminal must
 * not obey them, and a message must stay on its line. */
static void print_safely(const char *text, FILE *stream)
{
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        if (*c < 0x20 || *c == 0x7f) {
            fprintf(stream, "\\x%02x", *c);
        } else {
            fputc(*c, stream);
        }
    }
}

void brds_diag_print(const brds_diag *diag, FILE *stream)
{
    static const char *const words[] = {"error", "warning", "note"};
    for (size_t i = 0; i < diag->count; i++) {
        const brds_message *message = &diag->messages[i];
        print_safely(message->place[0] != '\0' ? message->place : "brdsgen", stream);
        fprintf(stream, ": %s: ", words[message->severity]);
        print_safely(message->text, stream);
        if (message->hint[0] != '\0') {
            fputs("; ", stream);
            print_safely(message->hint, stream);
        }
        fputc('\n', stream);
    }
    if (diag->lost > 0) {
        fprintf(stream, "brdsgen: error: out of memory; %zu messages are lost\n", diag->lost);
    }
}

void brds_diag_free(brds_diag *diag)
{
    for (size_t i = 0; i < diag->count; i++) {
        free(diag->messages[i].place);
        free(diag->messages[i].text);
        free(diag->messages[i].hint);
    }
    free(diag->messages);
    memset(diag, 0, sizeof *diag);
}
