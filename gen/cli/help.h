/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts made from the command tables: --help, and the man page in mdoc.
 */
#ifndef BRDS_CLI_HELP_H
#define BRDS_CLI_HELP_H

#include <stdio.h>

#include "cli/options.h"

/* The option that every command has besides its own. */
extern const brds_option brds_help_option;

/* True if --help was among the arguments: operands are then not counted. */
bool brds_args_help(const brds_args *args);

const brds_command *brds_command_find(const char *name); /* NULL if there is none */
const char *brds_command_nearest(const char *name);      /* NULL if none is near */

void brds_help_program(FILE *stream);
void brds_help_command(const brds_command *command, FILE *stream);
void brds_help_manual(FILE *stream);

#endif
