/* SPDX-License-Identifier: Apache-2.0
 *
 * The spec: defaults, computed values, messages, advice, and what is derived
 * from the table of keys.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "io/strings.h"
#include "spec/schema.h"
#include "spec/spec.h"
#include "spec/spec_table.h"

/* A document from its parts: a layer list, further keys of the hardware, and
 * further sections. */
static char *document(const char *network, const char *hardware, const char *sections)
{
    char *text = brds_string_format("{\"brds\":1,\"name\":\"core\",\"network\":{%s},"
                                    "\"hardware\":{\"pes\":2,\"lanes_x\":1,\"lanes_h\":2%s}%s}",
                                    network, hardware, sections);
    assert_non_null(text);
    return text;
}

#define SMALL "\"input_size\":8,\"layers\":[{\"hidden_size\":8,\"nnz_x\":2,\"nnz_h\":4}]"

static brds_status parse(const char *text, bool warn, brds_spec *spec, brds_diag *diag)
{
    memset(spec, 0x5a, sizeof(*spec));
    return brds_spec_parse(text, strlen(text), "s.json", warn, spec, diag);
}

static void parse_good(const char *network, const char *hardware, const char *sections,
                       brds_spec *spec)
{
    brds_diag diag = {0};
    char *text = document(network, hardware, sections);
    brds_status status = parse(text, false, spec, &diag);
    brds_diag_print(&diag, stderr);
    assert_int_equal(status, BRDS_OK);
    assert_int_equal(diag.count, 0);
    brds_diag_free(&diag);
    free(text);
}

static bool has_message(const brds_diag *diag, brds_severity severity, const char *place,
                        const char *part)
{
    for (size_t i = 0; i < diag->count; i++) {
        const brds_message *message = &diag->messages[i];
        if (message->severity == severity && strcmp(message->place, place) == 0 &&
            (strstr(message->text, part) || strstr(message->hint, part)))
            return true;
    }
    brds_diag_print(diag, stderr);
    return false;
}

/* One error, at that place, with that text or hint. */
static void expect_error(const char *text, const char *place, const char *part)
{
    brds_spec spec;
    brds_diag diag = {0};
    assert_int_equal(parse(text, true, &spec, &diag), BRDS_EINPUT);
    assert_true(has_message(&diag, BRDS_ERROR, place, part));
    assert_int_equal(diag.errors, 1);
    assert_int_equal(diag.count, 1);
    brds_diag_free(&diag);
}

static void expect_part_error(const char *network, const char *hardware, const char *sections,
                              const char *place, const char *part)
{
    char *text = document(network, hardware, sections);
    expect_error(text, place, part);
    free(text);
}

static void test_defaults(void **state)
{
    brds_spec spec;
    (void)state;
    parse_good("\"input_size\":8,\"layers\":[{\"hidden_size\":9}]", "", "", &spec);
    assert_string_equal(spec.name, "core");
    assert_int_equal(spec.layer_count, 1);
    assert_int_equal(spec.layers[0].nnz_x, 8);
    assert_int_equal(spec.layers[0].nnz_h, 9);
    assert_int_equal(spec.layers[0].nnz_p, 0);
    assert_int_equal(spec.layers[0].projection_size, 0);
    assert_false(spec.layers[0].peephole);
    assert_false(spec.head.present);
    assert_int_equal(spec.head.size, 0);
    assert_int_equal(spec.weight_bits, 8);
    assert_int_equal(spec.activation.bits, 16);
    assert_int_equal(spec.activation.frac, 12);
    assert_int_equal(spec.cell.bits, 24);
    assert_int_equal(spec.cell.frac, 16);
    assert_int_equal(spec.rounding, BRDS_ROUND_HALF_UP);
    assert_int_equal(spec.function_segments, 32);
    assert_int_equal(spec.pipeline.memory, 1);
    assert_int_equal(spec.pipeline.multiplier, 3);
    assert_int_equal(spec.pipeline.adder_every, 1);
    assert_int_equal(spec.pipeline.function, 2);
    assert_int_equal(spec.pipeline.element, 1);
    assert_int_equal(spec.weights, BRDS_WEIGHTS_RAM);
    assert_int_equal(spec.vector_memory, BRDS_VECTOR_REPLICATED);
    assert_int_equal(spec.index, BRDS_INDEX_ABSOLUTE);
    assert_int_equal(spec.index_bits, 0);
    assert_int_equal(spec.function_multiplier, BRDS_MULTIPLY_DSP);
    assert_int_equal(spec.protect, BRDS_PROTECT_NONE);
    assert_int_equal(spec.stream_bits, 64);
    assert_int_equal(spec.control, BRDS_CONTROL_AXI4_LITE);
    assert_int_equal(spec.output, BRDS_OUTPUT_EVERY_STEP);
    assert_false(spec.initial_state);
    assert_int_equal(spec.family, BRDS_FAMILY_GENERIC);
    assert_int_equal(spec.clock_mhz, 100);
}

