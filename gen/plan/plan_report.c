/* SPDX-License-Identifier: Apache-2.0
 *
 * The plan as JSON.  The text of brds_plan_print comes from the same document
 * (plan_text.c), so that the two cannot disagree.
 */
#include <stdlib.h>

#include "fixed/pwl.h"
#include "io/json_list.h"
#include "io/strings.h"
#include "plan/plan_estimate.h"
#include "plan/plan_private.h"

static const char *kind_name(brds_phase_kind kind)
{
    static const char *const names[] = {"gates", "projection", "head"};
    return names[kind];
}

static char *phase_name(const brds_phase *phase)
{
    return phase->kind == BRDS_PHASE_HEAD
               ? brds_string_copy("head")
               : brds_string_format("%s %d", kind_name(phase->kind), phase->layer);
}

/* A JSON string of malloc'ed text, which is freed. */
static json_t *owned_text(char *text)
{
    json_t *value = text != NULL ? json_string(text) : NULL;
    free(text);
    return value;
}

static json_t *phase_json(const brds_phase *phase)
{
    return json_pack("{s:o, s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:I}", "name",
                     owned_text(phase_name(phase)), "kind", kind_name(phase->kind), "layer",
                     phase->layer, "rows", phase->rows, "columns_x", phase->columns_x, "columns_h",
                     phase->columns_h, "nnz_x", phase->nnz_x, "nnz_h", phase->nnz_h, "groups",
                     phase->groups, "beats", phase->beats, "cycles", phase->groups * phase->beats,
                     "macs", (json_int_t)phase->macs);
}

static json_t *phases_json(const brds_plan *plan)
{
    json_t *list = json_array();
    for (int p = 0; p < plan->phase_count; p++) {
        json_array_append_new(list, phase_json(&plan->phases[p]));
    }
    return brds_json_complete(list, (size_t)plan->phase_count);
}

static json_t *edges_json(const brds_plan *plan, const int *gaps, const int *worst)
{
    json_t *list = json_array();
    for (int e = 0; e < plan->edge_count; e++) {
        const brds_edge *edge = &plan->edges[e];
        const char *kind = brds_edge_is_drain(plan, e) ? "drain"
                           : edge->skip_first          ? "recurrent"
                                                       : "data";
        json_array_append_new(list, json_pack("{s:o, s:o, s:s, s:i, s:i}", "reader",
                                              owned_text(phase_name(&plan->phases[edge->reader])),
                                              "writer",
                                              owned_text(phase_name(&plan->phases[edge->writer])),
                                              "kind", kind, "gap", gaps[e], "worst_gap", worst[e]));
    }
    return brds_json_complete(list, (size_t)plan->edge_count);
}

/* ---- widths and why they suffice ---- */

static json_t *accumulator_json(const brds_plan *plan, bool of_h, int bits)
{
    int terms = 1, weight = plan->spec.weight_bits, activation = plan->spec.activation.bits;
    for (int p = 0; p < plan->phase_count; p++) {
        int x, h;
        brds_phase_terms(plan, &plan->phases[p], &x, &h);
        int here = of_h ? h : x;
        terms = here > terms ? here : terms;
    }
    long long largest = (long long)terms << (weight - 1 + activation - 1);
    char *proof =
        brds_string_format("|sum| <= %d * 2^%d * 2^%d = %lld < 2^%d = %lld", terms, weight - 1,
                           activation - 1, largest, bits - 1, 1LL << (bits - 1));
    return json_pack("{s:i, s:i, s:I, s:b, s:o}", "bits", bits, "terms", terms, "largest",
                     (json_int_t)largest, "proven", largest < 1LL << (bits - 1), "proof",
                     owned_text(proof));
}

