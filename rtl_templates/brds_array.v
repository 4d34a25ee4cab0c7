// SPDX-License-Identifier: Apache-2.0
//
// Purpose: the multiplier array: weight memory, PES * 4 gate rows, and the
// delay lines that carry a beat's flags along with its data.
//   drain_x, drain_h = the closed group's sums of the first ELEMS PEs; drain_shift
//   moves the next ELEMS PEs to the front
// Timing (docs/microarchitecture.md section 6), a beat on the bus at tau:
//   tau + LW weight word;  + LI vector address;  + LV operands;  + M products;  + TS sums;
//   d = tau + LW+LI+LV+M+TS+1 drain registers of the group (tau of its last beat).
//   drain_valid and the group's flags are valid in cycle d - 2.
// Where several row groups may be open, the weight word says which group its beat belongs to, and
// which beat is the group's first and its last.
// Initiation interval: a beat a cycle.
`default_nettype none

module brds_array #(
    // processing elements, lanes of each group, element lanes
    parameter integer PES = 4,
    parameter integer LANES_X = 1,
    parameter integer LANES_H = 2,
    parameter integer ELEMS = 1,
    // bits of a vector element, of a weight, of the indices
    parameter integer ACT_BITS = 16,
    parameter integer WEIGHT_BITS = 8,
    parameter integer XI_BITS = 7,
    parameter integer HI_BITS = 7,
    // bits of the accumulators
    parameter integer XACC_BITS = 27,
    parameter integer HACC_BITS = 28,
    // words of a half (of all streams) and address bits of both halves of the vector memories
    parameter integer X_HALF = 128,
    parameter integer H_HALF = 128,
    parameter integer X_ADDR_BITS = 8,
    parameter integer H_ADDR_BITS = 8,
    // registers: memory read path, multiplier; levels of adders between registers
    parameter integer MEMORY_REGS = 1,
    parameter integer MUL_REGS = 3,
    parameter integer ADDER_EVERY = 1,
    // see brds_mul
    parameter integer MUL_KEEP = 0,
    parameter integer MUL_DSP = 1,
    // independent streams, a power of two
    parameter integer STREAMS = 1,
    // 1: relative indices
    parameter integer RELATIVE = 0,
    // 1: the lanes of a row's group share a copy of the vector, a bank each (lanes: powers of two)
    parameter integer BANKED = 0,
    // bits of the number of an open row group; 0: one group at a time
    parameter integer OPEN_BITS = 0,
    // 1: the four gate rows of a PE share their operands.  2: and two of them a multiplier
    parameter integer SHARED = 0,
    // weight memory: bits of a word, words, address bits
    parameter integer WORD_BITS =
        PES * (4 * (LANES_X + LANES_H) * WEIGHT_BITS +
               ((SHARED != 0) ? 1 : 4) * (LANES_X * XI_BITS + LANES_H * HI_BITS)) +
        ((OPEN_BITS > 0) ? OPEN_BITS + 2 : 0),
    parameter integer WORDS = 256,
    parameter integer WORD_ADDR_BITS = 8,
    // bits of a chunk of the weight memory
    parameter integer STREAM_BITS = 64,
    // 1: weights in a ROM with the contents of WEIGHTS_FILE
    parameter integer WEIGHTS_ROM = 0,
    parameter WEIGHTS_FILE = "",
    // check bits of the weight memory: see brds_chunkmem
    parameter integer PROTECT = 0,
    // 1: there may be cycles without a beat inside a row group
    parameter integer PAUSES = 0,
    // phases, bits of a phase number
    parameter integer PHASES = 1,
    parameter integer PHASE_BITS = 1,
    // phase p at [32*p +: 32]: slot of its source in the x and h copies; 1: h of the previous step
    parameter [PHASES*32-1:0] PH_XBASE = 0,
    parameter [PHASES*32-1:0] PH_HBASE = 0,
    parameter [PHASES*32-1:0] PH_HPREV = 0
) (
    input  wire                                 clk,
    input  wire                                 rst,
    // beat bus, cycle tau
    input  wire                                 beat_valid,
    input  wire [WORD_ADDR_BITS-1:0]            beat_word,
    input  wire                                 beat_first,
    input  wire                                 beat_last,
    input  wire [PHASE_BITS-1:0]                beat_phase,
    input  wire                                 beat_pfirst,
    input  wire [$clog2(STREAMS):0]             beat_frame,
    input  wire                                 beat_zero,
    input  wire                                 beat_sfirst,
    input  wire                                 beat_slast,
    // loader
    input  wire                                 ldw_we,
    input  wire [WORD_ADDR_BITS-1:0]            ldw_row,
    input  wire [15:0]                          ldw_chunk,
    input  wire [STREAM_BITS-1:0]               ld_data,
    // vector write bus
    input  wire [ELEMS-1:0]                     vx_we,
    input  wire [X_ADDR_BITS-$clog2(ELEMS)-1:0] vx_addr,
    input  wire [ELEMS*ACT_BITS-1:0]            vx_data,
    input  wire [ELEMS-1:0]                     vh_we,
    input  wire [H_ADDR_BITS-$clog2(ELEMS)-1:0] vh_addr,
    input  wire [ELEMS*ACT_BITS-1:0]            vh_data,
    // a closed group: flags in cycle d-2
    output wire                                 drain_valid,
    output wire [PHASE_BITS-1:0]                drain_phase,
    output wire                                 drain_pfirst,
    output wire [$clog2(STREAMS):0]             drain_frame,
    output wire                                 drain_zero,
    output wire                                 drain_sfirst,
    output wire                                 drain_slast,
    // its sums from cycle d on: lane e, gate k at [(e*4+k)*BITS +: BITS]
    output wire [ELEMS*4*XACC_BITS-1:0]         drain_x,
    output wire [ELEMS*4*HACC_BITS-1:0]         drain_h,
    input  wire                                 drain_shift,
    // a beat's weight word had wrong bits: corrected; not corrected
    output wire                                 word_corrected,
    output wire                                 word_bad
);
    localparam integer LW = MEMORY_REGS + ((PROTECT == 2) ? 1 : 0);
    localparam integer LI = (RELATIVE != 0) ? 1 : 0;
    localparam integer MOST_LANES = (LANES_X > LANES_H) ? LANES_X : LANES_H;
    localparam integer TS = ($clog2(MOST_LANES) + ADDER_EVERY - 1) / ADDER_EVERY;
    // from the weight word to the sums
    localparam integer ROW_DELAY = LI + MEMORY_REGS + MUL_REGS + TS;
    // a PE's field: four row fields, then the indices if they are shared
    localparam integer INDEX_BITS = LANES_X * XI_BITS + LANES_H * HI_BITS;
    localparam integer ROW_BITS =
        (LANES_X + LANES_H) * WEIGHT_BITS + ((SHARED != 0) ? 0 : INDEX_BITS);
    localparam integer LANES = LANES_X + LANES_H;
    localparam integer SHARED_BITS = ACT_BITS + ((SHARED == 2) ? WEIGHT_BITS : 0);
    localparam integer PE_BITS = 4 * ROW_BITS + ((SHARED != 0) ? INDEX_BITS : 0);
    localparam integer FRAME_BITS = $clog2(STREAMS) + 1;
    localparam integer FLAGS = PHASE_BITS + 4 + FRAME_BITS;

    // ---- weight word ----

    wire [WORD_BITS-1:0] stored, word;
    wire                 corrected, bad;
    brds_chunkmem #(
        .WIDTH(WORD_BITS), .DEPTH(WORDS), .ADDR_BITS(WORD_ADDR_BITS), .CHUNK_BITS(STREAM_BITS),
        .MEMORY_REGS(MEMORY_REGS), .ROM(WEIGHTS_ROM), .FILE(WEIGHTS_FILE),
        .PROTECT(PROTECT)
    ) u_weights (
        .clk(clk), .we(ldw_we), .waddr(ldw_row), .wchunk(ldw_chunk), .wdata(ld_data),
        .raddr(beat_word), .rdata(stored), .corrected(corrected), .bad(bad)
    );

    // ---- flags along the pipeline ----

    wire word_valid, word_begins;    // with the weight word
    wire address_valid;              // with the vector address
    wire address_zero;               // h is not looked at, so its words need not be there
    wire sum_first, sum_last;        // of the group, with the trees' sums
    wire sum_first_early, sum_last_early;
    localparam integer NUMBER_BITS = (OPEN_BITS > 0) ? OPEN_BITS : 1;
    wire [NUMBER_BITS-1:0] sum_number;
    wire group_pfirst;               // d - 2: the beat is of the phase's first beats

    brds_flags #(.WIDTH(1), .DEPTH(LW)) u_word_valid (
        .clk(clk), .rst(rst), .d(beat_valid), .q(word_valid)
    );
    brds_delay #(.WIDTH(1), .DEPTH(LW)) u_word_first (
        .clk(clk), .d(beat_first), .q(word_begins)
    );
    // a cycle without a beat leaves sums, and the columns that gaps have led to, as they are
    wire word_first, sum_enable;
    generate
        if (PAUSES != 0) begin : g_pauses
            brds_delay #(.WIDTH(1), .DEPTH(ROW_DELAY)) u_enable (
                .clk(clk), .d(word_valid), .q(sum_enable)
            );
        end else begin : g_no_pauses
            assign sum_enable = 1'b1;
        end
        if (PAUSES != 0 && RELATIVE != 0) begin : g_masked
            assign word = stored & {WORD_BITS{word_valid}};
            assign word_first = word_begins && word_valid;
        end else begin : g_unmasked
            assign word = stored;
            assign word_first = word_begins;
        end
    endgenerate
    brds_flags #(.WIDTH(1), .DEPTH(LI)) u_address_valid (
        .clk(clk), .rst(rst), .d(word_valid), .q(address_valid)
    );

    wire checked;                    // two cycles after the weight word
    brds_flags #(.WIDTH(1), .DEPTH(2)) u_checked (
        .clk(clk), .rst(rst), .d(word_valid), .q(checked)
    );
    assign word_corrected = checked && corrected;
    assign word_bad = checked && bad;

    brds_delay #(.WIDTH(1), .DEPTH(LW + LI)) u_address_zero (
        .clk(clk), .d(beat_zero), .q(address_zero)
    );

    // d - 2 is one cycle before the sums of the last beat
    brds_delay #(.WIDTH(1), .DEPTH(LW + ROW_DELAY - 1)) u_first (
        .clk(clk), .d(beat_first), .q(sum_first_early)
    );
    generate
        if (OPEN_BITS == 0) begin : g_one
            brds_flags #(.WIDTH(1), .DEPTH(LW + ROW_DELAY - 1)) u_last (
                .clk(clk), .rst(rst), .d(beat_valid && beat_last), .q(sum_last_early)
            );
            assign sum_first = 1'b0;
            assign sum_number = 1'b0;
            assign drain_pfirst = group_pfirst;
        end else begin : g_open
            wire [OPEN_BITS+1:0] order = word[WORD_BITS-1 -: OPEN_BITS+2];
            wire                 phase_begins;
            reg                  none_closed;
            wire                 unused_last = beat_last;
            brds_flags #(.WIDTH(1), .DEPTH(ROW_DELAY - 1)) u_last (
                .clk(clk), .rst(rst), .d(word_valid && order[1]), .q(sum_last_early)
            );
            brds_delay #(.WIDTH(OPEN_BITS + 1), .DEPTH(ROW_DELAY)) u_order (
                .clk(clk), .d({order[OPEN_BITS+1:2], order[0]}), .q({sum_number, sum_first})
            );
            // the first group that is closed after a phase's first beat
            assign phase_begins = sum_first_early && group_pfirst;
            assign drain_pfirst = phase_begins || none_closed;
            always @(posedge clk)
                none_closed <= drain_pfirst && !sum_last_early;
        end
    endgenerate
    brds_flags #(.WIDTH(1), .DEPTH(1)) u_sum_last (
        .clk(clk), .rst(rst), .d(sum_last_early), .q(sum_last)
    );
    brds_delay #(.WIDTH(FLAGS), .DEPTH(LW + ROW_DELAY - 1)) u_group (
        .clk(clk),
        .d({beat_phase, beat_pfirst, beat_frame, beat_zero, beat_sfirst, beat_slast}),
        .q({drain_phase, group_pfirst, drain_frame, drain_zero, drain_sfirst, drain_slast})
    );
    assign drain_valid = sum_last_early;

    // ---- where the phase's vectors lie: found at tau + 1, used at tau + LW + LI ----

    localparam integer TABLE_BITS = X_ADDR_BITS + H_ADDR_BITS + 1;
    // the frame is the top of the address; that of the step before has the other parity
    localparam integer OTHER_PARITY = STREAMS;
    localparam [FRAME_BITS-1:0] PARITY = OTHER_PARITY[FRAME_BITS-1:0];

    wire [PHASES*TABLE_BITS-1:0] table_words;
    wire [X_ADDR_BITS-1:0]       x_slot;
    wire [H_ADDR_BITS-1:0]       h_slot;
    wire                         h_previous;
    reg  [X_ADDR_BITS-1:0]       x_found;
    reg  [H_ADDR_BITS-1:0]       h_found;
    wire [X_ADDR_BITS-1:0]       x_base;
    wire [H_ADDR_BITS-1:0]       h_base;

    genvar p, k;
    generate
        for (p = 0; p < PHASES; p = p + 1) begin : g_table
            assign table_words[p*TABLE_BITS +: TABLE_BITS] = {
                PH_HPREV[32*p], PH_HBASE[32*p +: H_ADDR_BITS], PH_XBASE[32*p +: X_ADDR_BITS]};
        end
    endgenerate

    brds_mux #(.COUNT(PHASES), .WIDTH(TABLE_BITS), .SEL_BITS(PHASE_BITS)) u_slots (
        .d(table_words), .sel(beat_phase), .q({h_previous, h_slot, x_slot})
    );

    always @(posedge clk) begin
        x_found <= x_slot;
        x_found[X_ADDR_BITS-1 -: FRAME_BITS] <= beat_frame;
        h_found <= h_slot;
        h_found[H_ADDR_BITS-1 -: FRAME_BITS] <= h_previous ? beat_frame ^ PARITY : beat_frame;
    end

    brds_delay #(.WIDTH(X_ADDR_BITS), .DEPTH(LW + LI - 1)) u_x_base (
        .clk(clk), .d(x_found), .q(x_base)
    );
    brds_delay #(.WIDTH(H_ADDR_BITS), .DEPTH(LW + LI - 1)) u_h_base (
        .clk(clk), .d(h_found), .q(h_base)
    );

    // ---- rows ----

    wire h_valid = address_valid && !address_zero;
    generate
        for (p = 0; p < PES; p = p + 1) begin : g_pe
            wire [LANES_X*ACT_BITS-1:0] shared_x;
            wire [LANES_H*ACT_BITS-1:0] shared_h;
            // each row's operands or products, x lanes lowest
            wire [4*LANES*SHARED_BITS-1:0] rows_in;
            if (SHARED != 0) begin : g_shared
                brds_shared #(
                    .LANES_X(LANES_X), .LANES_H(LANES_H), .ELEMS(ELEMS), .ACT_BITS(ACT_BITS),
                    .WEIGHT_BITS(WEIGHT_BITS), .XI_BITS(XI_BITS), .HI_BITS(HI_BITS),
                    .X_HALF(X_HALF), .H_HALF(H_HALF), .X_ADDR_BITS(X_ADDR_BITS),
                    .H_ADDR_BITS(H_ADDR_BITS), .MEMORY_REGS(MEMORY_REGS), .RELATIVE(RELATIVE)
                ) u_shared (
                    .clk(clk), .weights(word[p*PE_BITS +: 4*ROW_BITS]),
                    .indices(word[p*PE_BITS+4*ROW_BITS +: INDEX_BITS]), .first(word_first),
                    .x_base(x_base), .h_base(h_base), .x_used(address_valid), .h_used(h_valid),
                    .vx_we(vx_we), .vx_addr(vx_addr), .vx_data(vx_data),
                    .vh_we(vh_we), .vh_addr(vh_addr), .vh_data(vh_data),
                    .x(shared_x), .h(shared_h)
                );
            end else begin : g_own
                assign shared_x = {LANES_X*ACT_BITS{1'b0}};
                assign shared_h = {LANES_H*ACT_BITS{1'b0}};
            end
            if (SHARED == 2) begin : g_pairs
                for (k = 0; k < 4; k = k + 2) begin : g_pair
                    brds_pairs #(
                        .LANES(LANES), .ACT_BITS(ACT_BITS), .WEIGHT_BITS(WEIGHT_BITS),
                        .MEMORY_REGS(MEMORY_REGS), .MUL_REGS(MUL_REGS), .MUL_KEEP(MUL_KEEP),
                        .RELATIVE(RELATIVE)
                    ) u_pairs (
                        .clk(clk), .weights0(word[p*PE_BITS+k*ROW_BITS +: ROW_BITS]),
                        .weights1(word[p*PE_BITS+(k+1)*ROW_BITS +: ROW_BITS]),
                        .operands({shared_h, shared_x}),
                        .products0(rows_in[k*LANES*SHARED_BITS +: LANES*SHARED_BITS]),
                        .products1(rows_in[(k+1)*LANES*SHARED_BITS +: LANES*SHARED_BITS])
                    );
                end
            end else begin : g_operands
                assign rows_in = {4{shared_h, shared_x}};
            end
            for (k = 0; k < 4; k = k + 1) begin : g_gate
                wire [XACC_BITS-1:0] x;
                wire [HACC_BITS-1:0] h;
                wire [XACC_BITS-1:0] next_x;
                wire [HACC_BITS-1:0] next_h;
                wire [LANES_X*SHARED_BITS-1:0] from_x;
                wire [LANES_H*SHARED_BITS-1:0] from_h;
                assign {from_h, from_x} = rows_in[k*LANES*SHARED_BITS +: LANES*SHARED_BITS];
                if (p + ELEMS < PES) begin : g_next
                    assign next_x = g_pe[p+ELEMS].g_gate[k].x;
                    assign next_h = g_pe[p+ELEMS].g_gate[k].h;
                end else begin : g_end
                    assign next_x = {XACC_BITS{1'b0}};
                    assign next_h = {HACC_BITS{1'b0}};
                end
                brds_row #(
                    .LANES_X(LANES_X), .LANES_H(LANES_H), .ELEMS(ELEMS), .ACT_BITS(ACT_BITS),
                    .WEIGHT_BITS(WEIGHT_BITS), .XI_BITS(XI_BITS), .HI_BITS(HI_BITS),
                    .XACC_BITS(XACC_BITS), .HACC_BITS(HACC_BITS), .X_HALF(X_HALF),
                    .H_HALF(H_HALF), .X_ADDR_BITS(X_ADDR_BITS), .H_ADDR_BITS(H_ADDR_BITS),
                    .MEMORY_REGS(MEMORY_REGS), .MUL_REGS(MUL_REGS), .ADDER_EVERY(ADDER_EVERY),
                    .TREE_STAGES(TS), .MUL_KEEP(MUL_KEEP), .MUL_DSP(MUL_DSP), .RELATIVE(RELATIVE),
                    .BANKED(BANKED), .OPEN_BITS(OPEN_BITS), .SHARED(SHARED)
                ) u_row (
                    .clk(clk), .field(word[p*PE_BITS+k*ROW_BITS +: ROW_BITS]), .first(word_first),
                    .x_base(x_base), .h_base(h_base), .x_used(address_valid),
                    .h_used(h_valid),
                    .acc_clear(sum_first_early), .acc_enable(sum_enable), .acc_first(sum_first),
                    .acc_number(sum_number), .acc_last(sum_last),
                    .vx_we(vx_we), .vx_addr(vx_addr), .vx_data(vx_data),
                    .vh_we(vh_we), .vh_addr(vh_addr), .vh_data(vh_data),
                    .shared_x(from_x), .shared_h(from_h), .drain_shift(drain_shift), .next_x(next_x), .next_h(next_h),
                    .drain_x(x), .drain_h(h)
                );
                if (p < ELEMS) begin : g_front
                    assign drain_x[(p*4+k)*XACC_BITS +: XACC_BITS] = x;
                    assign drain_h[(p*4+k)*HACC_BITS +: HACC_BITS] = h;
                end
            end
        end
    endgenerate
endmodule

`default_nettype wire
