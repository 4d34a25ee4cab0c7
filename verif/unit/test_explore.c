/* SPDX-License-Identifier: Apache-2.0
 *
 * The search over designs: sweeps, the front, the area model, predictions.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "explore/area.h"
#include "explore/devices.h"
#include "explore/explore.h"
#include "explore/pareto.h"
#include "explore/sweep.h"
#include "io/file.h"
#include "plan/cycles.h"
#include "plan_fixture.h"
#include "spec/spec_table.h"

/* ---- sweeps ---- */

static void assert_values(const char *text, const char *path, const char *values)
{
    brds_sweep sweep = {0};
    brds_diag diag = {0};
    assert_int_equal(brds_sweep_add(&sweep, text, &diag), BRDS_OK);
    assert_int_equal(diag.count, 0);
    assert_string_equal(sweep.axes[0].keys[0].path, path);
    json_t *wanted = json_loads(values, 0, NULL);
    assert_true(json_equal(sweep.axes[0].keys[0].values, wanted));
    json_decref(wanted);
    brds_sweep_free(&sweep);
}

static void test_values(void **state)
{
    (void)state;
    assert_values("hardware.pes=1,2,4", "hardware.pes", "[1, 2, 4]");
    assert_values("hardware.pes=3..6", "hardware.pes", "[3, 4, 5, 6]");
    assert_values("hardware.pes=1..64*2", "hardware.pes", "[1, 2, 4, 8, 16, 32, 64]");
    assert_values("hardware.pes=3..40*3", "hardware.pes", "[3, 9, 27]");
    assert_values("hardware.pes=9,1..4*2,7..7", "hardware.pes", "[9, 1, 2, 4, 7]");
    assert_values("interface.stream_bits=32,512", "interface.stream_bits", "[32, 512]");
    assert_values("hardware.weights=ram,rom", "hardware.weights", "[\"ram\", \"rom\"]");
    assert_values("interface.initial_state=true,false", "interface.initial_state", "[true, false]");
    assert_values("network.layers.*.sparsity_x=0.5,0.75", "network.layers.*.sparsity_x",
                  "[0.5, 0.75]");
    assert_values("network.layers.2.nnz_h=4", "network.layers.2.nnz_h", "[4]");
    assert_values("name=a,b", "name", "[\"a\", \"b\"]");
}

/* `first`, unless NULL, is added before. */
static void assert_refused(const char *first, const char *text, const char *what, const char *hint)
{
    brds_sweep sweep = {0};
    brds_diag diag = {0};
    char place[200];
    if (first != NULL) {
        assert_int_equal(brds_sweep_add(&sweep, first, &diag), BRDS_OK);
    }
    assert_int_equal(brds_sweep_add(&sweep, text, &diag), BRDS_EUSAGE);
    assert_int_equal(diag.count, 1);
    snprintf(place, sizeof place, "--sweep %s", text);
    assert_string_equal(diag.messages[0].place, place);
    assert_string_equal(diag.messages[0].text, what);
    assert_string_equal(diag.messages[0].hint, hint);
    brds_diag_free(&diag);
    brds_sweep_free(&sweep);
}

