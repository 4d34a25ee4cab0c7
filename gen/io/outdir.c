/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/cleanup.h"
#include "io/file.h"
#include "io/strings.h"
#include "io/tree.h"
#include "version.h"

#define MARKER ".brdsgen"

static const char marker_text[] =
    "Made by brdsgen " BRDS_VERSION ".\n"
    "The next run that writes to this folder replaces it as a whole.\n";

struct brds_outdir {
    char *final;            /* without a slash at the end, not a symbolic link */
    char *temporary;        /* its sibling, filled until commit */
    brds_temporary **made;  /* folders above, the temporary, folders and files in it */
    size_t count, capacity; /* of `made` */
    FILE *stream;           /* the open file, or NULL */
    char *place;            /* its name in messages: final/name */
};

/* Room in `made` for one more, so that listing can only fail before a file exists. */
static bool reserve(brds_outdir *outdir)
{
    if (outdir->count < outdir->capacity) {
        return true;
    }
    size_t capacity = outdir->capacity > 0 ? 2 * outdir->capacity : 16;
    brds_temporary **made = realloc(outdir->made, capacity * sizeof(brds_temporary *));
    if (made == NULL) {
        return false;
    }
    outdir->made = made;
    outdir->capacity = capacity;
    return true;
}

/* Makes a folder and lists it; one that exists is fine unless it must be new. */
static brds_status make_folder(brds_outdir *outdir, const char *path, bool must_be_new,
                               brds_diag *diag)
{
    sigset_t before;
    if (!reserve(outdir)) {
        return brds_fail_memory(diag);
    }
    brds_cleanup_hold(&before);
    int reason = mkdir(path, 0777) == 0 ? 0 : errno;
    brds_temporary *listed = reason == 0 ? brds_cleanup_add(path, true) : NULL;
    brds_cleanup_release(&before);
    struct stat info;
    if (reason == 0 && listed != NULL) {
        outdir->made[outdir->count++] = listed;
        return BRDS_OK;
    }
    if (reason == 0) {
        rmdir(path);
        return brds_fail_memory(diag);
    }
    if (!must_be_new && stat(path, &info) == 0 && S_ISDIR(info.st_mode)) {
        return BRDS_OK;
    }
    return brds_fail(diag, BRDS_EFILE, path, "", "cannot make the folder: %s", strerror(reason));
}

/* Makes the folders above `path`, from its byte `start` on. */
static brds_status make_parents(brds_outdir *outdir, const char *path, size_t start,
                                brds_diag *diag)
{
    char *copy = brds_string_copy(path);
    brds_status status = copy != NULL ? BRDS_OK : brds_fail_memory(diag);
    for (char *slash = copy != NULL ? strchr(copy + start, '/') : NULL;
         slash != NULL && status == BRDS_OK; slash = strchr(slash + 1, '/')) {
        if (slash != copy && slash[-1] != '/') {
            *slash = '\0';
            status = make_folder(outdir, copy, false, diag);
            *slash = '/';
        }
    }
    free(copy);
    return status;
}

static brds_status fail_final(const char *path, brds_diag *diag)
{
    const char *hint = "give another folder, or remove this one";
    if (errno == EEXIST) {
        return brds_fail(diag, BRDS_EFILE, path, hint,
                         "holds files and was not made by brdsgen, so it is not replaced");
    }
    if (errno == ENOTDIR) {
        return brds_fail(diag, BRDS_EFILE, path, hint, "exists and is not a folder");
    }
    return brds_fail(diag, BRDS_EFILE, path, hint, "cannot replace the folder: %s",
                     strerror(errno));
}

