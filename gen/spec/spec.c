/* SPDX-License-Identifier: Apache-2.0
 *
 * Loading a spec: bytes, JSON syntax, then the stages of spec_private.h.
 */
#include "spec/spec.h"

#include <sha256.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/file.h"
#include "io/strings.h"
#include "spec/spec_private.h"

/* A spec of 8 layers has about 4 KB; what is larger was not meant to be one. */
enum { DOCUMENT_LIMIT = 1 << 20 };

/* What would be right, by the kind of syntax error. */
static const char *syntax_hint(enum json_error_code code, const char *text)
{
    if (brds_string_starts(text, "invalid Unicode"))
        return "write the character itself, or both halves of its surrogate pair";
    switch (code) {
    case json_error_invalid_utf8:
        return "save the document as UTF-8";
    case json_error_premature_end_of_input:
        return "close every string, array and object";
    case json_error_end_of_input_expected:
        return "end the document after its closing brace";
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return "leave the null character out";
    case json_error_duplicate_key:
        return "give every key once";
    case json_error_numeric_overflow:
        return "give a number in the key's range";
    case json_error_stack_overflow:
        return "a spec has objects and arrays at most 4 levels deep";
    default:
        return "JSON has names and strings in double quotes, no comments, and no comma before } "
               "or ]";
    }
}

static brds_status fail_syntax(const json_error_t *error, const char *place, brds_diag *diag)
{
    enum json_error_code code = json_error_code(error);
    char text[2 * JSON_ERROR_TEXT_LENGTH];
    if (code == json_error_out_of_memory)
        return brds_fail_memory(diag);
    int line = error->line > 0 ? error->line : 1, column = error->column > 0 ? error->column : 1;
    char *where = brds_string_format("%s:%d:%d", place, line, column);
    if (!where)
        return brds_fail_memory(diag);
    if (code == json_error_null_character)
        snprintf(text, sizeof(text), "\\u0000 in a string");
    else
        brds_printable_line(text, sizeof(text), error->text);
    brds_fail(diag, BRDS_EINPUT, where, syntax_hint(code, error->text), "%s", text);
    free(where);
    return BRDS_EINPUT;
}

/* Faults that the JSON parser would name less clearly. */
static brds_status check_bytes(const char *text, size_t length, const char *place, brds_diag *diag)
{
    if (length > DOCUMENT_LIMIT)
        return brds_fail(diag, BRDS_EINPUT, place, "a spec has a few kilobytes",
                         "the document has more than %d bytes", DOCUMENT_LIMIT);
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        return brds_fail(diag, BRDS_EINPUT, place, "save it as UTF-8 without one",
                         "the document starts with a byte order mark");
    if (memchr(text, '\0', length))
        return brds_fail(diag, BRDS_EINPUT, place, "save it as UTF-8 text",
                         "the document holds a null byte");
    for (size_t i = 0; i < length; i++) {
        if (!strchr(" \t\r\n", text[i]))
            return BRDS_OK;
    }
    return brds_fail(diag, BRDS_EINPUT, place, "give a JSON object", "the document is empty");
}

static void write_sha256(const char *text, size_t length, char hex[65])
{
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA2_CTX context;
    SHA256Init(&context);
    SHA256Update(&context, (const uint8_t *)text, length);
    SHA256Final(digest, &context);
    for (size_t i = 0; i < sizeof(digest); i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

brds_status brds_spec_parse(const char *text, size_t length, const char *place, bool warn,
                            brds_spec *spec, brds_diag *diag)
{
    json_error_t error;
    brds_draft draft;
    brds_reader reader = {.place = place, .diag = diag, .draft = &draft};
    brds_status status = check_bytes(text, length, place, diag);
    if (status != BRDS_OK)
        return status;
    json_t *document = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (!document)
        return fail_syntax(&error, place, diag);
    brds_read_document(&reader, document);
    json_decref(document);
    brds_check_draft(&reader);
    if (reader.status == BRDS_OK && warn)
        brds_advise(&reader);
    if (reader.status != BRDS_OK)
        return reader.status;
    *spec = draft.spec;
    write_sha256(text, length, spec->sha256);
    return BRDS_OK;
}

brds_status brds_spec_load(const char *path, bool warn, brds_spec *spec, brds_diag *diag)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    brds_status status = brds_read_file(path, DOCUMENT_LIMIT, &bytes, &size, diag);
    if (status == BRDS_OK)
        status =
            brds_spec_parse((const char *)bytes, size, brds_input_place(path), warn, spec, diag);
    free(bytes);
    return status;
}

int brds_spec_output_size(const brds_spec *spec, int layer)
{
    const brds_layer_spec *l = &spec->layers[layer];
    return l->projection_size != 0 ? l->projection_size : l->hidden_size;
}

int brds_spec_columns_x(const brds_spec *spec, int layer)
{
    return layer == 0 ? spec->input_size : brds_spec_output_size(spec, layer - 1);
}

int brds_spec_gate_beats(const brds_spec *spec, int layer)
{
    int x = brds_divide_up(spec->layers[layer].nnz_x, spec->lanes_x);
    int h = brds_divide_up(spec->layers[layer].nnz_h, spec->lanes_h);
    return x > h ? x : h;
}

/* With open groups half of a group's beats must do for its slots: closes that came late catch up then. */
int brds_spec_element_lanes(const brds_spec *spec)
{
    int least = brds_spec_gate_beats(spec, 0), lanes = 1;
    for (int l = 1; l < spec->layer_count; l++) {
        int beats = brds_spec_gate_beats(spec, l);
        least = beats < least ? beats : least;
    }
    int wanted = brds_divide_up(spec->open_groups > 1 ? 2 * spec->pes : spec->pes, least);
    while (lanes < wanted && spec->pes % (2 * lanes) == 0)
        lanes *= 2;
    return lanes;
}

int brds_spec_group_beats(const brds_spec *spec, int layer)
{
    int beats = brds_spec_gate_beats(spec, layer),
        slots = spec->pes / brds_spec_element_lanes(spec);
    return beats > slots ? beats : slots;
}

int brds_spec_linear_beats(const brds_spec *spec, int nnz)
{
    int beats = brds_divide_up(nnz, spec->lanes_x + spec->lanes_h);
    int slots = 4 * spec->pes / brds_spec_element_lanes(spec);
    return beats > slots ? beats : slots;
}

const char *brds_rounding_name(brds_rounding value)
{
    return brds_rounding_words[value];
}

const char *brds_family_name(brds_family value)
{
    return brds_family_words[value];
}

const char *brds_index_name(brds_index value)
{
    return brds_index_words[value];
}

const char *brds_weights_name(brds_weights value)
{
    return brds_weights_words[value];
}

const char *brds_output_name(brds_output value)
{
    return brds_output_words[value];
}

const char *brds_protect_name(brds_protect value)
{
    return brds_protect_words[value];
}
