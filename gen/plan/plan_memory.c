/* SPDX-License-Identifier: Apache-2.0
 *
 * Memories (docs/microarchitecture.md section 4) and the shape's fingerprint
 * (section 5).
 */
#include <stdlib.h>
#include <zlib.h>

#include "fixed/fixed.h"
#include "io/strings.h"
#include "plan/plan_private.h"

/* ---- index fields ---- */

static void set_index_bits(brds_plan *plan)
{
    int most_x = 1, most_h = 1;
    for (int p = 0; p < plan->phase_count; p++) {
        const brds_phase *phase = &plan->phases[p];
        most_x = phase->columns_x > most_x ? phase->columns_x : most_x;
        most_h = phase->columns_h > most_h ? phase->columns_h : most_h;
    }
    most_x = brds_ceil_div(most_x, brds_vector_banks(plan, plan->spec.lanes_x));
    most_h = brds_ceil_div(most_h, brds_vector_banks(plan, plan->spec.lanes_h));
    int bits_x = brds_clog2((uint64_t)most_x), bits_h = brds_clog2((uint64_t)most_h);
    plan->x_index_bits = bits_x > 0 ? bits_x : 1;
    plan->h_index_bits = bits_h > 0 ? bits_h : 1;
    if (plan->spec.index == BRDS_INDEX_RELATIVE) {
        plan->x_index_bits = plan->h_index_bits = plan->spec.index_bits;
    }
}

/* ---- slots of the vector memories ---- */

/* Index into a bank: the input, outputs by layer, inputs of projections by layer. */
enum { SLOT_X = 0, SLOT_H = 1, SLOT_M = 1 + BRDS_MAX_LAYERS, SLOT_COUNT = 1 + 2 * BRDS_MAX_LAYERS };

typedef struct {
    int words[SLOT_COUNT]; /* a power of two; 0: not held by these copies */
    int base[SLOT_COUNT];  /* -1: not held */
    int unit;              /* words are a multiple of it: a row of results, a row of banks */
    int half;
} vector_map;

static int slot_words(const vector_map *map, int size)
{
    int rounded = brds_ceil_div(size, map->unit) * map->unit;
    return 1 << brds_clog2((uint64_t)rounded);
}

/* By falling size, the first of equals first: so every base is a multiple of its slot's size,
 * and the hardware may OR the column into it. */
static void place_slots(vector_map *map)
{
    int next = 0;
    for (int s = 0; s < SLOT_COUNT; s++) {
        map->base[s] = -1;
    }
    for (;;) {
        int best = -1;
        for (int s = 0; s < SLOT_COUNT; s++) {
            if (map->words[s] > 0 && map->base[s] < 0 &&
                (best < 0 || map->words[s] > map->words[best])) {
                best = s;
            }
        }
        if (best < 0) {
            break;
        }
        map->base[best] = next;
        next += map->words[best];
    }
    map->half = 1 << brds_clog2((uint64_t)(next > map->unit ? next : map->unit));
}

static vector_map new_map(const brds_plan *plan, int lanes)
{
    int banks = brds_vector_banks(plan, lanes);
    return (vector_map){.unit = banks > plan->element_lanes ? banks : plan->element_lanes};
}

static void map_vectors(const brds_plan *plan, vector_map *x, vector_map *h)
{
    const brds_spec *spec = &plan->spec;
    *x = new_map(plan, spec->lanes_x);
    *h = new_map(plan, spec->lanes_h);
    x->words[SLOT_X] = slot_words(x, spec->input_size);
    for (int l = 0; l < spec->layer_count; l++) {
        int output = brds_spec_output_size(spec, l), inner = spec->layers[l].hidden_size;
        h->words[SLOT_H + l] = slot_words(h, output);
        if (l < spec->layer_count - 1 || spec->head.present) {
            x->words[SLOT_H + l] = slot_words(x, output);
        }
        if (spec->layers[l].projection_size > 0) {
            x->words[SLOT_M + l] = slot_words(x, inner);
            h->words[SLOT_M + l] = slot_words(h, inner);
        }
    }
    place_slots(x);
    place_slots(h);
}

