// SPDX-License-Identifier: Apache-2.0
//
// brds_count: value <= clear ? 0 : min(value + add, 2^BITS - 1).
`default_nettype none

module count #(
    parameter integer BITS = 32,
    parameter integer ADD_BITS = 9
) (
    input wire clk,
    input wire rst,
    input wire clear,
    input wire [ADD_BITS-1:0] add
);
    localparam [63:0] MOST = (65'd1 << BITS) - 65'd1;
    wire [BITS-1:0] value;
    brds_count #(.BITS(BITS), .ADD_BITS(ADD_BITS)) dut (
        .clk(clk), .rst(rst), .clear(clear), .add(add), .value(value));

    reg started = 0;
    reg [64:0] total;
    always @* if (!started) assume (rst);
    always @(posedge clk) begin
        started <= 1;
        if (rst || clear)
            total <= 0;
        else
            total <= total + add > MOST ? {1'b0, MOST} : total + add;
    end
    always @* if (started) begin
        assert (value == total);
        cover (value == {ADD_BITS{1'b1}} + 3);
    end
endmodule

`default_nettype wire
