/* SPDX-License-Identifier: Apache-2.0
 *
 * File formats: their names, how a file's format is told, and their readers.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "data/data_reader.h"
#include "io/file.h"
#include "io/strings.h"

typedef brds_status format_reader(brds_data_reader *reader, brds_data_bytes file, brds_diag *diag);

static const struct {
    const char *name;
    brds_task task;
    format_reader *read; /* NULL: reads the file itself, or none */
} formats[] = {
    [BRDS_FORMAT_AUTO] = {"auto", BRDS_TASK_CLASSIFY, NULL},
    [BRDS_FORMAT_FEATURES] = {"features", BRDS_TASK_CLASSIFY, NULL},
    [BRDS_FORMAT_LABELLED] = {"labelled", BRDS_TASK_CLASSIFY, brds_read_labelled},
    [BRDS_FORMAT_WORDS] = {"words", BRDS_TASK_LANGUAGE_MODEL, brds_read_words},
    [BRDS_FORMAT_CHARACTERS] = {"characters", BRDS_TASK_LANGUAGE_MODEL, brds_read_characters},
    [BRDS_FORMAT_VOWELS] = {"vowels", BRDS_TASK_CLASSIFY, brds_read_vowels},
    [BRDS_FORMAT_REVIEWS] = {"reviews", BRDS_TASK_CLASSIFY, brds_read_reviews},
};
enum { FORMAT_COUNT = sizeof formats / sizeof formats[0], PEEKED = 4096 };

const char *brds_data_format_name(brds_data_format format)
{
    return (size_t)format < FORMAT_COUNT ? formats[format].name : NULL;
}

bool brds_data_format_find(const char *name, brds_data_format *format)
{
    for (int i = 0; i < FORMAT_COUNT; i++) {
        if (strcmp(name, formats[i].name) == 0) {
            *format = (brds_data_format)i;
            return true;
        }
    }
    return false;
}

/* --- telling a file's format --- */

/* Its header's length in 8 bytes (below 4 GiB), then JSON. */
static bool is_safetensors(const char *start, size_t size)
{
    return size > 8 && memcmp(start + 4, "\0\0\0\0", 4) == 0 && start[8] == '{';
}

static bool is_archive(const char *start, size_t size)
{
    static const struct {
        size_t offset, size;
        const char *bytes;
    } marks[] = {
        {0, 2, "\x1f\x8b"}, /* gzip */
        {0, 3, "BZh"},      /* bzip2 */
        {0, 6,
         "\xfd"
         "7zXZ\0"},                 /* xz */
        {0, 4, "\x28\xb5\x2f\xfd"}, /* zstd */
        {0, 4, "\x04\x22\x4d\x18"}, /* lz4 */
        {0, 2, "\x1f\x9d"},         /* compress */
        {257, 5, "ustar"},
    };
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (size >= marks[i].offset + marks[i].size &&
            memcmp(start + marks[i].offset, marks[i].bytes, marks[i].size) == 0) {
            return true;
        }
    }
    return false;
}

/* Is the first line twelve words of digits? */
static bool is_vowels(const brds_text_line *line)
{
    const char *at = line->text, *end = line->text + line->length;
    size_t length, count = 0;
    while ((length = brds_next_word(&at, end)) > 0) {
        for (size_t i = 0; i < length; i++) {
            if (!strchr("0123456789+-.eE", at[i])) {
                return false;
            }
        }
        at += length;
        count++;
    }
    return count == 12;
}

static brds_data_format tell(const char *path, const brds_data_options *options,
                             const brds_vocabulary *vocabulary, const char *start, size_t size)
{
    if (brds_string_ends(path, ".safetensors") || is_safetensors(start, size)) {
        return BRDS_FORMAT_FEATURES;
    }
    if (is_archive(start, size) || brds_string_ends(path, ".tar") ||
        brds_string_ends(path, ".tar.lzma")) { /* old tar and lzma have no mark */
        return BRDS_FORMAT_REVIEWS;
    }
    if (options->task == BRDS_TASK_LANGUAGE_MODEL) {
        bool characters = vocabulary && vocabulary->size && vocabulary->characters;
        return characters ? BRDS_FORMAT_CHARACTERS : BRDS_FORMAT_WORDS;
    }
    brds_text_line line = {0};
    size_t at = 0;
    if (brds_next_line(start, size, &at, &line) && is_vowels(&line)) {
        return BRDS_FORMAT_VOWELS;
    }
    bool tab = line.length && memchr(line.text, '\t', line.length);
    return tab || brds_string_ends(path, ".tsv") ? BRDS_FORMAT_LABELLED : BRDS_FORMAT_AUTO;
}

