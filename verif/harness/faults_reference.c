/* SPDX-License-Identifier: Apache-2.0 */
#include "faults_reference.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static size_t word_bytes(const reference *r)
{
    return (size_t)r->plan->spec.stream_bits / 8;
}

static uint32_t field(const uint8_t *data)
{
    return (uint32_t)data[0] | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16 |
           (uint32_t)data[3] << 24;
}

brds_status reference_reserve(brds_stream *stream, size_t more)
{
    if (stream->words + more <= stream->capacity)
        return BRDS_OK;
    size_t capacity = 2 * (stream->words + more);
    uint8_t *data = realloc(stream->data, capacity * (size_t)stream->bytes_per_word);
    if (data)
        stream->data = data;
    uint8_t *last = realloc(stream->last, capacity);
    if (last)
        stream->last = last;
    uint8_t *user = realloc(stream->user, capacity);
    if (user)
        stream->user = user;
    if (!data || !last || !user)
        return BRDS_EFILE;
    stream->capacity = capacity;
    return BRDS_OK;
}

/* ---- m_axis_y ---- */

static void expect_output(reference *r, unsigned user)
{
    const brds_plan *plan = r->plan;
    size_t words = (size_t)plan->y_words, width = word_bytes(r);
    size_t bytes = (size_t)plan->y_container / 8;
    if (reference_reserve(&r->due, words)) {
        r->broken = "out of memory";
        return;
    }
    const int32_t *y = brds_machine_output(r->stream->machine[r->network]);
    uint8_t *out = r->due.data + r->due.words * width;
    memset(out, 0, words * width);
    for (int i = 0; i < plan->output_size; i++)
        for (size_t b = 0; b < bytes; b++)
            out[(size_t)i * bytes + b] = (uint8_t)((uint32_t)y[i] >> (8 * b));
    for (size_t w = 0; w < words; w++) {
        r->due.last[r->due.words + w] = w + 1 == words;
        r->due.user[r->due.words + w] = (uint8_t)user;
    }
    r->due.words += words;
}

static brds_status see_y(void *context, const uint8_t *data, bool last, unsigned user,
                         brds_diag *diag)
{
    reference *r = context;
    unsigned long long cycle = (unsigned long long)*r->clock;
    if (r->taken == r->due.words)
        return brds_fail(diag, BRDS_EDIFFER, "", "",
                         "an output word came when none was due (cycle %llu)", cycle);
    size_t w = r->taken++, width = word_bytes(r);
    r->words_came++;
    const uint8_t *want = r->due.data + w * width;
    bool want_last = r->due.last[w] != 0;
    unsigned want_user = r->due.user[w];
    if (r->taken == r->due.words)
        r->taken = r->due.words = 0;
    if (memcmp(want, data, width) == 0 && last == want_last && user == want_user)
        return BRDS_OK;
    return brds_fail(diag, BRDS_EDIFFER, "", "",
                     "output word (cycle %llu): %08x... tlast %d tuser %u came, %08x... tlast %d "
                     "tuser %u was due",
                     cycle, field(data), last, user, field(want), want_last, want_user);
}

/* ---- s_axis_x ---- */

static void finish_vector(reference *r)
{
    const brds_spec *spec = &r->plan->spec;
    reference_stream *stream = r->stream;
    brds_machine *machine = stream->machine[r->network];
    bool first = r->user & BRDS_USER_FIRST, last = r->user & BRDS_USER_LAST;
    if (first)
        brds_machine_reset(machine);
    for (int l = 0; first && stream->st_loaded && l < spec->layer_count; l++)
        brds_machine_set_state(machine, l, stream->h[l], stream->c[l]);
    stream->st_loaded = false;
    stream->open = !last;
    brds_machine_step(machine, r->x);
    r->steps++;
    r->sequences += last;
    if (spec->output == BRDS_OUTPUT_EVERY_STEP || last)
        expect_output(r, r->user & ~(unsigned)BRDS_USER_STATE);
}

/* Element `index` of a word of `bytes`-byte containers, clipped to `bits`. */
static int32_t clipped(reference *r, const uint8_t *data, int index, int bytes, int bits)
{
    uint32_t raw = 0;
    for (int b = 0; b < bytes; b++)
        raw |= (uint32_t)data[index * bytes + b] << (8 * b);
    uint32_t sign = (uint32_t)1 << (8 * bytes - 1);
    int64_t value = (int64_t)(raw ^ sign) - (int64_t)sign;
    int64_t high = ((int64_t)1 << (bits - 1)) - 1, low = -high - 1;
    int64_t kept = value > high ? high : value < low ? low : value;
    if (kept != value)
        r->errors |= X_RANGE;
    return (int32_t)kept;
}

static void keep_vector_word(reference *r, const uint8_t *data)
{
    const brds_spec *spec = &r->plan->spec;
    int bytes = r->plan->x_container / 8, per_word = (int)word_bytes(r) / bytes;
    for (int i = 0; i < per_word && r->word * per_word + i < spec->input_size; i++)
        r->x[r->word * per_word + i] = clipped(r, data, i, bytes, spec->activation.bits);
}

