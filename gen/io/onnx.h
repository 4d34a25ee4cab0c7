/* SPDX-License-Identifier: Apache-2.0
 *
 * ONNX models: the LSTM nodes of the graph as the layers of one network, under
 * PyTorch's names lstm.weight_ih_l0 and so on, the Gemm or MatMul behind the
 * last of them as fc.weight and fc.bias, a Gather before the first as
 * embedding.weight.  Whatever an LSTM node has that brdsgen does not build is
 * refused by name: another direction, other activations, clip, input_forget,
 * an initial state in the file, weights in another file.
 *
 * Gates: ONNX has i, o, f, c; PyTorch i, f, g (ONNX's c), o.  W (1, 4H, X),
 * R (1, 4H, H), B (1, 8H): the two biases one after the other, P (1, 3H): i, o,
 * f.  Source: the operator's definition, onnx.ai/onnx/operators/onnx__LSTM.html.
 */
#ifndef BRDS_IO_ONNX_H
#define BRDS_IO_ONNX_H

#include <stdbool.h>

#include "io/safetensors.h"
#include "io/wire.h"

/* ONNX has no magic number: the first field of a ModelProto is ir_version, and
 * what follows is another field of it.  No safetensors file looks so. */
bool brds_onnx_recognised(const uint8_t *bytes, size_t size);

/* Adds the network's tensors to `file`, whose bytes are the model.  A model may
 * take weights as graph inputs: `inputs`, one serialised TensorProto for each
 * of the first `count` inputs of the graph, is where they come from. */
brds_status brds_onnx_parse(brds_safetensors *file, const brds_span *inputs, size_t count,
                            brds_diag *diag);

#endif
