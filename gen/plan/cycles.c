/* SPDX-License-Identifier: Apache-2.0
 *
 * One struct and one step function a unit.  Within a cycle every unit sees the
 * registers as they were when the cycle began: simulate_cycle orders the steps
 * so that a register is read before its owner changes it.  Comments name the
 * section of docs/microarchitecture.md that each rule comes from.
 */
#include "plan/cycles.h"

#include <string.h>

#include "plan/cycles_private.h"
#include "plan/plan_private.h"

#ifndef BRDS_CYCLES_PLAIN /* 1: skip no cycle; verif/unit/test_cycles.c compares both ways */
#define BRDS_CYCLES_PLAIN 0
#endif

/* What the controller tells the others within a cycle. */
typedef struct {
    bool x_take, y_claim, beat;
    int fetch; /* the phase whose weights are asked for, -1: none */
} cycle_signals;

static bool has_state(const simulation *sim, const brds_turn *turn)
{
    return sim->states != NULL && turn->step == 0 && sim->states[turn->sequence];
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* ---- pipeline ---- */

/* Slots of a group whose rows are not all past the end. */
static int writing_slots(const brds_plan *plan, const brds_phase *phase, int group)
{
    int rows = phase->rows - group * phase->slots * plan->element_lanes;
    return smaller(phase->slots, brds_ceil_div(rows, plan->element_lanes));
}

/* The beat of the phase that runs in which its next group to close is closed. */
static int next_close(const simulation *sim)
{
    const controller *ctrl = &sim->ctrl;
    const int *closes = sim->pace->closes[ctrl->phase];
    return closes != NULL ? closes[ctrl->group]
                          : (ctrl->group + 1) * sim->plan->phases[ctrl->phase].beats - 1;
}

static void push_group(simulation *sim)
{
    const controller *ctrl = &sim->ctrl;
    const brds_plan *plan = sim->plan;
    const brds_phase *phase = &plan->phases[ctrl->phase];
    bool outputs =
        phase->to_output && (plan->spec.output == BRDS_OUTPUT_EVERY_STEP || ctrl->flags.slast);
    sim->pipe.queue[sim->pipe.tail++ % QUEUE] = (cycle_group){
        .write = sim->cycle + (uint64_t)(plan->timing.drain + plan->timing.le),
        .slots = writing_slots(plan, phase, ctrl->group),
        .to_x = phase->dest_x >= 0,
        .done = outputs && ctrl->group == phase->groups - 1,
    };
}

/* The element lanes write the x copies in the next cycle: the bus register is theirs now. */
static bool lanes_write_x(const simulation *sim)
{
    for (unsigned i = sim->pipe.head; i != sim->pipe.tail; i++) {
        const cycle_group *group = &sim->pipe.queue[i % QUEUE];
        if (group->write > sim->cycle + 1) {
            return false;
        }
        if (group->to_x && sim->cycle + 1 < group->write + (uint64_t)group->slots) {
            return true;
        }
    }
    return false;
}

/* The last element write w of an output vector: full from w + 1 on, first word at w + 3 or
 * right behind the vector before (section 9, the stream never waits). */
static void finish_output(simulation *sim)
{
    output_unit *out = &sim->out;
    uint64_t first = sim->cycle + 3;
    if (out->vectors > 0 && first < out->last_word + 1) {
        first = out->last_word + 1;
    }
    out->last_word = first + (uint64_t)sim->plan->y_words - 1;
    out->releases[out->release_count++] = out->last_word;
    out->vectors++;
}

static void step_pipeline(simulation *sim)
{
    while (sim->pipe.head != sim->pipe.tail) {
        const cycle_group *group = &sim->pipe.queue[sim->pipe.head % QUEUE];
        if (sim->cycle < group->write + (uint64_t)group->slots - 1) {
            return;
        }
        if (group->done) {
            finish_output(sim);
        }
        sim->pipe.head++;
    }
}

/* ---- controller ---- */

static bool any_token(const simulation *sim, int from)
{
    int stages = sim->plan->spec.layer_count + (sim->plan->spec.head.present ? 1 : 0);
    for (int s = from; s < stages; s++) {
        if (sim->ctrl.tokens[s].valid) {
            return true;
        }
    }
    return false;
}

static bool last_beat(const simulation *sim)
{
    const controller *ctrl = &sim->ctrl;
    const brds_phase *phase = &sim->plan->phases[ctrl->phase];
    return ctrl->beat == phase->groups * phase->beats - 1;
}

/* Section 8, edge counters: max(gap - 1, 0) from the next cycle on, down to 0; in the writer's
 * last cycle itself open only with gap 0.  So the edge is open from tau + gap on. */
static void load_edges(simulation *sim)
{
    for (int e = 0; e < sim->plan->edge_count; e++) {
        if (sim->plan->edges[e].writer == sim->ctrl.phase) {
            sim->ctrl.older_at[e] = sim->ctrl.open_at[e];
            sim->ctrl.written[e] = sim->ctrl.flags;
            sim->ctrl.open_at[e] = sim->cycle + (uint64_t)sim->pace->gaps[e];
        }
    }
}

/* Section 8: over a skewed edge the writer may have run for the next vector already, over a
 * recurrent one for another stream; then the run that the reader waits for is the one before, or
 * an earlier one. */
static uint64_t edge_open_at(const simulation *sim, int edge)
{
    const controller *ctrl = &sim->ctrl;
    const cycle_token *written = &ctrl->written[edge], *reads = &ctrl->cand_flags;
    bool skewed = brds_edge_is_skewed(sim->plan, edge);
    bool newer = skewed && written->odd != reads->odd;
    if (skewed || sim->plan->edges[edge].skip_first) {
        newer = newer || written->stream != reads->stream;
    }
    return newer ? ctrl->older_at[edge] : ctrl->open_at[edge];
}

static bool edges_open(const simulation *sim)
{
    for (int e = 0; e < sim->plan->edge_count; e++) {
        const brds_edge *edge = &sim->plan->edges[e];
        bool skip = edge->skip_first && sim->ctrl.cand_flags.zero;
        if (edge->reader == sim->ctrl.cand && !skip && sim->cycle < edge_open_at(sim, e)) {
            return false;
        }
    }
    return true;
}

/* Section 8, `next` of the last phase: all tokens move on a stage. */
static void shift_tokens(simulation *sim)
{
    cycle_token *tokens = sim->ctrl.tokens;
    int layers = sim->plan->spec.layer_count;
    bool every = sim->plan->spec.output == BRDS_OUTPUT_EVERY_STEP;
    if (sim->plan->spec.head.present) {
        tokens[layers] = tokens[layers - 1];
        tokens[layers].valid = tokens[layers].valid && (every || tokens[layers].slast);
    }
    for (int s = layers - 1; s > 0; s--) {
        tokens[s] = tokens[s - 1];
    }
    tokens[0].valid = false;
}

static void take_vector(simulation *sim)
{
    brds_turn turn;
    brds_turns_next(&sim->takes, &turn); /* there is one: it was ready */
    uint32_t bit = UINT32_C(1) << turn.stream;
    sim->ctrl.tokens[0] = (cycle_token){
        .valid = true,
        .zero = turn.step == 0 && !has_state(sim, &turn),
        .odd = (sim->odd & bit) != 0,
        .stream = turn.stream,
        .slast = turn.last,
    };
    sim->ctrl.open = turn.last ? sim->ctrl.open & ~bit : sim->ctrl.open | bit;
    sim->odd ^= bit;
    sim->taken++;
}

/* Section 8, scan: one phase a cycle while there is no candidate. */
static bool scan(simulation *sim)
{
    controller *ctrl = &sim->ctrl;
    bool take = false;
    if (ctrl->sp == 0) {
        take = sim->in.ready > 0;
        if (take) {
            take_vector(sim);
        } else if (!any_token(sim, 1)) {
            return false;
        }
    }
    const cycle_token *token = &ctrl->tokens[sim->plan->phases[ctrl->sp].stage];
    if (ctrl->sp == 0 ? take : token->valid) {
        ctrl->cand_valid = true;
        ctrl->cand = ctrl->sp;
        ctrl->cand_flags = *token;
    }
    if (ctrl->sp == 0 && !take) {
        ctrl->tokens[0].valid = false;
    }
    if (++ctrl->sp == sim->plan->phase_count) {
        ctrl->sp = 0;
        shift_tokens(sim);
    }
    return take;
}

static void count_beat(simulation *sim)
{
    controller *ctrl = &sim->ctrl;
    const brds_phase *phase = &sim->plan->phases[ctrl->phase];
    sim->count.beats++;
    ctrl->last_beat = sim->cycle + 1;
    if (ctrl->beat++ < next_close(sim)) {
        return;
    }
    push_group(sim);
    if (++ctrl->group < phase->groups) {
        return;
    }
    ctrl->running = false;
    if (ctrl->phase == 0) { /* section 8: the x buffer, LW + LI + 1 cycles after */
        int delay = sim->plan->timing.lw + sim->plan->timing.li + 1;
        sim->in.frees[sim->in.free_count++] = sim->cycle + (uint64_t)delay;
    }
}

static cycle_signals step_controller(simulation *sim)
{
    controller *ctrl = &sim->ctrl;
    cycle_signals signals = {.beat = ctrl->running && brds_prefetch_has_word(sim), .fetch = -1};
    bool last = signals.beat && last_beat(sim), waited = ctrl->cand_valid, went = false;
    if (last) {
        load_edges(sim);
    }
    bool open = waited && edges_open(sim);
    if (ctrl->running || (waited && !open)) {
        sim->count.busy++;
    } else if (!waited && ctrl->open != 0 && !any_token(sim, 0)) {
        sim->count.stall_in++;
    }
    if (waited && open && (!ctrl->running || last)) {
        signals.y_claim =
            sim->plan->phases[ctrl->cand].to_output &&
            (sim->plan->spec.output == BRDS_OUTPUT_EVERY_STEP || ctrl->cand_flags.slast);
        went = !signals.y_claim || sim->out.used < BUFFERS;
        sim->count.stall_out += went ? 0 : 1;
        signals.y_claim = signals.y_claim && went;
    }
    sim->count.stall_weights += ctrl->running && !signals.beat ? 1 : 0;
    if (signals.beat) {
        count_beat(sim);
    }
    if (!waited && brds_prefetch_ready(sim)) {
        signals.x_take = scan(sim);
        signals.fetch = ctrl->cand_valid ? ctrl->cand : -1;
    }
    if (went) {
        ctrl->running = true;
        ctrl->cand_valid = false;
        ctrl->phase = ctrl->cand;
        ctrl->flags = ctrl->cand_flags;
        ctrl->group = ctrl->beat = 0;
    }
    return signals;
}

/* ---- input unit ---- */

/* Slices of a word of `per_word` elements, `left` of them in the vector still. */
static int word_slices(const brds_plan *plan, int per_word, int left)
{
    return brds_ceil_div(smaller(per_word, left), smaller(plan->element_lanes, per_word));
}

/* Section 9: no token, no candidate, no beat on the bus, none so lately that it may still
 * write, no buffer claimed. */
static bool core_empty(const simulation *sim)
{
    const controller *ctrl = &sim->ctrl;
    const brds_plan *plan = sim->plan;
    bool linear = plan->phases[plan->phase_count - 1].kind != BRDS_PHASE_GATES;
    int slots = plan->phases[0].slots * (linear ? 4 : 1);
    uint64_t quiet = (uint64_t)(plan->timing.drain - 1 + plan->timing.le + slots);
    return !ctrl->running && !ctrl->cand_valid && !any_token(sim, 0) && sim->in.used == 0 &&
           (ctrl->last_beat == 0 || sim->cycle >= ctrl->last_beat + quiet);
}

/* Where the stream goes after a word of an initial state: h and c of each layer start a word. */
static void advance_state(simulation *sim)
{
    input_unit *in = &sim->in;
    const brds_spec *spec = &sim->plan->spec;
    int per_word = spec->stream_bits / 32, layer = in->segment / 2;
    int size =
        in->segment % 2 == 0 ? brds_spec_output_size(spec, layer) : spec->layers[layer].hidden_size;
    in->slices = word_slices(sim->plan, per_word, size - in->word * per_word);
    in->hold_state = true;
    if (++in->word == brds_ceil_div(size, per_word)) {
        in->word = 0;
        in->segment = in->segment + 1 == 2 * spec->layer_count ? -1 : in->segment + 1;
    }
}

static void next_turn(simulation *sim)
{
    input_unit *in = &sim->in;
    in->more = brds_turns_next(&in->turns, &in->turn);
    in->segment = in->more && has_state(sim, &in->turn) ? 0 : -1;
}

static void advance_vector(simulation *sim)
{
    input_unit *in = &sim->in;
    int per_word = sim->plan->spec.stream_bits / sim->plan->x_container;
    in->slices = word_slices(sim->plan, per_word, sim->plan->spec.input_size - in->word * per_word);
    in->hold_state = false;
    in->used += in->word == 0 ? 1 : 0;
    in->ends = ++in->word == sim->plan->x_words;
    if (in->ends) {
        in->word = 0;
        next_turn(sim);
    }
}

/* Section 9: a slice a cycle unless the element lanes take the bus register; the next word
 * comes with the last slice, a vector's first one only while a buffer is free. */
static void step_input(simulation *sim, bool blocked, bool empty, cycle_signals signals)
{
    input_unit *in = &sim->in;
    bool may_start = in->used < BUFFERS;
    int completed = 0;
    if (in->hold_valid && (in->hold_state ? empty : !blocked)) {
        in->hold_valid = --in->slices > 0;
        completed = !in->hold_valid && !in->hold_state && in->ends ? 1 : 0;
    }
    bool state = in->segment >= 0;
    if (!in->hold_valid && in->more && (state || in->word > 0 || may_start)) {
        in->first = in->started ? in->first : sim->cycle;
        in->started = in->hold_valid = true;
        if (state) {
            advance_state(sim);
        } else {
            advance_vector(sim);
        }
    }
    in->ready += completed - (signals.x_take ? 1 : 0);
    if (in->free_count > 0 && in->frees[0] == sim->cycle) {
        in->used--;
        in->frees[0] = in->frees[1];
        in->free_count--;
    }
}

/* ---- output unit ---- */

static void step_output(simulation *sim, cycle_signals signals)
{
    output_unit *out = &sim->out;
    out->used += signals.y_claim ? 1 : 0;
    if (out->release_count > 0 && out->releases[0] == sim->cycle) {
        out->used--;
        out->releases[0] = out->releases[1];
        out->release_count--;
    }
}

/* ---- the whole ---- */

static void simulate_cycle(simulation *sim)
{
    bool blocked = lanes_write_x(sim);
    bool empty = sim->in.hold_state && sim->in.hold_valid && core_empty(sim);
    cycle_signals signals = step_controller(sim);
    step_input(sim, blocked, empty, signals);
    step_pipeline(sim);
    step_output(sim, signals);
    brds_prefetch_step(sim, signals.beat, signals.fetch);
    sim->cycle++;
}

/* Cycles from now on in which nothing changes but the beat: the scan has its candidate or
 * nothing to do, no word can move, no delayed event is due.  0 while anything else goes on. */
static uint64_t quiet_cycles(const simulation *sim)
{
    const controller *ctrl = &sim->ctrl;
    const input_unit *in = &sim->in;
    bool scanning = !ctrl->cand_valid && (ctrl->sp > 0 || in->ready > 0 || any_token(sim, 1));
    bool waits = !in->more || (in->segment < 0 && in->word == 0 && in->used == BUFFERS);
    if (!ctrl->running || scanning || in->hold_valid || !waits || sim->plan->word_chunks > 0) {
        return 0;
    }
    uint64_t until = sim->cycle + (uint64_t)(next_close(sim) - ctrl->beat);
    if (sim->pipe.head != sim->pipe.tail) {
        const cycle_group *group = &sim->pipe.queue[sim->pipe.head % QUEUE];
        uint64_t last = group->write + (uint64_t)group->slots - 1;
        until = last < until ? last : until;
    }
    if (in->free_count > 0 && in->frees[0] < until) {
        until = in->frees[0];
    }
    if (sim->out.release_count > 0 && sim->out.releases[0] < until) {
        until = sim->out.releases[0];
    }
    return until - sim->cycle;
}

static void skip_quiet_cycles(simulation *sim)
{
    uint64_t cycles = quiet_cycles(sim);
    if (cycles > 0) {
        sim->ctrl.beat += (int)cycles;
        sim->count.beats += cycles;
        sim->count.busy += cycles;
        sim->cycle += cycles;
        sim->ctrl.last_beat = sim->cycle;
    }
}

static void start_simulation(simulation *sim, const brds_plan *plan, const brds_pace *pace,
                             size_t sequences, const size_t *lengths, const bool *states)
{
    memset(sim, 0, sizeof(*sim));
    sim->plan = plan;
    sim->pace = pace;
    sim->states = states;
    brds_turns_start(&sim->takes, plan->spec.streams, sequences, lengths);
    brds_turns_start(&sim->in.turns, plan->spec.streams, sequences, lengths);
    next_turn(sim);
    brds_prefetch_start(sim);
}

/* More cycles than any machine needs for these steps: only a fault can reach them. */
static uint64_t cycle_limit(const brds_plan *plan, uint64_t steps, size_t sequences)
{
    const brds_spec *spec = &plan->spec;
    uint64_t each = (uint64_t)plan->words + (uint64_t)plan->x_words * 64 + (uint64_t)plan->y_words +
                    (uint64_t)plan->memory_chunks *
                        (uint64_t)(plan->spec.memory.interval + plan->spec.memory.latency);
    uint64_t phases = (uint64_t)plan->phase_count * 70000; /* a gap has 16 bits */
    uint64_t state = (uint64_t)spec->layer_count * 2 * BRDS_MAX_SIZE + 70000;
    return (steps + (uint64_t)plan->phase_count + 2) * (each + phases) + sequences * state;
}

static void advance(simulation *sim)
{
    if (!BRDS_CYCLES_PLAIN) {
        skip_quiet_cycles(sim);
    }
    simulate_cycle(sim);
}

static brds_status run(simulation *sim, brds_cycles *cycles, brds_diag *diag)
{
    const brds_plan *plan = sim->plan;
    uint64_t steps = 0;
    size_t sequences = sim->takes.sequences;
    for (size_t i = 0; i < sequences; i++) {
        steps += sim->takes.lengths[i];
    }
    uint64_t outputs = plan->spec.output == BRDS_OUTPUT_EVERY_STEP ? steps : sequences;
    uint64_t limit = cycle_limit(plan, steps, sequences);
    while (sim->out.vectors < outputs || sim->out.release_count > 0) {
        advance(sim);
        if (sim->cycle > limit) {
            return brds_fail(diag, BRDS_EINPUT, plan->spec.name, "", "the cycle model is stuck");
        }
    }
    sim->count.total = sim->cycle - sim->in.first;
    sim->count.steps = steps;
    *cycles = sim->count;
    return BRDS_OK;
}

brds_status brds_cycles_run(const brds_plan *plan, const brds_pace *pace, size_t sequences,
                            const size_t *lengths, brds_cycles *cycles, brds_diag *diag)
{
    return brds_cycles_run_states(plan, pace, sequences, lengths, NULL, cycles, diag);
}

brds_status brds_cycles_run_states(const brds_plan *plan, const brds_pace *pace, size_t sequences,
                                   const size_t *lengths, const bool *states, brds_cycles *cycles,
                                   brds_diag *diag)
{
    simulation sim;
    start_simulation(&sim, plan, pace, sequences, lengths, states);
    return run(&sim, cycles, diag);
}

/* The pattern of steps may repeat only every few of them: the count of measured steps has many
 * divisors, and falls only for networks whose steps are long against every irregularity. */
enum {
    MEASURED_MOST = 240,
    TAKEN_MOST = 2 * BRDS_MAX_LAYERS + 6 + BRDS_MAX_STREAMS + MEASURED_MOST
};

static size_t measured_steps(const brds_plan *plan)
{
    size_t streams = (size_t)plan->spec.streams;
    size_t steps = plan->words < 100000 ? MEASURED_MOST : plan->words < 1000000 ? 48 : 12;
    return steps < streams ? streams : steps / streams * streams; /* as many of each stream */
}

/* ---- the steady state ---- */

/* Cycles in which the vectors of a long sequence in each stream are taken.  Once a state comes again, all that
 * follows repeats, and nothing is left to simulate. */
typedef struct {
    uint64_t cycles[TAKEN_MOST + 1]; /* [n]: when n vectors have been taken */
    size_t known;                    /* n of the last entry */
    size_t period;                   /* 0: none found; else the last `period` entries repeat */
} cycle_takes;

/* Brent's way: compare with one remembered state, and remember a later one at each power of two. */
static void find_takes(simulation *sim, size_t most, cycle_takes *takes)
{
    cycle_state remembered = {.count = 0}, now;
    size_t at = 0, span = 1;
    *takes = (cycle_takes){.known = 0};
    while (takes->known < most && takes->period == 0) {
        uint64_t before = sim->taken;
        while (sim->taken == before) {
            advance(sim);
        }
        takes->cycles[++takes->known] = sim->cycle;
        if (BRDS_CYCLES_PLAIN) {
            continue;
        }
        brds_cycle_state_note(&now, sim);
        if (now.count == remembered.count &&
            memcmp(now.words, remembered.words, now.count * sizeof now.words[0]) == 0) {
            takes->period = takes->known - at;
        } else if (takes->known - at >= span) {
            remembered = now;
            at = takes->known;
            span *= 2;
        }
    }
}

static uint64_t take_cycle(const cycle_takes *takes, size_t n)
{
    if (n <= takes->known) {
        return takes->cycles[n];
    }
    size_t first = takes->known - takes->period, ahead = n - first;
    uint64_t length = takes->cycles[takes->known] - takes->cycles[first];
    return takes->cycles[first + ahead % takes->period] + ahead / takes->period * length;
}

double brds_plan_cycles_per_step(const brds_plan *plan, const brds_pace *pace)
{
    simulation sim;
    cycle_takes takes;
    size_t streams = (size_t)plan->spec.streams, lengths[BRDS_MAX_STREAMS];
    size_t warm = 2 * (size_t)plan->spec.layer_count + 6 + (streams > 1 ? streams : 0);
    size_t measured = measured_steps(plan);
    for (size_t s = 0; s < streams; s++) {
        lengths[s] = warm + measured + 8; /* the end of the sequences stays out of sight */
    }
    start_simulation(&sim, plan, pace, streams, lengths, NULL);
    find_takes(&sim, warm + measured, &takes);
    return (double)(take_cycle(&takes, warm + measured) - take_cycle(&takes, warm)) /
           (double)measured;
}
