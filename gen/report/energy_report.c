/* SPDX-License-Identifier: Apache-2.0
 *
 * Which count is multiplied with which published number; docs/energy.md says why.
 */
#include "report/energy_report.h"

#include <string.h>

#include "fixed/fixed.h"
#include "io/json_list.h"
#include "plan/plan_private.h"
#include "report/activity.h"
#include "report/json_file.h"

/* ---- published energies, femtojoules ---- */

#define HOROWITZ "M. Horowitz, Computing's energy problem, ISSCC 2014, 45 nm, 0.9 V"
#define KUON "I. Kuon, J. Rose, Measuring the gap between FPGAs and ASICs, TCAD 26(2), 2007, 90 nm"

typedef struct {
    const char *name;
    double femtojoules;
    const char *per, *source;
} constant;

enum { MULTIPLY, ADD, ON_CHIP, OFF_CHIP, CONSTANTS };

/* An 8-bit product takes 200 fJ, a 32-bit one 3,100: 3.1 for each pair of bits, 3.0. An 8-bit sum takes 30 fJ, a
 * 32-bit one 100. 64 bits of 8 kB take 10 pJ; of DRAM 1.3 nJ at least. */
static const constant constants[CONSTANTS] = {
    [MULTIPLY] = {"product", 200.0 / 64.0, "bit of one operand and bit of the other", HOROWITZ},
    [ADD] = {"sum", 30.0 / 8.0, "bit of a sum", HOROWITZ},
    [ON_CHIP] = {"memory", 10000.0 / 64.0, "bit read or written, memories of 8 kB", HOROWITZ},
    [OFF_CHIP] = {"memory outside", 1300000.0 / 64.0, "bit read, DRAM", HOROWITZ},
};

/* Dynamic power of LUTs, flip-flops and routing against standard cells; hard blocks lose less. */
enum { FPGA_FACTOR = 14 };

/* ---- what a run did ---- */

typedef struct {
    const brds_plan *plan;
    const brds_activity *activity;
    int64_t steps, sequences, outputs;
} run_counts;

/* Of a phase in the whole run. */
static int64_t runs_of(const run_counts *run, const brds_phase *phase)
{
    return phase->kind == BRDS_PHASE_HEAD ? run->outputs : run->steps;
}

static double weight_bits(const run_counts *run)
{
    double bits = 0;
    for (int p = 0; p < run->plan->phase_count; p++) {
        const brds_phase *phase = &run->plan->phases[p];
        bits += (double)runs_of(run, phase) * phase->groups * phase->beats * run->plan->word_bits;
    }
    return bits;
}

static double outside_bits(const run_counts *run)
{
    double bits = 0;
    for (int p = 0; p < run->plan->phase_count; p++) {
        const brds_phase *phase = &run->plan->phases[p];
        bits += (double)runs_of(run, phase) * brds_phase_chunks(run->plan, phase) *
                run->plan->spec.memory.bits;
    }
    return bits;
}

/* Every lane's memory is read in every beat; every result is written to every copy, banks are one. */
static double vector_bits(const run_counts *run)
{
    const brds_spec *spec = &run->plan->spec;
    double readers = (double)brds_vector_readers(run->plan) * spec->pes;
    double x = readers * spec->lanes_x, h = readers * spec->lanes_h;
    double copies_x = x / brds_vector_banks(run->plan, spec->lanes_x);
    double copies_h = h / brds_vector_banks(run->plan, spec->lanes_h);
    double words = (double)run->steps * spec->input_size * copies_x;
    for (int p = 0; p < run->plan->phase_count; p++) {
        const brds_phase *phase = &run->plan->phases[p];
        double copies = (phase->dest_x >= 0 ? copies_x : 0) + (phase->dest_h >= 0 ? copies_h : 0);
        words += (double)runs_of(run, phase) *
                 ((double)phase->groups * phase->beats * (x + h) + phase->rows * copies);
    }
    return words * spec->activation.bits;
}

