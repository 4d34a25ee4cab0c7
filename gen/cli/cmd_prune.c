/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/stat.h>

#include "cli/prune.h"
#include "cli/training.h"

/* The options that make sense without data, too; NULL ends. */
static const char *const dataless[] = {"model", "output", "method", "json", NULL};

/* The files that are written, which must be there for the writing before hours of training. */
static const char *const written[] = {"output", "write-spec", "log", "plot"};
enum { WRITTEN = sizeof written / sizeof written[0] };

/* --- files --- */

static const char *plain(const char *path)
{
    while (path[0] == '.' && path[1] == '/') {
        path += 2;
    }
    return path;
}

/* Of one name, or one file by two names; devices may be named twice. */
static bool same_file(const char *a, const char *b)
{
    struct stat one, other;
    bool there = stat(a, &one) == 0, both = there && stat(b, &other) == 0;
    if (there && !S_ISREG(one.st_mode) && !S_ISDIR(one.st_mode)) {
        return false;
    }
    return strcmp(plain(a), plain(b)) == 0 ||
           (both && one.st_dev == other.st_dev && one.st_ino == other.st_ino);
}

static brds_status refuse_same(const char *a, const char *path, const char *b, brds_diag *diag)
{
    return brds_fail(diag, BRDS_EUSAGE, "", "", "%s and %s are the same file %s", a, b, path);
}

/* A run that is resumed must find what it was started with. */
static brds_status check_inputs(const brds_args *args, const char *path, const char *option,
                                brds_diag *diag)
{
    static const char *const read[] = {"model", "data", "valid", "test"};
    char name[32];
    snprintf(name, sizeof name, "--%s", option);
    for (size_t i = 0; i < sizeof read / sizeof read[0]; i++) {
        const char *input = brds_args_value(args, read[i]);
        char other[32];
        snprintf(other, sizeof other, "--%s", read[i]);
        if (input != NULL && same_file(input, path)) {
            return refuse_same(other, path, name, diag);
        }
    }
    return same_file(brds_args_operand(args, 0), path) ? refuse_same("the spec", path, name, diag)
                                                       : BRDS_OK;
}

static brds_status check_file(const brds_args *args, int i, brds_diag *diag)
{
    const char *path = brds_args_value(args, written[i]);
    if (path == NULL) {
        return BRDS_OK;
    }
    if (strcmp(path, "-") == 0) {
        return i == 0 ? BRDS_OK
                      : brds_fail(diag, BRDS_EUSAGE, "", "give a file",
                                  "--%s cannot be standard output", written[i]);
    }
    for (int j = 0; j < i; j++) {
        const char *other = brds_args_value(args, written[j]);
        char name[2][32];
        snprintf(name[0], sizeof name[0], "--%s", written[j]);
        snprintf(name[1], sizeof name[1], "--%s", written[i]);
        if (other != NULL && same_file(path, other)) {
            return refuse_same(name[0], path, name[1], diag);
        }
    }
    brds_status status = check_inputs(args, path, written[i], diag);
    return status == BRDS_OK ? brds_output_check(path, diag) : status;
}

/* --- options --- */

static brds_status check_with_data(const brds_args *args, brds_diag *diag)
{
    if (brds_args_flag(args, "resume") && brds_args_value(args, "work") == NULL) {
        return brds_fail(diag, BRDS_EUSAGE, "", "", "--resume needs --work DIR");
    }
    if (brds_args_value(args, "plot") != NULL && brds_args_value(args, "log") == NULL) {
        return brds_fail(diag, BRDS_EUSAGE, "", "", "--plot needs --log FILE");
    }
    if (brds_args_value(args, "write-spec") != NULL &&
        strcmp(brds_args_operand(args, 0), "-") == 0) {
        return brds_fail(diag, BRDS_EUSAGE, "", "give the spec as a file",
                         "--write-spec changes the spec, which standard input gives only once");
    }
    brds_status status = BRDS_OK;
    for (int i = 0; status == BRDS_OK && i < WRITTEN; i++) {
        status = check_file(args, i, diag);
    }
    return status;
}

static bool is_dataless(const char *name)
{
    bool found = false;
    for (size_t i = 0; dataless[i] != NULL; i++) {
        found = found || strcmp(dataless[i], name) == 0;
    }
    return found;
}

static brds_status check_without_data(const brds_args *args, const brds_option *options,
                                      brds_diag *diag)
{
    for (const brds_option *o = options; o->name != NULL; o++) {
        if (!is_dataless(o->name) &&
            (brds_args_value(args, o->name) != NULL || brds_args_flag(args, o->name))) {
            return brds_fail(diag, BRDS_EUSAGE, "", "", "--%s needs --data FILE", o->name);
        }
    }
    return BRDS_OK;
}

