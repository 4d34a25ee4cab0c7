/* SPDX-License-Identifier: Apache-2.0
 *
 * A VCD is words between white space (IEEE 1364-2005, clause 18): declarations up to
 * $enddefinitions, then values.
 */
#include "report/activity.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "io/file.h"
#include "io/strings.h"

enum { MOST_SCOPES = 64, NAME_ROOM = 128, MOST_BITS = 1 << 20, WORD_ROOM = MOST_BITS + 16 };

typedef struct {
    char id[12];
    int depth; /* of the scope it was declared in */
    brds_net_class class_of;
    bool counted;       /* inside the core, and no clock */
    bool clock;         /* the core's */
    size_t value, bits; /* place in `values`, one character a bit */
} net;

typedef struct {
    const char *place;
    FILE *stream;
    brds_diag *diag;
    unsigned long line;
    char *word; /* WORD_ROOM */
    char scopes[MOST_SCOPES][NAME_ROOM];
    int depth;
    net *nets;
    size_t count, room;
    size_t *table, slots; /* open addressing: number of a net + 1; slots a power of two */
    char *values;
    size_t used, values_room;
    brds_activity *activity;
} reader;

static brds_status wrong(const reader *r, const char *what, const char *detail)
{
    char *place = brds_string_format("%s:%lu", r->place, r->line);
    brds_status status =
        brds_fail(r->diag, BRDS_EINPUT, place != NULL ? place : r->place,
                  "give what a generated testbench wrote with +dump=FILE", "%s%.60s", what, detail);
    free(place);
    return status;
}

/* ---- words ---- */

