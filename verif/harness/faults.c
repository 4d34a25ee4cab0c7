/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of defined behaviour under every fault, on one generated core.  Prints
 * a line a failed test and ends with "N passed, N failed, N skipped".
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "faults.h"
#include "rtl/registers.h"

static const brds_option options[] = {
    {"count", 0, "N", "sequences of the disturbed run (default 300)"},
    {"seed", 0, "N", "seed of everything random (default 1)"},
    {"only", 0, "TEXT", "only tests whose name has this in it"},
    {"campaign", 0, "FILE", "instead of the tests: count sequences, one disturbance each"},
    {"stop", 0, NULL, "stop at the first test that fails"},
    BRDS_MODEL_OPTIONS,
    {"trace", 0, "FILE", "write a waveform (models built with tracing only)"},
    {0}};

static const faults_test *const suites[] = {
    faults_x_tests, faults_w_tests,      faults_reset_tests,  faults_axil_tests,
    faults_y_tests, faults_random_tests, faults_streams_tests};

typedef struct {
    int passed, failed, skipped;
} tally;

/* The error bits that the tests name are those of the table. */
static brds_status check_table(brds_diag *diag)
{
    static const char *const names[] = {"x_early_last", "x_late_last", "x_no_first", "x_no_weights",
                                        "x_range",      "x_state",     "w_magic",    "w_version",
                                        "w_shape",      "w_length",    "w_crc",      "upset",
                                        "m_memory"};
    const brds_register *reg = brds_register_find("ERROR");
    for (int i = 0; i < (int)(sizeof names / sizeof names[0]); i++) {
        const brds_field *field = brds_field_find(reg, names[i]);
        if (!field || field->low != i)
            return brds_fail(diag, BRDS_EDIFFER, "", "", "ERROR.%s is not bit %d", names[i], i);
    }
    return BRDS_OK;
}

/* Cycles of a step of a sequence, with time for its way to the output. */
static brds_status measure(faults *f, brds_diag *diag)
{
    const brds_packed *packed = &f->packed[0];
    const brds_plan *plan = &packed->plan;
    size_t lengths[] = {1};
    bool states[] = {false};
    brds_cycles cycles;
    brds_status status =
        brds_cycles_run_states(plan, &packed->schedule.pace, 1, lengths, states, &cycles, diag);
    f->step_cycles = (uint64_t)ceil(brds_plan_cycles_per_step(plan, &packed->schedule.pace));
    f->settle = 100 + 4 * f->step_cycles + 2 * cycles.total;
    return status;
}

static brds_status prepare(faults *f, const brds_args *args, brds_diag *diag)
{
    int64_t count = 0, seed = 0;
    brds_status status = brds_args_integer(args, "count", 1, 100000000, 300, &count, diag);
    if (!status)
        status = brds_args_integer(args, "seed", 0, INT64_MAX, 1, &seed, diag);
    if (!status)
        status = brds_source_load_model(args, &f->source, diag);
    if (!status)
        status = brds_network_random(&f->source.spec, UINT64_C(0x5eed), &f->other, diag);
    if (!status)
        status = brds_pack(f->source.model_name, &f->source.spec, &f->source.network, &f->packed[0],
                           diag);
    if (!status)
        status = brds_pack("second network", &f->source.spec, &f->other, &f->packed[1], diag);
    if (!status)
        status = measure(f, diag);
    f->count = (uint64_t)count;
    f->x.bytes_per_word = f->source.spec.stream_bits / 8;
    brds_random_seed(&f->random, (uint64_t)seed);
    return status;
}

