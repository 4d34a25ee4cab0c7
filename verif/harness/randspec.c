/* SPDX-License-Identifier: Apache-2.0
 *
 * Prints a random valid spec for a seed: every key varies, corners are drawn
 * more often than their share, sizes stay small enough to simulate in seconds.
 * What brds_spec_parse refuses is drawn again.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/random.h"
#include "plan/plan.h"
#include "spec/spec.h"

enum { TRIES = 1000, MAX_MULTIPLIERS = 96, MAX_BEATS = 2000 };

static brds_random rng;

static int between(int low, int high)
{
    return low + (int)brds_random_below(&rng, (uint64_t)(high - low + 1));
}

static bool chance(int percent)
{
    return between(1, 100) <= percent;
}

/* A range with its ends drawn more often. */
static int corner(int low, int high)
{
    int draw = between(0, 9);
    return draw == 0 ? low : draw == 1 ? high : between(low, high);
}

static int pick(const int *values, int count)
{
    return values[between(0, count - 1)];
}

static void set(json_t *object, const char *key, int value)
{
    json_object_set_new(object, key, json_integer(value));
}

static void set_word(json_t *object, const char *key, const char *word)
{
    json_object_set_new(object, key, json_string(word));
}

/* Half of the time one of a few nonzeros, else any count, else left out (dense). */
static void set_nnz(json_t *object, const char *key, int columns)
{
    int draw = between(0, 9);
    if (draw < 5)
        set(object, key, between(1, columns < 8 ? columns : 8));
    else if (draw < 9)
        set(object, key, corner(1, columns));
}

static json_t *network(bool *head)
{
    json_t *net = json_object(), *layers = json_array();
    int count = chance(50) ? 1 : chance(80) ? between(2, 3) : between(4, 8);
    int columns = chance(10) ? between(64, 400) : corner(1, 40);
    set(net, "input_size", columns);
    for (int l = 0; l < count; l++) {
        json_t *layer = json_object();
        int hidden = count > 3 ? between(1, 12) : corner(1, 48), output = hidden;
        set(layer, "hidden_size", hidden);
        set_nnz(layer, "nnz_x", columns);
        if (hidden > 1 && chance(20)) {
            output = between(1, hidden - 1);
            set(layer, "projection_size", output);
            set_nnz(layer, "nnz_p", hidden);
        }
        set_nnz(layer, "nnz_h", output);
        if (chance(20))
            json_object_set_new(layer, "peephole", json_true());
        json_array_append_new(layers, layer);
        columns = output;
    }
    json_object_set_new(net, "layers", layers);
    *head = chance(40);
    if (*head) {
        json_t *h = json_object();
        set(h, "size", corner(1, 30));
        set_nnz(h, "nnz", columns);
        if (chance(40)) {
            int bits = between(8, 32);
            json_object_set_new(
                h, "output", json_pack("{s:i, s:i}", "bits", bits, "frac", between(0, bits - 1)));
        }
        json_object_set_new(net, "head", h);
    }
    return net;
}

static json_t *numeric(void)
{
    static const char *const roundings[] = {"half_up", "half_even", "truncate"};
    static const int segments[] = {4, 8, 16, 32, 64, 128, 256};
    int bits = chance(40) ? 16 : corner(8, 18), cell = chance(40) ? 24 : corner(8, 32);
    json_t *n = json_object();
    json_object_set_new(n, "weight", json_pack("{s:i}", "bits", corner(2, 18)));
    json_object_set_new(
        n, "activation",
        json_pack("{s:i, s:i}", "bits", bits, "frac", between(bits > 9 ? bits - 9 : 0, bits - 1)));
    json_object_set_new(n, "cell",
                        json_pack("{s:i, s:i}", "bits", cell, "frac", between(0, cell - 1)));
    set_word(n, "rounding", roundings[between(0, 2)]);
    set(n, "function_segments", segments[between(0, 6)]);
    return n;
}

static json_t *hardware(void)
{
    static const int pes[] = {1, 1, 2, 3, 4, 4, 5, 8, 8, 12, 16, 32};
    json_t *h = json_object();
    set(h, "pes", pick(pes, 12));
    set(h, "lanes_x", chance(70) ? between(1, 4) : between(1, 16));
    set(h, "lanes_h", chance(70) ? between(1, 4) : between(1, 16));
    json_object_set_new(h, "pipeline",
                        json_pack("{s:i, s:i, s:i, s:i}", "memory", between(1, 2), "multiplier",
                                  between(1, 4), "adder_every", between(1, 4), "function",
                                  between(1, 3)));
    set_word(h, "weights", chance(30) ? "rom" : "ram");
    if (chance(30)) {
        set_word(h, "index", "relative");
        set(h, "index_bits", between(4, 9));
    }
    if (chance(30))
        set_word(h, "function_multiplier", "logic");
    return h;
}

static json_t *interface(void)
{
    static const int bits[] = {32, 64, 64, 128, 256, 512};
    json_t *i = json_object();
    set(i, "stream_bits", pick(bits, 6));
    if (chance(15))
        set_word(i, "control", "none");
    if (chance(70))
        set_word(i, "output", chance(50) ? "every_step" : "last_step");
    if (chance(25))
        json_object_set_new(i, "initial_state", json_true());
    return i;
}

/* Small enough to simulate, and relative gaps that a random network of this shape can hold. */
static bool suits(const brds_spec *spec)
{
    brds_plan plan;
    brds_diag diag = {0};
    bool fits = brds_plan_make(spec, &plan, &diag) == BRDS_OK &&
                plan.multipliers <= MAX_MULTIPLIERS && plan.words <= MAX_BEATS;
    brds_diag_free(&diag);
    for (int p = 0; fits && spec->index == BRDS_INDEX_RELATIVE && p < plan.phase_count; p++) {
        const brds_phase *phase = &plan.phases[p];
        fits =
            phase->columns_x <= 1 << spec->index_bits && phase->columns_h <= 1 << spec->index_bits;
    }
    return fits;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: randspec SEED\n");
        return BRDS_EUSAGE;
    }
    uint64_t seed = strtoull(argv[1], NULL, 10);
    brds_random_seed(&rng, seed);
    for (int i = 0; i < TRIES; i++) {
        bool head = false;
        char name[32];
        snprintf(name, sizeof name, "random_%llu", (unsigned long long)seed);
        json_t *doc = json_object();
        set(doc, "brds", 1);
        set_word(doc, "name", name);
        json_object_set_new(doc, "network", network(&head));
        json_object_set_new(doc, "numeric", numeric());
        json_object_set_new(doc, "hardware", hardware());
        json_object_set_new(doc, "interface", interface());
        char *text = json_dumps(doc, JSON_INDENT(2));
        json_decref(doc);
        brds_spec spec;
        brds_diag diag = {0};
        bool good = text &&
                    brds_spec_parse(text, strlen(text), name, false, &spec, &diag) == BRDS_OK &&
                    suits(&spec);
        brds_diag_free(&diag);
        if (good)
            puts(text);
        free(text);
        if (good)
            return BRDS_OK;
    }
    fprintf(stderr, "randspec: no valid spec in %d tries\n", TRIES);
    return BRDS_EFILE;
}
