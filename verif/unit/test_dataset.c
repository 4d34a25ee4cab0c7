/* SPDX-License-Identifier: Apache-2.0
 *
 * Parts and selections of datasets, and how a file's format is told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "model_fixture.h"

#include "data_fixture.h"

/* `count` sequences of 1, 2, 3, 1, 2, 3 ... words; all words of a sequence and
 * its label are its own number. */
static void numbered(size_t count, brds_vocabulary *vocabulary, brds_dataset *dataset)
{
    FILE *stream = fopen(in_folder("numbered.tsv"), "w");
    assert_non_null(stream);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k <= i % 3; k++) {
            fprintf(stream, "w%zu ", i);
        }
        fprintf(stream, "\t%zu\n", i);
    }
    assert_int_equal(fclose(stream), 0);
    load(in_folder("numbered.tsv"), options_for(BRDS_FORMAT_LABELLED), vocabulary, dataset);
}

static void expect_sound(const brds_dataset *dataset, const brds_dataset *whole)
{
    size_t steps = 0;
    assert_int_equal(dataset->classes, whole->classes);
    for (size_t i = 0; i < dataset->sequences; i++) {
        size_t origin = (size_t)dataset->labels[i];
        assert_int_equal(dataset->starts[i], steps);
        assert_int_equal(dataset->lengths[i], whole->lengths[origin]);
        for (size_t k = 0; k < dataset->lengths[i]; k++) {
            assert_int_equal(dataset->tokens[steps + k], whole->tokens[whole->starts[origin]]);
        }
        steps += dataset->lengths[i];
    }
    assert_int_equal(dataset->steps, steps);
}

/* Every sequence is in one of the two, in the order of the whole. */
static void expect_nothing_lost(const brds_dataset *rest, const brds_dataset *part, size_t count)
{
    assert_int_equal(rest->sequences + part->sequences, count);
    size_t in_rest = 0, in_part = 0;
    for (size_t i = 0; i < count; i++) {
        if (in_part < part->sequences && (size_t)part->labels[in_part] == i) {
            in_part++;
        } else {
            assert_int_equal(rest->labels[in_rest++], i);
        }
    }
}

static void split_numbered(size_t count, double share, uint64_t seed, brds_dataset *rest,
                           brds_dataset *part)
{
    brds_vocabulary vocabulary = {0};
    brds_dataset whole;
    brds_diag diag = {0};
    numbered(count, &vocabulary, &whole);
    brds_vocabulary_free(&vocabulary);
    numbered(count, &vocabulary, rest);
    expect_ok(brds_dataset_split(rest, share, seed, part, &diag), &diag);
    assert_true(part->sequences >= 1 && rest->sequences >= 1);
    expect_sound(rest, &whole);
    expect_sound(part, &whole);
    expect_nothing_lost(rest, part, count);
    brds_dataset_free(&whole);
    brds_vocabulary_free(&vocabulary);
}

static void free_both(brds_dataset *a, brds_dataset *b)
{
    brds_dataset_free(a);
    brds_dataset_free(b);
}

static void test_split(void **state)
{
    (void)state;
    brds_dataset rest, part, rest2, part2;
    split_numbered(1000, 0.1, 5, &rest, &part);
    assert_in_range(part.sequences, 70, 130);
    split_numbered(1000, 0.1, 5, &rest2, &part2);
    assert_int_equal(part.sequences, part2.sequences);
    assert_memory_equal(part.labels, part2.labels, part.sequences * sizeof *part.labels);
    free_both(&rest2, &part2);
    split_numbered(1000, 0.1, 6, &rest2, &part2);
    assert_true(part.sequences != part2.sequences ||
                memcmp(part.labels, part2.labels, part.sequences * sizeof *part.labels) != 0);
    free_both(&rest2, &part2);
    free_both(&rest, &part);
}

/* Small shares and small sets leave no side empty. */
static void test_split_extremes(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        brds_dataset rest, part;
        split_numbered(2, 0.5, seed, &rest, &part);
        free_both(&rest, &part);
        split_numbered(7, 1e-9, seed, &rest, &part);
        assert_int_equal(part.sequences, 1);
        free_both(&rest, &part);
        split_numbered(7, 1.0 - 1e-9, seed, &rest, &part);
        assert_int_equal(rest.sequences, 1);
        free_both(&rest, &part);
    }
}

