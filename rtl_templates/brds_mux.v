// SPDX-License-Identifier: Apache-2.0
//
// Purpose: one of COUNT words, by halving the choice with each bit of sel from
// the top (a variable part select makes some tools multiply).
//   q = d[sel], sel < COUNT
// Latency: 0.
`default_nettype none

module brds_mux #(
    // words to choose from, at least 1
    parameter integer COUNT = 2,
    // bits of a word
    parameter integer WIDTH = 8,
    // bits of sel: clog2(COUNT), at least 1
    parameter integer SEL_BITS = 1
) (
    input  wire [COUNT*WIDTH-1:0] d,
    input  wire [SEL_BITS-1:0]    sel,
    output wire [WIDTH-1:0]       q
);
    localparam integer LEVELS = $clog2(COUNT);
    localparam integer PAD_BITS = ((1 << LEVELS) - COUNT) * WIDTH;

    genvar l;
    generate
        for (l = 0; l <= LEVELS; l = l + 1) begin : g_level
            // what is left after l choices
            localparam integer BITS = WIDTH << (LEVELS - l);
            wire [BITS-1:0] left;
            if (l > 0) begin : g_half
                assign left = sel[LEVELS-l] ? g_level[l-1].left[2*BITS-1:BITS]
                                            : g_level[l-1].left[BITS-1:0];
            end else if (PAD_BITS > 0) begin : g_padded
                assign left = {{PAD_BITS{1'b0}}, d};
            end else begin : g_all
                assign left = d;
            end
        end
        if (LEVELS == 0) begin : g_one
            wire unused_sel = &{1'b0, sel};
        end
        assign q = g_level[LEVELS].left;
    endgenerate
endmodule

`default_nettype wire
