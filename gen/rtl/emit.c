/* SPDX-License-Identifier: Apache-2.0 */
#include "rtl/emit.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fixed/fixed.h"
#include "io/strings.h"
#include "rtl/registers.h"
#include "version.h"

enum { TEMPLATE_LIMIT = 1 << 20 };

/* The suffixes of ROM files, in the order of BRDS_ROM_... */
static const char *const rom_parts[] = {"weights", "units", "config"};
enum { ROM_PARTS = sizeof rom_parts / sizeof rom_parts[0] };

bool brds_emit_has_axil(const brds_emitter *emitter)
{
    return emitter->plan->spec.control == BRDS_CONTROL_AXI4_LITE;
}

bool brds_emit_has_ram(const brds_emitter *emitter)
{
    return emitter->plan->spec.weights != BRDS_WEIGHTS_ROM;
}

bool brds_emit_has_memory(const brds_emitter *emitter)
{
    return emitter->plan->spec.weights == BRDS_WEIGHTS_STREAM;
}

/* ---- The fixed modules ---- */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static brds_status add_module(brds_emitter *e, const char *name)
{
    char **grown = realloc(e->modules, (e->module_count + 1) * sizeof *grown);
    if (grown != NULL) {
        e->modules = grown;
        e->modules[e->module_count] = brds_string_copy(name);
    }
    if (grown == NULL || e->modules[e->module_count] == NULL) {
        return brds_fail_memory(e->diag);
    }
    e->module_count++;
    return BRDS_OK;
}

/* Finds rtl_templates/brds_*.v, in the order of their names. */
static brds_status find_modules(brds_emitter *e)
{
    char *path;
    brds_status status = brds_data_path("rtl_templates", &path, e->diag);
    if (status != BRDS_OK) {
        return status;
    }
    DIR *folder = opendir(path);
    if (folder == NULL) {
        status =
            brds_fail(e->diag, BRDS_EFILE, path, "", "cannot read the folder: %s", strerror(errno));
        free(path);
        return status;
    }
    struct dirent *found;
    while (status == BRDS_OK && (found = readdir(folder)) != NULL) {
        if (brds_string_starts(found->d_name, "brds_") && brds_string_ends(found->d_name, ".v")) {
            status = add_module(e, found->d_name);
        }
    }
    closedir(folder);
    if (status == BRDS_OK && e->module_count == 0) {
        status = brds_fail(e->diag, BRDS_EFILE, path, "", "holds no module brds_*.v");
    }
    free(path);
    if (status == BRDS_OK) {
        qsort(e->modules, e->module_count, sizeof *e->modules, compare_names);
    }
    return status;
}

static brds_status read_data(brds_emitter *e, const char *relative, uint8_t **bytes, size_t *size)
{
    char *path;
    brds_status status = brds_data_path(relative, &path, e->diag);
    if (status == BRDS_OK) {
        status = brds_read_file(path, TEMPLATE_LIMIT, bytes, size, e->diag);
        free(path);
    }
    return status;
}

/* ---- Writing ---- */

static brds_status note_file(brds_emitter *e, const char *name)
{
    return json_array_append_new(e->files, json_string(name)) == 0 ? BRDS_OK
                                                                   : brds_fail_memory(e->diag);
}

static brds_status write_bytes(brds_emitter *e, const char *name, const void *bytes, size_t size)
{
    brds_status status = brds_outdir_write(e->outdir, name, bytes, size, e->diag);
    return status == BRDS_OK ? note_file(e, name) : status;
}

/* The name is malloc'ed, so NULL means that memory ran out. */
static brds_status open_file(brds_emitter *e, char *name, FILE **stream)
{
    brds_status status = name != NULL ? brds_outdir_file(e->outdir, name, stream, e->diag)
                                      : brds_fail_memory(e->diag);
    if (status == BRDS_OK) {
        status = note_file(e, name);
    }
    free(name);
    return status;
}

static brds_status copy_data(brds_emitter *e, const char *folder, const char *file, char *name)
{
    char *relative = brds_string_format("%s/%s", folder, file);
    uint8_t *bytes = NULL;
    size_t size = 0;
    brds_status status = relative != NULL && name != NULL ? read_data(e, relative, &bytes, &size)
                                                          : brds_fail_memory(e->diag);
    if (status == BRDS_OK) {
        status = write_bytes(e, name, bytes, size);
        free(bytes);
    }
    free(relative);
    free(name);
    return status;
}

