/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>

#include "cli/json.h"
#include "cli/options.h"
#include "cli/source.h"
#include "io/file.h"
#include "pack/vectors.h"

static const brds_option options[] = {
    BRDS_SOURCE_OPTIONS,
    {"output", 'o', "DIR", "folder of the vector files (default: vectors)"},
    {0}};

typedef struct {
    brds_source source;
    brds_packed packed;
    brds_vectors vectors;
    brds_cycles cycles;
} job;

/* A word of `width` bytes, little end first, and the end of its line. */
static void print_word(const uint8_t *bytes, size_t width, FILE *file)
{
    for (size_t b = width; b-- > 0;)
        fprintf(file, "%02x", bytes[b]);
    fputc('\n', file);
}

/* The generated testbench reads the image as a stream too: {last, data} a line. */
static brds_status write_image(const job *j, FILE *file, brds_diag *diag)
{
    const brds_image *image = &j->packed.image;
    size_t width = (size_t)image->stream_bits / 8;
    for (size_t w = 0; w < image->words; w++) {
        fputc(w + 1 == image->words ? '1' : '0', file);
        print_word(image->bytes + w * width, width, file);
    }
    return ferror(file) ? brds_fail(diag, BRDS_EFILE, "", "", "cannot write image.hex") : BRDS_OK;
}

/* What the memory of streamed weights holds: a data word a line. */
static brds_status write_memory(const job *j, FILE *file, brds_diag *diag)
{
    const brds_image *image = &j->packed.image;
    size_t width = (size_t)j->packed.plan.spec.memory.bits / 8;
    for (size_t at = 0; at < image->memory_bytes; at += width)
        print_word(image->memory + at, width, file);
    return ferror(file) ? brds_fail(diag, BRDS_EFILE, "", "", "cannot write memory.hex") : BRDS_OK;
}

static json_t *describe(const job *j)
{
    const brds_vectors *v = &j->vectors;
    int64_t macs = j->packed.plan.macs * (int64_t)v->steps;
    double utilisation =
        (double)macs / ((double)j->packed.plan.multipliers * (double)j->cycles.busy);
    return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:f}", "spec",
                     j->source.spec.name, "workload", j->source.workload_name, "sequences",
                     (json_int_t)v->sequences, "steps", (json_int_t)v->steps, "outputs_compared",
                     (json_int_t)v->elements_out, "words", (json_int_t)v->y.words, "x_words",
                     (json_int_t)v->x.words, "image_words", (json_int_t)j->packed.image.words,
                     "cycles_predicted", (json_int_t)j->cycles.total, "busy_predicted",
                     (json_int_t)j->cycles.busy, "utilisation", utilisation);
}

static brds_status write_files(const job *j, brds_outdir *dir, brds_diag *diag)
{
    FILE *file = NULL;
    brds_status status = brds_outdir_file(dir, "x.hex", &file, diag);
    if (!status)
        status = brds_stream_write_hex(&j->vectors.x, file, diag);
    if (!status)
        status = brds_outdir_file(dir, "y.hex", &file, diag);
    if (!status)
        status = brds_stream_write_hex(&j->vectors.y, file, diag);
    if (!status)
        status = brds_outdir_file(dir, "image.hex", &file, diag);
    if (!status)
        status = write_image(j, file, diag);
    if (!status && j->packed.image.memory) {
        status = brds_outdir_file(dir, "memory.hex", &file, diag);
        if (!status)
            status = write_memory(j, file, diag);
    }
    if (!status)
        status = brds_outdir_file(dir, "vectors.json", &file, diag);
    return status ? status : brds_json_print(describe(j), file, diag);
}

static brds_status prepare(job *j, const brds_args *args, brds_diag *diag)
{
    brds_status status = brds_source_load(args, &j->source, diag);
    if (!status)
        status =
            brds_pack(j->source.model_name, &j->source.spec, &j->source.network, &j->packed, diag);
    if (!status)
        status =
            brds_vectors_make(&j->packed, &j->source.workload, j->source.seed, &j->vectors, diag);
    if (!status)
        status =
            brds_vectors_cycles(&j->packed, &j->source.workload, &j->vectors, &j->cycles, diag);
    return status;
}

static brds_status run(const brds_args *args, brds_diag *diag)
{
    job j = {0};
    const char *path = brds_args_value(args, "output");
    brds_outdir *dir = NULL;
    brds_status status = prepare(&j, args, diag);
    if (!status)
        status = brds_outdir_begin(path ? path : "vectors", &dir, diag);
    if (!status)
        status = write_files(&j, dir, diag);
    if (!status)
        status = brds_outdir_commit(dir, diag);
    else
        brds_outdir_abort(dir);
    brds_source_free(&j.source);
    brds_packed_free(&j.packed);
    brds_vectors_free(&j.vectors);
    return status;
}

const brds_command brds_cmd_vectors = {
    "vectors",
    "SPEC",
    1,
    1,
    "write the stream words of a workload and what the C model answers",
    "Writes the hex files that a generated testbench reads: x.hex (input words), y.hex (expected "
    "output words), image.hex (the weight image), memory.hex (streamed weights, if they are) and "
    "vectors.json (their sizes and the predicted cycles).",
    options,
    run};
