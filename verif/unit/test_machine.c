/* SPDX-License-Identifier: Apache-2.0
 *
 * The C model against a second one written from section 1 of the
 * microarchitecture page alone: dense integer matrices, 128-bit sums, rounding
 * by its definition, the `zero` flag as the page has it.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "fixed/fixed.h"
#include "io/workload.h"
#include "net/machine.h"
#include "net_fixture.h"

__extension__ typedef __int128 wide;

/* --- the second model --- */

enum { SIDE = 32 }; /* more than any vector of random_spec */

typedef struct {
    int32_t x[4 * SIDE][SIDE], h[4 * SIDE][SIDE]; /* dense */
} dense;

typedef struct {
    const brds_plan *plan;
    const brds_qnet *qnet;
    dense phases[BRDS_MAX_PHASES];
    brds_pwl sigmoid, tanh;
    wide h[BRDS_MAX_LAYERS][SIDE], c[BRDS_MAX_LAYERS][SIDE];
    bool zero;
    brds_saturations count;
} naive;

static void spread(const brds_sparse *sparse, int32_t out[4 * SIDE][SIDE])
{
    memset(out, 0, 4 * SIDE * SIDE * sizeof(int32_t));
    for (int row = 0; row < sparse->rows; row++) {
        for (int j = 0; j < sparse->nnz; j++) {
            int at = row * sparse->nnz + j;
            out[row][sparse->column[at]] += sparse->weight[at];
        }
    }
}

static naive *naive_new(const quantised *q)
{
    brds_diag diag = {0};
    naive *n = calloc(1, sizeof *n);
    assert_non_null(n);
    n->plan = &q->plan;
    n->qnet = &q->qnet;
    n->zero = true;
    for (int i = 0; i < q->plan.phase_count; i++) {
        spread(&q->qnet.phases[i].x, n->phases[i].x);
        spread(&q->qnet.phases[i].h, n->phases[i].h);
    }
    assert_ok(brds_pwl_new(BRDS_SIGMOID, &q->plan.spec, &n->sigmoid, &diag), &diag);
    assert_ok(brds_pwl_new(BRDS_TANH, &q->plan.spec, &n->tanh, &diag), &diag);
    return n;
}

static void naive_free(naive *n)
{
    brds_pwl_free(&n->sigmoid);
    brds_pwl_free(&n->tanh);
    free(n);
}

static wide power(int n)
{
    return (wide)1 << n;
}

static wide floor_divide(wide a, wide b)
{
    wide q = a / b;
    return a % b != 0 && a < 0 ? q - 1 : q;
}

/* R(v * 2^-shift) */
static wide R(const naive *n, wide v, int shift)
{
    wide d = power(shift), below = floor_divide(v, d), twice = 2 * (v - below * d);
    switch (n->plan->spec.rounding) {
    case BRDS_ROUND_HALF_UP:
        return twice >= d ? below + 1 : below;
    case BRDS_ROUND_HALF_EVEN:
        if (twice == d) {
            return below % 2 == 0 ? below : below + 1;
        }
        return twice > d ? below + 1 : below;
    case BRDS_ROUND_TRUNCATE:
        break;
    }
    return below;
}

static wide sat(wide v, int bits, uint64_t *count)
{
    wide high = power(bits - 1) - 1, low = -power(bits - 1);
    *count += v > high || v < low;
    return v > high ? high : v < low ? low : v;
}

static int phase_of(const naive *n, brds_phase_kind kind, int layer)
{
    for (int i = 0; i < n->plan->phase_count; i++) {
        if (n->plan->phases[i].kind == kind && n->plan->phases[i].layer == layer) {
            return i;
        }
    }
    return -1;
}

/* r of a row: h_on is false where the sum over h is left out. */
static wide row(const naive *n, int phase, int r, const wide *x, const wide *h, bool h_on)
{
    const brds_qphase *q = &n->qnet->phases[phase];
    wide acc_x = 0, acc_h = 0;
    for (int j = 0; j < q->x.columns; j++) {
        acc_x += n->phases[phase].x[r][j] * x[j];
    }
    for (int j = 0; h_on && j < q->h.columns; j++) {
        acc_h += n->phases[phase].h[r][j] * h[j];
    }
    int e = q->row_scale == NULL ? 0 : q->row_scale[r];
    return R(n, acc_x * power(q->shl_x) + (h_on ? acc_h * power(q->shl_h) : 0), q->shr + e);
}

static wide rp(const naive *n, int phase, int k, int H, int unit, wide c)
{
    const brds_qphase *q = &n->qnet->phases[phase];
    return q->peephole == NULL ? 0 : R(n, q->peephole[k * H + unit] * c, q->shr_p);
}

