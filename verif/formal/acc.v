// SPDX-License-Identifier: Apache-2.0
//
// brds_acc: every row group's sum is that of its own beats since its first, whatever beats of other groups lie between;
// with one group at a time, since the clear before its first; a cycle without enable is no beat.
`default_nettype none

module acc #(
    parameter integer BITS = 6,
    parameter integer OPEN_BITS = 2
) (
    input wire clk,
    input wire [BITS-1:0] d,
    input wire enable,
    input wire clear,
    input wire first,
    input wire [((OPEN_BITS > 0) ? OPEN_BITS : 1)-1:0] number
);
    wire [BITS-1:0] sum;
    brds_acc #(.BITS(BITS), .OPEN_BITS(OPEN_BITS)) dut (
        .clk(clk), .d(d), .enable(enable), .clear(clear), .first(first), .number(number), .sum(sum));

    // one of the groups, any
    (* anyconst *) reg [((OPEN_BITS > 0) ? OPEN_BITS : 1)-1:0] watched;
    wire mine = enable && (OPEN_BITS == 0 || number == watched);
    reg begun = 0;
    reg [BITS-1:0] total;
    wire fresh = OPEN_BITS > 0 && first;
    wire [BITS-1:0] wanted = fresh ? d : total + d;

    always @(posedge clk) begin
        if (OPEN_BITS == 0 && clear) begin
            begun <= 1;
            total <= 0;
        end else if (mine && (fresh || begun)) begin
            begun <= 1;
            total <= wanted;
        end
    end
    reg [2:0] others = 0; // beats of other groups since the watched one's latest
    always @(posedge clk)
        others <= mine ? 0 : others + (enable && others != 7);
    // invariant, for four groups: the watched one's word
    (* hierconn *) wire [BITS-1:0] \dut.g_open.acc[0] , \dut.g_open.acc[1] , \dut.g_open.acc[2] , \dut.g_open.acc[3] ;
    wire [4*BITS-1:0] words = {
        \dut.g_open.acc[3] , \dut.g_open.acc[2] , \dut.g_open.acc[1] , \dut.g_open.acc[0] };
    wire [BITS-1:0] word = words >> watched * BITS;
    always @* begin
        if (OPEN_BITS == 2 && begun)
            assert (word == total);
        if (OPEN_BITS == 0 && begun)
            assert (sum == total + d);
        if (mine && (fresh || begun))
            assert (sum == wanted);
        cover (mine && begun && !fresh && others == ((OPEN_BITS > 0) ? 3 : 0) && total == 5 && sum == 2);
    end
endmodule

`default_nettype wire
