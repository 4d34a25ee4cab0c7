/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of spec keys.  See spec_table.h.
 */
#include "spec/spec_table.h"

/* In the order of the enums of spec.h. */
const char *const brds_rounding_words[] = {"half_up", "half_even", "truncate", NULL};
const char *const brds_weights_words[] = {"rom", "ram", "stream", NULL};
const char *const brds_protect_words[] = {"none", "parity", "secded", NULL};
const char *const brds_vector_words[] = {"replicated", "gate_shared", "banked", NULL};
const char *const brds_index_words[] = {"absolute", "relative", NULL};
const char *const brds_multiply_words[] = {"dsp", "logic", NULL};
const char *const brds_control_words[] = {"axi4-lite", "none", NULL};
const char *const brds_output_words[] = {"every_step", "last_step", NULL};
const char *const brds_family_words[] = {"generic", "xcup",  "xc7",       "ecp5", "ice40",
                                         "nexus",   "gowin", "intel_alm", NULL};
static const char *const segment_words[] = {"4", "8", "16", "32", "64", "128", "256", NULL};
static const char *const product_words[] = {"1", "2", NULL};
static const char *const open_words[] = {"1", "2", "4", "8", NULL};
static const char *const streams_words[] = {"1", "2", "4", "8", "16", "32", NULL};
static const char *const prefetch_words[] = {"16", "32", "64", "128", "256", "512", "1024", NULL};
static const char *const stream_words[] = {"32", "64", "128", "256", "512", NULL};

#define AT(member) .offset = offsetof(brds_draft, member)
#define LAYER(member)                                                                \
    .offset = offsetof(brds_draft, spec.layers) + offsetof(brds_layer_spec, member), \
    .stride = sizeof(brds_layer_spec)
#define RATIO(member)                                                           \
    .offset = offsetof(brds_draft, sparsity) + offsetof(brds_sparsity, member), \
    .stride = sizeof(brds_sparsity)
#define NOWHERE .offset = BRDS_NOT_STORED

#define OBJECT .type = BRDS_KEY_OBJECT
#define INTEGER(minimum, maximum) .type = BRDS_KEY_INTEGER, .low = (minimum), .high = (maximum)
#define WORD(list) .type = BRDS_KEY_WORD, .words = (list)
#define CHOICE(list) .type = BRDS_KEY_CHOICE, .words = (list)
#define BOOLEAN .type = BRDS_KEY_BOOLEAN
#define FRACTION .type = BRDS_KEY_FRACTION

#define REQUIRED .required = true, .fallback = BRDS_ABSENT
#define DEFAULT(value) .fallback = (value)
#define COMPUTED(text) .fallback = BRDS_ABSENT, .fallback_text = (text)
#define TEXT(text) .description = text

