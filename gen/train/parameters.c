/* SPDX-License-Identifier: Apache-2.0 */
#include "train/parameters.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

brds_parameter *brds_parameters_add(brds_parameters *parameters, int rows, int columns,
                                    const char *format, ...)
{
    brds_parameter *parameter = &parameters->list[parameters->count++];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(parameter->name, sizeof parameter->name, format, arguments);
    va_end(arguments);
    parameter->rows = rows;
    parameter->columns = columns;
    parameter->count = (size_t)rows * (size_t)columns;
    parameter->offset = parameters->elements;
    parameters->elements += parameter->count;
    return parameter;
}

brds_status brds_parameters_allocate(brds_parameters *parameters, brds_diag *diag)
{
    parameters->values = calloc(parameters->elements + 1, sizeof *parameters->values);
    parameters->grads = calloc(parameters->elements + 1, sizeof *parameters->grads);
    if (parameters->embedding != NULL) {
        size_t rows = (size_t)parameters->embedding->rows;
        parameters->touched = calloc(rows, sizeof *parameters->touched);
        parameters->is_touched = calloc(rows, sizeof *parameters->is_touched);
        if (parameters->touched == NULL || parameters->is_touched == NULL) {
            return brds_fail_memory(diag);
        }
    }
    if (parameters->values == NULL || parameters->grads == NULL) {
        return brds_fail_memory(diag);
    }
    for (int i = 0; i < parameters->count; i++) {
        brds_parameter *parameter = &parameters->list[i];
        parameter->value = parameters->values + parameter->offset;
        parameter->grad = parameters->grads + parameter->offset;
        parameter->forward = parameter->value;
    }
    return BRDS_OK;
}

void brds_parameters_free(brds_parameters *parameters)
{
    for (int i = 0; i < parameters->count; i++) {
        brds_parameter *parameter = &parameters->list[i];
        free(parameter->mask);
        if (parameter->forward != parameter->value) {
            free(parameter->forward);
        }
    }
    free(parameters->values);
    free(parameters->grads);
    free(parameters->touched);
    free(parameters->is_touched);
    memset(parameters, 0, sizeof *parameters);
}

brds_status brds_parameter_mask(brds_parameter *parameter, brds_diag *diag)
{
    if (parameter->mask == NULL) {
        parameter->mask = malloc(parameter->count + 1);
        if (parameter->mask == NULL) {
            return brds_fail_memory(diag);
        }
        memset(parameter->mask, 1, parameter->count);
    }
    return BRDS_OK;
}

static void clear_masked(const brds_parameter *parameter, brds_real *elements)
{
    for (size_t i = 0; parameter->mask != NULL && i < parameter->count; i++) {
        elements[i] = parameter->mask[i] ? elements[i] : (brds_real)0;
    }
}

void brds_parameters_apply_masks(brds_parameters *parameters)
{
    for (int i = 0; i < parameters->count; i++) {
        clear_masked(&parameters->list[i], parameters->list[i].value);
    }
}

void brds_parameters_mask_grads(brds_parameters *parameters)
{
    for (int i = 0; i < parameters->count; i++) {
        clear_masked(&parameters->list[i], parameters->list[i].grad);
    }
}

void brds_parameters_touch(brds_parameters *parameters, int32_t token)
{
    if (!parameters->is_touched[token]) {
        parameters->is_touched[token] = 1;
        parameters->touched[parameters->touched_count++] = token;
    }
}

void brds_parameters_zero_grads(brds_parameters *parameters)
{
    for (int i = 0; i < parameters->count; i++) {
        brds_parameter *parameter = &parameters->list[i];
        if (parameter != parameters->embedding) {
            memset(parameter->grad, 0, parameter->count * sizeof *parameter->grad);
        }
    }
    for (int i = 0; i < parameters->touched_count; i++) {
        int32_t row = parameters->touched[i];
        size_t columns = (size_t)parameters->embedding->columns;
        memset(parameters->embedding->grad + (size_t)row * columns, 0,
               columns * sizeof *parameters->grads);
        parameters->is_touched[row] = 0;
    }
    parameters->touched_count = 0;
}

static double squares(const brds_real *elements, size_t count)
{
    enum { LANES = 8 };
    double sums[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        for (size_t j = 0; j < LANES; j++) {
            sums[j] += (double)elements[i + j] * (double)elements[i + j];
        }
    }
    double sum = 0.0;
    for (; i < count; i++) {
        sum += (double)elements[i] * (double)elements[i];
    }
    for (size_t j = 0; j < LANES; j++) {
        sum += sums[j];
    }
    return sum;
}

double brds_parameters_grad_norm(const brds_parameters *parameters)
{
    double sum = 0.0;
    for (int i = 0; i < parameters->count; i++) {
        const brds_parameter *parameter = &parameters->list[i];
        if (parameter != parameters->embedding) {
            sum += squares(parameter->grad, parameter->count);
        }
    }
    for (int i = 0; i < parameters->touched_count; i++) {
        size_t columns = (size_t)parameters->embedding->columns;
        sum += squares(parameters->embedding->grad + (size_t)parameters->touched[i] * columns,
                       columns);
    }
    return sqrt(sum);
}
