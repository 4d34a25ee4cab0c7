/* SPDX-License-Identifier: Apache-2.0 */
#include "train/lstm.h"

#include <stdlib.h>
#include <string.h>

/* --- memory --- */

void brds_lstm_trace_free(const brds_lstm *lstm, brds_lstm_trace *trace)
{
    free(trace->gates);
    free(trace->c);
    free(trace->tanh_c);
    free(trace->m);
    if (lstm->w_p != NULL) {
        free(trace->h);
    }
    free(trace->h_before);
    free(trace->c_before);
    free(trace->dm);
    free(trace->dc);
    memset(trace, 0, sizeof *trace);
}

static brds_real *array(size_t rows, int columns)
{
    return malloc((rows * (size_t)columns + 1) * sizeof(brds_real));
}

brds_status brds_lstm_trace_reserve(const brds_lstm *lstm, size_t rows, size_t sequences,
                                    brds_lstm_trace *trace, brds_diag *diag)
{
    if (rows <= trace->rows && sequences <= trace->sequences) {
        return BRDS_OK;
    }
    rows = rows > trace->rows ? rows : trace->rows;
    sequences = sequences > trace->sequences ? sequences : trace->sequences;
    brds_lstm_trace_free(lstm, trace);
    trace->gates = array(rows, 4 * lstm->hidden);
    trace->c = array(rows, lstm->hidden);
    trace->tanh_c = array(rows, lstm->hidden);
    trace->m = array(rows, lstm->hidden);
    trace->h = lstm->w_p != NULL ? array(rows, lstm->output) : trace->m;
    trace->h_before = array(rows, lstm->output);
    trace->c_before = array(rows, lstm->hidden);
    trace->dm = array(sequences, lstm->hidden);
    trace->dc = array(sequences, lstm->hidden);
    if (trace->gates == NULL || trace->c == NULL || trace->tanh_c == NULL || trace->m == NULL ||
        trace->h == NULL || trace->h_before == NULL || trace->c_before == NULL ||
        trace->dm == NULL || trace->dc == NULL) {
        return brds_fail_memory(diag);
    }
    trace->rows = rows;
    trace->sequences = sequences;
    return BRDS_OK;
}

/* --- forward --- */

/* State of the step before, for the sequences that go on: of step t-1, or the first. */
static void copy_state(const brds_rows *rows, int t, int columns, const brds_real *all,
                       const brds_real *first, brds_real *before)
{
    size_t count = (size_t)rows->active[t] * (size_t)columns;
    brds_real *to = before + (size_t)rows->offset[t] * (size_t)columns;
    if (t > 0) {
        memcpy(to, all + (size_t)rows->offset[t - 1] * (size_t)columns, count * sizeof *to);
    } else if (first != NULL) {
        memcpy(to, first, count * sizeof *to);
    } else {
        memset(to, 0, count * sizeof *to);
    }
}

static void add_rows(brds_real *matrix, int rows, int columns, const brds_real *vector)
{
    for (int r = 0; r < rows; r++, matrix += columns) {
        for (int i = 0; i < columns; i++) {
            matrix[i] += vector[i];
        }
    }
}

/* z += p * c for one gate of one row */
static void add_peephole(const brds_lstm *lstm, int gate, const brds_real *c, brds_real *z)
{
    if (lstm->peephole != NULL) {
        const brds_real *p = lstm->peephole->forward + (size_t)gate * (size_t)lstm->hidden;
        for (int j = 0; j < lstm->hidden; j++) {
            z[j] += p[j] * c[j];
        }
    }
}

/* One sequence's units of one step: gates (4H) hold z and become i, f, g, o. */
static void forward_row(const brds_lstm *lstm, const brds_real *c_before, brds_real *gates,
                        brds_real *c, brds_real *tanh_c, brds_real *m)
{
    size_t hidden = (size_t)lstm->hidden;
    brds_real *restrict i = gates, *restrict f = gates + hidden, *restrict g = gates + 2 * hidden,
                        *restrict o = gates + 3 * hidden;
    add_peephole(lstm, 0, c_before, i);
    add_peephole(lstm, 1, c_before, f);
    brds_sigmoid(gates, 2 * hidden);
    brds_tanh(g, hidden);
    for (size_t j = 0; j < hidden; j++) {
        c[j] = f[j] * c_before[j] + i[j] * g[j];
    }
    add_peephole(lstm, 2, c, o);
    brds_sigmoid(o, hidden);
    memcpy(tanh_c, c, hidden * sizeof *c);
    brds_tanh(tanh_c, hidden);
    for (size_t j = 0; j < hidden; j++) {
        m[j] = o[j] * tanh_c[j];
    }
}

