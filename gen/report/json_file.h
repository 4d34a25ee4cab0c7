/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the JSON files that reports are made of.
 */
#ifndef BRDS_REPORT_JSON_FILE_H
#define BRDS_REPORT_JSON_FILE_H

#include <jansson.h>

#include "io/diag.h"

/* Any document; NULL on error.  Errors: a file that cannot be read (BRDS_EFILE), that is no JSON or names
 * a key twice (BRDS_EINPUT, with the line). */
brds_status brds_json_file(const char *path, json_t **root, brds_diag *diag);

#endif
