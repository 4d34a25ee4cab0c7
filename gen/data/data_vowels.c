/* SPDX-License-Identifier: Apache-2.0
 *
 * UCI Japanese Vowels (Kudo, Toyama, Shimbo): ae.train and ae.test.  A block of
 * lines is an utterance, closed by a blank line, by a line of twelve 1.0, or by
 * both.  Who speaks is told by the order of the blocks only.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/data_reader.h"

enum { COEFFICIENTS = 12, SPEAKERS = 9, LONGEST_NUMBER = 40 };

/* Blocks of each speaker, from the data set's description. */
static const size_t train_blocks[SPEAKERS] = {30, 30, 30, 30, 30, 30, 30, 30, 30};
static const size_t test_blocks[SPEAKERS] = {31, 35, 88, 44, 29, 24, 40, 50, 29};

/* strtod takes hexadecimal, infinities and NaN, too. */
static bool parse_number(const char *text, size_t length, float *value)
{
    char copy[LONGEST_NUMBER + 1];
    if (length > LONGEST_NUMBER) {
        return false;
    }
    memcpy(copy, text, length);
    copy[length] = '\0';
    if (strspn(copy, "0123456789+-.eE") != length) {
        return false;
    }
    char *end;
    *value = (float)strtod(copy, &end);
    return *end == '\0' && isfinite(*value);
}

static brds_status parse_row(const brds_text_line *line, const char *place, float *row, int *count,
                             brds_diag *diag)
{
    const char *at = line->text, *end = line->text + line->length;
    size_t length;
    for (*count = 0; (length = brds_next_word(&at, end)) > 0; at += length, ++*count) {
        if (*count == COEFFICIENTS) {
            return brds_fail(diag, BRDS_EINPUT, place, "", "has more than %d numbers",
                             COEFFICIENTS);
        }
        if (!parse_number(at, length, &row[*count])) {
            return brds_fail(diag, BRDS_EINPUT, place, "", "'%.*s' is no number of a float's range",
                             brds_shown(at, length), at);
        }
    }
    if (*count != 0 && *count != COEFFICIENTS) {
        return brds_fail(diag, BRDS_EINPUT, place, "", "has %d numbers; wanted are %d, or none",
                         *count, COEFFICIENTS);
    }
    return BRDS_OK;
}

static bool closes(const float *row, int count)
{
    for (int i = 0; i < count; i++) {
        if (row[i] != 1.0f) {
            return false;
        }
    }
    return true;
}

static brds_status read_line(brds_data_reader *reader, const brds_text_line *line, brds_diag *diag)
{
    char place[BRDS_DATA_PLACE];
    brds_line_place(place, reader->place, line->number);
    float row[COEFFICIENTS];
    int count;
    brds_status status = parse_row(line, place, row, &count, diag);
    if (status) {
        return status;
    }
    if (!closes(row, count)) {
        return brds_data_reader_row(reader, row, diag);
    }
    return reader->open ? brds_data_reader_end(reader, 0, diag) : BRDS_OK;
}

static size_t sum(const size_t *blocks)
{
    size_t total = 0;
    for (int i = 0; i < SPEAKERS; i++) {
        total += blocks[i];
    }
    return total;
}

static brds_status label_blocks(brds_data_reader *reader, brds_diag *diag)
{
    brds_dataset *dataset = reader->dataset;
    size_t trained = sum(train_blocks), tested = sum(test_blocks);
    if (dataset->sequences != trained && dataset->sequences != tested) {
        return brds_fail(diag, BRDS_EINPUT, reader->place,
                         "speakers are known by the order of the blocks only",
                         "has %zu blocks; the training set has %zu, the test set %zu",
                         dataset->sequences, trained, tested);
    }
    const size_t *blocks = dataset->sequences == trained ? train_blocks : test_blocks;
    size_t next = 0;
    for (int32_t speaker = 0; speaker < SPEAKERS; speaker++) {
        for (size_t i = 0; i < blocks[speaker]; i++) {
            dataset->labels[next++] = speaker;
        }
    }
    dataset->classes = SPEAKERS;
    return BRDS_OK;
}

brds_status brds_read_vowels(brds_data_reader *reader, brds_data_bytes file, brds_diag *diag)
{
    brds_status status = brds_text_check(reader->place, file.bytes, file.size, diag);
    brds_text_line line = {0};
    size_t at = 0;
    reader->dataset->feature_size = COEFFICIENTS;
    while (!status && brds_next_line((const char *)file.bytes, file.size, &at, &line)) {
        status = read_line(reader, &line, diag);
    }
    if (!status && reader->open) {
        status = brds_data_reader_end(reader, 0, diag);
    }
    status = status ? status : brds_data_reader_finish(reader, BRDS_UNKNOWN_LAST, diag);
    return status ? status : label_blocks(reader, diag);
}
