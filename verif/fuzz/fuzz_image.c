/* SPDX-License-Identifier: Apache-2.0
 *
 * The weight image as the program checks it before it is used, for three shapes.  An image of the right
 * size is also given its right CRC, so that what lies behind that check is reached.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "fuzz.h"
#include "pack/image.h"

/* Narrow; two layers with peephole and relative indices on a wide stream; a head and a projection. */
static const char *const shapes[] = {
    "{\"brds\": 1, \"name\": \"narrow\", \"interface\": {\"stream_bits\": 32},"
    " \"network\": {\"input_size\": 3, \"layers\": [{\"hidden_size\": 4, \"nnz_x\": 2, \"nnz_h\": "
    "2}]},"
    " \"hardware\": {\"pes\": 2, \"lanes_x\": 1, \"lanes_h\": 1}}",
    "{\"brds\": 1, \"name\": \"wide\", \"interface\": {\"stream_bits\": 512},"
    " \"network\": {\"input_size\": 3, \"layers\": [{\"hidden_size\": 4, \"peephole\": true},"
    " {\"hidden_size\": 3, \"nnz_h\": 1}]},"
    " \"hardware\": {\"pes\": 1, \"lanes_x\": 1, \"lanes_h\": 1, \"index\": \"relative\"}}",
    "{\"brds\": 1, \"name\": \"head\", \"interface\": {\"stream_bits\": 64},"
    " \"network\": {\"input_size\": 3, \"layers\": [{\"hidden_size\": 4, \"projection_size\": 2}],"
    " \"head\": {\"size\": 3}},"
    " \"hardware\": {\"pes\": 2, \"lanes_x\": 2, \"lanes_h\": 1}}"};

enum { SHAPES = sizeof shapes / sizeof shapes[0] };

static void make_plan(const char *text, brds_plan *plan)
{
    brds_spec spec;
    brds_diag diag = {0};
    if (brds_spec_parse(text, strlen(text), "shape", false, &spec, &diag) != BRDS_OK ||
        brds_plan_make(&spec, plan, &diag) != BRDS_OK) {
        brds_diag_print(&diag, stderr);
        fuzz_fail("a shape without a plan");
    }
}

static void write_roms(const brds_plan *plan, uint8_t *bytes, size_t size)
{
    static FILE *stream;
    brds_image image = {.stream_bits = plan->spec.stream_bits, .bytes = bytes};
    image.words = size / ((size_t)image.stream_bits / 8);
    stream = stream != NULL ? stream : fopen("/dev/null", "w");
    for (int which = BRDS_ROM_WEIGHTS; which <= BRDS_ROM_CONFIG; which++) {
        brds_diag diag = {0};
        fuzz_check(brds_image_write_rom(plan, &image, which, stream, &diag), &diag);
    }
}

static void check(const brds_plan *plan, uint8_t *bytes, size_t size)
{
    brds_diag diag = {0};
    brds_status status = brds_image_check("fuzz", plan, bytes, size, &diag);
    fuzz_check(status, &diag);
    if (status == BRDS_OK) {
        write_roms(plan, bytes, size);
    }
}

/* With the CRC that belongs to it; the words are those of the plan's streams. */
static void check_with_crc(const brds_plan *plan, const uint8_t *data, size_t size)
{
    size_t word = (size_t)plan->spec.stream_bits / 8;
    if (size <= word || size % word != 0) {
        return;
    }
    uint8_t *bytes = fuzz_copy(data, size);
    uint32_t crc = (uint32_t)crc32_z(0, bytes, size - word);
    for (size_t i = 0; i < 4; i++) {
        bytes[size - word + i] = (uint8_t)(crc >> 8 * i);
    }
    check(plan, bytes, size);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static brds_plan plans[SHAPES];
    uint8_t *bytes = fuzz_copy(data, size);
    for (size_t i = 0; i < SHAPES; i++) {
        if (plans[i].phase_count == 0) {
            make_plan(shapes[i], &plans[i]);
        }
        check(&plans[i], bytes, size);
        check_with_crc(&plans[i], data, size);
    }
    free(bytes);
    return 0;
}
