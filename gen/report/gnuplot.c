/* SPDX-License-Identifier: Apache-2.0 */
#include "report/gnuplot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/file.h"

void brds_gnuplot_quote(FILE *script, const char *text)
{
    fputc('\'', script);
    for (; *text != '\0'; text++) {
        fprintf(script, *text == '\'' ? "''" : "%c", *text);
    }
    fputc('\'', script);
}

static brds_status copy_output(FILE *from, const char *path, brds_diag *diag)
{
    char block[65536];
    brds_outfile *file;
    FILE *stream;
    brds_status status = brds_outfile_begin(path, &file, &stream, diag);
    if (status != BRDS_OK) {
        pclose(from);
        return status;
    }
    size_t total = 0;
    for (size_t got = 0; (got = fread(block, 1, sizeof block, from)) > 0; total += got) {
        fwrite(block, 1, got, stream);
    }
    if (pclose(from) != 0 || total == 0) {
        brds_outfile_abort(file);
        return brds_fail(diag, BRDS_EFILE, path, "is it there? Debian package: gnuplot-nox",
                         "gnuplot failed");
    }
    return brds_outfile_commit(file, diag);
}

brds_status brds_gnuplot(const char *path, void (*write)(FILE *script, const void *context),
                         const void *context, brds_diag *diag)
{
    char name[] = "/tmp/brdsgen-plot-XXXXXX", command[64];
    int descriptor = mkstemp(name);
    FILE *script = descriptor >= 0 ? fdopen(descriptor, "w") : NULL;
    if (script == NULL) {
        brds_fail(diag, BRDS_EFILE, name, "", "cannot write: %s", strerror(errno));
        if (descriptor >= 0) {
            close(descriptor);
            unlink(name);
        }
        return BRDS_EFILE;
    }
    fputs("set terminal svg size 800,700 dynamic font 'sans,12'\n", script);
    write(script, context);
    brds_status status = brds_close_file(script, name, diag);
    if (status == BRDS_OK) {
        snprintf(command, sizeof command, "gnuplot %s", name);
        FILE *output = popen(command, "r");
        status = output != NULL ? copy_output(output, path, diag)
                                : brds_fail(diag, BRDS_EFILE, path, "", "cannot run gnuplot");
    }
    unlink(name);
    return status;
}