static bool is_space(int c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* The next word, "" at the end. */
static brds_status next_word(reader *r)
{
    size_t length = 0;
    int c = getc(r->stream);
    while (is_space(c)) {
        r->line += c == '\n' ? 1 : 0;
        c = getc(r->stream);
    }
    while (c != EOF && !is_space(c) && c != 0) {
        if (length + 1 == WORD_ROOM)
            return wrong(r, "a word has no end", "");
        r->word[length++] = (char)c;
        c = getc(r->stream);
    }
    r->word[length] = '\0';
    r->line += c == '\n' ? 1 : 0;
    if (c == 0)
        return wrong(r, "this is no text", "");
    if (ferror(r->stream))
        return brds_fail(r->diag, BRDS_EFILE, r->place, "", "cannot read: %s", strerror(errno));
    return BRDS_OK;
}

static brds_status skip_to_end(reader *r)
{
    brds_status status = BRDS_OK;
    while (!status && strcmp(r->word, "$end") != 0) {
        status = next_word(r);
        if (!status && r->word[0] == '\0')
            status = wrong(r, "the file ends in a declaration", "");
    }
    return status;
}

/* ---- nets by their identifier ---- */

static size_t *find_slot(const reader *r, const char *id)
{
    size_t hash = 5381;
    for (const char *c = id; *c != '\0'; c++)
        hash = hash * 33 + (unsigned char)*c;
    size_t at = hash & (r->slots - 1);
    while (r->table[at] != 0 && strcmp(r->nets[r->table[at] - 1].id, id) != 0)
        at = (at + 1) & (r->slots - 1);
    return &r->table[at];
}

static brds_status grow(reader *r)
{
    enum { FIRST = 1024 };
    size_t room = r->room ? 2 * r->room : FIRST;
    net *nets = realloc(r->nets, room * sizeof *nets);
    size_t *table = calloc(4 * room, sizeof *table);
    if (nets)
        r->nets = nets;
    if (!nets || !table) {
        free(table);
        return brds_fail_memory(r->diag);
    }
    free(r->table);
    r->table = table;
    r->slots = 4 * room;
    r->room = room;
    for (size_t i = 0; i < r->count; i++)
        *find_slot(r, r->nets[i].id) = i + 1;
    return BRDS_OK;
}

static brds_status reserve_value(reader *r, net *n)
{
    if (r->used + n->bits > r->values_room) {
        size_t room = 2 * r->values_room + n->bits;
        char *values = realloc(r->values, room);
        if (!values)
            return brds_fail_memory(r->diag);
        r->values = values;
        r->values_room = room;
    }
    n->value = r->used;
    memset(r->values + r->used, 'x', n->bits);
    r->used += n->bits;
    return BRDS_OK;
}

/* ---- classes ---- */

const char *brds_net_class_name(brds_net_class class_of)
{
    static const char *const names[] = {
        "multiplier operands", "multipliers", "weight memory", "vector memories",
        "sums of rows",        "functions",   "control"};
    return names[class_of];
}

/* The scope of this name, -1: none. */
static int scope_of(const reader *r, const char *name)
{
    for (int i = 0; i < r->depth; i++)
        if (strcmp(r->scopes[i], name) == 0)
            return i;
    return -1;
}

static brds_net_class class_of_net(const reader *r, const char *name)
{
    int mul = scope_of(r, "u_mul");
    if (scope_of(r, "array") < 0)
        return scope_of(r, "post") < 0 ? BRDS_NET_CONTROL : BRDS_NET_FUNCTIONS;
    if (mul >= 0 && strcmp(r->scopes[r->depth - 1], "u_mul") == 0 &&
        (strcmp(name, "left") == 0 || strcmp(name, "right") == 0))
        return BRDS_NET_OPERANDS;
    if (mul >= 0)
        return BRDS_NET_MULTIPLIERS;
    if (scope_of(r, "u_vector") >= 0)
        return BRDS_NET_VECTORS;
    /* brds_pairs delays weights in an instance of that name too */
    return scope_of(r, "u_weights") == scope_of(r, "array") + 1 ? BRDS_NET_WEIGHTS : BRDS_NET_SUMS;
}

/* ---- declarations ---- */

static brds_status add_net(reader *r, const char *id, size_t bits, const char *name)
{
    brds_status status = r->count == r->room ? grow(r) : BRDS_OK;
    if (status)
        return status;
    size_t *slot = find_slot(r, id);
    bool inside = scope_of(r, "core") >= 0;
    if (*slot == 0) {
        net *n = &r->nets[r->count];
        *n = (net){.depth = -1, .bits = bits};
        snprintf(n->id, sizeof n->id, "%s", id);
        status = reserve_value(r, n);
        if (status)
            return status;
        *slot = ++r->count;
    }
    net *n = &r->nets[*slot - 1];
    if (n->bits != bits)
        return wrong(r, "two widths of one net: ", name);
    bool clock = inside && strcmp(name, "clk") == 0;
    n->clock = n->clock || (clock && strcmp(r->scopes[r->depth - 1], "core") == 0);
    if (clock)
        n->depth = MOST_SCOPES; /* whatever else it is called */
    if (inside && r->depth > n->depth) {
        n->depth = r->depth;
        n->counted = true;
        n->class_of = class_of_net(r, name);
    }
    n->counted = n->counted && n->depth < MOST_SCOPES;
    return BRDS_OK;
}

/* $var KIND BITS ID NAME ... $end */
static brds_status read_net(reader *r)
{
    char kind[16], id[12], name[NAME_ROOM], *end = NULL;
    brds_status status = next_word(r);
    snprintf(kind, sizeof kind, "%s", r->word);
    status = status ? status : next_word(r);
    if (status)
        return status;
    unsigned long bits = strtoul(r->word, &end, 10);
    if (*end != '\0' || bits < 1 || bits > MOST_BITS)
        return wrong(r, "no width of a net: ", r->word);
    status = next_word(r);
    if (!status && (r->word[0] == '\0' || strlen(r->word) >= sizeof id))
        status = wrong(r, "no identifier of a net: ", r->word);
    snprintf(id, sizeof id, "%.11s", r->word);
    status = status ? status : next_word(r);
    snprintf(name, sizeof name, "%.127s", r->word);
    status = status ? status : skip_to_end(r);
    bool is_net = strcmp(kind, "wire") == 0 || strcmp(kind, "reg") == 0;
    /* other kinds have values too, which must be known */
    return status ? status : add_net(r, id, bits, is_net ? name : "");
}

static brds_status read_scope(reader *r)
{
    brds_status status = next_word(r); /* module, begin ... */
    status = status ? status : next_word(r);
    if (status)
        return status;
    if (r->depth == MOST_SCOPES)
        return wrong(r, "more than 64 scopes within each other", "");
    snprintf(r->scopes[r->depth++], NAME_ROOM, "%.127s", r->word);
    return skip_to_end(r);
}

static brds_status read_declarations(reader *r)
{
    for (;;) {
        brds_status status = next_word(r);
        if (status)
            return status;
        if (strcmp(r->word, "$enddefinitions") == 0)
            return skip_to_end(r);
        if (strcmp(r->word, "$var") == 0)
            status = read_net(r);
        else if (strcmp(r->word, "$scope") == 0)
            status = read_scope(r);
        else if (strcmp(r->word, "$upscope") == 0 && r->depth > 0)
            r->depth--;
        else if (r->word[0] != '$')
            return wrong(r, "no declaration: ", r->word);
        status = status ? status : skip_to_end(r);
        if (status)
            return status;
    }
}

/* ---- values ---- */

/* A value's digits are those of its low bits: above them it is 0, or x or z as the first. */
static brds_status change(reader *r, const char *id, const char *digits, size_t length)
{
    size_t slot = r->slots > 0 ? *find_slot(r, id) : 0;
    if (slot == 0)
        return wrong(r, "a value of no net: ", id);
    net *n = &r->nets[slot - 1];
    if (length > n->bits)
        return wrong(r, "a value is wider than its net: ", id);
    char *value = r->values + n->value;
    size_t above = n->bits - length;
    char extended = digits[0] == '1' ? '0' : digits[0];
    for (size_t i = 0; i < n->bits; i++) {
        char bit = i < above ? extended : digits[i - above];
        bool toggles = (value[i] == '0' && bit == '1') || (value[i] == '1' && bit == '0');
        r->activity->toggles[n->class_of] += toggles && n->counted ? 1 : 0;
        r->activity->cycles += toggles && n->clock && bit == '1' ? 1 : 0;
        value[i] = bit;
    }
    return BRDS_OK;
}

static brds_status read_vector(reader *r, char *digits)
{
    size_t length = strlen(r->word) - 1;
    memcpy(digits, r->word + 1, length + 1);
    if (length == 0 || strspn(digits, "01xzXZ") != length)
        return wrong(r, "no value: ", r->word);
    brds_status status = next_word(r);
    return status ? status : change(r, r->word, digits, length);
}

static brds_status read_values(reader *r, char *digits)
{
    brds_status status = BRDS_OK;
    while (!status) {
        status = next_word(r);
        char first = r->word[0];
        if (status || first == '\0')
            break;
        if (first == '#' || first == '$')
            continue; /* time; $dumpvars, $end and the like */
        if (first == 'b' || first == 'B')
            status = read_vector(r, digits);
        else if (first == 'r' || first == 'R')
            status = next_word(r); /* a real number's net */
        else if (strchr("01xzXZ", first) != NULL)
            status = change(r, r->word + 1, r->word, 1);
        else
            status = wrong(r, "no value: ", r->word);
    }
    return status;
}

/* ---- the whole ---- */

static brds_status finish(const reader *r)
{
    bool any = false;
    for (size_t i = 0; i < r->count; i++) {
        const net *n = &r->nets[i];
        any = any || n->counted;
        r->activity->bits[n->class_of] += n->counted ? n->bits : 0;
    }
    if (!any || r->activity->cycles == 0)
        return wrong(r, "no cycle of an instance `core`", "");
    return BRDS_OK;
}

brds_status brds_activity_read(const char *path, brds_activity *activity, brds_diag *diag)
{
    reader r = {.place = brds_input_place(path), .diag = diag, .line = 1, .activity = activity};
    *activity = (brds_activity){.cycles = 0};
    r.stream = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    if (!r.stream)
        return brds_fail(diag, BRDS_EFILE, r.place, "", "cannot read: %s", strerror(errno));
    r.word = malloc(WORD_ROOM);
    char *digits = malloc(WORD_ROOM);
    brds_status status = r.word && digits ? read_declarations(&r) : brds_fail_memory(diag);
    status = status ? status : read_values(&r, digits);
    status = status ? status : finish(&r);
    if (r.stream != stdin)
        fclose(r.stream);
    free(r.word);
    free(digits);
    free(r.nets);
    free(r.table);
    free(r.values);
    return status;
}
