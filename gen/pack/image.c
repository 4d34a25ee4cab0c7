/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/image.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "io/strings.h"
#include "plan/plan_private.h"
#include "plan/protect.h"

enum { HEADER_WORDS = 4, FORMAT_VERSION = 1 };
#define MAGIC UINT32_C(0x53445242) /* "BRDS" */

/* ---- bits and stream words ---- */

/* Adds the low `bits` (at most 32) of `value` at bit `at` of zeroed memory. */
static void put_bits(uint8_t *bytes, size_t at, int64_t value, int bits)
{
    uint64_t field = ((uint64_t)value & ((UINT64_C(1) << bits) - 1)) << (at % 8);
    for (size_t i = at / 8; field != 0; i++) {
        bytes[i] = (uint8_t)(bytes[i] | (field & 0xff));
        field >>= 8;
    }
}

static void put_word32(uint8_t *word, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        word[i] = (uint8_t)(value >> (8 * i));
    }
}

static uint32_t get_word32(const uint8_t *word)
{
    return (uint32_t)word[0] | (uint32_t)word[1] << 8 | (uint32_t)word[2] << 16 |
           (uint32_t)word[3] << 24;
}

/* Where the parts of an image lie, in bytes. */
typedef struct {
    size_t word;                        /* a stream word */
    size_t config, weights, units, crc; /* offsets */
    size_t weight_stride, unit_stride;  /* a memory word in whole stream words */
    size_t size;
    size_t memory; /* bytes of streamed weights */
} layout;

static layout layout_of(const brds_plan *plan)
{
    layout at = {.word = (size_t)plan->spec.stream_bits / 8};
    int stream = plan->spec.stream_bits;
    at.config = HEADER_WORDS * at.word;
    at.weights = at.config + (size_t)(plan->phase_count + plan->edge_count) * at.word;
    at.weight_stride = (size_t)brds_ceil_div(plan->word_bits, stream) * at.word;
    at.units = at.weights + (size_t)plan->words * at.weight_stride;
    if (plan->spec.weights == BRDS_WEIGHTS_STREAM) {
        size_t chunk = (size_t)plan->spec.memory.bits / 8;
        at.weight_stride = (size_t)plan->word_chunks * chunk;
        at.memory = (size_t)brds_plan_memory_bytes(plan);
        at.units = at.weights;
    }
    at.unit_stride = (size_t)brds_ceil_div(plan->unit_bits, stream) * at.word;
    at.crc = at.units + (size_t)plan->unit_rows * at.unit_stride;
    at.size = at.crc + at.word;
    return at;
}

static uint32_t crc_of(const uint8_t *bytes, size_t size)
{
    uLong crc = crc32(0L, Z_NULL, 0);
    while (size > 0) { /* zlib counts in unsigned int */
        uInt part = size > (1u << 30) ? 1u << 30 : (uInt)size;
        crc = crc32(crc, bytes, part);
        bytes += part;
        size -= part;
    }
    return (uint32_t)crc;
}

/* ---- weight memory ---- */

/* A weight word while it is filled. */
typedef struct {
    const brds_plan *plan;
    uint8_t *bytes;
    size_t at; /* bit */
} weight_word;

static void put_weight(weight_word *word, const brds_slot *slot)
{
    put_bits(word->bytes, word->at, slot->weight, word->plan->spec.weight_bits);
    word->at += (size_t)word->plan->spec.weight_bits;
}

static void put_index(weight_word *word, const brds_slot *slot, int lane, int *running)
{
    const brds_plan *plan = word->plan;
    int index = slot->column,
        bits = lane < plan->spec.lanes_x ? plan->x_index_bits : plan->h_index_bits;
    if (plan->spec.index == BRDS_INDEX_RELATIVE && index >= 0) {
        index -= *running;
        *running = slot->column;
    }
    index /= brds_vector_banks(plan,
                               lane < plan->spec.lanes_x ? plan->spec.lanes_x : plan->spec.lanes_h);
    put_bits(word->bytes, word->at, index < 0 ? 0 : index, bits);
    word->at += (size_t)bits;
}

