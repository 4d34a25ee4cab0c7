/* SPDX-License-Identifier: Apache-2.0
 *
 * keycover: which values of each key of the spec's table a set of specs has, and whether every goal
 * (goals.h) is met by one of them or listed as an exclusion with its reason.  Prints what is missing;
 * with --output writes the part of the verification's document.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/options.h"
#include "generate.h"
#include "goals.h"
#include "io/file.h"
#include "io/strings.h"
#include "report/json_file.h"
#include "report/verify_report.h"

static const brds_option options[] = {
    {"exclusions", 'x', "FILE", "goals that need not be met: lines \"KEY GOAL REASON\""},
    {"first", 0, "SEED", "the first random spec (default 1)"},
    {"generate", 0, "N", "count N random specs, made here"},
    {"runs", 0, "DIR", "the regression's folder whose runs are summed"},
    {"lenient", 0, NULL, "a goal that is not met is no error (few specs cannot meet them all)"},
    {"command", 0, "TEXT", "what made the runs, for the document"},
    {"seconds", 0, "N", "how long that took"},
    {"tools", 0, "TEXT", "their versions: NAME=VERSION, with commas between them"},
    {"output", 'o', "FILE", "write the part of the verification's document here"},
    {0}};

typedef struct {
    goal goals[MOST_GOALS];
    int64_t met[MOST_GOALS];
    char *excluded[MOST_GOALS]; /* the reason, or NULL */
    size_t goal_count, specs, unmet;
} coverage;

/* ---- counting ---- */

static void count_value(coverage *c, const brds_key *key, const json_t *value)
{
    for (size_t g = 0; g < c->goal_count; g++)
        c->met[g] += c->goals[g].key == key && goal_met(&c->goals[g], value);
}

/* A key that only makes sense with a sibling that is not there. */
static bool is_idle(const brds_key *key, const json_t *object)
{
    const json_t *needed = key->needs ? json_object_get(object, key->needs) : NULL;
    const char *word = needed ? json_string_value(needed) : NULL;
    return key->needs && (!needed || (key->needs_word && word && strcmp(word, key->needs_word)));
}

/* `object` NULL: it was left out, its keys have their defaults. */
static void count_object(coverage *c, const brds_key *parent, const json_t *object)
{
    for (const brds_key *key = NULL; (key = brds_key_child(parent, key)) != NULL;) {
        const json_t *value = json_object_get(object, brds_key_name(key)), *item;
        size_t i;
        if (!value && is_idle(key, object))
            continue;
        count_value(c, key, value);
        if (key->type == BRDS_KEY_OBJECT && (value || key_has_defaults(key)))
            count_object(c, key, value);
        json_array_foreach(value, i, item)
        {
            count_object(c, brds_key_item(key), item);
        }
    }
}

static brds_status count_file(coverage *c, const char *path, brds_diag *diag)
{
    brds_spec spec;
    json_t *root = NULL;
    brds_status status = brds_spec_load(path, false, &spec, diag);
    if (!status)
        status = brds_json_file(path, &root, diag);
    if (status)
        return status;
    count_object(c, brds_keys, root);
    c->specs++;
    json_decref(root);
    return BRDS_OK;
}

static brds_status count_random(coverage *c, int64_t first, int64_t count, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int64_t seed = first; seed < first + count && !status; seed++) {
        char *text = NULL;
        status = random_spec((uint64_t)seed, &text, diag);
        json_t *root = status ? NULL : json_loads(text, 0, NULL);
        if (!status && !root)
            status = brds_fail_memory(diag);
        if (!status)
            count_object(c, brds_keys, root);
        c->specs += !status;
        json_decref(root);
        free(text);
    }
    return status;
}

/* The text up to `end`, which is cut off; *rest goes on behind it, or becomes NULL. */
static char *take(char **rest, char end)
{
    char *start = *rest, *found = start ? strchr(start, end) : NULL;
    if (found)
        *found = '\0';
    *rest = found ? found + 1 : NULL;
    return start;
}

/* ---- exclusions ---- */

static bool exclude(coverage *c, const char *key, const char *name, const char *reason)
{
    for (size_t g = 0; g < c->goal_count; g++) {
        if (strcmp(c->goals[g].key->pointer, key) == 0 &&
            strcmp(goal_name(&c->goals[g]), name) == 0) {
            free(c->excluded[g]);
            c->excluded[g] = brds_string_format("%s", reason);
            return c->excluded[g] != NULL;
        }
    }
    return false;
}

