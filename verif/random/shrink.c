/* SPDX-License-Identifier: Apache-2.0
 *
 * shrink SPEC COMMAND...: makes a spec smaller as long as COMMAND, given a spec's path as its last
 * argument, exits with 0 (which means: it still fails in the same way).  Keys are left out, layers
 * dropped, numbers set to their minimum or halved.  Specs that are not valid, or would take much longer
 * than the first, are not tried.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/options.h"
#include "generate.h"
#include "io/file.h"
#include "io/strings.h"
#include "report/json_file.h"
#include "spec/spec_table.h"

static const brds_option options[] = {
    {"attempts", 0, "N", "run the command N times at most (default 60)"},
    {"seconds", 0, "N", "stop after N seconds (default 300)"},
    {"output", 'o', "FILE", "the smaller spec; candidates are written beside it"},
    {0}};

typedef struct {
    json_t *best;
    char *candidate; /* path */
    char **command;  /* ends with NULL; the last argument is `candidate` */
    double most_ms;
    int64_t attempts;
    time_t end;
    int64_t step, made; /* of a pass: which change to make, changes counted so far */
} job;

/* ---- the changes of a document, numbered in the order of a walk ---- */

/* True once a pass: at the change whose turn it is. */
static bool turn(job *j)
{
    return j->made++ == j->step;
}

static void leave_out_all(const brds_key *parent, json_t *object)
{
    for (const brds_key *key = NULL; (key = brds_key_child(parent, key)) != NULL;) {
        json_t *value = json_object_get(object, brds_key_name(key)), *item;
        size_t i;
        if (!value)
            continue;
        if (key->type == BRDS_KEY_OBJECT && key->required)
            leave_out_all(key, value);
        json_array_foreach(value, i, item)
        {
            leave_out_all(brds_key_item(key), item);
        }
        if (!key->required)
            json_object_del(object, brds_key_name(key));
    }
}

static bool change_object(job *j, const brds_key *parent, json_t *object);