/* Strips slashes at the end and follows a symbolic link. */
static brds_status settle_final(brds_outdir *outdir, const char *path, brds_diag *diag)
{
    outdir->final = brds_string_copy(path);
    if (outdir->final == NULL) {
        return brds_fail_memory(diag);
    }
    size_t length = strlen(path);
    while (length > 0 && path[length - 1] == '/') {
        outdir->final[--length] = '\0';
    }
    const char *slash = strrchr(outdir->final, '/');
    const char *base = slash != NULL ? slash + 1 : outdir->final;
    if (*base == '\0' || strcmp(base, ".") == 0 || strcmp(base, "..") == 0) {
        return brds_fail(diag, BRDS_EUSAGE, path, "give the name of a folder to be made",
                         "is no name for an output folder");
    }
    struct stat info;
    if (lstat(outdir->final, &info) == 0 && S_ISLNK(info.st_mode)) {
        char *target = brds_tree_resolve(outdir->final);
        if (target == NULL) {
            return fail_final(path, diag);
        }
        free(outdir->final);
        outdir->final = target;
    }
    return brds_tree_replaceable(outdir->final, MARKER) ? BRDS_OK : fail_final(path, diag);
}

/* `FOLDER/.NAME.brdsgen-WHAT`, beside `path`. */
static char *sibling(const char *path, const char *what, long number)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash != NULL ? slash + 1 : path;
    return brds_string_format("%.*s.%.100s.brdsgen-%s%ld", (int)(base - path), path, base, what,
                              number);
}

/* A sibling's name that is free; NULL when memory ran out. */
static char *free_sibling(const char *path, const char *what)
{
    struct stat info;
    char *name = sibling(path, what, (long)getpid());
    for (long n = 1; name != NULL && lstat(name, &info) == 0; n++) {
        free(name);
        name = sibling(path, what, (long)getpid() + n * 10000000);
    }
    return name;
}

static brds_status begin(brds_outdir *outdir, const char *path, brds_diag *diag)
{
    brds_status status = settle_final(outdir, path, diag);
    if (status == BRDS_OK) {
        status = make_parents(outdir, outdir->final, 0, diag);
    }
    if (status != BRDS_OK) {
        return status;
    }
    char *name = free_sibling(outdir->final, "");
    if (name == NULL) {
        return brds_fail_memory(diag);
    }
    status = make_folder(outdir, name, true, diag);
    if (status != BRDS_OK) {
        free(name);
        return status;
    }
    outdir->temporary = name; /* ours from here on: abort may remove it */
    return brds_outdir_write(outdir, MARKER, marker_text, sizeof marker_text - 1, diag);
}

brds_status brds_outdir_begin(const char *final_path, brds_outdir **outdir, brds_diag *diag)
{
    brds_outdir *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return brds_fail_memory(diag);
    }
    brds_status status = begin(made, final_path, diag);
    if (status != BRDS_OK) {
        brds_outdir_abort(made);
        return status;
    }
    *outdir = made;
    return BRDS_OK;
}

static bool is_good_name(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789._+-";
    for (const char *part = name;; part++) {
        size_t length = strspn(part, allowed);
        bool dots = (length == 1 && part[0] == '.') || (length == 2 && strncmp(part, "..", 2) == 0);
        if (length == 0 || dots) {
            return false;
        }
        part += length;
        if (*part != '/') {
            return *part == '\0';
        }
    }
}

brds_status brds_outdir_path(brds_outdir *outdir, const char *name, char **path, brds_diag *diag)
{
    if (!is_good_name(name)) {
        return brds_fail(diag, BRDS_EFILE, outdir->final, "",
                         "\"%s\" is no name for a file in an output folder", name);
    }
    char *made = brds_string_format("%s/%s", outdir->temporary, name);
    if (made == NULL || !reserve(outdir)) {
        free(made);
        return brds_fail_memory(diag);
    }
    brds_status status = make_parents(outdir, made, strlen(outdir->temporary) + 1, diag);
    brds_temporary *listed = NULL;
    if (status == BRDS_OK && reserve(outdir)) {
        listed = brds_cleanup_add(made, false);
    }
    if (status == BRDS_OK && listed == NULL) {
        status = brds_fail_memory(diag);
    }
    if (status != BRDS_OK) {
        free(made);
        return status;
    }
    outdir->made[outdir->count++] = listed;
    *path = made;
    return BRDS_OK;
}

