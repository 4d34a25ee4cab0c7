/* SPDX-License-Identifier: Apache-2.0
 *
 * safetensors: faults of the container, conversions, and the writer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "model_fixture.h"

static const float two_by_three[6] = {0.0f, 1.5f, -2.0f, 3.25f, -4.0f, 5.0f};

/* The file is refused with a message that holds both texts. */
static void refused(const char *header, size_t size, const char *text, const char *place)
{
    uint8_t *data = calloc(size + 1, 1);
    write_safetensors(header, data, size);
    free(data);
    brds_diag diag = {0};
    brds_safetensors file;
    assert_int_equal(brds_safetensors_load(temporary_path(), &file, &diag), BRDS_EINPUT);
    assert_null(file.tensors);
    if (place) {
        assert_true(diag_says(&diag, place));
    }
    assert_true(diag_says(&diag, temporary_path()));
    expect_message(&diag, text);
}

static void load(brds_safetensors *file, brds_diag *diag)
{
    expect_ok(brds_safetensors_load(temporary_path(), file, diag), diag);
}

static void test_reads(void **state)
{
    (void)state;
    write_safetensors("{\"__metadata__\":{\"z\":\"1\",\"a\":\"2\"},"
                      "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[24,26]},"
                      "\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
                      "\"scalar\":{\"dtype\":\"I8\",\"shape\":[],\"data_offsets\":[27,28]},"
                      "\"none\":{\"dtype\":\"I8\",\"shape\":[0,7],\"data_offsets\":[3,3]}}   ",
                      (const uint8_t[28]){0}, 28);
    brds_diag diag = {0};
    brds_safetensors file;
    load(&file, &diag);
    assert_int_equal(file.count, 4);
    assert_string_equal(file.tensors[0].name, "a");
    assert_string_equal(file.tensors[3].name, "scalar");
    assert_int_equal(file.tensors[3].elements, 1);
    assert_string_equal(file.metadata[0], "a");
    assert_string_equal(file.metadata[1], "2");
    assert_string_equal(file.metadata[2], "z");
    assert_null(file.metadata[4]);
    assert_null(brds_safetensors_find(&file, "c"));
    assert_int_equal(brds_safetensors_find(&file, "none")->elements, 0);
    brds_safetensors_free(&file);
}

static void raw_refused(const void *bytes, size_t size, const char *text)
{
    write_bytes(bytes, size);
    brds_diag diag = {0};
    brds_safetensors file;
    assert_int_equal(brds_safetensors_load(temporary_path(), &file, &diag), BRDS_EINPUT);
    expect_message(&diag, text);
}

static void test_header_length(void **state)
{
    (void)state;
    raw_refused("", 0, "only 0 bytes");
    raw_refused("\2\0\0\0\0\0\0", 7, "only 7 bytes");
    raw_refused("\0\0\0\0\0\0\0\x10{}", 10, "1152921504606846976 bytes");
    raw_refused("\xff\xff\xff\xff\xff\xff\xff\xff{}", 10, "the file has 10");
    raw_refused("\3\0\0\0\0\0\0\0{}", 10, "the header is said to have 3 bytes");
    raw_refused("\0\0\0\0\0\0\0\0", 8, "the JSON header is wrong");
}

static void test_header_text(void **state)
{
    (void)state;
    refused("[]", 0, "it is a list", NULL);
    refused("{\"a\":", 0, "the JSON header is wrong", NULL);
    refused("{\"\xff\":{}}", 0, "unable to decode byte 0xff", NULL);
    refused("{\"a\":{},\"a\":{}}", 0, "duplicate", NULL);
    refused("{\"__metadata__\":[]}", 0, "__metadata__ is not an object", NULL);
    refused("{\"__metadata__\":{\"k\":1}}", 0, "the value of 'k' is not a string", NULL);
    refused("{\"a\":7}", 0, "not an object", "tensor a");
}

