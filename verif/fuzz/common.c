/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/network_load.h"
#include "pack/pack.h"

_Noreturn void fuzz_fail(const char *what)
{
    fprintf(stderr, "finding: %s\n", what);
    abort();
}

static FILE *nowhere(void)
{
    static FILE *stream;
    if (stream == NULL) {
        stream = fopen("/dev/null", "w");
    }
    return stream != NULL ? stream : stderr;
}

void fuzz_check(brds_status status, brds_diag *diag)
{
    if (diag->lost > 0) {
        fuzz_fail("a message was lost");
    }
    if (status == BRDS_OK && diag->errors > 0) {
        fuzz_fail("success, but an error was filed");
    }
    if (status != BRDS_OK && diag->errors == 0) {
        fuzz_fail("a failure without a message");
    }
    if (status != BRDS_OK && status != BRDS_EINPUT && status != BRDS_EFILE) {
        fuzz_fail("not the status of a wrong file");
    }
    brds_diag_print(diag, nowhere());
    brds_diag_free(diag);
    *diag = (brds_diag){0};
}

static uint8_t *allocate(size_t size)
{
    uint8_t *bytes = malloc(size > 0 ? size : 1);
    if (bytes == NULL) {
        fuzz_fail("no memory for the input");
    }
    return bytes;
}

uint8_t *fuzz_copy(const uint8_t *data, size_t size)
{
    uint8_t *copy = allocate(size);
    if (size > 0) {
        memcpy(copy, data, size);
    }
    return copy;
}

uint8_t *fuzz_safetensors(const uint8_t *data, size_t size, size_t *made)
{
    enum { PREFIX = 8 };
    if (size == 0 || data[0] != '{') {
        *made = size;
        return fuzz_copy(data, size);
    }
    const uint8_t *zero = memchr(data, 0, size);
    size_t header = zero != NULL ? (size_t)(zero - data) : size;
    size_t body = zero != NULL ? header + 1 : size;
    *made = PREFIX + header + size - body;
    uint8_t *bytes = allocate(*made);
    for (int i = 0; i < PREFIX; i++) {
        bytes[i] = (uint8_t)((uint64_t)header >> 8 * i);
    }
    memcpy(bytes + PREFIX, data, header);
    memcpy(bytes + PREFIX + header, data + body, size - body);
    return bytes;
}

