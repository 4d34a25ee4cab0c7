/* SPDX-License-Identifier: Apache-2.0
 *
 * Reviews in tar archives of any compression, and the published set.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <archive.h>
#include <archive_entry.h>

#include "io/file.h"
#include "model_fixture.h"

#include "data_fixture.h"

typedef struct {
    const char *path, *text;
} member;

static const member small[] = {
    {"aclImdb/README", "no review"},
    {"aclImdb/train/pos/2_9.txt", "Good,GOOD film.<br /><br />It's 1st caf\xc3\xa9!"},
    {"aclImdb/train/neg/1_2.txt", "bad film"},
    {"aclImdb/train/pos/10_8.txt", "\xe2\x80\x9cgood\xe2\x80\x9d br < it's\xc2\xa0"
                                   "bad"},
    {"aclImdb/train/pos/x_8.txt", "no name of a review"},
    {"aclImdb/train/unsup/1_0.txt", "no label"},
    {"aclImdb/train/pos/sub/1_0.txt", "too deep"},
    {"aclImdb/xtrain/pos/3_8.txt", "other split"},
    {"aclImdb/test/pos/0_10.txt", "film of 2 <brackets>"},
    {"aclImdb/test/neg/0_1.txt", "bad bad"},
};
enum { SMALL_COUNT = sizeof small / sizeof small[0] };

static void add_member(struct archive *archive, const char *path, const void *text, size_t size)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, path);
    archive_entry_set_size(entry, (la_int64_t)size);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
    assert_int_equal(archive_write_data(archive, text, size), size);
    archive_entry_free(entry);
}

static struct archive *begin_archive(const char *name, int filter)
{
    struct archive *archive = archive_write_new();
    assert_int_equal(archive_write_add_filter(archive, filter), ARCHIVE_OK);
    assert_int_equal(archive_write_set_format_ustar(archive), ARCHIVE_OK);
    assert_int_equal(archive_write_open_filename(archive, in_folder(name)), ARCHIVE_OK);
    return archive;
}

static const char *end_archive(const char *name, struct archive *archive)
{
    assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
    archive_write_free(archive);
    return in_folder(name);
}

/* The members in their order, or from the last to the first. */
static const char *write_archive(const char *name, int filter, const member *members, size_t count,
                                 bool backwards)
{
    struct archive *archive = begin_archive(name, filter);
    for (size_t i = 0; i < count; i++) {
        const member *m = &members[backwards ? count - 1 - i : i];
        add_member(archive, m->path, m->text, strlen(m->text));
    }
    return end_archive(name, archive);
}

/* neg/1_2, pos/10_8, pos/2_9, in the order of bytes. */
static void expect_train(const char *path)
{
    static const char *const words[] = {"<unk>", "good", "bad", "film", "it's"};
    brds_vocabulary vocabulary = {0};
    brds_dataset dataset;
    load(path, options_for(BRDS_FORMAT_AUTO), &vocabulary, &dataset);
    assert_int_equal(vocabulary.size, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(vocabulary.tokens[i], words[i]);
    }
    expect_tokens(&dataset, (int32_t[]){2, 3, 1, 0, 4, 2, 1, 1, 3, 4, 0, 0}, 12);
    assert_int_equal(dataset.sequences, 3);
    assert_int_equal(dataset.classes, 2);
    assert_memory_equal(dataset.labels, ((int32_t[]){0, 1, 1}), 3 * sizeof(int32_t));
    assert_memory_equal(dataset.lengths, ((size_t[]){2, 4, 6}), 3 * sizeof(size_t));
    brds_dataset_free(&dataset);
    brds_vocabulary_free(&vocabulary);
}

static void test_compressions(void **state)
{
    (void)state;
    static const int filters[] = {ARCHIVE_FILTER_NONE,    ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_BZIP2,
                                  ARCHIVE_FILTER_XZ,      ARCHIVE_FILTER_ZSTD, ARCHIVE_FILTER_LZ4,
                                  ARCHIVE_FILTER_COMPRESS};
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        expect_train(write_archive("r", filters[i], small, SMALL_COUNT, i % 2));
    }
    expect_train(write_archive("r.tar.lzma", ARCHIVE_FILTER_LZMA, small, SMALL_COUNT, true));
}

static void test_splits(void **state)
{
    (void)state;
    brds_vocabulary vocabulary = {0};
    brds_dataset dataset;
    brds_data_options options = options_for(BRDS_FORMAT_REVIEWS);
    const char *path = write_archive("r", ARCHIVE_FILTER_GZIP, small, SMALL_COUNT, false);
    load(path, options, &vocabulary, &dataset);
    brds_dataset_free(&dataset);
    options.split = "test";
    load(path, options, &vocabulary, &dataset);
    expect_tokens(&dataset, (int32_t[]){2, 2, 3, 0, 0, 0}, 6);
    brds_dataset_free(&dataset);
    options.max_length = 1;
    load(path, options, &vocabulary, &dataset);
    expect_tokens(&dataset, (int32_t[]){2, 0}, 2);
    brds_dataset_free(&dataset);
    options.split = "valid";
    refuse(path, options, &vocabulary, BRDS_EUSAGE, "/r", "no split 'valid'");
    brds_vocabulary_free(&vocabulary);
}