static void split_refused(brds_dataset *dataset, double share, const char *text)
{
    brds_diag diag = {0};
    brds_dataset part;
    size_t before = dataset->steps;
    assert_int_equal(brds_dataset_split(dataset, share, 1, &part, &diag), BRDS_EINPUT);
    assert_null(part.starts);
    assert_int_equal(dataset->steps, before);
    expect_message(&diag, text);
}

static void test_split_faults(void **state)
{
    (void)state;
    brds_vocabulary vocabulary = {0};
    brds_dataset dataset;
    numbered(1, &vocabulary, &dataset);
    split_refused(&dataset, 0.5, "one sequence cannot be split");
    split_refused(&dataset, 0.0, "share 0 to split off");
    split_refused(&dataset, 1.0, "share 1 to split off");
    split_refused(&dataset, -0.1, "out of range");
    split_refused(&dataset, (double)NAN, "out of range");
    brds_dataset_free(&dataset);
    brds_vocabulary_free(&vocabulary);
}

static void test_split_text(void **state)
{
    (void)state;
    brds_vocabulary vocabulary = {0};
    brds_dataset dataset, part;
    brds_diag diag = {0};
    load(put("t", "a b c d e f g h i"), options_for(BRDS_FORMAT_WORDS), &vocabulary, &dataset);
    int32_t all[10];
    memcpy(all, dataset.tokens, sizeof all);
    expect_ok(brds_dataset_split(&dataset, 0.3, 1, &part, &diag), &diag);
    expect_tokens(&dataset, all, 7);
    expect_tokens(&part, all + 7, 3);
    assert_int_equal(dataset.lengths[0], 7);
    assert_int_equal(part.lengths[0], 3);
    assert_int_equal(part.starts[0], 0);
    assert_int_equal(part.classes, dataset.classes);
    assert_int_equal(part.task, BRDS_TASK_LANGUAGE_MODEL);
    brds_dataset_free(&part);
    expect_ok(brds_dataset_split(&dataset, 0.99, 1, &part, &diag), &diag);
    assert_int_equal(dataset.steps, 2);
    assert_int_equal(part.steps, 5);
    brds_dataset_free(&dataset);
    dataset = part;
    expect_ok(brds_dataset_split(&dataset, 0.01, 1, &part, &diag), &diag);
    assert_int_equal(dataset.steps, 3);
    assert_int_equal(part.steps, 2);
    split_refused(&dataset, 0.5, "fewer than 4 tokens");
    free_both(&dataset, &part);
    brds_vocabulary_free(&vocabulary);
}

static void test_append(void **state)
{
    (void)state;
    brds_vocabulary vocabulary = {0};
    brds_diag diag = {0};
    brds_dataset whole, first, second, features = {.feature_size = 3, .steps = 1};
    numbered(6, &vocabulary, &whole);
    expect_ok(brds_dataset_select(&whole, (size_t[]){4, 1}, 2, &first, &diag), &diag);
    expect_ok(brds_dataset_select(&whole, (size_t[]){0, 5, 2}, 3, &second, &diag), &diag);
    second.classes = whole.classes;
    expect_ok(brds_dataset_append(&first, &second, &diag), &diag);
    assert_int_equal(first.sequences, 5);
    assert_memory_equal(first.labels, ((int32_t[]){4, 1, 0, 5, 2}), 5 * sizeof(int32_t));
    expect_sound(&first, &whole);
    assert_int_equal(brds_dataset_append(&first, &features, &diag), BRDS_EINPUT);
    expect_message(&diag, "data of two kinds");
    assert_int_equal(first.sequences, 5);
    brds_dataset_free(&first);
    brds_dataset_free(&second);
    brds_dataset_free(&whole);
    brds_vocabulary_free(&vocabulary);
    brds_diag_free(&diag);
}

