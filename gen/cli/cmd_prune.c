/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/prune.h"
#include "cli/training.h"

/* Options that make no sense without data; NULL ends. */
static const char *const data_only[] = {"sparsity", "pattern", "bits",   "write-spec", "work",
                                        "resume",   "log",     "plot",   "valid",      "test",
                                        "epochs",   "ramp",    "trials", "fill-lanes", NULL};

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
    for (size_t i = 0; !with_data && data_only[i] != NULL; i++) {
        if (brds_args_value(args, data_only[i]) != NULL || brds_args_flag(args, data_only[i])) {
            return brds_fail(diag, BRDS_EUSAGE, "", "", "--%s needs --data FILE", data_only[i]);
        }
    }
    return BRDS_OK;
}

static brds_status run(const brds_args *args, brds_diag *diag)
{
    bool with_data = brds_args_value(args, "data") != NULL;
    brds_status status = check_arguments(args, with_data, diag);
    if (status != BRDS_OK) {
        return status;
    }
    return with_data ? brds_prune_with_data(args, diag) : brds_prune_without_data(args, diag);
}

static const brds_option options[] = {
    {"model", 'm', "FILE", "the trained network, in safetensors"},
    {"output", 'o', "FILE", "the pruned network, in safetensors"},
    {"method", 0, "NAME", "retrain (the default with --data) or magnitude (without)"},
    {"sparsity", 0, "SHARE", "zeros of all W_x and W_h, 0.5 to 0.99 (default: the spec's counts)"},
    {"pattern", 0, "LIST",
     "of dense, unstructured, bank, block, row, dual; the last one is written (default: dual with "
     "--sparsity, else row)"},
    {"write-spec", 0, "FILE", "the spec with the counts found (and --bits)"},
    {"bits", 0, "N",
     "bits of a weight (default: the spec's); retrains with the hardware's numbers"},
    BRDS_DATA_OPTIONS,
    {"epochs", 0, "N", "of retraining a pattern (default 12; language model: 6)"},
    {"ramp", 0, "N", "epochs of them in which zeros become more (default: half)"},
    {"quantised-epochs", 0, "N", "after them, with the hardware's numbers (default 0; --bits: 3)"},
    {"quantised-rate", 0, "R", "their learning rate (default: a tenth of --rate)"},
    {"rate", 0, "R", "learning rate (default: adam 0.001, sgd 10)"},
    {"decay-from", 0, "N", "the first epoch with a lower rate (default 3)"},
    {"trials", 0, "N", "dual: ratios that are tried (default 9)"},
    {"trial-epochs", 0, "N", "of retraining a trial (default 4; language model: 2)"},
    {"trial-ramp", 0, "N", "epochs of them in which zeros become more (default: half)"},
    {"step", 0, "N", "first step, in weights of a row (default: an eighth of those kept)"},
    {"step-min", 0, "N", "last step (default: a quarter of the first)"},
    {"per-layer", 0, NULL, "dual: a search for each layer"},
    {"fill-lanes", 0, NULL, "only counts that fill the spec's lanes"},
    {"bank-columns", 0, "N", "bank: columns of a bank (default 32)"},
    {"block", 0, "N", "block: rows and columns of a block (default 4)"},
    BRDS_FIT_OPTIONS,
    {"work", 0, "DIR", "where checkpoints go"},
    {"every", 0, "SECONDS", "between checkpoints, besides each epoch's end (default 60)"},
    {"resume", 0, NULL, "go on from the checkpoints of --work"},
    {"log", 0, "FILE", "one line of JSON an epoch"},
    {"plot", 0, "FILE", "the log's curves as SVG, drawn by gnuplot; needs --log"},
    {"json", 0, NULL, "print the report as JSON"},
    {0},
};

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
        "each pair is retrained briefly, the validation set decides, and the best one is retrained "
        "to the end.  Several patterns may be compared with the same budget.",
    .options = options,
    .run = run,
};
