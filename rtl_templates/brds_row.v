// SPDX-License-Identifier: Apache-2.0
//
// Purpose: one gate row of a processing element: both lane groups, their adder
// trees, accumulators and drain registers.
//   sum_x = sum over the group's beats so far of sum over x lanes of product; sum_h likewise
//   last: drain <= sum, else shift: drain <= next
// Timing: with the row field at cycle n: base, x_used and h_used at n + RELATIVE, shared operands at
// n + RELATIVE + MEMORY_REGS, products from outside MUL_REGS later, acc_last at
// a = n + RELATIVE + MEMORY_REGS + MUL_REGS + TREE_STAGES (the tree's sum), acc_clear a cycle
// before the sum of a group's first field, acc_first and acc_number with the sum (see brds_acc), the
// closed row in the drain registers at a + 1.  Initiation interval: 1.
`default_nettype none

module brds_row #(
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
    // bits of the accumulators
    parameter integer XACC_BITS = 27,
    parameter integer HACC_BITS = 28,
    // words of a half and address bits of both halves of the vector memories
    parameter integer X_HALF = 128,
    parameter integer H_HALF = 128,
    parameter integer X_ADDR_BITS = 8,
    parameter integer H_ADDR_BITS = 8,
    // registers: memory read path, multiplier; levels of adders between registers
    parameter integer MEMORY_REGS = 1,
    parameter integer MUL_REGS = 3,
    parameter integer ADDER_EVERY = 1,
    // registers of both trees: those of the larger group
    parameter integer TREE_STAGES = 1,
    // see brds_mul
    parameter integer MUL_KEEP = 0,
    parameter integer MUL_DSP = 1,
    // 1: relative indices
    parameter integer RELATIVE = 0,
    // 1: the lanes of a group share a copy of the vector, a bank each
    parameter integer BANKED = 0,
    // bits of the number of an open row group; 0: one group at a time
    parameter integer OPEN_BITS = 0,
    // 1: the operands come from outside; a lane field is the weight alone.  2: so do the products
    parameter integer SHARED = 0,
    parameter integer SHARED_BITS = ACT_BITS + ((SHARED == 2) ? WEIGHT_BITS : 0),
    parameter integer XL_BITS = WEIGHT_BITS + ((SHARED != 0) ? 0 : XI_BITS),
    parameter integer HL_BITS = WEIGHT_BITS + ((SHARED != 0) ? 0 : HI_BITS)
) (
    input  wire                                     clk,
    input  wire [LANES_X*XL_BITS+LANES_H*HL_BITS-1:0] field,
    input  wire                                     first,
    input  wire [X_ADDR_BITS-1:0]                   x_base,
    input  wire [H_ADDR_BITS-1:0]                   h_base,
    input  wire                                     x_used,
    input  wire                                     h_used,
    input  wire                                     acc_clear,
    input  wire                                     acc_enable,
    input  wire                                     acc_first,
    input  wire [((OPEN_BITS > 0) ? OPEN_BITS : 1)-1:0] acc_number,
    input  wire                                     acc_last,
    // vector write bus
    input  wire [ELEMS-1:0]                         vx_we,
    input  wire [X_ADDR_BITS-$clog2(ELEMS)-1:0]     vx_addr,
    input  wire [ELEMS*ACT_BITS-1:0]                vx_data,
    input  wire [ELEMS-1:0]                         vh_we,
    input  wire [H_ADDR_BITS-$clog2(ELEMS)-1:0]     vh_addr,
    input  wire [ELEMS*ACT_BITS-1:0]                vh_data,
    // operands or products from outside
    input  wire [LANES_X*SHARED_BITS-1:0]           shared_x,
    input  wire [LANES_H*SHARED_BITS-1:0]           shared_h,
    // drain registers; next: those of the row that follows
    input  wire                                     drain_shift,
    input  wire [XACC_BITS-1:0]                     next_x,
    input  wire [HACC_BITS-1:0]                     next_h,
    output reg  [XACC_BITS-1:0]                     drain_x,
    output reg  [HACC_BITS-1:0]                     drain_h
);
    // one unit of code for each row: Verilator's model is half as large and twice as fast
    /*verilator no_inline_module*/

    localparam integer PRODUCT_BITS = WEIGHT_BITS + ACT_BITS;

    wire [LANES_X*PRODUCT_BITS-1:0] products_x;
    wire [LANES_H*PRODUCT_BITS-1:0] products_h;

    genvar i;
    generate
        if (SHARED == 2) begin : g_products
            wire unused = &{1'b0, field, first, x_base, h_base, x_used, h_used, vx_we, vx_addr,
                            vx_data, vh_we, vh_addr, vh_data};
            assign products_x = shared_x;
            assign products_h = shared_h;
        end else begin : g_lanes
            for (i = 0; i < LANES_X; i = i + 1) begin : g_x
                brds_lane #(
                    .ELEMS(ELEMS), .ACT_BITS(ACT_BITS), .WEIGHT_BITS(WEIGHT_BITS),
                    .INDEX_BITS(XI_BITS), .BANKS((BANKED != 0) ? LANES_X : 1),
                    .BANK((BANKED != 0) ? i : 0), .HALF(X_HALF), .ADDR_BITS(X_ADDR_BITS),
                    .MEMORY_REGS(MEMORY_REGS), .MUL_REGS(MUL_REGS), .MUL_KEEP(MUL_KEEP),
                    .MUL_DSP(MUL_DSP), .RELATIVE(RELATIVE), .SHARED(SHARED)
                ) u_lane (
                    .clk(clk), .field(field[i*XL_BITS +: XL_BITS]), .first(first), .base(x_base),
                    .used(x_used), .we(vx_we), .waddr(vx_addr), .wdata(vx_data),
                    .shared(shared_x[i*ACT_BITS +: ACT_BITS]),
                    .product(products_x[i*PRODUCT_BITS +: PRODUCT_BITS])
                );
            end
            for (i = 0; i < LANES_H; i = i + 1) begin : g_h
                brds_lane #(
                    .ELEMS(ELEMS), .ACT_BITS(ACT_BITS), .WEIGHT_BITS(WEIGHT_BITS),
                    .INDEX_BITS(HI_BITS), .BANKS((BANKED != 0) ? LANES_H : 1),
                    .BANK((BANKED != 0) ? i : 0), .HALF(H_HALF), .ADDR_BITS(H_ADDR_BITS),
                    .MEMORY_REGS(MEMORY_REGS), .MUL_REGS(MUL_REGS), .MUL_KEEP(MUL_KEEP),
                    .MUL_DSP(MUL_DSP), .RELATIVE(RELATIVE), .SHARED(SHARED)
                ) u_lane (
                    .clk(clk), .field(field[LANES_X*XL_BITS+i*HL_BITS +: HL_BITS]), .first(first),
                    .base(h_base), .used(h_used), .we(vh_we), .waddr(vh_addr), .wdata(vh_data),
                    .shared(shared_h[i*ACT_BITS +: ACT_BITS]),
                    .product(products_h[i*PRODUCT_BITS +: PRODUCT_BITS])
                );
            end
        end
    endgenerate

    wire signed [XACC_BITS-1:0] tree_x;
    wire signed [HACC_BITS-1:0] tree_h;
    brds_tree #(
        .COUNT(LANES_X), .IN_BITS(PRODUCT_BITS), .OUT_BITS(XACC_BITS), .EVERY(ADDER_EVERY),
        .STAGES(TREE_STAGES)
    ) u_tree_x (.clk(clk), .d(products_x), .sum(tree_x));
    brds_tree #(
        .COUNT(LANES_H), .IN_BITS(PRODUCT_BITS), .OUT_BITS(HACC_BITS), .EVERY(ADDER_EVERY),
        .STAGES(TREE_STAGES)
    ) u_tree_h (.clk(clk), .d(products_h), .sum(tree_h));

    wire signed [XACC_BITS-1:0] sum_x;
    wire signed [HACC_BITS-1:0] sum_h;
    brds_acc #(.BITS(XACC_BITS), .OPEN_BITS(OPEN_BITS)) u_acc_x (
        .clk(clk), .d(tree_x), .enable(acc_enable), .clear(acc_clear), .first(acc_first), .number(acc_number),
        .sum(sum_x)
    );
    brds_acc #(.BITS(HACC_BITS), .OPEN_BITS(OPEN_BITS)) u_acc_h (
        .clk(clk), .d(tree_h), .enable(acc_enable), .clear(acc_clear), .first(acc_first), .number(acc_number),
        .sum(sum_h)
    );

    always @(posedge clk)
        if (acc_last) begin
            drain_x <= sum_x;
            drain_h <= sum_h;
        end else if (drain_shift) begin
            drain_x <= next_x;
            drain_h <= next_h;
        end
endmodule

`default_nettype wire