static void naive_layer(naive *n, int l, const wide *x, wide *out)
{
    const brds_spec *s = &n->plan->spec;
    int A = s->activation.bits, fa = s->activation.frac, C = s->cell.bits, fc = s->cell.frac;
    int Z = A + 2, zf = A - 2, gf = A - 2, H = s->layers[l].hidden_size;
    int p = phase_of(n, BRDS_PHASE_GATES, l);
    const int32_t *bias = n->qnet->phases[p].bias;
    for (int u = 0; u < H; u++) {
        wide r[4], before = n->zero ? 0 : n->c[l][u];
        for (int k = 0; k < 4; k++) {
            r[k] = row(n, p, k * H + u, x, n->h[l], !n->zero) + bias[k * H + u];
        }
        wide zi = sat(r[0] + rp(n, p, 0, H, u, before), Z, &n->count.gate);
        wide zf_ = sat(r[1] + rp(n, p, 1, H, u, before), Z, &n->count.gate);
        wide zg = sat(r[2], Z, &n->count.gate);
        wide i = brds_pwl_eval(&n->sigmoid, (int64_t)zi);
        wide f = brds_pwl_eval(&n->sigmoid, (int64_t)zf_);
        wide g = brds_pwl_eval(&n->tanh, (int64_t)zg);
        int common = gf + fc > 2 * gf ? gf + fc : 2 * gf;
        wide sum = f * before * power(common - gf - fc) + i * g * power(common - 2 * gf);
        wide c = sat(R(n, sum, common - fc), C, &n->count.cell);
        wide zo = sat(r[3] + rp(n, p, 2, H, u, c), Z, &n->count.gate);
        wide o = brds_pwl_eval(&n->sigmoid, (int64_t)zo);
        wide zc = fc > zf ? R(n, c, fc - zf) : c * power(zf - fc);
        zc = sat(zc, Z, &n->count.function);
        wide t = brds_pwl_eval(&n->tanh, (int64_t)zc);
        out[u] = sat(R(n, o * t, 2 * gf - fa), A, &n->count.output);
        n->c[l][u] = c;
    }
}

static void naive_step(naive *n, const int32_t *in)
{
    const brds_spec *s = &n->plan->spec;
    wide x[SIDE] = {0}, m[SIDE] = {0};
    for (int j = 0; j < s->input_size; j++) {
        x[j] = in[j];
    }
    for (int l = 0; l < s->layer_count; l++) {
        naive_layer(n, l, x, m);
        int p = phase_of(n, BRDS_PHASE_PROJECTION, l), R_ = s->layers[l].projection_size;
        for (int j = 0; j < s->layers[l].hidden_size; j++) {
            n->h[l][j] = m[j];
        }
        for (int j = 0; j < R_; j++) {
            n->h[l][j] = sat(row(n, p, j, m, m, false), s->activation.bits, &n->count.output);
        }
        memcpy(x, n->h[l], sizeof x);
    }
    n->zero = false;
}

static void naive_head(naive *n, wide *y)
{
    const brds_spec *s = &n->plan->spec;
    int last = s->layer_count - 1, p = phase_of(n, BRDS_PHASE_HEAD, last);
    for (int j = 0; j < s->head.size; j++) {
        wide r = row(n, p, j, n->h[last], n->h[last], false);
        y[j] = sat(r + n->qnet->phases[p].bias[j], s->head.output.bits, &n->count.output);
    }
}

/* --- comparison --- */

static void assert_same(const int32_t *got, const wide *want, int count, const char *what)
{
    for (int i = 0; i < count; i++) {
        if (got[i] != want[i]) {
            fail_msg("%s[%d]: %d, second model %lld", what, i, got[i], (long long)want[i]);
        }
    }
}

static void compare_step(brds_machine *machine, naive *n, bool output)
{
    const brds_spec *s = &n->plan->spec;
    for (int l = 0; l < s->layer_count; l++) {
        assert_same(brds_machine_h(machine, l), n->h[l], brds_spec_output_size(s, l), "h");
        assert_same(brds_machine_c(machine, l), n->c[l], s->layers[l].hidden_size, "c");
    }
    if (output) {
        wide y[SIDE];
        int last = s->layer_count - 1;
        if (s->head.present) {
            naive_head(n, y);
        } else {
            memcpy(y, n->h[last], sizeof y);
        }
        int size = s->head.present ? s->head.size : brds_spec_output_size(s, last);
        (void)brds_machine_output(machine); /* asked twice, counted once */
        assert_same(brds_machine_output(machine), y, size, "output");
    }
    assert_memory_equal(brds_machine_saturations(machine), &n->count, sizeof n->count);
}

