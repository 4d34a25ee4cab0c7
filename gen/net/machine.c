/* SPDX-License-Identifier: Apache-2.0
 *
 * Each function below is one line of docs/microarchitecture.md section 1.  No
 * flag says "first step": with h_{t-1} = c_{t-1} = 0 the sums are the same.
 */
#include "net/machine.h"

#include <stdlib.h>
#include <string.h>

#include "fixed/fixed.h"

/* A sparse matrix with column and weight in one number, for the inner loop: column * 2^48 + weight,
 * the weight modulo 2^48. Times a value, it is the product modulo 2^48, whatever the column; no accumulator of the machine
 * is wider (docs/microarchitecture.md section 1), so that sums need no unpacking of the weights. */
enum { SUM_BITS = 48 };

typedef struct {
    int rows, columns, nnz;
    uint64_t *pairs; /* (rows, nnz) */
} brds_packed_matrix;

typedef struct {
    const brds_qphase *gates, *projection; /* projection: NULL without */
    brds_packed_matrix w_x, w_h, w_p;
    int hidden, output;    /* H, R */
    int32_t *h, *h_before; /* (R) A bits, frac fa: of this step and the one before */
    int32_t *c;            /* (H) C bits, frac fc */
    int32_t *m;            /* (H) A bits, frac fa, before a projection */
} brds_machine_layer;

struct brds_machine {
    const brds_plan *plan;
    brds_pwl sigmoid, tanh;
    brds_machine_layer layers[BRDS_MAX_LAYERS];
    const brds_qphase *head; /* NULL without */
    brds_packed_matrix w_head;
    int32_t *y;               /* (head size) O bits, frac fo */
    bool y_valid;             /* the head of this step is computed */
    int64_t *sums_x, *sums_h; /* (most rows of any matrix) acc_x, acc_h of the phase at work */
    uint64_t *factors;        /* (longest vector) the vector at work, sign extended */
    brds_saturations saturations;
};

/* --- sums --- */

static inline uint64_t product(uint64_t pair, const uint64_t *factors)
{
    return pair * factors[pair >> SUM_BITS];
}

/* The inner loop of everything; eight at a time is as fast as more. */
static int64_t dot(const uint64_t *restrict pairs, const uint64_t *restrict factors, int count)
{
    uint64_t even = 0, odd = 0;
    int i = 0;
    for (; i + 8 <= count; i += 8) {
        even += product(pairs[i], factors) + product(pairs[i + 2], factors) +
                product(pairs[i + 4], factors) + product(pairs[i + 6], factors);
        odd += product(pairs[i + 1], factors) + product(pairs[i + 3], factors) +
               product(pairs[i + 5], factors) + product(pairs[i + 7], factors);
    }
    for (; i < count; i++) {
        even += product(pairs[i], factors);
    }
    return brds_sign_extend(even + odd, SUM_BITS);
}

/* sums (rows) = matrix (rows, columns) * vector (columns). */
static void multiply(const brds_machine *machine, const brds_packed_matrix *matrix,
                     const int32_t *vector, int64_t *sums)
{
    for (int i = 0; i < matrix->columns; i++) {
        machine->factors[i] = (uint64_t)vector[i];
    }
    const uint64_t *pairs = matrix->pairs;
    for (int row = 0; row < matrix->rows; row++, pairs += matrix->nnz) {
        sums[row] = dot(pairs, machine->factors, matrix->nnz);
    }
}

/* r of a gate row: both sums to the common frac, then to zf. */
static int64_t gate_row(const brds_machine *machine, const brds_qphase *phase, int row)
{
    int64_t sum = machine->sums_x[row] * (INT64_C(1) << phase->shl_x) +
                  machine->sums_h[row] * (INT64_C(1) << phase->shl_h);
    int shift = phase->shr + brds_qphase_row_scale(phase, row);
    return brds_round_shift(sum, shift, machine->plan->spec.rounding);
}

