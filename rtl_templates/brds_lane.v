// SPDX-License-Identifier: Apache-2.0
//
// Purpose: one multiplier lane of a gate row: a copy of the vector memory, the
// column it reads, and the multiplier.
//   column: absolute: the index of the lane field
//           relative: (first ? 0 : previous column) + index, modulo the half
//   product = weight * vector[base | column]
// Latency: from the lane field RELATIVE + MEMORY_REGS + MUL_REGS cycles.  `base`
// and `used` arrive RELATIVE cycles after the field.  Initiation interval: 1.
`default_nettype none

module brds_lane #(
    // words written at once (element lanes)
    parameter integer ELEMS = 1,
    // bits of a vector element
    parameter integer ACT_BITS = 16,
    // bits of a weight
    parameter integer WEIGHT_BITS = 8,
    // bits of the index above it
    parameter integer INDEX_BITS = 7,
    // words of a half of the vector memory
    parameter integer HALF = 128,
    // address bits of both halves
    parameter integer ADDR_BITS = 8,
    // registers on the memory's read path
    parameter integer MEMORY_REGS = 1,
    // registers of the multiplier
    parameter integer MUL_REGS = 3,
    // see brds_mul
    parameter integer MUL_KEEP = 0,
    // 1: the index is the distance to the previous column
    parameter integer RELATIVE = 0
) (
    input  wire                                   clk,
    // lane field: {index, weight}
    input  wire [INDEX_BITS+WEIGHT_BITS-1:0]      field,
    // the field is of a group's first beat
    input  wire                                   first,
    // parity and slot of the vector
    input  wire [ADDR_BITS-1:0]                   base,
    // the beat is valid (simulation check only)
    input  wire                                   used,
    input  wire [ELEMS-1:0]                       we,
    input  wire [ADDR_BITS-$clog2(ELEMS)-1:0]     waddr,
    input  wire [ELEMS*ACT_BITS-1:0]              wdata,
    output wire signed [WEIGHT_BITS+ACT_BITS-1:0] product
);
    // bits of a column: the half's, of which there may be none
    localparam integer COLUMN_BITS = (ADDR_BITS < 2) ? 1 : ADDR_BITS - 1;

    wire [WEIGHT_BITS-1:0] weight = field[WEIGHT_BITS-1:0];
    wire [INDEX_BITS-1:0]  index = field[WEIGHT_BITS +: INDEX_BITS];
    wire [31:0]            wide_index = {{(32-INDEX_BITS){1'b0}}, index};
    wire [31:0]            wide_column;
    wire [WEIGHT_BITS-1:0] address_weight;

    generate
        if (RELATIVE != 0) begin : g_relative
            reg [COLUMN_BITS-1:0] column;
            always @(posedge clk)
                column <= (first ? {COLUMN_BITS{1'b0}} : column) + wide_index[COLUMN_BITS-1:0];
            assign wide_column = {{(32-COLUMN_BITS){1'b0}}, column};
            wire unused_index = &{1'b0, wide_index[31:COLUMN_BITS]};
        end else begin : g_absolute
            assign wide_column = wide_index;
            wire unused_first = first;
        end
    endgenerate

    // the weight beside its address, and beside its operand
    wire [WEIGHT_BITS-1:0] operand_weight;
    brds_delay #(.WIDTH(WEIGHT_BITS), .DEPTH((RELATIVE != 0) ? 1 : 0)) u_weight_a (
        .clk(clk), .d(weight), .q(address_weight)
    );
    brds_delay #(.WIDTH(WEIGHT_BITS), .DEPTH(MEMORY_REGS)) u_weight_o (
        .clk(clk), .d(address_weight), .q(operand_weight)
    );

    wire [ACT_BITS-1:0] operand;
    wire                unused_column = &{1'b0, wide_column[31:ADDR_BITS]};
    brds_vmem #(
        .ELEMS(ELEMS), .ACT_BITS(ACT_BITS), .HALF(HALF), .ADDR_BITS(ADDR_BITS),
        .MEMORY_REGS(MEMORY_REGS)
    ) u_vector (
        .clk(clk), .we(we), .waddr(waddr), .wdata(wdata),
        .re(used && (|address_weight)), .raddr(base | wide_column[ADDR_BITS-1:0]),
        .rdata(operand)
    );

    brds_mul #(
        .A_BITS(WEIGHT_BITS), .B_BITS(ACT_BITS), .MUL_REGS(MUL_REGS), .MUL_KEEP(MUL_KEEP)
    ) u_mul (
        .clk(clk), .a(operand_weight), .b(operand), .p(product)
    );
endmodule

`default_nettype wire
