/* SPDX-License-Identifier: Apache-2.0
 *
 * replay FILE...: hands each file to the target that this is linked with; a finding ends the program.
 * What libFuzzer does with -runs=0, for any compiler.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"
#include "io/file.h"

enum { LIMIT = 1 << 20 };

int main(int count, char **paths)
{
    for (int i = 1; i < count; i++) {
        uint8_t *bytes = NULL;
        size_t size = 0;
        brds_diag diag = {0};
        if (brds_read_file(paths[i], LIMIT, &bytes, &size, &diag) != BRDS_OK) {
            brds_diag_print(&diag, stderr);
            return EXIT_FAILURE;
        }
        printf("%s\n", paths[i]);
        fflush(stdout); /* the last name told is that of a finding */
        uint8_t *exact = fuzz_copy(bytes, size);
        LLVMFuzzerTestOneInput(exact, size);
        free(exact);
        free(bytes);
    }
    return EXIT_SUCCESS;
}
