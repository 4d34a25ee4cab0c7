/* SPDX-License-Identifier: Apache-2.0
 *
 * From JSON to a draft, key by key, as the table says.
 */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/strings.h"
#include "spec/spec_private.h"

/* Words are stored through an int, whatever enum the spec holds them in. */
_Static_assert(sizeof(brds_family) == sizeof(int), "enums have the size of int");

/* What to store where a value is missing. */
typedef enum {
    FILL_GIVEN,    /* the parent is there: a missing required key is an error */
    FILL_DEFAULTS, /* the parent was left out */
    FILL_BAD       /* the parent was refused, and said so */
} fill;

static void read_children(brds_reader *reader, const brds_key *parent, json_t *object, fill mode,
                          const char *pointer, size_t item);

static brds_status file_message(brds_reader *reader, brds_severity severity, const char *pointer,
                                const char *hint, const char *format, va_list arguments)
{
    char *text = brds_string_vformat(format, arguments);
    char *place = brds_string_format("%s%s%s", reader->place, *pointer ? ":" : "", pointer);
    brds_status status = BRDS_EINPUT;
    if (!text || !place)
        status = brds_fail_memory(reader->diag);
    else if (severity == BRDS_ERROR)
        brds_fail(reader->diag, BRDS_EINPUT, place, hint, "%s", text);
    else
        brds_warn(reader->diag, place, hint, "%s", text);
    free(place);
    free(text);
    return status;
}

void brds_reader_error(brds_reader *reader, const char *pointer, const char *hint,
                       const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    brds_status status = file_message(reader, BRDS_ERROR, pointer, hint, format, arguments);
    va_end(arguments);
    if (status > reader->status)
        reader->status = status;
}

void brds_reader_warn(brds_reader *reader, const char *pointer, const char *hint,
                      const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    brds_status status = file_message(reader, BRDS_WARNING, pointer, hint, format, arguments);
    va_end(arguments);
    if (status > BRDS_EINPUT)
        reader->status = status;
}

/* ---- text of messages ---- */

static void print(char *out, size_t room, const char *text, bool token, size_t longest)
{
    enum { WIDEST = 6, ELLIPSIS = 4 };
    size_t used = 0;
    for (size_t i = 0; text[i] != '\0'; i++) {
        unsigned char byte = (unsigned char)text[i];
        bool character_starts = (byte & 0xc0) != 0x80;
        bool full = i >= longest || used + WIDEST + ELLIPSIS > room;
        if ((character_starts && full) || used + 1 + ELLIPSIS > room) {
            snprintf(out + used, room - used, "...");
            return;
        }
        if (byte < 0x20 || byte == 0x7f)
            used += (size_t)snprintf(out + used, room - used, "\\u%04x", byte);
        else if (token && (byte == '~' || byte == '/'))
            used += (size_t)snprintf(out + used, room - used, byte == '~' ? "~0" : "~1");
        else
            out[used++] = text[i];
    }
    out[used] = '\0';
}

void brds_printable(char *out, size_t room, const char *text, bool token)
{
    enum { LONGEST = 64 };
    print(out, room, text, token, LONGEST);
}

void brds_printable_line(char *out, size_t room, const char *text)
{
    print(out, room, text, false, room);
}

static void append_token(char *out, const char *pointer, const char *name)
{
    char token[BRDS_POINTER_ROOM / 2];
    brds_printable(token, sizeof(token), name, true);
    snprintf(out, BRDS_POINTER_ROOM, "%.300s/%s", pointer, token);
}

/* "4.0", where %g alone would drop the point that makes it a real number. */
static void format_real(double real, char *out, size_t room)
{
    snprintf(out, room, "%.6g", real);
    if (strspn(out, "-0123456789") == strlen(out))
        snprintf(out + strlen(out), room - strlen(out), ".0");
}

