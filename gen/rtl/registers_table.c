/* SPDX-License-Identifier: Apache-2.0
 *
 * The register table.  docs/registers.md shows it as a document.
 */
#include "rtl/registers.h"

#define FIELDS(...)      \
    (const brds_field[]) \
    {                    \
        __VA_ARGS__,     \
        {                \
            .name = NULL \
        }                \
    }
#define BITS(h, l) .high = (h), .low = (l)

/* A constant of the core. */
#define CONSTANT(field, h, l, constant, text)                                    \
    {                                                                            \
        .name = (field), BITS(h, l), .access = BRDS_RO, .parameter = (constant), \
        .description = (text)                                                    \
    }
/* An input of the block. */
#define INPUT(field, h, l, port, bit, text)                                              \
    {                                                                                    \
        .name = (field), BITS(h, l), .access = BRDS_RO, .signal = (port), .from = (bit), \
        .description = (text)                                                            \
    }
/* An output of the block that is held; in cores whose parameter `feature` is 0 it stays 0. */
#define HELD(field, h, l, port, feature, text)                                                \
    {                                                                                         \
        .name = (field), BITS(h, l), .access = BRDS_RW, .signal = (port), .needs = (feature), \
        .description = (text)                                                                 \
    }
#define PULSE(field, h, l, port, text)                                                          \
    {                                                                                           \
        .name = (field), BITS(h, l), .access = BRDS_WO, .signal = (port), .description = (text) \
    }
/* A sticky error, bit `bit` of the core's `error` bus. */
#define ERROR(field, bit, text)                                                                \
    {                                                                                          \
        .name = (field), BITS(bit, bit), .access = BRDS_W1C, .signal = "error", .from = (bit), \
        .description = (text)                                                                  \
    }
/* A counter of 32 bits or less, and the two words of one of 64 bits. */
#define COUNTER(at, word, port, text)                                               \
    {                                                                               \
        at, word, text, FIELDS(INPUT("count", 31, 0, port, 0, "stops at 2^32 - 1")) \
    }
#define COUNTER_PAIR(at, word, port, text)                                              \
    {at, word "_LO", text,                                                              \
     FIELDS(INPUT("count", 31, 0, port, 0,                                              \
                  "bits 31 to 0; reading them keeps bits 63 to 32 for " word "_HI"))},  \
    {                                                                                   \
        (at) + 4, word "_HI", "The upper half of " word "_LO, as of its last reading.", \
            FIELDS(INPUT("count", 31, 0, port, 32, "bits 63 to 32"))                    \
    }

