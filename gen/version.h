/* SPDX-License-Identifier: Apache-2.0
 *
 * The one place that names the release; configure reads it too.
 */
#ifndef BRDS_VERSION_H
#define BRDS_VERSION_H

#define BRDS_VERSION "0.1.0"
/* Date of the release, for the man page: outputs carry no time of their own. */
#define BRDS_RELEASE_DATE "November 24, 2026"

#endif
