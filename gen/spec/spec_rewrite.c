/* SPDX-License-Identifier: Apache-2.0 */
#include "spec/spec_rewrite.h"

#include <jansson.h>
#include <stdlib.h>

#include "io/file.h"

/* The object of this key, made where the document relies on the default. */
static json_t *child(json_t *parent, const char *key)
{
    json_t *object = json_object_get(parent, key);
    if (object == NULL && json_object_set_new(parent, key, json_object()) == 0) {
        object = json_object_get(parent, key);
    }
    return object;
}

static brds_status change(json_t *document, const char *path, const brds_spec *spec,
                          brds_diag *diag)
{
    json_t *layers = json_object_get(json_object_get(document, "network"), "layers");
    json_t *weight = child(child(document, "numeric"), "weight");
    bool good = (int)json_array_size(layers) == spec->layer_count &&
                json_object_set_new(weight, "bits", json_integer(spec->weight_bits)) == 0;
    for (int l = 0; good && l < spec->layer_count; l++) {
        json_t *layer = json_array_get(layers, (size_t)l);
        good = json_object_set_new(layer, "nnz_x", json_integer(spec->layers[l].nnz_x)) == 0 &&
               json_object_set_new(layer, "nnz_h", json_integer(spec->layers[l].nnz_h)) == 0;
    }
    return good ? BRDS_OK
                : brds_fail(diag, BRDS_EINPUT, path, "", "it is not the spec that was read before");
}

brds_status brds_spec_rewrite(const char *path, const brds_spec *spec, const char *output,
                              brds_diag *diag)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    brds_status status = brds_read_file(path, (size_t)1 << 24, &bytes, &size, diag);
    if (status != BRDS_OK) {
        return status;
    }
    json_t *document = json_loadb((const char *)bytes, size, 0, NULL);
    free(bytes);
    status = change(document, path, spec, diag);
    char *text = status == BRDS_OK ? json_dumps(document, JSON_INDENT(2)) : NULL;
    json_decref(document);
    if (status == BRDS_OK && text == NULL) {
        status = brds_fail_memory(diag);
    }
    brds_outfile *file;
    FILE *stream;
    if (status == BRDS_OK) {
        status = brds_outfile_begin(output, &file, &stream, diag);
    }
    if (status == BRDS_OK) {
        fprintf(stream, "%s\n", text);
        status = brds_outfile_commit(file, diag);
    }
    free(text);
    return status;
}
