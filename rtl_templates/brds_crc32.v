// SPDX-License-Identifier: Apache-2.0
//
// brds_crc32: zlib's CRC-32 (reflected polynomial 0xEDB88320, initial value and final inversion all
// ones) of a stream of little-endian words.
//
//   The step is linear: step(crc, data) = step(0, data) + step(crc, 0). The first summand is
//   registered, so that only the 32 bits of crc are in the loop.
//
// Latency 2, initiation interval 1.
`default_nettype none

module brds_crc32 #(
    // bits of a word: a multiple of 32
    parameter integer STREAM_BITS = 64
) (
    input wire clk,
    input wire start,                    // forgets everything before
    input wire valid,
    input wire [STREAM_BITS-1:0] data,
    output wire [31:0] crc
);
    // The register after a word, its first byte's bit 0 first.
    function [31:0] step(input [31:0] from, input [STREAM_BITS-1:0] word);
        integer i;
        begin
            step = from;
            for (i = 0; i < STREAM_BITS; i = i + 1)
                step = {1'b0, step[31:1]} ^ (step[0] ^ word[i] ? 32'hEDB88320 : 32'd0);
        end
    endfunction

    reg data_valid;
    reg [31:0] data_step, sum;

    always @(posedge clk) begin
        data_valid <= valid && !start;
        data_step <= step(32'd0, data);
        if (start)
            sum <= 32'hFFFFFFFF;
        else if (data_valid)
            sum <= step(sum, {STREAM_BITS{1'b0}}) ^ data_step;
    end
    assign crc = ~sum;
endmodule

`default_nettype wire
