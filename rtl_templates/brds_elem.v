// SPDX-License-Identifier: Apache-2.0
//
// Purpose: one element lane: from the closed sums of a unit's four gate rows to
// c_t and h_t, or from one row's sum to a linear result.
//   S_k = (acc_x << shl_x) + (zero ? 0 : acc_h << shl_h);  r_k = R(S_k >> shr)
//   z_k = sat(r_k + bias_k + R(p_k * c >> shr_p));  i, f, o = sigmoid(z), g = tanh(z)
//   c_t = sat(R((f * c_{t-1} << a) + (i * g << b) >> s));  h_t = sat(R(o * tanh(c_t)))
//   linear: result = sat(r + bias)
// Timing: a port's number is the cycle after slot u's drain registers (cycle d + u = 0);
// F = FUNC_REGS, PE2 = 2 * PEEPHOLE:
//   1 aligned sums; 2 S; 3 r; 4 z; 4+F gates; 5+F products; 6+F their rounded sum; 7+F c_t;
//   8+F zc; 8+2F+PE2 o and tanh(zc); 9+2F+PE2 product; 10+2F+PE2 result
// Latency: 10+2F+PE2.  Initiation interval: 1.
`default_nettype none

module brds_elem #(
    // bits and fractional bits of x, h and of a peephole weight's bits
    parameter integer ACT_BITS = 16,
    parameter integer ACT_FRAC = 12,
    // format of c
    parameter integer CELL_BITS = 24,
    parameter integer CELL_FRAC = 16,
    // bits of a function's input (frac GATE_FRAC) and format of its result
    parameter integer Z_BITS = 18,
    parameter integer GATE_BITS = 16,
    parameter integer GATE_FRAC = 14,
    // bits of the accumulators, of their aligned sum, of a bias
    parameter integer XACC_BITS = 27,
    parameter integer HACC_BITS = 28,
    parameter integer SUM_BITS = 44,
    parameter integer BIAS_BITS = 18,
    // bits of the head's output, 0 without a head
    parameter integer HEAD_BITS = 0,
    // bits of a result: max(ACT_BITS, HEAD_BITS)
    parameter integer RESULT_BITS = 16,
    // 0 half_up, 1 half_even, 2 truncate
    parameter integer ROUNDING = 0,
    // 1: some layer has peephole weights
    parameter integer PEEPHOLE = 0,
    // 1: there is a projection or head phase; 1: there is a projection
    parameter integer LINEAR = 0,
    parameter integer PROJECTION = 0,
    // functions
    parameter integer FUNC_ENTRY_BITS = 6,
    parameter integer SIGMOID_SLOPE_BITS = 13,
    parameter integer TANH_SLOPE_BITS = 14,
    parameter [(1<<FUNC_ENTRY_BITS)*(ACT_BITS+2+SIGMOID_SLOPE_BITS)-1:0] SIGMOID_TABLE = 0,
    parameter [(1<<FUNC_ENTRY_BITS)*(ACT_BITS+2+TANH_SLOPE_BITS)-1:0] TANH_TABLE = 0,
    parameter integer FUNC_REGS = 2,
    // 1: products in DSP blocks, 0: in logic
    parameter integer FUNC_DSP = 1
) (
    input  wire                          clk,
    // 0: drain registers of the four gates, and how to align them
    input  wire [4*XACC_BITS-1:0]        acc_x,
    input  wire [4*HACC_BITS-1:0]        acc_h,
    input  wire [1:0]                    sel_0,   // linear: the gate whose row is worked on, else 0
    input  wire                          zero_0,  // h_{t-1} is 0
    input  wire [3:0]                    shl_x_0,
    input  wire [3:0]                    shl_h_0,
    // 2
    input  wire [5:0]                    shr_2,
    // 3: biases of gates i, f, g, o
    input  wire [4*BIAS_BITS-1:0]        bias_3,
    input  wire [1:0]                    sel_3,
    input  wire                          head_3,  // linear: the head's format
    // peephole weights of gates i, f, o (with peephole only)
    input  wire [3*ACT_BITS-1:0]         peep_1,
    input  wire [5:0]                    shr_p_2,
    input  wire [5:0]                    shr_p_8f,
    // c_{t-1}; peephole: in cycle 1, else in cycle 4+F; c_zero: it is 0
    input  wire [CELL_BITS-1:0]          cell_in,
    input  wire                          cell_zero,
    // 7+F
    output wire [CELL_BITS-1:0]          cell_out,
    // 9+2F+PE2: the result is that of a linear phase
    input  wire                          linear_9,
    // 10+2F+PE2
    output reg  [RESULT_BITS-1:0]        result,
    // saturations: 4 (bit 3, gate o, with peephole: 10+F), 8+F, 7+F, 10+2F+PE2
    output wire [3:0]                    clip_gate,
    output wire                          clip_function,
    output wire                          clip_cell,
    output reg                           clip_output
);
    localparam integer PEEP_BITS = ACT_BITS + CELL_BITS;
    localparam integer RP_BITS = (PEEPHOLE != 0) ? PEEP_BITS : 1;
    localparam integer WIDEST_SB = (SUM_BITS > BIAS_BITS) ? SUM_BITS : BIAS_BITS;
    // r + bias + rp: three terms and two carries
    localparam integer ZS_BITS = ((WIDEST_SB > RP_BITS) ? WIDEST_SB : RP_BITS) + 2;

    // ---- 1, 2: align and add ----

    wire [XACC_BITS-1:0] first_x;
    wire [HACC_BITS-1:0] first_h;
    wire signed [BIAS_BITS-1:0] first_bias;
    generate
        if (LINEAR != 0) begin : g_select
            brds_mux #(.COUNT(4), .WIDTH(XACC_BITS), .SEL_BITS(2)) u_x (
                .d(acc_x), .sel(sel_0), .q(first_x)
            );
            brds_mux #(.COUNT(4), .WIDTH(HACC_BITS), .SEL_BITS(2)) u_h (
                .d(acc_h), .sel(sel_0), .q(first_h)
            );
            brds_mux #(.COUNT(4), .WIDTH(BIAS_BITS), .SEL_BITS(2)) u_bias (
                .d(bias_3), .sel(sel_3), .q(first_bias)
            );
        end else begin : g_first
            wire unused_sel = &{1'b0, sel_0, sel_3};
            assign first_x = acc_x[XACC_BITS-1:0];
            assign first_h = acc_h[HACC_BITS-1:0];
            assign first_bias = bias_3[BIAS_BITS-1:0];
        end
    endgenerate

    wire signed [4*SUM_BITS-1:0] floors;  // 3: r = floor + up
    wire [3:0]                   ups;
    genvar k;
    generate
        for (k = 0; k < 4; k = k + 1) begin : g_align
            wire [XACC_BITS-1:0] from_x;
            wire [HACC_BITS-1:0] from_h;
            if (k == 0) begin : g_from
                assign from_x = first_x;
                assign from_h = first_h;
            end else begin : g_from
                assign from_x = acc_x[k*XACC_BITS +: XACC_BITS];
                assign from_h = acc_h[k*HACC_BITS +: HACC_BITS];
            end
            wire signed [SUM_BITS-1:0] wide_x =
                {{(SUM_BITS-XACC_BITS){from_x[XACC_BITS-1]}}, from_x};
            wire signed [SUM_BITS-1:0] wide_h =
                {{(SUM_BITS-HACC_BITS){from_h[HACC_BITS-1]}}, from_h};
            reg signed [SUM_BITS-1:0] x_1;
            reg signed [SUM_BITS-1:0] h_1;
            reg signed [SUM_BITS-1:0] sum_2;
            reg signed [SUM_BITS-1:0] floor_3;
            reg                       up_3;
            wire signed [SUM_BITS-1:0] floor;
            wire                       up;
            brds_round #(.BITS(SUM_BITS), .ROUNDING(ROUNDING)) u_round (
                .d(sum_2), .shift(shr_2), .floor(floor), .up(up)
            );
            always @(posedge clk) begin
                x_1 <= wide_x << shl_x_0;
                h_1 <= zero_0 ? {SUM_BITS{1'b0}} : wide_h << shl_h_0;
                sum_2 <= x_1 + h_1;
                floor_3 <= floor;
                up_3 <= up;
            end
            assign floors[k*SUM_BITS +: SUM_BITS] = floor_3;
            assign ups[k] = up_3;
        end
    endgenerate

    // ---- peephole products of c_{t-1}; c masked ----

    wire signed [CELL_BITS-1:0] cell_masked = cell_zero ? {CELL_BITS{1'b0}} : cell_in;
    wire signed [CELL_BITS-1:0] cell_4f;  // c_{t-1} beside the gates
    wire signed [2*RP_BITS-1:0] rps;      // 3: rp of gates i, f = floor + up
    wire [1:0]                  rp_ups;
    wire signed [RP_BITS-1:0]   rp_o;     // 9+F: rp of gate o
    wire                        rp_o_up;
    generate
        if (PEEPHOLE != 0) begin : g_peephole
            for (k = 0; k < 2; k = k + 1) begin : g_gate
                wire signed [PEEP_BITS-1:0] product;
                reg signed [PEEP_BITS-1:0]  product_2;
                wire signed [PEEP_BITS-1:0] floor;
                wire                        up;
                reg signed [PEEP_BITS-1:0]  floor_3;
                reg                         up_3;
                brds_product #(.A_BITS(ACT_BITS), .B_BITS(CELL_BITS), .DSP(FUNC_DSP)) u_product (
                    .a(peep_1[k*ACT_BITS +: ACT_BITS]), .b(cell_masked), .y(product)
                );
                brds_round #(.BITS(PEEP_BITS), .ROUNDING(ROUNDING)) u_round (
                    .d(product_2), .shift(shr_p_2), .floor(floor), .up(up)
                );
                always @(posedge clk) begin
                    product_2 <= product;
                    floor_3 <= floor;
                    up_3 <= up;
                end
                assign rps[k*RP_BITS +: RP_BITS] = floor_3;
                assign rp_ups[k] = up_3;
            end

            wire signed [ACT_BITS-1:0]  peep_o;
            wire signed [PEEP_BITS-1:0] product_o;
            reg signed [PEEP_BITS-1:0]  product_o_8f;
            wire signed [PEEP_BITS-1:0] floor_o;
            wire                        up_o;
            reg signed [PEEP_BITS-1:0]  floor_o_9f;
            reg                         up_o_9f;
            brds_delay #(.WIDTH(ACT_BITS), .DEPTH(6 + FUNC_REGS)) u_peep_o (
                .clk(clk), .d(peep_1[2*ACT_BITS +: ACT_BITS]), .q(peep_o)
            );
            brds_product #(.A_BITS(ACT_BITS), .B_BITS(CELL_BITS), .DSP(FUNC_DSP)) u_product_o (
                .a(peep_o), .b(cell_out), .y(product_o)
            );
            brds_round #(.BITS(PEEP_BITS), .ROUNDING(ROUNDING)) u_round_o (
                .d(product_o_8f), .shift(shr_p_8f), .floor(floor_o), .up(up_o)
            );
            always @(posedge clk) begin
                product_o_8f <= product_o;
                floor_o_9f <= floor_o;
                up_o_9f <= up_o;
            end
            assign rp_o = floor_o_9f;
            assign rp_o_up = up_o_9f;
            brds_delay #(.WIDTH(CELL_BITS), .DEPTH(3 + FUNC_REGS)) u_cell (
                .clk(clk), .d(cell_masked), .q(cell_4f)
            );
        end else begin : g_plain
            wire unused_peephole = &{1'b0, peep_1, shr_p_2, shr_p_8f};
            assign rps = {2*RP_BITS{1'b0}};
            assign rp_ups = 2'b00;
            assign rp_o = {RP_BITS{1'b0}};
            assign rp_o_up = 1'b0;
            assign cell_4f = cell_masked;
        end
    endgenerate

    // ---- 4: z; 4+F: gates ----

    wire signed [4*GATE_BITS-1:0] gates;  // i, f, g at 4+F, o at 8+2F+PE2
    generate
        for (k = 0; k < 4; k = k + 1) begin : g_z
            wire signed [SUM_BITS-1:0]  floor = floors[k*SUM_BITS +: SUM_BITS];
            wire signed [BIAS_BITS-1:0] bias;
            wire signed [ZS_BITS-1:0]   biased;
            wire signed [ZS_BITS-1:0]   total;
            wire signed [Z_BITS-1:0]    z;
            wire                        clip;
            reg signed [Z_BITS-1:0]     z_4;
            reg                         clip_4;
            if (k == 0) begin : g_bias
                assign bias = first_bias;
            end else begin : g_bias
                assign bias = bias_3[k*BIAS_BITS +: BIAS_BITS];
            end
            assign biased = {{(ZS_BITS-SUM_BITS){floor[SUM_BITS-1]}}, floor} +
                            {{(ZS_BITS-BIAS_BITS){bias[BIAS_BITS-1]}}, bias} +
                            {{(ZS_BITS-1){1'b0}}, ups[k]};
            if (PEEPHOLE != 0 && k < 2) begin : g_early
                wire signed [RP_BITS-1:0] rp = rps[k*RP_BITS +: RP_BITS];
                assign total = biased + {{(ZS_BITS-RP_BITS){rp[RP_BITS-1]}}, rp} +
                               {{(ZS_BITS-1){1'b0}}, rp_ups[k]};
            end else if (PEEPHOLE != 0 && k == 3) begin : g_late
                // gate o waits for c_t: 4 .. 9+F
                wire signed [ZS_BITS-1:0] biased_9f;
                brds_delay #(.WIDTH(ZS_BITS), .DEPTH(6 + FUNC_REGS)) u_biased (
                    .clk(clk), .d(biased), .q(biased_9f)
                );
                assign total = biased_9f + {{(ZS_BITS-RP_BITS){rp_o[RP_BITS-1]}}, rp_o} +
                               {{(ZS_BITS-1){1'b0}}, rp_o_up};
            end else begin : g_none
                assign total = biased;
            end
            brds_sat #(.IN_BITS(ZS_BITS), .OUT_BITS(Z_BITS)) u_sat (.d(total), .q(z), .clip(clip));
            always @(posedge clk) begin
                z_4 <= z;
                clip_4 <= clip;
            end
            assign clip_gate[k] = clip_4;
            if (k == 2) begin : g_tanh
                brds_func #(
                    .TANH(1), .Z_BITS(Z_BITS), .GATE_BITS(GATE_BITS), .GATE_FRAC(GATE_FRAC),
                    .ENTRY_BITS(FUNC_ENTRY_BITS), .SLOPE_BITS(TANH_SLOPE_BITS),
                    .TABLE(TANH_TABLE), .FUNC_REGS(FUNC_REGS), .FUNC_DSP(FUNC_DSP)
                ) u_func (.clk(clk), .z(z_4), .y(gates[k*GATE_BITS +: GATE_BITS]));
            end else begin : g_sigmoid
                wire signed [GATE_BITS-1:0] gate;
                brds_func #(
                    .TANH(0), .Z_BITS(Z_BITS), .GATE_BITS(GATE_BITS), .GATE_FRAC(GATE_FRAC),
                    .ENTRY_BITS(FUNC_ENTRY_BITS), .SLOPE_BITS(SIGMOID_SLOPE_BITS),
                    .TABLE(SIGMOID_TABLE), .FUNC_REGS(FUNC_REGS), .FUNC_DSP(FUNC_DSP)
                ) u_func (.clk(clk), .z(z_4), .y(gate));
                // o waits for tanh(zc); with peephole it is late by itself
                brds_delay #(
                    .WIDTH(GATE_BITS), .DEPTH((k == 3 && PEEPHOLE == 0) ? 4 + FUNC_REGS : 0)
                ) u_gate (.clk(clk), .d(gate), .q(gates[k*GATE_BITS +: GATE_BITS]));
            end
        end
        if (PEEPHOLE == 0) begin : g_no_rp
            wire unused_rp = &{1'b0, rps, rp_ups, rp_o, rp_o_up};
        end
    endgenerate

    // ---- 5+F .. 7+F: c_t ----

    localparam integer FINER = (CELL_FRAC > GATE_FRAC) ? CELL_FRAC : GATE_FRAC;
    localparam integer FC_SHL = FINER - CELL_FRAC;
    localparam integer IG_SHL = FINER - GATE_FRAC;
    localparam integer CELL_SHR = GATE_FRAC + FINER - CELL_FRAC;
    localparam integer FC_BITS = GATE_BITS + CELL_BITS;
    localparam integer IG_BITS = 2 * GATE_BITS;
    localparam integer CS_BITS =
        ((FC_BITS + FC_SHL > IG_BITS + IG_SHL) ? FC_BITS + FC_SHL : IG_BITS + IG_SHL) + 1;
    localparam integer CR_BITS = CS_BITS - CELL_SHR;

    wire signed [FC_BITS-1:0] fc;
    wire signed [IG_BITS-1:0] ig;
    reg signed [FC_BITS-1:0]  fc_5f;
    reg signed [IG_BITS-1:0]  ig_5f;
    brds_product #(.A_BITS(GATE_BITS), .B_BITS(CELL_BITS), .DSP(FUNC_DSP)) u_fc (
        .a(gates[GATE_BITS +: GATE_BITS]), .b(cell_4f), .y(fc)
    );
    brds_product #(.A_BITS(GATE_BITS), .B_BITS(GATE_BITS), .DSP(FUNC_DSP)) u_ig (
        .a(gates[0 +: GATE_BITS]), .b(gates[2*GATE_BITS +: GATE_BITS]), .y(ig)
    );

    wire signed [CS_BITS-1:0] fc_wide = {{(CS_BITS-FC_BITS){fc_5f[FC_BITS-1]}}, fc_5f};
    wire signed [CS_BITS-1:0] ig_wide = {{(CS_BITS-IG_BITS){ig_5f[IG_BITS-1]}}, ig_5f};
    wire signed [CS_BITS-1:0] cell_sum = (fc_wide <<< FC_SHL) + (ig_wide <<< IG_SHL);
    wire signed [CR_BITS-1:0] cell_floor;
    wire                      cell_up;
    reg signed [CR_BITS-1:0]  cell_floor_6f;
    reg                       cell_up_6f;
    brds_roundc #(.BITS(CS_BITS), .SHIFT(CELL_SHR), .ROUNDING(ROUNDING)) u_cell_round (
        .d(cell_sum), .floor(cell_floor), .up(cell_up)
    );

    wire signed [CR_BITS:0] cell_total =
        {cell_floor_6f[CR_BITS-1], cell_floor_6f} + {{CR_BITS{1'b0}}, cell_up_6f};
    wire signed [CELL_BITS-1:0] cell_next;
    wire                        cell_clip;
    reg signed [CELL_BITS-1:0]  cell_7f;
    reg                         cell_clip_7f;
    brds_sat #(.IN_BITS(CR_BITS + 1), .OUT_BITS(CELL_BITS)) u_cell_sat (
        .d(cell_total), .q(cell_next), .clip(cell_clip)
    );

    always @(posedge clk) begin
        fc_5f <= fc;
        ig_5f <= ig;
        cell_floor_6f <= cell_floor;
        cell_up_6f <= cell_up;
        cell_7f <= cell_next;
        cell_clip_7f <= cell_clip;
    end
    assign cell_out = cell_7f;
    assign clip_cell = cell_clip_7f;

    // ---- 8+F: zc; 8+2F: tanh(zc) ----

    localparam integer ZC_SHR = (CELL_FRAC > GATE_FRAC) ? CELL_FRAC - GATE_FRAC : 0;
    localparam integer ZC_SHL = (CELL_FRAC > GATE_FRAC) ? 0 : GATE_FRAC - CELL_FRAC;
    localparam integer ZC_BITS = CELL_BITS - ZC_SHR;

    wire signed [ZC_BITS-1:0]      zc_floor;
    wire                           zc_up;
    wire signed [ZC_BITS+ZC_SHL:0] zc_total;
    wire signed [Z_BITS-1:0]       zc;
    wire                           zc_clip;
    reg signed [Z_BITS-1:0]        zc_8f;
    reg                            zc_clip_8f;
    brds_roundc #(.BITS(CELL_BITS), .SHIFT(ZC_SHR), .ROUNDING(ROUNDING)) u_zc_round (
        .d(cell_7f), .floor(zc_floor), .up(zc_up)
    );
    generate
        if (ZC_SHL == 0) begin : g_zc_right
            assign zc_total = {zc_floor[ZC_BITS-1], zc_floor} + {{ZC_BITS{1'b0}}, zc_up};
        end else begin : g_zc_left
            wire unused_zc_up = zc_up;
            assign zc_total = {zc_floor[ZC_BITS-1], zc_floor, {ZC_SHL{1'b0}}};
        end
    endgenerate
    brds_sat #(.IN_BITS(ZC_BITS + ZC_SHL + 1), .OUT_BITS(Z_BITS)) u_zc_sat (
        .d(zc_total), .q(zc), .clip(zc_clip)
    );
    always @(posedge clk) begin
        zc_8f <= zc;
        zc_clip_8f <= zc_clip;
    end
    assign clip_function = zc_clip_8f;

    wire signed [GATE_BITS-1:0] tanh_early;
    wire signed [GATE_BITS-1:0] tanh_c;
    brds_func #(
        .TANH(1), .Z_BITS(Z_BITS), .GATE_BITS(GATE_BITS), .GATE_FRAC(GATE_FRAC),
        .ENTRY_BITS(FUNC_ENTRY_BITS), .SLOPE_BITS(TANH_SLOPE_BITS),
        .TABLE(TANH_TABLE), .FUNC_REGS(FUNC_REGS), .FUNC_DSP(FUNC_DSP)
    ) u_tanh (.clk(clk), .z(zc_8f), .y(tanh_early));
    brds_delay #(.WIDTH(GATE_BITS), .DEPTH((PEEPHOLE != 0) ? 2 : 0)) u_tanh_c (
        .clk(clk), .d(tanh_early), .q(tanh_c)
    );

    // ---- 9+2F+PE2 product, 10+2F+PE2 h_t or the linear result ----

    localparam integer H_SHR = 2 * GATE_FRAC - ACT_FRAC;
    localparam integer HR_BITS = IG_BITS - H_SHR;

    wire signed [IG_BITS-1:0] h_product;
    reg signed [IG_BITS-1:0]  h_product_9;
    brds_product #(.A_BITS(GATE_BITS), .B_BITS(GATE_BITS), .DSP(FUNC_DSP)) u_h (
        .a(gates[3*GATE_BITS +: GATE_BITS]), .b(tanh_c), .y(h_product)
    );
    always @(posedge clk)
        h_product_9 <= h_product;

    wire signed [HR_BITS-1:0]  h_floor;
    wire                       h_up;
    wire signed [HR_BITS:0]    h_total = {h_floor[HR_BITS-1], h_floor} + {{HR_BITS{1'b0}}, h_up};
    wire signed [ACT_BITS-1:0] h_value;
    wire                       h_clip;
    brds_roundc #(.BITS(IG_BITS), .SHIFT(H_SHR), .ROUNDING(ROUNDING)) u_h_round (
        .d(h_product_9), .floor(h_floor), .up(h_up)
    );
    brds_sat #(.IN_BITS(HR_BITS + 1), .OUT_BITS(ACT_BITS)) u_h_sat (
        .d(h_total), .q(h_value), .clip(h_clip)
    );
    wire [RESULT_BITS-1:0] h_wide;
    generate
        if (RESULT_BITS > ACT_BITS) begin : g_h_wide
            assign h_wide = {{(RESULT_BITS-ACT_BITS){h_value[ACT_BITS-1]}}, h_value};
        end else begin : g_h_same
            assign h_wide = h_value;
        end
    endgenerate

    generate
        if (LINEAR != 0) begin : g_linear
            // c is masked in linear phases, so that the total of gate i is r + bias
            wire [RESULT_BITS-1:0] value;
            wire                   clip;
            wire [RESULT_BITS-1:0] value_9;
            wire                   clip_9;
            brds_linear_sat #(
                .IN_BITS(ZS_BITS), .ACT_BITS(ACT_BITS), .HEAD_BITS(HEAD_BITS),
                .RESULT_BITS(RESULT_BITS), .PROJECTION(PROJECTION)
            ) u_sat (.d(g_z[0].total), .head(head_3), .q(value), .clip(clip));
            brds_delay #(
                .WIDTH(RESULT_BITS + 1), .DEPTH(6 + 2 * FUNC_REGS + 2 * PEEPHOLE)
            ) u_value (.clk(clk), .d({value, clip}), .q({value_9, clip_9}));
            always @(posedge clk) begin
                result <= linear_9 ? value_9 : h_wide;
                clip_output <= linear_9 ? clip_9 : h_clip;
            end
        end else begin : g_gates
            wire unused_linear = &{1'b0, linear_9, head_3};
            always @(posedge clk) begin
                result <= h_wide;
                clip_output <= h_clip;
            end
        end
    endgenerate
endmodule

`default_nettype wire
