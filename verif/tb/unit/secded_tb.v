// SPDX-License-Identifier: Apache-2.0
//
// brds_secded, every case of a width: none, each one and each two of all bits of the word of data 0 wrong, and
// the words of data with a single one without wrong bits.  Check bits and syndrome are XORs of the word's bits,
// so what holds for these holds for all data: the syndrome of a word is the XOR of its data bits' words'
// syndromes, which are 0, and of the wrong bits'.  Some random data with each one bit wrong on top.
// brds_parity beside it: each one wrong bit is seen, no two are.
`timescale 1ns / 1ps
`default_nettype none

module secded_tb;
    parameter integer WIDTH = 64;
    parameter integer CHECK = 7;
    parameter integer SEED = 1;

    localparam integer BITS = WIDTH + CHECK + 1;

    reg              clk = 1'b0;
    reg [WIDTH-1:0]  data;
    reg [BITS-1:0]   turned;
    wire [BITS-1:0]  word;
    wire [WIDTH-1:0] read, parity_read;
    wire [WIDTH:0]   parity_word;
    wire             corrected, bad, parity_bad;
    brds_secded #(.WIDTH(WIDTH), .CHECK(CHECK)) dut (
        .clk(clk), .write_data(data), .write_word(word), .read_word(word ^ turned), .read_data(read),
        .corrected(corrected), .bad(bad)
    );
    brds_parity #(.WIDTH(WIDTH)) parity (
        .clk(clk), .write_data(data), .write_word(parity_word),
        .read_word(parity_word ^ turned[WIDTH:0]), .read_data(parity_read), .bad(parity_bad)
    );

    localparam [BITS-1:0] ONE = 1;
    integer i, j, seed, errors, cases;

    // one word through the decoder; `wrong` of its bits are turned, `low` of these are the parity's word's
    task try;
        input integer wrong;
        input integer low;
        begin
            #5 clk = 1'b1;
            #1 if ((wrong < 2 && read !== data) || parity_bad !== (low == 1) ||
                   parity_read !== (data ^ turned[WIDTH-1:0]))
                errors = errors + 1;
            #4 clk = 1'b0;
            #5 clk = 1'b1;
            #1 if (corrected !== (wrong == 1) || bad !== (wrong == 2)) errors = errors + 1;
            #4 clk = 1'b0;
            cases = cases + 1;
        end
    endtask

    initial begin
        seed = SEED;
        errors = 0;
        cases = 0;
        data = 0;
        turned = 0;
        try(0, 0);
        for (i = 0; i < BITS; i = i + 1) begin
            turned = ONE << i;
            try(1, i <= WIDTH);
            for (j = 0; j < i; j = j + 1) begin
                turned = (ONE << i) | (ONE << j);
                try(2, (i <= WIDTH) + (j <= WIDTH));
            end
        end
        turned = 0;
        for (i = 0; i < WIDTH; i = i + 1) begin
            data = 0;
            data[i] = 1'b1;
            try(0, 0);
        end
        for (j = 0; j < 4; j = j + 1) begin
            for (i = 0; i < WIDTH; i = i + 1) data[i] = $random(seed);
            for (i = 0; i < BITS; i = i + 1) begin
                turned = ONE << i;
                try(1, i <= WIDTH);
            end
        end
        if (errors == 0 && cases == 1 + BITS + BITS * (BITS - 1) / 2 + WIDTH + 4 * BITS)
            $display("PASS %0d cases", cases);
        else $display("FAIL %0d of %0d", errors, cases);
        $finish;
    end
endmodule

`default_nettype wire
