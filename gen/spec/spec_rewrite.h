/* SPDX-License-Identifier: Apache-2.0
 *
 * A user's spec with other numbers in it.
 */
#ifndef BRDS_SPEC_REWRITE_H
#define BRDS_SPEC_REWRITE_H

#include <stddef.h>

#include "io/diag.h"
#include "spec/spec.h"

/* The document text[0..length) with nnz_x, nnz_h of every layer and the weights' bits of `spec`;
 * all else, and the order of the keys, stays.  A layer's sparsity_x and sparsity_h, which exclude
 * counts, give way to them.  `place` names the document in messages.  *rewritten is malloc'ed, ends
 * with a line's end, and is a spec that brds_spec_parse takes and that has these numbers.
 * Errors: a document that brds_spec_parse refuses, or of another number of layers. */
brds_status brds_spec_rewrite(const char *text, size_t length, const char *place,
                              const brds_spec *spec, char **rewritten, brds_diag *diag);

#endif
