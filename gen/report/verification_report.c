/* SPDX-License-Identifier: Apache-2.0 */
#include "report/verification_report.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/strings.h"
#include "report/json_file.h"

/* The list of what is not verified, of a part and of the document. */
static const char general[] = "not_verified";

/* --- reading --- */

static bool is_table(const json_t *table)
{
    size_t i;
    const json_t *row;
    size_t columns = json_array_size(json_object_get(table, "columns"));
    bool good = columns > 0 && json_is_array(json_object_get(table, "rows"));
    json_array_foreach(json_object_get(table, "rows"), i, row)
    {
        good = good && json_array_size(row) == columns;
    }
    return good;
}

static brds_status check_part(const json_t *part, const char *path, brds_diag *diag)
{
    static const char *const needed[] = {"part", "title", "command", "date"};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        if (brds_json_string_of(part, needed[i], "")[0] == '\0') {
            return brds_fail(diag, BRDS_EINPUT, path, "", "a part of the verification needs '%s'",
                             needed[i]);
        }
    }
    size_t i;
    const json_t *table;
    json_array_foreach(json_object_get(part, "tables"), i, table)
    {
        if (!is_table(table)) {
            return brds_fail(diag, BRDS_EINPUT, path, "give each row as many cells as columns",
                             "table %zu of part '%s' is none", i + 1,
                             brds_json_string_of(part, "part", ""));
        }
    }
    return BRDS_OK;
}

/* In its place by name; takes the reference.  *added is false where the name was there already. */
static brds_status insert(json_t *parts, json_t *part, bool *added, brds_diag *diag)
{
    size_t at = 0;
    int order = -1;
    for (; at < json_array_size(parts) && order < 0; at += order < 0) {
        order = strcmp(brds_json_string_of(json_array_get(parts, at), "part", ""),
                       brds_json_string_of(part, "part", ""));
    }
    *added = order != 0;
    if (order == 0) {
        json_decref(part);
        return BRDS_OK;
    }
    return json_array_insert_new(parts, at, part) == 0 ? BRDS_OK : brds_fail_memory(diag);
}

static int is_json(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return entry->d_name[0] != '.' && length > 5 &&
           strcmp(entry->d_name + length - 5, ".json") == 0;
}

static brds_status add_file(json_t *parts, const char *path, brds_diag *diag)
{
    json_t *part = NULL;
    bool added = true;
    brds_status status = brds_json_file(path, &part, diag);
    status = status ? status : check_part(part, path, diag);
    if (status != BRDS_OK) {
        json_decref(part);
        return status;
    }
    status = insert(parts, part, &added, diag);
    return added ? status : brds_fail(diag, BRDS_EINPUT, path, "", "its part is there twice");
}

static brds_status empty_document(json_t **document, brds_diag *diag)
{
    *document = json_pack("{s:[]}", "parts");
    return *document != NULL ? BRDS_OK : brds_fail_memory(diag);
}

brds_status brds_verification_gather(const char *folder, json_t **document, brds_diag *diag)
{
    struct dirent **entries = NULL;
    brds_status status = empty_document(document, diag);
    int count = status == BRDS_OK ? scandir(folder, &entries, is_json, alphasort) : 0;
    if (status == BRDS_OK && count <= 0) {
        status = brds_fail(diag, BRDS_EINPUT, folder, "", "it holds no parts of the verification");
    }
    for (int i = 0; i < count; i++) {
        char *path = brds_string_format("%s/%s", folder, entries[i]->d_name);
        if (status == BRDS_OK) {
            status = path != NULL ? add_file(json_object_get(*document, "parts"), path, diag)
                                  : brds_fail_memory(diag);
        }
        free(path);
        free(entries[i]);
    }
    free(entries);
    if (status != BRDS_OK) {
        json_decref(*document);
        *document = NULL;
    }
    return status;
}

brds_status brds_verification_load(const char *path, json_t **document, brds_diag *diag)
{
    size_t i;
    json_t *part, *root = NULL;
    bool added = true;
    brds_status status = brds_json_file(path, &root, diag);
    status = status ? status : empty_document(document, diag);
    if (status == BRDS_OK && !json_is_array(json_object_get(root, "parts"))) {
        status = brds_fail(diag, BRDS_EINPUT, path, "", "it has no list 'parts'");
    }
    json_array_foreach(json_object_get(root, "parts"), i, part)
    {
        status = status ? status : check_part(part, path, diag);
        status = status
                     ? status
                     : insert(json_object_get(*document, "parts"), json_incref(part), &added, diag);
        if (status == BRDS_OK && !added) {
            status = brds_fail(diag, BRDS_EINPUT, path, "", "part '%s' is there twice",
                               brds_json_string_of(part, "part", ""));
        }
    }
    if (status == BRDS_OK && json_is_array(json_object_get(root, general))) {
        json_object_set(*document, general, json_object_get(root, general));
    }
    json_decref(root);
    if (status != BRDS_OK) {
        json_decref(*document);
        *document = NULL;
    }
    return status;
}

brds_status brds_verification_merge(json_t *document, const json_t *earlier, brds_diag *diag)
{
    size_t i;
    json_t *part;
    bool added;
    brds_status status = BRDS_OK;
    if (json_is_array(json_object_get(earlier, general)) &&
        json_object_set(document, general, json_object_get(earlier, general)) != 0) {
        status = brds_fail_memory(diag);
    }
    json_array_foreach(json_object_get(earlier, "parts"), i, part)
    {
        status = status
                     ? status
                     : insert(json_object_get(document, "parts"), json_incref(part), &added, diag);
    }
    return status;
}

