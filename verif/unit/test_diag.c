/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "io/diag.h"
#include "io/strings.h"

static void assert_printed(const brds_diag *diag, const char *wanted)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    brds_diag_print(diag, stream);
    fclose(stream);
    assert_string_equal(text, wanted);
    free(text);
}

static void test_form(void **state)
{
    (void)state;
    brds_diag diag = {0};
    assert_int_equal(brds_fail(&diag, BRDS_EINPUT, "a.json:/name", "give a word", "is %d", 7),
                     BRDS_EINPUT);
    assert_int_equal(brds_fail(&diag, BRDS_EFILE, NULL, NULL, "no place, no hint"), BRDS_EFILE);
    brds_warn(&diag, "a.json:/x", "", "odd");
    assert_int_equal(diag.count, 3);
    assert_int_equal(diag.errors, 2);
    assert_printed(&diag, "a.json:/name: error: is 7; give a word\n"
                          "brdsgen: error: no place, no hint\n"
                          "a.json:/x: warning: odd\n");
    brds_diag_free(&diag);
    assert_int_equal(diag.count, 0);
    assert_null(diag.messages);
}

static void test_many(void **state)
{
    (void)state;
    brds_diag diag = {0};
    for (int i = 0; i < 1000; i++) {
        brds_fail(&diag, BRDS_EINPUT, "p", "", "%d", i);
    }
    assert_int_equal(diag.count, 1000);
    assert_int_equal(diag.errors, 1000);
    assert_string_equal(diag.messages[999].text, "999");
    brds_diag_free(&diag);
}

/* What a hostile document puts into a message stays on its line. */
static void test_control_characters(void **state)
{
    (void)state;
    brds_diag diag = {0};
    brds_fail(&diag, BRDS_EINPUT, "a\nb", "\x1b[2J", "unknown key \"\t\x7f\xc3\xa9\"");
    assert_printed(&diag, "a\\x0ab: error: unknown key \"\\x09\\x7f\xc3\xa9\"; \\x1b[2J\n");
    brds_diag_free(&diag);
}

static void test_long_text(void **state)
{
    (void)state;
    brds_diag diag = {0};
    char *word = malloc(100001);
    assert_non_null(word);
    memset(word, 'x', 100000);
    word[100000] = '\0';
    brds_fail(&diag, BRDS_EINPUT, word, word, "%s%s", word, word);
    assert_int_equal(strlen(diag.messages[0].text), 200000);
    free(word);
    brds_diag_free(&diag);
}

static void test_memory(void **state)
{
    (void)state;
    brds_diag diag = {0};
    assert_int_equal(brds_fail_memory(&diag), BRDS_EFILE);
    assert_printed(&diag, "brdsgen: error: out of memory\n");
    diag.lost = 2;
    assert_printed(&diag, "brdsgen: error: out of memory\n"
                          "brdsgen: error: out of memory; 2 messages are lost\n");
    brds_diag_free(&diag);
}

static void test_distance(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        size_t distance;
    } cases[] = {
        {"", "", 0},       {"", "abc", 3},      {"abc", "", 3},
        {"gen", "gen", 0}, {"gne", "gen", 1},   {"kitten", "sitting", 3},
        {"ab", "ba", 1},   {"abcd", "badc", 2}, {"hiden", "hidden", 1},
        {"ca", "abc", 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(brds_string_distance(cases[i].a, cases[i].b), cases[i].distance);
    }
    char longer[66];
    memset(longer, 'a', 65);
    longer[65] = '\0';
    assert_true(brds_string_distance(longer, "a") == SIZE_MAX);
    assert_true(brds_string_distance("a", longer) == SIZE_MAX);
    assert_int_equal(brds_string_distance(longer + 1, ""), 64);
}

static void test_nearest(void **state)
{
    (void)state;
    static const char *const names[] = {"output", "input", "json", "o"};
    assert_string_equal(brds_string_nearest("ouptut", names, 4), "output");
    assert_string_equal(brds_string_nearest("inputs", names, 4), "input");
    assert_string_equal(brds_string_nearest("json", names, 4), "json");
    assert_null(brds_string_nearest("verbose", names, 4));
    assert_null(brds_string_nearest("x", names, 4)); /* all of "o" replaced is no likeness */
    assert_null(brds_string_nearest("json", names, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_form),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_control_characters),
        cmocka_unit_test(test_long_text),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
