/* SPDX-License-Identifier: Apache-2.0
 *
 * Random valid specs.  See generate.h.  A document is drawn key by key as the table of keys says, then
 * brds_spec_parse judges it: what it refuses, and what would take too long, is drawn again.  The rules
 * say only what a key's row cannot: usual sizes and ranges that depend on other keys.  A key without a
 * rule is drawn over its whole range.
 */
#include "generate.h"

#include <stdlib.h>
#include <string.h>

#include "goals.h"
#include "io/random.h"
#include "io/strings.h"
#include "net/network.h"
#include "pack/pack.h"

enum { TRIES = 900, SPOT_TRIES = 700, LONGEST_MS = 60000 };

typedef struct {
    brds_random random;
    uint64_t seed;
    const goal *spot; /* what this document must meet; NULL: nothing */
    int spot_item;    /* in which layer; of a goal of the head: the last */
    json_t *root;
} draw;

typedef struct {
    const char *pointer;
    int usual;   /* drawn up to this, apart from goals; 0: the whole range */
    int percent; /* how often an optional key is given; 0: as most */
    int pass;    /* keys of an object are drawn in this order, then in the table's */
    void (*bound)(const draw *d, const json_t *object, int *low, int *high);
} rule;

/* ---- numbers ---- */

static int between(draw *d, int low, int high)
{
    return high <= low ? low : low + (int)brds_random_below(&d->random, (uint64_t)(high - low + 1));
}

static bool chance(draw *d, int percent)
{
    return between(d, 1, 100) <= percent;
}

/* ---- what has been drawn ---- */

static int given(const json_t *object, const char *name, int otherwise)
{
    const json_t *value = json_object_get(object, name);
    return value ? (int)json_integer_value(value) : otherwise;
}

static const json_t *layers(const draw *d)
{
    return json_object_get(json_object_get(d->root, "network"), "layers");
}

static int outputs(const json_t *layer)
{
    return given(layer, "projection_size", given(layer, "hidden_size", 1));
}

/* The layer being drawn is the last of the array. */
static void bound_nnz_x(const draw *d, const json_t *object, int *low, int *high)
{
    (void)object, (void)low;
    size_t count = json_array_size(layers(d));
    *high = count > 1 ? outputs(json_array_get(layers(d), count - 2))
                      : given(json_object_get(d->root, "network"), "input_size", 1);
}

static void bound_nnz_h(const draw *d, const json_t *object, int *low, int *high)
{
    (void)d, (void)low;
    *high = outputs(object);
}

static void bound_nnz_p(const draw *d, const json_t *object, int *low, int *high)
{
    (void)d, (void)low;
    *high = given(object, "hidden_size", 1);
}

static void bound_projection(const draw *d, const json_t *object, int *low, int *high)
{
    (void)d, (void)low;
    *high = given(object, "hidden_size", 1) - 1;
}

static void bound_head(const draw *d, const json_t *object, int *low, int *high)
{
    (void)object, (void)low;
    *high = outputs(json_array_get(layers(d), json_array_size(layers(d)) - 1));
}

static int activation_bits(const draw *d)
{
    enum { DEFAULT_BITS = 16 };
    return given(json_object_get(json_object_get(d->root, "numeric"), "activation"), "bits",
                 DEFAULT_BITS);
}

static void bound_activation(const draw *d, const json_t *object, int *low, int *high)
{
    (void)object;
    *high = activation_bits(d) - 1;
    *low = *high - 8 > 0 ? *high - 8 : 0;
}

static void bound_cell(const draw *d, const json_t *object, int *low, int *high)
{
    enum { DEFAULT_BITS = 24 };
    int bits = given(object, "bits", DEFAULT_BITS), coarsest = activation_bits(d) - 9;
    *high = bits - 1 < *high ? bits - 1 : *high;
    *low = coarsest > 0 ? coarsest : 0;
}

static void bound_output(const draw *d, const json_t *object, int *low, int *high)
{
    (void)d, (void)low;
    *high = given(object, "bits", 8) - 1;
}

