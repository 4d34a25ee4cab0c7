// SPDX-License-Identifier: Apache-2.0
//
// Purpose: how many results of the element lanes saturate in a cycle, by kind.
//   sat_k(n) = sum over the lanes of clip_k(n - STAGES - 1), STAGES = ceil(clog2(ELEMS) / 3)
// Latency: STAGES + 1 cycles.  Initiation interval: 1.
`default_nettype none

module brds_satcount #(
    // element lanes, at most 64
    parameter integer ELEMS = 1
) (
    input  wire               clk,
    // lane e: gates i, f, g, o at [4*e +: 4]; tanh(c); c; the result
    input  wire [ELEMS*4-1:0] clip_gate,
    input  wire [ELEMS-1:0]   clip_function,
    input  wire [ELEMS-1:0]   clip_cell,
    input  wire [ELEMS-1:0]   clip_output,
    output wire [8:0]         sat_gate,
    output wire [8:0]         sat_function,
    output wire [8:0]         sat_cell,
    output wire [8:0]         sat_output
);
    localparam integer STAGES = ($clog2(ELEMS) + 2) / 3;

    reg [ELEMS*4-1:0] counts_gate;
    reg [ELEMS*2-1:0] counts_function, counts_cell, counts_output;
    genvar e;
    generate
        for (e = 0; e < ELEMS; e = e + 1) begin : g_lane
            always @(posedge clk) begin
                counts_gate[4*e +: 4] <= {3'd0, clip_gate[4*e]} + {3'd0, clip_gate[4*e+1]} +
                                         {3'd0, clip_gate[4*e+2]} + {3'd0, clip_gate[4*e+3]};
                counts_function[2*e +: 2] <= {1'b0, clip_function[e]};
                counts_cell[2*e +: 2] <= {1'b0, clip_cell[e]};
                counts_output[2*e +: 2] <= {1'b0, clip_output[e]};
            end
        end
    endgenerate

    wire signed [9:0] total_gate, total_function, total_cell, total_output;
    wire unused_signs = &{1'b0, total_gate[9], total_function[9], total_cell[9], total_output[9]};
    brds_tree #(.COUNT(ELEMS), .IN_BITS(4), .OUT_BITS(10), .EVERY(3), .STAGES(STAGES)) u_gate (
        .clk(clk), .d(counts_gate), .sum(total_gate)
    );
    brds_tree #(.COUNT(ELEMS), .IN_BITS(2), .OUT_BITS(10), .EVERY(3), .STAGES(STAGES)) u_function (
        .clk(clk), .d(counts_function), .sum(total_function)
    );
    brds_tree #(.COUNT(ELEMS), .IN_BITS(2), .OUT_BITS(10), .EVERY(3), .STAGES(STAGES)) u_cell (
        .clk(clk), .d(counts_cell), .sum(total_cell)
    );
    brds_tree #(.COUNT(ELEMS), .IN_BITS(2), .OUT_BITS(10), .EVERY(3), .STAGES(STAGES)) u_output (
        .clk(clk), .d(counts_output), .sum(total_output)
    );
    assign sat_gate = total_gate[8:0];
    assign sat_function = total_function[8:0];
    assign sat_cell = total_cell[8:0];
    assign sat_output = total_output[8:0];
endmodule

`default_nettype wire
