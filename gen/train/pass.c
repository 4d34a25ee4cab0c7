/* SPDX-License-Identifier: Apache-2.0 */
#include "train/pass.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct brds_pass {
    const brds_model *model;
    brds_lstm_trace traces[BRDS_MAX_LAYERS];
    brds_real *inputs[BRDS_MAX_LAYERS]; /* (N, X) of each layer, after dropout */
    brds_real *drops[BRDS_MAX_LAYERS];  /* (N, X) what it was multiplied with */
    brds_real *dh[2];                   /* (N, widest of X, R) of the layer at work and the next */
    brds_real *y, *dy, *y_drop;         /* (targets, R) the head's input */
    size_t rows;                        /* there is room for so many */
    brds_real *logits;                  /* (BRDS_LOGIT_ROWS, K) */
};

/* How a pass is made. */
typedef struct {
    double rate;         /* of dropout */
    brds_random *random; /* NULL: no dropout */
    brds_model *model;   /* whose gradients are wanted, or NULL */
} pass_mode;

/* --- memory --- */

static int output_size(const brds_model *model)
{
    return model->layers[model->layer_count - 1].output;
}

static void free_rows(brds_pass *pass)
{
    for (int l = 0; l < BRDS_MAX_LAYERS; l++) {
        free(pass->inputs[l]);
        free(pass->drops[l]);
        pass->inputs[l] = pass->drops[l] = NULL;
    }
    brds_real **arrays[] = {&pass->dh[0], &pass->dh[1], &pass->y, &pass->dy, &pass->y_drop};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        free(*arrays[i]);
        *arrays[i] = NULL;
    }
    pass->rows = 0;
}

void brds_pass_free(brds_pass *pass)
{
    if (pass == NULL) {
        return;
    }
    for (int l = 0; l < pass->model->layer_count; l++) {
        brds_lstm_trace_free(&pass->model->layers[l], &pass->traces[l]);
    }
    free_rows(pass);
    free(pass->logits);
    free(pass);
}

brds_status brds_pass_new(const brds_model *model, brds_pass **pass, brds_diag *diag)
{
    *pass = calloc(1, sizeof **pass);
    if (*pass == NULL) {
        return brds_fail_memory(diag);
    }
    (*pass)->model = model;
    (*pass)->logits =
        malloc((size_t)BRDS_LOGIT_ROWS * (size_t)model->classes * sizeof *(*pass)->logits);
    if ((*pass)->logits == NULL) {
        brds_pass_free(*pass);
        *pass = NULL;
        return brds_fail_memory(diag);
    }
    return BRDS_OK;
}

static brds_real *array(size_t rows, int columns)
{
    return malloc((rows * (size_t)columns + 1) * sizeof(brds_real));
}

static brds_status reserve_rows(brds_pass *pass, size_t rows, brds_diag *diag)
{
    const brds_model *model = pass->model;
    if (rows <= pass->rows) {
        return BRDS_OK;
    }
    free_rows(pass);
    int widest = 0;
    bool whole = true;
    for (int l = 0; l < model->layer_count; l++) {
        const brds_lstm *layer = &model->layers[l];
        pass->inputs[l] = array(rows, layer->input);
        pass->drops[l] = array(rows, layer->input);
        whole = whole && pass->inputs[l] != NULL && pass->drops[l] != NULL;
        widest = layer->input > widest ? layer->input : widest;
        widest = layer->output > widest ? layer->output : widest;
    }
    pass->dh[0] = array(rows, widest);
    pass->dh[1] = array(rows, widest);
    pass->y = array(rows, output_size(model));
    pass->dy = array(rows, output_size(model));
    pass->y_drop = array(rows, output_size(model));
    if (!whole || pass->dh[0] == NULL || pass->dh[1] == NULL || pass->y == NULL ||
        pass->dy == NULL || pass->y_drop == NULL) {
        return brds_fail_memory(diag);
    }
    pass->rows = rows;
    return BRDS_OK;
}

static brds_status reserve(brds_pass *pass, const brds_batch *batch, brds_diag *diag)
{
    brds_status status = reserve_rows(pass, (size_t)batch->rows.rows, diag);
    for (int l = 0; status == BRDS_OK && l < pass->model->layer_count; l++) {
        status = brds_lstm_trace_reserve(&pass->model->layers[l], (size_t)batch->rows.rows,
                                         (size_t)batch->rows.sequences, &pass->traces[l], diag);
    }
    return status;
}

