/* SPDX-License-Identifier: Apache-2.0
 *
 * What the parts of the Keras reader share.  keras.c finds the layers of a file,
 * keras_config.c asks the model's configuration, keras_weights.c makes tensors.
 */
#ifndef BRDS_IO_KERAS_PRIVATE_H
#define BRDS_IO_KERAS_PRIVATE_H

#include <jansson.h>
#include <stdbool.h>

#include "io/hdf5.h"
#include "io/safetensors.h"

typedef enum {
    BRDS_KERAS_SILENT, /* changes nothing when a trained network runs: Dropout, InputLayer */
    BRDS_KERAS_LSTM,
    BRDS_KERAS_DENSE,
    BRDS_KERAS_EMBEDDING,
    BRDS_KERAS_OTHER,
    BRDS_KERAS_REFUSED /* recurrent, but no LSTM that can be built */
} brds_keras_kind;

typedef struct {
    char *name;
    char *class_name;    /* NULL: the file does not tell */
    const json_t *entry; /* of the configuration, or NULL */
    brds_keras_kind kind;
    /* Datasets, NULL where there is none. */
    char *kernel, *recurrent, *bias, *embeddings;
    bool strange; /* weights of other names, or more than one of a name */
} brds_keras_layer;

typedef struct {
    const char *place;
    brds_diag *diag;
    brds_hdf5 *hdf5;
    json_t *config; /* the whole configuration, or NULL */
    brds_keras_layer *layers;
    size_t count;
} brds_keras;

brds_status brds_keras_fail(const brds_keras *keras, const brds_keras_layer *layer,
                            const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The list of layers of a configuration; NULL where it has none. */
const json_t *brds_keras_entries(const json_t *config);
/* The kind of a class; TimeDistributed is what it holds. */
brds_keras_kind brds_keras_kind_of(const char *class_name, const json_t *entry);
/* The name of an entry's layer; NULL where it has none. */
const char *brds_keras_name(const json_t *entry);
/* Text of a key of an entry's configuration: an activation's name, say; NULL
 * where it has none, "" where it is something else. */
const char *brds_keras_text(const json_t *entry, const char *key);
/* Refuses an LSTM whose configuration asks for what cannot be built. */
brds_status brds_keras_check_lstm(const brds_keras *keras, const brds_keras_layer *layer);
/* Whether `layer` takes the output of `below`, through silent layers at most;
 * else *between becomes what it takes, or NULL. */
bool brds_keras_follows(const brds_keras *keras, const brds_keras_layer *layer,
                        const brds_keras_layer *below, const char **between);

/* Adds the tensors of all layers, and warns of those that are not built. */
brds_status brds_keras_add_weights(const brds_keras *keras, brds_safetensors *file);

#endif