/* y = W v + bias, each row rounded to the target frac and saturated to `bits`. */
static void linear(brds_machine *machine, const brds_qphase *phase,
                   const brds_packed_matrix *matrix, const int32_t *vector, int bits, int32_t *out)
{
    multiply(machine, matrix, vector, machine->sums_x);
    for (int row = 0; row < phase->x.rows; row++) {
        int64_t sum = machine->sums_x[row] * (INT64_C(1) << phase->shl_x);
        int shift = phase->shr + brds_qphase_row_scale(phase, row);
        int64_t r = brds_round_shift(sum, shift, machine->plan->spec.rounding);
        int64_t bias = phase->bias == NULL ? 0 : phase->bias[row];
        out[row] = (int32_t)brds_saturate(r + bias, bits, &machine->saturations.output);
    }
}

/* --- one hidden unit --- */

/* rp: gate 0, 1, 2 = i, f, o. */
static int64_t peephole(const brds_machine *machine, const brds_machine_layer *layer, int gate,
                        int unit, int64_t c)
{
    const brds_qphase *phase = layer->gates;
    if (phase->peephole == NULL) {
        return 0;
    }
    int64_t weight = phase->peephole[gate * layer->hidden + unit];
    return brds_round_shift(weight * c, phase->shr_p, machine->plan->spec.rounding);
}

static int64_t saturate_z(brds_machine *machine, int64_t z)
{
    return brds_saturate(z, machine->plan->z_bits, &machine->saturations.gate);
}

/* c_t = f * c_{t-1} + i * g, its products aligned by a or b. */
static int64_t cell(brds_machine *machine, int64_t f, int64_t before, int64_t i, int64_t g)
{
    const brds_spec *spec = &machine->plan->spec;
    int gf = machine->plan->gate_frac, fc = spec->cell.frac;
    int a = gf > fc ? gf - fc : 0, b = fc > gf ? fc - gf : 0;
    int64_t sum = f * before * (INT64_C(1) << a) + i * g * (INT64_C(1) << b);
    int64_t rounded = brds_round_shift(sum, gf + a, spec->rounding);
    return brds_saturate(rounded, spec->cell.bits, &machine->saturations.cell);
}

/* zc: c_t as the input of tanh. */
static int64_t function_input(brds_machine *machine, int64_t c)
{
    int fc = machine->plan->spec.cell.frac, zf = machine->plan->z_frac;
    int64_t zc = fc > zf ? brds_round_shift(c, fc - zf, machine->plan->spec.rounding)
                         : c * (INT64_C(1) << (zf - fc));
    return brds_saturate(zc, machine->plan->z_bits, &machine->saturations.function);
}

/* h_t = o * tanh(c_t). */
static int64_t output(brds_machine *machine, int64_t o, int64_t tanh_c)
{
    const brds_spec *spec = &machine->plan->spec;
    int shift = 2 * machine->plan->gate_frac - spec->activation.frac;
    int64_t h = brds_round_shift(o * tanh_c, shift, spec->rounding);
    return brds_saturate(h, spec->activation.bits, &machine->saturations.output);
}

/* Updates c of a unit and returns its h (m with a projection). */
static int64_t step_unit(brds_machine *machine, brds_machine_layer *layer, int unit)
{
    const brds_qphase *phase = layer->gates;
    int64_t z[4];
    for (int k = 0; k < 4; k++) { /* i, f, g, o */
        int row = k * layer->hidden + unit;
        z[k] = gate_row(machine, phase, row) + phase->bias[row];
    }
    int64_t before = layer->c[unit];
    z[0] += peephole(machine, layer, 0, unit, before);
    z[1] += peephole(machine, layer, 1, unit, before);
    int64_t i = brds_pwl_eval(&machine->sigmoid, saturate_z(machine, z[0]));
    int64_t f = brds_pwl_eval(&machine->sigmoid, saturate_z(machine, z[1]));
    int64_t g = brds_pwl_eval(&machine->tanh, saturate_z(machine, z[2]));
    int64_t c = cell(machine, f, before, i, g);
    layer->c[unit] = (int32_t)c;
    z[3] += peephole(machine, layer, 2, unit, c);
    int64_t o = brds_pwl_eval(&machine->sigmoid, saturate_z(machine, z[3]));
    int64_t tanh_c = brds_pwl_eval(&machine->tanh, function_input(machine, c));
    return output(machine, o, tanh_c);
}

