/* SPDX-License-Identifier: Apache-2.0 */
#include "explore/sweep.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "io/strings.h"
#include "spec/spec_table.h"

/* ---- keys ---- */

enum { TOKEN_ROOM = 64 };

/* The next token of a dotted path into `token` (cut where too long: no key is); the rest, or NULL. */
static const char *next_token(const char *path, char token[TOKEN_ROOM])
{
    size_t length = strcspn(path, ".");
    snprintf(token, TOKEN_ROOM, "%.*s", (int)length, path);
    return path[length] == '.' ? path + length + 1 : NULL;
}

static bool is_index(const char *token)
{
    return strcmp(token, "*") == 0 ||
           (token[0] != '\0' && token[strspn(token, "0123456789")] == '\0' && strlen(token) < 3);
}

/* The row below `parent` that a token names. */
static const brds_key *step(const brds_key *parent, const char *token)
{
    if (parent->type == BRDS_KEY_ARRAY) {
        return is_index(token) ? brds_key_item(parent) : NULL;
    }
    return brds_key_find(parent, token);
}

/* The row whose name alone is `token`, where there is one: "pes" for hardware.pes. */
static const brds_key *by_name(const char *token)
{
    for (size_t i = 0; i < brds_key_count; i++) {
        if (strcmp(brds_key_name(&brds_keys[i]), token) == 0) {
            return &brds_keys[i];
        }
    }
    return NULL;
}

/* Where the walk stopped, what was meant. */
static char *key_hint(const brds_key *parent, const char *token, const char *path, const char *at)
{
    if (parent->type == BRDS_KEY_ARRAY) {
        return brds_string_format("give the number of an item, or * for all: %.*s0",
                                  (int)(at - path), path);
    }
    const brds_key *nearest = brds_key_nearest(parent, token);
    const brds_key *elsewhere = parent == &brds_keys[0] ? by_name(token) : NULL;
    if (nearest != NULL) {
        return brds_string_format("did you mean %.*s%s?", (int)(at - path), path,
                                  brds_key_name(nearest));
    }
    if (elsewhere != NULL) {
        char *hint = brds_string_format("did you mean %s?", elsewhere->pointer + 1);
        for (char *c = hint; c != NULL && *c != '\0'; c++) {
            *c = *c == '/' ? '.' : *c;
        }
        return hint;
    }
    return brds_string_copy("docs/spec.md lists the keys");
}

static brds_status find_key(const char *path, const char *place, const brds_key **key,
                            brds_diag *diag)
{
    char token[TOKEN_ROOM];
    const char *at = path;
    *key = &brds_keys[0];
    while (at != NULL) {
        const char *rest = next_token(at, token);
        const brds_key *child = step(*key, token);
        if (child == NULL) {
            char *hint = key_hint(*key, token, path, at);
            brds_fail(diag, BRDS_EUSAGE, place, hint, "a spec has no key %s", path);
            free(hint);
            return BRDS_EUSAGE;
        }
        *key = child;
        at = rest;
    }
    if ((*key)->type == BRDS_KEY_OBJECT || (*key)->type == BRDS_KEY_ARRAY) {
        return brds_fail(diag, BRDS_EUSAGE, place, "name one of the keys in it",
                         "%s holds other keys and has no value of its own", path);
    }
    return BRDS_OK;
}

/* ---- values ---- */

typedef struct {
    const brds_key *key;
    const char *place, *text; /* the whole argument */
    json_t *values;
    brds_diag *diag;
} value_reader;

static brds_status fail_item(const value_reader *reader, const char *item, size_t length,
                             const char *hint, const char *what)
{
    return brds_fail(reader->diag, BRDS_EUSAGE, reader->place, hint, "character %zu: \"%.*s\" %s",
                     (size_t)(item - reader->text) + 1, (int)(length < 60 ? length : 60), item,
                     what);
}

static brds_status add_value(const value_reader *reader, const char *item, size_t length,
                             json_t *value)
{
    size_t i;
    json_t *other;
    json_array_foreach(reader->values, i, other)
    {
        if (json_equal(other, value)) {
            json_decref(value);
            return fail_item(reader, item, length, "give each value once", "repeats a value");
        }
    }
    if (json_array_size(reader->values) >= BRDS_SWEEP_VALUES) {
        json_decref(value);
        return fail_item(reader, item, length, "a key takes 4096 values at most",
                         "makes too many values");
    }
    return json_array_append_new(reader->values, value) == 0 ? BRDS_OK
                                                             : brds_fail_memory(reader->diag);
}

