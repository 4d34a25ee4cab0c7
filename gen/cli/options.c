/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/help.h"
#include "io/strings.h"

struct brds_args {
    const brds_command *command;
    const char **values; /* one for each option of the command; flags: ""; NULL: not given */
    size_t *given;       /* options in the order of the arguments, and their values */
    const char **given_values;
    size_t given_count;
    const char **operands; /* room for every argument, as in the two above */
    int operand_count;
    bool help;
};

/* What one parsing run walks over. */
typedef struct {
    brds_args *args;
    int argc, next;
    char **argv;
    brds_diag *diag;
    char *place; /* "brdsgen COMMAND" */
} parser;

const brds_option brds_help_option = {"help", 'h', NULL, "print this text"};

static size_t option_count(const brds_command *command)
{
    size_t count = 0;
    while (command->options[count].name != NULL) {
        count++;
    }
    return count;
}

static brds_status fail_unknown(const parser *p, const char *name, size_t length)
{
    const brds_command *command = p->args->command;
    size_t count = option_count(command);
    const char **names = calloc(count + 1, sizeof *names);
    char *word = brds_string_format("%.*s", (int)length, name);
    if (names == NULL || word == NULL) {
        free(names);
        free(word);
        return brds_fail_memory(p->diag);
    }
    for (size_t i = 0; i < count; i++) {
        names[i] = command->options[i].name;
    }
    names[count] = brds_help_option.name;
    const char *nearest = brds_string_nearest(word, names, count + 1);
    char *hint = nearest != NULL ? brds_string_format("did you mean --%s?", nearest)
                                 : brds_string_format("see %s --help", p->place);
    brds_status status =
        brds_fail(p->diag, BRDS_EUSAGE, p->place, hint, "there is no option --%s", word);
    free(names);
    free(word);
    free(hint);
    return status;
}

static bool is_repeatable(const brds_option *option)
{
    return option->argument != NULL && brds_string_ends(option->argument, "...");
}

static brds_status set_value(const parser *p, size_t index, const char *value)
{
    const brds_option *option = &p->args->command->options[index];
    brds_args *args = p->args;
    if (args->values[index] != NULL && !is_repeatable(option)) {
        return brds_fail(p->diag, BRDS_EUSAGE, p->place, "", "--%s is given twice", option->name);
    }
    args->values[index] = value;
    args->given[args->given_count] = index;
    args->given_values[args->given_count++] = value;
    return BRDS_OK;
}

static brds_status fail_no_value(const parser *p, const brds_option *option)
{
    return brds_fail(p->diag, BRDS_EUSAGE, p->place, "", "--%s needs a value: --%s %s",
                     option->name, option->name, option->argument);
}

/* "name" or "name=value", the two hyphens taken off. */
static brds_status parse_long(parser *p, const char *text)
{
    size_t length = strcspn(text, "=");
    const char *value = text[length] == '=' ? text + length + 1 : NULL;
    const brds_option *options = p->args->command->options;
    for (size_t i = 0; options[i].name != NULL; i++) {
        if (strlen(options[i].name) != length || strncmp(options[i].name, text, length) != 0) {
            continue;
        }
        if (options[i].argument == NULL) {
            return value == NULL ? set_value(p, i, "")
                                 : brds_fail(p->diag, BRDS_EUSAGE, p->place, "",
                                             "--%s takes no value", options[i].name);
        }
        if (value == NULL && p->next == p->argc) {
            return fail_no_value(p, &options[i]);
        }
        return set_value(p, i, value != NULL ? value : p->argv[p->next++]);
    }
    if (strcmp(text, brds_help_option.name) == 0) {
        p->args->help = true;
        return BRDS_OK;
    }
    return fail_unknown(p, text, length);
}

/* "o", "oVALUE" or several flags "abc", the hyphen taken off. */
static brds_status parse_letters(parser *p, const char *text)
{
    const brds_option *options = p->args->command->options;
    brds_status status = BRDS_OK;
    for (; *text != '\0' && status == BRDS_OK; text++) {
        size_t i = 0;
        while (options[i].name != NULL && options[i].letter != *text) {
            i++;
        }
        if (options[i].name == NULL && *text == brds_help_option.letter) {
            p->args->help = true;
        } else if (options[i].name == NULL) {
            char *hint = brds_string_format("see %s --help", p->place);
            status =
                brds_fail(p->diag, BRDS_EUSAGE, p->place, hint, "there is no option -%c", *text);
            free(hint);
        } else if (options[i].argument == NULL) {
            status = set_value(p, i, "");
        } else if (text[1] != '\0') {
            return set_value(p, i, text + 1);
        } else if (p->next == p->argc) {
            return fail_no_value(p, &options[i]);
        } else {
            return set_value(p, i, p->argv[p->next++]);
        }
    }
    return status;
}

static brds_status parse_all(parser *p)
{
    brds_status status = BRDS_OK;
    bool options = true;
    while (p->next < p->argc) {
        const char *text = p->argv[p->next++];
        brds_status now = BRDS_OK;
        if (options && strcmp(text, "--") == 0) {
            options = false;
        } else if (options && brds_string_starts(text, "--")) {
            now = parse_long(p, text + 2);
        } else if (options && text[0] == '-' && text[1] != '\0') {
            now = parse_letters(p, text + 1);
        } else {
            p->args->operands[p->args->operand_count++] = text;
        }
        status = status == BRDS_OK ? now : status; /* go on: report every fault */
    }
    return status;
}