static void test_faults(void **state)
{
    (void)state;
    static const char integers[] =
        "give integers: 1,2,4 or a range 1..8 or a doubling range 1..64*2";
    assert_refused(NULL, "hardware.pes", "there is no =", "give KEY=VALUES: hardware.pes=1,2,4");
    assert_refused(NULL, "hardware.pse=1", "a spec has no key hardware.pse",
                   "did you mean hardware.pes?");
    assert_refused(NULL, "pes=1", "a spec has no key pes", "did you mean hardware.pes?");
    assert_refused(NULL, "hardware.pes.x=1", "a spec has no key hardware.pes.x",
                   "docs/spec.md lists the keys");
    assert_refused(NULL, "network.layers.nnz_x=1", "a spec has no key network.layers.nnz_x",
                   "give the number of an item, or * for all: network.layers.0");
    assert_refused(NULL, "hardware=1", "hardware holds other keys and has no value of its own",
                   "name one of the keys in it");
    assert_refused(NULL, "hardware.pes=1,x",
                   "character 16: \"x\" is no integer and no range of them", integers);
    assert_refused(NULL, "hardware.pes=", "character 14: \"\" is no integer and no range of them",
                   integers);
    assert_refused(NULL, "hardware.pes=1..",
                   "character 14: \"1..\" is no integer and no range of them", integers);
    assert_refused(NULL, "hardware.pes=1..8*1",
                   "character 14: \"1..8*1\" is no integer and no range of them", integers);
    assert_refused(NULL, "hardware.pes=0..8*2",
                   "character 14: \"0..8*2\" is no integer and no range of them", integers);
    assert_refused(NULL, "hardware.pes=-1",
                   "character 14: \"-1\" is no integer and no range of them", integers);
    assert_refused(NULL, "hardware.pes=8..1",
                   "character 14: \"8..1\" is a range that ends before it begins", integers);
    assert_refused(NULL, "hardware.pes=2,1..3", "character 16: \"1..3\" repeats a value",
                   "give each value once");
    assert_refused(NULL, "hardware.pes=1..5000", "character 14: \"1..5000\" makes too many values",
                   "a key takes 4096 values at most");
    assert_refused(NULL, "hardware.weights=rmo", "character 18: \"rmo\" is no value of the key",
                   "did you mean rom?");
    assert_refused(NULL, "network.layers.0.sparsity_x=half", "character 29: \"half\" is no number",
                   "give shares of zeros: 0.8,0.9,0.95");
    assert_refused("hardware.pes=1", "hardware.pes=2", "hardware.pes is swept twice",
                   "give all its values in one sweep");
    assert_refused("hardware.pes=1..4000", "hardware.lanes_x=1..4000",
                   "the sweeps have more than 1000000 points", "leave values or keys out");
}

static void test_product(void **state)
{
    (void)state;
    brds_sweep sweep = {0};
    brds_diag diag = {0};
    assert_int_equal(brds_sweep_add(&sweep, "hardware.pes=1,2,3", &diag), BRDS_OK);
    assert_int_equal(brds_sweep_add(&sweep, "hardware.weights=ram,rom", &diag), BRDS_OK);
    assert_int_equal(brds_sweep_add(&sweep, "hardware.lanes_x=5..9", &diag), BRDS_OK);
    assert_int_equal(brds_sweep_points(&sweep), 30);
    size_t point = 0;
    for (int pes = 1; pes <= 3; pes++) {
        for (int weights = 0; weights < 2; weights++) {
            for (int lanes = 5; lanes <= 9; lanes++, point++) {
                json_t *settings = brds_sweep_settings(&sweep, point);
                json_t *wanted =
                    json_pack("{s:i, s:s, s:i}", "hardware.pes", pes, "hardware.weights",
                              weights ? "rom" : "ram", "hardware.lanes_x", lanes);
                assert_true(json_equal(settings, wanted));
                json_decref(settings);
                json_decref(wanted);
            }
        }
    }
    assert_null(brds_sweep_find(&sweep, 0, "hardware.lanes_h"));
    brds_sweep_free(&sweep);
}

static void assert_set(const char *document, const char *path, const char *value,
                       const char *wanted)
{
    json_t *root = json_loads(document, 0, NULL), *to = json_loads(value, JSON_DECODE_ANY, NULL);
    json_t *result = wanted != NULL ? json_loads(wanted, 0, NULL) : NULL;
    assert_true(brds_sweep_set(root, path, to) == (wanted != NULL));
    assert_true(wanted == NULL || json_equal(root, result));
    json_decref(root);
    json_decref(to);
    json_decref(result);
}

