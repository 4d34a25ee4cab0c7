/* SPDX-License-Identifier: Apache-2.0
 *
 * Keras models: the LSTM layers under PyTorch's names lstm.weight_ih_l0 and so
 * on, every Dense layer behind them as NAME.weight and NAME.bias, an Embedding
 * as embedding.weight.  Read are
 *
 *     Keras 2's HDF5: layers and weights named by the attributes layer_names
 *         and weight_names, alone or with the configuration (model_config);
 *     Keras 3's .weights.h5, and the .keras archive that holds one.
 *
 * Gates: Keras has i, f, c, o, which is PyTorch's i, f, g, o.  kernel (X, 4H),
 * recurrent_kernel (H, 4H), bias (4H); the matrices are transposed.
 *
 * CuDNNLSTM has the shapes of LSTM, but bias (8H), two biases one after the
 * other, and other layouts: of the kernel, the (X, H) numbers of a gate's
 * columns, read row by row, are the gate's (H, X) matrix; of the recurrent
 * kernel a gate's columns are the gate's (H, H) matrix as it is.  Source:
 * Keras' own conversion to LSTM, keras/saving/hdf5_format.py of TensorFlow 2
 * (kernel.T.reshape(kernel.shape, order='F'), recurrent.T, sum of biases).
 */
#ifndef BRDS_IO_KERAS_H
#define BRDS_IO_KERAS_H

#include <jansson.h>

#include "io/safetensors.h"
#include "io/zip.h"

/* Adds the network's tensors to `file`, whose path names it in messages, from an
 * HDF5 file of `size` bytes.  `config` is the model's configuration where it
 * does not lie in the HDF5 file itself, else NULL. */
brds_status brds_keras_parse(brds_safetensors *file, const uint8_t *bytes, size_t size,
                             json_t *config, brds_diag *diag);
/* The same of a .keras archive: config.json and model.weights.h5. */
brds_status brds_keras_parse_zip(const brds_zip *zip, brds_safetensors *file, brds_diag *diag);

#endif
