/* SPDX-License-Identifier: Apache-2.0 */
#include "explore/area.h"

#include <stdlib.h>
#include <string.h>

#include "io/file.h"
#include "io/strings.h"
#include "report/json_file.h"

const char *const brds_area_term_names[BRDS_AREA_TERMS] = {
    "core",      "multipliers",  "product bits", "adder bits",  "accumulator bits",
    "word bits", "lane bits",    "table bits",   "stream bits", "logic memory bits",
    "registers", "pipeline bits"};

/* Memories that lie in LUTs: a LUT holds 32 rows of a bit at least. */
static double logic_memory_bits(const brds_estimate *estimate)
{
    enum { ROWS = 32 };
    double bits = 0.0;
    for (int i = 0; i < BRDS_MEMORY_USES; i++) {
        const brds_memory_use *use = &estimate->memories[i];
        int64_t rows = (use->depth + ROWS - 1) / ROWS * ROWS;
        bits += use->in_logic ? (double)(use->copies * use->width * rows) : 0.0;
    }
    return bits;
}

/* ---- registers that the keys of hardware.pipeline ask for ---- */

/* A tree of `lanes` products: a register behind every `every` levels and the last. */
static double tree_registers(int lanes, int every)
{
    double registers = 0.0;
    for (int level = 0; lanes > 1; level++) {
        lanes = (lanes + 1) / 2;
        registers += (level + 1) % every == 0 || lanes == 1 ? lanes : 0;
    }
    return registers;
}

static double array_bits(const brds_plan *plan)
{
    const brds_spec *spec = &plan->spec;
    int product = spec->weight_bits + spec->activation.bits; /* both operands are as wide */
    int each = spec->pipeline.multiplier; /* 1: product, 2, 4: and operands, 3, 4: and output */
    double rows = 4.0 * spec->pes, lanes = spec->lanes_x + spec->lanes_h;
    double trees = tree_registers(spec->lanes_x, spec->pipeline.adder_every) +
                   tree_registers(spec->lanes_h, spec->pipeline.adder_every);
    double memory = spec->pipeline.memory - 1;
    return rows * product * (lanes * each + trees) +
           memory * (plan->word_bits + plan->unit_bits + rows * lanes * spec->activation.bits);
}

static double lane_bits(const brds_plan *plan)
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

void brds_area_terms(const brds_plan *plan, const brds_estimate *estimate,
                     double terms[BRDS_AREA_TERMS])
{
    const brds_spec *spec = &plan->spec;
    double rows = 4.0 * spec->pes, lanes = spec->lanes_x + spec->lanes_h;
    int product = spec->weight_bits + spec->activation.bits;
    double lane = 4.0 * plan->sum_bits + 4.0 * plan->z_bits + 6.0 * plan->gate_bits +
                  4.0 * spec->cell.bits + (plan->peephole ? 6.0 * spec->cell.bits : 0.0);
    const double all[BRDS_AREA_TERMS] = {
        1.0,
        rows * lanes,
        rows * lanes * product,
        rows * (lanes - 2.0) * product, /* two trees have as many adders less one each */
        rows * (plan->x_acc_bits + plan->h_acc_bits),
        (double)plan->word_bits,
        plan->element_lanes * lane,
        10.0 * plan->element_lanes * spec->function_segments * spec->activation.bits,
        (double)spec->stream_bits,
        logic_memory_bits(estimate),
        spec->control == BRDS_CONTROL_AXI4_LITE ? 1.0 : 0.0,
        array_bits(plan) + lane_bits(plan),
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
