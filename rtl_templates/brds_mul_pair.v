// SPDX-License-Identifier: Apache-2.0
//
// Purpose: two products of one operand in one multiplier, for DSP blocks that are wide enough.
//   p0 = a0 * b, p1 = a1 * b, from (a1 * 2^S + a0) * b = p1 * 2^S + p0 with S = A_BITS + B_BITS:
//   the low S bits are p0; what is above them is p1, less one where p0 is negative
// Latency: MUL_REGS cycles, registers as in brds_mul.  Initiation interval: 1.
`default_nettype none

module brds_mul_pair #(
    // bits of the operands
    parameter integer A_BITS = 8,
    parameter integer B_BITS = 8,
    // registers, 1..4
    parameter integer MUL_REGS = 3,
    // see brds_mul
    parameter integer MUL_KEEP = 0
) (
    input  wire                            clk,
    input  wire signed [A_BITS-1:0]        a0,
    input  wire signed [A_BITS-1:0]        a1,
    input  wire signed [B_BITS-1:0]        b,
    output wire signed [A_BITS+B_BITS-1:0] p0,
    output wire signed [A_BITS+B_BITS-1:0] p1
);
    localparam integer S = A_BITS + B_BITS;
    // a bit more than both: a1 the lowest and a0 negative
    localparam integer PACKED_BITS = S + A_BITS + 1;

    // a1 * 2^S + a0: the sign of a0 in all bits between, and taken from a1
    wire                   minus = a0[A_BITS-1];
    wire [A_BITS:0]        high = {a1[A_BITS-1], a1} - {{A_BITS{1'b0}}, minus};
    wire [PACKED_BITS-1:0] both = {high, {B_BITS{minus}}, a0};

    wire [PACKED_BITS+B_BITS-1:0] product;
    brds_mul #(
        .A_BITS(PACKED_BITS), .B_BITS(B_BITS), .MUL_REGS(MUL_REGS), .MUL_KEEP(MUL_KEEP)
    ) u_mul (.clk(clk), .a(both), .b(b), .p(product));

    assign p0 = product[S-1:0];
    assign p1 = product[2*S-1:S] + {{(S-1){1'b0}}, product[S-1]};
    wire unused_sign = &{1'b0, product[PACKED_BITS+B_BITS-1:2*S]};
endmodule

`default_nettype wire
