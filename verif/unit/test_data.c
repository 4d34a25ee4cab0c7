/* SPDX-License-Identifier: Apache-2.0
 *
 * The readers of the single formats: what they make of small files, what they
 * refuse, and the published sets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "data/data_reader.h"
#include "model_fixture.h"

#include "data_fixture.h"

static void expect_vocabulary(const brds_vocabulary *vocabulary, const char *json)
{
    brds_diag diag = {0};
    char *text;
    expect_ok(brds_vocabulary_write(vocabulary, &text, &diag), &diag);
    assert_string_equal(text, json);
    free(text);
}

static void free_loaded(brds_vocabulary *vocabulary, brds_dataset *dataset)
{
    brds_dataset_free(dataset);
    brds_vocabulary_free(vocabulary);
}

/* --- features --- */

static const char *write_features(size_t width, const int32_t *lengths, const int32_t *labels)
{
    static const float features[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    const brds_tensor_out tensors[3] = {{"features", BRDS_F32, 2, {4, width}, features},
                                        {"lengths", BRDS_I32, 1, {2}, lengths},
                                        {"labels", BRDS_I32, 1, {2}, labels}};
    brds_diag diag = {0};
    const char *path = in_folder("f.safetensors");
    expect_ok(brds_safetensors_save(path, tensors, labels ? 3 : 2, NULL, &diag), &diag);
    return path;
}

static void test_features(void **state)
{
    (void)state;
    brds_dataset dataset;
    load(write_features(2, (int32_t[]){3, 1}, (int32_t[]){0, 4}), options_for(BRDS_FORMAT_FEATURES),
         NULL, &dataset);
    assert_int_equal(dataset.task, BRDS_TASK_CLASSIFY);
    assert_int_equal(dataset.feature_size, 2);
    assert_int_equal(dataset.classes, 5);
    assert_int_equal(dataset.sequences, 2);
    assert_int_equal(dataset.steps, 4);
    assert_int_equal(dataset.starts[1], 3);
    assert_int_equal(dataset.labels[1], 4);
    assert_true(dataset.features[7] == 8.0f);
    brds_dataset_free(&dataset);
}

static void features_refused(const char *path, const char *text)
{
    refuse(path, options_for(BRDS_FORMAT_FEATURES), NULL, BRDS_EINPUT, "f.safetensors", text);
}

static void test_features_faults(void **state)
{
    (void)state;
    features_refused(write_features(2, (int32_t[]){3, 1}, NULL), "no tensor 'labels'");
    features_refused(write_features(2, (int32_t[]){2, 1}, (int32_t[]){0, 1}),
                     "sum to 3, but features has 4 rows");
    features_refused(write_features(2, (int32_t[]){3, 2}, (int32_t[]){0, 1}), "exceed the 4 rows");
    features_refused(write_features(2, (int32_t[]){3, 1}, (int32_t[]){0, -1}), "element [1] is -1");
    features_refused(write_features(2, (int32_t[]){3, 1}, (int32_t[]){65536, 0}), "is 65536");
    features_refused(write_features(0, (int32_t[]){3, 1}, (int32_t[]){0, 1}), "features is (4, 0)");
    features_refused(put("f.safetensors", ""), "only 0 bytes");
}

/* --- labelled --- */

static void test_labelled(void **state)
{
    (void)state;
    brds_vocabulary vocabulary = {0};
    brds_dataset dataset;
    load(put("t", "\xef\xbb\xbf"
                  "b a  b\t1\r\n b once a c\t0 \nc\t3"),
         options_for(BRDS_FORMAT_LABELLED), &vocabulary, &dataset);
    expect_vocabulary(&vocabulary, "[\"<unk>\",\"b\",\"a\",\"c\"]");
    expect_tokens(&dataset, (int32_t[]){1, 2, 1, 1, 0, 2, 3, 3}, 8);
    assert_int_equal(dataset.sequences, 3);
    assert_int_equal(dataset.classes, 4);
    assert_int_equal(dataset.feature_size, 0);
    assert_int_equal(dataset.starts[2], 7);
    assert_int_equal(dataset.lengths[1], 4);
    assert_memory_equal(dataset.labels, ((int32_t[]){1, 0, 3}), 3 * sizeof(int32_t));
    brds_dataset_free(&dataset);
    load(put("t", "new b\t0\n"), options_for(BRDS_FORMAT_LABELLED), &vocabulary, &dataset);
    expect_tokens(&dataset, (int32_t[]){0, 1}, 2);
    assert_int_equal(vocabulary.size, 4);
    free_loaded(&vocabulary, &dataset);
}

/* A text's own <unk> is the one, however often it is there. */
static void test_own_unknown(void **state)
{
    (void)state;
    brds_vocabulary vocabulary = {0};
    brds_dataset dataset;
    load(put("t", "a <unk> a\t0\n"), options_for(BRDS_FORMAT_LABELLED), &vocabulary, &dataset);
    expect_vocabulary(&vocabulary, "[\"<unk>\",\"a\"]");
    expect_tokens(&dataset, (int32_t[]){1, 0, 1}, 3);
    free_loaded(&vocabulary, &dataset);
}

/* The end of a long sequence is kept, and only what is kept is counted. */
static void test_longest(void **state)
{
    (void)state;
    brds_vocabulary vocabulary = {0};
    brds_dataset dataset;
    brds_data_options options = options_for(BRDS_FORMAT_LABELLED);
    options.max_length = 2;
    load(put("t", "x x x a b\t0\nb\t1\na b\t0\n"), options, &vocabulary, &dataset);
    expect_vocabulary(&vocabulary, "[\"<unk>\",\"b\",\"a\"]");
    expect_tokens(&dataset, (int32_t[]){2, 1, 1, 2, 1}, 5);
    assert_memory_equal(dataset.starts, ((size_t[]){0, 2, 3}), 3 * sizeof(size_t));
    assert_memory_equal(dataset.lengths, ((size_t[]){2, 1, 2}), 3 * sizeof(size_t));
    free_loaded(&vocabulary, &dataset);
}

static void test_labelled_faults(void **state)
{
    (void)state;
    const brds_data_format labelled = BRDS_FORMAT_LABELLED;
    refuse_text(labelled, "a\t0\nb c 1\n", "refused.txt:2", "has no TAB");
    refuse_text(labelled, "a\t0\n\nb\t1\n", "refused.txt:2", "has no TAB");
    refuse_text(labelled, "a\tb\t0\n", "refused.txt:1", "more than one TAB");
    refuse_text(labelled, "a\t0\nb\t-1\n", "refused.txt:2", "'-1' is no integer from 0 to 65535");
    refuse_text(labelled, "a\t0.5\n", "refused.txt:1", "'0.5' is no integer");
    refuse_text(labelled, "a\t\n", "refused.txt:1", "'' is no integer");
    refuse_text(labelled, "a\t 1\n", "refused.txt:1", "' 1' is no integer");
    refuse_text(labelled, "a\t65536\n", "refused.txt:1", "'65536' is no integer");
    refuse_text(labelled, "a\t99999999999999999999\n", "refused.txt:1", "'99999999999999999999'");
    refuse_text(labelled, "sentence\tlabel\na\t0\n", "refused.txt:1", "no line of titles");
    refuse_text(labelled, "a\t0\n \v\t1\n", "refused.txt:2", "no word before the TAB");
    refuse_text(labelled, "\xef\xbb\xbf", "refused.txt", "has no sequence");
}

static void test_unknown_without_unk(void **state)
{
    (void)state;
    brds_vocabulary vocabulary;
    brds_dataset dataset;
    brds_diag diag = {0};
    brds_data_options options = options_for(BRDS_FORMAT_LABELLED);
    expect_ok(brds_vocabulary_read("v", "[\"a\",\"b\"]", false, &vocabulary, &diag), &diag);
    load(put("t", "a b\t0\n"), options, &vocabulary, &dataset);
    brds_dataset_free(&dataset);
    refuse(put("t", "a\t0\nb c\t1\n"), options, &vocabulary, BRDS_EINPUT, "/t:2",
           "'c' is not in the vocabulary");
    refuse(put("t", "ab"), options_for(BRDS_FORMAT_CHARACTERS), &vocabulary, BRDS_EINPUT, "/t",
           "read as characters, but the vocabulary is one of words");
    vocabulary.characters = true;
    refuse(put("t", "a b"), options_for(BRDS_FORMAT_WORDS), &vocabulary, BRDS_EINPUT, "/t",
           "read as words, but the vocabulary is one of characters");
    brds_vocabulary_free(&vocabulary);
    refuse(put("t", "a b"), options_for(BRDS_FORMAT_WORDS), NULL, BRDS_EUSAGE, "/t",
           "wants a vocabulary");
}

/* --- text --- */

static void test_words(void **state)
{
    (void)state;
    brds_vocabulary vocabulary = {0};
    brds_dataset dataset;
    load(put("t", " b a \n\n a c"), options_for(BRDS_FORMAT_WORDS), &vocabulary, &dataset);
    expect_vocabulary(&vocabulary, "[\"<eos>\",\"a\",\"b\",\"c\",\"<unk>\"]");
    expect_tokens(&dataset, (int32_t[]){2, 1, 0, 0, 1, 3, 0}, 7);
    assert_int_equal(dataset.task, BRDS_TASK_LANGUAGE_MODEL);
    assert_int_equal(dataset.classes, 5);
    assert_int_equal(dataset.sequences, 1);
    assert_int_equal(dataset.lengths[0], 7);
    assert_null(dataset.labels);
    brds_dataset_free(&dataset);
    load(put("t", "a x\n"), options_for(BRDS_FORMAT_WORDS), &vocabulary, &dataset);
    expect_tokens(&dataset, (int32_t[]){1, 4, 0}, 3);
    free_loaded(&vocabulary, &dataset);
    load(put("t", "a <unk>\n<unk>\n"), options_for(BRDS_FORMAT_WORDS), &vocabulary, &dataset);
    expect_vocabulary(&vocabulary, "[\"<eos>\",\"<unk>\",\"a\"]");
    free_loaded(&vocabulary, &dataset);
    refuse_text(BRDS_FORMAT_WORDS, "\n \n", "refused.txt", "has no word");
}

static void test_characters(void **state)
{
    (void)state;
    brds_vocabulary vocabulary = {0};
    brds_dataset dataset;
    load(put("t", "a\xc3\xa9\xf0\x9f\x98\x80\r\na\xe6\xbc\xa2"),
         options_for(BRDS_FORMAT_CHARACTERS), &vocabulary, &dataset);
    assert_true(vocabulary.characters);
    expect_vocabulary(&vocabulary, "[\"a\",\"\\n\",\"\\r\",\"\xc3\xa9\",\"\xe6\xbc\xa2\","
                                   "\"\xf0\x9f\x98\x80\",\"<unk>\"]");
    expect_tokens(&dataset, (int32_t[]){0, 3, 5, 2, 1, 0, 4}, 7);
    assert_int_equal(dataset.classes, 7);
    brds_dataset_free(&dataset);
    brds_data_options options = options_for(BRDS_FORMAT_CHARACTERS);
    options.max_length = 2;
    load(put("t", "ab?a"), options, &vocabulary, &dataset);
    expect_tokens(&dataset, (int32_t[]){6, 0}, 2);
    free_loaded(&vocabulary, &dataset);
    refuse_text(BRDS_FORMAT_CHARACTERS, "a", "refused.txt", "has 1 token; at least 2");
}

static void not_utf8(const char *text, size_t size, const char *place, const char *message)
{
    static const brds_data_format formats[4] = {BRDS_FORMAT_LABELLED, BRDS_FORMAT_WORDS,
                                                BRDS_FORMAT_CHARACTERS, BRDS_FORMAT_VOWELS};
    for (int i = 0; i < 4; i++) {
        brds_vocabulary vocabulary = {0};
        refuse(put_bytes("u", text, size), options_for(formats[i]), &vocabulary, BRDS_EINPUT, place,
               message);
    }
}

static void test_utf8(void **state)
{
    (void)state;
    not_utf8("ok\n\xc3\xa9 \xc0\xaf\t0\n", 10, "/u:2", "byte 4 of the line (0xC0) begins no UTF-8");
    not_utf8("\xe0\x9f\xbf", 3, "/u:1", "byte 1 of the line (0xE0)");        /* overlong */
    not_utf8("\xf0\x8f\xbf\xbf", 4, "/u:1", "byte 1 of the line (0xF0)");    /* overlong */
    not_utf8("a\n\nab\xed\xa0\x80", 8, "/u:3", "byte 3 of the line (0xED)"); /* surrogate */
    not_utf8("\xf4\x90\x80\x80", 4, "/u:1", "byte 1 of the line (0xF4)");    /* U+110000 */
    not_utf8("a\xff", 2, "/u:1", "byte 2 of the line (0xFF)");
    not_utf8("a\x80", 2, "/u:1", "byte 2 of the line (0x80)");           /* alone */
    not_utf8("abc\xe6\xbc", 5, "/u:1", "byte 4 of the line (0xE6)");     /* cut */
    not_utf8("\xf0\x9f\x98", 3, "/u:1", "byte 1 of the line (0xF0)");    /* cut */
    not_utf8("\xe6\xbc\n\t0\n", 6, "/u:1", "byte 1 of the line (0xE6)"); /* cut by LF */
    not_utf8("a\t0\na\0b\t0\n", 10, "/u:2", "byte 2 of the line is NUL");
}

/* The ends of the ranges are characters. */
static void test_utf8_ends(void **state)
{
    (void)state;
    brds_vocabulary vocabulary = {0};
    brds_dataset dataset;
    load(put("t", "\x01\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"
                  "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"),
         options_for(BRDS_FORMAT_CHARACTERS), &vocabulary, &dataset);
    assert_int_equal(dataset.steps, 10);
    assert_int_equal(vocabulary.size, 11);
    free_loaded(&vocabulary, &dataset);
    const uint8_t *whole = (const uint8_t *)"\xf0\x9f\x98\x80";
    for (size_t size = 0; size <= 4; size++) { /* nothing beyond the end is looked at */
        assert_int_equal(brds_utf8_length(whole, size), size == 4 ? 4 : 0);
    }
}

/* --- vowels --- */

/* `blocks` blocks of two rows; block i begins with the number i. */
static const char *write_vowels(size_t blocks, bool ones, bool blank, bool last)
{
    FILE *stream = fopen(in_folder("v"), "wb");
    assert_non_null(stream);
    for (size_t i = 0; i < blocks; i++) {
        fprintf(stream, "%zu.5 -1e-1 3 4 5 6 7 8 9 10 11 12 \r\n", i);
        fprintf(stream, "1.0 1.0 1.0 1.0 1.0 1.0 1.0 1.0 1.0 1.0 1.0 +.5 \r\n");
        if (ones && (last || i + 1 < blocks)) {
            fprintf(stream, "1.0 1.0 1.0 1.0 1.0 1.0 1.0 1.0 1.0 1.0 1.0 1.0%s",
                    i + 1 < blocks ? " \r\n" : "");
        }
        if (blank) {
            fprintf(stream, "\r\n");
        }
    }
    assert_int_equal(fclose(stream), 0);
    return in_folder("v");
}

static void expect_vowels(const char *path, size_t blocks, size_t second, size_t third)
{
    brds_dataset dataset;
    load(path, options_for(BRDS_FORMAT_VOWELS), NULL, &dataset);
    assert_int_equal(dataset.sequences, blocks);
    assert_int_equal(dataset.steps, 2 * blocks);
    assert_int_equal(dataset.feature_size, 12);
    assert_int_equal(dataset.classes, 9);
    assert_true(dataset.features[24 * 7] == 7.5f && dataset.features[24 * 7 + 1] == -0.1f);
    assert_true(dataset.features[23] == 0.5f);
    assert_int_equal(dataset.labels[second - 1], 0);
    assert_int_equal(dataset.labels[second], 1);
    assert_int_equal(dataset.labels[third - 1], 1);
    assert_int_equal(dataset.labels[third], 2);
    assert_int_equal(dataset.labels[blocks - 1], 8);
    brds_dataset_free(&dataset);
}

static void test_vowels(void **state)
{
    (void)state;
    expect_vowels(write_vowels(270, true, false, true), 270, 30, 60);
    expect_vowels(write_vowels(370, true, true, true), 370, 31, 66);
    expect_vowels(write_vowels(370, false, true, false), 370, 31, 66);
    expect_vowels(write_vowels(270, true, false, false), 270, 30, 60);
}

static void vowels_refused(const char *path, const char *place, const char *text)
{
    refuse(path, options_for(BRDS_FORMAT_VOWELS), NULL, BRDS_EINPUT, place, text);
}

static void test_vowels_faults(void **state)
{
    (void)state;
    vowels_refused(write_vowels(269, true, false, true), "/v",
                   "has 269 blocks; the training set has 270, the test set 370");
    vowels_refused(put("v", "\n\r\n1 1 1 1 1 1 1 1 1 1 1 1\n"), "/v", "has no sequence");
    vowels_refused(put("v", "\n1 2 3\n"), "/v:2", "has 3 numbers; wanted are 12");
    vowels_refused(put("v", "1 1\n"), "/v:1", "has 2 numbers; wanted are 12");
    vowels_refused(put("v", "1 2 3 4 5 6 7 8 9 10 11 12 13\n"), "/v:1", "more than 12 numbers");
    static const char *const wrong[] = {
        "nan",   "inf", "0x1", "1e99",
        "1.2.3", "-",   "abc", "0.00000000000000000000000000000000000000001"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char text[80];
        snprintf(text, sizeof text, "1 %s 3 4 5 6 7 8 9 10 11 12\n", wrong[i]);
        vowels_refused(put("v", text), "/v:1", "is no number");
    }
}

/* --- the published sets --- */

static void load_published(const char *name, brds_data_format format, const char *split,
                           brds_vocabulary *vocabulary, brds_dataset *dataset)
{
    const char *path = data_path(name);
    need_file(path);
    brds_data_options options = options_for(format);
    options.format = BRDS_FORMAT_AUTO;
    options.split = split;
    load(path, options, vocabulary, dataset);
}

static void test_penn_treebank(void **state)
{
    (void)state;
    static const char *const names[3] = {"ptb/ptb.train.txt", "ptb/ptb.valid.txt",
                                         "ptb/ptb.test.txt"};
    static const size_t steps[3] = {929589, 73760, 82430};
    brds_vocabulary vocabulary = {0};
    for (int i = 0; i < 3; i++) {
        brds_dataset dataset;
        load_published(names[i], BRDS_FORMAT_WORDS, NULL, &vocabulary, &dataset);
        assert_int_equal(dataset.steps, steps[i]);
        assert_int_equal(dataset.classes, 10000);
        brds_dataset_free(&dataset);
    }
    assert_int_equal(vocabulary.size, 10000);
    assert_string_equal(vocabulary.tokens[0], "the");
    assert_string_equal(vocabulary.tokens[1], "<unk>");
    assert_string_equal(vocabulary.tokens[2], "<eos>");
    brds_vocabulary_free(&vocabulary);
}

static size_t count_label(const brds_dataset *dataset, int32_t label)
{
    size_t count = 0;
    for (size_t i = 0; i < dataset->sequences; i++) {
        count += dataset->labels[i] == label;
    }
    return count;
}

static void test_sentences(void **state)
{
    (void)state;
    brds_vocabulary vocabulary = {0};
    brds_dataset train, test;
    load_published("sst2/train.tsv", BRDS_FORMAT_LABELLED, NULL, &vocabulary, &train);
    load_published("sst2/test.tsv", BRDS_FORMAT_LABELLED, NULL, &vocabulary, &test);
    assert_int_equal(train.sequences, 6920);
    assert_int_equal(count_label(&train, 1), 3610);
    assert_int_equal(train.steps, 128096);
    assert_int_equal(train.classes, 2);
    assert_int_equal(test.sequences, 1821);
    assert_int_equal(count_label(&test, 0), 912);
    assert_int_equal(test.steps, 33653);
    brds_dataset_free(&test);
    free_loaded(&vocabulary, &train);
}

static void test_speakers(void **state)
{
    (void)state;
    brds_dataset dataset;
    load_published("japanese_vowels/ae.train", BRDS_FORMAT_VOWELS, NULL, NULL, &dataset);
    assert_int_equal(dataset.sequences, 270);
    assert_int_equal(dataset.steps, 4274);
    brds_dataset_free(&dataset);
    load_published("japanese_vowels/ae.test", BRDS_FORMAT_VOWELS, NULL, NULL, &dataset);
    assert_int_equal(dataset.sequences, 370);
    assert_int_equal(dataset.steps, 5687);
    assert_int_equal(count_label(&dataset, 2), 88);
    brds_dataset_free(&dataset);
}

static void test_digits(void **state)
{
    (void)state;
    brds_dataset dataset;
    load_published("spoken_digits/fsdd_mfcc_test.safetensors", BRDS_FORMAT_FEATURES, NULL, NULL,
                   &dataset);
    assert_int_equal(dataset.sequences, 300);
    assert_int_equal(dataset.steps, 12301);
    assert_int_equal(dataset.feature_size, 39);
    assert_int_equal(dataset.classes, 10);
    brds_dataset_free(&dataset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_features),
        cmocka_unit_test(test_features_faults),
        cmocka_unit_test(test_labelled),
        cmocka_unit_test(test_own_unknown),
        cmocka_unit_test(test_longest),
        cmocka_unit_test(test_labelled_faults),
        cmocka_unit_test(test_unknown_without_unk),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_characters),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_utf8_ends),
        cmocka_unit_test(test_vowels),
        cmocka_unit_test(test_vowels_faults),
        cmocka_unit_test(test_penn_treebank),
        cmocka_unit_test(test_sentences),
        cmocka_unit_test(test_speakers),
        cmocka_unit_test(test_digits),
    };
    return cmocka_run_group_tests_name("data", tests, make_folder, remove_folder);
}