brds_status brds_emit_render(brds_emitter *e, const char *template, const char *name,
                             brds_status (*fill)(brds_emitter *emitter, brds_scope *scope))
{
    char place[64];
    snprintf(place, sizeof place, "rtl_templates/%s", template);
    brds_scope *scope = brds_scope_new(e->shared);
    uint8_t *text = NULL;
    size_t length = 0;
    FILE *stream = NULL;
    brds_status status = scope != NULL ? fill(e, scope) : brds_fail_memory(e->diag);
    if (status == BRDS_OK) {
        status = read_data(e, place, &text, &length);
    }
    if (status == BRDS_OK) {
        status = open_file(e, brds_string_copy(name), &stream);
    }
    if (status == BRDS_OK) {
        status = brds_template_render(place, (const char *)text, length, scope, stream, e->diag);
    }
    free(text);
    brds_scope_free(scope);
    return status;
}

/* ---- What templates share ---- */

void brds_fill_sources(const brds_emitter *e, brds_scope *scope)
{
    brds_list *sources = brds_scope_list(scope, "sources", "file");
    for (size_t i = 0; i < e->module_count; i++) {
        brds_list_row(sources, (const char *[]){e->modules[i]});
    }
}

void brds_fill_memories(const brds_emitter *e, brds_scope *scope)
{
    brds_list *memories = brds_scope_list(scope, "memories", "file");
    for (int i = 0; i < ROM_PARTS && !brds_emit_has_ram(e); i++) {
        char file[BRDS_NAME_LENGTH + 32];
        snprintf(file, sizeof file, "%s_%s.hex", e->plan->spec.name, rom_parts[i]);
        brds_list_row(memories, (const char *[]){file});
    }
}

/* "39 inputs -> LSTM 128 -> linear 10". */
static void set_shape(const brds_emitter *e, brds_scope *scope)
{
    const brds_spec *spec = &e->plan->spec;
    char text[512];
    size_t used = (size_t)snprintf(text, sizeof text, "%d input%s", spec->input_size,
                                   spec->input_size == 1 ? "" : "s");
    for (int i = 0; i < spec->layer_count; i++) {
        const brds_layer_spec *layer = &spec->layers[i];
        used +=
            (size_t)snprintf(text + used, sizeof text - used, " -> LSTM %d", layer->hidden_size);
        if (layer->projection_size > 0) {
            used += (size_t)snprintf(text + used, sizeof text - used, " projected to %d",
                                     layer->projection_size);
        }
    }
    if (spec->head.present) {
        snprintf(text + used, sizeof text - used, " -> linear %d", spec->head.size);
    }
    brds_scope_set(scope, "shape", "%s", text);
    brds_scope_set_integer(scope, "multipliers", e->plan->multipliers);
}

void brds_emit_streams(const brds_emitter *e, brds_scope *scope)
{
    int streams = e->plan->spec.streams;
    brds_scope_set_integer(scope, "streams", streams > 1);
    brds_scope_set_integer(scope, "tid_msb", brds_clog2((uint64_t)streams) - 1);
}

static brds_status fill_top(brds_emitter *e, brds_scope *scope)
{
    int stream_bits = e->plan->spec.stream_bits, error_bits = brds_register_error_bits();
    set_shape(e, scope);
    brds_emit_streams(e, scope);
    brds_scope_set_integer(scope, "one_stream", e->plan->spec.streams == 1);
    brds_scope_set(scope, "tid", "%s", e->plan->spec.streams > 1 ? "; tid: stream" : "");
    brds_scope_set_integer(scope, "axil", brds_emit_has_axil(e));
    brds_scope_set_integer(scope, "ram", brds_emit_has_ram(e));
    brds_scope_set_integer(scope, "rom", !brds_emit_has_ram(e));
    int memory_bits = (int)brds_params_number(&e->params, "MEMORY_BITS");
    brds_scope_set_integer(scope, "stream", brds_emit_has_memory(e));
    brds_scope_set_integer(scope, "inside", !brds_emit_has_memory(e));
    brds_scope_set_integer(scope, "memory_bits", memory_bits);
    brds_scope_set_integer(scope, "memory_msb", memory_bits - 1);
    brds_scope_set_integer(scope, "stream_bits", stream_bits);
    brds_scope_set_integer(scope, "stream_msb", stream_bits - 1);
    brds_scope_set_integer(scope, "error_bits", error_bits);
    brds_scope_set_integer(scope, "error_msb", error_bits - 1);
    brds_scope_set_integer(scope, "error_spare", 16 - error_bits);
    brds_scope_set(scope, "loads", "%s",
                   brds_emit_has_ram(e) ? ", s_axis_w takes weight images" : "");
    brds_params_names(&e->params, scope);
    return BRDS_OK;
}

