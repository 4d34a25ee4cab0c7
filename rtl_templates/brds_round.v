// SPDX-License-Identifier: Apache-2.0
//
// Purpose: d * 2^-shift rounded to an integer, with a variable shift, in two
// parts that the next adder sums up (so that rounding costs no carry chain).
//   R(d >> shift) = floor + up
//   floor = d >>> shift
//   up    = half_up:   the first bit below the point (0 if shift = 0)
//           half_even: that bit, but a tie goes to the even number
//           truncate:  0
// Latency: 0.
`default_nettype none

module brds_round #(
    // bits of the number and of its floor
    parameter integer BITS = 40,
    // 0 half_up, 1 half_even, 2 truncate
    parameter integer ROUNDING = 0
) (
    input  wire signed [BITS-1:0] d,
    input  wire [5:0]             shift,
    output wire signed [BITS-1:0] floor,
    output wire                   up
);
    // one more bit below: the first bit behind the point
    wire signed [BITS:0] extended = {d, 1'b0};
    wire signed [BITS:0] shifted = extended >>> shift;

    assign floor = shifted[BITS:1];

    generate
        if (ROUNDING == 0) begin : g_half_up
            assign up = shifted[0];
        end else if (ROUNDING == 1) begin : g_half_even
            // bits of d below the first one behind the point
            wire [BITS:0] below = ~({(BITS+1){1'b1}} << shift);
            wire          unused_below = below[0];
            assign up = shifted[0] && (shifted[1] || (|(d & below[BITS:1])));
        end else begin : g_truncate
            wire unused_bit = shifted[0];
            assign up = 1'b0;
        end
    endgenerate
endmodule

`default_nettype wire