/* Digits at *at, six at most, moves behind them; -1: none. */
static long read_number(const char **at, const char *end)
{
    const char *start = *at;
    long number = 0;
    while (*at < end && isdigit((unsigned char)**at) && *at - start < 6) {
        number = 10 * number + (*(*at)++ - '0');
    }
    return *at > start ? number : -1;
}

static bool skip(const char **at, const char *end, const char *text)
{
    size_t length = strlen(text);
    if ((size_t)(end - *at) < length || strncmp(*at, text, length) != 0) {
        return false;
    }
    *at += length;
    return true;
}

/* N, A..B or A..B*F. */
static brds_status add_integers(const value_reader *reader, const char *item, size_t length)
{
    static const char hint[] = "give integers: 1,2,4 or a range 1..8 or a doubling range 1..64*2";
    const char *at = item, *end = item + length;
    long first = read_number(&at, end), last = first, factor = 1;
    bool good = first >= 0;
    if (good && skip(&at, end, "..")) {
        good = (last = read_number(&at, end)) >= 0;
        if (good && skip(&at, end, "*")) {
            factor = read_number(&at, end);
            good = factor >= 2 && first >= 1;
        }
    }
    if (!good || at != end) {
        return fail_item(reader, item, length, hint, "is no integer and no range of them");
    }
    if (last < first) {
        return fail_item(reader, item, length, hint, "is a range that ends before it begins");
    }
    brds_status status = BRDS_OK;
    for (long n = first; n <= last && status == BRDS_OK; n = factor > 1 ? n * factor : n + 1) {
        status = add_value(reader, item, length, json_integer(n));
    }
    return status;
}

static brds_status add_fraction(const value_reader *reader, const char *item, size_t length)
{
    char text[32], *end = NULL;
    snprintf(text, sizeof text, "%.*s", (int)length, item);
    double number = strtod(text, &end);
    if (length == 0 || length >= sizeof text || *end != '\0' ||
        text[strspn(text, "0123456789.")] != '\0') {
        return fail_item(reader, item, length, "give shares of zeros: 0.8,0.9,0.95",
                         "is no number");
    }
    return add_value(reader, item, length, json_real(number));
}

static brds_status add_word(const value_reader *reader, const char *item, size_t length)
{
    static const char *const booleans[] = {"false", "true", NULL};
    const brds_key *key = reader->key;
    bool boolean = key->type == BRDS_KEY_BOOLEAN;
    const char *const *words = boolean ? booleans : key->words;
    char *word = brds_string_format("%.*s", (int)length, item);
    size_t count = 0, found = 0;
    for (; words != NULL && word != NULL && words[count] != NULL; count++) {
        found = strcmp(words[count], word) == 0 ? count + 1 : found;
    }
    if (word == NULL) {
        return brds_fail_memory(reader->diag);
    }
    brds_status status;
    if (words != NULL && found == 0) {
        const char *nearest = brds_string_nearest(word, words, count);
        char *hint = brds_string_format(nearest ? "did you mean %s?" : "%s is one",
                                        nearest ? nearest : words[0]);
        status = fail_item(reader, item, length, hint, "is no value of the key");
        free(hint);
    } else if (length == 0) {
        status = fail_item(reader, item, length, "give a word", "is empty");
    } else {
        status =
            add_value(reader, item, length, boolean ? json_boolean(found == 2) : json_string(word));
    }
    free(word);
    return status;
}

static brds_status add_item(const value_reader *reader, const char *item, size_t length)
{
    switch (reader->key->type) {
    case BRDS_KEY_INTEGER:
    case BRDS_KEY_CHOICE:
        return add_integers(reader, item, length);
    case BRDS_KEY_FRACTION:
        return add_fraction(reader, item, length);
    default:
        return add_word(reader, item, length);
    }
}

static brds_status read_values(const value_reader *reader, const char *list)
{
    brds_status status = BRDS_OK;
    for (const char *item = list; item != NULL && status == BRDS_OK;) {
        size_t length = strcspn(item, ",");
        status = add_item(reader, item, length);
        item = item[length] == ',' ? item + length + 1 : NULL;
    }
    return status;
}

/* ---- the sweep ---- */

static brds_sweep_axis *new_axis(brds_sweep *sweep, size_t keys)
{
    brds_sweep_axis *axis = &sweep->axes[sweep->count++];
    *axis = (brds_sweep_axis){.key_count = keys};
    return axis;
}

static brds_status check_room(const brds_sweep *sweep, const char *path, const char *place,
                              brds_diag *diag)
{
    if (sweep->count == BRDS_SWEEP_AXES) {
        return brds_fail(diag, BRDS_EUSAGE, place, "", "more than %d sweeps", BRDS_SWEEP_AXES);
    }
    if (brds_sweep_points(sweep) > 0 && brds_sweep_find(sweep, 0, path) != NULL) {
        return brds_fail(diag, BRDS_EUSAGE, place, "give all its values in one sweep",
                         "%s is swept twice", path);
    }
    return BRDS_OK;
}

