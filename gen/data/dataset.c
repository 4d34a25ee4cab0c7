/* SPDX-License-Identifier: Apache-2.0
 *
 * Datasets in memory: parts and selections of them.
 */
#include "data/dataset.h"

#include <stdlib.h>
#include <string.h>

void brds_dataset_free(brds_dataset *dataset)
{
    free(dataset->starts);
    free(dataset->lengths);
    free(dataset->features);
    free(dataset->tokens);
    free(dataset->labels);
    *dataset = (brds_dataset){0};
}

static brds_status fail_dataset(brds_diag *diag, const char *text)
{
    return brds_fail(diag, BRDS_EINPUT, "dataset", "", "%s", text);
}

/* Arrays of the size that `selected` says, of the kinds that `dataset` has. */
static bool allocate(const brds_dataset *dataset, brds_dataset *selected)
{
    size_t n = selected->sequences, steps = selected->steps, width = (size_t)dataset->feature_size;
    selected->starts = calloc(n, sizeof *selected->starts);
    selected->lengths = calloc(n, sizeof *selected->lengths);
    selected->labels = dataset->labels ? calloc(n, sizeof *selected->labels) : NULL;
    selected->tokens = dataset->tokens ? calloc(steps, sizeof *selected->tokens) : NULL;
    if (dataset->features && width <= SIZE_MAX / sizeof *selected->features) {
        selected->features = calloc(steps, width * sizeof *selected->features);
    }
    return selected->starts && selected->lengths && !dataset->labels == !selected->labels &&
           !dataset->tokens == !selected->tokens && !dataset->features == !selected->features;
}

/* Copies steps [from, from + count) to [to, ...). */
static void copy_steps(const brds_dataset *dataset, size_t from, size_t count,
                       brds_dataset *selected, size_t to)
{
    size_t width = (size_t)dataset->feature_size;
    if (dataset->features) {
        memcpy(selected->features + to * width, dataset->features + from * width,
               count * width * sizeof *selected->features);
    }
    if (dataset->tokens) {
        memcpy(selected->tokens + to, dataset->tokens + from, count * sizeof *selected->tokens);
    }
}

brds_status brds_dataset_select(const brds_dataset *dataset, const size_t *order, size_t count,
                                brds_dataset *selected, brds_diag *diag)
{
    *selected = (brds_dataset){.task = dataset->task,
                               .feature_size = dataset->feature_size,
                               .classes = dataset->classes,
                               .sequences = count};
    if (count == 0) {
        return fail_dataset(diag, "a selection of no sequences is none");
    }
    for (size_t i = 0; i < count; i++) {
        if (order[i] >= dataset->sequences) {
            return brds_fail(diag, BRDS_EINPUT, "dataset", "", "there is no sequence %zu of %zu",
                             order[i], dataset->sequences);
        }
        if (dataset->lengths[order[i]] > INT32_MAX - selected->steps) {
            return fail_dataset(diag, "a selection has too many steps");
        }
        selected->steps += dataset->lengths[order[i]];
    }
    if (!allocate(dataset, selected)) {
        brds_dataset_free(selected);
        return brds_fail_memory(diag);
    }
    size_t to = 0;
    for (size_t i = 0; i < count; i++) {
        size_t length = dataset->lengths[order[i]];
        copy_steps(dataset, dataset->starts[order[i]], length, selected, to);
        selected->starts[i] = to;
        selected->lengths[i] = length;
        if (dataset->labels) {
            selected->labels[i] = dataset->labels[order[i]];
        }
        to += length;
    }
    return BRDS_OK;
}

/* --- append --- */

/* Both must be of one kind, and together no more than INT32_MAX steps. */
static brds_status check_append(const brds_dataset *dataset, const brds_dataset *more,
                                brds_diag *diag)
{
    if (more->task != dataset->task || (more->tokens == NULL) != (dataset->tokens == NULL) ||
        more->feature_size != dataset->feature_size) {
        return fail_dataset(diag, "data of two kinds cannot be put together");
    }
    if (more->steps > INT32_MAX - dataset->steps) {
        return fail_dataset(diag, "both parts together have too many steps");
    }
    return BRDS_OK;
}

/* Sequences of `from` into `to`, from sequence `sequence` and step `step` on. */
static void copy_sequences(const brds_dataset *from, brds_dataset *to, size_t sequence, size_t step)
{
    copy_steps(from, 0, from->steps, to, step);
    for (size_t i = 0; i < from->sequences; i++) {
        to->starts[sequence + i] = step + from->starts[i];
        to->lengths[sequence + i] = from->lengths[i];
        if (from->labels) {
            to->labels[sequence + i] = from->labels[i];
        }
    }
}