/* Where a phase reads and writes. */
static void set_bases(const brds_plan *plan, const vector_map *x, const vector_map *h,
                      brds_phase *phase)
{
    int l = phase->layer, source_x = SLOT_H + l, source_h = SLOT_H + l, dest = SLOT_H + l;
    if (phase->kind == BRDS_PHASE_GATES) {
        source_x = l == 0 ? SLOT_X : SLOT_H + l - 1;
        dest = plan->spec.layers[l].projection_size > 0 ? SLOT_M + l : SLOT_H + l;
    } else if (phase->kind == BRDS_PHASE_PROJECTION) {
        source_x = source_h = SLOT_M + l;
    }
    phase->x_base = x->base[source_x];
    phase->h_base = h->base[source_h];
    if (phase->kind != BRDS_PHASE_HEAD) {
        phase->dest_x = x->base[dest];
        phase->dest_h = h->base[dest];
    }
}

static void set_vectors(brds_plan *plan)
{
    vector_map x, h;
    map_vectors(plan, &x, &h);
    plan->x_half = x.half * plan->spec.streams;
    plan->h_half = h.half * plan->spec.streams;
    for (int p = 0; p < plan->phase_count; p++) {
        set_bases(plan, &x, &h, &plan->phases[p]);
    }
}

/* ---- weight and unit memory ---- */

int brds_vector_readers(const brds_plan *plan)
{
    return plan->spec.vector_memory == BRDS_VECTOR_GATE_SHARED ? 1 : 4;
}

int brds_vector_banks(const brds_plan *plan, int lanes)
{
    return plan->spec.vector_memory == BRDS_VECTOR_BANKED ? lanes : 1;
}

int brds_order_bits(const brds_plan *plan)
{
    return plan->spec.open_groups > 1 ? plan->open_bits + 2 : 0;
}

int brds_phase_chunks(const brds_plan *plan, const brds_phase *phase)
{
    return phase->groups * phase->beats * plan->word_chunks;
}

int64_t brds_plan_memory_bytes(const brds_plan *plan)
{
    return (int64_t)plan->memory_chunks * plan->spec.memory.bits / 8;
}

static void set_depths(brds_plan *plan)
{
    const brds_spec *spec = &plan->spec;
    plan->open_bits = brds_clog2((uint64_t)spec->open_groups);
    int weights = 4 * (spec->lanes_x + spec->lanes_h) * spec->weight_bits;
    int indices = spec->lanes_x * plan->x_index_bits + spec->lanes_h * plan->h_index_bits;
    plan->word_bits =
        spec->pes * (weights + brds_vector_readers(plan) * indices) + brds_order_bits(plan);
    if (spec->weights == BRDS_WEIGHTS_STREAM) {
        plan->word_chunks = brds_ceil_div(plan->word_bits, spec->memory.bits);
    }
    plan->unit_bits = plan->element_lanes *
                      (4 * plan->bias_bits + (plan->peephole ? 3 * spec->activation.bits : 0) +
                       4 * spec->row_scale_bits);
    for (int p = 0; p < plan->phase_count; p++) {
        brds_phase *phase = &plan->phases[p];
        phase->word_base = plan->words;
        phase->unit_base = plan->unit_rows;
        plan->words += phase->groups * phase->beats;
        phase->chunk_base = plan->memory_chunks;
        plan->memory_chunks +=
            brds_ceil_div(brds_phase_chunks(plan, phase), BRDS_BURST) * BRDS_BURST;
        plan->unit_rows += phase->groups * (spec->pes / plan->element_lanes);
    }
}

int64_t brds_plan_image_words(const brds_plan *plan)
{
    int stream = plan->spec.stream_bits;
    bool outside = plan->spec.weights == BRDS_WEIGHTS_STREAM;
    return 4 + plan->phase_count + plan->edge_count +
           (int64_t)(outside ? 0 : plan->words) * brds_ceil_div(plan->word_bits, stream) +
           (int64_t)plan->unit_rows * brds_ceil_div(plan->unit_bits, stream) + 1;
}

/* ---- fingerprint, section 5 ---- */

static void append(char **text, char *more)
{
    char *joined = *text && more ? brds_string_format("%s%s", *text, more) : NULL;
    free(*text);
    free(more);
    *text = joined;
}

