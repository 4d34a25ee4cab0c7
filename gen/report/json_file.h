/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the JSON that reports are made of.
 */
#ifndef BRDS_REPORT_JSON_FILE_H
#define BRDS_REPORT_JSON_FILE_H

#include <jansson.h>

#include "io/diag.h"

/* Any document; NULL on error.  Errors: a file that cannot be read (BRDS_EFILE), that is no JSON or names
 * a key twice (BRDS_EINPUT, with the line). */
brds_status brds_json_file(const char *path, json_t **root, brds_diag *diag);

/* A member of an object: its text, `otherwise` where it has none; its number, 0 where it has none. */
const char *brds_json_string_of(const json_t *object, const char *key, const char *otherwise);
double brds_json_number_of(const json_t *object, const char *key);

#endif
