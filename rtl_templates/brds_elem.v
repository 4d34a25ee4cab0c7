// SPDX-License-Identifier: Apache-2.0
//
// Purpose: one element lane: from the closed sums of a unit's four gate rows to
// c_t and h_t, or from one row's sum to a linear result.
//   S_k = (acc_x << shl_x) + (zero ? 0 : acc_h << shl_h);  r_k = R(S_k >> shr)
//   z_k = sat(r_k + bias_k + R(p_k * c >> shr_p));  i, f, o = sigmoid(z), g = tanh(z)
//   c_t = sat(R((f * c_{t-1} << a) + (i * g << b) >> s));  h_t = sat(R(o * tanh(c_t)))
//   linear: result = sat(r + bias)
// Timing: a port's number is the cycle after slot u's drain registers (cycle d + u = 0);
// F = FUNC_REGS, M = ELEM_REGS - 1, PE = PEEPHOLE:
//   1 aligned sums; 2 S; 3+M r; Z = 4+2M+2M*PE z; Z+F gates; Z+F+1+M products; one later their rounded
//   sum; WC = Z+F+3+M c_t; WC+1 zc; HT = WC+1+F+PE*(2+3M) o and tanh(zc); HT+1+M product; HT+2+M result
// Latency: HT+2+M.  Initiation interval: 1.
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
    // bits of a row's own exponent, 0: it has none
    parameter integer ROW_SCALE_BITS = 0,
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
    parameter integer FUNC_DSP = 1,
    // registers of a product, of a rounding shift, of a sum that saturates: 1, 2
    parameter integer ELEM_REGS = 1
) (
    input  wire                          clk,
    // 0: drain registers of the four gates, and how to align them
    input  wire [4*XACC_BITS-1:0]        acc_x,
    input  wire [4*HACC_BITS-1:0]        acc_h,
    input  wire [1:0]                    sel_0,   // linear: the gate whose row is worked on, else 0
    input  wire                          zero_0,  // h_{t-1} is 0
    input  wire [3:0]                    shl_x_0,
    input  wire [3:0]                    shl_h_0,
    // 1: the rows' own exponents are added to shr
    input  wire [5:0]                    shr_1,
    input  wire [4*((ROW_SCALE_BITS > 0) ? ROW_SCALE_BITS : 1)-1:0] scales_1,
    // 3+M: biases of gates i, f, g, o
    input  wire [4*BIAS_BITS-1:0]        bias_r,
    input  wire [1:0]                    sel_r,
    // Z-1: linear: the head's format
    input  wire                          head_z,
    // 1+M: peephole weights of gates i, f, o (with peephole only)
    input  wire [3*ACT_BITS-1:0]         peep,
    // 2+2M and WC+1+M: beside the products of peephole weights
    input  wire [5:0]                    shr_p,
    input  wire [5:0]                    shr_p_o,
    // c_{t-1}; peephole: in cycle 1, else in cycle Z+F-M; cell_zero: it is 0
    input  wire [CELL_BITS-1:0]          cell_in,
    input  wire                          cell_zero,
    // WC
    output wire [CELL_BITS-1:0]          cell_out,
    // HT+1+M: the result is that of a linear phase
    input  wire                          linear_h,
    // HT+2+M
    output reg  [RESULT_BITS-1:0]        result,
    // saturations: Z (bit 3, gate o, with peephole: WC+3+3M), WC+1, WC, HT+2+M
    output wire [3:0]                    clip_gate,
    output wire                          clip_function,
    output wire                          clip_cell,
    output reg                           clip_output
);
    localparam integer MORE = ELEM_REGS - 1;
    localparam integer Z = 4 + 2 * MORE * (1 + PEEPHOLE);
    localparam integer WC = Z + FUNC_REGS + 3 + MORE;
    localparam integer HT = WC + 1 + FUNC_REGS + PEEPHOLE * (2 + 3 * MORE);
    localparam integer PEEP_BITS = ACT_BITS + CELL_BITS;
    localparam integer RP_BITS = (PEEPHOLE != 0) ? PEEP_BITS : 1;
    localparam integer WIDEST_SB = (SUM_BITS > BIAS_BITS) ? SUM_BITS : BIAS_BITS;
    // r + bias + rp: three terms and two carries
    localparam integer ZS_BITS = ((WIDEST_SB > RP_BITS) ? WIDEST_SB : RP_BITS) + 2;

    // ---- 1, 2: align and add ----

    wire [XACC_BITS-1:0] first_x;
    wire [HACC_BITS-1:0] first_h;
    wire signed [BIAS_BITS-1:0] first_bias;
    localparam integer SCALE_BITS = (ROW_SCALE_BITS > 0) ? ROW_SCALE_BITS : 1;
    wire [SCALE_BITS-1:0] first_scale;
    generate
        if (ROW_SCALE_BITS == 0) begin : g_no_scales
            wire unused_scales = &{1'b0, scales_1, first_scale};
        end
    endgenerate
    generate
        if (LINEAR != 0) begin : g_select
            brds_mux #(.COUNT(4), .WIDTH(XACC_BITS), .SEL_BITS(2)) u_x (
                .d(acc_x), .sel(sel_0), .q(first_x)
            );
            brds_mux #(.COUNT(4), .WIDTH(HACC_BITS), .SEL_BITS(2)) u_h (
                .d(acc_h), .sel(sel_0), .q(first_h)
            );
            brds_mux #(.COUNT(4), .WIDTH(BIAS_BITS), .SEL_BITS(2)) u_bias (
                .d(bias_r), .sel(sel_r), .q(first_bias)
            );
            reg [1:0] sel_1;
            always @(posedge clk)
                sel_1 <= sel_0;
            brds_mux #(.COUNT(4), .WIDTH(SCALE_BITS), .SEL_BITS(2)) u_scale (
                .d(scales_1), .sel(sel_1), .q(first_scale)
            );
        end else begin : g_first
            wire unused_sel = &{1'b0, sel_0, sel_r};
            assign first_scale = scales_1[SCALE_BITS-1:0];
            assign first_x = acc_x[XACC_BITS-1:0];
            assign first_h = acc_h[HACC_BITS-1:0];
            assign first_bias = bias_r[BIAS_BITS-1:0];
        end
    endgenerate

    wire signed [4*SUM_BITS-1:0] floors;  // 3+M: r = floor + up
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
            reg signed [SUM_BITS-1:0] floor_r;
            reg                       up_r;
            wire signed [SUM_BITS-1:0] floor;
            wire                       up;
            reg [5:0] shift_2;
            if (ROW_SCALE_BITS == 0) begin : g_common
                always @(posedge clk)
                    shift_2 <= shr_1;
            end else begin : g_own
                wire [ROW_SCALE_BITS-1:0] scale = (k == 0) ? first_scale : scales_1[k*SCALE_BITS +: SCALE_BITS];
                always @(posedge clk)
                    shift_2 <= shr_1 + {{(6-ROW_SCALE_BITS){1'b0}}, scale};
            end
            brds_scale #(.BITS(SUM_BITS), .ROUNDING(ROUNDING), .REGS(MORE)) u_scale (
                .clk(clk), .d(sum_2), .shift(shift_2), .floor(floor), .up(up)
            );
            always @(posedge clk) begin
                x_1 <= wide_x << shl_x_0;
                h_1 <= zero_0 ? {SUM_BITS{1'b0}} : wide_h << shl_h_0;
                sum_2 <= x_1 + h_1;
                floor_r <= floor;
                up_r <= up;
            end
            assign floors[k*SUM_BITS +: SUM_BITS] = floor_r;
            assign ups[k] = up_r;
        end
    endgenerate

    // ---- peephole products of c_{t-1}; c masked ----

    wire signed [CELL_BITS-1:0] cell_masked;
    wire signed [CELL_BITS-1:0] cell_gates;  // Z+F: c_{t-1} beside the gates
    wire signed [2*RP_BITS-1:0] rps;         // 3+3M: rp of gates i, f = floor + up
    wire [1:0]                  rp_ups;
    wire signed [RP_BITS-1:0]   rp_o;        // WC+2+2M: rp of gate o
    wire                        rp_o_up;
    brds_delay #(.WIDTH(CELL_BITS), .DEPTH(MORE)) u_masked (
        .clk(clk), .d(cell_zero ? {CELL_BITS{1'b0}} : cell_in), .q(cell_masked)
    );
    generate
        if (PEEPHOLE != 0) begin : g_peephole
            for (k = 0; k < 2; k = k + 1) begin : g_gate
                wire signed [PEEP_BITS-1:0] product;
                wire signed [PEEP_BITS-1:0] product_r;
                wire signed [PEEP_BITS-1:0] floor;
                wire                        up;
                reg signed [PEEP_BITS-1:0]  floor_r;
                reg                         up_r;
                brds_product #(.A_BITS(ACT_BITS), .B_BITS(CELL_BITS), .DSP(FUNC_DSP)) u_product (
                    .a(peep[k*ACT_BITS +: ACT_BITS]), .b(cell_masked), .y(product)
                );
                brds_delay #(.WIDTH(PEEP_BITS), .DEPTH(ELEM_REGS)) u_product_r (
                    .clk(clk), .d(product), .q(product_r)
                );
                brds_scale #(.BITS(PEEP_BITS), .ROUNDING(ROUNDING), .REGS(MORE)) u_scale (
                    .clk(clk), .d(product_r), .shift(shr_p), .floor(floor), .up(up)
                );
                always @(posedge clk) begin
                    floor_r <= floor;
                    up_r <= up;
                end
                assign rps[k*RP_BITS +: RP_BITS] = floor_r;
                assign rp_ups[k] = up_r;
            end

            wire signed [ACT_BITS-1:0]  peep_o;
            wire signed [PEEP_BITS-1:0] product_o;
            wire signed [PEEP_BITS-1:0] product_o_r;
            wire signed [PEEP_BITS-1:0] floor_o;
            wire                        up_o;
            reg signed [PEEP_BITS-1:0]  floor_o_r;
            reg                         up_o_r;
            brds_delay #(.WIDTH(ACT_BITS), .DEPTH(WC - 1 - MORE)) u_peep_o (
                .clk(clk), .d(peep[2*ACT_BITS +: ACT_BITS]), .q(peep_o)
            );
            brds_product #(.A_BITS(ACT_BITS), .B_BITS(CELL_BITS), .DSP(FUNC_DSP)) u_product_o (
                .a(peep_o), .b(cell_out), .y(product_o)
            );
            brds_delay #(.WIDTH(PEEP_BITS), .DEPTH(ELEM_REGS)) u_product_o_r (
                .clk(clk), .d(product_o), .q(product_o_r)
            );
            brds_scale #(.BITS(PEEP_BITS), .ROUNDING(ROUNDING), .REGS(MORE)) u_scale_o (
                .clk(clk), .d(product_o_r), .shift(shr_p_o), .floor(floor_o), .up(up_o)
            );
            always @(posedge clk) begin
                floor_o_r <= floor_o;
                up_o_r <= up_o;
            end
            assign rp_o = floor_o_r;
            assign rp_o_up = up_o_r;
            brds_delay #(.WIDTH(CELL_BITS), .DEPTH(Z + FUNC_REGS - 1 - MORE)) u_cell (
                .clk(clk), .d(cell_masked), .q(cell_gates)
            );
        end else begin : g_plain
            wire unused_peephole = &{1'b0, peep, shr_p, shr_p_o};
            assign rps = {2*RP_BITS{1'b0}};
            assign rp_ups = 2'b00;
            assign rp_o = {RP_BITS{1'b0}};
            assign rp_o_up = 1'b0;
            assign cell_gates = cell_masked;
        end
    endgenerate

    // ---- Z: z; Z+F: gates ----

    wire signed [4*GATE_BITS-1:0] gates;  // i, f, g at Z+F, o at HT
    generate
        for (k = 0; k < 4; k = k + 1) begin : g_z
            wire signed [SUM_BITS-1:0]  floor = floors[k*SUM_BITS +: SUM_BITS];
            wire signed [BIAS_BITS-1:0] bias;
            wire signed [ZS_BITS-1:0]   sum;
            wire signed [ZS_BITS-1:0]   biased;
            wire signed [ZS_BITS-1:0]   total;
            wire signed [Z_BITS-1:0]    z;
            wire                        clip;
            reg signed [Z_BITS-1:0]     z_r;
            reg                         clip_r;
            if (k == 0) begin : g_bias
                assign bias = first_bias;
            end else begin : g_bias
                assign bias = bias_r[k*BIAS_BITS +: BIAS_BITS];
            end
            assign sum = {{(ZS_BITS-SUM_BITS){floor[SUM_BITS-1]}}, floor} +
                         {{(ZS_BITS-BIAS_BITS){bias[BIAS_BITS-1]}}, bias} +
                         {{(ZS_BITS-1){1'b0}}, ups[k]};
            // gate o waits for the peephole product of c_t
            brds_delay #(
                .WIDTH(ZS_BITS),
                .DEPTH(PEEPHOLE == 0 ? MORE : k == 3 ? WC - 1 + MORE : 2 * MORE)
            ) u_biased (.clk(clk), .d(sum), .q(biased));
            if (PEEPHOLE != 0) begin : g_peeped
                wire signed [ZS_BITS-1:0] peeped;
                if (k < 2) begin : g_early
                    wire signed [RP_BITS-1:0] rp = rps[k*RP_BITS +: RP_BITS];
                    assign peeped = biased + {{(ZS_BITS-RP_BITS){rp[RP_BITS-1]}}, rp} +
                                    {{(ZS_BITS-1){1'b0}}, rp_ups[k]};
                end else if (k == 3) begin : g_late
                    assign peeped = biased + {{(ZS_BITS-RP_BITS){rp_o[RP_BITS-1]}}, rp_o} +
                                    {{(ZS_BITS-1){1'b0}}, rp_o_up};
                end else begin : g_none
                    assign peeped = biased;
                end
                brds_delay #(.WIDTH(ZS_BITS), .DEPTH(MORE)) u_total (.clk(clk), .d(peeped), .q(total));
            end else begin : g_plain
                assign total = biased;
            end
            brds_sat #(.IN_BITS(ZS_BITS), .OUT_BITS(Z_BITS)) u_sat (.d(total), .q(z), .clip(clip));
            always @(posedge clk) begin
                z_r <= z;
                clip_r <= clip;
            end
            assign clip_gate[k] = clip_r;
            if (k == 2) begin : g_tanh
                brds_func #(
                    .TANH(1), .Z_BITS(Z_BITS), .GATE_BITS(GATE_BITS), .GATE_FRAC(GATE_FRAC),
                    .ENTRY_BITS(FUNC_ENTRY_BITS), .SLOPE_BITS(TANH_SLOPE_BITS),
                    .TABLE(TANH_TABLE), .FUNC_REGS(FUNC_REGS), .FUNC_DSP(FUNC_DSP)
                ) u_func (.clk(clk), .z(z_r), .y(gates[k*GATE_BITS +: GATE_BITS]));
            end else begin : g_sigmoid
                wire signed [GATE_BITS-1:0] gate;
                brds_func #(
                    .TANH(0), .Z_BITS(Z_BITS), .GATE_BITS(GATE_BITS), .GATE_FRAC(GATE_FRAC),
                    .ENTRY_BITS(FUNC_ENTRY_BITS), .SLOPE_BITS(SIGMOID_SLOPE_BITS),
                    .TABLE(SIGMOID_TABLE), .FUNC_REGS(FUNC_REGS), .FUNC_DSP(FUNC_DSP)
                ) u_func (.clk(clk), .z(z_r), .y(gate));
                // o waits for tanh(zc); with peephole it is late by itself
                brds_delay #(
                    .WIDTH(GATE_BITS), .DEPTH((k == 3 && PEEPHOLE == 0) ? WC + 1 - Z : 0)
                ) u_gate (.clk(clk), .d(gate), .q(gates[k*GATE_BITS +: GATE_BITS]));
            end
        end
        if (PEEPHOLE == 0) begin : g_no_rp
            wire unused_rp = &{1'b0, rps, rp_ups, rp_o, rp_o_up};
        end
    endgenerate

    // ---- up to WC: c_t ----

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
    wire signed [FC_BITS-1:0] fc_r;
    wire signed [IG_BITS-1:0] ig_r;
    brds_product #(.A_BITS(GATE_BITS), .B_BITS(CELL_BITS), .DSP(FUNC_DSP)) u_fc (
        .a(gates[GATE_BITS +: GATE_BITS]), .b(cell_gates), .y(fc)
    );
    brds_product #(.A_BITS(GATE_BITS), .B_BITS(GATE_BITS), .DSP(FUNC_DSP)) u_ig (
        .a(gates[0 +: GATE_BITS]), .b(gates[2*GATE_BITS +: GATE_BITS]), .y(ig)
    );
    brds_delay #(.WIDTH(FC_BITS), .DEPTH(ELEM_REGS)) u_fc_r (.clk(clk), .d(fc), .q(fc_r));
    brds_delay #(.WIDTH(IG_BITS), .DEPTH(ELEM_REGS)) u_ig_r (.clk(clk), .d(ig), .q(ig_r));

    wire signed [CS_BITS-1:0] fc_wide = {{(CS_BITS-FC_BITS){fc_r[FC_BITS-1]}}, fc_r};
    wire signed [CS_BITS-1:0] ig_wide = {{(CS_BITS-IG_BITS){ig_r[IG_BITS-1]}}, ig_r};
    wire signed [CS_BITS-1:0] cell_sum = (fc_wide <<< FC_SHL) + (ig_wide <<< IG_SHL);
    wire signed [CR_BITS-1:0] cell_floor;
    wire                      cell_up;
    reg signed [CR_BITS-1:0]  cell_floor_r;
    reg                       cell_up_r;
    brds_roundc #(.BITS(CS_BITS), .SHIFT(CELL_SHR), .ROUNDING(ROUNDING)) u_cell_round (
        .d(cell_sum), .floor(cell_floor), .up(cell_up)
    );

    wire signed [CR_BITS:0] cell_total =
        {cell_floor_r[CR_BITS-1], cell_floor_r} + {{CR_BITS{1'b0}}, cell_up_r};
    wire signed [CELL_BITS-1:0] cell_next;
    wire                        cell_clip;
    reg signed [CELL_BITS-1:0]  cell_r;
    reg                         cell_clip_r;
    brds_sat #(.IN_BITS(CR_BITS + 1), .OUT_BITS(CELL_BITS)) u_cell_sat (
        .d(cell_total), .q(cell_next), .clip(cell_clip)
    );

    always @(posedge clk) begin
        cell_floor_r <= cell_floor;
        cell_up_r <= cell_up;
        cell_r <= cell_next;
        cell_clip_r <= cell_clip;
    end
    assign cell_out = cell_r;
    assign clip_cell = cell_clip_r;

    // ---- WC+1: zc; HT: tanh(zc) ----

    localparam integer ZC_SHR = (CELL_FRAC > GATE_FRAC) ? CELL_FRAC - GATE_FRAC : 0;
    localparam integer ZC_SHL = (CELL_FRAC > GATE_FRAC) ? 0 : GATE_FRAC - CELL_FRAC;
    localparam integer ZC_BITS = CELL_BITS - ZC_SHR;

    wire signed [ZC_BITS-1:0]      zc_floor;
    wire                           zc_up;
    wire signed [ZC_BITS+ZC_SHL:0] zc_total;
    wire signed [Z_BITS-1:0]       zc;
    wire                           zc_clip;
    reg signed [Z_BITS-1:0]        zc_r;
    reg                            zc_clip_r;
    brds_roundc #(.BITS(CELL_BITS), .SHIFT(ZC_SHR), .ROUNDING(ROUNDING)) u_zc_round (
        .d(cell_r), .floor(zc_floor), .up(zc_up)
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
        zc_r <= zc;
        zc_clip_r <= zc_clip;
    end
    assign clip_function = zc_clip_r;

    wire signed [GATE_BITS-1:0] tanh_early;
    wire signed [GATE_BITS-1:0] tanh_c;
    brds_func #(
        .TANH(1), .Z_BITS(Z_BITS), .GATE_BITS(GATE_BITS), .GATE_FRAC(GATE_FRAC),
        .ENTRY_BITS(FUNC_ENTRY_BITS), .SLOPE_BITS(TANH_SLOPE_BITS),
        .TABLE(TANH_TABLE), .FUNC_REGS(FUNC_REGS), .FUNC_DSP(FUNC_DSP)
    ) u_tanh (.clk(clk), .z(zc_r), .y(tanh_early));
    brds_delay #(.WIDTH(GATE_BITS), .DEPTH(HT - WC - 1 - FUNC_REGS)) u_tanh_c (
        .clk(clk), .d(tanh_early), .q(tanh_c)
    );

    // ---- HT+1+M product, HT+2+M h_t or the linear result ----

    localparam integer H_SHR = 2 * GATE_FRAC - ACT_FRAC;
    localparam integer HR_BITS = IG_BITS - H_SHR;

    wire signed [IG_BITS-1:0] h_product;
    wire signed [IG_BITS-1:0] h_product_r;
    brds_product #(.A_BITS(GATE_BITS), .B_BITS(GATE_BITS), .DSP(FUNC_DSP)) u_h (
        .a(gates[3*GATE_BITS +: GATE_BITS]), .b(tanh_c), .y(h_product)
    );
    brds_delay #(.WIDTH(IG_BITS), .DEPTH(ELEM_REGS)) u_h_r (.clk(clk), .d(h_product), .q(h_product_r));

    wire signed [HR_BITS-1:0]  h_floor;
    wire                       h_up;
    wire signed [HR_BITS:0]    h_total = {h_floor[HR_BITS-1], h_floor} + {{HR_BITS{1'b0}}, h_up};
    wire signed [ACT_BITS-1:0] h_value;
    wire                       h_clip;
    brds_roundc #(.BITS(IG_BITS), .SHIFT(H_SHR), .ROUNDING(ROUNDING)) u_h_round (
        .d(h_product_r), .floor(h_floor), .up(h_up)
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
            wire [RESULT_BITS-1:0] value_h;
            wire                   clip_h;
            brds_linear_sat #(
                .IN_BITS(ZS_BITS), .ACT_BITS(ACT_BITS), .HEAD_BITS(HEAD_BITS),
                .RESULT_BITS(RESULT_BITS), .PROJECTION(PROJECTION)
            ) u_sat (.d(g_z[0].total), .head(head_z), .q(value), .clip(clip));
            brds_delay #(
                .WIDTH(RESULT_BITS + 1), .DEPTH(HT + 2 + MORE - Z)
            ) u_value (.clk(clk), .d({value, clip}), .q({value_h, clip_h}));
            always @(posedge clk) begin
                result <= linear_h ? value_h : h_wide;
                clip_output <= linear_h ? clip_h : h_clip;
            end
        end else begin : g_gates
            wire unused_linear = &{1'b0, linear_h, head_z};
            always @(posedge clk) begin
                result <= h_wide;
                clip_output <= h_clip;
            end
        end
    endgenerate
endmodule

`default_nettype wire
