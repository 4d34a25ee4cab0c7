/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/json.h"
#include "cli/options.h"
#include "cli/source.h"
#include "explore/explore.h"
#include "explore/explore_report.h"
#include "explore/synth_jobs.h"
#include "io/file.h"
#include "io/strings.h"
#include "pack/pack.h"

typedef struct {
    brds_explore explore;
    const brds_device *device;
    brds_best best;
    brds_synth_jobs synth; /* 0 points: none */
    const char *output, *write_spec;
    char *command;
} explore_job;

/* ---- the command line ---- */

/* Options that mean nothing without another one. */
static brds_status check_needs(const brds_args *args, brds_diag *diag)
{
    static const char *const needs[][2] = {{"jobs", "synth"},
                                           {"launch", "synth"},
                                           {"resume", "synth"},
                                           {"synth", "output"},
                                           {"fit", "output"}};
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++) {
        if (brds_args_value(args, needs[i][0]) != NULL &&
            brds_args_value(args, needs[i][1]) == NULL) {
            return brds_fail(diag, BRDS_EUSAGE, "brdsgen explore", "", "--%s needs --%s",
                             needs[i][0], needs[i][1]);
        }
    }
    if (brds_args_value(args, "model") != NULL && brds_args_value(args, "random-model") != NULL) {
        return brds_fail(diag, BRDS_EUSAGE, "brdsgen explore", "give one of them",
                         "both --model and --random-model are given");
    }
    return BRDS_OK;
}

static brds_status read_best(const brds_args *args, explore_job *job, brds_diag *diag)
{
    const char *word = brds_args_value(args, "best");
    size_t count = 0;
    job->best = BRDS_BEST_LATENCY;
    for (; brds_best_words[count] != NULL; count++) {
        if (word != NULL && strcmp(word, brds_best_words[count]) == 0) {
            job->best = (brds_best)count;
            return BRDS_OK;
        }
    }
    return word == NULL ? BRDS_OK
                        : brds_fail(diag, BRDS_EUSAGE, "brdsgen explore",
                                    "latency, area, lut, ff, dsp, bram, utilisation or quality",
                                    "--best %s: a core is not best in that", word);
}

static brds_status read_limits(const brds_args *args, explore_job *job, brds_diag *diag)
{
    const char *device = brds_args_value(args, "device"), *limit = brds_args_value(args, "limit");
    brds_limits *limits = &job->explore.limits;
    for (int r = 0; r < BRDS_RESOURCES; r++) {
        limits->most[r] = -1;
    }
    if (device != NULL && limit != NULL) {
        return brds_fail(diag, BRDS_EUSAGE, "brdsgen explore", "give one of them",
                         "both --device and --limit are given");
    }
    brds_status status = BRDS_OK;
    if (device != NULL) {
        status = brds_device_find(device, &job->device, diag);
    }
    if (job->device != NULL) {
        memcpy(limits->most, job->device->have, sizeof limits->most);
    }
    return limit != NULL ? brds_limits_read(limit, limits, diag) : status;
}

static brds_status read_synth(const brds_args *args, explore_job *job, brds_diag *diag)
{
    int64_t points = 0, jobs = 1;
    brds_status status = brds_args_integer(args, "synth", 1, BRDS_SWEEP_POINTS, 0, &points, diag);
    if (status == BRDS_OK) {
        status = brds_args_integer(args, "jobs", 1, 1000, 1, &jobs, diag);
    }
    job->synth = (brds_synth_jobs){.folder = job->output,
                                   .launch = brds_args_value(args, "launch"),
                                   .points = (size_t)points,
                                   .jobs = (size_t)jobs,
                                   .resume = brds_args_flag(args, "resume")};
    return status;
}

/* A word of the shell, in quotes where it needs them. */
static char *shell_word(const char *text)
{
    bool plain = text[0] != '\0' && text[strcspn(text, " \t\n'\"\\$`*?[]{}()<>|&;#~!")] == '\0';
    return brds_string_format(plain ? "%s" : "'%s'", text);
}

static void append(char **text, const char *before, const char *word)
{
    char *shown = shell_word(word);
    char *longer =
        *text != NULL && shown != NULL ? brds_string_format("%s %s%s", *text, before, shown) : NULL;
    free(*text);
    free(shown);
    *text = longer;
}

static brds_status note_command(const brds_args *args, explore_job *job, brds_diag *diag)
{
    const brds_option *option;
    const char *value;
    job->command = brds_string_copy("brdsgen explore");
    append(&job->command, "", brds_args_operand(args, 0));
    for (size_t n = 0; (value = brds_args_given(args, n, &option)) != NULL; n++) {
        char *name = brds_string_format(option->argument ? "--%s " : "--%s", option->name);
        if (option->argument != NULL && name != NULL) {
            append(&job->command, name, value);
        } else if (name != NULL) {
            append(&job->command, "", name);
        }
        free(name);
    }
    return job->command != NULL ? BRDS_OK : brds_fail_memory(diag);
}

