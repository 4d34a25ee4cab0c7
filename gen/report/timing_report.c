/* SPDX-License-Identifier: Apache-2.0 */
#include "report/timing_report.h"

#include <stdlib.h>
#include <string.h>

#include "io/strings.h"
#include "report/json_file.h"

enum { SHOWN = 20 }; /* modules of the text */

/* The instance that a net or cell belongs to: its name without the last part and without the numbers of arrays
 * and of generated names: core.g_pe[3].u_row.sum[7] is core.g_pe[].u_row.  malloc'ed. */
static char *module_of(const char *name)
{
    const char *end = strrchr(name, '.');
    size_t length = end ? (size_t)(end - name) : 0, kept = 0;
    char *module = brds_string_copy(end ? name : "(top)");
    if (!module || !end)
        return module;
    bool index = false;
    for (size_t i = 0; i < length; i++) {
        if (name[i] == ']')
            index = false;
        if (!index)
            module[kept++] = name[i];
        if (name[i] == '[')
            index = true;
    }
    module[kept] = '\0';
    return module;
}

/* ---- the clocks ---- */

static brds_status add_clocks(const json_t *root, const char *path, json_t *clocks, brds_diag *diag)
{
    const char *name = NULL;
    json_t *clock = NULL;
    json_object_foreach(json_object_get(root, "fmax"), name, clock)
    {
        json_array_append_new(clocks,
                              json_pack("{s:s, s:f, s:f}", "clock", name, "achieved_mhz",
                                        brds_json_number_of(clock, "achieved"), "constraint_mhz",
                                        brds_json_number_of(clock, "constraint")));
    }
    if (json_array_size(clocks) == 0)
        return brds_fail(diag, BRDS_EINPUT, path, "is the netlist empty?",
                         "it names no clock in 'fmax'");
    return BRDS_OK;
}

static bool clocked(const json_t *path)
{
    return brds_string_starts(brds_json_string_of(path, "from", ""), "posedge") &&
           brds_string_starts(brds_json_string_of(path, "to", ""), "posedge");
}

static json_t *step_json(const json_t *step)
{
    char *from = module_of(brds_json_string_of(json_object_get(step, "from"), "cell", ""));
    char *to = module_of(brds_json_string_of(json_object_get(step, "to"), "cell", ""));
    json_t *made = json_pack("{s:f, s:s, s:s, s:s}", "ns", brds_json_number_of(step, "delay"),
                             "type", brds_json_string_of(step, "type", ""), "from",
                             from ? from : "", "to", to ? to : "");
    free(from);
    free(to);
    return made;
}

static json_t *path_json(const json_t *path)
{
    double logic = 0.0, routing = 0.0;
    size_t i = 0;
    json_t *step = NULL, *steps = json_array();
    json_array_foreach(json_object_get(path, "path"), i, step)
    {
        bool wire = strcmp(brds_json_string_of(step, "type", ""), "routing") == 0;
        *(wire ? &routing : &logic) += brds_json_number_of(step, "delay");
        json_array_append_new(steps, step_json(step));
    }
    return json_pack("{s:f, s:f, s:f, s:o}", "ns", logic + routing, "logic_ns", logic, "routing_ns",
                     routing, "steps", steps);
}

/* nextpnr names one path for each pair of clocks. */
static json_t *critical_path(const json_t *root)
{
    size_t i = 0;
    json_t *path = NULL, *worst = NULL;
    json_array_foreach(json_object_get(root, "critical_paths"), i, path)
    {
        if (!clocked(path))
            continue;
        json_t *made = path_json(path);
        if (worst && brds_json_number_of(worst, "ns") >= brds_json_number_of(made, "ns")) {
            json_decref(made);
            continue;
        }
        json_decref(worst);
        worst = made;
    }
    return worst ? worst : json_null();
}

/* ---- the modules ---- */

/* nextpnr 0.4 gives one delay, later versions the least and the largest. */
static double delay_of(const json_t *endpoint)
{
    const json_t *delay = json_object_get(endpoint, "delay");
    double largest = json_number_value(delay);
    size_t i = 0;
    json_t *one = NULL;
    json_array_foreach((json_t *)delay, i, one)
    {
        largest = json_number_value(one) > largest ? json_number_value(one) : largest;
    }
    return largest;
}

static void add_endpoint(json_t *module, double ns, double period)
{
    double worst = brds_json_number_of(module, "worst_ns");
    json_int_t paths = json_integer_value(json_object_get(module, "paths"));
    json_int_t slow = json_integer_value(json_object_get(module, "slow"));
    json_object_set_new(module, "worst_ns", json_real(ns > worst ? ns : worst));
    json_object_set_new(module, "paths", json_integer(paths + 1));
    json_object_set_new(module, "slow", json_integer(slow + (ns > period ? 1 : 0)));
}

