// SPDX-License-Identifier: Apache-2.0
//
// brds_row: random vectors in both halves, random groups of T beats back to back, 2^OPEN_BITS groups at
// a time in turn, against the sum of products; drained values checked in cycle a + 1 of the group's last beat.
`timescale 1ns / 1ps
`default_nettype none

module row_tb;
    parameter integer LANES_X = 2;
    parameter integer LANES_H = 3;
    parameter integer ELEMS = 2;
    parameter integer T = 3;
    parameter integer MEMORY_REGS = 1;
    parameter integer MUL_REGS = 3;
    parameter integer ADDER_EVERY = 1;
    parameter integer RELATIVE = 0;
    parameter integer OPEN_BITS = 0;
    parameter integer SEED = 1;

    localparam integer A = 12, W = 6, XI = 4, HI = 5;
    localparam integer X_HALF = 16, H_HALF = 32, X_ADDR = 5, H_ADDR = 6;
    localparam integer XACC = 26, HACC = 27;
    localparam integer XROW = X_ADDR - $clog2(ELEMS), HROW = H_ADDR - $clog2(ELEMS);
    localparam integer FIELD = LANES_X * (W + XI) + LANES_H * (W + HI);
    localparam integer MOST = (LANES_X > LANES_H) ? LANES_X : LANES_H;
    localparam integer TS = ($clog2(MOST) + ADDER_EVERY - 1) / ADDER_EVERY;
    localparam integer OPEN = 1 << OPEN_BITS;
    localparam integer NUMBER_BITS = (OPEN_BITS > 0) ? OPEN_BITS : 1;
    localparam integer SUMS = RELATIVE + MEMORY_REGS + MUL_REGS + TS;  // field to sums

    reg                     clk = 1'b0;
    reg [FIELD-1:0]         field;
    reg                     first;
    reg [X_ADDR-1:0]        x_base;
    reg [H_ADDR-1:0]        h_base;
    reg                     used, acc_clear, acc_first, acc_last;
    reg [NUMBER_BITS-1:0]   acc_number;
    reg [ELEMS-1:0]         vx_we, vh_we;
    reg [XROW-1:0]          vx_addr;
    reg [HROW-1:0]          vh_addr;
    reg [ELEMS*A-1:0]       vx_data, vh_data;
    wire [XACC-1:0]         drain_x;
    wire [HACC-1:0]         drain_h;

    brds_row #(
        .LANES_X(LANES_X), .LANES_H(LANES_H), .ELEMS(ELEMS), .ACT_BITS(A), .WEIGHT_BITS(W),
        .XI_BITS(XI), .HI_BITS(HI), .XACC_BITS(XACC), .HACC_BITS(HACC), .X_HALF(X_HALF),
        .H_HALF(H_HALF), .X_ADDR_BITS(X_ADDR), .H_ADDR_BITS(H_ADDR), .MEMORY_REGS(MEMORY_REGS),
        .MUL_REGS(MUL_REGS), .ADDER_EVERY(ADDER_EVERY), .TREE_STAGES(TS), .RELATIVE(RELATIVE),
        .OPEN_BITS(OPEN_BITS)
    ) dut (
        .clk(clk), .field(field), .first(first), .x_base(x_base), .h_base(h_base), .x_used(used), .h_used(used),
        .acc_clear(acc_clear), .acc_enable(1'b1), .acc_first(acc_first), .acc_number(acc_number), .acc_last(acc_last), .vx_we(vx_we), .vx_addr(vx_addr),
        .vx_data(vx_data), .vh_we(vh_we), .vh_addr(vh_addr), .vh_data(vh_data),
        .shared_x({LANES_X*A{1'b0}}), .shared_h({LANES_H*A{1'b0}}), .drain_shift(1'b0), .next_x({XACC{1'b0}}), .next_h({HACC{1'b0}}), .drain_x(drain_x),
        .drain_h(drain_h)
    );

    localparam integer GROUPS = 200;
    reg signed [A-1:0]    x [0:2*X_HALF-1];
    reg signed [A-1:0]    h [0:2*H_HALF-1];
    reg [X_ADDR-1:0]      bases_x [0:GROUPS*T+31];
    reg [H_ADDR-1:0]      bases_h [0:GROUPS*T+31];
    reg signed [XACC-1:0] want_x [0:GROUPS-1];
    reg signed [HACC-1:0] want_h [0:GROUPS-1];
    integer               column [0:LANES_X+LANES_H-1];
    reg signed [W-1:0]    weight;
    integer n, l, b, g, t, index, room, done, seed, errors;

    // the group that the beat worked n-th belongs to, and its place there
    function integer group_of(input integer at);
        group_of = at / (OPEN * T) * OPEN + at % OPEN;
    endfunction
    function integer beat_of(input integer at);
        beat_of = at % (OPEN * T) / OPEN;
    endfunction

    task tick;
        begin
            #4 clk = 1'b1;
            #5 clk = 1'b0;
            #1;
        end
    endtask

    initial begin
        seed = SEED;
        errors = 0;
        first = 0; used = 0; acc_clear = 0; acc_first = 0; acc_number = 0; acc_last = 0;
        field = 0; x_base = 0; h_base = 0; vx_we = 0; vh_we = 0;
        vx_addr = 0; vh_addr = 0; vx_data = 0; vh_data = 0;
        for (n = 0; n < 2 * H_HALF; n = n + 1) h[n] = $random(seed);
        for (n = 0; n < 2 * X_HALF; n = n + 1) x[n] = $random(seed);
        for (n = 0; n < 2 * H_HALF; n = n + ELEMS) begin
            vx_we = (n < 2 * X_HALF) ? {ELEMS{1'b1}} : 0;
            vh_we = {ELEMS{1'b1}};
            vx_addr = n / ELEMS;
            vh_addr = n / ELEMS;
            for (b = 0; b < ELEMS; b = b + 1) begin
                vx_data[b*A +: A] = x[(n + b) % (2 * X_HALF)];
                vh_data[b*A +: A] = h[n + b];
            end
            tick;
        end
        vx_we = 0;
        vh_we = 0;
        // one write of a single word: its neighbours stay
        vh_we[ELEMS-1] = 1'b1;
        vh_addr = 3;
        vh_data = {ELEMS*A{1'b1}};
        h[3*ELEMS+ELEMS-1] = -1;
        tick;
        vh_we = 0;

        for (n = 0; n < GROUPS * T + SUMS + 2; n = n + 1) begin
            g = group_of(n);
            t = beat_of(n);
            first = (t == 0);
            if (n < GROUPS * T) begin
                if (t == 0) begin
                    want_x[g] = 0;
                    want_h[g] = 0;
                    // a slot of a quarter of the half, either parity
                    bases_x[n] = ($random(seed) & (2*X_HALF-1)) & ~(X_HALF/4 - 1);
                    bases_h[n] = ($random(seed) & (2*H_HALF-1)) & ~(H_HALF/4 - 1);
                end else begin
                    bases_x[n] = bases_x[n-OPEN];
                    bases_h[n] = bases_h[n-OPEN];
                end
                for (l = 0; l < LANES_X + LANES_H; l = l + 1) begin
                    room = (l < LANES_X) ? X_HALF / 4 : H_HALF / 4;
                    if (t == 0) column[l] = 0;
                    weight = $random(seed);
                    if (RELATIVE != 0) begin
                        index = $unsigned($random(seed)) % (room - column[l]);
                        column[l] = column[l] + index;
                    end else begin
                        index = $unsigned($random(seed)) % room;
                        column[l] = index;
                    end
                    if (l < LANES_X) begin
                        field[l*(W+XI) +: W] = weight;
                        field[l*(W+XI)+W +: XI] = index;
                        want_x[g] = want_x[g] + weight * x[bases_x[n] | column[l]];
                    end else begin
                        field[LANES_X*(W+XI)+(l-LANES_X)*(W+HI) +: W] = weight;
                        field[LANES_X*(W+XI)+(l-LANES_X)*(W+HI)+W +: HI] = index;
                        want_h[g] = want_h[g] + weight * h[bases_h[n] | column[l]];
                    end
                end
            end
            if (n >= RELATIVE && n - RELATIVE < GROUPS * T) begin
                x_base = bases_x[n-RELATIVE];
                h_base = bases_h[n-RELATIVE];
            end
            used = n >= RELATIVE && n - RELATIVE < GROUPS * T;
            acc_clear = n + 1 >= SUMS && (n + 1 - SUMS) % T == 0;
            acc_first = n >= SUMS && beat_of(n - SUMS) == 0;
            acc_number = (n >= SUMS) ? group_of(n - SUMS) : 0;
            acc_last = n >= SUMS && n - SUMS < GROUPS * T && beat_of(n - SUMS) == T - 1;
            done = acc_last ? group_of(n - SUMS) : -1;
            tick;
            if (done >= 0 && (drain_x !== want_x[done] || drain_h !== want_h[done])) begin
                errors = errors + 1;
                if (errors < 4)
                    $display("group %0d: %0d %0d, not %0d %0d", done, $signed(drain_x),
                             $signed(drain_h), want_x[done], want_h[done]);
            end
        end
        if (errors == 0) $display("PASS");
        else $display("FAIL %0d of %0d (seed %0d)", errors, GROUPS, SEED);
        $finish;
    end
endmodule

`default_nettype wire