static void test_head_defaults(void **state)
{
    brds_spec spec;
    (void)state;
    parse_good(SMALL ",\"head\":{\"size\":10}", "", "", &spec);
    assert_true(spec.head.present);
    assert_int_equal(spec.head.nnz, 8);
    assert_int_equal(spec.head.output.bits, 16);
    assert_int_equal(spec.head.output.frac, 10);
    assert_int_equal(spec.output, BRDS_OUTPUT_LAST_STEP);
    parse_good(SMALL ",\"head\":{\"size\":10,\"output\":{\"bits\":8}}", "",
               ",\"interface\":{\"output\":\"every_step\"}", &spec);
    assert_int_equal(spec.head.output.frac, 2);
    assert_int_equal(spec.output, BRDS_OUTPUT_EVERY_STEP);
}

static void test_values(void **state)
{
    brds_spec spec;
    (void)state;
    parse_good(SMALL,
               ",\"index\":\"relative\",\"weights\":\"rom\",\"function_multiplier\":\"logic\","
               "\"protect\":\"secded\"",
               ",\"numeric\":{\"rounding\":\"truncate\",\"function_segments\":256,"
               "\"activation\":{\"bits\":18},\"cell\":{\"bits\":32,\"frac\":28}},"
               "\"interface\":{\"control\":\"none\",\"initial_state\":true,\"stream_bits\":512},"
               "\"target\":{\"family\":\"intel_alm\",\"clock_mhz\":1000}",
               &spec);
    assert_int_equal(spec.index, BRDS_INDEX_RELATIVE);
    assert_int_equal(spec.index_bits, 5);
    assert_int_equal(spec.weights, BRDS_WEIGHTS_ROM);
    assert_int_equal(spec.function_multiplier, BRDS_MULTIPLY_LOGIC);
    assert_int_equal(spec.protect, BRDS_PROTECT_SECDED);
    assert_string_equal(brds_protect_name(spec.protect), "secded");
    assert_int_equal(spec.rounding, BRDS_ROUND_TRUNCATE);
    assert_int_equal(spec.function_segments, 256);
    assert_int_equal(spec.activation.frac, 14);
    assert_int_equal(spec.cell.frac, 28);
    assert_int_equal(spec.control, BRDS_CONTROL_NONE);
    assert_true(spec.initial_state);
    assert_int_equal(spec.stream_bits, 512);
    assert_int_equal(spec.family, BRDS_FAMILY_INTEL_ALM);
    assert_string_equal(brds_family_name(spec.family), "intel_alm");
    assert_string_equal(brds_rounding_name(spec.rounding), "truncate");
    assert_string_equal(brds_index_name(spec.index), "relative");
    assert_string_equal(brds_weights_name(spec.weights), "rom");
    assert_string_equal(brds_output_name(spec.output), "every_step");
}

