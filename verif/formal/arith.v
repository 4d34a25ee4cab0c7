// SPDX-License-Identifier: Apache-2.0
//
// Rounding and saturation equal their definitions for every input: brds_round, brds_roundc, brds_sat,
// brds_clip, brds_linear_sat; and brds_product the product, in logic as well.  The references use one common way of writing: a number with more bits
// than any result needs, the remainder against one half, comparisons with the bounds.
`default_nettype none

module arith #(
    // of brds_round and brds_roundc
    parameter integer BITS = 12,
    parameter integer ROUNDING = 0,
    parameter integer SHIFT = 4,
    // of brds_sat, brds_clip (no more bits out than in) and brds_linear_sat
    parameter integer IN_BITS = 12,
    parameter integer OUT_BITS = 8,
    parameter integer ACT_BITS = 8,
    parameter integer HEAD_BITS = 6,
    parameter integer PROJECTION = 1,
    // of brds_product
    parameter integer A_BITS = 5,
    parameter integer B_BITS = 6
) (
    input wire signed [BITS-1:0] d,
    input wire [5:0] shift,
    input wire signed [IN_BITS-1:0] n,
    input wire head,
    input wire signed [A_BITS-1:0] a,
    input wire signed [B_BITS-1:0] b
);
    localparam integer RESULT_BITS = ACT_BITS > HEAD_BITS ? ACT_BITS : HEAD_BITS;
    localparam integer WIDE = BITS + 66;

    // R(x / 2^s): the floor, or one more if the remainder says so
    function signed [BITS:0] rounded(input signed [BITS-1:0] x, input [5:0] s);
        reg signed [WIDE-1:0] wide, whole;
        reg [WIDE-1:0] twice, unit;
        begin
            unit = 1;
            unit = unit << s;
            wide = x;
            whole = wide >>> s;
            twice = (wide - (whole << s)) << 1; // twice the remainder
            rounded = whole;
            if (ROUNDING != 2 && (twice > unit || (twice == unit && s != 0 && (ROUNDING == 0 || whole[0]))))
                rounded = whole + 1;
        end
    endfunction

    wire signed [BITS-1:0] floor_v;
    wire up_v;
    brds_round #(.BITS(BITS), .ROUNDING(ROUNDING)) round_v (.d(d), .shift(shift), .floor(floor_v), .up(up_v));
    wire signed [BITS:0] result_v = floor_v + $signed({1'b0, up_v});
    wire signed [BITS:0] wanted_v = rounded(d, shift);

    // the same with a constant shift
    wire signed [BITS-SHIFT-1:0] floor_c;
    wire up_c;
    brds_roundc #(.BITS(BITS), .SHIFT(SHIFT), .ROUNDING(ROUNDING)) round_c (.d(d), .floor(floor_c), .up(up_c));
    wire signed [BITS:0] result_c = floor_c + $signed({1'b0, up_c});

    // min(max(x, -2^(bits-1)), 2^(bits-1) - 1)
    function signed [63:0] clamped(input signed [63:0] x, input integer bits);
        reg signed [63:0] top;
        begin
            top = (64'sd1 <<< (bits - 1)) - 1;
            clamped = x > top ? top : x < -top - 1 ? -top - 1 : x;
        end
    endfunction
    wire signed [63:0] wide_n = n;
    wire signed [63:0] sat_n = clamped(wide_n, OUT_BITS);

    wire signed [OUT_BITS-1:0] q_sat, q_clip;
    wire did_sat, did_clip;
    brds_sat #(.IN_BITS(IN_BITS), .OUT_BITS(OUT_BITS)) sat (.d(n), .q(q_sat), .clip(did_sat));
    generate
        if (OUT_BITS <= IN_BITS) begin : g_clip
            brds_clip #(.IN_BITS(IN_BITS), .OUT_BITS(OUT_BITS)) clip (.in(n), .out(q_clip), .clipped(did_clip));
        end else begin : g_no_clip
            assign q_clip = q_sat;
            assign did_clip = did_sat;
        end
    endgenerate

    wire signed [RESULT_BITS-1:0] q_linear;
    wire did_linear;
    brds_linear_sat #(.IN_BITS(IN_BITS), .ACT_BITS(ACT_BITS), .HEAD_BITS(HEAD_BITS), .RESULT_BITS(RESULT_BITS),
                      .PROJECTION(PROJECTION)) linear (.d(n), .head(head), .q(q_linear), .clip(did_linear));
    // `head` is that of a phase, so it names a format that exists
    wire to_head = HEAD_BITS != 0 && (head || PROJECTION == 0);
    wire signed [63:0] linear_n = clamped(wide_n, to_head ? HEAD_BITS : ACT_BITS);

    wire signed [A_BITS+B_BITS-1:0] product;
    brds_product #(.A_BITS(A_BITS), .B_BITS(B_BITS), .DSP(0)) by_logic (.a(a), .b(b), .y(product));

    always @* begin
        assert (product == a * b);
        assert (result_v == wanted_v);
        assert (result_c == rounded(d, SHIFT));
        assert (q_sat == sat_n && did_sat == (sat_n != wide_n));
        assert (q_clip == sat_n && did_clip == (sat_n != wide_n));
        assert (q_linear == linear_n && did_linear == (linear_n != wide_n));
    end
    always @* begin
        cover (up_v && shift == 3 && d < 0);
        cover (did_sat && q_sat < 0);
        cover (did_linear && head && q_linear > 0);
    end
endmodule

`default_nettype wire
