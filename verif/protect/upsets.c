/* SPDX-License-Identifier: Apache-2.0
 *
 * Turns bits of the weight memories of a simulated core with check bits, and looks what the core makes
 * of each: outputs against the C model, the counters CORRECTED and UNCORRECTED against the number of
 * times that the word is read, the error bit and the pin.  After each the weights are loaded anew (fixed
 * ones are turned back), and a run without a wrong bit must be right.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/options.h"
#include "cli/source.h"
#include "driver.h"
#include "memories.h"
#include "pack/vectors.h"
#include "plan/protect.h"
#include "rtl/registers.h"

enum { MOST_MEMORIES = 512, MOST_COLUMNS = 512, SETTLE = 64 };

static const brds_option options[] = {
    BRDS_SOURCE_OPTIONS,
    {"upsets", 0, "N", "words with wrong bits, one after the other (default 100)"},
    {"output", 'o', "FILE", "write the figures here (default: standard output)"},
    {0}};

/* What is turned. */
typedef enum {
    SINGLE, /* one bit, before the run */
    MOMENT, /* one bit, while the core runs */
    DOUBLE, /* two bits of a column */
    SPREAD, /* a bit each in two columns of a word */
    KINDS
} upset_kind;
static const char *const kind_names[KINDS] = {"single", "moment", "double", "spread"};

/* Bits of a column. */
typedef enum { DATA, CHECK, PARITY, CLASSES } bit_class;
static const char *const class_names[CLASSES] = {"data", "check", "parity"};

/* A column of weight or unit memory: `bits` (data, then check bits) from bit `first` of a row on. */
typedef struct {
    const struct memory *memory;
    bool units;
    int number, first, data_bits, bits;
} column;

typedef struct {
    upset_kind kind;
    bit_class class;
    const column *columns[2]; /* of the bits */
    int bits[2], count;       /* within the column */
    int row;
    size_t moment; /* MOMENT: with this word on s_axis_x */
} upset;

typedef struct {
    brds_source source;
    brds_packed packed;
    brds_vectors vectors;
    brds_driver driver;
    brds_observer observer;
    brds_random random;
    struct memory memories[MOST_MEMORIES];
    size_t memory_count;
    column columns[MOST_COLUMNS];
    size_t column_count;
    int64_t upsets;
    const upset *pending;    /* a MOMENT that has not come */
    size_t x_words;          /* of the run so far */
    uint64_t differ, silent; /* words that differ; of these, with the error pin low */
    uint64_t failures;
    /* figures */
    uint64_t done[KINDS], classes[CLASSES], in_units, changed, corrected, uncorrected, undetected;
    uint64_t words_changed;
} bench;

static bool has_registers(const bench *b)
{
    return (b->driver.pins.present & BRDS_HAS_AXIL) != 0;
}

static unsigned below(bench *b, unsigned bound)
{
    return (unsigned)brds_random_below(&b->random, bound);
}

/* ---- the memories ---- */

static void turn(const upset *u)
{
    for (int i = 0; i < u->count; i++) {
        const struct memory *m = u->columns[i]->memory;
        int at = u->columns[i]->first + u->bits[i];
        m->data[(size_t)u->row * m->row_bytes + (size_t)(at / 8)] ^= (uint8_t)(1u << at % 8);
    }
}

/* The columns of a word of `width` bits; a ROM holds them side by side. */
static brds_status add_columns(bench *b, const struct memory *m, bool units, brds_diag *diag)
{
    const brds_spec *spec = &b->source.spec;
    int width = units ? b->packed.plan.unit_bits : b->packed.plan.word_bits, first = 0;
    const char *place = strstr(m->path, "g_column[");
    int chosen = place ? atoi(place + strlen("g_column[")) : -1;
    for (int c = 0; c * spec->stream_bits < width; c++) {
        int data = width - c * spec->stream_bits;
        data = data < spec->stream_bits ? data : spec->stream_bits;
        int bits = data + brds_check_bits(spec->protect, data);
        if (chosen < 0 || chosen == c) {
            if (b->column_count == MOST_COLUMNS)
                return brds_fail(diag, BRDS_EINPUT, "", "", "too many columns");
            b->columns[b->column_count++] = (column){m, units, c, first, data, bits};
            first += bits;
        }
    }
    return first == m->bits ? BRDS_OK
                            : brds_fail(diag, BRDS_EDIFFER, m->path, "",
                                        "%d bits wide, the plan says %d", m->bits, first);
}

static brds_status find_columns(bench *b, brds_diag *diag)
{
    brds_status status = BRDS_OK;
    b->memory_count = memories_find(b->memories, MOST_MEMORIES);
    if (b->memory_count == 0 || b->memory_count > MOST_MEMORIES)
        return brds_fail(diag, BRDS_EDIFFER, "", "", "%zu memories", b->memory_count);
    for (size_t i = 0; !status && i < b->memory_count; i++)
        status =
            add_columns(b, &b->memories[i], strstr(b->memories[i].path, ".u_units") != NULL, diag);
    return status;
}

