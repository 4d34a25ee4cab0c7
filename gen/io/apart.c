/* SPDX-License-Identifier: Apache-2.0
 *
 * What goes through the pipe: status; messages (severity, place, text, hint);
 * tensors (name, dtype, rank, sizes, bytes); a last word.  Numbers have 64 bits,
 * texts and bytes a length before them.
 */
#include "io/apart.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/tensors.h"

enum { MAX_TEXT = 1 << 16, MAX_COUNT = 1 << 20, SECONDS = 20, LAST_WORD = 0x62726473 };

/* --- the reader's side --- */

static void put(FILE *pipe, uint64_t number)
{
    fwrite(&number, sizeof number, 1, pipe);
}

static void put_bytes(FILE *pipe, const void *bytes, size_t size)
{
    put(pipe, size);
    if (size) {
        fwrite(bytes, 1, size, pipe);
    }
}

static void put_text(FILE *pipe, const char *text)
{
    size_t size = strlen(text);
    put_bytes(pipe, text, size < MAX_TEXT ? size : MAX_TEXT);
}

static void put_all(FILE *pipe, brds_status status, const brds_safetensors *file,
                    const brds_diag *diag)
{
    put(pipe, status);
    put(pipe, diag->count);
    for (size_t i = 0; i < diag->count; i++) {
        put(pipe, diag->messages[i].severity);
        put_text(pipe, diag->messages[i].place);
        put_text(pipe, diag->messages[i].text);
        put_text(pipe, diag->messages[i].hint);
    }
    put(pipe, file->count);
    for (size_t i = 0; i < file->count; i++) {
        const brds_tensor *tensor = &file->tensors[i];
        put_text(pipe, tensor->name);
        put(pipe, tensor->dtype);
        put(pipe, (uint64_t)tensor->rank);
        for (int k = 0; k < tensor->rank; k++) {
            put(pipe, tensor->shape[k]);
        }
        put_bytes(pipe, tensor->data, tensor->elements * brds_dtype_size(tensor->dtype));
    }
    put(pipe, LAST_WORD);
}

static void limit(int resource, rlim_t most)
{
    struct rlimit value = {most, most};
    (void)setrlimit(resource, &value);
}

/* Never returns.  The other process has the files that are to be removed after a
 * signal, and shows the messages; this one is silent, whatever befalls it. */
static void run_reader(int handle, brds_safetensors *file, brds_reader *reader, const void *context)
{
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_CPU, SECONDS);
    FILE *silent = freopen("/dev/null", "w", stderr);
    FILE *pipe = fdopen(handle, "wb");
    if (!silent || !pipe) {
        _exit(BRDS_EFILE);
    }
    brds_diag diag = {0};
    brds_status status = reader(file, context, &diag);
    put_all(pipe, status, file, &diag);
    _exit(fflush(pipe) != 0 || diag.lost > 0 ? BRDS_EFILE : BRDS_OK);
}

/* --- the other side --- */

typedef struct {
    FILE *pipe;
    brds_safetensors *file;
    brds_diag *diag;
    size_t limit; /* of bytes that may come */
    bool starved; /* no memory for what came, or it cannot be read */
} receiver;

/* False where the pipe ends, or says what cannot be. */
static bool get(receiver *r, uint64_t most, uint64_t *number)
{
    return fread(number, sizeof *number, 1, r->pipe) == 1 && *number <= most;
}

/* Malloc'ed, with a zero byte behind; NULL on failure. */
static uint8_t *get_bytes(receiver *r, uint64_t most, size_t *size)
{
    uint64_t length;
    if (!get(r, most, &length)) {
        return NULL;
    }
    uint8_t *bytes = malloc((size_t)length + 1);
    r->starved = r->starved || !bytes;
    if (bytes && fread(bytes, 1, (size_t)length, r->pipe) != length) {
        free(bytes);
        return NULL;
    }
    if (bytes) {
        bytes[length] = 0;
    }
    *size = (size_t)length;
    return bytes;
}

static char *get_text(receiver *r)
{
    size_t size;
    return (char *)get_bytes(r, MAX_TEXT, &size);
}

