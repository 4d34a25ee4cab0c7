/* SPDX-License-Identifier: Apache-2.0
 *
 * The page: one HTML file.
 */
#include <math.h>
#include <stdlib.h>

#include "explore/explore_report.h"

enum {
    PLOT_WIDTH = 760,
    PLOT_HEIGHT = 460,
    PLOT_MARGIN = 60,
    PAGE_POINTS = 5000 /* most rows and dots besides the front */
};

static void put_text(FILE *page, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            fputs("&amp;", page);
            break;
        case '<':
            fputs("&lt;", page);
            break;
        case '>':
            fputs("&gt;", page);
            break;
        case '"':
            fputs("&quot;", page);
            break;
        default:
            fputc(*text, page);
        }
    }
}

static bool is_shown(const brds_explore_point *point, size_t number)
{
    return point->front || point->measured || number < PAGE_POINTS;
}

/* ---- the plot ---- */

typedef struct {
    double low, high; /* logarithms of the ends */
} range;

static void widen(range *r, double value)
{
    r->low = value > 0.0 && log10(value) < r->low ? log10(value) : r->low;
    r->high = value > 0.0 && log10(value) > r->high ? log10(value) : r->high;
}

static double place(const range *r, double value, double from, double to)
{
    return from + (log10(value) - r->low) / (r->high - r->low) * (to - from);
}

static range range_of(const brds_explore *explore, bool latency)
{
    range r = {HUGE_VAL, -HUGE_VAL};
    for (size_t p = 0; p < explore->count; p++) {
        const brds_explore_point *point = &explore->points[p];
        widen(&r, latency ? point->latency_us : brds_explore_size(explore, point));
    }
    if (!(r.low < r.high)) {
        double middle = r.low < HUGE_VAL ? r.low : 0.0;
        r = (range){middle, middle};
    }
    r.low -= 0.1;
    r.high += 0.1;
    return r;
}

/* A line and a number at 1, 2 and 5 times each power of ten. */
static void put_grid(FILE *page, const range *r, bool horizontal)
{
    static const double steps[] = {1.0, 2.0, 5.0};
    for (int power = (int)floor(r->low); power <= (int)ceil(r->high); power++) {
        for (int i = 0; i < 3; i++) {
            double value = steps[i] * pow(10.0, power);
            if (log10(value) < r->low || log10(value) > r->high) {
                continue;
            }
            if (horizontal) {
                double x = place(r, value, PLOT_MARGIN, PLOT_WIDTH - 10);
                fprintf(page,
                        "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"10\" y2=\"%d\"/><text x=\"%.1f\" "
                        "y=\"%d\" text-anchor=\"middle\">%g</text>\n",
                        x, x, PLOT_HEIGHT - PLOT_MARGIN, x, PLOT_HEIGHT - PLOT_MARGIN + 16, value);
            } else {
                double y = place(r, value, PLOT_HEIGHT - PLOT_MARGIN, 10);
                fprintf(page,
                        "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/><text x=\"%d\" "
                        "y=\"%.1f\" text-anchor=\"end\">%g</text>\n",
                        PLOT_MARGIN, PLOT_WIDTH - 10, y, y, PLOT_MARGIN - 5, y + 4, value);
            }
        }
    }
}

static void put_dot(FILE *page, const brds_explore *explore, const brds_explore_point *point,
                    const range *x, const range *y)
{
    double size = brds_explore_size(explore, point);
    char *label = brds_explore_label(explore, point->point);
    if (size > 0.0 && label != NULL) {
        fprintf(page, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%d\"><title>",
                point->front           ? "front"
                : point->exceeded != 0 ? "unfit"
                                       : "beaten",
                place(x, point->latency_us, PLOT_MARGIN, PLOT_WIDTH - 10),
                place(y, size, PLOT_HEIGHT - PLOT_MARGIN, 10), point->front ? 4 : 3);
        put_text(page, label);
        fprintf(page, ": %.4g us, %.0f %s</title></circle>\n", point->latency_us, size,
                brds_explore_size_name(explore));
    }
    free(label);
}

