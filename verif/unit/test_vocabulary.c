/* SPDX-License-Identifier: Apache-2.0
 *
 * Vocabularies: numbers and tokens, as JSON and back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "data/vocabulary.h"
#include "model_fixture.h"

static int32_t add(brds_vocabulary *vocabulary, const char *token)
{
    brds_diag diag = {0};
    int32_t number = -1;
    expect_ok(brds_vocabulary_add(vocabulary, token, strlen(token), &number, &diag), &diag);
    return number;
}

static void test_numbers(void **state)
{
    (void)state;
    brds_vocabulary vocabulary = {0};
    assert_int_equal(brds_vocabulary_find(&vocabulary, "a", 1), -1);
    assert_int_equal(add(&vocabulary, "a"), 0);
    assert_int_equal(add(&vocabulary, "ab"), 1);
    assert_int_equal(add(&vocabulary, "a"), 0);
    assert_int_equal(vocabulary.size, 2);
    assert_int_equal(brds_vocabulary_find(&vocabulary, "abc", 2), 1);
    assert_int_equal(brds_vocabulary_find(&vocabulary, "abc", 3), -1);
    assert_int_equal(brds_vocabulary_find(&vocabulary, "a\0b", 3), -1);
    assert_int_equal(brds_vocabulary_find(&vocabulary, "", 0), -1);
    assert_string_equal(vocabulary.tokens[1], "ab");
    brds_vocabulary_free(&vocabulary);
    assert_int_equal(vocabulary.size, 0);
    assert_int_equal(brds_vocabulary_find(&vocabulary, "a", 1), -1);
}

static void test_many(void **state)
{
    (void)state;
    enum { COUNT = 200000 };
    brds_vocabulary vocabulary = {0};
    char token[16];
    for (int32_t i = 0; i < COUNT; i++) {
        snprintf(token, sizeof token, "w%d", (int)i);
        assert_int_equal(add(&vocabulary, token), i);
    }
    for (int32_t i = 0; i < COUNT; i++) {
        int length = snprintf(token, sizeof token, "w%d", (int)i);
        assert_int_equal(brds_vocabulary_find(&vocabulary, token, (size_t)length), i);
    }
    assert_int_equal(brds_vocabulary_find(&vocabulary, "w200000", 7), -1);
    brds_vocabulary_free(&vocabulary);
}

/* Two words of one length with one 32-bit hash. */
static void test_collision(void **state)
{
    (void)state;
    brds_vocabulary vocabulary = {0};
    assert_int_equal(add(&vocabulary, "w084217"), 0);
    assert_int_equal(brds_vocabulary_find(&vocabulary, "w102826", 7), -1);
    assert_int_equal(add(&vocabulary, "w102826"), 1);
    assert_int_equal(brds_vocabulary_find(&vocabulary, "w084217", 7), 0);
    brds_vocabulary_free(&vocabulary);
}

static void test_no_token(void **state)
{
    (void)state;
    brds_vocabulary vocabulary = {0};
    brds_diag diag = {0};
    int32_t number;
    assert_int_equal(brds_vocabulary_add(&vocabulary, "", 0, &number, &diag), BRDS_EINPUT);
    assert_int_equal(brds_vocabulary_add(&vocabulary, "a\0b", 3, &number, &diag), BRDS_EINPUT);
    expect_message(&diag, "empty or has a NUL byte");
    assert_int_equal(vocabulary.size, 0);
    brds_vocabulary_free(&vocabulary);
}

static void test_json(void **state)
{
    (void)state;
    brds_vocabulary vocabulary = {0}, again;
    add(&vocabulary, "<unk>");
    add(&vocabulary, "\"\\\n");
    add(&vocabulary, "\xe6\xbc\xa2");
    brds_diag diag = {0};
    char *text;
    expect_ok(brds_vocabulary_write(&vocabulary, &text, &diag), &diag);
    assert_string_equal(text, "[\"<unk>\",\"\\\"\\\\\\n\",\"\xe6\xbc\xa2\"]");
    expect_ok(brds_vocabulary_read("m", text, true, &again, &diag), &diag);
    assert_int_equal(again.size, 3);
    assert_true(again.characters);
    for (size_t i = 0; i < again.size; i++) {
        assert_string_equal(again.tokens[i], vocabulary.tokens[i]);
        assert_int_equal(brds_vocabulary_find(&again, again.tokens[i], strlen(again.tokens[i])), i);
    }
    free(text);
    brds_vocabulary_free(&again);
    add(&vocabulary, "\xff");
    assert_int_equal(brds_vocabulary_write(&vocabulary, &text, &diag), BRDS_EINPUT);
    assert_null(text);
    expect_message(&diag, "token 3 is not UTF-8");
    brds_vocabulary_free(&vocabulary);
}

static void refused(const char *text, const char *message)
{
    brds_diag diag = {0};
    brds_vocabulary vocabulary;
    assert_int_equal(brds_vocabulary_read("model.x", text, false, &vocabulary, &diag), BRDS_EINPUT);
    assert_null(vocabulary.tokens);
    assert_null(vocabulary.index);
    assert_true(diag_says(&diag, "model.x"));
    expect_message(&diag, message);
}

static void test_bad_json(void **state)
{
    (void)state;
    refused("", "no JSON");
    refused("[\"a\"", "no JSON");
    refused("[\"a\\u0000\"]", "no JSON");
    refused("[\"\xff\"]", "no JSON");
    refused("{\"a\":0}", "no JSON array");
    refused("\"a\"", "no JSON array");
    refused("[]", "no JSON array of one or more strings");
    refused("[\"a\",1]", "token 1 of the vocabulary is no string");
    refused("[\"a\",\"b\",\"\"]", "token 2 of the vocabulary is no string with a character");
    refused("[\"a\",\"b\",\"c\",\"b\"]", "tokens 1 and 3 of the vocabulary are the same");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),   cmocka_unit_test(test_many),
        cmocka_unit_test(test_collision), cmocka_unit_test(test_no_token),
        cmocka_unit_test(test_json),      cmocka_unit_test(test_bad_json),
    };
    return cmocka_run_group_tests_name("vocabulary", tests, NULL, NULL);
}
