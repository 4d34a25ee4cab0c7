/* SPDX-License-Identifier: Apache-2.0 */
#include "io/strings.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_WORD = 64 };

char *brds_string_copy(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    return copy != NULL ? memcpy(copy, text, size) : NULL;
}

char *brds_string_vformat(const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    char *text = length >= 0 ? malloc((size_t)length + 1) : NULL;
    if (text != NULL) {
        vsnprintf(text, (size_t)length + 1, format, again);
    }
    va_end(again);
    return text;
}

char *brds_string_format(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = brds_string_vformat(format, arguments);
    va_end(arguments);
    return text;
}

bool brds_string_starts(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

bool brds_string_ends(const char *text, const char *end)
{
    size_t length = strlen(text), wanted = strlen(end);
    return length >= wanted && strcmp(text + length - wanted, end) == 0;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t brds_string_distance(const char *a, const char *b)
{
    size_t rows = strlen(a), columns = strlen(b);
    size_t d[3][LONGEST_WORD + 1]; /* the last three rows of the table of distances */
    if (rows > LONGEST_WORD || columns > LONGEST_WORD) {
        return SIZE_MAX;
    }
    for (size_t j = 0; j <= columns; j++) {
        d[0][j] = j;
    }
    for (size_t i = 1; i <= rows; i++) {
        size_t *row = d[i % 3];
        const size_t *above = d[(i + 2) % 3], *second = d[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= columns; j++) {
            row[j] = least(above[j - 1] + (a[i - 1] != b[j - 1]), 1 + least(above[j], row[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = least(row[j], second[j - 2] + 1);
            }
        }
    }
    return d[rows % 3][columns];
}

const char *brds_string_nearest(const char *word, const char *const *candidates, size_t count)
{
    const char *nearest = NULL;
    size_t bound = (strlen(word) + 2) / 3;
    for (size_t i = 0; i < count; i++) {
        size_t distance = brds_string_distance(word, candidates[i]);
        if (distance <= bound && distance < strlen(candidates[i])) {
            nearest = candidates[i];
            bound = distance > 0 ? distance - 1 : 0; /* only a nearer one replaces it */
            if (distance == 0) {
                break;
            }
        }
    }
    return nearest;
}

void brds_print_hex(const uint8_t *bytes, int digits, FILE *stream)
{
    for (int digit = digits - 1; digit >= 0; digit--) {
        fputc("0123456789abcdef"[bytes[digit / 2] >> (digit % 2 * 4) & 15], stream);
    }
}
