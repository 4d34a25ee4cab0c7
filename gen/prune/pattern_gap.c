/* SPDX-License-Identifier: Apache-2.0
 *
 * The best nnz weights of a row whose gaps fit.  The kept columns are n whole
 * numbers c_i = i + d_i with 0 <= d_0 <= d_1 <= ... <= columns - n, a cost for
 * each value of each, and limits on differences, d_i - d_(i-lanes) <= max_gap -
 * lanes.  That is a minimum cut (Ishikawa, "Exact optimization for Markov random
 * fields with convex priors", IEEE TPAMI 25:1333, 2003): a chain of nodes (i, d)
 * from source to sink for every i, cut between d and d + 1 where d_i = d, and
 * an arc that no cut may break for every limit.  The largest flow is found along
 * shortest paths with levels that only rise (Ahuja and Orlin, "Distance-directed
 * augmenting path algorithms", Naval Research Logistics 38:413, 1991).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "prune/pattern_private.h"
#include "prune/select.h"

/* Out of a node; `arc ^ 1` leads back. */
enum {
    UP,    /* to (i, d + 1): costs what d_i = d costs */
    DOWN,  /* to (i, d - 1): d_i >= d means d_i >= d - 1 */
    NEXT,  /* to (i + 1, d): d_(i+1) >= d_i */
    PREV,  /* back */
    LAG,   /* to (i - lanes, d - slack): d_(i-lanes) >= d_i - slack */
    UNLAG, /* back */
    ARCS
};

static const int64_t NEVER_CUT = (int64_t)1 << 60;
enum { COST_BITS = 40 }; /* of the row's largest magnitude: sums stay far below NEVER_CUT */

typedef struct {
    int count, columns, lanes;
    int slack;          /* max_gap - lanes, >= 0 where a lane has more than one weight */
    size_t height;      /* nodes of a chain: d = 0..columns - count + 1 */
    size_t nodes;       /* count * height */
    int64_t *rest;      /* (nodes, ARCS): what each arc can still carry */
    int *level;         /* (nodes): at least so many arcs to a sink; `never`: there is no way */
    int *population;    /* (nodes + 1): nodes on each level */
    int never;          /* = nodes */
    uint8_t *arc;       /* (nodes): the arc to look at next */
    uint8_t *sink;      /* (nodes): 1 at the top of a chain */
    size_t *queue;      /* (nodes): a search in breadth, or the path of one in depth */
    ptrdiff_t go[ARCS]; /* nodes from a node to where the arc leads */
} cut;

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int most(int a, int b)
{
    return a > b ? a : b;
}

/* The largest d of place i.  Full turns of the lanes move on by max_gap at most, and the last of a
 * turn bounds those before it. */
static int highest(const cut *c, int i)
{
    int64_t reach = ((int64_t)(i / c->lanes) + 1) * c->slack + 1;
    return reach < c->columns - c->count ? (int)reach : c->columns - c->count;
}

/* ---- building ---- */

static brds_status allocate(cut *c, brds_diag *diag)
{
    c->rest = calloc(c->nodes, ARCS * sizeof *c->rest);
    c->level = malloc(c->nodes * sizeof *c->level);
    c->population = calloc(c->nodes + 1, sizeof *c->population);
    c->arc = calloc(c->nodes, 1);
    c->sink = calloc(c->nodes, 1);
    c->queue = malloc(c->nodes * sizeof *c->queue);
    bool ok = c->rest && c->level && c->population && c->arc && c->sink && c->queue;
    return ok ? BRDS_OK : brds_fail_memory(diag);
}

static void release(cut *c)
{
    free(c->rest);
    free(c->level);
    free(c->population);
    free(c->arc);
    free(c->sink);
    free(c->queue);
}

/* Cost of each column, 0 for the row's largest weight up to 2^COST_BITS for a zero. */
static void find_costs(const float *row, int columns, int64_t *costs)
{
    float largest = 0.0f;
    for (int i = 0; i < columns; i++) {
        largest = fmaxf(largest, fabsf(row[i]));
    }
    for (int i = 0; i < columns; i++) {
        double share = largest > 0.0f ? fabs((double)row[i]) / (double)largest : 1.0;
        share = share <= 1.0 ? share : 1.0; /* not a number: it stays, as it does elsewhere */
        costs[i] = (int64_t)llround(ldexp(1.0 - share, COST_BITS));
    }
}

