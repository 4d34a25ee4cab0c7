/* SPDX-License-Identifier: Apache-2.0
 *
 * Which row is worked where, when its result can be read, and the gaps that
 * follow (docs/microarchitecture.md sections 3, 6 and 7).
 */
#include "plan/plan_private.h"

int brds_lane_groups(const brds_plan *plan, const brds_phase *phase, brds_lane_group groups[2])
{
    const brds_spec *spec = &plan->spec;
    if (phase->kind == BRDS_PHASE_GATES) {
        groups[0] = (brds_lane_group){0, spec->lanes_x, phase->nnz_x, phase->columns_x,
                                      brds_row_rule_x(spec, phase->layer)};
        groups[1] = (brds_lane_group){spec->lanes_x, spec->lanes_h, phase->nnz_h, phase->columns_h,
                                      brds_row_rule_h(spec, phase->layer)};
        return 2;
    }
    groups[0] = (brds_lane_group){0, spec->lanes_x + spec->lanes_h, phase->nnz_x, phase->columns_x,
                                  brds_row_rule_linear(spec, phase->nnz_x)};
    return 1;
}

int brds_phase_row(const brds_plan *plan, const brds_phase *phase, int group, int pe, int gate)
{
    int pes = plan->spec.pes, lanes = plan->element_lanes;
    if (phase->kind == BRDS_PHASE_GATES) {
        int unit = group * pes + pe;
        return unit < phase->rows ? gate * phase->rows + unit : -1;
    }
    int row = group * 4 * pes + pe / lanes * 4 * lanes + gate * lanes + pe % lanes;
    return row < phase->rows ? row : -1;
}

/* Results leave in the order of their numbers, E a slot, in gates and linear phases alike. */
int brds_write_offset(const brds_plan *plan, const brds_phase *phase, int result)
{
    const brds_timing *t = &plan->timing;
    int row = result / plan->element_lanes;
    int group = row / phase->slots, slot = row % phase->slots;
    int last_beat = (group + 1) * phase->beats - 1;
    return last_beat + t->lv + t->m + t->ts + 1 + slot + t->le;
}

bool brds_edge_reads(const brds_plan *plan, int edge, int group)
{
    const brds_edge *e = &plan->edges[edge];
    if (brds_edge_is_drain(plan, edge)) {
        return false;
    }
    if (plan->phases[e->reader].kind != BRDS_PHASE_GATES) {
        return true;
    }
    /* Recurrent edges feed the h lanes, input edges the x lanes. */
    return group == (e->skip_first ? 1 : 0);
}

int brds_drain_gap(const brds_plan *plan, int edge, int first_close)
{
    int gap = plan->phases[plan->edges[edge].writer].slots - 1 - first_close;
    return gap > 0 ? gap : 0;
}

int brds_edge_gap(const brds_plan *plan, int edge, int late)
{
    const brds_edge *e = &plan->edges[edge];
    const brds_phase *reader = &plan->phases[e->reader], *writer = &plan->phases[e->writer];
    const brds_timing *t = &plan->timing;
    if (brds_edge_is_drain(plan, edge)) {
        return brds_drain_gap(plan, edge, reader->beats - 1);
    }
    /* Section 6: start' > start + late; the c memory of the same phase: start' + rc > start + wc. */
    int start = late + 1;
    if (e->reader == e->writer && start < t->wc - t->rc + 1) {
        start = t->wc - t->rc + 1;
    }
    int gap = start - writer->groups * writer->beats;
    return gap > 0 ? gap : 0;
}

/* A lane's columns ascend and end in the last beat.  With banks the latest are at worst the last ones of its bank,
 * or, where another lane group takes what banks have too many, of all banks that this lane serves. */
static int worst_banked(const brds_plan *plan, const brds_phase *reader, const brds_phase *writer,
                        const brds_lane_group *group)
{
    const brds_row_rule *rule = &group->rule;
    int late = BRDS_NEVER_LATE, apart = rule->others > 0 ? rule->others : rule->banks;
    int most = rule->beats < group->nnz ? rule->beats : group->nnz;
    for (int back = 0; back < most; back++) {
        for (int column = group->columns - 1 - back * apart;
             column >= 0 && column > group->columns - 1 - (back + 1) * apart; column--) {
            int cycles = brds_write_offset(plan, writer, column) - (reader->beats - 1 - back);
            late = cycles > late ? cycles : late;
        }
    }
    return late;
}

/* Nonzeros are worked in the order of their columns, padding first (pack/schedule.h): nonzero
 * i of a row lies at place pads + i and has at most column columns - nnz + i. */
static int worst_late(const brds_plan *plan, const brds_phase *reader, const brds_phase *writer,
                      const brds_lane_group *group)
{
    int pads = reader->beats * group->lanes - group->nnz, late = BRDS_NEVER_LATE;
    if (group->rule.banks > 0) {
        return worst_banked(plan, reader, writer, group);
    }
    for (int i = 0; i < group->nnz; i++) {
        int column = group->columns - group->nnz + i, beat = (pads + i) / group->lanes;
        int cycles = brds_write_offset(plan, writer, column) - beat;
        late = cycles > late ? cycles : late;
    }
    return late;
}

void brds_plan_worst_gaps(const brds_plan *plan, int *gaps)
{
    for (int e = 0; e < plan->edge_count; e++) {
        const brds_phase *reader = &plan->phases[plan->edges[e].reader];
        const brds_phase *writer = &plan->phases[plan->edges[e].writer];
        brds_lane_group groups[2];
        int count = brds_lane_groups(plan, reader, groups), late = BRDS_NEVER_LATE;
        for (int i = 0; i < count; i++) {
            int of_group = brds_edge_reads(plan, e, i)
                               ? worst_late(plan, reader, writer, &groups[i])
                               : BRDS_NEVER_LATE;
            late = of_group > late ? of_group : late;
        }
        gaps[e] = brds_edge_gap(plan, e, late);
    }
}
