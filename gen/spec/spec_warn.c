/* SPDX-License-Identifier: Apache-2.0
 *
 * Advice: choices that are allowed but waste hardware.  The numbers follow
 * docs/microarchitecture.md, sections 3 (beats, element lanes) and 4 (memories).
 */
#include <stdio.h>

#include "spec/spec_private.h"

/* Less than this share of waste, in percent, is not worth a line. */
enum { LEAST_PERCENT = 1 };

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static int power_at_least(int value)
{
    int power = 1;
    while (power < value)
        power *= 2;
    return power;
}

static int percent(long part, long whole)
{
    return (int)((100 * part + whole / 2) / whole);
}

/* Beats that the weights of a row group need on each lane group. */
static int beats_x(const brds_spec *spec, int layer)
{
    return brds_divide_up(spec->layers[layer].nnz_x, spec->lanes_x);
}

static int beats_h(const brds_spec *spec, int layer)
{
    return brds_divide_up(spec->layers[layer].nnz_h, spec->lanes_h);
}

static bool divides(int divisor, int value, bool powers)
{
    return value % divisor == 0 && (!powers || (divisor & (divisor - 1)) == 0);
}

/* "a", "b" or "a or b": the divisors of `value` next to `near` on both sides
 * and up to `limit`; of them only powers of two where `powers`. */
static void name_divisors(int value, int near, int limit, bool powers, char *out, size_t room)
{
    int below = near - 1, above = near + 1;
    while (below > 0 && !divides(below, value, powers))
        below--;
    while (above <= limit && !divides(above, value, powers))
        above++;
    if (below > 0 && above <= limit)
        snprintf(out, room, "%d or %d", below, above);
    else
        snprintf(out, room, "%d", below > 0 ? below : above);
}

/* ---- lanes ---- */

/* Vectors in banks want powers of two. */
static bool in_banks(const brds_spec *spec)
{
    return spec->vector_memory == BRDS_VECTOR_BANKED;
}

/* The least number of lanes, `wanted` at least, that can be built. */
static int lanes_at_least(const brds_spec *spec, int wanted)
{
    return in_banks(spec) ? power_at_least(wanted) : wanted;
}

/* Lanes that find no weight in any layer. */
static bool advise_unused(brds_reader *reader, char group, int lanes, int most)
{
    char pointer[40], hint[60];
    int enough = lanes_at_least(&reader->draft->spec, most);
    if (lanes <= enough)
        return false;
    snprintf(pointer, sizeof(pointer), "/hardware/lanes_%c", group);
    snprintf(hint, sizeof(hint), "%d would be as fast", enough);
    brds_reader_warn(reader, pointer, hint,
                     "%d lanes, but no row of a W_%c has more than %d nonzeros", lanes, group,
                     most);
    return true;
}

static void advise_division(brds_reader *reader, const char *pointer, char group, int lanes,
                            int nnz, int columns)
{
    char hint[120], divisors[40], fill[40] = "";
    int slots = brds_divide_up(nnz, lanes) * lanes, waste = percent(slots - nnz, slots);
    if (waste < LEAST_PERCENT)
        return;
    name_divisors(nnz, lanes, BRDS_MAX_LANES, in_banks(&reader->draft->spec), divisors,
                  sizeof(divisors));
    if (slots <= columns)
        snprintf(fill, sizeof(fill), ", or nnz_%c = %d", group, slots);
    snprintf(hint, sizeof(hint), "lanes_%c = %s%s", group, divisors, fill);
    brds_reader_warn(reader, pointer, hint,
                     "lanes_%c = %d does not divide nnz_%c = %d: %d %% of the lanes' beats hold "
                     "padding",
                     group, lanes, group, nnz, waste);
}

static void advise_balance(brds_reader *reader, const char *pointer, int layer)
{
    const brds_spec *spec = &reader->draft->spec;
    int x = beats_x(spec, layer), h = beats_h(spec, layer);
    bool x_idle = x < h;
    int most = larger(x, h), least = x_idle ? x : h;
    int idle_nnz = x_idle ? spec->layers[layer].nnz_x : spec->layers[layer].nnz_h;
    int busy_nnz = x_idle ? spec->layers[layer].nnz_h : spec->layers[layer].nnz_x;
    int idle_lanes = x_idle ? spec->lanes_x : spec->lanes_h;
    int fewer = lanes_at_least(spec, brds_divide_up(idle_nnz, most));
    int more = lanes_at_least(spec, brds_divide_up(busy_nnz, least));
    int waste = percent(most - least, most);
    char idle = x_idle ? 'x' : 'h', busy = x_idle ? 'h' : 'x', save[80] = "", speed[80] = "";
    if (waste < LEAST_PERCENT)
        return;
    if (fewer < idle_lanes)
        snprintf(save, sizeof(save), "lanes_%c = %d is as fast", idle, fewer);
    if (more <= BRDS_MAX_LANES)
        snprintf(speed, sizeof(speed), "lanes_%c = %d needs %d beat%s", busy, more, least,
                 least == 1 ? "" : "s");
    if (*save == '\0' && *speed == '\0')
        return; /* no other number of lanes can be built */
    char hint[180];
    snprintf(hint, sizeof(hint), "%s%s%s", save, *save && *speed ? "; " : "", speed);
    brds_reader_warn(reader, pointer, hint,
                     "a row group needs %d beat%s of the x lanes and %d of the h lanes: the %c "
                     "lanes idle %d %% of the time",
                     x, x == 1 ? "" : "s", h, idle, waste);
}

