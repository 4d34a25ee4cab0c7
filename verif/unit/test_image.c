/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <zlib.h>

#include "plan/protect.h"
#include "plan_fixture.h"

/* A reader of images that knows the page and nothing of the packer. */
typedef struct {
    const brds_packed *packed;
    size_t word; /* stream word to read next */
} reader;

static uint64_t bits_at(const uint8_t *bytes, size_t at, int count)
{
    uint64_t value = 0;
    for (int i = 0; i < count; i++) {
        size_t bit = at + (size_t)i;
        value |= (uint64_t)(bytes[bit / 8] >> bit % 8 & 1) << i;
    }
    return value;
}

static int64_t signed_at(const uint8_t *bytes, size_t at, int count)
{
    int64_t value = (int64_t)bits_at(bytes, at, count);
    return value >> (count - 1) & 1 ? value - (INT64_C(1) << count) : value;
}

static const uint8_t *next_bits(reader *r, int bits)
{
    const brds_image *image = &r->packed->image;
    const uint8_t *bytes = image->bytes + r->word * (size_t)image->stream_bits / 8;
    r->word += (size_t)((bits + image->stream_bits - 1) / image->stream_bits);
    return bytes;
}

static uint32_t next_word(reader *r)
{
    return (uint32_t)bits_at(next_bits(r, 32), 0, 32);
}

static void read_header(reader *r)
{
    const brds_plan *plan = &r->packed->plan;
    assert_int_equal(next_word(r), 0x53445242);
    assert_int_equal(next_word(r), 1);
    assert_int_equal(next_word(r), plan->fingerprint);
    assert_int_equal(next_word(r), r->packed->image.words);
    for (int p = 0; p < plan->phase_count; p++) {
        const brds_qphase *q = &r->packed->qnet.phases[p];
        uint32_t config = next_word(r);
        assert_int_equal(config & 31, q->shl_x);
        assert_int_equal(config >> 5 & 31, q->shl_h);
        assert_int_equal(config >> 10 & 63, q->shr);
        assert_int_equal(config >> 16 & 63, q->shr_p);
        assert_int_equal(config >> 22, 0);
    }
    for (int e = 0; e < plan->edge_count; e++) {
        assert_int_equal(next_word(r), r->packed->schedule.pace.gaps[e]);
    }
}

static int order_bits(const brds_spec *spec)
{
    int bits = 0;
    while (1 << bits < spec->open_groups) {
        bits++;
    }
    return bits > 0 ? bits + 2 : 0;
}

/* The group of the next word: {number, last, first} stand at its top, and the groups that may be open are the
 * `closed` one and those after it. */
static int group_of(const reader *r, int p, int place, int *closed)
{
    const brds_plan *plan = &r->packed->plan;
    int beats = plan->phases[p].beats, open = plan->spec.open_groups,
        bits = order_bits(&plan->spec);
    if (bits == 0) {
        return place / beats;
    }
    const uint8_t *word = r->packed->image.bytes + r->word * (size_t)plan->spec.stream_bits / 8;
    int order = (int)bits_at(word, (size_t)(plan->word_bits - bits), bits), last = order >> 1 & 1;
    int group = *closed + ((order >> 2) - *closed % open + open) % open;
    int beat = r->packed->schedule.order[p][place];
    assert_int_equal(group, beat / beats);
    assert_int_equal(order & 1, beat % beats == 0);
    assert_int_equal(last, beat % beats == beats - 1);
    *closed += last;
    return group;
}

/* Where the weight and the index of a lane of PE pe's gate row k stand in a weight word. */
static void find_field(const brds_plan *plan, int pe, int k, int lane, size_t *weight,
                       size_t *index)
{
    const brds_spec *spec = &plan->spec;
    int w = spec->weight_bits, x = plan->x_index_bits, h = plan->h_index_bits, lx = spec->lanes_x;
    int weights = (lx + spec->lanes_h) * w, indices = lx * x + spec->lanes_h * h;
    int from =
        lane < lx ? lane * x : lx * x + (lane - lx) * h; /* of the indices, before the lane's */
    if (spec->vector_memory == BRDS_VECTOR_GATE_SHARED) {
        int first = pe * (4 * weights + indices);
        *weight = (size_t)(first + k * weights + lane * w);
        *index = (size_t)(first + 4 * weights + from);
    } else {
        *weight = (size_t)((pe * 4 + k) * (weights + indices) + lane * w + from);
        *index = *weight + (size_t)w;
    }
}

