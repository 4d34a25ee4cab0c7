/* SPDX-License-Identifier: Apache-2.0 */
#include "train/identity.h"

#include <string.h>

brds_status brds_identity_compare(const char *place, const char *found, const char *wanted,
                                  brds_diag *diag)
{
    while (*found != '\0' || *wanted != '\0') {
        size_t found_length = strcspn(found, "\n"), wanted_length = strcspn(wanted, "\n");
        if (found_length != wanted_length || strncmp(found, wanted, found_length) != 0) {
            return brds_fail(diag, BRDS_EINPUT, place,
                             "resume with the options, spec and data it was started with",
                             "it is of another run: there '%.*s', here '%.*s'", (int)found_length,
                             found, (int)wanted_length, wanted);
        }
        found += found_length + (found[found_length] == '\n');
        wanted += wanted_length + (wanted[wanted_length] == '\n');
    }
    return BRDS_OK;
}
