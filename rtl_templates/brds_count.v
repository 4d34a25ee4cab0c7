// SPDX-License-Identifier: Apache-2.0
//
// brds_count: an event counter that stays at its largest value.
//
//   value <= clear ? 0 : min(value + add, 2^BITS - 1)
//
// Latency 1, initiation interval 1.
`default_nettype none

module brds_count #(
    // bits of the counter
    parameter integer BITS = 32,
    // bits of the increment, below BITS
    parameter integer ADD_BITS = 1
) (
    input wire clk,
    input wire rst,
    input wire clear,
    input wire [ADD_BITS-1:0] add,
    output reg [BITS-1:0] value
);
    wire [BITS:0] sum = {1'b0, value} + {{(BITS+1-ADD_BITS){1'b0}}, add};
    always @(posedge clk) begin
        if (rst || clear)
            value <= {BITS{1'b0}};
        else
            value <= sum[BITS] ? {BITS{1'b1}} : sum[BITS-1:0];
    end
endmodule

`default_nettype wire
