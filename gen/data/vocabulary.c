/* SPDX-License-Identifier: Apache-2.0
 *
 * A list of tokens and an open-addressing table (linear probing, at most half
 * full) from a token's bytes to its number.
 */
#include "data/vocabulary.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct brds_vocabulary_index {
    uint32_t *slots;   /* (slot_count) a token's number + 1; 0: free */
    size_t slot_count; /* a power of two */
    uint32_t *hashes;  /* (capacity) by number */
    size_t capacity;   /* of hashes and of the list of tokens */
};

enum { FIRST_CAPACITY = 64 };

/* FNV-1a with its 64 bits folded into 32. */
static uint32_t hash_bytes(const char *bytes, size_t length)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001b3u;
    }
    return (uint32_t)(hash ^ (hash >> 32));
}

/* The slot that holds the token, or the free one where it would go. */
static size_t find_slot(const brds_vocabulary *vocabulary, const char *token, size_t length,
                        uint32_t hash)
{
    const brds_vocabulary_index *index = vocabulary->index;
    size_t slot = hash & (index->slot_count - 1);
    while (index->slots[slot] != 0) {
        uint32_t number = index->slots[slot] - 1;
        const char *known = vocabulary->tokens[number];
        if (index->hashes[number] == hash && strlen(known) == length &&
            memcmp(known, token, length) == 0) {
            break;
        }
        slot = (slot + 1) & (index->slot_count - 1);
    }
    return slot;
}

int32_t brds_vocabulary_find(const brds_vocabulary *vocabulary, const char *token, size_t length)
{
    if (!vocabulary->index || vocabulary->size == 0) {
        return -1;
    }
    size_t slot = find_slot(vocabulary, token, length, hash_bytes(token, length));
    return (int32_t)vocabulary->index->slots[slot] - 1;
}

static bool grow_list(brds_vocabulary *vocabulary, size_t capacity)
{
    brds_vocabulary_index *index = vocabulary->index;
    char **tokens = realloc(vocabulary->tokens, capacity * sizeof *tokens);
    if (!tokens) {
        return false;
    }
    vocabulary->tokens = tokens;
    uint32_t *hashes = realloc(index->hashes, capacity * sizeof *hashes);
    if (!hashes) {
        return false;
    }
    index->hashes = hashes;
    index->capacity = capacity;
    return true;
}

static bool grow_table(brds_vocabulary *vocabulary, size_t slot_count)
{
    brds_vocabulary_index *index = vocabulary->index;
    uint32_t *slots = calloc(slot_count, sizeof *slots);
    if (!slots) {
        return false;
    }
    for (size_t number = 0; number < vocabulary->size; number++) {
        size_t slot = index->hashes[number] & (slot_count - 1);
        while (slots[slot] != 0) {
            slot = (slot + 1) & (slot_count - 1);
        }
        slots[slot] = (uint32_t)number + 1;
    }
    free(index->slots);
    index->slots = slots;
    index->slot_count = slot_count;
    return true;
}

/* Room for one more token. */
static bool make_room(brds_vocabulary *vocabulary)
{
    if (!vocabulary->index) {
        vocabulary->index = calloc(1, sizeof *vocabulary->index);
    }
    brds_vocabulary_index *index = vocabulary->index;
    if (!index) {
        return false;
    }
    if (vocabulary->size < index->capacity) {
        return true;
    }
    size_t capacity = index->capacity ? 2 * index->capacity : FIRST_CAPACITY;
    if (capacity > SIZE_MAX / (2 * sizeof *vocabulary->tokens)) {
        return false;
    }
    /* The table first: a list without a table of twice its size must not be. */
    return grow_table(vocabulary, 2 * capacity) && grow_list(vocabulary, capacity);
}

