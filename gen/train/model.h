/* SPDX-License-Identifier: Apache-2.0
 *
 * A network in training: an embedding where its input are tokens, LSTM layers of
 * a spec's sizes, and a linear head over the classes (of a language model: the
 * vocabulary).
 */
#ifndef BRDS_TRAIN_MODEL_H
#define BRDS_TRAIN_MODEL_H

#include "io/diag.h"
#include "io/random.h"
#include "net/network.h"
#include "spec/spec.h"
#include "train/fake.h"
#include "train/lstm.h"
#include "train/parameters.h"

typedef struct {
    int vocabulary; /* V; 0: the input are features */
    int classes;    /* K */
    int layer_count;
    brds_lstm layers[BRDS_MAX_LAYERS];
    brds_parameter *embedding; /* (V, X) or NULL */
    brds_parameter *head_w;    /* (K, R of the last layer) */
    brds_parameter *head_bias; /* (K) */
    brds_parameters parameters;
} brds_model;

/* Sizes from the spec; all parameters are zero.  The model must not be moved. */
brds_status brds_model_new(const brds_spec *spec, int vocabulary, int classes, brds_model *model,
                           brds_diag *diag);
void brds_model_free(brds_model *model);

/* Uniform in +-range, where range 0 stands for 1/sqrt(H) of each layer (1/sqrt(R) for the head, 1
 * for the embedding); biases too.  `forget_bias` is added to the bias of the forget gates. */
void brds_model_init(brds_model *model, double range, double forget_bias, brds_random *random);

/* Values to and from a network of the same sizes, whose head is the core's or the host's. */
void brds_model_read(brds_model *model, const brds_network *network);
brds_status brds_model_write(const brds_model *model, bool head_in_core, brds_network *network,
                             brds_diag *diag);

#endif