static bool get_message(receiver *r, brds_status status)
{
    uint64_t severity;
    if (!get(r, BRDS_NOTE, &severity)) {
        return false;
    }
    char *place = get_text(r), *text = get_text(r), *hint = get_text(r);
    bool good = place && text && hint;
    if (good && severity == BRDS_ERROR) {
        brds_fail(r->diag, status, place, hint, "%s", text);
    } else if (good) {
        brds_warn(r->diag, place, hint, "%s", text);
    }
    free(place);
    free(text);
    free(hint);
    return good;
}

static bool get_shape(receiver *r, brds_tensor *tensor)
{
    uint64_t dtype, rank, size;
    if (!get(r, BRDS_BOOL, &dtype) || !get(r, BRDS_MAX_RANK, &rank)) {
        return false;
    }
    tensor->dtype = (brds_dtype)dtype;
    tensor->rank = (int)rank;
    tensor->elements = 1;
    for (int k = 0; k < tensor->rank; k++) {
        if (!get(r, SIZE_MAX, &size) ||
            !brds_product(tensor->elements, (size_t)size, &tensor->elements)) {
            return false;
        }
        tensor->shape[k] = (size_t)size;
    }
    return true;
}

static bool get_tensor(receiver *r)
{
    brds_tensor tensor = {0};
    size_t wanted, size = 0;
    char *name = get_text(r);
    bool good = name && get_shape(r, &tensor) &&
                brds_product(tensor.elements, brds_dtype_size(tensor.dtype), &wanted) &&
                (tensor.owned = get_bytes(r, r->limit, &size)) != NULL && size == wanted;
    if (good) {
        r->limit -= size;
        brds_status status = brds_tensors_add(r->file, name, &tensor, r->diag);
        good = status == BRDS_OK;
        r->starved = r->starved || status == BRDS_EFILE;
    } else {
        free(tensor.owned);
    }
    free(name);
    return good;
}

/* Whether all came; *status is the reader's then. */
static bool get_all(receiver *r, brds_status *status)
{
    uint64_t number, messages, tensors, last;
    if (!get(r, BRDS_EDIFFER, &number) || !get(r, MAX_COUNT, &messages)) {
        return false;
    }
    *status = (brds_status)number;
    for (uint64_t i = 0; i < messages; i++) {
        if (!get_message(r, *status)) {
            return false;
        }
    }
    if (!get(r, MAX_COUNT, &tensors)) {
        return false;
    }
    for (uint64_t i = 0; i < tensors; i++) {
        if (!get_tensor(r)) {
            return false;
        }
    }
    return get(r, UINT64_MAX, &last) && last == LAST_WORD;
}

static brds_status receive(int handle, pid_t child, brds_safetensors *file, const char *library,
                           brds_diag *diag)
{
    receiver r = {.pipe = fdopen(handle, "rb"),
                  .file = file,
                  .diag = diag,
                  .limit = brds_unpacked_limit(file->size)};
    brds_status status = BRDS_OK;
    int end = 0;
    bool all = r.pipe && get_all(&r, &status);
    if (r.pipe) {
        r.starved = r.starved || ferror(r.pipe);
        fclose(r.pipe);
    } else {
        close(handle);
    }
    while (waitpid(child, &end, 0) < 0 && errno == EINTR) {
    }
    if (r.starved || !r.pipe || (WIFEXITED(end) && WEXITSTATUS(end) == BRDS_EFILE)) {
        return brds_fail(diag, BRDS_EFILE, file->path, "",
                         "the process that reads it ran out of memory or files");
    }
    if (!all || end != 0) {
        return brds_fail(diag, BRDS_EINPUT, file->path, "it is damaged", "%s does not withstand it",
                         library);
    }
    return status;
}

brds_status brds_read_apart(brds_safetensors *file, brds_reader *reader, const void *context,
                            const char *library, brds_diag *diag)
{
    int ends[2];
    if (pipe(ends) != 0) {
        return brds_fail(diag, BRDS_EFILE, file->path, "", "cannot make a pipe: %s",
                         strerror(errno));
    }
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        run_reader(ends[1], file, reader, context);
    }
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        return brds_fail(diag, BRDS_EFILE, file->path, "", "cannot start a process: %s",
                         strerror(errno));
    }
    return receive(ends[0], child, file, library, diag);
}
