// SPDX-License-Identifier: Apache-2.0
//
// brds_round, brds_scale and brds_roundc: every 10-bit number with every shift 0..63, and random wide ones,
// against the definition with remainders; brds_sat on the results.
`timescale 1ns / 1ps
`default_nettype none

module round_tb;
    parameter integer ROUNDING = 0;
    parameter integer SEED = 1;
    localparam integer BITS = 10;
    localparam integer WIDE = 50;

    reg signed [BITS-1:0]  d;
    reg signed [WIDE-1:0]  w;
    reg [5:0]              shift;
    wire signed [BITS-1:0] floor;
    wire signed [WIDE-1:0] floor_w;
    wire                   up, up_w;
    wire signed [4:0]      clamped;
    wire                   clip;
    integer n, seed, errors, checks;

    brds_round #(.BITS(BITS), .ROUNDING(ROUNDING)) dut (
        .d(d), .shift(shift), .floor(floor), .up(up)
    );
    brds_round #(.BITS(WIDE), .ROUNDING(ROUNDING)) dut_w (
        .d(w), .shift(shift), .floor(floor_w), .up(up_w)
    );
    reg                    clk = 1'b0;
    wire signed [BITS-1:0] floor_s;
    wire signed [WIDE-1:0] floor_sw;
    wire                   up_s, up_sw;
    brds_scale #(.BITS(BITS), .ROUNDING(ROUNDING)) dut_scale (
        .clk(clk), .d(d), .shift(shift), .floor(floor_s), .up(up_s)
    );
    brds_scale #(.BITS(WIDE), .ROUNDING(ROUNDING)) dut_scale_w (
        .clk(clk), .d(w), .shift(shift), .floor(floor_sw), .up(up_sw)
    );
    brds_sat #(.IN_BITS(BITS), .OUT_BITS(5)) dut_sat (.d(d), .q(clamped), .clip(clip));

    wire signed [BITS-1:0] floor_c [0:9];
    wire [9:0]             up_c;
    genvar s;
    generate
        for (s = 0; s < 10; s = s + 1) begin : g_constant
            wire signed [BITS-s-1:0] part;
            brds_roundc #(.BITS(BITS), .SHIFT(s), .ROUNDING(ROUNDING)) dut_c (
                .d(d), .floor(part), .up(up_c[s])
            );
            assign floor_c[s] = part;
        end
    endgenerate

    // round(v / 2^by), from quotient and remainder
    function signed [127:0] rounded;
        input signed [127:0] v;
        input integer        by;
        reg signed [127:0]   q, rest, half;
        begin
            q = v >>> by;
            rest = v - (q <<< by);  // 0 .. 2^by - 1
            half = (128'sd1 <<< by) - rest;  // rest >= half: at least 1/2
            rounded = q;
            if (ROUNDING == 0 && rest >= half) rounded = q + 1;
            if (ROUNDING == 1 && (rest > half || (rest == half && q[0]))) rounded = q + 1;
        end
    endfunction

    task check;
        input signed [127:0] got;
        input signed [127:0] want;
        begin
            checks = checks + 1;
            if (got !== want) begin
                errors = errors + 1;
                if (errors < 5) $display("d %0d w %0d shift %0d: %0d, not %0d", d, w, shift, got, want);
            end
        end
    endtask

    integer by;
    initial begin
        seed = SEED;
        errors = 0;
        checks = 0;
        for (n = -512; n < 512; n = n + 1)
            for (by = 0; by < 64; by = by + 1) begin
                d = n;
                shift = by;
                w = {$random(seed), $random(seed)};
                if (n % 8 == 0) w = w & ~((50'd1 << (by % 49)) - 1);           // exact and ties
                if (n % 8 == 4) w = (w & ~((50'd1 << (by % 49)) - 1)) | ((50'd1 << (by % 49)) >> 1);
                #1;
                check(floor + $signed({1'b0, up}), rounded(d, by));
                check(floor_w + $signed({1'b0, up_w}), rounded(w, by));
                clk = 1'b1;
                #1;
                clk = 1'b0;
                check(floor_s + $signed({1'b0, up_s}), rounded(d, by));
                check(floor_sw + $signed({1'b0, up_sw}), rounded(w, by));
                if (by < 10) check(floor_c[by] + $signed({1'b0, up_c[by]}), rounded(d, by));
                check(clamped, (n < -16) ? -16 : (n > 15) ? 15 : n);
                check({127'd0, clip}, (n < -16 || n > 15) ? 1 : 0);
            end
        if (errors == 0) $display("PASS");
        else $display("FAIL %0d of %0d (seed %0d)", errors, checks, SEED);
        $finish;
    end
endmodule

`default_nettype wire