static void test_set(void **state)
{
    (void)state;
    assert_set("{\"brds\": 1}", "hardware.pipeline.memory", "2",
               "{\"brds\": 1, \"hardware\": {\"pipeline\": {\"memory\": 2}}}");
    assert_set("{\"network\": {\"layers\": [{\"sparsity_x\": 0.5}, {\"nnz_x\": 1}]}}",
               "network.layers.*.nnz_x", "3",
               "{\"network\": {\"layers\": [{\"nnz_x\": 3}, {\"nnz_x\": 3}]}}");
    assert_set("{\"network\": {\"layers\": [{\"nnz_x\": 1}, {\"nnz_x\": 1}]}}",
               "network.layers.1.sparsity_x", "0.25",
               "{\"network\": {\"layers\": [{\"nnz_x\": 1}, {\"sparsity_x\": 0.25}]}}");
    assert_set("{\"network\": {\"layers\": [{}]}}", "network.layers.1.nnz_x", "3", NULL);
    assert_set("{\"network\": {}}", "network.layers.0.nnz_x", "3", NULL);
}

static int beats(int nonzeros, int lanes)
{
    return (nonzeros + lanes - 1) / lanes;
}

/* Of each pair one is a power of two, and the other is the least for which its group does not make the
 * phase longer. */
static void test_default(void **state)
{
    (void)state;
    static const int counts[][2] = {{8, 16}, {16, 16}, {5, 60}, {90, 7}, {1, 1}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        brds_spec spec = digits_spec();
        brds_sweep sweep = {0};
        brds_diag diag = {0};
        int nx = spec.layers[0].nnz_x = counts[i][0], nh = spec.layers[0].nnz_h = counts[i][1];
        assert_int_equal(brds_sweep_default(&sweep, &spec, &diag), BRDS_OK);
        assert_int_equal(json_array_size(sweep.axes[0].keys[0].values), 7);
        size_t pairs = json_array_size(sweep.axes[1].keys[0].values);
        assert_true(pairs > 0);
        for (size_t p = 0; p < pairs; p++) {
            int x = (int)json_integer_value(json_array_get(sweep.axes[1].keys[0].values, p));
            int h = (int)json_integer_value(json_array_get(sweep.axes[1].keys[1].values, p));
            bool by_x = (x & (x - 1)) == 0 && beats(nh, h) <= beats(nx, x) &&
                        (h == 1 || beats(nh, h - 1) > beats(nx, x));
            bool by_h = (h & (h - 1)) == 0 && beats(nx, x) <= beats(nh, h) &&
                        (x == 1 || beats(nx, x - 1) > beats(nh, h));
            assert_true(by_x || by_h);
            assert_true(x <= nx && h <= nh);
        }
        brds_sweep_free(&sweep);
    }
}

/* ---- the front ---- */

static bool beats_in_all(const double *a, const double *b, size_t axes)
{
    bool better = false;
    for (size_t i = 0; i < axes; i++) {
        if (a[i] > b[i]) {
            return false;
        }
        better = better || a[i] < b[i];
    }
    return better;
}

static void test_pareto(void **state)
{
    (void)state;
    enum { MOST = 120, AXES = 5 };
    brds_random random;
    brds_random_seed(&random, 7);
    for (int round = 0; round < 400; round++) {
        double costs[MOST * AXES];
        bool front[MOST];
        size_t points = (size_t)between(&random, 0, MOST), axes = (size_t)between(&random, 1, AXES);
        int values = between(&random, 1, 12); /* few: equal costs and equal points */
        for (size_t i = 0; i < points * axes; i++) {
            costs[i] = between(&random, -values, values);
        }
        assert_true(brds_pareto_front(costs, points, axes, front));
        for (size_t p = 0; p < points; p++) {
            bool beaten = false;
            for (size_t q = 0; q < points; q++) {
                beaten = beaten || beats_in_all(costs + q * axes, costs + p * axes, axes);
            }
            assert_int_equal(front[p], !beaten);
        }
    }
}

