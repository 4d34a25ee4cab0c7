// SPDX-License-Identifier: Apache-2.0
//
// Purpose: d * 2^-SHIFT rounded to an integer, with a constant shift, in the
// two parts of brds_round.
//   R(d >> SHIFT) = floor + up
// Latency: 0.
`default_nettype none

module brds_roundc #(
    // bits of the number, more than SHIFT
    parameter integer BITS = 40,
    // 0 or more
    parameter integer SHIFT = 8,
    // 0 half_up, 1 half_even, 2 truncate
    parameter integer ROUNDING = 0
) (
    input  wire signed [BITS-1:0]       d,
    output wire signed [BITS-SHIFT-1:0] floor,
    output wire                         up
);
    assign floor = d[BITS-1:SHIFT];

    generate
        if (SHIFT == 0) begin : g_whole
            assign up = 1'b0;
        end else if (ROUNDING == 0 || (ROUNDING == 1 && SHIFT == 1)) begin : g_half
            // with one bit behind the point every half is a tie
            assign up = d[SHIFT-1] && (ROUNDING == 0 || floor[0]);
        end else if (ROUNDING == 1) begin : g_half_even
            assign up = d[SHIFT-1] && (floor[0] || (|d[SHIFT-2:0]));
        end else begin : g_truncate
            wire unused_bits = &{1'b0, d[SHIFT-1:0]};
            assign up = 1'b0;
        end
        if (SHIFT > 1 && ROUNDING == 0) begin : g_rest
            wire unused_rest = &{1'b0, d[SHIFT-2:0]};
        end
    endgenerate
endmodule

`default_nettype wire