static const rule rules[] = {
    {.pointer = "/$schema", .percent = 10},
    {"/network/input_size", 40, 0, 0, NULL},
    {"/network/layers", 3, 0, 0, NULL},
    {"/network/layers/*/hidden_size", 32, 0, 0, NULL},
    {"/network/layers/*/projection_size", 0, 25, 1, bound_projection},
    {"/network/layers/*/sparsity_x", 0, 20, 2, NULL},
    {"/network/layers/*/sparsity_h", 0, 20, 2, NULL},
    {"/network/layers/*/sparsity_p", 0, 30, 2, NULL},
    {"/network/layers/*/nnz_x", 8, 75, 3, bound_nnz_x},
    {"/network/layers/*/nnz_h", 8, 75, 3, bound_nnz_h},
    {"/network/layers/*/nnz_p", 8, 60, 3, bound_nnz_p},
    {"/network/head", 0, 40, 0, NULL},
    {"/network/head/size", 30, 0, 0, NULL},
    {"/network/head/nnz", 8, 50, 1, bound_head},
    {"/network/head/sparsity", 0, 20, 0, NULL},
    {"/network/head/output/frac", 0, 50, 1, bound_output},
    {"/numeric", 0, 90, 0, NULL},
    {"/numeric/activation/frac", 0, 70, 1, bound_activation},
    {"/numeric/cell/frac", 0, 70, 1, bound_cell},
    {"/hardware/pes", 16, 0, 0, NULL},
    {"/hardware/lanes_x", 8, 0, 0, NULL},
    {"/hardware/lanes_h", 8, 0, 0, NULL},
    {.pointer = "/hardware/streams", .percent = 40},
    {"/interface", 0, 85, 0, NULL},
};

/* Goals that another key's largest value makes possible. */
static const struct {
    const char *goal, *lifted;
} lifts[] = {
    {"/network/layers/*/nnz_x", "/network/input_size"},
    {"/network/layers/*/projection_size", "/network/layers/*/hidden_size"},
    {"/network/layers/*/nnz_h", "/network/layers/*/hidden_size"},
    {"/network/layers/*/nnz_p", "/network/layers/*/hidden_size"},
    {"/network/head/nnz", "/network/layers/*/hidden_size"},
};

static const rule *rule_of(const brds_key *key)
{
    static const rule none = {.pointer = ""}, needing = {.pointer = "", .pass = 1};
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (strcmp(rules[i].pointer, key->pointer) == 0)
            return &rules[i];
    }
    return key->needs ? &needing : &none;
}

/* ---- the goal of this document ---- */

static bool is_spot(const draw *d, const brds_key *key, int item)
{
    return d->spot && d->spot->key == key && (item < 0 || item == d->spot_item);
}

static bool is_lifted(const draw *d, const brds_key *key, int item)
{
    if (!d->spot || d->spot->kind != GOAL_MAXIMUM || (item >= 0 && item != d->spot_item))
        return false;
    for (size_t i = 0; i < sizeof lifts / sizeof lifts[0]; i++) {
        if (strcmp(lifts[i].goal, d->spot->key->pointer) == 0 &&
            strcmp(lifts[i].lifted, key->pointer) == 0)
            return true;
    }
    return false;
}

static bool holds_spot(const draw *d, const brds_key *key)
{
    size_t length = strlen(key->pointer);
    return d->spot && strncmp(d->spot->key->pointer, key->pointer, length) == 0 &&
           d->spot->key->pointer[length] == '/';
}

static bool names(const char *name, const brds_key *key)
{
    return name && strcmp(name, brds_key_name(key)) == 0;
}

/* The goal's key needs this sibling. */
static bool spot_needs(const draw *d, const brds_key *key, int item)
{
    return d->spot && names(d->spot->key->needs, key) && (item < 0 || item == d->spot_item) &&
           brds_key_parent(d->spot->key) == brds_key_parent(key);
}