brds_status brds_dataset_append(brds_dataset *dataset, const brds_dataset *more, brds_diag *diag)
{
    brds_status status = check_append(dataset, more, diag);
    if (status) {
        return status;
    }
    bool text = dataset->task == BRDS_TASK_LANGUAGE_MODEL;
    int classes = more->classes > dataset->classes ? more->classes : dataset->classes;
    brds_dataset both = {.task = dataset->task,
                         .feature_size = dataset->feature_size,
                         .classes = classes,
                         .sequences = text ? 1 : dataset->sequences + more->sequences,
                         .steps = dataset->steps + more->steps};
    if (!allocate(dataset, &both)) {
        brds_dataset_free(&both);
        return brds_fail_memory(diag);
    }
    if (text) {
        copy_steps(dataset, 0, dataset->steps, &both, 0);
        copy_steps(more, 0, more->steps, &both, dataset->steps);
        both.lengths[0] = both.steps;
    } else {
        copy_sequences(dataset, &both, 0, 0);
        copy_sequences(more, &both, dataset->sequences, dataset->steps);
    }
    brds_dataset_free(dataset);
    *dataset = both;
    return BRDS_OK;
}

/* --- split --- */

/* Indices of those that stay, in order, then of those that go; returns how many go. */
static size_t draw(size_t count, double share, uint64_t seed, size_t *order)
{
    brds_random random;
    brds_random_seed(&random, seed);
    size_t *gone = order + count; /* filled from the end, then turned round */
    size_t staying = 0, going = 0;
    for (size_t i = 0; i < count; i++) {
        if (brds_random_uniform(&random) < share) {
            going++;
            gone[-(ptrdiff_t)going] = i;
        } else {
            order[staying++] = i;
        }
    }
    for (size_t i = 0; i < going / 2; i++) {
        size_t other = order[staying + i];
        order[staying + i] = order[count - 1 - i];
        order[count - 1 - i] = other;
    }
    if (going == 0 || staying == 0) { /* a single one is drawn for the empty side */
        size_t drawn = (size_t)brds_random_below(&random, count), to = going == 0 ? count - 1 : 0;
        memmove(order + drawn, order + drawn + 1, (count - 1 - drawn) * sizeof *order);
        memmove(order + to + 1, order + to, (count - 1 - to) * sizeof *order);
        order[to] = drawn;
        going = going == 0 ? 1 : count - 1;
    }
    return going;
}

static brds_status split_sequences(brds_dataset *dataset, double share, uint64_t seed,
                                   brds_dataset *part, brds_diag *diag)
{
    size_t count = dataset->sequences;
    if (count < 2) {
        return fail_dataset(diag, "a dataset of one sequence cannot be split");
    }
    size_t *order = calloc(count, sizeof *order);
    if (!order) {
        return brds_fail_memory(diag);
    }
    size_t going = draw(count, share, seed, order);
    brds_dataset rest;
    brds_status status = brds_dataset_select(dataset, order + count - going, going, part, diag);
    if (!status) {
        status = brds_dataset_select(dataset, order, count - going, &rest, diag);
    }
    free(order);
    if (status) {
        brds_dataset_free(part);
        return status;
    }
    brds_dataset_free(dataset);
    *dataset = rest;
    return BRDS_OK;
}

/* Both parts keep two tokens, or nothing is left to predict. */
static brds_status split_text(brds_dataset *dataset, double share, brds_dataset *part,
                              brds_diag *diag)
{
    if (dataset->sequences != 1 || dataset->steps < 4) {
        return fail_dataset(diag, "a text of fewer than 4 tokens cannot be split");
    }
    size_t steps = dataset->steps, going = (size_t)(share * (double)steps + 0.5);
    going = going < 2 ? 2 : going > steps - 2 ? steps - 2 : going;
    *part = (brds_dataset){.task = dataset->task,
                           .feature_size = dataset->feature_size,
                           .classes = dataset->classes,
                           .sequences = 1,
                           .steps = going};
    if (!allocate(dataset, part)) {
        brds_dataset_free(part);
        return brds_fail_memory(diag);
    }
    copy_steps(dataset, steps - going, going, part, 0);
    part->lengths[0] = going;
    dataset->steps = steps - going;
    dataset->lengths[0] = dataset->steps;
    return BRDS_OK;
}

brds_status brds_dataset_split(brds_dataset *dataset, double share, uint64_t seed,
                               brds_dataset *part, brds_diag *diag)
{
    *part = (brds_dataset){0};
    if (!(share > 0.0 && share < 1.0)) {
        return brds_fail(diag, BRDS_EINPUT, "dataset", "give a number between 0 and 1",
                         "the share %g to split off is out of range", share);
    }
    return dataset->task == BRDS_TASK_LANGUAGE_MODEL
               ? split_text(dataset, share, part, diag)
               : split_sequences(dataset, share, seed, part, diag);
}
