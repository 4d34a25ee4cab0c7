// SPDX-License-Identifier: Apache-2.0
//
// brds_scale with its register: floor + up, a cycle after d and shift, is what brds_round makes of them at once.
`default_nettype none

module scale #(
    parameter integer BITS = 20,
    parameter integer ROUNDING = 0
) (
    input wire clk,
    input wire signed [BITS-1:0] d,
    input wire [5:0] shift
);
    wire signed [BITS-1:0] floor, floor_at_once;
    wire up, up_at_once;
    brds_scale #(.BITS(BITS), .ROUNDING(ROUNDING)) dut (.clk(clk), .d(d), .shift(shift), .floor(floor), .up(up));

    reg started = 0;
    reg signed [BITS-1:0] last_d;
    reg [5:0] last_shift;
    brds_round #(.BITS(BITS), .ROUNDING(ROUNDING)) round (
        .d(last_d), .shift(last_shift), .floor(floor_at_once), .up(up_at_once));
    always @(posedge clk) begin
        started <= 1;
        last_d <= d;
        last_shift <= shift;
    end
    always @* if (started) begin
        assert (floor == floor_at_once);
        assert (up == up_at_once);
        cover (up && floor == -3 && last_shift == 11);
    end
endmodule

`default_nettype wire
