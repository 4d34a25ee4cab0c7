/* SPDX-License-Identifier: Apache-2.0
 *
 * What was found: as JSON, as text, as a plot and as a page.
 */
#ifndef BRDS_EXPLORE_EXPLORE_REPORT_H
#define BRDS_EXPLORE_EXPLORE_REPORT_H

#include <stdio.h>

#include "explore/explore.h"

typedef struct {
    const brds_explore *explore;
    const char *command;       /* the command line */
    const brds_device *device; /* NULL: none is named */
    brds_best best;            /* the front's order */
} brds_explore_report;

/* All points, the front and what was refused; a new reference.  Figures that are not known are null. */
json_t *brds_explore_json(const brds_explore_report *report);

/* The front as a table, and what stands behind it. */
void brds_explore_print(const brds_explore_report *report, FILE *stream);

/* An SVG by gnuplot: latency against DSP blocks (multipliers where there are none). */
brds_status brds_explore_plot(const brds_explore_report *report, const char *path, brds_diag *diag);

/* One page that needs nothing besides: plot, limits, and a table that sorts. */
void brds_explore_page(const brds_explore_report *report, FILE *stream);

/* What the plots have on their y axis. */
double brds_explore_size(const brds_explore *explore, const brds_explore_point *point);
const char *brds_explore_size_name(const brds_explore *explore);

/* "pes=4 lanes_x=1": the point's values with the keys' last names; malloc'ed. */
char *brds_explore_label(const brds_explore *explore, size_t point);

/* A value as the spec writes it, a word without quotes; `room` bytes. */
void brds_explore_value_text(const json_t *value, char *out, size_t room);

/* "pes" of "hardware.pes". */
const char *brds_explore_key_name(const char *path);

#endif