/* Half of the layers, then each. */
static bool change_array(job *j, const brds_key *key, json_t *array)
{
    size_t count = json_array_size(array);
    for (int end = 0; end < 2 && count > 1; end++) {
        if (turn(j)) {
            for (size_t i = 0; i < count / 2; i++)
                json_array_remove(array, end ? 0 : count - 1 - i);
            return true;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (count > (size_t)key->low && turn(j))
            return json_array_remove(array, i) == 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (change_object(j, brds_key_item(key), json_array_get(array, i)))
            return true;
    }
    return false;
}

static bool change_integer(job *j, const brds_key *key, json_t *value)
{
    int number = (int)json_integer_value(value);
    int smaller[] = {key->low, key->low + (number - key->low) / 2, number - 1};
    for (int i = 0; i < 3; i++) {
        bool new_one = smaller[i] < number && (i == 0 || smaller[i] > smaller[0]) &&
                       (i < 2 || smaller[i] != smaller[1]);
        if (new_one && turn(j))
            return json_integer_set(value, smaller[i]) == 0;
    }
    return false;
}

static bool change_value(job *j, const brds_key *key, json_t *value)
{
    switch (key->type) {
    case BRDS_KEY_INTEGER:
        return change_integer(j, key, value);
    case BRDS_KEY_OBJECT:
        return change_object(j, key, value);
    case BRDS_KEY_ARRAY:
        return change_array(j, key, value);
    default:
        return false;
    }
}

static bool change_object(job *j, const brds_key *parent, json_t *object)
{
    if (turn(j)) {
        leave_out_all(parent, object);
        return true;
    }
    for (const brds_key *key = NULL; (key = brds_key_child(parent, key)) != NULL;) {
        const char *name = brds_key_name(key);
        if (!key->required && json_object_get(object, name) && turn(j))
            return json_object_del(object, name) == 0;
    }
    for (const brds_key *key = NULL; (key = brds_key_child(parent, key)) != NULL;) {
        json_t *value = json_object_get(object, brds_key_name(key));
        if (value && change_value(j, key, value))
            return true;
    }
    return false;
}

/* ---- trying ---- */

static bool worth_trying(const job *j, const char *text)
{
    brds_spec spec;
    brds_diag diag = {0};
    bool good = brds_spec_parse(text, strlen(text), "candidate", false, &spec, &diag) == BRDS_OK;
    double ms = good ? random_spec_cost(&spec, &diag) : -1.0;
    brds_diag_free(&diag);
    return ms >= 0.0 && ms <= j->most_ms;
}

static bool still_fails(job *j)
{
    int status = -1;
    j->attempts--;
    pid_t child = fork();
    if (child == 0) {
        execvp(j->command[0], j->command);
        _exit(127);
    }
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

static char *text_of(const json_t *document)
{
    char *text = json_dumps(document, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    char *ended = text ? brds_string_format("%s\n", text) : NULL;
    free(text);
    return ended;
}

/* One change of the best so far; *done where there are no more changes. */
static brds_status try_change(job *j, bool *done, brds_diag *diag)
{
    json_t *document = json_deep_copy(j->best);
    j->made = 0;
    *done = !change_object(j, brds_keys, document);
    char *text = text_of(document);
    brds_status status = text ? BRDS_OK : brds_fail_memory(diag);
    bool better = false;
    if (!status && !*done && !json_equal(document, j->best) && worth_trying(j, text)) {
        status = brds_write_file(j->candidate, text, strlen(text), diag);
        better = !status && still_fails(j);
    }
    free(text);
    if (!better) {
        json_decref(document);
        j->step++;
        return status;
    }
    json_decref(j->best);
    j->best = document;
    return BRDS_OK;
}

static bool time_left(const job *j)
{
    return j->attempts > 0 && time(NULL) < j->end;
}

/* Passes over all changes until one brings nothing.  A change that worked is tried again: it may
 * be a halving. */
static brds_status shrink(job *j, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    bool progress = true;
    while (!status && progress && time_left(j)) {
        json_t *before = json_incref(j->best);
        bool done = false;
        j->step = 0;
        while (!status && !done && time_left(j))
            status = try_change(j, &done, diag);
        progress = before != j->best;
        json_decref(before);
    }
    return status;
}

static brds_status prepare(job *j, const brds_args *args, brds_diag *diag)
{
    enum { MOST = 100000, WORDS = 32 };
    const double slower = 1.5;
    const char *output = brds_args_value(args, "output");
    int64_t seconds = 0;
    brds_spec spec;
    brds_status status = brds_args_integer(args, "attempts", 1, MOST, 60, &j->attempts, diag);
    if (!status)
        status = brds_args_integer(args, "seconds", 1, MOST, 300, &seconds, diag);
    if (!status && !output)
        status = brds_fail(diag, BRDS_EUSAGE, "", "give --output FILE", "no output");
    if (!status)
        status = brds_spec_load(brds_args_operand(args, 0), false, &spec, diag);
    if (!status)
        status = brds_json_file(brds_args_operand(args, 0), &j->best, diag);
    if (status)
        return status;
    j->end = time(NULL) + (time_t)seconds;
    j->most_ms = slower * random_spec_cost(&spec, diag);
    j->candidate = brds_string_format("%s.candidate", output);
    j->command = calloc(WORDS + 2, sizeof *j->command);
    if (!j->candidate || !j->command)
        return brds_fail_memory(diag);
    int words = 0;
    for (; words < WORDS && brds_args_operand(args, words + 1); words++)
        j->command[words] = brds_string_format("%s", brds_args_operand(args, words + 1));
    j->command[words] = j->candidate;
    return BRDS_OK;
}

static brds_status run(const brds_args *args, brds_diag *diag)
{
    job j = {0};
    brds_status status = prepare(&j, args, diag);
    if (!status)
        status = shrink(&j, diag);
    char *text = status ? NULL : text_of(j.best);
    if (text)
        status = brds_write_file(brds_args_value(args, "output"), text, strlen(text), diag);
    if (j.candidate)
        remove(j.candidate);
    for (int i = 0; j.command && j.command[i]; i++)
        free(j.command[i]); /* `candidate` is the last */
    free(j.command);
    json_decref(j.best);
    free(text);
    return status;
}

static const brds_command command = {
    "shrink", "SPEC COMMAND...", 2, 32, "make a failing spec smaller", "", options, run};

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
