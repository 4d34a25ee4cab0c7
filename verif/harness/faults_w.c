/* SPDX-License-Identifier: Apache-2.0
 *
 * Faults on s_axis_w: damaged weight images, and images at awkward times.
 */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "faults.h"

enum { ROUNDS = 4 };

/* Loads a damaged image: its error, no weights, vectors refused; then a good image works. */
static brds_status refused(faults *f, const faults_image *c, uint32_t wanted, brds_diag *diag)
{
    brds_status status = faults_load(f, c->bytes, c->words, diag);
    if (!status)
        status = faults_check(f, wanted, diag);
    if (!status && f->ref.weights_ok)
        status = brds_fail(diag, BRDS_EDIFFER, "", "", "the reference took the damaged image");
    faults_sequence(f, 2);
    if (!status)
        status = faults_send(f, diag);
    if (!status)
        status = faults_check(f, X_NO_WEIGHTS, diag);
    if (!status)
        status = faults_load_network(f, (int)faults_below(f, NETWORKS), diag);
    faults_sequence(f, 3);
    return status ? status : faults_send_check(f, 0, diag);
}

static brds_status header(faults *f, size_t word, uint32_t wanted, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < ROUNDS; round++) {
        faults_image c;
        status = faults_copy_image(f, 1, &c, diag);
        if (status)
            return status;
        faults_random_stalls(f);
        faults_flip(&c, word * c.width * 8 + faults_below(f, 32));
        if (round % 2) { /* with a good checksum */
            size_t size = (c.words - 1) * c.width;
            faults_put_field(&c, c.words - 1, (uint32_t)crc32(0, c.bytes, (uInt)size));
        }
        status = refused(f, &c, wanted, diag);
        free(c.bytes);
    }
    return status;
}

static brds_status bad_magic(faults *f, brds_diag *diag)
{
    return header(f, 0, W_MAGIC, diag);
}

static brds_status bad_version(faults *f, brds_diag *diag)
{
    return header(f, 1, W_VERSION, diag);
}

static brds_status bad_fingerprint(faults *f, brds_diag *diag)
{
    return header(f, 2, W_SHAPE, diag);
}

static brds_status bad_length_field(faults *f, brds_diag *diag)
{
    return header(f, 3, W_LENGTH, diag);
}

/* tlast before the end: in the header, anywhere, one word early. */
static brds_status early_last(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < 6; round++) {
        faults_image c;
        status = faults_copy_image(f, 1, &c, diag);
        if (status)
            return status;
        faults_random_stalls(f);
        c.words = round == 0   ? 1
                  : round == 1 ? 4
                  : round == 2 ? c.words - 1
                               : 1 + faults_below(f, (unsigned)c.words - 1);
        status = refused(f, &c, W_LENGTH, diag);
        free(c.bytes);
    }
    return status;
}

static brds_status late_last(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < ROUNDS; round++) {
        faults_image c;
        status = faults_copy_image(f, 1, &c, diag);
        if (status)
            return status;
        faults_random_stalls(f);
        c.words += 1 + faults_below(f, FAULTS_SPARE_WORDS);
        status = refused(f, &c, W_LENGTH, diag);
        free(c.bytes);
    }
    return status;
}

static brds_status bad_crc(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < ROUNDS; round++) {
        faults_image c;
        status = faults_copy_image(f, 1, &c, diag);
        if (status)
            return status;
        faults_flip(&c, (c.words - 1) * c.width * 8 + faults_below(f, 32));
        status = refused(f, &c, W_CRC, diag);
        free(c.bytes);
    }
    return status;
}

/* A single bit behind the header, and the bits above a header field. */
static brds_status flipped_bit(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < 12; round++) {
        faults_image c;
        status = faults_copy_image(f, 1, &c, diag);
        if (status)
            return status;
        size_t width = c.width * 8, bits = (c.words - 1) * width;
        size_t bit = 4 * width + brds_random_below(&f->random, bits - 4 * width);
        if (round < 4 && width > 32)
            bit = (size_t)round * width + 32 + faults_below(f, (unsigned)width - 32);
        faults_flip(&c, bit);
        faults_random_stalls(f);
        status = refused(f, &c, W_CRC, diag);
        free(c.bytes);
    }
    return status;
}

/* Above the checksum in the last word nothing is looked at. */
static brds_status above_crc(faults *f, brds_diag *diag)
{
    faults_image c;
    brds_status status = faults_copy_image(f, 1, &c, diag);
    if (status)
        return status;
    if (c.width > 4)
        faults_flip(&c, ((c.words - 1) * c.width + 4) * 8 + faults_below(f, 8));
    status = faults_load(f, c.bytes, c.words, diag);
    free(c.bytes);
    faults_sequence(f, 2);
    if (!status && f->ref.network != 1)
        status = brds_fail(diag, BRDS_EDIFFER, "", "", "the image was not taken");
    return status ? status : faults_send_check(f, 0, diag);
}