static void refuse_archive(const member *members, size_t count, const char *place, const char *text)
{
    brds_vocabulary vocabulary = {0};
    refuse(write_archive("r", ARCHIVE_FILTER_GZIP, members, count, false),
           options_for(BRDS_FORMAT_REVIEWS), &vocabulary, BRDS_EINPUT, place, text);
}

static void test_faults(void **state)
{
    (void)state;
    const member pos = {"train/pos/0_9.txt", "good"};
    refuse_archive(&pos, 1, "/r", "holds no review in 'train/neg'");
    refuse_archive(small + 8, 2, "/r", "holds no review in 'train/neg'");
    refuse_archive(NULL, 0, "/r", "holds no review");
    refuse_archive((member[]){pos, {"train/neg/0_1.txt", " -- <br />"}}, 2, "/r: train/neg/0_1.txt",
                   "has no word");
    refuse_archive((member[]){pos, {"train/neg/0_1.txt", ""}}, 2, "/r: train/neg/0_1.txt",
                   "is empty");
    refuse_archive((member[]){pos, {"train/neg/0_1.txt", "a\nb\xc0\xaf"}}, 2,
                   "/r: train/neg/0_1.txt:2", "byte 2 of the line (0xC0)");
    refuse_archive((member[]){pos, {"neg/0_1.txt", "bad"}}, 2, "/r", "no review in 'train/neg'");
    refuse_archive((member[]){pos, {"train/neg/0_1.txt", "bad"}, {"a/train/pos/0_9.txt", "good"}},
                   3, "/r", "holds 'train/pos/0_9.txt' twice");
}

static void test_large(void **state)
{
    (void)state;
    size_t size = ((size_t)1 << 20) + 1;
    char *text = malloc(size);
    assert_non_null(text);
    memset(text, 'a', size);
    for (size_t more = 0; more < 2; more++) {
        struct archive *archive = begin_archive("r", ARCHIVE_FILTER_GZIP);
        add_member(archive, "train/pos/0_9.txt", text, size - 1 + more);
        add_member(archive, "train/neg/0_1.txt", "bad", 3);
        const char *path = end_archive("r", archive);
        brds_vocabulary vocabulary = {0};
        if (more) {
            refuse(path, options_for(BRDS_FORMAT_REVIEWS), &vocabulary, BRDS_EINPUT, "/r",
                   "'train/pos/0_9.txt' is larger than the 1048576 bytes");
        } else {
            brds_dataset dataset;
            load(path, options_for(BRDS_FORMAT_REVIEWS), &vocabulary, &dataset);
            assert_int_equal(dataset.steps, 2);
            brds_dataset_free(&dataset);
            brds_vocabulary_free(&vocabulary);
        }
    }
    free(text);
}

static void refuse_bytes(const void *bytes, size_t size)
{
    brds_vocabulary vocabulary = {0};
    refuse(put_bytes("r", bytes, size), options_for(BRDS_FORMAT_REVIEWS), &vocabulary, BRDS_EINPUT,
           "/r", "cannot be unpacked");
}

/* Cut short and with flipped bits: no crash, and never a shorter set taken for a whole one. */
static void test_corrupt(void **state)
{
    (void)state;
    const char *path = write_archive("r", ARCHIVE_FILTER_XZ, small, SMALL_COUNT, false);
    brds_diag diag = {0};
    uint8_t *bytes;
    size_t size;
    expect_ok(brds_read_file(path, 65536, &bytes, &size, &diag), &diag);
    assert_true(size > 200);
    for (size_t cut = 1; cut < size - 40; cut += 13) {
        refuse_bytes(bytes, cut);
    }
    for (size_t at = 0; at < size - 40; at += 7) {
        bytes[at] ^= 0x10;
        refuse_bytes(bytes, size);
        bytes[at] ^= 0x10;
    }
    expect_train(put_bytes("r", bytes, size));
    free(bytes);
    refuse_bytes("no archive at all, only text", 28);
}

static void test_published(void **state)
{
    (void)state;
    const char *path = data_path("imdb/aclImdb_labeled.tar.xz");
    need_file(path);
    brds_vocabulary vocabulary = {0};
    brds_data_options options = options_for(BRDS_FORMAT_AUTO);
    options.max_length = 400;
    for (int test = 0; test < 2; test++) {
        brds_dataset dataset;
        options.split = test ? "test" : NULL;
        load(path, options, &vocabulary, &dataset);
        assert_int_equal(dataset.sequences, 25000);
        assert_int_equal(dataset.classes, 2);
        assert_int_equal(dataset.labels[12499], 0);
        assert_int_equal(dataset.labels[12500], 1);
        for (size_t i = 0; i < dataset.sequences; i++) {
            assert_in_range(dataset.lengths[i], 1, 400);
        }
        brds_dataset_free(&dataset);
    }
    print_message("%zu words\n", vocabulary.size);
    assert_string_equal(vocabulary.tokens[1], "the");
    assert_int_equal(brds_vocabulary_find(&vocabulary, "br", 2), -1);
    brds_vocabulary_free(&vocabulary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compressions), cmocka_unit_test(test_splits),
        cmocka_unit_test(test_faults),       cmocka_unit_test(test_large),
        cmocka_unit_test(test_corrupt),      cmocka_unit_test(test_published),
    };
    return cmocka_run_group_tests_name("reviews", tests, make_folder, remove_folder);
}
