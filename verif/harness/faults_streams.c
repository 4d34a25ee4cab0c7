/* SPDX-License-Identifier: Apache-2.0
 *
 * Several streams: how their packets take turns on s_axis_x, and tests of what each keeps for itself.
 *
 * A test appends packets of one stream, as if there were no other. Before they are sent, good sequences of other
 * streams are added and all are mixed, so that whatever is wrong with the one meets others that are open and must
 * not notice. With one stream nothing here draws a number or adds a packet.
 */
#include <stdlib.h>
#include <string.h>

#include "faults.h"

enum { FIRST = BRDS_USER_FIRST, LAST = BRDS_USER_LAST, ROUNDS = 12 };

static bool several(const faults *f)
{
    return f->source.spec.streams > 1;
}

void faults_pick_stream(faults *f)
{
    if (several(f))
        f->stream = faults_below(f, (unsigned)f->source.spec.streams);
}

/* A sequence of one vector in each stream, or in those others than f->stream of which something is left. */
static void close_streams(faults *f, bool all)
{
    unsigned mine = f->stream;
    for (int s = 0; several(f) && s < f->source.spec.streams; s++) {
        f->stream = (unsigned)s;
        if (all || (f->stream != mine && !reference_plain(&f->ref.streams[s])))
            faults_vector(f, FIRST | LAST, GOOD);
    }
    f->stream = mine;
}

void faults_close(faults *f)
{
    close_streams(f, true);
}

void faults_restore(faults *f)
{
    close_streams(f, false);
}

/* ---- the order in which packets are sent ---- */

typedef struct {
    size_t first, words;
    unsigned stream;
    bool sent;
} packet;

static packet *find_packets(const brds_stream *x, size_t count)
{
    packet *packets = calloc(count + 1, sizeof *packets);
    for (size_t w = 0, p = 0; packets && w < x->words; w++) {
        if (packets[p].words++ == 0) {
            packets[p].first = w;
            packets[p].stream = x->user[w] >> BRDS_USER_STREAM;
        }
        p += x->last[w];
    }
    return packets;
}

/* The next packet of the stream, or of that of any that is left; there is one. */
static packet *next_packet(faults *f, packet *packets, size_t left, int stream)
{
    packet *next = packets;
    while (next->words && (next->sent || (int)next->stream != stream))
        next++;
    if (next->words)
        return next;
    size_t skip = faults_below(f, (unsigned)left);
    for (next = packets; next->sent || skip > 0; next++)
        skip -= !next->sent;
    return next_packet(f, packets, left, (int)next->stream);
}

static void copy_packet(brds_stream *to, const brds_stream *from, const packet *p)
{
    size_t width = (size_t)from->bytes_per_word;
    memcpy(to->data + to->words * width, from->data + p->first * width, p->words * width);
    memcpy(to->last + to->words, from->last + p->first, p->words);
    memcpy(to->user + to->words, from->user + p->first, p->words);
    to->words += p->words;
}

/* Lets the streams take turns at random, each with its packets in their order. */
static void shuffle(faults *f)
{
    static const unsigned chances[] = {0, 128, 230, 256}; /* that the same stream goes on */
    unsigned stay = chances[faults_below(f, 4)];
    size_t left = f->vectors;
    brds_stream mixed = {.bytes_per_word = f->x.bytes_per_word};
    packet *packets = find_packets(&f->x, left);
    if (!packets || reference_reserve(&mixed, f->x.words)) {
        f->ref.broken = "out of memory";
        left = 0;
    }
    for (int stream = -1; left; left--) {
        packet *next = next_packet(f, packets, left, faults_below(f, 256) < stay ? stream : -1);
        next->sent = true;
        stream = (int)next->stream;
        copy_packet(&mixed, &f->x, next);
    }
    free(packets);
    brds_stream was = f->x;
    f->x = mixed;
    free(was.data);
    free(was.last);
    free(was.user);
}

void faults_mix(faults *f)
{
    if (!several(f) || f->alone)
        return;
    unsigned mine = f->stream, others = (unsigned)f->source.spec.streams - 1;
    for (unsigned i = faults_below(f, 4); i > 0; i--) {
        f->stream = (mine + 1 + faults_below(f, others)) % (others + 1);
        faults_sequence(f, faults_steps(f));
    }
    f->stream = mine;
    shuffle(f);
}

/* ---- tests ---- */

/* The stream is left open, dropping, with a state that waits, or as it was. */
static void leave(faults *f, bool wrong)
{
    bool state = f->source.spec.initial_state;
    switch (faults_below(f, wrong ? 6 : 4)) {
    case 0:
        faults_sequence(f, faults_steps(f));
        break;
    case 1:
        if (state)
            faults_state(f, GOOD);
        break;
    case 2:
    case 3:
        faults_vector(f, FIRST, GOOD);
        if (faults_below(f, 2))
            faults_vector(f, 0, GOOD);
        break;
    case 4:
        faults_vector(f, faults_below(f, 2) ? FIRST : 0, LATE);
        break;
    default:
        faults_vector(f, FIRST, GOOD);
        faults_vector(f, 0, faults_below(f, 2) ? EARLY : LATE);
        if (state && faults_below(f, 2))
            faults_state(f, GOOD);
    }
}

