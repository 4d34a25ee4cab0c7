// SPDX-License-Identifier: Apache-2.0
//
// Purpose: signed product, combinational, in the multipliers of the device or
// in logic.
//   y = a * b
// With DSP = 0 the product is a tree of sums of shifted copies of `a`, so that
// no tool finds a multiplication in it: a node of level l is a times 2^l
// neighbouring bits of b (the top bit of b counts negative).
// Latency: 0.
`default_nettype none

module brds_product #(
    // bits of the operands, each at least 2
    parameter integer A_BITS = 16,
    parameter integer B_BITS = 16,
    // 1: plain multiplication; 0: sums of shifted copies
    parameter integer DSP = 1
) (
    input  wire signed [A_BITS-1:0]        a,
    input  wire signed [B_BITS-1:0]        b,
    output wire signed [A_BITS+B_BITS-1:0] y
);
    localparam integer LEVELS = $clog2(B_BITS);
    localparam integer Y_BITS = A_BITS + B_BITS;

    genvar l, i;
    generate
        if (DSP != 0 && A_BITS < B_BITS) begin : g_dsp
            // the wider operand first, see brds_mul
            assign y = b * a;
        end else if (DSP != 0) begin : g_dsp
            assign y = a * b;
        end else begin : g_logic
            for (l = 0; l <= LEVELS; l = l + 1) begin : g_level
                for (i = 0; i < ((B_BITS + (1 << l) - 1) >> l); i = i + 1) begin : g_node
                    localparam integer BITS = A_BITS + (1 << l);
                    wire signed [BITS-1:0] part;
                    if (l == 0 && i == B_BITS - 1) begin : g_top
                        assign part = b[i] ? -{a[A_BITS-1], a} : {BITS{1'b0}};
                    end else if (l == 0) begin : g_leaf
                        assign part = b[i] ? {a[A_BITS-1], a} : {BITS{1'b0}};
                    end else if (((2 * i + 1) << (l - 1)) >= B_BITS) begin : g_alone
                        assign part = {{(1 << (l - 1)){g_level[l-1].g_node[2*i].part[BITS-(1<<(l-1))-1]}},
                                       g_level[l-1].g_node[2*i].part};
                    end else begin : g_sum
                        localparam integer HALF = 1 << (l - 1);
                        wire signed [BITS-1:0] low =
                            {{HALF{g_level[l-1].g_node[2*i].part[BITS-HALF-1]}},
                             g_level[l-1].g_node[2*i].part};
                        wire signed [BITS-1:0] high =
                            {g_level[l-1].g_node[2*i+1].part, {HALF{1'b0}}};
                        assign part = low + high;
                    end
                end
            end
            if (A_BITS + (1 << LEVELS) > Y_BITS) begin : g_cut
                wire unused_top = &{1'b0, g_level[LEVELS].g_node[0].part[A_BITS+(1<<LEVELS)-1:Y_BITS]};
            end
            assign y = g_level[LEVELS].g_node[0].part[Y_BITS-1:0];
        end
    endgenerate
endmodule

`default_nettype wire
