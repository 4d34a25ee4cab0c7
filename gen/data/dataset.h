/* SPDX-License-Identifier: Apache-2.0
 *
 * What a network is trained on: sequences of feature vectors or of tokens, with
 * a label each (task classify), or one long run of tokens (task language
 * model, where each token is the label of the one before).
 */
#ifndef BRDS_DATA_DATASET_H
#define BRDS_DATA_DATASET_H

#include <stddef.h>
#include <stdint.h>

#include "data/vocabulary.h"
#include "io/diag.h"
#include "io/random.h"

typedef enum { BRDS_TASK_CLASSIFY, BRDS_TASK_LANGUAGE_MODEL } brds_task;

typedef struct {
    brds_task task;
    int feature_size; /* X; 0 where the steps are tokens */
    int classes; /* labels are below it: largest label + 1 (classify), else vocabulary's size */
    size_t sequences; /* n; 1 for a language model */
    size_t steps;     /* sum of lengths */
    size_t *starts;   /* (n) first step of each sequence */
    size_t *lengths;  /* (n) each at least 1 */
    float *features;  /* (steps, X), or NULL */
    int32_t *tokens;  /* (steps) each below the vocabulary's size, or NULL */
    int32_t *labels;  /* (n), or NULL for a language model */
} brds_dataset;

/* The file formats; docs/datasets.md describes each. */
typedef enum {
    BRDS_FORMAT_AUTO,       /* by the file's name and first bytes */
    BRDS_FORMAT_FEATURES,   /* safetensors: features, lengths, labels (io/workload.h) */
    BRDS_FORMAT_LABELLED,   /* a line: text TAB label; words parted by blanks (SST-2) */
    BRDS_FORMAT_WORDS,      /* text, words parted by blanks, the end of a line is the word <eos> */
    BRDS_FORMAT_CHARACTERS, /* text, every Unicode character is a token */
    BRDS_FORMAT_VOWELS,     /* UCI Japanese Vowels: blocks of lines of 12 numbers */
    BRDS_FORMAT_REVIEWS     /* IMDB: a tar archive (any compression) of SPLIT/{pos,neg}/N_M.txt */
} brds_data_format;

/* "features" and so on; NULL past the last.  brds_data_format_find returns false
 * for an unknown name. */
const char *brds_data_format_name(brds_data_format format);
bool brds_data_format_find(const char *name, brds_data_format *format);

typedef struct {
    brds_task task;
    brds_data_format format;
    const char *split; /* reviews: "train" or "test", NULL: "train"; vowels: NULL */
    size_t max_length; /* tokens: longer sequences lose their beginning; 0: no limit */
} brds_data_options;

/* Reads `path`.  Text becomes tokens of `vocabulary`: where it is empty it is
 * made of this text (most frequent first, equals in the order of bytes), else
 * unknown words become its <unk>, which must exist.  `vocabulary` may be NULL
 * where the format has features.  Errors name file and line (or byte): missing
 * or empty file, no sequence, text that is not UTF-8, a label that is no small
 * integer or is negative, a sequence without a word, more than INT32_MAX steps. */
brds_status brds_dataset_load(const char *path, const brds_data_options *options,
                              brds_vocabulary *vocabulary, brds_dataset *dataset, brds_diag *diag);
void brds_dataset_free(brds_dataset *dataset);

/* Takes every sequence out of `dataset` with probability `share` (at least one, and leaves at
 * least one) into `part`: a validation set.  For a language model the last `share` of the steps.
 * The same seed gives the same parts. */
brds_status brds_dataset_split(brds_dataset *dataset, double share, uint64_t seed,
                               brds_dataset *part, brds_diag *diag);

/* Adds the sequences of `more` after those of `dataset`; of a language model the steps, so that one
 * text follows the other.  Errors: other tasks, other widths, features and tokens mixed. */
brds_status brds_dataset_append(brds_dataset *dataset, const brds_dataset *more, brds_diag *diag);

/* A dataset of which only the sequences order[0..count) are there, in that order. */
brds_status brds_dataset_select(const brds_dataset *dataset, const size_t *order, size_t count,
                                brds_dataset *selected, brds_diag *diag);

#endif
