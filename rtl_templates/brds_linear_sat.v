// SPDX-License-Identifier: Apache-2.0
//
// Purpose: saturation of a linear result to the format of its phase.
//   q = head ? sat_HEAD(d) : sat_ACT(d), sign extended to RESULT_BITS
// Latency: 0.
`default_nettype none

module brds_linear_sat #(
    // bits of the sum
    parameter integer IN_BITS = 46,
    // bits of a projection's result
    parameter integer ACT_BITS = 16,
    // bits of the head's output, 0 without a head
    parameter integer HEAD_BITS = 0,
    // bits of the larger of both
    parameter integer RESULT_BITS = 16,
    // 1: there is a projection
    parameter integer PROJECTION = 1
) (
    input  wire signed [IN_BITS-1:0] d,
    input  wire                      head,
    output wire [RESULT_BITS-1:0]    q,
    output wire                      clip
);
    // the format that is not there takes the other's bits and is never chosen
    localparam integer A_BITS = (PROJECTION != 0) ? ACT_BITS : HEAD_BITS;
    localparam integer O_BITS = (HEAD_BITS != 0) ? HEAD_BITS : ACT_BITS;

    wire signed [O_BITS-1:0]      q_o;
    wire                          clip_o;
    wire signed [RESULT_BITS-1:0] wide_o;
    brds_sat #(.IN_BITS(IN_BITS), .OUT_BITS(O_BITS)) u_o (.d(d), .q(q_o), .clip(clip_o));
    generate
        if (RESULT_BITS > O_BITS) begin : g_wide_o
            assign wide_o = {{(RESULT_BITS-O_BITS){q_o[O_BITS-1]}}, q_o};
        end else begin : g_same_o
            assign wide_o = q_o;
        end
        if (A_BITS == O_BITS) begin : g_single
            wire unused_head = head;
            assign q = wide_o;
            assign clip = clip_o;
        end else begin : g_both
            wire signed [A_BITS-1:0]      q_a;
            wire                          clip_a;
            wire signed [RESULT_BITS-1:0] wide_a;
            brds_sat #(.IN_BITS(IN_BITS), .OUT_BITS(A_BITS)) u_a (.d(d), .q(q_a), .clip(clip_a));
            if (RESULT_BITS > A_BITS) begin : g_wide_a
                assign wide_a = {{(RESULT_BITS-A_BITS){q_a[A_BITS-1]}}, q_a};
            end else begin : g_same_a
                assign wide_a = q_a;
            end
            assign q = head ? wide_o : wide_a;
            assign clip = head ? clip_o : clip_a;
        end
    endgenerate
endmodule

`default_nettype wire
