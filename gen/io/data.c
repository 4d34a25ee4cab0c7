/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/file.h"
#include "io/strings.h"

/* Given by the Makefile; a build without it finds $BRDSGEN_DATA and an
 * installed tree all the same. */
#ifndef BRDS_DATADIR
#define BRDS_DATADIR ""
#endif
#ifndef BRDS_BUILDDIR
#define BRDS_BUILDDIR ""
#endif
#ifndef BRDS_SRCDIR
#define BRDS_SRCDIR ""
#endif

enum { LONGEST_PATH = 4096 };

/* The folder of the running program, "" where the system does not tell. */
static void program_folder(char folder[LONGEST_PATH])
{
    ssize_t length = readlink("/proc/self/exe", folder, LONGEST_PATH - 1);
    folder[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(folder, '/');
    if (slash != NULL) {
        *slash = '\0';
    }
}

/* True, with *path set, if `root/between/relative` exists or memory ran out. */
static bool found(const char *root, const char *between, const char *relative, char **path)
{
    if (root[0] == '\0') {
        return false;
    }
    *path = brds_string_format("%s/%s%s", root, between, relative);
    if (*path == NULL || access(*path, R_OK) == 0) {
        return true;
    }
    free(*path);
    *path = NULL;
    return false;
}

/* The build folder and all in it (unit tests) use the source tree, where the
 * harness lies under verif/. */
static bool in_build_tree(const char *folder)
{
    size_t length = strlen(BRDS_BUILDDIR);
    return length > 0 && strncmp(folder, BRDS_BUILDDIR, length) == 0 &&
           (folder[length] == '\0' || folder[length] == '/');
}

static bool search(const char *relative, char **path)
{
    char folder[LONGEST_PATH];
    program_folder(folder);
    if (in_build_tree(folder)) {
        return found(BRDS_SRCDIR, "", relative, path) ||
               found(BRDS_SRCDIR, "verif/", relative, path);
    }
    return found(folder, "../share/brdsgen/", relative, path) ||
           found(BRDS_DATADIR, "", relative, path);
}

brds_status brds_data_path(const char *relative, char **path, brds_diag *diag)
{
    const char *root = getenv("BRDSGEN_DATA");
    bool given = root != NULL && root[0] != '\0';
    *path = NULL;
    if (given ? found(root, "", relative, path) : search(relative, path)) {
        return *path != NULL ? BRDS_OK : brds_fail_memory(diag);
    }
    if (given) {
        return brds_fail(diag, BRDS_EFILE, root, "set BRDSGEN_DATA to the folder that holds it",
                         "no %s in the folder that BRDSGEN_DATA names", relative);
    }
    return brds_fail(diag, BRDS_EFILE, "", "set BRDSGEN_DATA to the folder that holds it",
                     "cannot find %s, which is installed with the program", relative);
}
