// SPDX-License-Identifier: Apache-2.0
//
// Purpose: what a lane's memory takes of the vector write bus where the lanes of a row share a copy of the
// vector: word a belongs to bank a mod BANKS, as word a / BANKS of it.
//   ELEMS >= BANKS: words BANK, BANK + BANKS ... of the row;  else: word BANK mod ELEMS of every
//   (BANKS / ELEMS)-th row
// Latency: none (wires and a comparison).
`default_nettype none

module brds_bank #(
    // words of a row of the bus; banks: powers of two
    parameter integer ELEMS = 1,
    parameter integer BANKS = 2,
    // this bank, 0 .. BANKS - 1
    parameter integer BANK = 0,
    // bits of a word
    parameter integer ACT_BITS = 16,
    // address bits of a row, at least log2(BANKS / ELEMS) + 1
    parameter integer ROW_BITS = 8,
    // words of a row that are the bank's; address bits of its rows
    parameter integer OWN_ELEMS = (ELEMS > BANKS) ? ELEMS / BANKS : 1,
    parameter integer OWN_ROW_BITS = (ELEMS >= BANKS) ? ROW_BITS : ROW_BITS - $clog2(BANKS / ELEMS)
) (
    input  wire [ELEMS-1:0]              we,
    input  wire [ROW_BITS-1:0]           waddr,
    input  wire [ELEMS*ACT_BITS-1:0]     wdata,
    output wire [OWN_ELEMS-1:0]          own_we,
    output wire [OWN_ROW_BITS-1:0]       own_waddr,
    output wire [OWN_ELEMS*ACT_BITS-1:0] own_wdata
);
    // the others' words
    wire unused = &{1'b0, we, wdata};
    genvar i;
    generate
        if (ELEMS >= BANKS) begin : g_words
            for (i = 0; i < OWN_ELEMS; i = i + 1) begin : g_word
                assign own_we[i] = we[i*BANKS+BANK];
                assign own_wdata[i*ACT_BITS +: ACT_BITS] = wdata[(i*BANKS+BANK)*ACT_BITS +: ACT_BITS];
            end
            assign own_waddr = waddr;
        end else begin : g_rows
            localparam integer WORD = BANK % ELEMS;
            localparam integer TURN = BANK / ELEMS;
            localparam integer TURN_BITS = ROW_BITS - OWN_ROW_BITS;
            assign own_we = we[WORD] && waddr[TURN_BITS-1:0] == TURN[TURN_BITS-1:0];
            assign own_wdata = wdata[WORD*ACT_BITS +: ACT_BITS];
            assign own_waddr = waddr[ROW_BITS-1:TURN_BITS];
        end
    endgenerate
endmodule

`default_nettype wire