/* Each layer's values land in its own place, and widths follow the layers. */
static void test_layers(void **state)
{
    brds_spec spec;
    (void)state;
    parse_good("\"input_size\":5,\"layers\":["
               "{\"hidden_size\":20,\"projection_size\":7,\"nnz_p\":3,\"nnz_x\":4},"
               "{\"hidden_size\":6,\"peephole\":true,\"sparsity_h\":0.5},"
               "{\"hidden_size\":9}]",
               "", "", &spec);
    assert_int_equal(spec.layer_count, 3);
    assert_int_equal(brds_spec_columns_x(&spec, 0), 5);
    assert_int_equal(brds_spec_output_size(&spec, 0), 7);
    assert_int_equal(brds_spec_columns_x(&spec, 1), 7);
    assert_int_equal(brds_spec_columns_x(&spec, 2), 6);
    assert_int_equal(brds_spec_output_size(&spec, 2), 9);
    assert_int_equal(spec.layers[0].nnz_x, 4);
    assert_int_equal(spec.layers[0].nnz_h, 7);
    assert_int_equal(spec.layers[0].nnz_p, 3);
    assert_int_equal(spec.layers[1].nnz_x, 7);
    assert_int_equal(spec.layers[1].nnz_h, 3);
    assert_true(spec.layers[1].peephole);
    assert_false(spec.layers[2].peephole);
    assert_int_equal(spec.layers[2].nnz_x, 6);
}

