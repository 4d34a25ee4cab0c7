/* SPDX-License-Identifier: Apache-2.0
 *
 * The plan's rules of memories and products, against what Yosys 0.23 made of
 * one memory and of one product of each shape.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "plan/plan_estimate.h"
#include "plan_fixture.h"

/* ---- memories ---- */

enum { MEMORY_FAMILIES = 7, PRODUCT_FAMILIES = 6 };

static const brds_family families[MEMORY_FAMILIES] = {
    BRDS_FAMILY_XC7,   BRDS_FAMILY_XCUP,      BRDS_FAMILY_ECP5, BRDS_FAMILY_NEXUS,
    BRDS_FAMILY_ICE40, BRDS_FAMILY_INTEL_ALM, BRDS_FAMILY_GOWIN};

typedef struct {
    brds_ram_shape shape;
    int64_t blocks[MEMORY_FAMILIES];
} memory_case;

static const memory_case memory_cases[] = {
    {{1, 8, 8, false}, {0, 0, 0, 0, 0, 0, 0}},
    {{1, 16, 16, false}, {0, 0, 0, 0, 1, 0, 0}},
    {{1, 16, 64, false}, {0, 0, 0, 0, 1, 1, 0}},
    {{1, 16, 128, false}, {0, 0, 1, 1, 1, 1, 1}},
    {{1, 16, 256, false}, {1, 1, 1, 1, 1, 1, 1}},
    {{1, 24, 128, false}, {1, 0, 1, 1, 2, 2, 1}},
    {{1, 64, 256, false}, {2, 2, 2, 2, 4, 4, 2}},
    {{1, 64, 1500, false}, {6, 6, 6, 6, 24, 12, 6}},
    {{1, 128, 4096, false}, {30, 30, 30, 30, 128, 64, 30}},
    /* a column with parity, with the check bits of secded */
    {{1, 65, 299, false}, {2, 2, 2, 2, 9, 4, 2}},
    {{1, 72, 299, false}, {2, 2, 2, 2, 9, 4, 2}},
    /* lanes with a write enable each */
    {{2, 16, 64, false}, {0, 0, 1, 1, 2, 0, 1}},
    {{2, 16, 256, false}, {1, 1, 1, 1, 2, 16, 1}},
    {{4, 24, 128, false}, {3, 3, 3, 3, 6, 0, 3}},
    {{8, 12, 8, false}, {0, 0, 0, 0, 6, 0, 0}},
    {{8, 16, 32, false}, {0, 0, 0, 0, 8, 0, 0}},
    /* ROMs of random contents: never LUT RAM, a bit of logic costs less */
    {{1, 56, 25, true}, {0, 0, 0, 0, 0, 0, 0}},
    {{1, 56, 129, true}, {2, 2, 2, 2, 4, 0, 2}},
    {{1, 104, 204, true}, {3, 3, 3, 3, 7, 0, 3}},
    {{1, 200, 700, true}, {12, 12, 12, 12, 38, 0, 12}},
};

static void test_memories(void **state)
{
    (void)state;
    for (size_t c = 0; c < sizeof memory_cases / sizeof memory_cases[0]; c++) {
        for (int f = 0; f < MEMORY_FAMILIES; f++) {
            bool in_logic;
            int64_t blocks = brds_ram_blocks(families[f], memory_cases[c].shape, &in_logic);
            if (blocks != memory_cases[c].blocks[f]) {
                print_error("case %zu, %s\n", c, brds_family_name(families[f]));
            }
            assert_int_equal(blocks, memory_cases[c].blocks[f]);
            assert_int_equal(in_logic, blocks == 0);
        }
    }
}

static void test_generic_memories(void **state)
{
    (void)state;
    bool in_logic;
    assert_int_equal(brds_memory_blocks(BRDS_FAMILY_GENERIC, 1, 1, &in_logic), 1);
    assert_int_equal(brds_memory_blocks(BRDS_FAMILY_GENERIC, 1000, 100000, &in_logic), 1);
    assert_false(in_logic);
}

/* One row is two for the address's sake. */
static void test_single_row(void **state)
{
    (void)state;
    bool in_logic;
    for (int f = 0; f < MEMORY_FAMILIES; f++) {
        assert_int_equal(brds_memory_blocks(families[f], 700, 1, &in_logic),
                         brds_memory_blocks(families[f], 700, 2, &in_logic));
    }
}

/* ---- products ---- */

typedef struct {
    bool is_signed;
    int a, b;
    int64_t blocks[PRODUCT_FAMILIES]; /* as in families[] */
} product_case;

static const product_case product_cases[] = {
    {true, 2, 8, {1, 1, 1, 0, 0, 0}},    {true, 3, 8, {1, 1, 1, 0, 1, 0}},
    {true, 8, 10, {1, 1, 1, 1, 1, 1}},   {true, 8, 12, {1, 1, 1, 1, 1, 1}},
    {true, 8, 16, {1, 1, 1, 1, 1, 1}},   {true, 16, 16, {1, 1, 1, 1, 1, 1}},
    {true, 8, 18, {1, 1, 1, 1, 1, 1}},   {true, 18, 18, {1, 1, 1, 1, 3, 1}},
    {true, 16, 20, {1, 1, 2, 1, 2, 1}},  {true, 16, 24, {1, 1, 2, 1, 2, 1}},
    {true, 18, 26, {2, 1, 2, 1, 4, 1}},  {true, 16, 28, {2, 2, 2, 1, 2, 1}},
    {true, 18, 32, {2, 2, 2, 1, 4, 3}},  {true, 22, 22, {2, 2, 4, 1, 4, 1}},
    {false, 2, 8, {1, 1, 1, 0, 0, 0}},   {false, 8, 10, {1, 1, 1, 1, 1, 1}},
    {false, 17, 17, {1, 1, 1, 1, 1, 1}}, {false, 18, 18, {2, 2, 1, 1, 3, 1}},
    {false, 16, 26, {2, 1, 2, 1, 2, 1}},
};

