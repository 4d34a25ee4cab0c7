/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/help.h"
#include "cli/options.h"

static const brds_option options[] = {
    {"output", 'o', "DIR", "write to DIR"},
    {"json", 'j', NULL, "print JSON"},
    {"quiet", 'q', NULL, "say nothing"},
    {"seed", 0, "N", "start from N"},
    {0},
};

static const brds_command command = {
    .name = "try",
    .operands = "SPEC [MODEL]",
    .operand_min = 1,
    .operand_max = 2,
    .summary = "",
    .description = "",
    .options = options,
};

enum { MOST_WORDS = 16 };

/* Parses the words of `line`, which must outlive the result. */
static brds_status parse(char *line, brds_args **args, brds_diag *diag)
{
    char *words[MOST_WORDS];
    int count = 0;
    *args = NULL;
    for (char *word = strtok(line, " "); word != NULL; word = strtok(NULL, " ")) {
        assert_true(count < MOST_WORDS);
        words[count++] = word;
    }
    return brds_args_parse(&command, count, words, args, diag);
}

static void assert_good(const char *line, const char *output, bool json, const char *operand0,
                        const char *operand1)
{
    char copy[128];
    brds_args *args;
    brds_diag diag = {0};
    strcpy(copy, line);
    assert_int_equal(parse(copy, &args, &diag), BRDS_OK);
    assert_int_equal(diag.count, 0);
    if (output != NULL) {
        assert_string_equal(brds_args_value(args, "output"), output);
    } else {
        assert_null(brds_args_value(args, "output"));
    }
    assert_int_equal(brds_args_flag(args, "json"), json);
    assert_string_equal(brds_args_operand(args, 0), operand0);
    if (operand1 != NULL) {
        assert_string_equal(brds_args_operand(args, 1), operand1);
    } else {
        assert_null(brds_args_operand(args, 1));
    }
    assert_null(brds_args_operand(args, 2));
    assert_null(brds_args_operand(args, -1));
    brds_args_free(args);
}

static void test_good(void **state)
{
    (void)state;
    assert_good("a", NULL, false, "a", NULL);
    assert_good("a b", NULL, false, "a", "b");
    assert_good("a --output d", "d", false, "a", NULL);
    assert_good("--output=d a", "d", false, "a", NULL);
    assert_good("--output= a", "", false, "a", NULL);
    assert_good("--output=x=y a", "x=y", false, "a", NULL);
    assert_good("-o d a --json", "d", true, "a", NULL);
    assert_good("-od -j a", "d", true, "a", NULL);
    assert_good("-jqod a", "d", true, "a", NULL);
    assert_good("-jo d a", "d", true, "a", NULL);
    assert_good("-", NULL, false, "-", NULL);
    assert_good("-o - a", "-", false, "a", NULL);
    assert_good("-- --json -x", NULL, false, "--json", "-x");
    assert_good("a -o -- b", "--", false, "a", "b");
}

static void assert_bad(const char *line, const char *text, const char *hint)
{
    char copy[128];
    brds_args *args;
    brds_diag diag = {0};
    strcpy(copy, line);
    assert_int_equal(parse(copy, &args, &diag), BRDS_EUSAGE);
    assert_null(args);
    assert_int_equal(diag.errors, 1);
    assert_string_equal(diag.messages[0].place, "brdsgen try");
    assert_string_equal(diag.messages[0].text, text);
    assert_string_equal(diag.messages[0].hint, hint);
    brds_diag_free(&diag);
}

static void test_bad(void **state)
{
    (void)state;
    assert_bad("", "an operand is missing: SPEC [MODEL]", "");
    assert_bad("a b c", "one operand too many: \"c\"", "");
    assert_bad("a --ouput d", "there is no option --ouput", "did you mean --output?");
    assert_bad("a --ouput=d", "there is no option --ouput", "did you mean --output?");
    assert_bad("a --hepl", "there is no option --hepl", "did you mean --help?");
    assert_bad("a --out d", "there is no option --out", "see brdsgen try --help");
    assert_bad("a --verbose", "there is no option --verbose", "see brdsgen try --help");
    assert_bad("a -x", "there is no option -x", "see brdsgen try --help");
    assert_bad("a -jx", "there is no option -x", "see brdsgen try --help");
    assert_bad("a --output", "--output needs a value: --output DIR", "");
    assert_bad("a -o", "--output needs a value: --output DIR", "");
    assert_bad("a --json=1", "--json takes no value", "");
    assert_bad("a --json --json", "--json is given twice", "");
    assert_bad("a -jj", "--json is given twice", "");
    assert_bad("a -o d --output=e", "--output is given twice", "");
}