/* dense[matrix] (rows, columns) gets the weights that a group's beats hold. */
static void read_beat(reader *r, int p, int g, int32_t *dense[2], int32_t *running)
{
    const brds_plan *plan = &r->packed->plan;
    const brds_phase *phase = &plan->phases[p];
    const brds_spec *spec = &plan->spec;
    const uint8_t *bytes = next_bits(r, plan->word_bits);
    bool gates = phase->kind == BRDS_PHASE_GATES, relative = spec->index == BRDS_INDEX_RELATIVE;
    size_t end = 0;
    for (int i = 0; i < spec->pes * 4 * (spec->lanes_x + spec->lanes_h); i++) {
        size_t weight_at, index_at;
        int lane = i % (spec->lanes_x + spec->lanes_h), row = i / (spec->lanes_x + spec->lanes_h);
        int pe = row / 4, k = row % 4, lanes = plan->element_lanes, of_h = lane >= spec->lanes_x;
        int index_bits = of_h ? plan->h_index_bits : plan->x_index_bits;
        find_field(plan, pe, k, lane, &weight_at, &index_at);
        int32_t weight = (int32_t)signed_at(bytes, weight_at, spec->weight_bits);
        int32_t index = (int32_t)bits_at(bytes, index_at, index_bits);
        if (spec->vector_memory == BRDS_VECTOR_BANKED) {
            int banks = of_h ? spec->lanes_h : spec->lanes_x;
            index = index * banks + (of_h ? lane - spec->lanes_x : lane);
        }
        running[i] = relative ? running[i] + index : index;
        end = index_at + (size_t)index_bits;
        int out = gates ? k * phase->rows + g * spec->pes + pe
                        : g * 4 * spec->pes + pe / lanes * 4 * lanes + k * lanes + pe % lanes;
        bool exists = gates ? g * spec->pes + pe < phase->rows : out < phase->rows;
        int m = gates && of_h ? 1 : 0, columns = m ? phase->columns_h : phase->columns_x;
        if (weight != 0) {
            assert_true(exists && running[i] < columns);
            dense[m][(size_t)out * (size_t)columns + (size_t)running[i]] += weight;
        }
    }
    assert_int_equal(end + (size_t)order_bits(&plan->spec), plan->word_bits);
}

static void subtract(int32_t *dense, const brds_sparse *matrix)
{
    for (int row = 0; row < matrix->rows; row++) {
        for (int i = row * matrix->nnz; i < (row + 1) * matrix->nnz; i++) {
            dense[(size_t)row * (size_t)matrix->columns + matrix->column[i]] -= matrix->weight[i];
        }
    }
    for (int i = 0; i < matrix->rows * matrix->columns; i++) {
        assert_int_equal(dense[i], 0);
    }
}

static void read_phase_weights(reader *r, int p)
{
    const brds_plan *plan = &r->packed->plan;
    const brds_phase *phase = &plan->phases[p];
    const brds_qphase *q = &r->packed->qnet.phases[p];
    bool gates = phase->kind == BRDS_PHASE_GATES;
    size_t rows = (size_t)(gates ? 4 * phase->rows : phase->rows);
    size_t lanes = (size_t)plan->spec.pes * 4 * (size_t)(plan->spec.lanes_x + plan->spec.lanes_h);
    int32_t *dense[2] = {calloc(rows * (size_t)phase->columns_x, sizeof(int32_t)),
                         calloc(rows * (size_t)phase->columns_h, sizeof(int32_t))};
    int32_t *running = calloc(lanes, sizeof(int32_t));
    assert_true(dense[0] && dense[1] && running);
    int closed = 0;
    for (int place = 0; place < phase->groups * phase->beats; place++) {
        if (place % phase->beats == 0) {
            memset(running, 0, lanes * sizeof(int32_t));
        }
        read_beat(r, p, group_of(r, p, place, &closed), dense, running);
    }
    subtract(dense[0], &q->x);
    if (gates) {
        subtract(dense[1], &q->h);
    }
    free(dense[0]);
    free(dense[1]);
    free(running);
}

