/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "io/keras_private.h"
#include "io/safetensors_private.h"
#include "io/strings.h"
#include "io/tensors.h"

enum { FLOAT_BYTES = 4, GATES = 4, LIST_LENGTH = 400 };

typedef struct {
    const brds_keras *keras;
    const brds_keras_layer *layer;
    brds_safetensors *file;
    size_t inputs, hidden;
    bool cudnn;
} lstm;

static brds_status add(const brds_keras *keras, brds_safetensors *file, char *name,
                       brds_tensor *values)
{
    if (!name || !values->owned) {
        free(values->owned);
        free(name);
        return brds_fail_memory(keras->diag);
    }
    brds_status status = brds_tensors_add(file, name, values, keras->diag);
    free(name);
    return status;
}

/* --- LSTM --- */

/* Sizes from recurrent_kernel (H, 4H), kernel (X, 4H) and bias. */
static brds_status check_shapes(lstm *l, const brds_tensor *kernel, const brds_tensor *recurrent,
                                const brds_tensor *bias)
{
    const char *hint = "wanted are kernel (X, 4H) and recurrent_kernel (H, 4H)";
    if (kernel->rank != 2 || recurrent->rank != 2 || kernel->elements == 0 ||
        recurrent->elements == 0 || kernel->shape[1] != recurrent->shape[1]) {
        return brds_keras_fail(l->keras, l->layer, hint, "the shapes of its weights are no LSTM's");
    }
    l->inputs = kernel->shape[0];
    l->hidden = recurrent->shape[0];
    size_t columns = recurrent->shape[1];
    if (columns / l->hidden != GATES || columns % l->hidden != 0) {
        const char *what = columns == 3 * l->hidden ? "a GRU"
                           : columns == l->hidden   ? "a plain RNN"
                                                    : "no LSTM";
        return brds_keras_fail(l->keras, l->layer, "only an LSTM can be built",
                               "its recurrent_kernel (%zu, %zu) is that of %s", l->hidden, columns,
                               what);
    }
    l->cudnn = bias->data && bias->rank == 1 && bias->shape[0] == 2 * columns;
    if (bias->data && !l->cudnn && (bias->rank != 1 || bias->shape[0] != columns)) {
        return brds_keras_fail(l->keras, l->layer, "wanted is (4H), or (8H) of CuDNNLSTM",
                               "the shape of its bias is no LSTM's");
    }
    return BRDS_OK;
}

static void copy_float(uint8_t *to, size_t at, const uint8_t *from, size_t index)
{
    memcpy(to + at * FLOAT_BYTES, from + index * FLOAT_BYTES, FLOAT_BYTES);
}

/* (X, 4H) as CuDNNLSTM keeps it to (4H, X): see keras.h. */
static uint8_t *cudnn_kernel(const lstm *l, const uint8_t *data)
{
    size_t x = l->inputs, h = l->hidden;
    uint8_t *result = malloc(GATES * h * x * FLOAT_BYTES + 1);
    for (size_t gate = 0; result && gate < GATES; gate++) {
        for (size_t n = 0; n < h * x; n++) {
            size_t row = n / h, column = gate * h + n % h; /* n-th number of the gate's columns */
            copy_float(result, gate * h * x + n, data, row * GATES * h + column);
        }
    }
    return result;
}

/* (H, 4H) as CuDNNLSTM keeps it to (4H, H): a gate's matrix is not transposed. */
static uint8_t *cudnn_recurrent(const lstm *l, const uint8_t *data)
{
    size_t h = l->hidden;
    uint8_t *result = malloc(GATES * h * h * FLOAT_BYTES + 1);
    for (size_t gate = 0; result && gate < GATES; gate++) {
        for (size_t n = 0; n < h * h; n++) {
            copy_float(result, gate * h * h + n, data, n / h * GATES * h + gate * h + n % h);
        }
    }
    return result;
}

static brds_status add_matrices(const lstm *l, int number, const brds_tensor *kernel,
                                const brds_tensor *recurrent)
{
    size_t rows = GATES * l->hidden;
    brds_tensor values = {.dtype = BRDS_F32};
    values.owned = l->cudnn ? cudnn_kernel(l, kernel->data)
                            : brds_transposed(kernel->data, rows, l->inputs, FLOAT_BYTES);
    brds_tensor_shape(&values, rows, l->inputs);
    brds_status status =
        add(l->keras, l->file, brds_string_format("lstm.weight_ih_l%d", number), &values);
    if (status) {
        return status;
    }
    values.owned = l->cudnn ? cudnn_recurrent(l, recurrent->data)
                            : brds_transposed(recurrent->data, rows, l->hidden, FLOAT_BYTES);
    brds_tensor_shape(&values, rows, l->hidden);
    return add(l->keras, l->file, brds_string_format("lstm.weight_hh_l%d", number), &values);
}

