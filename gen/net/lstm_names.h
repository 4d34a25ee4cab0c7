/* SPDX-License-Identifier: Apache-2.0
 *
 * Which tensors of a file are the LSTM's.  PyTorch names them
 *
 *     PREFIX weight_ih_lN          nn.LSTM, N its layer
 *     PREFIX weight_ih             nn.LSTMCell, one layer
 *
 * and the same with weight_hh, bias_ih, bias_hh.  Several modules of one layer
 * each, whose prefixes differ in one number ("cells.0.", "cells.1."), are the
 * layers in the order of that number.
 */
#ifndef BRDS_NET_LSTM_NAMES_H
#define BRDS_NET_LSTM_NAMES_H

#include <stdbool.h>

#include "io/diag.h"
#include "io/safetensors.h"
#include "spec/spec.h"

enum { BRDS_LIST_LENGTH = 640 };

typedef struct {
    char *prefixes[BRDS_MAX_LAYERS]; /* "lstm."; one for all layers, or one a layer */
    int count;
    bool cell; /* nn.LSTMCell's names */
} brds_lstm_names;

/* Finds the LSTM of `layers` layers, the only one of the file. */
brds_status brds_lstm_names_find(const brds_safetensors *file, int layers, brds_lstm_names *names,
                                 brds_diag *diag);
void brds_lstm_names_free(brds_lstm_names *names);

/* "weight_ih" of layer 1 -> "lstm.weight_ih_l1"; malloc'ed. */
char *brds_lstm_name(const brds_lstm_names *names, const char *base, int layer);
/* The layer that a tensor belongs to; -1 for a name that is not of the LSTM. */
int brds_lstm_layer_of(const brds_lstm_names *names, const char *name);

/* "a, b, c and 4 more" of the tensors that `pick` holds. */
void brds_list_tensors(const brds_safetensors *file, const bool *pick, char text[BRDS_LIST_LENGTH]);

#endif
