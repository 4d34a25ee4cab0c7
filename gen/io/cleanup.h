/* SPDX-License-Identifier: Apache-2.0
 *
 * A list of temporary files and folders that a signal must not leave behind.
 * The handler uses unlink and rmdir only, which are safe in one.
 */
#ifndef BRDS_IO_CLEANUP_H
#define BRDS_IO_CLEANUP_H

#include <signal.h>
#include <stdbool.h>

typedef struct brds_temporary brds_temporary;

/* Catches SIGINT, SIGTERM and SIGHUP: removes the listed paths, newest first,
 * and lets the signal end the program.  For main only. */
void brds_cleanup_install(void);

/* Removes the listed paths, as a signal does, for an end of the program without return.  Does nothing
 * in a process that was forked off since brds_cleanup_install. */
void brds_cleanup_now(void);

/* Lists a path that is about to be made; NULL when memory ran out. */
brds_temporary *brds_cleanup_add(const char *path, bool folder);
/* Takes it off the list and frees it; `discard` also removes it from disk. */
void brds_cleanup_forget(brds_temporary *temporary);
void brds_cleanup_discard(brds_temporary *temporary);

/* Holds the signals back while files and list would contradict each other. */
void brds_cleanup_hold(sigset_t *before);
void brds_cleanup_release(const sigset_t *before);

#endif
