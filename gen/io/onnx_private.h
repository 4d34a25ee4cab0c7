/* SPDX-License-Identifier: Apache-2.0
 *
 * What the parts of the ONNX reader share.
 */
#ifndef BRDS_IO_ONNX_PRIVATE_H
#define BRDS_IO_ONNX_PRIVATE_H

#include "io/onnx_graph.h"

/* The first and the last LSTM node. */
typedef struct {
    const brds_onnx_node *first, *last;
} brds_onnx_ends;

/* Adds embedding.weight before, fc.weight and fc.bias behind them, and warns of
 * what else the graph computes. */
brds_status brds_onnx_add_ends(const brds_onnx_graph *graph, const brds_onnx_ends *ends,
                               brds_safetensors *file);

/* The values of `name`, which is an input of `node`; refused where the file does
 * not hold them. */
brds_status brds_onnx_weights(const brds_onnx_graph *graph, const brds_onnx_node *node,
                              brds_span name, const char *what, brds_tensor *tensor);

#endif
