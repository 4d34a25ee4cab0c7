/* SPDX-License-Identifier: Apache-2.0
 *
 * safetensors: header, offsets, types, shapes; a vocabulary in the metadata.
 */
#include <stdlib.h>

#include "data/vocabulary.h"
#include "fuzz.h"

static brds_status parse(brds_safetensors *file, brds_diag *diag)
{
    brds_status status = brds_safetensors_parse(file, diag);
    const char *text = brds_safetensors_metadata(file, "vocabulary");
    if (status == BRDS_OK && text != NULL) {
        brds_vocabulary vocabulary = {0};
        brds_diag of_vocabulary = {0};
        fuzz_check(brds_vocabulary_read("fuzz", text, false, &vocabulary, &of_vocabulary),
                   &of_vocabulary);
        brds_vocabulary_free(&vocabulary);
    }
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t made;
    uint8_t *bytes = fuzz_safetensors(data, size, &made);
    fuzz_model(bytes, made, parse);
    free(bytes);
    return 0;
}
