/* SPDX-License-Identifier: Apache-2.0
 *
 * Damaged and hostile files of trained networks: whatever byte they are cut or
 * changed at and whatever sizes they claim, they are read or refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <zlib.h>

#include "import_fixture.h"

/* --- damaged files --- */

/* Reads `size` bytes in a buffer of just that size; whatever comes of it, nothing
 * may crash, and a refusal must say something. */
static void read_anyhow(const uint8_t *bytes, size_t size)
{
    brds_diag diag = {0};
    brds_safetensors file = {.path = strdup("model"), .bytes = malloc(size), .size = size};
    assert_non_null(file.path);
    if (size) {
        memcpy(file.bytes, bytes, size);
    }
    assert_true((brds_model_file_parse(&file, &diag) != BRDS_OK) == (diag.errors > 0));
    brds_safetensors_free(&file);
    brds_diag_free(&diag);
}

static void cut_everywhere(const char *name, size_t step)
{
    brds_span whole = read_span(import_path(name));
    for (size_t size = 0; size < whole.size; size += step) {
        read_anyhow(whole.bytes, size);
    }
    free((void *)(uintptr_t)whole.bytes);
}

/* Every byte in turn becomes 0, 0xff and itself with a bit changed. */
static void damage_everywhere(const char *name, size_t step)
{
    brds_span whole = read_span(import_path(name));
    uint8_t *bytes = (uint8_t *)(uintptr_t)whole.bytes;
    for (size_t at = 0; at < whole.size; at += step) {
        uint8_t before = bytes[at];
        const uint8_t changes[3] = {0, 0xff, (uint8_t)(before ^ 1u << at % 8)};
        for (size_t i = 0; i < 3; i++) {
            bytes[at] = changes[i];
            read_anyhow(bytes, whole.size);
        }
        bytes[at] = before;
    }
    free(bytes);
}

static void test_cut(void **state)
{
    (void)state;
    cut_everywhere("cells.safetensors", 1);
    cut_everywhere("stored.npz", 1);
    cut_everywhere("deflated.npz", 1);
    cut_everywhere("peephole.onnx", 1);
    cut_everywhere("torch_steps.onnx", 1);
    if (have_hdf5) {
        cut_everywhere("cudnn.h5", 401);
        cut_everywhere("functional.keras", 401);
    }
}

static void test_damaged(void **state)
{
    (void)state;
    damage_everywhere("cells.safetensors", 1);
    damage_everywhere("versions.npz", 1);
    damage_everywhere("deflated.npz", 1);
    damage_everywhere("peephole.onnx", 1);
    damage_everywhere("torch_last.onnx", 1);
    if (have_hdf5) {
        damage_everywhere("stack.weights.h5", 1999);
        damage_everywhere("cudnn.h5", 997);
    }
}

/* --- sizes that a file only claims --- */

static size_t put32(uint8_t *at, uint64_t value)
{
    for (int i = 0; i < 4; i++) {
        at[i] = (uint8_t)(value >> 8 * i);
    }
    return 4;
}

/* A field of a message: its tag, its length as it is claimed, nothing more. */
static size_t put_claim(uint8_t *at, unsigned number, uint64_t length)
{
    size_t used = 0;
    at[used++] = (uint8_t)(number << 3 | 2);
    do {
        at[used++] = (uint8_t)((length & 0x7f) | (length > 0x7f ? 0x80 : 0));
        length >>= 7;
    } while (length);
    return used;
}

static void test_onnx_claims(void **state)
{
    (void)state;
    static const uint64_t lengths[] = {1, 1u << 20, UINT64_C(1) << 60, UINT64_MAX};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        uint8_t bytes[32] = {8, 8}; /* ir_version */
        write_bytes(bytes, 2 + put_claim(bytes + 2, 7, lengths[i]));
        refused(temporary_path(), "its fields reach behind the end");
    }
    const uint8_t empty[] = {8, 8, 0x3a, 0}, none[] = {8, 8};
    write_bytes(empty, sizeof empty);
    refused(temporary_path(), "none is an LSTM");
    write_bytes(none, sizeof none);
    refused(temporary_path(), "it has no graph");
    /* A number of eleven bytes. */
    const uint8_t endless[] = {8,    8,    0x2a, 0xff, 0xff, 0xff, 0xff,
                               0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    write_bytes(endless, sizeof endless);
    brds_safetensors file;
    brds_diag diag = {0};
    assert_int_equal(brds_model_file_load(temporary_path(), &file, &diag), BRDS_EINPUT);
    brds_diag_free(&diag);
}

/* Messages within messages, ten thousand deep: a graph as an attribute of a node
 * of a graph and so on. */