/* A truncated image, and the good one in the very next word. */
static brds_status truncated_then_good(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < 8; round++) {
        const brds_image *image = &f->packed[round % NETWORKS].image;
        brds_driver *d = &f->driver;
        d->image = image->bytes;
        d->image_sent = 0;
        d->image_words = 1 + faults_below(f, (unsigned)image->words - 1);
        while (!status && d->image_sent < d->image_words)
            status = faults_cycles(f, 1, diag);
        if (!status)
            status = faults_load(f, image->bytes, image->words, diag);
        if (!status)
            status = faults_check(f, W_LENGTH, diag);
        faults_sequence(f, 3);
        if (!status)
            status = faults_send_check(f, 0, diag);
    }
    return status;
}

/* Offers network `n`'s image from now on. */
static void offer(faults *f, int n)
{
    f->driver.image = f->packed[n].image.bytes;
    f->driver.image_words = f->packed[n].image.words;
    f->driver.image_sent = 0;
}

/* An image in the middle of a run: the open sequence ends with the old weights, those after it
 * have the new ones. The reference sees which, and that none is taken inside a sequence. */
static brds_status while_busy(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < 12; round++) {
        uint64_t images = f->ref.images_good;
        for (int i = 0; i < 4; i++)
            faults_sequence(f, faults_steps(f));
        faults_random_stalls(f);
        faults_begin(f);
        status = faults_cycles(f, brds_random_below(&f->random, 8 * f->step_cycles), diag);
        offer(f, (round + 1) % NETWORKS);
        if (!status)
            status = faults_finish(f, diag);
        if (!status)
            status = faults_want("images taken", f->ref.images_good, images + 1, diag);
        faults_sequence(f, 3);
        if (!status)
            status = faults_send_check(f, 0, diag);
    }
    return status;
}

/* An open sequence waits for its next vector: an image waits with it. */
static brds_status between_steps(faults *f, brds_diag *diag)
{
    bool state = f->source.spec.initial_state;
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < 4; round++) {
        bool after_state = state && round % 2;
        if (after_state)
            faults_state(f, GOOD);
        else
            faults_vector(f, BRDS_USER_FIRST, GOOD);
        status = faults_send(f, diag);
        offer(f, (round + 1) % NETWORKS);
        if (!status)
            status = faults_cycles(f, 200 + f->settle, diag);
        if (!status)
            status = faults_want("image words taken", f->driver.image_sent, 0, diag);
        faults_vector(f, after_state ? BRDS_USER_FIRST : 0u, GOOD);
        faults_vector(f, BRDS_USER_LAST, GOOD);
        if (!status)
            status = faults_send_check(f, 0, diag);
        if (!status)
            status = faults_want("network", (uint64_t)f->ref.network,
                                 (uint64_t)((round + 1) % NETWORKS), diag);
    }
    return status;
}

/* Vectors that are offered while an image comes wait for its end; a bad image refuses them. */
static brds_status x_while_loading(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < 8; round++) {
        bool bad = round % 2 != 0;
        faults_image c;
        status = faults_copy_image(f, round / 2 % NETWORKS, &c, diag);
        if (status)
            return status;
        if (bad)
            faults_flip(&c, (c.words / 2) * c.width * 8);
        faults_random_stalls(f);
        f->driver.image = c.bytes;
        f->driver.image_words = c.words;
        f->driver.image_sent = 0;
        while (!status && f->driver.image_sent < 1 + c.words / 3)
            status = faults_cycles(f, 1, diag);
        for (int i = 0; i < 3; i++)
            faults_sequence(f, 2);
        if (!status)
            status = faults_send(f, diag);
        free(c.bytes);
        if (!status)
            status = faults_check(f, bad ? W_CRC | X_NO_WEIGHTS : 0, diag);
        if (!status && bad)
            status = faults_load_network(f, 1, diag);
        faults_sequence(f, 2);
        if (!status)
            status = faults_send_check(f, 0, diag);
    }
    return status;
}

/* A sequence cut by an error does not hold up an image. */
static brds_status after_error(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < 4; round++) {
        faults_vector(f, BRDS_USER_FIRST, GOOD);
        faults_vector(f, 0, LATE);
        faults_vector(f, 0, GOOD);
        faults_begin(f);
        offer(f, (round + 1) % NETWORKS);
        status = faults_finish(f, diag);
        if (!status)
            status = faults_send_check(f, X_LATE_LAST, diag);
    }
    return status;
}

/* Steps in which every edge is met: that of a head's end and the gates after it only between two sequences, and
 * with several layers so many steps later. */
static int gap_steps(const faults *f)
{
    return 2 + 2 * f->source.spec.layer_count;
}

/* Loads network 0 with the gap of one edge changed, and times sequences of two steps.  What is left of the gap is
 * waited for. */
