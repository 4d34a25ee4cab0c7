/* SPDX-License-Identifier: Apache-2.0 */
#include "net/model_file.h"

#include <stdbool.h>
#include <string.h>

#include "io/hdf5.h"
#include "io/keras.h"
#include "io/npz.h"
#include "io/onnx.h"
#include "io/tensors.h"
#include "io/zip.h"

static bool begins(const brds_safetensors *file, size_t offset, const char *magic, size_t size)
{
    return file->size >= offset + size && memcmp(file->bytes + offset, magic, size) == 0;
}

static brds_status load_zip(brds_safetensors *file, brds_diag *diag)
{
    brds_zip zip;
    brds_status status = brds_zip_open(file->path, file->bytes, file->size, &zip, diag);
    if (status) {
        return status;
    }
    if (brds_zip_ending(&zip, "model.weights.h5")) {
        status = brds_keras_parse_zip(&zip, file, diag);
    } else if (brds_zip_ending(&zip, ".npy")) {
        status = brds_npz_parse(&zip, file, diag);
    } else if (brds_zip_ending(&zip, "data.pkl")) {
        status = brds_fail(diag, BRDS_EINPUT, file->path,
                           "save it with safetensors.torch.save_file(net.state_dict(), FILE), or "
                           "export it to ONNX",
                           "it is PyTorch's own format, a pickle, which is a program and not read");
    } else {
        status = brds_fail(diag, BRDS_EINPUT, file->path,
                           "NumPy's npz and Keras' .keras are archives that are read",
                           "the zip archive holds neither arrays nor a Keras model");
    }
    brds_zip_free(&zip);
    return status;
}

/* Formats that people have and that are not read, by their first bytes. */
static brds_status refuse_known(const brds_safetensors *file, brds_diag *diag)
{
    static const struct {
        size_t offset;
        const char *magic;
        const char *what, *hint;
    } known[] = {
        {0, "\x93NUMPY", "a single array of NumPy's",
         "save all arrays of the network with numpy.savez"},
        {4, "TFL3", "a TensorFlow Lite model", "save the Keras model that it was made of"},
        {0, "\x1f\x8b", "compressed with gzip", "unpack it first"},
        {0, "GGUF", "a GGUF model", "save the network as safetensors"},
        {0, "\x80\x02", "a pickle, which is a program and not read",
         "save the network as safetensors or npz"},
        {0, "\x80\x03", "a pickle, which is a program and not read",
         "save the network as safetensors or npz"},
        {0, "\x80\x04", "a pickle, which is a program and not read",
         "save the network as safetensors or npz"},
    };
    /* A header of safetensors may have any length, and so any first bytes. */
    for (size_t i = 0; !begins(file, 8, "{", 1) && i < sizeof known / sizeof known[0]; i++) {
        if (begins(file, known[i].offset, known[i].magic, strlen(known[i].magic))) {
            return brds_fail(diag, BRDS_EINPUT, file->path, known[i].hint, "it is %s",
                             known[i].what);
        }
    }
    return BRDS_OK;
}

static brds_status load_other(brds_safetensors *file, brds_diag *diag)
{
    if (!begins(file, 8, "{", 1) && brds_onnx_recognised(file->bytes, file->size)) {
        return brds_onnx_parse(file, NULL, 0, diag);
    }
    brds_status status = refuse_known(file, diag);
    return status ? status : brds_safetensors_parse(file, diag);
}

brds_status brds_model_file_parse(brds_safetensors *file, brds_diag *diag)
{
    if (begins(file, 0, "PK\x03\x04", 4) || begins(file, 0, "PK\x05\x06", 4)) {
        return load_zip(file, diag);
    }
    if (brds_hdf5_recognised(file->bytes, file->size)) {
        return brds_keras_parse(file, file->bytes, file->size, NULL, diag);
    }
    return load_other(file, diag);
}

brds_status brds_model_file_load(const char *path, brds_safetensors *file, brds_diag *diag)
{
    brds_status status = brds_tensors_open(path, file, diag);
    if (!status) {
        status = brds_model_file_parse(file, diag);
        if (status) {
            brds_safetensors_free(file);
        }
    }
    return status;
}
