// SPDX-License-Identifier: Apache-2.0
//
// Purpose: the operands that the four gate rows of a processing element share: a copy of the vector
// memory for each lane.
//   x[i] = vector_x[x_base | column of x lane i], h likewise (see brds_fetch)
// Latency: from the indices RELATIVE + MEMORY_REGS cycles.  The bases and `used` arrive RELATIVE cycles
// after the indices.  Initiation interval: 1.
`default_nettype none

module brds_shared #(
    // lanes of each group
    parameter integer LANES_X = 1,
    parameter integer LANES_H = 2,
    // words written to a vector memory at once
    parameter integer ELEMS = 1,
    // bits of a vector element, of a weight, of the indices
    parameter integer ACT_BITS = 16,
    parameter integer WEIGHT_BITS = 8,
    parameter integer XI_BITS = 7,
    parameter integer HI_BITS = 7,
    // words of a half and address bits of both halves of the vector memories
    parameter integer X_HALF = 128,
    parameter integer H_HALF = 128,
    parameter integer X_ADDR_BITS = 8,
    parameter integer H_ADDR_BITS = 8,
    // registers on the memories' read path
    parameter integer MEMORY_REGS = 1,
    // 1: relative indices
    parameter integer RELATIVE = 0,
    parameter integer LANES = LANES_X + LANES_H
) (
    input  wire                                     clk,
    // of the four rows, x lanes lowest: an operand is used where one is not 0 (simulation check only)
    input  wire [4*LANES*WEIGHT_BITS-1:0]           weights,
    // x lanes lowest
    input  wire [LANES_X*XI_BITS+LANES_H*HI_BITS-1:0] indices,
    input  wire                                     first,
    input  wire [X_ADDR_BITS-1:0]                   x_base,
    input  wire [H_ADDR_BITS-1:0]                   h_base,
    input  wire                                     x_used,
    input  wire                                     h_used,
    // vector write bus
    input  wire [ELEMS-1:0]                         vx_we,
    input  wire [X_ADDR_BITS-$clog2(ELEMS)-1:0]     vx_addr,
    input  wire [ELEMS*ACT_BITS-1:0]                vx_data,
    input  wire [ELEMS-1:0]                         vh_we,
    input  wire [H_ADDR_BITS-$clog2(ELEMS)-1:0]     vh_addr,
    input  wire [ELEMS*ACT_BITS-1:0]                vh_data,
    output wire [LANES_X*ACT_BITS-1:0]              x,
    output wire [LANES_H*ACT_BITS-1:0]              h
);
    // one unit of code for each PE: see brds_row
    /*verilator no_inline_module*/

    localparam integer ROW_BITS = LANES * WEIGHT_BITS;
    wire [LANES-1:0] any, any_addressed;
    brds_delay #(.WIDTH(LANES), .DEPTH((RELATIVE != 0) ? 1 : 0)) u_any (
        .clk(clk), .d(any), .q(any_addressed)
    );

    genvar i;
    generate
        for (i = 0; i < LANES; i = i + 1) begin : g_any
            assign any[i] = |{weights[0*ROW_BITS+i*WEIGHT_BITS +: WEIGHT_BITS],
                              weights[1*ROW_BITS+i*WEIGHT_BITS +: WEIGHT_BITS],
                              weights[2*ROW_BITS+i*WEIGHT_BITS +: WEIGHT_BITS],
                              weights[3*ROW_BITS+i*WEIGHT_BITS +: WEIGHT_BITS]};
        end
        for (i = 0; i < LANES_X; i = i + 1) begin : g_x
            brds_fetch #(
                .ELEMS(ELEMS), .ACT_BITS(ACT_BITS), .INDEX_BITS(XI_BITS), .HALF(X_HALF),
                .ADDR_BITS(X_ADDR_BITS), .MEMORY_REGS(MEMORY_REGS), .RELATIVE(RELATIVE)
            ) u_fetch (
                .clk(clk), .index(indices[i*XI_BITS +: XI_BITS]), .first(first), .base(x_base),
                .re(x_used && any_addressed[i]), .we(vx_we), .waddr(vx_addr), .wdata(vx_data),
                .operand(x[i*ACT_BITS +: ACT_BITS])
            );
        end
        for (i = 0; i < LANES_H; i = i + 1) begin : g_h
            brds_fetch #(
                .ELEMS(ELEMS), .ACT_BITS(ACT_BITS), .INDEX_BITS(HI_BITS), .HALF(H_HALF),
                .ADDR_BITS(H_ADDR_BITS), .MEMORY_REGS(MEMORY_REGS), .RELATIVE(RELATIVE)
            ) u_fetch (
                .clk(clk), .index(indices[LANES_X*XI_BITS+i*HI_BITS +: HI_BITS]), .first(first),
                .base(h_base), .re(h_used && any_addressed[LANES_X+i]), .we(vh_we),
                .waddr(vh_addr), .wdata(vh_data), .operand(h[i*ACT_BITS +: ACT_BITS])
            );
        end
    endgenerate
endmodule

`default_nettype wire
