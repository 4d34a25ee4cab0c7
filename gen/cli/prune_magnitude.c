/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/json.h"
#include "cli/prune.h"
#include "io/strings.h"
#include "net/model_file.h"
#include "net/network_load.h"
#include "prune/magnitude.h"
#include "spec/spec.h"

typedef struct {
    brds_prune_result results[BRDS_MAX_MATRICES];
    int count;
} prune_report;

static void print_table(const prune_report *report, const char *output, FILE *stream)
{
    fprintf(stream, "%-16s %7s %8s %12s %10s %10s\n", "matrix", "rows", "columns", "kept a row",
            "sparsity", "norm kept");
    for (int i = 0; i < report->count; i++) {
        const brds_prune_result *result = &report->results[i];
        fprintf(stream, "%-16s %7d %8d %12d %8.2f %% %8.2f %%\n", result->matrix.name,
                result->matrix.rows, result->matrix.columns, result->matrix.nnz,
                100.0 * result->sparsity, 100.0 * result->norm_kept);
    }
    fprintf(stream, "wrote %s\n", output);
}

static brds_status print_json(const prune_report *report, const char *output, FILE *stream,
                              brds_diag *diag)
{
    json_t *matrices = json_array();
    for (int i = 0; i < report->count; i++) {
        const brds_prune_result *result = &report->results[i];
        json_t *entry = json_pack(
            "{s:s, s:i, s:i, s:i, s:I, s:I, s:f, s:f}", "matrix", result->matrix.name, "rows",
            result->matrix.rows, "columns", result->matrix.columns, "nnz", result->matrix.nnz,
            "nonzeros_before", (json_int_t)result->before, "nonzeros", (json_int_t)result->kept,
            "sparsity", result->sparsity, "squared_norm_kept", result->norm_kept);
        json_array_append_new(matrices, entry);
    }
    json_t *root = json_pack("{s:s, s:o, s:o}", "method", "magnitude", "output",
                             brds_json_text(output), "matrices", matrices);
    return brds_json_print(root, stream, diag);
}

/* "magnitude: weight_ih_l0 8 of 39 a row, ...", malloc'ed. */
static char *describe(const prune_report *report)
{
    char text[BRDS_MAX_MATRICES * 64] = "magnitude:";
    size_t used = strlen(text);
    for (int i = 0; i < report->count; i++) {
        const brds_matrix *matrix = &report->results[i].matrix;
        used += (size_t)snprintf(text + used, sizeof text - used, "%s %s %d of %d a row",
                                 i ? "," : "", matrix->name, matrix->nnz, matrix->columns);
    }
    return brds_string_copy(text);
}

/* The source's metadata with "pruned" set. */
static brds_status save(const char *path, const brds_network *network, const prune_report *report,
                        const brds_safetensors *source, brds_diag *diag)
{
    size_t length = 0;
    while (source->metadata && source->metadata[length]) {
        length++;
    }
    const char **metadata = calloc(length + 3, sizeof *metadata);
    char *pruned = describe(report);
    brds_status status = metadata && pruned ? BRDS_OK : brds_fail_memory(diag);
    if (!status) {
        size_t used = 0;
        for (size_t i = 0; i < length; i += 2) {
            if (strcmp(source->metadata[i], "pruned") != 0) {
                metadata[used++] = source->metadata[i];
                metadata[used++] = source->metadata[i + 1];
            }
        }
        metadata[used++] = "pruned";
        metadata[used++] = pruned;
        status = brds_network_save_with(path, network, metadata, diag);
    }
    free(pruned);
    free(metadata);
    return status;
}

static brds_status prune(const brds_spec *spec, const char *model, const char *output,
                         prune_report *report, brds_diag *diag)
{
    brds_safetensors file;
    brds_status status = brds_model_file_load(model, &file, diag);
    if (status) {
        return status;
    }
    brds_network network;
    status = brds_network_from_file(&file, spec, &network, NULL, diag);
    if (!status) {
        report->count = brds_prune_magnitude(&network, spec, report->results);
        status = save(output, &network, report, &file, diag);
        brds_network_free(&network);
    }
    brds_safetensors_free(&file);
    return status;
}

brds_status brds_prune_without_data(const brds_args *args, brds_diag *diag)
{
    const char *output = brds_args_value(args, "output");
    brds_spec spec;
    prune_report report = {.count = 0};
    brds_status status = brds_spec_load(brds_args_operand(args, 0), false, &spec, diag);
    if (!status) {
        status = prune(&spec, brds_args_value(args, "model"), output, &report, diag);
    }
    if (status) {
        return status;
    }
    /* The report must not end up among the tensors. */
    FILE *stream = strcmp(output, "-") == 0 ? stderr : stdout;
    if (brds_args_flag(args, "json")) {
        return print_json(&report, output, stream, diag);
    }
    print_table(&report, output, stream);
    return BRDS_OK;
}
