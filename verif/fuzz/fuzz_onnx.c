/* SPDX-License-Identifier: Apache-2.0
 *
 * ONNX: the wire format, the graph, its LSTM nodes and their weights.
 */
#include "fuzz.h"
#include "io/onnx.h"

static brds_status parse(brds_safetensors *file, brds_diag *diag)
{
    (void)brds_onnx_recognised(file->bytes, file->size);
    return brds_onnx_parse(file, NULL, 0, diag);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_model(data, size, parse);
    return 0;
}
