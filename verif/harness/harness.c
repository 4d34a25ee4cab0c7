/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs a workload on a generated core (through Verilator's model behind pins.h)
 * and on the C model, compares every output word, every counter and the cycle
 * count, and writes one JSON object.
 */
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/options.h"
#include "cli/source.h"
#include "driver.h"
#include "io/file.h"
#include "net/network.h"
#include "rtl/registers.h"

enum { SETTLE = 64, MISMATCHES_SHOWN = 5 };

static const brds_option options[] = {
    BRDS_SOURCE_OPTIONS,
    {"stalls", 0, "PERCENT", "chance that a stream stalls in a cycle (default 0)"},
    {"trace", 0, "FILE", "write a waveform (models built with tracing only)"},
    {"output", 'o', "FILE", "write the result here (default: standard output)"},
    {0}};

typedef struct {
    brds_source source;
    brds_packed packed;
    brds_vectors vectors;
    brds_driver driver;
    brds_cycles predicted;
    brds_stream y;
    brds_metric metric;
    brds_measured rtl, model; /* over the core's outputs and over the C model's */
    int64_t stalls;           /* percent */
    uint64_t mismatches;
    uint64_t busy;
    double seconds; /* of the simulation proper */
} harness;

/* Processor time: what other programs do at the same time does not count. */
static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool has_registers(const harness *h)
{
    return (h->driver.pins.present & BRDS_HAS_AXIL) != 0;
}

static void set_stalls(harness *h, int64_t percent)
{
    unsigned chance = (unsigned)(percent * 256 / 100);
    h->driver.stall_x = h->driver.stall_y = h->driver.stall_w = chance;
}

static brds_status mismatch(harness *h, brds_diag *diag, const char *what, uint64_t got,
                            uint64_t want)
{
    if (h->mismatches++ < MISMATCHES_SHOWN)
        brds_fail(diag, BRDS_EDIFFER, h->source.spec.name, "",
                  "%s: %" PRIu64 " (0x%" PRIx64 ") came, %" PRIu64 " (0x%" PRIx64 ") was due", what,
                  got, got, want, want);
    return BRDS_EDIFFER;
}

static void compare_outputs(harness *h, brds_diag *diag)
{
    const brds_stream *want = &h->vectors.y, *got = &h->y;
    size_t width = (size_t)want->bytes_per_word;
    for (size_t w = 0; w < want->words && w < got->words; w++) {
        char what[64];
        snprintf(what, sizeof what, "output word %zu", w);
        if (memcmp(want->data + w * width, got->data + w * width, width) != 0) {
            uint64_t a = 0, b = 0;
            memcpy(&a, got->data + w * width, width < 8 ? width : 8);
            memcpy(&b, want->data + w * width, width < 8 ? width : 8);
            mismatch(h, diag, what, a, b);
        } else if (want->last[w] != got->last[w]) {
            strcat(what, " tlast");
            mismatch(h, diag, what, got->last[w], want->last[w]);
        } else if (want->user[w] != got->user[w]) {
            strcat(what, " tid, tuser");
            mismatch(h, diag, what, got->user[w], want->user[w]);
        }
    }
    if (got->words != want->words)
        mismatch(h, diag, "output words", got->words, want->words);
}

/* Reads the register `name` of the table of registers. */
static brds_status read_register(harness *h, const char *name, uint32_t *value, brds_diag *diag)
{
    const brds_register *reg = brds_register_find(name);
    if (!reg)
        return brds_fail(diag, BRDS_EDIFFER, "", "", "there is no register %s", name);
    return brds_driver_read(&h->driver, reg->offset, value, diag);
}

static brds_status check_register(harness *h, const char *name, uint64_t want, brds_diag *diag)
{
    uint32_t value = 0;
    brds_status status = read_register(h, name, &value, diag);
    if (!status && value != (uint32_t)want)
        mismatch(h, diag, name, value, want);
    return status;
}

static brds_status read_counter(harness *h, const char *low_name, const char *high_name,
                                uint64_t *value, brds_diag *diag)
{
    uint32_t low = 0, high = 0;
    brds_status status = read_register(h, low_name, &low, diag);
    if (!status)
        status = read_register(h, high_name, &high, diag);
    *value = (uint64_t)high << 32 | low;
    return status;
}

/* The core's own counters against the C model and the cycle model. */
static brds_status compare_counters(harness *h, brds_diag *diag)
{
    const brds_saturations *s = &h->vectors.expected;
    struct {
        const char *name;
        uint64_t want;
    } checks[] = {{"ERROR", 0},
                  {"STEPS", h->vectors.steps},
                  {"SEQUENCES", h->vectors.sequences},
                  {"SAT_GATE", s->gate},
                  {"SAT_FUNCTION", s->function},
                  {"SAT_CELL", s->cell},
                  {"SAT_OUTPUT", s->output},
                  {"CORRECTED", 0},
                  {"UNCORRECTED", 0}};
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        brds_status status = check_register(h, checks[i].name, checks[i].want, diag);
        if (status)
            return status;
    }
    uint64_t stall_in = 0, stall_out = 0, stall_weights = 0;
    brds_status status = read_counter(h, "BUSY_LO", "BUSY_HI", &h->busy, diag);
    if (!status)
        status = read_counter(h, "STALL_IN_LO", "STALL_IN_HI", &stall_in, diag);
    if (!status)
        status = read_counter(h, "STALL_OUT_LO", "STALL_OUT_HI", &stall_out, diag);
    if (!status)
        status = read_counter(h, "STALL_WEIGHTS_LO", "STALL_WEIGHTS_HI", &stall_weights, diag);
    if (status)
        return status;
    uint64_t counted = h->busy + stall_in + stall_out; /* each cycle is at most one of them */
    if (counted > h->driver.cycle || stall_weights > h->busy)
        mismatch(h, diag, "counted cycles", counted, h->driver.cycle);
    if (h->stalls)
        return BRDS_OK;
    if (stall_weights != h->predicted.stall_weights)
        mismatch(h, diag, "STALL_WEIGHTS counter", stall_weights, h->predicted.stall_weights);
    if (h->busy != h->predicted.busy)
        mismatch(h, diag, "BUSY counter", h->busy, h->predicted.busy);
    if (stall_in != h->predicted.stall_in)
        mismatch(h, diag, "STALL_IN counter", stall_in, h->predicted.stall_in);
    if (stall_out != h->predicted.stall_out)
        mismatch(h, diag, "STALL_OUT counter", stall_out, h->predicted.stall_out);
    return BRDS_OK;
}

