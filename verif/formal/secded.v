// SPDX-License-Identifier: Apache-2.0
//
// brds_secded and brds_parity: a word written with its check bits comes back with none, one or two of all its
// bits turned, which and what the data are is the solver's choice.  brds_secded: with one wrong bit the data
// are right and `corrected` says so; two are reported, and so is nothing where nothing is wrong.
// brds_parity: one is reported, two are not.
//
// LINEAR = 1, for widths at which a solver does not see through the XORs of the data: wrong bits in the word of
// data 0 only, and words with a single one without wrong bits. As all of code and syndrome are XORs of the
// word's bits, this is every case: the syndrome of a word is the XOR of the syndromes of its data bits' words,
// which are 0, and of the wrong bits'.
`default_nettype none

module secded #(
    parameter integer WIDTH = 8,
    parameter integer CHECK = 4,
    parameter integer LINEAR = 0
) (
    input wire clk,
    input wire [WIDTH-1:0] data,
    input wire [31:0] first,
    input wire [31:0] second,
    input wire [1:0] wrong               // bits
);
    localparam [31:0] BITS = WIDTH + CHECK + 1;
    wire [WIDTH+CHECK:0] one = 1;
    wire [WIDTH+CHECK:0] turned = (wrong > 0 ? one << first : 0) ^ (wrong > 1 ? one << second : 0);
    wire [WIDTH+CHECK:0] word;
    wire [WIDTH-1:0] read;
    wire corrected, bad;
    brds_secded #(.WIDTH(WIDTH), .CHECK(CHECK)) dut (
        .clk(clk), .write_data(data), .write_word(word), .read_word(word ^ turned), .read_data(read),
        .corrected(corrected), .bad(bad));

    // the parity's word is cut from the same bits
    wire [WIDTH:0] parity_word;
    wire [WIDTH-1:0] parity_data;
    wire parity_bad;
    wire [WIDTH:0] parity_turned = turned[WIDTH:0];
    brds_parity #(.WIDTH(WIDTH)) parity (
        .clk(clk), .write_data(data), .write_word(parity_word), .read_word(parity_word ^ parity_turned),
        .read_data(parity_data), .bad(parity_bad));

    always @* assume (wrong != 3 && first < BITS && second < BITS && first != second);
    always @* assume (LINEAR == 0 || data == 0 || (wrong == 0 && (data & (data - 1)) == 0));

    reg [1:0] age = 0;                   // cycles since the start, 2 at most
    reg [WIDTH-1:0] data_1;
    reg [1:0] wrong_1, wrong_2, parity_wrong_1;
    always @(posedge clk) begin
        age <= age[1] ? 2 : age + 1;
        data_1 <= data;
        wrong_1 <= wrong;
        wrong_2 <= wrong_1;
        parity_wrong_1 <= (wrong > 0 && first <= WIDTH) + (wrong > 1 && second <= WIDTH);
    end
    always @* begin
        assert (word[WIDTH-1:0] == data && parity_word[WIDTH-1:0] == data);
        assert (parity_data == (data ^ parity_turned[WIDTH-1:0]));
        if (age >= 1) begin
            assert (wrong_1 > 1 || read == data_1);
            assert (parity_bad == (parity_wrong_1 == 1));
        end
        if (age >= 2) begin
            assert (corrected == (wrong_2 == 1));
            assert (bad == (wrong_2 == 2));
        end
    end
    always @* cover (age >= 2 && corrected && wrong_1 == 2 && first == BITS - 1);
    always @* cover (age >= 2 && bad && parity_bad);
endmodule

`default_nettype wire
