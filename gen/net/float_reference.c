/* SPDX-License-Identifier: Apache-2.0
 *
 * The network in floating point: what the fixed-point machine approximates.
 *
 *     z_k = W_xk x_t + W_hk h_{t-1} + b_k          k in {i, f, g, o}
 *     i, f see c_{t-1} through the peephole, o sees c_t
 *     c_t = sigmoid(z_f) * c_{t-1} + sigmoid(z_i) * tanh(z_g)
 *     m_t = sigmoid(z_o) * tanh(c_t)
 *     h_t = m_t, or W_p m_t with a projection
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "net/network.h"

enum { GATE_I, GATE_F, GATE_G, GATE_O, GATES };
enum { PEEP_I, PEEP_F, PEEP_O };

brds_status brds_float_state_new(const brds_network *network, brds_float_state *state,
                                 brds_diag *diag)
{
    *state = (brds_float_state){.h = {NULL}};
    for (int i = 0; i < network->layer_count; i++) {
        state->h[i] = calloc((size_t)network->layers[i].output, sizeof(float));
        state->c[i] = calloc((size_t)network->layers[i].hidden, sizeof(float));
        if (!state->h[i] || !state->c[i]) {
            brds_float_state_free(state);
            return brds_fail_memory(diag);
        }
    }
    return BRDS_OK;
}

void brds_float_state_reset(const brds_network *network, brds_float_state *state)
{
    for (int i = 0; i < network->layer_count; i++) {
        memset(state->h[i], 0, (size_t)network->layers[i].output * sizeof(float));
        memset(state->c[i], 0, (size_t)network->layers[i].hidden * sizeof(float));
    }
}

void brds_float_state_free(brds_float_state *state)
{
    for (int i = 0; i < BRDS_MAX_LAYERS; i++) {
        free(state->h[i]);
        free(state->c[i]);
    }
    *state = (brds_float_state){.h = {NULL}};
}

static double sigmoid(double z)
{
    return 1.0 / (1.0 + exp(-z));
}

/* Row `row` of `matrix` (rows, columns) times `vector` (columns). */
static double dot(const float *matrix, int row, int columns, const float *vector)
{
    const float *weights = matrix + (size_t)row * (size_t)columns;
    double sum = 0.0;
    for (int i = 0; i < columns; i++) {
        sum += (double)weights[i] * (double)vector[i];
    }
    return sum;
}

/* Unit `j` of a layer: c[j] is replaced, sigmoid(o) tanh(c) returned.
 * x (X), h (R) of the step before. */
static float step_unit(const brds_layer *layer, int j, const float *x, const float *h, float *c)
{
    const int hidden = layer->hidden;
    double z[GATES];
    for (int gate = 0; gate < GATES; gate++) {
        int row = gate * hidden + j;
        z[gate] = dot(layer->w_x, row, layer->columns_x, x) +
                  dot(layer->w_h, row, layer->output, h) + (double)layer->bias[row];
    }
    const float *peephole = layer->peephole;
    if (peephole) {
        z[GATE_I] += (double)peephole[PEEP_I * hidden + j] * (double)c[j];
        z[GATE_F] += (double)peephole[PEEP_F * hidden + j] * (double)c[j];
    }
    c[j] = (float)(sigmoid(z[GATE_F]) * (double)c[j] + sigmoid(z[GATE_I]) * tanh(z[GATE_G]));
    if (peephole) {
        z[GATE_O] += (double)peephole[PEEP_O * hidden + j] * (double)c[j];
    }
    return (float)(sigmoid(z[GATE_O]) * tanh((double)c[j]));
}

static void step_layer(const brds_layer *layer, const float *x, float *h, float *c)
{
    float m[BRDS_MAX_SIZE]; /* (H): every unit reads the old h */
    for (int j = 0; j < layer->hidden; j++) {
        m[j] = step_unit(layer, j, x, h, c);
    }
    if (!layer->w_p) {
        memcpy(h, m, (size_t)layer->hidden * sizeof(float));
        return;
    }
    for (int r = 0; r < layer->output; r++) {
        h[r] = (float)dot(layer->w_p, r, layer->hidden, m);
    }
}

void brds_float_step(const brds_network *network, const float *x, brds_float_state *state)
{
    for (int i = 0; i < network->layer_count; i++) {
        step_layer(&network->layers[i], x, state->h[i], state->c[i]);
        x = state->h[i];
    }
}

void brds_float_head(const brds_network *network, const float *h, float *out)
{
    int columns = network->layers[network->layer_count - 1].output;
    for (int i = 0; i < network->head_size; i++) {
        out[i] = (float)(dot(network->head_w, i, columns, h) + (double)network->head_bias[i]);
    }
}
