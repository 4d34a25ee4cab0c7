// SPDX-License-Identifier: Apache-2.0
//
// brds_crc32: zlib's CRC-32 (reflected polynomial 0xEDB88320, initial value and final inversion all
// ones) of a stream of little-endian words.
//
//   The step is linear: step(crc, data) = step(0, data) + step(crc, 0). The first summand is
//   registered, so that only the 32 bits of crc are in the loop. Each bit is the parity of some bits,
//   a tree: a division written as a loop stays a chain of XORs in Yosys.
//
// Latency 2, initiation interval 1.
`default_nettype none

module brds_crc32 #(
    // bits of a word: a multiple of 32 (the proof takes 8)
    parameter integer STREAM_BITS = 64
) (
    input wire clk,
    input wire start,                    // forgets everything before
    input wire valid,
    input wire [STREAM_BITS-1:0] data,
    output wire [31:0] crc
);
    // What bit i of a word alone, the first byte's bit 0 first, leaves in the register is at [32*i +: 32].
    // Bit i of the register before the word leaves the same.
    function [32*STREAM_BITS-1:0] remainders(input integer bits);
        integer i;
        reg [31:0] left;
        begin
            left = 32'hEDB88320;
            for (i = bits - 1; i >= 0; i = i - 1) begin
                remainders[32*i +: 32] = left;
                left = {1'b0, left[31:1]} ^ (left[0] ? 32'hEDB88320 : 32'd0);
            end
        end
    endfunction
    localparam [32*STREAM_BITS-1:0] REMAINDERS = remainders(STREAM_BITS);

    wire [31:0] step_data, step_sum;
    reg data_valid;
    reg [31:0] data_step, sum;
    genvar b, i;
    generate
        for (b = 0; b < 32; b = b + 1) begin : g_bit
            wire [STREAM_BITS-1:0] of_data;
            wire [31:0] of_sum;
            for (i = 0; i < STREAM_BITS; i = i + 1) begin : g_data
                assign of_data[i] = REMAINDERS[32*i+b] && data[i];
            end
            for (i = 0; i < 32; i = i + 1) begin : g_sum
                // bits behind a word that is narrower than the register only move
                if (i < STREAM_BITS) begin : g_met
                    assign of_sum[i] = REMAINDERS[32*i+b] && sum[i];
                end else begin : g_moved
                    assign of_sum[i] = i == b + STREAM_BITS && sum[i];
                end
            end
            assign step_data[b] = ^of_data;
            assign step_sum[b] = ^of_sum;
        end
    endgenerate

    always @(posedge clk) begin
        data_valid <= valid && !start;
        data_step <= step_data;
        if (start)
            sum <= 32'hFFFFFFFF;
        else if (data_valid)
            sum <= step_sum ^ data_step;
    end
    assign crc = ~sum;
endmodule

`default_nettype wire