/* Unit rows: biases in every phase, in the gates c twice. */
static double state_bits(const run_counts *run)
{
    double bits = 0;
    for (int p = 0; p < run->plan->phase_count; p++) {
        const brds_phase *phase = &run->plan->phases[p];
        double rows = (double)phase->groups * run->plan->spec.pes / run->plan->element_lanes;
        double cells = 2.0 * run->plan->element_lanes * run->plan->spec.cell.bits;
        bits += (double)runs_of(run, phase) * rows *
                (run->plan->unit_bits + (phase->kind == BRDS_PHASE_GATES ? cells : 0));
    }
    return bits;
}

/* Pairs of bits: five functions and three products a unit, and its peepholes. */
static double function_pairs(const run_counts *run)
{
    double pairs = 0;
    int a = run->plan->spec.activation.bits, c = run->plan->spec.cell.bits;
    for (int l = 0; l < run->plan->spec.layer_count; l++) {
        const brds_layer_spec *layer = &run->plan->spec.layers[l];
        double cells = 1 + (layer->peephole ? 3 : 0);
        pairs += (double)run->steps * layer->hidden_size * (7.0 * a * a + cells * a * c);
    }
    return pairs;
}

/* Random bits toggle every other time; a product takes as much of its energy as its operands do of that. */
static double product_pairs(const run_counts *run)
{
    const brds_spec *spec = &run->plan->spec;
    double w = spec->weight_bits, a = spec->activation.bits;
    if (spec->products_per_dsp > 1) {
        w = 2 * w + a + 1;
    }
    return (double)run->activity->toggles[BRDS_NET_OPERANDS] / (0.5 * (w + a)) * w * a;
}

/* ---- the document ---- */

static json_t *constants_json(void)
{
    json_t *list = json_array();
    for (int i = 0; i < CONSTANTS; i++) {
        json_array_append_new(list, json_pack("{s:s, s:f, s:s, s:s}", "name", constants[i].name,
                                              "femtojoules", constants[i].femtojoules, "per",
                                              constants[i].per, "source", constants[i].source));
    }
    return brds_json_complete(list, CONSTANTS);
}

static json_t *activity_json(const run_counts *run)
{
    const brds_activity *a = run->activity;
    json_t *list = json_array();
    for (int c = 0; c < BRDS_NET_CLASSES; c++) {
        double toggles = (double)a->toggles[c];
        double places = (double)a->bits[c] * (double)a->cycles;
        json_array_append_new(
            list, json_pack("{s:s, s:I, s:f, s:f}", "nets", brds_net_class_name((brds_net_class)c),
                            "bits", (json_int_t)a->bits[c], "toggles_per_step",
                            toggles / (double)run->steps, "toggles_per_bit_and_cycle",
                            places > 0 ? toggles / places : 0.0));
    }
    return brds_json_complete(list, BRDS_NET_CLASSES);
}

/* Adds a part and returns its nanojoules a step. */
static double add_part(json_t *parts, const run_counts *run, const char *name, double count,
                       const char *unit, int with)
{
    double each = count / (double)run->steps;
    double energy = 1e-6 * each * constants[with].femtojoules;
    json_array_append_new(parts, json_pack("{s:s, s:f, s:s, s:f}", "part", name, "per_step", each,
                                           "unit", unit, "nanojoules_per_step", energy));
    return energy;
}

enum { PARTS = 8 }; /* and the memory outside */