static void test_all_faults_are_told(void **state)
{
    (void)state;
    char line[] = "a --nothing -x --json=1";
    brds_args *args;
    brds_diag diag = {0};
    assert_int_equal(parse(line, &args, &diag), BRDS_EUSAGE);
    assert_int_equal(diag.errors, 3);
    brds_diag_free(&diag);
}

static void test_help(void **state)
{
    (void)state;
    static const char *const lines[] = {"--help", "-h", "-jh", "a b c --help"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char line[32];
        brds_args *args;
        brds_diag diag = {0};
        strcpy(line, lines[i]);
        assert_int_equal(parse(line, &args, &diag), BRDS_OK);
        assert_true(brds_args_help(args));
        brds_args_free(args);
    }
}

static void assert_seed(const char *line, brds_status wanted, int64_t value)
{
    char copy[128];
    brds_args *args;
    brds_diag diag = {0};
    int64_t seed = 99;
    strcpy(copy, line);
    assert_int_equal(parse(copy, &args, &diag), BRDS_OK);
    assert_int_equal(brds_args_integer(args, "seed", -8, 4096, 7, &seed, &diag), wanted);
    assert_int_equal(seed, value);
    assert_int_equal(diag.errors, wanted == BRDS_OK ? 0 : 1);
    brds_args_free(args);
    brds_diag_free(&diag);
}

static void test_integer(void **state)
{
    (void)state;
    assert_seed("a", BRDS_OK, 7);
    assert_seed("a --seed 12", BRDS_OK, 12);
    assert_seed("a --seed 012", BRDS_OK, 12);
    assert_seed("a --seed 0xFf", BRDS_OK, 255);
    assert_seed("a --seed=-8", BRDS_OK, -8);
    assert_seed("a --seed -0x8", BRDS_OK, -8);
    assert_seed("a --seed +4096", BRDS_OK, 4096);
    static const char *const bad[] = {"-9",
                                      "4097",
                                      "",
                                      "x",
                                      "1x",
                                      "0x",
                                      "-",
                                      "1.0",
                                      "0xg",
                                      "+-1",
                                      "99999999999999999999",
                                      "-99999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char line[64];
        snprintf(line, sizeof line, "a --seed=%s", bad[i]);
        assert_seed(line, BRDS_EUSAGE, 99);
    }
}

/* Every table: options told apart, texts in the form that help expects. */
static void test_tables(void **state)
{
    (void)state;
    for (size_t i = 0; brds_commands[i] != NULL; i++) {
        const brds_command *c = brds_commands[i];
        assert_ptr_equal(brds_command_find(c->name), c);
        assert_non_null(c->run);
        assert_true(c->summary[0] != '\0' && c->description[0] != '\0');
        assert_true(c->operand_min <= c->operand_max);
        assert_int_equal(c->operand_max > 0, c->operands[0] != '\0');
        for (const brds_option *o = c->options; o->name != NULL; o++) {
            assert_true(o->help[0] != '\0' && o->help[strlen(o->help) - 1] != '.');
            assert_string_not_equal(o->name, "help");
            assert_int_not_equal(o->letter, 'h');
            for (const brds_option *other = c->options; other != o; other++) {
                assert_string_not_equal(o->name, other->name);
                assert_true(o->letter == 0 || o->letter != other->letter);
            }
        }
    }
    assert_null(brds_command_find("no such command"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_all_faults_are_told),
        cmocka_unit_test(test_help),
        cmocka_unit_test(test_integer),
        cmocka_unit_test(test_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
