// SPDX-License-Identifier: Apache-2.0
//
// Purpose: simple dual-port memory of one clock, in the form that every tool
// maps to block or LUT RAM: registered read, no reset on the read register,
// LANES words of WIDTH bits a row with a write enable each.
//   rdata(n) = row raddr(n - REGS)
// A read of the row that is written in the same cycle returns anything: the
// machine never uses such a word.  Simulation checks that: `re` marks a read
// whose word is used; it steers no logic.  Simulation also starts with CLEAR
// memories at zero; on the device the contents are whatever they are.
// Latency: REGS cycles.  Initiation interval: 1.
`default_nettype none

module brds_ram #(
    // bits of a word
    parameter integer WIDTH = 16,
    // words of a row, each with its write enable
    parameter integer LANES = 1,
    // rows
    parameter integer DEPTH = 256,
    // address bits: clog2(DEPTH), at least 1
    parameter integer ADDR_BITS = 8,
    // registers on the read path, 1 or 2
    parameter integer REGS = 1,
    // 1: simulation starts with zeros in all rows
    parameter integer CLEAR = 0
) (
    input  wire                   clk,
    input  wire [LANES-1:0]       we,
    input  wire [ADDR_BITS-1:0]   waddr,
    input  wire [LANES*WIDTH-1:0] wdata,
    input  wire                   re,
    input  wire [ADDR_BITS-1:0]   raddr,
    output wire [LANES*WIDTH-1:0] rdata
);
    // a memory of one row still has one address bit
    localparam integer ROWS = (DEPTH < 2) ? 2 : DEPTH;

    (* no_rw_check *)
    reg [LANES*WIDTH-1:0] memory [0:ROWS-1];
    reg [LANES*WIDTH-1:0] word;

    integer lane;
    always @(posedge clk) begin
        for (lane = 0; lane < LANES; lane = lane + 1)
            if (we[lane])
                memory[waddr][lane*WIDTH +: WIDTH] <= wdata[lane*WIDTH +: WIDTH];
        word <= memory[raddr];
    end

    brds_delay #(.WIDTH(LANES*WIDTH), .DEPTH(REGS - 1)) u_out (.clk(clk), .d(word), .q(rdata));

    wire unused_re = re;

`ifndef SYNTHESIS
    integer row;
    initial
        if (CLEAR != 0)
            for (row = 0; row < ROWS; row = row + 1)
                memory[row] = {LANES*WIDTH{1'b0}};

    always @(posedge clk)
        if (|we)  // outside: simulators share it between all lanes of a write bus
            if (re && raddr == waddr) begin
                $display("%m: a row is read and written in the same cycle");
                $stop;
            end
`endif
endmodule

`default_nettype wire
