/* SPDX-License-Identifier: Apache-2.0
 *
 * From PyTorch's names (net/lstm_names.h) to the network.  A file that holds
 * more than the spec asks
 * for is a fault or at least a warning: it is never read in part in silence.
 */
#include "net/network_load.h"

#include <stdlib.h>
#include <string.h>

#include "io/safetensors_private.h"
#include "io/strings.h"
#include "net/lstm_names.h"
#include "net/model_file.h"

typedef struct {
    const brds_safetensors *file;
    const brds_spec *spec;
    brds_network *network;
    brds_found_list *found;
    brds_diag *diag;
    brds_lstm_names names;
    bool *used;         /* (tensors of the file) */
    brds_status status; /* the worst so far */
} loader;

static void note(loader *load, brds_status status)
{
    load->status = status > load->status ? status : load->status;
}

/* A zeroed flag for every tensor of the file; NULL when memory ran out. */
static bool *new_flags(const brds_safetensors *file)
{
    return calloc(file->count + 1, sizeof(bool));
}

/* --- which LSTM --- */

static brds_status refuse_reverse(loader *load)
{
    for (size_t i = 0; i < load->file->count; i++) {
        if (brds_string_ends(load->file->tensors[i].name, "_reverse")) {
            char place[BRDS_PLACE_LENGTH];
            brds_tensor_place(place, load->file->path, load->file->tensors[i].name);
            return brds_fail(load->diag, BRDS_EINPUT, place,
                             "an LSTM that runs forwards only can be built",
                             "the LSTM is bidirectional");
        }
    }
    return BRDS_OK;
}

/* --- single tensors --- */

static void remember(loader *load, const brds_tensor *source, const char *canonical)
{
    if (source) {
        load->used[source - load->file->tensors] = true;
    }
    if (load->found && load->found->count < BRDS_MAX_FOUND) {
        brds_found *entry = &load->found->tensors[load->found->count++];
        entry->source = source;
        snprintf(entry->name, sizeof entry->name, "%s", canonical);
    }
}

typedef enum { REQUIRED, OPTIONAL } presence;

/* Loads one tensor into a new array (zeros where an optional one is absent). */
static void load_tensor(loader *load, const char *name, presence need, const char *canonical,
                        int rank, const size_t *shape, float **out)
{
    if (!name) {
        note(load, brds_fail_memory(load->diag));
        return;
    }
    const brds_tensor *source = brds_safetensors_find(load->file, name);
    if (source) {
        remember(load, source, canonical);
        note(load, brds_safetensors_floats(load->file, name, rank, shape, out, load->diag));
        return;
    }
    char text[BRDS_SHAPE_LENGTH], place[BRDS_PLACE_LENGTH];
    brds_shape_text(text, rank, shape, 0);
    brds_tensor_place(place, load->file->path, name);
    if (need == REQUIRED) {
        note(load, brds_fail(load->diag, BRDS_EINPUT, place, "",
                             "it is missing; the spec asks for it with shape %s", text));
        return;
    }
    remember(load, NULL, canonical);
    *out = calloc(rank == 1 ? shape[0] : shape[0] * shape[1], sizeof **out);
    if (!*out) {
        note(load, brds_fail_memory(load->diag));
    }
}

static void load_of_layer(loader *load, const char *base, int layer, presence need, int rank,
                          const size_t *shape, float **out)
{
    char canonical[40];
    char *name = brds_lstm_name(&load->names, base, layer);
    /* Both biases end in one, the first. */
    snprintf(canonical, sizeof canonical, "lstm.%s_l%d",
             strcmp(base, "bias_hh") == 0 ? "bias_ih" : base, layer);
    load_tensor(load, name, need, canonical, rank, shape, out);
    free(name);
}

/* --- layers --- */

/* PyTorch stacks a gate's rows H by H: an LSTM has four, a GRU three, a plain
 * RNN one.  The columns of weight_hh tell H where there is no projection, and
 * with one they are fewer, so that no LSTM is mistaken for another cell. */