static brds_status add_biases(const lstm *l, int number, const brds_tensor *bias)
{
    static const int halves[2] = {0, 1};
    static const char *const names[2] = {"bias_ih", "bias_hh"};
    size_t rows = GATES * l->hidden;
    brds_status status = BRDS_OK;
    for (size_t i = 0; !status && i < (l->cudnn ? 2u : 1u); i++) {
        brds_tensor values = {.dtype = BRDS_F32};
        values.owned = brds_blocks_reordered(bias->data, rows * FLOAT_BYTES, &halves[i], 1);
        brds_tensor_shape(&values, rows, 0);
        status =
            add(l->keras, l->file, brds_string_format("lstm.%s_l%d", names[i], number), &values);
    }
    return status;
}

/* An old LSTM is not known to have sigmoid gates unless the file says so. */
static void warn_of_gates(const lstm *l)
{
    if (!l->layer->entry && !l->cudnn) {
        brds_warn(
            l->keras->diag, l->keras->place,
            "before version 2.3 Keras had hard_sigmoid; a file of the whole model would tell",
            "layer %.100s: the file does not tell its activations; sigmoid and tanh are taken",
            l->layer->name);
    }
}

static brds_status add_lstm(const brds_keras *keras, const brds_keras_layer *layer, int number,
                            brds_safetensors *file)
{
    lstm l = {.keras = keras, .layer = layer, .file = file};
    brds_tensor kernel = {0}, recurrent = {0}, bias = {0};
    brds_status status = brds_keras_check_lstm(keras, layer);
    if (!status && (!layer->kernel || !layer->recurrent || layer->strange)) {
        status = brds_keras_fail(keras, layer, "a plain LSTM can be built",
                                 "it has not the weights kernel, recurrent_kernel and bias of an "
                                 "LSTM, and those only");
    }
    if (!status) {
        status = brds_hdf5_floats(keras->hdf5, layer->kernel, &kernel, keras->diag);
    }
    if (!status) {
        status = brds_hdf5_floats(keras->hdf5, layer->recurrent, &recurrent, keras->diag);
    }
    if (!status && layer->bias) {
        status = brds_hdf5_floats(keras->hdf5, layer->bias, &bias, keras->diag);
    }
    if (!status) {
        status = check_shapes(&l, &kernel, &recurrent, &bias);
    }
    if (!status) {
        warn_of_gates(&l);
        status = add_matrices(&l, number, &kernel, &recurrent);
    }
    if (!status && bias.data) {
        status = add_biases(&l, number, &bias);
    }
    free(kernel.owned);
    free(recurrent.owned);
    free(bias.owned);
    return status;
}

/* --- other layers --- */

/* Softmax and sigmoid change no decision, and the core gives what they take. */
static void warn_of_activation(const brds_keras *keras, const brds_keras_layer *layer)
{
    static const char *const fine[] = {"linear", "softmax", "sigmoid", "log_softmax"};
    const char *found = layer->entry ? brds_keras_text(layer->entry, "activation") : NULL;
    for (size_t i = 0; found && i < sizeof fine / sizeof fine[0]; i++) {
        found = strcmp(found, fine[i]) == 0 ? NULL : found;
    }
    if (found) {
        brds_warn(keras->diag, keras->place, "it must be done outside the core",
                  "layer %.100s: its activation '%.60s' is not built", layer->name, found);
    }
}

static brds_status add_dense(const brds_keras *keras, const brds_keras_layer *layer,
                             brds_safetensors *file)
{
    brds_tensor kernel, bias;
    brds_status status = brds_hdf5_floats(keras->hdf5, layer->kernel, &kernel, keras->diag);
    if (!status && (kernel.rank != 2 || kernel.elements == 0)) {
        free(kernel.owned);
        return brds_keras_fail(keras, layer, "", "its kernel is not a matrix");
    }
    if (status) {
        return status;
    }
    warn_of_activation(keras, layer);
    brds_tensor values = {.dtype = BRDS_F32};
    brds_tensor_shape(&values, kernel.shape[1], kernel.shape[0]);
    values.owned = brds_transposed(kernel.data, values.shape[0], values.shape[1], FLOAT_BYTES);
    free(kernel.owned);
    status = add(keras, file, brds_string_format("%s.weight", layer->name), &values);
    if (status || !layer->bias) {
        return status;
    }
    status = brds_hdf5_floats(keras->hdf5, layer->bias, &bias, keras->diag);
    return status ? status : add(keras, file, brds_string_format("%s.bias", layer->name), &bias);
}