static void keep_state_word(reference *r, const uint8_t *data)
{
    const brds_spec *spec = &r->plan->spec;
    const reference_place *p = &r->places[r->word];
    int bits = p->is_c ? spec->cell.bits : spec->activation.bits;
    int32_t *to = (p->is_c ? r->stream->c : r->stream->h)[p->layer] + p->first;
    for (int i = 0; i < p->count; i++)
        to[i] = clipped(r, data, i, 4, bits);
}

/* Why a packet is refused at its first word. */
static uint32_t refuse_packet(const reference *r, bool silent)
{
    if (silent)
        return 0;
    if (!r->weights_ok)
        return X_NO_WEIGHTS;
    return r->in_state ? X_STATE : X_NO_FIRST;
}

static void begin_packet(reference *r, unsigned user)
{
    r->user = user;
    r->stream = &r->streams[user >> BRDS_USER_STREAM];
    r->in_state = r->plan->spec.initial_state && (user & BRDS_USER_STATE);
    if (r->loading)
        r->broken = "a packet was taken from s_axis_x while an image was being loaded";
}

static void see_x(void *context, const uint8_t *data, bool last, unsigned user)
{
    reference *r = context;
    if (r->swallow) {
        r->swallow = !last;
        return;
    }
    if (r->word == 0)
        begin_packet(r, user);
    reference_stream *stream = r->stream;
    bool first = r->user & BRDS_USER_FIRST;
    bool orphan = !r->in_state && !first && !stream->open;
    bool unwanted = r->word == 0 && (!r->weights_ok || orphan || (r->in_state && stream->open));
    bool end = r->word + 1 == (r->in_state ? r->state_words : r->plan->x_words);
    if (unwanted || end != last) {
        r->errors |= unwanted      ? refuse_packet(r, orphan && stream->dropping)
                     : r->in_state ? X_STATE
                     : end         ? X_LATE_LAST
                                   : X_EARLY_LAST;
        stream->open = stream->st_loaded = false;
        stream->dropping = true;
        r->swallow = !last;
        r->word = 0;
        return;
    }
    stream->dropping = false;
    if (r->in_state) {
        stream->st_loaded = false;
        keep_state_word(r, data);
    } else {
        keep_vector_word(r, data);
    }
    r->word = end ? 0 : r->word + 1;
    if (end && r->in_state)
        stream->st_loaded = true;
    else if (end)
        finish_vector(r);
}

/* ---- s_axis_w ---- */

bool reference_open(const reference *r)
{
    bool open = false;
    for (int s = 0; s < r->plan->spec.streams; s++)
        open = open || r->streams[s].open;
    return open;
}

static bool state_waits(const reference *r)
{
    bool waits = false;
    for (int s = 0; s < r->plan->spec.streams; s++)
        waits = waits || r->streams[s].st_loaded;
    return waits;
}

/* The network whose image the packet is, but for what is not looked at: the last word above the
 * checksum. */
static int find_network(const reference *r)
{
    size_t size = (r->image_words - 1) * word_bytes(r) + 4;
    for (int n = 0; n < NETWORKS; n++)
        if (memcmp(r->image, r->packed[n]->image.bytes, size) == 0)
            return n;
    return -1;
}

static uint32_t fault_of_word(const reference *r, size_t place, const uint8_t *data, bool last)
{
    const uint32_t words = (uint32_t)r->packed[0]->image.words;
    const uint32_t header[] = {0x53445242u, 1, r->plan->fingerprint, words};
    const uint32_t errors[] = {W_MAGIC, W_VERSION, W_SHAPE, W_LENGTH};
    if (place < 4 && field(data) != header[place])
        return errors[place];
    if (last != (place + 1 == words))
        return W_LENGTH;
    if (last && field(data) != (uint32_t)crc32(0, r->image, (uInt)(place * word_bytes(r))))
        return W_CRC;
    return 0;
}

static void see_w(void *context, const uint8_t *data, bool last)
{
    reference *r = context;
    size_t width = word_bytes(r);
    if (!r->loading && (reference_open(r) || r->word || r->swallow || state_waits(r)))
        r->broken = "an image was taken inside a sequence";
    if (!r->loading)
        r->image_error = 0;
    r->loading = true;
    r->weights_ok = false;
    if (r->image_words < r->image_capacity)
        memcpy(r->image + r->image_words * width, data, width);
    if (!r->image_error)
        r->image_error = fault_of_word(r, r->image_words, data, last);
    r->image_words++;
    if (!last)
        return;
    r->errors |= r->image_error;
    if (!r->image_error) {
        r->network = find_network(r);
        r->weights_ok = true;
        r->images_good++;
        if (r->network < 0)
            r->broken = "an image of no known network passed its checks";
        else
            r->memory->bytes = r->packed[r->network]->image.memory;
    }
    r->loading = false;
    r->image_words = 0;
    r->image_end = *r->clock;
}

