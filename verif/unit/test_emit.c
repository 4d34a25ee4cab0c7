/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole generated folders: every spec of verif/specs/valid renders, twice the
 * same, with nothing of the templates left in it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>
#include <unistd.h>

#include "io/file.h"
#include "io/strings.h"
#include "io/tree.h"
#include "model_fixture.h"
#include "rtl/emit.h"
#include "version.h"

enum { FILE_LIMIT = 64 << 20 };

static char folder[128]; /* of all outputs */

static int make_folder(void **state)
{
    (void)state;
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%.80s/brds_emit_XXXXXX", base != NULL ? base : "/tmp");
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return brds_tree_remove(folder) ? 0 : -1;
}

static const char *in_folder(const char *core, const char *name)
{
    static char paths[4][512];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s%s%s", folder, core, *name != '\0' ? "/" : "", name);
    return path;
}

/* Generates the core of `text` into the folder `core`; with a random model if `model`. */
static brds_status generate_text(const char *text, const char *core, bool model, json_t **files,
                                 brds_diag *diag)
{
    static brds_spec spec;
    static brds_packed packed;
    static brds_plan plan;
    expect_ok(brds_spec_parse(text, strlen(text), "spec", false, &spec, diag), diag);
    if (model) {
        brds_network network;
        expect_ok(brds_network_random(&spec, 3, &network, diag), diag);
        expect_ok(brds_pack("random", &spec, &network, &packed, diag), diag);
        brds_network_free(&network);
    } else {
        expect_ok(brds_plan_make(&spec, &plan, diag), diag);
    }
    const brds_emit_source source = {model ? &packed.plan : &plan, model ? &packed : NULL, text,
                                     strlen(text)};
    brds_outdir *outdir;
    expect_ok(brds_outdir_begin(in_folder(core, ""), &outdir, diag), diag);
    brds_status status = brds_emit(&source, outdir, files, diag);
    if (status == BRDS_OK) {
        status = brds_outdir_commit(outdir, diag);
    } else {
        brds_outdir_abort(outdir);
    }
    if (model) {
        brds_packed_free(&packed);
    }
    return status;
}

static char *read_text(const char *path, size_t *size)
{
    uint8_t *bytes;
    brds_diag diag = {0};
    expect_ok(brds_read_file(path, FILE_LIMIT, &bytes, size, &diag), &diag);
    return (char *)bytes;
}

static brds_status generate(const char *name, const char *core, bool model, json_t **files,
                            brds_diag *diag)
{
    char relative[256];
    size_t size;
    snprintf(relative, sizeof relative, "verif/specs/valid/%.200s/spec.json", name);
    char *text = read_text(source_path(relative), &size);
    brds_status status = generate_text(text, core, model, files, diag);
    free(text);
    return status;
}

/* Keys and directives of the templates must not appear, nor what is not the same everywhere. */
static void expect_clean(const char *path)
{
    size_t size;
    char *text = read_text(path, &size);
    const char *const foreign[] = {"@{", "//@", "(null)", folder};
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        if (strstr(text, foreign[i]) != NULL) {
            fail_msg("%s holds \"%s\"", path, foreign[i]);
        }
    }
    free(text);
}

static void every_valid_spec_renders(void **state)
{
    (void)state;
    DIR *specs = opendir(source_path("verif/specs/valid"));
    assert_non_null(specs);
    int count = 0;
    for (struct dirent *found; (found = readdir(specs)) != NULL;) {
        if (found->d_name[0] == '.') {
            continue;
        }
        json_t *files = NULL, *name;
        size_t i;
        brds_diag diag = {0};
        expect_ok(generate(found->d_name, "core", true, &files, &diag), &diag);
        json_array_foreach(files, i, name)
        {
            const char *file = json_string_value(name);
            if (!brds_string_ends(file, ".bin")) {
                expect_clean(in_folder("core", file));
            }
        }
        json_decref(files);
        brds_diag_free(&diag);
        count++;
    }
    closedir(specs);
    assert_true(count > 0);
}

static void expect_same(const char *a, const char *b)
{
    size_t size_a, size_b;
    char *text_a = read_text(a, &size_a), *text_b = read_text(b, &size_b);
    assert_int_equal(size_a, size_b);
    assert_memory_equal(text_a, text_b, size_a);
    free(text_a);
    free(text_b);
}

