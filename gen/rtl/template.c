/* SPDX-License-Identifier: Apache-2.0 */
#include "rtl/template.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "io/strings.h"

enum { MAX_DEPTH = 16, MAX_NAME = 64, MAX_COLUMNS = 24 };

typedef struct {
    char *name, *value;
    bool used;
} entry;

struct brds_list {
    brds_scope *scope;
    brds_list *next;
    char *name;
    char *columns[MAX_COLUMNS]; /* names */
    bool used[MAX_COLUMNS];     /* mentioned by a template */
    size_t column_count;
    char **values; /* (row_count, column_count) */
    size_t row_count, capacity;
    bool mentioned;
};

struct brds_scope {
    brds_scope *parent;
    entry *entries;
    size_t count, capacity;
    brds_list *lists;
    bool lost;       /* memory ran out while something was defined */
    char *duplicate; /* a name that was defined twice, or has no fitting row */
};

/* ---- Scopes ---- */

brds_scope *brds_scope_new(brds_scope *parent)
{
    brds_scope *scope = calloc(1, sizeof *scope);
    if (scope != NULL) {
        scope->parent = parent;
    }
    return scope;
}

static void list_free(brds_list *list)
{
    for (size_t i = 0; i < list->row_count * list->column_count; i++) {
        free(list->values[i]);
    }
    for (size_t i = 0; i < list->column_count; i++) {
        free(list->columns[i]);
    }
    free(list->values);
    free(list->name);
    free(list);
}

void brds_scope_free(brds_scope *scope)
{
    if (scope == NULL) {
        return;
    }
    for (size_t i = 0; i < scope->count; i++) {
        free(scope->entries[i].name);
        free(scope->entries[i].value);
    }
    while (scope->lists != NULL) {
        brds_list *list = scope->lists;
        scope->lists = list->next;
        list_free(list);
    }
    free(scope->entries);
    free(scope->duplicate);
    free(scope);
}

static entry *find_entry(brds_scope *scope, const char *name)
{
    for (brds_scope *s = scope; s != NULL; s = s->parent) {
        for (size_t i = 0; i < s->count; i++) {
            if (strcmp(s->entries[i].name, name) == 0) {
                return &s->entries[i];
            }
        }
    }
    return NULL;
}

static brds_list *find_list(brds_scope *scope, const char *name)
{
    for (brds_scope *s = scope; s != NULL; s = s->parent) {
        for (brds_list *list = s->lists; list != NULL; list = list->next) {
            if (strcmp(list->name, name) == 0) {
                return list;
            }
        }
    }
    return NULL;
}

static void note_duplicate(brds_scope *scope, const char *name)
{
    if (scope->duplicate == NULL) {
        scope->duplicate = brds_string_copy(name);
        scope->lost = scope->lost || scope->duplicate == NULL;
    }
}

static bool reserve_entry(brds_scope *scope)
{
    if (scope->count < scope->capacity) {
        return true;
    }
    size_t capacity = scope->capacity > 0 ? 2 * scope->capacity : 32;
    entry *entries = realloc(scope->entries, capacity * sizeof *entries);
    if (entries == NULL) {
        return false;
    }
    scope->entries = entries;
    scope->capacity = capacity;
    return true;
}

