/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "pack/order.h"
#include "plan/plan_private.h"

enum { MAX_COMPLAINTS = 10 };

/* One phase while it is scheduled. */
typedef struct {
    const char *place;
    const brds_plan *plan;
    const brds_phase *phase;
    int number;
    const brds_qphase *weights;
    brds_slot *slots;
    /* what the beats ask of the edges that the phase reads */
    brds_order_need needs[BRDS_MAX_EDGES];
    int need_count;
    int complaints;
} schedule_job;

static const brds_sparse *matrix_of(const schedule_job *job, int group)
{
    return group == 0 ? &job->weights->x : &job->weights->h;
}

/* The slot of place 0 in the group's lanes of a row's beat 0. */
static brds_slot *row_slots(const schedule_job *job, int group, int pe, int gate, int lane)
{
    const brds_spec *spec = &job->plan->spec;
    size_t lanes = (size_t)(spec->lanes_x + spec->lanes_h);
    size_t row = (size_t)group * (size_t)job->phase->beats * (size_t)spec->pes + (size_t)pe;
    return job->slots + (row * 4 + (size_t)gate) * lanes + (size_t)lane;
}

/* Slots from one beat of a row to its next. */
static size_t beat_stride(const schedule_job *job)
{
    const brds_spec *spec = &job->plan->spec;
    return (size_t)spec->pes * 4 * (size_t)(spec->lanes_x + spec->lanes_h);
}

/* ---- placing ---- */

/* Nonzeros take the places from the last one backwards, so that padding, where a row does not
 * fill its beats, comes first and every column is asked for as late as can be.  With relative
 * indices the same order serves: each lane sees its columns ascend. */
static void place_row(const schedule_job *job, const brds_lane_group *lanes,
                      const brds_sparse *matrix, int row, brds_slot *first)
{
    size_t stride = beat_stride(job);
    int pads = job->phase->beats * lanes->lanes - lanes->nnz;
    int beat = pads / lanes->lanes, lane = pads % lanes->lanes;
    const int32_t *weight = matrix->weight + (size_t)row * (size_t)matrix->nnz;
    const uint16_t *column = matrix->column + (size_t)row * (size_t)matrix->nnz;
    for (int i = 0; i < lanes->nnz; i++) {
        first[(size_t)beat * stride + (size_t)lane] = (brds_slot){weight[i], column[i]};
        if (++lane == lanes->lanes) {
            lane = 0;
            beat++;
        }
    }
}

/* Where a row's columns of a phase with banks have gone so far, counted from the last beat. */
typedef struct {
    const brds_row_rule *rule;
    int left[BRDS_MAX_LANES]; /* columns of each bank that are not placed yet */
    int used[BRDS_MAX_LANES]; /* beats of each bank's lane */
    int over[BRDS_MAX_LANES]; /* of each lane of the others */
    int need[BRDS_MAX_LANES]; /* of each of the others: columns that only it can take */
} bank_places;

static void begin_banks(bank_places *at, const brds_lane_group *lanes, const uint16_t *column)
{
    const brds_row_rule *rule = &lanes->rule;
    *at = (bank_places){.rule = rule};
    for (int i = 0; i < lanes->nnz; i++) {
        int bank = column[i] % rule->banks;
        if (++at->left[bank] > rule->beats && rule->others > 0) {
            at->need[bank % rule->others]++;
        }
    }
}

/* The bank's lane, unless one of the others has more room and nobody needs it; *own: it is the bank's.  Returns
 * how many beats before the last one; -1: no lane can take the column. */
static int take_place(bank_places *at, int column, bool *own)
{
    const brds_row_rule *rule = at->rule;
    int bank = column % rule->banks, other = rule->others > 0 ? bank % rule->others : 0;
    int *used = &at->used[bank], *over = &at->over[other];
    bool only_other = at->left[bank]-- > rule->beats - *used;
    bool free = rule->others > 0 && *over < rule->beats &&
                (only_other || *over + at->need[other] < rule->beats);
    *own = *used < rule->beats && (!free || *used <= *over);
    if (*own) {
        return (*used)++;
    }
    at->need[other] -= only_other;
    return free ? (*over)++ : -1;
}

/* The larger lane group has a lane a bank. */
static int lane_of(const brds_spec *spec, const brds_row_rule *rule, int column, bool own)
{
    int bank = column % rule->banks;
    bool h_is_larger = spec->lanes_h >= spec->lanes_x;
    if (rule->others == 0) {
        return bank;
    }
    return (h_is_larger == own ? spec->lanes_x : 0) + (own ? bank : bank % rule->others);
}

