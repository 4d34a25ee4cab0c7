/* SPDX-License-Identifier: Apache-2.0
 *
 * What the readers of the single formats share: a dataset that grows token by
 * token or row by row, the vocabulary made of it, and checks of text.
 */
#ifndef BRDS_DATA_DATA_READER_H
#define BRDS_DATA_DATA_READER_H

#include "data/dataset.h"

enum {
    BRDS_LABEL_LIMIT = 65536, /* labels are below it */
    BRDS_DATA_PLACE = 4352,   /* bytes of a place in messages */
    BRDS_SHOWN = 40           /* bytes of a word that a message shows */
};

typedef struct {
    const char *place; /* the file, for messages */
    const brds_data_options *options;
    brds_vocabulary *vocabulary; /* NULL where the format has features */
    brds_vocabulary raw;         /* words by first appearance, where the vocabulary is to be made */
    bool making;
    int32_t unknown; /* number of <unk> in a vocabulary that is there, or -1 */
    brds_dataset *dataset;
    size_t sequence_capacity, step_capacity;
    size_t open; /* steps of the sequence that is not ended yet */
} brds_data_reader;

/* `dataset` becomes empty; formats of tokens want a vocabulary of their kind. */
brds_status brds_data_reader_begin(brds_data_reader *reader, const char *path,
                                   const brds_data_options *options, brds_vocabulary *vocabulary,
                                   brds_dataset *dataset, brds_diag *diag);
/* Adds a step.  `line` is that of the text, for messages. */
brds_status brds_data_reader_token(brds_data_reader *reader, const char *token, size_t length,
                                   size_t line, brds_diag *diag);
brds_status brds_data_reader_row(brds_data_reader *reader, const float *row, brds_diag *diag);
/* Ends a sequence of at least one step, cut to its last max_length tokens. */
brds_status brds_data_reader_end(brds_data_reader *reader, int32_t label, brds_diag *diag);

typedef enum {
    BRDS_UNKNOWN_RARE, /* <unk> is number 0; words seen once become it */
    BRDS_UNKNOWN_LAST  /* every word is kept; <unk> is added as the last where there is none */
} brds_unknown_rule;

/* Makes the vocabulary, if that is to be, and fills `classes`. */
brds_status brds_data_reader_finish(brds_data_reader *reader, brds_unknown_rule rule,
                                    brds_diag *diag);
/* Frees what only the reader needed. */
void brds_data_reader_free(brds_data_reader *reader);

/* realloc to at least `wanted` elements, doubling; false when memory ran out. */
bool brds_data_grow(void **array, size_t *capacity, size_t wanted, size_t element);

/* "PATH:LINE". */
void brds_line_place(char place[BRDS_DATA_PLACE], const char *path, size_t line);

/* Refuses text that is empty, is not UTF-8 (RFC 3629: no overlong forms, no
 * surrogates, nothing above U+10FFFF) or has a NUL byte; names line and byte. */
brds_status brds_text_check(const char *path, const uint8_t *bytes, size_t size, brds_diag *diag);
/* Bytes of the UTF-8 character at the beginning of `bytes`; 0: none. */
size_t brds_utf8_length(const uint8_t *bytes, size_t size);
/* At most BRDS_SHOWN of the `length` bytes, without half a character. */
int brds_shown(const char *text, size_t length);
/* Bytes of a byte order mark at the beginning of a text. */
size_t brds_text_mark(const uint8_t *bytes, size_t size);

/* A line of text, without its LF or CR LF. */
typedef struct {
    const char *text;
    size_t length;
    size_t number; /* from 1 */
    bool ended;    /* by LF, not by the end of the file */
} brds_text_line;
/* Starts with {0} and the whole text; false past the end. */
bool brds_next_line(const char *text, size_t size, size_t *at, brds_text_line *line);
/* The next word of [*at, end), words parted by ASCII blanks; its length, 0: none. */
size_t brds_next_word(const char **at, const char *end);

/* One function a format.  `path` has been read to `bytes` (brds_read_features
 * reads it itself), is not empty and is followed by a zero byte. */
typedef struct {
    const uint8_t *bytes;
    size_t size;
} brds_data_bytes;
brds_status brds_read_features(const char *path, brds_dataset *dataset, brds_diag *diag);
brds_status brds_read_labelled(brds_data_reader *reader, brds_data_bytes file, brds_diag *diag);
brds_status brds_read_words(brds_data_reader *reader, brds_data_bytes file, brds_diag *diag);
brds_status brds_read_characters(brds_data_reader *reader, brds_data_bytes file, brds_diag *diag);
brds_status brds_read_vowels(brds_data_reader *reader, brds_data_bytes file, brds_diag *diag);
brds_status brds_read_reviews(brds_data_reader *reader, brds_data_bytes file, brds_diag *diag);

#endif