static void test_append_text(void **state)
{
    (void)state;
    int32_t tokens[] = {0, 1, 2}, more_tokens[] = {3, 4};
    size_t start = 0, length = 3, more_start = 0, more_length = 2;
    brds_diag diag = {0};
    brds_dataset text = {
        .task = BRDS_TASK_LANGUAGE_MODEL, .classes = 5, .sequences = 1, .steps = 3};
    brds_dataset more = text, whole;
    text.tokens = tokens;
    text.starts = &start;
    text.lengths = &length;
    more.tokens = more_tokens;
    more.starts = &more_start;
    more.lengths = &more_length;
    more.steps = 2;
    expect_ok(brds_dataset_select(&text, (size_t[]){0}, 1, &whole, &diag), &diag);
    expect_ok(brds_dataset_append(&whole, &more, &diag), &diag);
    assert_int_equal(whole.sequences, 1);
    assert_int_equal(whole.steps, 5);
    assert_int_equal(whole.lengths[0], 5);
    assert_memory_equal(whole.tokens, ((int32_t[]){0, 1, 2, 3, 4}), 5 * sizeof(int32_t));
    brds_dataset_free(&whole);
}

static void test_select(void **state)
{
    (void)state;
    brds_vocabulary vocabulary = {0};
    brds_dataset whole, selected;
    brds_diag diag = {0};
    numbered(6, &vocabulary, &whole);
    expect_ok(brds_dataset_select(&whole, (size_t[]){5, 0, 5}, 3, &selected, &diag), &diag);
    expect_sound(&selected, &whole);
    assert_memory_equal(selected.labels, ((int32_t[]){5, 0, 5}), 3 * sizeof(int32_t));
    brds_dataset_free(&selected);
    assert_int_equal(brds_dataset_select(&whole, (size_t[]){6}, 1, &selected, &diag), BRDS_EINPUT);
    expect_message(&diag, "no sequence 6 of 6");
    assert_int_equal(brds_dataset_select(&whole, NULL, 0, &selected, &diag), BRDS_EINPUT);
    expect_message(&diag, "selection of no sequences");
    brds_dataset_free(&whole);
    brds_vocabulary_free(&vocabulary);
}