static void test_products(void **state)
{
    (void)state;
    for (size_t c = 0; c < sizeof product_cases / sizeof product_cases[0]; c++) {
        const product_case *p = &product_cases[c];
        for (int f = 0; f < PRODUCT_FAMILIES; f++) {
            int64_t blocks = p->is_signed ? brds_product_blocks(families[f], p->a, p->b)
                                          : brds_unsigned_product_blocks(families[f], p->a, p->b);
            if (blocks != p->blocks[f]) {
                print_error("%d x %d, %s\n", p->a, p->b, brds_family_name(families[f]));
            }
            assert_int_equal(blocks, p->blocks[f]);
        }
    }
}

static void test_order_of_operands(void **state)
{
    (void)state;
    for (int a = 2; a <= 32; a++) {
        for (int b = 2; b <= 32; b++) {
            for (int f = 0; f < MEMORY_FAMILIES; f++) {
                assert_int_equal(brds_product_blocks(families[f], a, b),
                                 brds_product_blocks(families[f], b, a));
            }
            assert_int_equal(brds_product_blocks(BRDS_FAMILY_GOWIN, a, b), 0);
            assert_int_equal(brds_product_blocks(BRDS_FAMILY_GENERIC, a, b), 1);
        }
    }
}

/* ---- a whole core: what Yosys counted for examples/digits ---- */

static void test_digits(void **state)
{
    (void)state;
    static const int64_t dsp[MEMORY_FAMILIES] = {56, 56, 57, 56, 57, 56, 0};
    static const int64_t blocks[MEMORY_FAMILIES] = {74, 74, 74, 74, 165, 100, 74};
    brds_spec spec = digits_spec();
    brds_diag diag = {0};
    brds_plan plan;
    assert_int_equal(brds_plan_make(&spec, &plan, &diag), BRDS_OK);
    for (int f = 0; f < MEMORY_FAMILIES; f++) {
        brds_estimate estimate;
        assert_int_equal(brds_plan_estimate(&plan, families[f], &estimate, &diag), BRDS_OK);
        assert_int_equal(estimate.array_dsp + estimate.function_dsp, dsp[f]);
        assert_int_equal(estimate.blocks, blocks[f]);
        assert_int_equal(estimate.bits, 490608);
    }
    brds_diag_free(&diag);
}

/* The same core with check bits, on xcup. */
static void test_protected_digits(void **state)
{
    (void)state;
    static const struct {
        brds_protect protect;
        int64_t bits;
    } cases[] = {{BRDS_PROTECT_PARITY, 490608 + 12 * 299 + 2 * 132},
                 {BRDS_PROTECT_SECDED, 490608 + (11 * 8 + 6) * 299 + (8 + 5) * 132}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        brds_spec spec = digits_spec();
        spec.protect = cases[i].protect;
        brds_diag diag = {0};
        brds_plan plan;
        brds_estimate estimate;
        assert_int_equal(brds_plan_make(&spec, &plan, &diag), BRDS_OK);
        assert_int_equal(brds_plan_estimate(&plan, BRDS_FAMILY_XCUP, &estimate, &diag), BRDS_OK);
        assert_int_equal(estimate.blocks, 74);
        assert_int_equal(estimate.bits, cases[i].bits);
        brds_diag_free(&diag);
    }
}

/* Gates that share their columns: a copy a lane of a PE, and its index; two of them a block, on xc7 up to 25 bits. */
static void test_shared_digits(void **state)
{
    (void)state;
    brds_spec spec = digits_spec();
    brds_diag diag = {0};
    brds_plan plan;
    brds_estimate estimate;
    spec.vector_memory = BRDS_VECTOR_GATE_SHARED;
    assert_int_equal(brds_plan_make(&spec, &plan, &diag), BRDS_OK);
    assert_int_equal(plan.word_bits, 4 * (4 * 3 * 8 + 3 * 7));
    assert_int_equal(brds_plan_estimate(&plan, BRDS_FAMILY_XC7, &estimate, &diag), BRDS_OK);
    assert_int_equal(estimate.memories[3].copies, 4);
    assert_int_equal(estimate.memories[4].copies, 8);
    assert_int_equal(estimate.array_dsp, 48);
    spec.products_per_dsp = 2;
    spec.activation = (brds_format){8, 4};
    assert_int_equal(brds_plan_make(&spec, &plan, &diag), BRDS_OK);
    assert_int_equal(plan.multipliers, 48);
    assert_int_equal(brds_plan_estimate(&plan, BRDS_FAMILY_XC7, &estimate, &diag), BRDS_OK);
    assert_int_equal(estimate.array_dsp, 24);
    spec.products_per_dsp = 1;
    spec.array_multiplier = BRDS_MULTIPLY_LOGIC;
    assert_int_equal(brds_plan_make(&spec, &plan, &diag), BRDS_OK);
    assert_int_equal(brds_plan_estimate(&plan, BRDS_FAMILY_XC7, &estimate, &diag), BRDS_OK);
    assert_int_equal(estimate.array_dsp, 0);
    brds_diag_free(&diag);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memories),          cmocka_unit_test(test_generic_memories),
        cmocka_unit_test(test_single_row),        cmocka_unit_test(test_products),
        cmocka_unit_test(test_order_of_operands), cmocka_unit_test(test_digits),
        cmocka_unit_test(test_protected_digits),  cmocka_unit_test(test_shared_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