/* The same in the hardware's numbers; z is without its bias. */
static void fake_row(const brds_lstm *lstm, const brds_real *c_before, brds_real *gates,
                     brds_real *c, brds_real *tanh_c, brds_real *m)
{
    const brds_fake *fake = lstm->fake;
    const brds_pwl *sigmoid = &fake->sigmoid;
    const brds_real *bias = lstm->bias->forward;
    const brds_real *p = lstm->peephole != NULL ? lstm->peephole->forward : NULL;
    size_t hidden = (size_t)lstm->hidden;
    brds_real *i = gates, *f = gates + hidden, *g = gates + 2 * hidden, *o = gates + 3 * hidden;
    brds_fake_gate(fake, sigmoid, bias, p, c_before, i, hidden);
    brds_fake_gate(fake, sigmoid, bias + hidden, p ? p + hidden : NULL, c_before, f, hidden);
    brds_fake_gate(fake, &fake->tanh, bias + 2 * hidden, NULL, NULL, g, hidden);
    brds_fake_cell(fake, f, c_before, i, g, c, tanh_c, hidden);
    brds_fake_gate(fake, sigmoid, bias + 3 * hidden, p ? p + 2 * hidden : NULL, c, o, hidden);
    brds_fake_output(fake, o, tanh_c, m, hidden);
}

static void forward_step(const brds_lstm *lstm, const brds_rows *rows, int t,
                         brds_lstm_trace *trace)
{
    size_t hidden = (size_t)lstm->hidden, output = (size_t)lstm->output;
    size_t first = (size_t)rows->offset[t];
    int active = rows->active[t];
    brds_gemm(BRDS_AS_IS, BRDS_TRANSPOSED, active, 4 * lstm->hidden, lstm->output,
              trace->h_before + first * output, lstm->w_h->forward, 1,
              trace->gates + first * 4 * hidden);
    for (size_t row = first; row < first + (size_t)active; row++) {
        (lstm->fake != NULL ? fake_row : forward_row)(
            lstm, trace->c_before + row * hidden, trace->gates + row * 4 * hidden,
            trace->c + row * hidden, trace->tanh_c + row * hidden, trace->m + row * hidden);
    }
    if (lstm->w_p != NULL) {
        brds_real *h = trace->h + first * output;
        brds_gemm(BRDS_AS_IS, BRDS_TRANSPOSED, active, lstm->output, lstm->hidden,
                  trace->m + first * hidden, lstm->w_p->forward, 0, h);
        if (lstm->fake != NULL) {
            brds_fake_round(lstm->fake, lstm->fake->activation, h, (size_t)active * output);
        }
    }
}

void brds_lstm_forward(const brds_lstm *lstm, const brds_rows *rows, const brds_real *x,
                       const brds_real *h_0, const brds_real *c_0, brds_lstm_trace *trace)
{
    brds_gemm(BRDS_AS_IS, BRDS_TRANSPOSED, rows->rows, 4 * lstm->hidden, lstm->input, x,
              lstm->w_x->forward, 0, trace->gates);
    if (lstm->fake == NULL) { /* else it is added to a rounded sum */
        add_rows(trace->gates, rows->rows, 4 * lstm->hidden, lstm->bias->forward);
    }
    for (int t = 0; t < rows->steps; t++) {
        copy_state(rows, t, lstm->output, trace->h, h_0, trace->h_before);
        copy_state(rows, t, lstm->hidden, trace->c, c_0, trace->c_before);
        forward_step(lstm, rows, t, trace);
    }
}

/* --- backward --- */

/* The same row backward.  dm (H): gradient of m; dc (H): of c_t from the step after, becomes that
 * of c_{t-1}.  gates become the gradients of z. */
static void backward_row(const brds_lstm *lstm, const brds_real *restrict c_before,
                         const brds_real *restrict tanh_c, const brds_real *restrict p_o,
                         const brds_real *restrict dm, brds_real *restrict dc,
                         brds_real *restrict gates)
{
    const brds_real one = 1;
    size_t hidden = (size_t)lstm->hidden;
    for (size_t j = 0; j < hidden; j++) {
        brds_real i = gates[j], f = gates[hidden + j], g = gates[2 * hidden + j],
                  o = gates[3 * hidden + j];
        brds_real do_z = dm[j] * tanh_c[j] * o * (one - o);
        brds_real d = dc[j] + dm[j] * o * (one - tanh_c[j] * tanh_c[j]);
        d += p_o != NULL ? p_o[j] * do_z : 0;
        gates[j] = d * g * i * (one - i);
        gates[hidden + j] = d * c_before[j] * f * (one - f);
        gates[2 * hidden + j] = d * i * (one - g * g);
        gates[3 * hidden + j] = do_z;
        dc[j] = d * f;
    }
}