/* ---- life ---- */

static brds_status make_places(reference *r, brds_diag *diag)
{
    const brds_spec *spec = &r->plan->spec;
    int per_word = spec->stream_bits / 32, count = 0;
    r->places = calloc(2 * BRDS_MAX_LAYERS * BRDS_MAX_SIZE, sizeof *r->places);
    if (!r->places)
        return brds_fail_memory(diag);
    for (int segment = 0; segment < 2 * spec->layer_count; segment++) {
        int layer = segment / 2;
        bool is_c = segment % 2 != 0;
        int size = is_c ? spec->layers[layer].hidden_size : brds_spec_output_size(spec, layer);
        for (int first = 0; first < size; first += per_word)
            r->places[count++] = (reference_place){
                layer, first, size - first < per_word ? size - first : per_word, is_c};
    }
    r->state_words = count;
    return BRDS_OK;
}

static brds_status make_stream(reference *r, reference_stream *stream, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int l = 0; !status && l < r->plan->spec.layer_count; l++) {
        stream->h[l] = calloc(BRDS_MAX_SIZE, sizeof *stream->h[l]);
        stream->c[l] = calloc(BRDS_MAX_SIZE, sizeof *stream->c[l]);
        if (!stream->h[l] || !stream->c[l])
            status = brds_fail_memory(diag);
    }
    for (int n = 0; !status && n < NETWORKS; n++)
        status =
            brds_machine_new(&r->packed[n]->plan, &r->packed[n]->qnet, &stream->machine[n], diag);
    return status;
}

static void free_stream(reference_stream *stream)
{
    for (int n = 0; n < NETWORKS; n++)
        brds_machine_free(stream->machine[n]);
    for (int l = 0; l < BRDS_MAX_LAYERS; l++) {
        free(stream->h[l]);
        free(stream->c[l]);
    }
}

brds_status reference_new(reference *r, const brds_packed packed[NETWORKS], const uint64_t *clock,
                          brds_diag *diag)
{
    memset(r, 0, sizeof *r);
    r->plan = &packed[0].plan;
    r->clock = clock;
    r->due.bytes_per_word = r->plan->spec.stream_bits / 8;
    r->image_capacity = packed[0].image.words;
    r->image = calloc(r->image_capacity, word_bytes(r));
    r->x = calloc(BRDS_MAX_SIZE, sizeof *r->x);
    brds_status status = r->image && r->x ? make_places(r, diag) : brds_fail_memory(diag);
    for (int n = 0; n < NETWORKS; n++)
        r->packed[n] = &packed[n];
    for (int i = 0; !status && i < r->plan->spec.streams; i++)
        status = make_stream(r, &r->streams[i], diag);
    r->observer = (brds_observer){r, see_x, see_w, see_y};
    if (!status)
        reference_reset(r, false);
    return status;
}

void reference_free(reference *r)
{
    for (int i = 0; i < BRDS_MAX_STREAMS; i++)
        free_stream(&r->streams[i]);
    free(r->image);
    free(r->x);
    free(r->places);
    free(r->due.data);
    free(r->due.last);
    free(r->due.user);
    memset(r, 0, sizeof *r);
}

static brds_saturations all_saturations(const reference *r)
{
    brds_saturations sum = {0};
    for (int i = 0; i < r->plan->spec.streams; i++)
        for (int n = 0; n < NETWORKS; n++)
            brds_saturations_add(&sum, brds_machine_saturations(r->streams[i].machine[n]));
    return sum;
}

void reference_clear_counters(reference *r)
{
    r->steps = r->sequences = 0;
    r->base = all_saturations(r);
}

brds_saturations reference_saturations(const reference *r)
{
    brds_saturations s = all_saturations(r);
    s.gate -= r->base.gate;
    s.function -= r->base.function;
    s.cell -= r->base.cell;
    s.output -= r->base.output;
    return s;
}

size_t reference_due(const reference *r)
{
    return r->due.words - r->taken;
}

bool reference_plain(const reference_stream *stream)
{
    return !stream->open && !stream->dropping && !stream->st_loaded;
}

void reference_reset(reference *r, bool soft)
{
    bool rom = r->plan->spec.weights == BRDS_WEIGHTS_ROM;
    /* The verdict on an image comes one cycle after its last word. */
    uint64_t reset_cycle = *r->clock - 1;
    bool given_up = r->loading || (r->images_good && reset_cycle <= r->image_end + 1);
    if (!soft || given_up)
        r->weights_ok = rom;
    if (rom)
        r->network = 0;
    r->loading = r->swallow = r->in_state = false;
    for (int i = 0; i < r->plan->spec.streams; i++)
        r->streams[i].open = r->streams[i].dropping = r->streams[i].st_loaded = false;
    r->word = 0;
    r->image_words = 0;
    r->due.words = r->taken = 0;
    r->errors = soft ? r->errors & AXIL_ADDRESS : 0;
    reference_clear_counters(r);
}