static void advise_lanes(brds_reader *reader)
{
    const brds_spec *spec = &reader->draft->spec;
    int most_x = 0, most_h = 0;
    char pointer[60];
    for (int i = 0; i < spec->layer_count; i++) {
        most_x = larger(most_x, spec->layers[i].nnz_x);
        most_h = larger(most_h, spec->layers[i].nnz_h);
    }
    bool x_unused = advise_unused(reader, 'x', spec->lanes_x, most_x);
    bool h_unused = advise_unused(reader, 'h', spec->lanes_h, most_h);
    for (int i = 0; i < spec->layer_count; i++) {
        snprintf(pointer, sizeof(pointer), "/network/layers/%d", i);
        if (!x_unused)
            advise_division(reader, pointer, 'x', spec->lanes_x, spec->layers[i].nnz_x,
                            brds_spec_columns_x(spec, i));
        if (!h_unused)
            advise_division(reader, pointer, 'h', spec->lanes_h, spec->layers[i].nnz_h,
                            brds_spec_output_size(spec, i));
        advise_balance(reader, pointer, i);
    }
}

/* ---- processing elements ---- */

static void advise_groups(brds_reader *reader, int layer)
{
    const brds_spec *spec = &reader->draft->spec;
    int hidden = spec->layers[layer].hidden_size,
        units = brds_divide_up(hidden, spec->pes) * spec->pes;
    int waste = percent(units - hidden, units);
    char pointer[60], hint[120], divisors[40];
    if (waste < LEAST_PERCENT)
        return;
    name_divisors(hidden, spec->pes, BRDS_MAX_PES, false, divisors, sizeof(divisors));
    snprintf(pointer, sizeof(pointer), "/network/layers/%d/hidden_size", layer);
    snprintf(hint, sizeof(hint), "pes = %s, or hidden_size = %d", divisors, units);
    brds_reader_warn(reader, pointer, hint,
                     "pes = %d does not divide hidden_size = %d: the last row group is filled up, "
                     "%d %% of the layer's work is padding",
                     spec->pes, hidden, waste);
}

/* E divides P: with an odd part in P a row group is drained in more slots than
 * its weights take beats. */
static void advise_drain(brds_reader *reader)
{
    const brds_spec *spec = &reader->draft->spec;
    int lanes = brds_spec_element_lanes(spec), slots = spec->pes / lanes;
    char hint[80];
    for (int i = 0; i < spec->layer_count; i++) {
        int beats = brds_spec_gate_beats(spec, i);
        if (slots <= beats)
            continue;
        snprintf(hint, sizeof(hint), "give a power of two, such as %d",
                 power_at_least(spec->pes) / 2);
        brds_reader_warn(reader, "/hardware/pes", hint,
                         "%d PEs share %d element lane%s: a row group of layer %d takes %d beats, "
                         "its weights need %d",
                         spec->pes, lanes, lanes == 1 ? "" : "s", i, slots, beats);
    }
}

/* Closes come late only if a row group's slots take fewer cycles than its beats. */
static void advise_open_groups(brds_reader *reader)
{
    const brds_spec *spec = &reader->draft->spec;
    int slots = spec->pes / brds_spec_element_lanes(spec);
    if (spec->open_groups == 1)
        return;
    for (int i = 0; i < spec->layer_count; i++) {
        int beats = brds_spec_gate_beats(spec, i);
        if (slots >= beats)
            brds_reader_warn(reader, "/hardware/open_groups", "1 is as fast",
                             "%d row groups at a time, but those of layer %d are drained in %d "
                             "cycle%s, as many as they have beats: none can wait",
                             spec->open_groups, i, slots, slots == 1 ? "" : "s");
    }
}

