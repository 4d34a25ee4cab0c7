/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of reports.  A member that could not be made (NULL) is refused by json_array_append_new, and the list
 * stays shorter: whoever has appended all members asks whether they are there.
 */
#ifndef BRDS_IO_JSON_LIST_H
#define BRDS_IO_JSON_LIST_H

#include <jansson.h>
#include <stddef.h>

/* `list` with `count` members, or NULL if it has fewer: it is given up. */
json_t *brds_json_complete(json_t *list, size_t count);

#endif
