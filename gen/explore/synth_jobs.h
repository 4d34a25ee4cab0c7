/* SPDX-License-Identifier: Apache-2.0
 *
 * Points of the front through Yosys, several at a time, with a memory of what is finished.
 */
#ifndef BRDS_EXPLORE_SYNTH_JOBS_H
#define BRDS_EXPLORE_SYNTH_JOBS_H

#include "explore/explore.h"

typedef struct {
    const char *folder; /* state lies in FOLDER/synth */
    const char *launch; /* a command that each job's command line follows, or NULL */
    size_t points;      /* the first of the front */
    size_t jobs;        /* at a time */
    bool resume;        /* take what is finished in the folder */
} brds_synth_jobs;

/* Runs `[LAUNCH] env ... sh synth/run.sh SPEC FAMILY` for each point in FOLDER/synth/ID, where ID follows from
 * the spec, and takes over the figures.  FOLDER/synth/ID/done is written when a job has ended well; then it is not run
 * again.  A job that fails is told with its log and the others go on.  Errors: BRDS_EUSAGE where FOLDER/synth is
 * there without `resume`; BRDS_EFILE where a job failed. */
brds_status brds_explore_synthesise(brds_explore *explore, const brds_synth_jobs *jobs,
                                    brds_diag *diag);

#endif
