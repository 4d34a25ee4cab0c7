/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rtl/template.h"

typedef struct {
    brds_scope *shared, *scope;
    brds_diag diag;
    char *text; /* what was rendered */
    size_t length;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->shared = brds_scope_new(NULL);
    f->scope = brds_scope_new(f->shared);
    assert_non_null(f->shared);
    assert_non_null(f->scope);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    brds_scope_free(f->scope);
    brds_scope_free(f->shared);
    brds_diag_free(&f->diag);
    free(f->text);
    free(f);
    return 0;
}

static brds_status render(fixture *f, const char *text)
{
    free(f->text);
    FILE *stream = open_memstream(&f->text, &f->length);
    assert_non_null(stream);
    brds_status status =
        brds_template_render("t.in", text, strlen(text), f->scope, stream, &f->diag);
    assert_int_equal(fclose(stream), 0);
    return status;
}

static void expect(fixture *f, const char *text, const char *wanted)
{
    brds_status status = render(f, text);
    if (status != BRDS_OK) {
        brds_diag_print(&f->diag, stderr);
    }
    assert_int_equal(status, BRDS_OK);
    assert_string_equal(f->text, wanted);
}

/* The only message is at `place` and says `wanted`. */
static void expect_error(fixture *f, const char *text, const char *place, const char *wanted)
{
    assert_int_equal(render(f, text), BRDS_EFILE);
    assert_int_equal(f->diag.count, 1);
    assert_string_equal(f->diag.messages[0].place, place);
    assert_string_equal(f->diag.messages[0].text, wanted);
}

static void give_rows(fixture *f)
{
    brds_list *rows = brds_scope_list(f->scope, "rows", "name on");
    brds_list_row(rows, (const char *[]){"a", "1"});
    brds_list_row(rows, (const char *[]){"b", "0"});
    brds_list_row(rows, (const char *[]){"c", ""});
}

static void keys_are_replaced(void **state)
{
    fixture *f = *state;
    brds_scope_set(f->scope, "name", "%s_%d", "core", 7);
    brds_scope_set_integer(f->scope, "bits", -12);
    expect(f, "module @{name};\n@{bits}@{name}\n", "module core_7;\n-12core_7\n");
}

static void other_text_stays(void **state)
{
    expect(*state, "always @(posedge clk) // @ {x} @\n\n  a @* { b } // @\n",
           "always @(posedge clk) // @ {x} @\n\n  a @* { b } // @\n");
}

static void last_line_gets_a_newline(void **state)
{
    expect(*state, "a\nb", "a\nb\n");
    expect(*state, "", "");
}

static void conditions(void **state)
{
    fixture *f = *state;
    brds_scope_set(f->scope, "yes", "x");
    brds_scope_set_integer(f->scope, "no", 0);
    brds_scope_set(f->scope, "empty", "%s", "");
    expect(f,
           "//@if yes\na\n//@else\nb\n//@end\n//@if no\nc\n//@else\nd\n//@end\n//@if "
           "empty\ne\n//@end\n",
           "a\nd\n");
}

static void conditions_nest(void **state)
{
    fixture *f = *state;
    brds_scope_set_integer(f->scope, "p", 1);
    brds_scope_set_integer(f->scope, "q", 0);
    expect(f,
           "//@if p\n  //@if q\n1\n  //@else\n2\n  //@end\n//@else\n//@if p\n3\n//@end\n//@end\n"
           "//@if q\n//@if p\n4\n//@else\n5\n//@end\n//@end\n",
           "2\n");
}

static void loops(void **state)
{
    fixture *f = *state;
    give_rows(f);
    expect(f, "//@for r in rows\n@{r.index}@{r.name}@{r.on}@{r.last}\n//@end\n.\n",
           "0a10\n1b00\n2c1\n.\n");
}

static void loops_and_conditions_nest(void **state)
{
    fixture *f = *state;
    give_rows(f);
    expect(f,
           "//@for r in rows\n//@for s in rows\n//@if r.on\n@{r.name}@{s.name}\n//@end\n//@end\n"
           "//@if r.last\n]\n//@end\n//@end\n",
           "aa\nab\nac\n]\n");
}