static brds_status read_arguments(const brds_args *args, explore_job *job, brds_diag *diag)
{
    job->output = brds_args_value(args, "output");
    job->write_spec = brds_args_value(args, "write-spec");
    brds_status status = read_best(args, job, diag);
    if (status == BRDS_OK) {
        status = read_limits(args, job, diag);
    }
    if (status == BRDS_OK) {
        status = read_synth(args, job, diag);
    }
    return status == BRDS_OK ? note_command(args, job, diag) : status;
}

/* ---- the spec and its sweep ---- */

static brds_status begin(const brds_args *args, explore_job *job, brds_diag *diag)
{
    enum { DOCUMENT_LIMIT = 1 << 20 };
    const char *path = brds_args_operand(args, 0);
    int64_t clock = 0;
    uint8_t *bytes = NULL;
    size_t size = 0;
    job->explore.place = brds_input_place(path);
    brds_status status = brds_args_integer(args, "clock", 1, 1000, 0, &clock, diag);
    if (status == BRDS_OK) {
        status = brds_read_file(path, DOCUMENT_LIMIT, &bytes, &size, diag);
    }
    if (status == BRDS_OK) {
        int family = job->device != NULL ? (int)job->device->family : -1;
        status =
            brds_explore_begin(&job->explore, (const char *)bytes, size, family, (int)clock, diag);
    }
    free(bytes);
    return status;
}

/* What --device and --clock say is said once. */
static brds_status check_sweep(const brds_args *args, const brds_sweep *sweep, brds_diag *diag)
{
    static const char *const same[][2] = {{"device", "target.family"},
                                          {"clock", "target.clock_mhz"}};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        if (brds_args_value(args, same[i][0]) != NULL &&
            brds_sweep_find(sweep, 0, same[i][1]) != NULL) {
            return brds_fail(diag, BRDS_EUSAGE, "brdsgen explore", "leave one of them out",
                             "--%s sets %s, which is swept", same[i][0], same[i][1]);
        }
    }
    return BRDS_OK;
}

static brds_status read_sweep(const brds_args *args, explore_job *job, brds_diag *diag)
{
    brds_sweep *sweep = &job->explore.sweep;
    const char *text, *quality = brds_args_value(args, "quality");
    brds_status status = BRDS_OK;
    for (size_t n = 0; (text = brds_args_value_at(args, "sweep", n)) != NULL; n++) {
        brds_status now = brds_sweep_add(sweep, text, diag);
        status = status == BRDS_OK ? now : status; /* go on: report every fault */
        if (now != BRDS_OK) {
            break;
        }
    }
    if (status == BRDS_OK && sweep->count == 0) {
        status = brds_sweep_default(sweep, &job->explore.spec, diag);
    }
    if (status == BRDS_OK) {
        status = check_sweep(args, sweep, diag);
    }
    return status == BRDS_OK && quality != NULL
               ? brds_quality_load(quality, sweep, &job->explore.quality, diag)
               : status;
}

/* ---- exact cycles ---- */

static brds_status load_network(const brds_args *args, const brds_spec *spec, brds_network *network,
                                brds_diag *diag)
{
    const char *model = brds_args_value(args, "model");
    int64_t seed = 0;
    if (model != NULL) {
        return brds_network_load(model, spec, network, diag);
    }
    brds_status status = brds_args_integer(args, "random-model", 0, INT64_MAX, 1, &seed, diag);
    return status == BRDS_OK ? brds_network_random(spec, (uint64_t)seed, network, diag) : status;
}

static brds_status pack_point(const brds_args *args, const explore_job *job,
                              brds_explore_point *point, brds_diag *diag)
{
    brds_spec spec;
    brds_network network = {0};
    brds_packed packed;
    char *text = brds_explore_document(&job->explore, point->point);
    brds_status status =
        text != NULL ? brds_spec_parse(text, strlen(text), job->explore.place, false, &spec, diag)
                     : brds_fail_memory(diag);
    free(text);
    if (status == BRDS_OK) {
        status = load_network(args, &spec, &network, diag);
    }
    if (status == BRDS_OK) {
        status = brds_pack(job->explore.place, &spec, &network, &packed, diag);
    }
    if (status == BRDS_OK) {
        brds_explore_exact(point, &packed.plan, &packed.schedule.pace);
        brds_packed_free(&packed);
    }
    brds_network_free(&network);
    return status;
}

/* Weights decide the gaps: of the points of the front only, as packing takes a while.  A point that the
 * network does not suit keeps the worst case. */