static void put_plot(FILE *page, const brds_explore *explore)
{
    range x = range_of(explore, true), y = range_of(explore, false);
    int64_t limit = explore->limits.most[BRDS_DSP];
    fprintf(page, "<svg width=\"%d\" height=\"%d\" role=\"img\">\n<g class=\"grid\">\n", PLOT_WIDTH,
            PLOT_HEIGHT);
    put_grid(page, &x, true);
    put_grid(page, &y, false);
    fputs("</g>\n", page);
    if (limit > 0 && log10((double)limit) > y.low && log10((double)limit) < y.high) {
        double at = place(&y, (double)limit, PLOT_HEIGHT - PLOT_MARGIN, 10);
        fprintf(page, "<line class=\"limit\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>\n",
                PLOT_MARGIN, PLOT_WIDTH - 10, at, at);
    }
    for (int front = 0; front <= 1; front++) {
        for (size_t p = 0; p < explore->count; p++) {
            if (explore->points[p].front == (front == 1) && is_shown(&explore->points[p], p)) {
                put_dot(page, explore, &explore->points[p], &x, &y);
            }
        }
    }
    fprintf(page,
            "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">latency of a step, us</text>\n"
            "<text x=\"14\" y=\"%d\" transform=\"rotate(-90 14 %d)\" "
            "text-anchor=\"middle\">%s</text>\n</svg>\n",
            PLOT_WIDTH / 2, PLOT_HEIGHT - 15, PLOT_HEIGHT / 2, PLOT_HEIGHT / 2,
            brds_explore_size_name(explore));
}

/* ---- the table ---- */

static void put_head(FILE *page, const brds_explore *explore)
{
    static const char *const columns[] = {"multipliers", "cycles", "us", "utilisation, %"};
    const brds_sweep *sweep = &explore->sweep;
    fputs("<table>\n<thead><tr><th>point</th>", page);
    for (size_t a = 0; a < sweep->count; a++) {
        for (size_t k = 0; k < sweep->axes[a].key_count; k++) {
            fputs("<th>", page);
            put_text(page, sweep->axes[a].keys[k].path);
            fputs("</th>", page);
        }
    }
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        fprintf(page, "<th>%s</th>", columns[i]);
    }
    for (int r = 0; r < BRDS_RESOURCES; r++) {
        fprintf(page, "<th>%s</th>", brds_resource_names[r]);
    }
    fputs("<th>", page);
    put_text(page, explore->quality.metric != NULL ? explore->quality.metric : "quality");
    fputs("</th><th>remark</th></tr></thead>\n<tbody>\n", page);
}

static void put_use(FILE *page, const brds_explore_point *point, int r)
{
    int64_t use = brds_explore_use(point, (brds_resource)r);
    if (use < 0) {
        fputs("<td>-</td>", page);
    } else if (point->measured && point->use[r] >= 0) {
        fprintf(page, "<td title=\"predicted %lld\">%lld</td>", (long long)point->use[r],
                (long long)use);
    } else {
        fprintf(page, "<td>%lld</td>", (long long)use);
    }
}

static void put_row(FILE *page, const brds_explore *explore, const brds_explore_point *point)
{
    const brds_sweep *sweep = &explore->sweep;
    char text[64];
    fprintf(page, "<tr class=\"%s\"><td>%zu</td>", point->front ? "front" : "", point->point);
    for (size_t a = 0; a < sweep->count; a++) {
        for (size_t k = 0; k < sweep->axes[a].key_count; k++) {
            brds_explore_value_text(brds_sweep_value(sweep, point->point, a, k), text, sizeof text);
            fputs("<td>", page);
            put_text(page, text);
            fputs("</td>", page);
        }
    }
    fprintf(page, "<td>%d</td><td>%.2f</td><td>%.4g</td><td>%.2f</td>", point->multipliers,
            point->cycles, point->latency_us, 100.0 * point->utilisation);
    for (int r = 0; r < BRDS_RESOURCES; r++) {
        put_use(page, point, r);
    }
    if (isnan(point->quality)) {
        fputs("<td>-</td><td>", page);
    } else {
        fprintf(page, "<td>%g</td><td>", point->quality);
    }
    fputs(point->front ? "front " : "", page);
    fputs(point->exact ? "exact " : "", page);
    fputs(point->measured ? "measured " : "", page);
    for (int r = 0; r < BRDS_RESOURCES; r++) {
        if (point->exceeded >> r & 1U) {
            fprintf(page, "exceeds %s ", brds_resource_names[r]);
        }
    }
    fputs("</td></tr>\n", page);
}

