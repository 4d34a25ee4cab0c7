/* SPDX-License-Identifier: Apache-2.0 */
#include "io/hdf5.h"

#include <stdlib.h>
#include <string.h>

#include "io/safetensors_private.h"
#include "io/strings.h"
#include "io/tensors.h"

static const char signature[] = "\x89HDF\r\n\x1a\n";

bool brds_hdf5_recognised(const uint8_t *bytes, size_t size)
{
    const size_t length = sizeof signature - 1;
    for (size_t at = 0; size >= length && at <= size - length; at = at ? 2 * at : 512) {
        if (memcmp(bytes + at, signature, length) == 0) {
            return true;
        }
    }
    return false;
}

void brds_texts_free(brds_texts *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->texts[i]);
    }
    free(list->texts);
    *list = (brds_texts){0};
}

#ifdef BRDS_HAVE_HDF5

#include <hdf5.h>

/* More members, names or texts than any network has. */
enum { MAX_TEXTS = 100000, MAX_TEXT_BYTES = 100000000 };

struct brds_hdf5 {
    const char *place;
    hid_t file, access;
    size_t limit; /* of bytes that may come out of it */
};

static brds_status fail(const brds_hdf5 *file, const char *path, const char *hint, const char *what,
                        brds_diag *diag)
{
    char place[BRDS_PLACE_LENGTH];
    snprintf(place, sizeof place, "%.4000s: %.400s", file->place, path);
    return brds_fail(diag, BRDS_EINPUT, place, hint, "%s", what);
}

static brds_status fail_damaged(const brds_hdf5 *file, const char *path, brds_diag *diag)
{
    return fail(file, path, "it is damaged or cut short", "HDF5's library cannot read it", diag);
}

/* --- opening --- */

/* Called for a link into another file: the answer no stops the library. */
static herr_t refuse_external(const char *parent_file, const char *parent_group,
                              const char *child_file, const char *child_object, unsigned *flags,
                              hid_t access, void *data)
{
    (void)parent_file;
    (void)parent_group;
    (void)child_file;
    (void)child_object;
    (void)flags;
    (void)access;
    (void)data;
    return -1;
}

static hid_t open_image(const uint8_t *bytes, size_t size)
{
    hid_t how = H5Pcreate(H5P_FILE_ACCESS), file = -1;
    /* The library copies the image, and writes to nothing. */
    if (how >= 0 && H5Pset_fapl_core(how, 65536, 0) >= 0 &&
        H5Pset_file_image(how, (void *)(uintptr_t)bytes, size) >= 0) {
        file = H5Fopen("model", H5F_ACC_RDONLY, how);
    }
    if (how >= 0) {
        H5Pclose(how);
    }
    return file;
}

brds_status brds_hdf5_open(const char *place, const uint8_t *bytes, size_t size, brds_hdf5 **file,
                           brds_diag *diag)
{
    *file = calloc(1, sizeof **file);
    if (!*file) {
        return brds_fail_memory(diag);
    }
    (*file)->place = place;
    (*file)->limit = brds_unpacked_limit(size);
    (*file)->file = -1;
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* errors are told here, not by the library */
    H5PLset_loading_state(0);
    (*file)->access = H5Pcreate(H5P_LINK_ACCESS);
    if ((*file)->access >= 0 && H5Pset_elink_cb((*file)->access, refuse_external, NULL) >= 0) {
        (*file)->file = open_image(bytes, size);
    }
    if ((*file)->file < 0) {
        brds_hdf5_close(*file);
        *file = NULL;
        return brds_fail(diag, BRDS_EINPUT, place, "it is damaged or cut short",
                         "HDF5's library cannot open it");
    }
    return BRDS_OK;
}

void brds_hdf5_close(brds_hdf5 *file)
{
    if (!file) {
        return;
    }
    if (file->file >= 0) {
        H5Fclose(file->file);
    }
    if (file->access >= 0) {
        H5Pclose(file->access);
    }
    free(file);
}

/* An object below the root, or a negative number. */
static hid_t open_object(const brds_hdf5 *file, const char *path)
{
    return H5Oopen(file->file, path, file->access);
}

bool brds_hdf5_has(const brds_hdf5 *file, const char *path)
{
    hid_t object = open_object(file, path);
    if (object < 0) {
        return false;
    }
    H5Oclose(object);
    return true;
}

/* --- lists of texts --- */

/* Takes `text`, malloc'ed or NULL. */
static brds_status add_text(brds_texts *list, char *text, brds_diag *diag)
{
    char **larger = text ? realloc(list->texts, (list->count + 1) * sizeof *larger) : NULL;
    if (!larger) {
        free(text);
        return brds_fail_memory(diag);
    }
    list->texts = larger;
    list->texts[list->count++] = text;
    return BRDS_OK;
}

typedef struct {
    brds_texts *list;
    brds_diag *diag;
    brds_status status;
} collector;

