// SPDX-License-Identifier: Apache-2.0
//
// The memory brds_sdp as a proof sees it: it remembers one word, at an address that the solver chooses,
// and gives anything for the others.  What is proven with it holds for the real memory, of which
// sdp.v proves that it does all that this one promises.  It also asserts what brds_sdp asks for: no
// address is read in the cycle in which it is written.
`default_nettype none

module brds_sdp #(
    // bits of a word
    parameter integer BITS = 16,
    // address bits
    parameter integer ADDR_BITS = 4
) (
    input wire clk,
    input wire we,
    input wire [ADDR_BITS-1:0] waddr,
    input wire [BITS-1:0] wdata,
    input wire re,
    input wire [ADDR_BITS-1:0] raddr,
    output reg [BITS-1:0] rdata
);
    (* anyconst *) reg [ADDR_BITS-1:0] watched;
    (* anyseq *) reg [BITS-1:0] other;
    reg [BITS-1:0] kept;

    always @(posedge clk) begin
        if (we && waddr == watched)
            kept <= wdata;
        if (re)
            rdata <= raddr == watched ? kept : other;
    end

    // a reset comes first
    reg started = 0;
    always @(posedge clk) started <= 1;
    always @* assert (!started || !(we && re && waddr == raddr));
endmodule

`default_nettype wire
