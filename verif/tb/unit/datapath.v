// SPDX-License-Identifier: Apache-2.0
//
// Purpose: brds_array and brds_post wired together, with every width derived
// from a few choices, so that lint, synthesis and benches can take any shape.
// Up to three phases: gates of one layer; a projection; a head.
// The function tables are constant zero or come from the bench (TABLES = 1: sigmoid is
// 1/2 + z/16, tanh is z clamped to -4..4 times 1/4: lines that a bench can compute).
`default_nettype none

module datapath #(
    // array
    parameter integer PES = 4,
    parameter integer LANES_X = 1,
    parameter integer LANES_H = 2,
    parameter integer ELEMS = 1,
    // formats
    parameter integer ACT_BITS = 16,
    parameter integer ACT_FRAC = 12,
    parameter integer WEIGHT_BITS = 8,
    parameter integer CELL_BITS = 24,
    parameter integer CELL_FRAC = 16,
    parameter integer ROUNDING = 0,
    // network: sizes, nonzeros; PROJ, HEAD: rows, 0 = none
    parameter integer X = 6,
    parameter integer H = 8,
    parameter integer PROJ = 0,
    parameter integer HEAD = 0,
    parameter integer HEAD_OUT_BITS = 12,
    parameter integer NNZ_X = 2,
    parameter integer NNZ_H = 4,
    parameter integer PEEPHOLE = 0,
    // pipeline
    parameter integer MEMORY_REGS = 1,
    parameter integer MUL_REGS = 3,
    parameter integer MUL_KEEP = 0,
    parameter integer MUL_DSP = 1,
    parameter integer ADDER_EVERY = 1,
    parameter integer FUNC_REGS = 2,
    parameter integer ELEM_REGS = 1,
    parameter integer FUNC_DSP = 1,
    parameter integer FUNC_ENTRY_BITS = 4,
    parameter integer TABLES = 0,
    // index
    parameter integer RELATIVE = 0,
    parameter integer GAP_BITS = 5,
    // bits of a row's own exponent
    parameter integer ROW_SCALE_BITS = 0,
    // open row groups; operands that a PE's rows share
    parameter integer OPEN_BITS = 0,
    parameter integer SHARED = 0,
    parameter integer STREAM_BITS = 32,
    parameter integer WEIGHTS_ROM = 0,
    parameter integer PROTECT = 0,
    parameter integer EVERY_STEP = 1,
    // independent streams, a power of two
    parameter integer STREAMS = 1,
    // derived
    parameter integer PHASES = 1 + (PROJ > 0 ? 1 : 0) + (HEAD > 0 ? 1 : 0),
    parameter integer PHASE_BITS = (PHASES > 1) ? $clog2(PHASES) : 1,
    parameter integer R = (PROJ > 0) ? PROJ : H,
    parameter integer S_X = 1 << $clog2((X + ELEMS - 1) / ELEMS * ELEMS),
    parameter integer S_H = 1 << $clog2((H + ELEMS - 1) / ELEMS * ELEMS),
    // slots: x copies: x at 0, h (head), m (projection); h copies: h at 0, m
    parameter integer MOST = (S_X > S_H) ? S_X : S_H,
    parameter integer X_SLOTS = 1 + (HEAD > 0 ? 1 : 0) + (PROJ > 0 ? 1 : 0),
    parameter integer X_HALF = STREAMS << $clog2(MOST * X_SLOTS),
    parameter integer H_HALF = STREAMS << $clog2(S_H * (PROJ > 0 ? 2 : 1)),
    parameter integer X_ADDR_BITS = $clog2(2 * X_HALF),
    parameter integer H_ADDR_BITS = $clog2(2 * H_HALF),
    parameter integer XI_BITS = (RELATIVE != 0) ? GAP_BITS : (MOST > 1) ? $clog2(MOST) : 1,
    parameter integer HI_BITS = (RELATIVE != 0) ? GAP_BITS : (S_H > 1) ? $clog2(S_H) : 1,
    parameter integer XACC_BITS = WEIGHT_BITS + ACT_BITS + $clog2(NNZ_X + H),
    parameter integer HACC_BITS = WEIGHT_BITS + ACT_BITS + $clog2(NNZ_H + H),
    parameter integer SUM_BITS = ((XACC_BITS > HACC_BITS) ? XACC_BITS : HACC_BITS) + 16,
    parameter integer HEAD_BITS = (HEAD > 0) ? HEAD_OUT_BITS : 0,
    parameter integer OUT_BITS = (HEAD > 0) ? HEAD_BITS : ACT_BITS,
    parameter integer BIAS_BITS = (HEAD_BITS > ACT_BITS + 2) ? HEAD_BITS : ACT_BITS + 2,
    parameter integer WORD_BITS =
        PES * (4 * (LANES_X + LANES_H) * WEIGHT_BITS +
               ((SHARED != 0) ? 1 : 4) * (LANES_X * XI_BITS + LANES_H * HI_BITS)) +
        ((OPEN_BITS > 0) ? OPEN_BITS + 2 : 0),
    parameter integer WORDS = 64,
    parameter integer WORD_ADDR_BITS = (WORDS > 1) ? $clog2(WORDS) : 1,
    parameter integer UNIT_BITS = ELEMS * (4 * (BIAS_BITS + ROW_SCALE_BITS) + 3 * PEEPHOLE * ACT_BITS),
    parameter integer G_ROWS = (H + PES - 1) / PES * (PES / ELEMS),
    parameter integer P_ROWS = (PROJ + 4 * PES - 1) / (4 * PES) * (PES / ELEMS),
    parameter integer D_ROWS = (HEAD + 4 * PES - 1) / (4 * PES) * (PES / ELEMS),
    parameter integer UNIT_ROWS = G_ROWS + P_ROWS + D_ROWS,
    parameter integer UNIT_ADDR_BITS = (UNIT_ROWS > 1) ? $clog2(UNIT_ROWS) : 1,
    parameter integer OUTPUT_SIZE = (HEAD > 0) ? HEAD : R,
    parameter integer Y_ROWS = (OUTPUT_SIZE + ELEMS - 1) / ELEMS,
    parameter integer Y_ROW_BITS = (Y_ROWS > 1) ? $clog2(Y_ROWS) : 1
) (
    input  wire                                 clk,
    input  wire                                 rst,
    input  wire                                 beat_valid,
    input  wire [WORD_ADDR_BITS-1:0]            beat_word,
    input  wire                                 beat_first,
    input  wire                                 beat_last,
    input  wire [PHASE_BITS-1:0]                beat_phase,
    input  wire                                 beat_pfirst,
    input  wire [$clog2(STREAMS):0]             beat_frame,
    input  wire                                 beat_zero,
    input  wire                                 beat_sfirst,
    input  wire                                 beat_slast,
    input  wire                                 ldw_we,
    input  wire [WORD_ADDR_BITS-1:0]            ldw_row,
    input  wire [15:0]                          ldw_chunk,
    input  wire                                 ldu_we,
    input  wire [UNIT_ADDR_BITS-1:0]            ldu_row,
    input  wire [15:0]                          ldu_chunk,
    input  wire [STREAM_BITS-1:0]               ld_data,
    input  wire [PHASES*32-1:0]                 cfg_phase,
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
    output wire                                 drain_valid,
    output wire [ELEMS-1:0]                     vx_we,
    output wire [X_ADDR_BITS-$clog2(ELEMS)-1:0] vx_addr,
    output wire [ELEMS*ACT_BITS-1:0]            vx_data,
    output wire [ELEMS-1:0]                     vh_we,
    output wire [H_ADDR_BITS-$clog2(ELEMS)-1:0] vh_addr,
    output wire [ELEMS*ACT_BITS-1:0]            vh_data,
    output wire [ELEMS-1:0]                     y_we,
    output wire [Y_ROW_BITS-1:0]                y_row,
    output wire [ELEMS*OUT_BITS-1:0]            y_data,
    output wire                                 y_done,
    output wire [$clog2(STREAMS)+1:0]           y_user,
    output wire [8:0]                           sat_gate,
    output wire [8:0]                           sat_function,
    output wire [8:0]                           sat_cell,
    output wire [8:0]                           sat_output,
    // wrong bits of weight words and unit rows: {word corrected, word bad, unit corrected, unit bad}
    output wire [3:0]                           upsets
);
    localparam integer GATE_FRAC = ACT_BITS - 2;
    localparam integer SLOPE_BITS = ACT_BITS - 3;
    localparam integer ENTRIES = 1 << FUNC_ENTRY_BITS;
    localparam integer ENTRY_WORD = ACT_BITS + 2 + SLOPE_BITS;

    // high bits of the 64-bit intermediates are not used
    /* verilator lint_off UNUSEDSIGNAL */
    // sigmoid line: 1/2 + z/16, tanh line: z/4; start at the left edge of each segment
    function [ENTRY_WORD-1:0] line;
        input integer entry;
        input integer tanh;
        integer           at;
        reg signed [63:0] edge_z, start, slope;
        begin
            at = (entry - ENTRIES / 2) * (1 << (ACT_BITS + 2 - tanh - FUNC_ENTRY_BITS));
            edge_z = {{32{at[31]}}, at};
            start = (tanh != 0) ? edge_z : (64'sd1 <<< (GATE_FRAC + 1)) + edge_z / 4;
            slope = (tanh != 0) ? 64'sd1 <<< (GATE_FRAC - 3) : 64'sd1 <<< (GATE_FRAC - 5);
            line = {start[ACT_BITS+1:0], slope[SLOPE_BITS-1:0]};
            if (TABLES == 0)
                line = {ENTRY_WORD{1'b0}};
        end
    endfunction
    /* verilator lint_on UNUSEDSIGNAL */
    function [ENTRIES*ENTRY_WORD-1:0] table_of;
        input integer tanh;
        integer       i;
        begin
            for (i = 0; i < ENTRIES; i = i + 1)
                table_of[i*ENTRY_WORD +: ENTRY_WORD] = line(i, tanh);
        end
    endfunction
    localparam [ENTRIES*ENTRY_WORD-1:0] SIGMOID = table_of(0);
    localparam [ENTRIES*ENTRY_WORD-1:0] TANH = table_of(1);

    // ---- phases: gates, projection, head ----
    localparam integer HAS_P = (PROJ > 0) ? 1 : 0;
    localparam integer HAS_D = (HEAD > 0) ? 1 : 0;
    function [31:0] w32;
        input integer value;
        w32 = value;
    endfunction
    localparam [31:0] ONE = 32'd1;
    localparam [31:0] NIL = 32'd0;
    localparam integer M_SLOT_X = MOST * (X_SLOTS - 1);
    // of three phases, those that are there
    localparam [3*32-1:0] T_LINEAR = {32'd2, ONE, NIL};
    localparam [3*32-1:0] T_ROWS = {w32(HEAD), w32(PROJ), w32(H)};
    localparam [3*32-1:0] T_UNIT = {w32(G_ROWS + P_ROWS), w32(G_ROWS), NIL};
    localparam [3*32-1:0] T_XBASE = {w32(MOST), w32(M_SLOT_X), NIL};
    localparam [3*32-1:0] T_HBASE = {NIL, w32(S_H), NIL};
    localparam [3*32-1:0] T_HPREV = {NIL, NIL, ONE};
    localparam [3*32-1:0] T_DXEN = {NIL, (HAS_D != 0) ? ONE : NIL, (HAS_P + HAS_D > 0) ? ONE : NIL};
    localparam [3*32-1:0] T_DX = {NIL, w32(MOST), (HAS_P != 0) ? w32(M_SLOT_X) : w32(MOST)};
    localparam [3*32-1:0] T_DHEN = {NIL, ONE, ONE};
    localparam [3*32-1:0] T_DH = {NIL, NIL, (HAS_P != 0) ? w32(S_H) : NIL};
    localparam [3*32-1:0] T_OUT = {ONE, (HAS_D != 0) ? NIL : ONE, (HAS_P + HAS_D > 0) ? NIL : ONE};

    // the phases that are not there
    /* verilator lint_off UNUSEDSIGNAL */
    function [PHASES*32-1:0] present;
        input [3*32-1:0] t;
        reg   [3*32-1:0] kept;
        begin
            kept = (HAS_P != 0) ? t : {NIL, t[64 +: 32], t[0 +: 32]};
            present = kept[PHASES*32-1:0];
        end
    endfunction
    /* verilator lint_on UNUSEDSIGNAL */

    wire [PHASE_BITS-1:0]        drain_phase;
    wire                         drain_pfirst, drain_zero, drain_sfirst, drain_slast;
    wire [$clog2(STREAMS):0]     drain_frame;
    wire [ELEMS*4*XACC_BITS-1:0] drain_x;
    wire [ELEMS*4*HACC_BITS-1:0] drain_h;
    wire                         drain_shift;

    brds_array #(
        .PES(PES), .LANES_X(LANES_X), .LANES_H(LANES_H), .ELEMS(ELEMS), .ACT_BITS(ACT_BITS),
        .WEIGHT_BITS(WEIGHT_BITS), .XI_BITS(XI_BITS), .HI_BITS(HI_BITS), .XACC_BITS(XACC_BITS),
        .HACC_BITS(HACC_BITS), .X_HALF(X_HALF), .H_HALF(H_HALF), .X_ADDR_BITS(X_ADDR_BITS),
        .H_ADDR_BITS(H_ADDR_BITS), .MEMORY_REGS(MEMORY_REGS), .MUL_REGS(MUL_REGS),
        .ADDER_EVERY(ADDER_EVERY), .MUL_KEEP(MUL_KEEP), .MUL_DSP(MUL_DSP), .STREAMS(STREAMS),
        .RELATIVE(RELATIVE), .OPEN_BITS(OPEN_BITS), .SHARED(SHARED),
        .WORD_BITS(WORD_BITS), .WORDS(WORDS), .WORD_ADDR_BITS(WORD_ADDR_BITS),
        .STREAM_BITS(STREAM_BITS), .WEIGHTS_ROM(WEIGHTS_ROM), .WEIGHTS_FILE("weights.hex"), .PROTECT(PROTECT),
        .PHASES(PHASES), .PHASE_BITS(PHASE_BITS), .PH_XBASE(present(T_XBASE)),
        .PH_HBASE(present(T_HBASE)), .PH_HPREV(present(T_HPREV))
    ) u_array (
        .clk(clk), .rst(rst), .beat_valid(beat_valid), .beat_word(beat_word),
        .beat_first(beat_first), .beat_last(beat_last), .beat_phase(beat_phase),
        .beat_pfirst(beat_pfirst), .beat_frame(beat_frame), .beat_zero(beat_zero),
        .beat_sfirst(beat_sfirst), .beat_slast(beat_slast), .ldw_we(ldw_we), .ldw_row(ldw_row),
        .ldw_chunk(ldw_chunk), .ld_data(ld_data), .vx_we(vx_we), .vx_addr(vx_addr),
        .vx_data(vx_data), .vh_we(vh_we), .vh_addr(vh_addr), .vh_data(vh_data),
        .drain_valid(drain_valid), .drain_phase(drain_phase), .drain_pfirst(drain_pfirst),
        .drain_frame(drain_frame), .drain_zero(drain_zero), .drain_sfirst(drain_sfirst),
        .drain_slast(drain_slast), .drain_x(drain_x), .drain_h(drain_h), .drain_shift(drain_shift),
        .word_corrected(upsets[3]), .word_bad(upsets[2])
    );

    brds_post #(
        .PES(PES), .ELEMS(ELEMS), .ACT_BITS(ACT_BITS), .ACT_FRAC(ACT_FRAC), .CELL_BITS(CELL_BITS),
        .CELL_FRAC(CELL_FRAC), .Z_BITS(ACT_BITS + 2), .GATE_BITS(ACT_BITS), .GATE_FRAC(GATE_FRAC),
        .XACC_BITS(XACC_BITS), .HACC_BITS(HACC_BITS), .SUM_BITS(SUM_BITS), .BIAS_BITS(BIAS_BITS),
        .ROW_SCALE_BITS(ROW_SCALE_BITS), .OUT_BITS(OUT_BITS), .HEAD_BITS(HEAD_BITS), .ROUNDING(ROUNDING), .PEEPHOLE(PEEPHOLE),
        .LINEAR(HAS_P + HAS_D > 0 ? 1 : 0), .PROJECTION(HAS_P), .FUNC_ENTRY_BITS(FUNC_ENTRY_BITS),
        .SIGMOID_SLOPE_BITS(SLOPE_BITS), .TANH_SLOPE_BITS(SLOPE_BITS), .SIGMOID_TABLE(SIGMOID),
        .TANH_TABLE(TANH), .FUNC_REGS(FUNC_REGS), .FUNC_DSP(FUNC_DSP), .ELEM_REGS(ELEM_REGS), .MEMORY_REGS(MEMORY_REGS),
        .X_ADDR_BITS(X_ADDR_BITS), .H_ADDR_BITS(H_ADDR_BITS), .STREAMS(STREAMS), .UNIT_BITS(UNIT_BITS),
        .UNIT_ROWS(UNIT_ROWS), .UNIT_ADDR_BITS(UNIT_ADDR_BITS), .STREAM_BITS(STREAM_BITS),
        .WEIGHTS_ROM(WEIGHTS_ROM), .UNITS_FILE("units.hex"), .PROTECT(PROTECT), .PHASES(PHASES),
        .PHASE_BITS(PHASE_BITS), .PH_LINEAR(present(T_LINEAR)), .PH_ROWS(present(T_ROWS)),
        .PH_UNIT(present(T_UNIT)), .PH_DXEN(present(T_DXEN)), .PH_DX(present(T_DX)),
        .PH_DHEN(present(T_DHEN)), .PH_DH(present(T_DH)), .PH_OUT(present(T_OUT)),
        .EVERY_STEP(EVERY_STEP), .Y_ROW_BITS(Y_ROW_BITS)
    ) u_post (
        .clk(clk), .rst(rst), .drain_valid(drain_valid), .drain_phase(drain_phase),
        .drain_pfirst(drain_pfirst), .drain_frame(drain_frame), .drain_zero(drain_zero),
        .drain_sfirst(drain_sfirst), .drain_slast(drain_slast), .drain_x(drain_x),
        .drain_h(drain_h), .drain_shift(drain_shift), .cfg_phase(cfg_phase), .ldu_we(ldu_we),
        .ldu_row(ldu_row), .ldu_chunk(ldu_chunk), .ld_data(ld_data), .xw_x(xw_x), .xw_h(xw_h),
        .xw_we(xw_we), .xw_xrow(xw_xrow), .xw_hrow(xw_hrow), .xw_data(xw_data),
        .xw_grant(xw_grant), .xc_we(xc_we), .xc_row(xc_row), .xc_data(xc_data), .vx_we(vx_we),
        .vx_addr(vx_addr), .vx_data(vx_data), .vh_we(vh_we), .vh_addr(vh_addr), .vh_data(vh_data),
        .y_we(y_we), .y_row(y_row), .y_data(y_data), .y_done(y_done), .y_user(y_user),
        .sat_gate(sat_gate), .sat_function(sat_function), .sat_cell(sat_cell),
        .sat_output(sat_output), .unit_corrected(upsets[1]), .unit_bad(upsets[0])
    );
endmodule

`default_nettype wire