static double add_parts(json_t *parts, const run_counts *run)
{
    const uint64_t *toggles = run->activity->toggles;
    bool outside = run->plan->spec.weights == BRDS_WEIGHTS_STREAM;
    double written = outside ? outside_bits(run) : 0; /* into the buffer */
    double sum = add_part(parts, run, "multipliers", product_pairs(run), "pairs of bits that work",
                          MULTIPLY);
    sum += add_part(parts, run, "sums of rows", (double)toggles[BRDS_NET_SUMS], "toggles", ADD);
    sum += add_part(parts, run, outside ? "weight buffer" : "weight memory",
                    weight_bits(run) + written, "bits", ON_CHIP);
    sum += add_part(parts, run, "vector memories", vector_bits(run), "bits", ON_CHIP);
    sum += add_part(parts, run, "biases and cell states", state_bits(run), "bits", ON_CHIP);
    sum += add_part(parts, run, "products of functions and element-wise unit", function_pairs(run),
                    "pairs of bits", MULTIPLY);
    sum += add_part(parts, run, "logic of functions and element-wise unit",
                    (double)toggles[BRDS_NET_FUNCTIONS], "toggles", ADD);
    sum += add_part(parts, run, "control, streams, registers", (double)toggles[BRDS_NET_CONTROL],
                    "toggles", ADD);
    if (outside) {
        sum += add_part(parts, run, "memory outside", outside_bits(run), "bits", OFF_CHIP);
    }
    return sum;
}

static json_t *report_json(const run_counts *run)
{
    const brds_plan *plan = run->plan;
    json_t *parts = json_array();
    double energy = add_parts(parts, run);
    size_t count = PARTS + (plan->spec.weights == BRDS_WEIGHTS_STREAM ? 1 : 0);
    parts = brds_json_complete(parts, count);
    double steps = (double)run->steps, cycles = (double)run->activity->cycles;
    double seconds = cycles / steps / (1e6 * plan->spec.clock_mhz);
    double macs = (double)plan->macs, dense = (double)plan->dense;
    return json_pack(
        "{s:s, s:s, s:I, s:I, s:I, s:o, s:o, s:o, s:f, s:f, s:f, s:I, s:I, s:f, s:f, s:{s:i, s:s, "
        "s:f, s:f}}",
        "estimate",
        "dynamic energy of standard cells at 45 nm and 0.9 V: no leakage, clock tree or I/O",
        "name", plan->spec.name, "steps", (json_int_t)run->steps, "sequences",
        (json_int_t)run->sequences, "cycles", (json_int_t)run->activity->cycles, "constants",
        constants_json(), "activity", activity_json(run), "parts", parts, "nanojoules_per_step",
        energy, "nanojoules_per_sequence", energy * steps / (double)run->sequences,
        "watts_at_clock", 1e-9 * energy / seconds, "operations_per_step",
        (json_int_t)(2 * plan->macs), "dense_operations_per_step", (json_int_t)(2 * plan->dense),
        "gops_per_watt", 2 * macs / energy, "effective_gops_per_watt", 2 * dense / energy, "fpga",
        "factor", FPGA_FACTOR, "source", KUON, "nanojoules_per_step", energy * FPGA_FACTOR,
        "effective_gops_per_watt", 2 * dense / energy / FPGA_FACTOR);
}

static brds_status read_vectors(const char *path, run_counts *run, brds_diag *diag)
{
    json_t *root = NULL;
    brds_status status = brds_json_file(path, &root, diag);
    if (status)
        return status;
    const char *name = json_string_value(json_object_get(root, "spec"));
    run->steps = json_integer_value(json_object_get(root, "steps"));
    run->sequences = json_integer_value(json_object_get(root, "sequences"));
    if (!name || run->steps < 1 || run->sequences < 1)
        status = brds_fail(diag, BRDS_EINPUT, path, "give the vectors.json of brdsgen vectors",
                           "it counts no steps and sequences");
    else if (strcmp(name, run->plan->spec.name) != 0)
        status = brds_fail(diag, BRDS_EINPUT, path, "give the vectors of the same spec",
                           "made for \"%s\" and not for \"%s\"", name, run->plan->spec.name);
    bool every = run->plan->spec.output == BRDS_OUTPUT_EVERY_STEP;
    run->outputs = every ? run->steps : run->sequences;
    json_decref(root);
    return status;
}

