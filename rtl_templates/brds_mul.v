// SPDX-License-Identifier: Apache-2.0
//
// Purpose: a lane's multiplier, registered the way DSP blocks are built, or in logic.
//   p(n) = a(n - MUL_REGS) * b(n - MUL_REGS)
//   MUL_REGS 1: product.  2: operands, product.  3: operands, product, output.
//            4: operands twice, product, output.
// Latency: MUL_REGS cycles.  Initiation interval: 1.
`default_nettype none

module brds_mul #(
    // bits of the operands
    parameter integer A_BITS = 8,
    parameter integer B_BITS = 16,
    // registers, 1..4
    parameter integer MUL_REGS = 3,
    // 1: (* keep *) on the product register.  Yosys 0.23's ice40_dsp otherwise packs this and
    // the next adder into one block wrongly and deletes logic.  0: the register may go into the block.
    parameter integer MUL_KEEP = 0,
    // 1: plain multiplication; 0: sums in logic, as many as the narrower operand has bits (brds_product)
    parameter integer MUL_DSP = 1
) (
    input  wire                            clk,
    input  wire signed [A_BITS-1:0]        a,
    input  wire signed [B_BITS-1:0]        b,
    output wire signed [A_BITS+B_BITS-1:0] p
);
    localparam integer OPERAND_REGS = (MUL_REGS >= 4) ? 2 : (MUL_REGS >= 2) ? 1 : 0;
    localparam integer OUTPUT_REGS = (MUL_REGS >= 3) ? 1 : 0;

    wire signed [A_BITS-1:0]        left;
    wire signed [B_BITS-1:0]        right;
    wire signed [A_BITS+B_BITS-1:0] product;
    wire signed [A_BITS+B_BITS-1:0] exact;

    brds_delay #(.WIDTH(A_BITS), .DEPTH(OPERAND_REGS)) u_a (.clk(clk), .d(a), .q(left));
    brds_delay #(.WIDTH(B_BITS), .DEPTH(OPERAND_REGS)) u_b (.clk(clk), .d(b), .q(right));

    generate
        // the wider operand first: Yosys 0.23 looks at the least widths of nexus' and intel_alm's blocks in this order
        if (MUL_DSP == 0 && A_BITS < B_BITS) begin : g_exact
            brds_product #(.A_BITS(B_BITS), .B_BITS(A_BITS), .DSP(0)) u_product (.a(right), .b(left), .y(exact));
        end else if (MUL_DSP == 0) begin : g_exact
            brds_product #(.A_BITS(A_BITS), .B_BITS(B_BITS), .DSP(0)) u_product (.a(left), .b(right), .y(exact));
        end else if (A_BITS < B_BITS) begin : g_exact
            assign exact = right * left;
        end else begin : g_exact
            assign exact = left * right;
        end
        if (MUL_KEEP != 0) begin : g_keep
            (* keep *) reg signed [A_BITS+B_BITS-1:0] kept;
            always @(posedge clk)
                kept <= exact;
            assign product = kept;
        end else begin : g_free
            reg signed [A_BITS+B_BITS-1:0] free;
            always @(posedge clk)
                free <= exact;
            assign product = free;
        end
    endgenerate

    brds_delay #(.WIDTH(A_BITS + B_BITS), .DEPTH(OUTPUT_REGS)) u_p (.clk(clk), .d(product), .q(p));
endmodule

`default_nettype wire
