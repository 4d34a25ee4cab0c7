/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of pruning in training share: a spec with every kind of matrix,
 * a network of it, data.  Included once, after <cmocka.h>.
 */
#ifndef BRDS_UNIT_PRUNE_FIXTURE_H
#define BRDS_UNIT_PRUNE_FIXTURE_H

#include <math.h>

#include "io/random.h"
#include "model_fixture.h"
#include "net_fixture.h"
#include "pack/schedule.h"
#include "prune/sparsity.h"

/* Two layers of different widths, the first with projection and peepholes, and a sparse head. */
static inline brds_spec prune_spec(void)
{
    brds_spec spec = small_spec();
    spec.input_size = 17;
    spec.layer_count = 2;
    spec.layers[0] = (brds_layer_spec){.hidden_size = 24,
                                       .projection_size = 20,
                                       .peephole = true,
                                       .nnz_x = 5,
                                       .nnz_h = 7,
                                       .nnz_p = 6};
    spec.layers[1] = (brds_layer_spec){.hidden_size = 13, .nnz_x = 4, .nnz_h = 3};
    spec.head = (brds_head_spec){.present = true, .size = 4, .nnz = 5, .output = {16, 10}};
    spec.lanes_x = 2;
    spec.lanes_h = 3;
    return spec;
}

static inline void prune_model(const brds_spec *spec, uint64_t seed, brds_model *model)
{
    brds_diag diag = {0};
    brds_random random;
    brds_random_seed(&random, seed);
    expect_ok(brds_model_new(spec, 0, spec->head.size, model, &diag), &diag);
    brds_model_init(model, 0.5, 0.0, &random);
}

/* Nonzeros of one row of a mask. */
static inline int row_count(const brds_parameter *parameter, int row)
{
    int count = 0;
    for (int c = 0; c < parameter->columns; c++) {
        count += parameter->mask[(size_t)row * (size_t)parameter->columns + (size_t)c];
    }
    return count;
}

static inline long mask_count(const brds_parameter *parameter)
{
    long count = 0;
    for (int r = 0; r < parameter->rows; r++) {
        count += row_count(parameter, r);
    }
    return count;
}

static inline void expect_rows(const brds_parameter *parameter, int nnz)
{
    for (int r = 0; r < parameter->rows; r++) {
        assert_int_equal(parameter->mask != NULL ? row_count(parameter, r) : parameter->columns,
                         nnz);
    }
}

/* Whether the packer takes the model as it is, with the spec's counts. */
static inline brds_status pack_model(const brds_spec *spec, const brds_model *model,
                                     brds_diag *diag)
{
    brds_plan plan;
    brds_network network;
    brds_qnet qnet;
    brds_schedule schedule;
    expect_ok(brds_plan_make(spec, &plan, diag), diag);
    expect_ok(brds_model_write(model, true, &network, diag), diag);
    brds_status status = brds_qnet_make("model", &plan, &network, &qnet, diag);
    brds_network_free(&network);
    if (status == BRDS_OK) {
        status = brds_schedule_make("model", &plan, &qnet, &schedule, diag);
        brds_qnet_free(&qnet);
    }
    if (status == BRDS_OK) {
        brds_schedule_free(&schedule);
    }
    return status;
}

#endif
