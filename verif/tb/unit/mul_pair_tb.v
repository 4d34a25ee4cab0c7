// SPDX-License-Identifier: Apache-2.0
//
// brds_mul_pair: random operands (extremes often) against two `*`, delayed by MUL_REGS, one pair a cycle;
// with EVERY every value of all three operands.
`timescale 1ns / 1ps
`default_nettype none

module mul_pair_tb;
    parameter integer A_BITS = 8;
    parameter integer B_BITS = 8;
    parameter integer MUL_REGS = 3;
    parameter integer EVERY = 0;
    parameter integer SEED = 1;

    localparam integer P_BITS = A_BITS + B_BITS;
    localparam integer COUNT = (EVERY != 0) ? (1 << (2 * A_BITS + B_BITS)) : 2000;

    reg                      clk = 1'b0;
    reg signed [A_BITS-1:0]  a0, a1;
    reg signed [B_BITS-1:0]  b;
    wire signed [P_BITS-1:0] p0, p1;
    reg signed [P_BITS-1:0]  expected0 [0:7];
    reg signed [P_BITS-1:0]  expected1 [0:7];
    integer n, seed, errors;

    brds_mul_pair #(.A_BITS(A_BITS), .B_BITS(B_BITS), .MUL_REGS(MUL_REGS)) dut (
        .clk(clk), .a0(a0), .a1(a1), .b(b), .p0(p0), .p1(p1)
    );

    initial begin
        seed = SEED;
        errors = 0;
        for (n = 0; n < COUNT + MUL_REGS; n = n + 1) begin
            a0 = $random(seed);
            a1 = $random(seed);
            b = $random(seed);
            if (n % 3 == 0) a0 = {1'b1, {(A_BITS-1){1'b0}}};
            if (n % 5 == 0) a1 = {1'b1, {(A_BITS-1){1'b0}}};
            if (n % 7 == 0) b = {1'b1, {(B_BITS-1){1'b0}}};
            if (n % 11 == 0) a0 = {A_BITS{1'b1}};
            if (EVERY != 0) {a1, a0, b} = n;
            expected0[n % 8] = a0 * b;
            expected1[n % 8] = a1 * b;
            #1;
            if (n >= MUL_REGS && (p0 !== expected0[(n - MUL_REGS) % 8] ||
                                  p1 !== expected1[(n - MUL_REGS) % 8])) errors = errors + 1;
            #4 clk = 1'b1;
            #5 clk = 1'b0;
        end
        if (errors == 0) $display("PASS");
        else $display("FAIL %0d of %0d (seed %0d)", errors, COUNT, SEED);
        $finish;
    end
endmodule

`default_nettype wire
