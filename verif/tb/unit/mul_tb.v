// SPDX-License-Identifier: Apache-2.0
//
// brds_mul: random operands (extremes often) against `*`, delayed by MUL_REGS, one pair a cycle.
`timescale 1ns / 1ps
`default_nettype none

module mul_tb;
    parameter integer A_BITS = 8;
    parameter integer B_BITS = 16;
    parameter integer MUL_REGS = 3;
    parameter integer MUL_KEEP = 0;
    parameter integer MUL_DSP = 1;
    parameter integer SEED = 1;

    reg                            clk = 1'b0;
    reg signed [A_BITS-1:0]        a;
    reg signed [B_BITS-1:0]        b;
    wire signed [A_BITS+B_BITS-1:0] p;
    reg signed [A_BITS+B_BITS-1:0] expected [0:1023];
    integer n, seed, errors;

    brds_mul #(
        .A_BITS(A_BITS), .B_BITS(B_BITS), .MUL_REGS(MUL_REGS), .MUL_KEEP(MUL_KEEP),
        .MUL_DSP(MUL_DSP)
    ) dut (.clk(clk), .a(a), .b(b), .p(p));

    initial begin
        seed = SEED;
        errors = 0;
        for (n = 0; n < 1000; n = n + 1) begin
            a = $random(seed);
            b = $random(seed);
            if (n % 5 == 0) a = {1'b1, {(A_BITS-1){1'b0}}};
            if (n % 7 == 0) b = {1'b1, {(B_BITS-1){1'b0}}};
            expected[n] = a * b;
            #1;
            if (n >= MUL_REGS && p !== expected[n-MUL_REGS]) errors = errors + 1;
            #4 clk = 1'b1;
            #5 clk = 1'b0;
        end
        if (errors == 0) $display("PASS");
        else $display("FAIL %0d of %0d (seed %0d)", errors, n, SEED);
        $finish;
    end
endmodule

`default_nettype wire
