/* SPDX-License-Identifier: Apache-2.0 */
#include "train/fake.h"

#include <math.h>
#include <string.h>

#include "fixed/fixed.h"

brds_status brds_fake_new(const brds_spec *spec, brds_fake *fake, brds_diag *diag)
{
    int bits = spec->activation.bits;
    *fake = (brds_fake){.activation = spec->activation,
                        .cell = spec->cell,
                        .z = {bits + 2, bits - 2},
                        .gate_frac = bits - 2,
                        .rounding = spec->rounding};
    if (spec->head.present) {
        fake->head = spec->head.output;
    }
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

/* --- one number --- */

/* A format with what is computed of it once for many numbers. */
typedef struct {
    brds_format format;
    brds_rounding rounding;
    double scale, unit; /* 2^frac, 2^-frac */
} ruler;

static ruler ruler_of(const brds_fake *fake, brds_format format)
{
    double scale = ldexp(1.0, format.frac);
    return (ruler){format, fake->rounding, scale, 1.0 / scale};
}

/* R(x 2^frac).  Of the bits that are dropped MORE are kept, and whether there are others: that
 * decides as all of them would. */
static inline int64_t rounded(const ruler *to, double x)
{
    enum { MORE = 16 };
    const double limit = 0x1p52; /* beyond it a number saturates whatever is added to it */
    double shifted = x * to->scale * 0x1p16;
    shifted = shifted > limit ? limit : shifted > -limit ? shifted : -limit;
    int64_t whole = (int64_t)shifted;
    whole -= (double)whole > shifted; /* down, not to zero */
    whole |= (double)whole != shifted;
    return brds_round_shift(whole, MORE, to->rounding);
}

static inline int64_t saturated(const ruler *to, int64_t value)
{
    uint64_t count = 0;
    return brds_saturate(value, to->format.bits, &count);
}

/* A number that is a multiple of the unit. */
static inline int64_t exact(const ruler *to, brds_real x)
{
    return (int64_t)((double)x * to->scale);
}

/* --- many --- */

void brds_fake_nearest(brds_format format, const brds_real *x, brds_real *rounded_x, size_t count)
{
    double unit = ldexp(1.0, -format.frac);
    uint64_t clipped = 0;
    for (size_t i = 0; i < count; i++) {
        rounded_x[i] = (brds_real)((double)brds_quantize((double)x[i], format, &clipped) * unit);
    }
}

void brds_fake_round(const brds_fake *fake, brds_format format, brds_real *x, size_t count)
{
    ruler to = ruler_of(fake, format);
    for (size_t i = 0; i < count; i++) {
        x[i] = (brds_real)((double)saturated(&to, rounded(&to, (double)x[i])) * to.unit);
    }
}

void brds_fake_sum(const brds_fake *fake, brds_format format, const brds_real *bias, brds_real *x,
                   size_t count)
{
    ruler to = ruler_of(fake, format);
    for (size_t i = 0; i < count; i++) {
        int64_t sum = rounded(&to, (double)x[i]) + exact(&to, bias[i]);
        x[i] = (brds_real)((double)saturated(&to, sum) * to.unit);
    }
}

void brds_fake_gate(const brds_fake *fake, const brds_pwl *function, const brds_real *bias,
                    const brds_real *p, const brds_real *c, brds_real *x, size_t count)
{
    ruler z = ruler_of(fake, fake->z);
    double unit = ldexp(1.0, -fake->gate_frac);
    for (size_t i = 0; i < count; i++) {
        int64_t sum = rounded(&z, (double)x[i]) + exact(&z, bias[i]);
        sum += p != NULL ? rounded(&z, (double)p[i] * (double)c[i]) : 0;
        x[i] = (brds_real)((double)brds_pwl_eval(function, saturated(&z, sum)) * unit);
    }
}

void brds_fake_cell(const brds_fake *fake, const brds_real *f, const brds_real *c_before,
                    const brds_real *i, const brds_real *g, brds_real *c, brds_real *tanh_c,
                    size_t count)
{
    ruler cell = ruler_of(fake, fake->cell), z = ruler_of(fake, fake->z);
    double unit = ldexp(1.0, -fake->gate_frac);
    for (size_t j = 0; j < count; j++) {
        double sum = (double)f[j] * (double)c_before[j] + (double)i[j] * (double)g[j];
        double value = (double)saturated(&cell, rounded(&cell, sum)) * cell.unit;
        int64_t zc = saturated(&z, rounded(&z, value));
        c[j] = (brds_real)value;
        tanh_c[j] = (brds_real)((double)brds_pwl_eval(&fake->tanh, zc) * unit);
    }
}

void brds_fake_output(const brds_fake *fake, const brds_real *o, const brds_real *tanh_c,
                      brds_real *m, size_t count)
{
    ruler to = ruler_of(fake, fake->activation);
    for (size_t j = 0; j < count; j++) {
        int64_t value = rounded(&to, (double)o[j] * (double)tanh_c[j]);
        m[j] = (brds_real)((double)saturated(&to, value) * to.unit);
    }
}
