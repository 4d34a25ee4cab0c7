/* SPDX-License-Identifier: Apache-2.0 */
#include "spec/row_rule.h"

#include <string.h>

static brds_row_rule gate_rule(const brds_spec *spec, int layer, int lanes)
{
    brds_row_rule rule = {0};
    if (spec->vector_memory == BRDS_VECTOR_GATE_SHARED) {
        rule.stride = spec->layers[layer].hidden_size;
    } else if (spec->vector_memory == BRDS_VECTOR_BANKED) {
        rule.banks = lanes;
        rule.beats = brds_spec_group_beats(spec, layer);
    }
    return rule;
}

brds_row_rule brds_row_rule_x(const brds_spec *spec, int layer)
{
    return gate_rule(spec, layer, spec->lanes_x);
}

brds_row_rule brds_row_rule_h(const brds_spec *spec, int layer)
{
    return gate_rule(spec, layer, spec->lanes_h);
}

brds_row_rule brds_row_rule_linear(const brds_spec *spec, int nnz)
{
    brds_row_rule rule = {0};
    int x = spec->lanes_x, h = spec->lanes_h;
    if (spec->vector_memory == BRDS_VECTOR_GATE_SHARED) {
        rule.stride = brds_spec_element_lanes(spec);
    } else if (spec->vector_memory == BRDS_VECTOR_BANKED) {
        rule.banks = x > h ? x : h;
        rule.others = x > h ? h : x;
        rule.beats = brds_spec_linear_beats(spec, nnz);
    }
    return rule;
}

void brds_bank_begin(brds_bank_fill *fill, const brds_row_rule *rule)
{
    memset(fill, 0, sizeof *fill);
    fill->rule = *rule;
}

bool brds_bank_take(brds_bank_fill *fill, int column)
{
    const brds_row_rule *rule = &fill->rule;
    if (rule->banks == 0) {
        return true;
    }
    int bank = column % rule->banks;
    int *count = &fill->used[bank];
    if (*count == rule->beats && rule->others > 0) {
        count = &fill->over[bank % rule->others];
    }
    if (*count == rule->beats) {
        return false;
    }
    ++*count;
    return true;
}
