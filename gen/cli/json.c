/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/json.h"

#include <stdlib.h>

#include "io/strings.h"

json_t *brds_json_text(const char *text)
{
    json_t *string = json_string(text);
    if (string != NULL) {
        return string;
    }
    char *plain = brds_string_copy(text);
    if (plain == NULL) {
        return NULL;
    }
    for (unsigned char *c = (unsigned char *)plain; *c != '\0'; c++) {
        *c = *c < 0x80 ? *c : (unsigned char)'?';
    }
    string = json_string(plain);
    free(plain);
    return string;
}

json_t *brds_json_messages(const brds_diag *diag)
{
    static const char *const words[] = {"error", "warning", "note"};
    json_t *list = json_array();
    for (size_t i = 0; list != NULL && i < diag->count; i++) {
        const brds_message *message = &diag->messages[i];
        json_t *entry =
            json_pack("{s:s, s:o, s:o, s:o}", "severity", words[message->severity], "place",
                      brds_json_text(message->place), "text", brds_json_text(message->text), "hint",
                      brds_json_text(message->hint));
        if (json_array_append_new(list, entry) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

brds_status brds_json_print(json_t *root, FILE *stream, brds_diag *diag)
{
    char *text = root != NULL ? json_dumps(root, JSON_INDENT(2)) : NULL;
    json_decref(root);
    if (text == NULL) {
        return brds_fail_memory(diag);
    }
    fprintf(stream, "%s\n", text);
    free(text);
    return BRDS_OK;
}