static brds_status refuse_other_cells(loader *load, int layer)
{
    char *name = brds_lstm_name(&load->names, "weight_hh", layer);
    const brds_tensor *tensor = name ? brds_safetensors_find(load->file, name) : NULL;
    free(name);
    if (!tensor || tensor->rank != 2) {
        return BRDS_OK; /* reported where it is loaded */
    }
    size_t rows = tensor->shape[0], columns = tensor->shape[1];
    bool gru = columns <= SIZE_MAX / 3 && rows == 3 * columns;
    if (!gru && rows != columns) {
        return BRDS_OK;
    }
    char place[BRDS_PLACE_LENGTH], shape[BRDS_SHAPE_LENGTH];
    brds_tensor_place(place, load->file->path, tensor->name);
    brds_shape_text(shape, 2, tensor->shape, 0);
    return brds_fail(load->diag, BRDS_EINPUT, place,
                     "only an LSTM, whose four gates have 4H rows, can be built",
                     "its shape %s, with %s rows, is that of a %s", shape, gru ? "3H" : "H",
                     gru ? "GRU" : "plain RNN");
}

static void load_biases(loader *load, int layer, brds_layer *into)
{
    const size_t rows = 4 * (size_t)into->hidden;
    float *second = NULL;
    load_of_layer(load, "bias_ih", layer, OPTIONAL, 1, &rows, &into->bias);
    load_of_layer(load, "bias_hh", layer, OPTIONAL, 1, &rows, &second);
    for (size_t i = 0; into->bias && second && i < rows; i++) {
        into->bias[i] += second[i];
    }
    free(second);
}

static void load_layer(loader *load, int layer)
{
    const brds_layer_spec *want = &load->spec->layers[layer];
    brds_layer *into = &load->network->layers[layer];
    const size_t x = (size_t)into->columns_x, h = (size_t)into->hidden, r = (size_t)into->output;
    load_of_layer(load, "weight_ih", layer, REQUIRED, 2, (const size_t[]){4 * h, x}, &into->w_x);
    load_of_layer(load, "weight_hh", layer, REQUIRED, 2, (const size_t[]){4 * h, r}, &into->w_h);
    load_biases(load, layer, into);
    if (want->projection_size) {
        load_of_layer(load, "weight_hr", layer, REQUIRED, 2, (const size_t[]){r, h}, &into->w_p);
    }
    if (want->peephole) {
        load_of_layer(load, "weight_peephole", layer, REQUIRED, 2, (const size_t[]){3, h},
                      &into->peephole);
    }
}

/* --- head --- */

static bool fits_head(const loader *load, const brds_tensor *tensor)
{
    int last = load->network->layer_count - 1;
    return tensor->shape[0] == (size_t)load->spec->head.size &&
           tensor->shape[1] == (size_t)load->network->layers[last].output;
}

/* None of `count` candidates, or of them `fit` of the right shape, stands out. */
static brds_status fail_head(loader *load, const bool *candidate, size_t count, size_t fit)
{
    const char *path = load->file->path;
    const brds_network *network = load->network;
    if (count == 0) {
        return brds_fail(load->diag, BRDS_EINPUT, path,
                         "it is looked for as a 2-D tensor whose name ends in .weight",
                         "the spec has a head of size %d, the file has none", network->head_size);
    }
    char names[BRDS_LIST_LENGTH];
    brds_list_tensors(load->file, candidate, names);
    if (fit == 0) {
        return brds_fail(load->diag, BRDS_EINPUT, path, "",
                         "no tensor has the head's shape (%d, %d); candidates are %s",
                         network->head_size, network->layers[network->layer_count - 1].output,
                         names);
    }
    return brds_fail(load->diag, BRDS_EINPUT, path, "keep the one that the spec's head describes",
                     "more than one tensor could be the head: %s", names);
}

/* The only 2-D *.weight, or of several the only one of the right shape; NULL
 * after a message. */
