/* SPDX-License-Identifier: Apache-2.0 */
#include "net/qnet.h"

#include <math.h>
#include <stdlib.h>

#include "fixed/fixed.h"
#include "net/matrices.h"

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF /* the same choice on every machine, see fixed/pwl.c */
#endif

enum {
    FRAC_LOW = -8, /* of weights */
    FRAC_HIGH = 24,
    CLIPPING = 4, /* candidates above the largest frac that clips nothing */
    SHL_MOST = 15,
    SHR_MOST = 63
};

/* Values to be quantised, and the fracs allowed for them. */
typedef struct {
    const float *values;
    size_t count;
    int bits, low, high;
} brds_block;

static bool all_zero(const brds_block *block)
{
    for (size_t i = 0; i < block->count; i++) {
        if (block->values[i] != 0.0f) {
            return false;
        }
    }
    return true;
}

/* Sum of squared quantisation errors with this frac, and the count of clipped values. */
static double squared_error(const brds_block *block, int frac, uint64_t *clipped)
{
    brds_format format = {block->bits, frac};
    double sum = 0.0;
    for (size_t i = 0; i < block->count; i++) {
        if (block->values[i] != 0.0f) {
            double value = (double)block->values[i];
            int64_t q = brds_quantize(value, format, clipped);
            double error = brds_dequantize(q, frac) - value;
            sum += error * error;
        }
    }
    return sum;
}

/* A row of a matrix of `rows` rows. */
static brds_block row_block(const brds_block *block, int rows, int row)
{
    brds_block one = *block;
    one.count = block->count / (size_t)rows;
    if (one.count > 0) {
        one.values = block->values + (size_t)row * one.count;
    }
    return one;
}

static double relative_error(const brds_block *block, const brds_sparse *matrix,
                             const brds_qphase *phase)
{
    uint64_t clipped = 0;
    double square = 0.0, error = 0.0;
    for (size_t i = 0; i < block->count; i++) {
        square += (double)block->values[i] * (double)block->values[i];
    }
    for (int row = 0; row < matrix->rows; row++) {
        brds_block one = row_block(block, matrix->rows, row);
        error += squared_error(&one, matrix->frac + brds_qphase_row_scale(phase, row), &clipped);
    }
    return square > 0.0 ? sqrt(error / square) : 0.0;
}

static bool fits(double value, brds_format format)
{
    uint64_t clipped = 0;
    (void)brds_quantize(value, format, &clipped);
    return clipped == 0;
}

/* The largest allowed frac that clips nothing; the lowest if all do. */
static int fitting_frac(const brds_block *block)
{
    double least = 0.0, most = 0.0;
    for (size_t i = 0; i < block->count; i++) {
        double value = (double)block->values[i];
        least = value < least ? value : least;
        most = value > most ? value : most;
    }
    int frac = block->high;
    while (frac > block->low && !(fits(least, (brds_format){block->bits, frac}) &&
                                  fits(most, (brds_format){block->bits, frac}))) {
        frac--;
    }
    return frac;
}

/* The squared error of rows that each have the best exponent of 0 .. `most` of their own. */
static double rows_error(const brds_block *block, int rows, int frac, int most)
{
    double sum = 0.0;
    for (int row = 0; row < rows; row++) {
        brds_block one = row_block(block, rows, row);
        double least = HUGE_VAL;
        for (int e = 0; e <= most; e++) {
            uint64_t clipped = 0;
            double error = squared_error(&one, frac + e, &clipped);
            least = error < least ? error : least;
        }
        sum += least;
    }
    return sum;
}

/* Clipping the few largest values may serve the many small ones: the frac of
 * least squared error, the lowest of equals. */
static int best_frac(const brds_block *block, int rows, int most)
{
    int first = fitting_frac(block), best = first;
    double least = HUGE_VAL;
    for (int frac = first; frac <= first + CLIPPING && frac <= block->high; frac++) {
        double error = rows_error(block, rows, frac, most);
        if (error < least) {
            least = error;
            best = frac;
        }
    }
    return best;
}

