// SPDX-License-Identifier: Apache-2.0
//
// Purpose: the accumulator of a gate row's lane group: of one row group, or one for each row group
// that may be open.
//   sum = d + (the group's first beat ? 0 : sum of the group's beats before)
// A cycle without `enable` is no beat.
// Latency: 0, from d to sum.  Initiation interval: 1.
// With one row group at a time `clear` comes a cycle before the first beat's d: it is the register's
// reset, and no logic stands before the adder.  With several, `first` and `number` come with d.
`default_nettype none

module brds_acc #(
    // bits of a sum
    parameter integer BITS = 28,
    // bits of the number of an open row group; 0: one group at a time
    parameter integer OPEN_BITS = 0
) (
    input  wire                                          clk,
    input  wire signed [BITS-1:0]                        d,
    input  wire                                          enable,
    input  wire                                          clear,
    input  wire                                          first,
    input  wire [((OPEN_BITS > 0) ? OPEN_BITS : 1)-1:0]  number,
    output wire signed [BITS-1:0]                        sum
);
    generate
        if (OPEN_BITS == 0) begin : g_one
            wire [1:0] unused = {first, number};
            reg signed [BITS-1:0] acc;
            assign sum = acc + d;
            always @(posedge clk)
                if (clear)
                    acc <= {BITS{1'b0}};
                else if (enable)
                    acc <= sum;
        end else begin : g_open
            wire unused = clear;
            reg signed [BITS-1:0] acc [0:(1<<OPEN_BITS)-1];
            wire signed [BITS-1:0] held = first ? {BITS{1'b0}} : acc[number];
            assign sum = held + d;
            always @(posedge clk)
                if (enable)
                    acc[number] <= sum;
        end
    endgenerate
endmodule

`default_nettype wire
