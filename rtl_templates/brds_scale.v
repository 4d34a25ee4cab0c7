// SPDX-License-Identifier: Apache-2.0
//
// Purpose: brds_round (d * 2^-shift rounded to an integer, as floor + up), with a register inside if asked for: the
// multiples of eight of the shift in front of it, the rest behind it.
//   R(d >> shift) = floor + up
// Latency: REGS cycles.  Initiation interval: 1.
`default_nettype none

module brds_scale #(
    // bits of the number and of its floor
    parameter integer BITS = 40,
    // 0 half_up, 1 half_even, 2 truncate
    parameter integer ROUNDING = 0,
    // registers, 0 or 1
    parameter integer REGS = 1
) (
    input  wire                   clk,
    input  wire signed [BITS-1:0] d,
    input  wire [5:0]             shift,
    output wire signed [BITS-1:0] floor,
    output wire                   up
);
    generate
        if (REGS == 0) begin : g_one
            wire unused_clk = clk;
            brds_round #(.BITS(BITS), .ROUNDING(ROUNDING)) u_round (
                .d(d), .shift(shift), .floor(floor), .up(up)
            );
        end else begin : g_two
            // one more bit below: the first bit behind the point
            wire signed [BITS:0] extended = {d, 1'b0};
            wire [5:0]           far = {shift[5:3], 3'd0};
            reg signed [BITS:0]  coarse;
            reg [5:0]            near;  // of {coarse, lost}
            wire                 lost;  // a bit below coarse was not 0
            always @(posedge clk) begin
                coarse <= extended >>> far;
                near <= {3'd0, shift[2:0]} + 6'd2;
            end
            if (ROUNDING == 1) begin : g_lost
                wire [BITS:0] kept = {(BITS+1){1'b1}} << far;
                reg           some;
                always @(posedge clk)
                    some <= |(extended & ~kept);
                assign lost = some;
            end else begin : g_any
                assign lost = 1'b0;
            end
            wire signed [BITS+1:0] whole;
            wire                   unused_sign = &{1'b0, whole[BITS+1:BITS]};
            brds_round #(.BITS(BITS + 2), .ROUNDING(ROUNDING)) u_round (
                .d({coarse, lost}), .shift(near), .floor(whole), .up(up)
            );
            assign floor = whole[BITS-1:0];
        end
    endgenerate
endmodule

`default_nettype wire
