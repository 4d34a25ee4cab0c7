/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a network from a file that is open already, and what was found in
 * it: for commands that also want the file's metadata or its names.
 */
#ifndef BRDS_NET_NETWORK_LOAD_H
#define BRDS_NET_NETWORK_LOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "io/diag.h"
#include "io/safetensors.h"
#include "net/network.h"
#include "spec/spec.h"

/* W_x, W_h, two biases, projection, peephole of each layer; head and its bias; embedding. */
enum { BRDS_MAX_FOUND = 6 * BRDS_MAX_LAYERS + 3 };

/* Where a tensor of the canonical file comes from. */
typedef struct {
    const brds_tensor *source; /* in the file; NULL: absent, its values are zero */
    char name[40];             /* canonical: "lstm.weight_ih_l0", "fc.weight" */
} brds_found;

typedef struct {
    brds_found tensors[BRDS_MAX_FOUND];
    size_t count;
} brds_found_list;

/* brds_network_load of an open file.  `found` may be NULL; it points into
 * `file`.  Tensors that belong to no part of the network are warned of. */
brds_status brds_network_from_file(const brds_safetensors *file, const brds_spec *spec,
                                   brds_network *network, brds_found_list *found, brds_diag *diag);

/* brds_network_save with metadata (key, value, ..., NULL; or NULL). */
brds_status brds_network_save_with(const char *path, const brds_network *network,
                                   const char *const *metadata, brds_diag *diag);

#endif
