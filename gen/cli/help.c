/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/help.h"

#include <string.h>

#include "io/strings.h"
#include "version.h"

enum { PAGE_WIDTH = 79, OPTION_COLUMN = 26, MOST_COMMANDS = 64 };

static const char purpose[] = "generate sparse LSTM accelerators in Verilog";

/* Environment variables and exit statuses, for --help and the man page alike. */
typedef struct {
    const char *name, *text;
} term;

static const term statuses[] = {
    {"0", "done"},
    {"1", "the spec, the model or the workload is wrong"},
    {"2", "the command line is wrong"},
    {"3", "a file, the memory or a tool failed"},
    {"4", "results differ"},
    {NULL, NULL},
};

static const term variables[] = {
    {"BRDSGEN_DATA", "the folder of the Verilog templates and the test harness, instead of the "
                     "installed one"},
    {NULL, NULL},
};

const brds_command *brds_command_find(const char *name)
{
    for (size_t i = 0; brds_commands[i] != NULL; i++) {
        if (strcmp(brds_commands[i]->name, name) == 0) {
            return brds_commands[i];
        }
    }
    return NULL;
}

const char *brds_command_nearest(const char *name)
{
    const char *names[MOST_COMMANDS];
    size_t count = 0;
    for (; brds_commands[count] != NULL && count < MOST_COMMANDS; count++) {
        names[count] = brds_commands[count]->name;
    }
    return brds_string_nearest(name, names, count);
}

/* Prints words, broken at PAGE_WIDTH; the cursor stands in column `column`. */
static void print_wrapped(const char *text, int column, int indent, FILE *stream)
{
    bool fresh = true; /* no word on this line yet */
    while (*text != '\0') {
        int length = (int)strcspn(text, " \n");
        if (!fresh && column + 1 + length > PAGE_WIDTH) {
            fprintf(stream, "\n%*s", indent, "");
            column = indent;
            fresh = true;
        }
        column += fprintf(stream, "%s%.*s", fresh ? "" : " ", length, text);
        fresh = false;
        text += length;
        text += strspn(text, " \n");
    }
    fputc('\n', stream);
}

/* "  name    text", the text in its own column. */
static void print_entry(const char *name, const char *text, FILE *stream)
{
    int column = fprintf(stream, "  %s", name);
    if (column + 2 > OPTION_COLUMN) {
        fputc('\n', stream);
        column = 0;
    }
    fprintf(stream, "%*s", OPTION_COLUMN - column, "");
    print_wrapped(text, OPTION_COLUMN, OPTION_COLUMN, stream);
}

static void print_terms(const char *title, const term *terms, FILE *stream)
{
    fprintf(stream, "\n%s:\n", title);
    for (; terms->name != NULL; terms++) {
        print_entry(terms->name, terms->text, stream);
    }
}

void brds_help_program(FILE *stream)
{
    fprintf(stream,
            "brdsgen " BRDS_VERSION ": %s\n\n"
            "usage: brdsgen COMMAND [OPTION]... [OPERAND]...\n"
            "       brdsgen SPEC [OPTION]...    the same as brdsgen gen SPEC\n"
            "       brdsgen help [COMMAND] | --help | --version\n\n"
            "commands:\n",
            purpose);
    for (size_t i = 0; brds_commands[i] != NULL; i++) {
        print_entry(brds_commands[i]->name, brds_commands[i]->summary, stream);
    }
    print_terms("exit status", statuses, stream);
    print_terms("environment", variables, stream);
    fputs("\nbrdsgen help COMMAND tells more; - as a file name is standard input or output.\n",
          stream);
}

static void print_option(const brds_option *option, FILE *stream)
{
    char name[64];
    char letter[8] = "";
    if (option->letter != 0) {
        snprintf(letter, sizeof letter, "-%c, ", option->letter);
    }
    bool valued = option->argument != NULL;
    snprintf(name, sizeof name, "%s--%s%s%s", letter, option->name, valued ? " " : "",
             valued ? option->argument : "");
    print_entry(name, option->help, stream);
}

void brds_help_command(const brds_command *command, FILE *stream)
{
    fprintf(stream, "usage: brdsgen %s [OPTION]...%s%s\n\n", command->name,
            command->operands[0] != '\0' ? " " : "", command->operands);
    print_wrapped(command->description, 0, 0, stream);
    fputs("\noptions:\n", stream);
    for (const brds_option *option = command->options; option->name != NULL; option++) {
        print_option(option, stream);
    }
    print_option(&brds_help_option, stream);
}

