/* SPDX-License-Identifier: Apache-2.0 */
#include "spec/spec_rewrite.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* --- the change --- */

/* The object of this key, made where the document relies on the default. */
static json_t *child(json_t *parent, const char *key)
{
    json_t *object = json_object_get(parent, key);
    if (object == NULL && json_object_set_new(parent, key, json_object()) == 0) {
        object = json_object_get(parent, key);
    }
    return object;
}

/* Sets `key` to a number in the place of `old`, which it excludes. */
static bool replace(json_t *object, const char *old, const char *key, int value)
{
    if (json_object_get(object, old) == NULL) {
        return json_object_set_new(object, key, json_integer(value)) == 0;
    }
    json_t *copy = json_object();
    const char *name;
    json_t *member;
    bool good = copy != NULL;
    json_object_foreach(object, name, member)
    {
        if (strcmp(name, old) == 0) {
            good = good && json_object_set_new(copy, key, json_integer(value)) == 0;
        } else {
            good = good && json_object_set(copy, name, member) == 0;
        }
    }
    good = good && json_object_clear(object) == 0 && json_object_update(object, copy) == 0;
    json_decref(copy);
    return good;
}

static brds_status change(json_t *document, const char *place, const brds_spec *spec,
                          brds_diag *diag)
{
    json_t *layers = json_object_get(json_object_get(document, "network"), "layers");
    if ((int)json_array_size(layers) != spec->layer_count) {
        return brds_fail(diag, BRDS_EINPUT, place, "",
                         "it has %zu layers, the new numbers are of %d", json_array_size(layers),
                         spec->layer_count);
    }
    json_t *weight = child(child(document, "numeric"), "weight");
    bool good = json_object_set_new(weight, "bits", json_integer(spec->weight_bits)) == 0;
    for (int l = 0; good && l < spec->layer_count; l++) {
        json_t *layer = json_array_get(layers, (size_t)l);
        good = replace(layer, "sparsity_x", "nnz_x", spec->layers[l].nnz_x) &&
               replace(layer, "sparsity_h", "nnz_h", spec->layers[l].nnz_h);
    }
    return good ? BRDS_OK : brds_fail_memory(diag);
}

/* --- text --- */

/* With as many digits as give the same numbers back: 0.8 does not become 0.80000000000000004. */
static char *print(const json_t *document)
{
    enum { FEWEST = 15, MOST = 17 };
    char *text = NULL;
    bool same = false;
    for (size_t digits = FEWEST; digits <= MOST && !same; digits++) {
        free(text);
        text = json_dumps(document, JSON_INDENT(2) | JSON_REAL_PRECISION(digits));
        json_t *again = text != NULL ? json_loads(text, 0, NULL) : NULL;
        same = text == NULL || json_equal(document, again);
        json_decref(again);
    }
    return text;
}

static char *print_line(const json_t *document)
{
    char *text = print(document);
    size_t length = text != NULL ? strlen(text) : 0;
    char *longer = text != NULL ? realloc(text, length + 2) : NULL;
    if (longer == NULL) {
        free(text);
        return NULL;
    }
    memcpy(longer + length, "\n", 2);
    return longer;
}

static brds_status verify(const char *text, const char *place, const brds_spec *spec,
                          brds_diag *diag)
{
    brds_spec read;
    brds_status status = brds_spec_parse(text, strlen(text), place, false, &read, diag);
    bool same = status == BRDS_OK && read.weight_bits == spec->weight_bits &&
                read.layer_count == spec->layer_count;
    for (int l = 0; same && l < spec->layer_count; l++) {
        same = read.layers[l].nnz_x == spec->layers[l].nnz_x &&
               read.layers[l].nnz_h == spec->layers[l].nnz_h;
    }
    if (status == BRDS_OK && !same) {
        status = brds_fail(diag, BRDS_EINPUT, place, "", "the new numbers cannot be written to it");
    }
    return status;
}

brds_status brds_spec_rewrite(const char *text, size_t length, const char *place,
                              const brds_spec *spec, char **rewritten, brds_diag *diag)
{
    brds_spec read;
    *rewritten = NULL;
    brds_status status = brds_spec_parse(text, length, place, false, &read, diag);
    if (status != BRDS_OK) {
        return status;
    }
    json_t *document = json_loadb(text, length, 0, NULL);
    status = document != NULL ? change(document, place, spec, diag) : brds_fail_memory(diag);
    if (status == BRDS_OK) {
        *rewritten = print_line(document);
        status =
            *rewritten != NULL ? verify(*rewritten, place, spec, diag) : brds_fail_memory(diag);
    }
    json_decref(document);
    if (status != BRDS_OK) {
        free(*rewritten);
        *rewritten = NULL;
    }
    return status;
}