brds_status brds_vocabulary_add(brds_vocabulary *vocabulary, const char *token, size_t length,
                                int32_t *number, brds_diag *diag)
{
    int32_t known = brds_vocabulary_find(vocabulary, token, length);
    if (known >= 0) {
        *number = known;
        return BRDS_OK;
    }
    if (length == 0 || memchr(token, 0, length)) {
        return brds_fail(diag, BRDS_EINPUT, "vocabulary", "", "a token is empty or has a NUL byte");
    }
    if (vocabulary->size >= INT32_MAX) {
        return brds_fail(diag, BRDS_EINPUT, "vocabulary", "", "there are more than %ld tokens",
                         (long)INT32_MAX);
    }
    char *copy = malloc(length + 1);
    if (!copy || !make_room(vocabulary)) {
        free(copy);
        return brds_fail_memory(diag);
    }
    memcpy(copy, token, length);
    copy[length] = '\0';
    uint32_t hash = hash_bytes(token, length);
    size_t slot = find_slot(vocabulary, token, length, hash);
    vocabulary->index->slots[slot] = (uint32_t)vocabulary->size + 1;
    vocabulary->index->hashes[vocabulary->size] = hash;
    vocabulary->tokens[vocabulary->size] = copy;
    *number = (int32_t)vocabulary->size++;
    return BRDS_OK;
}

brds_status brds_vocabulary_write(const brds_vocabulary *vocabulary, char **text, brds_diag *diag)
{
    *text = NULL;
    json_t *array = json_array();
    for (size_t i = 0; array && i < vocabulary->size; i++) {
        json_t *token = json_string(vocabulary->tokens[i]);
        if (!token) {
            json_decref(array);
            return brds_fail(diag, BRDS_EINPUT, "vocabulary", "",
                             "token %zu is not UTF-8, or memory ran out", i);
        }
        if (json_array_append_new(array, token)) {
            json_decref(array);
            array = NULL;
        }
    }
    if (array) {
        *text = json_dumps(array, JSON_COMPACT);
        json_decref(array);
    }
    return *text ? BRDS_OK : brds_fail_memory(diag);
}

static brds_status add_all(const char *place, const json_t *array, brds_vocabulary *vocabulary,
                           brds_diag *diag)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *value = json_array_get(array, i);
        if (!json_is_string(value) || json_string_length(value) == 0) {
            return brds_fail(diag, BRDS_EINPUT, place, "",
                             "token %zu of the vocabulary is no string with a character in it", i);
        }
        int32_t number;
        brds_status status = brds_vocabulary_add(vocabulary, json_string_value(value),
                                                 json_string_length(value), &number, diag);
        if (status) {
            return status;
        }
        if ((size_t)number != i) {
            return brds_fail(diag, BRDS_EINPUT, place, "",
                             "tokens %ld and %zu of the vocabulary are the same", (long)number, i);
        }
    }
    return BRDS_OK;
}

brds_status brds_vocabulary_read(const char *place, const char *text, bool characters,
                                 brds_vocabulary *vocabulary, brds_diag *diag)
{
    *vocabulary = (brds_vocabulary){.characters = characters};
    json_error_t error;
    json_t *array = json_loads(text, JSON_DECODE_ANY, &error);
    if (!array) {
        return brds_fail(diag, BRDS_EINPUT, place, "", "the vocabulary is no JSON: %s", error.text);
    }
    brds_status status = BRDS_OK;
    if (!json_is_array(array) || json_array_size(array) == 0) {
        status = brds_fail(diag, BRDS_EINPUT, place, "",
                           "the vocabulary is no JSON array of one or more strings");
    } else {
        status = add_all(place, array, vocabulary, diag);
    }
    json_decref(array);
    if (status) {
        brds_vocabulary_free(vocabulary);
    }
    return status;
}

void brds_vocabulary_free(brds_vocabulary *vocabulary)
{
    for (size_t i = 0; i < vocabulary->size; i++) {
        free(vocabulary->tokens[i]);
    }
    free(vocabulary->tokens);
    if (vocabulary->index) {
        free(vocabulary->index->slots);
        free(vocabulary->index->hashes);
        free(vocabulary->index);
    }
    *vocabulary = (brds_vocabulary){0};
}
