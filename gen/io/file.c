/* SPDX-License-Identifier: Apache-2.0 */
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/cleanup.h"
#include "io/strings.h"
#include "io/tree.h"

enum { FIRST_CAPACITY = 65536 };

const char *brds_input_place(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

static brds_status fail_limit(const char *place, size_t limit, brds_diag *diag)
{
    return brds_fail(diag, BRDS_EFILE, place, "", "is larger than the %zu bytes allowed", limit);
}

/* One byte more than the limit is asked for, to notice a file beyond it. */
static brds_status read_all(int fd, const char *place, size_t limit, size_t capacity,
                            uint8_t **bytes, size_t *size, brds_diag *diag)
{
    uint8_t *buffer = malloc(capacity + 1);
    size_t filled = 0;
    while (buffer != NULL) {
        ssize_t got = read(fd, buffer + filled, capacity - filled);
        if (got == 0) {
            buffer[filled] = 0;
            *bytes = buffer;
            *size = filled;
            return BRDS_OK;
        }
        if (got < 0 && errno != EINTR) {
            free(buffer);
            return brds_fail(diag, BRDS_EFILE, place, "", "cannot read: %s", strerror(errno));
        }
        filled += got > 0 ? (size_t)got : 0;
        if (filled > limit) {
            free(buffer);
            return fail_limit(place, limit, diag);
        }
        if (filled == capacity) {
            capacity = capacity <= limit / 2 ? 2 * capacity : limit + 1;
            uint8_t *larger = realloc(buffer, capacity + 1);
            if (larger == NULL) {
                free(buffer);
            }
            buffer = larger;
        }
    }
    return brds_fail_memory(diag);
}

static brds_status read_descriptor(int fd, const char *place, size_t limit, uint8_t **bytes,
                                   size_t *size, brds_diag *diag)
{
    struct stat info;
    if (fstat(fd, &info) != 0) {
        return brds_fail(diag, BRDS_EFILE, place, "", "cannot read: %s", strerror(errno));
    }
    if (S_ISDIR(info.st_mode)) {
        return brds_fail(diag, BRDS_EFILE, place, "give a file", "is a folder");
    }
    size_t capacity = FIRST_CAPACITY;
    if (S_ISREG(info.st_mode) && info.st_size > 0) {
        if ((uintmax_t)info.st_size > limit) {
            return fail_limit(place, limit, diag);
        }
        capacity = (size_t)info.st_size + 1; /* the end of the file fits in the first read */
    }
    capacity = capacity <= limit ? capacity : limit + 1;
    return read_all(fd, place, limit, capacity, bytes, size, diag);
}

brds_status brds_read_file(const char *path, size_t limit, uint8_t **bytes, size_t *size,
                           brds_diag *diag)
{
    const char *place = brds_input_place(path);
    limit = limit < SSIZE_MAX / 2 ? limit : SSIZE_MAX / 2;
    if (strcmp(path, "-") == 0) {
        return read_descriptor(STDIN_FILENO, place, limit, bytes, size, diag);
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return brds_fail(diag, BRDS_EFILE, place, "", "cannot open: %s", strerror(errno));
    }
    brds_status status = read_descriptor(fd, place, limit, bytes, size, diag);
    close(fd);
    return status;
}

static brds_status flush(FILE *stream, const char *place, brds_diag *diag)
{
    bool failed_before = ferror(stream) != 0;
    if (fflush(stream) != 0) {
        return brds_fail(diag, BRDS_EFILE, place, "", "cannot write: %s", strerror(errno));
    }
    if (failed_before) {
        return brds_fail(diag, BRDS_EFILE, place, "is the disk full, or the reader gone?",
                         "cannot write"); /* errno was of an earlier call */
    }
    return BRDS_OK;
}

brds_status brds_close_file(FILE *stream, const char *place, brds_diag *diag)
{
    brds_status status = flush(stream, place, diag);
    if (fclose(stream) != 0 && status == BRDS_OK) {
        status = brds_fail(diag, BRDS_EFILE, place, "", "cannot write: %s", strerror(errno));
    }
    return status;
}

struct brds_outfile {
    FILE *stream;
    char *path;      /* final name, symbolic links followed */
    char *temporary; /* NULL: written in place */
    brds_temporary *listed;
};

static void outfile_free(brds_outfile *file)
{
    free(file->path);
    free(file->temporary);
    free(file);
}

/* `FOLDER/.NAME.brdsgen-PID-N`, beside `path`. */
static char *temporary_name(const char *path, unsigned n)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash != NULL ? slash + 1 : path;
    return brds_string_format("%.*s.%.100s.brdsgen-%ld-%u", (int)(base - path), path, base,
                              (long)getpid(), n);
}

