/* SPDX-License-Identifier: Apache-2.0
 *
 * One LSTM layer, forward and backward through time, for a batch of sequences.
 *
 *   z_t = W_x x_t + W_h h_{t-1} + b        (gates i, f, g, o)
 *   i = sigmoid(z_i + p_i c_{t-1})   f = sigmoid(z_f + p_f c_{t-1})   g = tanh(z_g)
 *   c_t = f c_{t-1} + i g            o = sigmoid(z_o + p_o c_t)
 *   m_t = o tanh(c_t)                h_t = W_p m_t, or m_t without projection
 *
 * (Hochreiter and Schmidhuber 1997; peepholes: Gers, Schraudolph and
 * Schmidhuber, JMLR 3, 2002; projection: Sak, Senior and Beaufays, 1402.1128.)
 *
 * Rows.  A batch holds B sequences, the longest first.  The rows of all its
 * arrays are ordered by step, then by sequence, and hold the sequences that
 * are not over: row offset[t] + b is step t of sequence b, b < active[t].
 */
#ifndef BRDS_TRAIN_LSTM_H
#define BRDS_TRAIN_LSTM_H

#include <stdbool.h>

#include "train/fake.h"
#include "train/parameters.h"

typedef struct {
    int sequences, steps; /* B, T */
    int rows;             /* N: sum of active */
    int *active;          /* (T) falling */
    int *offset;          /* (T) */
} brds_rows;

typedef struct {
    int input, hidden, output; /* X, H, R */
    brds_parameter *w_x;       /* (4H, X) */
    brds_parameter *w_h;       /* (4H, R) */
    brds_parameter *bias;      /* (4H) */
    brds_parameter *w_p;       /* (R, H), or NULL */
    brds_parameter *peephole;  /* (3, H) i, f, o, or NULL */
    const brds_fake *fake;     /* the hardware's numbers in the forward pass, or NULL */
} brds_lstm;

/* What the forward pass leaves for the backward one. */
typedef struct {
    brds_real *gates;    /* (N, 4H) i, f, g, o; after the backward pass the gradient of z */
    brds_real *c;        /* (N, H) */
    brds_real *tanh_c;   /* (N, H) */
    brds_real *m;        /* (N, H) */
    brds_real *h;        /* (N, R); without projection the same memory as m */
    brds_real *h_before; /* (N, R) h_{t-1} of each row */
    brds_real *c_before; /* (N, H) */
    size_t rows;         /* there is room for so many */
    /* the backward pass's own */
    brds_real *dm; /* (B, H) */
    brds_real *dc; /* (B, H) */
    size_t sequences;
} brds_lstm_trace;

/* Makes room for `rows` rows and `sequences` sequences; what was there is lost. */
brds_status brds_lstm_trace_reserve(const brds_lstm *lstm, size_t rows, size_t sequences,
                                    brds_lstm_trace *trace, brds_diag *diag);
void brds_lstm_trace_free(const brds_lstm *lstm, brds_lstm_trace *trace);

/* x (N, X).  h_0 (B, R) and c_0 (B, H): the states before, NULL: zero. */
void brds_lstm_forward(const brds_lstm *lstm, const brds_rows *rows, const brds_real *x,
                       const brds_real *h_0, const brds_real *c_0, brds_lstm_trace *trace);

/* dh (N, R): the loss's gradient of every h as seen from above; what comes back through time is
 * added to it.  Adds to the parameters' gradients; dx (N, X) is set, unless it is NULL.  Nothing
 * flows into h_0 and c_0. */
void brds_lstm_backward(const brds_lstm *lstm, const brds_rows *rows, const brds_real *x,
                        brds_lstm_trace *trace, brds_real *dh, brds_real *dx);

#endif
