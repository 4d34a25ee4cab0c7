/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/arrange.h"

#include <stdlib.h>
#include <string.h>

#include "io/random.h"
#include "plan/plan_private.h"

/* An edge of data, with what of the reader's weights it depends on. */
typedef struct {
    int edge;
    const brds_phase *reader, *writer;
    brds_lane_group lanes; /* of the reader, that read the writer's results */
    int window;            /* groups of the reader that begin before the writer's last write */
    int first_late; /* the first place whose result is written after the writer's last beat */
    int words;      /* of a row of `uses` */
    uint64_t *uses; /* (rows of the reader's matrix, words): bit j: reads the writer's result j */
} link;

typedef struct {
    const brds_plan *plan;
    link links[BRDS_MAX_EDGES];
    int link_count;
    int *order[BRDS_MAX_PHASES]; /* (rows) place -> number in the network given; gates: units */
    brds_random random;
    int64_t work; /* bit tests left of a phase's search */
} arranging;

/* What an order costs at an edge: first its gap, then how many reads ask for it. */
typedef struct {
    int late, count;
    int row_place, column_place; /* one of those reads: of the reader's results, of the writer's */
} lateness;

enum {
    SEED = 1,
    PATIENCE = 4000,        /* swaps in vain after which a search ends */
    WORK_LIMIT = 600000000, /* bit tests of all searches: about two seconds */
    COUNT_SHARE = 4096
};

/* --- links --- */

static int phase_number(const brds_plan *plan, const brds_phase *phase)
{
    return (int)(phase - plan->phases);
}

static const brds_sparse *read_matrix(const brds_qnet *qnet, const link *l, const brds_plan *plan,
                                      int group)
{
    const brds_qphase *q = &qnet->phases[phase_number(plan, l->reader)];
    return group == 0 ? &q->x : &q->h;
}

static brds_status make_uses(const brds_sparse *matrix, link *l, brds_diag *diag)
{
    l->words = (matrix->columns + 63) / 64;
    l->uses = calloc((size_t)matrix->rows * (size_t)l->words, sizeof *l->uses);
    if (l->uses == NULL) {
        return brds_fail_memory(diag);
    }
    for (size_t i = 0; i < (size_t)matrix->rows * (size_t)matrix->nnz; i++) {
        int column = matrix->column[i];
        l->uses[i / (size_t)matrix->nnz * (size_t)l->words + (size_t)column / 64] |=
            UINT64_C(1) << (column % 64);
    }
    return BRDS_OK;
}

/* A read at beat b asks for a gap only where write(j) + 1 - b exceeds the writer's beats. */
static void bound(const brds_plan *plan, link *l)
{
    int beats = l->writer->groups * l->writer->beats;
    int last = brds_write_offset(plan, l->writer, l->writer->rows - 1) + 1 - beats;
    l->window = last > 0 ? (last + l->reader->beats - 1) / l->reader->beats : 0;
    l->window = l->window < l->reader->groups ? l->window : l->reader->groups;
    l->first_late = l->writer->rows;
    while (l->first_late > 0 && brds_write_offset(plan, l->writer, l->first_late - 1) + 1 > beats) {
        l->first_late--;
    }
}

static brds_status make_links(const brds_qnet *qnet, arranging *a, brds_diag *diag)
{
    const brds_plan *plan = a->plan;
    brds_status status = BRDS_OK;
    for (int e = 0; status == BRDS_OK && e < plan->edge_count; e++) {
        link *l = &a->links[a->link_count];
        brds_lane_group groups[2];
        *l = (link){.edge = e,
                    .reader = &plan->phases[plan->edges[e].reader],
                    .writer = &plan->phases[plan->edges[e].writer]};
        int count = brds_lane_groups(plan, l->reader, groups);
        for (int g = 0; g < count; g++) {
            if (brds_edge_reads(plan, e, g)) {
                l->lanes = groups[g];
                bound(plan, l);
                status = make_uses(read_matrix(qnet, l, plan, g), l, diag);
                a->link_count++;
            }
        }
    }
    return status;
}

