/* SPDX-License-Identifier: Apache-2.0
 *
 * Plots of a training's log: what gnuplot is told, of one curve and of several, and what is no log.  A
 * script in gnuplot's place prints what it was told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "io/file.h"
#include "model_fixture.h"
#include "report/curves.h"
#include "report/gnuplot.h"

static char folder[256], plot[300], gnuplot[300];

static void set_gnuplot(const char *script)
{
    brds_diag diag = {0};
    expect_ok(brds_write_file(gnuplot, script, strlen(script), &diag), &diag);
    assert_int_equal(chmod(gnuplot, 0755), 0);
}

static int begin(void **state)
{
    (void)state;
    char path[4200];
    const char *before = getenv("PATH");
    snprintf(folder, sizeof folder, "%.200s.d", temporary_path());
    snprintf(plot, sizeof plot, "%s/plot", folder);
    snprintf(gnuplot, sizeof gnuplot, "%s/gnuplot", folder);
    snprintf(path, sizeof path, "%s:%.3800s", folder, before != NULL ? before : "/bin");
    return mkdir(folder, 0700) != 0 || setenv("PATH", path, 1) != 0;
}

static int end(void **state)
{
    (void)state;
    unlink(plot);
    unlink(gnuplot);
    unlink(temporary_path());
    return rmdir(folder);
}

static brds_status draw(const char *log, brds_diag *diag)
{
    write_bytes(log, strlen(log));
    return brds_curves_plot(temporary_path(), plot, diag);
}

static void expect_told(const char *const *texts)
{
    uint8_t *bytes = NULL;
    size_t size;
    brds_diag diag = {0};
    expect_ok(brds_read_file(plot, 1 << 20, &bytes, &size, &diag), &diag);
    for (; *texts != NULL; texts++) {
        if (strstr((char *)bytes, *texts) == NULL) {
            fail_msg("gnuplot is not told '%s' but\n%s", *texts, (char *)bytes);
        }
    }
    free(bytes);
}

#define ACCURACY(loss, value) "{\"loss\": " loss ", \"accuracy\": " value "}"
#define EPOCH(label, epoch, train, valid)                                                          \
    "{\"label\": \"" label "\", \"epoch\": " epoch ", \"train\": " train ", \"valid\": " valid "}" \
    "\n"

static void test_one_curve(void **state)
{
    (void)state;
    brds_diag diag = {0};
    set_gnuplot("#!/bin/sh\ncat \"$1\"\n");
    expect_ok(
        draw(EPOCH("it's", "1", ACCURACY("0.5", "0.25"), ACCURACY("0.75", "0.125")) "\n" EPOCH(
                 "it's", "2", ACCURACY("0.25", "0.5"), "null"),
             &diag),
        &diag);
    expect_told((const char *const[]){"1 0.5 0.25 0.75 0.125\n2 0.25 0.5 0.25 0.5\n",
                                      "'it''s: validation'", "'it''s: training'",
                                      "set ylabel 'accuracy'", NULL});
}

static void test_several_curves(void **state)
{
    (void)state;
    brds_diag diag = {0};
    set_gnuplot("#!/bin/sh\ncat \"$1\"\n");
    const char *score = "{\"loss\": 1, \"perplexity\": 3}";
    char log[4096] = "", line[256];
    for (int i = 0; i < 20; i++) { /* more than the first room for points */
        snprintf(line, sizeof line,
                 "{\"label\": \"%s\", \"epoch\": %d, \"train\": %s, \"valid\": %s}%s",
                 i < 10 ? "a" : "b", i % 10 + 1, score, score, i < 19 ? "\n" : "");
        strcat(log, line);
    }
    expect_ok(draw(log, &diag), &diag);
    expect_told((const char *const[]){"10 1 3 1 3\n\n\n1 1 3 1 3\n", "index 1 using 1:5",
                                      "title 'a' noenhanced, ", "set ylabel 'perplexity'", NULL});
}

static void test_no_log(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"", "it holds no epoch"},
        {"\n\n", "it holds no epoch"},
        {"\n{\n", "line 2 is no epoch"},
        {"[]\n", "line 1 is no epoch"},
        {EPOCH("a", "1.5", ACCURACY("1", "1"), "null"), "line 1 is no epoch"},
        {EPOCH("a", "1", ACCURACY("\"x\"", "1"), "null"), "line 1 is no epoch"},
        {EPOCH("a", "1", ACCURACY("1", "null"), "null"), "line 1 is no epoch"},
        {"{\"epoch\": 1, \"train\": " ACCURACY("1", "1") "}", "line 1 is no epoch"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        brds_diag diag = {0};
        assert_int_equal(draw(wrong[i][0], &diag), BRDS_EINPUT);
        expect_message(&diag, wrong[i][1]);
    }
    brds_diag diag = {0};
    assert_int_equal(brds_curves_plot("/nonexistent/log", plot, &diag), BRDS_EFILE);
    brds_diag_free(&diag);
}

static void test_gnuplot_fails(void **state)
{
    (void)state;
    const char *log = EPOCH("a", "1", ACCURACY("1", "1"), "null");
    brds_diag diag = {0};
    unlink(plot);
    set_gnuplot("#!/bin/sh\n"); /* nothing is drawn */
    assert_int_equal(draw(log, &diag), BRDS_EFILE);
    expect_message(&diag, "gnuplot failed");
    set_gnuplot("#!/bin/sh\necho half\nexit 1\n");
    assert_int_equal(draw(log, &diag), BRDS_EFILE);
    expect_message(&diag, "gnuplot failed");
    assert_int_not_equal(access(plot, F_OK), 0);
    set_gnuplot("#!/bin/sh\necho all\n");
    assert_int_equal(brds_curves_plot(temporary_path(), "/nonexistent/plot", &diag), BRDS_EFILE);
    expect_message(&diag, "/nonexistent/plot");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_curve),
        cmocka_unit_test(test_several_curves),
        cmocka_unit_test(test_no_log),
        cmocka_unit_test(test_gnuplot_fails),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