static void read_unit_row(reader *r, int p, int g, int v)
{
    const brds_plan *plan = &r->packed->plan;
    const brds_phase *phase = &plan->phases[p];
    const brds_qphase *q = &r->packed->qnet.phases[p];
    const uint8_t *bytes = next_bits(r, plan->unit_bits);
    int lanes = plan->element_lanes, pes = plan->spec.pes;
    size_t at = 0;
    for (int e = 0; e < lanes; e++) {
        int unit = g * pes + v * lanes + e;
        for (int k = 0; k < 4; k++) {
            int row = g * 4 * pes + v * 4 * lanes + k * lanes + e, limit = phase->rows;
            if (phase->kind == BRDS_PHASE_GATES) {
                row = k * phase->rows + unit;
                limit = unit < phase->rows ? 4 * phase->rows : 0;
            }
            int32_t wanted = row < limit && q->bias ? q->bias[row] : 0;
            assert_int_equal(signed_at(bytes, at, plan->bias_bits), wanted);
            at += (size_t)plan->bias_bits;
        }
        for (int k = 0; k < 3 && plan->peephole; k++) {
            int32_t wanted =
                unit < phase->rows && q->peephole ? q->peephole[k * phase->rows + unit] : 0;
            assert_int_equal(signed_at(bytes, at, plan->spec.activation.bits), wanted);
            at += (size_t)plan->spec.activation.bits;
        }
    }
    assert_int_equal(at, plan->unit_bits);
}

static void test_read_back(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 80; seed++) {
        brds_spec spec = random_spec(seed);
        static brds_packed packed;
        pack_random(&spec, seed, &packed);
        reader r = {&packed, 0};
        read_header(&r);
        for (int p = 0; p < packed.plan.phase_count; p++) {
            read_phase_weights(&r, p);
        }
        for (int p = 0; p < packed.plan.phase_count; p++) {
            int rows = spec.pes / packed.plan.element_lanes;
            for (int i = 0; i < packed.plan.phases[p].groups * rows; i++) {
                read_unit_row(&r, p, i / rows, i % rows);
            }
        }
        size_t before = r.word * (size_t)spec.stream_bits / 8;
        assert_int_equal(next_word(&r), crc32(0, packed.image.bytes, (uInt)before));
        assert_int_equal(r.word, packed.image.words);
        brds_packed_free(&packed);
    }
}

/* ---- checking ---- */

static void expect_refused(brds_packed *packed, size_t byte, size_t size, const char *text)
{
    brds_diag diag = {0};
    packed->image.bytes[byte] ^= 0x10;
    assert_int_equal(brds_image_check("image", &packed->plan, packed->image.bytes, size, &diag),
                     BRDS_EINPUT);
    assert_non_null(strstr(diag.messages[0].text, text));
    packed->image.bytes[byte] ^= 0x10;
    brds_diag_free(&diag);
}

static void test_check(void **state)
{
    (void)state;
    brds_spec spec = digits_spec();
    brds_diag diag = {0};
    static brds_packed packed;
    pack_random(&spec, 1, &packed);
    size_t size = packed.image.words * 8;
    assert_int_equal(brds_image_check("image", &packed.plan, packed.image.bytes, size, &diag),
                     BRDS_OK);
    expect_refused(&packed, 0, size, "not a weight image");
    expect_refused(&packed, 8, size, "format version 17");
    expect_refused(&packed, 17, size, "another shape");
    expect_refused(&packed, 24, size, "header counts");
    expect_refused(&packed, 40, size, "CRC-32");
    expect_refused(&packed, size / 2, size, "CRC-32");
    expect_refused(&packed, size - 8, size, "CRC-32");
    expect_refused(&packed, 40, size - 1, "bytes, this spec's has");
    expect_refused(&packed, 5, 31, "too few");
    brds_packed_free(&packed);
    brds_diag_free(&diag);
}

/* ---- ROM files ---- */

static int digit_value(int character)
{
    return character >= 'a' ? character - 'a' + 10 : character - '0';
}

/* What docs/microarchitecture.md section 4 says of a column of up to 512 bits, from its words: the
 * places of the data bits written down one by one, each check bit summed for itself. */
static int stored_column(brds_protect protect, const uint8_t *data, size_t from, int width,
                         uint8_t *bits)
{
    int used = 0, places[512], place = 0;
    for (; used < width; used++) {
        bits[used] = (uint8_t)bits_at(data, from + (size_t)used, 1);
        do {
            place++;
        } while (__builtin_popcount((unsigned)place) == 1);
        places[used] = place;
    }
    for (int check = 1; protect == BRDS_PROTECT_SECDED && (check <= place || check == 2);
         check *= 2) {
        bits[used] = 0;
        for (int i = 0; i < width; i++) {
            bits[used] ^= places[i] & check ? bits[i] : 0;
        }
        used++;
    }
    if (protect != BRDS_PROTECT_NONE) {
        uint8_t parity = 0;
        for (int i = 0; i < used; i++) {
            parity ^= bits[i];
        }
        bits[used++] = parity;
    }
    return used;
}

