/* SPDX-License-Identifier: Apache-2.0
 *
 * One table per subcommand drives parsing, --help and the man page.
 */
#ifndef BRDS_CLI_OPTIONS_H
#define BRDS_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/diag.h"

typedef struct {
    const char *name; /* "output": --output VALUE or --output=VALUE */
    char letter;      /* 'o': -o VALUE; 0 for none */
    const char
        *argument;    /* "DIR"; NULL: a flag; one that ends in "..." may be given several times */
    const char *help; /* one sentence, lower case, no full stop */
} brds_option;

typedef struct brds_args brds_args;

typedef struct {
    const char *name;     /* "gen" */
    const char *operands; /* "SPEC" as shown in the synopsis; "" for none */
    int operand_min, operand_max;
    const char *summary;        /* one line */
    const char *description;    /* a paragraph for --help and the man page */
    const brds_option *options; /* ends with {0} */
    brds_status (*run)(const brds_args *args, brds_diag *diag);
} brds_command;

/* All commands in the order of the help text; ends with NULL. */
extern const brds_command *const brds_commands[];

/* Parsing: unknown options are refused with the nearest known one named,
 * `--` ends options, an option given twice is an error unless it may be. */
brds_status brds_args_parse(const brds_command *command, int argc, char **argv, brds_args **args,
                            brds_diag *diag);
void brds_args_free(brds_args *args);

const char *brds_args_operand(const brds_args *args, int index);      /* NULL past the end */
const char *brds_args_value(const brds_args *args, const char *name); /* NULL if absent */
/* The value given the n-th time (from 0); NULL past the last. */
const char *brds_args_value_at(const brds_args *args, const char *name, size_t n);
/* The n-th option of the command line and its value (a flag: ""); NULL past the last. */
const char *brds_args_given(const brds_args *args, size_t n, const brds_option **option);
bool brds_args_flag(const brds_args *args, const char *name);
/* A decimal (or 0x) integer in [low, high]; `fallback` if absent. */
brds_status brds_args_integer(const brds_args *args, const char *name, int64_t low, int64_t high,
                              int64_t fallback, int64_t *value, brds_diag *diag);
/* A finite decimal number in [low, high]; `fallback` if absent. */
brds_status brds_args_real(const brds_args *args, const char *name, double low, double high,
                           double fallback, double *value, brds_diag *diag);

#endif
