/* SPDX-License-Identifier: Apache-2.0
 *
 * What was measured of the verification: a document {"parts": [...],
 * "not_verified": [what no part looks at]}, one part a campaign, as its runner
 * wrote it:
 *
 *   {"part": "formal", "title": "...", "command": "make formal", "date": "YYYY-MM-DD", "seconds": N,
 *    "tools": {"name": "version"}, "figures": {"name": number},
 *    "tables": [{"title": "...", "columns": ["..."], "rows": [["...", 1.5]]}],
 *    "not_verified": ["..."]}
 *
 * part, title, command and date must be there.
 */
#ifndef BRDS_REPORT_VERIFICATION_REPORT_H
#define BRDS_REPORT_VERIFICATION_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "io/diag.h"

/* The parts of FOLDER (one file .json each), in the order of their names.  Errors: a folder without parts,
 * a file that is no part, two of one name. */
brds_status brds_verification_gather(const char *folder, json_t **document, brds_diag *diag);

/* A document from its file. */
brds_status brds_verification_load(const char *path, json_t **document, brds_diag *diag);

/* Adds the parts of `earlier` that `document` has not, in order; where a part was measured again, the new
 * one stays. */
brds_status brds_verification_merge(json_t *document, const json_t *earlier, brds_diag *diag);

/* The page: a table of all figures, a section a part, what is not verified. */
brds_status brds_verification_write_page(const json_t *document, FILE *stream, brds_diag *diag);

#endif
