/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cli/json.h"
#include "cli/options.h"
#include "io/file.h"
#include "io/strings.h"
#include "rtl/emit.h"

enum { SPEC_LIMIT = 16 << 20 };

typedef struct {
    const brds_args *args;
    uint8_t *text; /* the spec's document */
    size_t length;
    brds_spec spec;
    brds_plan plan;
    bool has_model;
    brds_packed packed;
    char *output;
    json_t *files;
} job;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static brds_status read_spec(job *j, brds_diag *diag)
{
    const char *path = brds_args_operand(j->args, 0);
    brds_status status = brds_read_file(path, SPEC_LIMIT, &j->text, &j->length, diag);
    if (status == BRDS_OK) {
        status = brds_spec_parse((const char *)j->text, j->length, brds_input_place(path), false,
                                 &j->spec, diag);
    }
    return status == BRDS_OK ? brds_plan_make(&j->spec, &j->plan, diag) : status;
}

static brds_status read_model(job *j, brds_network *network, const char **place, brds_diag *diag)
{
    const char *model = brds_args_value(j->args, "model");
    if (model != NULL) {
        *place = model;
        return brds_network_load(model, &j->spec, network, diag);
    }
    int64_t seed = 0;
    *place = "random network";
    brds_status status = brds_args_integer(j->args, "random-model", 0, INT64_MAX, 1, &seed, diag);
    return status == BRDS_OK ? brds_network_random(&j->spec, (uint64_t)seed, network, diag)
                             : status;
}

static brds_status pack_model(job *j, brds_diag *diag)
{
    bool trained = brds_args_value(j->args, "model") != NULL;
    bool random = brds_args_value(j->args, "random-model") != NULL;
    if (trained && random) {
        return brds_fail(diag, BRDS_EUSAGE, "", "give one of them",
                         "both --model and --random-model are given");
    }
    if (!trained && !random) {
        return BRDS_OK;
    }
    brds_network network;
    const char *place;
    brds_status status = read_model(j, &network, &place, diag);
    if (status != BRDS_OK) {
        return status;
    }
    status = brds_pack(place, &j->spec, &network, &j->packed, diag);
    j->has_model = status == BRDS_OK;
    brds_network_free(&network);
    return status;
}

static brds_status write_core(job *j, brds_diag *diag)
{
    const char *output = brds_args_value(j->args, "output");
    j->output =
        output != NULL ? brds_string_copy(output) : brds_string_format("build/%s", j->spec.name);
    if (j->output == NULL) {
        return brds_fail_memory(diag);
    }
    const brds_emit_source source = {
        .plan = j->has_model ? &j->packed.plan : &j->plan,
        .packed = j->has_model ? &j->packed : NULL,
        .spec_text = (const char *)j->text,
        .spec_length = j->length,
    };
    brds_outdir *outdir;
    brds_status status = brds_outdir_begin(j->output, &outdir, diag);
    if (status != BRDS_OK) {
        return status;
    }
    status = brds_emit(&source, outdir, &j->files, diag);
    if (status != BRDS_OK) {
        brds_outdir_abort(outdir);
        return status;
    }
    return brds_outdir_commit(outdir, diag);
}

/* Seconds are shown where nobody compares outputs: on a terminal, and in JSON. */
static brds_status report(job *j, double seconds, brds_diag *diag)
{
    if (brds_args_flag(j->args, "json")) {
        return brds_json_print(json_pack("{s:s, s:o, s:O, s:f}", "name", j->spec.name, "output",
                                         brds_json_text(j->output), "files", j->files, "seconds",
                                         seconds),
                               stdout, diag);
    }
    printf("%s: %zu files in %s", j->spec.name, json_array_size(j->files), j->output);
    if (isatty(STDOUT_FILENO)) {
        printf(" (%.2f s)", seconds);
    }
    putchar('\n');
    return BRDS_OK;
}

static brds_status run(const brds_args *args, brds_diag *diag)
{
    double begin = now();
    job j = {.args = args};
    brds_status status = read_spec(&j, diag);
    if (status == BRDS_OK) {
        status = pack_model(&j, diag);
    }
    if (status == BRDS_OK) {
        status = write_core(&j, diag);
    }
    if (status == BRDS_OK) {
        status = report(&j, now() - begin, diag);
    }
    if (j.has_model) {
        brds_packed_free(&j.packed);
    }
    json_decref(j.files);
    free(j.output);
    free(j.text);
    return status;
}

static const brds_option options[] = {
    {"output", 'o', "DIR", "the folder to make or replace (default: build/NAME)"},
    {"model", 'm', "FILE", "also write the weights of this trained network (formats: see import)"},
    {"random-model", 0, "SEED", "the same with a random row-balanced network"},
    {"json", 0, NULL, "print what was written as JSON"},
    {0},
};

const brds_command brds_cmd_gen = {
    .name = "gen",
    .operands = "SPEC",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "generate the core: Verilog, C header, testbench",
    .description = "Writes a folder with the core's Verilog (rtl/), its C header, FuseSoC core "
                   "file, self-checking testbench (tb/), a C interface to its simulation model "
                   "(sim/), the spec and the plan, and with a model its weights. The folder is "
                   "complete or not written; one that brdsgen made before is replaced. Weights in "
                   "ROM need a model. \"brdsgen SPEC\" is short for \"brdsgen gen SPEC\".",
    .options = options,
    .run = run,
};