static brds_status close_open_file(brds_outdir *outdir, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    if (outdir->stream != NULL) {
        status = brds_close_file(outdir->stream, outdir->place, diag);
        outdir->stream = NULL;
    }
    free(outdir->place);
    outdir->place = NULL;
    return status;
}

brds_status brds_outdir_file(brds_outdir *outdir, const char *name, FILE **stream, brds_diag *diag)
{
    char *path;
    *stream = NULL;
    brds_status status = close_open_file(outdir, diag);
    if (status == BRDS_OK) {
        status = brds_outdir_path(outdir, name, &path, diag);
    }
    if (status != BRDS_OK) {
        return status;
    }
    outdir->place = brds_string_format("%s/%s", outdir->final, name);
    if (outdir->place == NULL) {
        status = brds_fail_memory(diag);
    } else {
        outdir->stream = fopen(path, "wbx"); /* x: a name given twice is a fault of ours */
        if (outdir->stream == NULL) {
            status =
                brds_fail(diag, BRDS_EFILE, outdir->place, "", "cannot write: %s", strerror(errno));
        }
    }
    free(path);
    *stream = outdir->stream;
    return status;
}

brds_status brds_outdir_write(brds_outdir *outdir, const char *name, const void *bytes, size_t size,
                              brds_diag *diag)
{
    FILE *stream;
    brds_status status = brds_outdir_file(outdir, name, &stream, diag);
    if (status != BRDS_OK) {
        return status;
    }
    fwrite(bytes, 1, size, stream); /* closing reports a failure */
    return close_open_file(outdir, diag);
}

/* The temporary becomes `final`; what was there before becomes `old`. */
static brds_status swap(const brds_outdir *outdir, const char *old, brds_diag *diag)
{
    if (!brds_tree_replaceable(outdir->final, MARKER)) {
        return fail_final(outdir->final, diag);
    }
    bool aside = rename(outdir->final, old) == 0;
    if (!aside && errno != ENOENT) {
        return fail_final(outdir->final, diag);
    }
    if (rename(outdir->temporary, outdir->final) != 0) {
        brds_status status =
            brds_fail(diag, BRDS_EFILE, outdir->final, "", "cannot rename %s to it: %s",
                      outdir->temporary, strerror(errno));
        if (aside && rename(old, outdir->final) != 0) {
            brds_warn(diag, old, "", "what was in %s is kept here", outdir->final);
        }
        return status;
    }
    return BRDS_OK;
}

static void outdir_free(brds_outdir *outdir)
{
    free(outdir->final);
    free(outdir->temporary);
    free(outdir->made);
    free(outdir->place);
    free(outdir);
}

brds_status brds_outdir_commit(brds_outdir *outdir, brds_diag *diag)
{
    brds_status status = close_open_file(outdir, diag);
    char *old = free_sibling(outdir->final, "old-");
    if (status == BRDS_OK && old == NULL) {
        status = brds_fail_memory(diag);
    }
    sigset_t before;
    brds_cleanup_hold(&before);
    if (status == BRDS_OK) {
        status = swap(outdir, old, diag);
    }
    if (status == BRDS_OK) {
        while (outdir->count > 0) {
            brds_cleanup_forget(outdir->made[--outdir->count]);
        }
        if (!brds_tree_remove(old)) {
            brds_warn(diag, old, "remove it", "the folder's former content stays: %s",
                      strerror(errno));
        }
        outdir_free(outdir);
    }
    brds_cleanup_release(&before);
    if (status != BRDS_OK) {
        brds_outdir_abort(outdir);
    }
    free(old);
    return status;
}

void brds_outdir_abort(brds_outdir *outdir)
{
    if (outdir == NULL) {
        return;
    }
    if (outdir->stream != NULL) {
        fclose(outdir->stream);
    }
    if (outdir->temporary != NULL) {
        brds_tree_remove(outdir->temporary);
    }
    while (outdir->count > 0) {
        brds_cleanup_discard(outdir->made[--outdir->count]);
    }
    outdir_free(outdir);
}
