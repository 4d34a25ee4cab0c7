// SPDX-License-Identifier: Apache-2.0
//
// Purpose: a shift register for flags that must be 0 after a reset.
//   q(n) = d(n - DEPTH)
// Latency: DEPTH cycles (0: a wire).  Initiation interval: 1.
`default_nettype none

module brds_flags #(
    // number of flags
    parameter integer WIDTH = 1,
    // cycles of delay, 0 or more
    parameter integer DEPTH = 1
) (
    input  wire             clk,
    input  wire             rst,
    input  wire [WIDTH-1:0] d,
    output wire [WIDTH-1:0] q
);
    generate
        if (DEPTH == 0) begin : g_wire
            wire [1:0] unused_clk = {clk, rst};
            assign q = d;
        end else if (DEPTH == 1) begin : g_one
            reg [WIDTH-1:0] line;
            always @(posedge clk)
                if (rst)
                    line <= {WIDTH{1'b0}};
                else
                    line <= d;
            assign q = line;
        end else begin : g_line
            reg [DEPTH*WIDTH-1:0] line;
            always @(posedge clk)
                if (rst)
                    line <= {DEPTH*WIDTH{1'b0}};
                else
                    line <= {line[(DEPTH-1)*WIDTH-1:0], d};
            assign q = line[DEPTH*WIDTH-1 -: WIDTH];
        end
    endgenerate
endmodule

`default_nettype wire
