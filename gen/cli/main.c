/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/help.h"
#include "cli/options.h"
#include "io/cleanup.h"
#include "io/file.h"
#include "io/strings.h"
#include "version.h"

/* A file opened later must not become standard output because that was closed:
 * a closed one is opened the wrong way round, so that using it fails. */
static void guard_standard_streams(void)
{
    static const int modes[] = {O_WRONLY, O_RDONLY, O_RDONLY};
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) == -1 && errno == EBADF) {
            (void)open("/dev/null", modes[fd]);
        }
    }
}

static brds_status run_command(const brds_command *command, int argc, char **argv, brds_diag *diag)
{
    brds_args *args;
    brds_status status = brds_args_parse(command, argc, argv, &args, diag);
    if (status != BRDS_OK) {
        return status;
    }
    if (brds_args_help(args)) {
        brds_help_command(command, stdout);
    } else {
        status = command->run(args, diag);
    }
    brds_args_free(args);
    return status;
}

/* `what`: "command ", which the name follows. */
static brds_status fail_unknown(const char *name, const char *what, brds_diag *diag)
{
    const char *nearest = brds_command_nearest(name);
    char *hint = nearest != NULL ? brds_string_format("did you mean %s?", nearest) : NULL;
    brds_fail(diag, BRDS_EUSAGE, "", hint != NULL ? hint : "see brdsgen --help", "there is no %s%s",
              what, name);
    free(hint);
    return BRDS_EUSAGE;
}

static brds_status help(int argc, char **argv, brds_diag *diag)
{
    if (argc > 1) {
        return brds_fail(diag, BRDS_EUSAGE, "brdsgen help", "", "one operand too many: \"%s\"",
                         argv[1]);
    }
    if (argc == 0) {
        brds_help_program(stdout);
        return BRDS_OK;
    }
    const brds_command *command = brds_command_find(argv[0]);
    if (command == NULL) {
        return fail_unknown(argv[0], "command ", diag);
    }
    brds_help_command(command, stdout);
    return BRDS_OK;
}

static bool is_option(const char *text, const char *name, const char *letter)
{
    return strcmp(text, name) == 0 || strcmp(text, letter) == 0;
}

/* What may be a spec, although it is no command. */
static bool looks_like_file(const char *text)
{
    return strcmp(text, "-") == 0 ||
           (text[0] != '-' && (brds_string_ends(text, ".json") || strchr(text, '/') != NULL ||
                               access(text, F_OK) == 0));
}

static brds_status dispatch(int argc, char **argv, brds_diag *diag)
{
    if (argc < 2) {
        brds_help_program(stderr);
        return BRDS_EUSAGE;
    }
    const char *first = argv[1];
    const brds_command *command = brds_command_find(first);
    if (command != NULL) {
        return run_command(command, argc - 2, argv + 2, diag);
    }
    if (is_option(first, "--help", "-h") || strcmp(first, "help") == 0) {
        return help(strcmp(first, "help") == 0 ? argc - 2 : 0, argv + 2, diag);
    }
    if (is_option(first, "--version", "-V")) {
        puts("brdsgen " BRDS_VERSION);
        return BRDS_OK;
    }
    command = brds_command_find("gen");
    if (command != NULL && looks_like_file(first)) {
        return run_command(command, argc - 1, argv + 1, diag);
    }
    if (first[0] == '-') {
        return brds_fail(diag, BRDS_EUSAGE, "", "options follow the command or the spec",
                         "%s stands before a command", first);
    }
    return fail_unknown(first, "command and no file ", diag);
}

/* Closes standard output; a write error that a command has told is not told twice. */
static brds_status close_output(brds_status status, brds_diag *diag)
{
    static const char place[] = "standard output";
    brds_diag closing = {0};
    brds_status closed = brds_close_file(stdout, place, &closing);
    bool told = false;
    for (size_t i = 0; i < diag->count; i++) {
        told = told || strcmp(diag->messages[i].place, place) == 0;
    }
    if (closed != BRDS_OK && !told) {
        brds_fail(diag, closed, place, closing.count > 0 ? closing.messages[0].hint : "", "%s",
                  closing.count > 0 ? closing.messages[0].text : "cannot write");
    }
    brds_diag_free(&closing);
    return closed != BRDS_OK && (status == BRDS_OK || status == BRDS_EDIFFER) ? closed : status;
}

/* Memory for Jansson, which seldom tells that there was none: its parser names a fault of the text
 * instead, and a document that is being made lacks a key.  Hence the program ends here. */
static void *allocate(size_t size)
{
    void *memory = malloc(size);
    if (memory == NULL) {
        fputs("brdsgen: error: out of memory\n", stderr);
        brds_cleanup_now();
        _exit(BRDS_EFILE); /* what standard output still holds is incomplete */
    }
    return memory;
}

int main(int argc, char **argv)
{
    brds_diag diag = {0};
    guard_standard_streams();
    json_set_alloc_funcs(allocate, free);
    signal(SIGPIPE, SIG_IGN); /* a reader that went away is a write error, reported as one */
    signal(SIGXFSZ, SIG_IGN); /* so is a file that grew beyond the limit */
    brds_cleanup_install();
    brds_status status = dispatch(argc, argv, &diag);
    if (status == BRDS_OK && diag.errors > 0) {
        status = BRDS_EINPUT;
    }
    if (diag.lost > 0 && status <= BRDS_EINPUT) {
        status = BRDS_EFILE; /* memory ran out, which is told */
    }
    status = close_output(status, &diag);
    brds_diag_print(&diag, stderr);
    brds_diag_free(&diag);
    return (int)status;
}