static brds_status find_exact(const brds_args *args, explore_job *job, brds_diag *diag)
{
    if (brds_args_value(args, "model") == NULL && brds_args_value(args, "random-model") == NULL) {
        return BRDS_OK;
    }
    for (size_t i = 0; i < job->explore.front_count; i++) {
        brds_diag quiet = {0};
        brds_explore_point *point = &job->explore.points[job->explore.front[i]];
        brds_status status = pack_point(args, job, point, &quiet);
        const brds_message *why = quiet.count > 0 ? &quiet.messages[0] : NULL;
        if (status == BRDS_EINPUT && why != NULL) {
            brds_warn(diag, why->place, why->hint, "point %zu keeps the worst case: %s",
                      point->point, why->text);
        } else if (status != BRDS_OK) {
            brds_fail(diag, status, why ? why->place : "", why ? why->hint : "", "%s",
                      why ? why->text : "out of memory");
        }
        brds_diag_free(&quiet);
        if (status != BRDS_OK && status != BRDS_EINPUT) {
            return status;
        }
    }
    return BRDS_OK;
}

/* A front cannot be put in an order that nothing is known of. */
static brds_status check_best(const explore_job *job, brds_diag *diag)
{
    const brds_explore *explore = &job->explore;
    int resource = job->best == BRDS_BEST_LUT ? BRDS_LUT : BRDS_FF;
    bool of_logic = job->best == BRDS_BEST_LUT || job->best == BRDS_BEST_FF;
    if (of_logic && explore->count > 0 && explore->points[0].use[resource] < 0) {
        return brds_fail(diag, BRDS_EUSAGE, "brdsgen explore", "synth/fit.sh fits an area model",
                         "--best %s: it is not estimated for the family",
                         brds_best_words[job->best]);
    }
    if (job->best == BRDS_BEST_QUALITY && explore->quality.entries == NULL) {
        return brds_fail(diag, BRDS_EUSAGE, "brdsgen explore", "",
                         "--best quality needs --quality");
    }
    return BRDS_OK;
}

/* ---- results ---- */

static brds_status write_page(const brds_explore_report *report, const char *path, brds_diag *diag)
{
    brds_outfile *file;
    FILE *stream;
    brds_status status = brds_outfile_begin(path, &file, &stream, diag);
    if (status != BRDS_OK) {
        return status;
    }
    brds_explore_page(report, stream);
    return brds_outfile_commit(file, diag);
}

static brds_status write_json(json_t *root, const char *path, brds_diag *diag)
{
    brds_outfile *file;
    FILE *stream;
    brds_status status = brds_outfile_begin(path, &file, &stream, diag);
    if (status != BRDS_OK) {
        json_decref(root);
        return status;
    }
    status = brds_json_print(root, stream, diag);
    if (status == BRDS_OK) {
        return brds_outfile_commit(file, diag);
    }
    brds_outfile_abort(file);
    return status;
}

static brds_status write_files(const brds_explore_report *report, const char *folder,
                               brds_diag *diag)
{
    (void)mkdir(folder, 0777); /* where it cannot be, the first file tells */
    char *json = brds_string_format("%s/explore.json", folder);
    char *page = brds_string_format("%s/explore.html", folder);
    char *plot = brds_string_format("%s/explore.svg", folder);
    brds_status status =
        json != NULL && page != NULL && plot != NULL ? BRDS_OK : brds_fail_memory(diag);
    if (status == BRDS_OK) {
        status = write_json(brds_explore_json(report), json, diag);
    }
    if (status == BRDS_OK) {
        status = write_page(report, page, diag);
    }
    if (status == BRDS_OK && report->explore->count > 0) {
        status = brds_explore_plot(report, plot, diag);
    }
    free(json);
    free(page);
    free(plot);
    return status;
}

static brds_status write_spec(const explore_job *job, brds_diag *diag)
{
    if (job->explore.front_count == 0) {
        return brds_fail(diag, BRDS_EINPUT, job->explore.place, "", "no point is left to write");
    }
    char *text =
        brds_explore_document(&job->explore, job->explore.points[job->explore.front[0]].point);
    brds_status status = text != NULL ? brds_write_file(job->write_spec, text, strlen(text), diag)
                                      : brds_fail_memory(diag);
    free(text);
    return status;
}

static brds_status write_results(const brds_args *args, const explore_job *job, brds_diag *diag)
{
    const brds_explore_report report = {.explore = &job->explore,
                                        .command = job->command,
                                        .device = job->device,
                                        .best = job->best};
    brds_status status = BRDS_OK;
    if (job->output != NULL) {
        status = write_files(&report, job->output, diag);
    }
    if (status == BRDS_OK && job->write_spec != NULL) {
        status = write_spec(job, diag);
    }
    bool taken = job->write_spec != NULL && strcmp(job->write_spec, "-") == 0;
    FILE *stream = taken ? stderr : stdout;
    if (brds_args_flag(args, "json")) {
        brds_status printed = brds_json_print(brds_explore_json(&report), stream, diag);
        return status == BRDS_OK ? printed : status;
    }
    brds_explore_print(&report, stream);
    return status;
}