/* --- the page --- */

/* 1234567 as 1,234,567 */
static void put_integer(json_int_t value, FILE *stream)
{
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%lld", (long long)(value < 0 ? -value : value));
    fputs(value < 0 ? "-" : "", stream);
    for (int i = 0; i < length; i++) {
        fputs(i > 0 && (length - i) % 3 == 0 ? "," : "", stream);
        fputc(digits[i], stream);
    }
}

static void put_text(const char *string, FILE *stream)
{
    for (; *string != '\0'; string++) {
        fputs(*string == '|' ? "\\" : "", stream);
        fputc(*string == '\n' ? ' ' : *string, stream);
    }
}

static void put_value(const json_t *value, FILE *stream)
{
    if (json_is_integer(value)) {
        put_integer(json_integer_value(value), stream);
    } else if (json_is_real(value)) {
        double real = json_real_value(value);
        fprintf(stream, fabs(real) >= 1e6 ? "%.4g" : "%.2f", real);
    } else if (json_is_string(value)) {
        put_text(json_string_value(value), stream);
    } else {
        fputs(json_is_true(value) ? "yes" : json_is_false(value) ? "no" : "-", stream);
    }
}

static void put_row(const json_t *cells, FILE *stream)
{
    size_t i;
    const json_t *cell;
    fputc('|', stream);
    json_array_foreach(cells, i, cell)
    {
        fputc(' ', stream);
        put_value(cell, stream);
        fputs(" |", stream);
    }
    fputc('\n', stream);
}

static void put_table(const json_t *table, FILE *stream)
{
    const json_t *columns = json_object_get(table, "columns"), *row;
    size_t i;
    fprintf(stream, "\n%s%s", brds_json_string_of(table, "title", ""),
            brds_json_string_of(table, "title", "")[0] != '\0' ? "\n\n" : "");
    put_row(columns, stream);
    fputc('|', stream);
    for (i = 0; i < json_array_size(columns); i++) {
        fputs("---|", stream);
    }
    fputc('\n', stream);
    json_array_foreach(json_object_get(table, "rows"), i, row)
    {
        put_row(row, stream);
    }
}

/* "a b 1, c 2" of {"a_b": 1, "c": 2} */
static void put_pairs(const json_t *object, FILE *stream)
{
    const char *key, *separator = "";
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        fputs(separator, stream);
        for (const char *c = key; *c != '\0'; c++) {
            fputc(*c == '_' ? ' ' : *c, stream);
        }
        fputc(' ', stream);
        put_value(value, stream);
        separator = ", ";
    }
}

static void put_overview(const json_t *parts, FILE *stream)
{
    size_t i;
    const json_t *part;
    fputs("| what | figures | command | date | seconds |\n|---|---|---|---|---|\n", stream);
    json_array_foreach(parts, i, part)
    {
        fputs("| ", stream);
        put_text(brds_json_string_of(part, "title", ""), stream);
        fputs(" | ", stream);
        put_pairs(json_object_get(part, "figures"), stream);
        fprintf(stream, " | `%s` | %s | ", brds_json_string_of(part, "command", ""),
                brds_json_string_of(part, "date", ""));
        put_value(json_object_get(part, "seconds"), stream);
        fputs(" |\n", stream);
    }
}

static void put_part(const json_t *part, FILE *stream)
{
    size_t i;
    const json_t *table;
    fprintf(stream, "\n## %s\n`%s`, %s", brds_json_string_of(part, "title", ""),
            brds_json_string_of(part, "command", ""), brds_json_string_of(part, "date", ""));
    if (json_object_size(json_object_get(part, "tools")) > 0) {
        fputs("; ", stream);
        put_pairs(json_object_get(part, "tools"), stream);
    }
    fputs(".\n", stream);
    json_array_foreach(json_object_get(part, "tables"), i, table)
    {
        put_table(table, stream);
    }
}

static void put_limits(const json_t *list, const char *title, FILE *stream)
{
    size_t i;
    const json_t *limit;
    json_array_foreach(list, i, limit)
    {
        fprintf(stream, "- %s%s", title, title[0] != '\0' ? ": " : "");
        put_value(limit, stream);
        fputc('\n', stream);
    }
}

static const char head[] =
    "# Verification\n"
    "How far the Verilog and the program are verified, part by part, as last measured. This page "
    "is "
    "printed by\n`brdsgen report verification docs/verification.json`; a command of the first "
    "table "
    "measures its part again\n(`build/verification/PART.json`). How each method works: "
    "[methods.md](methods.md).\n\n";

brds_status brds_verification_write_page(const json_t *document, FILE *stream, brds_diag *diag)
{
    size_t i;
    const json_t *part, *parts = json_object_get(document, "parts");
    fputs(head, stream);
    put_overview(parts, stream);
    json_array_foreach(parts, i, part)
    {
        put_part(part, stream);
    }
    fputs("\n## What is not verified\n", stream);
    put_limits(json_object_get(document, general), "", stream);
    json_array_foreach(parts, i, part)
    {
        put_limits(json_object_get(part, general), brds_json_string_of(part, "title", ""), stream);
    }
    return ferror(stream) ? brds_fail(diag, BRDS_EFILE, "", "", "cannot write the page") : BRDS_OK;
}
