/* SPDX-License-Identifier: Apache-2.0
 *
 * Specs for the tests of plan and pack: one of a kind by hand, many at random.
 */
#ifndef BRDS_UNIT_PLAN_FIXTURE_H
#define BRDS_UNIT_PLAN_FIXTURE_H

#include <stdint.h>
#include <string.h>

#include "io/diag.h"
#include "io/random.h"
#include "net/network.h"
#include "pack/pack.h"
#include "spec/spec.h"

/* 39 -> 128 -> 10, the network of docs and examples. */
static inline brds_spec digits_spec(void)
{
    brds_spec spec = {.name = "digits",
                      .input_size = 39,
                      .layer_count = 1,
                      .head = {true, 10, 128, {16, 10}},
                      .weight_bits = 8,
                      .activation = {16, 12},
                      .cell = {24, 16},
                      .function_segments = 32,
                      .pes = 4,
                      .lanes_x = 1,
                      .lanes_h = 2,
                      .pipeline = {1, 3, 1, 2, 1},
                      .weights = BRDS_WEIGHTS_RAM,
                      .open_groups = 1,
                      .products_per_dsp = 1,
                      .streams = 1,
                      .stream_bits = 64,
                      .output = BRDS_OUTPUT_LAST_STEP,
                      .family = BRDS_FAMILY_XCUP,
                      .clock_mhz = 200};
    spec.layers[0] = (brds_layer_spec){.hidden_size = 128, .nnz_x = 8, .nnz_h = 16};
    return spec;
}

static inline int between(brds_random *random, int low, int high)
{
    return low + (int)brds_random_below(random, (uint64_t)(high - low + 1));
}

static inline void random_layers(brds_random *random, brds_spec *spec)
{
    int columns = spec->input_size;
    spec->layer_count = between(random, 1, 3);
    for (int l = 0; l < spec->layer_count; l++) {
        brds_layer_spec *layer = &spec->layers[l];
        layer->hidden_size = between(random, 2, 40);
        layer->projection_size =
            between(random, 0, 2) == 0 ? between(random, 1, layer->hidden_size - 1) : 0;
        layer->nnz_p = layer->projection_size ? between(random, 1, layer->hidden_size) : 0;
        layer->peephole = between(random, 0, 3) == 0;
        layer->nnz_x = between(random, 1, columns);
        columns = layer->projection_size ? layer->projection_size : layer->hidden_size;
        layer->nnz_h = between(random, 1, columns);
    }
    spec->head.present = between(random, 0, 1) == 1;
    spec->head.size = between(random, 1, 50);
    spec->head.nnz = between(random, 1, columns);
    spec->head.output = (brds_format){between(random, 8, 24), 7};
}

/* Any small machine that brds_spec_parse could have made. */
static inline brds_spec random_spec(uint64_t seed)
{
    static const int streams[] = {32, 64, 128, 256, 512};
    brds_random random;
    brds_spec spec;
    memset(&spec, 0, sizeof(spec));
    brds_random_seed(&random, seed);
    memcpy(spec.name, "random", 7);
    spec.input_size = between(&random, 1, 40);
    random_layers(&random, &spec);
    spec.weight_bits = between(&random, 2, 18);
    spec.activation.bits = between(&random, 8, 18);
    spec.activation.frac = spec.activation.bits - between(&random, 1, 6);
    spec.cell = (brds_format){between(&random, 20, 32), 14};
    spec.function_segments = 16;
    spec.pes = between(&random, 1, 9);
    spec.lanes_x = between(&random, 1, 5);
    spec.lanes_h = between(&random, 1, 5);
    spec.pipeline.memory = between(&random, 1, 2);
    spec.pipeline.multiplier = between(&random, 1, 4);
    spec.pipeline.adder_every = between(&random, 1, 3);
    spec.pipeline.function = between(&random, 1, 3);
    spec.weights = BRDS_WEIGHTS_RAM;
    spec.index = between(&random, 0, 1) ? BRDS_INDEX_RELATIVE : BRDS_INDEX_ABSOLUTE;
    spec.index_bits = spec.index == BRDS_INDEX_RELATIVE ? 6 : 0; /* every gap below 64 fits */
    spec.stream_bits = streams[between(&random, 0, 4)];
    spec.output = between(&random, 0, 1) ? BRDS_OUTPUT_LAST_STEP : BRDS_OUTPUT_EVERY_STEP;
    spec.initial_state = true;
    spec.protect = (brds_protect)between(&random, 0, 2); /* the last draws: they change no other */
    spec.open_groups = spec.index == BRDS_INDEX_ABSOLUTE ? 1 << between(&random, 0, 3) : 1;
    spec.vector_memory = (brds_vector_memory)between(&random, 0, 1);
    spec.products_per_dsp = 1;
    spec.pipeline.element = between(&random, 1, 2);
    spec.streams = 1;
    spec.clock_mhz = 100;
    return spec;
}

/* The same with its weights in a memory outside, of any speed. */
static inline brds_spec random_stream_spec(uint64_t seed)
{
    static const int widths[] = {32, 64, 128, 256, 512};
    brds_spec spec = random_spec(seed);
    brds_random random;
    brds_random_seed(&random, 77 + seed);
    spec.weights = BRDS_WEIGHTS_STREAM;
    spec.memory.bits = widths[between(&random, 0, 4)];
    spec.memory.latency = between(&random, 2, 150);
    spec.memory.interval = between(&random, 1, 3);
    spec.memory.prefetch_words = 16 << between(&random, 0, 3);
    return spec;
}

/* A random network of the spec, packed; asserts that it worked. */
static inline void pack_random(const brds_spec *spec, uint64_t seed, brds_packed *packed)
{
    brds_diag diag = {0};
    brds_network network;
    assert_int_equal(brds_network_random(spec, seed, &network, &diag), BRDS_OK);
    brds_status status = brds_pack("random", spec, &network, packed, &diag);
    if (status != BRDS_OK) {
        brds_diag_print(&diag, stderr);
    }
    assert_int_equal(status, BRDS_OK);
    brds_network_free(&network);
    brds_diag_free(&diag);
}

/* The place of a phase at which a group is closed. */
static inline int close_of(const brds_packed *packed, int p, int group)
{
    const int *closes = packed->schedule.pace.closes[p];
    return closes != NULL ? closes[group] : (group + 1) * packed->plan.phases[p].beats - 1;
}

#endif
