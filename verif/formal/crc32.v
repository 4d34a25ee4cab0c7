// SPDX-License-Identifier: Apache-2.0
//
// brds_crc32: in a cycle that does not follow a word, crc is zlib's CRC-32 of all words since start; the
// reference takes a word at once, bit by bit.  That the design may add what a word does to 0 and what
// zeros do to the register is hard for a solver of clauses: it is proven for short words, which the
// module takes as well, and in two parts: the two parities (LEMMA = 1), then the rest, which takes them as known.
`default_nettype none

module crc32 #(
    parameter integer STREAM_BITS = 8,
    // 1: what a word and the register leave; 0: the sums of words
    parameter integer LEMMA = 0
) (
    input wire clk,
    input wire start,
    input wire valid,
    input wire [STREAM_BITS-1:0] data
);
    wire [31:0] crc;
    brds_crc32 #(.STREAM_BITS(STREAM_BITS)) dut (
        .clk(clk), .start(start), .valid(valid), .data(data), .crc(crc));

    reg started = 0, word_before;
    reg [31:0] register;
    always @* if (!started) assume (start);

    function [31:0] after(input [31:0] from, input [STREAM_BITS-1:0] word);
        integer i;
        begin
            after = from;
            for (i = 0; i < STREAM_BITS; i = i + 1)
                after = {1'b0, after[31:1]} ^ (after[0] ^ word[i] ? 32'hEDB88320 : 32'd0);
        end
    endfunction
    always @(posedge clk) begin
        started <= 1;
        word_before <= valid && !start;
        if (start)
            register <= 32'hFFFFFFFF;
        else if (valid)
            register <= after(register, data);
    end

    (* hierconn *) wire [31:0] \dut.data_step , \dut.sum , \dut.step_data , \dut.step_sum ;
    (* hierconn *) wire \dut.data_valid ;
    wire lemma = \dut.step_data == after(32'd0, data) && \dut.step_sum == after(\dut.sum , {STREAM_BITS{1'b0}});
    generate
        if (LEMMA != 0) begin : g_lemma
            always @* assert (lemma);
        end else begin : g_words
            always @* assume (lemma);
            always @* if (started) begin
                assert (word_before || crc == ~register);
                // invariant: a word's own summand is one cycle behind
                assert (\dut.data_valid == word_before);
                assert (!word_before || register == (\dut.step_sum ^ \dut.data_step ));
            end
        end
    endgenerate
    always @* cover (started && !word_before && !start && crc[7:0] == 8'h5a);
endmodule

`default_nettype wire
