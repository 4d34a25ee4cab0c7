/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fixed/fixed.h"
#include "net_fixture.h"

/* A random network of the spec, weights scaled by 2^low .. 2^high. */
static void make(brds_random *random, const brds_spec *spec, int low, int high, quantised *q)
{
    brds_diag diag = {0};
    assert_ok(brds_network_random(spec, brds_random_bits(random), &q->network, &diag), &diag);
    scale_network(random, &q->network, low, high);
    quantise(spec, q);
}

/* Every value at its place and rounded to the nearest; order and count of a row. */
static void check_matrix(const brds_qphase *phase, const brds_sparse *sparse, const float *dense,
                         int bits)
{
    uint64_t clipped = 0;
    for (int row = 0; row < sparse->rows; row++) {
        const float *want = dense + row * sparse->columns;
        int last = -1, found = 0;
        for (int j = 0; j < sparse->nnz; j++) {
            int column = sparse->column[row * sparse->nnz + j];
            assert_true(column > last && column < sparse->columns);
            brds_format format = {bits, sparse->frac + brds_qphase_row_scale(phase, row)};
            int64_t q = brds_quantize((double)want[column], format, &clipped);
            assert_int_equal(sparse->weight[row * sparse->nnz + j], q);
            found += want[column] != 0.0f;
            last = column;
        }
        for (int column = 0; column < sparse->columns; column++) {
            found -= want[column] != 0.0f;
        }
        assert_int_equal(found, 0);
    }
}

static void check_shifts(const brds_plan *plan, const brds_qphase *phase, int target, bool linear)
{
    int fa = plan->spec.activation.frac;
    assert_in_range(phase->shl_x, 0, 15);
    assert_in_range(phase->shl_h, 0, 15);
    assert_in_range(phase->shr, 0, 63);
    assert_in_range(phase->shr_p, 0, 63);
    assert_in_range(phase->x.frac + 8, 0, 32);
    assert_int_equal(fa + phase->x.frac + phase->shl_x - phase->shr, target);
    if (linear) {
        assert_int_equal(phase->shl_h, phase->shl_x);
    } else {
        assert_in_range(phase->h.frac + 8, 0, 32);
        assert_int_equal(fa + phase->h.frac + phase->shl_h - phase->shr, target);
    }
}

static void check_all(const quantised *q)
{
    const brds_plan *plan = &q->plan;
    for (int i = 0; i < plan->phase_count; i++) {
        const brds_phase *shape = &plan->phases[i];
        const brds_qphase *phase = &q->qnet.phases[i];
        const brds_layer *layer = &q->network.layers[shape->layer];
        int bits = plan->spec.weight_bits;
        if (shape->kind == BRDS_PHASE_GATES) {
            check_matrix(phase, &phase->x, layer->w_x, bits);
            check_matrix(phase, &phase->h, layer->w_h, bits);
            check_shifts(plan, phase, plan->z_frac, false);
            assert_true((phase->peephole != NULL) == (layer->peephole != NULL));
            if (phase->peephole != NULL) {
                assert_int_equal(phase->peephole_frac + plan->spec.cell.frac - phase->shr_p,
                                 plan->z_frac);
            }
        } else if (shape->kind == BRDS_PHASE_PROJECTION) {
            check_matrix(phase, &phase->x, layer->w_p, bits);
            check_shifts(plan, phase, plan->spec.activation.frac, true);
            assert_null(phase->bias);
        } else {
            check_matrix(phase, &phase->x, q->network.head_w, bits);
            check_shifts(plan, phase, plan->spec.head.output.frac, true);
        }
    }
}

static void any_network_is_aligned(void **state)
{
    (void)state;
    brds_random random;
    brds_random_seed(&random, 1);
    for (int i = 0; i < 400; i++) {
        brds_spec spec = random_spec(&random);
        quantised q;
        make(&random, &spec, i % 4 == 3 ? -40 : -5, i % 4 == 3 ? 40 : 5, &q);
        check_all(&q);
        free_quantised(&q);
    }
}

/* The sum of squared errors of a matrix with a frac. */
static double square(const float *values, int count, int bits, int frac)
{
    double sum = 0.0;
    uint64_t clipped = 0;
    for (int i = 0; i < count; i++) {
        double value = (double)values[i];
        double back =
            brds_dequantize(brds_quantize(value, (brds_format){bits, frac}, &clipped), frac);
        sum += (back - value) * (back - value);
    }
    return sum;
}

/* The same of a matrix whose rows each have the best exponent below `exponents`. */
static double rows_square(const float *values, int rows, int columns, brds_format format,
                          int exponents)
{
    double sum = 0.0;
    for (int row = 0; row < rows; row++) {
        double least = HUGE_VAL;
        for (int e = 0; e < exponents; e++) {
            least =
                fmin(least, square(values + row * columns, columns, format.bits, format.frac + e));
        }
        sum += least;
    }
    return sum;
}