/* The memory word of `width` data bits, as bytes; returns its bits. */
static int stored_word(const brds_plan *plan, const uint8_t *data, int width, uint8_t *bytes)
{
    int column = plan->spec.stream_bits, used = 0;
    for (int from = 0; from < width; from += column) {
        uint8_t bits[600];
        int count = stored_column(plan->spec.protect, data, (size_t)from,
                                  width - from < column ? width - from : column, bits);
        for (int i = 0; i < count; i++, used++) {
            bytes[used / 8] = (uint8_t)((used % 8 ? bytes[used / 8] : 0) | bits[i] << used % 8);
        }
    }
    return used;
}

static void expect_line(FILE *stream, const uint8_t *bytes, int bits)
{
    int digits = (bits + 3) / 4;
    for (int d = digits - 1; d >= 0; d--) {
        int count = bits - 4 * d < 4 ? bits - 4 * d : 4;
        assert_int_equal(digit_value(fgetc(stream)), bits_at(bytes, (size_t)(4 * d), count));
    }
    assert_int_equal(fgetc(stream), '\n');
}

/* A line of a ROM file is the memory word that lies in the image, with check bits. */
static void expect_rom(reader *r, int which, int bits, int lines)
{
    brds_diag diag = {0};
    FILE *stream = tmpfile();
    assert_non_null(stream);
    assert_int_equal(
        brds_image_write_rom(&r->packed->plan, &r->packed->image, which, stream, &diag), BRDS_OK);
    rewind(stream);
    for (int i = 0; i < lines; i++) {
        static uint8_t stored[1 << 16];
        const uint8_t *data = next_bits(r, bits);
        if (which == BRDS_ROM_CONFIG) {
            expect_line(stream, data, bits);
            continue;
        }
        int count = stored_word(&r->packed->plan, data, bits, stored);
        assert_int_equal(count, brds_stored_bits(r->packed->plan.spec.protect, bits,
                                                 r->packed->plan.spec.stream_bits));
        expect_line(stream, stored, count);
    }
    assert_int_equal(fgetc(stream), EOF);
    fclose(stream);
}

static void test_rom(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 10; seed++) {
        brds_spec spec = random_spec(seed);
        static brds_packed packed;
        pack_random(&spec, seed, &packed);
        reader r = {&packed, 4};
        expect_rom(&r, BRDS_ROM_CONFIG, 32, packed.plan.phase_count + packed.plan.edge_count);
        expect_rom(&r, BRDS_ROM_WEIGHTS, packed.plan.word_bits, packed.plan.words);
        expect_rom(&r, BRDS_ROM_UNITS, packed.plan.unit_bits, packed.plan.unit_rows);
        assert_int_equal(r.word + 1, packed.image.words);
        brds_packed_free(&packed);
    }
}

/* Weights outside are those of a loaded image, each phase from a multiple of 16 data words on; the packet is the
 * rest. */
static void test_memory(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 40; seed++) {
        brds_spec outside = random_stream_spec(seed), inside = random_spec(seed);
        static brds_packed a, b;
        pack_random(&outside, seed, &a);
        pack_random(&inside, seed, &b);
        size_t chunk = (size_t)outside.memory.bits / 8, word = (size_t)inside.stream_bits / 8;
        size_t stride = (size_t)((b.plan.word_bits + inside.stream_bits - 1) / inside.stream_bits);
        size_t bytes = (size_t)(b.plan.word_bits + 7) / 8, at = 0;
        const uint8_t *weights =
            b.image.bytes + (4 + (size_t)(b.plan.phase_count + b.plan.edge_count)) * word;
        for (int p = 0; p < a.plan.phase_count; p++) {
            const brds_phase *phase = &a.plan.phases[p];
            assert_int_equal(at % (16 * chunk), 0);
            for (int w = 0; w < phase->groups * phase->beats; w++) {
                assert_memory_equal(a.image.memory + at, weights, bytes);
                at += (size_t)((a.plan.word_bits + outside.memory.bits - 1) / outside.memory.bits) *
                      chunk;
                weights += stride * word;
            }
            at = (at + 16 * chunk - 1) / (16 * chunk) * (16 * chunk);
        }
        assert_int_equal(at, a.image.memory_bytes);
        size_t header = (size_t)(weights - b.image.bytes) - (size_t)b.plan.words * stride * word;
        assert_int_equal(a.image.words + (size_t)b.plan.words * stride, b.image.words);
        assert_memory_equal(a.image.bytes + header, weights, (a.image.words - 1) * word - header);
        brds_packed_free(&a);
        brds_packed_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_back),
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_rom),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
