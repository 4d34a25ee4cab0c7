/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of datasets share: a temporary folder, small files in it, and
 * loading them.  Included once, after model_fixture.h.
 */
#ifndef BRDS_UNIT_DATA_FIXTURE_H
#define BRDS_UNIT_DATA_FIXTURE_H

#include "data/dataset.h"
#include "io/tree.h"

static char temporary_folder[256];

static inline int make_folder(void **state)
{
    (void)state;
    const char *folder = getenv("TMPDIR");
    snprintf(temporary_folder, sizeof temporary_folder, "%.200s/brds_data_XXXXXX",
             folder ? folder : "/tmp");
    return mkdtemp(temporary_folder) ? 0 : -1;
}

static inline int remove_folder(void **state)
{
    (void)state;
    return brds_tree_remove(temporary_folder) ? 0 : -1;
}

/* The path of NAME in the temporary folder. */
static inline const char *in_folder(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", temporary_folder, name);
    return path;
}

static inline const char *put_bytes(const char *name, const void *bytes, size_t size)
{
    FILE *stream = fopen(in_folder(name), "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(bytes, 1, size, stream), size);
    assert_int_equal(fclose(stream), 0);
    return in_folder(name);
}

static inline const char *put(const char *name, const char *text)
{
    return put_bytes(name, text, strlen(text));
}

static inline brds_data_options options_for(brds_data_format format)
{
    bool model = format == BRDS_FORMAT_WORDS || format == BRDS_FORMAT_CHARACTERS;
    return (brds_data_options){.task = model ? BRDS_TASK_LANGUAGE_MODEL : BRDS_TASK_CLASSIFY,
                               .format = format};
}

static inline void load(const char *path, brds_data_options options, brds_vocabulary *vocabulary,
                        brds_dataset *dataset)
{
    brds_diag diag = {0};
    expect_ok(brds_dataset_load(path, &options, vocabulary, dataset, &diag), &diag);
    assert_int_equal(diag.count, 0);
}

/* Refused with `status`; the place ends with `place`, the message says `text`;
 * nothing stays behind. */
static inline void refuse(const char *path, brds_data_options options, brds_vocabulary *vocabulary,
                          brds_status status, const char *place, const char *text)
{
    brds_diag diag = {0};
    brds_dataset dataset;
    size_t before = vocabulary ? vocabulary->size : 0;
    assert_int_equal(brds_dataset_load(path, &options, vocabulary, &dataset, &diag), status);
    assert_null(dataset.starts);
    assert_null(dataset.tokens);
    assert_null(dataset.features);
    assert_int_equal(vocabulary ? vocabulary->size : 0, before);
    assert_int_equal(diag.errors, 1);
    if (!diag_says(&diag, place)) {
        brds_diag_print(&diag, stderr);
        fail_msg("no message names '%s'", place);
    }
    expect_message(&diag, text);
}

/* The same with an empty vocabulary, status BRDS_EINPUT and a file of `text`. */
static inline void refuse_text(brds_data_format format, const char *text, const char *place,
                               const char *message)
{
    brds_vocabulary vocabulary = {0};
    refuse(put("refused.txt", text), options_for(format), &vocabulary, BRDS_EINPUT, place, message);
    assert_null(vocabulary.tokens);
}

static inline void expect_tokens(const brds_dataset *dataset, const int32_t *tokens, size_t count)
{
    assert_int_equal(dataset->steps, count);
    assert_memory_equal(dataset->tokens, tokens, count * sizeof *tokens);
}

#endif
