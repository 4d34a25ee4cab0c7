// SPDX-License-Identifier: Apache-2.0
//
// brds_tree: random terms against their sum modulo 2^OUT_BITS, delayed by STAGES.
`timescale 1ns / 1ps
`default_nettype none

module tree_tb;
    parameter integer COUNT = 5;
    parameter integer IN_BITS = 12;
    parameter integer OUT_BITS = 20;
    parameter integer EVERY = 2;
    parameter integer EXTRA = 1; // stages above those of the tree itself
    parameter integer SEED = 1;

    localparam integer STAGES = ($clog2(COUNT) + EVERY - 1) / EVERY + EXTRA;

    reg                        clk = 1'b0;
    reg [COUNT*IN_BITS-1:0]    d;
    wire signed [OUT_BITS-1:0] sum;
    reg signed [OUT_BITS-1:0]  expected [0:1023];
    reg signed [IN_BITS-1:0]   term;
    integer n, i, seed, errors;

    brds_tree #(
        .COUNT(COUNT), .IN_BITS(IN_BITS), .OUT_BITS(OUT_BITS), .EVERY(EVERY), .STAGES(STAGES)
    ) dut (.clk(clk), .d(d), .sum(sum));

    initial begin
        seed = SEED;
        errors = 0;
        for (n = 0; n < 500; n = n + 1) begin
            expected[n] = 0;
            for (i = 0; i < COUNT; i = i + 1) begin
                term = $random(seed);
                if (n % 9 == 0) term = {1'b1, {(IN_BITS-1){1'b0}}};
                d[i*IN_BITS +: IN_BITS] = term;
                expected[n] = expected[n] + term;
            end
            #1;
            if (n >= STAGES && sum !== expected[n-STAGES]) errors = errors + 1;
            #4 clk = 1'b1;
            #5 clk = 1'b0;
        end
        if (errors == 0) $display("PASS");
        else $display("FAIL %0d of %0d (seed %0d)", errors, n, SEED);
        $finish;
    end
endmodule

`default_nettype wire
