/* SPDX-License-Identifier: Apache-2.0
 *
 * Packets for s_axis_x, and images that can be damaged.  What a core must ignore is random: elements past a
 * vector's end, tid and tuser of all words but the first, and tuser bit 2 where there
 * are no initial states.
 */
#include <stdlib.h>
#include <string.h>

#include "faults.h"

unsigned faults_below(faults *f, unsigned bound)
{
    return (unsigned)brds_random_below(&f->random, bound);
}

int faults_steps(faults *f)
{
    return 1 + (int)faults_below(f, 4);
}

void faults_forget(faults *f)
{
    f->x.words = 0;
    f->vectors = 0;
}

bool faults_has_range(const faults *f)
{
    return f->packed[0].plan.x_container > f->source.spec.activation.bits;
}

/* `words` words of noise with tlast on the last. */
static uint8_t *append(faults *f, int words, unsigned user)
{
    size_t width = (size_t)f->x.bytes_per_word, first = f->x.words;
    unsigned flags = (unsigned)f->source.spec.streams << BRDS_USER_STREAM;
    user |= f->stream << BRDS_USER_STREAM;
    if (reference_reserve(&f->x, (size_t)words)) {
        f->ref.broken = "out of memory";
        return NULL;
    }
    uint8_t *data = f->x.data + first * width;
    for (size_t i = 0; i < (size_t)words * width; i++)
        data[i] = (uint8_t)faults_below(f, 256);
    for (int w = 0; w < words; w++) {
        f->x.last[first + (size_t)w] = w + 1 == words;
        f->x.user[first + (size_t)w] = (uint8_t)(w ? faults_below(f, flags) : user);
    }
    f->x.words += (size_t)words;
    f->vectors++;
    return data;
}

static void put_element(uint8_t *to, int bytes, int64_t value)
{
    for (int b = 0; b < bytes; b++)
        to[b] = (uint8_t)((uint64_t)value >> (8 * b));
}

/* Within the middle half of a format. */
static int64_t random_value(faults *f, int bits)
{
    int64_t half = (int64_t)1 << (bits - 2);
    return (int64_t)brds_random_below(&f->random, 2 * (uint64_t)half) - half;
}

/* Just outside of a format, or far outside: one of the values that its container holds. */
static int64_t outside(faults *f, int bits, int container)
{
    int64_t limit = (int64_t)1 << (bits - 1), most = (int64_t)1 << (container - 1);
    int64_t beyond =
        faults_below(f, 2) ? 0 : (int64_t)brds_random_below(&f->random, (uint64_t)(most - limit));
    return faults_below(f, 2) ? limit + beyond : -limit - 1 - beyond;
}

/* The words that a damaged packet gets. */
static int damaged_words(faults *f, int words, damage *how)
{
    if (*how == EARLY && words == 1)
        *how = LATE;
    if (*how == EARLY)
        return 1 + (int)faults_below(f, (unsigned)words - 1);
    if (*how == LATE)
        return words + 1 + (int)faults_below(f, 3);
    return words;
}

damage faults_vector(faults *f, unsigned user, damage how)
{
    const brds_spec *spec = &f->source.spec;
    const brds_plan *plan = &f->packed[0].plan;
    int bytes = plan->x_container / 8;
    if (how == RANGE && !faults_has_range(f))
        how = GOOD;
    int words = damaged_words(f, plan->x_words, &how);
    if (!spec->initial_state)
        user |= faults_below(f, 2) ? BRDS_USER_STATE : 0u;
    uint8_t *data = append(f, words, user);
    int room = words * f->x.bytes_per_word / bytes;
    for (int i = 0; data && i < spec->input_size && i < room; i++)
        put_element(data + i * bytes, bytes, random_value(f, spec->activation.bits));
    int wrong = (int)faults_below(f, (unsigned)spec->input_size);
    if (data && how == RANGE)
        put_element(data + wrong * bytes, bytes,
                    outside(f, spec->activation.bits, plan->x_container));
    return how;
}

damage faults_state(faults *f, damage how)
{
    const brds_spec *spec = &f->source.spec;
    int words = damaged_words(f, f->ref.state_words, &how);
    int wrong = (int)faults_below(f, (unsigned)f->ref.state_words);
    unsigned user = BRDS_USER_STATE | faults_below(f, 4);
    uint8_t *data = append(f, words, user);
    for (int w = 0; data && w < words && w < f->ref.state_words; w++) {
        const reference_place *p = &f->ref.places[w];
        int bits = p->is_c ? spec->cell.bits : spec->activation.bits;
        uint8_t *to = data + w * f->x.bytes_per_word;
        for (int i = 0; i < p->count; i++)
            put_element(to + 4 * i, 4, random_value(f, bits));
        if (how == RANGE && w == wrong && bits < 32)
            put_element(to, 4, outside(f, bits, 32));
        else if (how == RANGE && w == wrong)
            how = GOOD;
    }
    return how;
}

void faults_sequence(faults *f, int steps)
{
    if (f->source.spec.initial_state && faults_below(f, 2))
        faults_state(f, GOOD);
    for (int t = 0; t < steps; t++)
        faults_vector(f, (t == 0 ? BRDS_USER_FIRST : 0u) | (t + 1 == steps ? BRDS_USER_LAST : 0u),
                      GOOD);
}

brds_status faults_copy_image(faults *f, int network, faults_image *c, brds_diag *diag)
{
    const brds_image *image = &f->packed[network].image;
    c->width = (size_t)image->stream_bits / 8;
    c->words = image->words;
    c->bytes = malloc((c->words + FAULTS_SPARE_WORDS) * c->width);
    if (!c->bytes)
        return brds_fail_memory(diag);
    memcpy(c->bytes, image->bytes, c->words * c->width);
    memset(c->bytes + c->words * c->width, 0x5a, FAULTS_SPARE_WORDS * c->width);
    return BRDS_OK;
}

void faults_put_field(const faults_image *c, size_t word, uint32_t value)
{
    for (int b = 0; b < 4; b++)
        c->bytes[word * c->width + (size_t)b] = (uint8_t)(value >> (8 * b));
}

void faults_flip(const faults_image *c, size_t bit)
{
    c->bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
}
