/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/help.h"

static brds_status run(const brds_args *args, brds_diag *diag)
{
    (void)args;
    (void)diag;
    brds_help_manual(stdout);
    return BRDS_OK;
}

static const brds_option options[] = {{0}};

const brds_command brds_cmd_man = {
    .name = "man",
    .operands = "",
    .summary = "print the man page",
    .description = "Prints the man page, made from the tables that parse the command line, as "
                   "mdoc source: brdsgen man | man -l -",
    .options = options,
    .run = run,
};
