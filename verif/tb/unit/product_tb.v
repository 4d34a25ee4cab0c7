// SPDX-License-Identifier: Apache-2.0
//
// brds_product in both forms: random operands and all combinations of extremes against `*`.
// brds_mux: every word of a random vector.
`timescale 1ns / 1ps
`default_nettype none

module product_tb;
    parameter integer A_BITS = 7;
    parameter integer B_BITS = 5;
    parameter integer SEED = 1;
    localparam integer COUNT = B_BITS + 1;
    localparam integer SEL_BITS = $clog2(COUNT);

    reg signed [A_BITS-1:0]         a;
    reg signed [B_BITS-1:0]         b;
    reg signed [A_BITS+B_BITS-1:0]  want;
    wire signed [A_BITS+B_BITS-1:0] dsp, logic_y;
    reg [COUNT*A_BITS-1:0]          words;
    reg [SEL_BITS-1:0]              sel;
    wire [A_BITS-1:0]               word;
    integer n, seed, errors;

    brds_product #(.A_BITS(A_BITS), .B_BITS(B_BITS), .DSP(1)) dut_d (.a(a), .b(b), .y(dsp));
    brds_product #(.A_BITS(A_BITS), .B_BITS(B_BITS), .DSP(0)) dut_l (.a(a), .b(b), .y(logic_y));
    brds_mux #(.COUNT(COUNT), .WIDTH(A_BITS), .SEL_BITS(SEL_BITS)) dut_m (
        .d(words), .sel(sel), .q(word)
    );

    initial begin
        seed = SEED;
        errors = 0;
        for (n = 0; n < 5000; n = n + 1) begin
            a = $random(seed);
            b = $random(seed);
            if (n % 7 == 1) a = {1'b1, {(A_BITS-1){1'b0}}};
            if (n % 7 == 2) a = {1'b0, {(A_BITS-1){1'b1}}};
            if (n % 5 == 1) b = {1'b1, {(B_BITS-1){1'b0}}};
            if (n % 5 == 2) b = {1'b0, {(B_BITS-1){1'b1}}};
            if (n % 5 == 3) b = {B_BITS{1'b1}};
            words = {$random(seed), $random(seed), $random(seed), $random(seed), $random(seed)};
            sel = n % COUNT;
            want = a * b;
            #1;
            if (dsp !== want || logic_y !== want) errors = errors + 1;
            if (word !== words[sel*A_BITS +: A_BITS]) errors = errors + 1;
        end
        if (errors == 0) $display("PASS");
        else $display("FAIL %0d of %0d (seed %0d)", errors, n, SEED);
        $finish;
    end
endmodule

`default_nettype wire