static brds_status read_exclusions(coverage *c, const char *path, brds_diag *diag)
{
    enum { LIMIT = 1 << 20 };
    uint8_t *bytes = NULL;
    size_t size = 0;
    brds_status status = brds_read_file(path, LIMIT, &bytes, &size, diag);
    char *text = status ? NULL : brds_string_format("%.*s", (int)size, (const char *)bytes);
    free(bytes);
    char *rest = text, *line;
    while (!status && rest && (line = take(&rest, '\n')) != NULL) {
        char *reason = line, *key = take(&reason, ' '), *name = take(&reason, ' ');
        if (*line == '\0' || *line == '#')
            continue;
        if (!name || !reason || !exclude(c, key, name, reason))
            status = brds_fail(diag, BRDS_EINPUT, path, "give \"KEY GOAL REASON\"",
                               "no such goal or no reason: %s %s", key, name ? name : "");
    }
    free(text);
    return status;
}

/* ---- what is missing ---- */

static brds_status judge(coverage *c, bool lenient, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (size_t g = 0; g < c->goal_count; g++) {
        const goal *wanted = &c->goals[g];
        bool missing = !c->met[g] && !c->excluded[g];
        c->unmet += missing;
        if (missing && !lenient)
            status = brds_fail(diag, BRDS_EDIFFER, wanted->key->pointer,
                               "teach verif/random/generate.c the key, add a spec to "
                               "verif/specs/valid or a line to verif/random/exclusions.txt",
                               "no spec has this: %s", goal_name(wanted));
        if (c->met[g] && c->excluded[g])
            status = brds_fail(diag, BRDS_EDIFFER, wanted->key->pointer,
                               "take the line out of verif/random/exclusions.txt",
                               "excluded, but a spec has it: %s", goal_name(wanted));
    }
    return status;
}

/* ---- the document ---- */

/* A row a key: its goals' counts by kind ("-": no such goal), and what is not covered. */
static json_t *key_row(const coverage *c, const brds_key *key)
{
    int64_t counts[GOAL_KINDS] = {-1, -1, -1, -1};
    char missing[200] = "";
    for (size_t g = 0; g < c->goal_count; g++) {
        if (c->goals[g].key != key)
            continue;
        int64_t *count = &counts[c->goals[g].kind];
        *count = (*count < 0 ? 0 : *count) + c->met[g];
        size_t used = strlen(missing);
        if (!c->met[g])
            snprintf(missing + used, sizeof missing - used, "%s%s%s", used ? ", " : "",
                     goal_name(&c->goals[g]), c->excluded[g] ? " (excluded)" : "");
    }
    json_t *row = json_pack("[s]", key->pointer);
    bool any = false;
    for (int kind = 0; kind < GOAL_KINDS; kind++) {
        any = any || counts[kind] >= 0;
        json_array_append_new(row,
                              counts[kind] < 0 ? json_string("-") : json_integer(counts[kind]));
    }
    json_array_append_new(row, json_string(missing));
    if (any)
        return row;
    json_decref(row);
    return NULL;
}

static json_t *key_table(const coverage *c)
{
    json_t *rows = json_array();
    for (size_t k = 0; k < brds_key_count; k++) {
        json_t *row = key_row(c, &brds_keys[k]);
        if (row)
            json_array_append_new(rows, row);
    }
    return json_pack("{s:s, s:[s,s,s,s,s,s], s:o}", "title",
                     "How often specs have a key at its ends and between", "columns", "key",
                     "default or left out", "minimum or first word", "between",
                     "maximum or last word", "not covered", "rows", rows);
}

static json_t *not_verified(const coverage *c)
{
    json_t *list = json_array();
    for (size_t g = 0; g < c->goal_count; g++) {
        if (!c->excluded[g])
            continue;
        char *line = brds_string_format("%s at its %s: %s", c->goals[g].key->pointer,
                                        goal_name(&c->goals[g]), c->excluded[g]);
        json_array_append_new(list, json_string(line ? line : ""));
        free(line);
    }
    if (c->unmet) {
        char *line = brds_string_format("This run was too short to meet all goals: %zu of %zu are "
                                        "not met.",
                                        c->unmet, c->goal_count);
        json_array_append_new(list, json_string(line ? line : ""));
        free(line);
    }
    return list;
}

