/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs a reader in a process of its own, for libraries that do not withstand
 * damaged files: libhdf5 reads and writes behind its buffers on some, and does
 * not come to an end on others.  What the reader adds to the list, and its
 * messages, come back through a pipe and are checked like a file; a reader that
 * crashes or computes for more than 20 seconds is a fault of the file.
 */
#ifndef BRDS_IO_APART_H
#define BRDS_IO_APART_H

#include "io/safetensors.h"

typedef brds_status brds_reader(brds_safetensors *file, const void *context, brds_diag *diag);

/* As reader(file, context, diag).  `library` names the suspect in messages. */
brds_status brds_read_apart(brds_safetensors *file, brds_reader *reader, const void *context,
                            const char *library, brds_diag *diag);

#endif