/* ---- the page ---- */

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>brdsgen "
    "explore</title>\n<style>\n"
    "body { font: 14px sans-serif; margin: 2em; }\n"
    "table { border-collapse: collapse; }\n"
    "th, td { padding: 2px 8px; text-align: right; border-bottom: 1px solid #ddd; }\n"
    "th { cursor: pointer; background: #eee; position: sticky; top: 0; }\n"
    "tr.front { background: #fbe9e6; }\n"
    "svg text { font: 11px sans-serif; }\n"
    ".grid line { stroke: #e4e4e4; } .limit { stroke: #303030; stroke-dasharray: 6 3; }\n"
    "circle.front { fill: #d03020; } circle.beaten { fill: #7090b0; } circle.unfit { fill: "
    "#c8c8c8; }\n"
    "</style>\n</head>\n<body>\n";

/* A click on a column sorts by it, a second one the other way round. */
static const char script[] =
    "<script>\n"
    "document.querySelectorAll('th').forEach((th, column) => th.onclick = () => {\n"
    "  const body = document.querySelector('tbody'), up = th.up = !th.up;\n"
    "  const key = row => row.cells[column].textContent;\n"
    "  [...body.rows].sort((a, b) => (up ? 1 : -1) *\n"
    "    ((key(a) - key(b)) || key(a).localeCompare(key(b), undefined, {numeric: true})))\n"
    "    .forEach(row => body.append(row));\n"
    "});\n"
    "</script>\n</body>\n</html>\n";

static void put_limits(FILE *page, const brds_explore_report *report)
{
    const brds_explore *explore = report->explore;
    bool any = false;
    for (int r = 0; r < BRDS_RESOURCES; r++) {
        if (explore->limits.most[r] >= 0) {
            fprintf(page, "%s%s %lld", any ? ", " : "<p>Limits: ", brds_resource_names[r],
                    (long long)explore->limits.most[r]);
            any = true;
        }
    }
    if (report->device != NULL) {
        fprintf(page, " (%s, %s)", report->device->name, report->device->source);
    }
    fputs(any ? "</p>\n" : "", page);
}

static void put_models(FILE *page, const brds_explore *explore)
{
    for (int f = 0; f < BRDS_EXPLORE_FAMILIES; f++) {
        const brds_area_model *model = &explore->models[f];
        const char *name = brds_family_name((brds_family)f);
        if (model->known) {
            fprintf(page,
                    "<p>LUT and FF of %s are estimates: errors of %.1f %% and %.1f %% on average, "
                    "%.1f %% and %.1f %% at worst, of %zu cores that the fit had not seen.</p>\n",
                    name, 100.0 * model->lut.held_out.mean, 100.0 * model->ff.held_out.mean,
                    100.0 * model->lut.held_out.worst, 100.0 * model->ff.held_out.worst,
                    model->lut.held_out.points);
        } else if (explore->model_read[f]) {
            fprintf(page, "<p>LUT and FF of %s are not estimated.</p>\n", name);
        }
    }
}

void brds_explore_page(const brds_explore_report *report, FILE *page)
{
    const brds_explore *explore = report->explore;
    size_t hidden = 0;
    fputs(head, page);
    fputs("<h1>", page);
    put_text(page, explore->spec.name);
    fputs("</h1>\n<p><code>", page);
    put_text(page, report->command);
    fprintf(page, "</code></p>\n<p>%zu points, %zu refused, %zu on the front.</p>\n",
            explore->count + explore->refused, explore->refused, explore->front_count);
    put_limits(page, report);
    put_models(page, explore);
    put_plot(page, explore);
    put_head(page, explore);
    for (size_t p = 0; p < explore->count; p++) {
        if (is_shown(&explore->points[p], p)) {
            put_row(page, explore, &explore->points[p]);
        } else {
            hidden++;
        }
    }
    fputs("</tbody>\n</table>\n", page);
    if (hidden > 0) {
        fprintf(page, "<p>%zu points off the front are in explore.json only.</p>\n", hidden);
    }
    fputs(script, page);
}