static void test_sparsity(void **state)
{
    static const struct {
        int columns;
        const char *sparsity;
        int nonzeros;
    } cases[] = {
        {10, "0", 10},     {10, "0.0", 10},     {10, "0.8", 2},
        {10, "0.7", 3},    {10, "0.9", 1},      {10, "0.99", 1},
        {10, "0.05", 10},  {10, "0.1", 9},      {39, "0.8", 8},
        {1, "0.999", 1},   {3, "0.3333333", 3}, {4096, "0.9375", 256},
        {100, "0.29", 71}, {1000, "0.999", 1},  {1, "0.99999999999999", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        brds_spec spec;
        char *network = brds_string_format(
            "\"input_size\":%d,\"layers\":[{\"hidden_size\":2,\"sparsity_x\":%s}]",
            cases[i].columns, cases[i].sparsity);
        parse_good(network, "", "", &spec);
        assert_int_equal(spec.layers[0].nnz_x, cases[i].nonzeros);
        free(network);
    }
}

static void test_sha256(void **state)
{
    brds_spec spec;
    brds_diag diag = {0};
    (void)state;
    assert_int_equal(
        brds_spec_parse(brds_spec_example, strlen(brds_spec_example), "s", false, &spec, &diag),
        BRDS_OK);
    assert_int_equal(strlen(spec.sha256), 64);
    assert_int_equal(strspn(spec.sha256, "0123456789abcdef"), 64);
    char first[65];
    memcpy(first, spec.sha256, sizeof(first));
    char *longer = brds_string_format("%s ", brds_spec_example);
    assert_int_equal(parse(longer, false, &spec, &diag), BRDS_OK);
    assert_string_not_equal(first, spec.sha256);
    free(longer);
    brds_diag_free(&diag);
}

static void test_syntax_errors(void **state)
{
    (void)state;
    expect_error("", "s.json", "empty");
    expect_error(" \n\t", "s.json", "empty");
    expect_error("[1]", "s.json", "expected an object, found an array");
    expect_error("\"x\"", "s.json", "found the string \"x\"");
    expect_error("{\"a\":1,\n \"a\":2}", "s.json:2:4", "duplicate");
    expect_error("{\"a\":1e400}", "s.json:1:10", "overflow");
    expect_error("{\"a\":9223372036854775808}", "s.json:1:24", "too big");
    expect_error("{\"a\":\"\xff\"}", "s.json:1:6", "UTF-8");
    expect_error("\xef\xbb\xbf{}", "s.json", "byte order mark");
    expect_error("{\"a\":1", "s.json:1:6", "close every");
    expect_error("{\"a\":\"\\u0000\"}", "s.json:1:13", "null character");
}

static void test_bytes(void **state)
{
    brds_spec spec;
    brds_diag diag = {0};
    size_t size = ((size_t)1 << 20) + 1;
    char *large = malloc(size);
    (void)state;
    assert_non_null(large);
    memset(large, ' ', size);
    assert_int_equal(brds_spec_parse(large, size, "s", true, &spec, &diag), BRDS_EINPUT);
    assert_true(has_message(&diag, BRDS_ERROR, "s", "more than 1048576 bytes"));
    brds_diag_free(&diag);
    memset(large, '[', size);
    assert_int_equal(brds_spec_parse(large, size - 1, "s", true, &spec, &diag), BRDS_EINPUT);
    assert_true(has_message(&diag, BRDS_ERROR, "s:1:2049", "depth"));
    brds_diag_free(&diag);
    assert_int_equal(brds_spec_parse("{}\0", 3, "s", true, &spec, &diag), BRDS_EINPUT);
    assert_true(has_message(&diag, BRDS_ERROR, "s", "null byte"));
    brds_diag_free(&diag);
    free(large);
}

static void test_key_errors(void **state)
{
    (void)state;
    expect_part_error(SMALL, ",\"index_bit\":3", "", "s.json:/hardware/index_bit",
                      "nearest known key is \"index_bits\"");
    expect_part_error(SMALL, ",\"clock_mhz\":3", "", "s.json:/hardware/clock_mhz",
                      "belongs to /target");
    expect_part_error(SMALL, ",\"a/b~\":3", "", "s.json:/hardware/a~1b~0", "known here: pes");
    expect_part_error(SMALL, ",\"index_bits\":4", "", "s.json:/hardware/index_bits", "relative");
    expect_part_error(SMALL, ",\"weights\":\"flash\"", "", "s.json:/hardware/weights",
                      "give \"rom\", \"ram\" or \"stream\"");
    expect_part_error(SMALL, ",\"weights\":null", "", "s.json:/hardware/weights",
                      "leave the key out");
    expect_part_error(SMALL, "", ",\"target\":{\"clock_mhz\":4.0}", "s.json:/target/clock_mhz",
                      "write 4, without point");
    expect_part_error(SMALL, "", ",\"target\":{\"clock_mhz\":1001}", "s.json:/target/clock_mhz",
                      "1001 is too large");
    expect_part_error(SMALL, "", ",\"interface\":{\"stream_bits\":96}",
                      "s.json:/interface/stream_bits", "32, 64, 128, 256 or 512");
    expect_part_error(SMALL ",\"head\":{}", "", "", "s.json:/network/head/size", "missing");
    expect_part_error("\"input_size\":8,\"layers\":[{\"hidden_size\":8,\"projection_size\":8}]", "",
                      "", "s.json:/network/layers/0/projection_size", "give 1 to 7");
    expect_part_error("\"input_size\":8,\"layers\":[]", "", "", "s.json:/network/layers",
                      "too few");
}

/* Defaults that depend on others, at both ends of each range. */
static void test_sense(void **state)
{
    static const struct {
        const char *numeric, *place, *part; /* place NULL: no error */
    } cases[] = {
        {"\"activation\":{\"bits\":16,\"frac\":7}", NULL, NULL},
        {"\"activation\":{\"bits\":16,\"frac\":6}", "/numeric/activation/frac", "7 to 15"},
        {"\"activation\":{\"bits\":16,\"frac\":15}", NULL, NULL},
        {"\"activation\":{\"bits\":16,\"frac\":16}", "/numeric/activation/frac", "too large"},
        {"\"activation\":{\"bits\":8,\"frac\":0}", NULL, NULL},
        {"\"cell\":{\"bits\":15}", NULL, NULL},
        {"\"cell\":{\"bits\":14}", "/numeric/cell/frac", "default for 14 bits"},
        {"\"cell\":{\"bits\":24,\"frac\":7}", NULL, NULL},
        {"\"cell\":{\"bits\":24,\"frac\":6}", "/numeric/cell/frac", "7 to 23"},
        {"\"cell\":{\"bits\":32,\"frac\":6}", "/numeric/cell/frac", "7 to 28"},
        {"\"cell\":{\"bits\":24,\"frac\":24}", "/numeric/cell/frac", "too large"},
        {"\"cell\":{\"bits\":32,\"frac\":29}", "/numeric/cell/frac", "too large"},
        {"\"cell\":{\"bits\":8},\"activation\":{\"bits\":17}", "/numeric/cell/bits", "9 or more"},
        {"\"activation\":{\"bits\":8},\"function_segments\":32", NULL, NULL},
        {"\"activation\":{\"bits\":8},\"function_segments\":64", "/numeric/function_segments",
         "give 32 or fewer"},
        {"\"activation\":{\"bits\":11},\"function_segments\":256", NULL, NULL},
        {"\"activation\":{\"bits\":10},\"function_segments\":256", "/numeric/function_segments",
         "give 128 or fewer"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *sections = brds_string_format(",\"numeric\":{%s}", cases[i].numeric);
        brds_spec spec;
        if (cases[i].place) {
            char *place = brds_string_format("s.json:%s", cases[i].place);
            expect_part_error(SMALL, "", sections, place, cases[i].part);
            free(place);
        } else {
            parse_good(SMALL, "", sections, &spec);
        }
        free(sections);
    }
}

/* A refused value is not used in further checks: one fault, one message. */
static void test_no_cascade(void **state)
{
    (void)state;
    expect_part_error("\"input_size\":\"8\",\"layers\":[{\"hidden_size\":8,\"nnz_x\":900}]", "", "",
                      "s.json:/network/input_size", "expected an integer");
    expect_part_error("\"input_size\":8,\"layers\":[{\"hidden_size\":0},"
                      "{\"hidden_size\":8,\"nnz_x\":900}]",
                      "", "", "s.json:/network/layers/0/hidden_size", "too small");
    expect_part_error(SMALL, "", ",\"numeric\":{\"activation\":7,\"cell\":{\"bits\":8}}",
                      "s.json:/numeric/activation", "expected an object");
    expect_error("{\"brds\":1,\"name\":\"a\",\"network\":{" SMALL "},\"hardware\":[]}",
                 "s.json:/hardware", "expected an object");
}

static void test_all_errors(void **state)
{
    brds_spec spec;
    brds_diag diag = {0};
    (void)state;
    assert_int_equal(parse("{\"brds\":2,\"name\":\"A\",\"network\":{\"layers\":[{}]},\"x\":1}",
                           true, &spec, &diag),
                     BRDS_EINPUT);
    assert_int_equal(diag.errors, 6);
    assert_true(has_message(&diag, BRDS_ERROR, "s.json:/brds", "give the integer 1"));
    assert_true(has_message(&diag, BRDS_ERROR, "s.json:/name", "cannot be"));
    assert_true(has_message(&diag, BRDS_ERROR, "s.json:/network/input_size", "missing"));
    assert_true(has_message(&diag, BRDS_ERROR, "s.json:/network/layers/0/hidden_size", "missing"));
    assert_true(has_message(&diag, BRDS_ERROR, "s.json:/hardware", "missing"));
    assert_true(has_message(&diag, BRDS_ERROR, "s.json:/x", "unknown"));
    brds_diag_free(&diag);
}

/* The text of a document of one layer on given hardware, and one warning. */
static void expect_warning(const char *layer, const char *hardware, size_t count, const char *place,
                           const char *part)
{
    brds_spec spec;
    brds_diag diag = {0};
    char *text = brds_string_format("{\"brds\":1,\"name\":\"a\",\"network\":{\"input_size\":64,"
                                    "\"layers\":[{%s}]},\"hardware\":{%s}}",
                                    layer, hardware);
    assert_int_equal(parse(text, true, &spec, &diag), BRDS_OK);
    assert_int_equal(diag.errors, 0);
    if (diag.count != count)
        brds_diag_print(&diag, stderr);
    assert_int_equal(diag.count, count);
    if (count > 0)
        assert_true(has_message(&diag, BRDS_WARNING, place, part));
    brds_diag_free(&diag);
    assert_int_equal(parse(text, false, &spec, &diag), BRDS_OK);
    assert_int_equal(diag.count, 0);
    free(text);
}

static void test_advice(void **state)
{
    static const char *const layer = "\"hidden_size\":64,\"nnz_x\":8,\"nnz_h\":16";
    (void)state;
    expect_warning(layer, "\"pes\":4,\"lanes_x\":1,\"lanes_h\":2", 0, NULL, NULL);
    expect_warning(layer, "\"pes\":4,\"lanes_x\":1,\"lanes_h\":1", 1, "s.json:/network/layers/0",
                   "8 beats of the x lanes and 16 of the h lanes: the x lanes idle 50 %");
    expect_warning(layer, "\"pes\":4,\"lanes_x\":2,\"lanes_h\":2", 1, "s.json:/network/layers/0",
                   "lanes_x = 1 is as fast; lanes_h = 4 needs 4 beats");
    expect_warning(layer, "\"pes\":4,\"lanes_x\":3,\"lanes_h\":6", 2, "s.json:/network/layers/0",
                   "lanes_x = 3 does not divide nnz_x = 8: 11 %");
    expect_warning(layer, "\"pes\":4,\"lanes_x\":3,\"lanes_h\":6", 2, "s.json:/network/layers/0",
                   "lanes_x = 2 or 4, or nnz_x = 9");
    expect_warning(layer, "\"pes\":4,\"lanes_x\":16,\"lanes_h\":16", 1, "s.json:/hardware/lanes_x",
                   "8 would be as fast");
    expect_warning(layer, "\"pes\":5,\"lanes_x\":1,\"lanes_h\":2", 1,
                   "s.json:/network/layers/0/hidden_size", "2 % of the layer's work");
    expect_warning("\"hidden_size\":60,\"nnz_x\":8,\"nnz_h\":16",
                   "\"pes\":6,\"lanes_x\":4,\"lanes_h\":8", 1, "s.json:/hardware/pes",
                   "6 PEs share 2 element lanes: a row group of layer 0 takes 3 beats, its weights "
                   "need 2");
    expect_warning("\"hidden_size\":64,\"nnz_x\":33,\"nnz_h\":33",
                   "\"pes\":4,\"lanes_x\":1,\"lanes_h\":1", 1, "s.json:/hardware",
                   "weight memory uses 528 of 1024 words: 48 % stay empty");
}

/* Vectors in banks: only powers of two are advised. */
static void test_advice_in_banks(void **state)
{
    (void)state;
    expect_warning("\"hidden_size\":64,\"nnz_x\":12,\"nnz_h\":12",
                   "\"pes\":4,\"lanes_x\":8,\"lanes_h\":8,\"vector_memory\":\"banked\"", 2,
                   "s.json:/network/layers/0", "lanes_x = 4, or nnz_x = 16");
    expect_warning("\"hidden_size\":64,\"nnz_x\":3,\"nnz_h\":8",
                   "\"pes\":4,\"lanes_x\":8,\"lanes_h\":8,\"vector_memory\":\"banked\"", 1,
                   "s.json:/hardware/lanes_x", "4 would be as fast");
    expect_warning("\"hidden_size\":64,\"nnz_x\":6,\"nnz_h\":16",
                   "\"pes\":4,\"lanes_x\":2,\"lanes_h\":2,\"vector_memory\":\"banked\"", 1,
                   "s.json:/network/layers/0", "lanes_x = 1 is as fast; lanes_h = 8 needs 3 beats");
}

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < brds_key_count; i++) {
        const brds_key *key = &brds_keys[i];
        assert_non_null(key->description);
        assert_true(strlen(key->description) > 10);
        assert_true(brds_string_ends(key->description, "."));
        if (i > 0)
            assert_non_null(brds_key_parent(key)); /* parents come first */
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(key->pointer, brds_keys[j].pointer);
        if (key->type == BRDS_KEY_INTEGER && !key->required && key->fallback != BRDS_ABSENT)
            assert_in_range(key->fallback, key->low, key->high);
        if (key->type == BRDS_KEY_WORD || key->type == BRDS_KEY_CHOICE)
            assert_non_null(key->words);
        if (key->excludes)
            assert_non_null(brds_key_find(brds_key_parent(key), key->excludes));
        if (key->needs)
            assert_non_null(brds_key_find(brds_key_parent(key), key->needs));
    }
}

