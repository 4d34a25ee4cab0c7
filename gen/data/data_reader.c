/* SPDX-License-Identifier: Apache-2.0
 *
 * Datasets that grow, and the vocabulary that is made of them.
 */
#include "data/data_reader.h"

#include <stdlib.h>
#include <string.h>

#include "io/file.h"

static const char unknown_word[] = "<unk>";
enum { UNKNOWN_LENGTH = sizeof unknown_word - 1 };

static brds_status fail_kind(const brds_data_reader *reader, brds_diag *diag)
{
    bool characters = reader->vocabulary->characters;
    return brds_fail(diag, BRDS_EINPUT, reader->place, "", "is to be read as %s, but %s",
                     characters ? "words" : "characters",
                     characters ? "the vocabulary is one of characters"
                                : "the vocabulary is one of words");
}

brds_status brds_data_reader_begin(brds_data_reader *reader, const char *path,
                                   const brds_data_options *options, brds_vocabulary *vocabulary,
                                   brds_dataset *dataset, brds_diag *diag)
{
    *reader = (brds_data_reader){.place = brds_input_place(path),
                                 .options = options,
                                 .dataset = dataset,
                                 .vocabulary = vocabulary,
                                 .unknown = -1};
    *dataset = (brds_dataset){.task = options->task};
    if (options->format == BRDS_FORMAT_VOWELS) {
        reader->vocabulary = NULL;
        return BRDS_OK;
    }
    if (!vocabulary) {
        return brds_fail(diag, BRDS_EUSAGE, reader->place, "", "is text, which wants a vocabulary");
    }
    bool characters = options->format == BRDS_FORMAT_CHARACTERS;
    reader->making = vocabulary->size == 0;
    if (!reader->making && vocabulary->characters != characters) {
        return fail_kind(reader, diag);
    }
    reader->unknown = brds_vocabulary_find(vocabulary, unknown_word, UNKNOWN_LENGTH);
    return BRDS_OK;
}

bool brds_data_grow(void **array, size_t *capacity, size_t wanted, size_t element)
{
    if (wanted <= *capacity) {
        return true;
    }
    size_t larger = *capacity > SIZE_MAX / 2 ? SIZE_MAX : 2 * *capacity;
    larger = larger < wanted ? wanted : larger;
    larger = larger < 64 ? 64 : larger;
    if (larger > SIZE_MAX / element) {
        return false;
    }
    void *moved = realloc(*array, larger * element);
    if (!moved) {
        return false;
    }
    *array = moved;
    *capacity = larger;
    return true;
}

/* Room for one more step; `array` is that of the features or of the tokens. */
static brds_status add_step(brds_data_reader *reader, void **array, size_t element, brds_diag *diag)
{
    brds_dataset *dataset = reader->dataset;
    if (dataset->steps >= INT32_MAX) {
        return brds_fail(diag, BRDS_EINPUT, reader->place, "", "has more than %ld steps",
                         (long)INT32_MAX);
    }
    if (!brds_data_grow(array, &reader->step_capacity, dataset->steps + 1, element)) {
        return brds_fail_memory(diag);
    }
    dataset->steps++;
    reader->open++;
    return BRDS_OK;
}

static brds_status token_number(brds_data_reader *reader, const char *token, size_t length,
                                size_t line, int32_t *number, brds_diag *diag)
{
    if (reader->making) {
        return brds_vocabulary_add(&reader->raw, token, length, number, diag);
    }
    *number = brds_vocabulary_find(reader->vocabulary, token, length);
    if (*number < 0) {
        *number = reader->unknown;
    }
    if (*number < 0) {
        char place[BRDS_DATA_PLACE];
        brds_line_place(place, reader->place, line);
        return brds_fail(diag, BRDS_EINPUT, place,
                         "unknown words become <unk>, which this vocabulary lacks",
                         "'%.*s' is not in the vocabulary", brds_shown(token, length), token);
    }
    return BRDS_OK;
}

brds_status brds_data_reader_token(brds_data_reader *reader, const char *token, size_t length,
                                   size_t line, brds_diag *diag)
{
    int32_t number;
    brds_status status = token_number(reader, token, length, line, &number, diag);
    if (!status) {
        void *tokens = reader->dataset->tokens;
        status = add_step(reader, &tokens, sizeof(int32_t), diag);
        reader->dataset->tokens = tokens;
    }
    if (!status) {
        reader->dataset->tokens[reader->dataset->steps - 1] = number;
    }
    return status;
}

brds_status brds_data_reader_row(brds_data_reader *reader, const float *row, brds_diag *diag)
{
    size_t width = (size_t)reader->dataset->feature_size;
    void *features = reader->dataset->features;
    brds_status status = add_step(reader, &features, width * sizeof(float), diag);
    reader->dataset->features = features;
    if (!status) {
        memcpy(reader->dataset->features + (reader->dataset->steps - 1) * width, row,
               width * sizeof *row);
    }
    return status;
}