static int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

/* --- shifts --- */

/* shl <= 15 bounds the distance of a product's frac to the largest of all. */
static int lower_frac(int frac, int other)
{
    return frac > other + SHL_MOST ? other + SHL_MOST : frac;
}

/* fw of both matrices of a phase (`h` empty: linear), then its shifts. */
static void choose_fracs(const brds_plan *plan, const brds_block *x, const brds_block *h, int rows,
                         int target, brds_qphase *phase)
{
    int fa = plan->spec.activation.frac, most = (1 << plan->spec.row_scale_bits) - 1;
    bool no_x = all_zero(x), no_h = all_zero(h);
    int fx = no_x ? clamp(target - fa, x->low, x->high) : best_frac(x, rows, most);
    int fh = no_h ? fx : best_frac(h, rows, most);
    if (no_x && !no_h) {
        fx = fh; /* zeros fit any frac: take the one that needs no shift */
    }
    fx = lower_frac(fx, fh);
    fh = lower_frac(fh, fx);
    int common = fx > fh ? fx : fh;
    common = fa + common > target ? fa + common : target;
    phase->x.frac = fx;
    phase->h.frac = fh;
    phase->shl_x = common - (fa + fx);
    phase->shl_h = common - (fa + fh);
    phase->shr = common - target;
}

/* The exponent of each row: of least squared error in both matrices together, the lowest of equals. */
static brds_status choose_row_scales(const brds_plan *plan, const brds_block *x,
                                     const brds_block *h, int rows, brds_qphase *phase,
                                     brds_diag *diag)
{
    if (plan->spec.row_scale_bits == 0) {
        return BRDS_OK;
    }
    phase->row_scale = calloc((size_t)rows, sizeof *phase->row_scale);
    if (phase->row_scale == NULL) {
        return brds_fail_memory(diag);
    }
    int most = clamp((1 << plan->spec.row_scale_bits) - 1, 0, SHR_MOST - phase->shr);
    for (int row = 0; row < rows; row++) {
        brds_block row_x = row_block(x, rows, row), row_h = row_block(h, rows, row);
        double least = HUGE_VAL;
        for (int e = 0; e <= most; e++) {
            uint64_t clipped = 0;
            double error = squared_error(&row_x, phase->x.frac + e, &clipped) +
                           squared_error(&row_h, phase->h.frac + e, &clipped);
            if (error < least) {
                least = error;
                phase->row_scale[row] = (uint8_t)e;
            }
        }
    }
    return BRDS_OK;
}

int brds_qphase_row_scale(const brds_qphase *phase, int row)
{
    return phase->row_scale != NULL ? phase->row_scale[row] : 0;
}

/* A weight block with the fracs for which shl <= 15 and shr <= 63 can be had. */
static brds_block weight_block(const brds_plan *plan, const float *values, size_t count, int target)
{
    int fa = plan->spec.activation.frac;
    int low = target - fa - SHL_MOST, high = target - fa + SHR_MOST;
    return (brds_block){values, count, plan->spec.weight_bits, clamp(low, FRAC_LOW, FRAC_HIGH),
                        clamp(high, FRAC_LOW, FRAC_HIGH)};
}

/* --- matrices --- */

/* Rows that share their columns, or one: the columns that any uses and, where they are too few, the first
 * free ones.  A weight that quantises to 0 keeps its place. */
