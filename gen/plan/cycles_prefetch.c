/* SPDX-License-Identifier: Apache-2.0
 *
 * The prefetcher of the cycle model, and the memory behind it (docs/microarchitecture.md section 11).
 * Data words come in order and when they come is settled as their burst is asked for.
 */
#include "plan/cycles_private.h"
#include "plan/plan_private.h"

static bool streams(const simulation *sim)
{
    return sim->plan->word_chunks > 0;
}

static unsigned slot_of(unsigned count)
{
    return count % BRDS_MOST_PREFETCH;
}

void brds_prefetch_start(simulation *sim)
{
    sim->fetch.credit = sim->plan->word_chunks * sim->plan->spec.memory.prefetch_words;
}

bool brds_prefetch_ready(const simulation *sim)
{
    return !streams(sim) || sim->fetch.left == 0;
}

bool brds_prefetch_has_word(const simulation *sim)
{
    const prefetch_unit *fetch = &sim->fetch;
    return !streams(sim) ||
           (fetch->head != fetch->tail && fetch->word_at[slot_of(fetch->head)] <= sim->cycle);
}

/* Decided in this cycle, on the address channel in the next; a data word is written in the cycle after it came,
 * and the read of a beat sees writes of earlier cycles. */
static void ask(simulation *sim)
{
    enum { ADDRESS_DELAY = 1, WRITE_DELAY = 2 };
    prefetch_unit *fetch = &sim->fetch;
    int length = fetch->left < BRDS_BURST ? fetch->left : BRDS_BURST;
    uint64_t interval = (uint64_t)sim->plan->spec.memory.interval;
    uint64_t data = sim->cycle + ADDRESS_DELAY + (uint64_t)sim->plan->spec.memory.latency;
    for (int i = 0; i < length; i++, data += interval) {
        uint64_t free = fetch->last_data + interval;
        data = fetch->asked && data < free ? free : data;
        fetch->asked = true;
        fetch->last_data = data;
        if (++fetch->chunk == sim->plan->word_chunks) {
            fetch->chunk = 0;
            fetch->word_at[slot_of(fetch->tail++)] = data + WRITE_DELAY;
        }
    }
    fetch->left -= length;
    fetch->credit -= length;
}

void brds_prefetch_step(simulation *sim, bool beat, int phase)
{
    prefetch_unit *fetch = &sim->fetch;
    if (!streams(sim)) {
        return;
    }
    if (fetch->left > 0 && fetch->credit >= BRDS_BURST) {
        ask(sim);
    }
    if (beat) {
        fetch->head++;
        fetch->credit += sim->plan->word_chunks;
    }
    if (phase >= 0) {
        fetch->left = brds_phase_chunks(sim->plan, &sim->plan->phases[phase]);
    }
}