static json_t *tools(const char *text)
{
    json_t *object = json_object();
    char *copy = brds_string_format("%s", text ? text : ""), *rest = copy, *item;
    while (rest && (item = take(&rest, ',')) != NULL) {
        char *version = strchr(item, '=');
        if (version) {
            *version = '\0';
            json_object_set_new(object, item, json_string(version + 1));
        }
    }
    free(copy);
    return object;
}

static json_t *figures(const coverage *c, json_t *summary)
{
    size_t met = 0, excluded = 0;
    for (size_t g = 0; g < c->goal_count; g++) {
        met += c->met[g] > 0;
        excluded += c->excluded[g] != NULL;
    }
    if (!summary)
        summary = json_object();
    json_object_set_new(summary, "random_specs", json_incref(json_object_get(summary, "specs")));
    json_object_set_new(summary, "specs_with_examples", json_integer((json_int_t)c->specs));
    json_object_set_new(summary, "goals", json_integer((json_int_t)c->goal_count));
    json_object_set_new(summary, "goals_met", json_integer((json_int_t)met));
    json_object_set_new(summary, "goals_excluded", json_integer((json_int_t)excluded));
    json_object_del(summary, "specs");
    return summary;
}

static brds_status write_part(const coverage *c, const brds_args *args, const char *path,
                              brds_diag *diag)
{
    enum { LONGEST = 1000000 };
    const char *runs = brds_args_value(args, "runs"), *command = brds_args_value(args, "command");
    json_t *report = NULL;
    int64_t seconds = 0;
    char date[20];
    time_t now = time(NULL);
    brds_status status = brds_args_integer(args, "seconds", 0, LONGEST, 0, &seconds, diag);
    if (!status && runs)
        status = brds_verify_gather(runs, &report, diag);
    if (status)
        return status;
    strftime(date, sizeof date, "%Y-%m-%d", gmtime(&now));
    json_t *part =
        json_pack("{s:s, s:s, s:s, s:s, s:I, s:o, s:o, s:[o], s:o}", "part", "random", "title",
                  "Random specs", "command", command ? command : "make verify-full", "date", date,
                  "seconds", (json_int_t)seconds, "tools", tools(brds_args_value(args, "tools")),
                  "figures", figures(c, json_incref(json_object_get(report, "summary"))), "tables",
                  key_table(c), "not_verified", not_verified(c));
    char *text = part ? json_dumps(part, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) : NULL;
    status = text ? brds_write_file(path, text, strlen(text), diag) : brds_fail_memory(diag);
    free(text);
    json_decref(part);
    json_decref(report);
    return status;
}

static brds_status run(const brds_args *args, brds_diag *diag)
{
    enum { MOST = 1000000 };
    static coverage c; /* zero-initialised; one run a process */
    const char *exclusions = brds_args_value(args, "exclusions");
    const char *output = brds_args_value(args, "output");
    int64_t first = 1, count = 0;
    c.goal_count = goals_list(c.goals);
    brds_status status = brds_args_integer(args, "first", 0, INT64_MAX - MOST, 1, &first, diag);
    if (!status)
        status = brds_args_integer(args, "generate", 0, MOST, 0, &count, diag);
    if (!status && exclusions)
        status = read_exclusions(&c, exclusions, diag);
    if (!status)
        status = count_random(&c, first, count, diag);
    for (int i = 0; !status && brds_args_operand(args, i); i++)
        status = count_file(&c, brds_args_operand(args, i), diag);
    if (!status)
        status = judge(&c, brds_args_flag(args, "lenient"), diag);
    if ((!status || status == BRDS_EDIFFER) && output) {
        brds_status written = write_part(&c, args, output, diag);
        status = written ? written : status;
    }
    if (!status)
        printf("keys: %zu specs, %zu goals, %zu not met\n", c.specs, c.goal_count, c.unmet);
    for (size_t g = 0; g < c.goal_count; g++)
        free(c.excluded[g]);
    return status;
}

static const brds_command command = {
    "keycover", "[SPEC]...", 0,  100000, "count which values of each key a set of specs has",
    "",         options,     run};

int main(int argc, char **argv)
{
    brds_diag diag = {0};
    brds_args *args = NULL;
    brds_status status = brds_args_parse(&command, argc - 1, argv + 1, &args, &diag);
    if (!status)
        status = run(args, &diag);
    brds_diag_print(&diag, stderr);
    brds_diag_free(&diag);
    brds_args_free(args);
    return (int)status;
}
