/* SPDX-License-Identifier: Apache-2.0
 *
 * Training with the hardware's numbers: after each update the weights' forward
 * copies are rounded to the formats that the packer chose at the last epoch's
 * end.  Gradients are taken at the copies and move the weights themselves
 * (train/fake.h); a weight that its format clips has a gradient like any other.
 */
#ifndef BRDS_TRAIN_QUANTISED_H
#define BRDS_TRAIN_QUANTISED_H

#include "io/diag.h"
#include "plan/plan.h"
#include "spec/spec.h"
#include "train/fake.h"
#include "train/model.h"

typedef struct {
    brds_plan plan;
    brds_fake fake;
    brds_format formats[BRDS_MAX_PARAMETERS]; /* bits 0: not rounded (the host's part) */
    /* Matrices whose rows have exponents of their own (brds_qphase.row_scale): those, and how many rows. */
    uint8_t *row_scales[BRDS_MAX_PARAMETERS];
    int rows[BRDS_MAX_PARAMETERS];
} brds_quantised;

/* Gives `model` forward copies and the hardware's functions.  Both must outlive the model's use;
 * brds_quantised_free takes them away again. */
brds_status brds_quantised_new(const brds_spec *spec, brds_model *model, brds_quantised *quantised,
                               brds_diag *diag);
void brds_quantised_free(brds_quantised *quantised, brds_model *model);

/* Chooses the formats anew for the weights as they are. */
brds_status brds_quantised_choose(brds_quantised *quantised, brds_model *model, brds_diag *diag);
/* Rounds the forward copies of the weights as they are. */
void brds_quantised_refresh(const brds_quantised *quantised, brds_model *model);

#endif
