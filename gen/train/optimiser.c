/* SPDX-License-Identifier: Apache-2.0 */
#include "train/optimiser.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

brds_status brds_optimiser_new(brds_optimiser_kind kind, const brds_parameters *parameters,
                               brds_optimiser *optimiser, brds_diag *diag)
{
    *optimiser = (brds_optimiser){.kind = kind, .elements = parameters->elements};
    if (kind == BRDS_SGD) {
        return BRDS_OK;
    }
    optimiser->first = calloc(parameters->elements, sizeof *optimiser->first);
    optimiser->second = calloc(parameters->elements, sizeof *optimiser->second);
    if (optimiser->first == NULL || optimiser->second == NULL) {
        brds_optimiser_free(optimiser);
        return brds_fail_memory(diag);
    }
    return BRDS_OK;
}

void brds_optimiser_free(brds_optimiser *optimiser)
{
    free(optimiser->first);
    free(optimiser->second);
    memset(optimiser, 0, sizeof *optimiser);
}

static void descend(brds_real *restrict value, const brds_real *restrict grad, size_t count,
                    brds_real rate)
{
    for (size_t i = 0; i < count; i++) {
        value[i] -= rate * grad[i];
    }
}

/* Rows of the embedding that no token touched have no gradient: they stay as they are. */
static void update_sgd(brds_parameters *parameters, brds_real rate)
{
    for (int i = 0; i < parameters->count; i++) {
        brds_parameter *parameter = &parameters->list[i];
        if (parameter != parameters->embedding) {
            descend(parameter->value, parameter->grad, parameter->count, rate);
        }
    }
    for (int i = 0; i < parameters->touched_count; i++) {
        const brds_parameter *embedding = parameters->embedding;
        size_t columns = (size_t)embedding->columns;
        size_t start = (size_t)parameters->touched[i] * columns;
        descend(embedding->value + start, embedding->grad + start, columns, rate);
    }
}

static void update_adam(brds_optimiser *optimiser, brds_parameters *parameters, double rate,
                        double scale)
{
    const double beta1 = 0.9, beta2 = 0.999;
    double t = (double)optimiser->updates;
    const brds_real step = (brds_real)(rate / (1.0 - pow(beta1, t)));
    const brds_real root = (brds_real)(1.0 / sqrt(1.0 - pow(beta2, t)));
    const brds_real b1 = (brds_real)beta1, b2 = (brds_real)beta2;
    const brds_real a1 = (brds_real)(1.0 - beta1), a2 = (brds_real)(1.0 - beta2);
    const brds_real eps = (brds_real)1e-8, factor = (brds_real)scale;
    brds_real *restrict value = parameters->values, *restrict grad = parameters->grads,
                        *restrict m = optimiser->first, *restrict v = optimiser->second;
    for (size_t i = 0; i < optimiser->elements; i++) {
        brds_real g = factor * grad[i];
        m[i] = b1 * m[i] + a1 * g;
        v[i] = b2 * v[i] + a2 * g * g;
#ifdef BRDS_REAL_DOUBLE
        value[i] -= step * m[i] / (sqrt(v[i]) * root + eps);
#else
        value[i] -= step * m[i] / (sqrtf(v[i]) * root + eps);
#endif
    }
}

double brds_optimiser_update(brds_optimiser *optimiser, brds_parameters *parameters, double rate,
                             double clip)
{
    brds_parameters_mask_grads(parameters);
    double norm = brds_parameters_grad_norm(parameters);
    if (isfinite(norm)) {
        double scale = clip > 0.0 ? clip / (norm + 1e-6) : 1.0;
        scale = scale < 1.0 ? scale : 1.0;
        optimiser->updates++;
        if (optimiser->kind == BRDS_SGD) {
            update_sgd(parameters, (brds_real)(rate * scale));
        } else {
            update_adam(optimiser, parameters, rate, scale);
        }
        brds_parameters_apply_masks(parameters);
    }
    brds_parameters_zero_grads(parameters);
    return norm;
}
