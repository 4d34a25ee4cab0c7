/* SPDX-License-Identifier: Apache-2.0 */
#include "explore/area.h"

#include <stdlib.h>
#include <string.h>

#include "io/file.h"
#include "io/strings.h"
#include "report/json_file.h"

const char *const brds_area_term_names[BRDS_AREA_TERMS] = {"core",
                                                           "multipliers",
                                                           "product bits",
                                                           "adder bits",
                                                           "accumulator bits",
                                                           "index bits",
                                                           "lane bits",
                                                           "table bits",
                                                           "stream bits",
                                                           "logic memory bits",
                                                           "logic memory registers",
                                                           "registers",
                                                           "tree register bits",
                                                           "product register bits",
                                                           "memory register bits",
                                                           "lane register bits"};

/* Memories that lie in LUTs, a LUT holding 32 rows of a bit at least: their bits; bits of the registers behind them. */
static double logic_memory_bits(const brds_estimate *estimate, double *registers)
{
    enum { ROWS = 32 };
    double bits = 0.0;
    *registers = 0.0;
    for (int i = 0; i < BRDS_MEMORY_USES; i++) {
        const brds_memory_use *use = &estimate->memories[i];
        if (use->in_logic) {
            int64_t rows = (use->depth + ROWS - 1) / ROWS * ROWS;
            bits += (double)(use->copies * use->width * rows);
            *registers += (double)(use->copies * use->width);
        }
    }
    return bits;
}

/* ---- the array ---- */

typedef struct {
    double adders, registers; /* bits of all adders; of all registers */
} tree_bits;

/* A tree of `lanes` products of `product` bits (brds_tree): a register behind every adder_every levels and the
 * last, in all as many as the larger tree has. */
static tree_bits tree_of(const brds_plan *plan, int lanes, int product)
{
    int every = plan->spec.pipeline.adder_every, stages = 0, bits = product;
    tree_bits tree = {0};
    for (int level = 1; lanes > 1; level++) {
        bits++;
        tree.adders += lanes / 2 * bits;
        lanes = (lanes + 1) / 2;
        if (level % every == 0 || lanes == 1) {
            tree.registers += lanes * bits;
            stages++;
        }
    }
    tree.registers += (plan->timing.ts - stages) * bits;
    return tree;
}

/* The registers of the products: 1: behind it; 2, 4: and of both operands; 3, 4: and of the output. */
static double product_register_bits(const brds_plan *plan)
{
    const brds_spec *spec = &plan->spec;
    int product = spec->weight_bits + spec->activation.bits; /* both operands are as wide */
    return (double)plan->multipliers * product * spec->pipeline.multiplier;
}

static double memory_register_bits(const brds_plan *plan)
{
    int more = plan->spec.pipeline.memory - 1;
    return (double)more * (plan->word_bits + plan->unit_bits +
                           (double)plan->multipliers * plan->spec.activation.bits);
}

/* ---- the element lanes ---- */

static double lane_register_bits(const brds_plan *plan)
{
    const brds_spec *spec = &plan->spec;
    int cell = spec->cell.bits, gate = plan->gate_bits;
    double function = 5.0 * (spec->pipeline.function - 1) * 2.0 * gate;
    /* sums of four gates twice, c, three products */
    double element =
        (spec->pipeline.element - 1) * (8.0 * plan->sum_bits + 2.0 * cell + 5.0 * gate);
    /* what waits beside them: gate o and the biases for tanh(c), attributes of the slot */
    double wait = (plan->timing.le - 13.0) * (gate + 16.0);
    return plan->element_lanes * (function + element + wait);
}

static double lane_bits(const brds_plan *plan)
{
    const brds_spec *spec = &plan->spec;
    int cell = spec->cell.bits;
    return plan->element_lanes *
           (4.0 * plan->sum_bits + 4.0 * plan->z_bits + 6.0 * plan->gate_bits + 4.0 * cell +
            (plan->peephole ? 6.0 * cell : 0.0));
}