/* --- cost --- */

static int place_of_row(const link *l, int row)
{
    return l->reader->kind == BRDS_PHASE_GATES ? row % l->reader->rows : row;
}

/* The row of the matrix given that now stands at a row. */
static int given_row(const arranging *a, const link *l, int row)
{
    int place = place_of_row(l, row);
    return row - place + a->order[phase_number(a->plan, l->reader)][place];
}

/* Columns ascend along the places and end at the last one (pack/schedule.c), so the late columns of a
 * row lie in its last beats, with banks in those of their bank. */
static void measure_row(arranging *a, const link *l, int group, int row, lateness *of)
{
    const uint64_t *uses = l->uses + (size_t)given_row(a, l, row) * (size_t)l->words;
    const int *order = a->order[phase_number(a->plan, l->writer)];
    int from_end[BRDS_MAX_LANES] = {0};
    int banks = l->lanes.rule.banks, share = banks > 0 ? 1 : l->lanes.lanes;
    a->work -= l->writer->rows - l->first_late;
    for (int place = l->writer->rows - 1; place >= l->first_late; place--) {
        int given = order[place];
        if ((uses[given / 64] >> (given % 64) & 1) == 0) {
            continue;
        }
        int *count = &from_end[banks > 0 ? place % banks : 0];
        int beat = l->reader->beats - 1 - (*count)++ / share;
        beat = beat < 0 ? 0 : beat; /* with banks: another lane takes it */
        int late = brds_write_offset(a->plan, l->writer, place) - group * l->reader->beats - beat;
        if (late > of->late) {
            *of = (lateness){late, 0, place_of_row(l, row), place};
        }
        of->count += late == of->late;
    }
}

static lateness measure(arranging *a, const link *l)
{
    lateness of = {BRDS_NEVER_LATE, 0, 0, 0};
    for (int group = 0; group < l->window; group++) {
        for (int pe = 0; pe < a->plan->spec.pes; pe++) {
            for (int gate = 0; gate < 4; gate++) {
                int row = brds_phase_row(a->plan, l->reader, group, pe, gate);
                if (row >= 0) {
                    measure_row(a, l, group, row, &of);
                }
            }
        }
    }
    return of;
}

/* Over all edges of a phase; *worst becomes the edge with the largest gap, or NULL where none is left. */
static int64_t cost_of(arranging *a, const brds_phase *phase, const link **worst, lateness *at)
{
    int64_t cost = 0;
    int largest = 0;
    *worst = NULL;
    for (int i = 0; i < a->link_count; i++) {
        const link *l = &a->links[i];
        if (l->reader != phase && l->writer != phase) {
            continue;
        }
        lateness of = measure(a, l);
        int gap = brds_edge_gap(a->plan, l->edge, of.late);
        if (gap > brds_edge_gap(a->plan, l->edge, BRDS_NEVER_LATE)) {
            cost +=
                (int64_t)gap * COUNT_SHARE + (of.count < COUNT_SHARE ? of.count : COUNT_SHARE - 1);
            if (gap > largest) {
                largest = gap;
                *worst = l;
                *at = of;
            }
        }
    }
    return cost;
}

/* --- search --- */

static void swap(int *order, int i, int j)
{
    int other = order[i];
    order[i] = order[j];
    order[j] = other;
}

/* Any place; with banks one whose column lies in the same bank whatever lanes read it. */
static int other_place(arranging *a, const brds_phase *phase, int place)
{
    const brds_spec *spec = &a->plan->spec;
    int most = spec->lanes_x > spec->lanes_h ? spec->lanes_x : spec->lanes_h;
    int apart = brds_vector_banks(a->plan, most), first = place % apart;
    int count = brds_ceil_div(phase->rows - first, apart);
    return first + apart * (int)brds_random_below(&a->random, (uint64_t)count);
}