/* How often the row is read in a run: once a run of its phase. */
static uint64_t reads_of(const bench *b, const upset *u)
{
    const brds_plan *plan = &b->packed.plan;
    int slots = b->source.spec.pes / plan->element_lanes;
    for (int p = plan->phase_count - 1; p >= 0; p--) {
        const brds_phase *phase = &plan->phases[p];
        int base = u->columns[0]->units ? phase->unit_base : phase->word_base;
        int rows = phase->groups * (u->columns[0]->units ? slots : phase->beats);
        if (u->row >= base && u->row < base + rows)
            return phase->kind == BRDS_PHASE_HEAD ? b->vectors.vectors_out : b->vectors.steps;
    }
    return 0;
}

/* ---- what to turn ---- */

static int bit_of_class(bench *b, const column *c, bit_class class)
{
    int check = c->bits - c->data_bits - 1;
    if (class == PARITY || (class == CHECK && check == 0))
        return c->bits - 1;
    return class == DATA ? (int)below(b, (unsigned)c->data_bits)
                         : c->data_bits + (int)below(b, (unsigned)check);
}

static const column *other_column(bench *b, const column *c)
{
    const column *others[MOST_COLUMNS];
    unsigned count = 0;
    for (size_t i = 0; i < b->column_count; i++)
        if (b->columns[i].units == c->units && b->columns[i].number != c->number)
            others[count++] = &b->columns[i];
    return count ? others[below(b, count)] : NULL;
}

/* Columns and classes in turn, so that none is left out; rows and bits at random. */
static upset choose(bench *b, uint64_t number)
{
    static const upset_kind turns[] = {SINGLE, SINGLE, MOMENT, DOUBLE, SINGLE, SPREAD, MOMENT};
    upset u = {.kind = turns[number % (sizeof turns / sizeof turns[0])],
               .class = (bit_class)(number / b->column_count % CLASSES),
               .count = 1};
    const column *c = u.columns[0] = u.columns[1] = &b->columns[number % b->column_count];
    const brds_plan *plan = &b->packed.plan;
    u.row = (int)below(b, (unsigned)(c->units ? plan->unit_rows : plan->words));
    u.bits[0] = bit_of_class(b, c, u.class);
    u.moment = below(b, (unsigned)b->vectors.x.words);
    if (u.kind == SPREAD && !(u.columns[1] = other_column(b, c)))
        u.kind = SINGLE;
    if (u.kind == SPREAD) {
        u.bits[1] = (int)below(b, (unsigned)u.columns[1]->bits);
        u.count = 2;
    } else if (u.kind == DOUBLE) {
        u.columns[1] = c;
        u.bits[1] = (u.bits[0] + 1 + (int)below(b, (unsigned)c->bits - 1)) % c->bits;
        u.count = 2;
    }
    return u;
}

/* ---- a run ---- */

static void observe_x(void *context, const uint8_t *data, bool last, unsigned user)
{
    bench *b = context;
    (void)data, (void)last, (void)user;
    if (b->pending && b->x_words == b->pending->moment) {
        turn(b->pending);
        b->pending = NULL;
    }
    b->x_words++;
}

static void observe_w(void *context, const uint8_t *data, bool last)
{
    (void)context, (void)data, (void)last;
}

/* Compares at once, to see the pin `error` in the cycle of a word that differs. */
static brds_status observe_y(void *context, const uint8_t *data, bool last, unsigned user,
                             brds_diag *diag)
{
    bench *b = context;
    const brds_stream *want = &b->vectors.y;
    size_t word = b->driver.y ? b->driver.y->words : want->words;
    size_t width = (size_t)want->bytes_per_word;
    if (word >= want->words)
        return brds_fail(diag, BRDS_EDIFFER, "", "", "a surplus output word");
    if (last != want->last[word] || user != want->user[word])
        return brds_fail(diag, BRDS_EDIFFER, "", "", "output word %zu: tlast %d, tuser %u", word,
                         last, user);
    if (memcmp(data, want->data + word * width, width) != 0) {
        b->differ++;
        b->silent += b->driver.pins.error ? 0 : 1;
    }
    b->driver.y->words++;
    return BRDS_OK;
}

static brds_status read_register(bench *b, const char *name, uint32_t *value, brds_diag *diag)
{
    return brds_driver_read(&b->driver, brds_register_find(name)->offset, value, diag);
}

static brds_status write_register(bench *b, const char *name, uint32_t value, brds_diag *diag)
{
    return brds_driver_write(&b->driver, brds_register_find(name)->offset, value, diag);
}

