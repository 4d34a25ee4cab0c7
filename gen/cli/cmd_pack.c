/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cli/json.h"
#include "cli/options.h"
#include "cli/source.h"
#include "io/file.h"
#include "io/json_list.h"
#include "io/strings.h"
#include "pack/pack.h"

static double seconds_now(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- files ---- */

static brds_status write_bytes(const brds_packed *packed, const char *suffix, const uint8_t *bytes,
                               size_t size, brds_outdir *outdir, brds_diag *diag)
{
    char *name = brds_string_format("%s_%s.bin", packed->plan.spec.name, suffix);
    brds_status status =
        name == NULL ? brds_fail_memory(diag) : brds_outdir_write(outdir, name, bytes, size, diag);
    free(name);
    return status;
}

static brds_status write_image(const brds_packed *packed, brds_outdir *outdir, brds_diag *diag)
{
    const brds_image *image = &packed->image;
    size_t size = image->words * (size_t)image->stream_bits / 8;
    brds_status status = write_bytes(packed, "weights", image->bytes, size, outdir, diag);
    if (status == BRDS_OK && image->memory != NULL) {
        status = write_bytes(packed, "memory", image->memory, image->memory_bytes, outdir, diag);
    }
    return status;
}

static brds_status write_rom(const brds_packed *packed, int which, const char *suffix,
                             brds_outdir *outdir, brds_diag *diag)
{
    FILE *stream = NULL;
    char *name = brds_string_format("%s_%s.hex", packed->plan.spec.name, suffix);
    brds_status status =
        name == NULL ? brds_fail_memory(diag) : brds_outdir_file(outdir, name, &stream, diag);
    free(name);
    return status == BRDS_OK
               ? brds_image_write_rom(&packed->plan, &packed->image, which, stream, diag)
               : status;
}

static brds_status write_folder(const brds_packed *packed, const char *folder, brds_diag *diag)
{
    brds_outdir *outdir = NULL;
    brds_status status = brds_outdir_begin(folder, &outdir, diag);
    if (status != BRDS_OK) {
        return status;
    }
    status = write_image(packed, outdir, diag);
    if (status == BRDS_OK && packed->image.memory == NULL) {
        status = write_rom(packed, BRDS_ROM_WEIGHTS, "weights", outdir, diag);
    }
    if (status == BRDS_OK) {
        status = write_rom(packed, BRDS_ROM_UNITS, "units", outdir, diag);
    }
    if (status == BRDS_OK) {
        status = write_rom(packed, BRDS_ROM_CONFIG, "config", outdir, diag);
    }
    if (status != BRDS_OK) {
        brds_outdir_abort(outdir);
        return status;
    }
    return brds_outdir_commit(outdir, diag);
}

/* ---- report ---- */

static char *matrix_name(const brds_phase *phase, bool of_h)
{
    switch (phase->kind) {
    case BRDS_PHASE_GATES:
        return brds_string_format("W_%c, layer %d", of_h ? 'h' : 'x', phase->layer);
    case BRDS_PHASE_PROJECTION:
        return brds_string_format("projection, layer %d", phase->layer);
    default:
        return brds_string_copy("head");
    }
}

static json_t *matrix_json(const brds_plan *plan, const brds_qnet *qnet, int number, bool of_h)
{
    const brds_qphase *q = &qnet->phases[number];
    const brds_sparse *matrix = of_h ? &q->h : &q->x;
    char *name = matrix_name(&plan->phases[number], of_h);
    if (name == NULL) {
        return NULL;
    }
    json_t *value = json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:f}", "name", name, "rows",
                              matrix->rows, "nonzeros_per_row", matrix->nnz, "bits",
                              plan->spec.weight_bits, "frac", matrix->frac, "shift",
                              of_h ? q->shl_h : q->shl_x, "error", of_h ? q->error_h : q->error_x);
    free(name);
    return value;
}

static json_t *matrices_json(const brds_packed *packed)
{
    json_t *list = json_array();
    size_t count = 0;
    for (int p = 0; p < packed->plan.phase_count; p++) {
        bool gates = packed->plan.phases[p].kind == BRDS_PHASE_GATES;
        count += gates ? 2 : 1;
        json_array_append_new(list, matrix_json(&packed->plan, &packed->qnet, p, false));
        if (gates) {
            json_array_append_new(list, matrix_json(&packed->plan, &packed->qnet, p, true));
        }
    }
    return brds_json_complete(list, count);
}

static json_t *edges_json(const brds_packed *packed)
{
    json_t *list = json_array();
    for (int e = 0; e < packed->plan.edge_count; e++) {
        const brds_edge *edge = &packed->plan.edges[e];
        json_array_append_new(
            list, json_pack("{s:i, s:i, s:i, s:i, s:i}", "reader", edge->reader, "writer",
                            edge->writer, "gap", packed->schedule.pace.gaps[e], "gap_given",
                            packed->gaps_given[e], "worst_gap", packed->schedule.worst_gaps[e]));
    }
    return list;
}

