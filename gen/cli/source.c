/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/source.h"

#include <string.h>

static brds_status load_network(const brds_args *args, brds_source *source, brds_diag *diag)
{
    const char *model = brds_args_value(args, "model");
    const char *random = brds_args_value(args, "random-model");
    if ((model != NULL) == (random != NULL))
        return brds_fail(diag, BRDS_EUSAGE, "", "give one of --model FILE and --random-model SEED",
                         model ? "both --model and --random-model are given"
                               : "no network is given");
    if (model) {
        source->model_name = model;
        return brds_network_load(model, &source->spec, &source->network, diag);
    }
    int64_t seed = 0;
    source->model_name = "random network";
    brds_status status = brds_args_integer(args, "random-model", 0, INT64_MAX, 1, &seed, diag);
    if (status)
        return status;
    return brds_network_random(&source->spec, (uint64_t)seed, &source->network, diag);
}

static void limit_workload(brds_workload *workload, size_t limit)
{
    if (limit >= workload->sequences)
        return;
    workload->steps = workload->starts[limit];
    workload->sequences = limit;
}

static brds_status load_workload(const brds_args *args, brds_source *source, brds_diag *diag)
{
    int64_t sequences = 0, steps = 0, seed = 0, limit = 0;
    brds_status status = brds_args_integer(args, "sequences", 1, 1000000, 4, &sequences, diag);
    if (!status)
        status = brds_args_integer(args, "steps", 1, 1000000, 8, &steps, diag);
    if (!status)
        status = brds_args_integer(args, "seed", 0, INT64_MAX, 1, &seed, diag);
    if (!status)
        status = brds_args_integer(args, "limit", 1, INT64_MAX, INT64_MAX, &limit, diag);
    if (status)
        return status;
    source->seed = (uint64_t)seed;
    const char *path = brds_args_value(args, "workload");
    if (!path) {
        source->workload_name = "random";
        return brds_workload_random(source->spec.input_size, (size_t)sequences, (size_t)steps,
                                    (uint64_t)seed, &source->workload, diag);
    }
    const char *slash = strrchr(path, '/');
    source->workload_name = slash ? slash + 1 : path;
    int64_t classes =
        source->spec.head.present ? source->spec.head.size : source->network.host.classes;
    status = brds_workload_load(path, source->spec.input_size, classes, &source->workload, diag);
    if (!status)
        limit_workload(&source->workload, (size_t)limit);
    return status;
}

brds_status brds_source_load_model(const brds_args *args, brds_source *source, brds_diag *diag)
{
    memset(source, 0, sizeof *source);
    brds_status status = brds_spec_load(brds_args_operand(args, 0), false, &source->spec, diag);
    if (!status)
        status = load_network(args, source, diag);
    return status;
}

brds_status brds_source_load(const brds_args *args, brds_source *source, brds_diag *diag)
{
    brds_status status = brds_source_load_model(args, source, diag);
    if (!status)
        status = load_workload(args, source, diag);
    return status;
}

void brds_source_free(brds_source *source)
{
    brds_network_free(&source->network);
    brds_workload_free(&source->workload);
}