/* --- dropout --- */

/* x *= drop, which is 0 with probability rate, else 1 / (1 - rate); four decisions a random
 * number, of 16 bits each. */
static void drop_forward(const pass_mode *mode, size_t count, brds_real *x, brds_real *drop)
{
    if (mode->random == NULL) {
        return;
    }
    uint64_t limit = (uint64_t)(mode->rate * 65536.0), bits = 0;
    brds_real scale = (brds_real)(1.0 / (1.0 - (double)limit / 65536.0));
    for (size_t i = 0; i < count; i++) {
        bits = i % 4 == 0 ? brds_random_bits(mode->random) : bits >> 16;
        drop[i] = (bits & 0xffff) < limit ? 0 : scale;
        x[i] *= drop[i];
    }
}

static void drop_backward(const pass_mode *mode, size_t count, const brds_real *drop, brds_real *dx)
{
    for (size_t i = 0; mode->random != NULL && i < count; i++) {
        dx[i] *= drop[i];
    }
}

/* --- layers --- */

static void gather_input(const brds_model *model, const brds_batch *batch, brds_real *x)
{
    size_t columns = (size_t)model->layers[0].input, rows = (size_t)batch->rows.rows;
    if (model->embedding == NULL) {
        memcpy(x, batch->features, rows * columns * sizeof *x);
        return;
    }
    for (size_t row = 0; row < rows; row++) {
        memcpy(x + row * columns, model->embedding->forward + (size_t)batch->tokens[row] * columns,
               columns * sizeof *x);
    }
}

static void scatter_input(brds_model *model, const brds_batch *batch, const brds_real *dx)
{
    size_t columns = (size_t)model->layers[0].input;
    for (size_t row = 0; row < (size_t)batch->rows.rows; row++) {
        brds_parameters_touch(&model->parameters, batch->tokens[row]);
        brds_real *grad = model->embedding->grad + (size_t)batch->tokens[row] * columns;
        for (size_t i = 0; i < columns; i++) {
            grad[i] += dx[row * columns + i];
        }
    }
}

/* h and c of each sequence's last step. */
static void keep_state(const brds_batch *batch, const brds_lstm *layer,
                       const brds_lstm_trace *trace, brds_real *h, brds_real *c)
{
    size_t last = (size_t)batch->rows.offset[batch->rows.steps - 1];
    size_t sequences = (size_t)batch->rows.sequences;
    size_t output = (size_t)layer->output, hidden = (size_t)layer->hidden;
    memcpy(h, trace->h + last * output, sequences * output * sizeof *h);
    memcpy(c, trace->c + last * hidden, sequences * hidden * sizeof *c);
}

static void layers_forward(brds_pass *pass, const brds_batch *batch, brds_carry *carry,
                           const pass_mode *mode)
{
    const brds_model *model = pass->model;
    size_t rows = (size_t)batch->rows.rows;
    for (int l = 0; l < model->layer_count; l++) {
        const brds_lstm *layer = &model->layers[l];
        size_t count = rows * (size_t)layer->input;
        if (l == 0) {
            gather_input(model, batch, pass->inputs[0]);
        } else {
            memcpy(pass->inputs[l], pass->traces[l - 1].h, count * sizeof *pass->inputs[l]);
        }
        drop_forward(mode, count, pass->inputs[l], pass->drops[l]);
        if (l == 0 && layer->fake != NULL) {
            brds_fake_nearest(layer->fake->activation, pass->inputs[0], pass->inputs[0], count);
        }
        brds_lstm_forward(layer, &batch->rows, pass->inputs[l], carry ? carry->h[l] : NULL,
                          carry ? carry->c[l] : NULL, &pass->traces[l]);
        if (carry != NULL) {
            keep_state(batch, layer, &pass->traces[l], carry->h[l], carry->c[l]);
        }
    }
}

/* pass->dh[0] is the gradient of the last layer's h. */
static void layers_backward(brds_pass *pass, const brds_batch *batch, const pass_mode *mode)
{
    brds_model *model = mode->model;
    brds_real *dh = pass->dh[0], *dx = pass->dh[1];
    for (int l = model->layer_count - 1; l >= 0; l--) {
        const brds_lstm *layer = &model->layers[l];
        bool wanted = l > 0 || model->embedding != NULL;
        brds_lstm_backward(layer, &batch->rows, pass->inputs[l], &pass->traces[l], dh,
                           wanted ? dx : NULL);
        if (wanted) {
            drop_backward(mode, (size_t)batch->rows.rows * (size_t)layer->input, pass->drops[l],
                          dx);
        }
        brds_real *swap = dh;
        dh = dx;
        dx = swap;
    }
    if (model->embedding != NULL) {
        scatter_input(model, batch, dh);
    }
}