/* Opens a file nobody else has, with the mode of the one that it replaces. */
static brds_status open_temporary(brds_outfile *file, const struct stat *replaced, brds_diag *diag)
{
    int fd = -1;
    for (unsigned n = 0; n < 1000 && fd < 0; n++) {
        free(file->temporary);
        brds_cleanup_forget(file->listed);
        file->temporary = temporary_name(file->path, n);
        file->listed = NULL;
        if (file->temporary == NULL) {
            return brds_fail_memory(diag);
        }
        fd = open(file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0 && errno != EEXIST) {
            break;
        }
    }
    if (fd >= 0) {
        file->listed = brds_cleanup_add(file->temporary, false);
        if (file->listed == NULL) { /* who ends the program would leave it */
            close(fd);
            unlink(file->temporary);
            return brds_fail_memory(diag);
        }
        if (replaced != NULL) {
            (void)fchmod(fd, replaced->st_mode & 0777);
        }
        file->stream = fdopen(fd, "wb");
    }
    if (fd >= 0 && file->stream == NULL) {
        close(fd);
        unlink(file->temporary);
    }
    if (file->stream == NULL) {
        return brds_fail(diag, BRDS_EFILE, file->path, "", "cannot write: %s", strerror(errno));
    }
    return BRDS_OK;
}

static brds_status open_in_place(brds_outfile *file, brds_diag *diag)
{
    file->stream = fopen(file->path, "wb");
    if (file->stream == NULL) {
        return brds_fail(diag, BRDS_EFILE, file->path, "", "cannot write: %s", strerror(errno));
    }
    return BRDS_OK;
}

static brds_status open_outfile(brds_outfile *file, const char *path, brds_diag *diag)
{
    struct stat info;
    bool there = stat(path, &info) == 0;
    file->path = there ? brds_tree_resolve(path) : brds_string_copy(path);
    if (file->path == NULL) {
        return brds_fail_memory(diag);
    }
    if (there && S_ISDIR(info.st_mode)) {
        return brds_fail(diag, BRDS_EFILE, path, "give a file", "is a folder");
    }
    if (there && !S_ISREG(info.st_mode)) {
        return open_in_place(file, diag);
    }
    sigset_t before;
    brds_cleanup_hold(&before); /* until the file that is made is also listed */
    brds_status status = open_temporary(file, there ? &info : NULL, diag);
    brds_cleanup_release(&before);
    return status;
}

brds_status brds_outfile_begin(const char *path, brds_outfile **file, FILE **stream,
                               brds_diag *diag)
{
    brds_outfile *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return brds_fail_memory(diag);
    }
    brds_status status = BRDS_OK;
    if (strcmp(path, "-") == 0) {
        made->stream = stdout;
    } else if (path[0] == '\0') {
        status = brds_fail(diag, BRDS_EUSAGE, "", "", "the name of the output file is empty");
    } else {
        status = open_outfile(made, path, diag);
    }
    if (status != BRDS_OK) {
        brds_cleanup_forget(made->listed);
        outfile_free(made);
        return status;
    }
    *file = made;
    *stream = made->stream;
    return BRDS_OK;
}

brds_status brds_outfile_commit(brds_outfile *file, brds_diag *diag)
{
    brds_status status;
    if (file->stream == stdout) {
        status = flush(stdout, "standard output", diag);
    } else {
        status = brds_close_file(file->stream, file->path, diag);
    }
    if (file->temporary != NULL && status == BRDS_OK) {
        if (rename(file->temporary, file->path) != 0) {
            status = brds_fail(diag, BRDS_EFILE, file->path, "", "cannot rename %s to it: %s",
                               file->temporary, strerror(errno));
        }
    }
    if (file->temporary != NULL && status != BRDS_OK) {
        unlink(file->temporary);
    }
    brds_cleanup_forget(file->listed);
    outfile_free(file);
    return status;
}

void brds_outfile_abort(brds_outfile *file)
{
    if (file == NULL) {
        return;
    }
    if (file->stream != stdout) {
        fclose(file->stream);
    }
    if (file->temporary != NULL) {
        unlink(file->temporary);
    }
    brds_cleanup_forget(file->listed);
    outfile_free(file);
}

brds_status brds_write_file(const char *path, const void *bytes, size_t size, brds_diag *diag)
{
    brds_outfile *file = NULL;
    FILE *stream = NULL;
    brds_status status = brds_outfile_begin(path, &file, &stream, diag);
    if (status != BRDS_OK) {
        return status;
    }
    fwrite(bytes, 1, size, stream); /* commit reports a failure */
    return brds_outfile_commit(file, diag);
}
