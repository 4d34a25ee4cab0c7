/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/cleanup.h"
#include "io/file.h"
#include "io/tree.h"

/* Every test works in a new folder and leaves it empty or not, as it likes. */
static char folder[64];

static int enter(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/brdsgen-test-XXXXXX");
    return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static int leave(void **state)
{
    (void)state;
    return chdir("/") != 0 || !brds_tree_remove(folder);
}

static void put(const char *path, const char *text)
{
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    fputs(text, stream);
    assert_int_equal(fclose(stream), 0);
}

static void assert_content(const char *path, const char *text)
{
    uint8_t *bytes;
    size_t size;
    brds_diag diag = {0};
    assert_int_equal(brds_read_file(path, 1 << 20, &bytes, &size, &diag), BRDS_OK);
    assert_int_equal(size, strlen(text));
    assert_string_equal((char *)bytes, text);
    free(bytes);
}

static bool exists(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0;
}

/* No temporary file or folder is left in the test's folder. */
static void assert_clean(void)
{
    assert_int_equal(system("test -z \"$(find . -name '*.brdsgen-*')\""), 0);
}

static void assert_failed(brds_status status, brds_diag *diag, const char *place, const char *part)
{
    assert_int_equal(status, BRDS_EFILE);
    assert_int_equal(diag->errors, 1);
    assert_string_equal(diag->messages[0].place, place);
    if (strstr(diag->messages[0].text, part) == NULL) {
        fail_msg("\"%s\" is not in \"%s\"", part, diag->messages[0].text);
    }
    brds_diag_free(diag);
}

static void test_read(void **state)
{
    (void)state;
    uint8_t *bytes;
    size_t size;
    brds_diag diag = {0};
    put("ten", "0123456789");
    put("none", "");
    assert_content("ten", "0123456789");
    assert_content("none", "");
    assert_int_equal(brds_read_file("ten", 10, &bytes, &size, &diag), BRDS_OK);
    free(bytes);
    assert_failed(brds_read_file("ten", 9, &bytes, &size, &diag), &diag, "ten", "9 bytes");
    assert_failed(brds_read_file("ten", 0, &bytes, &size, &diag), &diag, "ten", "0 bytes");
    assert_failed(brds_read_file(".", 9, &bytes, &size, &diag), &diag, ".", "is a folder");
    assert_failed(brds_read_file("no", 9, &bytes, &size, &diag), &diag, "no", "No such file");
    assert_failed(brds_read_file("", 9, &bytes, &size, &diag), &diag, "", "No such file");
    assert_failed(brds_read_file("/dev/zero", 100000, &bytes, &size, &diag), &diag, "/dev/zero",
                  "100000 bytes");
    assert_int_equal(brds_read_file("none", SIZE_MAX, &bytes, &size, &diag), BRDS_OK);
    free(bytes);
}

/* A pipe has no size and comes in pieces; "-" is standard input. */
static void test_read_pipe(void **state)
{
    (void)state;
    enum { SIZE = 300000 };
    uint8_t *bytes;
    size_t size;
    brds_diag diag = {0};
    int ends[2], before = dup(STDIN_FILENO);
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        for (int i = 0; i < SIZE; i++) {
            char c = (char)('a' + i % 26);
            if (i < 5 || i % 1000 == 0 || i == SIZE - 1) { /* odd pieces */
                (void)!write(ends[1], &c, 1);
            } else {
                char piece[1000];
                int n = 0;
                for (; i + n < SIZE - 1 && (i + n) % 1000 != 0; n++) {
                    piece[n] = (char)('a' + (i + n) % 26);
                }
                (void)!write(ends[1], piece, (size_t)n);
                i += n - 1;
            }
        }
        _exit(0);
    }
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    assert_int_equal(brds_read_file("-", SIZE, &bytes, &size, &diag), BRDS_OK);
    waitpid(child, NULL, 0);
    dup2(before, STDIN_FILENO);
    close(before);
    assert_int_equal(size, SIZE);
    for (int i = 0; i < SIZE; i++) {
        assert_int_equal(bytes[i], 'a' + i % 26);
    }
    free(bytes);
}

