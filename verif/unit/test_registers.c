/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rtl/registers.h"

enum { SPACE = 4096 };

static uint32_t mask_of(const brds_field *field)
{
    uint64_t above = (UINT64_C(2) << field->high) - 1, below = (UINT64_C(1) << field->low) - 1;
    return (uint32_t)(above & ~below);
}

static void offsets_ascend_word_by_word(void **state)
{
    (void)state;
    assert_true(brds_register_count > 0);
    for (size_t i = 0; i < brds_register_count; i++) {
        const brds_register *reg = &brds_registers[i];
        assert_int_equal(reg->offset % 4, 0);
        assert_true(reg->offset < SPACE);
        assert_true(i == 0 || reg->offset > brds_registers[i - 1].offset);
    }
}

static void names_are_unique(void **state)
{
    (void)state;
    for (size_t i = 0; i < brds_register_count; i++) {
        assert_ptr_equal(brds_register_find(brds_registers[i].name), &brds_registers[i]);
        const brds_field *fields = brds_registers[i].fields;
        for (const brds_field *f = fields; f->name != NULL; f++) {
            assert_ptr_equal(brds_field_find(&brds_registers[i], f->name), f);
        }
    }
    assert_null(brds_register_find("NOTHING"));
    assert_null(brds_field_find(&brds_registers[0], "nothing"));
}

static void fields_lie_in_order_and_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < brds_register_count; i++) {
        int next = 0;
        for (const brds_field *f = brds_registers[i].fields; f->name != NULL; f++) {
            assert_true(f->low >= next && f->high >= f->low && f->high < 32);
            assert_int_equal(f->reset & ~(mask_of(f) >> f->low), 0);
            next = f->high + 1;
        }
        assert_true(next > 0);
    }
}

/* Each field is a constant or a signal; only what can be written has pulses, of one bit. */
static void fields_have_one_source(void **state)
{
    (void)state;
    for (size_t i = 0; i < brds_register_count; i++) {
        for (const brds_field *f = brds_registers[i].fields; f->name != NULL; f++) {
            assert_true((f->parameter != NULL) != (f->signal != NULL));
            assert_true(f->parameter == NULL || f->access == BRDS_RO);
            assert_true(f->access == BRDS_RW || f->reset == 0);
            if (f->access == BRDS_W1C || f->access == BRDS_WO) {
                assert_int_equal(f->high, f->low);
            }
            assert_non_null(f->description);
        }
    }
}

static void high_words_follow_their_low_words(void **state)
{
    (void)state;
    int pairs = 0;
    for (size_t i = 0; i < brds_register_count; i++) {
        const brds_field *field = brds_registers[i].fields;
        if (field->signal == NULL || field->from != 32) {
            continue;
        }
        assert_true(i > 0);
        const brds_field *low = brds_registers[i - 1].fields;
        assert_string_equal(low->signal, field->signal);
        assert_int_equal(low->from, 0);
        assert_int_equal(brds_registers[i - 1].offset + 4, brds_registers[i].offset);
        pairs++;
    }
    assert_int_equal(pairs, 4);
}

static void errors_stand_at_their_bits(void **state)
{
    (void)state;
    const brds_register *error = brds_register_find("ERROR");
    assert_non_null(error);
    for (const brds_field *f = error->fields; f->name != NULL; f++) {
        assert_int_equal(f->access, BRDS_W1C);
        if (strcmp(f->signal, "error") == 0) {
            assert_int_equal(f->low, f->from);
        }
    }
    assert_int_equal(brds_register_error_bits(), 13);
    assert_int_equal(brds_field_find(error, "w_crc")->low, 10);
    assert_int_equal(brds_field_find(error, "upset")->low, 11);
    assert_int_equal(brds_field_find(error, "axil_address")->low, 15);
}

static void what_can_be_written(void **state)
{
    (void)state;
    assert_true(brds_register_writable(brds_register_find("CONTROL")));
    assert_true(brds_register_writable(brds_register_find("ERROR")));
    assert_false(brds_register_writable(brds_register_find("ID")));
    assert_false(brds_register_writable(brds_register_find("BUSY_HI")));
}

/* ---- What is made from the table ---- */

/* A core of the smallest sort, with `patch` as the version's third number. */
static void make_params(brds_params *params, int64_t patch)
{
    memset(params, 0, sizeof *params);
    for (size_t i = 0; i < brds_register_count; i++) {
        for (const brds_field *f = brds_registers[i].fields; f->name != NULL; f++) {
            if (f->parameter != NULL && brds_params_find(params, f->parameter) == NULL) {
                params->params[params->count++] = (brds_param){
                    .name = f->parameter,
                    .number = strcmp(f->parameter, "VERSION_PATCH") == 0 ? patch : 1,
                };
            }
        }
    }
}

static brds_status render(int64_t patch, const char *template, char **text, brds_diag *diag)
{
    brds_params params;
    make_params(&params, patch);
    brds_scope *scope = brds_scope_new(NULL);
    size_t length;
    FILE *stream = open_memstream(text, &length);
    assert_non_null(stream);
    brds_status status = brds_registers_verilog(&params, scope, diag);
    if (status == BRDS_OK) {
        status = brds_template_render("t", template, strlen(template), scope, stream, diag);
    }
    fclose(stream);
    brds_scope_free(scope);
    return status;
}