static brds_status add_axis(brds_sweep *sweep, const char *path, const char *list,
                            value_reader *reader)
{
    brds_status status = check_room(sweep, path, reader->place, reader->diag);
    if (status == BRDS_OK) {
        status = find_key(path, reader->place, &reader->key, reader->diag);
    }
    if (status != BRDS_OK) {
        return status;
    }
    brds_sweep_axis *axis = new_axis(sweep, 1);
    axis->keys[0] = (brds_sweep_key){brds_string_copy(path), json_array()};
    reader->values = axis->keys[0].values;
    if (axis->keys[0].path == NULL || reader->values == NULL) {
        return brds_fail_memory(reader->diag);
    }
    status = read_values(reader, list);
    if (status == BRDS_OK && brds_sweep_points(sweep) > BRDS_SWEEP_POINTS) {
        status = brds_fail(reader->diag, BRDS_EUSAGE, reader->place, "leave values or keys out",
                           "the sweeps have more than %d points", BRDS_SWEEP_POINTS);
    }
    return status;
}

brds_status brds_sweep_add(brds_sweep *sweep, const char *text, brds_diag *diag)
{
    char *place = brds_string_format("--sweep %s", text);
    const char *equals = strchr(text, '=');
    char *path = brds_string_format("%.*s", (int)(equals != NULL ? equals - text : 0), text);
    value_reader reader = {.place = place, .text = text, .diag = diag};
    brds_status status;
    if (place == NULL || path == NULL) {
        status = brds_fail_memory(diag);
    } else if (equals == NULL) {
        status = brds_fail(diag, BRDS_EUSAGE, place, "give KEY=VALUES: hardware.pes=1,2,4",
                           "there is no =");
    } else {
        status = add_axis(sweep, path, equals + 1, &reader);
    }
    free(path);
    free(place);
    return status;
}

void brds_sweep_free(brds_sweep *sweep)
{
    for (size_t a = 0; a < sweep->count; a++) {
        for (size_t k = 0; k < sweep->axes[a].key_count; k++) {
            free(sweep->axes[a].keys[k].path);
            json_decref(sweep->axes[a].keys[k].values);
        }
    }
    *sweep = (brds_sweep){0};
}

size_t brds_sweep_points(const brds_sweep *sweep)
{
    size_t points = 1;
    for (size_t a = 0; a < sweep->count; a++) {
        points *= json_array_size(sweep->axes[a].keys[0].values);
        points = points > BRDS_SWEEP_POINTS ? BRDS_SWEEP_POINTS + 1 : points;
    }
    return points;
}

json_t *brds_sweep_value(const brds_sweep *sweep, size_t point, size_t axis, size_t key)
{
    size_t count = 0;
    for (size_t a = sweep->count; a-- > axis;) {
        count = json_array_size(sweep->axes[a].keys[0].values);
        point = a > axis ? point / count : point % count;
    }
    return json_array_get(sweep->axes[axis].keys[key].values, point);
}

json_t *brds_sweep_find(const brds_sweep *sweep, size_t point, const char *path)
{
    for (size_t a = 0; a < sweep->count; a++) {
        for (size_t k = 0; k < sweep->axes[a].key_count; k++) {
            if (strcmp(sweep->axes[a].keys[k].path, path) == 0) {
                return brds_sweep_value(sweep, point, a, k);
            }
        }
    }
    return NULL;
}

json_t *brds_sweep_settings(const brds_sweep *sweep, size_t point)
{
    json_t *settings = json_object();
    for (size_t a = 0; a < sweep->count; a++) {
        for (size_t k = 0; k < sweep->axes[a].key_count; k++) {
            json_object_set(settings, sweep->axes[a].keys[k].path,
                            brds_sweep_value(sweep, point, a, k));
        }
    }
    return settings;
}

/* ---- documents ---- */

/* Keys that exclude this one, either way round. */
static void drop_excluded(json_t *object, const brds_key *key)
{
    const brds_key *parent = brds_key_parent(key);
    if (key->excludes != NULL) {
        json_object_del(object, key->excludes);
    }
    for (const brds_key *k = NULL; (k = brds_key_child(parent, k)) != NULL;) {
        if (k->excludes != NULL && strcmp(k->excludes, brds_key_name(key)) == 0) {
            json_object_del(object, brds_key_name(k));
        }
    }
}

static bool set_in(json_t *node, const brds_key *row, const char *path, json_t *value);

