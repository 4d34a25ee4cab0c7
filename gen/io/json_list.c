/* SPDX-License-Identifier: Apache-2.0 */
#include "io/json_list.h"

json_t *brds_json_complete(json_t *list, size_t count)
{
    if (json_array_size(list) == count) {
        return list;
    }
    json_decref(list);
    return NULL;
}