/* Any address does; this one has bits in both registers. */
static brds_status attach_memory(harness *h, brds_diag *diag)
{
    const uint64_t base = UINT64_C(0x3456789000);
    if (h->source.spec.weights != BRDS_WEIGHTS_STREAM)
        return BRDS_OK;
    h->driver.stall_m = h->driver.stall_w;
    brds_driver_attach(&h->driver, &h->source.spec, &h->packed.image, base);
    brds_status status = brds_driver_write(&h->driver, brds_register_find("WEIGHTS_LO")->offset,
                                           (uint32_t)base, diag);
    return status ? status
                  : brds_driver_write(&h->driver, brds_register_find("WEIGHTS_HI")->offset,
                                      (uint32_t)(base >> 32), diag);
}

static brds_status load_weights(harness *h, brds_diag *diag)
{
    const brds_image *image = &h->packed.image;
    if (h->source.spec.weights == BRDS_WEIGHTS_ROM)
        return BRDS_OK;
    uint64_t limit = 1000 + 200 * (uint64_t)image->words;
    brds_status status = brds_driver_load(&h->driver, image->bytes, image->words, limit, diag);
    if (!status && has_registers(h)) {
        const brds_field *ok = brds_field_find(brds_register_find("STATUS"), "weights_ok");
        uint32_t value = 0, error = 0;
        status = read_register(h, "STATUS", &value, diag);
        if (!status)
            status = read_register(h, "ERROR", &error, diag);
        if (!status && !(value >> ok->low & 1u))
            status = brds_fail(diag, BRDS_EDIFFER, h->source.spec.name, "",
                               "the core refused the weight image: STATUS 0x%x, ERROR 0x%x", value,
                               error);
    }
    return status;
}

/* Accuracy or perplexity, each time from the words of a stream. */
static brds_status measure(harness *h, brds_diag *diag)
{
    brds_status status =
        brds_vectors_measure(&h->packed.plan, &h->vectors, &h->y, &h->metric, &h->rtl, diag);
    return status ? status
                  : brds_vectors_measure(&h->packed.plan, &h->vectors, &h->vectors.y, &h->metric,
                                         &h->model, diag);
}

static brds_status simulate(harness *h, const char *trace, brds_diag *diag)
{
    brds_status status = brds_driver_open(&h->driver, h->source.spec.stream_bits, trace, diag);
    if (status)
        return status;
    brds_random_seed(&h->driver.random, h->source.seed + 1);
    set_stalls(h, h->stalls);
    status = attach_memory(h, diag);
    if (!status)
        status = load_weights(h, diag);
    if (status)
        return status;
    /* generous: a hang is a failure, slowness is not */
    uint64_t limit = 100000 + 20 * (h->predicted.total + h->vectors.x.words + h->vectors.y.words) *
                                  (h->stalls ? 4 : 1);
    double begin = now();
    status =
        brds_driver_run(&h->driver, &h->vectors.x, h->vectors.y.words, SETTLE, limit, &h->y, diag);
    h->seconds = now() - begin;
    if (status)
        return status;
    compare_outputs(h, diag);
    status = has_registers(h) ? compare_counters(h, diag) : BRDS_OK;
    return status ? status : measure(h, diag);
}

static int64_t nonzero_macs(const harness *h)
{
    const brds_plan *plan = &h->packed.plan;
    int64_t macs = 0;
    for (int p = 0; p < plan->phase_count; p++) {
        bool head = plan->phases[p].kind == BRDS_PHASE_HEAD;
        macs += plan->phases[p].macs * (int64_t)(head ? h->vectors.vectors_out : h->vectors.steps);
    }
    return macs;
}

static json_t *number_or_null(double number)
{
    return isfinite(number) ? json_real(number) : json_null();
}