/* What a value is, for "found ...". */
static void describe_value(const json_t *value, char *out, size_t room)
{
    char text[400];
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        snprintf(out, room, "an object");
        break;
    case JSON_ARRAY:
        snprintf(out, room, "an array");
        break;
    case JSON_STRING:
        brds_printable(text, sizeof(text), json_string_value(value), false);
        snprintf(out, room, "the string \"%s\"", text);
        break;
    case JSON_INTEGER:
        snprintf(out, room, "the integer %" JSON_INTEGER_FORMAT, json_integer_value(value));
        break;
    case JSON_REAL:
        format_real(json_real_value(value), text, sizeof(text));
        snprintf(out, room, "the real number %s", text);
        break;
    case JSON_NULL:
        snprintf(out, room, "null");
        break;
    default:
        snprintf(out, room, json_is_true(value) ? "true" : "false");
    }
}

/* "`a`, `b` or `c`" with the words quoted if `quoted`. */
static void list_words(const char *const *words, bool quoted, char *out, size_t room)
{
    size_t used = 0;
    const char *quote = quoted ? "\"" : "";
    out[0] = '\0';
    for (size_t i = 0; words[i] && used < room; i++) {
        const char *link = i == 0 ? "" : words[i + 1] ? ", " : " or ";
        used += (size_t)snprintf(out + used, room - used, "%s%s%s%s", link, quote, words[i], quote);
    }
}

static void describe_wanted(const brds_key *key, char *out, size_t room)
{
    char words[300];
    switch (key->type) {
    case BRDS_KEY_OBJECT:
        snprintf(out, room, "give an object");
        break;
    case BRDS_KEY_ARRAY:
        snprintf(out, room, "give an array of %d to %d objects", key->low, key->high);
        break;
    case BRDS_KEY_INTEGER:
        if (key->low == key->high)
            snprintf(out, room, "give the integer %d", key->low);
        else
            snprintf(out, room, "give an integer from %d to %d", key->low, key->high);
        break;
    case BRDS_KEY_CHOICE:
    case BRDS_KEY_WORD:
        list_words(key->words, key->type == BRDS_KEY_WORD, words, sizeof(words));
        snprintf(out, room, "give %s", words);
        break;
    case BRDS_KEY_BOOLEAN:
        snprintf(out, room, "give true or false");
        break;
    case BRDS_KEY_FRACTION:
        snprintf(out, room, "give the share of zeros as a number from 0 to less than 1");
        break;
    case BRDS_KEY_NAME:
        snprintf(out, room, "give a lower-case letter, then lower-case letters, digits and _");
        break;
    default:
        snprintf(out, room, "give a string");
    }
}

static void refuse_type(brds_reader *reader, const brds_key *key, const json_t *value,
                        const char *pointer)
{
    static const char *const wanted[] = {
        [BRDS_KEY_OBJECT] = "an object",   [BRDS_KEY_ARRAY] = "an array",
        [BRDS_KEY_INTEGER] = "an integer", [BRDS_KEY_CHOICE] = "an integer",
        [BRDS_KEY_WORD] = "a string",      [BRDS_KEY_BOOLEAN] = "true or false",
        [BRDS_KEY_FRACTION] = "a number",  [BRDS_KEY_NAME] = "a string",
        [BRDS_KEY_TEXT] = "a string",
    };
    char found[480], hint[360];
    describe_value(value, found, sizeof(found));
    describe_wanted(key, hint, sizeof(hint));
    if (json_is_null(value) && !key->required)
        snprintf(hint, sizeof(hint), "leave the key out for its default");
    brds_reader_error(reader, pointer, hint, "expected %s, found %s", wanted[key->type], found);
}

/* ---- storing ---- */

static void *slot(const brds_reader *reader, const brds_key *key, size_t item)
{
    return (char *)reader->draft + key->offset + item * key->stride;
}

static void store(const brds_reader *reader, const brds_key *key, size_t item, int value)
{
    if (key->offset == BRDS_NOT_STORED)
        return;
    void *at = slot(reader, key, item);
    if (key->type == BRDS_KEY_OBJECT || key->type == BRDS_KEY_BOOLEAN)
        *(bool *)at = value > 0;
    else if (key->type == BRDS_KEY_FRACTION)
        *(double *)at = (double)value;
    else if (key->type == BRDS_KEY_NAME)
        *(char *)at = '\0';
    else
        memcpy(at, &value, sizeof(value));
}

