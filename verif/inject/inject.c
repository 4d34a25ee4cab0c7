/* SPDX-License-Identifier: Apache-2.0
 *
 * Failing calls.  Linked with the objects of the program, whose calls of the functions below the linker
 * hands to __wrap_NAME (run.mk).  Calls of libraries among themselves stay as they are, but for Jansson's
 * allocations, which main makes the program's own.
 *
 * Environment: INJECT="KIND N": the N-th call of the kind fails; "KIND N on": that and all later ones;
 * "KIND 0": none.  INJECT_SEEN: a file that gets the number of calls of the kind, once the program ends.
 *
 *   memory   malloc, calloc, realloc, strdup, open_memstream, realpath return NULL
 *   open     open, openat, fopen, fdopen, mkstemp, mkdir, opendir, fdopendir, scandir, pipe, fork and
 *            popen fail
 *   full     the disk of a file that is opened for writing is full: each of its writes fails
 *   close    fclose and fflush report a failure
 *   rename   rename fails
 *   read     the bytes of a file that is opened for reading cannot be read
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char kind[16];
static long wanted, seen;
static bool onwards;
static char temporary[256]; /* the latest name that mkstemp gave */
static pid_t first;         /* process: a child's calls count, too, but it does not tell */

static bool hit(const char *what, int reason)
{
    if (strcmp(what, kind) != 0) {
        return false;
    }
    seen++;
    if (wanted == 0 || seen < wanted || (seen > wanted && !onwards)) {
        return false;
    }
    errno = reason;
    return true;
}

/* ---- memory ---- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
char *__real_realpath(const char *path, char *resolved);
FILE *__real_open_memstream(char **text, size_t *size);

void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    return hit("memory", ENOMEM) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    return hit("memory", ENOMEM) ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size)
{
    return hit("memory", ENOMEM) ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text);
char *__wrap_strdup(const char *text)
{
    return hit("memory", ENOMEM) ? NULL : __real_strdup(text);
}

char *__wrap_realpath(const char *path, char *resolved);
char *__wrap_realpath(const char *path, char *resolved)
{
    return hit("memory", ENOMEM) ? NULL : __real_realpath(path, resolved);
}

FILE *__wrap_open_memstream(char **text, size_t *size);
FILE *__wrap_open_memstream(char **text, size_t *size)
{
    return hit("memory", ENOMEM) ? NULL : __real_open_memstream(text, size);
}

/* ---- files ---- */

int __real_open(const char *path, int flags, ...);

/* Puts another file in the place of an open one. */
static void replace(int fd, const char *path, int flags)
{
    int other = __real_open(path, flags | O_CLOEXEC);
    if (other < 0 || dup2(other, fd) < 0) {
        abort();
    }
    close(other);
}

/* What befalls a stream that was just opened. */
static FILE *opened(FILE *stream, const char *mode)
{
    if (stream == NULL) {
        return NULL;
    }
    bool writes = strpbrk(mode, "wa+") != NULL;
    if (writes && hit("full", 0)) {
        replace(fileno(stream), "/dev/full", O_RDWR);
    } else if (!writes && hit("read", 0)) {
        replace(fileno(stream), "/", O_RDONLY);
    }
    return stream;
}

FILE *__real_fopen(const char *path, const char *mode);
FILE *__real_fdopen(int fd, const char *mode);
FILE *__real_popen(const char *command, const char *mode);
int __real_openat(int folder, const char *path, int flags, ...);
int __real_mkstemp(char *name);
int __real_mkdir(const char *path, mode_t mode);
DIR *__real_opendir(const char *path);
DIR *__real_fdopendir(int fd);
int __real_scandir(const char *path, struct dirent ***list, int (*pick)(const struct dirent *),
                   int (*order)(const struct dirent **, const struct dirent **));
int __real_pipe(int ends[2]);
pid_t __real_fork(void);

FILE *__wrap_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode)
{
    return hit("open", EMFILE) ? NULL : opened(__real_fopen(path, mode), mode);
}

