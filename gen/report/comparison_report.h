/* SPDX-License-Identifier: Apache-2.0
 *
 * Cores of this program beside published accelerators: a document
 *
 *   {"command": "...", "date": "YYYY-MM-DD",
 *    "ours": [{"shape": "...", "configuration": "...", "weight_bits": N, "activation_bits": N, "multipliers": N,
 *              "dsp": N, "memory_blocks": N, "clock_mhz": N, "macs_per_step": N, "dense_macs_per_step": N,
 *              "cycles_per_step": N, "reference": true if others of the shape are compared with it,
 *              "simulated": {"steps": N, "cycles": N, "cycles_predicted": N, "mismatches": N} or null}],
 *    "marks": {"V": "what the mark means"},
 *    "peers": [{"work": "...", "network": "...", "device": "...", "latency": "...", "throughput": "...",
 *               "power": "...", "utilisation": "..."}]}
 *
 * The texts of a peer carry the marks of their figures.
 */
#ifndef BRDS_REPORT_COMPARISON_REPORT_H
#define BRDS_REPORT_COMPARISON_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "io/diag.h"

/* A document from its file.  Errors: a key that is missing or of the wrong type, named; a cycle count or clock
 * that is not positive. */
brds_status brds_comparison_load(const char *path, json_t **document, brds_diag *diag);

/* The page.  Derived: utilisation = MACs / (multipliers * cycles); time = cycles / clock; GOPS = 2 * MACs / time,
 * effective GOPS the same of the dense network. */
brds_status brds_comparison_write_page(const json_t *document, FILE *stream, brds_diag *diag);

#endif
