/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding the layers and the datasets of their weights.
 */
#include "io/keras.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "io/apart.h"
#include "io/keras_private.h"
#include "io/safetensors_private.h"
#include "io/strings.h"

/* --- layers in the order of layer_names: Keras 2 --- */

/* Takes `path`. */
static brds_status set_weight(const brds_keras *keras, brds_keras_layer *layer, const char *name,
                              char *path)
{
    if (!path) {
        return brds_fail_memory(keras->diag);
    }
    const char *slash = strrchr(name, '/');
    const char *last = slash ? slash + 1 : name;
    size_t length = strcspn(last, ":"); /* TensorFlow's output number */
    const struct {
        const char *name;
        char **path;
    } known[] = {{"kernel", &layer->kernel},
                 {"recurrent_kernel", &layer->recurrent},
                 {"bias", &layer->bias},
                 {"embeddings", &layer->embeddings}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strlen(known[i].name) == length && memcmp(known[i].name, last, length) == 0 &&
            !*known[i].path) {
            *known[i].path = path;
            return BRDS_OK;
        }
    }
    layer->strange = true;
    free(path);
    return BRDS_OK;
}

/* A list of names may be cut into NAME0, NAME1 ..., where it is very long. */
static brds_status read_names(const brds_keras *keras, const char *object, const char *name,
                              brds_texts *list)
{
    brds_status status = brds_hdf5_attribute(keras->hdf5, object, name, list, keras->diag);
    if (status || list->count) {
        return status;
    }
    char first[40];
    brds_texts part;
    snprintf(first, sizeof first, "%.30s0", name);
    status = brds_hdf5_attribute(keras->hdf5, object, first, &part, keras->diag);
    if (!status && part.count) {
        status = brds_fail(keras->diag, BRDS_EINPUT, keras->place,
                           "save it in Keras' own format, .keras",
                           "its attribute %s is cut into parts", name);
    }
    brds_texts_free(&part);
    return status;
}

static const json_t *entry_named(const brds_keras *keras, const char *name)
{
    const json_t *entries = brds_keras_entries(keras->config);
    for (size_t i = 0; i < json_array_size(entries); i++) {
        const json_t *entry = json_array_get(entries, i);
        const char *found = brds_keras_name(entry);
        if (found && strcmp(found, name) == 0) {
            return entry;
        }
    }
    return NULL;
}

/* What weights a layer has tells its kind, where no configuration does. */
static brds_keras_kind kind_by_weights(const brds_keras_layer *layer, size_t weights)
{
    static const char *const silent[] = {"input", "dropout", "spatial_dropout1d", "masking"};
    if (layer->recurrent) {
        return layer->strange ? BRDS_KERAS_REFUSED : BRDS_KERAS_LSTM;
    }
    if (layer->embeddings) {
        return BRDS_KERAS_EMBEDDING;
    }
    if (layer->kernel && !layer->strange) {
        return BRDS_KERAS_DENSE;
    }
    for (size_t i = 0; weights == 0 && i < sizeof silent / sizeof silent[0]; i++) {
        if (brds_string_starts(layer->name, silent[i])) {
            return BRDS_KERAS_SILENT;
        }
    }
    return BRDS_KERAS_OTHER;
}

static brds_status set_class(const brds_keras *keras, brds_keras_layer *layer, size_t weights)
{
    const char *class_name = json_string_value(json_object_get(layer->entry, "class_name"));
    if (!class_name) {
        layer->kind = kind_by_weights(layer, weights);
        return BRDS_OK;
    }
    layer->class_name = brds_string_copy(class_name);
    layer->kind = brds_keras_kind_of(class_name, layer->entry);
    return layer->class_name ? BRDS_OK : brds_fail_memory(keras->diag);
}

