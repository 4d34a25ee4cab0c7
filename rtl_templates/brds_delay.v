// SPDX-License-Identifier: Apache-2.0
//
// Purpose: a shift register for data.  It has no reset, so that tools may put
// it into shift-register LUTs; valid bits go through brds_flags.
//   q(n) = d(n - DEPTH)
// Latency: DEPTH cycles (0: a wire).  Initiation interval: 1.
`default_nettype none

module brds_delay #(
    // bits of the word
    parameter integer WIDTH = 8,
    // cycles of delay, 0 or more
    parameter integer DEPTH = 1
) (
    input  wire             clk,
    input  wire [WIDTH-1:0] d,
    output wire [WIDTH-1:0] q
);
    generate
        if (DEPTH == 0) begin : g_wire
            wire unused_clk = clk;
            assign q = d;
        end else if (DEPTH == 1) begin : g_one
            reg [WIDTH-1:0] line;
            always @(posedge clk)
                line <= d;
            assign q = line;
        end else begin : g_line
            reg [DEPTH*WIDTH-1:0] line;
            always @(posedge clk)
                line <= {line[(DEPTH-1)*WIDTH-1:0], d};
            assign q = line[DEPTH*WIDTH-1 -: WIDTH];
        end
    endgenerate
endmodule

`default_nettype wire