static const brds_tensor *find_head(loader *load, bool *candidate)
{
    const brds_safetensors *file = load->file;
    const brds_tensor *only = NULL, *fitting = NULL;
    size_t count = 0, fit = 0;
    for (size_t i = 0; i < file->count; i++) {
        const brds_tensor *tensor = &file->tensors[i];
        candidate[i] =
            tensor->rank == 2 && !load->used[i] &&
            (brds_string_ends(tensor->name, ".weight") || strcmp(tensor->name, "weight") == 0);
        if (candidate[i]) {
            count++;
            only = tensor;
            if (fits_head(load, tensor)) {
                fit++;
                fitting = tensor;
            }
        }
    }
    if (count == 1 || fit == 1) {
        return count == 1 ? only : fitting;
    }
    note(load, fail_head(load, candidate, count, fit));
    return NULL;
}

static void load_head(loader *load)
{
    bool *candidate = new_flags(load->file);
    if (!candidate) {
        note(load, brds_fail_memory(load->diag));
        return;
    }
    const brds_tensor *weight = find_head(load, candidate);
    free(candidate);
    if (!weight) {
        return;
    }
    brds_network *network = load->network;
    const size_t shape[2] = {(size_t)network->head_size,
                             (size_t)network->layers[network->layer_count - 1].output};
    load_tensor(load, weight->name, REQUIRED, "fc.weight", 2, shape, &network->head_w);
    int stem = (int)(strlen(weight->name) - strlen("weight"));
    char *bias = brds_string_format("%.*sbias", stem, weight->name);
    load_tensor(load, bias, OPTIONAL, "fc.bias", 1, shape, &network->head_bias);
    free(bias);
}

/* --- the host's part --- */

static bool is_weight(const loader *load, const brds_tensor *tensor, int columns)
{
    return !load->used[tensor - load->file->tensors] && tensor->rank == 2 && tensor->shape[0] > 0 &&
           tensor->shape[0] <= INT32_MAX && tensor->shape[1] == (size_t)columns &&
           brds_string_ends(tensor->name, ".weight");
}

static bool names_embedding(const char *name)
{
    return strstr(name, "emb") != NULL || strstr(name, "encoder") != NULL;
}

static void load_embedding(loader *load)
{
    int columns = load->network->layers[0].columns_x;
    for (size_t i = 0; i < load->file->count; i++) {
        const brds_tensor *tensor = &load->file->tensors[i];
        if (is_weight(load, tensor, columns) && names_embedding(tensor->name)) {
            brds_host_part *host = &load->network->host;
            host->vocabulary = (int)tensor->shape[0];
            load_tensor(load, tensor->name, REQUIRED, "embedding.weight", 2, tensor->shape,
                        &host->embedding);
            return;
        }
    }
}

/* The only weight that could be a head; none, or several of them, are leftovers. */
static void load_host_head(loader *load)
{
    int columns = load->network->layers[load->network->layer_count - 1].output;
    const brds_tensor *only = NULL;
    for (size_t i = 0; i < load->file->count; i++) {
        const brds_tensor *tensor = &load->file->tensors[i];
        if (is_weight(load, tensor, columns)) {
            if (only) {
                return;
            }
            only = tensor;
        }
    }
    if (!only) {
        return;
    }
    brds_host_part *host = &load->network->host;
    host->classes = (int)only->shape[0];
    load_tensor(load, only->name, REQUIRED, "fc.weight", 2, only->shape, &host->head_w);
    char *bias =
        brds_string_format("%.*sbias", (int)(strlen(only->name) - strlen("weight")), only->name);
    load_tensor(load, bias, OPTIONAL, "fc.bias", 1, only->shape, &host->head_bias);
    free(bias);
}

/* --- what is left over --- */