/* Bits of a DSP block's wider signed operand; 0: the family has none, or Yosys infers none. */
static int dsp_operand_bits(brds_family family)
{
    switch (family) {
    case BRDS_FAMILY_XCUP:
    case BRDS_FAMILY_INTEL_ALM:
        return 27;
    case BRDS_FAMILY_XC7:
        return 25;
    case BRDS_FAMILY_ECP5:
    case BRDS_FAMILY_NEXUS:
        return 18;
    case BRDS_FAMILY_ICE40:
        return 16;
    case BRDS_FAMILY_GOWIN:
    case BRDS_FAMILY_GENERIC:
        break;
    }
    return 0;
}

/* Both weights stand in one operand, a product apart, with a bit for the borrow. */
static void advise_products(brds_reader *reader)
{
    const brds_spec *spec = &reader->draft->spec;
    int bits = 2 * spec->weight_bits + spec->activation.bits + 1;
    int most = dsp_operand_bits(spec->family);
    if (spec->products_per_dsp > 1 && most > 0 && bits > most)
        brds_reader_warn(
            reader, "/hardware/products_per_dsp", "give 1, or narrower weights or activations",
            "two weights of %d bits, a product of %d bits apart, make an operand of %d "
            "bits: a block of this family takes %d, so that two products take several",
            spec->weight_bits, spec->weight_bits + spec->activation.bits, bits, most);
}

/* ---- memories ---- */

/* Block RAMs hold 512 words or more, so that nothing is lost below. */
enum { SMALLEST_BLOCK = 512, MOSTLY_EMPTY_PERCENT = 40 };

static void advise_depth(brds_reader *reader, const char *memory, int words, int capacity,
                         const char *hint)
{
    int empty = percent(capacity - words, capacity);
    if (capacity > SMALLEST_BLOCK && empty >= MOSTLY_EMPTY_PERCENT)
        brds_reader_warn(reader, "/hardware", hint, "the %s uses %d of %d words: %d %% stay empty",
                         memory, words, capacity, empty);
}

/* One word a beat, over all phases. */
static int weight_words(const brds_spec *spec)
{
    int slots = spec->pes / brds_spec_element_lanes(spec), lanes = spec->lanes_x + spec->lanes_h,
        words = 0;
    for (int i = 0; i < spec->layer_count; i++) {
        const brds_layer_spec *layer = &spec->layers[i];
        int beats = larger(brds_spec_gate_beats(spec, i), slots);
        words += brds_divide_up(layer->hidden_size, spec->pes) * beats;
        if (layer->projection_size > 0)
            words += brds_divide_up(layer->projection_size, 4 * spec->pes) *
                     larger(brds_divide_up(layer->nnz_p, lanes), 4 * slots);
    }
    if (spec->head.present)
        words += brds_divide_up(spec->head.size, 4 * spec->pes) *
                 larger(brds_divide_up(spec->head.nnz, lanes), 4 * slots);
    return words;
}

/* Every vector lies in a slot of a power of two of words. */
static void add_vector(int size, int lanes, int *used, int *slots)
{
    *used += size;
    *slots += power_at_least(brds_divide_up(size, lanes) * lanes);
}

static void advise_vectors(brds_reader *reader, char group)
{
    const brds_spec *spec = &reader->draft->spec;
    int lanes = brds_spec_element_lanes(spec), used = 0, slots = 0;
    char memory[40];
    if (group == 'x')
        add_vector(spec->input_size, lanes, &used, &slots);
    for (int i = 0; i < spec->layer_count; i++) {
        const brds_layer_spec *layer = &spec->layers[i];
        if (group == 'h' || i + 1 < spec->layer_count || spec->head.present)
            add_vector(brds_spec_output_size(spec, i), lanes, &used, &slots);
        if (layer->projection_size > 0)
            add_vector(layer->hidden_size, lanes, &used, &slots);
    }
    snprintf(memory, sizeof(memory), "vector memory of an %c lane", group);
    advise_depth(reader, memory, 2 * used, 2 * power_at_least(slots),
                 "vector sizes at or just below a power of two fill it");
}

void brds_advise(brds_reader *reader)
{
    const brds_spec *spec = &reader->draft->spec;
    advise_lanes(reader);
    for (int i = 0; i < spec->layer_count; i++)
        advise_groups(reader, i);
    advise_drain(reader);
    advise_open_groups(reader);
    advise_products(reader);
    int words = weight_words(spec);
    advise_depth(reader, "weight memory", words, power_at_least(words),
                 "a few more lanes or PEs would halve it, or use the room for more weights");
    advise_vectors(reader, 'x');
    advise_vectors(reader, 'h');
}