static brds_status open_core(faults *f, const char *trace, brds_diag *diag)
{
    brds_status status = brds_driver_open(&f->driver, f->source.spec.stream_bits, trace, diag);
    if (!status)
        status = reference_new(&f->ref, f->packed, &f->driver.cycle, diag);
    if (status)
        return status;
    f->driver.observer = &f->ref.observer;
    brds_driver_attach(&f->driver, &f->source.spec, &f->packed[0].image,
                       0); /* as the registers say */
    f->ref.memory = &f->driver.memory;
    dut_eval(f->driver.dut, &f->driver.pins);
    f->axil = (f->driver.pins.present & BRDS_HAS_AXIL) != 0;
    f->ram = (f->driver.pins.present & BRDS_HAS_W) != 0;
    /* fixed weights: there is no port to load others */
    if (f->ram == (f->source.spec.weights == BRDS_WEIGHTS_ROM) ||
        f->axil != (f->source.spec.control == BRDS_CONTROL_AXI4_LITE))
        return brds_fail(diag, BRDS_EDIFFER, f->source.spec.name, "",
                         "the core's ports are not those of its spec");
    return BRDS_OK;
}

static void run_test(faults *f, const faults_test *test, uint64_t seed, tally *t)
{
    if ((test->needs_axil && !f->axil) || (test->needs_ram && !f->ram) ||
        (test->needs_state && !f->source.spec.initial_state) ||
        (test->needs_memory && !f->driver.memory.bytes) ||
        (test->needs_streams && f->source.spec.streams == 1)) {
        t->skipped++;
        return;
    }
    /* a test's random numbers do not depend on those before it */
    brds_random_seed(&f->random,
                     seed + crc32(0, (const Bytef *)test->name, (uInt)strlen(test->name)));
    f->driver.random = f->random;
    f->alone = false;
    faults_pick_stream(f);
    brds_diag diag = {0};
    brds_status status = faults_start(f, &diag);
    if (!status)
        status = test->run(f, &diag);
    if (!status && diag.errors == 0) {
        t->passed++;
    } else {
        t->failed++;
        printf("FAIL %s: %s\n", f->source.spec.name, test->name);
        fflush(stdout);
        brds_diag_print(&diag, stdout);
    }
    brds_diag_free(&diag);
}

static void run_tests(faults *f, const brds_args *args, tally *t)
{
    const char *only = brds_args_value(args, "only");
    bool stop = brds_args_flag(args, "stop");
    brds_random base = f->random;
    uint64_t seed = brds_random_bits(&base);
    for (size_t s = 0; s < sizeof suites / sizeof suites[0]; s++)
        for (const faults_test *test = suites[s]; test->name; test++)
            if ((!only || strstr(test->name, only)) && !(stop && t->failed))
                run_test(f, test, seed, t);
}

static brds_status run(const brds_args *args, brds_diag *diag)
{
    static faults f; /* zero-initialised; one run a process */
    tally t = {0, 0, 0};
    brds_status status = check_table(diag);
    if (!status)
        status = prepare(&f, args, diag);
    if (!status)
        status = open_core(&f, brds_args_value(args, "trace"), diag);
    const char *campaign = brds_args_value(args, "campaign");
    if (!status && campaign) {
        f.driver.random = f.random;
        status = faults_campaign(&f, campaign, diag);
        t.passed = !status;
    } else if (!status) {
        run_tests(&f, args, &t);
        printf("%d passed, %d failed, %d skipped\n", t.passed, t.failed, t.skipped);
    }
    if (f.driver.dut)
        brds_driver_close(&f.driver);
    reference_free(&f.ref);
    brds_source_free(&f.source);
    brds_network_free(&f.other);
    for (int n = 0; n < NETWORKS; n++)
        brds_packed_free(&f.packed[n]);
    free(f.x.data);
    free(f.x.last);
    free(f.x.user);
    return status ? status : t.failed || !t.passed ? BRDS_EDIFFER : BRDS_OK;
}

static const brds_command command = {
    "faults", "SPEC",  1,  1, "test what a generated core does when something goes wrong",
    "",       options, run};

int main(int argc, char **argv)
{
    brds_diag diag = {0};
    brds_args *args = NULL;
    brds_status status = brds_args_parse(&command, argc - 1, argv + 1, &args, &diag);
    if (!status)
        status = run(args, &diag);
    brds_diag_print(&diag, stderr);
    brds_diag_free(&diag);
    brds_args_free(args);
    return (int)status;
}
