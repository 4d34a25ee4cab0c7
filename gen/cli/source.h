/* SPDX-License-Identifier: Apache-2.0
 *
 * What most commands start from: a spec, a network and a workload, each from
 * a file or at random.
 */
#ifndef BRDS_CLI_SOURCE_H
#define BRDS_CLI_SOURCE_H

#include "cli/options.h"
#include "io/workload.h"
#include "net/network.h"
#include "spec/spec.h"

/* clang-format off */
#define BRDS_MODEL_OPTIONS                                                              \
    {"model", 'm', "FILE", "the trained network: safetensors, npz, ONNX or Keras"},                  \
    {"random-model", 0, "SEED", "a random row-balanced network instead of a trained one"}
#define BRDS_WORKLOAD_OPTIONS                                                           \
    {"workload", 'w', "FILE", "input sequences, a safetensors file"},                   \
    {"sequences", 0, "N", "random input: number of sequences (default 4)"},             \
    {"steps", 0, "N", "random input: steps of each sequence (default 8)"},              \
    {"seed", 0, "N", "random input, stalls and states: the seed (default 1)"},          \
    {"limit", 0, "N", "only the first N sequences of the workload"}
#define BRDS_SOURCE_OPTIONS BRDS_MODEL_OPTIONS, BRDS_WORKLOAD_OPTIONS
/* clang-format on */

typedef struct {
    brds_spec spec;
    brds_network network;
    brds_workload workload;
    const char *model_name;    /* for messages */
    const char *workload_name; /* file name without folders, or "random" */
    uint64_t seed;
} brds_source;

/* Reads operand 0 as the spec, then the network, then the workload. */
brds_status brds_source_load(const brds_args *args, brds_source *source, brds_diag *diag);
/* Without the workload. */
brds_status brds_source_load_model(const brds_args *args, brds_source *source, brds_diag *diag);
void brds_source_free(brds_source *source);

#endif