brds_status brds_energy_report(const char *waveform, const char *spec_path, const char *vectors,
                               json_t **report, brds_diag *diag)
{
    brds_spec spec;
    brds_plan plan;
    brds_activity activity;
    run_counts run = {.plan = &plan, .activity = &activity};
    *report = NULL;
    brds_status status = brds_spec_load(spec_path, false, &spec, diag);
    status = status ? status : brds_plan_make(&spec, &plan, diag);
    status = status ? status : read_vectors(vectors, &run, diag);
    status = status ? status : brds_activity_read(waveform, &activity, diag);
    if (status)
        return status;
    *report = report_json(&run);
    return *report ? BRDS_OK : brds_fail_memory(diag);
}

/* ---- text ---- */

static void write_parts(const json_t *report, FILE *stream)
{
    size_t i = 0;
    json_t *part = NULL;
    double total = brds_json_number_of(report, "nanojoules_per_step");
    fprintf(stream, "%-46s %14s %14s %7s\n", "part", "count a step", "nJ a step", "share");
    json_array_foreach(json_object_get(report, "parts"), i, part)
    {
        double energy = brds_json_number_of(part, "nanojoules_per_step");
        fprintf(stream, "%-46s %14.0f %14.3f %6.1f %%  %s\n", brds_json_string_of(part, "part", ""),
                brds_json_number_of(part, "per_step"), energy, 100 * energy / total,
                brds_json_string_of(part, "unit", ""));
    }
    fprintf(stream, "%-46s %14s %14.3f\n", "total", "", total);
}

brds_status brds_energy_write_text(const json_t *report, FILE *stream, brds_diag *diag)
{
    size_t i = 0;
    json_t *one = NULL;
    const json_t *fpga = json_object_get(report, "fpga");
    fprintf(stream, "%s: an estimate, %s\n", brds_json_string_of(report, "name", ""),
            brds_json_string_of(report, "estimate", ""));
    fprintf(stream, "%.0f steps of %.0f sequences in %.0f cycles\n\n",
            brds_json_number_of(report, "steps"), brds_json_number_of(report, "sequences"),
            brds_json_number_of(report, "cycles"));
    write_parts(report, stream);
    fprintf(stream,
            "\na sequence: %.4g nJ; at the spec's clock: %.4g W\n%.4g GOPS/W, effective (dense "
            "operations) %.4g GOPS/W\n",
            brds_json_number_of(report, "nanojoules_per_sequence"),
            brds_json_number_of(report, "watts_at_clock"),
            brds_json_number_of(report, "gops_per_watt"),
            brds_json_number_of(report, "effective_gops_per_watt"));
    fprintf(stream,
            "in an FPGA's logic, %.0f times as much (hard blocks less): %.4g nJ a step, effective "
            "%.4g GOPS/W\n\nactivity%30s %12s\n",
            brds_json_number_of(fpga, "factor"), brds_json_number_of(fpga, "nanojoules_per_step"),
            brds_json_number_of(fpga, "effective_gops_per_watt"), "bits", "per cycle");
    json_array_foreach(json_object_get(report, "activity"), i, one)
    {
        fprintf(stream, "  %-22s %13.0f %11.2f %%\n", brds_json_string_of(one, "nets", ""),
                brds_json_number_of(one, "bits"),
                100 * brds_json_number_of(one, "toggles_per_bit_and_cycle"));
    }
    fprintf(stream, "\nenergies\n");
    json_array_foreach(json_object_get(report, "constants"), i, one)
    {
        fprintf(stream, "  %-16s %10.4g fJ per %s (%s)\n", brds_json_string_of(one, "name", ""),
                brds_json_number_of(one, "femtojoules"), brds_json_string_of(one, "per", ""),
                brds_json_string_of(one, "source", ""));
    }
    fprintf(stream, "  %-16s %8s%.0f (%s)\n", "FPGA", "x ", brds_json_number_of(fpga, "factor"),
            brds_json_string_of(fpga, "source", ""));
    return ferror(stream) ? brds_fail(diag, BRDS_EFILE, "", "", "the report cannot be written")
                          : BRDS_OK;
}
