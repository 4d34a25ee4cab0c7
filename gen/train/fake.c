/* SPDX-License-Identifier: Apache-2.0 */
#include "train/fake.h"

#include <math.h>
#include <string.h>

#include "fixed/fixed.h"

brds_status brds_fake_new(const brds_spec *spec, brds_fake *fake, brds_diag *diag)
{
    *fake = (brds_fake){.activation = spec->activation,
                        .cell = spec->cell,
                        .z_bits = spec->activation.bits + 2,
                        .z_frac = spec->activation.bits - 2,
                        .gate_frac = spec->activation.bits - 2,
                        .rounding = spec->rounding};
    brds_status status = brds_pwl_new(BRDS_SIGMOID, spec, &fake->sigmoid, diag);
    if (status == BRDS_OK) {
        status = brds_pwl_new(BRDS_TANH, spec, &fake->tanh, diag);
    }
    return status;
}

void brds_fake_free(brds_fake *fake)
{
    brds_pwl_free(&fake->sigmoid);
    brds_pwl_free(&fake->tanh);
    memset(fake, 0, sizeof *fake);
}

/* x * 2^frac as the machine rounds it: exact products have many more bits than are kept, so that
 * 16 more of them decide as all would. */
static int64_t rounded(const brds_fake *fake, brds_format format, brds_real x)
{
    enum { MORE = 16 };
    double limit = 4.0 * ldexp(1.0, format.bits + MORE);
    double scaled = floor(ldexp((double)x, format.frac + MORE));
    scaled = scaled > limit ? limit : scaled < -limit ? -limit : scaled;
    uint64_t saturated = 0;
    return brds_saturate(brds_round_shift((int64_t)scaled, MORE, fake->rounding), format.bits,
                         &saturated);
}

void brds_fake_round(const brds_fake *fake, brds_format format, brds_real *x, size_t count)
{
    double unit = ldexp(1.0, -format.frac);
    for (size_t i = 0; i < count; i++) {
        x[i] = (brds_real)((double)rounded(fake, format, x[i]) * unit);
    }
}

void brds_fake_weights(brds_format format, const brds_real *x, brds_real *rounded_x, size_t count)
{
    double unit = ldexp(1.0, -format.frac);
    uint64_t saturated = 0;
    for (size_t i = 0; i < count; i++) {
        rounded_x[i] = (brds_real)((double)brds_quantize((double)x[i], format, &saturated) * unit);
    }
}

void brds_fake_function(const brds_fake *fake, const brds_pwl *function, brds_real *x, size_t count)
{
    brds_format z = {.bits = fake->z_bits, .frac = fake->z_frac};
    double unit = ldexp(1.0, -fake->gate_frac);
    for (size_t i = 0; i < count; i++) {
        x[i] = (brds_real)((double)brds_pwl_eval(function, rounded(fake, z, x[i])) * unit);
    }
}