static brds_status fill_params(brds_emitter *e, brds_scope *scope)
{
    brds_params_list(&e->params, scope);
    return BRDS_OK;
}

static brds_status fill_registers(brds_emitter *e, brds_scope *scope)
{
    return brds_registers_verilog(&e->params, scope, e->diag);
}

static brds_status fill_file_list(brds_emitter *e, brds_scope *scope)
{
    brds_scope_set_integer(scope, "axil", brds_emit_has_axil(e));
    brds_fill_sources(e, scope);
    return BRDS_OK;
}

static brds_status fill_readme(brds_emitter *e, brds_scope *scope)
{
    set_shape(e, scope);
    brds_scope_set_integer(scope, "ram", brds_emit_has_ram(e));
    brds_scope_set_integer(scope, "rom", !brds_emit_has_ram(e));
    brds_scope_set_integer(scope, "stream", brds_emit_has_memory(e));
    brds_scope_set_integer(scope, "model", e->source->packed != NULL);
    brds_scope_set(scope, "header_has", "%s",
                   brds_emit_has_axil(e) ? "registers, streams, number formats"
                                         : "streams, number formats");
    brds_fill_memories(e, scope);
    return BRDS_OK;
}

/* ---- All files ---- */

/* A rendered file whose name holds the core's: %s in `format`. */
__attribute__((format(printf, 3, 0))) static brds_status
render(brds_emitter *e, const char *template, const char *format,
       brds_status (*fill)(brds_emitter *, brds_scope *))
{
    char name[2 * BRDS_NAME_LENGTH];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(name, sizeof name, format, e->plan->spec.name);
#pragma GCC diagnostic pop
    return brds_emit_render(e, template, name, fill);
}

static brds_status write_rtl(brds_emitter *e)
{
    brds_status status = render(e, "top.v.in", "rtl/%s.v", fill_top);
    if (status == BRDS_OK) {
        status = render(e, "params.vh.in", "rtl/%s_params.vh", fill_params);
    }
    if (status == BRDS_OK && brds_emit_has_axil(e)) {
        status = render(e, "regs.v.in", "rtl/%s_regs.v", fill_registers);
    }
    for (size_t i = 0; i < e->module_count && status == BRDS_OK; i++) {
        status = copy_data(e, "rtl_templates", e->modules[i],
                           brds_string_format("rtl/%s", e->modules[i]));
    }
    if (status == BRDS_OK) {
        status = brds_emit_render(e, "files.f.in", "rtl/files.f", fill_file_list);
    }
    return status;
}

static brds_status write_around(brds_emitter *e)
{
    brds_status status = render(e, "header.h.in", "%s.h", brds_fill_header);
    if (status == BRDS_OK) {
        status = render(e, "core.in", "%s.core", brds_fill_core_file);
    }
    if (status == BRDS_OK) {
        status = render(e, "tb.v.in", "tb/%s_tb.v", brds_fill_bench);
    }
    if (status == BRDS_OK) {
        status = brds_emit_render(e, "shim.in", "sim/shim.cpp", brds_fill_shim);
    }
    if (status == BRDS_OK) {
        status = copy_data(e, "harness", "pins.h", brds_string_copy("sim/pins.h"));
    }
    if (status == BRDS_OK) {
        status = brds_emit_render(e, "output_readme.in", "README.md", fill_readme);
    }
    return status;
}

static brds_status write_rom(brds_emitter *e)
{
    brds_status status = BRDS_OK;
    for (int i = 0; i < ROM_PARTS && status == BRDS_OK; i++) {
        FILE *stream;
        status = open_file(e, brds_string_format("rtl/%s_%s.hex", e->plan->spec.name, rom_parts[i]),
                           &stream);
        if (status == BRDS_OK) {
            status = brds_image_write_rom(e->plan, &e->source->packed->image, i, stream, e->diag);
        }
    }
    return status;
}