static brds_status refuse_unused(loader *load, const char *name, int layer)
{
    char place[BRDS_PLACE_LENGTH];
    brds_tensor_place(place, load->file->path, name);
    if (layer >= load->spec->layer_count) {
        return brds_fail(load->diag, BRDS_EINPUT, place, "add it to the spec's network.layers",
                         "it belongs to layer %d, but the spec has %d layer%s", layer,
                         load->spec->layer_count, load->spec->layer_count == 1 ? "" : "s");
    }
    if (strstr(name, "weight_hr")) {
        return brds_fail(load->diag, BRDS_EINPUT, place, "set its projection_size",
                         "the spec's layer %d has no projection", layer);
    }
    if (strstr(name, "weight_peephole")) {
        return brds_fail(load->diag, BRDS_EINPUT, place, "set its peephole to true",
                         "the spec's layer %d has no peephole", layer);
    }
    return brds_fail(load->diag, BRDS_EINPUT, place, "",
                     "it is of the LSTM, but the spec's layer %d has no use for it", layer);
}

/* Tensors of the LSTM that the spec has no use for are faults: the file and
 * the spec describe two networks.  Others, an embedding or a head that is
 * computed elsewhere, may well be meant. */
static void check_leftovers(loader *load)
{
    const brds_safetensors *file = load->file;
    bool *left = new_flags(file);
    if (!left) {
        note(load, brds_fail_memory(load->diag));
        return;
    }
    bool any = false;
    for (size_t i = 0; i < file->count; i++) {
        int layer = load->used[i] ? -1 : brds_lstm_layer_of(&load->names, file->tensors[i].name);
        if (layer >= 0) {
            note(load, refuse_unused(load, file->tensors[i].name, layer));
        } else if (!load->used[i]) {
            left[i] = any = true;
        }
    }
    if (any) {
        char names[BRDS_LIST_LENGTH];
        brds_list_tensors(file, left, names);
        brds_warn(load->diag, file->path, "the spec has no part for what is named", "not used: %s",
                  names);
    }
    free(left);
}

/* --- the whole --- */

static void set_sizes(const brds_spec *spec, brds_network *network)
{
    *network = (brds_network){.layer_count = spec->layer_count,
                              .head_size = spec->head.present ? spec->head.size : 0};
    for (int i = 0; i < spec->layer_count; i++) {
        network->layers[i].columns_x = brds_spec_columns_x(spec, i);
        network->layers[i].hidden = spec->layers[i].hidden_size;
        network->layers[i].output = brds_spec_output_size(spec, i);
    }
}

static void load_parts(loader *load)
{
    for (int i = 0; !load->status && i < load->spec->layer_count; i++) {
        note(load, refuse_other_cells(load, i));
    }
    if (load->status) {
        return; /* the rest would be a list of consequences */
    }
    for (int i = 0; i < load->spec->layer_count; i++) {
        load_layer(load, i);
    }
    load_embedding(load);
    if (load->spec->head.present) {
        load_head(load);
    } else {
        load_host_head(load);
    }
    check_leftovers(load);
}

brds_status brds_network_from_file(const brds_safetensors *file, const brds_spec *spec,
                                   brds_network *network, brds_found_list *found, brds_diag *diag)
{
    loader load = {.file = file, .spec = spec, .network = network, .found = found, .diag = diag};
    set_sizes(spec, network);
    if (found) {
        *found = (brds_found_list){0};
    }
    load.used = new_flags(file);
    note(&load, load.used ? refuse_reverse(&load) : brds_fail_memory(diag));
    if (!load.status) {
        note(&load, brds_lstm_names_find(file, spec->layer_count, &load.names, diag));
    }
    if (!load.status) {
        load_parts(&load);
    }
    free(load.used);
    brds_lstm_names_free(&load.names);
    if (load.status) {
        brds_network_free(network);
    }
    return load.status;
}

brds_status brds_network_load(const char *path, const brds_spec *spec, brds_network *network,
                              brds_diag *diag)
{
    *network = (brds_network){0};
    brds_safetensors file;
    brds_status status = brds_model_file_load(path, &file, diag);
    if (!status) {
        status = brds_network_from_file(&file, spec, network, NULL, diag);
        brds_safetensors_free(&file);
    }
    return status;
}
