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
    generate
        if (BITS > 32 && ADD_BITS == 1) begin : g_halves
            // Which halves are all ones is known a cycle ahead, so that no carry runs through both.
            localparam integer HIGH = BITS - 32;
            localparam [31:0] LOW_NEAR = 32'hfffffffe;
            localparam [HIGH-1:0] HIGH_NEAR = {HIGH{1'b1}} << 1;
            reg low_full, high_full;
            wire carry = add && low_full;
            wire step = add && !(low_full && high_full);
            always @(posedge clk) begin
                if (rst || clear) begin
                    value <= {BITS{1'b0}};
                    low_full <= 1'b0;
                    high_full <= 1'b0;
                end else begin
                    if (step)
                        value[31:0] <= value[31:0] + 32'd1;
                    if (carry && !high_full)
                        value[BITS-1:32] <= value[BITS-1:32] + 1'b1;
                    low_full <= step ? value[31:0] == LOW_NEAR : &value[31:0];
                    high_full <= carry && !high_full ? value[BITS-1:32] == HIGH_NEAR : &value[BITS-1:32];
                end
            end
        end else begin : g_whole
            wire [BITS:0] sum = {1'b0, value} + {{(BITS+1-ADD_BITS){1'b0}}, add};
            always @(posedge clk) begin
                if (rst || clear)
                    value <= {BITS{1'b0}};
                else
                    value <= sum[BITS] ? {BITS{1'b1}} : sum[BITS-1:0];
            end
        end
    endgenerate
endmodule

`default_nettype wire
