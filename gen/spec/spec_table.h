/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of spec keys: the one truth about names, types, ranges, defaults,
 * descriptions and where a value is stored.  The reader, the refusal of
 * unknown keys, the JSON Schema and the Markdown reference are all derived
 * from it.  Private to gen/spec.
 */
#ifndef BRDS_SPEC_TABLE_H
#define BRDS_SPEC_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "spec/spec.h"

/* Not a value of any key (all are >= 0): the key was left out and its default
 * is computed later, or its value was refused and checks that use it are
 * skipped. */
enum { BRDS_ABSENT = -1, BRDS_BAD = -2 };

/* A spec under construction: ratios are still fractions, and any number may
 * still be BRDS_ABSENT or BRDS_BAD. */
typedef struct {
    double x, h, p;
} brds_sparsity;

typedef struct {
    brds_spec spec;
    brds_sparsity sparsity[BRDS_MAX_LAYERS];
    double head_sparsity;
} brds_draft;

typedef enum {
    BRDS_KEY_OBJECT,   /* stores a bool: the object was given */
    BRDS_KEY_ARRAY,    /* stores an int: the number of items */
    BRDS_KEY_INTEGER,  /* stores an int in low..high */
    BRDS_KEY_CHOICE,   /* stores an int, one of the numbers in `words` */
    BRDS_KEY_WORD,     /* stores an int: the index of the word in `words` */
    BRDS_KEY_BOOLEAN,  /* stores a bool */
    BRDS_KEY_FRACTION, /* stores a double in [0, 1) */
    BRDS_KEY_NAME,     /* stores a string of at most BRDS_NAME_LENGTH bytes */
    BRDS_KEY_TEXT      /* any string, not stored */
} brds_key_type;

typedef struct {
    const char *pointer; /* JSON pointer; `*` stands for the index of an array item */
    brds_key_type type;
    bool required;
    int low, high;             /* INTEGER: range; ARRAY: number of items */
    int fallback;              /* default; BRDS_ABSENT: none, or `fallback_text` */
    const char *const *words;  /* WORD, CHOICE: what is allowed; ends with NULL */
    size_t offset;             /* in brds_draft, of item 0; BRDS_NOT_STORED */
    size_t stride;             /* from one array item to the next */
    const char *fallback_text; /* how a computed default comes about, or NULL */
    const char *range_text;    /* a range that depends on other keys, or NULL */
    const char *excludes;      /* sibling that must not be given with this one, or NULL */
    const char *needs;         /* sibling without which this one has no meaning, or NULL */
    const char *needs_word;    /* the value that `needs` must have, or NULL: any */
    const char *description;   /* one or two sentences */
} brds_key;

#define BRDS_NOT_STORED ((size_t)-1)

/* Parents come before their children; brds_keys[0] is the document itself
 * (pointer ""). */
extern const brds_key brds_keys[];
extern const size_t brds_key_count;

/* A complete document for the reference and the schema. */
extern const char brds_spec_example[];

/* The next key below `parent` after `previous` (NULL: the first), or NULL. */
const brds_key *brds_key_child(const brds_key *parent, const brds_key *previous);
/* The key below `parent` of that name, or NULL. */
const brds_key *brds_key_find(const brds_key *parent, const char *name);
/* The row of an array's items. */
const brds_key *brds_key_item(const brds_key *array);
/* The row one level up; NULL for the document. */
const brds_key *brds_key_parent(const brds_key *key);
/* The last part of the pointer: what the document writes. */
const char *brds_key_name(const brds_key *key);

/* The key below `parent` nearest to `name`, or NULL if none is near. */
const brds_key *brds_key_nearest(const brds_key *parent, const char *name);

/* A word that Verilog-2005 or SystemVerilog-2017 reserves. */
bool brds_is_reserved(const char *word);

extern const char *const brds_rounding_words[],
    *const brds_weights_words[], *const brds_vector_words[],
                                     *const brds_index_words[],
                                         *const brds_multiply_words[],
                                             *const brds_control_words[],
                                                 *const brds_output_words[],
                                                     *const brds_family_words[],
                                                         *const brds_protect_words[];

#endif
