// SPDX-License-Identifier: Apache-2.0
//
// brds_xin against docs/streams.md and section 9 of docs/microarchitecture.md: every element of every
// vector that is kept is written once, clipped, to its place in the x copies, before its vector is offered;
// vectors are offered once, in order, with their frame and flags; those that are refused are not, and
// raise exactly the error named; never more than two buffers are in use; a word is accepted exactly when
// the page says so.  With INIT_STATE the same for the elements of an initial state, which are written
// in an empty core only.  What is open, dropped or waits, and the parity, are each stream's own.
//
// Vectors are numbered modulo 4.  One element of one vector (and one of initial states) is watched, all
// chosen by the solver.  The environment takes a vector that is offered only, and frees one that was taken.
`default_nettype none

module xin #(
    parameter integer ELEMS = 2,
    parameter integer ACT_BITS = 12,
    parameter integer CELL_BITS = 18,
    parameter integer STREAM_BITS = 64,
    parameter integer X_CONTAINER = 16,
    parameter integer INPUT_SIZE = 5,
    parameter integer X_BASE = 0,
    parameter integer STREAMS = 1,
    parameter integer X_ADDR_BITS = 4 + $clog2(STREAMS),
    parameter integer H_ADDR_BITS = 5 + $clog2(STREAMS),
    parameter integer UNIT_ADDR_BITS = 4,
    parameter integer INIT_STATE = 0,
    parameter integer LAYERS = 1,
    parameter [LAYERS*32-1:0] ST_R = 32'd4,
    parameter [LAYERS*32-1:0] ST_H = 32'd4,
    parameter [LAYERS*32-1:0] ST_HBASE = 32'd0,
    parameter [LAYERS*32-1:0] ST_UNIT = 32'd0
) (
    input wire clk,
    input wire rst,
    input wire weights_ok,
    input wire loading,
    input wire load_wanted,
    input wire ctrl_empty,
    input wire [STREAM_BITS-1:0] tdata,
    input wire tvalid,
    input wire tlast,
    input wire [2:0] tuser,
    input wire [(STREAMS > 1 ? $clog2(STREAMS) : 1)-1:0] tid,
    input wire x_take,
    input wire x_free,
    input wire xw_grant
);
    localparam integer X_ROW_BITS = X_ADDR_BITS - $clog2(ELEMS);
    localparam integer H_ROW_BITS = H_ADDR_BITS - $clog2(ELEMS);
    localparam integer FRAME_BITS = $clog2(STREAMS) + 1;
    wire quiet, open, tready, x_valid, x_zero, x_sfirst, x_slast, xw_x, xw_h;
    wire [FRAME_BITS-1:0] x_frame;
    wire [STREAMS-1:0] x_dropping;
    wire [ELEMS-1:0] xw_we, xc_we;
    wire [X_ROW_BITS-1:0] xw_xrow;
    wire [H_ROW_BITS-1:0] xw_hrow;
    wire [ELEMS*ACT_BITS-1:0] xw_data;
    wire [UNIT_ADDR_BITS+FRAME_BITS-2:0] xc_row;
    wire [ELEMS*CELL_BITS-1:0] xc_data;
    wire [5:0] error;
    brds_xin #(
        .ELEMS(ELEMS), .ACT_BITS(ACT_BITS), .CELL_BITS(CELL_BITS), .STREAM_BITS(STREAM_BITS),
        .X_CONTAINER(X_CONTAINER), .INPUT_SIZE(INPUT_SIZE), .X_BASE(X_BASE), .STREAMS(STREAMS),
        .X_ADDR_BITS(X_ADDR_BITS), .H_ADDR_BITS(H_ADDR_BITS), .UNIT_ADDR_BITS(UNIT_ADDR_BITS),
        .INIT_STATE(INIT_STATE), .LAYERS(LAYERS), .ST_R(ST_R), .ST_H(ST_H), .ST_HBASE(ST_HBASE),
        .ST_UNIT(ST_UNIT)
    ) dut (
        .clk(clk), .rst(rst), .weights_ok(weights_ok), .loading(loading), .load_wanted(load_wanted),
        .ctrl_empty(ctrl_empty), .quiet(quiet), .open(open), .s_axis_x_tdata(tdata),
        .s_axis_x_tvalid(tvalid), .s_axis_x_tready(tready), .s_axis_x_tlast(tlast), .s_axis_x_tuser(tuser),
        .s_axis_x_tid(tid),
        .x_valid(x_valid), .x_frame(x_frame), .x_zero(x_zero), .x_sfirst(x_sfirst), .x_slast(x_slast),
        .x_dropping(x_dropping), .x_take(x_take), .x_free(x_free), .xw_x(xw_x), .xw_h(xw_h), .xw_we(xw_we),
        .xw_xrow(xw_xrow), .xw_hrow(xw_hrow), .xw_data(xw_data), .xw_grant(xw_grant), .xc_we(xc_we),
        .xc_row(xc_row), .xc_data(xc_data), .error(error));

    // ---- sizes ----
    localparam STATES = INIT_STATE != 0;
    localparam integer SE = STREAM_BITS / X_CONTAINER;
    localparam integer S = ELEMS < SE ? ELEMS : SE;
    localparam integer WORDS = (INPUT_SIZE + SE - 1) / SE;
    localparam integer SLICES = (INPUT_SIZE + S - 1) / S;
    localparam integer PER_WORD = SE / S;
    localparam integer GROUPS = ELEMS / S;
    // initial states: 32-bit containers, segment 2l is h of layer l, 2l+1 is c
    localparam integer SW = STREAM_BITS / 32;
    localparam integer SS = ELEMS < SW ? ELEMS : SW;
    localparam integer SEGMENTS = 2 * LAYERS;
    function integer size_of(input integer g);
        size_of = g % 2 != 0 ? ST_H[32*(g/2) +: 32] : ST_R[32*(g/2) +: 32];
    endfunction
    function integer words_before(input integer g);
        integer i;
        begin
            words_before = 0;
            for (i = 0; i < SEGMENTS; i = i + 1)
                if (i < g)
                    words_before = words_before + (size_of(i) + SW - 1) / SW;
        end
    endfunction
    localparam integer STATE_WORDS = words_before(SEGMENTS);

    // ---- environment ----
    reg started = 0;
    always @(posedge clk) started <= 1;
    reg [1:0] kept, written, taken, freed;       // vectors, modulo 4
    wire [1:0] offered = written - taken;
    always @* begin
        if (!started)
            assume (rst);
        assume (!x_take || offered != 0);
        assume (!x_free || taken != freed);
    end

    // ---- reference: packets ----
    reg at_start, swallow, in_state;             // the next word's place
    reg [11:0] count;                            // words of the packet before it
    // by stream: a sequence is open, an initial state waits, a sequence is dropped; parity of the next vector
    reg [STREAMS-1:0] sequence, state_waits, dropping, odd;
    reg [FRAME_BITS-1:0] frame;                  // {parity, stream} of the packet that came last
    wire [FRAME_BITS-1:0] id = (at_start ? tid : frame) & (STREAMS - 1);
    wire [STREAMS-1:0] mine = 1 << id;
    wire my_sequence = |(sequence & mine);
    wire silent = |(dropping & ~state_waits & mine);
    wire is_state = at_start ? STATES && tuser[2] : in_state;
    wire last = count == (is_state ? STATE_WORDS : WORDS) - 1;
    wire take = tvalid && tready;
    wire judged = take && !swallow;
    wire lost_weights = judged && at_start && !weights_ok;
    wire wrong_place = judged && at_start && weights_ok
                       && (is_state ? my_sequence : !tuser[0] && !my_sequence);
    wire wrong_length = judged && !lost_weights && !wrong_place && last != tlast;
    wire refused = lost_weights || wrong_place || wrong_length;
    wire keep = judged && !refused;

    reg held, held_state;                        // a word that is not written to its end; of a state
    reg [11:0] slice;                            // the vector's slice that is next
    reg [7:0] segment;                           // and the state's
    reg [11:0] state_slice;
    wire x_slice = xw_x && xw_grant;
    wire state_slices = xw_h || |xc_we;
    wire segment_end = (state_slice + 1) * SS >= size_of(segment);
    wire word_end = held_state ? segment_end || state_slice % (SW / SS) == SW / SS - 1
                               : slice == SLICES - 1 || slice % PER_WORD == PER_WORD - 1;
    wire word_done = held && word_end && (held_state ? state_slices : x_slice);
    wire [1:0] in_use = kept - freed + (!at_start && !swallow && !in_state);

    wire ends_vector = x_slice && slice == SLICES - 1;
    wire [STREAMS-1:0] odd_next = ends_vector ? odd ^ (1 << (frame & (STREAMS - 1))) : odd;
    wire [FRAME_BITS-1:0] new_frame = (|(odd_next & mine) ? STREAMS : 0) + id;
    reg vector_first, vector_last, vector_zero;
    always @(posedge clk)
        if (rst) begin
            at_start <= 1;
            swallow <= 0;
            in_state <= 0;
            count <= 0;
            sequence <= 0;
            state_waits <= 0;
            dropping <= 0;
            odd <= 0;
            held <= 0;
            kept <= 0;
            written <= 0;
            taken <= 0;
            freed <= 0;
        end else begin
            if (take) begin
                at_start <= tlast;
                swallow <= !tlast && (swallow || refused);
                in_state <= is_state;
                count <= tlast ? 0 : count + (count != 4095);
            end
            if (refused) begin
                sequence <= sequence & ~mine;
                state_waits <= state_waits & ~mine;
                dropping <= dropping | mine;
            end else if (keep) begin
                if (!is_state)
                    dropping <= dropping & ~mine;
                state_waits <= (state_waits & ~mine) | (is_state && last ? mine : 0);
                if (last && !is_state) begin
                    sequence <= (sequence & ~mine) | ((at_start ? tuser[1] : vector_last) ? 0 : mine);
                    kept <= kept + 1;
                end
            end
            if (keep)
                held <= 1;
            else if (word_done)
                held <= 0;
            written <= written + ends_vector;
            odd <= odd_next;
            taken <= taken + x_take;
            freed <= freed + x_free;
        end
    always @(posedge clk) begin
        if (take)
            held_state <= is_state;
        if (take && at_start) begin
            vector_first <= tuser[0];
            vector_last <= tuser[1];
            vector_zero <= tuser[0] && !(|(state_waits & mine));
            frame <= new_frame;
            slice <= 0;
            segment <= 0;
            state_slice <= 0;
        end else if (held && held_state) begin
            if (state_slices) begin
                segment <= segment + segment_end;
                state_slice <= segment_end ? 0 : state_slice + 1;
            end
        end else if (x_slice)
            slice <= slice + 1;
    end

    // ---- reference: the watched element ----
    (* anyconst *) reg [1:0] vector;
    (* anyconst *) reg [11:0] element;
    always @* assume (element < INPUT_SIZE);
    wire [11:0] its_slice = element / S;
    wire [11:0] its_place = element % SE;
    reg [X_CONTAINER-1:0] value;
    reg value_known;                             // the word with it was taken
    wire [1:0] receiving = kept;                 // number of the vector whose words are taken
    wire gets_it = keep && !is_state && receiving == vector && count == element / SE;
    reg its_first, its_last, its_zero;
    reg [FRAME_BITS-1:0] its_frame;
    function [63:0] clipped(input signed [63:0] x, input integer bits);
        reg signed [63:0] top;
        begin
            top = (64'sd1 <<< (bits - 1)) - 1;
            clipped = x > top ? top : x < -top - 1 ? -top - 1 : x;
        end
    endfunction
    wire signed [X_CONTAINER-1:0] signed_value = value;
    wire signed [ACT_BITS-1:0] its_value = clipped(signed_value, ACT_BITS);
    always @(posedge clk) begin
        if (gets_it)
            value <= tdata[its_place*X_CONTAINER +: X_CONTAINER];
        if (keep && last && !is_state && receiving == vector) begin
            its_first <= at_start ? tuser[0] : vector_first;
            its_last <= at_start ? tuser[1] : vector_last;
            its_zero <= at_start ? tuser[0] && !(|(state_waits & mine)) : vector_zero;
        end
        if (take && at_start && receiving == vector)
            its_frame <= new_frame;
    end

    // ---- properties: packets and vectors ----
    reg waits;                                   // a write was not granted
    reg [ELEMS-1:0] waits_we;
    reg [X_ROW_BITS-1:0] waits_row;
    reg [ELEMS*ACT_BITS-1:0] waits_data;
    always @(posedge clk) begin
        waits <= !rst && xw_x && !xw_grant;
        waits_we <= xw_we;
        waits_row <= xw_xrow;
        waits_data <= xw_data;
    end
    wire [1:0] writing = written;                // number of the vector whose slices are written
    wire its_turn = xw_x && writing == vector && slice == its_slice;
    wire offers_it = x_valid && taken == vector;
    // a frame's rows
    localparam integer X_PART = (1 << X_ADDR_BITS - FRAME_BITS) / ELEMS, H_PART = (1 << H_ADDR_BITS - FRAME_BITS) / ELEMS;
    wire [X_ROW_BITS-1:0] its_row = its_frame * X_PART + X_BASE / ELEMS + element / ELEMS;
    always @* if (started) begin
        assert (in_use <= 2);
        assert (tready == (swallow || ((!held || word_done)
                && (!at_start || (in_use < 2 && !loading && !(load_wanted && !open))))));
        assert (error[0] == (wrong_length && !is_state && tlast));
        assert (error[1] == (wrong_length && !is_state && !tlast));
        assert (error[2] == (wrong_place && !is_state && !silent));
        assert (error[3] == (lost_weights && !(silent && !is_state && !tuser[0] && !my_sequence)));
        assert (error[5] == ((wrong_place || wrong_length) && is_state));
        assert (x_dropping == dropping);
        assert (open == (sequence != 0 || state_waits != 0));
        assert (quiet == (at_start && !swallow && !held && in_use == 0 && !take));
        assert (xw_x == (held && !held_state));
        assert (!waits || (xw_x && xw_we == waits_we && xw_xrow == waits_row && xw_data == waits_data));
        assert (x_valid == (offered != 0));
        assert (offered <= 2);
        assert (STREAMS > 1 || !x_valid || x_frame == taken[0]);
        assert (!offers_it || {x_frame, x_first_is, x_last_is, x_zero_is} == {its_frame, its_first, its_last, its_zero});
        assert (!its_turn || xw_we[element % ELEMS]);
        assert (!its_turn || xw_xrow == its_row);
        assert (!its_turn || xw_data[(element % ELEMS)*ACT_BITS +: ACT_BITS] == its_value);
        // only while its slice is written is its word of the memory written
        assert (!(xw_x && writing == vector && xw_we[element % ELEMS] && xw_xrow == its_row) || its_turn);
        assert (!(its_turn && xw_grant) || error[4] || its_value == signed_value);
    end
    wire x_first_is = x_sfirst, x_last_is = x_slast, x_zero_is = x_zero;

    // ---- invariants: packets and vectors ----
    (* hierconn *) wire \dut.at_start , \dut.swallow , \dut.in_state ,
        \dut.hold_valid , \dut.hold_state , \dut.w_turn , \dut.r_turn , \dut.vec_zero , \dut.vec_first , \dut.vec_last ;
    (* hierconn *) wire [STREAMS-1:0] \dut.in_open , \dut.st_loaded , \dut.g_frames.odd ;
    (* hierconn *) wire [FRAME_BITS-1:0] \dut.now , \dut.g_frames.q_frame_0 , \dut.g_frames.q_frame_1 ;
    (* hierconn *) wire [1:0] \dut.used , \dut.ready , \dut.q_zero , \dut.q_first , \dut.q_last ;
    (* hierconn *) wire [STREAM_BITS-1:0] \dut.hold ;
    localparam integer COUNT_BITS = $clog2(SLICES + 1);
    localparam integer GROUP_BITS = GROUPS > 1 ? $clog2(GROUPS) : 1;
    localparam integer PART_BITS = PER_WORD > 1 ? $clog2(PER_WORD) : 1;
    (* hierconn *) wire [COUNT_BITS-1:0] \dut.words_left , \dut.slices_left ;
    (* hierconn *) wire [GROUP_BITS-1:0] \dut.group ;
    (* hierconn *) wire [PART_BITS-1:0] \dut.part ;
    (* hierconn *) wire [X_ROW_BITS-1:0] \dut.row ;
    wire vector_goes = !at_start && !swallow && !in_state;      // some of its words are taken
    wire vector_ends = held && !held_state && at_start;         // all are, and not yet written
    wire state_goes = !at_start && !swallow && in_state;
    wire state_ends = held && held_state && at_start;
    wire [1:0] buffered = kept - freed, in_lanes = taken - freed, full = written - freed;
    wire [11:0] held_word = slice / PER_WORD;                   // the word in hold, if it is a vector's
    wire [11:0] part = slice % PER_WORD;
    wire [1:0] age = written - vector;                          // of the watched vector, once it is written
    wire waits_to_go = age != 0 && age <= offered;              // it is written and not taken
    wire [FRAME_BITS-1:0] q_frame = STREAMS == 1 ? vector[0] : vector[0] ? \dut.g_frames.q_frame_1 : \dut.g_frames.q_frame_0 ;
    wire [X_CONTAINER-1:0] in_hold = \dut.hold >> X_CONTAINER * (its_place - part * S);
    always @* if (started) begin
        assert (\dut.at_start == at_start && \dut.swallow == swallow && (at_start || \dut.in_state == in_state));
        assert (\dut.in_open == sequence && \dut.st_loaded == state_waits);
        assert (\dut.hold_valid == held && (!held || \dut.hold_state == held_state));
        assert (\dut.used == in_use && \dut.ready == offered);
        assert (\dut.w_turn == written[0] && \dut.r_turn == taken[0]);
        if (STREAMS > 1) begin
            assert (\dut.g_frames.odd == odd);
            assert (!(vector_ends || state_ends || !at_start) || \dut.now == frame);
        end else begin
            assert (odd == written[0]);
            assert (!(vector_goes || vector_ends) || frame == written[0]);
        end
        assert (!at_start || (count == 0 && !swallow));
        assert (STATES || (!state_waits && (at_start || !in_state) && (!held || !held_state)));
        assert (at_start || count != 0);
        assert (!swallow || !held);
        assert (!held || at_start || held_state == in_state);
        assert (kept - written == vector_ends);
        assert (buffered <= 2 && offered <= in_use);
        assert (in_lanes <= buffered && full <= buffered && offered <= full);
        if (vector_goes) begin
            assert (count < WORDS);
            assert (\dut.words_left == WORDS - 1 - count);
            assert (held || slice == count * PER_WORD);
            assert (!held || held_word == count - 1);
        end
        if (vector_ends)
            assert (held_word == WORDS - 1);
        if (vector_goes || vector_ends) begin
            assert (slice < SLICES);
            assert (\dut.slices_left == SLICES - 1 - slice);
            assert (\dut.group == slice % GROUPS);
            assert (!held || \dut.part == part);
            assert (\dut.row == (frame * X_PART + X_BASE / ELEMS + slice / GROUPS) % (1 << X_ROW_BITS));
            assert (\dut.vec_zero == vector_zero && \dut.vec_first == vector_first && \dut.vec_last == vector_last);
        end
        // the value's word: in hold, its slice not yet written
        if (held && !held_state && writing == vector && held_word == element / SE && its_slice >= slice)
            assert (in_hold == value);
        if ((vector_goes || vector_ends) && writing == vector)
            assert (its_frame == frame);
        if (vector_ends && writing == vector)
            assert ({vector_first, vector_last, vector_zero} == {its_first, its_last, its_zero});
        if (waits_to_go)
            assert ({q_frame, \dut.q_first [vector[0]], \dut.q_last [vector[0]], \dut.q_zero [vector[0]]}
                    == {its_frame, its_first, its_last, its_zero});
    end

    // ---- initial states ----
    generate
        if (STATES) begin : g_states
            (* anyconst *) reg [7:0] s_segment;
            (* anyconst *) reg [11:0] s_element;
            always @* assume (s_segment < SEGMENTS && s_element < size_of(s_segment));
            wire [11:0] s_place = s_element % SW;
            wire [31:0] tslot = tdata >> 32 * s_place;
            reg [31:0] s_value;
            reg [FRAME_BITS-1:0] s_frame; // h is of the step before the next: the frame of the other parity
            always @(posedge clk) begin
                if (keep && is_state && count == words_before(s_segment) + s_element / SW)
                    s_value <= tslot;
                if (take && at_start)
                    s_frame <= new_frame ^ STREAMS;
            end
            wire signed [31:0] s_signed = s_value;
            wire [ACT_BITS-1:0] s_h = clipped(s_signed, ACT_BITS);
            wire [CELL_BITS-1:0] s_c = clipped(s_signed, CELL_BITS);
            wire [11:0] s_lane = s_element % ELEMS;
            wire [31:0] layer_base = ST_HBASE >> 32 * (s_segment / 2);
            wire [31:0] layer_unit = ST_UNIT >> 32 * (s_segment / 2);
            wire [H_ROW_BITS-1:0] s_hrow = s_frame * H_PART + layer_base[11:0] / ELEMS + s_element / ELEMS;
            wire [UNIT_ADDR_BITS+FRAME_BITS-2:0] s_crow = (layer_unit[11:0] + s_element / ELEMS) * STREAMS + s_frame % STREAMS;
            wire s_turn = state_slices && segment == s_segment && state_slice == s_element / SS;
            wire writes_h = xw_h && xw_we[s_lane] && xw_hrow == s_hrow && s_segment % 2 == 0;
            wire writes_c = xc_we[s_lane] && xc_row == s_crow && s_segment % 2 == 1;
            always @* if (started) begin
                assert (state_slices == (held && held_state && ctrl_empty && in_use == 0));
                assert (!(xw_h && |xc_we));
                if (s_turn) begin
                    assert (s_segment % 2 == 0 ? writes_h : writes_c);
                    assert (s_segment % 2 == 0 ? xw_data[s_lane*ACT_BITS +: ACT_BITS] == s_h
                                               : xc_data[s_lane*CELL_BITS +: CELL_BITS] == s_c);
                end
                assert (!(state_slices && segment == s_segment && (writes_h || writes_c)) || s_turn);
            end

            // ---- invariants ----
            localparam integer SEG_BITS = $clog2(SEGMENTS);
            localparam integer S_ROW_BITS = H_ROW_BITS > UNIT_ADDR_BITS ? H_ROW_BITS : UNIT_ADDR_BITS;
            localparam integer S_WORD_BITS = $clog2(STATE_WORDS + 1);
            wire [S_WORD_BITS-1:0] words_left = walk_words_left;
            wire [31:0] now_base = ST_HBASE >> 32 * (segment / 2);
            wire [31:0] now_unit = ST_UNIT >> 32 * (segment / 2);
            wire [S_ROW_BITS-1:0] now_row = (segment % 2 != 0 ? now_unit[11:0] : s_frame * H_PART + now_base[11:0] / ELEMS)
                                            + state_slice / (ELEMS / SS);
            wire [11:0] now_word = words_before(segment) + state_slice / (SW / SS);
            wire [31:0] s_in_hold = \dut.hold >> 32 * (s_place - (state_slice % (SW / SS)) * SS);
            always @* if (started) begin
                if (state_goes) begin
                    assert (count < STATE_WORDS);
                    assert (words_left == STATE_WORDS - 1 - count);
                    assert (now_word == (held ? count - 1 : count));
                    assert (held || state_slice % (SW / SS) == 0);
                end
                if (state_ends)
                    assert (now_word == STATE_WORDS - 1);
                if (state_goes || state_ends) begin
                    assert (segment < SEGMENTS);
                    assert (state_slice * SS < size_of(segment));
                    assert (walk_segment == segment);
                    assert (walk_slices_left == (size_of(segment) + SS - 1) / SS - 1 - state_slice);
                    assert (walk_group == state_slice % (ELEMS / SS));
                    assert (walk_part == state_slice % (SW / SS));
                    assert (walk_kept == s_frame && s_frame == (frame ^ STREAMS));
                    assert (walk_row == now_row);
                end
                if (held && held_state && segment == s_segment
                        && now_word == words_before(s_segment) + s_element / SW && s_element / SS >= state_slice)
                    assert (s_in_hold == s_value);
            end
        end
    endgenerate
    localparam integer S_GROUP_BITS = ELEMS / SS > 1 ? $clog2(ELEMS / SS) : 1;
    localparam integer S_PART_BITS = SW / SS > 1 ? $clog2(SW / SS) : 1;
    (* hierconn *) wire [$clog2(STATE_WORDS+1)-1:0] \dut.g_state.walk.words_left ;
    (* hierconn *) wire [$clog2(SEGMENTS)-1:0] \dut.g_state.walk.segment ;
    (* hierconn *) wire [12:0] \dut.g_state.walk.slices_left ;
    (* hierconn *) wire [(H_ROW_BITS > UNIT_ADDR_BITS ? H_ROW_BITS : UNIT_ADDR_BITS)-1:0] \dut.g_state.walk.row ;
    (* hierconn *) wire [S_GROUP_BITS-1:0] \dut.g_state.walk.group ;
    (* hierconn *) wire [S_PART_BITS-1:0] \dut.g_state.walk.part ;
    (* hierconn *) wire [FRAME_BITS-1:0] \dut.g_state.walk.kept ;
    wire [$clog2(STATE_WORDS+1)-1:0] walk_words_left = \dut.g_state.walk.words_left ;
    wire [$clog2(SEGMENTS)-1:0] walk_segment = \dut.g_state.walk.segment ;
    wire [12:0] walk_slices_left = \dut.g_state.walk.slices_left ;
    wire [(H_ROW_BITS > UNIT_ADDR_BITS ? H_ROW_BITS : UNIT_ADDR_BITS)-1:0] walk_row = \dut.g_state.walk.row ;
    wire [S_GROUP_BITS-1:0] walk_group = \dut.g_state.walk.group ;
    wire [S_PART_BITS-1:0] walk_part = \dut.g_state.walk.part ;
    wire [FRAME_BITS-1:0] walk_kept = \dut.g_state.walk.kept ;

    // ---- reachable ----
    always @* if (started) begin
        cover (offered == 2 && tvalid && !tready && x_frame[FRAME_BITS-1]);
        cover (&sequence && x_valid);
        cover (its_turn && waits && error[4]);
        cover (error[0] || ONE_WORD);
        cover (error[1]);
        cover (dropping && x_valid && x_take);
        cover (offers_it && x_slast && !x_sfirst);
        cover (!STATES || (offers_it && x_sfirst && !x_zero));
        cover (STREAMS == 1 || !STATES || (state_waits == 1 && dropping == 2));
        cover (!STATES || (xc_we != 0 && segment == SEGMENTS - 1));
    end
    localparam ONE_WORD = WORDS == 1;
endmodule

`default_nettype wire
