/* SPDX-License-Identifier: Apache-2.0 */
#include "net/lstm_names.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "io/safetensors_private.h"
#include "io/strings.h"

enum { LIST_SHOWN = 6 };

void brds_list_tensors(const brds_safetensors *file, const bool *pick, char text[BRDS_LIST_LENGTH])
{
    size_t used = 0, shown = 0, more = 0;
    text[0] = '\0';
    for (size_t i = 0; i < file->count; i++) {
        if (!pick[i]) {
            continue;
        }
        if (shown == LIST_SHOWN) {
            more++;
            continue;
        }
        used += (size_t)snprintf(text + used, BRDS_LIST_LENGTH - used, "%s%.80s", shown ? ", " : "",
                                 file->tensors[i].name);
        shown++;
    }
    if (more) {
        snprintf(text + used, BRDS_LIST_LENGTH - used, " and %zu more", more);
    }
}

/* --- finding --- */

typedef struct {
    const brds_safetensors *file;
    bool *candidate; /* (tensors of the file) first tensors of an LSTM */
    size_t count;
    size_t layered; /* of them, those of nn.LSTM */
    size_t last;
} search;

static void find_candidates(search *s)
{
    for (size_t i = 0; i < s->file->count; i++) {
        const char *name = s->file->tensors[i].name;
        bool layered = brds_string_ends(name, "weight_ih_l0");
        s->candidate[i] = layered || brds_string_ends(name, "weight_ih");
        if (s->candidate[i]) {
            s->last = i;
            s->count++;
            s->layered += layered;
        }
    }
}

static char *copy_prefix(const char *name, bool cell)
{
    size_t length = strlen(name) - strlen(cell ? "weight_ih" : "weight_ih_l0");
    return brds_string_format("%.*s", (int)length, name);
}

static brds_status take_one(const search *s, int layers, brds_lstm_names *names, brds_diag *diag)
{
    const char *name = s->file->tensors[s->last].name;
    names->cell = s->layered == 0;
    names->prefixes[0] = copy_prefix(name, names->cell);
    if (!names->prefixes[0]) {
        return brds_fail_memory(diag);
    }
    names->count = 1;
    if (names->cell && layers > 1) {
        char place[BRDS_PLACE_LENGTH];
        brds_tensor_place(place, s->file->path, name);
        return brds_fail(diag, BRDS_EINPUT, place,
                         "several layers are weight_ih_l0, weight_ih_l1, ... of one module, or "
                         "numbered modules, as cells.0.weight_ih, cells.1.weight_ih, ...",
                         "it is named as nn.LSTMCell's only layer, but the spec has %d layers",
                         layers);
    }
    return BRDS_OK;
}

/* The number in which a prefix differs from the first one: what stands before
 * and behind it is the same in all. */
typedef struct {
    const char *prefix;
    unsigned long number;
} numbered;

static int by_number(const void *a, const void *b)
{
    const numbered *left = a, *right = b;
    return left->number < right->number ? -1 : left->number > right->number;
}

/* Sets the numbers of two prefixes that differ in one number only. */
static bool differ_in_number(const char *a, const char *b, unsigned long *x, unsigned long *y)
{
    size_t start = 0;
    while (a[start] && a[start] == b[start]) {
        start++;
    }
    while (start > 0 && isdigit((unsigned char)a[start - 1])) {
        start--;
    }
    if (!isdigit((unsigned char)a[start]) || !isdigit((unsigned char)b[start])) {
        return false;
    }
    char *rest_a, *rest_b;
    *x = strtoul(a + start, &rest_a, 10);
    *y = strtoul(b + start, &rest_b, 10);
    return *x != *y && strcmp(rest_a, rest_b) == 0;
}

/* The order of the prefixes by number; false where they are no such family.
 * Every pair must differ in the same place: else "a0.b0", "a1.b0", "a0.b1"
 * would pass. */
static bool sort_family(char *const *prefixes, size_t count, numbered *order)
{
    for (size_t i = 0; i < count; i++) {
        order[i] = (numbered){prefixes[i], 0};
        for (size_t k = 0; k < count; k++) {
            unsigned long mine = 0, other;
            if (k == i) {
                continue;
            }
            if (!differ_in_number(prefixes[i], prefixes[k], &mine, &other) ||
                (order[i].number != mine && k > (i == 0 ? 1 : 0))) {
                return false;
            }
            order[i].number = mine;
        }
    }
    qsort(order, count, sizeof *order, by_number);
    return true;
}