static void test_onnx_nesting(void **state)
{
    (void)state;
    enum { DEPTH = 10000, ROOM = DEPTH * 12 };
    uint8_t *bytes = calloc(1, ROOM);
    assert_non_null(bytes);
    size_t start = ROOM; /* built from the inside, the end of the buffer, outwards */
    static const unsigned numbers[3] = {6, 5, 1}; /* graph of attribute of node of graph */
    for (size_t i = 0; i < DEPTH; i++) {
        uint8_t head[12];
        size_t used = put_claim(head, i + 1 == DEPTH ? 7 : numbers[i % 3], ROOM - start);
        start -= used;
        memcpy(bytes + start, head, used);
    }
    bytes[start - 1] = 8;
    bytes[start - 2] = 8;
    write_bytes(bytes + start - 2, ROOM - start + 2);
    refused(temporary_path(), "none is an LSTM");
    free(bytes);
}

/* An archive of one entry: local header, data, directory, end. */
static void write_zip(const char *name, const uint8_t *data, size_t packed, uint64_t size,
                      int method)
{
    size_t length = strlen(name), at = 0, room = packed + 2 * length + 200;
    uint8_t *bytes = calloc(1, room);
    assert_non_null(bytes);
    put32(bytes, 0x04034b50);
    bytes[8] = (uint8_t)method;
    bytes[26] = (uint8_t)length;
    memcpy(bytes + 30, name, length);
    memcpy(bytes + 30 + length, data, packed);
    at = 30 + length + packed;
    size_t directory = at;
    put32(bytes + at, 0x02014b50);
    bytes[at + 10] = (uint8_t)method;
    put32(bytes + at + 20, packed);
    put32(bytes + at + 24, size);
    bytes[at + 28] = (uint8_t)length;
    memcpy(bytes + at + 46, name, length);
    at += 46 + length;
    size_t ends = at;
    put32(bytes + at, 0x06054b50);
    bytes[at + 8] = bytes[at + 10] = 1;
    put32(bytes + at + 12, ends - directory);
    put32(bytes + at + 16, directory);
    write_bytes(bytes, at + 22);
    free(bytes);
}

static void test_zip_claims(void **state)
{
    (void)state;
    const uint8_t nothing[16] = {0};
    write_zip("a.npy", nothing, 16, 0xfffffffe, 8);
    refused(temporary_path(), "unpacks to more than");
    write_zip("a.npy", nothing, 16, 0xffffffff, 8);
    refused(temporary_path(), "zip64");
    write_zip("a.npy", nothing, 16, 1u << 20, 0);
    refused(temporary_path(), "stored, but in another size");
    write_zip("a.npy", nothing, 16, 1u << 20, 8);
    refused(temporary_path(), "do not make the size");
    write_zip("a.npy", nothing, 16, 16, 0);
    refused(temporary_path(), "its checksum is wrong");
}

/* A bomb that keeps what it claims: 128 MiB of zeros. */
static void test_zip_bomb(void **state)
{
    (void)state;
    const uLong size = 128ul << 20;
    uint8_t *zeros = calloc(1, size), *packed = malloc(compressBound(size));
    assert_non_null(zeros);
    assert_non_null(packed);
    z_stream stream = {.next_in = zeros, .avail_in = (uInt)size, .next_out = packed};
    stream.avail_out = (uInt)compressBound(size);
    assert_int_equal(deflateInit2(&stream, 1, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    write_zip("a.npy", packed, stream.total_out, size, 8);
    deflateEnd(&stream);
    refused(temporary_path(), "unpacks to more than");
    free(zeros);
    free(packed);
}

/* .npy whose header claims what the data are not. */
static void test_npy_claims(void **state)
{
    (void)state;
    static const refusal headers[] = {
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1152921504606846976,), }\n",
         "does not fill exactly"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 16), }\n",
         "overflows"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }\n",
         "a dimension"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1), }\n",
         "at most 8 dimensions"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }\n", "a dimension"},
        {"{'descr': '<f4', 'fortran_order': 0, 'shape': (1,), }\n", "neither True nor False"},
        {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }\n", "of records"},
        {"{'descr': '<f4', 'shape': (1,), }\n", "it wants descr"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}\n", "unknown key"},
        {"{'descr': '<f4'", "ends early"},
        {"", "it is no dictionary"},
    };
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        uint8_t npy[256] = "\x93NUMPY\x01";
        size_t length = strlen(headers[i].name), size = 10 + length + 4;
        npy[8] = (uint8_t)length;
        memcpy(npy + 10, headers[i].name, length);
        write_zip("a.npy", npy, size, size, 0);
        /* The checksum lies in the directory, behind the data. */
        FILE *stream = fopen(temporary_path(), "r+b");
        assert_non_null(stream);
        uint8_t crc[4];
        put32(crc, crc32(0, npy, (uInt)size));
        assert_int_equal(fseek(stream, (long)(30 + 5 + size + 16), SEEK_SET), 0);
        assert_int_equal(fwrite(crc, 4, 1, stream), 1);
        fclose(stream);
        refused(temporary_path(), headers[i].text);
    }
}

static int remove_temporary(void **state)
{
    (void)state;
    return remove(temporary_path());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut),         cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_onnx_claims), cmocka_unit_test(test_onnx_nesting),
        cmocka_unit_test(test_zip_claims),  cmocka_unit_test(test_zip_bomb),
        cmocka_unit_test(test_npy_claims),
    };
    return cmocka_run_group_tests_name("damaged imports", tests, NULL, remove_temporary);
}