/* --- steps --- */

static void step_layer(brds_machine *machine, brds_machine_layer *layer, const int32_t *x)
{
    int32_t *swap = layer->h_before;
    layer->h_before = layer->h;
    layer->h = swap;
    multiply(machine, &layer->w_x, x, machine->sums_x);
    multiply(machine, &layer->w_h, layer->h_before, machine->sums_h);
    int32_t *m = layer->projection == NULL ? layer->h : layer->m;
    for (int unit = 0; unit < layer->hidden; unit++) {
        m[unit] = (int32_t)step_unit(machine, layer, unit);
    }
    if (layer->projection != NULL) {
        linear(machine, layer->projection, &layer->w_p, m, machine->plan->spec.activation.bits,
               layer->h);
    }
}

void brds_machine_step(brds_machine *machine, const int32_t *x)
{
    machine->y_valid = false;
    for (int l = 0; l < machine->plan->spec.layer_count; l++) {
        step_layer(machine, &machine->layers[l], x);
        x = machine->layers[l].h;
    }
}

const int32_t *brds_machine_output(brds_machine *machine)
{
    const brds_spec *spec = &machine->plan->spec;
    const int32_t *h = machine->layers[spec->layer_count - 1].h;
    if (machine->head == NULL) {
        return h;
    }
    if (!machine->y_valid) {
        linear(machine, machine->head, &machine->w_head, h, spec->head.output.bits, machine->y);
        machine->y_valid = true;
    }
    return machine->y;
}

void brds_machine_reset(brds_machine *machine)
{
    machine->y_valid = false;
    for (int l = 0; l < machine->plan->spec.layer_count; l++) {
        brds_machine_layer *layer = &machine->layers[l];
        memset(layer->h, 0, (size_t)layer->output * sizeof *layer->h);
        memset(layer->c, 0, (size_t)layer->hidden * sizeof *layer->c);
    }
}

void brds_machine_set_state(brds_machine *machine, int layer, const int32_t *h, const int32_t *c)
{
    brds_machine_layer *state = &machine->layers[layer];
    machine->y_valid = false;
    memcpy(state->h, h, (size_t)state->output * sizeof *h);
    memcpy(state->c, c, (size_t)state->hidden * sizeof *c);
}

const int32_t *brds_machine_h(const brds_machine *machine, int layer)
{
    return machine->layers[layer].h;
}

const int32_t *brds_machine_c(const brds_machine *machine, int layer)
{
    return machine->layers[layer].c;
}

const brds_saturations *brds_machine_saturations(const brds_machine *machine)
{
    return &machine->saturations;
}

/* --- making one --- */

static void link_phases(brds_machine *machine, const brds_plan *plan, const brds_qnet *qnet)
{
    for (int i = 0; i < plan->phase_count; i++) {
        const brds_phase *shape = &plan->phases[i];
        switch (shape->kind) {
        case BRDS_PHASE_GATES:
            machine->layers[shape->layer].gates = &qnet->phases[i];
            break;
        case BRDS_PHASE_PROJECTION:
            machine->layers[shape->layer].projection = &qnet->phases[i];
            break;
        case BRDS_PHASE_HEAD:
            machine->head = &qnet->phases[i];
            break;
        }
    }
}

static brds_status pack_matrix(const brds_sparse *sparse, brds_packed_matrix *packed,
                               brds_diag *diag)
{
    size_t count = (size_t)sparse->rows * (size_t)sparse->nnz;
    packed->rows = sparse->rows;
    packed->columns = sparse->columns;
    packed->nnz = sparse->nnz;
    packed->pairs = calloc(count + 1, sizeof *packed->pairs);
    if (packed->pairs == NULL) {
        return brds_fail_memory(diag);
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t weight = (uint64_t)sparse->weight[i] & ((UINT64_C(1) << SUM_BITS) - 1);
        packed->pairs[i] = (uint64_t)sparse->column[i] << SUM_BITS | weight;
    }
    return BRDS_OK;
}

