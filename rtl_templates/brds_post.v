// SPDX-License-Identifier: Apache-2.0
//
// Purpose: everything behind the array: takes a closed group apart into slots
// of ELEMS units (or rows), feeds the element lanes with biases, peephole
// weights and c_{t-1}, and writes c, the vector copies and the output buffer.
// Timing (docs/microarchitecture.md section 6): drain_valid in cycle d-2 of a group, slot u
// of it is in the drain registers in cycle d+u.  Names with a number hold slot u's value in
// cycle d+u+number (m1 = -1); Z, WC, HT and M are those of brds_elem.  Results are on the write bus at
// LE = HT + 3 + M.
// Initiation interval: a slot a cycle; a group has PES/ELEMS slots, in linear phases 4*PES/ELEMS.
`default_nettype none

module brds_post #(
    // processing elements, element lanes
    parameter integer PES = 4,
    parameter integer ELEMS = 1,
    // formats and widths: as brds_elem
    parameter integer ACT_BITS = 16,
    parameter integer ACT_FRAC = 12,
    parameter integer CELL_BITS = 24,
    parameter integer CELL_FRAC = 16,
    parameter integer Z_BITS = 18,
    parameter integer GATE_BITS = 16,
    parameter integer GATE_FRAC = 14,
    parameter integer XACC_BITS = 27,
    parameter integer HACC_BITS = 28,
    parameter integer SUM_BITS = 44,
    parameter integer BIAS_BITS = 18,
    // bits of a row's own exponent, 0: it has none
    parameter integer ROW_SCALE_BITS = 0,
    // bits of an element of the output stream; of the head's output (0 without a head)
    parameter integer OUT_BITS = 16,
    parameter integer HEAD_BITS = 0,
    // 0 half_up, 1 half_even, 2 truncate
    parameter integer ROUNDING = 0,
    // 1: some layer has peephole weights; there is a linear phase; there is a projection
    parameter integer PEEPHOLE = 0,
    parameter integer LINEAR = 0,
    parameter integer PROJECTION = 0,
    // functions
    parameter integer FUNC_ENTRY_BITS = 6,
    parameter integer SIGMOID_SLOPE_BITS = 13,
    parameter integer TANH_SLOPE_BITS = 14,
    parameter [(1<<FUNC_ENTRY_BITS)*(ACT_BITS+2+SIGMOID_SLOPE_BITS)-1:0] SIGMOID_TABLE = 0,
    parameter [(1<<FUNC_ENTRY_BITS)*(ACT_BITS+2+TANH_SLOPE_BITS)-1:0] TANH_TABLE = 0,
    parameter integer FUNC_REGS = 2,
    parameter integer FUNC_DSP = 1,
    parameter integer ELEM_REGS = 1,
    // registers on the unit memory's read path
    parameter integer MEMORY_REGS = 1,
    // address bits of both halves of the vector memories
    parameter integer X_ADDR_BITS = 8,
    parameter integer H_ADDR_BITS = 8,
    // independent streams, a power of two: the c memory has a copy of each row for each
    parameter integer STREAMS = 1,
    // unit memory: bits of a row, rows, address bits
    parameter integer UNIT_BITS = ELEMS * (4 * (BIAS_BITS + ROW_SCALE_BITS) + 3 * PEEPHOLE * ACT_BITS),
    parameter integer UNIT_ROWS = 128,
    parameter integer UNIT_ADDR_BITS = 7,
    // bits of a chunk of the unit memory
    parameter integer STREAM_BITS = 64,
    // 1: unit memory in a ROM with the contents of UNITS_FILE
    parameter integer WEIGHTS_ROM = 0,
    parameter UNITS_FILE = "",
    // check bits of the unit memory: see brds_chunkmem
    parameter integer PROTECT = 0,
    // phases, bits of a phase number
    parameter integer PHASES = 1,
    parameter integer PHASE_BITS = 1,
    // phase p at [32*p +: 32]: 0 gates, 1 projection, 2 head; rows (units); first unit row;
    // results go to the x copies, where; to the h copies, where; to the output
    parameter [PHASES*32-1:0] PH_LINEAR = 0,
    parameter [PHASES*32-1:0] PH_ROWS = 0,
    parameter [PHASES*32-1:0] PH_UNIT = 0,
    parameter [PHASES*32-1:0] PH_DXEN = 0,
    parameter [PHASES*32-1:0] PH_DX = 0,
    parameter [PHASES*32-1:0] PH_DHEN = 0,
    parameter [PHASES*32-1:0] PH_DH = 0,
    parameter [PHASES*32-1:0] PH_OUT = 0,
    // 1: every step is output, 0: only a sequence's last
    parameter integer EVERY_STEP = 1,
    // address bits of the output buffer's rows
    parameter integer Y_ROW_BITS = 7
) (
    input  wire                                 clk,
    input  wire                                 rst,
    // a closed group: flags in cycle d-2, sums from d on
    input  wire                                 drain_valid,
    input  wire [PHASE_BITS-1:0]                drain_phase,
    input  wire                                 drain_pfirst,
    input  wire [$clog2(STREAMS):0]             drain_frame,
    input  wire                                 drain_zero,
    input  wire                                 drain_sfirst,
    input  wire                                 drain_slast,
    input  wire [ELEMS*4*XACC_BITS-1:0]         drain_x,
    input  wire [ELEMS*4*HACC_BITS-1:0]         drain_h,
    output reg                                  drain_shift,
    // config words of the phases
    input  wire [PHASES*32-1:0]                 cfg_phase,
    // loader
    input  wire                                 ldu_we,
    input  wire [UNIT_ADDR_BITS-1:0]            ldu_row,
    input  wire [15:0]                          ldu_chunk,
    input  wire [STREAM_BITS-1:0]               ld_data,
    // input unit: vectors, initial states
    input  wire                                 xw_x,
    input  wire                                 xw_h,
    input  wire [ELEMS-1:0]                     xw_we,
    input  wire [X_ADDR_BITS-$clog2(ELEMS)-1:0] xw_xrow,
    input  wire [H_ADDR_BITS-$clog2(ELEMS)-1:0] xw_hrow,
    input  wire [ELEMS*ACT_BITS-1:0]            xw_data,
    output wire                                 xw_grant,
    input  wire [ELEMS-1:0]                     xc_we,
    input  wire [UNIT_ADDR_BITS+$clog2(STREAMS)-1:0] xc_row,
    input  wire [ELEMS*CELL_BITS-1:0]           xc_data,
    // vector write bus
    output reg  [ELEMS-1:0]                     vx_we,
    output reg  [X_ADDR_BITS-$clog2(ELEMS)-1:0] vx_addr,
    output reg  [ELEMS*ACT_BITS-1:0]            vx_data,
    output reg  [ELEMS-1:0]                     vh_we,
    output reg  [H_ADDR_BITS-$clog2(ELEMS)-1:0] vh_addr,
    output reg  [ELEMS*ACT_BITS-1:0]            vh_data,
    // output buffer
    output reg  [ELEMS-1:0]                     y_we,
    output reg  [Y_ROW_BITS-1:0]                y_row,
    output reg  [ELEMS*OUT_BITS-1:0]            y_data,
    output reg                                  y_done,
    output reg  [$clog2(STREAMS)+1:0]           y_user, // {stream, last step, first step}
    // saturations in this cycle
    output wire [8:0]                           sat_gate,
    output wire [8:0]                           sat_function,
    output wire [8:0]                           sat_cell,
    output wire [8:0]                           sat_output,
    // a unit row had wrong bits, counted with its last slot: corrected; not corrected
    output wire                                 unit_corrected,
    output wire                                 unit_bad
);
    localparam integer F = FUNC_REGS;
    localparam integer M = ELEM_REGS - 1;
    localparam integer Z = 4 + 2 * M * (1 + PEEPHOLE);
    localparam integer WC = Z + F + 3 + M;                        // c is written
    localparam integer RC = (PEEPHOLE != 0) ? 0 : Z + F - 1 - M;  // c is read
    localparam integer O_WAIT = PEEPHOLE * (2 + 3 * M);           // gate o behind tanh(zc)
    localparam integer HT = WC + 1 + F + O_WAIT;
    localparam integer LE = HT + 3 + M;
    localparam integer GATE_SLOTS = PES / ELEMS;
    localparam integer LINEAR_SLOTS = 4 * GATE_SLOTS;
    localparam integer SLOT_BITS = $clog2(LINEAR_SLOTS);
    localparam integer FRAME_BITS = $clog2(STREAMS) + 1;
    localparam integer USER_BITS = FRAME_BITS + 1;
    localparam integer CELL_ADDR_BITS = UNIT_ADDR_BITS + FRAME_BITS - 1;
    localparam integer BANK_BITS = $clog2(ELEMS);
    localparam integer X_ROW_BITS = X_ADDR_BITS - BANK_BITS;
    localparam integer H_ROW_BITS = H_ADDR_BITS - BANK_BITS;
    // how many of a slot's lanes have a row: 0..ELEMS
    localparam integer LANE_COUNT_BITS = BANK_BITS + 1;
    localparam integer RESULT_BITS = (HEAD_BITS > ACT_BITS) ? HEAD_BITS : ACT_BITS;

    function integer most_rows;
        input integer phases;
        integer       i;
        begin
            most_rows = 1;
            for (i = 0; i < phases; i = i + 1)
                if (PH_ROWS[32*i +: 32] > most_rows)
                    most_rows = PH_ROWS[32*i +: 32];
        end
    endfunction
    // rows of results of a phase, with those of the last group past the end
    localparam integer COUNT_BITS = $clog2((most_rows(PHASES) + 4 * PES) / ELEMS + 2);

    // ---- what is known of a phase ----

    // {linear, head, to x, to h, to output, x row, h row, unit row, full result rows, lanes of the next}
    localparam integer INFO_BITS = 5 + X_ROW_BITS + H_ROW_BITS + UNIT_ADDR_BITS + COUNT_BITS +
                                   LANE_COUNT_BITS;
    wire [PHASES*INFO_BITS-1:0] info;
    genvar p, e;
    generate
        for (p = 0; p < PHASES; p = p + 1) begin : g_info
            localparam [31:0] ROWS = PH_ROWS[32*p +: 32];
            localparam [31:0] FULL = ROWS / ELEMS;
            localparam [31:0] REST = ROWS % ELEMS;
            localparam [31:0] X_ROW = PH_DX[32*p +: 32] / ELEMS;
            localparam [31:0] H_ROW = PH_DH[32*p +: 32] / ELEMS;
            localparam [31:0] UNIT = PH_UNIT[32*p +: 32];
            assign info[p*INFO_BITS +: INFO_BITS] = {
                PH_LINEAR[32*p +: 32] != 0, PH_LINEAR[32*p +: 32] == 2, PH_DXEN[32*p],
                PH_DHEN[32*p], PH_OUT[32*p], X_ROW[X_ROW_BITS-1:0], H_ROW[H_ROW_BITS-1:0],
                UNIT[UNIT_ADDR_BITS-1:0], FULL[COUNT_BITS-1:0], REST[LANE_COUNT_BITS-1:0]};
        end
    endgenerate

    wire                       i_linear, i_head, i_to_x, i_to_h, i_to_y;
    wire [X_ROW_BITS-1:0]      i_x_row;
    wire [H_ROW_BITS-1:0]      i_h_row;
    wire [UNIT_ADDR_BITS-1:0]  i_unit;
    wire [COUNT_BITS-1:0]      i_full;
    wire [LANE_COUNT_BITS-1:0] i_rest;
    wire [31:0]                config_word;
    brds_mux #(.COUNT(PHASES), .WIDTH(INFO_BITS), .SEL_BITS(PHASE_BITS)) u_info (
        .d(info), .sel(drain_phase),
        .q({i_linear, i_head, i_to_x, i_to_h, i_to_y, i_x_row, i_h_row, i_unit, i_full, i_rest})
    );
    brds_mux #(.COUNT(PHASES), .WIDTH(32), .SEL_BITS(PHASE_BITS)) u_config (
        .d(cfg_phase), .sel(drain_phase), .q(config_word)
    );
    // shifts: shl of 0..15 only
    wire unused_config = &{1'b0, config_word[31:22], config_word[9], config_word[4]};

    wire [USER_BITS-1:0]      drain_user;
    // the group being taken apart: valid from cycle d-1 on, until the next group's d-1
    reg                       g_linear, g_head, g_to_x, g_to_h, g_to_y;
    reg                       g_zero;
    reg [USER_BITS-1:0]       g_user;
    reg [X_ROW_BITS-1:0]      g_x_row;
    reg [H_ROW_BITS-1:0]      g_h_row;
    reg [COUNT_BITS-1:0]      g_full;
    reg [LANE_COUNT_BITS-1:0] g_rest;
    reg [3:0]                 g_shl_x, g_shl_h;
    reg [5:0]                 g_shr, g_shr_p;
    always @(posedge clk)
        if (drain_valid) begin
            g_linear <= i_linear;
            g_head <= i_head;
            g_to_x <= i_to_x;
            g_to_h <= i_to_h;
            g_to_y <= i_to_y && (EVERY_STEP != 0 || drain_slast);
            g_x_row <= i_x_row;
            g_x_row[X_ROW_BITS-1 -: FRAME_BITS] <= drain_frame;
            g_h_row <= i_h_row;
            g_h_row[H_ROW_BITS-1 -: FRAME_BITS] <= drain_frame;
            g_full <= i_full;
            g_rest <= i_rest;
            g_shl_x <= config_word[3:0];
            g_shl_h <= config_word[8:5];
            g_shr <= config_word[15:10];
            g_shr_p <= config_word[21:16];
            g_zero <= drain_zero;
            g_user <= drain_user;
        end

    // ---- slots, at -1 ----

    reg                       active_m1;
    reg [SLOT_BITS-1:0]       slot_m1;
    reg [COUNT_BITS-1:0]      count_m1;  // row of results within the phase
    reg [UNIT_ADDR_BITS-1:0]  unit_m1;
    localparam [31:0] LINEAR_LAST = LINEAR_SLOTS - 1;
    localparam [31:0] GATE_LAST = GATE_SLOTS - 1;
    wire last_m1 =
        slot_m1 == (g_linear ? LINEAR_LAST[SLOT_BITS-1:0] : GATE_LAST[SLOT_BITS-1:0]);
    // the slot is the last of its PEs and of its unit row
    wire step_m1 = !g_linear || slot_m1[1:0] == 2'd3;
    wire [UNIT_ADDR_BITS-1:0] unit_next =
        drain_valid ? (drain_pfirst ? i_unit : unit_m1 + 1'b1)
                    : (active_m1 && !last_m1 && step_m1) ? unit_m1 + 1'b1 : unit_m1;

    always @(posedge clk)
        if (rst)
            active_m1 <= 1'b0;
        else if (drain_valid)
            active_m1 <= 1'b1;
        else if (last_m1)
            active_m1 <= 1'b0;

    always @(posedge clk)
        if (drain_valid) begin
            slot_m1 <= {SLOT_BITS{1'b0}};
            count_m1 <= drain_pfirst ? {COUNT_BITS{1'b0}} : count_m1 + 1'b1;
        end else if (active_m1 && !last_m1) begin
            slot_m1 <= slot_m1 + 1'b1;
            count_m1 <= count_m1 + 1'b1;
        end
    always @(posedge clk)
        unit_m1 <= unit_next;

    // what the output stream says of a vector; where the c memory has a unit row of the stream
    wire [CELL_ADDR_BITS-1:0] cell_m1;
    generate
        if (STREAMS > 1) begin : g_stream
            assign drain_user = {drain_frame[FRAME_BITS-2:0], drain_slast, drain_sfirst};
            assign cell_m1 = {unit_m1, g_user[USER_BITS-1:2]};
        end else begin : g_one_stream
            assign drain_user = {drain_slast, drain_sfirst};
            assign cell_m1 = unit_m1;
        end
    endgenerate

    // ---- slots, at 0 ----

    localparam [31:0] ALL_LANES = ELEMS;
    wire full_m1 = count_m1 < g_full;
    wire part_m1 = count_m1 == g_full;
    // the phase's last row is in this slot
    wire end_m1 = (g_rest == {LANE_COUNT_BITS{1'b0}}) ? count_m1 + 1'b1 == g_full : part_m1;

    reg [LANE_COUNT_BITS-1:0] lanes_0;
    reg                       linear_0, head_0, zero_0, cell_zero_0;
    reg [1:0]                 sel_0;
    reg [3:0]                 shl_x_0, shl_h_0;
    reg [5:0]                 shr_0, shr_p_0;
    reg                       to_x_0, to_h_0, to_y_0, end_0;
    reg [USER_BITS-1:0]       user_0;
    reg [X_ROW_BITS-1:0]      x_row_0;
    reg [H_ROW_BITS-1:0]      h_row_0;
    reg [Y_ROW_BITS-1:0]      y_row_0;
    wire [31:0]               count_wide = {{(32-COUNT_BITS){1'b0}}, count_m1};
    wire                      unused_count = &{1'b0, count_wide};

    always @(posedge clk)
        if (rst) begin
            drain_shift <= 1'b0;
            lanes_0 <= {LANE_COUNT_BITS{1'b0}};
        end else begin
            drain_shift <= active_m1 && step_m1;
            lanes_0 <= !active_m1 ? {LANE_COUNT_BITS{1'b0}}
                     : full_m1    ? ALL_LANES[LANE_COUNT_BITS-1:0]
                     : part_m1    ? g_rest
                                  : {LANE_COUNT_BITS{1'b0}};
        end

    always @(posedge clk) begin
        linear_0 <= g_linear;
        head_0 <= g_head;
        zero_0 <= g_zero && !g_linear;
        cell_zero_0 <= g_zero || g_linear;
        sel_0 <= g_linear ? slot_m1[1:0] : 2'd0;
        shl_x_0 <= g_shl_x;
        shl_h_0 <= g_shl_h;
        shr_0 <= g_shr;
        shr_p_0 <= g_shr_p;
        to_x_0 <= g_to_x;
        to_h_0 <= g_to_h;
        to_y_0 <= g_to_y;
        end_0 <= end_m1;
        user_0 <= g_user;
        // slots of vectors are as large as a power of two and lie at its multiples
        x_row_0 <= g_x_row | count_wide[X_ROW_BITS-1:0];
        h_row_0 <= g_h_row | count_wide[H_ROW_BITS-1:0];
        y_row_0 <= count_wide[Y_ROW_BITS-1:0];
    end

    // ---- the slots' attributes along the lanes ----

    wire [LANE_COUNT_BITS-1:0] lanes_z, lanes_wc, lanes_zc, lanes_o, lanes_h, lanes_last;
    wire                       linear_z, linear_wc, linear_zc, linear_o, linear_h;
    brds_flags #(.WIDTH(LANE_COUNT_BITS + 1), .DEPTH(Z)) u_flags_z (
        .clk(clk), .rst(rst), .d({lanes_0, linear_0}), .q({lanes_z, linear_z})
    );
    brds_flags #(.WIDTH(LANE_COUNT_BITS + 1), .DEPTH(WC - Z)) u_flags_wc (
        .clk(clk), .rst(rst), .d({lanes_z, linear_z}), .q({lanes_wc, linear_wc})
    );
    brds_flags #(.WIDTH(LANE_COUNT_BITS + 1), .DEPTH(1)) u_flags_zc (
        .clk(clk), .rst(rst), .d({lanes_wc, linear_wc}), .q({lanes_zc, linear_zc})
    );
    // z of gate o with peephole
    brds_flags #(.WIDTH(LANE_COUNT_BITS + 1), .DEPTH(O_WAIT)) u_flags_o (
        .clk(clk), .rst(rst), .d({lanes_zc, linear_zc}), .q({lanes_o, linear_o})
    );
    brds_flags #(.WIDTH(LANE_COUNT_BITS + 1), .DEPTH(LE - 2 - (WC + 1 + O_WAIT))) u_flags_h (
        .clk(clk), .rst(rst), .d({lanes_o, linear_o}), .q({lanes_h, linear_h})
    );
    brds_flags #(.WIDTH(LANE_COUNT_BITS), .DEPTH(1)) u_flags_last (
        .clk(clk), .rst(rst), .d(lanes_h), .q(lanes_last)
    );

    wire [5:0] shr_1, shr_p, shr_p_o;
    wire [1:0] sel_r;
    wire       head_z;
    brds_delay #(.WIDTH(6), .DEPTH(1)) u_shr (.clk(clk), .d(shr_0), .q(shr_1));
    brds_delay #(.WIDTH(2), .DEPTH(3 + M)) u_sel (.clk(clk), .d(sel_0), .q(sel_r));
    brds_delay #(.WIDTH(1), .DEPTH(Z - 1)) u_head (.clk(clk), .d(head_0), .q(head_z));
    generate
        if (PEEPHOLE != 0) begin : g_shifts
            brds_delay #(.WIDTH(6), .DEPTH(2 + 2 * M)) u_shr_p (.clk(clk), .d(shr_p_0), .q(shr_p));
            brds_delay #(.WIDTH(6), .DEPTH(WC - 1 - M)) u_shr_p_o (.clk(clk), .d(shr_p), .q(shr_p_o));
        end else begin : g_no_shifts
            assign shr_p = shr_p_0;
            assign shr_p_o = shr_p_0;
        end
    endgenerate

    localparam integer TARGET_BITS = 1 + USER_BITS + X_ROW_BITS + H_ROW_BITS + Y_ROW_BITS;
    wire                  to_x, to_h, to_y;  // LE-2
    wire                  is_end;
    wire [USER_BITS-1:0]  user_y;
    wire [X_ROW_BITS-1:0] x_row;
    wire [H_ROW_BITS-1:0] h_row;
    wire [Y_ROW_BITS-1:0] row_y;
    brds_delay #(.WIDTH(TARGET_BITS), .DEPTH(LE - 1)) u_target (
        .clk(clk),
        .d({end_0, user_0, x_row_0, h_row_0, y_row_0}), .q({is_end, user_y, x_row, h_row, row_y})
    );
    brds_delay #(.WIDTH(3), .DEPTH(LE - 2)) u_to (
        .clk(clk), .d({to_x_0, to_h_0, to_y_0}), .q({to_x, to_h, to_y})
    );

    // ---- unit memory: data at 1 with peephole or exponents of rows, else at 3 ----

    localparam integer UNIT_AT = (PEEPHOLE != 0 || ROW_SCALE_BITS != 0) ? 1 : 3;
    // cycles from a slot's row to its read: with two registers and a decoder behind the memory a
    // peephole's weight has none to spare, and the row is read in the cycle before
    localparam integer UNIT_WAIT = UNIT_AT + 1 - MEMORY_REGS - ((PROTECT == 2) ? 1 : 0);
    wire [UNIT_ADDR_BITS-1:0] unit_read;
    wire [UNIT_BITS-1:0]      unit_word;
    generate
        if (UNIT_WAIT < 0) begin : g_unit_early
            assign unit_read = unit_next;
        end else begin : g_unit_read
            brds_delay #(.WIDTH(UNIT_ADDR_BITS), .DEPTH(UNIT_WAIT)) u_unit_read (
                .clk(clk), .d(unit_m1), .q(unit_read)
            );
        end
    endgenerate
    wire units_corrected, units_bad;
    brds_chunkmem #(
        .WIDTH(UNIT_BITS), .DEPTH(UNIT_ROWS), .ADDR_BITS(UNIT_ADDR_BITS), .CHUNK_BITS(STREAM_BITS),
        .MEMORY_REGS(MEMORY_REGS), .ROM(WEIGHTS_ROM), .FILE(UNITS_FILE),
        .PROTECT(PROTECT)
    ) u_units (
        .clk(clk), .we(ldu_we), .waddr(ldu_row), .wchunk(ldu_chunk), .wdata(ld_data),
        .raddr(unit_read), .rdata(unit_word), .corrected(units_corrected), .bad(units_bad)
    );
    wire unit_checked;               // two cycles after the row's last slot has it
    brds_flags #(.WIDTH(1), .DEPTH(UNIT_AT + 3)) u_unit_checked (
        .clk(clk), .rst(rst), .d(active_m1 && step_m1), .q(unit_checked)
    );
    assign unit_corrected = unit_checked && units_corrected;
    assign unit_bad = unit_checked && units_bad;

    // ---- c memory ----

    wire [CELL_ADDR_BITS-1:0]    cell_read, cell_write;
    wire [ELEMS*CELL_BITS-1:0]   cell_word, cell_result;
    wire [ELEMS-1:0]             mask_wc;
    wire                         cell_zero_rc, cell_zero, cell_used;
    brds_delay #(.WIDTH(CELL_ADDR_BITS), .DEPTH(RC + 1)) u_cell_read (
        .clk(clk), .d(cell_m1), .q(cell_read)
    );
    brds_delay #(.WIDTH(CELL_ADDR_BITS), .DEPTH(WC - RC)) u_cell_write (
        .clk(clk), .d(cell_read), .q(cell_write)
    );
    brds_delay #(.WIDTH(1), .DEPTH(RC)) u_cell_zero_rc (
        .clk(clk), .d(cell_zero_0), .q(cell_zero_rc)
    );
    brds_delay #(.WIDTH(1), .DEPTH(1)) u_cell_zero (
        .clk(clk), .d(cell_zero_rc), .q(cell_zero)
    );
    brds_flags #(.WIDTH(1), .DEPTH(RC)) u_cell_used (
        .clk(clk), .rst(rst), .d(|lanes_0), .q(cell_used)
    );
    // the input unit writes initial states while nothing runs
    wire                      cell_init = |xc_we;
    // one unit row still has one address bit, above the stream's
    localparam integer CELL_ROWS = (UNIT_ROWS < 2 ? 2 : UNIT_ROWS) * STREAMS;
    brds_ram #(
        .WIDTH(CELL_BITS), .LANES(ELEMS), .DEPTH(CELL_ROWS), .ADDR_BITS(CELL_ADDR_BITS), .REGS(1)
    ) u_cells (
        .clk(clk), .we(cell_init ? xc_we : (linear_wc ? {ELEMS{1'b0}} : mask_wc)),
        .waddr(cell_init ? xc_row : cell_write), .wdata(cell_init ? xc_data : cell_result),
        .re(cell_used && !cell_zero_rc), .raddr(cell_read), .rdata(cell_word)
    );

    // ---- element lanes ----

    localparam integer SCALE_AT = 4 * BIAS_BITS + ((PEEPHOLE != 0) ? 3 * ACT_BITS : 0);
    localparam integer LANE_UNIT_BITS = SCALE_AT + 4 * ROW_SCALE_BITS;
    localparam integer SCALE_BITS = (ROW_SCALE_BITS > 0) ? ROW_SCALE_BITS : 1;
    wire [ELEMS*RESULT_BITS-1:0] results;
    wire [ELEMS-1:0]             mask_z, mask_zc, mask_o, mask_last;
    // saturations of lanes that have a row
    wire [ELEMS*4-1:0]           clips_gate;
    wire [ELEMS-1:0]             clips_function, clips_cell, clips_output;
    generate
        for (e = 0; e < ELEMS; e = e + 1) begin : g_elem
            localparam [31:0] LANE = e;
            wire [LANE_COUNT_BITS-1:0] number = LANE[LANE_COUNT_BITS-1:0];
            assign mask_z[e] = number < lanes_z;
            assign mask_wc[e] = number < lanes_wc;
            assign mask_zc[e] = number < lanes_zc;
            assign mask_o[e] = number < lanes_o;
            assign mask_last[e] = number < lanes_last;

            wire [LANE_UNIT_BITS-1:0] unit = unit_word[e*LANE_UNIT_BITS +: LANE_UNIT_BITS];
            wire [4*BIAS_BITS-1:0]    bias;
            wire [3*ACT_BITS-1:0]     peep;
            wire [4*SCALE_BITS-1:0]   scales;
            wire [3:0]                clip_gate;
            wire                      clip_function, clip_cell, clip_output;
            if (PEEPHOLE != 0) begin : g_peep
                brds_delay #(.WIDTH(3 * ACT_BITS), .DEPTH(M)) u_peep (
                    .clk(clk), .d(unit[4*BIAS_BITS +: 3*ACT_BITS]), .q(peep)
                );
            end else begin : g_no_peep
                assign peep = {3*ACT_BITS{1'b0}};
            end
            if (ROW_SCALE_BITS > 0) begin : g_scales
                assign scales = unit[SCALE_AT +: 4*SCALE_BITS];
            end else begin : g_no_scales
                assign scales = {4*SCALE_BITS{1'b0}};
            end
            brds_delay #(.WIDTH(4 * BIAS_BITS), .DEPTH(3 + M - UNIT_AT)) u_bias (
                .clk(clk), .d(unit[4*BIAS_BITS-1:0]), .q(bias)
            );
            brds_elem #(
                .ACT_BITS(ACT_BITS), .ACT_FRAC(ACT_FRAC), .CELL_BITS(CELL_BITS),
                .CELL_FRAC(CELL_FRAC), .Z_BITS(Z_BITS), .GATE_BITS(GATE_BITS),
                .GATE_FRAC(GATE_FRAC), .XACC_BITS(XACC_BITS), .HACC_BITS(HACC_BITS),
                .SUM_BITS(SUM_BITS), .BIAS_BITS(BIAS_BITS), .ROW_SCALE_BITS(ROW_SCALE_BITS), .HEAD_BITS(HEAD_BITS),
                .RESULT_BITS(RESULT_BITS), .ROUNDING(ROUNDING), .PEEPHOLE(PEEPHOLE),
                .LINEAR(LINEAR), .PROJECTION(PROJECTION), .FUNC_ENTRY_BITS(FUNC_ENTRY_BITS),
                .SIGMOID_SLOPE_BITS(SIGMOID_SLOPE_BITS), .TANH_SLOPE_BITS(TANH_SLOPE_BITS),
                .SIGMOID_TABLE(SIGMOID_TABLE), .TANH_TABLE(TANH_TABLE),
                .FUNC_REGS(FUNC_REGS), .FUNC_DSP(FUNC_DSP), .ELEM_REGS(ELEM_REGS)
            ) u_elem (
                .clk(clk), .acc_x(drain_x[e*4*XACC_BITS +: 4*XACC_BITS]),
                .acc_h(drain_h[e*4*HACC_BITS +: 4*HACC_BITS]), .sel_0(sel_0), .zero_0(zero_0),
                .shl_x_0(shl_x_0), .shl_h_0(shl_h_0), .shr_1(shr_1), .scales_1(scales), .bias_r(bias),
                .sel_r(sel_r), .head_z(head_z), .peep(peep), .shr_p(shr_p), .shr_p_o(shr_p_o),
                .cell_in(cell_word[e*CELL_BITS +: CELL_BITS]),
                .cell_zero(cell_zero), .cell_out(cell_result[e*CELL_BITS +: CELL_BITS]),
                .linear_h(linear_h), .result(results[e*RESULT_BITS +: RESULT_BITS]),
                .clip_gate(clip_gate), .clip_function(clip_function), .clip_cell(clip_cell),
                .clip_output(clip_output)
            );

            assign clips_gate[4*e +: 3] = clip_gate[2:0] & {3{mask_z[e] && !linear_z}};
            if (PEEPHOLE != 0) begin : g_late_o
                assign clips_gate[4*e+3] = mask_o[e] && !linear_o && clip_gate[3];
            end else begin : g_early_o
                assign clips_gate[4*e+3] = mask_z[e] && !linear_z && clip_gate[3];
            end
            assign clips_function[e] = mask_zc[e] && !linear_zc && clip_function;
            assign clips_cell[e] = mask_wc[e] && !linear_wc && clip_cell;
            assign clips_output[e] = mask_last[e] && clip_output;
        end
        if (PEEPHOLE == 0) begin : g_unused
            wire unused_o = &{1'b0, mask_o};
        end
    endgenerate

    // ---- write bus ----

    reg put_x, put_h, put_y;                 // LE-1: the slot is written there
    always @(posedge clk)
        if (rst) begin
            put_x <= 1'b0;
            put_h <= 1'b0;
            put_y <= 1'b0;
        end else begin
            put_x <= to_x && (|lanes_h);
            put_h <= to_h && (|lanes_h);
            put_y <= to_y && (|lanes_h);
        end
    wire [ELEMS*ACT_BITS-1:0] result_act;
    wire [ELEMS*OUT_BITS-1:0] result_out;
    generate
        for (e = 0; e < ELEMS; e = e + 1) begin : g_result
            assign result_act[e*ACT_BITS +: ACT_BITS] = results[e*RESULT_BITS +: ACT_BITS];
            assign result_out[e*OUT_BITS +: OUT_BITS] = results[e*RESULT_BITS +: OUT_BITS];
        end
    endgenerate

    assign xw_grant = !put_x;
    always @(posedge clk)
        if (rst) begin
            vx_we <= {ELEMS{1'b0}};
            vh_we <= {ELEMS{1'b0}};
            y_we <= {ELEMS{1'b0}};
            y_done <= 1'b0;
        end else begin
            vx_we <= put_x ? mask_last : (xw_x ? xw_we : {ELEMS{1'b0}});
            vh_we <= put_h ? mask_last : (xw_h ? xw_we : {ELEMS{1'b0}});
            y_we <= put_y ? mask_last : {ELEMS{1'b0}};
            y_done <= put_y && is_end;
        end
    always @(posedge clk) begin
        vx_addr <= put_x ? x_row : xw_xrow;
        vx_data <= put_x ? result_act : xw_data;
        vh_addr <= put_h ? h_row : xw_hrow;
        vh_data <= put_h ? result_act : xw_data;
        y_row <= row_y;
        y_data <= result_out;
        y_user <= user_y;
    end

    // ---- saturations of all lanes ----

    brds_satcount #(.ELEMS(ELEMS)) u_satcount (
        .clk(clk), .clip_gate(clips_gate), .clip_function(clips_function), .clip_cell(clips_cell),
        .clip_output(clips_output), .sat_gate(sat_gate), .sat_function(sat_function),
        .sat_cell(sat_cell), .sat_output(sat_output)
    );
endmodule

`default_nettype wire