/* ---- one function a type: they return what is stored ---- */

static int read_integer(brds_reader *reader, const brds_key *key, const json_t *value,
                        const char *pointer)
{
    char hint[100], found[40];
    if (json_is_real(value)) {
        double real = json_real_value(value);
        format_real(real, found, sizeof(found));
        if (real >= key->low && real <= key->high && real == (double)(int)real)
            snprintf(hint, sizeof(hint), "write %d, without point or exponent", (int)real);
        else
            describe_wanted(key, hint, sizeof(hint));
        brds_reader_error(reader, pointer, hint, "expected an integer, found the real number %s",
                          found);
        return BRDS_BAD;
    }
    if (!json_is_integer(value)) {
        refuse_type(reader, key, value, pointer);
        return BRDS_BAD;
    }
    json_int_t number = json_integer_value(value);
    if (number >= key->low && number <= key->high)
        return (int)number;
    describe_wanted(key, hint, sizeof(hint));
    brds_reader_error(reader, pointer, hint, "%" JSON_INTEGER_FORMAT " is too %s", number,
                      number < key->low ? "small" : "large");
    return BRDS_BAD;
}

static int read_choice(brds_reader *reader, const brds_key *key, const json_t *value,
                       const char *pointer)
{
    char hint[360];
    if (!json_is_integer(value)) {
        refuse_type(reader, key, value, pointer);
        return BRDS_BAD;
    }
    for (size_t i = 0; key->words[i]; i++) {
        long allowed = strtol(key->words[i], NULL, 10);
        if (json_integer_value(value) == allowed)
            return (int)allowed;
    }
    describe_wanted(key, hint, sizeof(hint));
    brds_reader_error(reader, pointer, hint, "%" JSON_INTEGER_FORMAT " is not a choice",
                      json_integer_value(value));
    return BRDS_BAD;
}

static int read_word(brds_reader *reader, const brds_key *key, const json_t *value,
                     const char *pointer)
{
    char hint[360], found[400];
    if (!json_is_string(value)) {
        refuse_type(reader, key, value, pointer);
        return BRDS_BAD;
    }
    for (int i = 0; key->words[i]; i++) {
        if (strcmp(json_string_value(value), key->words[i]) == 0)
            return i;
    }
    describe_wanted(key, hint, sizeof(hint));
    brds_printable(found, sizeof(found), json_string_value(value), false);
    brds_reader_error(reader, pointer, hint, "\"%s\" is not a choice", found);
    return BRDS_BAD;
}

static int read_boolean(brds_reader *reader, const brds_key *key, const json_t *value,
                        const char *pointer)
{
    if (json_is_boolean(value))
        return json_is_true(value);
    refuse_type(reader, key, value, pointer);
    return BRDS_BAD;
}

static void read_fraction(brds_reader *reader, const brds_key *key, const json_t *value,
                          const char *pointer, size_t item)
{
    char hint[100];
    store(reader, key, item, BRDS_BAD);
    if (!json_is_number(value)) {
        refuse_type(reader, key, value, pointer);
        return;
    }
    double number = json_number_value(value);
    if (number >= 0.0 && number < 1.0) {
        *(double *)slot(reader, key, item) = number;
        return;
    }
    describe_wanted(key, hint, sizeof(hint));
    if (number > 1.0 && number < 100.0)
        snprintf(hint, sizeof(hint), "give a share, not a percentage: %g for %g %%", number / 100.0,
                 number);
    brds_reader_error(reader, pointer, hint, "%g is %s", number,
                      number < 0.0    ? "negative"
                      : number == 1.0 ? "too large: no weight would be left"
                                      : "too large");
}

