/* SPDX-License-Identifier: Apache-2.0 */
#include "rtl/params.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fixed/fixed.h"
#include "io/strings.h"
#include "plan/plan_private.h"
#include "rtl/registers.h"
#include "version.h"

static brds_param *add(brds_params *params, const char *name, bool core, const char *comment)
{
    if (params->count == BRDS_MAX_PARAMS) {
        params->lost = true;
        return NULL;
    }
    brds_param *param = &params->params[params->count++];
    *param = (brds_param){.name = name, .core = core, .comment = comment};
    return param;
}

static void number(brds_params *params, const char *name, int64_t value, const char *comment)
{
    brds_param *param = add(params, name, true, comment);
    if (param != NULL) {
        param->number = value;
    }
}

/* A number of 32 bits without sign. */
static void word(brds_params *params, const char *name, uint32_t value, const char *comment)
{
    brds_param *param = add(params, name, true, comment);
    if (param != NULL) {
        param->number = value;
        param->part_bits = 32;
    }
}

static void constant(brds_params *params, const char *name, int64_t value, const char *comment)
{
    brds_param *param = add(params, name, false, comment);
    if (param != NULL) {
        param->number = value;
    }
}

/* A vector of `count` parts of `width` bits each; `part(context, i)` gives part i, 0 lowest. */
static void vector(brds_params *params, const char *name, int count, int width,
                   uint64_t (*part)(const void *context, int i), const void *context,
                   const char *comment)
{
    brds_param *param = add(params, name, true, comment);
    uint64_t *parts = malloc((size_t)count * sizeof *parts);
    if (param == NULL || parts == NULL) {
        free(parts);
        params->lost = true;
        return;
    }
    for (int i = 0; i < count; i++) {
        parts[i] = part(context, i);
    }
    param->parts = parts;
    param->count = count;
    param->part_bits = width;
}

static int at_least_one(int value)
{
    return value > 1 ? value : 1;
}

static void add_formats(const brds_plan *plan, brds_params *p)
{
    const brds_spec *spec = &plan->spec;
    number(p, "ACT_BITS", spec->activation.bits, "A: bits of x, h and gates");
    number(p, "ACT_FRAC", spec->activation.frac, "fa: fraction bits of x and h");
    number(p, "WEIGHT_BITS", spec->weight_bits, "W: bits of a weight");
    number(p, "CELL_BITS", spec->cell.bits, "C: bits of a cell state");
    number(p, "CELL_FRAC", spec->cell.frac, "fc: fraction bits of a cell state");
    number(p, "Z_BITS", plan->z_bits, "Z: bits of a function's input");
    number(p, "GATE_BITS", plan->gate_bits, "bits of a function's output");
    number(p, "GATE_FRAC", plan->gate_frac, "gf: fraction bits of a function's output and input");
    number(p, "XACC_BITS", plan->x_acc_bits, "XACC: accumulator of an x lane group");
    number(p, "HACC_BITS", plan->h_acc_bits, "HACC: accumulator of an h lane group");
    number(p, "SUM_BITS", plan->sum_bits, "SUM: both accumulators aligned and added");
    number(p, "BIAS_BITS", plan->bias_bits, "BB: a bias in the unit memory");
    number(p, "ROW_SCALE_BITS", spec->row_scale_bits, "bits of a row's own exponent");
    number(p, "OUT_BITS", plan->output_bits, "bits of an element of the output stream");
    number(p, "HEAD_BITS", spec->head.present ? spec->head.output.bits : 0,
           "O: bits of a head output, 0 without a head");
    number(p, "ROUNDING", spec->rounding, "0 half up, 1 half even, 2 truncate");
}

static bool has_linear(const brds_plan *plan, brds_phase_kind kind)
{
    for (int i = 0; i < plan->phase_count; i++) {
        if (plan->phases[i].kind == kind) {
            return true;
        }
    }
    return false;
}

static uint64_t table_part(const void *context, int i)
{
    const brds_pwl *pwl = context;
    uint64_t mask = (UINT64_C(1) << pwl->start_bits) - 1;
    return ((uint64_t)(int64_t)pwl->start[i] & mask) << pwl->slope_bits | (uint64_t)pwl->slope[i];
}

static void add_table(const brds_pwl *pwl, const char *name, brds_params *p, const char *comment)
{
    vector(p, name, pwl->entries, pwl->start_bits + pwl->slope_bits, table_part, pwl, comment);
}

