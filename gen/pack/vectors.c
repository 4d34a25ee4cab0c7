/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/vectors.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fixed/fixed.h"
#include "io/random.h"
#include "io/strings.h"
#include "plan/turns.h"

static void stream_free(brds_stream *stream)
{
    free(stream->data);
    free(stream->last);
    free(stream->user);
    memset(stream, 0, sizeof *stream);
}

void brds_vectors_free(brds_vectors *vectors)
{
    stream_free(&vectors->x);
    stream_free(&vectors->y);
    free(vectors->vector_of);
    free(vectors->states);
    memset(vectors, 0, sizeof *vectors);
}

/* Room for `more` words beyond those there. */
static brds_status stream_reserve(brds_stream *stream, size_t more, brds_diag *diag)
{
    if (stream->words + more <= stream->capacity)
        return BRDS_OK;
    size_t capacity = 2 * (stream->words + more);
    size_t width = (size_t)stream->bytes_per_word;
    uint8_t *data = realloc(stream->data, capacity * width);
    if (data)
        stream->data = data;
    uint8_t *last = realloc(stream->last, capacity);
    if (last)
        stream->last = last;
    uint8_t *user = realloc(stream->user, capacity);
    if (user)
        stream->user = user;
    if (!data || !last || !user)
        return brds_fail_memory(diag);
    stream->capacity = capacity;
    return BRDS_OK;
}

/* Appends a packet of `count` elements in containers of `container` bits. */
static brds_status stream_put(brds_stream *stream, const int32_t *values, size_t count,
                              int container, unsigned user, brds_diag *diag)
{
    size_t width = (size_t)stream->bytes_per_word;
    size_t bytes = (size_t)container / 8;
    size_t words = (count * bytes + width - 1) / width;
    brds_status status = stream_reserve(stream, words, diag);
    if (status)
        return status;
    uint8_t *out = stream->data + stream->words * width;
    memset(out, 0, words * width);
    for (size_t i = 0; i < count; i++)
        for (size_t b = 0; b < bytes; b++)
            out[i * bytes + b] = (uint8_t)((uint32_t)values[i] >> (8 * b));
    memset(stream->last + stream->words, 0, words);
    memset(stream->user + stream->words, (int)user, words);
    stream->words += words;
    stream->last[stream->words - 1] = 1;
    return BRDS_OK;
}

/* Working storage of one run. */
typedef struct {
    const brds_packed *packed;
    const brds_workload *workload;
    brds_machine *machines[BRDS_MAX_STREAMS]; /* one a stream */
    brds_vectors *vectors;
    brds_random random;
    int32_t *x;                                 /* (X) */
    int32_t h[BRDS_MAX_SIZE], c[BRDS_MAX_SIZE]; /* a layer's initial state */
} run;

/* `count` values within the middle half of a format. */
static void random_values(run *r, int bits, int count, int32_t *values)
{
    double half = (double)brds_fixed_max(bits - 1);
    for (int i = 0; i < count; i++)
        values[i] = (int32_t)((2.0 * brds_random_uniform(&r->random) - 1.0) * half);
}

/* A random state, set in the model and sent as one packet: h then c of each layer, each from a new
 * word on, in 32-bit containers. */
static brds_status put_state(run *r, int stream, brds_diag *diag)
{
    unsigned user = (unsigned)stream << BRDS_USER_STREAM | BRDS_USER_STATE;
    const brds_spec *spec = &r->packed->plan.spec;
    brds_stream *x = &r->vectors->x;
    for (int l = 0; l < spec->layer_count; l++) {
        int outputs = brds_spec_output_size(spec, l), hidden = spec->layers[l].hidden_size;
        random_values(r, spec->activation.bits, outputs, r->h);
        random_values(r, spec->cell.bits, hidden, r->c);
        brds_machine_set_state(r->machines[stream], l, r->h, r->c);
        brds_status status = stream_put(x, r->h, (size_t)outputs, 32, user, diag);
        if (!status) {
            x->last[x->words - 1] = 0;
            status = stream_put(x, r->c, (size_t)hidden, 32, user, diag);
        }
        if (status)
            return status;
        x->last[x->words - 1] = l + 1 == spec->layer_count;
    }
    return BRDS_OK;
}