/* The part of the schema for a row of the table. */
static json_t *schema_part(json_t *schema, const char *pointer)
{
    char name[64];
    while (schema && *pointer) {
        size_t length = strcspn(pointer + 1, "/");
        snprintf(name, sizeof(name), "%.*s", (int)length, pointer + 1);
        schema = strcmp(name, "*") == 0
                     ? json_object_get(schema, "items")
                     : json_object_get(json_object_get(schema, "properties"), name);
        pointer += 1 + length;
    }
    return schema;
}

static void test_schema(void **state)
{
    char *text = brds_spec_schema();
    json_error_t error;
    (void)state;
    assert_non_null(text);
    json_t *schema = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    assert_non_null(schema);
    for (size_t i = 0; i < brds_key_count; i++) {
        json_t *part = schema_part(schema, brds_keys[i].pointer);
        assert_non_null(part);
        assert_true(json_string_length(json_object_get(part, "description")) > 10);
        if (brds_keys[i].type == BRDS_KEY_OBJECT)
            assert_true(json_is_false(json_object_get(part, "additionalProperties")));
    }
    json_t *bits = schema_part(schema, "/numeric/weight/bits");
    assert_int_equal(json_integer_value(json_object_get(bits, "minimum")), 2);
    assert_int_equal(json_integer_value(json_object_get(bits, "maximum")), 18);
    assert_int_equal(json_integer_value(json_object_get(bits, "default")), 8);
    json_decref(schema);
    free(text);
}