static brds_status write_weights(brds_emitter *e)
{
    const brds_packed *packed = e->source->packed;
    if (packed == NULL) {
        return BRDS_OK;
    }
    if (!brds_emit_has_ram(e)) {
        return write_rom(e);
    }
    const brds_image *image = &packed->image;
    char name[2 * BRDS_NAME_LENGTH];
    snprintf(name, sizeof name, "weights/%s_weights.bin", e->plan->spec.name);
    brds_status status =
        write_bytes(e, name, image->bytes, image->words * (size_t)image->stream_bits / 8);
    if (status == BRDS_OK && image->memory != NULL) {
        snprintf(name, sizeof name, "weights/%s_memory.bin", e->plan->spec.name);
        status = write_bytes(e, name, image->memory, image->memory_bytes);
    }
    return status;
}

/* The plan and the core's parameters. */
static brds_status write_plan(brds_emitter *e)
{
    const brds_packed *packed = e->source->packed;
    json_t *root = brds_plan_json(e->plan, packed != NULL ? &packed->schedule.pace : NULL);
    if (root == NULL ||
        json_object_set_new(root, "parameters", brds_params_json(&e->params)) != 0) {
        json_decref(root);
        return brds_fail_memory(e->diag);
    }
    char *text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    json_decref(root);
    FILE *stream;
    brds_status status = text != NULL ? open_file(e, brds_string_copy("plan.json"), &stream)
                                      : brds_fail_memory(e->diag);
    if (status == BRDS_OK) {
        fprintf(stream, "%s\n", text);
    }
    free(text);
    return status;
}

static brds_status set_shared(brds_emitter *e)
{
    e->shared = brds_scope_new(NULL);
    e->files = json_array();
    if (e->shared == NULL || e->files == NULL) {
        return brds_fail_memory(e->diag);
    }
    brds_scope_set(e->shared, "name", "%s", e->plan->spec.name);
    brds_scope_set(e->shared, "version", "%s", BRDS_VERSION);
    brds_scope_set(e->shared, "sha256", "%s", e->plan->spec.sha256);
    return BRDS_OK;
}

static brds_status write_all(brds_emitter *e)
{
    brds_status status = set_shared(e);
    if (status == BRDS_OK) {
        status = brds_params_make(e->plan, &e->params, e->diag);
    }
    if (status == BRDS_OK) {
        status = find_modules(e);
    }
    if (status == BRDS_OK) {
        status = write_rtl(e);
    }
    if (status == BRDS_OK) {
        status = write_around(e);
    }
    if (status == BRDS_OK) {
        status = write_weights(e);
    }
    if (status == BRDS_OK) {
        status = write_plan(e);
    }
    if (status == BRDS_OK) {
        status = write_bytes(e, "spec.json", e->source->spec_text, e->source->spec_length);
    }
    return status == BRDS_OK ? brds_scope_check_used(e->shared, "rtl_templates", e->diag) : status;
}

brds_status brds_emit(const brds_emit_source *source, brds_outdir *outdir, json_t **files,
                      brds_diag *diag)
{
    brds_emitter e = {.source = source, .plan = source->plan, .outdir = outdir, .diag = diag};
    if (source->packed == NULL && !brds_emit_has_ram(&e)) {
        return brds_fail(
            diag, BRDS_EUSAGE, "", "give --model MODEL.safetensors (or --random-model SEED)",
            "\"weights\": \"rom\" puts the weights into the core, and no model is given");
    }
    if (brds_string_starts(source->plan->spec.name, "brds_")) {
        return brds_fail(diag, BRDS_EINPUT, "/name", "choose another name",
                         "names that start with \"brds_\" belong to the modules inside the core");
    }
    brds_status status = write_all(&e);
    brds_params_free(&e.params);
    brds_scope_free(e.shared);
    for (size_t i = 0; i < e.module_count; i++) {
        free(e.modules[i]);
    }
    free(e.modules);
    if (status == BRDS_OK) {
        *files = e.files;
    } else {
        json_decref(e.files);
    }
    return status;
}
