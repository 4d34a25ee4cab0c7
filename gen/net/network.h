/* SPDX-License-Identifier: Apache-2.0
 *
 * A trained network in float32, dense storage, PyTorch's gate order i, f, g, o
 * and PyTorch's row-major shapes.
 */
#ifndef BRDS_NET_NETWORK_H
#define BRDS_NET_NETWORK_H

#include <stdint.h>

#include "io/diag.h"
#include "io/workload.h"
#include "spec/spec.h"

typedef struct {
    int columns_x;   /* X */
    int hidden;      /* H */
    int output;      /* R: projection size, else H */
    float *w_x;      /* (4H, X)  weight_ih_lN */
    float *w_h;      /* (4H, R)  weight_hh_lN */
    float *bias;     /* (4H)     bias_ih_lN + bias_hh_lN, zeros if absent */
    float *w_p;      /* (R, H)   weight_hr_lN, NULL without projection */
    float *peephole; /* (3, H) gates i, f, o: weight_peephole_lN, NULL without */
} brds_layer;

/* What the host computes, not the core: the embedding of tokens, and a head that the spec does not
 * have (of a language model it would be larger than a core's). */
typedef struct {
    int vocabulary;   /* V; 0: no embedding */
    float *embedding; /* (V, X of the first layer)  embedding.weight */
    int classes;      /* K; 0: no head */
    float *head_w;    /* (K, R of the last layer)  fc.weight */
    float *head_bias; /* (K) fc.bias, zeros if absent */
} brds_host_part;

typedef struct {
    int layer_count;
    brds_layer layers[BRDS_MAX_LAYERS];
    int head_size;    /* of the spec; 0: none */
    float *head_w;    /* (size, R of the last layer)  fc.weight */
    float *head_bias; /* (size) fc.bias, zeros if absent */
    brds_host_part host;
} brds_network;

/* Reads PyTorch-named tensors (any prefix before weight_ih_l0, e.g. "lstm.";
 * the head is the only 2-D `*.weight` besides) and checks every shape against
 * the spec.  Bidirectional (`_reverse`) is refused by name.  A 2-D `*.weight`
 * whose name holds "emb" or "encoder" and that has X columns is the embedding;
 * where the spec has no head, the only other one with R columns is the host's. */
brds_status brds_network_load(const char *path, const brds_spec *spec, brds_network *network,
                              brds_diag *diag);
/* Row-balanced random weights of the spec's exact nonzero counts, scaled like
 * a trained network (uniform in +-sqrt(3/nnz) or so), deterministic for `seed`. */
brds_status brds_network_random(const brds_spec *spec, uint64_t seed, brds_network *network,
                                brds_diag *diag);
brds_status brds_network_save(const char *path, const brds_network *network, brds_diag *diag);
void brds_network_free(brds_network *network);

/* Every row of every matrix has exactly the spec's count of nonzeros (a row
 * with fewer nonzeros than the count is accepted: zeros fill it).  Files
 * messages "matrix, row, count found, count wanted", at most 10 a matrix. */
brds_status brds_network_check_balance(const char *place, const brds_network *network,
                                       const brds_spec *spec, brds_diag *diag);

/* Float reference, the definition of section 5 in plain loops (double
 * accumulation).  State arrays are caller's: h[l] (R), c[l] (H). */
typedef struct {
    float *h[BRDS_MAX_LAYERS]; /* (R) */
    float *c[BRDS_MAX_LAYERS]; /* (H) */
} brds_float_state;
brds_status brds_float_state_new(const brds_network *network, brds_float_state *state,
                                 brds_diag *diag);
void brds_float_state_reset(const brds_network *network, brds_float_state *state);
void brds_float_state_free(brds_float_state *state);
/* One step; `x` (X).  Result: state->h of the last layer. */
void brds_float_step(const brds_network *network, const float *x, brds_float_state *state);
/* `out` (head_size) = head_w h + head_bias. */
void brds_float_head(const brds_network *network, const float *h, float *out);

#endif
