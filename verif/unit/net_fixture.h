/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of quantised networks share: specs, plans and networks of any
 * shape.  Included once, after <cmocka.h>.
 */
#ifndef BRDS_UNIT_NET_FIXTURE_H
#define BRDS_UNIT_NET_FIXTURE_H

#include <stdio.h>
#include <string.h>

#include "io/diag.h"
#include "io/random.h"
#include "net/network.h"
#include "net/qnet.h"
#include "plan/plan.h"
#include "spec/spec.h"

static inline void assert_ok(brds_status status, brds_diag *diag)
{
    if (status != BRDS_OK) {
        brds_diag_print(diag, stderr);
    }
    brds_diag_free(diag);
    *diag = (brds_diag){0};
    assert_int_equal(status, BRDS_OK);
}

/* 6 -> 5, dense, formats of the default spec. */
static inline brds_spec small_spec(void)
{
    return (brds_spec){.name = "small",
                       .input_size = 6,
                       .layer_count = 1,
                       .layers = {{.hidden_size = 5, .nnz_x = 6, .nnz_h = 5}},
                       .weight_bits = 8,
                       .activation = {16, 12},
                       .cell = {24, 16},
                       .function_segments = 32,
                       .pes = 1,
                       .lanes_x = 1,
                       .lanes_h = 1,
                       .pipeline = {1, 1, 1, 1, 1},
                       .weights = BRDS_WEIGHTS_RAM,
                       .streams = 1,
                       .stream_bits = 64,
                       .output = BRDS_OUTPUT_EVERY_STEP,
                       .initial_state = true,
                       .clock_mhz = 100};
}

/* Uniform in [low, high]. */
static inline int pick(brds_random *random, int low, int high)
{
    return low + (int)brds_random_below(random, (uint64_t)(high - low + 1));
}

static inline void random_formats(brds_random *random, brds_spec *spec)
{
    int a = pick(random, 8, 18);
    int low = a > 9 ? a - 9 : 0;
    spec->activation = (brds_format){a, pick(random, low, a - 1)};
    int c = pick(random, low + 1 > 8 ? low + 1 : 8, 32);
    spec->cell = (brds_format){c, pick(random, low, c - 1 < 28 ? c - 1 : 28)};
    spec->weight_bits = pick(random, 2, 18);
    spec->rounding = (brds_rounding)pick(random, 0, 2);
    spec->function_segments = 4 << pick(random, 0, a == 8 ? 3 : a < 11 ? 4 : 6);
    int o = pick(random, 8, 32);
    spec->head.output = (brds_format){o, pick(random, 0, o - 1)};
}

/* One to three layers of up to 20 units, in every combination of parts. */
static inline brds_spec random_spec(brds_random *random)
{
    brds_spec spec = small_spec();
    spec.input_size = pick(random, 1, 20);
    spec.layer_count = pick(random, 1, 3);
    int columns = spec.input_size;
    for (int l = 0; l < spec.layer_count; l++) {
        brds_layer_spec *layer = &spec.layers[l];
        *layer = (brds_layer_spec){.hidden_size = pick(random, 1, 20)};
        if (layer->hidden_size > 1 && pick(random, 0, 1)) {
            layer->projection_size = pick(random, 1, layer->hidden_size - 1);
            layer->nnz_p = pick(random, 1, layer->hidden_size);
        }
        int output = layer->projection_size ? layer->projection_size : layer->hidden_size;
        layer->peephole = pick(random, 0, 1);
        layer->nnz_x = pick(random, 1, columns);
        layer->nnz_h = pick(random, 1, output);
        columns = output;
    }
    if (pick(random, 0, 1)) {
        spec.head.present = true;
        spec.head.size = pick(random, 1, 30);
        spec.head.nnz = pick(random, 1, columns);
    }
    spec.pes = pick(random, 1, 4);
    random_formats(random, &spec);
    /* some networks' rows have exponents; no draw of its own, so that the others stay as they were */
    spec.row_scale_bits = (spec.input_size + spec.pes) % 4;
    return spec;
}

static inline void scale(float *values, int count, double factor)
{
    for (int i = 0; values != NULL && i < count; i++) {
        values[i] = (float)((double)values[i] * factor);
    }
}

/* Multiplies each matrix by a power of two of its own: formats are chosen by
 * value, and large ones make every narrowing saturate. */
static inline void scale_network(brds_random *random, brds_network *network, int low, int high)
{
    for (int l = 0; l < network->layer_count; l++) {
        brds_layer *layer = &network->layers[l];
        int h = layer->hidden;
        scale(layer->w_x, 4 * h * layer->columns_x, ldexp(1.0, pick(random, low, high)));
        scale(layer->w_h, 4 * h * layer->output, ldexp(1.0, pick(random, low, high)));
        scale(layer->w_p, layer->output * h, ldexp(1.0, pick(random, low, high)));
        scale(layer->bias, 4 * h, ldexp(1.0, pick(random, low, high)));
        scale(layer->peephole, 3 * h, ldexp(1.0, pick(random, low, high)));
    }
    int last = network->layers[network->layer_count - 1].output;
    scale(network->head_w, network->head_size * last, ldexp(1.0, pick(random, low, high)));
}

/* A plan, its network and the quantised network. */
typedef struct {
    brds_plan plan;
    brds_network network;
    brds_qnet qnet;
} quantised;

static inline void quantise(const brds_spec *spec, quantised *q)
{
    brds_diag diag = {0};
    assert_ok(brds_plan_make(spec, &q->plan, &diag), &diag);
    assert_ok(brds_qnet_make("model", &q->plan, &q->network, &q->qnet, &diag), &diag);
}

static inline void free_quantised(quantised *q)
{
    brds_qnet_free(&q->qnet);
    brds_network_free(&q->network);
}

#endif
