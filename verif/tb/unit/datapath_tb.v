// SPDX-License-Identifier: Apache-2.0
//
// brds_array and brds_post against the definition (docs/microarchitecture.md section 1): random
// weights, columns, biases, shifts and states; two sequences (one with an initial state) of each stream; every
// write to the vector copies and the output buffer is checked for data and for its cycle
// (tau + d + LE + slot), in all other cycles nothing may be written; saturation counts at the end.
// The definition is datapath_model.vh's. The input unit's requests come at random cycles and must be granted exactly when the bus is free.
`timescale 1ns / 1ps
`default_nettype none

module datapath_tb;
    parameter integer PES = 4;
    parameter integer LANES_X = 1;
    parameter integer LANES_H = 2;
    parameter integer ELEMS = 2;
    parameter integer ACT_BITS = 12;
    parameter integer ACT_FRAC = 8;
    parameter integer WEIGHT_BITS = 6;
    parameter integer CELL_BITS = 16;
    parameter integer CELL_FRAC = 9;
    parameter integer ROUNDING = 0;
    parameter integer X = 6;
    parameter integer H = 9;
    parameter integer PROJ = 0;
    parameter integer HEAD = 0;
    parameter integer HEAD_OUT_BITS = 10;
    parameter integer PEEPHOLE = 0;
    parameter integer MEMORY_REGS = 1;
    parameter integer PROTECT = 0;
    parameter integer MUL_REGS = 3;
    parameter integer ADDER_EVERY = 1;
    parameter integer FUNC_REGS = 2;
    parameter integer ELEM_REGS = 1;
    parameter integer FUNC_DSP = 1;
    parameter integer RELATIVE = 0;
    parameter integer ROW_SCALE_BITS = 0;
    parameter integer STREAM_BITS = 32;
    parameter integer EVERY_STEP = 1;
    parameter integer STREAMS = 1;   // each with two sequences, step by step in turn
    parameter integer T = 4;         // beats of a group, at least the slots of one
    parameter integer STEPS = 4;     // of each of the two sequences
    parameter integer SEED = 1;

    // ---- widths, as datapath.v derives them ----
    localparam integer GAP_BITS = 3;
    localparam integer PHASES = 1 + (PROJ > 0 ? 1 : 0) + (HEAD > 0 ? 1 : 0);
    localparam integer PHASE_BITS = (PHASES > 1) ? $clog2(PHASES) : 1;
    localparam integer R = (PROJ > 0) ? PROJ : H;
    localparam integer S_X = 1 << $clog2((X + ELEMS - 1) / ELEMS * ELEMS);
    localparam integer S_H = 1 << $clog2((H + ELEMS - 1) / ELEMS * ELEMS);
    localparam integer MOST = (S_X > S_H) ? S_X : S_H;
    localparam integer X_SLOTS = 1 + (HEAD > 0 ? 1 : 0) + (PROJ > 0 ? 1 : 0);
    // words of a frame ({parity, stream}) in the vector memories
    localparam integer X_PART = 1 << $clog2(MOST * X_SLOTS);
    localparam integer H_PART = 1 << $clog2(S_H * (PROJ > 0 ? 2 : 1));
    localparam integer X_ADDR_BITS = $clog2(2 * STREAMS * X_PART);
    localparam integer H_ADDR_BITS = $clog2(2 * STREAMS * H_PART);
    localparam integer X_ROW_BITS = X_ADDR_BITS - $clog2(ELEMS);
    localparam integer H_ROW_BITS = H_ADDR_BITS - $clog2(ELEMS);
    localparam integer XI = (RELATIVE != 0) ? GAP_BITS : (MOST > 1) ? $clog2(MOST) : 1;
    localparam integer HI = (RELATIVE != 0) ? GAP_BITS : (S_H > 1) ? $clog2(S_H) : 1;
    localparam integer HEAD_BITS = (HEAD > 0) ? HEAD_OUT_BITS : 0;
    localparam integer OUT_BITS = (HEAD > 0) ? HEAD_BITS : ACT_BITS;
    localparam integer Z_BITS = ACT_BITS + 2;
    localparam integer BIAS_BITS = (HEAD_BITS > Z_BITS) ? HEAD_BITS : Z_BITS;
    localparam integer ROW_FIELD = LANES_X * (WEIGHT_BITS + XI) + LANES_H * (WEIGHT_BITS + HI);
    localparam integer WORD_BITS = 4 * PES * ROW_FIELD;
    localparam integer GATE_GROUPS = (H + PES - 1) / PES;
    localparam integer P_GROUPS = (PROJ + 4 * PES - 1) / (4 * PES);
    localparam integer D_GROUPS = (HEAD + 4 * PES - 1) / (4 * PES);
    localparam integer WORDS = (GATE_GROUPS + P_GROUPS + D_GROUPS) * T;
    localparam integer WORD_ADDR_BITS = (WORDS > 1) ? $clog2(WORDS) : 1;
    localparam integer SCALE_AT = 4 * BIAS_BITS + 3 * PEEPHOLE * ACT_BITS;
    localparam integer LANE_UNIT = SCALE_AT + 4 * ROW_SCALE_BITS;
    localparam integer UNIT_BITS = ELEMS * LANE_UNIT;
    localparam integer UNIT_ROWS = (GATE_GROUPS + P_GROUPS + D_GROUPS) * (PES / ELEMS);
    localparam integer UNIT_ADDR_BITS = (UNIT_ROWS > 1) ? $clog2(UNIT_ROWS) : 1;
    localparam integer OUTPUT_SIZE = (HEAD > 0) ? HEAD : R;
    localparam integer Y_ROWS = (OUTPUT_SIZE + ELEMS - 1) / ELEMS;
    localparam integer Y_ROW_BITS = (Y_ROWS > 1) ? $clog2(Y_ROWS) : 1;
    localparam integer LANES = LANES_X + LANES_H;
    localparam integer GF = ACT_BITS - 2;

    localparam integer MOST_LANES = (LANES_X > LANES_H) ? LANES_X : LANES_H;
    localparam integer TS = ($clog2(MOST_LANES) + ADDER_EVERY - 1) / ADDER_EVERY;
    localparam integer D = 2 * MEMORY_REGS + (PROTECT == 2) + RELATIVE + MUL_REGS + TS + 1;
    localparam integer LE = 11 + 2 * FUNC_REGS + 2 * PEEPHOLE + (ELEM_REGS - 1) * (4 + 5 * PEEPHOLE);
    localparam integer IDLE = D + LE + 4 * PES / ELEMS + 4;
    localparam integer CYCLES = 16384;

    reg                       clk = 1'b0;
    reg                       rst = 1'b1;
    reg                       beat_valid, beat_first, beat_last, beat_pfirst, beat_zero;
    reg                       beat_sfirst, beat_slast;
    reg [$clog2(STREAMS):0]   beat_frame;
    reg [WORD_ADDR_BITS-1:0]  beat_word;
    reg [PHASE_BITS-1:0]      beat_phase;
    reg                       ldw_we, ldu_we, xw_x, xw_h;
    reg [WORD_ADDR_BITS-1:0]  ldw_row;
    reg [UNIT_ADDR_BITS-1:0]  ldu_row;
    reg [UNIT_ADDR_BITS+$clog2(STREAMS)-1:0] xc_row;
    reg [15:0]                ldw_chunk, ldu_chunk;
    reg [STREAM_BITS-1:0]     ld_data;
    reg [PHASES*32-1:0]       cfg_phase;
    reg [ELEMS-1:0]           xw_we, xc_we;
    reg [X_ROW_BITS-1:0]      xw_xrow;
    reg [H_ROW_BITS-1:0]      xw_hrow;
    reg [ELEMS*ACT_BITS-1:0]  xw_data;
    reg [ELEMS*CELL_BITS-1:0] xc_data;
    wire                      xw_grant, drain_valid, y_done;
    wire [$clog2(STREAMS)+1:0] y_user;
    wire [ELEMS-1:0]          vx_we, vh_we, y_we;
    wire [X_ROW_BITS-1:0]     vx_addr;
    wire [H_ROW_BITS-1:0]     vh_addr;
    wire [Y_ROW_BITS-1:0]     y_row;
    wire [ELEMS*ACT_BITS-1:0] vx_data, vh_data;
    wire [ELEMS*OUT_BITS-1:0] y_data;
    wire [8:0]                sat_gate, sat_function, sat_cell, sat_output;
    wire [3:0]                upsets;

    datapath #(
        .PES(PES), .LANES_X(LANES_X), .LANES_H(LANES_H), .ELEMS(ELEMS), .ACT_BITS(ACT_BITS),
        .ACT_FRAC(ACT_FRAC), .WEIGHT_BITS(WEIGHT_BITS), .CELL_BITS(CELL_BITS),
        .CELL_FRAC(CELL_FRAC), .ROUNDING(ROUNDING), .X(X), .H(H), .PROJ(PROJ), .HEAD(HEAD),
        .HEAD_OUT_BITS(HEAD_OUT_BITS), .NNZ_X(LANES * T), .NNZ_H(LANES * T), .PEEPHOLE(PEEPHOLE),
        .MEMORY_REGS(MEMORY_REGS), .MUL_REGS(MUL_REGS), .ADDER_EVERY(ADDER_EVERY),
        .FUNC_REGS(FUNC_REGS), .FUNC_DSP(FUNC_DSP), .ELEM_REGS(ELEM_REGS), .TABLES(1), .RELATIVE(RELATIVE),
        .GAP_BITS(GAP_BITS), .STREAM_BITS(STREAM_BITS), .EVERY_STEP(EVERY_STEP), .STREAMS(STREAMS), .WORDS(WORDS),
        .PROTECT(PROTECT), .ROW_SCALE_BITS(ROW_SCALE_BITS)
    ) dut (
        .clk(clk), .rst(rst), .beat_valid(beat_valid), .beat_word(beat_word),
        .beat_first(beat_first), .beat_last(beat_last), .beat_phase(beat_phase),
        .beat_pfirst(beat_pfirst), .beat_frame(beat_frame), .beat_zero(beat_zero),
        .beat_sfirst(beat_sfirst), .beat_slast(beat_slast), .ldw_we(ldw_we), .ldw_row(ldw_row),
        .ldw_chunk(ldw_chunk), .ldu_we(ldu_we), .ldu_row(ldu_row), .ldu_chunk(ldu_chunk),
        .ld_data(ld_data), .cfg_phase(cfg_phase), .xw_x(xw_x), .xw_h(xw_h), .xw_we(xw_we),
        .xw_xrow(xw_xrow), .xw_hrow(xw_hrow), .xw_data(xw_data), .xw_grant(xw_grant),
        .xc_we(xc_we), .xc_row(xc_row), .xc_data(xc_data), .drain_valid(drain_valid),
        .vx_we(vx_we), .vx_addr(vx_addr), .vx_data(vx_data), .vh_we(vh_we), .vh_addr(vh_addr),
        .vh_data(vh_data), .y_we(y_we), .y_row(y_row), .y_data(y_data), .y_done(y_done),
        .y_user(y_user), .sat_gate(sat_gate), .sat_function(sat_function),
        .sat_cell(sat_cell), .sat_output(sat_output), .upsets(upsets)
    );

    // ---- the model's memories ----
    reg signed [31:0] weight [0:WORDS*PES*4*LANES-1];
    integer           column [0:WORDS*PES*4*LANES-1];
    reg signed [31:0] bias [0:UNIT_ROWS*ELEMS*4-1];
    reg signed [31:0] peep [0:UNIT_ROWS*ELEMS*3-1];
    integer           exponent [0:UNIT_ROWS*ELEMS*4-1];  // of a row, 0 without exponents
    reg signed [31:0] xmem [0:2*STREAMS*X_PART-1];
    reg signed [31:0] hmem [0:2*STREAMS*H_PART-1];
    reg signed [63:0] cmem [0:STREAMS*UNIT_ROWS*ELEMS-1];
    integer           shl_x [0:2], shl_h [0:2], shr [0:2], shr_p [0:2];
    integer           total_gate, total_function, total_cell, total_output;
    integer           seen_gate, seen_function, seen_cell, seen_output;

    // ---- what must be on the buses, by cycle ----
    reg [ELEMS-1:0]          e_xwe [0:CYCLES-1], e_hwe [0:CYCLES-1], e_ywe [0:CYCLES-1];
    reg [X_ROW_BITS-1:0]     e_xrow [0:CYCLES-1];
    reg [H_ROW_BITS-1:0]     e_hrow [0:CYCLES-1];
    reg [Y_ROW_BITS-1:0]     e_yrow [0:CYCLES-1];
    reg [ELEMS*ACT_BITS-1:0] e_xdata [0:CYCLES-1], e_hdata [0:CYCLES-1];
    reg [ELEMS*OUT_BITS-1:0] e_ydata [0:CYCLES-1];
    reg [$clog2(STREAMS)+2:0] e_yend [0:CYCLES-1]; // {user, done}
    reg                      e_lanes [0:CYCLES-1]; // the x write is the element lanes'
    integer cycle, seed, errors, checks, n;

    function integer random_below;
        input integer limit;
        begin
            random_below = $unsigned($random(seed)) % limit;
        end
    endfunction
    function signed [127:0] random_bits;
        input integer bits;
        reg signed [127:0] wide;
        begin
            wide = {$random(seed), $random(seed)};
            if (random_below(16) == 0) wide = random_below(2) ? -1 : 1;
            random_bits = (wide <<< (128 - bits)) >>> (128 - bits);
        end
    endfunction

    `include "datapath_model.vh"

    task compare;
        input [ELEMS-1:0]  we, want_we;
        input [31:0]       row, want_row;
        input [ELEMS*32-1:0] data, want;
        input integer      bits;
        input [7:0]        bus;
        integer            lane;
        reg [31:0]         mask;
        begin
            checks = checks + (want_we != 0);
            if (we !== want_we || (want_we != 0 && row !== want_row)) begin
                errors = errors + 1;
                if (errors < 6)
                    $display("cycle %0d %s: we %b row %0d, not %b %0d", cycle, bus, we, row, want_we, want_row);
            end else
                for (lane = 0; lane < ELEMS; lane = lane + 1) begin
                    mask = (bits >= 32) ? 32'hffffffff : (32'd1 << bits) - 1;
                    if (want_we[lane] &&
                        (((data >> (lane * bits)) & mask) !== ((want >> (lane * bits)) & mask))) begin
                        errors = errors + 1;
                        if (errors < 6)
                            $display("cycle %0d %s row %0d lane %0d: %h, not %h", cycle, bus, row,
                                     lane, (data >> (lane * bits)) & mask,
                                     (want >> (lane * bits)) & mask);
                    end
                end
        end
    endtask

    // one cycle: requests of the input unit at random, checks, clock
    reg noise;
    task tick;
        begin
            if (noise) begin
                // to where the stream's next input will be
                xw_x = random_below(2);
                xw_we = random_bits(ELEMS);
                xw_xrow = (beat_frame ^ STREAMS) * (X_PART / ELEMS) + random_below((X + ELEMS - 1) / ELEMS);
                xw_data = {ELEMS{$random(seed)}};
            end
            #1;
            if (!rst) begin
                if (xw_grant !== !(e_lanes[cycle+1] && e_xwe[cycle+1] != 0)) begin
                    errors = errors + 1;
                    if (errors < 6) $display("cycle %0d: grant %b", cycle, xw_grant);
                end
                if (xw_x && xw_grant) begin
                    e_xwe[cycle+1] = xw_we;
                    e_xrow[cycle+1] = xw_xrow;
                    e_xdata[cycle+1] = xw_data;
                end
                if (xw_h) begin
                    e_hwe[cycle+1] = xw_we;
                    e_hrow[cycle+1] = xw_hrow;
                    e_hdata[cycle+1] = xw_data;
                end
                compare(vx_we, e_xwe[cycle], vx_addr, e_xrow[cycle], vx_data, e_xdata[cycle], ACT_BITS, "x");
                compare(vh_we, e_hwe[cycle], vh_addr, e_hrow[cycle], vh_data, e_hdata[cycle], ACT_BITS, "h");
                compare(y_we, e_ywe[cycle], y_row, e_yrow[cycle], y_data, e_ydata[cycle], OUT_BITS, "y");
                if (y_done !== e_yend[cycle][0] ||
                    (e_ywe[cycle] != 0 && {y_user, y_done} !== e_yend[cycle])) begin
                    errors = errors + 1;
                    if (errors < 6) $display("cycle %0d: user, done %b, not %b", cycle, {y_user, y_done}, e_yend[cycle]);
                end
                seen_gate = seen_gate + sat_gate;
                seen_function = seen_function + sat_function;
                seen_cell = seen_cell + sat_cell;
                seen_output = seen_output + sat_output;
                if (upsets !== 4'd0) begin
                    errors = errors + 1;
                    $display("cycle %0d: upsets %b", cycle, upsets);
                end
            end
            #4 clk = 1'b1;
            #5 clk = 1'b0;
            cycle = cycle + 1;
        end
    endtask

    // ---- contents ----

    reg [WORD_BITS+STREAM_BITS-1:0] word;
    reg [UNIT_BITS+STREAM_BITS-1:0] unit_word;
    integer w, row, l, e, k, chunk, cols, base, gap, is_linear;

    // phase kind of a word or unit row: 0 gates, 1 projection, 2 head
    function integer kind_of_group;
        input integer g;
        kind_of_group = (g < GATE_GROUPS) ? 0 : (g < GATE_GROUPS + P_GROUPS) ? 1 : 2;
    endfunction

    task load_weights;
        begin
            for (w = 0; w < WORDS; w = w + 1) begin
                is_linear = kind_of_group(w / T);
                word = 0;
                for (row = 0; row < PES * 4; row = row + 1)
                    for (l = 0; l < LANES; l = l + 1) begin
                        n = (w * PES * 4 + row) * LANES + l;
                        cols = (is_linear == 1) ? H : (is_linear == 2) ? R : (l < LANES_X) ? X : R;
                        weight[n] = random_bits(WEIGHT_BITS);
                        if (RELATIVE != 0) begin
                            base = (w % T == 0) ? 0 : column[n-PES*4*LANES];
                            gap = random_below((cols - base < (1 << GAP_BITS)) ? cols - base : 1 << GAP_BITS);
                            column[n] = base + gap;
                        end else begin
                            gap = random_below(cols);
                            column[n] = gap;
                        end
                        if (l < LANES_X) begin
                            word[row*ROW_FIELD+l*(WEIGHT_BITS+XI) +: WEIGHT_BITS] = weight[n];
                            word[row*ROW_FIELD+l*(WEIGHT_BITS+XI)+WEIGHT_BITS +: XI] = gap;
                        end else begin
                            base = row * ROW_FIELD + LANES_X * (WEIGHT_BITS + XI) +
                                   (l - LANES_X) * (WEIGHT_BITS + HI);
                            word[base +: WEIGHT_BITS] = weight[n];
                            word[base+WEIGHT_BITS +: HI] = gap;
                        end
                    end
                for (chunk = 0; chunk * STREAM_BITS < WORD_BITS; chunk = chunk + 1) begin
                    ldw_we = 1;
                    ldw_row = w;
                    ldw_chunk = chunk;
                    ld_data = word[chunk*STREAM_BITS +: STREAM_BITS];
                    tick;
                end
                ldw_we = 0;
            end
        end
    endtask

    task load_units;
        begin
            for (row = 0; row < UNIT_ROWS; row = row + 1) begin
                is_linear = kind_of_group(row / (PES / ELEMS));
                unit_word = 0;
                for (e = 0; e < ELEMS; e = e + 1) begin
                    for (k = 0; k < 4; k = k + 1) begin
                        bias[(row*ELEMS+e)*4+k] = (is_linear == 1) ? 0
                            : random_bits((is_linear == 2) ? HEAD_BITS : Z_BITS) >>> 1;
                        unit_word[e*LANE_UNIT+k*BIAS_BITS +: BIAS_BITS] = bias[(row*ELEMS+e)*4+k];
                        exponent[(row*ELEMS+e)*4+k] = random_below(1 << ROW_SCALE_BITS);
                        for (i = 0; i < ROW_SCALE_BITS; i = i + 1)
                            unit_word[e*LANE_UNIT+SCALE_AT+k*ROW_SCALE_BITS+i] =
                                exponent[(row*ELEMS+e)*4+k] >> i;
                    end
                    if (PEEPHOLE != 0)
                        for (k = 0; k < 3; k = k + 1) begin
                            peep[(row*ELEMS+e)*3+k] = random_bits(ACT_BITS);
                            unit_word[e*LANE_UNIT+4*BIAS_BITS+k*ACT_BITS +: ACT_BITS] =
                                peep[(row*ELEMS+e)*3+k];
                        end
                end
                for (chunk = 0; chunk * STREAM_BITS < UNIT_BITS; chunk = chunk + 1) begin
                    ldu_we = 1;
                    ldu_row = row;
                    ldu_chunk = chunk;
                    ld_data = unit_word[chunk*STREAM_BITS +: STREAM_BITS];
                    tick;
                end
                ldu_we = 0;
            end
        end
    endtask

    task choose_shifts;
        integer ph, kind, most, target;
        begin
            cfg_phase = 0;
            for (ph = 0; ph < PHASES; ph = ph + 1) begin
                kind = (ph == 0) ? 0 : (PROJ > 0) ? ph : 2;
                shl_x[kind] = random_below(5);
                shl_h[kind] = (kind != 0) ? shl_x[kind] : random_below(5);
                most = (shl_x[kind] > shl_h[kind]) ? shl_x[kind] : shl_h[kind];
                target = (kind == 0) ? Z_BITS : (kind == 1) ? ACT_BITS : HEAD_BITS;
                // sums of about the target's size: some saturate
                shr[kind] = WEIGHT_BITS + ACT_BITS + most - target + random_below(2) - ((kind != 0) ? 3 : 0);
                shr_p[kind] = CELL_BITS - 4;
                if (shr[kind] < 0) shr[kind] = 0;
                cfg_phase[32*ph +: 5] = shl_x[kind];
                cfg_phase[32*ph+5 +: 5] = shl_h[kind];
                cfg_phase[32*ph+10 +: 6] = shr[kind];
                cfg_phase[32*ph+16 +: 6] = shr_p[kind];
            end
        end
    endtask

    // ---- the run ----

    task run_phase;
        input integer kind, number_, groups, word_base, unit_base;
        input         zero, sfirst, slast;
        integer       g, b;
        begin
            for (g = 0; g < groups; g = g + 1)
                for (b = 0; b < T; b = b + 1) begin
                    beat_valid = 1;
                    beat_word = word_base + g * T + b;
                    beat_first = b == 0;
                    beat_last = b == T - 1;
                    beat_phase = number_;
                    beat_pfirst = g == 0;
                    beat_zero = zero;
                    beat_sfirst = sfirst;
                    beat_slast = slast;
                    if (b == T - 1)
                        close_group(kind, g, word_base + g * T, unit_base, cycle, beat_frame, zero,
                                    sfirst, slast);
                    tick;
                    // a bus that holds no beat may hold anything
                    beat_valid = 0;
                    beat_last = random_below(2);
                    beat_first = random_below(2);
                    beat_zero = random_below(2);
                end
            for (b = 0; b < IDLE; b = b + 1) tick;
        end
    endtask

    integer             sequence_, step, id, i;
    reg                 zero_step;
    reg [STREAMS-1:0]   odd;             // by stream: parity of its next step

    // an initial state: h in the frame of the stream's step before, c
    task load_state;
        begin
            for (i = 0; i < R; i = i + ELEMS) begin
                xw_h = 1;
                at = (!odd[id] * STREAMS + id) * H_PART + i;
                xw_hrow = at / ELEMS;
                for (e = 0; e < ELEMS; e = e + 1) begin
                    xw_we[e] = i + e < R;
                    if (i + e < R) hmem[at+e] = random_bits(ACT_BITS);
                    xw_data[e*ACT_BITS +: ACT_BITS] = hmem[at+e];
                end
                tick;
            end
            xw_h = 0;
            for (i = 0; i < H; i = i + ELEMS) begin
                at = cell_of(i / ELEMS, id);
                xc_row = at / ELEMS;
                for (e = 0; e < ELEMS; e = e + 1) begin
                    xc_we[e] = i + e < H;
                    if (i + e < H) cmem[at+e] = random_bits(CELL_BITS);
                    xc_data[e*CELL_BITS +: CELL_BITS] = cmem[at+e];
                end
                tick;
            end
            xc_we = 0;
        end
    endtask

    task run_step;
        begin
            zero_step = sequence_ == 0 && step == 0;
            beat_frame = odd[id] * STREAMS + id;
            odd[id] = !odd[id];
            xw_x = 1;
            for (i = 0; i < X; i = i + ELEMS) begin
                at = beat_frame * X_PART + i;
                xw_xrow = at / ELEMS;
                for (e = 0; e < ELEMS; e = e + 1) begin
                    xw_we[e] = i + e < X;
                    if (i + e < X) xmem[at+e] = random_bits(ACT_BITS);
                    xw_data[e*ACT_BITS +: ACT_BITS] = xmem[at+e];
                end
                tick;
            end
            xw_x = 0;
            tick;
            noise = 1;
            run_phase(0, 0, GATE_GROUPS, 0, 0, zero_step, step == 0, step == STEPS - 1);
            if (PROJ > 0)
                run_phase(1, 1, P_GROUPS, GATE_GROUPS * T, GATE_GROUPS * (PES / ELEMS), zero_step,
                          step == 0, step == STEPS - 1);
            if (HEAD > 0)
                run_phase(2, PHASES - 1, D_GROUPS, (GATE_GROUPS + P_GROUPS) * T,
                          (GATE_GROUPS + P_GROUPS) * (PES / ELEMS), zero_step, step == 0, step == STEPS - 1);
            noise = 0;
            xw_x = 0;
            tick;
        end
    endtask

    initial begin
        seed = SEED;
        errors = 0; checks = 0; cycle = 0; noise = 0;
        total_gate = 0; total_function = 0; total_cell = 0; total_output = 0;
        for (i = 0; i < CYCLES; i = i + 1) begin
            e_xwe[i] = 0; e_hwe[i] = 0; e_ywe[i] = 0; e_yend[i] = 0; e_lanes[i] = 0;
        end
        for (i = 0; i < 2 * STREAMS * X_PART; i = i + 1) xmem[i] = 0;
        for (i = 0; i < 2 * STREAMS * H_PART; i = i + 1) hmem[i] = 0;
        for (i = 0; i < STREAMS * UNIT_ROWS * ELEMS; i = i + 1) cmem[i] = 0;
        beat_valid = 0; beat_first = 0; beat_last = 0; beat_pfirst = 0; beat_frame = 0; odd = 0;
        beat_zero = 0; beat_sfirst = 0; beat_slast = 0; beat_word = 0; beat_phase = 0;
        ldw_we = 0; ldu_we = 0; xw_x = 0; xw_h = 0; ldw_row = 0; ldu_row = 0; xc_row = 0;
        ldw_chunk = 0; ldu_chunk = 0; ld_data = 0; xw_we = 0; xc_we = 0; xw_xrow = 0;
        xw_hrow = 0; xw_data = 0; xc_data = 0;
        choose_shifts;
        tick; tick;
        rst = 0;
        for (i = 0; i < IDLE; i = i + 1) tick;
        // what was in the counts' registers before the reset has left them
        seen_gate = 0; seen_function = 0; seen_cell = 0; seen_output = 0;
        load_weights;
        load_units;

        for (sequence_ = 0; sequence_ < 2; sequence_ = sequence_ + 1) begin
            for (id = 0; id < STREAMS && sequence_ == 1; id = id + 1) load_state;
            for (step = 0; step < STEPS; step = step + 1)
                for (id = 0; id < STREAMS; id = id + 1) run_step;
        end
        for (i = 0; i < 8; i = i + 1) tick;
        if (seen_gate !== total_gate || seen_function !== total_function || seen_cell !== total_cell ||
            seen_output !== total_output) begin
            errors = errors + 1;
            $display("saturations %0d %0d %0d %0d, not %0d %0d %0d %0d", seen_gate, seen_function,
                     seen_cell, seen_output, total_gate, total_function, total_cell, total_output);
        end
        if (checks == 0 || cycle > CYCLES - 100) errors = errors + 1;
        if (errors == 0)
            $display("PASS %0d writes, saturations %0d %0d %0d %0d", checks, total_gate,
                     total_function, total_cell, total_output);
        else $display("FAIL %0d (%0d writes, %0d cycles, seed %0d)", errors, checks, cycle, SEED);
        $finish;
    end
endmodule

`default_nettype wire