/* dc through the peepholes of i and f; the peepholes' gradients. */
static void backward_peephole(const brds_lstm *lstm, const brds_real *c_before, const brds_real *c,
                              const brds_real *dz, brds_real *dc)
{
    size_t hidden = (size_t)lstm->hidden;
    const brds_real *p = lstm->peephole->forward;
    brds_real *dp = lstm->peephole->grad;
    for (size_t j = 0; j < hidden; j++) {
        brds_real di = dz[j], df = dz[hidden + j], dzo = dz[3 * hidden + j];
        dc[j] += p[j] * di + p[hidden + j] * df;
        dp[j] += di * c_before[j];
        dp[hidden + j] += df * c_before[j];
        dp[2 * hidden + j] += dzo * c[j];
    }
}

static void backward_rows(const brds_lstm *lstm, const brds_rows *rows, int t,
                          brds_lstm_trace *trace, const brds_real *dm)
{
    size_t hidden = (size_t)lstm->hidden;
    const brds_real *p_o = lstm->peephole != NULL ? lstm->peephole->forward + 2 * hidden : NULL;
    for (size_t b = 0; b < (size_t)rows->active[t]; b++) {
        size_t row = (size_t)rows->offset[t] + b;
        const brds_real *c_before = trace->c_before + row * hidden;
        brds_real *gates = trace->gates + row * 4 * hidden, *dc = trace->dc + b * hidden;
        backward_row(lstm, c_before, trace->tanh_c + row * hidden, p_o, dm + b * hidden, dc, gates);
        if (lstm->peephole != NULL) {
            backward_peephole(lstm, c_before, trace->c + row * hidden, gates, dc);
        }
    }
}

/* dh of step t is whole; afterwards dh of step t-1 is. */
static void backward_step(const brds_lstm *lstm, const brds_rows *rows, int t,
                          brds_lstm_trace *trace, brds_real *dh)
{
    size_t hidden = (size_t)lstm->hidden, output = (size_t)lstm->output;
    size_t first = (size_t)rows->offset[t];
    int active = rows->active[t];
    const brds_real *dm = dh + first * output;
    if (lstm->w_p != NULL) {
        brds_gemm(BRDS_AS_IS, BRDS_AS_IS, active, lstm->hidden, lstm->output, dm,
                  lstm->w_p->forward, 0, trace->dm);
        dm = trace->dm;
    }
    backward_rows(lstm, rows, t, trace, dm);
    if (t > 0) {
        brds_gemm(BRDS_AS_IS, BRDS_AS_IS, active, lstm->output, 4 * lstm->hidden,
                  trace->gates + first * 4 * hidden, lstm->w_h->forward, 1,
                  dh + (size_t)rows->offset[t - 1] * output);
    }
}

static void add_columns(const brds_real *matrix, int rows, int columns, brds_real *sums)
{
    for (int r = 0; r < rows; r++, matrix += columns) {
        for (int i = 0; i < columns; i++) {
            sums[i] += matrix[i];
        }
    }
}

void brds_lstm_backward(const brds_lstm *lstm, const brds_rows *rows, const brds_real *x,
                        brds_lstm_trace *trace, brds_real *dh, brds_real *dx)
{
    int gates = 4 * lstm->hidden, n = rows->rows;
    memset(trace->dc, 0, (size_t)rows->sequences * (size_t)lstm->hidden * sizeof *trace->dc);
    for (int t = rows->steps - 1; t >= 0; t--) {
        backward_step(lstm, rows, t, trace, dh);
    }
    const brds_real *dz = trace->gates;
    brds_gemm(BRDS_TRANSPOSED, BRDS_AS_IS, gates, lstm->input, n, dz, x, 1, lstm->w_x->grad);
    brds_gemm(BRDS_TRANSPOSED, BRDS_AS_IS, gates, lstm->output, n, dz, trace->h_before, 1,
              lstm->w_h->grad);
    add_columns(dz, n, gates, lstm->bias->grad);
    if (lstm->w_p != NULL) {
        brds_gemm(BRDS_TRANSPOSED, BRDS_AS_IS, lstm->output, lstm->hidden, n, dh, trace->m, 1,
                  lstm->w_p->grad);
    }
    if (dx != NULL) {
        brds_gemm(BRDS_AS_IS, BRDS_AS_IS, n, lstm->input, gates, dz, lstm->w_x->forward, 0, dx);
    }
}