static brds_status run_vectors(bench *b, brds_diag *diag)
{
    brds_stream y = {0};
    b->differ = b->silent = 0;
    b->x_words = 0;
    uint64_t limit = 100000 + 200 * (b->vectors.x.words + b->vectors.y.words);
    brds_status status =
        brds_driver_run(&b->driver, &b->vectors.x, b->vectors.y.words, SETTLE, limit, &y, diag);
    free(y.data);
    free(y.last);
    free(y.user);
    return status;
}

/* What the registers say after a run. */
typedef struct {
    uint32_t error, corrected, uncorrected;
} verdict;

static brds_status read_verdict(bench *b, verdict *v, brds_diag *diag)
{
    *v = (verdict){0, 0, 0};
    if (!has_registers(b))
        return BRDS_OK;
    brds_status status = read_register(b, "ERROR", &v->error, diag);
    if (!status)
        status = read_register(b, "CORRECTED", &v->corrected, diag);
    if (!status)
        status = read_register(b, "UNCORRECTED", &v->uncorrected, diag);
    return status;
}

static brds_status load(bench *b, brds_diag *diag)
{
    const brds_image *image = &b->packed.image;
    if (b->source.spec.weights != BRDS_WEIGHTS_RAM)
        return BRDS_OK;
    return brds_driver_load(&b->driver, image->bytes, image->words,
                            1000 + 200 * (uint64_t)image->words, diag);
}

/* Weights as they were, errors and counters cleared: by registers, now and then and without registers
 * by reset. */
static brds_status restore(bench *b, const upset *u, bool reset, brds_diag *diag)
{
    if (u && b->source.spec.weights == BRDS_WEIGHTS_ROM)
        turn(u);
    if (reset || !has_registers(b)) {
        brds_driver_reset(&b->driver);
        return load(b, diag);
    }
    brds_status status = load(b, diag);
    if (!status)
        status = write_register(b, "ERROR", 0xffff, diag);
    return status ? status : write_register(b, "CONTROL", 5, diag); /* enable, clear_counters */
}

/* ---- what must be ---- */

static void fail(bench *b, const upset *u, const char *what, uint64_t got, uint64_t want)
{
    if (b->failures++ < 10)
        fprintf(stderr,
                "%s: %s in %s, row %d, bit %d%s: %s is %" PRIu64 " instead of %" PRIu64 "\n",
                b->source.spec.name, u ? kind_names[u->kind] : "no upset",
                u ? u->columns[0]->memory->path : "-", u ? u->row : 0,
                u ? u->columns[0]->first + u->bits[0] : 0, u && u->count > 1 ? " and another" : "",
                what, got, want);
}

static void expect(bench *b, const upset *u, const char *what, uint64_t got, uint64_t want)
{
    if (got != want)
        fail(b, u, what, got, want);
}

/* A counter that must reach `reads`; in a run in which the bit was turned in its midst, no more. */
static void expect_counter(bench *b, const upset *u, const char *what, uint64_t got, uint64_t reads)
{
    if (u->kind != MOMENT)
        expect(b, u, what, got, reads);
    else if (got > reads)
        fail(b, u, what, got, reads);
}

static void judge(bench *b, const upset *u, const verdict *v)
{
    bool secded = b->source.spec.protect == BRDS_PROTECT_SECDED;
    bool corrects = secded && u->kind != DOUBLE;
    bool detects = secded ? u->kind == DOUBLE : u->kind != DOUBLE;
    uint64_t reads = reads_of(b, u), bit = UINT64_C(1) << 11;
    bool pin = b->driver.pins.error != 0;
    if (has_registers(b)) {
        expect_counter(b, u, "CORRECTED", v->corrected, corrects ? reads : 0);
        expect_counter(b, u, "UNCORRECTED", v->uncorrected, detects ? reads : 0);
        expect(b, u, "ERROR", v->error, v->uncorrected ? bit : 0);
        expect(b, u, "pin error", pin, v->error != 0);
    } else if (u->kind != MOMENT) {
        expect(b, u, "pin error", pin, detects);
    }
    if (secded || detects) /* no word differs unseen */
        expect(b, u, "words that differ while the pin error is 0", b->silent, 0);
    if (corrects)
        expect(b, u, "words that differ", b->differ, 0);
    b->corrected += v->corrected;
    b->uncorrected += v->uncorrected;
    b->undetected += detects || corrects ? 0 : 1;
    b->changed += b->differ ? 1 : 0;
    b->words_changed += b->differ;
    b->done[u->kind]++;
    b->classes[u->class]++;
    b->in_units += u->columns[0]->units ? 1 : 0;
}

