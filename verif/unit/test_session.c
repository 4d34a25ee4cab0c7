/* SPDX-License-Identifier: Apache-2.0
 *
 * A training's session: its log, its checkpoints, its line of progress, and what ends it early.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file.h"
#include "model_fixture.h"
#include "train/session.h"
#include "train_fixture.h"

static size_t lines_of(const char *path)
{
    uint8_t *bytes = NULL;
    size_t size, count = 0;
    brds_diag diag = {0};
    expect_ok(brds_read_file(path, 1 << 20, &bytes, &size, &diag), &diag);
    for (size_t i = 0; i < size; i++) {
        count += bytes[i] == '\n';
    }
    free(bytes);
    return count;
}

static brds_status run(brds_task task, const brds_session *session, brds_diag *diag)
{
    training t;
    prepare(&t, task);
    start(&t, 7);
    brds_status status = brds_session_run(session, t.trainer, diag);
    stop(&t);
    return status;
}

static void test_log_of_every_epoch(void **state)
{
    (void)state;
    brds_diag diag = {0};
    brds_session session = {.label = "test"};
    assert_done(brds_log_open(temporary_path(), false, 0, &session.log, &diag), &diag);
    assert_done(run(BRDS_TASK_CLASSIFY, &session, &diag), &diag);
    fclose(session.log);
    assert_int_equal(lines_of(temporary_path()), 4);
    assert_done(run(BRDS_TASK_LANGUAGE_MODEL, &(brds_session){.label = "none"}, &diag), &diag);
}

/* The line of progress goes to standard error, here a file. */
static void test_progress(void **state)
{
    (void)state;
    brds_diag diag = {0};
    uint8_t *bytes = NULL;
    size_t size;
    int before = dup(STDERR_FILENO);
    assert_non_null(freopen(temporary_path(), "w", stderr));
    brds_session session = {.label = "test", .progress = true};
    brds_status classify = run(BRDS_TASK_CLASSIFY, &session, &diag);
    brds_status language = run(BRDS_TASK_LANGUAGE_MODEL, &session, &diag);
    fflush(stderr);
    dup2(before, STDERR_FILENO);
    close(before);
    assert_done(classify, &diag);
    assert_done(language, &diag);
    expect_ok(brds_read_file(temporary_path(), 1 << 20, &bytes, &size, &diag), &diag);
    assert_non_null(strstr((char *)bytes, "test: epoch 4/4, 100 %, loss "));
    assert_non_null(strstr((char *)bytes, ", accuracy "));
    assert_non_null(strstr((char *)bytes, " tokens/s, "));
    free(bytes);
}

static brds_status refuse(void *context, brds_trainer *trainer, brds_diag *diag)
{
    (void)trainer;
    int *left = context;
    return (*left)-- > 0 ? BRDS_OK : brds_fail(diag, BRDS_EINPUT, "", "", "refused before a step");
}

static void test_ends_early(void **state)
{
    (void)state;
    brds_diag diag = {0};
    int left = 3;
    brds_session session = {.label = "test", .before_step = refuse, .context = &left};
    assert_int_equal(run(BRDS_TASK_CLASSIFY, &session, &diag), BRDS_EINPUT);
    expect_message(&diag, "refused before a step");
    session = (brds_session){.label = "test", .log = fopen("/dev/full", "w")};
    assert_non_null(session.log);
    assert_int_equal(run(BRDS_TASK_CLASSIFY, &session, &diag), BRDS_EFILE);
    brds_diag_free(&diag);
    fclose(session.log);
    session = (brds_session){.label = "test", .checkpoint = "/nonexistent/file", .identity = ""};
    assert_int_equal(run(BRDS_TASK_CLASSIFY, &session, &diag), BRDS_EFILE);
    expect_message(&diag, "/nonexistent/file");
}

static void test_logs_that_go_on(void **state)
{
    (void)state;
    FILE *log;
    brds_diag diag = {0};
    write_bytes("one\ntwo\n", 8);
    assert_done(brds_log_open(temporary_path(), true, 4, &log, &diag), &diag);
    fputs("three\n", log);
    fclose(log);
    assert_done(brds_log_open(temporary_path(), true, -1, &log, &diag), &diag);
    fputs("four\n", log);
    fclose(log);
    assert_int_equal(lines_of(temporary_path()), 3);
    assert_int_equal(brds_log_open(temporary_path(), true, 1000, &log, &diag), BRDS_EFILE);
    expect_message(&diag, "cannot go on after its first 1000 bytes");
    assert_done(brds_log_open(temporary_path(), true, 0, &log, &diag), &diag);
    fclose(log);
    assert_int_equal(lines_of(temporary_path()), 0);
    assert_int_equal(brds_log_open("/nonexistent/log", true, 0, &log, &diag), BRDS_EFILE);
    expect_message(&diag, "cannot open");
    assert_int_equal(brds_log_open("/nonexistent/log", true, 5, &log, &diag), BRDS_EFILE);
    expect_message(&diag, "the checkpoint belongs to");
}

static void test_logs_that_are_no_files(void **state)
{
    (void)state;
    FILE *log;
    brds_diag diag = {0};
    char path[300];
    snprintf(path, sizeof path, "%.256s.pipe", temporary_path());
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(brds_log_open(path, true, -1, &log, &diag), BRDS_EFILE);
    expect_message(&diag, "cannot be added to");
    assert_int_equal(brds_log_open(path, true, 3, &log, &diag), BRDS_EFILE);
    expect_message(&diag, "cannot go on");
    unlink(path);
    unlink(temporary_path());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_of_every_epoch),
        cmocka_unit_test(test_progress),
        cmocka_unit_test(test_ends_early),
        cmocka_unit_test(test_logs_that_go_on),
        cmocka_unit_test(test_logs_that_are_no_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
