/* SPDX-License-Identifier: Apache-2.0 */
#include "io/workload.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

#include "io/random.h"
#include "io/safetensors.h"
#include "io/safetensors_private.h"

/* The lengths as sizes, and where each sequence starts.  `lengths` (n). */
static brds_status place_sequences(const char *path, const int64_t *lengths,
                                   brds_workload *workload, brds_diag *diag)
{
    char place[BRDS_PLACE_LENGTH];
    brds_tensor_place(place, path, "lengths");
    workload->lengths = calloc(workload->sequences, sizeof *workload->lengths);
    workload->starts = calloc(workload->sequences, sizeof *workload->starts);
    if (!workload->lengths || !workload->starts) {
        return brds_fail_memory(diag);
    }
    size_t used = 0;
    for (size_t i = 0; i < workload->sequences; i++) {
        if (lengths[i] < 1) {
            return brds_fail(diag, BRDS_EINPUT, place, "every sequence has at least one step",
                             "element [%zu] is %" PRId64, i, lengths[i]);
        }
        if ((uint64_t)lengths[i] > workload->steps - used) {
            return brds_fail(diag, BRDS_EINPUT, place, "",
                             "the lengths up to element [%zu] exceed the %zu rows of features", i,
                             workload->steps);
        }
        workload->starts[i] = used;
        workload->lengths[i] = (size_t)lengths[i];
        used += workload->lengths[i];
    }
    if (used != workload->steps) {
        return brds_fail(diag, BRDS_EINPUT, place, "",
                         "the lengths sum to %zu, but features has %zu rows", used,
                         workload->steps);
    }
    return BRDS_OK;
}

/* The optional tensor `name` (count) of classes. */
static brds_status load_classes(const brds_safetensors *file, const char *name, size_t count,
                                int64_t classes, int64_t **values, brds_diag *diag)
{
    if (!brds_safetensors_find(file, name)) {
        return BRDS_OK;
    }
    brds_status status = brds_safetensors_ints(file, name, 1, &count, values, diag);
    if (status) {
        return status;
    }
    char place[BRDS_PLACE_LENGTH];
    brds_tensor_place(place, file->path, name);
    for (size_t i = 0; classes > 0 && i < count; i++) {
        int64_t value = (*values)[i];
        if (value < 0 || value >= classes) {
            char hint[80];
            snprintf(hint, sizeof hint, "%s lie from 0 to %" PRId64, name, classes - 1);
            return brds_fail(diag, BRDS_EINPUT, place, hint, "element [%zu] is %" PRId64, i, value);
        }
    }
    return BRDS_OK;
}

static brds_status load_wanted(const brds_safetensors *file, int64_t classes,
                               brds_workload *workload, brds_diag *diag)
{
    brds_status status =
        load_classes(file, "labels", workload->sequences, classes, &workload->labels, diag);
    if (!status) {
        status = load_classes(file, "targets", workload->steps, classes, &workload->targets, diag);
    }
    if (!status && workload->labels && workload->targets) {
        status =
            brds_fail(diag, BRDS_EINPUT, file->path, "labels are of sequences, targets of steps",
                      "has the tensors 'labels' and 'targets', of which one is wanted");
    }
    return status;
}

static brds_status load_tensors(const brds_safetensors *file, int64_t classes,
                                brds_workload *workload, brds_diag *diag)
{
    const size_t shape[2] = {0, (size_t)workload->input_size};
    brds_status status =
        brds_safetensors_floats(file, "features", 2, shape, &workload->features, diag);
    if (status) {
        return status;
    }
    const brds_tensor *features = brds_safetensors_find(file, "features");
    workload->steps = features->shape[0];
    workload->input_size = (int)features->shape[1];
    int64_t *lengths = NULL;
    status = brds_safetensors_ints(file, "lengths", 1, (const size_t[]){0}, &lengths, diag);
    if (status) {
        return status;
    }
    workload->sequences = brds_safetensors_find(file, "lengths")->shape[0];
    status = workload->sequences == 0
                 ? brds_fail(diag, BRDS_EINPUT, file->path, "", "the workload has no sequences")
                 : place_sequences(file->path, lengths, workload, diag);
    free(lengths);
    if (!status) {
        status = load_wanted(file, classes, workload, diag);
    }
    return status;
}

