// SPDX-License-Identifier: Apache-2.0
//
// Purpose: one lane's copy of the vector memory: two halves (step parity) of
// HALF words, in ELEMS banks so that a row of ELEMS results is written at once.
//   rdata(n) = word raddr(n - MEMORY_REGS);  bank = address mod ELEMS, row = address / ELEMS
// Latency: MEMORY_REGS cycles.  Initiation interval: 1.
`default_nettype none

module brds_vmem #(
    // banks: words of a row (a power of two)
    parameter integer ELEMS = 1,
    // bits of a word
    parameter integer ACT_BITS = 16,
    // words of a half: a power of two, at least ELEMS
    parameter integer HALF = 128,
    // address bits of both halves: clog2(2*HALF)
    parameter integer ADDR_BITS = 8,
    // registers on the read path, 1 or 2 (the second one behind the choice of the bank)
    parameter integer MEMORY_REGS = 1
) (
    input  wire                               clk,
    input  wire [ELEMS-1:0]                   we,
    input  wire [ADDR_BITS-$clog2(ELEMS)-1:0] waddr,
    input  wire [ELEMS*ACT_BITS-1:0]          wdata,
    // the word read in this cycle is used (simulation check only)
    input  wire                               re,
    input  wire [ADDR_BITS-1:0]               raddr,
    output wire [ACT_BITS-1:0]                rdata
);
    localparam integer BANK_BITS = $clog2(ELEMS);
    localparam integer ROW_BITS = ADDR_BITS - BANK_BITS;

    wire [ELEMS*ACT_BITS-1:0] row;
    wire [ACT_BITS-1:0]       word;

    brds_ram #(
        .WIDTH(ACT_BITS), .LANES(ELEMS), .DEPTH(2 * HALF / ELEMS), .ADDR_BITS(ROW_BITS),
        .REGS(1), .CLEAR(1)
    ) u_ram (
        .clk(clk), .we(we), .waddr(waddr), .wdata(wdata),
        .re(re), .raddr(raddr[ADDR_BITS-1:BANK_BITS]), .rdata(row)
    );

    generate
        if (ELEMS == 1) begin : g_one
            assign word = row;
        end else begin : g_banks
            wire [BANK_BITS-1:0] bank;
            brds_delay #(.WIDTH(BANK_BITS), .DEPTH(1)) u_bank (
                .clk(clk), .d(raddr[BANK_BITS-1:0]), .q(bank)
            );
            brds_mux #(.COUNT(ELEMS), .WIDTH(ACT_BITS), .SEL_BITS(BANK_BITS)) u_mux (.d(row), .sel(bank), .q(word));
        end
    endgenerate

    brds_delay #(.WIDTH(ACT_BITS), .DEPTH(MEMORY_REGS - 1)) u_out (.clk(clk), .d(word), .q(rdata));
endmodule

`default_nettype wire