FILE *__wrap_fdopen(int fd, const char *mode);
FILE *__wrap_fdopen(int fd, const char *mode)
{
    return hit("open", ENOMEM) ? NULL : opened(__real_fdopen(fd, mode), mode);
}

FILE *__wrap_popen(const char *command, const char *mode);
FILE *__wrap_popen(const char *command, const char *mode)
{
    return hit("open", EMFILE) ? NULL : __real_popen(command, mode);
}

int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if (hit("open", EACCES)) {
        return -1;
    }
    int fd = __real_open(path, flags, mode);
    if (fd >= 0 && (flags & (O_ACCMODE | O_DIRECTORY)) == O_RDONLY && hit("read", 0)) {
        replace(fd, "/", O_RDONLY);
    }
    return fd;
}

int __wrap_openat(int folder, const char *path, int flags, ...);
int __wrap_openat(int folder, const char *path, int flags, ...) /* the program makes none with it */
{
    return hit("open", EACCES) ? -1 : __real_openat(folder, path, flags);
}

int __wrap_mkstemp(char *name);
int __wrap_mkstemp(char *name)
{
    int fd = hit("open", EACCES) ? -1 : __real_mkstemp(name);
    if (fd >= 0) {
        snprintf(temporary, sizeof temporary, "%s", name);
    }
    return fd;
}

int __wrap_mkdir(const char *path, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode)
{
    return hit("open", EACCES) ? -1 : __real_mkdir(path, mode);
}

DIR *__wrap_opendir(const char *path);
DIR *__wrap_opendir(const char *path)
{
    return hit("open", EMFILE) ? NULL : __real_opendir(path);
}

DIR *__wrap_fdopendir(int fd);
DIR *__wrap_fdopendir(int fd)
{
    return hit("open", ENOMEM) ? NULL : __real_fdopendir(fd);
}

int __wrap_scandir(const char *path, struct dirent ***list, int (*pick)(const struct dirent *),
                   int (*order)(const struct dirent **, const struct dirent **));
int __wrap_scandir(const char *path, struct dirent ***list, int (*pick)(const struct dirent *),
                   int (*order)(const struct dirent **, const struct dirent **))
{
    return hit("open", ENOMEM) ? -1 : __real_scandir(path, list, pick, order);
}

int __wrap_pipe(int ends[2]);
int __wrap_pipe(int ends[2])
{
    return hit("open", EMFILE) ? -1 : __real_pipe(ends);
}

pid_t __wrap_fork(void);
pid_t __wrap_fork(void)
{
    return hit("open", EAGAIN) ? -1 : __real_fork();
}

/* ---- ends ---- */

int __real_fclose(FILE *stream);
int __real_fflush(FILE *stream);
int __real_rename(const char *from, const char *to);

int __wrap_fclose(FILE *stream);
int __wrap_fclose(FILE *stream)
{
    int result = __real_fclose(stream);
    return hit("close", EIO) ? EOF : result;
}

int __wrap_fflush(FILE *stream);
int __wrap_fflush(FILE *stream)
{
    int result = __real_fflush(stream);
    return hit("close", EIO) ? EOF : result;
}

int __wrap_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to)
{
    return hit("rename", EIO) ? -1 : __real_rename(from, to);
}

/* ---- begin and end of the program ---- */

__attribute__((constructor)) static void begin(void)
{
    char on[4] = "";
    const char *what = getenv("INJECT");
    if (what != NULL && sscanf(what, "%15s %ld %3s", kind, &wanted, on) < 2) {
        abort();
    }
    onwards = strcmp(on, "on") == 0;
    first = getpid();
}

/* What counts lines of code, behind the program, goes well. */
void inject_end(void);
void inject_end(void)
{
    kind[0] = '\0';
}

__attribute__((destructor)) static void end(void)
{
    if (temporary[0] != '\0' && access(temporary, F_OK) == 0) {
        fprintf(stderr, "inject: %s is left\n", temporary);
    }
    inject_end();
    const char *path = getenv("INJECT_SEEN");
    if (path != NULL && getpid() == first) {
        int fd = __real_open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (fd < 0 || dprintf(fd, "%ld\n", seen) < 0) {
            abort();
        }
        close(fd);
    }
}
