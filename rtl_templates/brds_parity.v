// SPDX-License-Identifier: Apache-2.0
//
// Purpose: a parity bit for a word of a memory: makes it for the word that is written, checks it in
// the word that is read.  An odd number of wrong bits is seen, an even number is not.
//   write_word = {XOR of all bits of write_data, write_data}
//   bad        = XOR of all bits of read_word
// Latency: 0 to write_word and read_data, 1 cycle to bad.  Initiation interval: 1.
`default_nettype none

module brds_parity #(
    // data bits
    parameter integer WIDTH = 64
) (
    input  wire             clk,
    // before the memory
    input  wire [WIDTH-1:0] write_data,
    output wire [WIDTH:0]   write_word,
    // behind it
    input  wire [WIDTH:0]   read_word,
    output wire [WIDTH-1:0] read_data,
    output reg              bad
);
    assign write_word = {^write_data, write_data};
    assign read_data = read_word[WIDTH-1:0];
    always @(posedge clk)
        bad <= ^read_word;
endmodule

`default_nettype wire
