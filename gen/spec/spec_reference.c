/* SPDX-License-Identifier: Apache-2.0
 *
 * The table as Markdown, for docs/spec.md.
 */
#include <stdio.h>
#include <stdlib.h>

#include "spec/schema.h"
#include "spec/spec_table.h"

static const char introduction[] =
    "# The spec\n"
    "\n"
    "<!-- Made by `brdsgen schema --markdown` from the table that the program reads specs with. "
    "-->\n"
    "\n"
    "A spec is a JSON document (RFC 8259, UTF-8, at most 1 MiB). Keys that are not listed here "
    "are refused, and so are keys given twice. Integers are written without point or exponent. A "
    "key that is left out has its default; **required** keys have none. `brdsgen check SPEC` "
    "reports every error with its place, and warns of choices that waste hardware.\n"
    "\n"
    "`brdsgen schema` prints the same as a JSON Schema. Editors complete keys and show these "
    "texts when the document names it: `\"$schema\": \"./spec.schema.json\"`.\n"
    "\n"
    "```json\n";

static void print_words(FILE *out, const brds_key *key)
{
    const char *quote = key->type == BRDS_KEY_WORD ? "\"" : "";
    for (size_t i = 0; key->words[i]; i++)
        fprintf(out, "%s`%s%s%s`", i ? ", " : "", quote, key->words[i], quote);
}

static void print_values(FILE *out, const brds_key *key)
{
    switch (key->type) {
    case BRDS_KEY_OBJECT:
        fputs("object", out);
        break;
    case BRDS_KEY_ARRAY:
        fprintf(out, "array of %d to %d objects", key->low, key->high);
        break;
    case BRDS_KEY_INTEGER:
        if (key->range_text)
            fprintf(out, "integer, %s", key->range_text);
        else if (key->low == key->high)
            fprintf(out, "`%d`", key->low);
        else
            fprintf(out, "integer, %d to %d", key->low, key->high);
        break;
    case BRDS_KEY_CHOICE:
    case BRDS_KEY_WORD:
        if (key->range_text)
            fputs(key->range_text, out);
        else
            print_words(out, key);
        break;
    case BRDS_KEY_BOOLEAN:
        fputs("`true`, `false`", out);
        break;
    case BRDS_KEY_FRACTION:
        fputs("number, 0 to less than 1", out);
        break;
    default:
        fprintf(out, "string%s%s", key->range_text ? ", " : "",
                key->range_text ? key->range_text : "");
    }
}

static void print_default(FILE *out, const brds_key *key)
{
    if (key->required)
        fputs("**required**", out);
    else if (key->fallback_text)
        fputs(key->fallback_text, out);
    else if (key->type == BRDS_KEY_OBJECT)
        fputs(key->offset == BRDS_NOT_STORED ? "the defaults of its keys" : "absent", out);
    else if (key->type == BRDS_KEY_BOOLEAN)
        fprintf(out, "`%s`", key->fallback > 0 ? "true" : "false");
    else if (key->fallback == BRDS_ABSENT)
        fputs("none", out);
    else if (key->type == BRDS_KEY_WORD)
        fprintf(out, "`\"%s\"`", key->words[key->fallback]);
    else
        fprintf(out, "`%d`", key->fallback);
}

static void print_key(FILE *out, const brds_key *key)
{
    fprintf(out, "| `%s` | ", brds_key_name(key));
    print_values(out, key);
    fputs(" | ", out);
    print_default(out, key);
    fprintf(out, " | %s", key->description);
    if (key->excludes)
        fprintf(out, " Not together with `%s`.", key->excludes);
    if (key->needs_word)
        fprintf(out, " Only with `\"%s\": \"%s\"`.", key->needs, key->needs_word);
    else if (key->needs)
        fprintf(out, " Only with `%s`.", key->needs);
    fputs(" |\n", out);
}

static void print_object(FILE *out, const brds_key *object)
{
    const char *pointer = object->pointer;
    if (*pointer)
        fprintf(out, "\n## `%s`\n\n%s\n", pointer, object->description);
    else
        fprintf(out, "\n## The document\n\n%s\n", object->description);
    fputs("\n| key | value | default | meaning |\n|---|---|---|---|\n", out);
    for (const brds_key *key = NULL; (key = brds_key_child(object, key)) != NULL;)
        print_key(out, key);
}

char *brds_spec_reference(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    fprintf(out, "%s%s```\n", introduction, brds_spec_example);
    for (size_t i = 0; i < brds_key_count; i++) {
        if (brds_keys[i].type == BRDS_KEY_OBJECT)
            print_object(out, &brds_keys[i]);
    }
    bool failed = ferror(out) != 0;
    if (fclose(out) == 0 && !failed)
        return text;
    free(text);
    return NULL;
}