static brds_status add_net(const json_t *net, double period, json_t *by_name, brds_diag *diag)
{
    char *name = module_of(brds_json_string_of(net, "net", ""));
    if (!name)
        return brds_fail_memory(diag);
    size_t i = 0;
    json_t *endpoint = NULL;
    json_array_foreach(json_object_get(net, "endpoints"), i, endpoint)
    {
        if (!brds_string_starts(brds_json_string_of(net, "event", ""), "posedge") ||
            !brds_string_starts(brds_json_string_of(endpoint, "event", ""), "posedge"))
            continue;
        if (!json_object_get(by_name, name))
            json_object_set_new(by_name, name, json_pack("{s:s}", "module", name));
        add_endpoint(json_object_get(by_name, name), delay_of(endpoint), period);
    }
    free(name);
    return BRDS_OK;
}

static int slower(const void *a, const void *b)
{
    double x = brds_json_number_of(*(json_t *const *)a, "worst_ns"),
           y = brds_json_number_of(*(json_t *const *)b, "worst_ns");
    return x < y ? 1 : x > y ? -1 : 0;
}

static brds_status sort_modules(const json_t *by_name, json_t *modules, brds_diag *diag)
{
    size_t count = json_object_size(by_name), n = 0;
    json_t **sorted = calloc(count ? count : 1, sizeof *sorted), *module = NULL;
    const char *name = NULL;
    if (!sorted)
        return brds_fail_memory(diag);
    json_object_foreach((json_t *)by_name, name, module)
    {
        sorted[n++] = module;
    }
    qsort(sorted, n, sizeof *sorted, slower);
    for (size_t i = 0; i < n; i++)
        json_array_append(modules, sorted[i]);
    free(sorted);
    return BRDS_OK;
}

static brds_status add_modules(const json_t *root, const json_t *clocks, json_t *modules,
                               brds_diag *diag)
{
    double wanted = brds_json_number_of(json_array_get(clocks, 0), "constraint_mhz");
    double period = wanted > 0.0 ? 1000.0 / wanted : 0.0;
    json_t *by_name = json_object(), *net = NULL;
    brds_status status = by_name ? BRDS_OK : brds_fail_memory(diag);
    size_t i = 0;
    json_array_foreach(json_object_get(root, "detailed_net_timings"), i, net)
    {
        if (!status)
            status = add_net(net, period, by_name, diag);
    }
    if (!status)
        status = sort_modules(by_name, modules, diag);
    json_decref(by_name);
    return status;
}

/* ---- the whole ---- */

brds_status brds_timing_report(const char *path, json_t **report, brds_diag *diag)
{
    json_t *root = NULL, *clocks = json_array(), *modules = json_array();
    *report = NULL;
    brds_status status = clocks && modules ? BRDS_OK : brds_fail_memory(diag);
    if (!status)
        status = brds_json_file(path, &root, diag);
    if (!status)
        status = add_clocks(root, path, clocks, diag);
    if (!status)
        status = add_modules(root, clocks, modules, diag);
    if (!status)
        *report = json_pack("{s:O, s:o, s:O}", "clocks", clocks, "critical_path",
                            critical_path(root), "modules", modules);
    if (!status && !*report)
        status = brds_fail_memory(diag);
    json_decref(clocks);
    json_decref(modules);
    json_decref(root);
    return status;
}

/* ---- text ---- */

static void write_path(const json_t *path, FILE *stream)
{
    size_t i = 0;
    json_t *step = NULL;
    fprintf(stream, "\nlongest path: %.2f ns, logic %.2f, routing %.2f\n",
            brds_json_number_of(path, "ns"), brds_json_number_of(path, "logic_ns"),
            brds_json_number_of(path, "routing_ns"));
    json_array_foreach(json_object_get(path, "steps"), i, step)
    {
        const char *from = brds_json_string_of(step, "from", ""),
                   *to = brds_json_string_of(step, "to", "");
        fprintf(stream, "  %6.2f  %-9s %s", brds_json_number_of(step, "ns"),
                brds_json_string_of(step, "type", ""), from);
        fprintf(stream, strcmp(from, to) == 0 ? "\n" : " -> %s\n", to);
    }
}

brds_status brds_timing_write_text(const json_t *report, FILE *stream, brds_diag *diag)
{
    size_t i = 0;
    json_t *one = NULL;
    json_array_foreach(json_object_get(report, "clocks"), i, one)
    {
        fprintf(stream, "clock %s: %.2f MHz (wanted: %.2f)\n",
                brds_json_string_of(one, "clock", ""), brds_json_number_of(one, "achieved_mhz"),
                brds_json_number_of(one, "constraint_mhz"));
    }
    if (!json_is_null(json_object_get(report, "critical_path")))
        write_path(json_object_get(report, "critical_path"), stream);
    if (json_array_size(json_object_get(report, "modules")) > 0)
        fprintf(stream, "\nby the module in which they end:\n  longest    paths  too long\n");
    json_array_foreach(json_object_get(report, "modules"), i, one)
    {
        if (i < SHOWN)
            fprintf(stream, "%6.2f ns %8lld %9lld  %s\n", brds_json_number_of(one, "worst_ns"),
                    (long long)json_integer_value(json_object_get(one, "paths")),
                    (long long)json_integer_value(json_object_get(one, "slow")),
                    brds_json_string_of(one, "module", ""));
    }
    return ferror(stream) ? brds_fail(diag, BRDS_EFILE, "", "", "the report cannot be written")
                          : BRDS_OK;
}