void brds_scope_set(brds_scope *scope, const char *name, const char *format, ...)
{
    if (find_entry(scope, name) != NULL) {
        note_duplicate(scope, name);
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    char *value = brds_string_vformat(format, arguments);
    va_end(arguments);
    char *copy = brds_string_copy(name);
    if (value == NULL || copy == NULL || !reserve_entry(scope)) {
        free(value);
        free(copy);
        scope->lost = true;
        return;
    }
    scope->entries[scope->count++] = (entry){copy, value, false};
}

void brds_scope_set_integer(brds_scope *scope, const char *name, long long value)
{
    brds_scope_set(scope, name, "%lld", value);
}

/* Appends the blank-separated names of `columns`. */
static bool split_columns(brds_list *list, const char *columns)
{
    while (*columns != '\0' && list->column_count < MAX_COLUMNS) {
        size_t length = strcspn(columns, " ");
        char *name = brds_string_format("%.*s", (int)length, columns);
        if (name == NULL) {
            return false;
        }
        list->columns[list->column_count++] = name;
        columns += length;
        columns += strspn(columns, " ");
    }
    return *columns == '\0';
}

brds_list *brds_scope_list(brds_scope *scope, const char *name, const char *columns)
{
    if (find_list(scope, name) != NULL) {
        note_duplicate(scope, name);
        return NULL;
    }
    brds_list *list = calloc(1, sizeof *list);
    if (list != NULL) {
        list->scope = scope;
        list->name = brds_string_copy(name);
    }
    if (list == NULL || list->name == NULL || !split_columns(list, columns)) {
        scope->lost = true;
        if (list != NULL) {
            list_free(list);
        }
        return NULL;
    }
    list->next = scope->lists;
    scope->lists = list;
    return list;
}

void brds_list_row(brds_list *list, const char *const *values)
{
    if (list == NULL) {
        return; /* the scope knows why */
    }
    size_t used = list->row_count * list->column_count;
    if (list->row_count == list->capacity) {
        size_t capacity = list->capacity > 0 ? 2 * list->capacity : 8;
        char **grown = realloc(list->values, capacity * list->column_count * sizeof *grown);
        if (grown == NULL) {
            list->scope->lost = true;
            return;
        }
        list->values = grown;
        list->capacity = capacity;
    }
    for (size_t i = 0; i < list->column_count; i++) {
        list->values[used + i] = values[i] != NULL ? brds_string_copy(values[i]) : NULL;
        list->scope->lost = list->scope->lost || list->values[used + i] == NULL;
    }
    list->row_count++;
}

/* ---- Rendering ---- */

/* A loop that is being walked; `row` is only read in active lines. */
typedef struct frame {
    const struct frame *outer;
    const char *name;
    brds_list *list;
    size_t row;
    bool active;
} frame;

typedef struct {
    const char *place;
    const char *next, *end; /* text not yet read */
    int line;               /* number of the line read last */
    brds_scope *scope;
    FILE *stream;
    brds_diag *diag;
    brds_status status;
    bool repeated; /* a loop's further pass: its faults are filed already */
    int depth;
} renderer;

typedef enum { END_OF_TEXT, END_BLOCK, ELSE_BLOCK } terminator;

__attribute__((format(printf, 3, 4))) static void fault(renderer *r, int line, const char *format,
                                                        ...)
{
    if (r->repeated) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    char *text = brds_string_vformat(format, arguments);
    va_end(arguments);
    char *place = brds_string_format("%s:%d", r->place, line);
    r->status = text != NULL && place != NULL
                    ? brds_fail(r->diag, BRDS_EFILE, place, "", "%s", text)
                    : brds_fail_memory(r->diag);
    free(text);
    free(place);
}

/* The next line without its newline; false at the end of the text. */
static bool read_line(renderer *r, const char **line, size_t *length)
{
    if (r->next == r->end) {
        return false;
    }
    const char *newline = memchr(r->next, '\n', (size_t)(r->end - r->next));
    const char *stop = newline != NULL ? newline : r->end;
    *line = r->next;
    *length = (size_t)(stop - r->next);
    r->next = newline != NULL ? newline + 1 : r->end;
    r->line++;
    return true;
}

/* The value of "loop.column", or NULL (a fault is filed, or the loop is not active). */
static const char *look_up_column(renderer *r, const frame *loops, char *name, char buffer[24])
{
    char *dot = strchr(name, '.');
    *dot = '\0';
    const frame *loop = loops;
    while (loop != NULL && strcmp(loop->name, name) != 0) {
        loop = loop->outer;
    }
    const char *column = dot + 1;
    if (loop == NULL) {
        fault(r, r->line, "no loop over \"%s\" is open here", name);
        return NULL;
    }
    brds_list *list = loop->list;
    if (list == NULL) {
        return NULL; /* the list is unknown: filed where the loop begins */
    }
    if (strcmp(column, "index") == 0) {
        snprintf(buffer, 24, "%zu", loop->row);
        return buffer;
    }
    if (strcmp(column, "last") == 0) {
        return loop->row + 1 == list->row_count ? "1" : "0";
    }
    for (size_t i = 0; i < list->column_count; i++) {
        if (strcmp(list->columns[i], column) == 0) {
            list->used[i] = true;
            return loop->active ? list->values[loop->row * list->column_count + i] : "";
        }
    }
    fault(r, r->line, "the list \"%s\" has no column \"%s\"", list->name, column);
    return NULL;
}

/* The value of a key or column; "" where that is not known. */
static const char *look_up(renderer *r, const frame *loops, const char *start, size_t length,
                           char buffer[24])
{
    char name[MAX_NAME];
    if (length == 0 || length >= sizeof name) {
        fault(r, r->line, "a name has 1 to %d characters", MAX_NAME - 1);
        return "";
    }
    memcpy(name, start, length);
    name[length] = '\0';
    if (strchr(name, '.') != NULL) {
        const char *value = look_up_column(r, loops, name, buffer);
        return value != NULL ? value : "";
    }
    entry *found = find_entry(r->scope, name);
    if (found == NULL) {
        fault(r, r->line, "the key \"%s\" is not defined", name);
        return "";
    }
    found->used = true;
    return found->value;
}

/* A line of text with its keys replaced; lines that are not active are checked only. */
static void render_line(renderer *r, const frame *loops, const char *line, size_t length,
                        bool active)
{
    const char *end = line + length;
    const char *at = line;
    while (at < end) {
        const char *open = at;
        while (open < end && !(open[0] == '@' && open + 1 < end && open[1] == '{')) {
            open++;
        }
        if (active) {
            fwrite(at, 1, (size_t)(open - at), r->stream);
        }
        if (open == end) {
            break;
        }
        const char *close = memchr(open, '}', (size_t)(end - open));
        if (close == NULL) {
            fault(r, r->line, "@{ without }");
            return;
        }
        char buffer[24];
        const char *value = look_up(r, loops, open + 2, (size_t)(close - open - 2), buffer);
        if (active) {
            fputs(value, r->stream);
        }
        at = close + 1;
    }
    if (active) {
        fputc('\n', r->stream);
    }
}

static terminator walk(renderer *r, const frame *loops, bool active);

static bool is_true(const char *value)
{
    return value[0] != '\0' && strcmp(value, "0") != 0;
}

static void enter(renderer *r, int line)
{
    if (r->depth++ == MAX_DEPTH) {
        fault(r, line, "more than %d directives are open", MAX_DEPTH);
        r->next = r->end;
    }
}

static void render_if(renderer *r, const frame *loops, const char *name, size_t length, bool active)
{
    int line = r->line;
    char buffer[24];
    bool taken = is_true(look_up(r, loops, name, length, buffer));
    enter(r, line);
    terminator found = walk(r, loops, active && taken);
    if (found == ELSE_BLOCK) {
        found = walk(r, loops, active && !taken);
        if (found == ELSE_BLOCK) {
            fault(r, r->line, "a second //@else of the //@if in line %d", line);
        }
    }
    if (found == END_OF_TEXT) {
        fault(r, line, "//@if without //@end");
    }
    r->depth--;
}

/* Walks the body once for each row, and once without output if there is none. */
static void walk_rows(renderer *r, frame *loop, bool active, int line)
{
    const char *body = r->next;
    int body_line = r->line;
    bool repeated = r->repeated;
    size_t rows = loop->list != NULL && active ? loop->list->row_count : 0;
    loop->active = rows > 0;
    for (size_t i = 0; i == 0 || i < rows; i++) {
        r->next = body;
        r->line = body_line;
        r->repeated = repeated || i > 0;
        loop->row = i;
        terminator found = walk(r, loop, rows > 0);
        if (found == ELSE_BLOCK) {
            fault(r, r->line, "//@else in the //@for in line %d", line);
        } else if (found == END_OF_TEXT) {
            fault(r, line, "//@for without //@end");
        }
    }
    r->repeated = repeated;
}

/* `text`: "row in list". */
static void render_for(renderer *r, const frame *loops, const char *text, size_t length,
                       bool active)
{
    int line = r->line;
    char copy[2 * MAX_NAME], row[MAX_NAME] = "", name[MAX_NAME] = "", rest = '\0';
    snprintf(copy, sizeof copy, "%.*s", (int)(length < sizeof copy ? length : 0), text);
    if (sscanf(copy, "%63[a-z_] in %63[a-z_] %c", row, name, &rest) != 2) {
        fault(r, line, "//@for wants \"row in list\"");
    }
    frame loop = {.outer = loops, .name = row, .list = find_list(r->scope, name)};
    if (loop.list == NULL) {
        fault(r, line, "the list \"%s\" is not defined", name);
    } else {
        loop.list->mentioned = true;
    }
    enter(r, line);
    walk_rows(r, &loop, active, line);
    r->depth--;
}

/* True, with the directive's word and the rest of its line, for a line that starts with //@. */
static bool is_directive(const char *line, size_t length, const char **word, size_t *word_length,
                         const char **rest, size_t *rest_length)
{
    const char *end = line + length;
    while (line < end && (*line == ' ' || *line == '\t')) {
        line++;
    }
    if (end - line < 3 || memcmp(line, "//@", 3) != 0) {
        return false;
    }
    while (end > line && (end[-1] == ' ' || end[-1] == '\r')) {
        end--;
    }
    const char *at = *word = line + 3;
    while (at < end && *at != ' ') {
        at++;
    }
    *word_length = (size_t)(at - *word);
    while (at < end && *at == ' ') {
        at++;
    }
    *rest = at;
    *rest_length = (size_t)(end - at);
    return true;
}

static bool is_word(const char *word, size_t length, const char *wanted)
{
    return strlen(wanted) == length && memcmp(word, wanted, length) == 0;
}

/* Lines up to what ends the block. */
static terminator walk(renderer *r, const frame *loops, bool active)
{
    const char *line, *word, *rest;
    size_t length, word_length, rest_length;
    while (read_line(r, &line, &length)) {
        if (!is_directive(line, length, &word, &word_length, &rest, &rest_length)) {
            render_line(r, loops, line, length, active);
        } else if (is_word(word, word_length, "if")) {
            render_if(r, loops, rest, rest_length, active);
        } else if (is_word(word, word_length, "for")) {
            render_for(r, loops, rest, rest_length, active);
        } else if (is_word(word, word_length, "end")) {
            return END_BLOCK;
        } else if (is_word(word, word_length, "else")) {
            return ELSE_BLOCK;
        } else {
            fault(r, r->line, "unknown directive //@%.*s", (int)word_length, word);
        }
    }
    return END_OF_TEXT;
}

static void check_list_used(const brds_list *list, renderer *r)
{
    if (!list->mentioned) {
        fault(r, r->line, "the list \"%s\" is given but not used", list->name);
        return;
    }
    for (size_t i = 0; i < list->column_count; i++) {
        if (!list->used[i]) {
            fault(r, r->line, "the column \"%s\" of the list \"%s\" is given but not used",
                  list->columns[i], list->name);
        }
    }
}

static void check_used(const brds_scope *scope, renderer *r)
{
    for (size_t i = 0; i < scope->count; i++) {
        if (!scope->entries[i].used) {
            fault(r, r->line, "the key \"%s\" is given but not used", scope->entries[i].name);
        }
    }
    for (const brds_list *list = scope->lists; list != NULL; list = list->next) {
        check_list_used(list, r);
    }
}

static void check_scopes(renderer *r)
{
    for (const brds_scope *scope = r->scope; scope != NULL; scope = scope->parent) {
        if (scope->duplicate != NULL) {
            fault(r, 1, "\"%s\" is given twice", scope->duplicate);
        }
        if (scope->lost) {
            r->status = brds_fail_memory(r->diag);
        }
    }
}

brds_status brds_template_render(const char *place, const char *text, size_t length,
                                 brds_scope *scope, FILE *stream, brds_diag *diag)
{
    renderer r = {.place = place,
                  .next = text,
                  .end = text + length,
                  .scope = scope,
                  .stream = stream,
                  .diag = diag,
                  .status = BRDS_OK};
    check_scopes(&r);
    while (r.status == BRDS_OK && walk(&r, NULL, true) != END_OF_TEXT) {
        fault(&r, r.line, "//@end or //@else without //@if or //@for");
    }
    if (r.status == BRDS_OK) {
        check_used(scope, &r);
    }
    return r.status;
}

brds_status brds_scope_check_used(const brds_scope *scope, const char *place, brds_diag *diag)
{
    renderer r = {.place = place, .diag = diag, .status = BRDS_OK, .line = 1};
    check_used(scope, &r);
    return r.status;
}