static void add_measured(const harness *h, json_t *r)
{
    if (h->metric.what == BRDS_MEASURE_NOTHING || h->rtl.count == 0)
        return;
    json_object_set_new(r, "measured", json_integer((json_int_t)h->rtl.count));
    json_object_set_new(r, "correct", json_integer((json_int_t)h->rtl.correct));
    json_object_set_new(r, "accuracy", json_real(brds_measured_accuracy(&h->rtl)));
    json_object_set_new(r, "accuracy_model", json_real(brds_measured_accuracy(&h->model)));
    json_object_set_new(r, "loss", number_or_null(brds_measured_loss(&h->rtl)));
    json_object_set_new(r, "loss_model", number_or_null(brds_measured_loss(&h->model)));
    if (h->metric.what == BRDS_MEASURE_LABELS)
        return;
    json_object_set_new(r, "perplexity", number_or_null(brds_measured_perplexity(&h->rtl)));
    json_object_set_new(r, "perplexity_model", number_or_null(brds_measured_perplexity(&h->model)));
}

static json_t *result(harness *h)
{
    uint64_t cycles = h->driver.y_last_cycle - h->driver.x_first_cycle + 1;
    uint64_t busy = has_registers(h) ? h->busy : h->predicted.busy;
    const brds_vectors *v = &h->vectors;
    json_t *r = json_pack(
        "{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:f}", "spec",
        h->source.spec.name, "workload", h->source.workload_name, "simulator", "verilator",
        "stalls", (json_int_t)h->stalls, "sequences", (json_int_t)v->sequences, "steps",
        (json_int_t)v->steps, "outputs_compared", (json_int_t)v->elements_out, "mismatches",
        (json_int_t)h->mismatches, "cycles", (json_int_t)cycles, "cycles_predicted",
        (json_int_t)h->predicted.total, "busy_cycles", (json_int_t)busy, "busy_predicted",
        (json_int_t)h->predicted.busy, "utilisation",
        (double)nonzero_macs(h) / ((double)h->packed.plan.multipliers * (double)busy), "seconds",
        h->seconds, "cycles_per_second", (double)h->driver.cycle / h->seconds,
        "model_steps_per_second", (double)v->steps / v->model_seconds);
    if (!r)
        return NULL;
    json_object_set_new(r, "clock_mhz", json_integer(h->source.spec.clock_mhz));
    json_object_set_new(r, "steps_per_second", json_real((double)v->steps / h->seconds));
    add_measured(h, r);
    return r;
}

static brds_status check_cycles(harness *h, brds_diag *diag)
{
    uint64_t cycles = h->driver.y_last_cycle - h->driver.x_first_cycle + 1;
    if (h->stalls || cycles == h->predicted.total)
        return BRDS_OK;
    return mismatch(h, diag, "cycles", cycles, h->predicted.total);
}

static brds_status write_result(harness *h, const char *path, brds_diag *diag)
{
    json_t *r = result(h);
    if (!r)
        return brds_fail_memory(diag);
    brds_outfile *file = NULL;
    FILE *stream = NULL;
    brds_status status = brds_outfile_begin(path ? path : "-", &file, &stream, diag);
    if (!status) {
        json_dumpf(r, stream, JSON_INDENT(2));
        fputc('\n', stream);
        status = brds_outfile_commit(file, diag);
    }
    json_decref(r);
    return status;
}

static brds_status prepare(harness *h, const brds_args *args, brds_diag *diag)
{
    brds_status status = brds_args_integer(args, "stalls", 0, 90, 0, &h->stalls, diag);
    if (!status)
        status = brds_source_load(args, &h->source, diag);
    if (!status)
        status = brds_metric_new(&h->source.spec, &h->source.network.host, &h->source.workload,
                                 &h->metric, diag);
    if (!status)
        status =
            brds_pack(h->source.model_name, &h->source.spec, &h->source.network, &h->packed, diag);
    if (!status)
        status =
            brds_vectors_make(&h->packed, &h->source.workload, h->source.seed, &h->vectors, diag);
    if (!status)
        status =
            brds_vectors_cycles(&h->packed, &h->source.workload, &h->vectors, &h->predicted, diag);
    return status;
}

static brds_status run(const brds_args *args, brds_diag *diag)
{
    static harness h; /* zero-initialised; one run a process */
    brds_status status = prepare(&h, args, diag);
    if (!status)
        status = simulate(&h, brds_args_value(args, "trace"), diag);
    if (!status)
        check_cycles(&h, diag);
    if (!status)
        status = write_result(&h, brds_args_value(args, "output"), diag);
    if (!status && h.mismatches)
        status = BRDS_EDIFFER;
    brds_driver_close(&h.driver);
    brds_source_free(&h.source);
    brds_packed_free(&h.packed);
    brds_vectors_free(&h.vectors);
    brds_metric_free(&h.metric);
    free(h.y.data);
    free(h.y.last);
    free(h.y.user);
    return status;
}

static const brds_command command = {
    "harness", "SPEC",  1,  1, "run a workload on a generated core and compare it with the C model",
    "",        options, run};

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
