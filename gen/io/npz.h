/* SPDX-License-Identifier: Apache-2.0
 *
 * NumPy's archives: a zip of NAME.npy, as numpy.savez and savez_compressed
 * write them.  The names are kept.  Read: .npy versions 1 to 3, little-endian
 * f2, f4, f8, i8, i4, i2, i1, u1 and bool in C or Fortran order (which is
 * turned into C order).  Everything else is refused by name, objects above all,
 * which are pickles.
 */
#ifndef BRDS_IO_NPZ_H
#define BRDS_IO_NPZ_H

#include "io/safetensors.h"
#include "io/zip.h"

/* Adds every array of `zip` to `file`. */
brds_status brds_npz_parse(const brds_zip *zip, brds_safetensors *file, brds_diag *diag);

#endif
