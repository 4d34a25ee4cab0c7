/* SPDX-License-Identifier: Apache-2.0
 *
 * The goals of a key.  See goals.h.
 */
#include "goals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int count_words(const brds_key *key)
{
    int count = 0;
    while (key->words && key->words[count])
        count++;
    return count;
}

static bool has_words(const brds_key *key)
{
    return key->type == BRDS_KEY_WORD || key->type == BRDS_KEY_CHOICE;
}

/* The range of what `measure` returns. */
static void range(const brds_key *key, int *low, int *high)
{
    *low = key->low;
    *high = key->high;
    if (key->type == BRDS_KEY_BOOLEAN) {
        *low = false;
        *high = true;
    } else if (key->type == BRDS_KEY_NAME) {
        *low = 1;
        *high = BRDS_NAME_LENGTH;
    }
}

static bool has_range(const brds_key *key)
{
    return key->type == BRDS_KEY_INTEGER || key->type == BRDS_KEY_ARRAY ||
           key->type == BRDS_KEY_BOOLEAN || key->type == BRDS_KEY_NAME;
}

static int measure(const json_t *value)
{
    if (json_is_array(value))
        return (int)json_array_size(value);
    if (json_is_string(value))
        return (int)strlen(json_string_value(value));
    return json_is_integer(value) ? (int)json_integer_value(value) : json_is_true(value);
}

static bool has_kind(const brds_key *key, goal_kind kind)
{
    int low, high;
    if (kind == GOAL_DEFAULT)
        return !key->required;
    if (key->type == BRDS_KEY_OBJECT || key->type == BRDS_KEY_TEXT)
        return kind == GOAL_BETWEEN && !key->required;
    if (key->type == BRDS_KEY_FRACTION)
        return true;
    range(key, &low, &high);
    return kind == GOAL_MINIMUM || (kind == GOAL_MAXIMUM && high > low) ||
           (kind == GOAL_BETWEEN && high > low + 1);
}

size_t goals_list(goal goals[MOST_GOALS])
{
    size_t count = 0;
    for (size_t k = 0; k < brds_key_count; k++) {
        const brds_key *key = &brds_keys[k];
        int words = has_words(key) ? count_words(key) : 0;
        for (int kind = 0; kind < GOAL_KINDS; kind++) {
            bool wanted =
                words ? kind == GOAL_DEFAULT && !key->required : has_kind(key, (goal_kind)kind);
            if (wanted && count < MOST_GOALS)
                goals[count++] = (goal){key, (goal_kind)kind, -1};
        }
        for (int w = 0; w < words && count < MOST_GOALS; w++) {
            goal_kind kind = w == 0 ? GOAL_MINIMUM : w == words - 1 ? GOAL_MAXIMUM : GOAL_BETWEEN;
            goals[count++] = (goal){key, kind, w};
        }
    }
    if (count == MOST_GOALS) {
        fprintf(stderr, "goals: more than MOST_GOALS\n");
        abort();
    }
    return count;
}

static bool is_word(const brds_key *key, int word, const json_t *value)
{
    if (key->type == BRDS_KEY_CHOICE)
        return json_integer_value(value) == strtol(key->words[word], NULL, 10);
    return json_is_string(value) && strcmp(json_string_value(value), key->words[word]) == 0;
}

/* The default's value, given. */
static bool is_fallback(const brds_key *key, const json_t *value)
{
    if (key->fallback < 0)
        return false;
    if (key->type == BRDS_KEY_WORD)
        return is_word(key, key->fallback, value);
    return (has_range(key) || key->type == BRDS_KEY_CHOICE) && measure(value) == key->fallback;
}

static bool fraction_met(goal_kind kind, double value)
{
    return kind == GOAL_MINIMUM   ? value == 0.0
           : kind == GOAL_MAXIMUM ? value >= LARGEST_FRACTION
                                  : value > 0.0 && value < LARGEST_FRACTION;
}

bool goal_met(const goal *g, const json_t *value)
{
    const brds_key *key = g->key;
    int low, high;
    if (g->kind == GOAL_DEFAULT)
        return !value || is_fallback(key, value);
    if (!value)
        return false;
    if (g->word >= 0)
        return is_word(key, g->word, value);
    if (key->type == BRDS_KEY_FRACTION)
        return fraction_met(g->kind, json_number_value(value));
    if (!has_range(key))
        return true;
    range(key, &low, &high);
    int number = measure(value);
    return g->kind == GOAL_MINIMUM   ? number == low
           : g->kind == GOAL_MAXIMUM ? number == high
                                     : number > low && number < high;
}

const char *goal_name(const goal *g)
{
    static const char *const names[] = {"default", "minimum", "between", "maximum"};
    return g->word >= 0 ? g->key->words[g->word] : names[g->kind];
}

bool key_has_defaults(const brds_key *object)
{
    return object->offset == BRDS_NOT_STORED;
}