/* `entry` is the inside of tensor t's object. */
static void entry_refused(const char *entry, size_t size, const char *text)
{
    char header[512];
    snprintf(header, sizeof header, "{\"t\":{%s}}", entry);
    refused(header, size, text, "tensor t");
}

static void test_entries(void **state)
{
    (void)state;
    entry_refused("\"shape\":[1],\"data_offsets\":[0,4]", 4, "no dtype");
    entry_refused("\"dtype\":\"F8\",\"shape\":[1],\"data_offsets\":[0,1]", 4, "unknown dtype 'F8'");
    entry_refused("\"dtype\":\"F32\",\"data_offsets\":[0,4]", 4, "no shape list");
    entry_refused("\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"x\":1", 4,
                  "unknown key 'x'");
    entry_refused("\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]", 4, "dimension 0");
    entry_refused("\"dtype\":\"F32\",\"shape\":[1,1.0],\"data_offsets\":[0,4]", 4, "dimension 1");
    entry_refused("\"dtype\":\"I8\",\"shape\":[1,1,1,1,1,1,1,1,1],\"data_offsets\":[0,1]", 1,
                  "9 dimensions");
    entry_refused("\"dtype\":\"I8\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]", 0,
                  "overflows");
    entry_refused("\"dtype\":\"F64\",\"shape\":[2305843009213693952],\"data_offsets\":[0,0]", 0,
                  "does not fill");
    refused("{\"t\":{\"dtype\":\"I8\",\"shape\":[99999999999999999999],\"data_offsets\":[0,0]}}", 0,
            "too big integer", NULL);
}

static void test_offsets(void **state)
{
    (void)state;
    const char *form = "\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":%s";
    static const struct {
        const char *offsets, *text;
    } cases[] = {
        {"[0]", "list of two"},
        {"[0,4,4]", "list of two"},
        {"[-4,0]", "list of two"},
        {"[0.0,4.0]", "list of two"},
        {"[\"0\",4]", "list of two"},
        {"4", "list of two"},
        {"[4,0]", "end before that"},
        {"[4,12]", "the file has 8 bytes of data"},
        {"[0,8]", "does not fill"},
        {"[0,3]", "does not fill"},
        {"[0,9223372036854775807]", "the file has 8 bytes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char entry[256];
        snprintf(entry, sizeof entry, form, cases[i].offsets);
        entry_refused(entry, 8, cases[i].text);
    }
}

static void test_overlap(void **state)
{
    (void)state;
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
            12, "overlaps that of 'a'", "tensor b");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
            "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
            12, "overlaps that of 'a'", "tensor b");
}

static void test_all_faults_reported(void **state)
{
    (void)state;
    write_safetensors("{\"a\":1,\"b\":2,\"c\":3}", NULL, 0);
    brds_diag diag = {0};
    brds_safetensors file;
    assert_int_equal(brds_safetensors_load(temporary_path(), &file, &diag), BRDS_EINPUT);
    assert_int_equal(diag.errors, 3);
    brds_diag_free(&diag);
}

/* Loads one tensor `t` of `elements` and `dtype` as floats. */
static brds_status one(const char *dtype, size_t elements, const void *data, size_t size,
                       float **out, brds_diag *diag)
{
    char header[256];
    snprintf(header, sizeof header,
             "{\"t\":{\"dtype\":\"%s\",\"shape\":[%zu],\"data_offsets\":[0,%zu]}}", dtype, elements,
             size);
    write_safetensors(header, data, size);
    brds_safetensors file;
    load(&file, diag);
    brds_status status = brds_safetensors_floats(&file, "t", 1, &elements, out, diag);
    brds_safetensors_free(&file);
    return status;
}