/* ---- the area model ---- */

enum { TERMS = BRDS_AREA_TERMS, CORES = 40 };

static void draw_terms(brds_random *random, double terms[CORES * TERMS])
{
    for (int i = 0; i < CORES * TERMS; i++) {
        terms[i] = i % TERMS == 0 ? 1.0 : 1000.0 * brds_random_uniform(random);
    }
}

static void predict_all(const double *terms, const double *weights, double y[CORES])
{
    for (int p = 0; p < CORES; p++) {
        y[p] = 0.0;
        for (int t = 0; t < TERMS; t++) {
            y[p] += weights[t] * terms[p * TERMS + t];
        }
    }
}

static void test_planted(void **state)
{
    (void)state;
    brds_random random;
    brds_random_seed(&random, 11);
    for (int round = 0; round < 50; round++) {
        double terms[CORES * TERMS], planted[TERMS], found[TERMS], y[CORES];
        draw_terms(&random, terms);
        for (int t = 0; t < TERMS; t++) { /* some are 0 */
            planted[t] = between(&random, 0, 2) == 0 ? 0.0 : brds_random_uniform(&random);
        }
        planted[0] = 500.0;
        predict_all(terms, planted, y);
        brds_area_least_squares(terms, y, CORES, found);
        for (int t = 0; t < TERMS; t++) {
            assert_true(fabs(found[t] - planted[t]) < 1e-6 * (1.0 + planted[t]));
        }
    }
}

/* With noise the least sum is where no weight can move: the slope is 0, or points below 0 at a weight of 0. */
static void test_least_squares(void **state)
{
    (void)state;
    brds_random random;
    brds_random_seed(&random, 12);
    for (int round = 0; round < 50; round++) {
        double terms[CORES * TERMS], weights[TERMS], y[CORES], predicted[CORES];
        draw_terms(&random, terms);
        for (int p = 0; p < CORES; p++) {
            y[p] = 100.0 + 5000.0 * brds_random_uniform(&random);
        }
        brds_area_least_squares(terms, y, CORES, weights);
        predict_all(terms, weights, predicted);
        for (int t = 0; t < TERMS; t++) {
            double slope = 0.0, length = 0.0;
            for (int p = 0; p < CORES; p++) {
                double u = terms[p * TERMS + t] / y[p];
                slope += u * (1.0 - predicted[p] / y[p]);
                length += u * u;
            }
            slope /= sqrt(length);
            assert_true(weights[t] >= 0.0);
            assert_true(weights[t] > 0.0 ? fabs(slope) < 1e-6 : slope < 1e-6);
        }
    }
}

/* ---- limits ---- */

static void test_limits(void **state)
{
    (void)state;
    brds_limits limits = {{-1, -1, -1, -1}};
    brds_diag diag = {0};
    const brds_device *device = NULL;
    assert_int_equal(brds_limits_read("dsp=90,lut=20800", &limits, &diag), BRDS_OK);
    assert_int_equal(limits.most[BRDS_DSP], 90);
    assert_int_equal(limits.most[BRDS_LUT], 20800);
    assert_int_equal(limits.most[BRDS_FF], -1);
    assert_int_equal(brds_limits_read("dsp=90,lots=1", &limits, &diag), BRDS_EUSAGE);
    assert_string_equal(diag.messages[0].place, "--limit dsp=90,lots=1");
    assert_string_equal(diag.messages[0].text, "character 8: \"lots=1\" is no limit");
    static const char *const wrong[] = {"", "dsp", "dsp=", "dsp=1x", "dsp=-1", "dsp=1,", "dsp=1 "};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(brds_limits_read(wrong[i], &limits, &diag), BRDS_EUSAGE);
    }
    brds_diag_free(&diag);
    assert_int_equal(brds_device_find("xc7a35t", &device, &diag), BRDS_OK);
    assert_int_equal(device->have[BRDS_DSP], 90);
    assert_int_equal(brds_device_find("xc7a36t", &device, &diag), BRDS_EUSAGE);
    assert_string_equal(diag.messages[0].hint, "did you mean xc7a35t?");
    brds_diag_free(&diag);
}

