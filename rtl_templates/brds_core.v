// SPDX-License-Identifier: Apache-2.0
//
// brds_core: the whole machine but the register block: wires control, interfaces and datapath;
// keeps status, sticky errors and counters. docs/microarchitecture.md is its definition.
//
// soft_reset acts as rst on everything but the weights and their validity; an image that is being
// received is given up (weights_ok stays 0 then).
`default_nettype none

module brds_core #(
    // array: processing elements, lanes, element lanes
    parameter integer PES = 2,
    parameter integer LANES_X = 1,
    parameter integer LANES_H = 1,
    parameter integer ELEMS = 1,
    // 1: some layer has peephole weights; some phase is linear; some phase is a projection
    parameter integer PEEPHOLE = 0,
    parameter integer LINEAR = 0,
    parameter integer PROJECTION = 0,
    // registers: memories, multiplier, adder levels between two, functions, element-wise operations
    parameter integer MEMORY_REGS = 1,
    parameter integer MUL_REGS = 3,
    parameter integer ADDER_EVERY = 1,
    parameter integer FUNC_REGS = 2,
    parameter integer ELEM_REGS = 1,
    // 1: element-wise products in DSP blocks
    parameter integer FUNC_DSP = 1,
    // 1: the product register of a lane is kept where it is (Yosys, ice40)
    parameter integer MUL_KEEP = 0,
    parameter integer MUL_DSP = 1,
    // formats: bits and fraction bits
    parameter integer ACT_BITS = 16,
    parameter integer ACT_FRAC = 12,
    parameter integer WEIGHT_BITS = 8,
    parameter integer CELL_BITS = 24,
    parameter integer CELL_FRAC = 16,
    parameter integer Z_BITS = 18,
    parameter integer GATE_BITS = 16,
    parameter integer GATE_FRAC = 14,
    parameter integer XACC_BITS = 26,
    parameter integer HACC_BITS = 26,
    parameter integer SUM_BITS = 42,
    parameter integer BIAS_BITS = 18,
    // bits of a row's own exponent, 0: it has none
    parameter integer ROW_SCALE_BITS = 0,
    parameter integer OUT_BITS = 16,
    parameter integer HEAD_BITS = 0,
    // 0 half up, 1 half even, 2 truncate
    parameter integer ROUNDING = 0,
    // functions: log2 of the entries, bits of slopes, entries {start, slope}
    parameter integer FUNC_ENTRY_BITS = 3,
    parameter integer SIGMOID_SLOPE_BITS = 12,
    parameter integer TANH_SLOPE_BITS = 14,
    parameter [(2**FUNC_ENTRY_BITS)*(ACT_BITS+2+SIGMOID_SLOPE_BITS)-1:0] SIGMOID_TABLE = 0,
    parameter [(2**FUNC_ENTRY_BITS)*(ACT_BITS+2+TANH_SLOPE_BITS)-1:0] TANH_TABLE = 0,
    // index: 1 relative; bits on x and h lanes
    parameter integer RELATIVE = 0,
    // 1: the lanes of a row's group share a copy of the vector
    parameter integer BANKED = 0,
    // bits of the number of an open row group; 0: one group at a time
    parameter integer OPEN_BITS = 0,
    // 1: the four gate rows of a PE share their operands.  2: and two of them a multiplier
    parameter integer SHARED = 0,
    parameter integer XI_BITS = 3,
    parameter integer HI_BITS = 2,
    // vector memories: words of a half, address bits
    parameter integer X_HALF = 8,
    parameter integer H_HALF = 4,
    parameter integer X_ADDR_BITS = 4,
    parameter integer H_ADDR_BITS = 3,
    // weight memory and unit memory: bits, words, address bits
    parameter integer WORD_BITS = 168,
    parameter integer WORDS = 10,
    parameter integer WORD_ADDR_BITS = 4,
    parameter integer UNIT_BITS = 72,
    parameter integer UNIT_ROWS = 4,
    parameter integer UNIT_ADDR_BITS = 2,
    // streams and weights: bits of a word; 1: weights come from files
    parameter integer STREAM_BITS = 64,
    parameter integer WEIGHTS_ROM = 0,
    parameter WEIGHTS_FILE = "",
    parameter UNITS_FILE = "",
    parameter CONFIG_FILE = "",
    // 1: weights come over m_axi; bits of its data words, data words of a weight word, the buffer's weight
    // words and address bits
    parameter integer WEIGHTS_STREAM = 0,
    parameter integer MEMORY_BITS = 128,
    parameter integer WORD_CHUNKS = 1,
    parameter integer BUFFER_WORDS = 64,
    parameter integer BUFFER_BITS = 6,
    // check bits of weight and unit memory: 0 none, 1 a parity bit a column, 2 single error correction
    parameter integer PROTECT = 0,
    // weight image: words of a packet, fingerprint of the shape
    parameter integer IMAGE_WORDS = 47,
    parameter [31:0] FINGERPRINT = 32'd0,
    // phases, edges, token stages
    parameter integer PHASES = 1,
    parameter integer EDGES = 1,
    parameter integer STAGES = 1,
    parameter integer PHASE_BITS = 1,
    parameter [PHASES*32-1:0] PH_LINEAR = 32'd0,
    parameter [PHASES*32-1:0] PH_STAGE = 32'd0,
    parameter [PHASES*32-1:0] PH_GROUPS = 32'd2,
    parameter [PHASES*32-1:0] PH_BEATS = 32'd5,
    parameter [PHASES*32-1:0] PH_ROWS = 32'd4,
    parameter [PHASES*32-1:0] PH_WORD = 32'd0,
    parameter [PHASES*32-1:0] PH_CHUNK = 32'd0,
    parameter [PHASES*32-1:0] PH_CHUNKS = 32'd1,
    parameter [PHASES*32-1:0] PH_UNIT = 32'd0,
    parameter [PHASES*32-1:0] PH_XBASE = 32'd0,
    parameter [PHASES*32-1:0] PH_HBASE = 32'd0,
    parameter [PHASES*32-1:0] PH_HPREV = 32'd1,
    parameter [PHASES*32-1:0] PH_DXEN = 32'd0,
    parameter [PHASES*32-1:0] PH_DX = 32'd0,
    parameter [PHASES*32-1:0] PH_DHEN = 32'd1,
    parameter [PHASES*32-1:0] PH_DH = 32'd0,
    parameter [PHASES*32-1:0] PH_OUT = 32'd1,
    parameter [EDGES*32-1:0] ED_READER = 32'd0,
    parameter [EDGES*32-1:0] ED_WRITER = 32'd0,
    parameter [EDGES*32-1:0] ED_SKIP = 32'd1,
    // independent streams, a power of two: each has a state of its own
    parameter integer STREAMS = 1,
    // 1: every step is output, 0: a sequence's last one; 1: initial states are taken
    parameter integer EVERY_STEP = 1,
    parameter integer INIT_STATE = 0,
    // vectors: elements, bits of a container
    parameter integer INPUT_SIZE = 5,
    parameter integer OUTPUT_SIZE = 4,
    parameter integer X_CONTAINER = 16,
    parameter integer Y_CONTAINER = 16,
    // layers: output width, hidden units, base in the h copies, first c row
    parameter integer LAYERS = 1,
    parameter [LAYERS*32-1:0] ST_R = 32'd4,
    parameter [LAYERS*32-1:0] ST_H = 32'd4,
    parameter [LAYERS*32-1:0] ST_HBASE = 32'd0,
    parameter [LAYERS*32-1:0] ST_UNIT = 32'd0
) (
    input wire clk,
    input wire rst,
    // input vectors; tuser: first step, last step, initial state; tid: the stream (0 if there is one)
    input wire [STREAM_BITS-1:0] s_axis_x_tdata,
    input wire s_axis_x_tvalid,
    output wire s_axis_x_tready,
    input wire s_axis_x_tlast,
    input wire [2:0] s_axis_x_tuser,
    input wire [(STREAMS > 1 ? $clog2(STREAMS) : 1)-1:0] s_axis_x_tid,
    // weight images (WEIGHTS_ROM = 0)
    input wire [STREAM_BITS-1:0] s_axis_w_tdata,
    input wire s_axis_w_tvalid,
    output wire s_axis_w_tready,
    input wire s_axis_w_tlast,
    // output vectors; tuser: first step, last step; tid: the stream
    output wire [STREAM_BITS-1:0] m_axis_y_tdata,
    output wire m_axis_y_tvalid,
    input wire m_axis_y_tready,
    output wire m_axis_y_tlast,
    output wire [1:0] m_axis_y_tuser,
    output wire [(STREAMS > 1 ? $clog2(STREAMS) : 1)-1:0] m_axis_y_tid,
    // streamed weights (WEIGHTS_STREAM = 1)
    output wire [63:0] m_axi_araddr,
    output wire [7:0] m_axi_arlen,
    output wire [2:0] m_axi_arsize,
    output wire [1:0] m_axi_arburst,
    output wire m_axi_arvalid,
    input wire m_axi_arready,
    input wire [MEMORY_BITS-1:0] m_axi_rdata,
    input wire [1:0] m_axi_rresp,
    input wire m_axi_rlast,
    input wire m_axi_rvalid,
    output wire m_axi_rready,
    // control
    input wire [63:0] weights_base,      // where streamed weights lie
    input wire soft_reset,
    input wire enable,                   // 0: no new step is started
    input wire clear_counters,           // one cycle
    input wire [15:0] error_clear,       // one cycle
    // status
    output reg status_idle,              // nothing runs, nothing is buffered
    output wire status_weights_ok,
    output wire status_loading,
    output reg status_sequence_open,
    // sticky: 0 early tlast on x, 1 late tlast, 2 no first step, 3 no weights, 4 range, 5 initial state,
    // 6 magic, 7 version, 8 fingerprint, 9 length, 10 CRC, 11 wrong bits in a weight or a bias,
    // 12 the memory of streamed weights answered with an error
    output reg [15:0] error,
    // counters
    output wire [31:0] count_steps,
    output wire [31:0] count_sequences,
    output wire [63:0] count_busy,
    output wire [63:0] count_stall_in,
    output wire [63:0] count_stall_out,
    output wire [31:0] count_sat_gate,
    output wire [31:0] count_sat_function,
    output wire [31:0] count_sat_cell,
    output wire [31:0] count_sat_output,
    output wire [31:0] count_corrected,
    output wire [31:0] count_uncorrected,
    output wire [63:0] count_stall_weights
);
    // ---- delays, section 6 ----
    localparam integer LANES = LANES_X > LANES_H ? LANES_X : LANES_H;
    localparam integer TS = ($clog2(LANES) + ADDER_EVERY - 1) / ADDER_EVERY;
    localparam integer LW = MEMORY_REGS + (PROTECT == 2 ? 1 : 0);
    localparam integer DRAIN = LW + RELATIVE + MEMORY_REGS + MUL_REGS + TS + 1;
    localparam integer LE = 11 + 2 * FUNC_REGS + 2 * PEEPHOLE + (ELEM_REGS - 1) * (4 + 5 * PEEPHOLE);
    localparam integer SLOTS = (LINEAR != 0 ? 4 : 1) * (PES / ELEMS);

    localparam integer X_ROW_BITS = X_ADDR_BITS - $clog2(ELEMS);
    localparam integer H_ROW_BITS = H_ADDR_BITS - $clog2(ELEMS);
    localparam integer Y_ROWS = (OUTPUT_SIZE + ELEMS - 1) / ELEMS;
    localparam integer Y_ROW_BITS = Y_ROWS > 1 ? $clog2(Y_ROWS) : 1;
    localparam integer X_BASE = PH_XBASE[31:0];
    localparam integer ID_BITS = $clog2(STREAMS);

    wire crst = rst || soft_reset;

    // ---- weights ----
    wire weights_ok, loading;
    wire [4:0] load_error;
    wire [STREAM_BITS-1:0] ld_data;
    wire ldw_we, ldu_we, cfg_we;
    wire [WORD_ADDR_BITS-1:0] ldw_row;
    wire [UNIT_ADDR_BITS-1:0] ldu_row;
    wire [15:0] ldw_chunk, ldu_chunk;
    wire [7:0] cfg_index;
    wire [31:0] cfg_data;
    wire [PHASES*32-1:0] cfg_phase;
    wire [EDGES*16-1:0] cfg_gap;
    wire ctrl_empty, x_quiet, x_open;

    generate
        if (WEIGHTS_ROM == 0) begin : g_load
            brds_load #(
                .STREAM_BITS(STREAM_BITS), .IMAGE_WORDS(IMAGE_WORDS), .FINGERPRINT(FINGERPRINT),
                .PHASES(PHASES), .EDGES(EDGES),
                .WORD_BITS(WORD_BITS), .WORDS(WEIGHTS_STREAM != 0 ? 0 : WORDS), .WORD_ADDR_BITS(WORD_ADDR_BITS),
                .UNIT_BITS(UNIT_BITS), .UNIT_ROWS(UNIT_ROWS), .UNIT_ADDR_BITS(UNIT_ADDR_BITS)
            ) load (
                .clk(clk), .rst(crst), .hard_rst(rst), .core_empty(ctrl_empty && x_quiet && !x_open),
                .loading(loading), .weights_ok(weights_ok),
                .s_axis_w_tdata(s_axis_w_tdata), .s_axis_w_tvalid(s_axis_w_tvalid),
                .s_axis_w_tready(s_axis_w_tready), .s_axis_w_tlast(s_axis_w_tlast),
                .ld_data(ld_data), .ldw_we(ldw_we), .ldw_row(ldw_row), .ldw_chunk(ldw_chunk),
                .ldu_we(ldu_we), .ldu_row(ldu_row), .ldu_chunk(ldu_chunk),
                .cfg_we(cfg_we), .cfg_index(cfg_index), .cfg_data(cfg_data), .error(load_error));
        end else begin : g_rom
            wire unused = &{1'b0, s_axis_w_tdata, s_axis_w_tlast, x_quiet, x_open};
            assign loading = 1'b0;
            assign weights_ok = 1'b1;
            assign s_axis_w_tready = 1'b0;
            assign ld_data = {STREAM_BITS{1'b0}};
            assign ldw_we = 1'b0;
            assign ldw_row = {WORD_ADDR_BITS{1'b0}};
            assign ldw_chunk = 16'd0;
            assign ldu_we = 1'b0;
            assign ldu_row = {UNIT_ADDR_BITS{1'b0}};
            assign ldu_chunk = 16'd0;
            assign cfg_we = 1'b0;
            assign cfg_index = 8'd0;
            assign cfg_data = 32'd0;
            assign load_error = 5'd0;
        end
    endgenerate

    brds_config #(
        .PHASES(PHASES), .EDGES(EDGES), .WEIGHTS_ROM(WEIGHTS_ROM), .CONFIG_FILE(CONFIG_FILE)
    ) config_words (
        .clk(clk), .we(cfg_we), .index(cfg_index), .data(cfg_data), .cfg_phase(cfg_phase), .cfg_gap(cfg_gap));

    // ---- input unit ----
    wire x_valid, x_zero, x_sfirst, x_slast, x_take, x_free;
    wire [ID_BITS:0] x_frame;
    wire [STREAMS-1:0] x_dropping;
    wire xw_x, xw_h, xw_grant;
    wire [ELEMS-1:0] xw_we, xc_we;
    wire [X_ROW_BITS-1:0] xw_xrow;
    wire [H_ROW_BITS-1:0] xw_hrow;
    wire [ELEMS*ACT_BITS-1:0] xw_data;
    wire [UNIT_ADDR_BITS+ID_BITS-1:0] xc_row;
    wire [ELEMS*CELL_BITS-1:0] xc_data;
    wire [5:0] x_error;

    brds_xin #(
        .ELEMS(ELEMS), .ACT_BITS(ACT_BITS), .CELL_BITS(CELL_BITS),
        .STREAM_BITS(STREAM_BITS), .X_CONTAINER(X_CONTAINER), .INPUT_SIZE(INPUT_SIZE),
        .X_BASE(X_BASE), .STREAMS(STREAMS),
        .X_ADDR_BITS(X_ADDR_BITS), .H_ADDR_BITS(H_ADDR_BITS), .UNIT_ADDR_BITS(UNIT_ADDR_BITS),
        .INIT_STATE(INIT_STATE), .LAYERS(LAYERS),
        .ST_R(ST_R), .ST_H(ST_H), .ST_HBASE(ST_HBASE), .ST_UNIT(ST_UNIT)
    ) xin (
        .clk(clk), .rst(crst), .weights_ok(weights_ok), .loading(loading),
        .load_wanted(WEIGHTS_ROM == 0 && s_axis_w_tvalid), .ctrl_empty(ctrl_empty), .quiet(x_quiet),
        .open(x_open),
        .s_axis_x_tdata(s_axis_x_tdata), .s_axis_x_tvalid(s_axis_x_tvalid),
        .s_axis_x_tready(s_axis_x_tready), .s_axis_x_tlast(s_axis_x_tlast),
        .s_axis_x_tuser(s_axis_x_tuser), .s_axis_x_tid(s_axis_x_tid),
        .x_valid(x_valid), .x_frame(x_frame), .x_zero(x_zero), .x_sfirst(x_sfirst), .x_slast(x_slast),
        .x_dropping(x_dropping), .x_take(x_take), .x_free(x_free),
        .xw_x(xw_x), .xw_h(xw_h), .xw_we(xw_we), .xw_xrow(xw_xrow), .xw_hrow(xw_hrow),
        .xw_data(xw_data), .xw_grant(xw_grant), .xc_we(xc_we), .xc_row(xc_row), .xc_data(xc_data),
        .error(x_error));

    // ---- controller ----
    wire beat_valid, beat_first, beat_last, beat_pfirst, beat_zero, beat_sfirst, beat_slast;
    wire [ID_BITS:0] beat_frame;
    wire [WORD_ADDR_BITS-1:0] beat_word;
    wire [PHASE_BITS-1:0] beat_phase;
    wire y_release, y_none, sequence_open;
    wire ev_step, ev_sequence, ev_busy, ev_stall_in, ev_stall_out, ev_stall_weights;
    wire fetch, fetch_ready, word_ready;
    wire [PHASE_BITS-1:0] fetch_phase;

    brds_ctrl #(
        .PHASES(PHASES), .EDGES(EDGES), .STAGES(STAGES), .LAYERS(LAYERS), .PHASE_BITS(PHASE_BITS), .STREAMS(STREAMS),
        .WORD_ADDR_BITS(WORD_ADDR_BITS), .PH_LINEAR(PH_LINEAR), .PH_STAGE(PH_STAGE),
        .PH_GROUPS(PH_GROUPS), .PH_BEATS(PH_BEATS), .PH_WORD(PH_WORD), .PH_OUT(PH_OUT),
        .ED_READER(ED_READER), .ED_WRITER(ED_WRITER), .ED_SKIP(ED_SKIP), .EVERY_STEP(EVERY_STEP),
        .FREE_DELAY(LW + RELATIVE + 1), .DRAIN_CYCLES(DRAIN + LE + SLOTS)
    ) ctrl (
        .clk(clk), .rst(crst), .enable(enable), .weights_ok(weights_ok), .loading(loading), .cfg_gap(cfg_gap),
        .x_valid(x_valid), .x_frame(x_frame), .x_zero(x_zero), .x_sfirst(x_sfirst), .x_slast(x_slast),
        .x_dropping(x_dropping), .x_take(x_take), .x_free(x_free),
        .y_release(y_release), .y_none(y_none),
        .fetch_ready(fetch_ready), .fetch(fetch), .fetch_phase(fetch_phase), .word_ready(word_ready),
        .beat_valid(beat_valid), .beat_word(beat_word), .beat_first(beat_first), .beat_last(beat_last),
        .beat_phase(beat_phase), .beat_pfirst(beat_pfirst), .beat_frame(beat_frame), .beat_zero(beat_zero),
        .beat_sfirst(beat_sfirst), .beat_slast(beat_slast),
        .empty(ctrl_empty), .sequence_open(sequence_open), .ev_step(ev_step), .ev_sequence(ev_sequence),
        .ev_busy(ev_busy), .ev_stall_in(ev_stall_in), .ev_stall_out(ev_stall_out),
        .ev_stall_weights(ev_stall_weights));

    // ---- weight memory: all words, written by the loader, or a buffer, written from outside ----
    localparam integer W_DEPTH = WEIGHTS_STREAM != 0 ? BUFFER_WORDS : WORDS;
    localparam integer W_ADDR_BITS = WEIGHTS_STREAM != 0 ? BUFFER_BITS : WORD_ADDR_BITS;
    localparam integer W_CHUNK_BITS = WEIGHTS_STREAM != 0 ? MEMORY_BITS : STREAM_BITS;
    wire w_we;
    wire [W_ADDR_BITS-1:0] w_row, w_address;
    wire [15:0] w_chunk;
    wire [W_CHUNK_BITS-1:0] w_data;
    wire fetch_error;

    generate
        if (WEIGHTS_STREAM != 0) begin : g_stream
            brds_prefetch #(
                .MEMORY_BITS(MEMORY_BITS), .WORD_CHUNKS(WORD_CHUNKS), .BUFFER_WORDS(BUFFER_WORDS),
                .BUFFER_BITS(BUFFER_BITS), .PHASES(PHASES), .PHASE_BITS(PHASE_BITS),
                .PH_CHUNK(PH_CHUNK), .PH_CHUNKS(PH_CHUNKS)
            ) prefetch (
                .clk(clk), .rst(crst), .hard_rst(rst), .base(weights_base),
                .fetch(fetch), .fetch_phase(fetch_phase), .ready(fetch_ready),
                .word_ready(word_ready), .word_address(w_address), .beat(beat_valid),
                .fw_we(w_we), .fw_row(w_row), .fw_chunk(w_chunk), .fw_data(w_data), .error(fetch_error),
                .m_axi_araddr(m_axi_araddr), .m_axi_arlen(m_axi_arlen), .m_axi_arsize(m_axi_arsize),
                .m_axi_arburst(m_axi_arburst), .m_axi_arvalid(m_axi_arvalid), .m_axi_arready(m_axi_arready),
                .m_axi_rdata(m_axi_rdata), .m_axi_rresp(m_axi_rresp), .m_axi_rlast(m_axi_rlast),
                .m_axi_rvalid(m_axi_rvalid), .m_axi_rready(m_axi_rready));
            wire unused_load = &{1'b0, beat_word, ldw_we, ldw_row, ldw_chunk};
            brds_count #(.BITS(64), .ADD_BITS(1)) c_stall_weights (
                .clk(clk), .rst(crst), .clear(clear_counters), .add(ev_stall_weights),
                .value(count_stall_weights));
        end else begin : g_inside
            assign fetch_ready = 1'b1;
            assign word_ready = 1'b1;
            assign w_address = beat_word;
            assign w_we = ldw_we;
            assign w_row = ldw_row;
            assign w_chunk = ldw_chunk;
            assign w_data = ld_data;
            assign fetch_error = 1'b0;
            assign m_axi_araddr = 64'd0;
            assign m_axi_arlen = 8'd0;
            assign m_axi_arsize = 3'd0;
            assign m_axi_arburst = 2'd0;
            assign m_axi_arvalid = 1'b0;
            assign m_axi_rready = 1'b0;
            assign count_stall_weights = 64'd0;
            wire unused_memory = &{1'b0, weights_base, fetch, fetch_phase, m_axi_arready, m_axi_rdata,
                                   m_axi_rresp, m_axi_rlast, m_axi_rvalid, ev_stall_weights};
        end
    endgenerate

    // ---- datapath ----
    wire [ELEMS-1:0] vx_we, vh_we;
    wire [X_ROW_BITS-1:0] vx_addr;
    wire [H_ROW_BITS-1:0] vh_addr;
    wire [ELEMS*ACT_BITS-1:0] vx_data, vh_data;
    wire [ID_BITS:0] drain_frame;
    wire drain_valid, drain_pfirst, drain_zero, drain_sfirst, drain_slast, drain_shift;
    wire [PHASE_BITS-1:0] drain_phase;
    wire [ELEMS*4*XACC_BITS-1:0] drain_x;
    wire [ELEMS*4*HACC_BITS-1:0] drain_h;
    wire word_corrected, word_bad, unit_corrected, unit_bad;

    brds_array #(
        .PES(PES), .LANES_X(LANES_X), .LANES_H(LANES_H), .ELEMS(ELEMS),
        .ACT_BITS(ACT_BITS), .WEIGHT_BITS(WEIGHT_BITS), .XI_BITS(XI_BITS), .HI_BITS(HI_BITS),
        .XACC_BITS(XACC_BITS), .HACC_BITS(HACC_BITS), .X_HALF(X_HALF), .H_HALF(H_HALF),
        .X_ADDR_BITS(X_ADDR_BITS), .H_ADDR_BITS(H_ADDR_BITS), .MEMORY_REGS(MEMORY_REGS),
        .MUL_REGS(MUL_REGS), .ADDER_EVERY(ADDER_EVERY), .MUL_KEEP(MUL_KEEP), .MUL_DSP(MUL_DSP), .RELATIVE(RELATIVE),
        .STREAMS(STREAMS), .BANKED(BANKED), .OPEN_BITS(OPEN_BITS), .SHARED(SHARED),
        .WORD_BITS(WORD_BITS), .WORDS(W_DEPTH), .WORD_ADDR_BITS(W_ADDR_BITS), .STREAM_BITS(W_CHUNK_BITS),
        .WEIGHTS_ROM(WEIGHTS_ROM), .WEIGHTS_FILE(WEIGHTS_FILE), .PROTECT(PROTECT), .PAUSES(WEIGHTS_STREAM), .PHASES(PHASES),
        .PHASE_BITS(PHASE_BITS), .PH_XBASE(PH_XBASE), .PH_HBASE(PH_HBASE), .PH_HPREV(PH_HPREV)
    ) array (
        .clk(clk), .rst(crst),
        .beat_valid(beat_valid), .beat_word(w_address), .beat_first(beat_first), .beat_last(beat_last),
        .beat_phase(beat_phase), .beat_pfirst(beat_pfirst), .beat_frame(beat_frame), .beat_zero(beat_zero),
        .beat_sfirst(beat_sfirst), .beat_slast(beat_slast),
        .ldw_we(w_we), .ldw_row(w_row), .ldw_chunk(w_chunk), .ld_data(w_data),
        .vx_we(vx_we), .vx_addr(vx_addr), .vx_data(vx_data), .vh_we(vh_we), .vh_addr(vh_addr), .vh_data(vh_data),
        .drain_valid(drain_valid), .drain_phase(drain_phase), .drain_pfirst(drain_pfirst),
        .drain_frame(drain_frame), .drain_zero(drain_zero), .drain_sfirst(drain_sfirst),
        .drain_slast(drain_slast), .drain_x(drain_x), .drain_h(drain_h), .drain_shift(drain_shift),
        .word_corrected(word_corrected), .word_bad(word_bad));

    wire [ELEMS-1:0] y_we;
    wire [Y_ROW_BITS-1:0] y_row;
    wire [ELEMS*OUT_BITS-1:0] y_data;
    wire y_done;
    wire [ID_BITS+1:0] y_user, m_user;
    wire [8:0] sat_gate, sat_function, sat_cell, sat_output;

    brds_post #(
        .PES(PES), .ELEMS(ELEMS), .ACT_BITS(ACT_BITS), .ACT_FRAC(ACT_FRAC), .CELL_BITS(CELL_BITS),
        .CELL_FRAC(CELL_FRAC), .Z_BITS(Z_BITS), .GATE_BITS(GATE_BITS), .GATE_FRAC(GATE_FRAC),
        .XACC_BITS(XACC_BITS), .HACC_BITS(HACC_BITS), .SUM_BITS(SUM_BITS), .BIAS_BITS(BIAS_BITS),
        .ROW_SCALE_BITS(ROW_SCALE_BITS), .OUT_BITS(OUT_BITS), .HEAD_BITS(HEAD_BITS), .ROUNDING(ROUNDING), .PEEPHOLE(PEEPHOLE),
        .LINEAR(LINEAR), .PROJECTION(PROJECTION), .FUNC_ENTRY_BITS(FUNC_ENTRY_BITS),
        .SIGMOID_SLOPE_BITS(SIGMOID_SLOPE_BITS), .TANH_SLOPE_BITS(TANH_SLOPE_BITS),
        .SIGMOID_TABLE(SIGMOID_TABLE), .TANH_TABLE(TANH_TABLE), .FUNC_REGS(FUNC_REGS),
        .FUNC_DSP(FUNC_DSP), .ELEM_REGS(ELEM_REGS), .MEMORY_REGS(MEMORY_REGS), .X_ADDR_BITS(X_ADDR_BITS),
        .H_ADDR_BITS(H_ADDR_BITS), .UNIT_BITS(UNIT_BITS), .UNIT_ROWS(UNIT_ROWS),
        .UNIT_ADDR_BITS(UNIT_ADDR_BITS), .STREAMS(STREAMS), .STREAM_BITS(STREAM_BITS), .WEIGHTS_ROM(WEIGHTS_ROM),
        .UNITS_FILE(UNITS_FILE), .PROTECT(PROTECT), .PHASES(PHASES), .PHASE_BITS(PHASE_BITS),
        .PH_LINEAR(PH_LINEAR), .PH_ROWS(PH_ROWS), .PH_UNIT(PH_UNIT), .PH_DXEN(PH_DXEN), .PH_DX(PH_DX), .PH_DHEN(PH_DHEN),
        .PH_DH(PH_DH), .PH_OUT(PH_OUT), .EVERY_STEP(EVERY_STEP), .Y_ROW_BITS(Y_ROW_BITS)
    ) post (
        .clk(clk), .rst(crst),
        .drain_valid(drain_valid), .drain_phase(drain_phase), .drain_pfirst(drain_pfirst),
        .drain_frame(drain_frame), .drain_zero(drain_zero), .drain_sfirst(drain_sfirst),
        .drain_slast(drain_slast), .drain_x(drain_x), .drain_h(drain_h), .drain_shift(drain_shift),
        .cfg_phase(cfg_phase), .ldu_we(ldu_we), .ldu_row(ldu_row), .ldu_chunk(ldu_chunk), .ld_data(ld_data),
        .xw_x(xw_x), .xw_h(xw_h), .xw_we(xw_we), .xw_xrow(xw_xrow), .xw_hrow(xw_hrow), .xw_data(xw_data),
        .xw_grant(xw_grant), .xc_we(xc_we), .xc_row(xc_row), .xc_data(xc_data),
        .vx_we(vx_we), .vx_addr(vx_addr), .vx_data(vx_data), .vh_we(vh_we), .vh_addr(vh_addr), .vh_data(vh_data),
        .y_we(y_we), .y_row(y_row), .y_data(y_data), .y_done(y_done), .y_user(y_user),
        .sat_gate(sat_gate), .sat_function(sat_function), .sat_cell(sat_cell), .sat_output(sat_output),
        .unit_corrected(unit_corrected), .unit_bad(unit_bad));

    // ---- output unit ----
    brds_yout #(
        .ELEMS(ELEMS), .OUT_BITS(OUT_BITS), .Y_CONTAINER(Y_CONTAINER), .STREAM_BITS(STREAM_BITS),
        .OUTPUT_SIZE(OUTPUT_SIZE), .USER_BITS(ID_BITS + 2), .Y_ROW_BITS(Y_ROW_BITS)
    ) yout (
        .clk(clk), .rst(crst), .y_we(y_we), .y_row(y_row), .y_data(y_data), .y_done(y_done),
        .y_user(y_user), .y_release(y_release),
        .m_axis_y_tdata(m_axis_y_tdata), .m_axis_y_tvalid(m_axis_y_tvalid),
        .m_axis_y_tready(m_axis_y_tready), .m_axis_y_tlast(m_axis_y_tlast),
        .m_axis_y_tuser(m_user));
    assign m_axis_y_tuser = m_user[1:0];
    generate
        if (STREAMS > 1) begin : g_tid
            assign m_axis_y_tid = m_user[ID_BITS+1:2];
        end else begin : g_no_tid
            assign m_axis_y_tid = 1'b0;
        end
    endgenerate

    // ---- status, errors, counters ----
    assign status_weights_ok = weights_ok;
    assign status_loading = loading;
    // without check bits bit 11 is constant, with all weights inside bit 12
    localparam [15:0] ERRORS = (PROTECT != 0 ? 16'hffff : 16'hf7ff) & (WEIGHTS_STREAM != 0 ? 16'hffff : 16'hefff);
    always @(posedge clk) begin
        if (crst) begin
            status_idle <= 1'b0;
            status_sequence_open <= 1'b0;
            error <= 16'd0;
        end else begin
            status_idle <= ctrl_empty && x_quiet && y_none && !loading;
            status_sequence_open <= sequence_open;
            error <= (error & ~error_clear & ERRORS) | {3'd0, fetch_error, word_bad || unit_bad, load_error, x_error};
        end
    end

    wire clear = clear_counters;
    // saturations of before a soft reset are up to three cycles behind it (brds_post's sums)
    reg [2:0] sat_flush;
    always @(posedge clk)
        sat_flush <= crst ? 3'b111 : {1'b0, sat_flush[2:1]};
    wire sat_clear = clear || sat_flush[0];
    brds_count #(.BITS(32), .ADD_BITS(1)) c_steps (
        .clk(clk), .rst(crst), .clear(clear), .add(ev_step), .value(count_steps));
    brds_count #(.BITS(32), .ADD_BITS(1)) c_sequences (
        .clk(clk), .rst(crst), .clear(clear), .add(ev_sequence), .value(count_sequences));
    brds_count #(.BITS(64), .ADD_BITS(1)) c_busy (
        .clk(clk), .rst(crst), .clear(clear), .add(ev_busy), .value(count_busy));
    brds_count #(.BITS(64), .ADD_BITS(1)) c_stall_in (
        .clk(clk), .rst(crst), .clear(clear), .add(ev_stall_in), .value(count_stall_in));
    brds_count #(.BITS(64), .ADD_BITS(1)) c_stall_out (
        .clk(clk), .rst(crst), .clear(clear), .add(ev_stall_out), .value(count_stall_out));
    brds_count #(.BITS(32), .ADD_BITS(9)) c_sat_gate (
        .clk(clk), .rst(crst), .clear(sat_clear), .add(sat_gate), .value(count_sat_gate));
    brds_count #(.BITS(32), .ADD_BITS(9)) c_sat_function (
        .clk(clk), .rst(crst), .clear(sat_clear), .add(sat_function), .value(count_sat_function));
    brds_count #(.BITS(32), .ADD_BITS(9)) c_sat_cell (
        .clk(clk), .rst(crst), .clear(sat_clear), .add(sat_cell), .value(count_sat_cell));
    brds_count #(.BITS(32), .ADD_BITS(9)) c_sat_output (
        .clk(clk), .rst(crst), .clear(sat_clear), .add(sat_output), .value(count_sat_output));
    generate
        if (PROTECT != 0) begin : g_uncorrected
            brds_count #(.BITS(32), .ADD_BITS(2)) c_uncorrected (
                .clk(clk), .rst(crst), .clear(clear), .add({word_bad && unit_bad, word_bad != unit_bad}),
                .value(count_uncorrected));
        end else begin : g_unprotected
            assign count_uncorrected = 32'd0;
        end
        if (PROTECT == 2) begin : g_corrected
            brds_count #(.BITS(32), .ADD_BITS(2)) c_corrected (
                .clk(clk), .rst(crst), .clear(clear),
                .add({word_corrected && unit_corrected, word_corrected != unit_corrected}),
                .value(count_corrected));
        end else begin : g_uncorrecting
            assign count_corrected = 32'd0;
            wire unused_corrected = &{1'b0, word_corrected, unit_corrected};
        end
    endgenerate
endmodule

`default_nettype wire