/* The goal's key excludes this sibling, or the other way round. */
static bool spot_excludes(const draw *d, const brds_key *key, int item)
{
    return d->spot && d->spot->kind != GOAL_DEFAULT && (item < 0 || item == d->spot_item) &&
           brds_key_parent(d->spot->key) == brds_key_parent(key) &&
           (names(d->spot->key->excludes, key) || names(key->excludes, d->spot->key));
}

/* ---- values ---- */

static int usual_number(draw *d, const brds_key *key, int low, int high, int usual)
{
    int most = usual && usual < high ? usual : high, dice = between(d, 0, 11);
    if (dice == 0)
        return low;
    if (dice == 1)
        return most;
    if (dice == 2 && key->fallback >= low && key->fallback <= high)
        return key->fallback;
    return usual ? between(d, low, between(d, low, most)) : between(d, low, most);
}

/* The value of a key that counts something, or -1 where no value is possible. */
static int draw_number(draw *d, const brds_key *key, const json_t *object, int item)
{
    const rule *r = rule_of(key);
    int low = key->low, high = key->high;
    if (is_lifted(d, key, item))
        return high;
    bool spot = is_spot(d, key, item);
    if (spot && d->spot->kind == GOAL_MINIMUM)
        return low;
    if (spot && d->spot->kind == GOAL_MAXIMUM)
        return high;
    if (r->bound && object)
        r->bound(d, object, &low, &high);
    if (high < low)
        return -1;
    if (spot)
        return between(d, key->low + 1, r->usual ? r->usual : high);
    return usual_number(d, key, low, high, r->usual);
}

static json_t *draw_word(draw *d, const brds_key *key, int item)
{
    int count = 0;
    while (key->words[count])
        count++;
    int word = is_spot(d, key, item) ? d->spot->word : between(d, 0, count - 1);
    return key->type == BRDS_KEY_WORD ? json_string(key->words[word])
                                      : json_integer(strtol(key->words[word], NULL, 10));
}

static json_t *draw_fraction(draw *d, const brds_key *key, int item)
{
    int dice = between(d, 0, 9);
    goal_kind kind = is_spot(d, key, item) ? d->spot->kind
                     : dice == 0           ? GOAL_MINIMUM
                     : dice == 1           ? GOAL_MAXIMUM
                                           : GOAL_BETWEEN;
    return json_real(kind == GOAL_MINIMUM   ? 0.0
                     : kind == GOAL_MAXIMUM ? LARGEST_FRACTION
                                            : between(d, 1, 99) / 100.0);
}

static json_t *draw_name(draw *d, const brds_key *key, int item)
{
    char name[BRDS_NAME_LENGTH + 1];
    int length = snprintf(name, sizeof name, "random_%llu_", (unsigned long long)d->seed) - 1;
    goal_kind kind = is_spot(d, key, item) ? d->spot->kind : GOAL_BETWEEN;
    int wanted = kind == GOAL_MINIMUM ? 1 : kind == GOAL_MAXIMUM ? BRDS_NAME_LENGTH : length;
    for (int i = length; i < BRDS_NAME_LENGTH; i++)
        name[i] = i == length ? '_' : (char)('a' + between(d, 0, 25));
    if (kind == GOAL_MINIMUM)
        name[0] = (char)('a' + between(d, 0, 25));
    name[wanted] = '\0';
    return json_string(name);
}

/* ---- the document ---- */

static void draw_object(draw *d, const brds_key *parent, json_t *object, int item);

static void draw_items(draw *d, const brds_key *key, json_t *array)
{
    int count = draw_number(d, key, NULL, -1);
    if (d->spot)
        d->spot_item = d->spot->key->stride ? between(d, 0, count - 1) : count - 1;
    /* only the first layer's columns can be the largest: those of the input */
    if (d->spot && d->spot->kind == GOAL_MAXIMUM && names("nnz_x", d->spot->key))
        d->spot_item = 0;
    for (int i = 0; i < count; i++) {
        json_t *object = json_object();
        json_array_append_new(array, object);
        draw_object(d, brds_key_item(key), object, i);
    }
}