/* One beat: `running` (P, 4, Lx + Lh): the column that each lane's gaps have led to.  Where the rows of a PE share
 * their columns, the indices are those of its first row: it is past the end only if all are. */
static void put_beat(const brds_plan *plan, uint8_t *bytes, const brds_slot *slots, int *running)
{
    int lanes = plan->spec.lanes_x + plan->spec.lanes_h;
    bool shared = brds_vector_readers(plan) == 1;
    weight_word word = {plan, bytes, 0};
    for (int pe = 0; pe < plan->spec.pes; pe++) {
        for (int i = 0; i < 4 * lanes; i++) {
            put_weight(&word, &slots[i]);
            if (!shared) {
                put_index(&word, &slots[i], i % lanes, &running[i]);
            }
        }
        for (int lane = 0; shared && lane < lanes; lane++) {
            put_index(&word, &slots[lane], lane, &running[lane]);
        }
        slots += 4 * lanes;
        running += 4 * lanes;
    }
}

/* {number, last, first} of the group that a beat belongs to, at the top of its word. */
static void put_order(const brds_plan *plan, const brds_phase *phase, int beat, uint8_t *bytes)
{
    int bits = brds_order_bits(plan), at = beat % phase->beats;
    int number = beat / phase->beats % plan->spec.open_groups;
    int field = number << 2 | (at == phase->beats - 1) << 1 | (at == 0);
    put_bits(bytes, (size_t)(plan->word_bits - bits), field, bits);
}

/* Where the words of a phase begin. */
static uint8_t *phase_words(const brds_plan *plan, const layout *at, const brds_phase *phase,
                            brds_image *image)
{
    return image->memory != NULL
               ? image->memory + (size_t)phase->chunk_base * (size_t)plan->spec.memory.bits / 8
               : image->bytes + at->weights + (size_t)phase->word_base * at->weight_stride;
}

static brds_status put_weights(const brds_plan *plan, const brds_schedule *schedule,
                               const layout *at, brds_image *image, brds_diag *diag)
{
    size_t lanes = (size_t)plan->spec.pes * 4 * (size_t)(plan->spec.lanes_x + plan->spec.lanes_h);
    int *running = malloc(lanes * sizeof(int));
    if (running == NULL) {
        return brds_fail_memory(diag);
    }
    for (int p = 0; p < plan->phase_count; p++) {
        const brds_phase *phase = &plan->phases[p];
        const int *order = schedule->order[p];
        uint8_t *bytes = phase_words(plan, at, phase, image);
        for (int place = 0; place < phase->groups * phase->beats; place++) {
            int beat = order != NULL ? order[place] : place;
            if (beat % phase->beats == 0) {
                memset(running, 0, lanes * sizeof(int));
            }
            put_beat(plan, bytes, schedule->slots[p] + (size_t)beat * lanes, running);
            if (order != NULL) {
                put_order(plan, phase, beat, bytes);
            }
            bytes += at->weight_stride;
        }
    }
    free(running);
    return BRDS_OK;
}

/* ---- unit memory ---- */

static void put_row_scales(const brds_plan *plan, const brds_phase *phase,
                           const brds_qphase *weights, int group, int pe, uint8_t *bytes, size_t at)
{
    int bits = plan->spec.row_scale_bits;
    for (int gate = 0; gate < 4 && bits > 0; gate++) {
        int row = brds_phase_row(plan, phase, group, pe, gate);
        put_bits(bytes, at, row >= 0 ? brds_qphase_row_scale(weights, row) : 0, bits);
        at += (size_t)bits;
    }
}