static brds_status put_step(run *r, const brds_turn *turn, brds_diag *diag)
{
    size_t step = r->workload->starts[turn->sequence] + turn->step;
    const brds_plan *plan = &r->packed->plan;
    const brds_spec *spec = &plan->spec;
    const float *features = r->workload->features + step * (size_t)spec->input_size;
    for (int i = 0; i < spec->input_size; i++)
        r->x[i] =
            (int32_t)brds_quantize((double)features[i], spec->activation, &r->vectors->x_saturated);
    unsigned user = (unsigned)turn->stream << BRDS_USER_STREAM |
                    (turn->step == 0 ? BRDS_USER_FIRST : 0u) | (turn->last ? BRDS_USER_LAST : 0u);
    brds_status status =
        stream_put(&r->vectors->x, r->x, (size_t)spec->input_size, plan->x_container, user, diag);
    if (status)
        return status;
    brds_machine *machine = r->machines[turn->stream];
    brds_machine_step(machine, r->x);
    r->vectors->vector_of[step] = SIZE_MAX;
    if (spec->output == BRDS_OUTPUT_LAST_STEP && !turn->last)
        return BRDS_OK;
    const int32_t *y = brds_machine_output(machine);
    r->vectors->vector_of[step] = r->vectors->vectors_out++;
    r->vectors->elements_out += (size_t)plan->output_size;
    return stream_put(&r->vectors->y, y, (size_t)plan->output_size, plan->y_container, user, diag);
}

static brds_status start_sequence(run *r, const brds_turn *turn, brds_diag *diag)
{
    bool state = r->packed->plan.spec.initial_state && turn->sequence % 2 == 1;
    brds_machine_reset(r->machines[turn->stream]);
    r->vectors->states[turn->sequence] = state;
    return state ? put_state(r, turn->stream, diag) : BRDS_OK;
}