static brds_status add_named(brds_keras *keras, const char *root, const char *name)
{
    brds_keras_layer *layer = &keras->layers[keras->count++];
    char *group = brds_string_format("%s/%s", root, name);
    layer->name = brds_string_copy(name);
    if (!group || !layer->name) {
        free(group);
        return brds_fail_memory(keras->diag);
    }
    brds_texts weights;
    brds_status status = read_names(keras, group, "weight_names", &weights);
    for (size_t i = 0; !status && i < weights.count; i++) {
        status = set_weight(keras, layer, weights.texts[i],
                            brds_string_format("%s/%s", group, weights.texts[i]));
    }
    if (!status) {
        layer->entry = entry_named(keras, name);
        status = set_class(keras, layer, weights.count);
    }
    brds_texts_free(&weights);
    free(group);
    return status;
}

static brds_status add_all_named(brds_keras *keras, const char *root, const brds_texts *names)
{
    keras->layers = calloc(names->count + 1, sizeof *keras->layers);
    brds_status status = keras->layers ? BRDS_OK : brds_fail_memory(keras->diag);
    for (size_t i = 0; !status && i < names->count; i++) {
        status = add_named(keras, root, names->texts[i]);
    }
    return status;
}

/* --- layers below /layers: Keras 3 --- */

/* The groups are named by class, "lstm", "lstm_1", in the order of the model. */
static const struct {
    const char *group, *class_name;
} groups[] = {{"lstm", "LSTM"},
              {"dense", "Dense"},
              {"embedding", "Embedding"},
              {"time_distributed", "TimeDistributed"},
              {"bidirectional", "Bidirectional"},
              {"gru", "GRU"},
              {"simple_rnn", "SimpleRNN"},
              {"rnn", "RNN"},
              {"input_layer", "InputLayer"},
              {"dropout", "Dropout"},
              {"spatial_dropout1d", "SpatialDropout1D"},
              {"masking", "Masking"}};
enum { GROUPS = sizeof groups / sizeof groups[0] };

/* The dataset number `index` of the layer's group, NULL where there is none. */
static brds_status find_variable(const brds_keras *keras, const char *group, const char *inner,
                                 int index, char **path)
{
    *path = brds_string_format("/layers/%s%s/vars/%d", group, inner, index);
    if (!*path) {
        return brds_fail_memory(keras->diag);
    }
    if (!brds_hdf5_has(keras->hdf5, *path)) {
        free(*path);
        *path = NULL;
    }
    return BRDS_OK;
}

static brds_status find_variables(const brds_keras *keras, brds_keras_layer *layer,
                                  const char *group)
{
    bool recurrent = layer->kind == BRDS_KERAS_LSTM;
    bool wrapped = strcmp(layer->class_name, "TimeDistributed") == 0;
    const char *inner = recurrent ? "/cell" : wrapped ? "/layer" : "";
    char **first = layer->kind == BRDS_KERAS_EMBEDDING ? &layer->embeddings : &layer->kernel;
    char *beyond = NULL;
    brds_status status = find_variable(keras, group, inner, 0, first);
    if (!status && recurrent) {
        status = find_variable(keras, group, inner, 1, &layer->recurrent);
    }
    if (!status) {
        status = find_variable(keras, group, inner, recurrent ? 2 : 1, &layer->bias);
    }
    if (!status) {
        status = find_variable(keras, group, inner, recurrent ? 3 : 2, &beyond);
    }
    layer->strange = beyond != NULL;
    free(beyond);
    return status;
}

/* Takes `name`. */
static brds_status add_group(brds_keras *keras, char *name, const char *class_name,
                             const json_t *entry, const char *group)
{
    brds_keras_layer *layer = &keras->layers[keras->count++];
    layer->name = name;
    layer->class_name = brds_string_copy(class_name);
    layer->entry = entry;
    if (!layer->name || !layer->class_name) {
        return brds_fail_memory(keras->diag);
    }
    layer->kind = brds_keras_kind_of(class_name, entry);
    /* Without a configuration, what a TimeDistributed holds is told by its shapes. */
    if (!entry && strcmp(class_name, "TimeDistributed") == 0) {
        layer->kind = BRDS_KERAS_DENSE;
    }
    return layer->kind == BRDS_KERAS_OTHER || layer->kind == BRDS_KERAS_SILENT
               ? BRDS_OK
               : find_variables(keras, layer, group);
}