/* What is right in one of the states that `leave` leaves, and wrong in others. */
static void go_on(faults *f)
{
    bool state = f->source.spec.initial_state;
    switch (faults_below(f, 5)) {
    case 0:
        faults_vector(f, 0, GOOD);
        break;
    case 1:
        if (state)
            faults_state(f, GOOD);
        faults_vector(f, FIRST, GOOD);
        break;
    case 2:
        faults_vector(f, FIRST, GOOD);
        break;
    case 3:
        break;
    default:
        faults_vector(f, LAST, GOOD);
        faults_vector(f, 0, GOOD);
    }
}

static brds_status send_shuffled(faults *f, brds_diag *diag)
{
    shuffle(f);
    brds_status status = faults_send(f, diag);
    return status ? status : faults_check(f, f->ref.errors, diag);
}

/* Each stream is left in a state of its own, with the core at rest; then each goes on, right or wrong; then each
 * must take a good sequence. */
static brds_status states_of_their_own(faults *f, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    f->alone = true;
    for (int round = 0; !status && round < ROUNDS; round++) {
        /* without registers an error is cleared by a reset, and nothing is left */
        bool wrong = f->axil && round % 3;
        faults_random_stalls(f);
        for (f->stream = 0; f->stream < (unsigned)f->source.spec.streams; f->stream++)
            leave(f, wrong);
        status = send_shuffled(f, diag);
        for (f->stream = 0; f->stream < (unsigned)f->source.spec.streams; f->stream++)
            go_on(f);
        if (!status)
            status = send_shuffled(f, diag);
        f->stream = 0;
        faults_close(f);
        shuffle(f);
        if (!status)
            status = faults_send(f, diag);
        if (!status)
            status = faults_check(f, 0, diag);
    }
    return status;
}

/* Opens `count` streams from `first` on, some with a state only. */
static brds_status open_some(faults *f, unsigned first, unsigned count, brds_diag *diag)
{
    for (unsigned i = 0; i < count; i++) {
        f->stream = (first + i) % (unsigned)f->source.spec.streams;
        if (f->source.spec.initial_state && faults_below(f, 2))
            faults_state(f, GOOD);
        else
            faults_vector(f, FIRST, GOOD);
    }
    shuffle(f);
    return faults_send(f, diag);
}

/* What ends the stream's sequence. */
static void end(faults *f)
{
    bool open = f->ref.streams[f->stream].open;
    faults_vector(f, LAST | (open && faults_below(f, 4) ? 0u : FIRST), GOOD);
}

/* The last open stream ends, and sequences that would start wait for the image: it must come before them, or a
 * steady input would hold it up for ever. */
static brds_status image_first(faults *f, brds_diag *diag)
{
    size_t words = f->x.words;
    for (int i = 0; i < 3; i++) {
        faults_pick_stream(f);
        faults_sequence(f, faults_steps(f));
    }
    faults_begin(f);
    uint64_t limit = f->driver.cycle + 10 * f->settle + 20 * f->driver.image_words;
    brds_status status = BRDS_OK;
    while (!status && f->driver.image_sent == 0 && f->driver.cycle < limit)
        status = faults_cycles(f, 1, diag);
    if (!status)
        status = faults_want("input words taken before the image", f->driver.x_sent, words, diag);
    return status ? status : faults_finish(f, diag);
}

/* An image waits until no stream has anything open, and then it is the next. */
static brds_status image_waits(faults *f, brds_diag *diag)
{
    unsigned streams = (unsigned)f->source.spec.streams;
    brds_status status = BRDS_OK;
    f->alone = true;
    for (int round = 0; !status && round < ROUNDS; round++) {
        unsigned first = faults_below(f, streams), left = 1 + faults_below(f, streams);
        const brds_image *image = &f->packed[(round + 1) % NETWORKS].image;
        status = open_some(f, first, left, diag);
        f->driver.image = image->bytes;
        f->driver.image_words = image->words;
        for (; !status && left; left--) {
            f->driver.image_sent = 0;
            status = faults_cycles(f, 100 + f->settle, diag);
            if (!status)
                status = faults_want("image words taken", f->driver.image_sent, 0, diag);
            f->stream = (first + left - 1) % streams;
            end(f);
            if (left == 1)
                break;
            faults_begin(f);
            if (!status)
                status = faults_cycles(f, 4 * f->settle, diag);
            faults_forget(f);
            f->driver.x = NULL;
        }
        if (!status)
            status = image_first(f, diag);
        if (!status)
            status = faults_check(f, 0, diag);
        if (!status)
            status = faults_want("network", (uint64_t)f->ref.network,
                                 (uint64_t)((round + 1) % NETWORKS), diag);
    }
    return status;
}

const faults_test faults_streams_tests[] = {{.name = "streams: each in a state of its own",
                                             .run = states_of_their_own,
                                             .needs_streams = true},
                                            {.name = "streams: an image waits for all of them",
                                             .run = image_waits,
                                             .needs_streams = true,
                                             .needs_ram = true},
                                            {0}};
