// SPDX-License-Identifier: Apache-2.0
//
// Purpose: a code for a word of a memory that corrects any one wrong bit and sees any two: a Hamming
// code and the parity of all bits.
//   Every bit but the parity has a place: check bit j 2^j, the data bits the numbers between, upwards
//   from 3.  check[j] = XOR of the data bits whose place has bit j.
//   word     = {parity of all that follows, check, data}
//   syndrome = the check bits of read_word's data XOR its check bits: the place of a single wrong bit,
//              0 if that is the parity bit
//   odd      = XOR of all bits of read_word: an odd number of them is wrong
//   odd: the bit at `syndrome` is turned; not odd, but a syndrome: two bits are wrong
// Three wrong bits pass for one, but where they lead to a place past the end.
// Latency: 0 to write_word, 1 cycle to read_data, 2 to corrected and bad.  Initiation interval: 1.
`default_nettype none

module brds_secded #(
    // data bits
    parameter integer WIDTH = 64,
    // check bits: the least CHECK with 2**CHECK > WIDTH + CHECK
    parameter integer CHECK = 7
) (
    input  wire                 clk,
    // before the memory
    input  wire [WIDTH-1:0]     write_data,
    output wire [WIDTH+CHECK:0] write_word,
    // behind it
    input  wire [WIDTH+CHECK:0] read_word,
    output wire [WIDTH-1:0]     read_data,
    // the word had a wrong bit, read_data is right; read_data may be wrong
    output reg                  corrected,
    output reg                  bad
);
    // of every data bit
    function [WIDTH*CHECK-1:0] places;
        input integer first;
        integer       i, place;
        begin
            place = first;
            for (i = 0; i < WIDTH; i = i + 1) begin
                places[i*CHECK +: CHECK] = place[CHECK-1:0];
                place = place + 1;
                if ((place & (place - 1)) == 0)
                    place = place + 1;
            end
        end
    endfunction
    localparam [WIDTH*CHECK-1:0] PLACES = places(3);

    // the data bits whose place has bit `which`
    function [WIDTH-1:0] bits_of;
        input integer which;
        integer       i;
        for (i = 0; i < WIDTH; i = i + 1)
            bits_of[i] = PLACES[i*CHECK+which];
    endfunction

    localparam [31:0] LAST_PLACE = WIDTH + CHECK;

    wire [CHECK-1:0] write_check, read_check;
    reg  [WIDTH-1:0] data;
    wire [WIDTH-1:0] turned;
    reg  [CHECK-1:0] syndrome;
    reg              odd;
    genvar i;
    generate
        for (i = 0; i < CHECK; i = i + 1) begin : g_check
            localparam [WIDTH-1:0] BITS = bits_of(i);
            assign write_check[i] = ^(write_data & BITS);
            assign read_check[i] = ^(read_word[WIDTH-1:0] & BITS);
        end
        for (i = 0; i < WIDTH; i = i + 1) begin : g_bit
            assign turned[i] = odd && syndrome == PLACES[i*CHECK +: CHECK];
        end
    endgenerate
    assign read_data = data ^ turned;
    assign write_word = {^{write_check, write_data}, write_check, write_data};

    always @(posedge clk) begin
        data <= read_word[WIDTH-1:0];
        syndrome <= read_check ^ read_word[WIDTH +: CHECK];
        odd <= ^read_word;
    end

    wire beyond = {1'b0, syndrome} > LAST_PLACE[CHECK:0];
    always @(posedge clk) begin
        corrected <= odd && !beyond;
        bad <= odd ? beyond : (|syndrome);
    end
endmodule

`default_nettype wire