const char *fuzz_file(const uint8_t *data, size_t size)
{
    static char path[32];
    static int fd = -1;
    if (fd < 0) {
        char name[] = "/dev/shm/brds_fuzz_XXXXXX", other[] = "/tmp/brds_fuzz_XXXXXX";
        char *made = name;
        fd = mkstemp(made);
        if (fd < 0) {
            made = other;
            fd = mkstemp(made);
        }
        if (fd < 0 || unlink(made) != 0) {
            fuzz_fail("no temporary file");
        }
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    if (ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size) {
        fuzz_fail("the temporary file cannot be written");
    }
    return path;
}

/* ---- models ---- */

/* Two layers, 3 -> 4 -> 5, and a head of 2, the sizes of the models in verif/unit/data/import; the
 * second spec is one layer without a head, of those in verif/specs/invalid. */
static const brds_spec specs[] = {
    {.name = "two",
     .input_size = 3,
     .layer_count = 2,
     .layers = {{.hidden_size = 4, .nnz_x = 3, .nnz_h = 4},
                {.hidden_size = 5, .nnz_x = 4, .nnz_h = 5}},
     .head = {true, 2, 5, {16, 10}},
     .weight_bits = 8,
     .activation = {16, 12},
     .cell = {24, 16},
     .function_segments = 32,
     .pes = 1,
     .lanes_x = 1,
     .lanes_h = 1,
     .pipeline = {1, 1, 1, 1},
     .stream_bits = 64,
     .clock_mhz = 100},
    {.name = "one",
     .input_size = 3,
     .layer_count = 1,
     .layers = {{.hidden_size = 2, .nnz_x = 2, .nnz_h = 1}},
     .weight_bits = 4,
     .activation = {12, 8},
     .cell = {16, 10},
     .function_segments = 16,
     .pes = 2,
     .lanes_x = 1,
     .lanes_h = 1,
     .pipeline = {1, 1, 1, 1},
     .weights = BRDS_WEIGHTS_RAM,
     .index = BRDS_INDEX_RELATIVE,
     .index_bits = 2,
     .stream_bits = 32,
     .clock_mhz = 100},
};

static void read_tensor(const brds_safetensors *file, const brds_tensor *tensor)
{
    static volatile uint8_t sum;
    for (size_t i = 0; i < tensor->elements * brds_dtype_size(tensor->dtype); i++) {
        sum = (uint8_t)(sum ^ tensor->data[i]);
    }
    float *floats = NULL;
    int64_t *ints = NULL;
    brds_diag diag = {0};
    brds_status status =
        brds_safetensors_floats(file, tensor->name, tensor->rank, tensor->shape, &floats, &diag);
    fuzz_check(status, &diag);
    status = brds_safetensors_ints(file, tensor->name, tensor->rank, tensor->shape, &ints, &diag);
    fuzz_check(status, &diag);
    if (floats != NULL && ints != NULL) {
        fuzz_fail("a tensor is both of floats and of integers");
    }
    free(floats);
    free(ints);
}

/* brds_pack but for the search of an order of the hidden units, which takes most of its time. */
static brds_status pack(const brds_spec *spec, const brds_network *network, brds_packed *packed,
                        brds_diag *diag)
{
    *packed = (brds_packed){0};
    brds_status status = brds_plan_make(spec, &packed->plan, diag);
    if (status == BRDS_OK) {
        status = brds_qnet_make("fuzz", &packed->plan, network, &packed->qnet, diag);
    }
    if (status == BRDS_OK) {
        status = brds_schedule_make("fuzz", &packed->plan, &packed->qnet, &packed->schedule, diag);
    }
    return status != BRDS_OK ? status
                             : brds_image_make(&packed->plan, &packed->qnet, &packed->schedule,
                                               &packed->image, diag);
}

void fuzz_pack(const brds_spec *spec, const brds_network *network)
{
    brds_packed packed;
    brds_diag diag = {0};
    brds_status status = pack(spec, network, &packed, &diag);
    fuzz_check(status, &diag);
    if (status == BRDS_OK) {
        const brds_image *image = &packed.image;
        status = brds_image_check("fuzz", &packed.plan, image->bytes,
                                  image->words * (size_t)image->stream_bits / 8, &diag);
        if (status != BRDS_OK) {
            fuzz_fail("a packed image is refused");
        }
    }
    brds_packed_free(&packed);
}

static void take_network(const brds_safetensors *file, const brds_spec *spec)
{
    brds_network network;
    brds_diag diag = {0};
    brds_status status = brds_network_from_file(file, spec, &network, NULL, &diag);
    fuzz_check(status, &diag);
    if (status == BRDS_OK) {
        fuzz_pack(spec, &network);
        brds_network_free(&network);
    }
}

void fuzz_model(const uint8_t *data, size_t size, fuzz_parser *parse)
{
    static const uint8_t path[] = "fuzz";
    brds_diag diag = {0};
    brds_safetensors file = {
        .path = (char *)fuzz_copy(path, sizeof path), .bytes = fuzz_copy(data, size), .size = size};
    brds_status status = parse(&file, &diag);
    fuzz_check(status, &diag);
    for (size_t i = 0; status == BRDS_OK && i < file.count; i++) {
        read_tensor(&file, &file.tensors[i]);
    }
    for (size_t i = 0; status == BRDS_OK && i < sizeof specs / sizeof specs[0]; i++) {
        take_network(&file, &specs[i]);
    }
    brds_safetensors_free(&file);
}
