// SPDX-License-Identifier: Apache-2.0
//
// brds_clip: a signed stream element to a narrower signed format.
//
//   out = min(max(in, -2^(OUT_BITS-1)), 2^(OUT_BITS-1) - 1);   clipped = out != in
//
// Latency 0 (combinational).
`default_nettype none

module brds_clip #(
    // bits of the container
    parameter integer IN_BITS = 16,
    // bits of the format, not above IN_BITS
    parameter integer OUT_BITS = 12
) (
    input wire [IN_BITS-1:0] in,
    output wire [OUT_BITS-1:0] out,
    output wire clipped
);
    generate
        if (IN_BITS > OUT_BITS) begin : g_narrow
            wire sign = in[IN_BITS-1];
            assign clipped = in[IN_BITS-2:OUT_BITS-1] != {(IN_BITS-OUT_BITS){sign}};
            assign out = clipped ? {sign, {(OUT_BITS-1){!sign}}} : in[OUT_BITS-1:0];
        end else begin : g_same
            assign clipped = 1'b0;
            assign out = in;
        end
    endgenerate
endmodule

`default_nettype wire
