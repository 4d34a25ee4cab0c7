// SPDX-License-Identifier: Apache-2.0
//
// brds_func: a random table whose results fit, every z, against the formula:
//   y = floor((start * 2^(FRAC-3) + slope * dz) / 2^(FRAC-1)), FUNC_REGS cycles later.
`timescale 1ns / 1ps
`default_nettype none

module func_tb;
    parameter integer TANH = 0;
    parameter integer ACT_BITS = 10;
    parameter integer ENTRY_BITS = 4;
    parameter integer SLOPE_BITS = 7;
    parameter integer FUNC_REGS = 2;
    parameter integer FUNC_DSP = 0;
    parameter integer SEED = 1;

    localparam integer Z_BITS = ACT_BITS + 2;
    localparam integer FRAC = ACT_BITS - 2;
    localparam integer ENTRIES = 1 << ENTRY_BITS;
    localparam integer START_BITS = ACT_BITS + 2;
    localparam integer WORD_BITS = START_BITS + SLOPE_BITS;
    localparam integer LOW_BITS = Z_BITS - TANH - ENTRY_BITS;

    // words from a linear congruence; starts in -2^FRAC..2^FRAC, so that the sum fits with any slope
    function [ENTRIES*WORD_BITS-1:0] random_table;
        input integer start_seed;
        integer       i;
        reg [31:0]    state;
        reg [31:0]    start;
        begin
            state = start_seed;
            for (i = 0; i < ENTRIES; i = i + 1) begin
                state = state * 32'd1664525 + 32'd1013904223;
                start = {{(32-FRAC-1){state[31]}}, state[30 -: FRAC+1]};
                random_table[i*WORD_BITS +: WORD_BITS] = {start[START_BITS-1:0], state[8 +: SLOPE_BITS]};
            end
        end
    endfunction
    localparam [ENTRIES*WORD_BITS-1:0] TABLE = random_table(SEED);

    reg                        clk = 1'b0;
    reg signed [Z_BITS-1:0]    z;
    wire signed [ACT_BITS-1:0] y;
    reg signed [ACT_BITS-1:0]  expected [0:(1<<Z_BITS)+7];
    integer n, errors;

    brds_func #(
        .TANH(TANH), .Z_BITS(Z_BITS), .GATE_BITS(ACT_BITS), .GATE_FRAC(FRAC),
        .ENTRY_BITS(ENTRY_BITS), .SLOPE_BITS(SLOPE_BITS), .TABLE(TABLE), .FUNC_REGS(FUNC_REGS),
        .FUNC_DSP(FUNC_DSP)
    ) dut (.clk(clk), .z(z), .y(y));

    function signed [ACT_BITS-1:0] formula;
        input integer     value;
        integer           limit, place, entry, dz;
        reg signed [63:0] start, slope, sum;
        begin
            // domain: -limit .. limit - 1 in units of 2^-FRAC
            limit = 1 << (Z_BITS - TANH - 1);
            place = (value < -limit) ? -limit : (value > limit - 1) ? limit - 1 : value;
            place = place + limit;
            entry = place / (1 << LOW_BITS);
            dz = place % (1 << LOW_BITS);
            start = $signed(TABLE[entry*WORD_BITS+SLOPE_BITS +: START_BITS]);
            slope = TABLE[entry*WORD_BITS +: SLOPE_BITS];
            sum = start * (64'sd1 <<< (FRAC - 3)) + slope * dz;
            formula = sum >>> (FRAC - 1);
        end
    endfunction

    initial begin
        errors = 0;
        for (n = 0; n < (1 << Z_BITS) + FUNC_REGS; n = n + 1) begin
            z = n - (1 << (Z_BITS - 1));
            expected[n] = formula(z);
            #1;
            if (n >= FUNC_REGS && y !== expected[n-FUNC_REGS]) errors = errors + 1;
            #4 clk = 1'b1;
            #5 clk = 1'b0;
        end
        if (errors == 0) $display("PASS");
        else $display("FAIL %0d of %0d (seed %0d)", errors, n, SEED);
        $finish;
    end
endmodule

`default_nettype wire