static json_t *draw_simple(draw *d, const brds_key *key, const json_t *object, int item)
{
    int number;
    switch (key->type) {
    case BRDS_KEY_INTEGER:
        number = draw_number(d, key, object, item);
        return number < 0 ? NULL : json_integer(number);
    case BRDS_KEY_CHOICE:
    case BRDS_KEY_WORD:
        return draw_word(d, key, item);
    case BRDS_KEY_BOOLEAN:
        return json_boolean(is_spot(d, key, item) ? d->spot->kind == GOAL_MAXIMUM : chance(d, 50));
    case BRDS_KEY_FRACTION:
        return draw_fraction(d, key, item);
    case BRDS_KEY_NAME:
        return draw_name(d, key, item);
    case BRDS_KEY_TEXT:
        return json_string("spec.schema.json");
    case BRDS_KEY_OBJECT:
        return json_object();
    default:
        return json_array();
    }
}

/* Whether the siblings drawn so far allow this key. */
static bool allowed(const brds_key *key, const json_t *object)
{
    const brds_key *parent = brds_key_parent(key);
    for (const brds_key *k = NULL; (k = brds_key_child(parent, k)) != NULL;) {
        bool there = json_object_get(object, brds_key_name(k)) != NULL;
        if (there && (names(key->excludes, k) || names(k->excludes, key)))
            return false;
        if (names(key->needs, k) && !there)
            return false;
        if (names(key->needs, k) && key->needs_word &&
            strcmp(json_string_value(json_object_get(object, key->needs)), key->needs_word) != 0)
            return false;
    }
    return true;
}

static bool is_given(draw *d, const brds_key *key, const json_t *object, int item)
{
    enum { MOST = 60 };
    int percent = rule_of(key)->percent;
    if (is_spot(d, key, item))
        return d->spot->kind != GOAL_DEFAULT;
    if (spot_excludes(d, key, item) || !allowed(key, object))
        return false;
    return key->required || holds_spot(d, key) || spot_needs(d, key, item) ||
           is_lifted(d, key, item) || chance(d, percent ? percent : MOST);
}

static void draw_key(draw *d, const brds_key *key, json_t *object, int item)
{
    if (!is_given(d, key, object, item))
        return;
    bool word_needed = spot_needs(d, key, item) && d->spot->key->needs_word;
    json_t *value =
        word_needed ? json_string(d->spot->key->needs_word) : draw_simple(d, key, object, item);
    if (!value)
        return;
    json_object_set_new(object, brds_key_name(key), value);
    if (key->type == BRDS_KEY_OBJECT)
        draw_object(d, key, value, item);
    else if (key->type == BRDS_KEY_ARRAY)
        draw_items(d, key, value);
}

static void draw_object(draw *d, const brds_key *parent, json_t *object, int item)
{
    enum { PASSES = 4 };
    for (int pass = 0; pass < PASSES; pass++) {
        for (const brds_key *key = NULL; (key = brds_key_child(parent, key)) != NULL;) {
            if (rule_of(key)->pass == pass)
                draw_key(d, key, object, item);
        }
    }
}

/* ---- what is small enough ---- */

double random_spec_numbers(const brds_spec *spec)
{
    double sum = (double)spec->head.size *
                 (spec->head.present ? brds_spec_output_size(spec, spec->layer_count - 1) : 0);
    for (int l = 0; l < spec->layer_count; l++) {
        const brds_layer_spec *layer = &spec->layers[l];
        double columns = brds_spec_columns_x(spec, l) + brds_spec_output_size(spec, l);
        sum += 4.0 * layer->hidden_size * columns +
               (double)layer->projection_size * layer->hidden_size;
    }
    return sum;
}

/* Of a step whose weights come from outside: the memory's, and its latency once a buffer. */
static double memory_cycles(const brds_plan *plan)
{
    double data = plan->memory_chunks;
    double buffer = (double)plan->word_chunks * plan->spec.memory.prefetch_words;
    return buffer > 0.0
               ? data * plan->spec.memory.interval + data / buffer * plan->spec.memory.latency
               : 0.0;
}

