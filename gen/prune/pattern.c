/* SPDX-License-Identifier: Apache-2.0 */
#include "prune/pattern.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "net/matrices.h"
#include "prune/banks.h"
#include "prune/pattern_private.h"
#include "prune/select.h"

const char *brds_pattern_name(brds_pattern pattern)
{
    static const char *const names[] = {"dense", "unstructured", "bank", "block", "row"};
    return (unsigned)pattern < sizeof names / sizeof *names ? names[pattern] : NULL;
}

/* ---- banks ---- */

/* Of `total` things dealt to `hands` in order, those of hand `i`: the first ones get one more. */
static int dealt(int total, int hands, int i)
{
    return total / hands + (i < total % hands);
}

/* As nnz <= columns, no bank is asked for more than it has. */
static void mask_banks(const float *row, int columns, const brds_pattern_options *options,
                       uint8_t *mask)
{
    for (int bank = 0, at = 0; bank < options->bank; bank++) {
        int size = dealt(columns, options->bank, bank);
        int keep = dealt(options->nnz, options->bank, bank);
        brds_mask_largest(row + at, (size_t)size, (size_t)keep, mask + at);
        at += size;
    }
}

/* ---- blocks ---- */

typedef struct {
    uint64_t norm; /* bits of the sum of squares: they order as the sums do */
    size_t number; /* row by row */
    int row, column, height, width;
} block;

static int by_norm(const void *a, const void *b)
{
    const block *left = a, *right = b;
    if (left->norm != right->norm) {
        return left->norm > right->norm ? -1 : 1;
    }
    return left->number < right->number ? -1 : 1;
}