const brds_key brds_keys[] = {
    {"", OBJECT, REQUIRED, NOWHERE,
     TEXT("What brdsgen builds: the network, its number formats, the size of the hardware, its "
          "interfaces and the device.")},
    {"/$schema", .type = BRDS_KEY_TEXT, NOWHERE, DEFAULT(BRDS_ABSENT),
     TEXT("Where an editor finds the JSON Schema (`brdsgen schema > spec.schema.json`). brdsgen "
          "does not read it.")},
    {"/brds", INTEGER(1, 1), REQUIRED, NOWHERE, TEXT("Version of this format.")},
    {"/name", .type = BRDS_KEY_NAME, REQUIRED, AT(spec.name),
     .range_text = "`[a-z][a-z0-9_]*`, 48 characters at most, no Verilog or SystemVerilog keyword",
     TEXT("Name of the core: the top module and the generated files are called after it.")},

    {"/network", OBJECT, REQUIRED, NOWHERE,
     TEXT("Shape of the trained network, and how many weights each row keeps.")},
    {"/network/input_size", INTEGER(1, BRDS_MAX_SIZE), REQUIRED, AT(spec.input_size),
     TEXT("Numbers in one input vector: the columns of the first layer's W_x.")},
    {"/network/layers", .type = BRDS_KEY_ARRAY, .low = 1, .high = BRDS_MAX_LAYERS, REQUIRED,
     AT(spec.layer_count),
     TEXT("LSTM layers, the one that reads the input first. Each feeds the next.")},
    {"/network/layers/*", OBJECT, REQUIRED, NOWHERE, TEXT("One LSTM layer.")},
    {"/network/layers/*/hidden_size", INTEGER(1, BRDS_MAX_SIZE), REQUIRED, LAYER(hidden_size),
     TEXT("Hidden units H: W_x and W_h have 4H rows each.")},
    {"/network/layers/*/nnz_x", INTEGER(1, BRDS_MAX_SIZE), LAYER(nnz_x),
     COMPUTED("all columns (dense)"), .excludes = "sparsity_x",
     .range_text = "1 to the columns of W_x",
     TEXT("Nonzero weights in every row of W_x, the matrix on the layer's input.")},
    {"/network/layers/*/sparsity_x", FRACTION, RATIO(x), DEFAULT(BRDS_ABSENT),
     TEXT("The same as a ratio: the share of each row of W_x that is zero. nnz_x = columns - "
          "floor(sparsity_x * columns), at least 1.")},
    {"/network/layers/*/nnz_h", INTEGER(1, BRDS_MAX_SIZE), LAYER(nnz_h),
     COMPUTED("all columns (dense)"), .excludes = "sparsity_h",
     .range_text = "1 to the columns of W_h",
     TEXT("Nonzero weights in every row of W_h, the matrix on the layer's previous output. Its "
          "columns are projection_size if there is one, else hidden_size.")},
    {"/network/layers/*/sparsity_h", FRACTION, RATIO(h), DEFAULT(BRDS_ABSENT),
     TEXT("The same as a ratio: the share of each row of W_h that is zero.")},
    {"/network/layers/*/projection_size", INTEGER(1, BRDS_MAX_SIZE - 1), LAYER(projection_size),
     DEFAULT(BRDS_ABSENT), .range_text = "1 to hidden_size - 1",
     TEXT("Length of the layer's output after a linear projection (PyTorch's proj_size). Without "
          "this key the output is the hidden state itself.")},
    {"/network/layers/*/nnz_p", INTEGER(1, BRDS_MAX_SIZE), LAYER(nnz_p),
     COMPUTED("hidden_size (dense)"), .excludes = "sparsity_p", .needs = "projection_size",
     .range_text = "1 to hidden_size", TEXT("Nonzero weights in every row of the projection.")},
    {"/network/layers/*/sparsity_p", FRACTION, RATIO(p), DEFAULT(BRDS_ABSENT),
     .needs = "projection_size",
     TEXT("The same as a ratio: the share of each row of the projection that is zero.")},
    {"/network/layers/*/peephole", BOOLEAN, LAYER(peephole), DEFAULT(false),
     TEXT("The gates i, f and o also see the cell state, each unit its own, by one weight each.")},
    {"/network/head", OBJECT, AT(spec.head.present), DEFAULT(BRDS_ABSENT),
     TEXT("A linear layer on the last layer's output, computed on the same multipliers. Without "
          "it the core sends the last layer's output.")},
    {"/network/head/size", INTEGER(1, BRDS_MAX_HEAD), REQUIRED, AT(spec.head.size),
     TEXT("Rows of the linear layer: numbers in one output vector.")},
    {"/network/head/nnz", INTEGER(1, BRDS_MAX_SIZE), AT(spec.head.nnz),
     COMPUTED("all columns (dense)"), .excludes = "sparsity",
     .range_text = "1 to the last layer's output size",
     TEXT("Nonzero weights in every row of the linear layer.")},
    {"/network/head/sparsity", FRACTION, AT(head_sparsity), DEFAULT(BRDS_ABSENT),
     TEXT("The same as a ratio: the share of each row that is zero.")},
    {"/network/head/output", OBJECT, NOWHERE, DEFAULT(BRDS_ABSENT),
     TEXT("Fixed-point format of the head's output.")},
    {"/network/head/output/bits", INTEGER(8, 32), AT(spec.head.output.bits),
     COMPUTED("activation.bits"), TEXT("Width, sign included.")},
    {"/network/head/output/frac", INTEGER(0, 31), AT(spec.head.output.frac), COMPUTED("bits - 6"),
     .range_text = "0 to bits - 1", TEXT("Bits below the binary point.")},

    {"/numeric", OBJECT, NOWHERE, DEFAULT(BRDS_ABSENT),
     TEXT("Number formats: signed two's complement, value = integer * 2^-frac.")},
    {"/numeric/weight", OBJECT, NOWHERE, DEFAULT(BRDS_ABSENT),
     TEXT("Weights. Their binary point is chosen for each matrix when the weights are packed.")},
    {"/numeric/weight/bits", INTEGER(2, 18), AT(spec.weight_bits), DEFAULT(8),
     TEXT("Width, sign included.")},
    {"/numeric/weight/row_scale_bits", INTEGER(0, 3), AT(spec.row_scale_bits), DEFAULT(0),
     TEXT("Bits of an exponent of each row's own: a row of small weights keeps up to 1, 3 or 7 "
          "binary "
          "digits more below the point than the matrix. For weights of few bits.")},
    {"/numeric/activation", OBJECT, NOWHERE, DEFAULT(BRDS_ABSENT),
     TEXT("Inputs, gates and hidden states.")},
    {"/numeric/activation/bits", INTEGER(8, 18), AT(spec.activation.bits), DEFAULT(16),
     TEXT("Width, sign included.")},
    {"/numeric/activation/frac", INTEGER(0, 17), AT(spec.activation.frac), COMPUTED("bits - 4"),
     .range_text = "bits - 9 (not below 0) to bits - 1", TEXT("Bits below the binary point.")},
    {"/numeric/cell", OBJECT, NOWHERE, DEFAULT(BRDS_ABSENT), TEXT("Cell states.")},
    {"/numeric/cell/bits", INTEGER(8, 32), AT(spec.cell.bits), DEFAULT(24),
     TEXT("Width, sign included.")},
    {"/numeric/cell/frac", INTEGER(0, 28), AT(spec.cell.frac), COMPUTED("bits - 8"),
     .range_text = "activation.bits - 9 (not below 0) to the smaller of bits - 1 and 28",
     TEXT("Bits below the binary point. The input of tanh, which has activation.bits - 2 of them, "
          "is taken from the cell state: a much coarser cell would leave its low bits empty, a "
          "finer one than 28 bits could not hold the function's range of +-8.")},
    {"/numeric/rounding", WORD(brds_rounding_words), AT(spec.rounding), DEFAULT(BRDS_ROUND_HALF_UP),
     TEXT("What happens to the bits that a narrower format drops: to the nearest with ties "
          "upwards, to the nearest with ties to even, or downwards.")},
    {"/numeric/function_segments", CHOICE(segment_words), AT(spec.function_segments), DEFAULT(32),
     .range_text = "4, 8, 16, 32, 64, 128 or 256; less than 2^(activation.bits - 2)",
     TEXT("Straight pieces of sigmoid and tanh on each side of zero.")},

    {"/hardware", OBJECT, REQUIRED, NOWHERE, TEXT("Size and build of the multiplier array.")},
    {"/hardware/pes", INTEGER(1, BRDS_MAX_PES), REQUIRED, AT(spec.pes),
     TEXT("Processing elements: hidden units worked on at once, all four gates of each. The array "
          "has pes * 4 * (lanes_x + lanes_h) multipliers.")},
    {"/hardware/lanes_x", INTEGER(1, BRDS_MAX_LANES), REQUIRED, AT(spec.lanes_x),
     TEXT("Multipliers of one gate row on W_x.")},
    {"/hardware/lanes_h", INTEGER(1, BRDS_MAX_LANES), REQUIRED, AT(spec.lanes_h),
     TEXT("Multipliers of one gate row on W_h.")},
    {"/hardware/pipeline", OBJECT, NOWHERE, DEFAULT(BRDS_ABSENT),
     TEXT("Registers on the data path: more for a faster clock, fewer for a shorter pipeline.")},
    {"/hardware/pipeline/memory", INTEGER(1, 2), AT(spec.pipeline.memory), DEFAULT(1),
     TEXT("Registers on the read path of weight and vector memories.")},
    {"/hardware/pipeline/multiplier", INTEGER(1, 4), AT(spec.pipeline.multiplier), DEFAULT(3),
     TEXT("Registers of a multiplier.")},
    {"/hardware/pipeline/adder_every", INTEGER(1, 6), AT(spec.pipeline.adder_every), DEFAULT(1),
     TEXT("Levels of the adder tree between two registers.")},
    {"/hardware/pipeline/function", INTEGER(1, 3), AT(spec.pipeline.function), DEFAULT(2),
     TEXT("Registers of a sigmoid or tanh unit.")},
    {"/hardware/pipeline/element", INTEGER(1, 2), AT(spec.pipeline.element), DEFAULT(1),
     TEXT(
         "Registers of each element-wise product, rounding shift and sum that saturates behind the "
         "array.")},
    {"/hardware/weights", WORD(brds_weights_words), AT(spec.weights), DEFAULT(BRDS_WEIGHTS_RAM),
     TEXT(
         "`ram`: loaded over the input stream and replaceable; `rom`: part of the bitstream; "
         "`stream`: in a memory outside the core, which reads them over an AXI4 port in every step "
         "(networks that are larger than the device's memories). Needs control `axi4-lite`.")},
    {"/hardware/memory_bits", CHOICE(stream_words), AT(spec.memory.bits), COMPUTED("128"),
     .needs = "weights", .needs_word = "stream", TEXT("Data width of the AXI4 port.")},
    {"/hardware/memory_latency", INTEGER(2, 4096), AT(spec.memory.latency), COMPUTED("64"),
     .needs = "weights", .needs_word = "stream",
     TEXT("What prediction and simulation assume of the memory: cycles from the address of a burst "
          "to its first data. The core works with any.")},
    {"/hardware/memory_interval", INTEGER(1, 64), AT(spec.memory.interval), COMPUTED("1"),
     .needs = "weights", .needs_word = "stream",
     TEXT("The same for its bandwidth: cycles from one data word to the next.")},
    {"/hardware/prefetch_words", CHOICE(prefetch_words), AT(spec.memory.prefetch_words),
     COMPUTED("64"), .needs = "weights", .needs_word = "stream",
     TEXT("Weight words (beats) that the buffer behind the port holds. It hides the latency if "
          "more data fit into it than come in that time.")},
    {"/hardware/protect", WORD(brds_protect_words), AT(spec.protect), DEFAULT(BRDS_PROTECT_NONE),
     TEXT("Check bits of the memories that hold weights, indices and biases, in each column of "
          "stream_bits: `parity` sees one wrong bit, `secded` corrects one and sees two, and makes "
          "the pipeline a cycle longer.")},
    {"/hardware/vector_memory", WORD(brds_vector_words), AT(spec.vector_memory),
     DEFAULT(BRDS_VECTOR_REPLICATED),
     TEXT("`replicated`: each lane has a copy of the vector, so that any row-balanced pattern "
          "works. "
          "`gate_shared`: the four gates of a unit (and the four rows of a projection or head that "
          "a "
          "PE works at a time) read the same columns: a quarter of the copies and of the index "
          "bits, "
          "for networks that are pruned so. `banked`: the lanes of a gate row share one copy, lane "
          "l "
          "of L holding the columns l, l + L, l + 2L ...: an L-th of the memory, for rows with as "
          "many weights in each of these banks as the lanes have beats. Needs lane counts that are "
          "powers of two, and absolute indices.")},
    {"/hardware/products_per_dsp", CHOICE(product_words), AT(spec.products_per_dsp), DEFAULT(1),
     TEXT("Products of a DSP block of the array. Two gates that read the same column can share a "
          "block for numbers that are narrow enough: 2 weight.bits + activation.bits up to 26 on "
          "xcup "
          "and intel_alm, 24 on xc7, 17 on ecp5. Needs vector_memory `gate_shared`.")},
    {"/hardware/open_groups", CHOICE(open_words), AT(spec.open_groups), DEFAULT(1),
     TEXT(
         "Row groups whose sums may be open at a time. With more than one, the beats that need the "
         "step before's last results are worked last and the next step starts earlier, for as many "
         "accumulators and twice the element lanes. Needs absolute indices.")},
    {"/hardware/streams", CHOICE(streams_words), AT(spec.streams), DEFAULT(1),
     TEXT(
         "Independent streams, each with a state of its own: their vectors take turns on the input "
         "stream, their number beside them in tid, and while one stream waits for its own results "
         "the others' vectors are worked. Costs a copy of the vectors and cell states a stream.")},
    {"/hardware/index", WORD(brds_index_words), AT(spec.index), DEFAULT(BRDS_INDEX_ABSOLUTE),
     TEXT("How a weight names its column: by its number, or by the gap to the one before "
          "(fewer bits, but a gap that does not fit is an error when packing).")},
    {"/hardware/index_bits", INTEGER(1, 12), AT(spec.index_bits), COMPUTED("5"), .needs = "index",
     .needs_word = "relative", TEXT("Bits of a gap.")},
    {"/hardware/array_multiplier", WORD(brds_multiply_words), AT(spec.array_multiplier),
     DEFAULT(BRDS_MULTIPLY_DSP),
     TEXT("Products of the array in DSP blocks, or in logic: of weights of 2 or 3 bits they are a "
          "sum "
          "of two or three, and some devices have no DSP blocks.")},
    {"/hardware/function_multiplier", WORD(brds_multiply_words), AT(spec.function_multiplier),
     DEFAULT(BRDS_MULTIPLY_DSP),
     TEXT("Element-wise products in DSP blocks, or in logic where DSP blocks are scarce.")},

    {"/interface", OBJECT, NOWHERE, DEFAULT(BRDS_ABSENT), TEXT("The core's ports.")},
    {"/interface/stream_bits", CHOICE(stream_words), AT(spec.stream_bits), DEFAULT(64),
     TEXT("Data width of the AXI4-Stream ports.")},
    {"/interface/control", WORD(brds_control_words), AT(spec.control),
     DEFAULT(BRDS_CONTROL_AXI4_LITE),
     TEXT("`axi4-lite`: registers for identity, errors and counters; `none`: streams only.")},
    {"/interface/output", WORD(brds_output_words), AT(spec.output),
     COMPUTED("last_step with a head, else every_step"),
     TEXT("Send an output for every step, or only for the last one of a sequence.")},
    {"/interface/initial_state", BOOLEAN, AT(spec.initial_state), DEFAULT(false),
     TEXT("Build the hardware that loads h0 and c0 before a sequence.")},

    {"/target", OBJECT, NOWHERE, DEFAULT(BRDS_ABSENT),
     TEXT("The device. It decides estimates and attributes; the Verilog works on any.")},
    {"/target/family", WORD(brds_family_words), AT(spec.family), DEFAULT(BRDS_FAMILY_GENERIC),
     TEXT("AMD UltraScale+ (xcup) or 7 series (xc7), Lattice ECP5, iCE40 or Nexus, Gowin, "
          "Intel devices with ALMs, or any.")},
    {"/target/clock_mhz", INTEGER(1, 1000), AT(spec.clock_mhz), DEFAULT(100),
     TEXT("Clock in MHz that reports turn cycles into time with.")},
};

const size_t brds_key_count = sizeof(brds_keys) / sizeof(brds_keys[0]);

const char brds_spec_example[] =
    "{\n"
    "  \"brds\": 1,\n"
    "  \"name\": \"digits\",\n"
    "  \"network\": {\n"
    "    \"input_size\": 39,\n"
    "    \"layers\": [ { \"hidden_size\": 128, \"nnz_x\": 8, \"nnz_h\": 16 } ],\n"
    "    \"head\": { \"size\": 10 }\n"
    "  },\n"
    "  \"numeric\": {\n"
    "    \"weight\": { \"bits\": 8 },\n"
    "    \"activation\": { \"bits\": 16, \"frac\": 12 },\n"
    "    \"cell\": { \"bits\": 24, \"frac\": 16 }\n"
    "  },\n"
    "  \"hardware\": { \"pes\": 4, \"lanes_x\": 1, \"lanes_h\": 2 },\n"
    "  \"interface\": { \"stream_bits\": 64, \"control\": \"axi4-lite\" },\n"
    "  \"target\": { \"family\": \"xcup\", \"clock_mhz\": 200 }\n"
    "}\n";