static brds_status check_operands(const parser *p)
{
    const brds_command *command = p->args->command;
    int count = p->args->operand_count;
    if (count > command->operand_max) {
        return brds_fail(p->diag, BRDS_EUSAGE, p->place, "", "one operand too many: \"%s\"",
                         p->args->operands[command->operand_max]);
    }
    if (count < command->operand_min) {
        return brds_fail(p->diag, BRDS_EUSAGE, p->place, "", "an operand is missing: %s",
                         command->operands);
    }
    return BRDS_OK;
}

/* "-abc" may be three. */
static size_t most_options(int argc, char **argv)
{
    size_t most = 1;
    for (int i = 0; i < argc; i++) {
        most += argv[i][0] == '-' ? strlen(argv[i]) : 0;
    }
    return most;
}

brds_status brds_args_parse(const brds_command *command, int argc, char **argv, brds_args **args,
                            brds_diag *diag)
{
    brds_args *made = calloc(1, sizeof *made);
    parser p = {made, argc, 0, argv, diag, brds_string_format("brdsgen %s", command->name)};
    if (made != NULL) {
        made->command = command;
        made->values = calloc(option_count(command) + 1, sizeof *made->values);
        made->operands = calloc((size_t)argc + 1, sizeof *made->operands);
        made->given = calloc(most_options(argc, argv), sizeof *made->given);
        made->given_values = calloc(most_options(argc, argv), sizeof *made->given_values);
    }
    if (made == NULL || made->values == NULL || made->operands == NULL || made->given == NULL ||
        made->given_values == NULL || p.place == NULL) {
        free(p.place);
        brds_args_free(made);
        return brds_fail_memory(diag);
    }
    brds_status status = parse_all(&p);
    if (status == BRDS_OK && !made->help) {
        status = check_operands(&p);
    }
    free(p.place);
    if (status != BRDS_OK) {
        brds_args_free(made);
        return status;
    }
    *args = made;
    return BRDS_OK;
}

void brds_args_free(brds_args *args)
{
    if (args != NULL) {
        free(args->values);
        free(args->given);
        free(args->given_values);
        free(args->operands);
        free(args);
    }
}

bool brds_args_help(const brds_args *args)
{
    return args->help;
}

const char *brds_args_operand(const brds_args *args, int index)
{
    return index >= 0 && index < args->operand_count ? args->operands[index] : NULL;
}

const char *brds_args_value(const brds_args *args, const char *name)
{
    const brds_option *options = args->command->options;
    for (size_t i = 0; options[i].name != NULL; i++) {
        if (strcmp(options[i].name, name) == 0) {
            return args->values[i];
        }
    }
    return NULL;
}

const char *brds_args_value_at(const brds_args *args, const char *name, size_t n)
{
    for (size_t i = 0; i < args->given_count; i++) {
        if (strcmp(args->command->options[args->given[i]].name, name) == 0 && n-- == 0) {
            return args->given_values[i];
        }
    }
    return NULL;
}

const char *brds_args_given(const brds_args *args, size_t n, const brds_option **option)
{
    if (n >= args->given_count) {
        return NULL;
    }
    *option = &args->command->options[args->given[n]];
    return args->given_values[n];
}

bool brds_args_flag(const brds_args *args, const char *name)
{
    return brds_args_value(args, name) != NULL;
}

/* Decimal or 0x, a sign allowed, nothing before or after it. */
static bool parse_integer(const char *text, int64_t *value)
{
    const char *digits = text + (*text == '-' || *text == '+');
    bool hex = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
    const char *allowed = hex ? "0123456789abcdefABCDEF" : "0123456789";
    const char *first = hex ? digits + 2 : digits;
    if (*first == '\0' || first[strspn(first, allowed)] != '\0') {
        return false;
    }
    errno = 0;
    long long number = strtoll(text, NULL, hex ? 16 : 10);
    *value = number;
    return errno == 0;
}

brds_status brds_args_integer(const brds_args *args, const char *name, int64_t low, int64_t high,
                              int64_t fallback, int64_t *value, brds_diag *diag)
{
    const char *text = brds_args_value(args, name);
    int64_t number = 0;
    if (text == NULL) {
        *value = fallback;
        return BRDS_OK;
    }
    if (!parse_integer(text, &number) || number < low || number > high) {
        char *place = brds_string_format("brdsgen %s", args->command->name);
        brds_fail(diag, BRDS_EUSAGE, place, "", "--%s %s is not an integer from %lld to %lld", name,
                  text, (long long)low, (long long)high);
        free(place);
        return BRDS_EUSAGE;
    }
    *value = number;
    return BRDS_OK;
}

/* Digits with at most one point and an exponent: no hexadecimal, no "inf", no "nan". */
static bool parse_real(const char *text, double *value)
{
    char *end;
    if (text[0] == '\0' || text[strspn(text, "+-.0123456789eE")] != '\0') {
        return false;
    }
    *value = strtod(text, &end);
    return *end == '\0' && isfinite(*value);
}

brds_status brds_args_real(const brds_args *args, const char *name, double low, double high,
                           double fallback, double *value, brds_diag *diag)
{
    const char *text = brds_args_value(args, name);
    double number = 0.0;
    if (text == NULL) {
        *value = fallback;
        return BRDS_OK;
    }
    if (!parse_real(text, &number) || number < low || number > high) {
        char *place = brds_string_format("brdsgen %s", args->command->name);
        brds_fail(diag, BRDS_EUSAGE, place, "", "--%s %s is not a number from %g to %g", name, text,
                  low, high);
        free(place);
        return BRDS_EUSAGE;
    }
    *value = number;
    return BRDS_OK;
}
