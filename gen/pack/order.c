/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/order.h"

#include <stdlib.h>
#include <string.h>

#include "plan/plan_private.h"

typedef struct {
    const brds_plan *plan;
    const brds_phase *phase;
    const brds_order_need *needs;
    int count;
    int limit[BRDS_MAX_EDGES]; /* of needs[i]: no beat may ask for a larger gap */
    int quiet; /* a group that is closed by this place is read in time without a gap */
    int *done; /* (G) beats of a group that are placed */
    int *order, *closes;
} ordering;

/* Whether the beat may be worked at a place: the gap it asks for is that of brds_edge_gap. */
static bool may_read(const ordering *o, int beat, int place)
{
    for (int i = 0; i < o->count; i++) {
        int write = o->needs[i].write[beat];
        if (write != BRDS_NEVER_LATE &&
            brds_edge_gap(o->plan, o->needs[i].edge, write - place) > o->limit[i]) {
            return false;
        }
    }
    return true;
}

/* Closes come in the order of the groups, each when the one before has left the drain registers.  None
 * comes later than in order of the groups if anyone waits for the group's results. */
static bool may_close(const ordering *o, int group, int open, int place)
{
    int usual = (group + 1) * o->phase->beats - 1;
    return group == open && (group == 0 || place - o->closes[group - 1] >= o->phase->slots) &&
           (place <= usual || place <= o->quiet);
}

/* The next beat of the first open group that has one to work; false if there is none. */
static bool place_beat(ordering *o, int *open, int place)
{
    int beats = o->phase->beats, most = *open + o->plan->spec.open_groups;
    for (int g = *open; g < o->phase->groups && g < most; g++) {
        int beat = g * beats + o->done[g];
        bool last = o->done[g] == beats - 1;
        if (o->done[g] == beats || (last && !may_close(o, g, *open, place)) ||
            !may_read(o, beat, place)) {
            continue;
        }
        o->order[place] = beat;
        o->done[g]++;
        if (last) {
            o->closes[g] = place;
            ++*open;
        }
        return true;
    }
    return false;
}

static bool place_all(ordering *o)
{
    int open = 0;
    memset(o->done, 0, (size_t)o->phase->groups * sizeof *o->done);
    for (int place = 0; place < o->phase->groups * o->phase->beats; place++) {
        if (!place_beat(o, &open, place)) {
            return false;
        }
    }
    return true;
}

/* The least limit of one edge for which there is an order. */
static void lower(ordering *o, int i)
{
    int low = brds_edge_gap(o->plan, o->needs[i].edge, BRDS_NEVER_LATE), high = o->limit[i];
    while (low < high) {
        o->limit[i] = (low + high) / 2;
        if (place_all(o)) {
            high = o->limit[i];
        } else {
            low = o->limit[i] + 1;
        }
    }
    o->limit[i] = high;
}

brds_status brds_order_make(const brds_plan *plan, const brds_phase *phase, brds_order_need *needs,
                            int count, int *order, int *closes, brds_diag *diag)
{
    ordering o = {.plan = plan, .phase = phase, .needs = needs, .count = count};
    int beats = phase->groups * phase->beats, first = phase->slots * plan->element_lanes - 1;
    int behind = brds_write_offset(plan, phase, first) - (phase->beats - 1);
    o.quiet = beats - 1 - behind;
    o.order = order;
    o.closes = closes;
    o.done = malloc((size_t)phase->groups * sizeof *o.done);
    if (o.done == NULL) {
        return brds_fail_memory(diag);
    }
    for (int i = 0; i < count; i++) {
        o.limit[i] = needs[i].most;
    }
    for (int i = 0; i < count; i++) {
        lower(&o, i);
    }
    /* With the limits of the groups' order there is always one: that order. */
    bool found = place_all(&o);
    free(o.done);
    return found ? BRDS_OK
                 : brds_fail(diag, BRDS_EINPUT, plan->spec.name, "", "no order of the beats found");
}