static brds_status add_functions(const brds_plan *plan, brds_params *p, brds_diag *diag)
{
    brds_pwl sigmoid = {0}, tangent = {0};
    brds_status status = brds_pwl_new(BRDS_SIGMOID, &plan->spec, &sigmoid, diag);
    if (status != BRDS_OK) {
        return status;
    }
    status = brds_pwl_new(BRDS_TANH, &plan->spec, &tangent, diag);
    if (status == BRDS_OK) {
        number(p, "FUNC_ENTRY_BITS", sigmoid.entry_bits, "K: log2 of the entries of a table");
        number(p, "SIGMOID_SLOPE_BITS", sigmoid.slope_bits, "bits of a slope of sigmoid");
        number(p, "TANH_SLOPE_BITS", tangent.slope_bits, "bits of a slope of tanh");
        add_table(&sigmoid, "SIGMOID_TABLE", p, "entries {start, slope}, entry 0 lowest");
        add_table(&tangent, "TANH_TABLE", p, "entries {start, slope}, entry 0 lowest");
        brds_pwl_free(&tangent);
    }
    brds_pwl_free(&sigmoid);
    return status;
}

static void add_hardware(const brds_plan *plan, brds_params *p)
{
    const brds_spec *spec = &plan->spec;
    number(p, "PES", spec->pes, "P: processing elements");
    number(p, "LANES_X", spec->lanes_x, "Lx: multipliers of a gate row on x");
    number(p, "LANES_H", spec->lanes_h, "Lh: multipliers of a gate row on h");
    number(p, "ELEMS", plan->element_lanes, "E: element lanes behind the array");
    number(p, "PEEPHOLE", plan->peephole, "1: some layer has peephole weights");
    bool projection = has_linear(plan, BRDS_PHASE_PROJECTION);
    number(p, "LINEAR", projection || has_linear(plan, BRDS_PHASE_HEAD),
           "1: there is a projection or a head");
    number(p, "PROJECTION", projection, "1: some layer has a projection");
    number(p, "MEMORY_REGS", spec->pipeline.memory, "LW = LV: registers of a memory's read path");
    number(p, "MUL_REGS", spec->pipeline.multiplier, "M: registers of a multiplier");
    number(p, "ADDER_EVERY", spec->pipeline.adder_every, "adder levels between two registers");
    number(p, "FUNC_REGS", spec->pipeline.function, "F: registers of a function unit");
    number(p, "ELEM_REGS", spec->pipeline.element,
           "registers of an element-wise product, a rounding shift, a sum that saturates");
    number(p, "MUL_KEEP", spec->family == BRDS_FAMILY_ICE40,
           "1: a lane's product register stays where it is (Yosys would lose it on ice40)");
    number(p, "MUL_DSP", spec->array_multiplier == BRDS_MULTIPLY_DSP,
           "1: the array's products in DSP blocks");
    number(p, "FUNC_DSP", spec->function_multiplier == BRDS_MULTIPLY_DSP,
           "1: element-wise products in DSP blocks");
}

static void add_memories(const brds_plan *plan, brds_params *p)
{
    const brds_spec *spec = &plan->spec;
    number(p, "RELATIVE", spec->index == BRDS_INDEX_RELATIVE, "1: an index is a gap");
    number(p, "OPEN_BITS", plan->open_bits,
           "bits of the number of an open row group; 0: one group at a time");
    number(p, "SHARED", spec->vector_memory == BRDS_VECTOR_GATE_SHARED ? spec->products_per_dsp : 0,
           "1: the four gate rows of a PE share their operands; 2: and two a multiplier");
    number(p, "BANKED", spec->vector_memory == BRDS_VECTOR_BANKED,
           "1: the lanes of a row's group share a copy of the vector, a bank each");
    number(p, "XI_BITS", plan->x_index_bits, "index field of an x lane");
    number(p, "HI_BITS", plan->h_index_bits, "index field of an h lane");
    number(p, "X_HALF", plan->x_half,
           "words of a half, the steps of one parity of all streams, x lane copies");
    number(p, "H_HALF", plan->h_half, "the same, h lane copies");
    number(p, "X_ADDR_BITS", brds_clog2(2 * (uint64_t)plan->x_half), "address of an x lane copy");
    number(p, "H_ADDR_BITS", brds_clog2(2 * (uint64_t)plan->h_half), "address of an h lane copy");
    number(p, "WORD_BITS", plan->word_bits, "weight memory: bits of a word");
    number(p, "WORDS", plan->words, "weight memory: words");
    number(p, "WORD_ADDR_BITS", at_least_one(brds_clog2((uint64_t)plan->words)),
           "weight memory: bits of an address");
    number(p, "UNIT_BITS", plan->unit_bits, "unit memory: bits of a row");
    number(p, "UNIT_ROWS", plan->unit_rows, "unit memory: rows");
    number(p, "UNIT_ADDR_BITS", at_least_one(brds_clog2((uint64_t)plan->unit_rows)),
           "unit memory: bits of an address");
    number(p, "STREAM_BITS", spec->stream_bits, "bits of a stream word");
    number(p, "WEIGHTS_ROM", spec->weights == BRDS_WEIGHTS_ROM, "1: the weights are initialised");
    bool outside = spec->weights == BRDS_WEIGHTS_STREAM;
    int buffer = outside ? spec->memory.prefetch_words : BRDS_BURST;
    number(p, "WEIGHTS_STREAM", outside, "1: the weights are read from a memory outside");
    number(p, "MEMORY_BITS", outside ? spec->memory.bits : 32, "bits of its data words");
    number(p, "WORD_CHUNKS", outside ? plan->word_chunks : 1, "data words of a weight word");
    number(p, "BUFFER_WORDS", buffer, "weight words of the buffer between it and the array");
    number(p, "BUFFER_BITS", brds_clog2((uint64_t)buffer), "bits of the buffer's address");
    number(p, "PROTECT", spec->protect,
           "check bits of weight and unit memory: 0 none, 1 parity, 2 secded");
    number(p, "IMAGE_WORDS", brds_params_image_words(plan),
           "stream words of a weight image, 0 with ROM weights");
    word(p, "FINGERPRINT", plan->fingerprint, "shape of the weight image, its header word 2");
}