static void read_name(brds_reader *reader, const brds_key *key, const json_t *value,
                      const char *pointer)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
    char shown[400], hint[100];
    if (!json_is_string(value)) {
        refuse_type(reader, key, value, pointer);
        return;
    }
    const char *name = json_string_value(value);
    describe_wanted(key, hint, sizeof(hint));
    brds_printable(shown, sizeof(shown), name, false);
    if (strlen(name) > BRDS_NAME_LENGTH)
        brds_reader_error(reader, pointer, "give a shorter one",
                          "the name has %zu characters, %d are allowed", strlen(name),
                          BRDS_NAME_LENGTH);
    else if (*name == '\0' || !strchr(letters, *name) || name[strspn(name, allowed)] != '\0')
        brds_reader_error(reader, pointer, hint, "\"%s\" cannot be a module's name", shown);
    else if (brds_is_reserved(name))
        brds_reader_error(reader, pointer, "give another one, such as with a suffix",
                          "\"%s\" is a Verilog or SystemVerilog keyword", shown);
    else
        memcpy(slot(reader, key, 0), name, strlen(name) + 1);
}

/* ---- objects and arrays ---- */

/* The pointer of the object where a key of that name belongs, or NULL. */
static const char *other_home(const brds_key *parent, const char *name)
{
    const brds_key *found = NULL;
    for (size_t i = 1; i < brds_key_count; i++) {
        if (brds_keys[i].type == BRDS_KEY_OBJECT && strchr(name, '*'))
            continue; /* the row of an array's items has no name */
        if (strcmp(brds_key_name(&brds_keys[i]), name) != 0)
            continue;
        if (found)
            return NULL; /* more than one place: say nothing rather than the wrong thing */
        found = &brds_keys[i];
    }
    const brds_key *home = found ? brds_key_parent(found) : NULL;
    return !home || home == parent ? NULL : *home->pointer ? home->pointer : "the document itself";
}

/* "known here: a, b, c" */
static void list_known(const brds_key *parent, char *out, size_t room)
{
    const char *link = " ";
    size_t used = (size_t)snprintf(out, room, "known here:");
    const brds_key *key = brds_key_child(parent, NULL);
    for (; key && used < room; key = brds_key_child(parent, key)) {
        used += (size_t)snprintf(out + used, room - used, "%s%s", link, brds_key_name(key));
        link = ", ";
    }
}

static void refuse_unknown(brds_reader *reader, const brds_key *parent, const char *name,
                           const char *pointer)
{
    char place[BRDS_POINTER_ROOM], hint[400];
    const brds_key *nearest = brds_key_nearest(parent, name);
    const char *home = other_home(parent, name);
    append_token(place, pointer, name);
    if (home)
        snprintf(hint, sizeof(hint), "this key belongs to %s", home);
    else if (nearest)
        snprintf(hint, sizeof(hint), "the nearest known key is \"%s\"", brds_key_name(nearest));
    else
        list_known(parent, hint, sizeof(hint));
    brds_reader_error(reader, place, hint, "unknown key");
}

/* Keys that exclude each other or have no meaning without another. */
static void check_relations(brds_reader *reader, const brds_key *key, json_t *object,
                            const char *pointer)
{
    char place[BRDS_POINTER_ROOM], hint[100];
    const char *name = brds_key_name(key);
    append_token(place, pointer, name);
    if (key->excludes && json_object_get(object, key->excludes))
        brds_reader_error(reader, place, "keep one of them", "%s and %s are both given", name,
                          key->excludes);
    const json_t *needed = key->needs ? json_object_get(object, key->needs) : NULL;
    if (key->needs && !key->needs_word && !needed) {
        snprintf(hint, sizeof(hint), "give %s, or leave %s out", key->needs, name);
        brds_reader_error(reader, place, hint, "%s has no meaning without %s", name, key->needs);
    }
    const char *word = json_string_value(needed);
    if (key->needs_word && (!word || strcmp(word, key->needs_word) != 0)) {
        snprintf(hint, sizeof(hint), "set \"%s\": \"%s\", or leave %s out", key->needs,
                 key->needs_word, name);
        brds_reader_error(reader, place, hint, "%s has no meaning unless %s is \"%s\"", name,
                          key->needs, key->needs_word);
    }
}

