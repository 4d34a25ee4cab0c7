/* SPDX-License-Identifier: Apache-2.0
 *
 * Walking the table of keys, and finding the key that was meant.
 */
#include <string.h>

#include "io/strings.h"
#include "spec/spec_table.h"

static bool is_child(const brds_key *parent, const brds_key *key)
{
    size_t length = strlen(parent->pointer);
    return strncmp(key->pointer, parent->pointer, length) == 0 && key->pointer[length] == '/' &&
           strchr(key->pointer + length + 1, '/') == NULL;
}

const brds_key *brds_key_child(const brds_key *parent, const brds_key *previous)
{
    const brds_key *end = brds_keys + brds_key_count;
    for (const brds_key *key = (previous ? previous : parent) + 1; key < end; key++) {
        if (is_child(parent, key))
            return key;
    }
    return NULL;
}

const brds_key *brds_key_find(const brds_key *parent, const char *name)
{
    for (const brds_key *key = NULL; (key = brds_key_child(parent, key)) != NULL;) {
        if (strcmp(brds_key_name(key), name) == 0)
            return key;
    }
    return NULL;
}

const brds_key *brds_key_item(const brds_key *array)
{
    return brds_key_find(array, "*");
}

const brds_key *brds_key_parent(const brds_key *key)
{
    for (const brds_key *parent = key; parent-- > brds_keys;) {
        if (is_child(parent, key))
            return parent;
    }
    return NULL;
}

const char *brds_key_name(const brds_key *key)
{
    const char *slash = strrchr(key->pointer, '/');
    return slash ? slash + 1 : key->pointer;
}

/* More than any object of the table has. */
enum { MOST_CHILDREN = 32 };

const brds_key *brds_key_nearest(const brds_key *parent, const char *name)
{
    const char *names[MOST_CHILDREN];
    size_t count = 0;
    const brds_key *key = brds_key_child(parent, NULL);
    for (; key && count < MOST_CHILDREN; key = brds_key_child(parent, key))
        names[count++] = brds_key_name(key);
    const char *nearest = brds_string_nearest(name, names, count);
    return nearest ? brds_key_find(parent, nearest) : NULL;
}