static void test_half(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0x00, 0x3c, 0x00, 0xc0, 0xff, 0x7b, 0x00, 0x04,
                                    0x01, 0x00, 0xff, 0x03, 0x01, 0x80, 0x55, 0x35};
    const float expected[] = {1.0f,     -2.0f,           65504.0f,  0x1p-14f,
                              0x1p-24f, 1023 * 0x1p-24f, -0x1p-24f, 0x1.554p-2f};
    brds_diag diag = {0};
    float *values;
    expect_ok(one("F16", 8, bytes, sizeof bytes, &values, &diag), &diag);
    assert_memory_equal(values, expected, sizeof expected);
    free(values);
    assert_int_equal(one("F16", 1, "\x00\x7c", 2, &values, &diag), BRDS_EINPUT);
    expect_message(&diag, "element [0] is infinite");
    assert_int_equal(one("F16", 1, "\x01\x7e", 2, &values, &diag), BRDS_EINPUT);
    expect_message(&diag, "element [0] is NaN");
}

static void test_bfloat_and_double(void **state)
{
    (void)state;
    brds_diag diag = {0};
    float *values;
    expect_ok(one("BF16", 2, "\x80\x3f\x49\xc0", 4, &values, &diag), &diag);
    assert_true(values[0] == 1.0f && values[1] == -3.140625f);
    free(values);
    expect_ok(one("F64", 1, "\0\0\0\0\0\0\xf8\xbf", 8, &values, &diag), &diag);
    assert_true(values[0] == -1.5f);
    free(values);
    assert_int_equal(one("F64", 1, "\0\0\0\0\0\0\x00\x7f", 8, &values, &diag), BRDS_EINPUT);
    expect_message(&diag, "too large for float32");
    assert_int_equal(one("I32", 1, "\0\0\0\0", 4, &values, &diag), BRDS_EINPUT);
    assert_null(values);
    expect_message(&diag, "its dtype is I32");
}

static void test_shapes(void **state)
{
    (void)state;
    write_safetensors("{\"t\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}}",
                      two_by_three, 24);
    brds_diag diag = {0};
    brds_safetensors file;
    load(&file, &diag);
    float *values;
    brds_status status = brds_safetensors_floats(&file, "t", 2, (size_t[]){0, 3}, &values, &diag);
    expect_ok(status, &diag);
    assert_memory_equal(values, two_by_three, sizeof two_by_three);
    free(values);
    assert_int_equal(brds_safetensors_floats(&file, "t", 2, (size_t[]){3, 2}, &values, &diag),
                     BRDS_EINPUT);
    assert_true(diag_says(&diag, "its shape is (2, 3)"));
    expect_message(&diag, "wanted is (3, 2): it is transposed");
    assert_int_equal(brds_safetensors_floats(&file, "t", 1, (size_t[]){6}, &values, &diag),
                     BRDS_EINPUT);
    expect_message(&diag, "wanted is (6,)");
    assert_int_equal(brds_safetensors_floats(&file, "u", 2, (size_t[]){0, 3}, &values, &diag),
                     BRDS_EINPUT);
    assert_true(diag_says(&diag, "tensor u"));
    expect_message(&diag, "the file has t");
    brds_safetensors_free(&file);
}

static void test_not_finite(void **state)
{
    (void)state;
    float data[6] = {0};
    data[5] = NAN;
    write_safetensors("{\"t\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}}", data,
                      24);
    brds_diag diag = {0};
    brds_safetensors file;
    load(&file, &diag);
    float *values;
    assert_int_equal(brds_safetensors_floats(&file, "t", 2, (size_t[]){2, 3}, &values, &diag),
                     BRDS_EINPUT);
    assert_null(values);
    expect_message(&diag, "element [1][2] is NaN");
    brds_safetensors_free(&file);
}

