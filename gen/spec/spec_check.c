/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys against each other, and defaults that depend on other keys.  A check
 * whose inputs were refused is skipped: its message would mislead.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "spec/spec_private.h"

static bool is_good(int value)
{
    return value >= 0;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* ---- number formats ---- */

/* The fraction of a format: fills the default in and checks low..high.
 * `why` ends the hint. */
static void check_frac(brds_reader *reader, const char *pointer, const brds_format *format,
                       int *frac, int fallback, int low, int high, const char *why)
{
    char hint[200], given[60] = "";
    bool computed = *frac == BRDS_ABSENT;
    if (*frac == BRDS_BAD || !is_good(format->bits))
        return;
    if (computed) {
        *frac = fallback;
        snprintf(given, sizeof(given), ", the default for %d bits,", format->bits);
    }
    if (*frac >= low && *frac <= high)
        return;
    snprintf(hint, sizeof(hint), "give %d to %d%s", low, high, why);
    brds_reader_error(reader, pointer, hint, "%d%s is too %s", *frac, given,
                      *frac < low ? "small" : "large");
}

static void check_activation(brds_reader *reader)
{
    brds_format *format = &reader->draft->spec.activation;
    int bits = format->bits;
    check_frac(reader, "/numeric/activation/frac", format, &format->frac, bits - 4,
               larger(0, bits - 9), bits - 1, "");
}

/* tanh's input has activation.bits - 2 bits below the point and is taken from
 * the cell: at most 7 zero bits are appended.  At most 28 bits, so that 32
 * bits hold the function's range of +-8. */
static void check_cell(brds_reader *reader)
{
    enum { HIGHEST_FRAC = 28 };
    static const char pointer[] = "/numeric/cell/bits";
    brds_format *format = &reader->draft->spec.cell;
    int activation = reader->draft->spec.activation.bits, bits = format->bits;
    int low = is_good(activation) ? larger(0, activation - 9) : 0;
    int high = smaller(bits - 1, HIGHEST_FRAC);
    char text[160] = "";
    if (!is_good(bits))
        return;
    if (low > high) {
        snprintf(text, sizeof(text), "give %d or more, or narrower activations", low + 1);
        brds_reader_error(reader, pointer, text, "%d bits are too few for %d-bit activations", bits,
                          activation);
        return;
    }
    if (low > 0)
        snprintf(text, sizeof(text),
                 ": tanh's input, with %d bits below the point, is taken from the cell",
                 activation - 2);
    check_frac(reader, "/numeric/cell/frac", format, &format->frac, bits - 8, low, high, text);
}

static int log2_of(int power)
{
    int result = 0;
    while (power > 1 << result)
        result++;
    return result;
}

/* The function input has activation.bits + 2 bits for +-8; tanh uses half of
 * that range.  A segment must hold inputs to tell apart. */
static void check_functions(brds_reader *reader)
{
    int bits = reader->draft->spec.activation.bits;
    int segments = reader->draft->spec.function_segments;
    char hint[100];
    if (!is_good(bits) || !is_good(segments) || log2_of(segments) + 2 < bits)
        return;
    snprintf(hint, sizeof(hint), "give %d or fewer, or wider activations", 1 << (bits - 3));
    brds_reader_error(reader, "/numeric/function_segments", hint,
                      "%d segments are too fine for %d-bit activations", segments, bits);
}

/* ---- matrices ---- */

/* Nonzeros of a row of `columns`, of which the share `sparsity` is zero.  The
 * small number makes 0.8 of 10 columns 8, whatever binary makes of 0.8. */
static int count_nonzeros(double sparsity, int columns)
{
    return larger(1, columns - (int)floor(sparsity * columns + 1e-9));
}

static void check_nonzeros(brds_reader *reader, const char *pointer, const char *matrix, int *nnz,
                           double sparsity, int columns)
{
    char hint[100];
    if (*nnz == BRDS_BAD || columns <= 0)
        return;
    if (*nnz == BRDS_ABSENT)
        *nnz = sparsity >= 0.0 ? count_nonzeros(sparsity, columns) : columns;
    if (*nnz <= columns)
        return;
    snprintf(hint, sizeof(hint), "give 1 to %d, or leave the key out for a dense matrix", columns);
    brds_reader_error(reader, pointer, hint, "%d is more than the %d column%s of %s", *nnz, columns,
                      columns == 1 ? "" : "s", matrix);
}

static void check_projection(brds_reader *reader, const char *pointer, brds_layer_spec *layer)
{
    char hint[100];
    if (layer->projection_size == BRDS_ABSENT)
        layer->projection_size = 0;
    if (layer->projection_size <= 0 || !is_good(layer->hidden_size) ||
        layer->projection_size < layer->hidden_size)
        return;
    if (layer->hidden_size > 1)
        snprintf(hint, sizeof(hint), "give 1 to %d, or leave the key out", layer->hidden_size - 1);
    else
        snprintf(hint, sizeof(hint), "leave the key out");
    brds_reader_error(reader, pointer, hint, "%d is not less than hidden_size = %d",
                      layer->projection_size, layer->hidden_size);
    layer->projection_size = BRDS_BAD;
}

static void check_layer(brds_reader *reader, int index)
{
    brds_spec *spec = &reader->draft->spec;
    brds_layer_spec *layer = &spec->layers[index];
    const brds_sparsity *sparsity = &reader->draft->sparsity[index];
    char pointer[60];
    snprintf(pointer, sizeof(pointer), "/network/layers/%d/projection_size", index);
    check_projection(reader, pointer, layer);
    snprintf(pointer, sizeof(pointer), "/network/layers/%d/nnz_x", index);
    check_nonzeros(reader, pointer, "W_x", &layer->nnz_x, sparsity->x,
                   brds_spec_columns_x(spec, index));
    snprintf(pointer, sizeof(pointer), "/network/layers/%d/nnz_h", index);
    check_nonzeros(reader, pointer, "W_h", &layer->nnz_h, sparsity->h,
                   brds_spec_output_size(spec, index));
    snprintf(pointer, sizeof(pointer), "/network/layers/%d/nnz_p", index);
    if (layer->projection_size == 0)
        layer->nnz_p = 0;
    else
        check_nonzeros(reader, pointer, "the projection", &layer->nnz_p, sparsity->p,
                       layer->hidden_size);
}

static void check_head(brds_reader *reader)
{
    brds_spec *spec = &reader->draft->spec;
    brds_format *format = &spec->head.output;
    if (!spec->head.present) {
        memset(&spec->head, 0, sizeof(spec->head));
        return;
    }
    if (spec->layer_count > 0)
        check_nonzeros(reader, "/network/head/nnz", "the head", &spec->head.nnz,
                       reader->draft->head_sparsity,
                       brds_spec_output_size(spec, spec->layer_count - 1));
    if (format->bits == BRDS_ABSENT)
        format->bits = spec->activation.bits;
    check_frac(reader, "/network/head/output/frac", format, &format->frac, format->bits - 6, 0,
               format->bits - 1, "");
}

/* A lane's running column belongs to one row. */
static void check_open_groups(brds_reader *reader)
{
    const brds_spec *spec = &reader->draft->spec;
    if (spec->open_groups > 1 && spec->index == BRDS_INDEX_RELATIVE)
        brds_reader_error(reader, "/hardware/open_groups", "give 1, or \"index\": \"absolute\"",
                          "%d row groups at a time do not go with relative indices",
                          spec->open_groups);
}

static void check_products(brds_reader *reader)
{
    const brds_spec *spec = &reader->draft->spec;
    if (spec->products_per_dsp > 1 && spec->vector_memory != BRDS_VECTOR_GATE_SHARED)
        brds_reader_error(reader, "/hardware/products_per_dsp",
                          "give 1, or \"vector_memory\": \"gate_shared\"",
                          "two products of a multiplier have an operand in common");
    if (spec->products_per_dsp > 1 && spec->array_multiplier == BRDS_MULTIPLY_LOGIC)
        brds_reader_error(reader, "/hardware/products_per_dsp",
                          "give 1, or \"array_multiplier\": \"dsp\"",
                          "products in logic share no DSP block");
}

static void check_bank_lanes(brds_reader *reader, const char *pointer, int lanes)
{
    char hint[60];
    int below = 1;
    while (2 * below <= lanes)
        below *= 2;
    if (!is_good(lanes) || lanes == below)
        return;
    snprintf(hint, sizeof(hint), "give %d or %d", below, 2 * below);
    brds_reader_error(reader, pointer, hint,
                      "%d lanes: the banks of vector_memory \"banked\" are a power of two", lanes);
}

static void check_banks(brds_reader *reader)
{
    const brds_spec *spec = &reader->draft->spec;
    if (spec->vector_memory != BRDS_VECTOR_BANKED)
        return;
    check_bank_lanes(reader, "/hardware/lanes_x", spec->lanes_x);
    check_bank_lanes(reader, "/hardware/lanes_h", spec->lanes_h);
    if (spec->index == BRDS_INDEX_RELATIVE)
        brds_reader_error(reader, "/hardware/vector_memory",
                          "give \"replicated\", or \"index\": \"absolute\"",
                          "banks do not go with relative indices: which lane a weight goes to is "
                          "decided by its column");
}

/* The weights' address is a register. */
static void check_memory(brds_reader *reader)
{
    enum { DEFAULT_BITS = 128, DEFAULT_LATENCY = 64, DEFAULT_WORDS = 64 };
    brds_spec *spec = &reader->draft->spec;
    bool stream = spec->weights == BRDS_WEIGHTS_STREAM;
    int *const values[] = {&spec->memory.bits, &spec->memory.latency, &spec->memory.interval,
                           &spec->memory.prefetch_words};
    const int fallbacks[] = {DEFAULT_BITS, DEFAULT_LATENCY, 1, DEFAULT_WORDS};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        if (*values[i] == BRDS_ABSENT)
            *values[i] = stream ? fallbacks[i] : 0;
    }
    if (stream && spec->control == BRDS_CONTROL_NONE)
        brds_reader_error(reader, "/interface/control", "give \"axi4-lite\"",
                          "where streamed weights lie is said in a register, and there are none");
}

void brds_check_draft(brds_reader *reader)
{
    enum { DEFAULT_INDEX_BITS = 5 };
    brds_spec *spec = &reader->draft->spec;
    check_activation(reader);
    check_cell(reader);
    check_functions(reader);
    for (int i = 0; i < spec->layer_count; i++)
        check_layer(reader, i);
    check_head(reader);
    check_open_groups(reader);
    check_products(reader);
    check_banks(reader);
    check_memory(reader);
    if (spec->index_bits == BRDS_ABSENT)
        spec->index_bits = spec->index == BRDS_INDEX_RELATIVE ? DEFAULT_INDEX_BITS : 0;
    if ((int)spec->output == BRDS_ABSENT)
        spec->output = spec->head.present ? BRDS_OUTPUT_LAST_STEP : BRDS_OUTPUT_EVERY_STEP;
}