static bool set_in_array(json_t *array, const brds_key *row, const char *token, const char *rest,
                         json_t *value)
{
    bool all = strcmp(token, "*") == 0;
    size_t only = all ? 0 : (size_t)strtoul(token, NULL, 10), count = json_array_size(array);
    bool good = rest != NULL && (all ? count > 0 : only < count);
    for (size_t i = all ? 0 : only; good && i < (all ? count : only + 1); i++) {
        good = set_in(json_array_get(array, i), brds_key_item(row), rest, value);
    }
    return good;
}

static bool set_in(json_t *node, const brds_key *row, const char *path, json_t *value)
{
    char token[TOKEN_ROOM];
    const char *rest = next_token(path, token);
    if (row->type == BRDS_KEY_ARRAY) {
        return json_is_array(node) && set_in_array(node, row, token, rest, value);
    }
    const brds_key *child = brds_key_find(row, token);
    if (!json_is_object(node) || child == NULL) {
        return false;
    }
    if (rest == NULL) {
        drop_excluded(node, child);
        return json_object_set(node, token, value) == 0;
    }
    json_t *below = json_object_get(node, token);
    if (below == NULL && child->type == BRDS_KEY_OBJECT) {
        json_object_set_new(node, token, json_object());
        below = json_object_get(node, token);
    }
    return set_in(below, child, rest, value);
}

bool brds_sweep_set(json_t *document, const char *path, json_t *value)
{
    return set_in(document, &brds_keys[0], path, value);
}

/* ---- the default ---- */

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static int beats(int nonzeros, int lanes)
{
    return (nonzeros + lanes - 1) / lanes;
}

/* The fewest lanes of the other matrix that no layer's phase waits for; 0: there are not so many. */
static int balanced(const brds_spec *spec, bool of_x, int lanes)
{
    int other = 1;
    for (int l = 0; l < spec->layer_count; l++) {
        const brds_layer_spec *layer = &spec->layers[l];
        int given = of_x ? layer->nnz_x : layer->nnz_h;
        int sought = of_x ? layer->nnz_h : layer->nnz_x;
        other = larger(other, beats(sought, beats(given, lanes)));
    }
    return other <= BRDS_MAX_LANES ? other : 0;
}

static void add_pair(brds_sweep_axis *axis, int lanes_x, int lanes_h)
{
    json_t *x = axis->keys[0].values, *h = axis->keys[1].values;
    for (size_t i = 0; i < json_array_size(x); i++) {
        if (json_integer_value(json_array_get(x, i)) == lanes_x &&
            json_integer_value(json_array_get(h, i)) == lanes_h) {
            return;
        }
    }
    json_array_append_new(x, json_integer(lanes_x));
    json_array_append_new(h, json_integer(lanes_h));
}

static void add_lanes(brds_sweep_axis *axis, const brds_spec *spec)
{
    int most_x = 1, most_h = 1;
    for (int l = 0; l < spec->layer_count; l++) {
        most_x = larger(most_x, spec->layers[l].nnz_x);
        most_h = larger(most_h, spec->layers[l].nnz_h);
    }
    for (int lanes = 1; lanes <= BRDS_MAX_LANES; lanes *= 2) {
        int with_x = balanced(spec, true, lanes), with_h = balanced(spec, false, lanes);
        if (lanes <= most_x && with_x > 0) {
            add_pair(axis, lanes, with_x);
        }
        if (lanes <= most_h && with_h > 0) {
            add_pair(axis, with_h, lanes);
        }
    }
}

brds_status brds_sweep_default(brds_sweep *sweep, const brds_spec *spec, brds_diag *diag)
{
    int hidden = 1;
    for (int l = 0; l < spec->layer_count; l++) {
        hidden = larger(hidden, spec->layers[l].hidden_size);
    }
    brds_sweep_axis *pes = new_axis(sweep, 1), *lanes = new_axis(sweep, 2);
    pes->keys[0] = (brds_sweep_key){brds_string_copy("hardware.pes"), json_array()};
    lanes->keys[0] = (brds_sweep_key){brds_string_copy("hardware.lanes_x"), json_array()};
    lanes->keys[1] = (brds_sweep_key){brds_string_copy("hardware.lanes_h"), json_array()};
    if (pes->keys[0].path == NULL || lanes->keys[0].path == NULL || lanes->keys[1].path == NULL) {
        return brds_fail_memory(diag);
    }
    for (int p = 1; p <= BRDS_MAX_PES && p <= hidden; p *= 2) {
        json_array_append_new(pes->keys[0].values, json_integer(p));
    }
    add_lanes(lanes, spec);
    return BRDS_OK;
}
