/* SPDX-License-Identifier: Apache-2.0
 *
 * The header of a .npy is a Python dictionary of three entries.  It is read by
 * hand: quoted keys in any order, a string, True or False, a tuple of integers,
 * and nothing else.
 */
#include "io/npz.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "io/safetensors_private.h"
#include "io/strings.h"
#include "io/tensors.h"

enum { MAGIC_BYTES = 8, DESCR_LENGTH = 16 };

typedef struct {
    const char *at, *end; /* of the header's text */
    char descr[DESCR_LENGTH];
    bool fortran;
    bool has_descr, has_order, has_shape;
    brds_tensor *tensor;
    const char *place;
    brds_diag *diag;
} header;

static brds_status fail_header(const header *h, const char *what)
{
    return brds_fail(h->diag, BRDS_EINPUT, h->place, "it is damaged, or no array of NumPy's",
                     "its header is wrong: %s", what);
}

static void skip_space(header *h)
{
    while (h->at < h->end && (*h->at == ' ' || *h->at == '\n' || *h->at == '\t')) {
        h->at++;
    }
}

/* Skips space, then takes `c` if it is there. */
static bool take(header *h, char c)
{
    skip_space(h);
    if (h->at == h->end || *h->at != c) {
        return false;
    }
    h->at++;
    return true;
}

static bool take_word(header *h, const char *word)
{
    size_t length = strlen(word);
    skip_space(h);
    if ((size_t)(h->end - h->at) < length || memcmp(h->at, word, length) != 0) {
        return false;
    }
    h->at += length;
    return true;
}

/* A quoted text that fits; escapes are not for what is read here. */
static bool take_string(header *h, char text[DESCR_LENGTH])
{
    skip_space(h);
    char quote = h->at < h->end ? *h->at : 0;
    if (quote != '\'' && quote != '"') {
        return false;
    }
    const char *start = ++h->at;
    const char *stop = memchr(start, quote, (size_t)(h->end - start));
    if (!stop || stop - start >= DESCR_LENGTH) {
        return false;
    }
    memcpy(text, start, (size_t)(stop - start));
    text[stop - start] = '\0';
    h->at = stop + 1;
    return true;
}

static bool take_size(header *h, size_t *size)
{
    skip_space(h);
    const char *start = h->at;
    *size = 0;
    for (; h->at < h->end && isdigit((unsigned char)*h->at); h->at++) {
        size_t digit = (size_t)(*h->at - '0');
        if (*size > (SIZE_MAX - digit) / 10) {
            return false;
        }
        *size = *size * 10 + digit;
    }
    return h->at > start;
}

static brds_status read_shape(header *h)
{
    brds_tensor *tensor = h->tensor;
    if (!take(h, '(')) {
        return fail_header(h, "the shape is no tuple");
    }
    tensor->rank = 0;
    tensor->elements = 1;
    while (!take(h, ')')) {
        size_t size;
        if (!take_size(h, &size)) {
            return fail_header(h, "a dimension of the shape");
        }
        if (tensor->rank == BRDS_MAX_RANK) {
            return brds_fail(h->diag, BRDS_EINPUT, h->place, "", "at most %d dimensions are read",
                             BRDS_MAX_RANK);
        }
        tensor->shape[tensor->rank++] = size;
        if (!brds_product(tensor->elements, size, &tensor->elements)) {
            return fail_header(h, "the product of the shape overflows");
        }
        if (!take(h, ',') && (h->at == h->end || *h->at != ')')) {
            return fail_header(h, "the shape");
        }
    }
    h->has_shape = true;
    return BRDS_OK;
}

static brds_status read_value(header *h, const char *key)
{
    if (strcmp(key, "shape") == 0) {
        return read_shape(h);
    }
    if (strcmp(key, "descr") == 0) {
        h->has_descr = take_string(h, h->descr);
        return h->has_descr ? BRDS_OK
                            : brds_fail(h->diag, BRDS_EINPUT, h->place, "save one array a name",
                                        "it is an array of records");
    }
    if (strcmp(key, "fortran_order") == 0) {
        h->fortran = take_word(h, "True");
        h->has_order = h->fortran || take_word(h, "False");
        return h->has_order ? BRDS_OK : fail_header(h, "fortran_order is neither True nor False");
    }
    return fail_header(h, "an unknown key");
}

static brds_status read_header(header *h)
{
    if (!take(h, '{')) {
        return fail_header(h, "it is no dictionary");
    }
    while (!take(h, '}')) {
        char key[DESCR_LENGTH];
        if (!take_string(h, key) || !take(h, ':')) {
            return fail_header(h, "a key");
        }
        brds_status status = read_value(h, key);
        if (status) {
            return status;
        }
        if (!take(h, ',') && (h->at == h->end || *h->at != '}')) {
            return fail_header(h, "it ends early");
        }
    }
    skip_space(h);
    if (h->at != h->end || !h->has_descr || !h->has_order || !h->has_shape) {
        return fail_header(h, "it wants descr, fortran_order and shape, and nothing else");
    }
    return BRDS_OK;
}

