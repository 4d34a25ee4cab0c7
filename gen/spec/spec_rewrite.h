/* SPDX-License-Identifier: Apache-2.0
 *
 * A user's spec with other numbers in it.
 */
#ifndef BRDS_SPEC_REWRITE_H
#define BRDS_SPEC_REWRITE_H

#include "io/diag.h"
#include "spec/spec.h"

/* Writes the document `path` to `output` with nnz_x, nnz_h of every layer and the weights' bits of
 * `spec`; everything else, and the order of the keys, stays.  The document is one that
 * brds_spec_load has read. */
brds_status brds_spec_rewrite(const char *path, const brds_spec *spec, const char *output,
                              brds_diag *diag);

#endif