static void empty_loops_render_nothing_but_are_checked(void **state)
{
    fixture *f = *state;
    brds_scope_list(f->scope, "rows", "name");
    expect(f, "//@for r in rows\n@{r.name} @{r.index} @{r.last}\n//@end\n", "");
    expect_error(f, "//@for r in rows\n@{r.name}\n@{r.size}\n//@end\n", "t.in:3",
                 "the list \"rows\" has no column \"size\"");
}

static void undefined_key(void **state)
{
    expect_error(*state, "a\nb @{bits}\n", "t.in:2", "the key \"bits\" is not defined");
}

static void undefined_key_in_a_line_that_is_left_out(void **state)
{
    fixture *f = *state;
    brds_scope_set_integer(f->scope, "p", 0);
    expect_error(f, "//@if p\n\n@{bits}\n//@end\n", "t.in:3", "the key \"bits\" is not defined");
}

static void undefined_condition(void **state)
{
    expect_error(*state, "//@if p\n//@end\n", "t.in:1", "the key \"p\" is not defined");
}

static void undefined_list(void **state)
{
    expect_error(*state, "\n//@for r in rows\n@{r.name}\n//@end\n", "t.in:2",
                 "the list \"rows\" is not defined");
}

static void undefined_column_is_filed_once(void **state)
{
    fixture *f = *state;
    give_rows(f);
    expect_error(f, "//@for r in rows\n@{r.name}@{r.on}@{r.size}\n//@end\n", "t.in:2",
                 "the list \"rows\" has no column \"size\"");
}

static void column_outside_its_loop(void **state)
{
    fixture *f = *state;
    give_rows(f);
    expect_error(f, "//@for r in rows\n@{r.name}@{r.on}\n//@end\n@{r.name}\n", "t.in:4",
                 "no loop over \"r\" is open here");
}

static void unused_key(void **state)
{
    fixture *f = *state;
    brds_scope_set(f->scope, "spare", "x");
    expect_error(f, "a\nb\n", "t.in:2", "the key \"spare\" is given but not used");
}

static void key_used_in_a_line_that_is_left_out_is_used(void **state)
{
    fixture *f = *state;
    brds_scope_set_integer(f->scope, "p", 0);
    brds_scope_set(f->scope, "q", "x");
    expect(f, "//@if p\n@{q}\n//@end\n", "");
}

static void unused_list(void **state)
{
    fixture *f = *state;
    give_rows(f);
    expect_error(f, "a\n", "t.in:1", "the list \"rows\" is given but not used");
}

static void unused_column(void **state)
{
    fixture *f = *state;
    give_rows(f);
    expect_error(f, "//@for r in rows\n@{r.name}\n//@end\n", "t.in:3",
                 "the column \"on\" of the list \"rows\" is given but not used");
}

static void shared_keys_are_checked_at_the_end(void **state)
{
    fixture *f = *state;
    brds_scope_set(f->shared, "version", "1");
    brds_scope_set(f->shared, "spare", "2");
    expect(f, "@{version}\n", "1\n");
    assert_int_equal(brds_scope_check_used(f->shared, "all", &f->diag), BRDS_EFILE);
    assert_int_equal(f->diag.count, 1);
    assert_string_equal(f->diag.messages[0].text, "the key \"spare\" is given but not used");
    expect(f, "@{spare}\n", "2\n");
    assert_int_equal(brds_scope_check_used(f->shared, "all", &f->diag), BRDS_OK);
}

static void key_given_twice(void **state)
{
    fixture *f = *state;
    brds_scope_set(f->shared, "name", "a");
    brds_scope_set(f->scope, "name", "b");
    expect_error(f, "@{name}\n", "t.in:1", "\"name\" is given twice");
}

static void list_given_twice(void **state)
{
    fixture *f = *state;
    give_rows(f);
    give_rows(f);
    expect_error(f, "//@for r in rows\n@{r.name}@{r.on}\n//@end\n", "t.in:1",
                 "\"rows\" is given twice");
}