/* Empty with one group at a time, one register and weights inside: this text is older than what else there may be. */
static char *shape_order(const brds_plan *plan)
{
    const brds_spec *spec = &plan->spec;
    char *text = spec->open_groups > 1 ? brds_string_format("open %d\n", spec->open_groups)
                                       : brds_string_copy("");
    if (spec->pipeline.element > 1) {
        append(&text, brds_string_format("element %d\n", spec->pipeline.element));
    }
    if (spec->row_scale_bits > 0) {
        append(&text, brds_string_format("row scales %d\n", spec->row_scale_bits));
    }
    if (spec->weights == BRDS_WEIGHTS_STREAM) {
        append(&text, brds_string_format("weights outside %d\n", spec->memory.bits));
    }
    return text;
}

static char *shape_head(const brds_plan *plan)
{
    const brds_spec *spec = &plan->spec;
    const brds_timing *t = &plan->timing;
    return brds_string_format(
        "brds image 1\n"
        "stream %d index %s %d %d\n"
        "array %d %d %d %d\n"
        "formats %d %d.%d %d.%d %d.%d bias %d peephole %d\n"
        "timing %d %d %d %d %d %d %d\n"
        "memory %d %d %d %d\n",
        spec->stream_bits, brds_index_name(spec->index), plan->x_index_bits, plan->h_index_bits,
        spec->pes, spec->lanes_x, spec->lanes_h, plan->element_lanes, spec->weight_bits,
        spec->activation.bits, spec->activation.frac, spec->cell.bits, spec->cell.frac,
        plan->output_bits, plan->output_frac, plan->bias_bits, plan->peephole, t->lw, t->li, t->lv,
        t->m, t->ts, t->f, t->pe2, plan->word_bits, plan->words, plan->unit_bits, plan->unit_rows);
}

char *brds_plan_shape_text(const brds_plan *plan)
{
    char *text = shape_head(plan);
    append(&text, shape_order(plan));
    append(&text, brds_string_copy(brds_vector_readers(plan) == 1 ? "gates share columns\n" : ""));
    append(&text, brds_string_copy(
                      plan->spec.vector_memory == BRDS_VECTOR_BANKED ? "vectors in banks\n" : ""));
    for (int p = 0; p < plan->phase_count; p++) {
        const brds_phase *phase = &plan->phases[p];
        append(&text,
               brds_string_format("phase %d %d %d %d %d %d %d %d %d\n", (int)phase->kind,
                                  phase->layer, phase->rows, phase->columns_x, phase->columns_h,
                                  phase->nnz_x, phase->nnz_h, phase->groups, phase->beats));
    }
    for (int e = 0; e < plan->edge_count; e++) {
        const brds_edge *edge = &plan->edges[e];
        append(&text, brds_string_format("edge %d %d %d\n", edge->reader, edge->writer,
                                         edge->skip_first ? 1 : 0));
    }
    return text;
}

static brds_status set_fingerprint(brds_plan *plan, brds_diag *diag)
{
    char *text = brds_plan_shape_text(plan);
    if (text == NULL) {
        return brds_fail_memory(diag);
    }
    uLong crc = crc32(0L, Z_NULL, 0);
    for (const char *at = text; *at != '\0'; at++) {
        crc = crc32(crc, (const Bytef *)at, 1);
    }
    plan->fingerprint = (uint32_t)crc;
    free(text);
    return BRDS_OK;
}

brds_status brds_plan_memory(brds_plan *plan, brds_diag *diag)
{
    set_index_bits(plan);
    set_vectors(plan);
    set_depths(plan);
    if (brds_plan_image_words(plan) > (int64_t)UINT32_MAX) {
        return brds_fail(diag, BRDS_EINPUT, plan->spec.name, "make the network smaller or sparser",
                         "the weight image has %lld words, its header can count to 2^32 - 1",
                         (long long)brds_plan_image_words(plan));
    }
    int64_t outside = brds_plan_memory_bytes(plan);
    if (outside > (int64_t)UINT32_MAX) {
        return brds_fail(diag, BRDS_EINPUT, plan->spec.name, "make the network smaller or sparser",
                         "the weights take %lld bytes of memory, the port reaches 2^32 - 1",
                         (long long)outside);
    }
    return set_fingerprint(plan, diag);
}
