// SPDX-License-Identifier: Apache-2.0
//
// brds_tree: STAGES cycles after its terms their sum comes, modulo 2^OUT_BITS.  brds_satcount: its four counts
// are those of the bits that it was given.  Neither remembers anything longer than its latency.
`default_nettype none

module tree #(
    parameter integer COUNT = 5,
    parameter integer IN_BITS = 4,
    parameter integer OUT_BITS = 7,
    parameter integer EVERY = 1,
    parameter integer STAGES = 3,
    // of brds_satcount
    parameter integer ELEMS = 4
) (
    input wire clk,
    input wire [COUNT*IN_BITS-1:0] d,
    input wire [ELEMS*4-1:0] clip_gate,
    input wire [ELEMS-1:0] clip_function,
    input wire [ELEMS-1:0] clip_cell,
    input wire [ELEMS-1:0] clip_output
);
    localparam integer LATENCY = ($clog2(ELEMS) + 2) / 3 + 1;  // of the counts

    wire signed [OUT_BITS-1:0] sum;
    brds_tree #(
        .COUNT(COUNT), .IN_BITS(IN_BITS), .OUT_BITS(OUT_BITS), .EVERY(EVERY), .STAGES(STAGES)
    ) dut (.clk(clk), .d(d), .sum(sum));
    wire [8:0] sat_gate, sat_function, sat_cell, sat_output;
    brds_satcount #(.ELEMS(ELEMS)) counts (
        .clk(clk), .clip_gate(clip_gate), .clip_function(clip_function), .clip_cell(clip_cell),
        .clip_output(clip_output), .sat_gate(sat_gate), .sat_function(sat_function),
        .sat_cell(sat_cell), .sat_output(sat_output)
    );

    // ---- reference ----
    function [OUT_BITS-1:0] sum_of(input [COUNT*IN_BITS-1:0] terms);
        integer i;
        reg signed [IN_BITS-1:0] term;
        reg signed [63:0] total;
        begin
            total = 0;
            for (i = 0; i < COUNT; i = i + 1) begin
                term = terms[i*IN_BITS +: IN_BITS];
                total = total + term;
            end
            sum_of = total;
        end
    endfunction
    function [8:0] ones(input [ELEMS*4-1:0] bits);
        integer i;
        begin
            ones = 0;
            for (i = 0; i < ELEMS * 4; i = i + 1)
                ones = ones + bits[i];
        end
    endfunction

    reg [3:0] age = 0;
    reg [8*OUT_BITS-1:0] line;
    reg [4*36-1:0] line_counts;
    wire [8*OUT_BITS-1:0] now = {line, sum_of(d)};
    always @(posedge clk) begin
        line <= now;
        line_counts <= {line_counts, ones(clip_gate), ones(clip_function), ones(clip_cell), ones(clip_output)};
        if (age != 15)
            age <= age + 1;
    end
    always @* begin
        assert (age < STAGES || sum == now[STAGES*OUT_BITS +: OUT_BITS]);
        assert (age < LATENCY ||
                {sat_gate, sat_function, sat_cell, sat_output} == line_counts[(LATENCY-1)*36 +: 36]);
        cover (age == 6 && sum == -COUNT * (1 <<< (IN_BITS - 1)));
        cover (age == 6 && sat_gate == 4 * ELEMS && sat_output == 1 && sat_cell == 0);
    end
endmodule

`default_nettype wire