/* Lane `lane` of unit row (group, slot): biases of the four gates' rows, peephole weights, exponents of the rows. */
static void put_unit(const brds_plan *plan, const brds_phase *phase, const brds_qphase *weights,
                     int group, int pe, uint8_t *bytes, size_t at)
{
    for (int gate = 0; gate < 4; gate++) {
        int row = brds_phase_row(plan, phase, group, pe, gate);
        int32_t bias = row >= 0 && weights->bias != NULL ? weights->bias[row] : 0;
        put_bits(bytes, at, bias, plan->bias_bits);
        at += (size_t)plan->bias_bits;
    }
    put_row_scales(plan, phase, weights, group, pe, bytes,
                   at + (size_t)(plan->peephole ? 3 * plan->spec.activation.bits : 0));
    int unit = group * plan->spec.pes + pe;
    if (plan->peephole && weights->peephole != NULL && unit < phase->rows) {
        for (int k = 0; k < 3; k++) {
            put_bits(bytes, at, weights->peephole[k * phase->rows + unit],
                     plan->spec.activation.bits);
            at += (size_t)plan->spec.activation.bits;
        }
    }
}

static void put_units(const brds_plan *plan, const brds_qnet *qnet, uint8_t *bytes, size_t stride)
{
    int lanes = plan->element_lanes, rows = plan->spec.pes / lanes;
    size_t lane_bits = (size_t)(plan->unit_bits / lanes);
    for (int p = 0; p < plan->phase_count; p++) {
        const brds_phase *phase = &plan->phases[p];
        for (int row = 0; row < phase->groups * rows; row++) {
            for (int lane = 0; lane < lanes; lane++) {
                put_unit(plan, phase, &qnet->phases[p], row / rows, row % rows * lanes + lane,
                         bytes, (size_t)lane * lane_bits);
            }
            bytes += stride;
        }
    }
}

/* ---- header, config, CRC ---- */

static void put_config(const brds_plan *plan, const brds_qnet *qnet, const brds_schedule *schedule,
                       uint8_t *bytes, size_t word)
{
    for (int p = 0; p < plan->phase_count; p++) {
        const brds_qphase *q = &qnet->phases[p];
        put_word32(bytes, (uint32_t)q->shl_x | (uint32_t)q->shl_h << 5 | (uint32_t)q->shr << 10 |
                              (uint32_t)q->shr_p << 16);
        bytes += word;
    }
    for (int e = 0; e < plan->edge_count; e++) {
        put_word32(bytes, (uint32_t)schedule->pace.gaps[e]);
        bytes += word;
    }
}

static void put_header(const brds_plan *plan, brds_image *image, size_t word)
{
    put_word32(image->bytes, MAGIC);
    put_word32(image->bytes + word, FORMAT_VERSION);
    put_word32(image->bytes + 2 * word, plan->fingerprint);
    put_word32(image->bytes + 3 * word, (uint32_t)image->words);
}

brds_status brds_image_make(const brds_plan *plan, const brds_qnet *qnet,
                            const brds_schedule *schedule, brds_image *image, brds_diag *diag)
{
    layout at = layout_of(plan);
    *image = (brds_image){.stream_bits = plan->spec.stream_bits, .words = at.size / at.word};
    image->bytes = calloc(at.size, 1);
    image->memory = at.memory > 0 ? calloc(at.memory, 1) : NULL;
    image->memory_bytes = at.memory;
    if (image->bytes == NULL || (at.memory > 0 && image->memory == NULL)) {
        brds_image_free(image);
        return brds_fail_memory(diag);
    }
    put_header(plan, image, at.word);
    put_config(plan, qnet, schedule, image->bytes + at.config, at.word);
    put_units(plan, qnet, image->bytes + at.units, at.unit_stride);
    brds_status status = put_weights(plan, schedule, &at, image, diag);
    if (status != BRDS_OK) {
        brds_image_free(image);
        return status;
    }
    put_word32(image->bytes + at.crc, crc_of(image->bytes, at.crc));
    return BRDS_OK;
}

void brds_image_free(brds_image *image)
{
    free(image->bytes);
    free(image->memory);
    *image = (brds_image){0};
}

/* ---- checking ---- */