/* One integer of each phase; -1 becomes 0, the enable beside it says so. */
static uint64_t phase_part(const brds_plan *plan, const char *name, int i)
{
    const brds_phase *phase = &plan->phases[i];
    const struct {
        const char *name;
        int value;
    } values[] = {
        {"PH_LINEAR", (int)phase->kind}, {"PH_STAGE", phase->stage},
        {"PH_GROUPS", phase->groups},    {"PH_BEATS", phase->beats},
        {"PH_ROWS", phase->rows},        {"PH_WORD", phase->word_base},
        {"PH_UNIT", phase->unit_base},   {"PH_XBASE", phase->x_base},
        {"PH_HBASE", phase->h_base},     {"PH_HPREV", phase->h_previous},
        {"PH_CHUNK", phase->chunk_base}, {"PH_CHUNKS", brds_phase_chunks(plan, phase)},
        {"PH_DXEN", phase->dest_x >= 0}, {"PH_DX", phase->dest_x},
        {"PH_DHEN", phase->dest_h >= 0}, {"PH_DH", phase->dest_h},
        {"PH_OUT", phase->to_output},
    };
    for (size_t k = 0; k < sizeof values / sizeof values[0]; k++) {
        if (strcmp(values[k].name, name) == 0) {
            return values[k].value > 0 ? (uint64_t)values[k].value : 0;
        }
    }
    return 0;
}

typedef struct {
    const brds_plan *plan;
    const char *name;
} named_part;

static uint64_t phase_callback(const void *context, int i)
{
    const named_part *named = context;
    return phase_part(named->plan, named->name, i);
}

static uint64_t edge_callback(const void *context, int i)
{
    const named_part *named = context;
    const brds_edge *edge = &named->plan->edges[i];
    if (strcmp(named->name, "ED_READER") == 0) {
        return (uint64_t)edge->reader;
    }
    return strcmp(named->name, "ED_WRITER") == 0 ? (uint64_t)edge->writer : edge->skip_first;
}

static uint64_t state_callback(const void *context, int layer)
{
    const named_part *named = context;
    const brds_plan *plan = named->plan;
    if (strcmp(named->name, "ST_R") == 0) {
        return (uint64_t)brds_spec_output_size(&plan->spec, layer);
    }
    if (strcmp(named->name, "ST_H") == 0) {
        return (uint64_t)plan->spec.layers[layer].hidden_size;
    }
    for (int i = 0; i < plan->phase_count; i++) {
        const brds_phase *phase = &plan->phases[i];
        if (phase->kind == BRDS_PHASE_GATES && phase->layer == layer) {
            bool base = strcmp(named->name, "ST_HBASE") == 0;
            return (uint64_t)(base ? phase->h_base : phase->unit_base);
        }
    }
    return 0;
}

static void add_named(const brds_plan *plan, brds_params *p, const char *name, int count,
                      uint64_t (*part)(const void *, int), const char *comment)
{
    named_part context = {plan, name};
    vector(p, name, count, 32, part, &context, comment);
}