static json_t *report_json(const brds_packed *packed, double seconds)
{
    uint64_t weights = 0, biases = 0;
    char *fingerprint = brds_string_format("%08lx", (unsigned long)packed->plan.fingerprint);
    if (fingerprint == NULL) {
        return NULL;
    }
    for (int p = 0; p < packed->qnet.phase_count; p++) {
        weights += packed->qnet.phases[p].weight_saturated;
        biases += packed->qnet.phases[p].bias_saturated;
    }
    size_t bytes = packed->image.words * (size_t)packed->image.stream_bits / 8;
    json_t *root = json_pack(
        "{s:s, s:s, s:o, s:o, s:I, s:I, s:I, s:I, s:f}", "name", packed->plan.spec.name,
        "fingerprint", fingerprint, "matrices", matrices_json(packed), "edges", edges_json(packed),
        "weights_clipped", (json_int_t)weights, "biases_clipped", (json_int_t)biases, "image_words",
        (json_int_t)packed->image.words, "image_bytes", (json_int_t)bytes, "seconds", seconds);
    free(fingerprint);
    if (packed->image.memory != NULL &&
        json_object_set_new(root, "memory_bytes",
                            json_integer((json_int_t)packed->image.memory_bytes)) != 0) {
        json_decref(root);
        return NULL;
    }
    return root;
}

static void print_matrices(const json_t *root)
{
    size_t i;
    json_t *matrix;
    printf("%-22s %6s %6s %12s %16s\n", "matrix", "rows", "nnz", "format", "relative error");
    json_array_foreach(json_object_get(root, "matrices"), i, matrix)
    {
        printf("%-22s %6lld %6lld %6lld, 2^%-4lld %16.3e\n",
               json_string_value(json_object_get(matrix, "name")),
               json_integer_value(json_object_get(matrix, "rows")),
               json_integer_value(json_object_get(matrix, "nonzeros_per_row")),
               json_integer_value(json_object_get(matrix, "bits")),
               -json_integer_value(json_object_get(matrix, "frac")),
               json_real_value(json_object_get(matrix, "error")));
    }
}

static void print_text(const json_t *root, const char *folder)
{
    size_t i;
    json_t *edge;
    print_matrices(root);
    printf("clipped: %lld weights, %lld biases\n",
           json_integer_value(json_object_get(root, "weights_clipped")),
           json_integer_value(json_object_get(root, "biases_clipped")));
    json_array_foreach(json_object_get(root, "edges"), i, edge)
    {
        printf(
            "gap of phase %lld after phase %lld: worst case %lld, these weights %lld, their units "
            "arranged %lld\n",
            json_integer_value(json_object_get(edge, "reader")),
            json_integer_value(json_object_get(edge, "writer")),
            json_integer_value(json_object_get(edge, "worst_gap")),
            json_integer_value(json_object_get(edge, "gap_given")),
            json_integer_value(json_object_get(edge, "gap")));
    }
    if (json_object_get(root, "memory_bytes") != NULL) {
        printf("memory outside: %lld bytes\n",
               json_integer_value(json_object_get(root, "memory_bytes")));
    }
    printf("image: %lld words, %lld bytes, fingerprint %s; packed in %.2f s to %s\n",
           json_integer_value(json_object_get(root, "image_words")),
           json_integer_value(json_object_get(root, "image_bytes")),
           json_string_value(json_object_get(root, "fingerprint")),
           json_real_value(json_object_get(root, "seconds")), folder);
}

static brds_status report(const brds_args *args, const brds_packed *packed, const char *folder,
                          double seconds, brds_diag *diag)
{
    json_t *root = report_json(packed, seconds);
    if (root == NULL || brds_args_flag(args, "json")) {
        return brds_json_print(root, stdout, diag);
    }
    print_text(root, folder);
    json_decref(root);
    return BRDS_OK;
}

static brds_status pack_to(const brds_args *args, const brds_source *source, const char *folder,
                           brds_diag *diag)
{
    brds_packed packed;
    double start = seconds_now();
    brds_status status =
        brds_pack(source->model_name, &source->spec, &source->network, &packed, diag);
    double seconds = seconds_now() - start;
    if (status != BRDS_OK) {
        return status;
    }
    status = write_folder(&packed, folder, diag);
    if (status == BRDS_OK) {
        status = report(args, &packed, folder, seconds, diag);
    }
    brds_packed_free(&packed);
    return status;
}

static brds_status run(const brds_args *args, brds_diag *diag)
{
    brds_source source;
    const char *folder = brds_args_value(args, "output");
    if (folder == NULL) {
        return brds_fail(diag, BRDS_EUSAGE, "brdsgen pack", "give -o DIR",
                         "there is no output folder");
    }
    brds_status status = brds_source_load_model(args, &source, diag);
    if (status == BRDS_OK) {
        status = pack_to(args, &source, folder, diag);
    }
    brds_source_free(&source);
    return status;
}

static const brds_option options[] = {
    BRDS_MODEL_OPTIONS,
    {"output", 'o', "DIR", "folder for the image and the ROM files"},
    {"json", 0, NULL, "print the report as JSON"},
    {0},
};

const brds_command brds_cmd_pack = {
    .name = "pack",
    .operands = "SPEC",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "quantise and pack a network's weights",
    .description =
        "Chooses each matrix's binary point, quantises, schedules the nonzero weights and writes "
        "the loadable image NAME_weights.bin and the ROM files NAME_weights.hex, NAME_units.hex "
        "and NAME_config.hex.  Of streamed weights the image has only biases and configuration, "
        "and "
        "NAME_memory.bin, in place of NAME_weights.hex, is what the memory outside holds.  Reports "
        "formats, quantisation errors, clipped values and the idle "
        "cycles between phases, worst case and exact.",
    .options = options,
    .run = run,
};
