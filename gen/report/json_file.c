/* SPDX-License-Identifier: Apache-2.0 */
#include "report/json_file.h"

brds_status brds_json_file(const char *path, json_t **root, brds_diag *diag)
{
    json_error_t error;
    *root = json_load_file(path, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (*root != NULL) {
        return BRDS_OK;
    }
    if (json_error_code(&error) == json_error_cannot_open_file) {
        return brds_fail(diag, BRDS_EFILE, path, "", "%s", error.text);
    }
    return brds_fail(diag, BRDS_EINPUT, path, "", "line %d: %s", error.line, error.text);
}

const char *brds_json_string_of(const json_t *object, const char *key, const char *otherwise)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value != NULL ? value : otherwise;
}

double brds_json_number_of(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}