/* Swaps one end of the most critical read with any other place, and keeps what is not worse. */
static void search(arranging *a, const brds_phase *phase)
{
    int *order = a->order[phase_number(a->plan, phase)];
    const link *worst, *next;
    lateness at, next_at;
    int64_t cost = cost_of(a, phase, &worst, &at);
    for (int vain = 0; worst != NULL && vain < PATIENCE && a->work > 0; vain++) {
        bool both = worst->reader == phase && worst->writer == phase;
        bool row = both ? brds_random_below(&a->random, 2) == 0 : worst->reader == phase;
        int i = row ? at.row_place : at.column_place;
        int j = other_place(a, phase, i);
        swap(order, i, j);
        int64_t now = cost_of(a, phase, &next, &next_at);
        if (now > cost) {
            swap(order, i, j);
            continue;
        }
        vain = now < cost ? 0 : vain;
        cost = now;
        worst = next;
        at = next_at;
    }
}

/* A unit keeps its four gates; which rows of a projection share their columns is a matter of their numbers. */
static bool is_free(const brds_plan *plan, const brds_phase *phase)
{
    bool tied = phase->kind != BRDS_PHASE_GATES && brds_vector_readers(plan) == 1;
    return !phase->to_output && !tied && !plan->spec.initial_state &&
           plan->spec.index == BRDS_INDEX_ABSOLUTE;
}

/* --- applying --- */

