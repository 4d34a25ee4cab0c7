/* SPDX-License-Identifier: Apache-2.0 */
#include "report/comparison_report.h"

#include <string.h>

#include "report/json_file.h"

/* ---- reading ---- */

static const char *const numbers[] = {
    "weight_bits",   "activation_bits",     "multipliers",     "dsp", "memory_blocks", "clock_mhz",
    "macs_per_step", "dense_macs_per_step", "cycles_per_step",
};
static const char *const peer_texts[] = {"work",       "network", "device",     "latency",
                                         "throughput", "power",   "utilisation"};
static const char *const run_numbers[] = {"steps", "cycles", "cycles_predicted", "mismatches"};

static brds_status fail_key(const char *path, const char *list, size_t i, const char *key,
                            const char *wanted, brds_diag *diag)
{
    return brds_fail(diag, BRDS_EINPUT, path, "", "/%s/%zu needs '%s', %s", list, i, key, wanted);
}

static brds_status check_numbers(const json_t *object, const char *const *keys, size_t count,
                                 double least, const char *path, size_t i, brds_diag *diag)
{
    for (size_t k = 0; k < count; k++) {
        const json_t *value = json_object_get(object, keys[k]);
        if (!json_is_number(value) || json_number_value(value) < least) {
            return fail_key(path, "ours", i, keys[k], "a number that is not too small", diag);
        }
    }
    return BRDS_OK;
}

static brds_status check_core(const json_t *core, const char *path, size_t i, brds_diag *diag)
{
    const json_t *run = json_object_get(core, "simulated");
    if (!json_is_string(json_object_get(core, "shape")) ||
        !json_is_string(json_object_get(core, "configuration"))) {
        return fail_key(path, "ours", i, "shape' and 'configuration", "texts", diag);
    }
    brds_status status =
        check_numbers(core, numbers, sizeof numbers / sizeof numbers[0], 1.0, path, i, diag);
    if (status == BRDS_OK && !json_is_null(run)) {
        status = check_numbers(run, run_numbers, sizeof run_numbers / sizeof run_numbers[0], 0.0,
                               path, i, diag);
    }
    return status;
}

static brds_status check_document(const json_t *root, const char *path, brds_diag *diag)
{
    size_t i;
    const json_t *entry, *ours = json_object_get(root, "ours"),
                         *peers = json_object_get(root, "peers");
    if (!json_is_array(ours) || !json_is_array(peers) ||
        !json_is_string(json_object_get(root, "command")) ||
        !json_is_string(json_object_get(root, "date")) ||
        !json_is_object(json_object_get(root, "marks"))) {
        return brds_fail(diag, BRDS_EINPUT, path, "make comparison writes one",
                         "a comparison has 'command', 'date', 'ours', 'marks' and 'peers'");
    }
    json_array_foreach(ours, i, entry)
    {
        brds_status status = check_core(entry, path, i, diag);
        if (status != BRDS_OK) {
            return status;
        }
    }
    json_array_foreach(peers, i, entry)
    {
        for (size_t k = 0; k < sizeof peer_texts / sizeof peer_texts[0]; k++) {
            if (!json_is_string(json_object_get(entry, peer_texts[k]))) {
                return fail_key(path, "peers", i, peer_texts[k], "a text", diag);
            }
        }
    }
    return BRDS_OK;
}

brds_status brds_comparison_load(const char *path, json_t **document, brds_diag *diag)
{
    brds_status status = brds_json_file(path, document, diag);
    status = status ? status : check_document(*document, path, diag);
    if (status != BRDS_OK) {
        json_decref(*document);
        *document = NULL;
    }
    return status;
}

/* ---- the page ---- */

/* The shape's core that the others are compared with; NULL if none is. */
static const json_t *reference_of(const json_t *ours, const char *shape)
{
    size_t i;
    const json_t *core;
    json_array_foreach(ours, i, core)
    {
        if (strcmp(brds_json_string_of(core, "shape", ""), shape) == 0 &&
            json_is_true(json_object_get(core, "reference"))) {
            return core;
        }
    }
    return NULL;
}

static void put_run(const json_t *run, FILE *stream)
{
    if (json_is_null(run)) {
        fputs("not simulated", stream);
        return;
    }
    double difference =
        brds_json_number_of(run, "cycles") - brds_json_number_of(run, "cycles_predicted");
    fprintf(stream, "%.0f steps, %.0f cycles: %+.0f; %.0f words differ",
            brds_json_number_of(run, "steps"), brds_json_number_of(run, "cycles"), difference,
            brds_json_number_of(run, "mismatches"));
}