/* --- head --- */

static size_t target_count(const brds_batch *batch)
{
    return (size_t)(batch->task == BRDS_TASK_CLASSIFY ? batch->rows.sequences : batch->rows.rows);
}

/* The row that a classified sequence's last step has. */
static size_t last_row(const brds_rows *rows, size_t sequence)
{
    int t = rows->steps - 1;
    while (rows->active[t] <= (int)sequence) {
        t--;
    }
    return (size_t)rows->offset[t] + sequence;
}

static void gather_head(brds_pass *pass, const brds_batch *batch)
{
    size_t columns = (size_t)output_size(pass->model), count = target_count(batch);
    const brds_real *h = pass->traces[pass->model->layer_count - 1].h;
    if (batch->task == BRDS_TASK_LANGUAGE_MODEL) {
        memcpy(pass->y, h, count * columns * sizeof *h);
        return;
    }
    for (size_t b = 0; b < count; b++) {
        memcpy(pass->y + b * columns, h + last_row(&batch->rows, b) * columns, columns * sizeof *h);
    }
}

static void scatter_head(brds_pass *pass, const brds_batch *batch)
{
    size_t columns = (size_t)output_size(pass->model), count = target_count(batch);
    if (batch->task == BRDS_TASK_LANGUAGE_MODEL) {
        memcpy(pass->dh[0], pass->dy, count * columns * sizeof *pass->dy);
        return;
    }
    memset(pass->dh[0], 0, (size_t)batch->rows.rows * columns * sizeof *pass->dy);
    for (size_t b = 0; b < count; b++) {
        memcpy(pass->dh[0] + last_row(&batch->rows, b) * columns, pass->dy + b * columns,
               columns * sizeof *pass->dy);
    }
}

/* One target: its loss is added; logits (K) become the gradient of the loss times `scale`. */
static void softmax_row(brds_real *logits, size_t classes, int32_t target, brds_real scale,
                        brds_score *score)
{
    brds_real largest = brds_max(logits, classes);
    bool correct = logits[target] >= largest;
    for (int32_t k = 0; correct && k < target; k++) { /* of equals the first */
        correct = logits[k] < largest;
    }
    score->correct += correct;
    score->targets++;
    double margin = (double)(logits[target] - largest);
    double sum = brds_exp_sum(logits, classes, largest);
    score->loss += log(sum) - margin;
    brds_real factor = scale / (brds_real)sum;
    for (size_t k = 0; k < classes; k++) {
        logits[k] *= factor;
    }
    logits[target] -= scale;
}

/* The logits of `count` rows of y. */
static void logits_of(brds_pass *pass, const brds_real *y, int count)
{
    const brds_model *model = pass->model;
    const brds_fake *fake = model->layers[0].fake;
    const brds_real *bias = model->head_bias->forward;
    size_t classes = (size_t)model->classes;
    bool hardware = fake != NULL && fake->head.bits > 0;
    for (int r = 0; !hardware && r < count; r++) {
        memcpy(pass->logits + (size_t)r * classes, bias, classes * sizeof *bias);
    }
    brds_gemm(BRDS_AS_IS, BRDS_TRANSPOSED, count, model->classes, model->head_w->columns, y,
              model->head_w->forward, hardware ? 0 : 1, pass->logits);
    for (int r = 0; hardware && r < count; r++) {
        brds_fake_sum(fake, fake->head, bias, pass->logits + (size_t)r * classes, classes);
    }
}

/* The logits are the gradient of the loss: that of the head and of its input. */
static void head_backward(brds_pass *pass, brds_model *model, size_t first, int count)
{
    int classes = model->classes, columns = model->head_w->columns;
    const brds_real *logits = pass->logits, *y = pass->y + first * (size_t)columns;
    brds_real *bias = model->head_bias->grad;
    for (int r = 0; r < count; r++, logits += classes) {
        for (int k = 0; k < classes; k++) {
            bias[k] += logits[k];
        }
    }
    brds_gemm(BRDS_TRANSPOSED, BRDS_AS_IS, classes, columns, count, pass->logits, y, 1,
              model->head_w->grad);
    brds_gemm(BRDS_AS_IS, BRDS_AS_IS, count, columns, classes, pass->logits, model->head_w->forward,
              0, pass->dy + first * (size_t)columns);
}

