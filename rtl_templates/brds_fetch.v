// SPDX-License-Identifier: Apache-2.0
//
// Purpose: one copy of the vector memory and the column that is read from it.
//   column: absolute: the index;  relative: (first ? 0 : previous column) + index, modulo the half
//   operand = vector[base | column]
// Latency: from the index RELATIVE + MEMORY_REGS cycles.  `base` and `re` arrive RELATIVE cycles after
// the index.  Initiation interval: 1.
`default_nettype none

module brds_fetch #(
    // words written at once (element lanes)
    parameter integer ELEMS = 1,
    // bits of a vector element
    parameter integer ACT_BITS = 16,
    // bits of the index
    parameter integer INDEX_BITS = 7,
    // words of a half of the vector memory
    parameter integer HALF = 128,
    // address bits of both halves
    parameter integer ADDR_BITS = 8,
    // registers on the memory's read path
    parameter integer MEMORY_REGS = 1,
    // 1: the index is the distance to the previous column
    parameter integer RELATIVE = 0
) (
    input  wire                               clk,
    input  wire [INDEX_BITS-1:0]              index,
    // the index is of a group's first beat
    input  wire                               first,
    // parity and slot of the vector
    input  wire [ADDR_BITS-1:0]               base,
    // the operand is used (simulation check only)
    input  wire                               re,
    input  wire [ELEMS-1:0]                   we,
    input  wire [ADDR_BITS-$clog2(ELEMS)-1:0] waddr,
    input  wire [ELEMS*ACT_BITS-1:0]          wdata,
    output wire [ACT_BITS-1:0]                operand
);
    // bits of a column: the half's, of which there may be none
    localparam integer COLUMN_BITS = (ADDR_BITS < 2) ? 1 : ADDR_BITS - 1;

    wire [31:0] wide_index = {{(32-INDEX_BITS){1'b0}}, index};
    wire [31:0] wide_column;

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

    wire unused_column = &{1'b0, wide_column[31:ADDR_BITS]};
    brds_vmem #(
        .ELEMS(ELEMS), .ACT_BITS(ACT_BITS), .HALF(HALF), .ADDR_BITS(ADDR_BITS),
        .MEMORY_REGS(MEMORY_REGS)
    ) u_vector (
        .clk(clk), .we(we), .waddr(waddr), .wdata(wdata),
        .re(re), .raddr(base | wide_column[ADDR_BITS-1:0]), .rdata(operand)
    );
endmodule

`default_nettype wire
