/* SPDX-License-Identifier: Apache-2.0
 *
 * What the --json option of commands has in common.
 */
#ifndef BRDS_CLI_JSON_H
#define BRDS_CLI_JSON_H

#include <jansson.h>
#include <stdio.h>

#include "io/diag.h"

/* A JSON string of any bytes: those that are no UTF-8 become '?'. */
json_t *brds_json_text(const char *text);

/* [{"severity", "place", "text", "hint"}, ...]; NULL when memory ran out. */
json_t *brds_json_messages(const brds_diag *diag);

/* Prints `root` indented, keys in the order of their insertion, and releases
 * it.  NULL (memory ran out while it was made) is an error. */
brds_status brds_json_print(json_t *root, FILE *stream, brds_diag *diag);

#endif