static void test_outfile(void **state)
{
    (void)state;
    brds_outfile *file;
    FILE *stream;
    brds_diag diag = {0};
    put("x", "old");
    assert_int_equal(chmod("x", 0640), 0);
    assert_int_equal(symlink("x", "link"), 0);
    assert_int_equal(brds_outfile_begin("link", &file, &stream, &diag), BRDS_OK);
    fputs("new", stream);
    fflush(stream);
    assert_content("x", "old");
    assert_int_equal(brds_outfile_commit(file, &diag), BRDS_OK);
    assert_content("x", "new");
    struct stat info;
    assert_int_equal(lstat("link", &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_int_equal(stat("x", &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);

    assert_int_equal(brds_outfile_begin("x", &file, &stream, &diag), BRDS_OK);
    fputs("half", stream);
    brds_outfile_abort(file);
    assert_content("x", "new");
    assert_int_equal(brds_write_file("y", "fresh", 5, &diag), BRDS_OK);
    assert_content("y", "fresh");
    assert_clean();
}

static void test_outfile_failures(void **state)
{
    (void)state;
    brds_diag diag = {0};
    char text[10000];
    memset(text, 'x', sizeof text);
    assert_failed(brds_write_file("/dev/full", text, 5, &diag), &diag, "/dev/full", "No space");
    assert_failed(brds_write_file("/dev/full", text, sizeof text, &diag), &diag, "/dev/full",
                  "cannot write");
    assert_failed(brds_write_file("no/x", text, 5, &diag), &diag, "no/x", "No such file");
    assert_failed(brds_write_file(".", text, 5, &diag), &diag, ".", "is a folder");
    assert_int_equal(brds_write_file("", text, 5, &diag), BRDS_EUSAGE);
    brds_diag_free(&diag);
    assert_clean();
}

static brds_outdir *begin(const char *path)
{
    brds_outdir *outdir = NULL;
    brds_diag diag = {0};
    if (brds_outdir_begin(path, &outdir, &diag) != BRDS_OK) {
        brds_diag_print(&diag, stderr);
        fail();
    }
    return outdir;
}

static void make(const char *path, const char *name, const char *text)
{
    brds_diag diag = {0};
    brds_outdir *outdir = begin(path);
    assert_int_equal(brds_outdir_write(outdir, name, text, strlen(text), &diag), BRDS_OK);
    assert_int_equal(brds_outdir_commit(outdir, &diag), BRDS_OK);
    assert_int_equal(diag.count, 0);
}

static void test_outdir(void **state)
{
    (void)state;
    brds_diag diag = {0};
    FILE *stream;
    char *path;
    brds_outdir *outdir = begin("out");
    assert_int_equal(brds_outdir_file(outdir, "rtl/x.v", &stream, &diag), BRDS_OK);
    fputs("module", stream);
    assert_int_equal(brds_outdir_file(outdir, "rtl/deep/y.v", &stream, &diag), BRDS_OK);
    fputs("wire", stream);
    assert_int_equal(brds_outdir_path(outdir, "data/z", &path, &diag), BRDS_OK);
    put(path, "z");
    free(path);
    assert_false(exists("out"));
    assert_int_equal(brds_outdir_commit(outdir, &diag), BRDS_OK);
    assert_content("out/rtl/x.v", "module");
    assert_content("out/rtl/deep/y.v", "wire");
    assert_content("out/data/z", "z");
    assert_true(exists("out/.brdsgen"));
    assert_clean();
}

static void test_outdir_replaces(void **state)
{
    (void)state;
    make("out/", "old", "1");
    put("out/mine", "of the user");
    make("out", "new", "2");
    assert_false(exists("out/old"));
    assert_false(exists("out/mine"));
    assert_content("out/new", "2");

    assert_int_equal(mkdir("empty", 0777), 0);
    make("./empty//", "x", "3");
    assert_content("empty/x", "3");

    assert_int_equal(symlink("out", "link"), 0);
    make("link", "x", "4");
    assert_content("out/x", "4");
    assert_false(exists("out/new"));
    assert_clean();
}

/* What is removed with the old folder does not include what links lead to. */
static void test_outdir_follows_no_link_within(void **state)
{
    (void)state;
    assert_int_equal(mkdir("precious", 0777), 0);
    put("precious/file", "stays");
    make("out", "x", "1");
    assert_int_equal(symlink("../precious", "out/link"), 0);
    make("out", "x", "2");
    assert_content("precious/file", "stays");
}

static void refuse(const char *path, const char *part)
{
    brds_outdir *outdir = NULL;
    brds_diag diag = {0};
    assert_failed(brds_outdir_begin(path, &outdir, &diag), &diag, path, part);
    assert_null(outdir);
}

static void test_outdir_refuses(void **state)
{
    (void)state;
    brds_outdir *outdir = NULL;
    brds_diag diag = {0};
    assert_int_equal(mkdir("mine", 0777), 0);
    put("mine/file", "stays");
    refuse("mine", "not made by brdsgen");
    refuse("mine/file", "is not a folder");
    refuse("mine/file/x", "is not a folder");
    assert_int_equal(mkdir("mine/.brdsgen", 0777), 0); /* a folder is no marker */
    refuse("mine", "not made by brdsgen");
    assert_int_equal(symlink("nowhere", "dangling"), 0);
    refuse("dangling", "No such file");
    static const char *const names[] = {"", ".", "..", "/", "x/..", "x/./"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(brds_outdir_begin(names[i], &outdir, &diag), BRDS_EUSAGE);
    }
    brds_diag_free(&diag);
    assert_content("mine/file", "stays");
    assert_clean();
}

/* Somebody else fills the name while the run is under way. */
static void test_outdir_refuses_late(void **state)
{
    (void)state;
    brds_diag diag = {0};
    brds_outdir *outdir = begin("out");
    assert_int_equal(mkdir("out", 0777), 0);
    put("out/file", "stays");
    assert_failed(brds_outdir_commit(outdir, &diag), &diag, "out", "not made by brdsgen");
    assert_content("out/file", "stays");
    assert_clean();
}

static void test_outdir_abort(void **state)
{
    (void)state;
    brds_diag diag = {0};
    FILE *stream;
    make("kept", "x", "1");
    brds_outdir *outdir = begin("kept");
    assert_int_equal(brds_outdir_file(outdir, "rtl/half", &stream, &diag), BRDS_OK);
    fputs("half", stream);
    brds_outdir_abort(outdir);
    assert_content("kept/x", "1");
    brds_outdir_abort(begin("a/b/c"));
    assert_false(exists("a"));
    make("d/e/f", "x", "1");
    brds_outdir_abort(begin("d/e/g"));
    assert_content("d/e/f/x", "1");
    brds_outdir_abort(NULL);
    assert_clean();
}

static void test_outdir_names(void **state)
{
    (void)state;
    static const char *const bad[] = {"",    "/x",  "x/",   "a//b",     "..",       "a/../b", ".",
                                      "./x", "a b", "a\nb", "\xc3\xa9", ".brdsgen", "a/b;c"};
    brds_diag diag = {0};
    FILE *stream;
    brds_outdir *outdir = begin("out");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(brds_outdir_file(outdir, bad[i], &stream, &diag), BRDS_EFILE);
        assert_null(stream);
    }
    static const char *const good[] = {"...", "..a", ".x", "a/.b/c..", "A-Z+_9"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(brds_outdir_file(outdir, good[i], &stream, &diag), BRDS_OK);
    }
    brds_diag_free(&diag);
    assert_int_equal(brds_outdir_file(outdir, "...", &stream, &diag), BRDS_EFILE);
    assert_string_equal(diag.messages[0].place, "out/...");
    brds_diag_free(&diag);
    brds_outdir_abort(outdir);
    assert_clean();
}

/* A disk that fills up, by a limit on the size of files. */
static void test_outdir_disk_full(void **state)
{
    (void)state;
    brds_diag diag = {0};
    FILE *stream;
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    make("out", "x", "old");
    brds_outdir *outdir = begin("out");
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit small = {.rlim_cur = 1000, .rlim_max = before.rlim_max};
    assert_int_equal(brds_outdir_file(outdir, "big", &stream, &diag), BRDS_OK);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    for (int i = 0; i < 10000; i++) {
        fputs("xxxxxxxxxxxxxxxx", stream);
    }
    brds_status status = brds_outdir_commit(outdir, &diag);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_DFL);
    assert_failed(status, &diag, "out/big", "cannot write");
    assert_content("out/x", "old");
    assert_clean();
}

/* A signal removes what an unfinished run has made, and ends the program. */
static void test_signal(void **state)
{
    (void)state;
    make("out", "x", "old");
    pid_t child = fork();
    if (child == 0) {
        brds_diag diag = {0};
        FILE *stream;
        brds_outfile *file;
        brds_cleanup_install();
        brds_outdir *outdir = begin("a/b/c");
        (void)brds_outdir_file(outdir, "rtl/x.v", &stream, &diag);
        fflush(stream);
        (void)begin("out");
        (void)brds_outfile_begin("single", &file, &stream, &diag);
        raise(SIGTERM);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGTERM);
    assert_content("out/x", "old");
    assert_false(exists("a"));
    assert_clean();
}

static void test_data_path(void **state)
{
    (void)state;
    char *path;
    brds_diag diag = {0};
    assert_int_equal(brds_data_path("verif/unit/test_file.c", &path, &diag), BRDS_OK);
    assert_true(exists(path)); /* a build tree uses its source tree */
    free(path);
    assert_int_equal(brds_data_path("unit/test_file.c", &path, &diag), BRDS_OK);
    free(path);
    assert_int_equal(brds_data_path("no/such.v", &path, &diag), BRDS_EFILE);
    assert_null(path);
    brds_diag_free(&diag);

    assert_int_equal(mkdir("data", 0777), 0);
    put("data/x.v", "");
    assert_int_equal(setenv("BRDSGEN_DATA", "data", 1), 0);
    assert_int_equal(brds_data_path("x.v", &path, &diag), BRDS_OK);
    assert_string_equal(path, "data/x.v");
    free(path);
    assert_failed(brds_data_path("verif/unit/test_file.c", &path, &diag), &diag, "data",
                  "BRDSGEN_DATA");
    unsetenv("BRDSGEN_DATA");
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_read),
        IN_FOLDER(test_read_pipe),
        IN_FOLDER(test_outfile),
        IN_FOLDER(test_outfile_failures),
        IN_FOLDER(test_outdir),
        IN_FOLDER(test_outdir_replaces),
        IN_FOLDER(test_outdir_follows_no_link_within),
        IN_FOLDER(test_outdir_refuses),
        IN_FOLDER(test_outdir_refuses_late),
        IN_FOLDER(test_outdir_abort),
        IN_FOLDER(test_outdir_names),
        IN_FOLDER(test_outdir_disk_full),
        IN_FOLDER(test_signal),
        IN_FOLDER(test_data_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
