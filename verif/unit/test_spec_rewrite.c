/* SPDX-License-Identifier: Apache-2.0
 *
 * A spec with other counts and bits: what changes, what stays, what is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model_fixture.h"
#include "spec/spec_rewrite.h"

static const char one_layer[] =
    "{\"hardware\":{\"pes\":1,\"lanes_x\":1,\"lanes_h\":1},\"brds\":1,\"network\":{\"layers\":"
    "[{\"sparsity_x\":0.8,\"hidden_size\":8,\"projection_size\":5,\"sparsity_p\":0.3}],"
    "\"input_size\":10,\"head\":{\"size\":3,\"sparsity\":0.8}},\"name\":\"t\"}";

static const char two_layers[] =
    "{\"brds\":1,\"name\":\"t\",\"network\":{\"input_size\":10,\"layers\":[{\"nnz_h\":2,"
    "\"hidden_size\":8,\"nnz_x\":3},{\"hidden_size\":6,\"sparsity_h\":0.5}]},\"numeric\":"
    "{\"weight\":{\"bits\":8},\"cell\":{\"bits\":24}},\"hardware\":{\"pes\":1,\"lanes_x\":1,"
    "\"lanes_h\":1}}";

static brds_spec parse(const char *text)
{
    brds_spec spec;
    brds_diag diag = {0};
    expect_ok(brds_spec_parse(text, strlen(text), "t", false, &spec, &diag), &diag);
    return spec;
}

static char *rewrite(const char *text, const brds_spec *spec)
{
    char *rewritten;
    brds_diag diag = {0};
    expect_ok(brds_spec_rewrite(text, strlen(text), "t", spec, &rewritten, &diag), &diag);
    assert_non_null(rewritten);
    assert_int_equal(rewritten[strlen(rewritten) - 1], '\n');
    return rewritten;
}

/* All that the spec says but the numbers that were changed, and its checksum. */
static void expect_same(brds_spec a, brds_spec b)
{
    for (int l = 0; l < a.layer_count; l++) {
        a.layers[l].nnz_x = b.layers[l].nnz_x;
        a.layers[l].nnz_h = b.layers[l].nnz_h;
    }
    a.weight_bits = b.weight_bits;
    memset(a.sha256, 0, sizeof a.sha256);
    memset(b.sha256, 0, sizeof b.sha256);
    assert_int_equal(a.input_size, b.input_size);
    assert_int_equal(a.head.nnz, b.head.nnz);
    for (int l = 0; l < a.layer_count; l++) {
        assert_memory_equal(&a.layers[l], &b.layers[l], sizeof a.layers[l]);
    }
    assert_string_equal(a.name, b.name);
    assert_int_equal(a.cell.bits, b.cell.bits);
}

static void expect_order(const char *text, const char *const *keys)
{
    for (size_t i = 0; keys[i] != NULL; i++) {
        const char *found = strstr(text, keys[i]);
        if (found == NULL) {
            fail_msg("%s is missing, or out of order, in:\n%s", keys[i], text);
        }
        text = found;
    }
}

static void test_ratios_give_way(void **state)
{
    (void)state;
    static const char *const keys[] = {"hardware",
                                       "brds",
                                       "network",
                                       "layers",
                                       "\"nnz_x\": 7,",
                                       "hidden_size",
                                       "projection_size",
                                       "\"sparsity_p\": 0.3,",
                                       "\"nnz_h\": 1",
                                       "input_size",
                                       "head",
                                       "\"sparsity\": 0.8",
                                       "\"name\"",
                                       "numeric",
                                       "\"bits\": 5",
                                       NULL};
    brds_spec spec = parse(one_layer), changed = spec;
    changed.layers[0].nnz_x = 7;
    changed.layers[0].nnz_h = 1;
    changed.weight_bits = 5;
    char *text = rewrite(one_layer, &changed);
    brds_spec read = parse(text);
    assert_int_equal(read.layers[0].nnz_x, 7);
    assert_int_equal(read.layers[0].nnz_h, 1);
    assert_int_equal(read.weight_bits, 5);
    assert_null(strstr(text, "sparsity_x"));
    expect_order(text, keys);
    expect_same(spec, read);
    free(text);
}