const brds_register brds_registers[] = {
    {0x000, "ID", "What the device is: the letters BRDS.",
     FIELDS(CONSTANT("id", 31, 0, "ID", "0x53445242"))},
    {0x004, "VERSION", "The release of brdsgen that made the core.",
     FIELDS(CONSTANT("patch", 7, 0, "VERSION_PATCH", "third number"),
            CONSTANT("minor", 15, 8, "VERSION_MINOR", "second number"),
            CONSTANT("major", 23, 16, "VERSION_MAJOR", "first number"))},
    {0x008, "FINGERPRINT",
     "The shape of the network and the hardware; a weight image must carry the same.",
     FIELDS(CONSTANT("fingerprint", 31, 0, "FINGERPRINT", "word 2 of a weight image"))},
    {0x00c, "ARRAY", "Size of the multiplier array.",
     FIELDS(CONSTANT("pes", 7, 0, "PES", "processing elements"),
            CONSTANT("lanes_x", 15, 8, "LANES_X", "multipliers of a gate row on x"),
            CONSTANT("lanes_h", 23, 16, "LANES_H", "multipliers of a gate row on h"),
            CONSTANT("elements", 31, 24, "ELEMS", "element lanes behind the array"))},
    {0x010, "NETWORK", "Shape of the network.",
     FIELDS(CONSTANT("input_size", 15, 0, "INPUT_SIZE", "elements of an input vector"),
            CONSTANT("layers", 19, 16, "LAYERS", "LSTM layers"),
            CONSTANT("phases", 27, 20, "PHASES", "matrix passes of a step"))},
    {0x014, "OUTPUT", "The output vector.",
     FIELDS(CONSTANT("output_size", 19, 0, "OUTPUT_SIZE", "elements of an output vector"),
            CONSTANT("head", 24, 24, "HEAD", "they come from a head, else they are h"),
            CONSTANT("every_step", 25, 25, "EVERY_STEP",
                     "one for every step, else for last steps only"))},
    {0x018, "FORMAT_X", "Number formats of inputs, hidden states, and cell states.",
     FIELDS(CONSTANT("activation_bits", 7, 0, "ACT_BITS", "width of x and h"),
            CONSTANT("activation_frac", 15, 8, "ACT_FRAC", "their bits below the binary point"),
            CONSTANT("cell_bits", 23, 16, "CELL_BITS", "width of c"),
            CONSTANT("cell_frac", 31, 24, "CELL_FRAC", "its bits below the binary point"))},
    {0x01c, "FORMAT_Y", "Number formats of weights and outputs.",
     FIELDS(CONSTANT("weight_bits", 7, 0, "WEIGHT_BITS", "width of a weight"),
            CONSTANT("output_bits", 15, 8, "OUT_BITS", "width of an output"),
            CONSTANT("output_frac", 23, 16, "OUT_FRAC", "its bits below the binary point"))},
    {0x020, "STREAMS", "The streams.",
     FIELDS(CONSTANT("stream_bits", 9, 0, "STREAM_BITS", "width of a stream word"),
            CONSTANT("x_container", 21, 16, "X_CONTAINER", "bits an input element takes"),
            CONSTANT("y_container", 29, 24, "Y_CONTAINER", "bits an output element takes"))},
    {0x024, "FEATURES", "What else was built in.",
     FIELDS(CONSTANT("weights_rom", 0, 0, "WEIGHTS_ROM", "weights are fixed, not loaded"),
            CONSTANT("initial_state", 1, 1, "INIT_STATE", "initial states may be sent"),
            CONSTANT("relative_index", 2, 2, "RELATIVE", "column indices are gaps"),
            CONSTANT("peephole", 3, 3, "PEEPHOLE", "some layer has peephole weights"),
            CONSTANT("projection", 4, 4, "PROJECTION", "some layer has a projection"),
            CONSTANT("rounding", 9, 8, "ROUNDING", "0 half up, 1 half even, 2 truncate"),
            CONSTANT("protect", 11, 10, "PROTECT",
                     "check bits of weights and biases: 0 none, 1 parity, 2 secded"),
            CONSTANT("open_bits", 13, 12, "OPEN_BITS", "log2 of the row groups open at a time"),
            CONSTANT("shared", 15, 14, "SHARED",
                     "1: the gates of a unit share their columns; 2: and two of them a DSP block"),
            CONSTANT("weights_stream", 16, 16, "WEIGHTS_STREAM",
                     "weights are read over m_axi in every step"),
            CONSTANT("banked", 17, 17, "BANKED",
                     "the lanes of a gate row share a copy of the vectors"),
            CONSTANT("streams", 20, 18, "STREAMS_LOG2", "log2 of the independent streams"))},
    {0x028, "IMAGE_WORDS", "Length of a weight image.",
     FIELDS(CONSTANT("words", 31, 0, "IMAGE_WORDS", "stream words; 0 with fixed weights"))},

    {0x040, "CONTROL", "Running and stopping.",
     FIELDS({.name = "enable",
             BITS(0, 0),
             .access = BRDS_RW,
             .reset = 1,
             .signal = "enable",
             .description = "0: no new step is started; what has begun is finished"},
            PULSE("soft_reset", 1, 1, "soft_reset",
                  "everything but the weights, this register and ERROR.axil_address returns to its "
                  "state after reset; an image that is arriving is given up"),
            PULSE("clear_counters", 2, 2, "clear_counters", "set all counters to 0"))},
    {0x044, "STATUS", "What the core is doing.",
     FIELDS(INPUT("idle", 0, 0, "status_idle", 0, "nothing is being computed"),
            INPUT("weights_ok", 1, 1, "status_weights_ok", 0, "weights are there"),
            INPUT("loading", 2, 2, "status_loading", 0, "a weight image is arriving"),
            INPUT("sequence_open", 3, 3, "status_sequence_open", 0,
                  "the last step taken was not the last of its sequence"))},
    {0x048, "ERROR", "Sticky errors; the `error` pin of the core is high while one is set.",
     FIELDS(ERROR("x_early_last", 0, "s_axis_x: tlast before the end of a vector"),
            ERROR("x_late_last", 1, "s_axis_x: no tlast at the end of a vector"),
            ERROR("x_no_first", 2, "s_axis_x: a step outside a sequence (tuser bit 0 was not set)"),
            ERROR("x_no_weights", 3, "s_axis_x: a vector while there are no weights"),
            ERROR("x_range", 4, "s_axis_x: an element outside its format; it was saturated"),
            ERROR("x_state", 5, "s_axis_x: an initial state that is malformed or not expected"),
            ERROR("w_magic", 6, "s_axis_w: the packet is no weight image"),
            ERROR("w_version", 7, "s_axis_w: the image is of another format version"),
            ERROR("w_shape", 8, "s_axis_w: the image is for another shape (fingerprint)"),
            ERROR("w_length", 9, "s_axis_w: the image is too short or too long"),
            ERROR("w_crc", 10, "s_axis_w: the checksum is wrong"),
            ERROR("upset", 11,
                  "a weight, an index or a bias was read with wrong bits that could not be "
                  "corrected: outputs from then on are suspect, until the weights are loaded anew"),
            ERROR("m_memory", 12,
                  "m_axi: the memory of streamed weights answered with an error: outputs from then "
                  "on are suspect"),
            {.name = "axil_address",
             BITS(15, 15),
             .access = BRDS_W1C,
             .signal = "address_error",
             .description = "AXI4-Lite: an address without a register, or a write to a register "
                            "that is read only"})},

    {0x050, "WEIGHTS_LO",
     "Where streamed weights lie in the memory on m_axi; write it before the first step. The "
     "weights "
     "must not cross a multiple of 2^32 bytes.",
     FIELDS(
         HELD("page", 31, 12, "weights_page", "WEIGHTS_STREAM",
              "bits 31 to 12 of the address, whose other bits are 0; stays 0 in cores without"))},
    {0x054, "WEIGHTS_HI", "The upper half of that address.",
     FIELDS(HELD("address", 31, 0, "weights_high", "WEIGHTS_STREAM",
                 "bits 63 to 32; stays 0 in cores without"))},

    COUNTER(0x080, "STEPS", "count_steps", "Steps computed."),
    COUNTER(0x084, "SEQUENCES", "count_sequences", "Sequences completed."),
    COUNTER_PAIR(0x088, "BUSY", "count_busy",
                 "Cycles in which the array worked or waited for its own results."),
    COUNTER_PAIR(0x090, "STALL_IN", "count_stall_in",
                 "Cycles without work inside a sequence: the next vector had not come."),
    COUNTER_PAIR(0x098, "STALL_OUT", "count_stall_out",
                 "Cycles in which work waited for the output stream."),
    COUNTER(0x0a0, "SAT_GATE", "count_sat_gate", "Saturations of a gate's sum."),
    COUNTER(0x0a4, "SAT_FUNCTION", "count_sat_function",
            "Saturations of a cell state on its way into tanh."),
    COUNTER(0x0a8, "SAT_CELL", "count_sat_cell", "Saturations of a cell state."),
    COUNTER(0x0ac, "SAT_OUTPUT", "count_sat_output",
            "Saturations of a hidden state, a projection or a head output."),
    COUNTER(0x0b0, "CORRECTED", "count_corrected",
            "Words of weights or biases that were read with a wrong bit, which was corrected."),
    COUNTER(0x0b4, "UNCORRECTED", "count_uncorrected",
            "Words of weights or biases that were read with wrong bits and used as they were."),
    COUNTER_PAIR(0x0b8, "STALL_WEIGHTS", "count_stall_weights",
                 "Cycles (of those in BUSY) in which a beat waited for streamed weights."),
};

const size_t brds_register_count = sizeof brds_registers / sizeof brds_registers[0];