static brds_status add_embedding(const brds_keras *keras, const brds_keras_layer *layer,
                                 brds_safetensors *file)
{
    brds_tensor values;
    brds_status status = brds_hdf5_floats(keras->hdf5, layer->embeddings, &values, keras->diag);
    return status ? status : add(keras, file, brds_string_copy("embedding.weight"), &values);
}

/* --- all layers --- */

typedef struct {
    const brds_keras *keras;
    const brds_keras_layer *first, *last; /* LSTMs */
    char names[LIST_LENGTH];              /* of layers that are not built */
    size_t used;
} ends;

static void note_unbuilt(ends *e, const brds_keras_layer *layer)
{
    if (e->used < LIST_LENGTH - 90) {
        e->used += (size_t)snprintf(e->names + e->used, LIST_LENGTH - e->used, "%s%.80s",
                                    e->used ? ", " : "", layer->name);
    } else if (!brds_string_ends(e->names, " ...")) {
        e->used += (size_t)snprintf(e->names + e->used, LIST_LENGTH - e->used, " ...");
    }
}

/* An LSTM takes the output of the one before, and nothing else. */
static brds_status check_chain(ends *e, const brds_keras_layer *layer)
{
    const char *between;
    bool told = layer->entry != NULL;
    if (told && !brds_keras_follows(e->keras, layer, e->last, &between)) {
        return brds_keras_fail(e->keras, layer,
                               "several LSTM layers must take one the output of the other",
                               "it takes the output of %.200s, not that of %.200s",
                               between ? between : "an input", e->last->name);
    }
    for (const brds_keras_layer *k = e->last + 1; !told && k < layer; k++) {
        if (k->kind == BRDS_KERAS_DENSE || k->kind == BRDS_KERAS_EMBEDDING || k->strange) {
            return brds_keras_fail(e->keras, layer,
                                   "several LSTM layers must take one the output of the other",
                                   "between it and %.200s lies %.200s", e->last->name, k->name);
        }
        if (k->kind == BRDS_KERAS_OTHER) {
            note_unbuilt(e, k);
        }
    }
    return BRDS_OK;
}

static brds_status add_lstms(ends *e, brds_safetensors *file)
{
    const brds_keras *keras = e->keras;
    brds_status status = BRDS_OK;
    int number = 0;
    for (size_t i = 0; !status && i < keras->count; i++) {
        const brds_keras_layer *layer = &keras->layers[i];
        if (layer->kind == BRDS_KERAS_REFUSED) {
            return brds_keras_fail(keras, layer, "LSTM layers that run forwards can be built",
                                   "it is a layer of class %.100s",
                                   layer->class_name ? layer->class_name : "Bidirectional or RNN");
        }
        if (layer->kind != BRDS_KERAS_LSTM) {
            continue;
        }
        status = e->last ? check_chain(e, layer) : BRDS_OK;
        if (!status) {
            status = add_lstm(keras, layer, number++, file);
        }
        e->first = e->first ? e->first : layer;
        e->last = layer;
    }
    if (!status && !e->last) {
        status = brds_fail(keras->diag, BRDS_EINPUT, keras->place,
                           "an LSTM must be a layer of the model itself",
                           "none of the Keras model's %zu layers is an LSTM", keras->count);
    }
    return status;
}

static bool is_head(const ends *e, const brds_keras_layer *layer)
{
    const char *between;
    return layer->kind == BRDS_KERAS_DENSE && layer->kernel && !layer->strange && layer > e->last &&
           (!layer->entry || brds_keras_follows(e->keras, layer, e->last, &between));
}

static brds_status add_others(ends *e, brds_safetensors *file)
{
    const brds_keras *keras = e->keras;
    brds_status status = BRDS_OK;
    for (size_t i = 0; !status && i < keras->count; i++) {
        const brds_keras_layer *layer = &keras->layers[i];
        if (is_head(e, layer)) {
            status = add_dense(keras, layer, file);
        } else if (layer->kind == BRDS_KERAS_EMBEDDING && layer->embeddings && layer < e->first) {
            status = add_embedding(keras, layer, file);
        } else if (layer->kind != BRDS_KERAS_SILENT && layer->kind != BRDS_KERAS_LSTM &&
                   (layer->kind != BRDS_KERAS_OTHER || layer < e->first || layer > e->last ||
                    layer->entry)) {
            note_unbuilt(e, layer);
        }
    }
    return status;
}

brds_status brds_keras_add_weights(const brds_keras *keras, brds_safetensors *file)
{
    ends e = {.keras = keras};
    brds_status status = add_lstms(&e, file);
    if (!status) {
        status = add_others(&e, file);
    }
    if (!status && e.used) {
        brds_warn(keras->diag, keras->place, "what they compute must be done outside the core",
                  "layers that are not built: %s", e.names);
    }
    return status;
}
