/* SPDX-License-Identifier: Apache-2.0
 *
 * Training data in every format but features (fuzz_workload): text of four kinds, and tar archives of
 * reviews, whose unpacking is libarchive's.  Each format gets the same bytes, and so does the guess of
 * the format.
 */
#include <stdlib.h>

#include "data/dataset.h"
#include "fuzz.h"

static void use(const brds_dataset *dataset, const brds_vocabulary *vocabulary)
{
    size_t steps = 0;
    for (size_t s = 0; s < dataset->sequences; s++) {
        if (dataset->lengths[s] == 0 || dataset->starts[s] != steps) {
            fuzz_fail("a sequence without steps, or not behind the one before");
        }
        steps += dataset->lengths[s];
        if (dataset->labels != NULL &&
            (dataset->labels[s] < 0 || dataset->labels[s] >= dataset->classes)) {
            fuzz_fail("a label that is no class");
        }
    }
    if (steps != dataset->steps) {
        fuzz_fail("the lengths' sum is not the number of steps");
    }
    for (size_t i = 0; dataset->tokens != NULL && i < steps; i++) {
        if (dataset->tokens[i] < 0 || (size_t)dataset->tokens[i] >= vocabulary->size) {
            fuzz_fail("a token that is not in the vocabulary");
        }
    }
}

/* A vocabulary that was made must be read back from what is written of it. */
static void write_and_read(const brds_vocabulary *vocabulary)
{
    char *text = NULL;
    brds_vocabulary again = {0};
    brds_diag diag = {0};
    brds_status status = brds_vocabulary_write(vocabulary, &text, &diag);
    if (status == BRDS_OK && vocabulary->size > 0) {
        status = brds_vocabulary_read("fuzz", text, vocabulary->characters, &again, &diag);
    }
    if (status != BRDS_OK || again.size != vocabulary->size) {
        fuzz_fail("a vocabulary is not read back");
    }
    fuzz_check(status, &diag);
    brds_vocabulary_free(&again);
    free(text);
}

static void load(const char *path, const brds_data_options *options, brds_vocabulary *vocabulary)
{
    brds_dataset dataset;
    brds_diag diag = {0};
    brds_status status = brds_dataset_load(path, options, vocabulary, &dataset, &diag);
    fuzz_check(status == BRDS_EUSAGE && diag.errors > 0 ? BRDS_EINPUT : status, &diag);
    if (status == BRDS_OK) {
        use(&dataset, vocabulary);
        brds_dataset_free(&dataset);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const brds_data_options kinds[] = {
        {.task = BRDS_TASK_CLASSIFY, .format = BRDS_FORMAT_AUTO},
        {.task = BRDS_TASK_LANGUAGE_MODEL, .format = BRDS_FORMAT_WORDS},
        {.task = BRDS_TASK_LANGUAGE_MODEL, .format = BRDS_FORMAT_CHARACTERS},
        {.task = BRDS_TASK_CLASSIFY, .format = BRDS_FORMAT_LABELLED, .max_length = 3},
        {.task = BRDS_TASK_CLASSIFY, .format = BRDS_FORMAT_VOWELS},
        {.task = BRDS_TASK_CLASSIFY, .format = BRDS_FORMAT_REVIEWS, .split = "test"}};
    const char *path = fuzz_file(data, size);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        brds_vocabulary vocabulary = {0};
        load(path, &kinds[i], &vocabulary); /* makes the vocabulary */
        write_and_read(&vocabulary);
        load(path, &kinds[i], &vocabulary); /* uses it */
        brds_vocabulary_free(&vocabulary);
    }
    return 0;
}