static void expect_best_frac(const float *values, int rows, int columns, brds_format format,
                             int exponents)
{
    double mine = rows_square(values, rows, columns, format, exponents);
    for (int frac = -8; frac <= 24; frac++) {
        assert_true(mine <= rows_square(values, rows, columns, (brds_format){format.bits, frac},
                                        exponents) *
                                (1.0 + 1e-12));
    }
}

/* Rows of all sizes: each takes the exponent of least error in both matrices, and none goes beyond the field or a shift of
 * 63. */
static void rows_have_exponents(void **state)
{
    (void)state;
    brds_random random;
    brds_random_seed(&random, 3);
    int taken[8] = {0};
    for (int i = 0; i < 60; i++) {
        quantised q;
        brds_spec spec = small_spec();
        brds_diag diag = {0};
        spec.weight_bits = pick(&random, 2, 8);
        spec.row_scale_bits = pick(&random, 1, 3);
        assert_ok(brds_network_random(&spec, brds_random_bits(&random), &q.network, &diag), &diag);
        brds_layer *layer = &q.network.layers[0];
        for (int row = 0; row < 4 * layer->hidden; row++) {
            double factor = ldexp(1.0, -pick(&random, 0, 9));
            scale(layer->w_x + row * layer->columns_x, layer->columns_x, factor);
            scale(layer->w_h + row * layer->output, layer->output, factor);
        }
        quantise(&spec, &q);
        const brds_qphase *phase = &q.qnet.phases[0];
        expect_best_frac(layer->w_x, 4 * layer->hidden, layer->columns_x,
                         (brds_format){spec.weight_bits, phase->x.frac}, 1 << spec.row_scale_bits);
        expect_best_frac(layer->w_h, 4 * layer->hidden, layer->output,
                         (brds_format){spec.weight_bits, phase->h.frac}, 1 << spec.row_scale_bits);
        for (int row = 0; row < 4 * layer->hidden; row++) {
            const float *x = layer->w_x + row * layer->columns_x;
            const float *h = layer->w_h + row * layer->output;
            int e = phase->row_scale[row], bits = spec.weight_bits;
            double mine = square(x, layer->columns_x, bits, phase->x.frac + e) +
                          square(h, layer->output, bits, phase->h.frac + e);
            assert_in_range(e, 0, (1 << spec.row_scale_bits) - 1);
            assert_in_range(phase->shr + e, 0, 63);
            for (int other = 0; other < 1 << spec.row_scale_bits; other++) {
                assert_true(mine <= square(x, layer->columns_x, bits, phase->x.frac + other) +
                                        square(h, layer->output, bits, phase->h.frac + other));
            }
            taken[e]++;
        }
        free_quantised(&q);
    }
    for (int e = 0; e < 8; e++) {
        assert_true(taken[e] > 0);
    }
}

static void frac_has_the_least_squared_error(void **state)
{
    (void)state;
    brds_random random;
    brds_random_seed(&random, 2);
    brds_spec spec = small_spec();
    for (int i = 0; i < 60; i++) {
        quantised q;
        spec.weight_bits = pick(&random, 3, 16);
        make(&random, &spec, -2, 2, &q);
        const brds_layer *layer = &q.network.layers[0];
        const brds_qphase *phase = &q.qnet.phases[0];
        int count = 20 * 6;
        double mine = square(layer->w_x, count, spec.weight_bits, phase->x.frac), norm = 0.0;
        for (int frac = -8; frac <= 24; frac++) {
            assert_true(mine <= square(layer->w_x, count, spec.weight_bits, frac));
        }
        for (int j = 0; j < count; j++) {
            norm += (double)layer->w_x[j] * (double)layer->w_x[j];
        }
        assert_true(fabs(phase->error_x - sqrt(mine / norm)) < 1e-12);
        free_quantised(&q);
    }
}

/* One value of 1.0 among many of 2^-7: seven bits hold the many only if the one is clipped. */
static void outlier_is_clipped_and_counted(void **state)
{
    (void)state;
    brds_spec spec = small_spec();
    spec.input_size = 4096;
    spec.layers[0].nnz_x = 4096;
    spec.weight_bits = 4;
    quantised q;
    brds_diag diag = {0};
    assert_ok(brds_network_random(&spec, 1, &q.network, &diag), &diag);
    brds_layer *layer = &q.network.layers[0];
    for (int i = 0; i < 20 * 4096; i++) {
        layer->w_x[i] = 0.04f;
    }
    layer->w_x[77] = 1.0f;
    quantise(&spec, &q);
    const brds_qphase *phase = &q.qnet.phases[0];
    assert_int_equal(phase->x.weight[77], 7);
    assert_true(phase->x.frac > 2);
    uint64_t clipped = 0, h_clipped = 0;
    (void)brds_quantize(1.0, (brds_format){4, phase->x.frac}, &clipped);
    for (int i = 0; i < 20 * 5; i++) {
        (void)brds_quantize((double)layer->w_h[i], (brds_format){4, phase->h.frac}, &h_clipped);
    }
    assert_int_equal(clipped, 1);
    assert_int_equal(phase->weight_saturated, 1 + h_clipped);
    free_quantised(&q);
}