static brds_status run_clean(bench *b, brds_diag *diag)
{
    verdict v;
    brds_status status = run_vectors(b, diag);
    if (!status)
        status = read_verdict(b, &v, diag);
    if (status)
        return status;
    expect(b, NULL, "words that differ", b->differ, 0);
    expect(b, NULL, "ERROR", v.error, 0);
    expect(b, NULL, "pin error", b->driver.pins.error, 0);
    expect(b, NULL, "CORRECTED", v.corrected, 0);
    expect(b, NULL, "UNCORRECTED", v.uncorrected, 0);
    return BRDS_OK;
}

static brds_status one(bench *b, uint64_t number, brds_diag *diag)
{
    upset u = choose(b, number);
    verdict v;
    if (u.kind == MOMENT)
        b->pending = &u;
    else
        turn(&u);
    brds_status status = run_vectors(b, diag);
    if (!status)
        status = read_verdict(b, &v, diag);
    if (status)
        return status;
    judge(b, &u, &v);
    status = restore(b, &u, number % 8 == 7, diag);
    return status ? status : run_clean(b, diag);
}

/* ---- the whole ---- */

static brds_status prepare(bench *b, const brds_args *args, brds_diag *diag)
{
    brds_status status = brds_args_integer(args, "upsets", 1, 10000000, 100, &b->upsets, diag);
    if (!status)
        status = brds_source_load(args, &b->source, diag);
    if (!status && b->source.spec.protect == BRDS_PROTECT_NONE)
        status = brds_fail(diag, BRDS_EUSAGE, b->source.spec.name, "", "no check bits");
    if (!status)
        status =
            brds_pack(b->source.model_name, &b->source.spec, &b->source.network, &b->packed, diag);
    if (!status)
        status =
            brds_vectors_make(&b->packed, &b->source.workload, b->source.seed, &b->vectors, diag);
    return status;
}

static brds_status simulate(bench *b, brds_diag *diag)
{
    brds_status status = brds_driver_open(&b->driver, b->source.spec.stream_bits, NULL, diag);
    brds_random_seed(&b->random, b->source.seed);
    b->observer = (brds_observer){b, observe_x, observe_w, observe_y};
    b->driver.observer = &b->observer;
    if (!status)
        status = find_columns(b, diag);
    if (!status)
        status = restore(b, NULL, true, diag);
    if (!status)
        status = run_clean(b, diag);
    for (int64_t i = 0; !status && i < b->upsets; i++) {
        if (i == 0)
            status = restore(b, NULL, true, diag); /* counters of the first run */
        if (!status)
            status = one(b, (uint64_t)i, diag);
    }
    return status;
}

static brds_status write_figures(const bench *b, const char *path, brds_diag *diag)
{
    json_t *r = json_pack(
        "{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "spec", b->source.spec.name,
        "protect", brds_protect_name(b->source.spec.protect), "weights",
        brds_weights_name(b->source.spec.weights), "columns", (json_int_t)b->column_count, "upsets",
        (json_int_t)b->upsets, "in_units", (json_int_t)b->in_units, "changed",
        (json_int_t)b->changed, "words_changed", (json_int_t)b->words_changed, "corrected",
        (json_int_t)b->corrected, "uncorrected", (json_int_t)b->uncorrected, "undetected",
        (json_int_t)b->undetected, "failures", (json_int_t)b->failures);
    if (!r)
        return brds_fail_memory(diag);
    for (int k = 0; k < KINDS; k++)
        json_object_set_new(r, kind_names[k], json_integer((json_int_t)b->done[k]));
    for (int c = 0; c < CLASSES; c++)
        json_object_set_new(r, class_names[c], json_integer((json_int_t)b->classes[c]));
    int failed = path ? json_dump_file(r, path, 0) : json_dumpf(r, stdout, 0);
    json_decref(r);
    return failed ? brds_fail(diag, BRDS_EFILE, path, "", "cannot write") : BRDS_OK;
}

static brds_status run(const brds_args *args, brds_diag *diag)
{
    static bench b; /* zero-initialised; one run a process */
    brds_status status = prepare(&b, args, diag);
    if (!status)
        status = simulate(&b, diag);
    if (!status)
        status = write_figures(&b, brds_args_value(args, "output"), diag);
    if (!status && b.failures)
        status = BRDS_EDIFFER;
    brds_driver_close(&b.driver);
    brds_source_free(&b.source);
    brds_packed_free(&b.packed);
    brds_vectors_free(&b.vectors);
    return status;
}

static const brds_command command = {
    "upsets",
    "SPEC",
    1,
    1,
    "turn bits of a core's weight memories and watch it detect or correct them",
    "",
    options,
    run};

int main(int argc, char **argv)
{
    brds_diag diag = {0};
    brds_args *args = NULL;
    brds_status status = brds_args_parse(&command, argc - 1, argv + 1, &args, &diag);
    if (!status)
        status = run(args, &diag);
    brds_diag_print(&diag, stderr);
    brds_diag_free(&diag);
    brds_args_free(args);
    return (int)status;
}