static void test_reference(void **state)
{
    char *text = brds_spec_reference();
    (void)state;
    assert_non_null(text);
    for (size_t i = 1; i < brds_key_count; i++) {
        if (!brds_string_ends(brds_keys[i].pointer, "*")) {
            char *row = brds_string_format("| `%s` |", brds_key_name(&brds_keys[i]));
            assert_non_null(strstr(text, row));
            free(row);
        }
        assert_non_null(strstr(text, brds_keys[i].description));
    }
    free(text);
}

static void test_reserved(void **state)
{
    static const char *const words[] = {"accept_on", "alias", "always", "module",
                                        "xor",       "logic", "reg"};
    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        assert_true(brds_is_reserved(words[i]));
    assert_false(brds_is_reserved("modules"));
    assert_false(brds_is_reserved(""));
    assert_false(brds_is_reserved("digits"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),      cmocka_unit_test(test_head_defaults),
        cmocka_unit_test(test_values),        cmocka_unit_test(test_layers),
        cmocka_unit_test(test_sparsity),      cmocka_unit_test(test_sha256),
        cmocka_unit_test(test_syntax_errors), cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_key_errors),    cmocka_unit_test(test_sense),
        cmocka_unit_test(test_no_cascade),    cmocka_unit_test(test_all_errors),
        cmocka_unit_test(test_advice),        cmocka_unit_test(test_advice_in_banks),
        cmocka_unit_test(test_table),         cmocka_unit_test(test_schema),
        cmocka_unit_test(test_reference),     cmocka_unit_test(test_reserved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