static void output_is_the_same_each_time(void **state)
{
    (void)state;
    json_t *first = NULL, *second = NULL, *name;
    size_t i;
    brds_diag diag = {0};
    expect_ok(generate("peephole", "one", true, &first, &diag), &diag);
    expect_ok(generate("peephole", "two", true, &second, &diag), &diag);
    assert_true(json_equal(first, second));
    json_array_foreach(first, i, name)
    {
        expect_same(in_folder("one", json_string_value(name)),
                    in_folder("two", json_string_value(name)));
    }
    json_decref(first);
    json_decref(second);
}

static void modules_and_spec_are_copied(void **state)
{
    (void)state;
    json_t *files = NULL, *name;
    const char *before = "";
    size_t i, modules = 0;
    brds_diag diag = {0};
    expect_ok(generate("smallest", "copied", false, &files, &diag), &diag);
    json_array_foreach(files, i, name)
    {
        const char *file = json_string_value(name);
        if (brds_string_starts(file, "rtl/brds_")) {
            char original[128], *path;
            snprintf(original, sizeof original, "rtl_templates/%.80s", file + strlen("rtl/"));
            expect_ok(brds_data_path(original, &path, &diag), &diag);
            expect_same(in_folder("copied", file), path);
            free(path);
            assert_true(strcmp(before, file) < 0);
            before = file;
            modules++;
        }
    }
    assert_true(modules > 0);
    expect_same(in_folder("copied", "spec.json"),
                source_path("verif/specs/valid/smallest/spec.json"));
    json_decref(files);
}

#define SPEC(name, hardware, interface)                                                           \
    "{\"brds\": 1, \"name\": \"" name "\", \"network\": {\"input_size\": 3, \"layers\": "         \
    "[{\"hidden_size\": 4}]}, \"hardware\": {\"pes\": 1, \"lanes_x\": 1, \"lanes_h\": 1" hardware \
    "}, \"interface\": {\"stream_bits\": 32" interface "}}"

static const char ram_spec[] = SPEC("toy", "", "");
static const char rom_spec[] = SPEC("toy", ", \"weights\": \"rom\"", ", \"control\": \"none\"");
static const char inner_spec[] = SPEC("brds_core", "", "");

static bool has_file(const json_t *files, const char *wanted)
{
    size_t i;
    json_t *name;
    json_array_foreach(files, i, name)
    {
        if (strcmp(json_string_value(name), wanted) == 0) {
            return true;
        }
    }
    return false;
}

static void file_says(const char *core, const char *name, const char *wanted, bool says)
{
    size_t size;
    char *text = read_text(in_folder(core, name), &size);
    if ((strstr(text, wanted) != NULL) != says) {
        fail_msg("%s: \"%s\" is %s", name, wanted, says ? "missing" : "there");
    }
    free(text);
}

static void ram_core(void **state)
{
    (void)state;
    json_t *files = NULL;
    brds_diag diag = {0};
    expect_ok(generate_text(ram_spec, "ram", true, &files, &diag), &diag);
    assert_true(has_file(files, "rtl/toy.v"));
    assert_true(has_file(files, "rtl/toy_regs.v"));
    assert_true(has_file(files, "weights/toy_weights.bin"));
    assert_false(has_file(files, "rtl/toy_weights.hex"));
    file_says("ram", "rtl/toy.v", "s_axis_w_tdata", true);
    file_says("ram", "rtl/toy.v", "s_axil_awaddr", true);
    file_says("ram", "rtl/files.f", "toy.v\ntoy_regs.v\nbrds_", true);
    file_says("ram", "sim/shim.cpp", "BRDS_HAS_AXIL | BRDS_HAS_W", true);
    file_says("ram", "toy.h", "#define TOY_INPUT_SIZE 3 ", true);
    file_says("ram", "toy.h", "TOY_REG_ERROR_W_CRC_MASK", true);
    size_t size;
    free(read_text(in_folder("ram", "weights/toy_weights.bin"), &size));
    char line[64];
    snprintf(line, sizeof line, "#define TOY_IMAGE_WORDS %zu ", size / 4);
    file_says("ram", "toy.h", line, true);
    json_decref(files);
}

static void rom_core_without_registers(void **state)
{
    (void)state;
    json_t *files = NULL;
    brds_diag diag = {0};
    expect_ok(generate_text(rom_spec, "rom", true, &files, &diag), &diag);
    assert_true(has_file(files, "rtl/toy_weights.hex"));
    assert_true(has_file(files, "rtl/toy_units.hex"));
    assert_true(has_file(files, "rtl/toy_config.hex"));
    assert_false(has_file(files, "rtl/toy_regs.v"));
    assert_false(has_file(files, "weights/toy_weights.bin"));
    file_says("rom", "rtl/toy.v", "WEIGHTS_FILE = \"toy_weights.hex\"", true);
    file_says("rom", "rtl/toy.v", "input  wire         s_axis_w_tvalid", false);
    file_says("rom", "rtl/toy.v", "s_axil", false);
    file_says("rom", "toy.h", "_REG_", false);
    json_decref(files);
}