/* Some targets, few enough for the logits: forward, and backward where gradients are wanted. */
static void head_rows(brds_pass *pass, const int32_t *targets, size_t first, int count,
                      brds_real scale, const pass_mode *mode, brds_score *score)
{
    size_t classes = (size_t)pass->model->classes;
    logits_of(pass, pass->y + first * (size_t)pass->model->head_w->columns, count);
    for (int r = 0; r < count; r++) {
        softmax_row(pass->logits + (size_t)r * classes, classes, targets[first + (size_t)r], scale,
                    score);
    }
    if (mode->model != NULL) {
        head_backward(pass, mode->model, first, count);
    }
}

static void head(brds_pass *pass, const brds_batch *batch, const pass_mode *mode, brds_score *score)
{
    size_t count = target_count(batch), columns = (size_t)output_size(pass->model);
    brds_real scale = (brds_real)(1.0 / (double)count);
    gather_head(pass, batch);
    drop_forward(mode, count * columns, pass->y, pass->y_drop);
    for (size_t first = 0; first < count; first += BRDS_LOGIT_ROWS) {
        size_t rest = count - first;
        head_rows(pass, batch->targets, first,
                  (int)(rest < BRDS_LOGIT_ROWS ? rest : BRDS_LOGIT_ROWS), scale, mode, score);
    }
    drop_backward(mode, mode->model != NULL ? count * columns : 0, pass->y_drop, pass->dy);
}

/* --- passes --- */

brds_status brds_pass_forward(brds_pass *pass, const brds_batch *batch, brds_carry *carry,
                              brds_score *score, brds_diag *diag)
{
    pass_mode mode = {0};
    brds_status status = reserve(pass, batch, diag);
    if (status == BRDS_OK) {
        layers_forward(pass, batch, carry, &mode);
        head(pass, batch, &mode, score);
    }
    return status;
}

brds_status brds_pass_train(brds_pass *pass, brds_model *model, const brds_batch *batch,
                            brds_carry *carry, double rate, brds_random *random, brds_score *score,
                            brds_diag *diag)
{
    pass_mode mode = {.rate = rate, .random = rate > 0.0 ? random : NULL, .model = model};
    brds_status status = reserve(pass, batch, diag);
    if (status == BRDS_OK) {
        layers_forward(pass, batch, carry, &mode);
        head(pass, batch, &mode, score);
        scatter_head(pass, batch);
        layers_backward(pass, batch, &mode);
    }
    return status;
}

const brds_real *brds_pass_logits(brds_pass *pass, const brds_batch *batch)
{
    logits_of(pass, pass->y, (int)target_count(batch));
    return pass->logits;
}

/* --- carried state --- */

brds_status brds_carry_new(const brds_model *model, size_t sequences, brds_carry *carry,
                           brds_diag *diag)
{
    *carry = (brds_carry){.sequences = sequences};
    for (int l = 0; l < model->layer_count; l++) {
        carry->h[l] = calloc(sequences * (size_t)model->layers[l].output, sizeof *carry->h[l]);
        carry->c[l] = calloc(sequences * (size_t)model->layers[l].hidden, sizeof *carry->c[l]);
        if (carry->h[l] == NULL || carry->c[l] == NULL) {
            brds_carry_free(carry);
            return brds_fail_memory(diag);
        }
    }
    return BRDS_OK;
}

void brds_carry_zero(const brds_model *model, brds_carry *carry)
{
    for (int l = 0; l < model->layer_count; l++) {
        size_t output = (size_t)model->layers[l].output, hidden = (size_t)model->layers[l].hidden;
        memset(carry->h[l], 0, carry->sequences * output * sizeof *carry->h[l]);
        memset(carry->c[l], 0, carry->sequences * hidden * sizeof *carry->c[l]);
    }
}

void brds_carry_free(brds_carry *carry)
{
    for (int l = 0; l < BRDS_MAX_LAYERS; l++) {
        free(carry->h[l]);
        free(carry->c[l]);
    }
    memset(carry, 0, sizeof *carry);
}
