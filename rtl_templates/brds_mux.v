// SPDX-License-Identifier: Apache-2.0
//
// Purpose: one of COUNT words, by halving the choice with each bit of sel from
// the top (a variable part select makes some tools multiply).
//   q = d[sel], sel < COUNT
// Latency: 0.
`default_nettype none

module brds_mux #(
    // words to choose from, at least 1
    parameter integer COUNT = 2,
    // bits of a word
    parameter integer WIDTH = 8,
    // bits of sel: clog2(COUNT), at least 1
    parameter integer SEL_BITS = 1
) (
    input  wire [COUNT*WIDTH-1:0] d,
    input  wire [SEL_BITS-1:0]    sel,
    output wire [WIDTH-1:0]       q
);
    localparam integer LEVELS = $clog2(COUNT);

    // Halves the words that are left, from the top bit of sel on.  A loop, not a generate block: Icarus
    // takes time that grows with the square of the number of generate scopes of a module.
    reg [(WIDTH<<LEVELS)-1:0] left;
    integer l, i;
    always @* begin
        left = {(WIDTH<<LEVELS){1'b0}};
        left[COUNT*WIDTH-1:0] = d;
        for (l = LEVELS - 1; l >= 0; l = l - 1)
            for (i = 0; i < (1 << l); i = i + 1)
                if (sel[l])
                    left[i*WIDTH +: WIDTH] = left[(i+(1<<l))*WIDTH +: WIDTH];
    end
    assign q = left[WIDTH-1:0];
    wire unused = &{1'b0, sel, left};
endmodule

`default_nettype wire
