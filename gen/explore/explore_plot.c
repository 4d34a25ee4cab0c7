/* SPDX-License-Identifier: Apache-2.0
 *
 * The points as a picture.
 */
#include <math.h>

#include "explore/explore_report.h"
#include "report/gnuplot.h"

double brds_explore_size(const brds_explore *explore, const brds_explore_point *point)
{
    return explore->has_dsp ? (double)brds_explore_use(point, BRDS_DSP) : point->multipliers;
}

const char *brds_explore_size_name(const brds_explore *explore)
{
    return explore->has_dsp ? "DSP blocks" : "multipliers";
}

/* Classes of points, drawn in this order. */
enum { UNFIT, BEATEN, FRONT, CLASSES };

static int class_of(const brds_explore_point *point)
{
    return point->front ? FRONT : point->exceeded != 0 ? UNFIT : BEATEN;
}

static void put_data(FILE *script, const brds_explore *explore)
{
    fputs("$data << END\n", script);
    for (int c = 0; c < CLASSES; c++) {
        for (size_t p = 0; p < explore->count; p++) {
            const brds_explore_point *point = &explore->points[p];
            double size = brds_explore_size(explore, point);
            if (class_of(point) == c && size > 0.0) {
                fprintf(script, "%.9g %.9g\n", point->latency_us, size);
            }
        }
        fputs("NaN NaN\n\n\n", script); /* no block is empty */
    }
    fputs("END\n", script);
}

/* A little room, also around a single point. */
static void put_range(FILE *script, const brds_explore *explore, bool latency)
{
    double low = HUGE_VAL, high = 0.0;
    for (size_t p = 0; p < explore->count; p++) {
        const brds_explore_point *point = &explore->points[p];
        double value = latency ? point->latency_us : brds_explore_size(explore, point);
        low = value > 0.0 && value < low ? value : low;
        high = value > high ? value : high;
    }
    if (high > 0.0) {
        fprintf(script, "set %srange [%.9g:%.9g]\n", latency ? "x" : "y", low / 1.25, high * 1.25);
    }
}

static void put_script(FILE *script, const void *context)
{
    const brds_explore_report *report = context;
    const brds_explore *explore = report->explore;
    put_data(script, explore);
    put_range(script, explore, true);
    put_range(script, explore, false);
    fputs("set grid\nset logscale xy\nset key outside bottom horizontal\n"
          "set xlabel 'latency of a step, us'\n",
          script);
    fprintf(script, "set ylabel '%s'\nset title ", brds_explore_size_name(explore));
    brds_gnuplot_quote(script, explore->spec.name);
    fputs(" noenhanced\n"
          "plot $data index 0 title 'above a limit' with points pt 2 ps 0.5 lc rgb '#c0c0c0', "
          "$data index 1 title 'beaten' with points pt 7 ps 0.4 lc rgb '#7090b0', "
          "$data index 2 title 'front' with points pt 7 ps 0.6 lc rgb '#d03020'",
          script);
    if (explore->has_dsp && explore->limits.most[BRDS_DSP] > 0) {
        fprintf(script, ", %lld title 'limit' with lines lc rgb '#303030'",
                (long long)explore->limits.most[BRDS_DSP]);
    }
    fputc('\n', script);
}

brds_status brds_explore_plot(const brds_explore_report *report, const char *path, brds_diag *diag)
{
    return brds_gnuplot(path, put_script, report, diag);
}