static herr_t collect(hid_t group, const char *name, const H5L_info_t *info, void *data)
{
    collector *c = data;
    (void)group;
    (void)info;
    c->status = c->list->count < MAX_TEXTS ? add_text(c->list, brds_string_copy(name), c->diag)
                                           : BRDS_EINPUT;
    return c->status ? -1 : 0;
}

brds_status brds_hdf5_members(brds_hdf5 *file, const char *group, brds_texts *list, brds_diag *diag)
{
    collector c = {.list = list, .diag = diag};
    *list = (brds_texts){0};
    hid_t object = open_object(file, group);
    herr_t result =
        object < 0 ? -1 : H5Literate(object, H5_INDEX_NAME, H5_ITER_INC, NULL, collect, &c);
    if (object >= 0) {
        H5Oclose(object);
    }
    if (result < 0) {
        brds_texts_free(list);
        return c.status == BRDS_EFILE ? c.status : fail_damaged(file, group, diag);
    }
    return BRDS_OK;
}

/* `values` are `count` fixed texts of `size` bytes, which need not end in 0. */
static brds_status add_fixed(brds_texts *list, const char *values, size_t count, size_t size,
                             brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (size_t i = 0; !status && i < count; i++) {
        const char *text = values + i * size;
        const char *end = memchr(text, 0, size);
        int length = (int)(end ? (size_t)(end - text) : size);
        status = add_text(list, brds_string_format("%.*s", length, text), diag);
    }
    return status;
}

static brds_status read_fixed(hid_t attribute, size_t count, size_t size, brds_texts *list,
                              bool *damaged, brds_diag *diag)
{
    hid_t type = H5Aget_type(attribute);
    char *values = calloc(count * size + 1, 1);
    brds_status status = values ? BRDS_OK : brds_fail_memory(diag);
    *damaged = !status && (type < 0 || H5Aread(attribute, type, values) < 0);
    if (!status && !*damaged) {
        status = add_fixed(list, values, count, size, diag);
    }
    free(values);
    if (type >= 0) {
        H5Tclose(type);
    }
    return status;
}

static brds_status read_variable(hid_t attribute, hid_t space, size_t count, brds_texts *list,
                                 bool *damaged, brds_diag *diag)
{
    hid_t type = H5Aget_type(attribute); /* its character set must be asked for as it is */
    char **values = calloc(count + 1, sizeof *values);
    brds_status status = values ? BRDS_OK : brds_fail_memory(diag);
    *damaged = !status && (type < 0 || H5Aread(attribute, type, values) < 0);
    for (size_t i = 0; !status && !*damaged && i < count; i++) {
        status = add_text(list, brds_string_copy(values[i] ? values[i] : ""), diag);
    }
    if (!status && !*damaged) {
        H5Dvlen_reclaim(type, space, H5P_DEFAULT, values);
    }
    free(values);
    if (type >= 0) {
        H5Tclose(type);
    }
    return status;
}

/* What the attribute holds, or `damaged` for anything but texts. */
static brds_status read_texts(hid_t attribute, brds_texts *list, bool *damaged, brds_diag *diag)
{
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    hssize_t count = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    size_t size = type < 0 ? 0 : H5Tget_size(type);
    brds_status status = BRDS_OK;
    *damaged = type < 0 || count < 0 || count > MAX_TEXTS;
    /* An empty list of texts is written as one of numbers. */
    if (!*damaged && count > 0) {
        *damaged = H5Tget_class(type) != H5T_STRING || size == 0;
        if (!*damaged && H5Tis_variable_str(type) > 0) {
            status = read_variable(attribute, space, (size_t)count, list, damaged, diag);
        } else if (!*damaged && size <= MAX_TEXT_BYTES / (size_t)count) {
            status = read_fixed(attribute, (size_t)count, size, list, damaged, diag);
        } else {
            *damaged = true;
        }
    }
    if (type >= 0) {
        H5Tclose(type);
    }
    if (space >= 0) {
        H5Sclose(space);
    }
    return status;
}

brds_status brds_hdf5_attribute(brds_hdf5 *file, const char *path, const char *name,
                                brds_texts *list, brds_diag *diag)
{
    *list = (brds_texts){0};
    hid_t object = open_object(file, path);
    if (object < 0) {
        return fail_damaged(file, path, diag);
    }
    brds_status status = BRDS_OK;
    htri_t there = H5Aexists(object, name);
    bool damaged = there < 0;
    if (there > 0) {
        hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
        damaged = attribute < 0;
        if (!damaged) {
            status = read_texts(attribute, list, &damaged, diag);
            H5Aclose(attribute);
        }
    }
    H5Oclose(object);
    if (status || damaged) {
        brds_texts_free(list);
        char text[200];
        snprintf(text, sizeof text, "its attribute %.100s is no list of texts", name);
        return status ? status : fail(file, path, "it is damaged", text, diag);
    }
    return BRDS_OK;
}

/* --- datasets --- */