/* With a configuration: its layers, each with the next group of its class. */
static brds_status add_entries(brds_keras *keras)
{
    const json_t *entries = brds_keras_entries(keras->config);
    int next[GROUPS] = {0};
    brds_status status = BRDS_OK;
    keras->layers = calloc(json_array_size(entries) + 1, sizeof *keras->layers);
    if (!keras->layers) {
        return brds_fail_memory(keras->diag);
    }
    for (size_t i = 0; !status && i < json_array_size(entries); i++) {
        const json_t *entry = json_array_get(entries, i);
        const char *class_name = json_string_value(json_object_get(entry, "class_name"));
        const char *name = brds_keras_name(entry);
        char group[60] = "";
        for (size_t k = 0; class_name && k < GROUPS; k++) {
            if (strcmp(groups[k].class_name, class_name) == 0) {
                int number = next[k]++;
                snprintf(group, sizeof group, number ? "%s_%d" : "%s", groups[k].group, number);
            }
        }
        status = add_group(keras, brds_string_copy(name ? name : "?"), class_name ? class_name : "",
                           entry, group);
    }
    return status;
}

/* "lstm_12": 12, and its class; -1 for another class. */
static long group_number(const char *name, size_t group)
{
    size_t length = strlen(groups[group].group);
    if (strncmp(name, groups[group].group, length) != 0) {
        return -1;
    }
    if (name[length] == '\0') {
        return 0;
    }
    char *end = NULL;
    bool digits = name[length] == '_' && isdigit((unsigned char)name[length + 1]);
    long number = digits ? strtol(name + length + 1, &end, 10) : -1;
    return digits && *end == '\0' ? number : -1;
}

/* Members of one class in the order of their numbers. */
static brds_status add_class(brds_keras *keras, const brds_texts *members, size_t group)
{
    brds_status status = BRDS_OK;
    long before = -1;
    for (bool more = true; !status && more;) {
        const char *next = NULL;
        long number = -1;
        for (size_t i = 0; i < members->count; i++) {
            long found = group_number(members->texts[i], group);
            if (found > before && (!next || found < number)) {
                next = members->texts[i];
                number = found;
            }
        }
        more = next != NULL;
        before = number;
        if (next) {
            status = add_group(keras, brds_string_copy(next), groups[group].class_name, NULL, next);
        }
    }
    return status;
}

static bool has_class(const char *member)
{
    for (size_t k = 0; k < GROUPS; k++) {
        if (group_number(member, k) >= 0) {
            return true;
        }
    }
    return false;
}

