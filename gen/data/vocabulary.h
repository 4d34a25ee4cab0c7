/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokens (words or characters) and their numbers.
 */
#ifndef BRDS_DATA_VOCABULARY_H
#define BRDS_DATA_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/diag.h"

typedef struct brds_vocabulary_index brds_vocabulary_index; /* text to number */

typedef struct {
    char **tokens; /* (size) UTF-8, by number */
    size_t size;
    bool characters; /* tokens are characters, not words */
    brds_vocabulary_index *index;
} brds_vocabulary; /* zero-initialised: empty */

/* The number of a token of `length` bytes, -1 where there is none. */
int32_t brds_vocabulary_find(const brds_vocabulary *vocabulary, const char *token, size_t length);
/* The number of a token, which is added where it is new. */
brds_status brds_vocabulary_add(brds_vocabulary *vocabulary, const char *token, size_t length,
                                int32_t *number, brds_diag *diag);

/* As a JSON array of strings, malloc'ed: how a model's metadata carries it
 * (key "vocabulary"; key "tokens" says "words" or "characters"). */
brds_status brds_vocabulary_write(const brds_vocabulary *vocabulary, char **text, brds_diag *diag);
/* `place` for messages.  Refuses what is no array of distinct, non-empty strings. */
brds_status brds_vocabulary_read(const char *place, const char *text, bool characters,
                                 brds_vocabulary *vocabulary, brds_diag *diag);
void brds_vocabulary_free(brds_vocabulary *vocabulary);

#endif