static void add_phases(const brds_plan *plan, brds_params *p)
{
    static const struct {
        const char *name, *comment;
    } phases[] = {
        {"PH_LINEAR", "phases, the first in the lowest 32 bits: 0 gates, 1 projection, 2 head"},
        {"PH_STAGE", "token stage: the layer, or the number of layers for the head"},
        {"PH_GROUPS", "G: row groups"},
        {"PH_BEATS", "T: beats of a group"},
        {"PH_ROWS", "hidden units, or rows of a linear phase"},
        {"PH_WORD", "first word in the weight memory"},
        {"PH_CHUNK", "streamed weights: first data word in the memory outside"},
        {"PH_CHUNKS", "streamed weights: data words"},
        {"PH_UNIT", "first row in the unit memory"},
        {"PH_XBASE", "where the x lanes' source begins"},
        {"PH_HBASE", "where the h lanes' source begins"},
        {"PH_HPREV", "1: the h lanes read the step before"},
        {"PH_DXEN", "1: results go to the x lane copies"},
        {"PH_DX", "where they begin there"},
        {"PH_DHEN", "1: results go to the h lane copies"},
        {"PH_DH", "where they begin there"},
        {"PH_OUT", "1: results go to the output stream"},
    };
    number(p, "PHASES", plan->phase_count, "matrix passes of a step");
    number(p, "EDGES", plan->edge_count, "dependences between phases");
    number(p, "STAGES", plan->spec.layer_count + (plan->spec.head.present ? 1 : 0),
           "token stages: layers, and the head");
    number(p, "PHASE_BITS", at_least_one(brds_clog2((uint64_t)plan->phase_count)),
           "bits of a phase number");
    for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++) {
        add_named(plan, p, phases[i].name, plan->phase_count, phase_callback, phases[i].comment);
    }
    add_named(plan, p, "ED_READER", plan->edge_count, edge_callback, "edges: the reading phase");
    add_named(plan, p, "ED_WRITER", plan->edge_count, edge_callback, "edges: the writing phase");
    add_named(plan, p, "ED_SKIP", plan->edge_count, edge_callback,
              "edges: 1: not for a step from zero state");
}

static void add_streams(const brds_plan *plan, brds_params *p)
{
    const brds_spec *spec = &plan->spec;
    number(p, "STREAMS", spec->streams, "independent streams");
    number(p, "EVERY_STEP", spec->output == BRDS_OUTPUT_EVERY_STEP, "1: an output for every step");
    number(p, "INIT_STATE", spec->initial_state, "1: initial states may be sent");
    number(p, "INPUT_SIZE", spec->input_size, "elements of an input vector");
    number(p, "OUTPUT_SIZE", plan->output_size, "elements of an output vector");
    number(p, "X_CONTAINER", plan->x_container, "bits of an element of the input stream");
    number(p, "Y_CONTAINER", plan->y_container, "bits of an element's place in the output stream");
    number(p, "LAYERS", spec->layer_count, "LSTM layers");
    add_named(plan, p, "ST_R", spec->layer_count, state_callback, "layers: output width R");
    add_named(plan, p, "ST_H", spec->layer_count, state_callback, "layers: hidden units H");
    add_named(plan, p, "ST_HBASE", spec->layer_count, state_callback,
              "layers: where h begins in the h lane copies");
    add_named(plan, p, "ST_UNIT", spec->layer_count, state_callback,
              "layers: first row in the cell memory");
}

int64_t brds_params_image_words(const brds_plan *plan)
{
    return plan->spec.weights == BRDS_WEIGHTS_ROM ? 0 : brds_plan_image_words(plan);
}

/* h and c of each layer start a new stream word each (section 9). */
int64_t brds_params_state_words(const brds_plan *plan)
{
    int64_t per_word = plan->spec.stream_bits / 32, words = 0;
    for (int i = 0; plan->spec.initial_state && i < plan->spec.layer_count; i++) {
        words += (brds_spec_output_size(&plan->spec, i) + per_word - 1) / per_word;
        words += (plan->spec.layers[i].hidden_size + per_word - 1) / per_word;
    }
    return words;
}