brds_status brds_workload_load(const char *path, int input_size, int64_t classes,
                               brds_workload *workload, brds_diag *diag)
{
    *workload = (brds_workload){.input_size = input_size};
    brds_safetensors file;
    brds_status status = brds_safetensors_load(path, &file, diag);
    if (status) {
        return status;
    }
    status = load_tensors(&file, classes, workload, diag);
    brds_safetensors_free(&file);
    if (status) {
        brds_workload_free(workload);
    }
    return status;
}

brds_status brds_workload_random(int input_size, size_t sequences, size_t steps_each, uint64_t seed,
                                 brds_workload *workload, brds_diag *diag)
{
    *workload = (brds_workload){.input_size = input_size, .sequences = sequences};
    size_t width = (size_t)input_size;
    if (steps_each == 0 || sequences == 0 || input_size < 1) {
        return brds_fail(diag, BRDS_EINPUT, "random workload", "", "it has no steps");
    }
    if (sequences > SIZE_MAX / steps_each) {
        return brds_fail_memory(diag);
    }
    workload->steps = sequences * steps_each;
    workload->lengths = calloc(sequences, sizeof *workload->lengths);
    workload->starts = calloc(sequences, sizeof *workload->starts);
    workload->features = workload->steps <= SIZE_MAX / width
                             ? calloc(workload->steps * width, sizeof *workload->features)
                             : NULL;
    if (!workload->lengths || !workload->starts || !workload->features) {
        brds_workload_free(workload);
        return brds_fail_memory(diag);
    }
    for (size_t i = 0; i < sequences; i++) {
        workload->lengths[i] = steps_each;
        workload->starts[i] = i * steps_each;
    }
    brds_random random;
    brds_random_seed(&random, seed);
    for (size_t i = 0; i < workload->steps * width; i++) {
        workload->features[i] = (float)brds_random_normal(&random);
    }
    return BRDS_OK;
}

/* --- writing --- */

/* `values` as I32, malloc'ed. */
static brds_status to_int32(const char *path, const char *name, const int64_t *values, size_t count,
                            int32_t **out, brds_diag *diag)
{
    *out = calloc(count > 0 ? count : 1, sizeof **out);
    if (!*out) {
        return brds_fail_memory(diag);
    }
    for (size_t i = 0; i < count; i++) {
        if (values[i] < INT32_MIN || values[i] > INT32_MAX) {
            char place[BRDS_PLACE_LENGTH];
            brds_tensor_place(place, path, name);
            return brds_fail(diag, BRDS_EINPUT, place, "",
                             "element [%zu], %" PRId64 ", does not fit 32 bits", i, values[i]);
        }
        (*out)[i] = (int32_t)values[i];
    }
    return BRDS_OK;
}

static brds_status copy_lengths(const brds_workload *workload, int64_t **lengths, brds_diag *diag)
{
    *lengths = calloc(workload->sequences + 1, sizeof **lengths);
    for (size_t i = 0; *lengths && i < workload->sequences; i++) {
        size_t length = workload->lengths[i];
        (*lengths)[i] = length <= INT32_MAX ? (int64_t)length : INT64_MAX;
    }
    return *lengths ? BRDS_OK : brds_fail_memory(diag);
}

brds_status brds_workload_save(const char *path, const brds_workload *workload, brds_diag *diag)
{
    int64_t *lengths = NULL;
    int32_t *lengths_out = NULL, *wanted_out = NULL;
    size_t n = workload->sequences, steps = workload->steps;
    bool labels = workload->labels != NULL;
    const int64_t *wanted = labels ? workload->labels : workload->targets;
    const char *name = labels ? "labels" : "targets";
    size_t wanted_count = labels ? n : steps;
    brds_status status = copy_lengths(workload, &lengths, diag);
    status = status ? status : to_int32(path, "lengths", lengths, n, &lengths_out, diag);
    if (!status && wanted) {
        status = to_int32(path, name, wanted, wanted_count, &wanted_out, diag);
    }
    if (!status) {
        const brds_tensor_out tensors[3] = {
            {"features", BRDS_F32, 2, {steps, (size_t)workload->input_size}, workload->features},
            {"lengths", BRDS_I32, 1, {n}, lengths_out},
            {name, BRDS_I32, 1, {wanted_count}, wanted_out}};
        status = brds_safetensors_save(path, tensors, wanted ? 3 : 2, NULL, diag);
    }
    free(lengths);
    free(lengths_out);
    free(wanted_out);
    return status;
}

void brds_workload_free(brds_workload *workload)
{
    free(workload->lengths);
    free(workload->starts);
    free(workload->features);
    free(workload->labels);
    free(workload->targets);
    *workload = (brds_workload){0};
}