/* A chain costs at least its cheapest value: that flow need not be found. */
static void build_chain(cut *c, int i, const int64_t *costs)
{
    int top = highest(c, i);
    int64_t cheapest = costs[i];
    for (int d = 1; d <= top; d++) {
        cheapest = costs[i + d] < cheapest ? costs[i + d] : cheapest;
    }
    for (int d = 0; d <= top; d++) {
        int64_t *rest = c->rest + ((size_t)i * c->height + (size_t)d) * ARCS;
        rest[UP] = costs[i + d] - cheapest;
        rest[DOWN] = d > 0 ? NEVER_CUT : 0;
        rest[NEXT] = d > 0 && i + 1 < c->count ? NEVER_CUT : 0;
        rest[LAG] = i >= c->lanes && d > c->slack ? NEVER_CUT : 0;
    }
    c->sink[(size_t)i * c->height + (size_t)top + 1] = 1;
}

static void build(cut *c, const int64_t *costs)
{
    c->go[UP] = 1;
    c->go[NEXT] = (ptrdiff_t)c->height;
    c->go[LAG] = -((ptrdiff_t)c->height * c->lanes + c->slack);
    for (int arc = 0; arc < ARCS; arc += 2) {
        c->go[arc + 1] = -c->go[arc];
    }
    for (int i = 0; i < c->count; i++) {
        build_chain(c, i, costs);
    }
}

/* ---- the largest flow ---- */

static int64_t *rest_of(const cut *c, size_t node, size_t arc)
{
    return &c->rest[node * ARCS + arc];
}

/* Levels of all that reach a sink. */
static void find_levels(cut *c)
{
    size_t head = 0, tail = 0;
    for (size_t node = 0; node < c->nodes; node++) {
        c->level[node] = c->sink[node] ? 0 : c->never;
        if (c->sink[node]) {
            c->queue[tail++] = node;
        }
    }
    c->population[c->never] = (int)(c->nodes - tail);
    c->population[0] = (int)tail;
    while (head < tail) {
        size_t node = c->queue[head++];
        for (size_t arc = 0; arc < ARCS; arc++) {
            size_t from = node + (size_t)c->go[arc]; /* by `arc ^ 1`, which is 0 off the grid */
            if (from < c->nodes && c->level[from] == c->never && *rest_of(c, from, arc ^ 1) > 0) {
                c->level[from] = c->level[node] + 1;
                c->population[c->level[from]]++;
                c->population[c->never]--;
                c->queue[tail++] = from;
            }
        }
    }
}

/* Sends what the path (queue[0..depth], by each node's arc) can carry.  Returns the depth of the
 * first node whose arc is full then. */
static size_t send_flow(cut *c, size_t depth)
{
    int64_t flow = INT64_MAX;
    size_t first = 0;
    for (size_t i = 0; i < depth; i++) {
        int64_t rest = *rest_of(c, c->queue[i], c->arc[c->queue[i]]);
        if (rest < flow) {
            flow = rest;
            first = i;
        }
    }
    for (size_t i = 0; i < depth; i++) {
        size_t arc = c->arc[c->queue[i]];
        *rest_of(c, c->queue[i], arc) -= flow;
        *rest_of(c, c->queue[i + 1], arc ^ 1) += flow;
    }
    return first;
}

/* Moves the node's arc to one that leads a level down.  False where there is none. */
static bool find_arc(cut *c, size_t node)
{
    for (; c->arc[node] < ARCS; c->arc[node]++) {
        size_t arc = c->arc[node];
        if (*rest_of(c, node, arc) > 0 &&
            c->level[node + (size_t)c->go[arc]] == c->level[node] - 1) {
            return true;
        }
    }
    return false;
}

/* Raises a node that no arc leads down from. */
static void raise_level(cut *c, size_t node)
{
    int level = c->never;
    for (size_t arc = 0; arc < ARCS; arc++) {
        if (*rest_of(c, node, arc) > 0) {
            level = least(level, c->level[node + (size_t)c->go[arc]] + 1);
        }
    }
    c->population[c->level[node]]--;
    c->level[node] = level;
    c->population[level]++;
    c->arc[node] = 0;
}

/* Paths go down level by level: who is above an empty one reaches no sink, now and later. */
static void cut_off(cut *c, int empty)
{
    for (size_t node = 0; node < c->nodes; node++) {
        if (c->level[node] > empty) {
            c->population[c->level[node]]--;
            c->level[node] = c->never;
            c->population[c->never]++;
        }
    }
}

