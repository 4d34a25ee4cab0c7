/* SPDX-License-Identifier: Apache-2.0
 *
 * The two ways of `brdsgen prune`: with data, and without.
 */
#ifndef BRDS_CLI_PRUNE_H
#define BRDS_CLI_PRUNE_H

#include "cli/options.h"

/* The largest magnitudes of each row stay; nothing is retrained. */
brds_status brds_prune_without_data(const brds_args *args, brds_diag *diag);

/* With retraining, and a search of the ratios on demand. */
brds_status brds_prune_with_data(const brds_args *args, brds_diag *diag);

#endif
