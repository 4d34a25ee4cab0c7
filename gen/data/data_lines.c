/* SPDX-License-Identifier: Apache-2.0
 *
 * Text as the readers see it: checked UTF-8, lines, words.
 */
#include <stdio.h>
#include <string.h>

#include "data/data_reader.h"

void brds_line_place(char place[BRDS_DATA_PLACE], const char *path, size_t line)
{
    snprintf(place, BRDS_DATA_PLACE, "%.4300s:%zu", path, line);
}

/* The table of well-formed sequences in the Unicode Standard (table 3-7): only
 * the second byte's range depends on the first byte. */
size_t brds_utf8_length(const uint8_t *bytes, size_t size)
{
    if (size == 0) {
        return 0;
    }
    uint8_t first = bytes[0], low = 0x80, high = 0xbf;
    if (first < 0x80) {
        return 1;
    }
    if (first < 0xc2 || first > 0xf4) {
        return 0;
    }
    low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : low;
    high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : high;
    size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (size < length || bytes[1] < low || bytes[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return length;
}

brds_status brds_text_check(const char *path, const uint8_t *bytes, size_t size, brds_diag *diag)
{
    if (size == 0) {
        return brds_fail(diag, BRDS_EINPUT, path, "", "is empty");
    }
    size_t line = 1, line_start = 0, at = 0;
    while (at < size) {
        size_t length = bytes[at] ? brds_utf8_length(bytes + at, size - at) : 0;
        if (length == 0) {
            char place[BRDS_DATA_PLACE];
            brds_line_place(place, path, line);
            return brds_fail(diag, BRDS_EINPUT, place, "text files are UTF-8, without NUL bytes",
                             bytes[at] ? "byte %zu of the line (0x%02X) begins no UTF-8 character"
                                       : "byte %zu of the line is NUL (0x%02X)",
                             at - line_start + 1, (unsigned)bytes[at]);
        }
        at += length;
        if (bytes[at - 1] == '\n') {
            line++;
            line_start = at;
        }
    }
    return BRDS_OK;
}

int brds_shown(const char *text, size_t length)
{
    if (length <= BRDS_SHOWN) {
        return (int)length;
    }
    length = BRDS_SHOWN;
    while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80) {
        length--;
    }
    return (int)length;
}

size_t brds_text_mark(const uint8_t *bytes, size_t size)
{
    return size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

bool brds_next_line(const char *text, size_t size, size_t *at, brds_text_line *line)
{
    if (*at >= size) {
        return false;
    }
    line->text = text + *at;
    const char *end = memchr(line->text, '\n', size - *at);
    line->ended = end != NULL;
    line->length = end ? (size_t)(end - line->text) : size - *at;
    line->number++;
    *at += line->length + (end ? 1 : 0);
    if (line->length && line->text[line->length - 1] == '\r') {
        line->length--;
    }
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

size_t brds_next_word(const char **at, const char *end)
{
    while (*at < end && is_blank(**at)) {
        ++*at;
    }
    const char *word = *at;
    while (word < end && !is_blank(*word)) {
        word++;
    }
    return (size_t)(word - *at);
}