static brds_status fail_untold(const char *path, brds_status status, brds_diag *diag)
{
    return brds_fail(diag, status, brds_input_place(path),
                     "name it: features, labelled, words, characters, vowels or reviews",
                     "its format cannot be told");
}

/* The first bytes of a file.  A pipe, which would be robbed of them, is refused. */
static brds_status peek(const char *path, char *start, size_t *size, brds_diag *diag)
{
    struct stat info;
    if (stat(path, &info) != 0) {
        return brds_fail(diag, BRDS_EFILE, path, "", "cannot open: %s", strerror(errno));
    }
    if (S_ISDIR(info.st_mode)) {
        return brds_fail(diag, BRDS_EFILE, path, "give a file", "is a folder");
    }
    if (!S_ISREG(info.st_mode)) {
        return fail_untold(path, BRDS_EUSAGE, diag);
    }
    FILE *stream = fopen(path, "rb");
    if (!stream) {
        return brds_fail(diag, BRDS_EFILE, path, "", "cannot open: %s", strerror(errno));
    }
    *size = fread(start, 1, PEEKED, stream);
    bool failed = ferror(stream);
    fclose(stream);
    return failed ? brds_fail(diag, BRDS_EFILE, path, "", "cannot read") : BRDS_OK;
}

static brds_status find_format(const char *path, const brds_data_options *options,
                               const brds_vocabulary *vocabulary, brds_data_format *format,
                               brds_diag *diag)
{
    if (strcmp(path, "-") == 0) {
        return fail_untold(path, BRDS_EUSAGE, diag);
    }
    char start[PEEKED];
    size_t size = 0;
    brds_status status = peek(path, start, &size, diag);
    if (status) {
        return status;
    }
    if (size == 0) {
        return brds_fail(diag, BRDS_EINPUT, path, "", "is empty");
    }
    *format = tell(path, options, vocabulary, start, size);
    return *format == BRDS_FORMAT_AUTO ? fail_untold(path, BRDS_EINPUT, diag) : BRDS_OK;
}

/* --- reading --- */

static brds_status read_bytes(const char *path, const brds_data_options *options,
                              brds_vocabulary *vocabulary, brds_dataset *dataset, brds_diag *diag)
{
    brds_data_reader reader;
    brds_status status = brds_data_reader_begin(&reader, path, options, vocabulary, dataset, diag);
    uint8_t *bytes = NULL;
    brds_data_bytes file = {0};
    if (!status) {
        status = brds_read_file(path, SIZE_MAX, &bytes, &file.size, diag);
    }
    if (!status && file.size == 0) {
        status = brds_fail(diag, BRDS_EINPUT, reader.place, "", "is empty");
    }
    if (!status) {
        file.bytes = bytes;
        status = formats[options->format].read(&reader, file, diag);
    }
    free(bytes);
    brds_data_reader_free(&reader);
    return status;
}

static brds_status check_task(const char *path, const brds_data_options *options, brds_diag *diag)
{
    if (formats[options->format].task == options->task) {
        return BRDS_OK;
    }
    bool model = options->task == BRDS_TASK_LANGUAGE_MODEL;
    return brds_fail(diag, BRDS_EUSAGE, brds_input_place(path),
                     model ? "formats for a language model: words, characters"
                           : "formats to classify: features, labelled, vowels, reviews",
                     "the format '%s' %s", formats[options->format].name,
                     model ? "is of sequences with labels, not of text for a language model"
                           : "has no labels to be learnt");
}

brds_status brds_dataset_load(const char *path, const brds_data_options *options,
                              brds_vocabulary *vocabulary, brds_dataset *dataset, brds_diag *diag)
{
    *dataset = (brds_dataset){0};
    brds_data_options told = *options;
    brds_status status = BRDS_OK;
    if (told.format == BRDS_FORMAT_AUTO) {
        status = find_format(path, options, vocabulary, &told.format, diag);
    }
    status = status ? status : check_task(path, &told, diag);
    if (status) {
        return status;
    }
    status = told.format == BRDS_FORMAT_FEATURES
                 ? brds_read_features(path, dataset, diag)
                 : read_bytes(path, &told, vocabulary, dataset, diag);
    if (status) {
        brds_dataset_free(dataset);
    }
    return status;
}
