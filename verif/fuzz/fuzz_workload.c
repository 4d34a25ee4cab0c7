/* SPDX-License-Identifier: Apache-2.0
 *
 * Workloads, any width and classes or those of a network; what is accepted is used as a metric does.
 */
#include <stdlib.h>

#include "fuzz.h"
#include "io/workload.h"

static void use(const brds_workload *workload, int64_t classes)
{
    static volatile float sum;
    size_t steps = 0;
    for (size_t s = 0; s < workload->sequences; s++) {
        if (workload->lengths[s] == 0 || workload->starts[s] != steps) {
            fuzz_fail("a sequence without steps, or not behind the one before");
        }
        steps += workload->lengths[s];
        if (classes > 0 && workload->labels != NULL &&
            (workload->labels[s] < 0 || workload->labels[s] >= classes)) {
            fuzz_fail("a label that is no class");
        }
    }
    if (steps != workload->steps) {
        fuzz_fail("the lengths' sum is not the number of steps");
    }
    for (size_t i = 0; i < steps * (size_t)workload->input_size; i++) {
        sum = sum + workload->features[i];
    }
    for (size_t i = 0; workload->targets != NULL && i < steps; i++) {
        if (classes > 0 && (workload->targets[i] < 0 || workload->targets[i] >= classes)) {
            fuzz_fail("a target that is no class");
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct {
        int input_size;
        int64_t classes;
    } wanted[] = {{0, 0}, {3, 5}};
    size_t made;
    uint8_t *bytes = fuzz_safetensors(data, size, &made);
    const char *path = fuzz_file(bytes, made);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        brds_workload workload;
        brds_diag diag = {0};
        brds_status status =
            brds_workload_load(path, wanted[i].input_size, wanted[i].classes, &workload, &diag);
        fuzz_check(status, &diag);
        if (status == BRDS_OK) {
            use(&workload, wanted[i].classes);
            brds_workload_free(&workload);
        }
    }
    free(bytes);
    return 0;
}
