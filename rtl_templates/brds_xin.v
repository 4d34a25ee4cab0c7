// SPDX-License-Identifier: Apache-2.0
//
// brds_xin: s_axis_x (docs/microarchitecture.md, section 9): checks a packet, writes its elements to
// the x copies in slices of S = min(ELEMS, STREAM_BITS / X_CONTAINER), hands complete vectors to
// brds_ctrl; with INIT_STATE also initial states, to the h copies and the c memory.
//
//   A vector that is not wanted, too short or too long is dropped, and so is everything after it up
//   to a vector with tuser bit 0: no token sees it and the step parity stays.
//
// Latency: word in cycle n, its first slice in n+1, on the write bus in n+2; vector ready in the cycle
// after its last slice. Initiation interval: as many cycles a word as it has slices.
`default_nettype none

module brds_xin #(
    // element lanes
    parameter integer ELEMS = 2,
    // bits of an activation and of a cell
    parameter integer ACT_BITS = 16,
    parameter integer CELL_BITS = 24,
    // stream: bits of a word, bits of an element's container
    parameter integer STREAM_BITS = 64,
    parameter integer X_CONTAINER = 16,
    // elements of a vector
    parameter integer INPUT_SIZE = 5,
    // base of x in the x copies (words), address bits of both copies
    parameter integer X_BASE = 0,
    parameter integer X_ADDR_BITS = 4,
    parameter integer H_ADDR_BITS = 4,
    // address bits of the c memory, for one stream
    parameter integer UNIT_ADDR_BITS = 1,
    // independent streams, a power of two: each has a state of its own
    parameter integer STREAMS = 1,
    // 1: initial states are taken
    parameter integer INIT_STATE = 1,
    // per layer at [32*l +: 32]: output width, hidden units, base in the h copies, first c row
    parameter integer LAYERS = 1,
    parameter [LAYERS*32-1:0] ST_R = 32'd4,
    parameter [LAYERS*32-1:0] ST_H = 32'd4,
    parameter [LAYERS*32-1:0] ST_HBASE = 32'd0,
    parameter [LAYERS*32-1:0] ST_UNIT = 32'd0
) (
    input wire clk,
    input wire rst,
    // state of the core
    input wire weights_ok,
    input wire loading,                  // an image is being received: no new packet is started
    input wire load_wanted,              // an image waits: none is started between sequences
    input wire ctrl_empty,
    output wire quiet,                   // nothing buffered, half received or just arriving
    output wire open,                    // a sequence, or its initial state, waits for its next vector
    // stream
    input wire [STREAM_BITS-1:0] s_axis_x_tdata,
    input wire s_axis_x_tvalid,
    output wire s_axis_x_tready,
    input wire s_axis_x_tlast,
    input wire [2:0] s_axis_x_tuser,
    input wire [(STREAMS > 1 ? $clog2(STREAMS) : 1)-1:0] s_axis_x_tid, // 0 with one stream
    // vectors for brds_ctrl
    output wire x_valid,
    output wire [$clog2(STREAMS):0] x_frame, // {parity of the step in its stream, stream}
    output wire x_zero,
    output wire x_sfirst,
    output wire x_slast,
    output reg [STREAMS-1:0] x_dropping, // by stream
    input wire x_take,
    input wire x_free,
    // writes
    output wire xw_x,
    output wire xw_h,
    output wire [ELEMS-1:0] xw_we,
    output wire [X_ADDR_BITS-$clog2(ELEMS)-1:0] xw_xrow,
    output wire [H_ADDR_BITS-$clog2(ELEMS)-1:0] xw_hrow,
    output wire [ELEMS*ACT_BITS-1:0] xw_data,
    input wire xw_grant,
    output wire [ELEMS-1:0] xc_we,
    output wire [UNIT_ADDR_BITS+$clog2(STREAMS)-1:0] xc_row, // {row, stream}
    output wire [ELEMS*CELL_BITS-1:0] xc_data,
    // errors, one cycle: early tlast, late tlast, no first, no weights, range, state
    output wire [5:0] error
);
    localparam integer SE = STREAM_BITS / X_CONTAINER;
    localparam integer S = ELEMS < SE ? ELEMS : SE;
    localparam integer WORDS = (INPUT_SIZE + SE - 1) / SE;
    localparam integer SLICES = (INPUT_SIZE + S - 1) / S;
    localparam integer ROW_BITS = X_ADDR_BITS - $clog2(ELEMS);
    localparam integer GROUPS = ELEMS / S;          // slices of a row
    localparam integer LAST_ELEMS = INPUT_SIZE - (SLICES - 1) * S;
    localparam integer COUNT_BITS = $clog2(SLICES + 1);
    localparam integer GROUP_BITS = GROUPS > 1 ? $clog2(GROUPS) : 1;
    localparam integer PER_WORD = SE / S;           // slices of a word
    localparam integer PART_BITS = PER_WORD > 1 ? $clog2(PER_WORD) : 1;
    localparam integer WORDS_M2 = WORDS - 2;
    localparam integer SLICES_M1 = SLICES - 1;
    localparam integer GROUPS_M1 = GROUPS - 1;
    localparam integer PART_M1 = PER_WORD - 1;
    localparam integer ROW_0 = X_BASE / ELEMS;
    localparam integer ID_BITS = $clog2(STREAMS);
    localparam integer FRAME_BITS = ID_BITS + 1;
    localparam integer STREAM_M1 = STREAMS - 1;
    localparam [FRAME_BITS-1:0] STREAM_MASK = STREAM_M1[FRAME_BITS-1:0]; // a frame's bits but the parity
    localparam [STREAMS-1:0] STREAM_0 = 1;
    localparam ONE_WORD = WORDS == 1;
    localparam STATES = INIT_STATE != 0;

    // ---- packets ----
    reg at_start, swallow, in_state;     // place of the next word
    reg [STREAMS-1:0] in_open;           // by stream: its last vector that was kept was not a sequence's last
    reg [STREAMS-1:0] st_loaded;         // by stream: an initial state waits for its sequence
    reg [FRAME_BITS-1:0] now;            // frame of the packet whose words come
    wire [FRAME_BITS-1:0] id;            // stream of the word
    wire [STREAMS-1:0] mine = STREAM_0 << id;
    wire my_open = |(in_open & mine);
    generate
        if (STREAMS > 1) begin : g_id
            assign id = at_start ? {1'b0, s_axis_x_tid} : now & STREAM_MASK;
        end else begin : g_no_id
            wire unused_id = &{1'b0, s_axis_x_tid};
            assign id = 1'b0;
        end
    endgenerate
    reg [COUNT_BITS-1:0] words_left;     // of the vector after the next word
    wire st_last_word;

    reg hold_valid, hold_state;
    reg [STREAM_BITS-1:0] hold;
    wire slice_done, word_done;
    reg [1:0] used;
    reg [1:0] ready;

    wire hold_free = !hold_valid || (slice_done && word_done);
    wire may_start = !used[1] && !loading && !(load_wanted && !open);
    assign s_axis_x_tready = swallow || (hold_free && (!at_start || may_start));
    wire take = s_axis_x_tvalid && s_axis_x_tready;
    assign quiet = at_start && !swallow && !hold_valid && used == 2'd0 && !take;

    assign open = |(in_open | st_loaded);

    wire first = s_axis_x_tuser[0];
    wire new_state = STATES && s_axis_x_tuser[2];
    wire is_state = at_start ? new_state : in_state;
    wire last_word = is_state ? !at_start && st_last_word : (at_start ? ONE_WORD : words_left == {COUNT_BITS{1'b0}});
    wire bad_length = last_word != s_axis_x_tlast;

    // Why a packet is refused at its first word.
    wire no_weights = at_start && !weights_ok;
    wire mid_state = at_start && new_state && my_open;
    wire no_first = at_start && !new_state && !first && !my_open;
    wire judged = take && !swallow;
    wire refused = judged && (no_weights || mid_state || no_first || bad_length);
    wire keep = judged && !refused;
    // While a sequence is being dropped, its further vectors are no new errors.
    wire silent = |(x_dropping & ~st_loaded & mine) && no_first;

    wire clipped;
    assign error[0] = refused && !no_weights && !no_first && !is_state && !last_word;
    assign error[1] = refused && !no_weights && !no_first && !is_state && last_word;
    assign error[2] = refused && !no_weights && no_first && !silent;
    assign error[3] = refused && no_weights && !silent;
    assign error[4] = slice_done && clipped;
    assign error[5] = refused && !no_weights && is_state;

    always @(posedge clk) begin
        if (rst) begin
            at_start <= 1'b1;
            swallow <= 1'b0;
            in_state <= 1'b0;
        end else if (take) begin
            at_start <= s_axis_x_tlast;
            swallow <= !s_axis_x_tlast && (swallow || refused);
            in_state <= is_state;
        end
    end

    reg vec_zero, vec_first, vec_last;
    always @(posedge clk) begin
        if (rst) begin
            in_open <= {STREAMS{1'b0}};
            st_loaded <= {STREAMS{1'b0}};
            x_dropping <= {STREAMS{1'b0}};
        end else if (refused) begin
            in_open <= in_open & ~mine;
            st_loaded <= st_loaded & ~mine;
            x_dropping <= x_dropping | mine;
        end else if (keep) begin
            // An initial state leaves it: brds_ctrl must still learn that the sequence before was dropped.
            if (!is_state)
                x_dropping <= x_dropping & ~mine;
            st_loaded <= is_state && last_word ? st_loaded | mine : st_loaded & ~mine;
            if (last_word && !is_state)
                in_open <= (at_start ? s_axis_x_tuser[1] : vec_last) ? in_open & ~mine : in_open | mine;
        end
    end

    always @(posedge clk) begin
        if (take && at_start) begin
            vec_first <= first;
            vec_last <= s_axis_x_tuser[1];
            vec_zero <= first && !(|(st_loaded & mine));
            now <= next;
            words_left <= WORDS_M2[COUNT_BITS-1:0];
        end else if (take) begin
            words_left <= words_left - 1'b1;
        end
    end

    // ---- buffers ----
    reg w_turn, r_turn;                  // parity of the count of vectors written, and of those taken
    reg [1:0] q_zero, q_first, q_last;   // by that parity
    wire complete;
    wire claim = keep && at_start && !is_state;
    wire give_back = refused && !at_start && !is_state;

    always @(posedge clk) begin
        if (rst) begin
            used <= 2'd0;
            ready <= 2'd0;
            w_turn <= 1'b0;
            r_turn <= 1'b0;
        end else begin
            used <= used + {1'b0, claim} - {1'b0, x_free} - {1'b0, give_back};
            ready <= ready + {1'b0, complete} - {1'b0, x_take};
            w_turn <= w_turn ^ complete;
            r_turn <= r_turn ^ x_take;
        end
    end
    always @(posedge clk) begin
        // no variable index: Yosys 0.23 makes a 32-bit subtraction of it
        if (complete && !w_turn) begin
            q_zero[0] <= vec_zero;
            q_first[0] <= vec_first;
            q_last[0] <= vec_last;
        end
        if (complete && w_turn) begin
            q_zero[1] <= vec_zero;
            q_first[1] <= vec_first;
            q_last[1] <= vec_last;
        end
    end
    assign x_valid = ready != 2'd0;
    assign x_zero = q_zero[r_turn];
    assign x_sfirst = q_first[r_turn];
    assign x_slast = q_last[r_turn];

    // Frames.  A stream's parity advances with each of its vectors; with one stream it is the turn.
    wire [FRAME_BITS-1:0] next;          // frame of the packet that starts
    generate
        if (STREAMS > 1) begin : g_frames
            reg [STREAMS-1:0] odd;       // parity of the next vector of each stream
            reg [FRAME_BITS-1:0] q_frame_0, q_frame_1;
            wire [STREAMS-1:0] next_odd = complete ? odd ^ (STREAM_0 << (now & STREAM_MASK)) : odd;
            assign next = {|(next_odd & mine), s_axis_x_tid};
            assign x_frame = r_turn ? q_frame_1 : q_frame_0;
            always @(posedge clk) begin
                if (rst)
                    odd <= {STREAMS{1'b0}};
                else
                    odd <= next_odd;
                if (complete && !w_turn)
                    q_frame_0 <= now;
                if (complete && w_turn)
                    q_frame_1 <= now;
            end
        end else begin : g_frame
            wire unused_now = &{1'b0, now};
            assign next = w_turn ^ complete;
            assign x_frame = r_turn;
        end
    endgenerate

    // ---- slices of a vector ----
    reg [COUNT_BITS-1:0] slices_left;    // after this one
    reg [GROUP_BITS-1:0] group;          // of the row
    reg [PART_BITS-1:0] part;            // of the word
    reg [ROW_BITS-1:0] row;
    wire last_slice = slices_left == {COUNT_BITS{1'b0}};
    wire group_end = group == GROUPS_M1[GROUP_BITS-1:0];
    wire part_end = part == PART_M1[PART_BITS-1:0];

    always @(posedge clk) begin
        if (rst)
            hold_valid <= 1'b0;
        else if (hold_free)
            hold_valid <= keep;
        if (hold_free) begin
            hold_state <= is_state;
            part <= {PART_BITS{1'b0}};
        end else if (slice_done) begin
            part <= part + 1'b1;
        end
    end
    always @(posedge clk) begin
        if (take && at_start) begin
            slices_left <= SLICES_M1[COUNT_BITS-1:0];
            group <= {GROUP_BITS{1'b0}};
            row <= ROW_0[ROW_BITS-1:0];
            row[ROW_BITS-1 -: FRAME_BITS] <= next;
        end else if (slice_done) begin
            slices_left <= slices_left - 1'b1;
            group <= group_end ? {GROUP_BITS{1'b0}} : group + 1'b1;
            if (group_end)
                row <= row + 1'b1;
        end
    end

    wire [S*ACT_BITS-1:0] x_data;
    wire [S-1:0] x_clipped, x_used;
    wire [ELEMS-1:0] x_we;
    genvar i;
    generate
        for (i = 0; i < S; i = i + 1) begin : g_elem
            brds_clip #(.IN_BITS(X_CONTAINER), .OUT_BITS(ACT_BITS)) clip (
                .in(hold[X_CONTAINER*i +: X_CONTAINER]), .out(x_data[ACT_BITS*i +: ACT_BITS]),
                .clipped(x_clipped[i]));
            assign x_used[i] = !last_slice || i < LAST_ELEMS;
        end
        for (i = 0; i < ELEMS; i = i + 1) begin : g_lane
            localparam integer GROUP = i / S;
            assign x_we[i] = group == GROUP[GROUP_BITS-1:0] && x_used[i % S];
        end
    endgenerate
    assign xw_x = hold_valid && !hold_state;
    assign xw_xrow = row;
    wire x_word_done = part_end || last_slice;
    assign complete = slice_done && !hold_state && last_slice;

    // ---- initial states ----
    generate
        if (STATES) begin : g_state
            localparam integer SW = STREAM_BITS / 32;
            localparam integer SS = ELEMS < SW ? ELEMS : SW;
            localparam [FRAME_BITS-1:0] PARITY = ~STREAM_MASK; // h goes to the frame of the step before
            wire st_word_done, st_is_c;
            wire [UNIT_ADDR_BITS-1:0] c_row;
            wire [ELEMS-1:0] st_we;
            wire [SS-1:0] st_used, h_clipped, c_clipped;
            wire [SS*ACT_BITS-1:0] h_data;
            wire [SS*CELL_BITS-1:0] c_data;
            wire st_ready = hold_valid && hold_state && ctrl_empty && used == 2'd0;
            brds_xstate #(
                .ELEMS(ELEMS), .STREAM_BITS(STREAM_BITS), .H_ADDR_BITS(H_ADDR_BITS), .STREAMS(STREAMS),
                .UNIT_ADDR_BITS(UNIT_ADDR_BITS), .LAYERS(LAYERS),
                .ST_R(ST_R), .ST_H(ST_H), .ST_HBASE(ST_HBASE), .ST_UNIT(ST_UNIT)
            ) walk (
                .clk(clk), .start(take && at_start), .frame(next ^ PARITY), .word(take && !at_start),
                .slice(st_ready), .last_word(st_last_word), .word_done(st_word_done), .is_c(st_is_c),
                .we(st_we), .used(st_used), .h_row(xw_hrow), .c_row(c_row));
            if (STREAMS > 1) begin : g_c_row
                assign xc_row = {c_row, now[ID_BITS-1:0]};
            end else begin : g_c_row_same
                assign xc_row = c_row;
            end
            for (i = 0; i < SS; i = i + 1) begin : g_elem
                brds_clip #(.IN_BITS(32), .OUT_BITS(ACT_BITS)) clip_h (
                    .in(hold[32*i +: 32]), .out(h_data[ACT_BITS*i +: ACT_BITS]), .clipped(h_clipped[i]));
                brds_clip #(.IN_BITS(32), .OUT_BITS(CELL_BITS)) clip_c (
                    .in(hold[32*i +: 32]), .out(c_data[CELL_BITS*i +: CELL_BITS]), .clipped(c_clipped[i]));
            end
            for (i = 0; i < ELEMS; i = i + 1) begin : g_lane
                assign xw_data[ACT_BITS*i +: ACT_BITS] = hold_state ? h_data[ACT_BITS*(i % SS) +: ACT_BITS]
                                                                    : x_data[ACT_BITS*(i % S) +: ACT_BITS];
                assign xc_data[CELL_BITS*i +: CELL_BITS] = c_data[CELL_BITS*(i % SS) +: CELL_BITS];
            end
            assign xw_h = st_ready && !st_is_c;
            assign xw_we = hold_state ? st_we : x_we;
            assign xc_we = st_ready && st_is_c ? st_we : {ELEMS{1'b0}};
            assign slice_done = hold_state ? st_ready : xw_x && xw_grant;
            assign word_done = hold_state ? st_word_done : x_word_done;
            assign clipped = hold_state ? |(st_used & (st_is_c ? c_clipped : h_clipped)) : |(x_used & x_clipped);
            always @(posedge clk)
                if (hold_free)
                    hold <= s_axis_x_tdata;
                else if (slice_done)
                    hold <= hold_state ? hold >> 32 * SS : hold >> X_CONTAINER * S;
        end else begin : g_none
            for (i = 0; i < ELEMS; i = i + 1) begin : g_lane
                assign xw_data[ACT_BITS*i +: ACT_BITS] = x_data[ACT_BITS*(i % S) +: ACT_BITS];
            end
            wire unused = &{1'b0, ctrl_empty};
            assign xw_h = 1'b0;
            assign xw_we = x_we;
            assign xw_hrow = {(H_ADDR_BITS-$clog2(ELEMS)){1'b0}};
            assign xc_we = {ELEMS{1'b0}};
            assign xc_row = {(UNIT_ADDR_BITS+ID_BITS){1'b0}};
            assign xc_data = {(ELEMS*CELL_BITS){1'b0}};
            assign st_last_word = 1'b0;
            assign slice_done = xw_x && xw_grant;
            assign word_done = x_word_done;
            assign clipped = |(x_used & x_clipped);
            always @(posedge clk)
                if (hold_free)
                    hold <= s_axis_x_tdata;
                else if (slice_done)
                    hold <= hold >> X_CONTAINER * S;
        end
    endgenerate
endmodule

`default_nettype wire