static void set_random_state(brds_random *random, brds_machine *machine, naive *n)
{
    const brds_spec *s = &n->plan->spec;
    for (int l = 0; l < s->layer_count; l++) {
        int32_t h[SIDE], c[SIDE];
        for (int j = 0; j < SIDE; j++) {
            h[j] = (int32_t)brds_fixed_min(s->activation.bits) +
                   (int32_t)brds_random_below(random, UINT64_C(1) << s->activation.bits);
            c[j] = (int32_t)(brds_fixed_min(s->cell.bits) +
                             (int64_t)brds_random_below(random, UINT64_C(1) << s->cell.bits));
            n->h[l][j] = h[j];
            n->c[l][j] = c[j];
        }
        brds_machine_set_state(machine, l, h, c);
    }
    n->zero = false;
}

static void compare_sequence(brds_random *random, brds_machine *machine, naive *n)
{
    const brds_spec *s = &n->plan->spec;
    brds_machine_reset(machine);
    n->zero = true;
    if (pick(random, 0, 2) == 0) {
        set_random_state(random, machine, n);
    }
    int steps = pick(random, 1, 6), narrow = pick(random, 0, 6);
    for (int t = 0; t < steps; t++) {
        int32_t x[SIDE];
        for (int j = 0; j < s->input_size; j++) {
            int bits = s->activation.bits - narrow;
            x[j] = (int32_t)brds_fixed_min(bits) +
                   (int32_t)brds_random_below(random, UINT64_C(1) << bits);
        }
        brds_machine_step(machine, x);
        naive_step(n, x);
        compare_step(machine, n, pick(random, 0, 1) == 1);
    }
}

static void both_models_agree(void **state)
{
    (void)state;
    brds_random random;
    brds_random_seed(&random, 4);
    brds_saturations sum = {0};
    for (int i = 0; i < 300; i++) {
        brds_spec spec = random_spec(&random);
        brds_diag diag = {0};
        quantised q;
        assert_ok(brds_network_random(&spec, brds_random_bits(&random), &q.network, &diag), &diag);
        scale_network(&random, &q.network, -3, i % 3 == 0 ? 7 : 2);
        quantise(&spec, &q);
        brds_machine *machine;
        assert_ok(brds_machine_new(&q.plan, &q.qnet, &machine, &diag), &diag);
        naive *n = naive_new(&q);
        for (int j = 0; j < 4; j++) {
            compare_sequence(&random, machine, n);
        }
        sum.gate += n->count.gate;
        sum.function += n->count.function;
        sum.cell += n->count.cell;
        sum.output += n->count.output;
        naive_free(n);
        brds_machine_free(machine);
        free_quantised(&q);
    }
    assert_true(sum.gate > 1000 && sum.function > 1000 && sum.cell > 100 && sum.output > 1000);
}

/* A sequence gives the same whatever ran before it, and zeros set as initial
 * state are the state after a reset. */
static void reset_forgets(void **state)
{
    (void)state;
    brds_spec spec = small_spec();
    quantised q;
    brds_diag diag = {0};
    assert_ok(brds_network_random(&spec, 7, &q.network, &diag), &diag);
    quantise(&spec, &q);
    brds_machine *machine;
    assert_ok(brds_machine_new(&q.plan, &q.qnet, &machine, &diag), &diag);
    static const int32_t x[2][6] = {{4000, -3000, 2000, 1000, 500, -250}, {1, 2, 3, 4, 5, 6}};
    static const int32_t zeros[6];
    int32_t first[5];
    for (int pass = 0; pass < 3; pass++) {
        brds_machine_reset(machine);
        if (pass == 2) {
            brds_machine_set_state(machine, 0, zeros, zeros);
        }
        brds_machine_step(machine, x[0]);
        brds_machine_step(machine, x[1]);
        if (pass == 0) {
            memcpy(first, brds_machine_output(machine), sizeof first);
        }
        assert_memory_equal(brds_machine_output(machine), first, sizeof first);
    }
    brds_machine_free(machine);
    free_quantised(&q);
}

