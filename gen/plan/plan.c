/* SPDX-License-Identifier: Apache-2.0
 *
 * Phases, widths, edges and delays (docs/microarchitecture.md sections 1, 3, 6
 * and 7); the memories are laid out in plan_memory.c.
 */
#include <string.h>

#include "fixed/fixed.h"
#include "plan/plan_private.h"

int brds_ceil_div(int value, int divisor)
{
    return (value + divisor - 1) / divisor;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static int container(int bits)
{
    return bits <= 8 ? 8 : bits <= 16 ? 16 : 32;
}

/* ---- section 3: element lanes and phases ---- */

static void add_gates(brds_plan *plan, int l)
{
    const brds_spec *spec = &plan->spec;
    const brds_layer_spec *layer = &spec->layers[l];
    brds_phase *phase = &plan->phases[plan->phase_count++];
    *phase = (brds_phase){.kind = BRDS_PHASE_GATES,
                          .layer = l,
                          .stage = l,
                          .rows = layer->hidden_size,
                          .columns_x = brds_spec_columns_x(spec, l),
                          .columns_h = brds_spec_output_size(spec, l),
                          .nnz_x = layer->nnz_x,
                          .nnz_h = layer->nnz_h,
                          .groups = brds_ceil_div(layer->hidden_size, spec->pes),
                          .slots = spec->pes / plan->element_lanes,
                          .h_previous = true,
                          .dest_x = -1,
                          .dest_h = -1};
    phase->beats = brds_spec_group_beats(spec, l);
    phase->macs = (int64_t)4 * phase->rows * (phase->nnz_x + phase->nnz_h);
    phase->dense = (int64_t)4 * phase->rows * (phase->columns_x + phase->columns_h);
}

static void add_linear(brds_plan *plan, brds_phase_kind kind, int l, int rows, int columns, int nnz)
{
    const brds_spec *spec = &plan->spec;
    brds_phase *phase = &plan->phases[plan->phase_count++];
    *phase = (brds_phase){.kind = kind,
                          .layer = l,
                          .stage = kind == BRDS_PHASE_HEAD ? spec->layer_count : l,
                          .rows = rows,
                          .columns_x = columns,
                          .columns_h = columns,
                          .nnz_x = nnz,
                          .groups = brds_ceil_div(rows, 4 * spec->pes),
                          .slots = 4 * spec->pes / plan->element_lanes,
                          .dest_x = -1,
                          .dest_h = -1};
    phase->beats = brds_spec_linear_beats(spec, nnz);
    phase->macs = (int64_t)rows * nnz;
    phase->dense = (int64_t)rows * columns;
}

static void add_phases(brds_plan *plan)
{
    const brds_spec *spec = &plan->spec;
    for (int l = 0; l < spec->layer_count; l++) {
        add_gates(plan, l);
    }
    for (int l = 0; l < spec->layer_count; l++) {
        const brds_layer_spec *layer = &spec->layers[l];
        if (layer->projection_size > 0) {
            add_linear(plan, BRDS_PHASE_PROJECTION, l, layer->projection_size, layer->hidden_size,
                       layer->nnz_p);
        }
    }
    if (spec->head.present) {
        int last = spec->layer_count - 1;
        add_linear(plan, BRDS_PHASE_HEAD, last, spec->head.size, brds_spec_output_size(spec, last),
                   spec->head.nnz);
    }
    plan->phases[brds_plan_output_phase(plan)].to_output = true;
}

int brds_plan_layer_phase(const brds_plan *plan, int layer)
{
    for (int p = 0; p < plan->phase_count; p++) {
        if (plan->phases[p].kind == BRDS_PHASE_PROJECTION && plan->phases[p].layer == layer) {
            return p;
        }
    }
    return layer; /* gates of layer l are phase l */
}

int brds_plan_output_phase(const brds_plan *plan)
{
    return plan->spec.head.present ? plan->phase_count - 1
                                   : brds_plan_layer_phase(plan, plan->spec.layer_count - 1);
}

/* ---- section 7: edges ---- */

static void add_edge(brds_plan *plan, int reader, int writer, bool skip_first)
{
    plan->edges[plan->edge_count++] = (brds_edge){reader, writer, skip_first};
}

static void add_edges(brds_plan *plan)
{
    for (int p = 0; p < plan->phase_count; p++) {
        const brds_phase *phase = &plan->phases[p];
        switch (phase->kind) {
        case BRDS_PHASE_GATES:
            add_edge(plan, p, brds_plan_layer_phase(plan, phase->layer), true);
            if (phase->layer > 0) {
                add_edge(plan, p, brds_plan_layer_phase(plan, phase->layer - 1), false);
            }
            break;
        case BRDS_PHASE_PROJECTION:
            add_edge(plan, p, phase->layer, false);
            break;
        case BRDS_PHASE_HEAD:
            add_edge(plan, p, brds_plan_layer_phase(plan, phase->layer), false);
            break;
        }
    }
    for (int p = 0; p < plan->phase_count; p++) {
        for (int q = 0; q < plan->phase_count; q++) {
            if (plan->phases[q].slots > plan->phases[p].beats) {
                add_edge(plan, p, q, false);
            }
        }
    }
}

/* The drain edges, section 7, are those after the edges of data. */
bool brds_edge_is_drain(const brds_plan *plan, int edge)
{
    int data = 0;
    for (int p = 0; p < plan->phase_count; p++) {
        const brds_phase *phase = &plan->phases[p];
        data += phase->kind == BRDS_PHASE_GATES && phase->layer > 0 ? 2 : 1;
    }
    return edge >= data;
}

bool brds_edge_is_skewed(const brds_plan *plan, int edge)
{
    const brds_edge *e = &plan->edges[edge];
    return e->writer < e->reader && plan->phases[e->writer].stage < plan->phases[e->reader].stage;
}

/* ---- section 6: delays ---- */

static void set_timing(brds_plan *plan)
{
    const brds_spec *spec = &plan->spec;
    brds_timing *timing = &plan->timing;
    int levels = brds_clog2((uint64_t)larger(spec->lanes_x, spec->lanes_h));
    timing->lw = spec->pipeline.memory + (spec->protect == BRDS_PROTECT_SECDED ? 1 : 0);
    timing->li = spec->index == BRDS_INDEX_RELATIVE ? 1 : 0;
    timing->lv = spec->pipeline.memory;
    timing->m = spec->pipeline.multiplier;
    timing->ts = brds_ceil_div(levels, spec->pipeline.adder_every);
    timing->f = spec->pipeline.function;
    int more = spec->pipeline.element - 1; /* ME */
    timing->pe2 = plan->peephole ? 2 + 3 * more : 0;
    timing->z = 4 + 2 * more * (plan->peephole ? 2 : 1);
    timing->drain = timing->lw + timing->li + timing->lv + timing->m + timing->ts + 1;
    timing->wc = timing->z + timing->f + 3 + more;
    timing->le = timing->wc + 1 + timing->f + timing->pe2 + 3 + more;
    timing->rc = plan->peephole ? 0 : timing->z + timing->f - 1 - more;
}

/* ---- section 1: widths ---- */

void brds_phase_terms(const brds_plan *plan, const brds_phase *phase, int *terms_x, int *terms_h)
{
    if (phase->kind == BRDS_PHASE_GATES) {
        *terms_x = phase->nnz_x;
        *terms_h = phase->nnz_h;
    } else {
        *terms_x = smaller(phase->nnz_x, phase->beats * plan->spec.lanes_x);
        *terms_h = smaller(phase->nnz_x, phase->beats * plan->spec.lanes_h);
    }
}

static void set_accumulators(brds_plan *plan)
{
    int weight = plan->spec.weight_bits, activation = plan->spec.activation.bits;
    for (int p = 0; p < plan->phase_count; p++) {
        int x, h;
        brds_phase_terms(plan, &plan->phases[p], &x, &h);
        plan->x_acc_bits = larger(plan->x_acc_bits, brds_accumulator_bits(x, weight, activation));
        plan->h_acc_bits = larger(plan->h_acc_bits, brds_accumulator_bits(h, weight, activation));
    }
    plan->sum_bits = larger(plan->x_acc_bits, plan->h_acc_bits) + 15 + 1;
}

static void set_widths(brds_plan *plan)
{
    const brds_spec *spec = &plan->spec;
    int last = spec->layer_count - 1;
    plan->z_bits = spec->activation.bits + 2;
    plan->z_frac = spec->activation.bits - 2;
    plan->gate_bits = spec->activation.bits;
    plan->gate_frac = spec->activation.bits - 2;
    for (int l = 0; l < spec->layer_count; l++) {
        plan->peephole |= spec->layers[l].peephole ? 1 : 0;
    }
    brds_format output = spec->head.present ? spec->head.output : spec->activation;
    plan->output_bits = output.bits;
    plan->output_frac = output.frac;
    plan->output_size = spec->head.present ? spec->head.size : brds_spec_output_size(spec, last);
    plan->bias_bits = spec->head.present ? larger(plan->z_bits, output.bits) : plan->z_bits;
    plan->x_container = container(spec->activation.bits);
    plan->y_container = container(output.bits);
    plan->x_words = brds_ceil_div(spec->input_size, spec->stream_bits / plan->x_container);
    plan->y_words = brds_ceil_div(plan->output_size, spec->stream_bits / plan->y_container);
}

static void set_counts(brds_plan *plan)
{
    const brds_spec *spec = &plan->spec;
    plan->multipliers = spec->pes * 4 * (spec->lanes_x + spec->lanes_h);
    /* Five functions (i, f, g, o, tanh c), three products, three peepholes a lane. */
    plan->function_multipliers = plan->element_lanes * (8 + 3 * plan->peephole);
    for (int p = 0; p < plan->phase_count; p++) {
        const brds_phase *phase = &plan->phases[p];
        if (phase->kind != BRDS_PHASE_HEAD || spec->output == BRDS_OUTPUT_EVERY_STEP) {
            plan->macs += phase->macs;
            plan->dense += phase->dense;
        }
    }
}

brds_status brds_plan_make(const brds_spec *spec, brds_plan *plan, brds_diag *diag)
{
    memset(plan, 0, sizeof(*plan));
    plan->spec = *spec;
    plan->element_lanes = brds_spec_element_lanes(spec);
    set_widths(plan);
    add_phases(plan);
    add_edges(plan);
    set_accumulators(plan);
    set_timing(plan);
    set_counts(plan);
    return brds_plan_memory(plan, diag);
}