static void test_integers(void **state)
{
    (void)state;
    static const uint8_t data[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, /* I64 */
                                   0xfe, 0xff, 0xff, 0xff, 0x00, 0x80, 0x80, 0x80};
    write_safetensors("{\"l\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]},"
                      "\"i\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[8,12]},"
                      "\"s\":{\"dtype\":\"I16\",\"shape\":[1],\"data_offsets\":[12,14]},"
                      "\"b\":{\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[14,15]},"
                      "\"u\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[15,16]}}",
                      data, sizeof data);
    static const struct {
        const char *name;
        int64_t value;
    } wanted[] = {{"l", INT64_MAX}, {"i", -2}, {"s", -32768}, {"b", -128}, {"u", 128}};
    brds_diag diag = {0};
    brds_safetensors file;
    load(&file, &diag);
    int64_t *values;
    for (size_t i = 0; i < 5; i++) {
        const size_t shape = 1;
        brds_status status =
            brds_safetensors_ints(&file, wanted[i].name, 1, &shape, &values, &diag);
        expect_ok(status, &diag);
        assert_int_equal(values[0], wanted[i].value);
        free(values);
    }
    brds_safetensors_free(&file);
}

static void test_saves(void **state)
{
    (void)state;
    const int32_t lengths[2] = {-7, 1 << 30};
    const brds_tensor_out tensors[2] = {{"z", BRDS_F32, 2, {2, 3}, two_by_three},
                                        {"a", BRDS_I32, 1, {2}, lengths}};
    const char *const metadata[] = {"format", "pt", NULL};
    brds_diag diag = {0};
    expect_ok(brds_safetensors_save(temporary_path(), tensors, 2, metadata, &diag), &diag);
    brds_safetensors file;
    load(&file, &diag);
    assert_int_equal((file.tensors[0].data - file.bytes) % 8, 0);
    assert_string_equal(file.tensors[0].name, "a");
    assert_string_equal(file.metadata[1], "pt");
    float *floats;
    int64_t *ints;
    expect_ok(brds_safetensors_floats(&file, "z", 2, (size_t[]){2, 3}, &floats, &diag), &diag);
    expect_ok(brds_safetensors_ints(&file, "a", 1, (size_t[]){2}, &ints, &diag), &diag);
    assert_memory_equal(floats, two_by_three, sizeof two_by_three);
    assert_true(ints[0] == -7 && ints[1] == 1 << 30);
    free(floats);
    free(ints);
    brds_safetensors_free(&file);
}

static void test_save_refuses(void **state)
{
    (void)state;
    const brds_tensor_out twice[2] = {{"a", BRDS_F32, 1, {1}, two_by_three},
                                      {"a", BRDS_F32, 1, {1}, two_by_three}};
    brds_diag diag = {0};
    assert_int_equal(brds_safetensors_save(temporary_path(), twice, 2, NULL, &diag), BRDS_EINPUT);
    expect_message(&diag, "given twice");
    assert_int_equal(brds_safetensors_save("/dev/full", twice, 1, NULL, &diag), BRDS_EFILE);
    expect_message(&diag, "/dev/full");
    assert_int_equal(brds_safetensors_save("/dev/null/x", twice, 1, NULL, &diag), BRDS_EFILE);
    expect_message(&diag, "/dev/null/x");
}

static void test_unreadable(void **state)
{
    (void)state;
    brds_diag diag = {0};
    brds_safetensors file;
    assert_int_equal(brds_safetensors_load("/nonexistent/m", &file, &diag), BRDS_EFILE);
    expect_message(&diag, "/nonexistent/m");
    assert_int_equal(brds_safetensors_load("/", &file, &diag), BRDS_EFILE);
    brds_diag_free(&diag);
}

static int remove_temporary(void **state)
{
    (void)state;
    return remove(temporary_path());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads),
        cmocka_unit_test(test_header_length),
        cmocka_unit_test(test_header_text),
        cmocka_unit_test(test_entries),
        cmocka_unit_test(test_offsets),
        cmocka_unit_test(test_overlap),
        cmocka_unit_test(test_all_faults_reported),
        cmocka_unit_test(test_half),
        cmocka_unit_test(test_bfloat_and_double),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_not_finite),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_saves),
        cmocka_unit_test(test_save_refuses),
        cmocka_unit_test(test_unreadable),
    };
    return cmocka_run_group_tests_name("safetensors", tests, NULL, remove_temporary);
}