/* One word for mdoc: a line does not begin with a control character, a
 * backslash is spelled out, and so is the hyphen that must stay one. */
static void print_mdoc_word(const char *word, int length, FILE *stream)
{
    for (int i = 0; i < length; i++) {
        const char *guard = i == 0 && (word[i] == '.' || word[i] == '\'') ? "\\&" : "";
        const char *escape = word[i] == '-' ? "\\" : "";
        fprintf(stream, "%s%s%c%s", guard, escape, word[i], word[i] == '\\' ? "e" : "");
    }
}

/* Text for mdoc: short lines, every sentence on a new one. */
static void print_mdoc(const char *text, FILE *stream)
{
    int column = 0;
    while (*text != '\0') {
        int length = (int)strcspn(text, " \n");
        print_mdoc_word(text, length, stream);
        bool sentence = length > 0 && text[length - 1] == '.';
        column += length + 1;
        text += length;
        text += strspn(text, " \n");
        bool fits = column + (int)strcspn(text, " \n") < PAGE_WIDTH - 8;
        fputc(*text != '\0' && !sentence && fits ? ' ' : '\n', stream);
        column = sentence || !fits ? 0 : column;
    }
}

static void print_mdoc_option(const brds_option *option, FILE *stream)
{
    fputs(".It ", stream);
    if (option->letter != 0) {
        fprintf(stream, "Fl %c , ", option->letter);
    }
    fprintf(stream, "Fl Fl %s", option->name);
    if (option->argument != NULL) {
        fprintf(stream, " Ar %s", option->argument);
    }
    fputc('\n', stream);
    print_mdoc(option->help, stream);
}

static void print_mdoc_command(const brds_command *command, FILE *stream)
{
    fprintf(stream, ".Ss brdsgen %s", command->name);
    fprintf(stream, "%s%s\n", command->operands[0] != '\0' ? " " : "", command->operands);
    print_mdoc(command->description, stream);
    fputs(".Bl -tag -width Ds\n", stream);
    for (const brds_option *option = command->options; option->name != NULL; option++) {
        print_mdoc_option(option, stream);
    }
    print_mdoc_option(&brds_help_option, stream);
    fputs(".El\n", stream);
}

static void print_mdoc_terms(const char *title, const char *macro, const term *terms, FILE *stream)
{
    fprintf(stream, ".Sh %s\n.Bl -tag -width Ds\n", title);
    for (; terms->name != NULL; terms++) {
        fprintf(stream, ".It %s%s\n", macro, terms->name);
        print_mdoc(terms->text, stream);
    }
    fputs(".El\n", stream);
}

void brds_help_manual(FILE *stream)
{
    fprintf(stream,
            ".\\\" SPDX-License-Identifier: Apache-2.0\n"
            ".Dd " BRDS_RELEASE_DATE "\n.Dt BRDSGEN 1\n.Os\n"
            ".Sh NAME\n.Nm brdsgen\n.Nd %s\n"
            ".Sh SYNOPSIS\n.Nm\n.Ar COMMAND\n.Op Ar OPTION ...\n.Op Ar OPERAND ...\n"
            ".Nm\n.Ar SPEC\n.Op Ar OPTION ...\n"
            ".Nm\n.Cm help\n.Op Ar COMMAND\n"
            ".Nm\n.Fl Fl version\n"
            ".Sh DESCRIPTION\n"
            ".Nm\nturns a trained LSTM and a JSON spec into a sparse LSTM accelerator: Verilog,\n"
            "packed weights, a bit\\-exact model, a testbench and reports.\n"
            ".Nm\n.Ar SPEC\nis the same as\n.Nm\n.Cm gen\n.Ar SPEC .\n"
            "The file name\n.Ql -\nis standard input or output.\n"
            ".Sh COMMANDS\n",
            purpose);
    for (size_t i = 0; brds_commands[i] != NULL; i++) {
        print_mdoc_command(brds_commands[i], stream);
    }
    print_mdoc_terms("ENVIRONMENT", "Ev ", variables, stream);
    print_mdoc_terms("EXIT STATUS", "", statuses, stream);
}
