// SPDX-License-Identifier: Apache-2.0
//
// brds_sdp: a read gives what was last written to its address, and the register keeps it until the next
// read.  One word is watched, at any address.  The environment reads no address in the cycle in which
// it is written (sdp_model.v asserts that wherever the memory is used).
`default_nettype none

module sdp #(
    parameter integer BITS = 16,
    parameter integer ADDR_BITS = 2      // at most 3
) (
    input wire clk,
    input wire we,
    input wire [ADDR_BITS-1:0] waddr,
    input wire [BITS-1:0] wdata,
    input wire re,
    input wire [ADDR_BITS-1:0] raddr
);
    wire [BITS-1:0] rdata;
    brds_sdp #(.BITS(BITS), .ADDR_BITS(ADDR_BITS)) dut (
        .clk(clk), .we(we), .waddr(waddr), .wdata(wdata), .re(re), .raddr(raddr), .rdata(rdata));

    (* anyconst *) reg [ADDR_BITS-1:0] watched;
    reg written = 0, shown = 0;          // the word is known; rdata holds a known word
    reg [BITS-1:0] kept, shown_word;
    always @(posedge clk) begin
        if (we && waddr == watched) begin
            written <= 1;
            kept <= wdata;
        end
        if (re) begin
            shown <= written && raddr == watched;
            shown_word <= kept;
        end
    end

    // invariant: the memory's words, as yosys' memory_map names them
    (* hierconn *) wire [BITS-1:0] \dut.words[0] , \dut.words[1] , \dut.words[2] , \dut.words[3] ,
        \dut.words[4] , \dut.words[5] , \dut.words[6] , \dut.words[7] ;
    wire [8*BITS-1:0] words = {\dut.words[7] , \dut.words[6] , \dut.words[5] , \dut.words[4] ,
        \dut.words[3] , \dut.words[2] , \dut.words[1] , \dut.words[0] };
    always @* assert (!written || words[watched*BITS +: BITS] == kept);

    always @* begin
        assume (!(we && re && waddr == raddr));
        assert (!shown || rdata == shown_word);
        cover (shown && rdata == {BITS{1'b1}} && !re);
    end
endmodule

`default_nettype wire