/* Without one: the embedding, all LSTMs, then the rest. */
static brds_status add_members(brds_keras *keras)
{
    static const size_t order[GROUPS] = {2, 0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    brds_texts members;
    brds_status status = brds_hdf5_members(keras->hdf5, "/layers", &members, keras->diag);
    if (status) {
        return status;
    }
    keras->layers = calloc(members.count + 1, sizeof *keras->layers);
    status = keras->layers ? BRDS_OK : brds_fail_memory(keras->diag);
    for (size_t k = 0; !status && k < GROUPS; k++) {
        status = add_class(keras, &members, order[k]);
    }
    for (size_t i = 0; !status && i < members.count; i++) {
        if (!has_class(members.texts[i])) {
            status = add_group(keras, brds_string_copy(members.texts[i]), "", NULL, "");
        }
    }
    brds_texts_free(&members);
    return status;
}

/* --- the whole --- */

/* Takes over what the file says of the model, if it does. */
static brds_status read_config(brds_keras *keras)
{
    brds_texts texts;
    brds_status status = brds_hdf5_attribute(keras->hdf5, "/", "model_config", &texts, keras->diag);
    if (!status && texts.count) {
        json_error_t error;
        keras->config = json_loads(texts.texts[0], 0, &error);
        if (!keras->config) {
            status = brds_fail(keras->diag, BRDS_EINPUT, keras->place, "it is damaged",
                               "its attribute model_config is no JSON: %s", error.text);
        }
    }
    brds_texts_free(&texts);
    return status;
}

static brds_status find_layers(brds_keras *keras)
{
    const char *root = brds_hdf5_has(keras->hdf5, "/model_weights") ? "/model_weights" : "/";
    brds_texts names = {0};
    brds_status status = keras->config ? BRDS_OK : read_config(keras);
    if (!status) {
        status = read_names(keras, root, "layer_names", &names);
    }
    if (!status && names.count) {
        status = add_all_named(keras, root[1] ? root : "", &names);
    } else if (!status && brds_hdf5_has(keras->hdf5, "/layers")) {
        status = brds_keras_entries(keras->config) ? add_entries(keras) : add_members(keras);
    } else if (!status) {
        status = brds_fail(keras->diag, BRDS_EINPUT, keras->place,
                           "a model or weights saved by Keras can be read",
                           "the HDF5 file has neither an attribute layer_names nor a group layers");
    }
    brds_texts_free(&names);
    return status;
}

static void free_layers(brds_keras *keras)
{
    for (size_t i = 0; i < keras->count; i++) {
        free(keras->layers[i].name);
        free(keras->layers[i].class_name);
        free(keras->layers[i].kernel);
        free(keras->layers[i].recurrent);
        free(keras->layers[i].bias);
        free(keras->layers[i].embeddings);
    }
    free(keras->layers);
}

/* What a reader in another process needs; file->bytes may be an archive. */
typedef struct {
    const uint8_t *bytes;
    size_t size;
    json_t *config;
} source;

static brds_status parse(brds_safetensors *file, const void *context, brds_diag *diag)
{
    const source *from = context;
    brds_keras keras = {.place = file->path, .diag = diag, .config = json_incref(from->config)};
    brds_status status = brds_hdf5_open(file->path, from->bytes, from->size, &keras.hdf5, diag);
    if (!status) {
        status = find_layers(&keras);
    }
    if (!status) {
        status = brds_keras_add_weights(&keras, file);
    }
    brds_hdf5_close(keras.hdf5);
    free_layers(&keras);
    json_decref(keras.config);
    return status;
}

brds_status brds_keras_parse(brds_safetensors *file, const uint8_t *bytes, size_t size,
                             json_t *config, brds_diag *diag)
{
    source from = {bytes, size, config};
    return brds_read_apart(file, parse, &from, "HDF5's library", diag);
}

static brds_status read_json(const brds_zip *zip, json_t **config, brds_diag *diag)
{
    const brds_zip_entry *entry = brds_zip_ending(zip, "config.json");
    uint8_t *bytes;
    *config = NULL;
    if (!entry) {
        return brds_fail(diag, BRDS_EINPUT, zip->place, "it is damaged",
                         "the Keras archive has no config.json");
    }
    brds_status status = brds_zip_read(zip, entry, &bytes, diag);
    if (status) {
        return status;
    }
    json_error_t error;
    *config = json_loadb((const char *)bytes, entry->size, 0, &error);
    free(bytes);
    if (!*config || !brds_keras_entries(*config)) {
        json_decref(*config);
        return brds_fail(diag, BRDS_EINPUT, zip->place, "a Sequential or Functional model is read",
                         "its config.json has no list of layers");
    }
    return BRDS_OK;
}

brds_status brds_keras_parse_zip(const brds_zip *zip, brds_safetensors *file, brds_diag *diag)
{
    json_t *config;
    uint8_t *bytes = NULL;
    const brds_zip_entry *weights = brds_zip_ending(zip, "model.weights.h5");
    brds_status status = read_json(zip, &config, diag);
    if (status) {
        return status;
    }
    status = brds_zip_read(zip, weights, &bytes, diag);
    if (!status) {
        status = brds_keras_parse(file, bytes, weights->size, config, diag);
    }
    free(bytes);
    json_decref(config);
    return status;
}