static void fill_rows(const float *dense, const brds_row_rule *rule, brds_sparse *sparse,
                      const int *rows, int count, int bits, brds_qphase *phase)
{
    float norms[BRDS_MAX_SIZE];
    int missing = sparse->nnz - brds_rows_norms(dense, sparse->columns, rows, count, norms);
    size_t place = 0;
    brds_bank_fill fill;
    brds_bank_begin(&fill, rule);
    for (int column = 0; column < sparse->columns; column++) {
        if (norms[column] != 0.0f) {
            (void)brds_bank_take(&fill, column);
        }
    }
    for (int column = 0; column < sparse->columns; column++) {
        if (norms[column] == 0.0f && (missing <= 0 || !brds_bank_take(&fill, column))) {
            continue;
        }
        missing -= norms[column] == 0.0f;
        for (int i = 0; i < count; i++) {
            size_t at = (size_t)rows[i] * (size_t)sparse->nnz + place;
            double value =
                (double)dense[(size_t)rows[i] * (size_t)sparse->columns + (size_t)column];
            brds_format format = {bits, sparse->frac + brds_qphase_row_scale(phase, rows[i])};
            sparse->weight[at] = (int32_t)brds_quantize(value, format, &phase->weight_saturated);
            sparse->column[at] = (uint16_t)column;
        }
        place++;
    }
}

/* `sparse`: a matrix of `phase`. */
static brds_status fill_sparse(const brds_plan *plan, const float *dense, brds_row_rule rule,
                               brds_sparse *sparse, brds_qphase *phase, brds_diag *diag)
{
    size_t nnz = (size_t)sparse->nnz, count = (size_t)sparse->rows * nnz;
    sparse->weight = calloc(count + 1, sizeof *sparse->weight);
    sparse->column = calloc(count + 1, sizeof *sparse->column);
    if (sparse->weight == NULL || sparse->column == NULL) {
        return brds_fail_memory(diag);
    }
    for (int row = 0; row < sparse->rows; row++) {
        int shared[4], rows = brds_shared_rows(rule.stride, sparse->rows, row, shared);
        if (rows > 0) {
            fill_rows(dense, &rule, sparse, shared, rows, plan->spec.weight_bits, phase);
        }
    }
    return BRDS_OK;
}

static brds_status quantize_vector(const float *values, size_t count, brds_format format,
                                   int32_t **out, uint64_t *clipped, brds_diag *diag)
{
    *out = calloc(count, sizeof **out);
    if (*out == NULL) {
        return brds_fail_memory(diag);
    }
    for (size_t i = 0; i < count; i++) {
        (*out)[i] = (int32_t)brds_quantize((double)values[i], format, clipped);
    }
    return BRDS_OK;
}

/* --- phases --- */

/* Peephole products (frac fp + fc) are shifted right to zf. */
static brds_status make_peephole(const brds_plan *plan, const brds_layer *layer, brds_qphase *phase,
                                 brds_diag *diag)
{
    int cell = plan->spec.cell.frac, bits = plan->spec.activation.bits;
    size_t count = 3 * (size_t)layer->hidden;
    brds_block block = {layer->peephole, count, bits,
                        clamp(plan->z_frac - cell, FRAC_LOW, FRAC_HIGH), FRAC_HIGH};
    int frac = all_zero(&block) ? clamp(bits - 1, block.low, block.high) : best_frac(&block, 1, 0);
    phase->peephole_frac = frac;
    phase->shr_p = frac + cell - plan->z_frac;
    return quantize_vector(layer->peephole, count, (brds_format){bits, frac}, &phase->peephole,
                           &phase->weight_saturated, diag);
}