static bool grow_sequences(brds_data_reader *reader)
{
    brds_dataset *dataset = reader->dataset;
    size_t wanted = dataset->sequences + 1, capacities[3];
    void *arrays[3] = {dataset->starts, dataset->lengths, dataset->labels};
    const size_t elements[3] = {sizeof *dataset->starts, sizeof *dataset->lengths,
                                sizeof *dataset->labels};
    bool grown = true;
    for (int i = 0; i < 3; i++) {
        capacities[i] = reader->sequence_capacity;
        grown = brds_data_grow(&arrays[i], &capacities[i], wanted, elements[i]) && grown;
    }
    dataset->starts = arrays[0];
    dataset->lengths = arrays[1];
    dataset->labels = arrays[2];
    reader->sequence_capacity = grown ? capacities[0] : reader->sequence_capacity;
    return grown;
}

brds_status brds_data_reader_end(brds_data_reader *reader, int32_t label, brds_diag *diag)
{
    brds_dataset *dataset = reader->dataset;
    if (!grow_sequences(reader)) {
        return brds_fail_memory(diag);
    }
    size_t start = dataset->steps - reader->open, limit = reader->options->max_length;
    if (dataset->tokens && limit && reader->open > limit) {
        memmove(dataset->tokens + start, dataset->tokens + dataset->steps - limit,
                limit * sizeof *dataset->tokens);
        dataset->steps = start + limit;
        reader->open = limit;
    }
    dataset->starts[dataset->sequences] = start;
    dataset->lengths[dataset->sequences] = reader->open;
    dataset->labels[dataset->sequences] = label;
    dataset->sequences++;
    dataset->classes = label >= dataset->classes ? label + 1 : dataset->classes;
    reader->open = 0;
    return BRDS_OK;
}

typedef struct {
    const char *token;
    size_t count;
    int32_t raw; /* its number by first appearance */
} counted_token;

/* Most frequent first, equals in the order of bytes (strcmp compares unsigned). */
static int compare_counted(const void *left, const void *right)
{
    const counted_token *a = left, *b = right;
    if (a->count != b->count) {
        return a->count > b->count ? -1 : 1;
    }
    return strcmp(a->token, b->token);
}

/* Numbers the tokens that are to stay; map[raw number] is the new number, or
 * -1 for one that is left out. */
static brds_status number_tokens(brds_data_reader *reader, counted_token *list, size_t count,
                                 size_t least, int32_t *map, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (size_t i = 0; i < count && !status; i++) {
        int32_t raw = list[i].raw;
        const char *token = list[i].token;
        if (strcmp(token, unknown_word) == 0 ? list[i].count > 0 : list[i].count >= least) {
            status = brds_vocabulary_add(reader->vocabulary, token, strlen(token), &map[raw], diag);
        } else {
            map[raw] = -1;
        }
    }
    return status;
}

static brds_status renumber(brds_data_reader *reader, brds_unknown_rule rule, counted_token *list,
                            int32_t *map, brds_diag *diag)
{
    brds_dataset *dataset = reader->dataset;
    size_t count = reader->raw.size, least = rule == BRDS_UNKNOWN_RARE ? 2 : 1;
    for (size_t i = 0; i < count; i++) {
        list[i] = (counted_token){.token = reader->raw.tokens[i], .raw = (int32_t)i};
    }
    for (size_t i = 0; i < dataset->steps; i++) {
        list[dataset->tokens[i]].count++;
    }
    qsort(list, count, sizeof *list, compare_counted);
    brds_status status = BRDS_OK;
    if (rule == BRDS_UNKNOWN_RARE) {
        status = brds_vocabulary_add(reader->vocabulary, unknown_word, UNKNOWN_LENGTH,
                                     &reader->unknown, diag);
    }
    status = status ? status : number_tokens(reader, list, count, least, map, diag);
    if (!status) {
        status = brds_vocabulary_add(reader->vocabulary, unknown_word, UNKNOWN_LENGTH,
                                     &reader->unknown, diag);
    }
    for (size_t i = 0; i < dataset->steps && !status; i++) {
        int32_t number = map[dataset->tokens[i]];
        dataset->tokens[i] = number >= 0 ? number : reader->unknown;
    }
    return status;
}

static brds_status make_vocabulary(brds_data_reader *reader, brds_unknown_rule rule,
                                   brds_diag *diag)
{
    counted_token *list = calloc(reader->raw.size, sizeof *list);
    int32_t *map = calloc(reader->raw.size, sizeof *map);
    reader->vocabulary->characters = reader->options->format == BRDS_FORMAT_CHARACTERS;
    brds_status status =
        list && map ? renumber(reader, rule, list, map, diag) : brds_fail_memory(diag);
    free(list);
    free(map);
    if (status) {
        brds_vocabulary_free(reader->vocabulary);
    }
    return status;
}

brds_status brds_data_reader_finish(brds_data_reader *reader, brds_unknown_rule rule,
                                    brds_diag *diag)
{
    brds_dataset *dataset = reader->dataset;
    if (dataset->sequences == 0) {
        return brds_fail(diag, BRDS_EINPUT, reader->place, "", "has no sequence");
    }
    if (reader->making) {
        brds_status status = make_vocabulary(reader, rule, diag);
        if (status) {
            return status;
        }
    }
    if (dataset->task == BRDS_TASK_LANGUAGE_MODEL) {
        dataset->classes = (int)reader->vocabulary->size;
        free(dataset->labels);
        dataset->labels = NULL;
    }
    return BRDS_OK;
}

void brds_data_reader_free(brds_data_reader *reader)
{
    brds_vocabulary_free(&reader->raw);
}