/* Where 15 digits are too few for a number, more are written. */
static void test_digits(void **state)
{
    (void)state;
    char text[sizeof one_layer + 40];
    const char *at = strstr(one_layer, "0.3");
    snprintf(text, sizeof text, "%.*s0.12345678901234568%s", (int)(at - one_layer), one_layer,
             at + 3);
    brds_spec spec = parse(text);
    char *rewritten = rewrite(text, &spec);
    assert_non_null(strstr(rewritten, "\"sparsity_p\": 0.12345678901234568"));
    free(rewritten);
}

static void test_every_layer(void **state)
{
    (void)state;
    static const char *const keys[] = {"\"nnz_h\": 4",
                                       "\"nnz_x\": 10",
                                       "\"nnz_h\": 6",
                                       "\"nnz_x\": 8",
                                       "\"bits\": 12",
                                       "\"cell\"",
                                       NULL};
    brds_spec spec = parse(two_layers), changed = spec;
    changed.layers[0].nnz_x = 10;
    changed.layers[0].nnz_h = 4;
    changed.layers[1].nnz_x = 8;
    changed.layers[1].nnz_h = 6;
    changed.weight_bits = 12;
    char *text = rewrite(two_layers, &changed);
    expect_order(text, keys);
    brds_spec read = parse(text);
    expect_same(spec, read);
    char *again = rewrite(text, &read);
    assert_string_equal(text, again); /* nothing changes, nothing moves */
    free(text);
    free(again);
}

static void refuse(const char *text, const brds_spec *spec, const char *message)
{
    char *rewritten = NULL;
    brds_diag diag = {0};
    assert_int_equal(brds_spec_rewrite(text, strlen(text), "t", spec, &rewritten, &diag),
                     BRDS_EINPUT);
    assert_null(rewritten);
    expect_message(&diag, message);
}

static void test_refusals(void **state)
{
    (void)state;
    brds_spec spec = parse(two_layers);
    refuse(one_layer, &spec, "it has 1 layers, the new numbers are of 2");
    refuse("{", &spec, "");
    refuse("[]", &spec, "");
    refuse("{\"brds\": 1}", &spec, "");
    spec.layers[1].nnz_h = 7;
    refuse(two_layers, &spec, "7 is more than the 6 columns");
    spec.layers[1].nnz_h = 6;
    spec.weight_bits = 19;
    refuse(two_layers, &spec, "19");
}

/* Every shipped spec comes through. */
static void test_examples(void **state)
{
    (void)state;
    static const char *const names[] = {"digits", "ptb", "sentiment", "timit", "tiny_ice40"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[600];
        snprintf(path, sizeof path, "%s/%s/spec.json", source_path("examples"), names[i]);
        need_file(path);
        brds_diag diag = {0};
        FILE *stream = fopen(path, "r");
        char bytes[1 << 14];
        assert_non_null(stream);
        size_t size = fread(bytes, 1, sizeof bytes - 1, stream);
        fclose(stream);
        bytes[size] = '\0';
        brds_spec spec = parse(bytes);
        char *text;
        expect_ok(brds_spec_rewrite(bytes, size, path, &spec, &text, &diag), &diag);
        brds_spec read = parse(text);
        memcpy(read.sha256, spec.sha256, sizeof spec.sha256);
        assert_memory_equal(&read.layers, &spec.layers, sizeof spec.layers);
        assert_int_equal(read.weight_bits, spec.weight_bits);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ratios_give_way), cmocka_unit_test(test_digits),
        cmocka_unit_test(test_every_layer),     cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_examples),
    };
    return cmocka_run_group_tests_name("spec_rewrite", tests, NULL, NULL);
}