static void add_constants(const brds_plan *plan, brds_params *p)
{
    int major = 0, minor = 0, patch = 0;
    sscanf(BRDS_VERSION, "%d.%d.%d", &major, &minor, &patch);
    constant(p, "ID", BRDS_REGISTER_ID, "\"BRDS\"");
    constant(p, "VERSION_MAJOR", major, "version of brdsgen");
    constant(p, "VERSION_MINOR", minor, "version of brdsgen");
    constant(p, "VERSION_PATCH", patch, "version of brdsgen");
    constant(p, "OUT_FRAC", plan->output_frac, "fraction bits of an output");
    constant(p, "STREAMS_LOG2", brds_clog2((uint64_t)plan->spec.streams),
             "log2 of the independent streams");
    constant(p, "HEAD", plan->spec.head.present, "1: there is a head");
    constant(p, "X_WORDS", plan->x_words, "stream words of an input vector");
    constant(p, "Y_WORDS", plan->y_words, "stream words of an output vector");
    constant(p, "MEMORY_BYTES", brds_plan_memory_bytes(plan),
             "bytes of streamed weights in the memory outside, 0 if they are inside");
    constant(p, "STATE_WORDS", brds_params_state_words(plan),
             "stream words of an initial state, 0 if none may be sent");
}

brds_status brds_params_make(const brds_plan *plan, brds_params *params, brds_diag *diag)
{
    memset(params, 0, sizeof *params);
    add_hardware(plan, params);
    add_formats(plan, params);
    brds_status status = add_functions(plan, params, diag);
    add_memories(plan, params);
    add_phases(plan, params);
    add_streams(plan, params);
    add_constants(plan, params);
    if (status == BRDS_OK && params->lost) {
        status = brds_fail_memory(diag);
    }
    if (status != BRDS_OK) {
        brds_params_free(params);
    }
    return status;
}

void brds_params_free(brds_params *params)
{
    for (size_t i = 0; i < params->count; i++) {
        free(params->params[i].parts);
    }
    params->count = 0;
}

const brds_param *brds_params_find(const brds_params *params, const char *name)
{
    for (size_t i = 0; i < params->count; i++) {
        if (strcmp(params->params[i].name, name) == 0) {
            return &params->params[i];
        }
    }
    return NULL;
}

int64_t brds_params_number(const brds_params *params, const char *name)
{
    const brds_param *param = brds_params_find(params, name);
    return param != NULL ? param->number : 0;
}

/* A vector as a Verilog concatenation, highest part first, malloc'ed. */
static char *concatenation(const brds_param *param)
{
    enum { PART_ROOM = 40, PER_LINE = 4 };
    size_t room = (size_t)param->count * PART_ROOM + 16, used = 1;
    char *text = malloc(room);
    if (text == NULL) {
        return NULL;
    }
    text[0] = '{';
    for (int i = param->count - 1; i >= 0; i--) {
        bool breaks = param->count > PER_LINE && (param->count - 1 - i) % PER_LINE == 0;
        used += (size_t)snprintf(text + used, room - used, "%s%d'h%" PRIx64 "%s",
                                 breaks                 ? "\n    "
                                 : i < param->count - 1 ? " "
                                                        : "",
                                 param->part_bits, param->parts[i], i > 0 ? "," : "}");
    }
    return text;
}

void brds_params_names(const brds_params *params, brds_scope *scope)
{
    brds_list *list = brds_scope_list(scope, "params", "name");
    for (size_t i = 0; i < params->count; i++) {
        if (params->params[i].core) {
            brds_list_row(list, &params->params[i].name);
        }
    }
}

void brds_params_list(const brds_params *params, brds_scope *scope)
{
    brds_list *list = brds_scope_list(scope, "params", "name range value comment");
    for (size_t i = 0; i < params->count; i++) {
        const brds_param *param = &params->params[i];
        char range[32] = "integer", text[32];
        if (!param->core) {
            continue;
        }
        if (param->part_bits > 0) {
            int bits = param->parts != NULL ? param->count * param->part_bits : param->part_bits;
            snprintf(range, sizeof range, "[%d:0]", bits - 1);
        }
        snprintf(text, sizeof text, param->part_bits > 0 ? "32'h%08" PRIx64 : "%" PRId64,
                 param->number);
        char *vector_text = param->parts != NULL ? concatenation(param) : NULL;
        brds_list_row(list,
                      (const char *[]){param->name, range,
                                       param->parts != NULL ? vector_text : text, param->comment});
        free(vector_text);
    }
}

static json_t *parts_json(const brds_param *param)
{
    json_t *list = json_array();
    for (int i = 0; i < param->count; i++) {
        json_array_append_new(list, json_integer((json_int_t)param->parts[i]));
    }
    return list;
}

json_t *brds_params_json(const brds_params *params)
{
    json_t *root = json_object();
    for (size_t i = 0; i < params->count; i++) {
        const brds_param *param = &params->params[i];
        json_object_set_new(root, param->name,
                            param->parts != NULL ? parts_json(param)
                                                 : json_integer((json_int_t)param->number));
    }
    return root;
}
