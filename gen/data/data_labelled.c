/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of text TAB label, as SST-2 is published.
 */
#include <string.h>

#include "data/data_reader.h"

static bool parse_label(const char *text, size_t length, int32_t *label)
{
    int32_t value = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        value = 10 * value + (text[i] - '0');
        if (value >= BRDS_LABEL_LIMIT) {
            return false;
        }
    }
    *label = value;
    return length > 0;
}

/* Splits a line at its only TAB. */
static brds_status split_line(const brds_text_line *line, const char *place, const char **tab,
                              int32_t *label, brds_diag *diag)
{
    const char *hint = "a line is text TAB label";
    *tab = memchr(line->text, '\t', line->length);
    if (!*tab) {
        return brds_fail(diag, BRDS_EINPUT, place, hint, "has no TAB");
    }
    const char *start = *tab + 1;
    size_t length = line->length - (size_t)(start - line->text);
    if (memchr(start, '\t', length)) {
        return brds_fail(diag, BRDS_EINPUT, place, hint, "has more than one TAB");
    }
    while (length && start[length - 1] == ' ') {
        length--;
    }
    if (!parse_label(start, length, label)) {
        return brds_fail(diag, BRDS_EINPUT, place,
                         line->number == 1 ? "a line is text TAB label; there is no line of titles"
                                           : hint,
                         "the label '%.*s' is no integer from 0 to %d", brds_shown(start, length),
                         start, BRDS_LABEL_LIMIT - 1);
    }
    return BRDS_OK;
}

static brds_status read_line(brds_data_reader *reader, const brds_text_line *line, brds_diag *diag)
{
    char place[BRDS_DATA_PLACE];
    brds_line_place(place, reader->place, line->number);
    const char *tab, *at = line->text;
    int32_t label;
    brds_status status = split_line(line, place, &tab, &label, diag);
    size_t length;
    while (!status && (length = brds_next_word(&at, tab)) > 0) {
        status = brds_data_reader_token(reader, at, length, line->number, diag);
        at += length;
    }
    if (!status && reader->open == 0) {
        status = brds_fail(diag, BRDS_EINPUT, place, "", "has no word before the TAB");
    }
    return status ? status : brds_data_reader_end(reader, label, diag);
}

brds_status brds_read_labelled(brds_data_reader *reader, brds_data_bytes file, brds_diag *diag)
{
    brds_status status = brds_text_check(reader->place, file.bytes, file.size, diag);
    brds_text_line line = {0};
    size_t at = brds_text_mark(file.bytes, file.size);
    while (!status && brds_next_line((const char *)file.bytes, file.size, &at, &line)) {
        status = read_line(reader, &line, diag);
    }
    return status ? status : brds_data_reader_finish(reader, BRDS_UNKNOWN_RARE, diag);
}
