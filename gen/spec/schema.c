/* SPDX-License-Identifier: Apache-2.0
 *
 * The table as a JSON Schema (draft 2020-12).
 */
#include "spec/schema.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "io/strings.h"
#include "spec/spec_table.h"

/* Set functions of Jansson take a NULL value for an error and return -1, so
 * that a chain of them needs one check at its end. */
typedef struct {
    json_t *object;
    bool failed;
} builder;

static void set(builder *schema, const char *name, json_t *value)
{
    if (json_object_set_new(schema->object, name, value) != 0)
        schema->failed = true;
}

static json_t *finish(builder *schema)
{
    if (!schema->failed)
        return schema->object;
    json_decref(schema->object);
    return NULL;
}

static builder begin(void)
{
    builder schema = {.object = json_object()};
    schema.failed = schema.object == NULL;
    return schema;
}

static json_t *schema_of(const brds_key *key);

/* The words of a key, as strings or as integers. */
static json_t *enumeration(const brds_key *key)
{
    json_t *list = json_array();
    for (size_t i = 0; list && key->words[i]; i++) {
        json_t *word = key->type == BRDS_KEY_CHOICE ? json_integer(strtol(key->words[i], NULL, 10))
                                                    : json_string(key->words[i]);
        if (json_array_append_new(list, word) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *properties(const brds_key *parent)
{
    builder all = begin();
    for (const brds_key *key = NULL; (key = brds_key_child(parent, key)) != NULL;)
        set(&all, brds_key_name(key), schema_of(key));
    return finish(&all);
}

static json_t *required(const brds_key *parent)
{
    json_t *list = json_array();
    for (const brds_key *key = NULL; list && (key = brds_key_child(parent, key)) != NULL;) {
        if (key->required && json_array_append_new(list, json_string(brds_key_name(key))) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* What must hold of the siblings where a key is given. */
static json_t *relation(const brds_key *key)
{
    builder rule = begin();
    if (key->excludes)
        set(&rule, "not", json_pack("{s:[s]}", "required", key->excludes));
    if (key->needs)
        set(&rule, "required", json_pack("[s]", key->needs));
    if (key->needs_word)
        set(&rule, "properties", json_pack("{s:{s:s}}", key->needs, "const", key->needs_word));
    return finish(&rule);
}

static json_t *relations(const brds_key *parent)
{
    builder all = begin();
    for (const brds_key *key = NULL; (key = brds_key_child(parent, key)) != NULL;) {
        if (key->excludes || key->needs)
            set(&all, brds_key_name(key), relation(key));
    }
    return finish(&all);
}

static void describe_object(builder *schema, const brds_key *key)
{
    json_t *rules = relations(key), *names = required(key);
    if (!rules || !names)
        schema->failed = true;
    set(schema, "type", json_string("object"));
    set(schema, "properties", properties(key));
    if (json_array_size(names) > 0)
        set(schema, "required", json_incref(names));
    set(schema, "additionalProperties", json_false());
    if (json_object_size(rules) > 0)
        set(schema, "dependentSchemas", json_incref(rules));
    json_decref(names);
    json_decref(rules);
}

static void describe_name(builder *schema)
{
    char pattern[40];
    snprintf(pattern, sizeof(pattern), "^[a-z][a-z0-9_]{0,%d}$", BRDS_NAME_LENGTH - 1);
    set(schema, "type", json_string("string"));
    set(schema, "pattern", json_string(pattern));
}

static void describe_type(builder *schema, const brds_key *key)
{
    switch (key->type) {
    case BRDS_KEY_OBJECT:
        describe_object(schema, key);
        break;
    case BRDS_KEY_ARRAY:
        set(schema, "type", json_string("array"));
        set(schema, "minItems", json_integer(key->low));
        set(schema, "maxItems", json_integer(key->high));
        set(schema, "items", schema_of(brds_key_item(key)));
        break;
    case BRDS_KEY_INTEGER:
        set(schema, "type", json_string("integer"));
        set(schema, "minimum", json_integer(key->low));
        set(schema, "maximum", json_integer(key->high));
        break;
    case BRDS_KEY_CHOICE:
    case BRDS_KEY_WORD:
        set(schema, "enum", enumeration(key));
        break;
    case BRDS_KEY_BOOLEAN:
        set(schema, "type", json_string("boolean"));
        break;
    case BRDS_KEY_FRACTION:
        set(schema, "type", json_string("number"));
        set(schema, "minimum", json_integer(0));
        set(schema, "exclusiveMaximum", json_integer(1));
        break;
    case BRDS_KEY_NAME:
        describe_name(schema);
        break;
    case BRDS_KEY_TEXT:
        set(schema, "type", json_string("string"));
        break;
    }
}

static void describe_default(builder *schema, const brds_key *key)
{
    if (key->type == BRDS_KEY_BOOLEAN)
        set(schema, "default", json_boolean(key->fallback > 0));
    else if (key->required || key->fallback == BRDS_ABSENT)
        return;
    else if (key->type == BRDS_KEY_WORD)
        set(schema, "default", json_string(key->words[key->fallback]));
    else if (key->type == BRDS_KEY_INTEGER || key->type == BRDS_KEY_CHOICE)
        set(schema, "default", json_integer(key->fallback));
}

/* The description, with what the schema's own words cannot say. */
static json_t *description(const brds_key *key)
{
    char *text = brds_string_format(
        "%s%s%s%s%s%s%s", key->description, key->range_text ? " Range: " : "",
        key->range_text ? key->range_text : "", key->range_text ? "." : "",
        key->fallback_text ? " Default: " : "", key->fallback_text ? key->fallback_text : "",
        key->fallback_text ? "." : "");
    json_t *string = text ? json_string(text) : NULL;
    free(text);
    return string;
}

static json_t *schema_of(const brds_key *key)
{
    builder schema = begin();
    if (key == &brds_keys[0]) {
        set(&schema, "$schema", json_string("https://json-schema.org/draft/2020-12/schema"));
        set(&schema, "$id", json_string("urn:brdsgen:spec:1"));
        set(&schema, "title", json_string("brdsgen spec"));
        set(&schema, "examples",
            json_pack("[o]", json_loads(brds_spec_example, JSON_REJECT_DUPLICATES, NULL)));
    }
    set(&schema, "description", description(key));
    describe_type(&schema, key);
    describe_default(&schema, key);
    return finish(&schema);
}

char *brds_spec_schema(void)
{
    json_t *schema = schema_of(&brds_keys[0]);
    char *text = schema ? json_dumps(schema, JSON_INDENT(2)) : NULL;
    char *line = text ? brds_string_format("%s\n", text) : NULL;
    free(text); /* json_dumps uses malloc unless told otherwise */
    json_decref(schema);
    return line;
}
