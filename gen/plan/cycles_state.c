/* SPDX-License-Identifier: Apache-2.0
 *
 * The state of the cycle model as words: two equal ones go on alike.
 */
#include "plan/cycles_private.h"

static void put(cycle_state *state, uint64_t word)
{
    state->words[state->count++] = word;
}

static void put_time(cycle_state *state, const simulation *sim, uint64_t time)
{
    put(state, time > sim->cycle ? time - sim->cycle : 0);
}

static void put_token(cycle_state *state, const cycle_token *token)
{
    put(state, token->valid);
    put(state, token->zero);
    put(state, token->slast);
    put(state, token->odd);
    put(state, (uint64_t)token->stream);
}

static void put_controller(cycle_state *state, const simulation *sim)
{
    const controller *ctrl = &sim->ctrl;
    const int numbers[] = {ctrl->sp,    ctrl->cand_valid, ctrl->cand, ctrl->running,
                           ctrl->phase, ctrl->group,      ctrl->beat};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        put(state, (uint64_t)numbers[i]);
    }
    put_token(state, &ctrl->cand_flags);
    put_token(state, &ctrl->flags);
    for (int s = 0; s <= sim->plan->spec.layer_count; s++) {
        put_token(state, &ctrl->tokens[s]);
    }
    for (int e = 0; e < sim->plan->edge_count; e++) {
        put_time(state, sim, ctrl->open_at[e]);
        put_time(state, sim, ctrl->older_at[e]);
        put(state, ctrl->written[e].odd);
        put(state, (uint64_t)ctrl->written[e].stream);
    }
}

static void put_pipeline(cycle_state *state, const simulation *sim)
{
    for (unsigned i = sim->pipe.head; i != sim->pipe.tail; i++) {
        const cycle_group *group = &sim->pipe.queue[i % QUEUE];
        put(state, group->write + (uint64_t)group->slots - sim->cycle); /* not written yet */
        put(state, (uint64_t)group->slots);
        put(state, group->to_x);
        put(state, group->done);
    }
}

static void put_streams(cycle_state *state, const simulation *sim)
{
    const input_unit *in = &sim->in;
    const output_unit *out = &sim->out;
    const int numbers[] = {in->hold_valid,     in->slices,      in->ends,       in->word,
                           in->used,           in->ready,       in->free_count, out->used,
                           out->release_count, in->turn.stream, sim->takes.next};
    put(state, sim->odd);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        put(state, (uint64_t)numbers[i]);
    }
    for (int i = 0; i < in->free_count; i++) {
        put_time(state, sim, in->frees[i]);
    }
    for (int i = 0; i < out->release_count; i++) {
        put_time(state, sim, out->releases[i]);
    }
    put_time(state, sim, out->last_word);
    put(state, out->vectors > 0);
}

static void put_prefetch(cycle_state *state, const simulation *sim)
{
    const prefetch_unit *fetch = &sim->fetch;
    put(state, (uint64_t)fetch->left);
    put(state, (uint64_t)fetch->credit);
    put(state, (uint64_t)fetch->chunk);
    put(state, fetch->asked);
    put_time(state, sim, fetch->last_data + (uint64_t)sim->plan->spec.memory.interval);
    for (unsigned i = fetch->head; i != fetch->tail; i++) {
        put_time(state, sim, fetch->word_at[i % BRDS_MOST_PREFETCH]);
    }
}

void brds_cycle_state_note(cycle_state *state, const simulation *sim)
{
    state->count = 0;
    put_controller(state, sim);
    put_pipeline(state, sim);
    put_streams(state, sim);
    if (sim->plan->word_chunks > 0) {
        put_prefetch(state, sim);
    }
}