static const char all_lists[] =
    "//@for r in registers\nreg @{r.name} @{r.word} @{r.description}\n//@end\n"
    "//@for w in writable\nwritable @{w.name}\n//@end\n"
    "//@for p in parts\npart @{p.register} @{p.bits} @{p.value} @{p.remark}\n//@end\n"
    "//@for h in held\nheld @{h.signal} @{h.register} @{h.bits} @{h.reset}\n//@end\n"
    "//@for f in fixed\nfixed @{f.signal} @{f.reset}\n//@end\n"
    "//@for p in pulses\npulse @{p.target} @{p.register} @{p.bits}\n//@end\n"
    "//@for l in latches\nlatch @{l.signal} @{l.register}\n//@end\n"
    "//@for w in wide\nwide @{w.name}\n//@end\n"
    "//@for i in inputs\ninput @{i.range}@{i.name}\n//@end\n"
    "//@for o in outputs\noutput @{o.range}@{o.name}\n//@end\n";

static void block_is_made_from_the_table(void **state)
{
    (void)state;
    static const char *const wanted[] = {
        "reg ID 10'h000 ",
        "part VERSION 7:0 8'd5 patch\n",
        "part VERSION 31:24 8'd0 reserved\n",
        "part BUSY_LO 31:0 count_busy[31:0] count\n",
        "part BUSY_HI 31:0 count_busy_high count\n",
        "part ERROR 3 error[3] x_no_weights\n",
        "part ERROR 15 address_error axil_address\n",
        "part CONTROL 1 1'd0 soft_reset\n",
        "held enable CONTROL 0 1'd1\n",
        "held weights_high WEIGHTS_HI 31:0 32'd0\n",
        "held weights_page WEIGHTS_LO 31:12 20'd0\n",
        "pulse error_clear[10] ERROR 10\n",
        "part CORRECTED 31:0 count_corrected count\n",
        "part UNCORRECTED 31:0 count_uncorrected count\n",
        "pulse address_error_clear ERROR 15\n",
        "pulse clear_counters CONTROL 2\n",
        "latch count_stall_in STALL_IN_LO\n",
        "wide count_stall_out\n",
        "input [12:0] error\n",
        "input [63:0] count_busy\n",
        "input status_idle\n",
        "output [12:0] error_clear\n",
        "output soft_reset\n",
    };
    char *text = NULL;
    brds_diag diag = {0};
    assert_int_equal(render(5, all_lists, &text, &diag), BRDS_OK);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        if (strstr(text, wanted[i]) == NULL) {
            fail_msg("no line '%s' in:\n%s", wanted[i], text);
        }
    }
    assert_null(strstr(text, "input address_error"));
    free(text);
}

static void constants_must_fit_their_fields(void **state)
{
    (void)state;
    static const int64_t bad[] = {256, -1, INT64_C(1) << 40};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char *text = NULL;
        brds_diag diag = {0};
        assert_int_equal(render(bad[i], all_lists, &text, &diag), BRDS_EFILE);
        assert_non_null(strstr(diag.messages[0].text, "VERSION_PATCH"));
        brds_diag_free(&diag);
        free(text);
    }
}

static void header_has_offsets_and_masks(void **state)
{
    (void)state;
    static const char template[] =
        "//@for r in registers\n@{r.name} @{r.offset} @{r.description}\n//@end\n"
        "//@for f in fields\n@{f.name} @{f.shift} @{f.mask} @{f.access} @{f.description}\n//@end\n";
    brds_scope *scope = brds_scope_new(NULL);
    brds_registers_header("TOY", scope);
    char *text = NULL;
    size_t length;
    brds_diag diag = {0};
    FILE *stream = open_memstream(&text, &length);
    assert_int_equal(brds_template_render("t", template, strlen(template), scope, stream, &diag),
                     BRDS_OK);
    fclose(stream);
    assert_non_null(strstr(text, "TOY_REG_STATUS 0x044u "));
    assert_non_null(strstr(text, "TOY_REG_VERSION_MINOR 8 0x0000ff00u ro "));
    assert_non_null(strstr(text, "TOY_REG_FINGERPRINT_FINGERPRINT 0 0xffffffffu ro "));
    assert_non_null(strstr(text, "TOY_REG_CONTROL_SOFT_RESET 1 0x00000002u wo "));
    brds_scope_free(scope);
    free(text);
}

static void document_shows_every_field(void **state)
{
    (void)state;
    char *text = NULL;
    size_t length;
    FILE *stream = open_memstream(&text, &length);
    brds_registers_markdown(stream);
    fclose(stream);
    for (size_t i = 0; i < brds_register_count; i++) {
        char heading[80];
        snprintf(heading, sizeof heading, "\n## 0x%03x %s\n", (unsigned)brds_registers[i].offset,
                 brds_registers[i].name);
        assert_non_null(strstr(text, heading));
        for (const brds_field *f = brds_registers[i].fields; f->name != NULL; f++) {
            assert_non_null(strstr(strstr(text, heading), f->description));
        }
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offsets_ascend_word_by_word),
        cmocka_unit_test(names_are_unique),
        cmocka_unit_test(fields_lie_in_order_and_apart),
        cmocka_unit_test(fields_have_one_source),
        cmocka_unit_test(high_words_follow_their_low_words),
        cmocka_unit_test(errors_stand_at_their_bits),
        cmocka_unit_test(what_can_be_written),
        cmocka_unit_test(block_is_made_from_the_table),
        cmocka_unit_test(constants_must_fit_their_fields),
        cmocka_unit_test(header_has_offsets_and_masks),
        cmocka_unit_test(document_shows_every_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
