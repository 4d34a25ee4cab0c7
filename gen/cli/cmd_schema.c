/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "cli/options.h"
#include "io/file.h"
#include "spec/schema.h"

static brds_status run(const brds_args *args, brds_diag *diag)
{
    const char *output = brds_args_value(args, "output");
    brds_outfile *file;
    FILE *stream;
    bool markdown = brds_args_flag(args, "markdown");
    char *schema = markdown ? brds_spec_reference() : brds_spec_schema();
    if (schema == NULL) {
        return brds_fail_memory(diag);
    }
    brds_status status = brds_outfile_begin(output != NULL ? output : "-", &file, &stream, diag);
    if (status == BRDS_OK) {
        fputs(schema, stream);
        status = brds_outfile_commit(file, diag);
    }
    free(schema);
    return status;
}

static const brds_option options[] = {
    {"markdown", 0, NULL, "print the reference of all keys in Markdown instead"},
    {"output", 'o', "FILE", "write to FILE instead of standard output"},
    {0},
};

const brds_command brds_cmd_schema = {
    .name = "schema",
    .operands = "",
    .summary = "print the JSON Schema of a spec",
    .description = "Prints the JSON Schema that a spec must meet, made from the table that "
                   "brdsgen check works with.  Editors complete and check a spec with it.",
    .options = options,
    .run = run,
};
