/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading whole files, and writing files and folders so that a failed run
 * leaves what was there before.  Failures are BRDS_EFILE with the path as place.
 *
 * While a run is under way its output lies beside the final name, as
 * `.NAME.brdsgen-PID-N`; SIGINT, SIGTERM and SIGHUP remove it (io/cleanup.h).
 */
#ifndef BRDS_IO_FILE_H
#define BRDS_IO_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "io/diag.h"

/* Reads all of `path` ("-": standard input; pipes work) into malloc'ed memory.
 * A zero byte that `size` does not count follows the last one, so that text can
 * be used as a string.  More than `limit` bytes, or a folder, is an error. */
brds_status brds_read_file(const char *path, size_t limit, uint8_t **bytes, size_t *size,
                           brds_diag *diag);

/* How messages name a path: "standard input" for "-", else the path itself. */
const char *brds_input_place(const char *path);

/* Flushes and closes; an error of any write so far is reported here. */
brds_status brds_close_file(FILE *stream, const char *place, brds_diag *diag);

/* A single file, complete or not there.  `path` may be "-" (standard output)
 * or a device or pipe, which are written in place.  The stream belongs to the
 * file: commit or abort closes it.  Both free `file`, commit on failure too. */
typedef struct brds_outfile brds_outfile;
brds_status brds_outfile_begin(const char *path, brds_outfile **file, FILE **stream,
                               brds_diag *diag);
brds_status brds_outfile_commit(brds_outfile *file, brds_diag *diag);
void brds_outfile_abort(brds_outfile *file);

/* The three of them at once. */
brds_status brds_write_file(const char *path, const void *bytes, size_t size, brds_diag *diag);

/* A folder, complete or not there.  Folders above it are made as needed.  An
 * existing folder is replaced as a whole, and only if brdsgen made it (it holds
 * the marker file `.brdsgen`) or it is empty. */
typedef struct brds_outdir brds_outdir;
brds_status brds_outdir_begin(const char *final_path, brds_outdir **outdir, brds_diag *diag);

/* Opens the new file `name` ("rtl/x.v": letters, digits, `._+-` and single
 * slashes; folders are made).  One file is open at a time, and it belongs to
 * the outdir: do not fclose it.  The next call of this or of commit closes it
 * and reports its write errors. */
brds_status brds_outdir_file(brds_outdir *outdir, const char *name, FILE **stream, brds_diag *diag);
/* The same with the content at hand. */
brds_status brds_outdir_write(brds_outdir *outdir, const char *name, const void *bytes, size_t size,
                              brds_diag *diag);
/* For writers that want a path: the malloc'ed path where `name` will be built. */
brds_status brds_outdir_path(brds_outdir *outdir, const char *name, char **path, brds_diag *diag);

/* Moves the folder to its final name.  Both free `outdir`, commit on failure
 * too (it then aborts). */
brds_status brds_outdir_commit(brds_outdir *outdir, brds_diag *diag);
void brds_outdir_abort(brds_outdir *outdir); /* NULL is fine */

/* The malloc'ed path of a file or folder that comes with the program, such as
 * "rtl_templates/lane.v" or "harness".  Looked for in $BRDSGEN_DATA alone if
 * that is set, else beside the program (PREFIX/bin/brdsgen uses
 * PREFIX/share/brdsgen, a build tree its source tree), else where configure
 * said that the data would be installed. */
brds_status brds_data_path(const char *relative, char **path, brds_diag *diag);

#endif