static brds_status place_banked(const schedule_job *job, const brds_lane_group *lanes,
                                const brds_sparse *matrix, int row, brds_slot *first,
                                brds_diag *diag)
{
    const int32_t *weight = matrix->weight + (size_t)row * (size_t)matrix->nnz;
    const uint16_t *column = matrix->column + (size_t)row * (size_t)matrix->nnz;
    bank_places at;
    begin_banks(&at, lanes, column);
    for (int i = lanes->nnz - 1; i >= 0; i--) {
        bool own;
        int back = take_place(&at, column[i], &own);
        if (back < 0) {
            return brds_fail(diag, BRDS_EINPUT, job->place, "prune it with 'brdsgen prune'",
                             "layer %d, row %d has too many columns in bank %d", job->phase->layer,
                             row, column[i] % lanes->rule.banks);
        }
        size_t beat = (size_t)(job->phase->beats - 1 - back);
        int lane = lane_of(&job->plan->spec, &lanes->rule, column[i], own);
        first[beat * beat_stride(job) + (size_t)lane] = (brds_slot){weight[i], column[i]};
    }
    return BRDS_OK;
}

static const char *matrix_name(const schedule_job *job, int group)
{
    static const char *const gate_names[] = {"W_x", "W_h"};
    switch (job->phase->kind) {
    case BRDS_PHASE_PROJECTION:
        return "projection";
    case BRDS_PHASE_HEAD:
        return "head";
    default:
        return gate_names[group];
    }
}

static void complain(schedule_job *job, int group, int row, int gap, int column, brds_diag *diag)
{
    if (job->complaints++ < MAX_COMPLAINTS) {
        brds_fail(diag, BRDS_EINPUT, job->place,
                  "give more hardware.index_bits, choose index \"absolute\", or prune with a "
                  "smaller gap",
                  "layer %d, %s, row %d: the gap of %d to column %d does not fit in %d bits",
                  job->phase->layer, matrix_name(job, group), row, gap, column,
                  job->plan->spec.index_bits);
    }
}

/* Relative indices: the gap to the lane's column before must fit; the lane starts at 0. */
static void check_gaps(schedule_job *job, int group, const brds_lane_group *lanes, int row,
                       const brds_slot *first, brds_diag *diag)
{
    size_t stride = beat_stride(job);
    int most = (1 << job->plan->spec.index_bits) - 1;
    for (int lane = 0; lane < lanes->lanes; lane++) {
        int before = 0;
        for (int beat = 0; beat < job->phase->beats; beat++) {
            int column = first[(size_t)beat * stride + (size_t)lane].column;
            if (column >= 0 && column - before > most) {
                complain(job, group, row, column - before, column, diag);
            }
            before = column >= 0 ? column : before;
        }
    }
}

/* ---- exact gaps ---- */

/* Padding slots read too (absolute: column 0; relative: the lane's running column), perhaps a
 * word that is not written yet; their weight is 0, so they set no constraint. */
static void measure_row(schedule_job *job, int group, const brds_lane_group *lanes, int row_group,
                        const brds_slot *first)
{
    const brds_plan *plan = job->plan;
    size_t stride = beat_stride(job);
    for (int i = 0; i < job->need_count; i++) {
        int e = job->needs[i].edge;
        if (!brds_edge_reads(plan, e, group)) {
            continue;
        }
        const brds_phase *writer = &plan->phases[plan->edges[e].writer];
        int *writes = job->needs[i].write + row_group * job->phase->beats;
        for (int beat = 0; beat < job->phase->beats; beat++) {
            int column = -1;
            for (int lane = 0; lane < lanes->lanes; lane++) {
                int of_lane = first[(size_t)beat * stride + (size_t)lane].column;
                column = of_lane > column ? of_lane : column;
            }
            int write = column < 0 ? BRDS_NEVER_LATE : brds_write_offset(plan, writer, column);
            writes[beat] = write > writes[beat] ? write : writes[beat];
        }
    }
}

static brds_status schedule_row(schedule_job *job, int row_group, int pe, int gate, brds_diag *diag)
{
    int row = brds_phase_row(job->plan, job->phase, row_group, pe, gate);
    brds_lane_group groups[2];
    int count = brds_lane_groups(job->plan, job->phase, groups);
    if (row < 0) {
        return BRDS_OK;
    }
    for (int i = 0; i < count; i++) {
        brds_slot *first = row_slots(job, row_group, pe, gate, groups[i].first);
        if (groups[i].rule.banks > 0) {
            brds_status status = place_banked(job, &groups[i], matrix_of(job, i), row, first, diag);
            if (status != BRDS_OK) {
                return status;
            }
        } else {
            place_row(job, &groups[i], matrix_of(job, i), row, first);
        }
        measure_row(job, i, &groups[i], row_group, first);
        if (job->plan->spec.index == BRDS_INDEX_RELATIVE) {
            check_gaps(job, i, &groups[i], row, first, diag);
        }
    }
    return BRDS_OK;
}

/* ---- phases ---- */

static brds_status alloc_slots(const brds_plan *plan, const brds_phase *phase, brds_slot **slots,
                               brds_diag *diag)
{
    const brds_spec *spec = &plan->spec;
    size_t count = (size_t)phase->groups * (size_t)phase->beats * (size_t)spec->pes * 4 *
                   (size_t)(spec->lanes_x + spec->lanes_h);
    *slots = malloc(count * sizeof(brds_slot));
    if (*slots == NULL) {
        return brds_fail_memory(diag);
    }
    for (size_t i = 0; i < count; i++) {
        (*slots)[i] = (brds_slot){0, -1};
    }
    return BRDS_OK;
}