static uint64_t block_norm(const float *weights, int columns, const block *b)
{
    double sum = 0.0;
    for (int i = 0; i < b->height; i++) {
        const float *at = weights + (size_t)(b->row + i) * (size_t)columns + b->column;
        for (int j = 0; j < b->width; j++) {
            sum += (double)at[j] * (double)at[j];
        }
    }
    uint64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    return bits;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

static void list_blocks(const float *weights, int rows, int columns,
                        const brds_pattern_options *options, block *blocks)
{
    size_t count = 0;
    int height = least(options->block_rows, rows), width = least(options->block_columns, columns);
    for (int row = 0; row < rows; row += least(height, rows - row)) {
        for (int column = 0; column < columns; column += least(width, columns - column)) {
            block *b = &blocks[count];
            *b = (block){
                0, count, row, column, least(height, rows - row), least(width, columns - column)};
            b->norm = block_norm(weights, columns, b);
            count++;
        }
    }
}

static void keep_block(const block *b, int columns, uint8_t *mask)
{
    for (int i = 0; i < b->height; i++) {
        memset(mask + (size_t)(b->row + i) * (size_t)columns + b->column, 1, (size_t)b->width);
    }
}

static size_t parts(int total, int size)
{
    return (size_t)(total / size + (total % size > 0));
}

static brds_status mask_blocks(const float *weights, int rows, int columns,
                               const brds_pattern_options *options, uint8_t *mask, brds_diag *diag)
{
    size_t count = parts(rows, options->block_rows) * parts(columns, options->block_columns);
    block *blocks = malloc((count + 1) * sizeof *blocks);
    if (blocks == NULL) {
        return brds_fail_memory(diag);
    }
    list_blocks(weights, rows, columns, options, blocks);
    qsort(blocks, count, sizeof *blocks, by_norm);
    memset(mask, 0, (size_t)rows * (size_t)columns);
    int64_t missing = (int64_t)rows * options->nnz;
    for (size_t i = 0; i < count; i++) {
        int64_t size = (int64_t)blocks[i].height * blocks[i].width;
        if (i > 0 && 2 * missing <= size) { /* not nearer with it */
            break;
        }
        keep_block(&blocks[i], columns, mask);
        missing -= size;
    }
    free(blocks);
    return BRDS_OK;
}

/* ---- rows ---- */

static brds_status mask_row(const float *row, int columns, const brds_pattern_options *options,
                            uint8_t *mask, brds_diag *diag)
{
    if (options->pattern == BRDS_PATTERN_BANK) {
        mask_banks(row, columns, options, mask);
        return BRDS_OK;
    }
    if (options->max_gap > 0) {
        return brds_mask_gap_row(row, columns, options, mask, diag);
    }
    brds_mask_row(row, columns, options->nnz, &options->rule, mask);
    return BRDS_OK;
}

/* All rows that share their columns with this first of them. */
static brds_status mask_shared(const float *weights, int rows, int columns, int first,
                               const brds_pattern_options *options, float *norms, uint8_t *mask,
                               brds_diag *diag)
{
    int shared[4], count = brds_shared_rows(options->rule.stride, rows, first, shared);
    if (count == 0) {
        return BRDS_OK;
    }
    uint8_t *kept = mask + (size_t)first * (size_t)columns;
    brds_rows_norms(weights, columns, shared, count, norms);
    brds_status status = mask_row(norms, columns, options, kept, diag);
    for (int k = 1; k < count; k++) {
        memcpy(mask + (size_t)shared[k] * (size_t)columns, kept, (size_t)columns);
    }
    return status;
}

static brds_status mask_all_shared(const float *weights, int rows, int columns,
                                   const brds_pattern_options *options, uint8_t *mask,
                                   brds_diag *diag)
{
    float *norms = malloc((size_t)columns * sizeof *norms);
    brds_status status = norms != NULL ? BRDS_OK : brds_fail_memory(diag);
    for (int i = 0; i < rows && status == BRDS_OK; i++) {
        status = mask_shared(weights, rows, columns, i, options, norms, mask, diag);
    }
    free(norms);
    return status;
}

static brds_status mask_rows(const float *weights, int rows, int columns,
                             const brds_pattern_options *options, uint8_t *mask, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    for (int i = 0; i < rows && status == BRDS_OK; i++) {
        size_t at = (size_t)i * (size_t)columns;
        status = mask_row(weights + at, columns, options, mask + at, diag);
    }
    return status;
}

/* ---- options ---- */

static brds_status check_gap(const brds_pattern_options *options, brds_diag *diag)
{
    int lanes = options->lanes > 0 ? options->lanes : 1;
    if (options->max_gap < 0 || options->lanes < 0) {
        return brds_fail(diag, BRDS_EINPUT, "", "0: no limit, one lane",
                         "a largest gap of %d on %d lanes", options->max_gap, options->lanes);
    }
    int needed = options->nnz > lanes ? lanes : options->nnz - 1;
    if (options->max_gap > 0 && options->max_gap < needed) {
        return brds_fail(diag, BRDS_EINPUT, "", "give more index bits, or fewer lanes",
                         "a largest gap of %d cannot serve %d weights a row on %d lanes: even "
                         "adjacent columns need %d",
                         options->max_gap, options->nnz, lanes, needed);
    }
    return BRDS_OK;
}

static brds_status check(int columns, const brds_pattern_options *options, brds_diag *diag)
{
    const char *name = brds_pattern_name(options->pattern);
    if (name == NULL) {
        return brds_fail(diag, BRDS_EINPUT, "", "dense, unstructured, bank, block or row",
                         "there is no mask pattern %d", (int)options->pattern);
    }
    if (options->pattern != BRDS_PATTERN_DENSE && (options->nnz < 1 || options->nnz > columns)) {
        return brds_fail(diag, BRDS_EINPUT, "", "", "%s: %d weights of a row of %d cannot stay",
                         name, options->nnz, columns);
    }
    if (options->pattern == BRDS_PATTERN_BANK && (options->bank < 1 || options->bank > columns)) {
        return brds_fail(diag, BRDS_EINPUT, "", "", "%s: a row of %d columns has no %d banks", name,
                         columns, options->bank);
    }
    if (options->pattern == BRDS_PATTERN_BLOCK &&
        (options->block_rows < 1 || options->block_columns < 1)) {
        return brds_fail(diag, BRDS_EINPUT, "", "at least 1 by 1", "%s: blocks of %d by %d", name,
                         options->block_rows, options->block_columns);
    }
    return options->pattern == BRDS_PATTERN_ROW ? check_gap(options, diag) : BRDS_OK;
}

brds_status brds_pattern_mask(const float *weights, int rows, int columns,
                              const brds_pattern_options *options, uint8_t *mask, brds_diag *diag)
{
    size_t count = (size_t)rows * (size_t)columns;
    brds_status status = check(columns, options, diag);
    if (status != BRDS_OK) {
        return status;
    }
    switch (options->pattern) {
    case BRDS_PATTERN_DENSE:
        memset(mask, 1, count);
        return BRDS_OK;
    case BRDS_PATTERN_UNSTRUCTURED:
        brds_mask_largest(weights, count, (size_t)rows * (size_t)options->nnz, mask);
        return BRDS_OK;
    case BRDS_PATTERN_BLOCK:
        return mask_blocks(weights, rows, columns, options, mask, diag);
    default:
        if (options->pattern == BRDS_PATTERN_ROW && options->rule.stride > 0) {
            return mask_all_shared(weights, rows, columns, options, mask, diag);
        }
        return mask_rows(weights, rows, columns, options, mask, diag);
    }
}

int brds_pattern_gradual_nnz(int columns, int nnz, double progress)
{
    if (nnz >= columns || !(progress > 0.0)) {
        return columns;
    }
    double left = progress < 1.0 ? 1.0 - progress : 0.0;
    /* columns * (1 - s_t), free of the rounding of s_end */
    return nnz + (int)ceil((columns - nnz) * (left * left * left));
}
