/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

/* The commands in the order of the help text: one line adds one, its table is
 * brds_cmd_NAME in cli/cmd_NAME.c. */
#define COMMANDS(X) \
    X(gen)          \
    X(check)        \
    X(schema)       \
    X(plan)         \
    X(explore)      \
    X(pack)         \
    X(import)       \
    X(train)        \
    X(prune)        \
    X(workload)     \
    X(vectors)      \
    X(run)          \
    X(report)       \
    X(docs)         \
    X(man)

#define DECLARE(name) extern const brds_command brds_cmd_##name;
COMMANDS(DECLARE)

#define ENTRY(name) &brds_cmd_##name,
const brds_command *const brds_commands[] = {COMMANDS(ENTRY) NULL};