static void rom_core_needs_a_model(void **state)
{
    (void)state;
    json_t *files = NULL;
    brds_diag diag = {0};
    assert_int_equal(generate_text(rom_spec, "nothing", false, &files, &diag), BRDS_EUSAGE);
    expect_message(&diag, "no model is given");
    assert_int_equal(access(in_folder("nothing", ""), F_OK), -1);
}

static void names_of_inner_modules_are_refused(void **state)
{
    (void)state;
    json_t *files = NULL;
    brds_diag diag = {0};
    assert_int_equal(generate_text(inner_spec, "nothing", false, &files, &diag), BRDS_EINPUT);
    expect_message(&diag, "belong to the modules inside the core");
}

static void headers_tell_origin_and_licence(void **state)
{
    (void)state;
    static const char *const rendered[] = {
        "rtl/toy.v", "rtl/toy_regs.v", "rtl/toy_params.vh", "toy.h",
        "toy.core",  "tb/toy_tb.v",    "sim/shim.cpp",      "README.md",
    };
    static brds_spec spec;
    json_t *files = NULL;
    brds_diag diag = {0};
    expect_ok(generate_text(ram_spec, "ram", false, &files, &diag), &diag);
    expect_ok(brds_spec_parse(ram_spec, strlen(ram_spec), "spec", false, &spec, &diag), &diag);
    for (size_t i = 0; i < sizeof rendered / sizeof rendered[0]; i++) {
        file_says("ram", rendered[i], "brdsgen " BRDS_VERSION, true);
        file_says("ram", rendered[i], spec.sha256, true);
        file_says("ram", rendered[i], "may be used under any terms", true);
    }
    json_decref(files);
}

static void parameters_follow_the_plan(void **state)
{
    (void)state;
    static brds_spec spec;
    static brds_plan plan;
    static brds_params params;
    brds_diag diag = {0};
    expect_ok(brds_spec_parse(ram_spec, strlen(ram_spec), "spec", false, &spec, &diag), &diag);
    expect_ok(brds_plan_make(&spec, &plan, &diag), &diag);
    expect_ok(brds_params_make(&plan, &params, &diag), &diag);
    assert_int_equal(brds_params_number(&params, "WORDS"), plan.words);
    assert_int_equal(brds_params_number(&params, "STREAM_BITS"), 32);
    const brds_param *groups = brds_params_find(&params, "PH_GROUPS");
    assert_non_null(groups);
    assert_int_equal(groups->count, plan.phase_count);
    assert_int_equal(groups->parts[0], 4);
    const brds_param *table = brds_params_find(&params, "SIGMOID_TABLE");
    assert_int_equal(table->count, 1 << brds_params_number(&params, "FUNC_ENTRY_BITS"));
    assert_int_equal(table->part_bits, 16 + 2 + brds_params_number(&params, "SIGMOID_SLOPE_BITS"));
    brds_pwl sigmoid;
    expect_ok(brds_pwl_new(BRDS_SIGMOID, &spec, &sigmoid, &diag), &diag);
    for (int i = 0; i < table->count; i++) {
        uint64_t part = table->parts[i], start = part >> sigmoid.slope_bits;
        assert_int_equal(start, (uint64_t)sigmoid.start[i] & 0x3ffff);
        assert_int_equal(part - (start << sigmoid.slope_bits), sigmoid.slope[i]);
    }
    brds_pwl_free(&sigmoid);
    assert_int_equal(brds_params_find(&params, "PH_OUT")->parts[0], 1);
    assert_int_equal(brds_params_find(&params, "PH_DX")->parts[0], 0);
    json_t *list = brds_params_json(&params);
    assert_int_equal(json_object_size(list), params.count);
    assert_int_equal(json_array_size(json_object_get(list, "PH_GROUPS")), plan.phase_count);
    json_decref(list);
    brds_params_free(&params);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_valid_spec_renders),
        cmocka_unit_test(output_is_the_same_each_time),
        cmocka_unit_test(modules_and_spec_are_copied),
        cmocka_unit_test(ram_core),
        cmocka_unit_test(rom_core_without_registers),
        cmocka_unit_test(rom_core_needs_a_model),
        cmocka_unit_test(names_of_inner_modules_are_refused),
        cmocka_unit_test(headers_tell_origin_and_licence),
        cmocka_unit_test(parameters_follow_the_plan),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