static json_t *widths_json(const brds_plan *plan)
{
    int larger = plan->x_acc_bits > plan->h_acc_bits ? plan->x_acc_bits : plan->h_acc_bits;
    char *proof =
        brds_string_format("|S| <= 2^%d * 2^15 + 2^%d * 2^15 <= 2^%d", plan->x_acc_bits - 1,
                           plan->h_acc_bits - 1, plan->sum_bits - 1);
    return json_pack("{s:o, s:o, s:{s:i, s:b, s:o}, s:[i,i], s:[i,i], s:i}", "x_accumulator",
                     accumulator_json(plan, false, plan->x_acc_bits), "h_accumulator",
                     accumulator_json(plan, true, plan->h_acc_bits), "sum", "bits", plan->sum_bits,
                     "proven", plan->sum_bits - 1 >= larger + 15, "proof", owned_text(proof),
                     "function_input", plan->z_bits, plan->z_frac, "gate", plan->gate_bits,
                     plan->gate_frac, "bias", plan->bias_bits);
}

/* ---- functions ---- */

static json_t *function_json(const brds_plan *plan, brds_function function)
{
    brds_diag diag = {0};
    brds_pwl pwl;
    brds_status status = brds_pwl_new(function, &plan->spec, &pwl, &diag);
    brds_diag_free(&diag);
    if (status != BRDS_OK) {
        return NULL;
    }
    double unit = 1.0 / (double)(1LL << pwl.frac);
    json_t *value =
        json_pack("{s:i, s:i, s:i, s:f, s:f, s:f}", "entries", pwl.entries, "start_bits",
                  pwl.start_bits, "slope_bits", pwl.slope_bits, "error_bound", pwl.error_bound,
                  "error_at", (double)pwl.error_at * unit, "error_lsb", pwl.error_bound / unit);
    brds_pwl_free(&pwl);
    return value;
}

/* ---- memories and DSP blocks ---- */

static json_t *memories_json(const brds_estimate *estimate)
{
    json_t *list = json_array();
    for (int i = 0; i < BRDS_MEMORY_USES; i++) {
        const brds_memory_use *use = &estimate->memories[i];
        json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:I, s:I, s:I}", "name", use->name,
                                              "copies", (json_int_t)use->copies, "width",
                                              (json_int_t)use->width, "depth",
                                              (json_int_t)use->depth, "bits", (json_int_t)use->bits,
                                              "blocks", (json_int_t)use->blocks));
    }
    return brds_json_complete(list, BRDS_MEMORY_USES);
}

static json_t *resources_json(const brds_plan *plan)
{
    brds_diag diag = {0};
    brds_estimate estimate;
    brds_status status = brds_plan_estimate(plan, plan->spec.family, &estimate, &diag);
    brds_diag_free(&diag);
    if (status != BRDS_OK) {
        return NULL;
    }
    json_t *resources = json_pack(
        "{s:s, s:s, s:I, s:I, s:o, s:s, s:I, s:I, s:I}", "family",
        brds_family_name(plan->spec.family), "block", estimate.block_name, "memory_blocks",
        (json_int_t)estimate.blocks, "memory_bits", (json_int_t)estimate.bits, "memories",
        memories_json(&estimate), "dsp_block", estimate.dsp_name, "dsp",
        (json_int_t)(estimate.array_dsp + estimate.function_dsp), "dsp_array",
        (json_int_t)estimate.array_dsp, "dsp_functions", (json_int_t)estimate.function_dsp);
    if (plan->spec.protect != BRDS_PROTECT_NONE &&
        json_object_set_new(resources, "protect",
                            json_string(brds_protect_name(plan->spec.protect))) != 0) {
        json_decref(resources);
        return NULL;
    }
    return resources;
}

/* ---- the whole ---- */

static json_t *pipeline_json(const brds_timing *t)
{
    return json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "weight_memory", t->lw,
                     "index", t->li, "vector_memory", t->lv, "multiplier", t->m, "adder_tree",
                     t->ts, "function", t->f, "peephole", t->pe2, "beat_to_drain", t->drain,
                     "drain_to_function", t->z, "drain_to_write", t->le);
}

static json_t *speed_json(const brds_plan *plan, const brds_pace *pace)
{
    double cycles = brds_plan_cycles_per_step(plan, pace);
    double seconds = cycles / (1e6 * (double)plan->spec.clock_mhz);
    double utilisation = (double)plan->macs / ((double)plan->multipliers * cycles);
    return json_pack("{s:f, s:i, s:f, s:f, s:f, s:I, s:I}", "cycles_per_step", cycles, "clock_mhz",
                     plan->spec.clock_mhz, "microseconds_per_step", 1e6 * seconds,
                     "steps_per_second", 1.0 / seconds, "utilisation", utilisation, "macs_per_step",
                     (json_int_t)plan->macs, "dense_macs_per_step", (json_int_t)plan->dense);
}

