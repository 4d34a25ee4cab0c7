/* SPDX-License-Identifier: Apache-2.0
 *
 * All that training is, in one safetensors file, written beside its name and
 * renamed: a run that was killed at any moment goes on from the last one as if
 * it had not been.
 */
#ifndef BRDS_TRAIN_CHECKPOINT_H
#define BRDS_TRAIN_CHECKPOINT_H

#include <stdint.h>

#include "io/diag.h"
#include "train/trainer.h"

/* `identity` describes what the run depends on (options, sizes of the data), one "NAME VALUE" a
 * line; `log_bytes` is how long the log was. */
brds_status brds_checkpoint_save(const char *path, const brds_trainer *trainer,
                                 const char *identity, int64_t log_bytes, brds_diag *diag);

/* Into a trainer made with the same options and data, which must not be used after an error.
 * Errors: a file that is no checkpoint, is damaged (it has a CRC), or is of another run (the message
 * names the first line of the identity that differs). */
brds_status brds_checkpoint_load(const char *path, brds_trainer *trainer, const char *identity,
                                 int64_t *log_bytes, brds_diag *diag);

#endif