static brds_status pack_matrices(brds_machine *machine, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int l = 0; status == BRDS_OK && l < machine->plan->spec.layer_count; l++) {
        brds_machine_layer *layer = &machine->layers[l];
        status = pack_matrix(&layer->gates->x, &layer->w_x, diag);
        if (status == BRDS_OK) {
            status = pack_matrix(&layer->gates->h, &layer->w_h, diag);
        }
        if (status == BRDS_OK && layer->projection != NULL) {
            status = pack_matrix(&layer->projection->x, &layer->w_p, diag);
        }
    }
    if (status == BRDS_OK && machine->head != NULL) {
        status = pack_matrix(&machine->head->x, &machine->w_head, diag);
    }
    return status;
}

static brds_status allocate(brds_machine *machine, brds_diag *diag)
{
    const brds_spec *spec = &machine->plan->spec;
    for (int l = 0; l < spec->layer_count; l++) {
        brds_machine_layer *layer = &machine->layers[l];
        layer->hidden = spec->layers[l].hidden_size;
        layer->output = brds_spec_output_size(spec, l);
        size_t hidden = (size_t)layer->hidden, size = (size_t)layer->output;
        layer->h = calloc(size, sizeof *layer->h);
        layer->h_before = calloc(size, sizeof *layer->h_before);
        layer->c = calloc(hidden, sizeof *layer->c);
        layer->m = calloc(hidden, sizeof *layer->m);
        if (layer->h == NULL || layer->h_before == NULL || layer->c == NULL || layer->m == NULL) {
            return brds_fail_memory(diag);
        }
    }
    size_t rows = machine->head == NULL ? 0 : (size_t)spec->head.size;
    for (int l = 0; l < spec->layer_count; l++) {
        size_t gates = 4 * (size_t)spec->layers[l].hidden_size;
        rows = gates > rows ? gates : rows;
    }
    machine->sums_x = calloc(rows, sizeof *machine->sums_x);
    machine->sums_h = calloc(rows, sizeof *machine->sums_h);
    machine->factors = calloc(BRDS_MAX_SIZE, sizeof *machine->factors);
    if (machine->sums_x == NULL || machine->sums_h == NULL || machine->factors == NULL) {
        return brds_fail_memory(diag);
    }
    machine->y = calloc(machine->head == NULL ? 1 : (size_t)spec->head.size, sizeof *machine->y);
    return machine->y == NULL ? brds_fail_memory(diag) : BRDS_OK;
}

brds_status brds_machine_new(const brds_plan *plan, const brds_qnet *qnet, brds_machine **machine,
                             brds_diag *diag)
{
    brds_machine *new = calloc(1, sizeof *new);
    *machine = NULL;
    if (new == NULL) {
        return brds_fail_memory(diag);
    }
    new->plan = plan;
    link_phases(new, plan, qnet);
    brds_status status = allocate(new, diag);
    if (status == BRDS_OK) {
        status = pack_matrices(new, diag);
    }
    if (status == BRDS_OK) {
        status = brds_pwl_new(BRDS_SIGMOID, &plan->spec, &new->sigmoid, diag);
    }
    if (status == BRDS_OK) {
        status = brds_pwl_new(BRDS_TANH, &plan->spec, &new->tanh, diag);
    }
    if (status != BRDS_OK) {
        brds_machine_free(new);
        return status;
    }
    *machine = new;
    return BRDS_OK;
}

void brds_machine_free(brds_machine *machine)
{
    if (machine == NULL) {
        return;
    }
    for (int l = 0; l < BRDS_MAX_LAYERS; l++) {
        brds_machine_layer *layer = &machine->layers[l];
        free(layer->h);
        free(layer->h_before);
        free(layer->c);
        free(layer->m);
        free(layer->w_x.pairs);
        free(layer->w_h.pairs);
        free(layer->w_p.pairs);
    }
    free(machine->w_head.pairs);
    free(machine->sums_x);
    free(machine->sums_h);
    free(machine->factors);
    free(machine->y);
    brds_pwl_free(&machine->sigmoid);
    brds_pwl_free(&machine->tanh);
    free(machine);
}

void brds_saturations_add(brds_saturations *sum, const brds_saturations *more)
{
    sum->gate += more->gate;
    sum->function += more->function;
    sum->cell += more->cell;
    sum->output += more->output;
}