static brds_status time_gap(faults *f, int edge, uint32_t gap, uint64_t *cycles, brds_diag *diag)
{
    brds_image *image = &f->packed[0].image;
    size_t width = (size_t)image->stream_bits / 8;
    faults_image c = {image->bytes, image->words,
                      width}; /* in place: the reference knows it then */
    size_t word = 4 + (size_t)(f->packed[0].plan.phase_count + edge), last = image->words - 1;
    uint8_t *field = image->bytes + word * width;
    uint32_t was = (uint32_t)field[0] | (uint32_t)field[1] << 8;
    faults_put_field(&c, word, gap);
    faults_put_field(&c, last, (uint32_t)crc32(0, c.bytes, (uInt)(last * width)));
    brds_status status = faults_load(f, c.bytes, c.words, diag);
    uint64_t start = f->driver.cycle;
    for (int t = 0; t < gap_steps(f); t++)
        faults_vector(f, t % 2 == 0 ? BRDS_USER_FIRST : BRDS_USER_LAST, GOOD);
    faults_begin(f);
    while (!status && (f->driver.x_sent < f->driver.x->words || reference_due(&f->ref)) &&
           f->driver.cycle - start < (uint64_t)(gap_steps(f) + 1) * 65536 + 20 * f->settle)
        status = faults_cycles(f, 1, diag);
    *cycles = f->driver.cycle - start;
    if (!status)
        status = faults_finish(f, diag);
    if (!status)
        status = faults_cycles(f, gap, diag);
    faults_put_field(&c, word, was);
    faults_put_field(&c, last, (uint32_t)crc32(0, c.bytes, (uInt)(last * width)));
    return status ? status : faults_check(f, 0, diag);
}

/* Every bit of every gap lengthens the sequences by what it says: by once or as often as its edge is met. */
static brds_status gap_bits(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    f->alone = true; /* another stream's work would hide a gap */
    for (int e = 0; !status && e < f->packed[0].plan.edge_count; e++) {
        uint64_t base = 0, cycles = 0;
        uint32_t usual = (uint32_t)f->packed[0].schedule.pace.gaps[e];
        status = time_gap(f, e, usual, &base, diag);
        for (int bit = 0; !status && bit < 16; bit++) {
            uint32_t gap = (uint32_t)1 << bit;
            if (gap <= usual + 2 * f->step_cycles) /* others' work may hide it */
                continue;
            status = time_gap(f, e, gap, &cycles, diag);
            if (!status && (cycles < gap || cycles > base + (uint64_t)gap_steps(f) * gap))
                status = faults_want("cycles with a longer gap", cycles, base + gap, diag);
        }
    }
    faults_sequence(f, 2);
    if (!status)
        status = faults_load_network(f, 0, diag);
    return status ? status : faults_send_check(f, 0, diag);
}

/* The memory answers with an error for a while: a sticky bit, and nothing else changes. */
static brds_status memory_error(faults *f, brds_diag *diag)
{
    enum { SLVERR = 2 };
    brds_status status = BRDS_OK;
    for (int round = 0; !status && round < 4; round++) {
        f->driver.memory.response = SLVERR;
        faults_sequence(f, 2);
        status = faults_send(f, diag);
        f->driver.memory.response = 0;
        f->ref.errors |= M_MEMORY;
        if (!status)
            status = faults_check(f, M_MEMORY, diag);
        faults_sequence(f, 2);
        if (!status)
            status = faults_send_check(f, 0, diag);
    }
    return status;
}

const faults_test faults_w_tests[] = {
    {.name = "w: bad magic number", .run = bad_magic, .needs_ram = true},
    {.name = "w: bad version", .run = bad_version, .needs_ram = true},
    {.name = "w: bad fingerprint", .run = bad_fingerprint, .needs_ram = true},
    {.name = "w: bad length in the header", .run = bad_length_field, .needs_ram = true},
    {.name = "w: early tlast", .run = early_last, .needs_ram = true},
    {.name = "w: late tlast", .run = late_last, .needs_ram = true},
    {.name = "w: bad checksum", .run = bad_crc, .needs_ram = true},
    {.name = "w: a bit flipped somewhere", .run = flipped_bit, .needs_ram = true},
    {.name = "w: above the checksum", .run = above_crc, .needs_ram = true},
    {.name = "w: truncated, then good", .run = truncated_then_good, .needs_ram = true},
    {.name = "w: while busy", .run = while_busy, .needs_ram = true},
    {.name = "w: between the steps of a sequence", .run = between_steps, .needs_ram = true},
    {.name = "w: vectors offered while loading", .run = x_while_loading, .needs_ram = true},
    {.name = "w: every bit of a gap", .run = gap_bits, .needs_ram = true},
    {.name = "w: after a cut sequence", .run = after_error, .needs_ram = true},
    {.name = "m: the memory answers with an error", .run = memory_error, .needs_memory = true},
    {0}};