static void put_core(const json_t *core, const json_t *reference, FILE *stream)
{
    double cycles = brds_json_number_of(core, "cycles_per_step"),
           macs = brds_json_number_of(core, "macs_per_step");
    double time = cycles / brds_json_number_of(core, "clock_mhz"),
           multipliers = brds_json_number_of(core, "multipliers");
    fprintf(stream,
            "| %s | %.0f, %.0f | %.0f | %.0f, %.0f | %.0f | %.1f | %.1f %% | %.2f | %.1f | %.1f | ",
            brds_json_string_of(core, "configuration", ""),
            brds_json_number_of(core, "weight_bits"), brds_json_number_of(core, "activation_bits"),
            multipliers, brds_json_number_of(core, "dsp"),
            brds_json_number_of(core, "memory_blocks"), macs, cycles,
            100.0 * macs / (multipliers * cycles), time, 2e-3 * macs / time,
            2e-3 * brds_json_number_of(core, "dense_macs_per_step") / time);
    if (reference != NULL) {
        fprintf(stream, "%.2f", cycles / brds_json_number_of(reference, "cycles_per_step"));
    }
    fputs(" | ", stream);
    put_run(json_object_get(core, "simulated"), stream);
    fputs(" |\n", stream);
}

static const char core_head[] =
    "| configuration | bits of weights, activations | multipliers | DSP, memory blocks (plan) | "
    "nonzero MACs a step | cycles a step | utilisation | us a step | GOPS | effective GOPS | "
    "cycles over the first | simulated cycles against the prediction |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|---|\n";

static void put_ours(const json_t *ours, FILE *stream)
{
    size_t i;
    const json_t *core;
    const char *shape = "";
    json_array_foreach(ours, i, core)
    {
        if (strcmp(shape, brds_json_string_of(core, "shape", "")) != 0) {
            shape = brds_json_string_of(core, "shape", "");
            fprintf(stream, "\n### %s\n%s", shape, core_head);
        }
        put_core(core, reference_of(ours, shape), stream);
    }
}

static void put_peers(const json_t *document, FILE *stream)
{
    size_t i;
    const char *mark;
    const json_t *peer, *meaning;
    fputs("\n## Published\n", stream);
    json_object_foreach((json_t *)json_object_get(document, "marks"), mark, meaning)
    {
        fprintf(stream, "- %s: %s\n", mark, json_string_value(meaning));
    }
    fputs("\n| work | network, sparsity | device, clock, multipliers | time a step | throughput | "
          "power | multiplier utilisation |\n|---|---|---|---|---|---|---|\n",
          stream);
    json_array_foreach(json_object_get(document, "peers"), i, peer)
    {
        for (size_t k = 0; k < sizeof peer_texts / sizeof peer_texts[0]; k++) {
            fprintf(stream, "| %s ", brds_json_string_of(peer, peer_texts[k], ""));
        }
        fputs("|\n", stream);
    }
}

static const char head[] =
    "# Comparison\n"
    "Cores that `brdsgen` generates, and what others published. The page is printed by\n"
    "`brdsgen report comparison docs/comparison.json`; `%s` measures\nthe first part again "
    "(%s).\n\n"
    "Read with care: the clock of our rows is the spec's and not the result of place and route; "
    "DSP and memory blocks are the\nplan's for the spec's family; nobody else's row was measured "
    "here. Effective operations count the dense network's, so they\nrise with sparsity: the "
    "nonzero ones stand beside them. *Utilisation*: nonzero multiply-accumulates of a step over\n"
    "(multipliers x cycles), one stream. Bank-balanced networks are row-balanced too, and run on "
    "these cores in the same cycles.\n\n## Ours\n";

brds_status brds_comparison_write_page(const json_t *document, FILE *stream, brds_diag *diag)
{
    fprintf(stream, head, brds_json_string_of(document, "command", ""),
            brds_json_string_of(document, "date", ""));
    put_ours(json_object_get(document, "ours"), stream);
    put_peers(document, stream);
    return ferror(stream) ? brds_fail(diag, BRDS_EFILE, "", "", "cannot write the page") : BRDS_OK;
}