/* Of the workload that a random spec gets; the images' loading included. */
static double cycles(const brds_plan *plan)
{
    enum { STEPS = 12, SEQUENCES = 3, PHASE = 25 };
    int streams = plan->spec.streams > 1 ? plan->spec.streams : 0; /* each has one more */
    double step = plan->x_words + plan->y_words;
    for (int p = 0; p < plan->phase_count; p++) {
        const brds_phase *phase = &plan->phases[p];
        int period = phase->beats > phase->slots ? phase->beats : phase->slots;
        step += (double)phase->groups * period + PHASE;
    }
    double memory = memory_cycles(plan);
    step = memory > step ? memory : step;
    int words = (plan->word_bits + plan->spec.stream_bits - 1) / plan->spec.stream_bits;
    return STEPS * (SEQUENCES + streams) * step / SEQUENCES + (double)plan->words * words +
           plan->unit_rows;
}

double random_spec_cost(const brds_spec *spec, brds_diag *diag)
{
    static const double most_numbers = 100e6;
    brds_plan plan;
    double numbers = random_spec_numbers(spec);
    if (numbers > most_numbers || brds_plan_make(spec, &plan, diag) != BRDS_OK)
        return -1.0;
    double multipliers = plan.multipliers;
    return 1000.0 + 25.0 * multipliers + numbers / 15000.0 + cycles(&plan) * multipliers / 500.0;
}

/* Relative gaps must fit the random network that the spec is simulated with. */
static bool packs(const brds_spec *spec, uint64_t seed)
{
    brds_network network = {0};
    brds_packed packed = {0};
    brds_diag diag = {0};
    bool good = spec->index != BRDS_INDEX_RELATIVE ||
                (brds_network_random(spec, seed, &network, &diag) == BRDS_OK &&
                 brds_pack("random", spec, &network, &packed, &diag) == BRDS_OK);
    brds_packed_free(&packed);
    brds_network_free(&network);
    brds_diag_free(&diag);
    return good;
}

static bool suits(const char *text, double most_ms, uint64_t seed)
{
    brds_spec spec;
    brds_diag diag = {0};
    bool good = brds_spec_parse(text, strlen(text), "random", false, &spec, &diag) == BRDS_OK;
    double ms = good ? random_spec_cost(&spec, &diag) : -1.0;
    brds_diag_free(&diag);
    return ms >= 0.0 && ms <= most_ms && packs(&spec, seed);
}

static char *draw_document(draw *d)
{
    d->root = json_object();
    d->spot_item = 0;
    draw_object(d, brds_keys, d->root, -1);
    char *text = json_dumps(d->root, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    char *ended = text ? brds_string_format("%s\n", text) : NULL;
    free(text);
    json_decref(d->root);
    return ended;
}

/* Most specs are small; where a goal needs a large one, the limit grows until one is found, and the
 * goal is given up if none is found at the limit's end. */
brds_status random_spec(uint64_t seed, char **text, brds_diag *diag)
{
    static const double starts[] = {1300, 1300, 1600, 1600, 2000, 2000, 2500, 3000, 4000, 6000};
    static goal goals[MOST_GOALS];
    enum { A_STEP = 30, A_PRIME = 7919 }; /* neighbours aim at keys far apart */
    draw d = {.seed = seed};
    size_t count = goals_list(goals);
    brds_random_seed(&d.random, seed);
    d.spot = &goals[seed % count * A_PRIME % count];
    double start = starts[between(&d, 0, 9)], limit = start;
    for (int i = 0; i < TRIES; i++) {
        if (i == SPOT_TRIES) {
            d.spot = NULL;
            limit = start;
        }
        *text = draw_document(&d);
        if (!*text)
            return brds_fail_memory(diag);
        if (suits(*text, limit, seed))
            return BRDS_OK;
        free(*text);
        if (i % A_STEP == A_STEP - 1)
            limit = limit * 1.3 < LONGEST_MS ? limit * 1.3 : LONGEST_MS;
    }
    *text = NULL;
    return brds_fail(diag, BRDS_EFILE, "random", "", "no valid spec in %d tries", TRIES);
}