static void write_features(const char *name)
{
    static const float features[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    const brds_tensor_out tensors[3] = {
        {"features", BRDS_F32, 2, {4, 2}, features},
        {"lengths", BRDS_I32, 1, {2}, (const int32_t[]){3, 1}},
        {"labels", BRDS_I32, 1, {2}, (const int32_t[]){2, 0}},
    };
    brds_diag diag = {0};
    expect_ok(brds_safetensors_save(in_folder(name), tensors, 3, NULL, &diag), &diag);
}

static void test_select_features(void **state)
{
    (void)state;
    brds_dataset whole, selected;
    brds_diag diag = {0};
    write_features("f");
    load(in_folder("f"), options_for(BRDS_FORMAT_FEATURES), NULL, &whole);
    expect_ok(brds_dataset_select(&whole, (size_t[]){1, 0}, 2, &selected, &diag), &diag);
    assert_int_equal(selected.feature_size, 2);
    assert_null(selected.tokens);
    assert_memory_equal(selected.features, ((float[]){7, 8, 1, 2, 3, 4, 5, 6}), 8 * sizeof(float));
    free_both(&whole, &selected);
}

static void test_names(void **state)
{
    (void)state;
    brds_data_format format;
    int count = 0;
    for (; brds_data_format_name((brds_data_format)count); count++) {
        assert_true(brds_data_format_find(brds_data_format_name((brds_data_format)count), &format));
        assert_int_equal(format, count);
    }
    assert_int_equal(count, BRDS_FORMAT_REVIEWS + 1);
    assert_string_equal(brds_data_format_name(BRDS_FORMAT_FEATURES), "features");
    assert_false(brds_data_format_find("Features", &format));
}

static void test_auto(void **state)
{
    (void)state;
    brds_vocabulary vocabulary = {0};
    brds_dataset dataset;
    brds_data_options classify = options_for(BRDS_FORMAT_AUTO);
    brds_data_options model = {.task = BRDS_TASK_LANGUAGE_MODEL};
    write_features("no_suffix");
    load(in_folder("no_suffix"), classify, NULL, &dataset);
    assert_int_equal(dataset.feature_size, 2);
    brds_dataset_free(&dataset);
    load(put("no_suffix", "a b\t1\n"), classify, &vocabulary, &dataset);
    assert_int_equal(dataset.classes, 2);
    brds_dataset_free(&dataset);
    brds_vocabulary_free(&vocabulary);
    load(put("no_suffix", "a b\t1\n"), model, &vocabulary, &dataset);
    assert_int_equal(dataset.steps, 4);
    brds_dataset_free(&dataset);
    brds_vocabulary_free(&vocabulary);
    load(put("t", "abca"), options_for(BRDS_FORMAT_CHARACTERS), &vocabulary, &dataset);
    brds_dataset_free(&dataset);
    load(put("t", "abba"), model, &vocabulary, &dataset);
    assert_int_equal(dataset.steps, 4);
    brds_dataset_free(&dataset);
    brds_vocabulary_free(&vocabulary);
}

static void test_auto_faults(void **state)
{
    (void)state;
    brds_vocabulary vocabulary = {0};
    brds_data_options classify = options_for(BRDS_FORMAT_AUTO);
    brds_data_options model = {.task = BRDS_TASK_LANGUAGE_MODEL};
    refuse("-", classify, &vocabulary, BRDS_EUSAGE, "standard input", "format cannot be told");
    refuse("/dev/null", classify, &vocabulary, BRDS_EUSAGE, "/dev/null", "cannot be told");
    refuse(put("t", "a b c\n"), classify, &vocabulary, BRDS_EINPUT, "/t", "format cannot be told");
    refuse(put("t", ""), classify, &vocabulary, BRDS_EINPUT, "/t", "is empty");
    refuse(put("t.tsv", "a b c\n"), classify, &vocabulary, BRDS_EINPUT, "t.tsv:1", "has no TAB");
    refuse(put("t.safetensors", "a b c"), classify, NULL, BRDS_EINPUT, "t.safetensors", "5 bytes");
    refuse(put("t", "1 2 3 4 5 6 7 8 9 10 11 12\n"), classify, NULL, BRDS_EINPUT, "/t", "1 blocks");
    refuse(put("t.tar", "plain"), classify, &vocabulary, BRDS_EINPUT, "t.tar", "be unpacked");
    refuse(put("t", "BZh9"), classify, &vocabulary, BRDS_EINPUT, "/t", "cannot be unpacked");
    write_features("f");
    refuse(in_folder("f"), model, &vocabulary, BRDS_EUSAGE, "/f", "'features' is of sequences");
    refuse(in_folder("f"),
           (brds_data_options){.task = BRDS_TASK_CLASSIFY, .format = BRDS_FORMAT_WORDS},
           &vocabulary, BRDS_EUSAGE, "/f", "'words' has no labels");
}

/* Missing file and folder, told or not. */
static void test_no_file(void **state)
{
    (void)state;
    for (int format = 0; format <= BRDS_FORMAT_REVIEWS; format++) {
        brds_vocabulary vocabulary = {0};
        brds_data_options options = options_for((brds_data_format)format);
        refuse(in_folder("absent"), options, &vocabulary, BRDS_EFILE, "absent", "cannot open");
        refuse(temporary_folder, options, &vocabulary, BRDS_EFILE, temporary_folder, "is a folder");
        if (format != BRDS_FORMAT_FEATURES) {
            refuse(put("t", ""), options, &vocabulary, BRDS_EINPUT, "/t", "is empty");
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split),        cmocka_unit_test(test_split_extremes),
        cmocka_unit_test(test_split_faults), cmocka_unit_test(test_split_text),
        cmocka_unit_test(test_append),       cmocka_unit_test(test_append_text),
        cmocka_unit_test(test_select),       cmocka_unit_test(test_select_features),
        cmocka_unit_test(test_names),        cmocka_unit_test(test_auto),
        cmocka_unit_test(test_auto_faults),  cmocka_unit_test(test_no_file),
    };
    return cmocka_run_group_tests_name("dataset", tests, make_folder, remove_folder);
}
