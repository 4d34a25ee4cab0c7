/* SPDX-License-Identifier: Apache-2.0
 *
 * The plan's report as text, read from its JSON.
 */
#include "plan/plan.h"

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static long long number_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static double real_of(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static void print_speed(const json_t *root, FILE *stream)
{
    const json_t *speed = json_object_get(root, "speed");
    fprintf(stream, "%s: %.6g cycles a step%s, %.6g us at %lld MHz, utilisation %.2f %%\n",
            text_of(root, "name"), real_of(speed, "cycles_per_step"),
            number_of(root, "streams") > 1 ? " (of any stream)" : "",
            real_of(speed, "microseconds_per_step"), number_of(speed, "clock_mhz"),
            100.0 * real_of(speed, "utilisation"));
    fprintf(stream,
            "  %lld nonzero MACs a step on %lld multipliers; %lld element lanes with %lld "
            "multipliers\n",
            number_of(speed, "macs_per_step"), number_of(root, "multipliers"),
            number_of(root, "element_lanes"), number_of(root, "function_multipliers"));
}

static void print_stream(const json_t *stream_of, FILE *stream)
{
    if (stream_of == NULL) {
        return;
    }
    fprintf(stream,
            "  weights from outside: %lld bytes a step, %lld cycles of the memory (%lld bits every "
            "%lld cycles,\n  %.4g GB/s) against %lld of the multipliers: limited by the %s; "
            "multipliers that never wait take %.4g GB/s\n",
            number_of(stream_of, "bytes_per_step"), number_of(stream_of, "cycles_of_memory"),
            number_of(stream_of, "data_bits"), number_of(stream_of, "interval"),
            real_of(stream_of, "gigabytes_per_second"),
            number_of(stream_of, "cycles_of_multipliers"), text_of(stream_of, "limited_by"),
            real_of(stream_of, "gigabytes_per_second_of_multipliers"));
}

static void print_phases(const json_t *phases, FILE *stream)
{
    size_t i;
    json_t *phase;
    fprintf(stream, "\n%-14s %6s %6s %6s %7s %6s %8s %10s\n", "phase", "rows", "nnz x", "nnz h",
            "groups", "beats", "cycles", "MACs");
    json_array_foreach((json_t *)phases, i, phase)
    {
        fprintf(stream, "%-14s %6lld %6lld %6lld %7lld %6lld %8lld %10lld\n",
                text_of(phase, "name"), number_of(phase, "rows"), number_of(phase, "nnz_x"),
                number_of(phase, "nnz_h"), number_of(phase, "groups"), number_of(phase, "beats"),
                number_of(phase, "cycles"), number_of(phase, "macs"));
    }
}

static void print_edges(const json_t *root, FILE *stream)
{
    size_t i;
    json_t *edge;
    fprintf(stream, "\ngaps, %s (idle cycles if the reader follows the writer)\n",
            json_string_length(json_object_get(root, "gaps")) == 5
                ? "exact for these weights"
                : "worst case of any weights of this shape");
    json_array_foreach(json_object_get(root, "edges"), i, edge)
    {
        fprintf(stream, "  %-14s after %-14s %5lld   %s", text_of(edge, "reader"),
                text_of(edge, "writer"), number_of(edge, "gap"), text_of(edge, "kind"));
        if (number_of(edge, "gap") != number_of(edge, "worst_gap")) {
            fprintf(stream, ", worst case %lld", number_of(edge, "worst_gap"));
        }
        fputc('\n', stream);
    }
}

static void print_width(const json_t *widths, const char *key, const char *name, FILE *stream)
{
    const json_t *width = json_object_get(widths, key);
    fprintf(stream, "  %-14s %3lld bits: %s%s\n", name, number_of(width, "bits"),
            text_of(width, "proof"),
            json_is_true(json_object_get(width, "proven")) ? "" : " DOES NOT HOLD");
}

static void print_function(const json_t *functions, const char *name, FILE *stream)
{
    const json_t *function = json_object_get(functions, name);
    fprintf(stream,
            "  %-14s %lld segments, error at most %.3e (%.2f LSB), over every input, at %g\n", name,
            number_of(function, "entries"), real_of(function, "error_bound"),
            real_of(function, "error_lsb"), real_of(function, "error_at"));
}

static void print_numbers(const json_t *root, FILE *stream)
{
    const json_t *widths = json_object_get(root, "widths");
    const json_t *functions = json_object_get(root, "functions");
    const json_t *pipeline = json_object_get(root, "pipeline");
    fprintf(stream, "\nwidths: no accumulator can overflow\n");
    print_width(widths, "x_accumulator", "x accumulator", stream);
    print_width(widths, "h_accumulator", "h accumulator", stream);
    print_width(widths, "sum", "aligned sum", stream);
    fprintf(stream, "\nfunctions\n");
    print_function(functions, "sigmoid", stream);
    print_function(functions, "tanh", stream);
    fprintf(stream, "\npipeline: %lld cycles from a beat to the closed row, %lld to its write\n",
            number_of(pipeline, "beat_to_drain"), number_of(pipeline, "drain_to_write"));
}

static void print_resources(const json_t *root, FILE *stream)
{
    const json_t *resources = json_object_get(root, "resources");
    const char *dsp = text_of(resources, "dsp_block"), *block = text_of(resources, "block");
    size_t i;
    json_t *use;
    fprintf(stream, "\nmemories (%s, estimate)    copies x width x depth         bits   %s\n",
            text_of(resources, "family"), block);
    json_array_foreach(json_object_get(resources, "memories"), i, use)
    {
        fprintf(stream, "  %-20s %8lld x %5lld x %6lld %14lld", text_of(use, "name"),
                number_of(use, "copies"), number_of(use, "width"), number_of(use, "depth"),
                number_of(use, "bits"));
        if (number_of(use, "blocks") > 0) {
            fprintf(stream, " %8lld\n", number_of(use, "blocks"));
        } else {
            fprintf(stream, "    logic\n");
        }
    }
    fprintf(stream, "  %-20s %40lld %8lld\n", "total", number_of(resources, "memory_bits"),
            number_of(resources, "memory_blocks"));
    if (text_of(resources, "protect") != NULL) {
        fprintf(stream, "  weights and biases with check bits: %s\n",
                text_of(resources, "protect"));
    }
    if (*dsp != '\0') {
        fprintf(stream, "\n%s: %lld (estimate: array %lld, functions and element-wise %lld)\n", dsp,
                number_of(resources, "dsp"), number_of(resources, "dsp_array"),
                number_of(resources, "dsp_functions"));
    } else {
        fprintf(stream, "\nDSP blocks: none is inferred for this family\n");
    }
    fprintf(stream, "weight image: %lld bytes, fingerprint %s\n", number_of(root, "image_bytes"),
            text_of(root, "fingerprint"));
}

brds_status brds_plan_print(const brds_plan *plan, const brds_pace *pace, FILE *stream,
                            brds_diag *diag)
{
    json_t *root = brds_plan_json(plan, pace);
    if (root == NULL) {
        return brds_fail_memory(diag);
    }
    print_speed(root, stream);
    print_stream(json_object_get(root, "weight_stream"), stream);
    print_phases(json_object_get(root, "phases"), stream);
    print_edges(root, stream);
    print_numbers(root, stream);
    print_resources(root, stream);
    json_decref(root);
    return ferror(stream) ? brds_fail(diag, BRDS_EFILE, "report", "", "cannot write") : BRDS_OK;
}
