// SPDX-License-Identifier: Apache-2.0
//
// Purpose: piecewise-linear function (sigmoid or tanh) from a table of
// 2^ENTRY_BITS segments of the clamped input.
//   zi = z (TANH = 0) or clamp(z, -4, 4 - 2^-FRAC) (TANH = 1)
//   {entry, dz} = zi with its sign bit inverted
//   y = floor((start[entry] * 2^(FRAC-3) + slope[entry] * dz) / 2^(FRAC-1))
// Latency: FUNC_REGS cycles: 1: result.  2: table word, result.  3: table word,
// product, result.  Initiation interval: 1.
`default_nettype none

module brds_func #(
    // 1: tanh over [-4, 4); 0: sigmoid over [-8, 8)
    parameter integer TANH = 0,
    // bits of the input, frac FRAC
    parameter integer Z_BITS = 18,
    // bits of the result, frac FRAC
    parameter integer GATE_BITS = 16,
    // fractional bits of input and result
    parameter integer GATE_FRAC = 14,
    // address bits of the table
    parameter integer ENTRY_BITS = 6,
    // bits of a slope (unsigned, frac FRAC-1)
    parameter integer SLOPE_BITS = 13,
    // entry e at [e*(GATE_BITS+2+SLOPE_BITS) +: ..]: {start (signed, frac FRAC+2), slope}
    parameter [(1<<ENTRY_BITS)*(GATE_BITS+2+SLOPE_BITS)-1:0] TABLE = 0,
    // registers, 1..3
    parameter integer FUNC_REGS = 2,
    // 1: the product in a DSP block, 0: in logic
    parameter integer FUNC_DSP = 1
) (
    input  wire                        clk,
    input  wire signed [Z_BITS-1:0]    z,
    output reg  signed [GATE_BITS-1:0] y
);
    localparam integer START_BITS = GATE_BITS + 2;
    localparam integer WORD_BITS = START_BITS + SLOPE_BITS;
    localparam integer DOMAIN_BITS = Z_BITS - TANH;
    localparam integer LOW_BITS = DOMAIN_BITS - ENTRY_BITS;
    // an empty dz is one bit of 0
    localparam integer DZ_BITS = (LOW_BITS < 1) ? 1 : LOW_BITS;
    localparam integer PRODUCT_BITS = SLOPE_BITS + DZ_BITS + 2;
    localparam integer START_SHIFT = GATE_FRAC - 3;
    localparam integer POINT = GATE_FRAC - 1;
    localparam integer SHIFTED_BITS = START_BITS + START_SHIFT;
    localparam integer SUM_BITS =
        ((SHIFTED_BITS > PRODUCT_BITS) ? SHIFTED_BITS : PRODUCT_BITS) + 1;

    wire signed [DOMAIN_BITS-1:0] zi;
    wire                          unused_clip;
    brds_sat #(.IN_BITS(Z_BITS), .OUT_BITS(DOMAIN_BITS)) u_domain (
        .d(z), .q(zi), .clip(unused_clip)
    );

    wire [ENTRY_BITS-1:0] entry =
        {!zi[DOMAIN_BITS-1], zi[DOMAIN_BITS-2 -: ENTRY_BITS-1]};
    wire [DZ_BITS-1:0]    low;
    generate
        if (LOW_BITS < 1) begin : g_no_low
            assign low = 1'b0;
        end else begin : g_low
            assign low = zi[LOW_BITS-1:0];
        end
    endgenerate

    // a table in logic: it is small, and every element lane has five of them (romstyle: Quartus,
    // and Yosys as logic_block is; others have LUTs only for a ROM that is read without a clock)
    (* romstyle = "logic", logic_block *)
    reg [WORD_BITS-1:0] rom [0:(1<<ENTRY_BITS)-1];
    integer e;
    initial
        for (e = 0; e < (1 << ENTRY_BITS); e = e + 1)
            rom[e] = TABLE[e*WORD_BITS +: WORD_BITS];

    wire [WORD_BITS-1:0]            found = rom[entry];
    wire [WORD_BITS-1:0]            word;
    wire [DZ_BITS-1:0]              dz;
    wire signed [PRODUCT_BITS-1:0]  product;
    wire signed [PRODUCT_BITS-1:0]  scaled;
    wire signed [START_BITS-1:0]    start;

    brds_delay #(.WIDTH(WORD_BITS + DZ_BITS), .DEPTH((FUNC_REGS >= 2) ? 1 : 0)) u_word (
        .clk(clk), .d({found, low}), .q({word, dz})
    );
    brds_product #(.A_BITS(SLOPE_BITS + 1), .B_BITS(DZ_BITS + 1), .DSP(FUNC_DSP)) u_product (
        .a({1'b0, word[SLOPE_BITS-1:0]}), .b({1'b0, dz}), .y(product)
    );
    brds_delay #(.WIDTH(PRODUCT_BITS + START_BITS), .DEPTH((FUNC_REGS >= 3) ? 1 : 0)) u_scaled (
        .clk(clk), .d({product, word[WORD_BITS-1:SLOPE_BITS]}), .q({scaled, start})
    );

    wire signed [SUM_BITS-1:0] sum =
        {{(SUM_BITS-SHIFTED_BITS){start[START_BITS-1]}}, start, {START_SHIFT{1'b0}}} +
        {{(SUM_BITS-PRODUCT_BITS){scaled[PRODUCT_BITS-1]}}, scaled};

    // the table is made such that the result fits
    wire unused_sum = &{1'b0, sum[SUM_BITS-1:POINT+GATE_BITS], sum[POINT-1:0]};
    always @(posedge clk)
        y <= sum[POINT +: GATE_BITS];
endmodule

`default_nettype wire