static brds_status read_dtype(header *h)
{
    static const struct {
        const char *descr;
        brds_dtype dtype;
    } known[] = {{"<f4", BRDS_F32}, {"<f8", BRDS_F64}, {"<f2", BRDS_F16},
                 {"<i8", BRDS_I64}, {"<i4", BRDS_I32}, {"<i2", BRDS_I16},
                 {"|i1", BRDS_I8},  {"|u1", BRDS_U8},  {"|b1", BRDS_BOOL}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(h->descr, known[i].descr) == 0) {
            h->tensor->dtype = known[i].dtype;
            return BRDS_OK;
        }
    }
    const char *hint = "read are f2, f4, f8, integers and bool: save it with astype('<f4')";
    if (h->descr[0] == '>') {
        return brds_fail(h->diag, BRDS_EINPUT, h->place, hint, "its type is %s, big-endian",
                         h->descr);
    }
    if (strchr(h->descr, 'O')) {
        return brds_fail(h->diag, BRDS_EINPUT, h->place, hint,
                         "it is an array of objects, a pickle, which is not read");
    }
    return brds_fail(h->diag, BRDS_EINPUT, h->place, hint, "its type is %s", h->descr);
}

/* Fortran order of a shape is C order of the shape turned round. */
static uint8_t *from_fortran(const brds_tensor *tensor, const uint8_t *data)
{
    size_t size = brds_dtype_size(tensor->dtype);
    uint8_t *result = malloc(tensor->elements * size + 1);
    for (size_t i = 0; result && i < tensor->elements; i++) {
        size_t rest = i, from = 0;
        for (int k = tensor->rank; k-- > 0;) {
            size_t index = rest % tensor->shape[k];
            rest /= tensor->shape[k];
            size_t stride = 1;
            for (int j = 0; j < k; j++) {
                stride *= tensor->shape[j];
            }
            from += index * stride;
        }
        memcpy(result + i * size, data + from * size, size);
    }
    return result;
}

/* The header's length, and where it begins; 0 for what is no .npy. */
static size_t header_start(const uint8_t *bytes, size_t size, size_t *length)
{
    if (size < MAGIC_BYTES + 4 || memcmp(bytes, "\x93NUMPY", 6) != 0 || bytes[6] < 1 ||
        bytes[6] > 3) {
        return 0;
    }
    size_t start = bytes[6] == 1 ? MAGIC_BYTES + 2 : MAGIC_BYTES + 4;
    *length = (size_t)bytes[8] | (size_t)bytes[9] << 8;
    if (bytes[6] > 1) {
        *length |= (size_t)bytes[10] << 16 | (size_t)bytes[11] << 24;
    }
    return *length <= size - start ? start : 0;
}

/* Fills `tensor` from the .npy in `bytes`; its data stay there unless turned. */
static brds_status parse_npy(const char *place, const uint8_t *bytes, size_t size,
                             brds_tensor *tensor, brds_diag *diag)
{
    size_t length = 0, start = header_start(bytes, size, &length);
    if (!start) {
        return brds_fail(diag, BRDS_EINPUT, place, "versions 1 to 3 are read",
                         "it is no .npy, or cut short");
    }
    const char *text = (const char *)bytes + start;
    header h = {.at = text, .end = text + length, .tensor = tensor, .place = place, .diag = diag};
    brds_status status = read_header(&h);
    if (!status) {
        status = read_dtype(&h);
    }
    if (status) {
        return status;
    }
    size_t wanted, found = size - start - length;
    if (!brds_product(tensor->elements, brds_dtype_size(tensor->dtype), &wanted) ||
        wanted != found) {
        char shape[BRDS_SHAPE_LENGTH];
        brds_shape_text(shape, tensor->rank, tensor->shape, 0);
        return brds_fail(diag, BRDS_EINPUT, place, "it is damaged or cut short",
                         "it has %zu bytes of data, which shape %s of %s does not fill exactly",
                         found, shape, h.descr);
    }
    tensor->data = bytes + start + length;
    if (h.fortran && tensor->rank > 1) {
        tensor->owned = from_fortran(tensor, tensor->data);
        return tensor->owned ? BRDS_OK : brds_fail_memory(diag);
    }
    return BRDS_OK;
}

static brds_status add_array(const brds_zip *zip, const brds_zip_entry *entry,
                             brds_safetensors *file, brds_diag *diag)
{
    int length = (int)(strlen(entry->name) - strlen(".npy"));
    char *name = brds_string_format("%.*s", length, entry->name);
    uint8_t *bytes = NULL;
    brds_status status = name ? brds_zip_read(zip, entry, &bytes, diag) : brds_fail_memory(diag);
    if (!status) {
        char place[BRDS_PLACE_LENGTH];
        brds_tensor values = {0};
        brds_tensor_place(place, file->path, name);
        status = parse_npy(place, bytes, entry->size, &values, diag);
        if (!status && !values.owned) {
            /* The data move to the front of a buffer that becomes the list's. */
            memmove(bytes, values.data, values.elements * brds_dtype_size(values.dtype));
            values.owned = bytes;
            bytes = NULL;
        }
        if (!status) {
            status = brds_tensors_add(file, name, &values, diag);
        }
    }
    free(bytes);
    free(name);
    return status;
}

brds_status brds_npz_parse(const brds_zip *zip, brds_safetensors *file, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (size_t i = 0; !status && i < zip->count; i++) {
        if (brds_string_ends(zip->entries[i].name, ".npy")) {
            status = add_array(zip, &zip->entries[i], file, diag);
        }
    }
    return status;
}
