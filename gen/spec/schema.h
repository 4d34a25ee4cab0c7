/* SPDX-License-Identifier: Apache-2.0
 *
 * What the spec's table says, for editors and for readers.
 */
#ifndef BRDS_SPEC_SCHEMA_H
#define BRDS_SPEC_SCHEMA_H

/* The JSON Schema (draft 2020-12) of a spec document; ends with a newline.
 * NULL when memory runs out; free() it. */
char *brds_spec_schema(void);

/* The reference of all keys in Markdown (docs/spec.md).  NULL when memory runs
 * out; free() it. */
char *brds_spec_reference(void);

#endif