static int compare_pairs(const void *left, const void *right)
{
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

/* Columns become the places of their numbers; rows are sorted again.  `pairs`: room for a row. */
static void move_columns(brds_sparse *matrix, const int *place, int64_t *pairs)
{
    for (int row = 0; row < matrix->rows; row++) {
        size_t first = (size_t)row * (size_t)matrix->nnz;
        for (int i = 0; i < matrix->nnz; i++) {
            int column = place[matrix->column[first + (size_t)i]];
            pairs[i] = (int64_t)column << 32 | (uint32_t)matrix->weight[first + (size_t)i];
        }
        qsort(pairs, (size_t)matrix->nnz, sizeof *pairs, compare_pairs);
        for (int i = 0; i < matrix->nnz; i++) {
            matrix->column[first + (size_t)i] = (uint16_t)(pairs[i] >> 32);
            matrix->weight[first + (size_t)i] = (int32_t)(uint32_t)pairs[i];
        }
    }
}

/* Of `blocks` blocks of `rows` rows each, each `size` bytes: row i becomes what order[i] was. */
static brds_status move_rows(void *values, int blocks, int rows, size_t size, const int *order,
                             brds_diag *diag)
{
    if (values == NULL || rows == 0) {
        return BRDS_OK;
    }
    unsigned char *bytes = values, *copy = malloc((size_t)rows * size);
    if (copy == NULL) {
        return brds_fail_memory(diag);
    }
    for (int b = 0; b < blocks; b++) {
        unsigned char *block = bytes + (size_t)b * (size_t)rows * size;
        memcpy(copy, block, (size_t)rows * size);
        for (int i = 0; i < rows; i++) {
            memcpy(block + (size_t)i * size, copy + (size_t)order[i] * size, size);
        }
    }
    free(copy);
    return BRDS_OK;
}

static brds_status move_matrix_rows(brds_sparse *m, int blocks, const int *order, brds_diag *diag)
{
    int rows = m->rows / blocks;
    size_t nnz = (size_t)m->nnz;
    brds_status status = move_rows(m->weight, blocks, rows, nnz * sizeof *m->weight, order, diag);
    return status ? status
                  : move_rows(m->column, blocks, rows, nnz * sizeof *m->column, order, diag);
}

static brds_status apply_rows(const brds_phase *phase, const int *order, brds_qphase *q,
                              brds_diag *diag)
{
    int blocks = phase->kind == BRDS_PHASE_GATES ? 4 : 1;
    brds_status s = move_matrix_rows(&q->x, blocks, order, diag);
    if (s == BRDS_OK && phase->kind == BRDS_PHASE_GATES) {
        s = move_matrix_rows(&q->h, blocks, order, diag);
    }
    s = s ? s : move_rows(q->row_scale, blocks, phase->rows, sizeof *q->row_scale, order, diag);
    s = s ? s : move_rows(q->bias, blocks, phase->rows, sizeof *q->bias, order, diag);
    return s ? s : move_rows(q->peephole, 3, phase->rows, sizeof *q->peephole, order, diag);
}

static brds_status apply_columns(const arranging *a, const brds_phase *writer, brds_qnet *qnet,
                                 brds_diag *diag)
{
    const int *order = a->order[phase_number(a->plan, writer)];
    int *place = malloc((size_t)writer->rows * sizeof *place);
    int64_t *pairs = malloc((size_t)writer->rows * sizeof *pairs);
    bool room = place != NULL && pairs != NULL;
    for (int i = 0; room && i < writer->rows; i++) {
        place[order[i]] = i;
    }
    for (int i = 0; room && i < a->link_count; i++) {
        const link *l = &a->links[i];
        brds_qphase *q = &qnet->phases[phase_number(a->plan, l->reader)];
        if (l->writer == writer) {
            move_columns(l->lanes.first == 0 ? &q->x : &q->h, place, pairs);
        }
    }
    free(place);
    free(pairs);
    return room ? BRDS_OK : brds_fail_memory(diag);
}

/* --- the whole --- */

static brds_status make_orders(arranging *a, brds_diag *diag)
{
    for (int p = 0; p < a->plan->phase_count; p++) {
        int rows = a->plan->phases[p].rows;
        a->order[p] = malloc((size_t)rows * sizeof(int));
        if (a->order[p] == NULL) {
            return brds_fail_memory(diag);
        }
        for (int i = 0; i < rows; i++) {
            a->order[p][i] = i;
        }
    }
    return BRDS_OK;
}

static void measure_gaps(arranging *a, int *gaps)
{
    for (int e = 0; e < a->plan->edge_count; e++) {
        gaps[e] = brds_edge_gap(a->plan, e, BRDS_NEVER_LATE);
    }
    for (int i = 0; i < a->link_count; i++) {
        const link *l = &a->links[i];
        gaps[l->edge] = brds_edge_gap(a->plan, l->edge, measure(a, l).late);
    }
}

static brds_status arrange(arranging *a, brds_qnet *qnet, int *gaps_given, brds_diag *diag)
{
    const brds_plan *plan = a->plan;
    brds_status status = make_orders(a, diag);
    status = status ? status : make_links(qnet, a, diag);
    if (status != BRDS_OK) {
        return status;
    }
    measure_gaps(a, gaps_given);
    for (int p = 0; p < plan->phase_count; p++) {
        if (is_free(plan, &plan->phases[p])) {
            a->work = WORK_LIMIT / plan->phase_count;
            search(a, &plan->phases[p]);
        }
    }
    for (int p = 0; status == BRDS_OK && p < plan->phase_count; p++) {
        if (is_free(plan, &plan->phases[p])) {
            status = apply_rows(&plan->phases[p], a->order[p], &qnet->phases[p], diag);
            status = status ? status : apply_columns(a, &plan->phases[p], qnet, diag);
        }
    }
    return status;
}

brds_status brds_arrange(const brds_plan *plan, brds_qnet *qnet, int *gaps_given, brds_diag *diag)
{
    arranging a = {.plan = plan};
    brds_random_seed(&a.random, SEED);
    brds_status status = arrange(&a, qnet, gaps_given, diag);
    for (int i = 0; i < BRDS_MAX_EDGES; i++) {
        free(a.links[i].uses);
    }
    for (int p = 0; p < BRDS_MAX_PHASES; p++) {
        free(a.order[p]);
    }
    return status;
}