/* ---- predictions ---- */

static void start(brds_explore *explore, const char *const *sweeps)
{
    brds_diag diag = {0};
    *explore = (brds_explore){.place = "example", .limits = {{-1, -1, -1, -1}}};
    assert_int_equal(
        brds_explore_begin(explore, brds_spec_example, strlen(brds_spec_example), -1, 0, &diag),
        BRDS_OK);
    for (; *sweeps != NULL; sweeps++) {
        assert_int_equal(brds_sweep_add(&explore->sweep, *sweeps, &diag), BRDS_OK);
    }
    assert_int_equal(brds_explore_predict(explore, &diag), BRDS_OK);
    assert_int_equal(diag.count, 0);
}

static uint64_t cycles_of(const brds_packed *packed, size_t steps)
{
    brds_cycles cycles;
    brds_diag diag = {0};
    assert_int_equal(
        brds_cycles_run(&packed->plan, &packed->schedule.pace, 1, &steps, &cycles, &diag), BRDS_OK);
    return cycles.total;
}

/* A step more is as many cycles more as predicted, by the cycle model that the Verilog is held to. */
static void test_cycles(void **state)
{
    (void)state;
    enum { STEPS = 240 };
    static const char *const sweeps[] = {"hardware.pes=1,4,16", NULL};
    brds_explore explore;
    start(&explore, sweeps);
    assert_int_equal(explore.count, 3);
    for (size_t p = 0; p < explore.count; p++) {
        brds_spec spec;
        brds_diag diag = {0};
        static brds_packed packed;
        brds_explore_point *point = &explore.points[p];
        char *text = brds_explore_document(&explore, point->point);
        assert_int_equal(brds_spec_parse(text, strlen(text), "point", false, &spec, &diag),
                         BRDS_OK);
        assert_int_equal(spec.pes, p == 0 ? 1 : p == 1 ? 4 : 16);
        pack_random(&spec, p, &packed);
        brds_explore_exact(point, &packed.plan, &packed.schedule.pace);
        assert_true(point->exact);
        assert_true(point->cycles * STEPS ==
                    (double)(cycles_of(&packed, STEPS + 30) - cycles_of(&packed, 30)));
        assert_true(point->latency_us == point->cycles / 200.0);
        brds_packed_free(&packed);
        free(text);
    }
    brds_explore_free(&explore);
}

/* What the check refuses is counted by its message. */
static void test_refusals(void **state)
{
    (void)state;
    static const char *const sweeps[] = {"network.layers.0.nnz_x=30..50",
                                         "network.layers.1.nnz_h=1", NULL};
    static const char *const columns[] = {"network.layers.0.nnz_x=30..50", "hardware.pes=1,100",
                                          NULL};
    brds_explore explore;
    start(&explore, sweeps); /* there is one layer */
    assert_int_equal(explore.count, 0);
    assert_int_equal(explore.refused, 21);
    assert_int_equal(explore.reason_count, 1);
    brds_explore_free(&explore);
    start(&explore, columns); /* there are 39 columns, 64 pes at most */
    assert_int_equal(explore.count, 10);
    assert_int_equal(explore.refused, 32);
    assert_string_equal(explore.reasons[0].text, "example:/hardware/pes: 100 is too large");
    assert_int_equal(explore.reasons[0].count, 21);
    brds_explore_free(&explore);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),   cmocka_unit_test(test_faults),
        cmocka_unit_test(test_product),  cmocka_unit_test(test_set),
        cmocka_unit_test(test_default),  cmocka_unit_test(test_pareto),
        cmocka_unit_test(test_planted),  cmocka_unit_test(test_least_squares),
        cmocka_unit_test(test_limits),   cmocka_unit_test(test_cycles),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
