/* SPDX-License-Identifier: Apache-2.0
 *
 * Folders: removing one with all that is in it, and whether that is allowed.
 */
#ifndef BRDS_IO_TREE_H
#define BRDS_IO_TREE_H

#include <stdbool.h>

/* Removes a file or a folder with its content.  Symbolic links are removed,
 * not followed.  False with errno set where something stays. */
bool brds_tree_remove(const char *path);

/* A folder that a new one may replace: none there, empty, or with the regular
 * file `marker` in it.  False with errno set: ENOTDIR (not a folder), EEXIST
 * (holds other things), or why it cannot be read. */
bool brds_tree_replaceable(const char *path, const char *marker);

/* The malloc'ed absolute path without symbolic links; NULL with errno set. */
char *brds_tree_resolve(const char *path);

#endif
