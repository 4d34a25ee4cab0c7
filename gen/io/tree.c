/* SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE 700 /* realpath */
#include "io/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static bool remove_at(int parent, const char *name);

static bool remove_content(int folder)
{
    DIR *stream = fdopendir(folder); /* owns the descriptor from here on */
    if (stream == NULL) {
        close(folder);
        return false;
    }
    bool good = true;
    int reason = 0;
    for (struct dirent *entry = readdir(stream); entry != NULL; entry = readdir(stream)) {
        if (!is_dots(entry->d_name) && !remove_at(dirfd(stream), entry->d_name)) {
            good = false;
            reason = errno;
        }
    }
    closedir(stream);
    errno = reason;
    return good;
}

static bool remove_at(int parent, const char *name)
{
    struct stat info;
    if (fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT;
    }
    if (!S_ISDIR(info.st_mode)) {
        return unlinkat(parent, name, 0) == 0;
    }
    int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0 || !remove_content(folder)) {
        return false;
    }
    return unlinkat(parent, name, AT_REMOVEDIR) == 0;
}

bool brds_tree_remove(const char *path)
{
    return remove_at(AT_FDCWD, path);
}

static bool is_empty(int folder)
{
    DIR *stream = fdopendir(folder);
    if (stream == NULL) {
        close(folder);
        return false;
    }
    bool empty = true;
    for (struct dirent *entry = readdir(stream); entry != NULL && empty; entry = readdir(stream)) {
        empty = is_dots(entry->d_name);
    }
    closedir(stream);
    errno = EEXIST;
    return empty;
}

bool brds_tree_replaceable(const char *path, const char *marker)
{
    struct stat info;
    if (lstat(path, &info) != 0) {
        return errno == ENOENT;
    }
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0) {
        return false;
    }
    if (fstatat(folder, marker, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(info.st_mode)) {
        close(folder);
        return true;
    }
    return is_empty(folder);
}

char *brds_tree_resolve(const char *path)
{
    return realpath(path, NULL);
}