static bool read_shape(hid_t dataset, brds_tensor *tensor)
{
    hsize_t sizes[H5S_MAX_RANK];
    hid_t space = H5Dget_space(dataset);
    int rank = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
    bool good = rank >= 0 && rank <= BRDS_MAX_RANK &&
                H5Sget_simple_extent_type(space) != H5S_NULL &&
                H5Sget_simple_extent_dims(space, sizes, NULL) == rank;
    tensor->rank = good ? rank : 0;
    tensor->elements = 1;
    for (int i = 0; good && i < rank; i++) {
        tensor->shape[i] = (size_t)sizes[i];
        good = sizes[i] <= SIZE_MAX &&
               brds_product(tensor->elements, (size_t)sizes[i], &tensor->elements);
    }
    if (space >= 0) {
        H5Sclose(space);
    }
    return good;
}

/* NULL: the dataset's values lie in the file itself, as floating numbers. */
static const char *wrong_storage(hid_t dataset)
{
    hid_t type = H5Dget_type(dataset), how = H5Dget_create_plist(dataset);
    const char *wrong = NULL;
    if (type < 0 || how < 0) {
        wrong = "HDF5's library cannot read it";
    } else if (H5Tget_class(type) != H5T_FLOAT) {
        wrong = "its values are not floating numbers";
    } else if (H5Pget_layout(how) == H5D_VIRTUAL || H5Pget_external_count(how) != 0) {
        wrong = "its values lie in another file";
    }
    if (type >= 0) {
        H5Tclose(type);
    }
    if (how >= 0) {
        H5Pclose(how);
    }
    return wrong;
}

static brds_status read_floats(brds_hdf5 *file, hid_t dataset, const char *path,
                               brds_tensor *tensor, brds_diag *diag)
{
    const char *wrong = wrong_storage(dataset);
    if (wrong) {
        return fail(file, path, "save the model as one file of float32 weights", wrong, diag);
    }
    size_t bytes;
    if (!read_shape(dataset, tensor) || !brds_product(tensor->elements, 4, &bytes)) {
        return fail_damaged(file, path, diag);
    }
    /* What is not written reads as zeros, so that a size costs a file nothing. */
    if (bytes > file->limit || (bytes > 0 && H5Dget_storage_size(dataset) == 0)) {
        return fail(file, path, "it is damaged", "it is larger than what the file holds", diag);
    }
    file->limit -= bytes;
    tensor->dtype = BRDS_F32;
    tensor->owned = malloc(bytes + 1);
    if (!tensor->owned) {
        return brds_fail_memory(diag);
    }
    if (H5Dread(dataset, H5T_IEEE_F32LE, H5S_ALL, H5S_ALL, H5P_DEFAULT, tensor->owned) < 0) {
        free(tensor->owned);
        tensor->owned = NULL;
        return fail_damaged(file, path, diag);
    }
    tensor->data = tensor->owned;
    return BRDS_OK;
}

brds_status brds_hdf5_floats(brds_hdf5 *file, const char *path, brds_tensor *tensor,
                             brds_diag *diag)
{
    *tensor = (brds_tensor){0};
    hid_t object = open_object(file, path);
    brds_status status;
    if (object >= 0 && H5Iget_type(object) == H5I_DATASET) {
        status = read_floats(file, object, path, tensor, diag);
    } else {
        status = fail(file, path, "it is damaged", "there is no dataset of this name", diag);
    }
    if (object >= 0) {
        H5Oclose(object);
    }
    return status;
}

#else

brds_status brds_hdf5_open(const char *place, const uint8_t *bytes, size_t size, brds_hdf5 **file,
                           brds_diag *diag)
{
    (void)bytes;
    (void)size;
    *file = NULL;
    return brds_fail(diag, BRDS_EINPUT, place,
                     "install the Debian package libhdf5-dev and build it anew, or convert the "
                     "model to safetensors",
                     "it is an HDF5 file, and this brdsgen is built without HDF5");
}

/* Nothing is ever open. */
void brds_hdf5_close(brds_hdf5 *file)
{
    (void)file;
}

bool brds_hdf5_has(const brds_hdf5 *file, const char *path)
{
    (void)file;
    (void)path;
    return false;
}

static brds_status fail_closed(const char *place, brds_diag *diag)
{
    return brds_fail(diag, BRDS_EINPUT, place, "", "this brdsgen is built without HDF5");
}

brds_status brds_hdf5_members(brds_hdf5 *file, const char *group, brds_texts *list, brds_diag *diag)
{
    (void)file;
    *list = (brds_texts){0};
    return fail_closed(group, diag);
}

brds_status brds_hdf5_attribute(brds_hdf5 *file, const char *path, const char *name,
                                brds_texts *list, brds_diag *diag)
{
    (void)file;
    (void)path;
    *list = (brds_texts){0};
    return fail_closed(name, diag);
}

brds_status brds_hdf5_floats(brds_hdf5 *file, const char *path, brds_tensor *tensor,
                             brds_diag *diag)
{
    (void)file;
    *tensor = (brds_tensor){0};
    return fail_closed(path, diag);
}

#endif