static void blocks_must_end(void **state)
{
    fixture *f = *state;
    brds_scope_set_integer(f->scope, "p", 1);
    give_rows(f);
    expect_error(f, "//@for r in rows\n@{r.name}@{r.on}\n//@end\n//@if p\na\n", "t.in:4",
                 "//@if without //@end");
}

static void loops_must_end(void **state)
{
    fixture *f = *state;
    give_rows(f);
    expect_error(f, "//@for r in rows\n@{r.name}@{r.on}\n", "t.in:1", "//@for without //@end");
}

static void stray_end(void **state)
{
    expect_error(*state, "a\n//@end\nb\n", "t.in:2", "//@end or //@else without //@if or //@for");
}

static void else_in_a_loop(void **state)
{
    fixture *f = *state;
    give_rows(f);
    assert_int_equal(render(f, "//@for r in rows\n@{r.name}@{r.on}\n//@else\n//@end\n"),
                     BRDS_EFILE);
    assert_string_equal(f->diag.messages[0].place, "t.in:3");
}

static void second_else(void **state)
{
    fixture *f = *state;
    brds_scope_set_integer(f->scope, "p", 1);
    assert_int_equal(render(f, "//@if p\n//@else\n//@else\n//@end\n"), BRDS_EFILE);
    assert_string_equal(f->diag.messages[0].place, "t.in:3");
}

static void bad_syntax(void **state)
{
    fixture *f = *state;
    static const char *const bad[] = {
        "//@iff p\n", "//@for rows\n//@end\n", "//@for r in rows x\n//@end\n", "@{name\n", "@{}\n",
        "//@\n",      "//@if\n//@end\n",       "//@for r of rows\n//@end\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(render(f, bad[i]), BRDS_EFILE);
        assert_true(f->diag.count >= 1);
        assert_string_equal(f->diag.messages[0].place, "t.in:1");
        brds_diag_free(&f->diag);
        f->diag = (brds_diag){0};
    }
}

static void depth_is_limited(void **state)
{
    fixture *f = *state;
    brds_scope_set_integer(f->scope, "p", 1);
    char text[40 * 8 + 1] = "";
    for (int i = 0; i < 40; i++) {
        strcat(text, "//@if p\n");
    }
    assert_int_equal(render(f, text), BRDS_EFILE);
}

static void blocks_may_follow_each_other(void **state)
{
    fixture *f = *state;
    brds_scope_set_integer(f->scope, "p", 0);
    char text[40 * 16 + 1] = "";
    for (int i = 0; i < 40; i++) {
        strcat(text, "//@if p\n//@end\n");
    }
    expect(f, text, "");
}

static void many_keys_and_rows(void **state)
{
    fixture *f = *state;
    brds_list *rows = brds_scope_list(f->scope, "rows", "name");
    char name[16];
    for (int i = 0; i < 200; i++) {
        snprintf(name, sizeof name, "%d", i);
        brds_list_row(rows, (const char *[]){name});
    }
    assert_int_equal(render(f, "//@for r in rows\n@{r.name}\n//@end\n"), BRDS_OK);
    assert_string_equal(f->text + f->length - 8, "198\n199\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(keys_are_replaced),
        TEST(other_text_stays),
        TEST(last_line_gets_a_newline),
        TEST(conditions),
        TEST(conditions_nest),
        TEST(loops),
        TEST(loops_and_conditions_nest),
        TEST(empty_loops_render_nothing_but_are_checked),
        TEST(undefined_key),
        TEST(undefined_key_in_a_line_that_is_left_out),
        TEST(undefined_condition),
        TEST(undefined_list),
        TEST(undefined_column_is_filed_once),
        TEST(column_outside_its_loop),
        TEST(unused_key),
        TEST(key_used_in_a_line_that_is_left_out_is_used),
        TEST(unused_list),
        TEST(unused_column),
        TEST(shared_keys_are_checked_at_the_end),
        TEST(key_given_twice),
        TEST(list_given_twice),
        TEST(blocks_must_end),
        TEST(loops_must_end),
        TEST(stray_end),
        TEST(else_in_a_loop),
        TEST(second_else),
        TEST(bad_syntax),
        TEST(depth_is_limited),
        TEST(blocks_may_follow_each_other),
        TEST(many_keys_and_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
