// SPDX-License-Identifier: Apache-2.0
//
// Purpose: sum of COUNT signed terms.
//   sum(n) = d[0](n - STAGES) + ... + d[COUNT-1](n - STAGES)   modulo 2^OUT_BITS
// A register after every EVERY levels of two-input adders and after the last
// level; the sum is then delayed to STAGES registers in all.
// Latency: STAGES cycles.  Initiation interval: 1.
`default_nettype none

module brds_tree #(
    // terms, at least 1
    parameter integer COUNT = 4,
    // bits of a term
    parameter integer IN_BITS = 24,
    // bits of the sum; the caller proves that the final sum fits, partial sums may wrap
    parameter integer OUT_BITS = 32,
    // levels between registers
    parameter integer EVERY = 1,
    // registers in all: at least ceil(clog2(COUNT) / EVERY)
    parameter integer STAGES = 2
) (
    input  wire                       clk,
    input  wire [COUNT*IN_BITS-1:0]   d,
    output wire signed [OUT_BITS-1:0] sum
);
    localparam integer LEVELS = $clog2(COUNT);
    localparam integer OWN_STAGES = (LEVELS + EVERY - 1) / EVERY;

    wire signed [OUT_BITS-1:0] top;

    genvar l, i;
    generate
        for (l = 0; l <= LEVELS; l = l + 1) begin : g_level
            // node i of level l holds terms i*2^l .. of which there may be fewer at the end
            for (i = 0; i < ((COUNT + (1 << l) - 1) >> l); i = i + 1) begin : g_node
                localparam integer BITS = (IN_BITS + l < OUT_BITS) ? IN_BITS + l : OUT_BITS;
                wire signed [BITS-1:0] part;
                wire signed [BITS-1:0] next;
                if (l == 0) begin : g_leaf
                    assign next = d[i*IN_BITS +: BITS];
                    if (BITS < IN_BITS) begin : g_cut
                        wire unused_top = &{1'b0, d[i*IN_BITS+BITS +: IN_BITS-BITS]};
                    end
                end else begin : g_inner
                    localparam integer LOW_BITS =
                        (IN_BITS + l - 1 < OUT_BITS) ? IN_BITS + l - 1 : OUT_BITS;
                    wire signed [BITS-1:0] low;
                    if (BITS > LOW_BITS) begin : g_low
                        assign low = {g_level[l-1].g_node[2*i].part[LOW_BITS-1],
                                      g_level[l-1].g_node[2*i].part};
                    end else begin : g_low
                        assign low = g_level[l-1].g_node[2*i].part;
                    end
                    if (((2 * i + 1) << (l - 1)) >= COUNT) begin : g_alone
                        assign next = low;
                    end else begin : g_sum
                        wire signed [BITS-1:0] high;
                        if (BITS > LOW_BITS) begin : g_high
                            assign high = {g_level[l-1].g_node[2*i+1].part[LOW_BITS-1],
                                           g_level[l-1].g_node[2*i+1].part};
                        end else begin : g_high
                            assign high = g_level[l-1].g_node[2*i+1].part;
                        end
                        assign next = low + high;
                    end
                end
                brds_delay #(
                    .WIDTH(BITS), .DEPTH((l != 0 && (l == LEVELS || l % EVERY == 0)) ? 1 : 0)
                ) u_part (.clk(clk), .d(next), .q(part));
            end
        end
        if (OUT_BITS > IN_BITS + LEVELS) begin : g_wide
            assign top = {{(OUT_BITS-IN_BITS-LEVELS){
                               g_level[LEVELS].g_node[0].part[IN_BITS+LEVELS-1]}},
                          g_level[LEVELS].g_node[0].part};
        end else begin : g_exact
            assign top = g_level[LEVELS].g_node[0].part;
        end
    endgenerate

    brds_delay #(.WIDTH(OUT_BITS), .DEPTH(STAGES - OWN_STAGES)) u_sum (.clk(clk), .d(top), .q(sum));
endmodule

`default_nettype wire