/* ---- the command ---- */

static brds_status look(const brds_args *args, explore_job *job, brds_diag *diag)
{
    brds_status status = read_arguments(args, job, diag);
    if (status == BRDS_OK) {
        status = begin(args, job, diag);
    }
    if (status == BRDS_OK) {
        status = read_sweep(args, job, diag);
    }
    if (status == BRDS_OK) {
        status = brds_explore_predict(&job->explore, diag);
    }
    if (status == BRDS_OK) {
        status = check_best(job, diag);
    }
    if (status == BRDS_OK) {
        status = brds_explore_front(&job->explore, job->best, diag);
    }
    if (status == BRDS_OK) {
        status = find_exact(args, job, diag);
    }
    if (status != BRDS_OK) {
        return status;
    }
    brds_status synthesised = BRDS_OK;
    if (job->synth.points > 0) {
        synthesised = brds_explore_synthesise(&job->explore, &job->synth, diag);
    }
    if (synthesised == BRDS_EUSAGE) {
        return synthesised;
    }
    status = write_results(args, job, diag); /* what the jobs that went well have found, too */
    return synthesised != BRDS_OK ? synthesised : status;
}

static brds_status fit(const brds_args *args, brds_diag *diag)
{
    json_t *document = NULL;
    brds_status status = brds_area_fit(brds_args_operand(args, 0), &document, diag);
    return status == BRDS_OK ? write_json(document, brds_args_value(args, "output"), diag) : status;
}

static brds_status run(const brds_args *args, brds_diag *diag)
{
    brds_status status = check_needs(args, diag);
    if (status != BRDS_OK || brds_args_flag(args, "fit")) {
        return status == BRDS_OK ? fit(args, diag) : status;
    }
    explore_job *job = calloc(1, sizeof *job);
    if (job == NULL) {
        return brds_fail_memory(diag);
    }
    status = look(args, job, diag);
    brds_explore_free(&job->explore);
    free(job->command);
    free(job);
    return status;
}

static const brds_option options[] = {
    {"sweep", 0, "KEY=VALUES...",
     "a key of the spec by its dotted path and its values: 1,2,4 or 1..8 or 1..64*2 or words; may "
     "be given several times (default: pes and lanes)"},
    BRDS_MODEL_OPTIONS,
    {"device", 0, "NAME", "the limits and the family of a device, such as xc7a100t"},
    {"limit", 0, "LIMITS", "limits of your own: lut=N,ff=N,dsp=N,bram=N, any of them"},
    {"clock", 0, "MHZ", "the clock instead of the spec's"},
    {"quality", 0, "FILE", "what networks are worth, a JSON list of {set, metric, value}"},
    {"best", 0, "WHAT",
     "the front's order: latency (default), area, lut, ff, dsp, bram, utilisation, quality"},
    {"output", 'o', "DIR", "write explore.json, explore.svg and explore.html to DIR"},
    {"write-spec", 0, "FILE", "write the first point of the front as a spec"},
    {"synth", 0, "N", "synthesise the first N points of the front with Yosys"},
    {"jobs", 0, "N", "so many syntheses at a time (default 1)"},
    {"launch", 0, "COMMAND", "a command that starts each synthesis, such as 'srun -n1'"},
    {"resume", 0, NULL, "take what --synth has finished in DIR before"},
    {"fit", 0, NULL,
     "SPEC is a folder of synthesised cores: fit the area model to them and write it to --output"},
    {"json", 0, NULL, "print the results as JSON"},
    {0},
};

const brds_command brds_cmd_explore = {
    .name = "explore",
    .operands = "SPEC",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "search for the best sizes of a core",
    .description =
        "Predicts every core of a sweep over keys of the spec, without generating any: "
        "multipliers, "
        "cycles and time of a step from the cycle-exact model, DSP and memory blocks from the "
        "plan, "
        "LUTs and flip-flops by a model fitted to synthesised cores of the family where there is "
        "one.  Prints those that no other one beats in time, area and quality, and that exceed no "
        "limit.  Cycles are those of the largest gaps that the shape allows; with a network they "
        "are exact for the "
        "points of that front.  Specs that the check refuses are counted.  --synth measures the "
        "first points with Yosys; finished ones are kept in DIR/synth.  docs/explore.md tells "
        "more.",
    .options = options,
    .run = run,
};
