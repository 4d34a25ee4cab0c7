/* SPDX-License-Identifier: Apache-2.0
 *
 * One long run of words or of characters, for language models.
 */
#include <string.h>

#include "data/data_reader.h"

static brds_status finish_text(brds_data_reader *reader, brds_diag *diag)
{
    if (reader->open < 2) {
        return brds_fail(diag, BRDS_EINPUT, reader->place,
                         "a language model predicts each token from those before it",
                         "has %zu token%s; at least 2 are wanted", reader->open,
                         reader->open == 1 ? "" : "s");
    }
    brds_status status = brds_data_reader_end(reader, 0, diag);
    return status ? status : brds_data_reader_finish(reader, BRDS_UNKNOWN_LAST, diag);
}

/* The number of words is added to `words`. */
static brds_status read_line(brds_data_reader *reader, const brds_text_line *line, size_t *words,
                             brds_diag *diag)
{
    const char *at = line->text, *end = line->text + line->length;
    size_t length, before = *words;
    brds_status status = BRDS_OK;
    while (!status && (length = brds_next_word(&at, end)) > 0) {
        status = brds_data_reader_token(reader, at, length, line->number, diag);
        at += length;
        ++*words;
    }
    if (!status && (line->ended || *words > before)) {
        status = brds_data_reader_token(reader, "<eos>", 5, line->number, diag);
    }
    return status;
}

brds_status brds_read_words(brds_data_reader *reader, brds_data_bytes file, brds_diag *diag)
{
    brds_status status = brds_text_check(reader->place, file.bytes, file.size, diag);
    brds_text_line line = {0};
    size_t at = brds_text_mark(file.bytes, file.size), words = 0;
    while (!status && brds_next_line((const char *)file.bytes, file.size, &at, &line)) {
        status = read_line(reader, &line, &words, diag);
    }
    if (!status && words == 0) {
        status = brds_fail(diag, BRDS_EINPUT, reader->place, "", "has no word");
    }
    return status ? status : finish_text(reader, diag);
}

brds_status brds_read_characters(brds_data_reader *reader, brds_data_bytes file, brds_diag *diag)
{
    brds_status status = brds_text_check(reader->place, file.bytes, file.size, diag);
    size_t line = 1, length;
    for (size_t at = brds_text_mark(file.bytes, file.size); at < file.size && !status;
         at += length) {
        const uint8_t *character = file.bytes + at;
        length = brds_utf8_length(character, file.size - at);
        status = brds_data_reader_token(reader, (const char *)character, length, line, diag);
        line += *character == '\n';
    }
    return status ? status : finish_text(reader, diag);
}