static void read_object(brds_reader *reader, const brds_key *key, json_t *value,
                        const char *pointer, size_t item)
{
    const char *name;
    json_t *child;
    store(reader, key, item, true);
    if (!json_is_object(value)) {
        refuse_type(reader, key, value, pointer);
        read_children(reader, key, NULL, FILL_BAD, pointer, item);
        return;
    }
    json_object_foreach(value, name, child)
    {
        if (!brds_key_find(key, name))
            refuse_unknown(reader, key, name, pointer);
    }
    read_children(reader, key, value, FILL_GIVEN, pointer, item);
}

static void read_array(brds_reader *reader, const brds_key *key, json_t *value,
                       const char *pointer);

static void read_value(brds_reader *reader, const brds_key *key, json_t *value, const char *pointer,
                       size_t item)
{
    switch (key->type) {
    case BRDS_KEY_OBJECT:
        read_object(reader, key, value, pointer, item);
        break;
    case BRDS_KEY_ARRAY:
        read_array(reader, key, value, pointer);
        break;
    case BRDS_KEY_INTEGER:
        store(reader, key, item, read_integer(reader, key, value, pointer));
        break;
    case BRDS_KEY_CHOICE:
        store(reader, key, item, read_choice(reader, key, value, pointer));
        break;
    case BRDS_KEY_WORD:
        store(reader, key, item, read_word(reader, key, value, pointer));
        break;
    case BRDS_KEY_BOOLEAN:
        store(reader, key, item, read_boolean(reader, key, value, pointer));
        break;
    case BRDS_KEY_FRACTION:
        read_fraction(reader, key, value, pointer, item);
        break;
    case BRDS_KEY_NAME:
        read_name(reader, key, value, pointer);
        break;
    default:
        if (!json_is_string(value))
            refuse_type(reader, key, value, pointer);
    }
}

static void read_array(brds_reader *reader, const brds_key *key, json_t *value, const char *pointer)
{
    const brds_key *row = brds_key_item(key);
    size_t count = json_array_size(value), high = (size_t)key->high;
    char place[BRDS_POINTER_ROOM], number[24], hint[100];
    if (!json_is_array(value)) {
        refuse_type(reader, key, value, pointer);
        store(reader, key, 0, BRDS_BAD);
        return;
    }
    if (count < (size_t)key->low || count > high) {
        describe_wanted(key, hint, sizeof(hint));
        brds_reader_error(reader, pointer, hint, "%zu items are too %s", count,
                          count > high ? "many" : "few");
    }
    count = count > high ? high : count; /* there is room for no more */
    store(reader, key, 0, (int)count);
    for (size_t i = 0; i < count; i++) {
        snprintf(number, sizeof(number), "%zu", i);
        append_token(place, pointer, number);
        read_value(reader, row, json_array_get(value, i), place, i);
    }
}

static void read_missing(brds_reader *reader, const brds_key *key, fill mode, const char *pointer,
                         size_t item)
{
    bool bad = mode == FILL_BAD || key->required;
    if (key->required && mode == FILL_GIVEN) {
        char hint[360];
        describe_wanted(key, hint, sizeof(hint));
        brds_reader_error(reader, pointer, hint, "this required key is missing");
    }
    store(reader, key, item, bad ? BRDS_BAD : key->fallback);
    if (key->type == BRDS_KEY_OBJECT)
        read_children(reader, key, NULL, bad ? FILL_BAD : FILL_DEFAULTS, pointer, item);
}

static void read_children(brds_reader *reader, const brds_key *parent, json_t *object, fill mode,
                          const char *pointer, size_t item)
{
    char place[BRDS_POINTER_ROOM];
    for (const brds_key *key = NULL; (key = brds_key_child(parent, key)) != NULL;) {
        json_t *value = json_object_get(object, brds_key_name(key));
        append_token(place, pointer, brds_key_name(key));
        if (value) {
            check_relations(reader, key, object, pointer);
            read_value(reader, key, value, place, item);
        } else {
            read_missing(reader, key, mode, place, item);
        }
    }
}

void brds_read_document(brds_reader *reader, json_t *document)
{
    memset(reader->draft, 0, sizeof(*reader->draft));
    read_value(reader, &brds_keys[0], document, "", 0);
}
