/* SPDX-License-Identifier: Apache-2.0
 *
 * The configuration: {"class_name": ..., "config": {"layers": [ENTRY, ...]}},
 * where an entry is {"class_name", "config", "name", "inbound_nodes"}; older
 * Sequential models have the list itself as "config".
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "io/keras_private.h"
#include "io/safetensors_private.h"

brds_status brds_keras_fail(const brds_keras *keras, const brds_keras_layer *layer,
                            const char *hint, const char *format, ...)
{
    char place[BRDS_PLACE_LENGTH], text[1024];
    snprintf(place, sizeof place, "%.4096s: layer %.400s", keras->place, layer->name);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return brds_fail(keras->diag, BRDS_EINPUT, place, hint, "%s", text);
}

const json_t *brds_keras_entries(const json_t *config)
{
    const json_t *inner = json_object_get(config, "config");
    const json_t *list = json_is_array(inner) ? inner : json_object_get(inner, "layers");
    return json_is_array(list) ? list : NULL;
}

brds_keras_kind brds_keras_kind_of(const char *class_name, const json_t *entry)
{
    static const struct {
        const char *name;
        brds_keras_kind kind;
    } classes[] = {
        {"LSTM", BRDS_KERAS_LSTM},
        {"CuDNNLSTM", BRDS_KERAS_LSTM},
        {"Dense", BRDS_KERAS_DENSE},
        {"Embedding", BRDS_KERAS_EMBEDDING},
        {"Bidirectional", BRDS_KERAS_REFUSED},
        {"GRU", BRDS_KERAS_REFUSED},
        {"CuDNNGRU", BRDS_KERAS_REFUSED},
        {"SimpleRNN", BRDS_KERAS_REFUSED},
        {"RNN", BRDS_KERAS_REFUSED},
        {"ConvLSTM1D", BRDS_KERAS_REFUSED},
        {"ConvLSTM2D", BRDS_KERAS_REFUSED},
        {"ConvLSTM3D", BRDS_KERAS_REFUSED},
        {"InputLayer", BRDS_KERAS_SILENT},
        {"Dropout", BRDS_KERAS_SILENT},
        {"SpatialDropout1D", BRDS_KERAS_SILENT},
        {"GaussianDropout", BRDS_KERAS_SILENT},
        {"GaussianNoise", BRDS_KERAS_SILENT},
        {"AlphaDropout", BRDS_KERAS_SILENT},
        {"ActivityRegularization", BRDS_KERAS_SILENT},
        {"Masking", BRDS_KERAS_SILENT},
    };
    if (strcmp(class_name, "TimeDistributed") == 0) {
        const json_t *inner = json_object_get(json_object_get(entry, "config"), "layer");
        const char *held = json_string_value(json_object_get(inner, "class_name"));
        return held && strcmp(held, "Dense") == 0 ? BRDS_KERAS_DENSE : BRDS_KERAS_OTHER;
    }
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        if (strcmp(class_name, classes[i].name) == 0) {
            return classes[i].kind;
        }
    }
    return BRDS_KERAS_OTHER;
}

const char *brds_keras_name(const json_t *entry)
{
    const char *name = json_string_value(json_object_get(entry, "name"));
    const json_t *config = json_object_get(entry, "config");
    return name ? name : json_string_value(json_object_get(config, "name"));
}

const char *brds_keras_text(const json_t *entry, const char *key)
{
    const json_t *config = json_object_get(entry, "config");
    const json_t *held = json_object_get(config, "layer"); /* of TimeDistributed */
    const json_t *value = json_object_get(held ? json_object_get(held, "config") : config, key);
    if (!value || json_is_null(value)) {
        return NULL;
    }
    /* Functions may be written {"class_name": "function", "config": "tanh"}. */
    const json_t *text = json_is_object(value) ? json_object_get(value, "config") : value;
    return json_is_string(text) ? json_string_value(text) : "";
}

static brds_status check_function(const brds_keras *keras, const brds_keras_layer *layer,
                                  const char *key, const char *wanted)
{
    const char *found = brds_keras_text(layer->entry, key);
    bool cudnn = layer->class_name && strcmp(layer->class_name, "CuDNNLSTM") == 0;
    if ((!found && cudnn) || (found && strcmp(found, wanted) == 0)) {
        return BRDS_OK;
    }
    char hint[80];
    snprintf(hint, sizeof hint, "%s can be built: train it with that", wanted);
    return brds_keras_fail(keras, layer, hint, "its %s is '%.60s'", key, found ? found : "none");
}

brds_status brds_keras_check_lstm(const brds_keras *keras, const brds_keras_layer *layer)
{
    if (!layer->entry) {
        return BRDS_OK;
    }
    brds_status status = check_function(keras, layer, "activation", "tanh");
    if (!status) {
        status = check_function(keras, layer, "recurrent_activation", "sigmoid");
    }
    if (!status &&
        json_is_true(json_object_get(json_object_get(layer->entry, "config"), "go_backwards"))) {
        status = brds_keras_fail(keras, layer, "an LSTM that runs forwards only can be built",
                                 "it goes backwards");
    }
    return status;
}

/* --- what takes what --- */

static const brds_keras_layer *layer_named(const brds_keras *keras, const char *name)
{
    for (size_t i = 0; i < keras->count; i++) {
        if (strcmp(keras->layers[i].name, name) == 0) {
            return &keras->layers[i];
        }
    }
    return NULL;
}

typedef struct {
    const brds_keras *keras;
    const brds_keras_layer *only; /* the layer whose output is taken */
    bool several;
} sources;

/* A source is written ["NAME", 0, 0, ...], somewhere within inbound_nodes. */
static void collect_sources(const json_t *value, sources *found)
{
    const char *name = json_string_value(json_array_get(value, 0));
    if (name && json_is_integer(json_array_get(value, 1)) &&
        json_is_integer(json_array_get(value, 2))) {
        const brds_keras_layer *layer = layer_named(found->keras, name);
        found->several = found->several || (found->only && found->only != layer);
        found->only = layer;
        return;
    }
    const char *key;
    json_t *item;
    for (size_t i = 0; i < json_array_size(value); i++) {
        collect_sources(json_array_get(value, i), found);
    }
    json_object_foreach((json_t *)(uintptr_t)value, key, item)
    {
        collect_sources(item, found);
    }
}

/* The layer before in the list, of a model that is a plain stack. */
static const brds_keras_layer *before(const brds_keras *keras, const brds_keras_layer *layer)
{
    return layer == keras->layers ? NULL : layer - 1;
}

bool brds_keras_follows(const brds_keras *keras, const brds_keras_layer *layer,
                        const brds_keras_layer *below, const char **between)
{
    *between = NULL;
    for (size_t step = 0; step <= keras->count; step++) {
        const json_t *inbound = json_object_get(layer->entry, "inbound_nodes");
        const brds_keras_layer *source = before(keras, layer);
        if (json_is_array(inbound)) {
            sources found = {.keras = keras};
            collect_sources(inbound, &found);
            if (found.several) {
                *between = "more than one layer";
                return false;
            }
            source = found.only;
        }
        if (!source || source == below) {
            return source != NULL;
        }
        if (source->kind != BRDS_KERAS_SILENT) {
            *between = source->name;
            return false;
        }
        layer = source;
    }
    return false;
}