/* Streamed weights: what a step reads, and which of memory and multipliers takes longer for it. */
static json_t *stream_json(const brds_plan *plan)
{
    int64_t beats = 0, words = 0;
    int clock = plan->spec.clock_mhz, bytes = plan->spec.memory.bits / 8;
    int interval = plan->spec.memory.interval;
    for (int p = 0; p < plan->phase_count; p++) {
        const brds_phase *phase = &plan->phases[p];
        if (phase->kind != BRDS_PHASE_HEAD || plan->spec.output == BRDS_OUTPUT_EVERY_STEP) {
            beats += (int64_t)phase->groups * phase->beats;
            words += brds_phase_chunks(plan, phase);
        }
    }
    double given = 1e-3 * clock * bytes / interval;
    return json_pack(
        "{s:i, s:i, s:i, s:i, s:i, s:I, s:I, s:I, s:I, s:s, s:f, s:f}", "data_bits",
        plan->spec.memory.bits, "latency", plan->spec.memory.latency, "interval", interval,
        "prefetch_words", plan->spec.memory.prefetch_words, "data_words_per_beat",
        plan->word_chunks, "memory_bytes", (json_int_t)brds_plan_memory_bytes(plan),
        "bytes_per_step", (json_int_t)words * bytes, "cycles_of_memory",
        (json_int_t)words * interval, "cycles_of_multipliers", (json_int_t)beats, "limited_by",
        words * interval > beats ? "memory" : "multipliers", "gigabytes_per_second", given,
        "gigabytes_per_second_of_multipliers", 1e-3 * clock * bytes * plan->word_chunks);
}

static int set_all(json_t *root, const char *const *names, json_t *const *values, size_t count)
{
    int failed = 0;
    for (size_t i = 0; i < count; i++) {
        failed |= json_object_set_new(root, names[i], values[i]);
    }
    return failed;
}

json_t *brds_plan_json(const brds_plan *plan, const brds_pace *pace)
{
    static const char *const names[] = {"speed",  "phases",    "edges",    "pipeline",
                                        "widths", "functions", "resources"};
    brds_pace worst = {{0}, {NULL}};
    brds_plan_worst_gaps(plan, worst.gaps);
    const brds_pace *used = pace != NULL ? pace : &worst;
    char *fingerprint = brds_string_format("%08lx", (unsigned long)plan->fingerprint);
    json_t *root =
        json_pack("{s:s, s:s, s:o, s:s, s:i, s:i, s:i, s:i, s:I}", "name", plan->spec.name,
                  "spec_sha256", plan->spec.sha256, "fingerprint", owned_text(fingerprint), "gaps",
                  pace != NULL ? "exact" : "worst case", "multipliers", plan->multipliers,
                  "function_multipliers", plan->function_multipliers, "element_lanes",
                  plan->element_lanes, "streams", plan->spec.streams, "image_bytes",
                  (json_int_t)(brds_plan_image_words(plan) * plan->spec.stream_bits / 8));
    json_t *functions = json_pack("{s:o, s:o}", "sigmoid", function_json(plan, BRDS_SIGMOID),
                                  "tanh", function_json(plan, BRDS_TANH));
    json_t *values[] = {
        speed_json(plan, used),       phases_json(plan), edges_json(plan, used->gaps, worst.gaps),
        pipeline_json(&plan->timing), widths_json(plan), functions,
        resources_json(plan)};
    bool outside = plan->spec.weights == BRDS_WEIGHTS_STREAM;
    if (set_all(root, names, values, sizeof(names) / sizeof(names[0])) != 0 ||
        (outside && json_object_set_new(root, "weight_stream", stream_json(plan)) != 0)) {
        json_decref(root);
        return NULL;
    }
    return root;
}
