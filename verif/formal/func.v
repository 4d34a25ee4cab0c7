// SPDX-License-Identifier: Apache-2.0
//
// brds_func: y, FUNC_REGS cycles after z, is the equation of section 2 of docs/microarchitecture.md for
// every z, with a table of numbers without any order (the right tables are verif/unit/test_pwl.c's matter).
`default_nettype none

module func #(
    parameter integer TANH = 0,
    parameter integer Z_BITS = 10,
    parameter integer GATE_BITS = 8,
    parameter integer GATE_FRAC = 6,
    parameter integer ENTRY_BITS = 4,
    parameter integer SLOPE_BITS = 5,
    parameter integer FUNC_REGS = 2,
    parameter integer FUNC_DSP = 1
) (
    input wire clk,
    input wire signed [Z_BITS-1:0] z
);
    localparam integer START_BITS = GATE_BITS + 2;
    localparam integer WORD_BITS = START_BITS + SLOPE_BITS;
    localparam integer D = Z_BITS - TANH;
    localparam integer LOW = D - ENTRY_BITS;

    // an entry: bits of a number that differs much from that of the next
    function [WORD_BITS-1:0] entry_of(input integer e);
        entry_of = (e * 40503 + 12345) ^ (e * 7919 << 7);
    endfunction
    function [(1<<ENTRY_BITS)*WORD_BITS-1:0] table_of(input integer unused);
        integer e;
        for (e = 0; e < (1 << ENTRY_BITS); e = e + 1)
            table_of[e*WORD_BITS +: WORD_BITS] = entry_of(e + unused);
    endfunction
    localparam [(1<<ENTRY_BITS)*WORD_BITS-1:0] TABLE = table_of(0);

    wire signed [GATE_BITS-1:0] y;
    brds_func #(
        .TANH(TANH), .Z_BITS(Z_BITS), .GATE_BITS(GATE_BITS), .GATE_FRAC(GATE_FRAC), .ENTRY_BITS(ENTRY_BITS),
        .SLOPE_BITS(SLOPE_BITS), .TABLE(TABLE), .FUNC_REGS(FUNC_REGS), .FUNC_DSP(FUNC_DSP)
    ) dut (.clk(clk), .z(z), .y(y));

    // ---- reference ----
    wire signed [Z_BITS:0] top = (1 << (D - 1)) - 1;
    wire signed [Z_BITS:0] zi = z > top ? top : z < -top - 1 ? -top - 1 : z;
    wire [D-1:0] place = zi + (1 << (D - 1));         // from the lower end of the domain
    wire [D-1:0] entry = place >> LOW;
    wire [47:0] dz = place - (entry << LOW);
    wire [WORD_BITS-1:0] word = TABLE >> entry * WORD_BITS;
    wire signed [START_BITS-1:0] start = word >> SLOPE_BITS;
    wire [SLOPE_BITS-1:0] slope_bits = word;
    wire signed [47:0] wide_start = start;
    wire signed [47:0] slope = {1'b0, slope_bits};
    wire signed [47:0] sum = (wide_start <<< (GATE_FRAC - 3)) + slope * dz;
    wire [GATE_BITS-1:0] result = sum >>> (GATE_FRAC - 1);

    reg [2:0] age = 0;
    reg [3*GATE_BITS-1:0] line;
    always @(posedge clk) begin
        line <= {line, result};
        if (age != 7)
            age <= age + 1;
    end
    always @* begin
        assert (age < FUNC_REGS || y == line[(FUNC_REGS-1)*GATE_BITS +: GATE_BITS]);
        cover (age == 4 && y < 0);
        cover (age == 4 && z == {1'b1, {(Z_BITS-1){1'b0}}} && y > 3);
    end
endmodule

`default_nettype wire