static brds_status check_size(const char *place, const layout *at, const uint8_t *bytes,
                              size_t size, brds_diag *diag)
{
    if (size != at->size) {
        return brds_fail(diag, BRDS_EINPUT, place,
                         "the file is cut off, or packed for another spec",
                         "the image has %zu bytes, this spec's has %zu", size, at->size);
    }
    uint32_t words = get_word32(bytes + 3 * at->word);
    if (words != at->size / at->word) {
        return brds_fail(diag, BRDS_EINPUT, place, "pack it again",
                         "the header counts %lu words, the image has %zu", (unsigned long)words,
                         at->size / at->word);
    }
    return BRDS_OK;
}

brds_status brds_image_check(const char *place, const brds_plan *plan, const uint8_t *bytes,
                             size_t size, brds_diag *diag)
{
    layout at = layout_of(plan);
    if (size < HEADER_WORDS * at.word) {
        return brds_fail(diag, BRDS_EINPUT, place, "give a file that brdsgen pack wrote",
                         "%zu bytes are too few for a weight image's header", size);
    }
    uint32_t magic = get_word32(bytes), version = get_word32(bytes + at.word);
    uint32_t fingerprint = get_word32(bytes + 2 * at.word);
    if (magic != MAGIC) {
        return brds_fail(diag, BRDS_EINPUT, place, "give a file that brdsgen pack wrote",
                         "not a weight image: it starts with 0x%08lx instead of \"BRDS\"",
                         (unsigned long)magic);
    }
    if (version != FORMAT_VERSION) {
        return brds_fail(diag, BRDS_EINPUT, place, "pack it again, with this version and spec",
                         "format version %lu, this program knows %d", (unsigned long)version,
                         FORMAT_VERSION);
    }
    if (fingerprint != plan->fingerprint) {
        return brds_fail(diag, BRDS_EINPUT, place, "pack it again for this spec",
                         "packed for another shape (fingerprint 0x%08lx, this spec's is 0x%08lx)",
                         (unsigned long)fingerprint, (unsigned long)plan->fingerprint);
    }
    brds_status status = check_size(place, &at, bytes, size, diag);
    uint32_t crc = status == BRDS_OK ? crc_of(bytes, at.crc) : 0;
    if (status == BRDS_OK && crc != get_word32(bytes + at.crc)) {
        return brds_fail(diag, BRDS_EINPUT, place, "the file was damaged: pack it again",
                         "CRC-32 0x%08lx, the image says 0x%08lx", (unsigned long)crc,
                         (unsigned long)get_word32(bytes + at.crc));
    }
    return status;
}

/* ---- ROM files ---- */

brds_status brds_image_write_rom(const brds_plan *plan, const brds_image *image, int which,
                                 FILE *stream, brds_diag *diag)
{
    layout at = layout_of(plan);
    size_t start = at.config, stride = at.word;
    int bits = 32, lines = plan->phase_count + plan->edge_count, column = plan->spec.stream_bits;
    brds_protect protect = BRDS_PROTECT_NONE;
    if (which == BRDS_ROM_WEIGHTS) {
        start = at.weights;
        stride = at.weight_stride;
        bits = plan->word_bits;
        lines = plan->words;
        protect = plan->spec.protect;
    } else if (which == BRDS_ROM_UNITS) {
        start = at.units;
        stride = at.unit_stride;
        bits = plan->unit_bits;
        lines = plan->unit_rows;
        protect = plan->spec.protect;
    }
    int stored_bits = brds_stored_bits(protect, bits, column);
    size_t size = (size_t)(stored_bits + 7) / 8;
    uint8_t *stored = malloc(size);
    if (stored == NULL) {
        return brds_fail_memory(diag);
    }
    for (int line = 0; line < lines; line++) {
        memset(stored, 0, size);
        brds_store_word(protect, image->bytes + start + (size_t)line * stride, bits, column,
                        stored);
        brds_print_hex(stored, (stored_bits + 3) / 4, stream);
        fputc('\n', stream);
    }
    free(stored);
    return ferror(stream) ? brds_fail(diag, BRDS_EFILE, "ROM file", "", "cannot write") : BRDS_OK;
}
