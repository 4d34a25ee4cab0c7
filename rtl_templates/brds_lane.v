// SPDX-License-Identifier: Apache-2.0
//
// Purpose: one multiplier lane of a gate row, with its own copy of the vector memory, a bank of the
// copy that the lanes of its row share, or an operand that the four rows of a PE share.
//   product = weight * operand;  own copy: operand = vector[base | column] (see brds_fetch);  bank: the index is
//   column / BANKS, for columns BANK, BANK + BANKS ...
// Latency: from the lane field RELATIVE + MEMORY_REGS + MUL_REGS cycles.  `base` and `used` arrive
// RELATIVE cycles after the field, `shared` RELATIVE + MEMORY_REGS.  Initiation interval: 1.
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
    // lanes that share a copy, a power of two (1: none does); which of them this is
    parameter integer BANKS = 1,
    parameter integer BANK = 0,
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
    parameter integer MUL_DSP = 1,
    // 1: the index is the distance to the previous column
    parameter integer RELATIVE = 0,
    // 1: no copy of its own; the field is the weight alone
    parameter integer SHARED = 0,
    parameter integer FIELD_BITS = WEIGHT_BITS + ((SHARED != 0) ? 0 : INDEX_BITS)
) (
    input  wire                                   clk,
    // lane field: {index, weight}
    input  wire [FIELD_BITS-1:0]                  field,
    // the field is of a group's first beat
    input  wire                                   first,
    // parity and slot of the vector
    input  wire [ADDR_BITS-1:0]                   base,
    // the beat is valid (simulation check only)
    input  wire                                   used,
    input  wire [ELEMS-1:0]                       we,
    input  wire [ADDR_BITS-$clog2(ELEMS)-1:0]     waddr,
    input  wire [ELEMS*ACT_BITS-1:0]              wdata,
    // the operand, if it is shared
    input  wire [ACT_BITS-1:0]                    shared,
    output wire signed [WEIGHT_BITS+ACT_BITS-1:0] product
);
    // the weight beside its address, and beside its operand
    wire [WEIGHT_BITS-1:0] weight = field[WEIGHT_BITS-1:0];
    wire [WEIGHT_BITS-1:0] address_weight, operand_weight;
    brds_delay #(.WIDTH(WEIGHT_BITS), .DEPTH((RELATIVE != 0) ? 1 : 0)) u_weight_a (
        .clk(clk), .d(weight), .q(address_weight)
    );
    brds_delay #(.WIDTH(WEIGHT_BITS), .DEPTH(MEMORY_REGS)) u_weight_o (
        .clk(clk), .d(address_weight), .q(operand_weight)
    );

    wire [ACT_BITS-1:0] operand;
    generate
        if (SHARED != 0) begin : g_shared
            wire unused = &{1'b0, first, base, used, we, waddr, wdata};
            assign operand = shared;
        end else begin : g_own
            localparam integer SHIFT = $clog2(BANKS);
            localparam integer OWN_ELEMS = (ELEMS > BANKS) ? ELEMS / BANKS : 1;
            localparam integer OWN_BITS = ADDR_BITS - SHIFT;
            wire [OWN_ELEMS-1:0]                   own_we;
            wire [OWN_BITS-$clog2(OWN_ELEMS)-1:0]  own_waddr;
            wire [OWN_ELEMS*ACT_BITS-1:0]          own_wdata;
            // slots begin at multiples of BANKS
            wire unused = &{1'b0, shared, base};
            brds_bank #(
                .ELEMS(ELEMS), .BANKS(BANKS), .BANK(BANK), .ACT_BITS(ACT_BITS),
                .ROW_BITS(ADDR_BITS - $clog2(ELEMS))
            ) u_bank (
                .we(we), .waddr(waddr), .wdata(wdata),
                .own_we(own_we), .own_waddr(own_waddr), .own_wdata(own_wdata)
            );
            brds_fetch #(
                .ELEMS(OWN_ELEMS), .ACT_BITS(ACT_BITS), .INDEX_BITS(INDEX_BITS), .HALF(HALF / BANKS),
                .ADDR_BITS(OWN_BITS), .MEMORY_REGS(MEMORY_REGS), .RELATIVE(RELATIVE)
            ) u_fetch (
                .clk(clk), .index(field[WEIGHT_BITS +: INDEX_BITS]), .first(first),
                .base(base[ADDR_BITS-1:SHIFT]), .re(used && (|address_weight)),
                .we(own_we), .waddr(own_waddr), .wdata(own_wdata), .operand(operand)
            );
        end
    endgenerate

    brds_mul #(
        .A_BITS(WEIGHT_BITS), .B_BITS(ACT_BITS), .MUL_REGS(MUL_REGS), .MUL_KEEP(MUL_KEEP),
        .MUL_DSP(MUL_DSP)
    ) u_mul (
        .clk(clk), .a(operand_weight), .b(operand), .p(product)
    );
endmodule

`default_nettype wire
