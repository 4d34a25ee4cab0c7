/* SPDX-License-Identifier: Apache-2.0
 *
 * randspec SEED...: prints a random valid spec for each seed.
 */
#include <stdlib.h>

#include "generate.h"

int main(int argc, char **argv)
{
    brds_diag diag = {0};
    brds_status status = argc > 1 ? BRDS_OK : BRDS_EUSAGE;
    if (status)
        fprintf(stderr, "usage: randspec SEED...\n");
    for (int i = 1; i < argc && !status; i++) {
        char *text = NULL;
        status = random_spec(strtoull(argv[i], NULL, 10), &text, &diag);
        if (text)
            fputs(text, stdout);
        free(text);
    }
    brds_diag_print(&diag, stderr);
    brds_diag_free(&diag);
    return (int)status;
}
