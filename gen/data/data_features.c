/* SPDX-License-Identifier: Apache-2.0
 *
 * Feature vectors from safetensors.
 */
#include <stdlib.h>

#include "data/data_reader.h"
#include "io/workload.h"

static brds_status take_labels(const char *path, const brds_workload *workload,
                               brds_dataset *dataset, brds_diag *diag)
{
    if (!workload->labels) {
        return brds_fail(diag, BRDS_EINPUT, path, "it is an I32 tensor with one label a sequence",
                         "there is no tensor 'labels'");
    }
    dataset->labels = calloc(workload->sequences, sizeof *dataset->labels);
    if (!dataset->labels) {
        return brds_fail_memory(diag);
    }
    for (size_t i = 0; i < workload->sequences; i++) {
        int32_t label = (int32_t)workload->labels[i]; /* below BRDS_LABEL_LIMIT */
        dataset->labels[i] = label;
        dataset->classes = label >= dataset->classes ? label + 1 : dataset->classes;
    }
    return BRDS_OK;
}

brds_status brds_read_features(const char *path, brds_dataset *dataset, brds_diag *diag)
{
    *dataset = (brds_dataset){.task = BRDS_TASK_CLASSIFY};
    brds_workload workload;
    brds_status status = brds_workload_load(path, 0, BRDS_LABEL_LIMIT, &workload, diag);
    if (status) {
        return status;
    }
    if (workload.input_size < 1 || workload.steps > INT32_MAX) {
        status = brds_fail(diag, BRDS_EINPUT, path, "",
                           "features is (%zu, %d); wanted is from 1 to %ld rows of at least 1",
                           workload.steps, workload.input_size, (long)INT32_MAX);
    }
    status = status ? status : take_labels(path, &workload, dataset, diag);
    if (!status) {
        dataset->feature_size = workload.input_size;
        dataset->sequences = workload.sequences;
        dataset->steps = workload.steps;
        dataset->starts = workload.starts;
        dataset->lengths = workload.lengths;
        dataset->features = workload.features;
        workload.starts = workload.lengths = NULL;
        workload.features = NULL;
    }
    brds_workload_free(&workload);
    return status;
}