static brds_status make_gates(const brds_plan *plan, const brds_phase *shape,
                              const brds_layer *layer, brds_qphase *phase, brds_diag *diag)
{
    int rows = 4 * layer->hidden;
    brds_row_rule rule_x = brds_row_rule_x(&plan->spec, shape->layer);
    brds_row_rule rule_h = brds_row_rule_h(&plan->spec, shape->layer);
    phase->x = (brds_sparse){.rows = rows, .columns = layer->columns_x, .nnz = shape->nnz_x};
    phase->h = (brds_sparse){.rows = rows, .columns = layer->output, .nnz = shape->nnz_h};
    brds_block x =
        weight_block(plan, layer->w_x, (size_t)rows * (size_t)layer->columns_x, plan->z_frac);
    brds_block h =
        weight_block(plan, layer->w_h, (size_t)rows * (size_t)layer->output, plan->z_frac);
    choose_fracs(plan, &x, &h, rows, plan->z_frac, phase);
    brds_status status = choose_row_scales(plan, &x, &h, rows, phase, diag);
    if (status == BRDS_OK) {
        phase->error_x = relative_error(&x, &phase->x, phase);
        phase->error_h = relative_error(&h, &phase->h, phase);
        status = fill_sparse(plan, layer->w_x, rule_x, &phase->x, phase, diag);
    }
    if (status == BRDS_OK) {
        status = fill_sparse(plan, layer->w_h, rule_h, &phase->h, phase, diag);
    }
    if (status == BRDS_OK) {
        status =
            quantize_vector(layer->bias, (size_t)rows, (brds_format){plan->z_bits, plan->z_frac},
                            &phase->bias, &phase->bias_saturated, diag);
    }
    if (status == BRDS_OK && layer->peephole != NULL) {
        status = make_peephole(plan, layer, phase, diag);
    }
    return status;
}

/* `bias` NULL: none (projection).  `target`: the result's format. */
static brds_status make_linear(const brds_plan *plan, const brds_phase *shape, const float *weights,
                               const float *bias, brds_format target, brds_qphase *phase,
                               brds_diag *diag)
{
    phase->x = (brds_sparse){.rows = shape->rows, .columns = shape->columns_x, .nnz = shape->nnz_x};
    brds_block x =
        weight_block(plan, weights, (size_t)shape->rows * (size_t)shape->columns_x, target.frac);
    brds_block none = {0};
    choose_fracs(plan, &x, &none, shape->rows, target.frac, phase);
    brds_status status = choose_row_scales(plan, &x, &none, shape->rows, phase, diag);
    if (status == BRDS_OK) {
        phase->error_x = relative_error(&x, &phase->x, phase);
        status = fill_sparse(plan, weights, brds_row_rule_linear(&plan->spec, shape->nnz_x),
                             &phase->x, phase, diag);
    }
    if (status == BRDS_OK && bias != NULL) {
        status = quantize_vector(bias, (size_t)shape->rows, target, &phase->bias,
                                 &phase->bias_saturated, diag);
    }
    return status;
}

static brds_status make_phase(const brds_plan *plan, const brds_phase *shape,
                              const brds_network *network, brds_qphase *phase, brds_diag *diag)
{
    const brds_layer *layer = &network->layers[shape->layer];
    switch (shape->kind) {
    case BRDS_PHASE_GATES:
        return make_gates(plan, shape, layer, phase, diag);
    case BRDS_PHASE_PROJECTION:
        return make_linear(plan, shape, layer->w_p, NULL, plan->spec.activation, phase, diag);
    case BRDS_PHASE_HEAD:
        break;
    }
    return make_linear(plan, shape, network->head_w, network->head_bias, plan->spec.head.output,
                       phase, diag);
}

brds_status brds_qnet_make(const char *place, const brds_plan *plan, const brds_network *network,
                           brds_qnet *qnet, brds_diag *diag)
{
    *qnet = (brds_qnet){.phase_count = plan->phase_count};
    brds_status status = brds_network_check_balance(place, network, &plan->spec, diag);
    for (int i = 0; status == BRDS_OK && i < plan->phase_count; i++) {
        status = make_phase(plan, &plan->phases[i], network, &qnet->phases[i], diag);
    }
    if (status != BRDS_OK) {
        brds_qnet_free(qnet);
    }
    return status;
}

void brds_qnet_free(brds_qnet *qnet)
{
    for (int i = 0; i < qnet->phase_count; i++) {
        brds_qphase *phase = &qnet->phases[i];
        free(phase->x.weight);
        free(phase->x.column);
        free(phase->h.weight);
        free(phase->h.column);
        free(phase->bias);
        free(phase->peephole);
        free(phase->row_scale);
    }
    *qnet = (brds_qnet){0};
}
