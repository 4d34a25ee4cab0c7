/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of trained networks in any format that is read, told by content: not
 * by what the file is called.
 */
#ifndef BRDS_NET_MODEL_FILE_H
#define BRDS_NET_MODEL_FILE_H

#include "io/safetensors.h"

/* safetensors; NumPy's npz; ONNX; Keras' HDF5 and .keras.  The tensors have
 * PyTorch's names, shapes and gate order, whatever the format has
 * (docs/import.md).  Free with brds_safetensors_free.  `path` may be "-". */
brds_status brds_model_file_load(const char *path, brds_safetensors *file, brds_diag *diag);
/* The same of a file whose path and bytes are there already (io/tensors.h).
 * The caller frees `file`, on failure too. */
brds_status brds_model_file_parse(brds_safetensors *file, brds_diag *diag);

#endif