static void zero_matrices_work(void **state)
{
    (void)state;
    brds_random random;
    brds_random_seed(&random, 3);
    for (int i = 0; i < 60; i++) {
        brds_spec spec = random_spec(&random);
        quantised q;
        brds_diag diag = {0};
        assert_ok(brds_network_random(&spec, 5, &q.network, &diag), &diag);
        scale(q.network.head_w, q.network.head_size * q.network.layers[spec.layer_count - 1].output,
              0.0);
        for (int l = 0; l < spec.layer_count; l++) {
            brds_layer *layer = &q.network.layers[l];
            scale(layer->w_x, 4 * layer->hidden * layer->columns_x, i & 1 ? 0.0 : 1e6);
            scale(layer->w_h, 4 * layer->hidden * layer->output, i & 2 ? 0.0 : 1e-6);
            scale(layer->w_p, layer->output * layer->hidden, 0.0);
            scale(layer->peephole, 3 * layer->hidden, 0.0);
        }
        quantise(&spec, &q);
        check_all(&q);
        if (i & 1) { /* zeros need no shift of their own */
            assert_true(q.qnet.phases[0].error_x == 0.0);
            assert_int_equal(q.qnet.phases[0].x.frac, q.qnet.phases[0].h.frac);
        }
        free_quantised(&q);
    }
}

/* A row of 2 nonzeros where the spec has 4: zeros at the first free columns;
 * a weight too small to be more than 0 keeps its place. */
static void short_rows_are_filled(void **state)
{
    (void)state;
    brds_spec spec = small_spec();
    spec.layers[0].nnz_x = 4;
    quantised q;
    brds_diag diag = {0};
    assert_ok(brds_network_random(&spec, 1, &q.network, &diag), &diag);
    static const float row[6] = {0.0f, 1e-6f, 0.0f, 0.0f, 0.5f, 0.0f};
    float *dense = q.network.layers[0].w_x;
    for (int i = 0; i < 6; i++) {
        dense[i] = row[i];
    }
    quantise(&spec, &q);
    const brds_sparse *x = &q.qnet.phases[0].x;
    static const uint16_t columns[4] = {0, 1, 2, 4};
    assert_memory_equal(x->column, columns, sizeof columns);
    assert_int_equal(x->weight[0], 0);
    assert_int_equal(x->weight[1], 0);
    assert_int_equal(x->weight[2], 0);
    assert_true(x->weight[3] == (int32_t)ldexp(0.5, x->frac));
    free_quantised(&q);
}

static void unbalanced_network_is_refused(void **state)
{
    (void)state;
    brds_spec spec = small_spec(), sparse = spec;
    sparse.layers[0].nnz_x = 3;
    brds_network network;
    brds_plan plan;
    brds_qnet qnet;
    brds_diag diag = {0};
    assert_ok(brds_network_random(&spec, 1, &network, &diag), &diag);
    assert_ok(brds_plan_make(&sparse, &plan, &diag), &diag);
    assert_int_equal(brds_qnet_make("model", &plan, &network, &qnet, &diag), BRDS_EINPUT);
    assert_true(diag.errors >= 1);
    brds_diag_free(&diag);
    brds_network_free(&network);
}

static void biases_and_their_clipping(void **state)
{
    (void)state;
    brds_spec spec = small_spec();
    spec.head = (brds_head_spec){true, 3, 5, {16, 10}};
    quantised q;
    brds_diag diag = {0};
    assert_ok(brds_network_random(&spec, 1, &q.network, &diag), &diag);
    q.network.layers[0].bias[0] = 9.0f; /* the range is +-8 */
    q.network.layers[0].bias[1] = -8.0f;
    q.network.layers[0].bias[2] = 0.25f;
    q.network.head_bias[0] = -40.0f; /* +-32 */
    q.network.head_bias[1] = 1.5f;
    quantise(&spec, &q);
    assert_int_equal(q.qnet.phases[0].bias[0], (1 << 17) - 1);
    assert_int_equal(q.qnet.phases[0].bias[1], -(1 << 17));
    assert_int_equal(q.qnet.phases[0].bias[2], 1 << 12);
    assert_int_equal(q.qnet.phases[0].bias_saturated, 1);
    assert_int_equal(q.qnet.phases[1].bias[0], -32768);
    assert_int_equal(q.qnet.phases[1].bias[1], 1536);
    assert_int_equal(q.qnet.phases[1].bias_saturated, 1);
    free_quantised(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_network_is_aligned),
        cmocka_unit_test(frac_has_the_least_squared_error),
        cmocka_unit_test(rows_have_exponents),
        cmocka_unit_test(outlier_is_clipped_and_counted),
        cmocka_unit_test(zero_matrices_work),
        cmocka_unit_test(short_rows_are_filled),
        cmocka_unit_test(unbalanced_network_is_refused),
        cmocka_unit_test(biases_and_their_clipping),
    };
    return cmocka_run_group_tests_name("qnet", tests, NULL, NULL);
}