static brds_status run_all(run *r, brds_diag *diag)
{
    const brds_workload *w = r->workload;
    const brds_spec *spec = &r->packed->plan.spec;
    brds_turns turns;
    brds_turn turn;
    struct timespec begin, end;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
    brds_turns_start(&turns, spec->streams, w->sequences, w->lengths);
    while (brds_turns_next(&turns, &turn)) {
        brds_status status = BRDS_OK;
        if (turn.step == 0)
            status = start_sequence(r, &turn, diag);
        if (!status)
            status = put_step(r, &turn, diag);
        if (status)
            return status;
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    r->vectors->model_seconds =
        (double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec);
    for (int s = 0; s < spec->streams; s++)
        brds_saturations_add(&r->vectors->expected, brds_machine_saturations(r->machines[s]));
    return BRDS_OK;
}

brds_status brds_vectors_make(const brds_packed *packed, const brds_workload *workload,
                              uint64_t state_seed, brds_vectors *vectors, brds_diag *diag)
{
    const brds_spec *spec = &packed->plan.spec;
    memset(vectors, 0, sizeof *vectors);
    vectors->x.bytes_per_word = vectors->y.bytes_per_word = spec->stream_bits / 8;
    vectors->sequences = workload->sequences;
    vectors->steps = workload->steps;
    run *r = calloc(1, sizeof *r);
    vectors->x.flag_digits = vectors->y.flag_digits = spec->streams > 1 ? 3 : 1;
    vectors->vector_of = calloc(workload->steps + 1, sizeof *vectors->vector_of);
    vectors->states = calloc(workload->sequences + 1, sizeof *vectors->states);
    int32_t *x = calloc((size_t)spec->input_size, sizeof *x);
    brds_status status = BRDS_EFILE;
    if (!r || !vectors->vector_of || !vectors->states || !x) {
        brds_fail_memory(diag);
    } else {
        *r = (run){.packed = packed, .workload = workload, .vectors = vectors, .x = x};
        brds_random_seed(&r->random, state_seed);
        status = BRDS_OK;
        for (int s = 0; !status && s < spec->streams; s++)
            status = brds_machine_new(&packed->plan, &packed->qnet, &r->machines[s], diag);
        if (!status)
            status = run_all(r, diag);
        for (int s = 0; s < spec->streams; s++)
            brds_machine_free(r->machines[s]);
    }
    free(x);
    free(r);
    if (status)
        brds_vectors_free(vectors);
    return status;
}

brds_status brds_vectors_cycles(const brds_packed *packed, const brds_workload *workload,
                                const brds_vectors *vectors, brds_cycles *cycles, brds_diag *diag)
{
    return brds_cycles_run_states(&packed->plan, &packed->schedule.pace, workload->sequences,
                                  workload->lengths, vectors->states, cycles, diag);
}

int64_t brds_stream_element(const brds_plan *plan, const brds_stream *y, size_t vector, int index)
{
    size_t bytes = (size_t)plan->y_container / 8;
    const uint8_t *in = y->data + vector * (size_t)plan->y_words * (size_t)y->bytes_per_word +
                        (size_t)index * bytes;
    uint32_t value = 0;
    for (size_t b = 0; b < bytes; b++)
        value |= (uint32_t)in[b] << (8 * b);
    /* sign extension from the container */
    uint32_t sign = (uint32_t)1 << (plan->y_container - 1);
    return (int64_t)(value ^ sign) - (int64_t)sign;
}

static void measure_vector(const brds_plan *plan, const brds_stream *y, size_t vector,
                           const brds_metric *metric, int64_t wanted, double *values,
                           brds_measured *measured)
{
    if ((vector + 1) * (size_t)plan->y_words > y->words)
        return;
    const brds_spec *spec = &plan->spec;
    int frac = spec->head.present ? spec->head.output.frac : spec->activation.frac;
    for (int i = 0; i < plan->output_size; i++)
        values[i] = brds_dequantize(brds_stream_element(plan, y, vector, i), frac);
    brds_metric_add(metric, values, wanted, measured);
}

brds_status brds_vectors_measure(const brds_plan *plan, const brds_vectors *vectors,
                                 const brds_stream *y, const brds_metric *metric,
                                 brds_measured *measured, brds_diag *diag)
{
    const brds_workload *workload = metric->workload;
    double *values = calloc((size_t)plan->output_size, sizeof *values);
    *measured = (brds_measured){0};
    if (!values)
        return brds_fail_memory(diag);
    for (size_t s = 0; s < vectors->sequences; s++) {
        size_t length = workload->lengths[s];
        for (size_t t = 0; t < length; t++) {
            int64_t wanted = brds_metric_wanted(metric, s, t);
            if (wanted >= 0) /* what is measured is sent */
                measure_vector(plan, y, vectors->vector_of[workload->starts[s] + t], metric, wanted,
                               values, measured);
        }
    }
    free(values);
    return BRDS_OK;
}

brds_status brds_stream_write_hex(const brds_stream *stream, FILE *file, brds_diag *diag)
{
    size_t width = (size_t)stream->bytes_per_word;
    for (size_t w = 0; w < stream->words; w++) {
        fprintf(file, "%0*x", stream->flag_digits,
                (unsigned)(stream->user[w] << 1 | stream->last[w]));
        brds_print_hex(stream->data + w * width, 2 * stream->bytes_per_word, file);
        fputc('\n', file);
    }
    if (ferror(file))
        return brds_fail(diag, BRDS_EFILE, "", "", "cannot write a vector file");
    return BRDS_OK;
}