/* Several modules, a layer each; false where they are not that. */
static bool take_family(const search *s, int layers, brds_lstm_names *names)
{
    bool alike = s->layered == 0 || s->layered == s->count;
    if (!alike || s->count != (size_t)layers || layers > BRDS_MAX_LAYERS) {
        return false;
    }
    char *prefixes[BRDS_MAX_LAYERS] = {0};
    numbered order[BRDS_MAX_LAYERS];
    int found = 0;
    bool good = true;
    names->cell = s->layered == 0;
    for (size_t i = 0; i < s->file->count; i++) {
        if (s->candidate[i]) {
            prefixes[found] = copy_prefix(s->file->tensors[i].name, names->cell);
            good = good && prefixes[found++] != NULL;
        }
    }
    good = good && sort_family(prefixes, s->count, order);
    for (int i = 0; good && i < layers; i++) {
        names->prefixes[i] = brds_string_copy(order[i].prefix);
        names->count++;
    }
    for (int i = 0; i < found; i++) {
        free(prefixes[i]);
    }
    return good;
}

static brds_status fail_search(const search *s, int layers, brds_diag *diag)
{
    char names[BRDS_LIST_LENGTH];
    if (s->count) {
        brds_list_tensors(s->file, s->candidate, names);
        return brds_fail(diag, BRDS_EINPUT, s->file->path,
                         "keep the one that the spec describes, as layers _l0, _l1, ..., or number "
                         "modules of one layer each, as cells.0., cells.1., ...",
                         "it holds more than one LSTM, and the spec has %d layer%s: %s", layers,
                         layers == 1 ? "" : "s", names);
    }
    for (size_t i = 0; i < s->file->count; i++) {
        s->candidate[i] = true;
    }
    brds_list_tensors(s->file, s->candidate, names);
    return brds_fail(diag, BRDS_EINPUT, s->file->path,
                     "PyTorch names an LSTM's first tensor weight_ih_l0",
                     "it holds no LSTM, but: %s", names);
}

brds_status brds_lstm_names_find(const brds_safetensors *file, int layers, brds_lstm_names *names,
                                 brds_diag *diag)
{
    search s = {.file = file, .candidate = calloc(file->count + 1, sizeof(bool))};
    *names = (brds_lstm_names){0};
    if (!s.candidate) {
        return brds_fail_memory(diag);
    }
    find_candidates(&s);
    brds_status status = BRDS_OK;
    if (s.count == 1) {
        status = take_one(&s, layers, names, diag);
    } else if (!take_family(&s, layers, names)) {
        status = fail_search(&s, layers, diag);
    }
    free(s.candidate);
    return status;
}

void brds_lstm_names_free(brds_lstm_names *names)
{
    for (int i = 0; i < BRDS_MAX_LAYERS; i++) {
        free(names->prefixes[i]);
    }
    *names = (brds_lstm_names){0};
}

/* --- names --- */

char *brds_lstm_name(const brds_lstm_names *names, const char *base, int layer)
{
    const char *prefix = names->prefixes[names->count > 1 ? layer : 0];
    int number = names->count > 1 ? 0 : layer;
    return names->cell ? brds_string_format("%s%s", prefix, base)
                       : brds_string_format("%s%s_l%d", prefix, base, number);
}

/* The number behind a tensor's base name: that of "_l3", 0 for nothing, -1. */
static int number_of(const char *name)
{
    static const char *const bases[] = {"weight_ih", "weight_hh", "bias_ih",
                                        "bias_hh",   "weight_hr", "weight_peephole"};
    for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++) {
        if (brds_string_starts(name, bases[i])) {
            const char *rest = name + strlen(bases[i]);
            if (*rest == '\0') {
                return 0;
            }
            char *end;
            long number = brds_string_starts(rest, "_l") ? strtol(rest + 2, &end, 10) : -1;
            if (number >= 0 && number < 1000000 && end != rest + 2 && *end == '\0') {
                return (int)number;
            }
        }
    }
    return -1;
}

int brds_lstm_layer_of(const brds_lstm_names *names, const char *name)
{
    for (int i = 0; i < names->count; i++) {
        if (brds_string_starts(name, names->prefixes[i])) {
            int number = number_of(name + strlen(names->prefixes[i]));
            if (number >= 0) {
                return names->count > 1 ? i + number : number;
            }
        }
    }
    return -1;
}
