/* SPDX-License-Identifier: Apache-2.0
 *
 * Small helpers on strings.  Results marked "malloc'ed" are the caller's to
 * free and NULL when memory ran out.
 */
#ifndef BRDS_IO_STRINGS_H
#define BRDS_IO_STRINGS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

char *brds_string_copy(const char *text); /* malloc'ed */
char *brds_string_format(const char *format, ...)
    __attribute__((format(printf, 1, 2))); /* malloc'ed */
char *brds_string_vformat(const char *format, va_list arguments)
    __attribute__((format(printf, 1, 0))); /* malloc'ed */

bool brds_string_starts(const char *text, const char *start);
bool brds_string_ends(const char *text, const char *end);

/* Edits (insert, delete, replace one character, swap two neighbours) that turn
 * `a` into `b`; SIZE_MAX where either is longer than 64 characters. */
size_t brds_string_distance(const char *a, const char *b);

/* The candidate nearest to a mistyped `word`, the first of equals; NULL where
 * none is near enough (a third of the word's length) to be what was meant. */
const char *brds_string_nearest(const char *word, const char *const *candidates, size_t count);

/* The low `digits` hexadecimal digits of a little-endian number, highest first. */
void brds_print_hex(const uint8_t *bytes, int digits, FILE *stream);

#endif