/* All that a source can send.  `queue` holds the path. */
static void fill_from(cut *c, size_t source)
{
    size_t depth = 0;
    c->queue[0] = source;
    while (c->level[source] < c->never) {
        size_t node = c->queue[depth];
        int level = c->level[node];
        if (c->sink[node]) {
            depth = send_flow(c, depth);
        } else if (find_arc(c, node)) {
            c->queue[++depth] = node + (size_t)c->go[c->arc[node]];
        } else {
            raise_level(c, node);
            depth -= depth > 0;
            if (c->population[level] == 0) {
                cut_off(c, level); /* the source too, as it is above the node or is the node */
            }
        }
    }
}

/* Levels become 1 for what the sources still reach, else 0: of equal cuts the one of the lowest
 * columns. */
static void find_reached(cut *c)
{
    size_t head = 0, tail = 0;
    for (size_t node = 0; node < c->nodes; node++) {
        c->level[node] = node % c->height == 0;
        if (c->level[node]) {
            c->queue[tail++] = node;
        }
    }
    while (head < tail) {
        size_t node = c->queue[head++];
        for (size_t arc = 0; arc < ARCS; arc++) {
            size_t to = node + (size_t)c->go[arc];
            if (*rest_of(c, node, arc) > 0 && c->level[to] == 0) {
                c->level[to] = 1;
                c->queue[tail++] = to;
            }
        }
    }
}

static void find_cut(cut *c)
{
    find_levels(c);
    for (int i = c->count - 1; i >= 0; i--) { /* a third faster than from 0 on, by measurement */
        fill_from(c, (size_t)i * c->height);
    }
    find_reached(c);
}

/* ---- rows ---- */

static void read_mask(const cut *c, uint8_t *mask)
{
    memset(mask, 0, (size_t)c->columns);
    for (int i = 0; i < c->count; i++) {
        const int *level = c->level + (size_t)i * c->height;
        int d = 0;
        while (level[d + 1] == 1) { /* no sink is reached */
            d++;
        }
        mask[i + d] = 1;
    }
}

static brds_status mask_by_cut(const float *row, cut *c, uint8_t *mask, brds_diag *diag)
{
    int64_t *costs = malloc((size_t)c->columns * sizeof *costs);
    brds_status status = allocate(c, diag);
    if (status == BRDS_OK && costs == NULL) {
        status = brds_fail_memory(diag);
    }
    if (status == BRDS_OK) {
        find_costs(row, c->columns, costs);
        build(c, costs);
        find_cut(c);
        read_mask(c, mask);
    }
    free(costs);
    release(c);
    return status;
}

/* A lane reaches column `i` where so many columns before it as there are lanes are kept within
 * max_gap (all lanes start at column 0). */
static bool fits(const uint8_t *mask, int columns, int max_gap, int lanes)
{
    int before = 0, back = 0; /* kept columns of [back, i), where back has at most `lanes` */
    for (int i = 0; i < columns; i++) {
        if (!mask[i]) {
            continue;
        }
        while (before == lanes) {
            before -= mask[back++];
        }
        /* the column before `back` is the lane's last one */
        if (i - most(back - 1, 0) > max_gap) {
            return false;
        }
        before++;
    }
    return true;
}

brds_status brds_mask_gap_row(const float *row, int columns, const brds_pattern_options *options,
                              uint8_t *mask, brds_diag *diag)
{
    int nnz = options->nnz, lanes = most(options->lanes, 1), max_gap = options->max_gap;
    brds_mask_largest(row, (size_t)columns, (size_t)nnz, mask);
    if (fits(mask, columns, max_gap, lanes)) {
        return BRDS_OK;
    }
    if (nnz <= lanes) { /* one weight a lane, each from column 0 */
        memset(mask, 0, (size_t)columns);
        brds_mask_largest(row, (size_t)max_gap + 1, (size_t)nnz, mask);
        return BRDS_OK;
    }
    cut c = {.count = nnz, .columns = columns, .lanes = lanes, .slack = max_gap - lanes};
    c.height = (size_t)(columns - nnz) + 2;
    c.nodes = (size_t)nnz * c.height;
    c.never = (int)c.nodes;
    return mask_by_cut(row, &c, mask, diag);
}