void brds_area_terms(const brds_plan *plan, const brds_estimate *estimate,
                     double terms[BRDS_AREA_TERMS])
{
    const brds_spec *spec = &plan->spec;
    double rows = 4.0 * spec->pes;
    int product = spec->weight_bits + spec->activation.bits;
    tree_bits x = tree_of(plan, spec->lanes_x, product), h = tree_of(plan, spec->lanes_h, product);
    double read_registers, memory_bits = logic_memory_bits(estimate, &read_registers);
    const double all[BRDS_AREA_TERMS] = {
        1.0,
        plan->multipliers,
        estimate->array_dsp > 0
            ? 0.0
            : (double)plan->multipliers * spec->weight_bits * spec->activation.bits,
        rows * (x.adders + h.adders),
        rows * (plan->x_acc_bits + plan->h_acc_bits),
        rows * (spec->lanes_x * plan->x_index_bits + spec->lanes_h * plan->h_index_bits),
        lane_bits(plan),
        10.0 * plan->element_lanes * spec->function_segments * spec->activation.bits,
        (double)spec->stream_bits,
        memory_bits,
        read_registers,
        spec->control == BRDS_CONTROL_AXI4_LITE ? 1.0 : 0.0,
        rows * (x.registers + h.registers),
        product_register_bits(plan),
        memory_register_bits(plan),
        lane_register_bits(plan),
    };
    memcpy(terms, all, sizeof all);
}

double brds_area_predict(const brds_area_sum *sum, const double terms[BRDS_AREA_TERMS])
{
    double total = 0.0;
    for (int t = 0; t < BRDS_AREA_TERMS; t++) {
        total += sum->weights[t] * terms[t];
    }
    return total;
}

/* ---- the data file ---- */

static bool read_error(const json_t *object, const char *key, brds_area_error *error)
{
    const json_t *value = json_object_get(object, key);
    error->points = (size_t)json_integer_value(json_object_get(value, "points"));
    error->mean = json_number_value(json_object_get(value, "mean"));
    error->worst = json_number_value(json_object_get(value, "worst"));
    return json_is_object(value);
}

static bool read_sum(const json_t *root, const char *key, brds_area_sum *sum)
{
    const json_t *object = json_object_get(root, key);
    const json_t *weights = json_object_get(object, "weights");
    bool good = json_object_size(weights) == BRDS_AREA_TERMS;
    for (int t = 0; t < BRDS_AREA_TERMS && good; t++) {
        const json_t *weight = json_object_get(weights, brds_area_term_names[t]);
        sum->weights[t] = json_number_value(weight);
        good = json_is_number(weight);
    }
    const json_t *error = json_object_get(object, "error");
    return good && read_error(error, "fitted", &sum->fitted) &&
           read_error(error, "held_out", &sum->held_out);
}

brds_status brds_area_load(brds_family family, brds_area_model *model, brds_diag *diag)
{
    brds_diag quiet = {0};
    char *path = NULL, *name = brds_string_format("synth/area/%s.json", brds_family_name(family));
    *model = (brds_area_model){.known = false};
    if (name == NULL) {
        return brds_fail_memory(diag);
    }
    bool there = brds_data_path(name, &path, &quiet) == BRDS_OK;
    brds_diag_free(&quiet);
    free(name);
    if (!there) {
        return BRDS_OK;
    }
    json_t *root = NULL;
    brds_status status = brds_json_file(path, &root, diag);
    if (status == BRDS_OK) {
        model->known = read_sum(root, "lut", &model->lut) && read_sum(root, "ff", &model->ff);
        if (!model->known) {
            status = brds_fail(diag, BRDS_EINPUT, path, "make it anew: synth/fit.sh",
                               "it is no area model of this program's terms");
        }
    }
    json_decref(root);
    free(path);
    return status;
}

static json_t *error_json(const brds_area_error *error)
{
    return json_pack("{s:I, s:f, s:f}", "points", (json_int_t)error->points, "mean", error->mean,
                     "worst", error->worst);
}

json_t *brds_area_errors_json(const brds_area_model *model)
{
    if (!model->known) {
        return json_null();
    }
    return json_pack("{s:{s:o, s:o}, s:{s:o, s:o}}", "lut", "fitted",
                     error_json(&model->lut.fitted), "held_out", error_json(&model->lut.held_out),
                     "ff", "fitted", error_json(&model->ff.fitted), "held_out",
                     error_json(&model->ff.held_out));
}
