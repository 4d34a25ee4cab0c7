// SPDX-License-Identifier: Apache-2.0
//
// Purpose: saturation to a narrower two's-complement format.
//   q = clamp(d, -2^(OUT_BITS-1), 2^(OUT_BITS-1)-1);  clip = (q != d)
// An OUT_BITS that is not below IN_BITS extends the sign and never clips.
// Latency: 0.
`default_nettype none

module brds_sat #(
    // bits of the number
    parameter integer IN_BITS = 32,
    // bits of the result
    parameter integer OUT_BITS = 16
) (
    input  wire signed [IN_BITS-1:0]  d,
    output wire signed [OUT_BITS-1:0] q,
    output wire                       clip
);
    generate
        if (OUT_BITS > IN_BITS) begin : g_wider
            assign q = {{(OUT_BITS-IN_BITS){d[IN_BITS-1]}}, d};
            assign clip = 1'b0;
        end else if (OUT_BITS == IN_BITS) begin : g_same
            assign q = d;
            assign clip = 1'b0;
        end else begin : g_clamp
            // in range: all bits from the result's sign bit up are equal
            wire [IN_BITS-OUT_BITS:0] top = d[IN_BITS-1:OUT_BITS-1];
            assign clip = !((&top) || !(|top));
            assign q = clip ? {d[IN_BITS-1], {(OUT_BITS-1){!d[IN_BITS-1]}}} : d[OUT_BITS-1:0];
        end
    endgenerate
endmodule

`default_nettype wire
