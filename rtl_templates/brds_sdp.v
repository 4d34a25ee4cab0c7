// SPDX-License-Identifier: Apache-2.0
//
// brds_sdp: a simple dual-port memory, one write port and one read port with a register.
//
//   No address is read in the cycle in which it is written.
//
// Latency 1 from read to data, initiation interval 1.
`default_nettype none

module brds_sdp #(
    // bits of a word
    parameter integer BITS = 16,
    // address bits; the depth is 2**ADDR_BITS
    parameter integer ADDR_BITS = 4
) (
    input wire clk,
    input wire we,
    input wire [ADDR_BITS-1:0] waddr,
    input wire [BITS-1:0] wdata,
    input wire re,                       // 0: rdata stays
    input wire [ADDR_BITS-1:0] raddr,
    output reg [BITS-1:0] rdata
);
    (* no_rw_check *)
    reg [BITS-1:0] words [0:2**ADDR_BITS-1];

    always @(posedge clk) begin
        if (we)
            words[waddr] <= wdata;
        if (re)
            rdata <= words[raddr];
    end
endmodule

`default_nettype wire
