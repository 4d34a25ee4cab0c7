/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/json.h"
#include "cli/options.h"
#include "io/safetensors_private.h"
#include "net/matrices.h"
#include "net/model_file.h"
#include "net/network_load.h"
#include "spec/spec.h"

/* The fewest and most nonzeros of a row. */
static void count_rows(const brds_matrix *matrix, int *fewest, int *most)
{
    *fewest = matrix->columns;
    *most = 0;
    for (int row = 0; row < matrix->rows; row++) {
        int count = brds_row_nonzeros(matrix->weights + (size_t)row * (size_t)matrix->columns,
                                      matrix->columns);
        *fewest = count < *fewest ? count : *fewest;
        *most = count > *most ? count : *most;
    }
}

/* A name from a file must not drive the terminal. */
static void printable_name(const brds_tensor *tensor, char text[64])
{
    snprintf(text, 64, "%.63s", tensor ? tensor->name : "(none: zeros)");
    for (char *c = text; *c; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f) {
            *c = '?';
        }
    }
}

static void print_tensors(const brds_found_list *found, FILE *stream)
{
    fprintf(stream, "%-36s %-5s %-16s %s\n", "tensor", "dtype", "shape", "written to");
    for (size_t i = 0; i < found->count; i++) {
        const brds_tensor *tensor = found->tensors[i].source;
        char shape[BRDS_SHAPE_LENGTH] = "", name[64];
        printable_name(tensor, name);
        if (tensor) {
            brds_shape_text(shape, tensor->rank, tensor->shape, 0);
        }
        fprintf(stream, "%-36s %-5s %-16s %s\n", name, tensor ? brds_dtype_name(tensor->dtype) : "",
                shape, found->tensors[i].name);
    }
}

static void print_balance(const brds_network *network, const brds_spec *spec, FILE *stream)
{
    brds_matrix matrices[BRDS_MAX_MATRICES];
    int count = brds_network_matrices(network, spec, matrices);
    fprintf(stream, "\n%-16s %7s %8s %18s %8s\n", "matrix", "rows", "columns", "nonzeros a row",
            "spec");
    for (int i = 0; i < count; i++) {
        int fewest, most;
        char range[40];
        count_rows(&matrices[i], &fewest, &most);
        snprintf(range, sizeof range, fewest == most ? "%d" : "%d to %d", fewest, most);
        fprintf(stream, "%-16s %7d %8d %18s %8d\n", matrices[i].name, matrices[i].rows,
                matrices[i].columns, range, matrices[i].nnz);
    }
}

static json_t *tensors_as_json(const brds_found_list *found)
{
    json_t *list = json_array();
    for (size_t i = 0; i < found->count; i++) {
        const brds_tensor *tensor = found->tensors[i].source;
        json_t *entry = json_pack("{s:s}", "written_to", found->tensors[i].name);
        if (tensor) {
            json_t *shape = json_array();
            for (int j = 0; j < tensor->rank; j++) {
                json_array_append_new(shape, json_integer((json_int_t)tensor->shape[j]));
            }
            json_object_set_new(entry, "tensor", brds_json_text(tensor->name));
            json_object_set_new(entry, "dtype", json_string(brds_dtype_name(tensor->dtype)));
            json_object_set_new(entry, "shape", shape);
        }
        json_array_append_new(list, entry);
    }
    return list;
}

static json_t *balance_as_json(const brds_network *network, const brds_spec *spec)
{
    brds_matrix matrices[BRDS_MAX_MATRICES];
    int count = brds_network_matrices(network, spec, matrices);
    json_t *list = json_array();
    for (int i = 0; i < count; i++) {
        int fewest, most;
        count_rows(&matrices[i], &fewest, &most);
        json_array_append_new(list, json_pack("{s:s, s:i, s:i, s:i, s:i, s:i}", "matrix",
                                              matrices[i].name, "rows", matrices[i].rows, "columns",
                                              matrices[i].columns, "nonzeros_min", fewest,
                                              "nonzeros_max", most, "nnz", matrices[i].nnz));
    }
    return list;
}

/* The report goes where it cannot end up among the tensors. */
static brds_status report(const brds_args *args, const brds_network *network, const brds_spec *spec,
                          const brds_found_list *found, brds_diag *diag)
{
    const char *output = brds_args_value(args, "output");
    FILE *stream = strcmp(output, "-") == 0 ? stderr : stdout;
    if (brds_args_flag(args, "json")) {
        json_t *root =
            json_pack("{s:o, s:o, s:o}", "output", brds_json_text(output), "tensors",
                      tensors_as_json(found), "matrices", balance_as_json(network, spec));
        return brds_json_print(root, stream, diag);
    }
    print_tensors(found, stream);
    print_balance(network, spec, stream);
    fprintf(stream, "wrote %s\n", output);
    return BRDS_OK;
}

static brds_status import(const brds_args *args, const brds_spec *spec,
                          const brds_safetensors *file, brds_diag *diag)
{
    brds_network network;
    brds_found_list found;
    brds_status status = brds_network_from_file(file, spec, &network, &found, diag);
    if (status) {
        return status;
    }
    if (brds_args_flag(args, "check-balance")) {
        status = brds_network_check_balance(file->path, &network, spec, diag);
    }
    if (!status) {
        status = brds_network_save_with(brds_args_value(args, "output"), &network,
                                        (const char *const *)file->metadata, diag);
    }
    if (!status) {
        status = report(args, &network, spec, &found, diag);
    }
    brds_network_free(&network);
    return status;
}

static brds_status run(const brds_args *args, brds_diag *diag)
{
    const char *model = brds_args_value(args, "model");
    if (!model || !brds_args_value(args, "output")) {
        return brds_fail(diag, BRDS_EUSAGE, "", "", "%s is missing",
                         model ? "-o OUT.safetensors" : "--model FILE");
    }
    brds_spec spec;
    brds_status status = brds_spec_load(brds_args_operand(args, 0), false, &spec, diag);
    if (status) {
        return status;
    }
    brds_safetensors file;
    status = brds_model_file_load(model, &file, diag);
    if (!status) {
        status = import(args, &spec, &file, diag);
        brds_safetensors_free(&file);
    }
    return status;
}

static const brds_option options[] = {
    {"model", 'm', "FILE", "the trained network: safetensors, npz, ONNX or Keras"},
    {"output", 'o', "FILE", "the network under brdsgen's names, in safetensors"},
    {"check-balance", 0, NULL, "refuse a network with rows that exceed the spec's nonzeros"},
    {"json", 0, NULL, "print the report as JSON"},
    {0},
};

const brds_command brds_cmd_import = {
    .name = "import",
    .operands = "SPEC",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "read a trained network and check it against a spec",
    .description = "Finds the LSTM and its head in a file of safetensors or NumPy's npz (with "
                   "PyTorch's names under any prefix), of ONNX or of Keras, in any floating type; "
                   "the format is told by the content.  Checks every shape against the spec, and "
                   "writes it in float32 under the names lstm.weight_ih_l0 and so on, fc.weight "
                   "and fc.bias.  Reports which tensor went where and how many nonzeros the rows "
                   "have.",
    .options = options,
    .run = run,
};
