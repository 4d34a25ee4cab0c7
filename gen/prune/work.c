/* SPDX-License-Identifier: Apache-2.0 */
#include "prune/work.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file.h"
#include "io/strings.h"
#include "train/identity.h"

/* --- identity --- */

static brds_status check_identity(const char *folder, const char *path, const char *identity,
                                  bool resume, brds_diag *diag)
{
    enum { LIMIT = 1 << 20 };
    uint8_t *bytes = NULL;
    size_t size = 0;
    if (!resume) {
        return brds_fail(diag, BRDS_EINPUT, folder,
                         "go on with it by --resume, or give another folder",
                         "it holds the checkpoints of an earlier run");
    }
    brds_status status = brds_read_file(path, LIMIT, &bytes, &size, diag);
    if (status == BRDS_OK) {
        status = brds_identity_compare(folder, (const char *)bytes, identity, diag);
    }
    free(bytes);
    return status;
}

static brds_status make_folder(const char *folder, brds_diag *diag)
{
    struct stat info;
    if (mkdir(folder, 0777) == 0 ||
        (errno == EEXIST && stat(folder, &info) == 0 && S_ISDIR(info.st_mode))) {
        return BRDS_OK;
    }
    return brds_fail(diag, BRDS_EFILE, folder, "", "cannot make this folder: %s", strerror(errno));
}

brds_status brds_work_begin(const char *folder, const char *identity, bool resume, brds_diag *diag)
{
    brds_status status = make_folder(folder, diag);
    char *path = status == BRDS_OK ? brds_string_format("%s/identity", folder) : NULL;
    if (status == BRDS_OK && path == NULL) {
        return brds_fail_memory(diag);
    }
    if (status == BRDS_OK && access(path, F_OK) == 0) {
        status = check_identity(folder, path, identity, resume, diag);
    }
    if (status == BRDS_OK) { /* again: that it can be written shows now, not at a checkpoint */
        status = brds_write_file(path, identity, strlen(identity), diag);
    }
    free(path);
    return status;
}

/* --- seconds --- */

static char *seconds_path(const char *folder, const char *label)
{
    return brds_string_format("%s/%s.seconds", folder, label);
}

double brds_work_seconds(const char *folder, const char *label)
{
    double seconds = 0.0;
    char *path = seconds_path(folder, label);
    FILE *stream = path != NULL ? fopen(path, "r") : NULL;
    if (stream != NULL) {
        bool good = fscanf(stream, "%lf", &seconds) == 1 && seconds >= 0.0 && seconds < 1e12;
        seconds = good ? seconds : 0.0;
        fclose(stream);
    }
    free(path);
    return seconds;
}

brds_status brds_work_note_seconds(const char *folder, const char *label, double seconds,
                                   brds_diag *diag)
{
    char text[64], *path = seconds_path(folder, label);
    int length = snprintf(text, sizeof text, "%.17g\n", seconds);
    brds_status status =
        path != NULL ? brds_write_file(path, text, (size_t)length, diag) : brds_fail_memory(diag);
    free(path);
    return status;
}
