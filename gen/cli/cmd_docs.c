/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/options.h"
#include "rtl/registers.h"

static brds_status run(const brds_args *args, brds_diag *diag)
{
    const char *topic = brds_args_operand(args, 0);
    if (strcmp(topic, "registers") == 0) {
        brds_registers_markdown(stdout);
        return BRDS_OK;
    }
    return brds_fail(diag, BRDS_EUSAGE, "", "registers", "unknown topic \"%s\"", topic);
}

static const brds_option options[] = {{0}};

const brds_command brds_cmd_docs = {
    .name = "docs",
    .operands = "registers",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "print a part of the reference in Markdown",
    .description = "Prints the reference of the AXI4-Lite registers, made from the table that the "
                   "Verilog and the C header are made from.",
    .options = options,
    .run = run,
};