/* With wide formats the model is the LSTM: it follows the float reference. */
static void wide_formats_follow_the_reference(void **state)
{
    (void)state;
    brds_random random;
    brds_random_seed(&random, 5);
    double worst = 0.0;
    for (int i = 0; i < 40; i++) {
        brds_spec spec = random_spec(&random);
        spec.activation = (brds_format){18, 14};
        spec.cell = (brds_format){32, 24};
        spec.weight_bits = 18;
        spec.rounding = BRDS_ROUND_HALF_UP;
        spec.function_segments = 256;
        spec.head.output = (brds_format){24, 16};
        brds_diag diag = {0};
        quantised q;
        assert_ok(brds_network_random(&spec, brds_random_bits(&random), &q.network, &diag), &diag);
        quantise(&spec, &q);
        brds_machine *machine;
        brds_float_state real;
        assert_ok(brds_machine_new(&q.plan, &q.qnet, &machine, &diag), &diag);
        assert_ok(brds_float_state_new(&q.network, &real, &diag), &diag);
        brds_float_state_reset(&q.network, &real);
        for (int t = 0; t < 10; t++) {
            float x[SIDE];
            int32_t fixed[SIDE];
            uint64_t clipped = 0;
            for (int j = 0; j < spec.input_size; j++) {
                x[j] = (float)brds_random_normal(&random);
                fixed[j] = (int32_t)brds_quantize((double)x[j], spec.activation, &clipped);
            }
            brds_machine_step(machine, fixed);
            brds_float_step(&q.network, x, &real);
            int last = spec.layer_count - 1;
            for (int j = 0; j < brds_spec_output_size(&spec, last); j++) {
                double got = brds_dequantize(brds_machine_h(machine, last)[j], 14);
                worst = fmax(worst, fabs(got - (double)real.h[last][j]));
            }
        }
        brds_float_state_free(&real);
        brds_machine_free(machine);
        free_quantised(&q);
    }
    assert_true(worst < 0.004);
}

/* --- the spoken digits --- */

/* $BRDS_DATA/path if it is there; default ../shared/data beside the source tree. */
static const char *data_path(const char *path, char *full, size_t size)
{
    const char *root = getenv("BRDS_DATA"), *source = getenv("SRCDIR");
    if (root != NULL) {
        snprintf(full, size, "%s/%s", root, path);
    } else {
        snprintf(full, size, "%s/../shared/data/%s", source != NULL ? source : ".", path);
    }
    return access(full, R_OK) == 0 ? full : NULL;
}

static int argmax(const int32_t *values, int count)
{
    int best = 0;
    for (int i = 1; i < count; i++) {
        best = values[i] > values[best] ? i : best;
    }
    return best;
}

static size_t count_right(const quantised *q, const brds_workload *work)
{
    brds_diag diag = {0};
    brds_machine *machine;
    assert_ok(brds_machine_new(&q->plan, &q->qnet, &machine, &diag), &diag);
    size_t right = 0, width = (size_t)work->input_size;
    uint64_t clipped = 0;
    for (size_t i = 0; i < work->sequences; i++) {
        brds_machine_reset(machine);
        for (size_t t = 0; t < work->lengths[i]; t++) {
            int32_t x[64];
            for (size_t j = 0; j < width; j++) {
                double value = (double)work->features[(work->starts[i] + t) * width + j];
                x[j] = (int32_t)brds_quantize(value, q->plan.spec.activation, &clipped);
            }
            brds_machine_step(machine, x);
        }
        right += argmax(brds_machine_output(machine), 10) == work->labels[i];
    }
    brds_machine_free(machine);
    return right;
}

static void spoken_digits(const char *set, size_t sequences, size_t least)
{
    char model[1024], data[1024];
    if (data_path("../models/digits_lstm128_rb8_16.safetensors", model, sizeof model) == NULL ||
        data_path(set, data, sizeof data) == NULL) {
        print_message("skipped: %s and its model are not in $BRDS_DATA\n", set);
        skip();
    }
    brds_spec spec = small_spec();
    spec.input_size = 39;
    spec.layers[0] = (brds_layer_spec){.hidden_size = 128, .nnz_x = 8, .nnz_h = 16};
    spec.head = (brds_head_spec){true, 10, 128, {16, 10}};
    spec.output = BRDS_OUTPUT_LAST_STEP;
    spec.pes = 4;
    brds_diag diag = {0};
    brds_workload work;
    quantised q;
    assert_ok(brds_network_load(model, &spec, &q.network, &diag), &diag);
    assert_ok(brds_workload_load(data, 39, 10, &work, &diag), &diag);
    quantise(&spec, &q);
    assert_int_equal(work.sequences, sequences);
    size_t right = count_right(&q, &work);
    print_message("%s: %zu of %zu\n", set, right, sequences);
    assert_true(right >= least);
    brds_workload_free(&work);
    free_quantised(&q);
}

static void synthesised_digits_are_recognised(void **state)
{
    (void)state;
    spoken_digits("spoken_digits/espeak_mfcc_test.safetensors", 60, 59);
}

static void real_digits_are_recognised(void **state)
{
    (void)state;
    spoken_digits("spoken_digits/fsdd_mfcc_test.safetensors", 300, 297);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_models_agree),
        cmocka_unit_test(reset_forgets),
        cmocka_unit_test(wide_formats_follow_the_reference),
        cmocka_unit_test(synthesised_digits_are_recognised),
        cmocka_unit_test(real_digits_are_recognised),
    };
    return cmocka_run_group_tests_name("machine", tests, NULL, NULL);
}