static brds_status check_arguments(const brds_args *args, bool with_data, brds_diag *diag)
{
    const char *method = brds_args_value(args, "method");
    if (!brds_args_value(args, "model") || !brds_args_value(args, "output")) {
        return brds_fail(diag, BRDS_EUSAGE, "", "", "%s is missing",
                         brds_args_value(args, "model") ? "-o OUT.safetensors"
                                                        : "--model MODEL.safetensors");
    }
    if (method && strcmp(method, "magnitude") != 0 && strcmp(method, "retrain") != 0) {
        return brds_fail(diag, BRDS_EUSAGE, "", "known are magnitude and retrain",
                         "unknown method '%s'", method);
    }
    if (method && (strcmp(method, "retrain") == 0) != with_data) {
        return brds_fail(diag, BRDS_EUSAGE, "", "",
                         with_data ? "--data is for retraining, not for --method magnitude"
                                   : "--method retrain needs --data FILE");
    }
    return BRDS_OK;
}

static const brds_option options[] = {
    {"model", 'm', "FILE", "the trained network: safetensors, npz, ONNX or Keras"},
    {"output", 'o', "FILE", "the pruned network, in safetensors"},
    {"method", 0, "NAME", "retrain (the default with --data) or magnitude (without)"},
    {"sparsity", 0, "SHARE", "zeros of all W_x and W_h, 0.5 to 0.99 (default: the spec's counts)"},
    {"pattern", 0, "LIST",
     "of dense, unstructured, bank, block, row, dual; the last one is written (default: dual with "
     "--sparsity, else row)"},
    {"write-spec", 0, "FILE",
     "the spec with the counts found (and --bits); needs row or dual last"},
    {"bits", 0, "N",
     "bits of a weight (default: the spec's); retrains with the hardware's numbers"},
    BRDS_DATA_OPTIONS,
    {"limit", 0, "N",
     "train on the first N sequences, or tokens of a language model (default: all)"},
    {"epochs", 0, "N", "of retraining a pattern (default 12; language model: 6)"},
    {"ramp", 0, "N", "epochs of them in which zeros become more (default: half)"},
    {"quantised-epochs", 0, "N", "after them, with the hardware's numbers (default 0; --bits: 3)"},
    {"quantised-rate", 0, "R", "their learning rate (default: a tenth of --rate)"},
    {"rate", 0, "R", "learning rate (default: adam 0.001, sgd 10)"},
    {"decay-from", 0, "N", "the first epoch with a lower rate (default 3)"},
    {"trials", 0, "N", "dual: pairs that a search tries at most (default 9); 0: the spec's pair"},
    {"trial-epochs", 0, "N", "of retraining a trial (default 4; language model: 2)"},
    {"trial-ramp", 0, "N", "epochs of them in which zeros become more (default: half)"},
    {"step", 0, "N", "first step, in weights of a row (default: an eighth of those kept)"},
    {"step-min", 0, "N", "last step (default: a quarter of the first)"},
    {"per-layer", 0, NULL, "dual: a search for each layer"},
    {"fill-lanes", 0, NULL, "only counts that fill the spec's lanes"},
    {"bank-columns", 0, "N", "bank: columns of a bank (default 32)"},
    {"block", 0, "N", "block: rows and columns of a block (default 4)"},
    BRDS_FIT_OPTIONS,
    {"work", 0, "DIR", "a folder of this run alone, where checkpoints go"},
    {"every", 0, "SECONDS", "between checkpoints, besides each epoch's end (default 60)"},
    {"resume", 0, NULL, "go on from the checkpoints of --work"},
    {"log", 0, "FILE", "one line of JSON an epoch"},
    {"plot", 0, "FILE", "the log's curves as SVG, drawn by gnuplot; needs --log"},
    {"json", 0, NULL, "print the report as JSON"},
    {0},
};

static brds_status run(const brds_args *args, brds_diag *diag)
{
    bool with_data = brds_args_value(args, "data") != NULL;
    brds_status status = check_arguments(args, with_data, diag);
    if (status == BRDS_OK) {
        status = with_data ? check_with_data(args, diag) : check_without_data(args, options, diag);
    }
    if (status != BRDS_OK) {
        return status;
    }
    return with_data ? brds_prune_with_data(args, diag) : brds_prune_without_data(args, diag);
}

const brds_command brds_cmd_prune = {
    .name = "prune",
    .operands = "SPEC",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "prune a network to the row-balanced pattern of a spec",
    .description =
        "Keeps in every row of every weight matrix as many weights as the spec says, those of the "
        "largest magnitude, and sets the others to zero.  Without data the network is not "
        "retrained.  With --data it is: the zeros become more while it trains.  With --sparsity "
        "the pair of ratios, that of W_x and that of W_h, is searched at this overall sparsity: "
        "each pair is retrained briefly, the one that is best on the validation set is retrained "
        "to the end.  Several patterns may be compared with the same budget; only row "
        "and dual run on the hardware.  A run that was interrupted goes on from the checkpoints of "
        "its --work folder with --resume and ends in the same files.",
    .options = options,
    .run = run,
};