static brds_status schedule_phase(schedule_job *job, brds_diag *diag)
{
    int rows = job->phase->groups * job->plan->spec.pes * 4;
    brds_status status = BRDS_OK;
    for (int i = 0; i < rows && status == BRDS_OK; i++) {
        int pe = i / 4 % job->plan->spec.pes;
        status = schedule_row(job, i / 4 / job->plan->spec.pes, pe, i % 4, diag);
    }
    if (job->complaints > MAX_COMPLAINTS) {
        brds_fail(diag, BRDS_EINPUT, job->place, "", "layer %d: %d more gaps do not fit",
                  job->phase->layer, job->complaints - MAX_COMPLAINTS);
    }
    return job->complaints > 0 ? BRDS_EINPUT : status;
}

/* The gap of an edge when the phase's beats are worked in this order, the first group closed at a place; NULL:
 * group after group. */
static int gap_of(const schedule_job *job, const brds_order_need *need, const int *order, int first)
{
    int late = BRDS_NEVER_LATE;
    if (brds_edge_is_drain(job->plan, need->edge)) {
        return brds_drain_gap(job->plan, need->edge, first);
    }
    for (int place = 0; place < job->phase->groups * job->phase->beats; place++) {
        int write = need->write[order != NULL ? order[place] : place];
        int cycles = write == BRDS_NEVER_LATE ? BRDS_NEVER_LATE : write - place;
        late = cycles > late ? cycles : late;
    }
    return brds_edge_gap(job->plan, need->edge, late);
}

static brds_status open_groups(schedule_job *job, brds_schedule *schedule, brds_diag *diag)
{
    const brds_phase *phase = job->phase;
    int *order = malloc((size_t)phase->groups * (size_t)phase->beats * sizeof *order);
    int *closes = malloc((size_t)phase->groups * sizeof *closes);
    schedule->order[job->number] = order;
    schedule->pace.closes[job->number] = closes;
    if (order == NULL || closes == NULL) {
        return brds_fail_memory(diag);
    }
    for (int i = 0; i < job->need_count; i++) {
        job->needs[i].most = gap_of(job, &job->needs[i], NULL, phase->beats - 1);
    }
    return brds_order_make(job->plan, phase, job->needs, job->need_count, order, closes, diag);
}

static brds_status alloc_needs(schedule_job *job, brds_diag *diag)
{
    size_t beats = (size_t)job->phase->groups * (size_t)job->phase->beats;
    for (int e = 0; e < job->plan->edge_count; e++) {
        if (job->plan->edges[e].reader != job->number) {
            continue;
        }
        brds_order_need *need = &job->needs[job->need_count];
        *need = (brds_order_need){.edge = e, .write = malloc(beats * sizeof(int))};
        if (need->write == NULL) {
            return brds_fail_memory(diag);
        }
        for (size_t i = 0; i < beats; i++) {
            need->write[i] = BRDS_NEVER_LATE;
        }
        job->need_count++;
    }
    return BRDS_OK;
}

static brds_status make_phase(const char *place, const brds_plan *plan, const brds_qnet *qnet,
                              int number, brds_schedule *schedule, brds_diag *diag)
{
    schedule_job job = {.place = place,
                        .plan = plan,
                        .phase = &plan->phases[number],
                        .number = number,
                        .weights = &qnet->phases[number]};
    brds_status status = alloc_slots(plan, job.phase, &schedule->slots[number], diag);
    status = status ? status : alloc_needs(&job, diag);
    if (status == BRDS_OK) {
        job.slots = schedule->slots[number];
        status = schedule_phase(&job, diag);
    }
    if (status == BRDS_OK && plan->spec.open_groups > 1) {
        status = open_groups(&job, schedule, diag);
    }
    const int *closes = schedule->pace.closes[number];
    for (int i = 0; i < job.need_count; i++) {
        if (status == BRDS_OK) {
            schedule->pace.gaps[job.needs[i].edge] =
                gap_of(&job, &job.needs[i], schedule->order[number],
                       closes != NULL ? closes[0] : job.phase->beats - 1);
        }
        free(job.needs[i].write);
    }
    return status;
}

brds_status brds_schedule_make(const char *place, const brds_plan *plan, const brds_qnet *qnet,
                               brds_schedule *schedule, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    memset(schedule, 0, sizeof(*schedule));
    brds_plan_worst_gaps(plan, schedule->worst_gaps);
    for (int p = 0; p < plan->phase_count; p++) {
        brds_status of_phase = make_phase(place, plan, qnet, p, schedule, diag);
        status = status == BRDS_OK ? of_phase : status;
    }
    if (status != BRDS_OK) {
        brds_schedule_free(schedule);
    }
    return status;
}

void brds_schedule_free(brds_schedule *schedule)
{
    for (int p = 0; p < BRDS_MAX_PHASES; p++) {
        free(schedule->slots[p]);
        free(schedule->order[p]);
        free(schedule->pace.closes[p]);
    }
    memset(schedule, 0, sizeof(*schedule));
}
