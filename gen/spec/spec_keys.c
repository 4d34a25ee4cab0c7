/* SPDX-License-Identifier: Apache-2.0
 *
 * Walking the table of keys, and finding the key that was meant.
 */
#include <string.h>

#include "spec/spec_table.h"

static bool is_child(const brds_key *parent, const brds_key *key) {
    size_t length = strlen(parent->pointer);
    return strncmp(key->pointer, parent->pointer, length) == 0 && key->pointer[length] == '/' &&
           strchr(key->pointer + length + 1, '/') == NULL;
}

const brds_key *brds_key_child(const brds_key *parent, const brds_key *previous) {
    const brds_key *end = brds_keys + brds_key_count;
    for (const brds_key *key = (previous ? previous : parent) + 1; key < end; key++) {
        if (is_child(parent, key))
            return key;
    }
    return NULL;
}

const brds_key *brds_key_find(const brds_key *parent, const char *name) {
    for (const brds_key *key = NULL; (key = brds_key_child(parent, key)) != NULL;) {
        if (strcmp(brds_key_name(key), name) == 0)
            return key;
    }
    return NULL;
}

const brds_key *brds_key_item(const brds_key *array) {
    return brds_key_find(array, "*");
}

const brds_key *brds_key_parent(const brds_key *key) {
    for (const brds_key *parent = key; parent-- > brds_keys;) {
        if (is_child(parent, key))
            return parent;
    }
    return NULL;
}

const char *brds_key_name(const brds_key *key) {
    const char *slash = strrchr(key->pointer, '/');
    return slash ? slash + 1 : key->pointer;
}

/* Longer words are near nothing: the table's keys are shorter. */
enum { LONGEST_WORD = 40 };

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Damerau's distance in its restricted form: row i holds the distances of
 * a's first i characters to every beginning of b. */
size_t brds_edit_distance(const char *a, const char *b) {
    size_t length_a = strlen(a), length_b = strlen(b);
    size_t rows[3][LONGEST_WORD + 1] = {{0}};
    if (length_a > LONGEST_WORD || length_b > LONGEST_WORD)
        return length_a > length_b ? length_a : length_b;
    for (size_t j = 0; j <= length_b; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= length_a; i++) {
        size_t *now = rows[i % 3], *before = rows[(i + 2) % 3], *second = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= length_b; j++) {
            now[j] = smaller(smaller(before[j], now[j - 1]) + 1,
                             before[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = smaller(now[j], second[j - 2] + 1);
        }
    }
    return rows[length_a % 3][length_b];
}

const brds_key *brds_key_nearest(const brds_key *parent, const char *name) {
    const brds_key *best = NULL;
    size_t best_distance = 2 + strlen(name) / 4;
    for (const brds_key *key = NULL; (key = brds_key_child(parent, key)) != NULL;) {
        size_t distance = brds_edit_distance(name, brds_key_name(key));
        bool related = distance < strlen(brds_key_name(key)); /* not a wholly different word */
        if (related && distance < best_distance + (best == NULL)) {
            best = key;
            best_distance = distance;
        }
    }
    return best;
}
