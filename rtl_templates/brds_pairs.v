// SPDX-License-Identifier: Apache-2.0
//
// Purpose: the products of two gate rows whose lanes share their operands, two to a multiplier.
//   products0[i] = weight i of the first row * operand[i], products1[i] of the second
// Latency: from the weights RELATIVE + MEMORY_REGS + MUL_REGS cycles; the operands arrive RELATIVE +
// MEMORY_REGS cycles after the weights.  Initiation interval: 1.
`default_nettype none

module brds_pairs #(
    // lanes of both groups
    parameter integer LANES = 3,
    // bits of a vector element, of a weight
    parameter integer ACT_BITS = 8,
    parameter integer WEIGHT_BITS = 8,
    // registers: memory read path, multiplier
    parameter integer MEMORY_REGS = 1,
    parameter integer MUL_REGS = 3,
    // see brds_mul
    parameter integer MUL_KEEP = 0,
    // 1: relative indices
    parameter integer RELATIVE = 0,
    parameter integer PRODUCT_BITS = WEIGHT_BITS + ACT_BITS
) (
    input  wire                          clk,
    input  wire [LANES*WEIGHT_BITS-1:0]  weights0,
    input  wire [LANES*WEIGHT_BITS-1:0]  weights1,
    input  wire [LANES*ACT_BITS-1:0]     operands,
    output wire [LANES*PRODUCT_BITS-1:0] products0,
    output wire [LANES*PRODUCT_BITS-1:0] products1
);
    // one unit of code for each pair: see brds_row
    /*verilator no_inline_module*/

    wire [LANES*WEIGHT_BITS-1:0] first, second;
    brds_delay #(
        .WIDTH(2 * LANES * WEIGHT_BITS), .DEPTH(MEMORY_REGS + ((RELATIVE != 0) ? 1 : 0))
    ) u_weights (.clk(clk), .d({weights1, weights0}), .q({second, first}));

    genvar i;
    generate
        for (i = 0; i < LANES; i = i + 1) begin : g_lane
            brds_mul_pair #(
                .A_BITS(WEIGHT_BITS), .B_BITS(ACT_BITS), .MUL_REGS(MUL_REGS), .MUL_KEEP(MUL_KEEP)
            ) u_mul (
                .clk(clk), .a0(first[i*WEIGHT_BITS +: WEIGHT_BITS]),
                .a1(second[i*WEIGHT_BITS +: WEIGHT_BITS]), .b(operands[i*ACT_BITS +: ACT_BITS]),
                .p0(products0[i*PRODUCT_BITS +: PRODUCT_BITS]),
                .p1(products1[i*PRODUCT_BITS +: PRODUCT_BITS])
            );
        end
    endgenerate
endmodule

`default_nettype wire
