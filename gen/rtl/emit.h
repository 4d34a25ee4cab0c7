/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing a generated core: the fixed modules as they are, the rendered files
 * from the templates, the weights if there is a model.
 */
#ifndef BRDS_RTL_EMIT_H
#define BRDS_RTL_EMIT_H

#include <jansson.h>

#include "io/file.h"
#include "pack/pack.h"
#include "rtl/params.h"
#include "rtl/template.h"

typedef struct {
    const brds_plan *plan;
    const brds_packed *packed; /* NULL: no model is given */
    const char *spec_text;     /* the document as it was read */
    size_t spec_length;
} brds_emit_source;

/* One run of brds_emit. */
typedef struct {
    const brds_emit_source *source;
    const brds_plan *plan;
    brds_params params;
    brds_scope *shared; /* keys of all templates: name, version, sha256 */
    char **modules;     /* (module_count) names of the fixed modules' files, ascending */
    size_t module_count;
    brds_outdir *outdir;
    json_t *files; /* names of what was written, a list */
    brds_diag *diag;
} brds_emitter;

/* Writes all files of a core into `outdir`; `files` gets a new list of their
 * names.  Weights in ROM without a model are BRDS_EUSAGE. */
brds_status brds_emit(const brds_emit_source *source, brds_outdir *outdir, json_t **files,
                      brds_diag *diag);

/* ---- For the files of gen/rtl ---- */

/* Renders "rtl_templates/TEMPLATE" to the file `name` with what `fill` defines. */
brds_status brds_emit_render(brds_emitter *emitter, const char *template, const char *name,
                             brds_status (*fill)(brds_emitter *emitter, brds_scope *scope));
brds_status brds_fill_header(brds_emitter *emitter, brds_scope *scope);    /* NAME.h */
brds_status brds_fill_core_file(brds_emitter *emitter, brds_scope *scope); /* NAME.core */
brds_status brds_fill_shim(brds_emitter *emitter, brds_scope *scope);      /* sim/shim.cpp */
brds_status brds_fill_bench(brds_emitter *emitter, brds_scope *scope);     /* tb/NAME_tb.v */
/* List "sources" (file): the fixed modules; list "memories" (file): ROM contents. */
/* What the templates ask of the spec's streams: several or one, the bits of tid. */
void brds_emit_streams(const brds_emitter *emitter, brds_scope *scope);
void brds_fill_sources(const brds_emitter *emitter, brds_scope *scope);
void brds_fill_memories(const brds_emitter *emitter, brds_scope *scope);

/* Of the spec: words of the choice. */
bool brds_emit_has_axil(const brds_emitter *emitter);
bool brds_emit_has_ram(const brds_emitter *emitter); /* s_axis_w, for weights or for biases alone */
bool brds_emit_has_memory(const brds_emitter *emitter); /* m_axi, for streamed weights */

#endif
