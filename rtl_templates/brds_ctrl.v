// SPDX-License-Identifier: Apache-2.0
//
// brds_ctrl: tokens, phases, groups and beats (docs/microarchitecture.md, section 8).
//
//   A scan pointer looks at one phase a cycle and fills the candidate; the candidate goes when the
//   running phase issues its last beat (or nothing runs), its edges are open and, if its results
//   leave the core, an output buffer is free.
//
// Where weights are streamed, a beat waits on the bus, not valid, until its weight word is there.
//
// Latency: go in cycle n, first beat on the beat bus in cycle n+1. Initiation interval: one beat a
// cycle; the next phase's first beat follows the last beat of the phase before without a bubble.
`default_nettype none

module brds_ctrl #(
    // number of phases, edges, token stages and layers
    parameter integer PHASES = 2,
    parameter integer EDGES = 2,
    parameter integer STAGES = 2,
    parameter integer LAYERS = 1,
    // bits of a phase number, max(1, clog2(PHASES))
    parameter integer PHASE_BITS = 1,
    // independent streams, a power of two: each has a state of its own
    parameter integer STREAMS = 1,
    // address bits of the weight memory
    parameter integer WORD_ADDR_BITS = 4,
    // kind of phase p at [32*p +: 32]: 0 gates, 1 projection, 2 head
    parameter [PHASES*32-1:0] PH_LINEAR = {32'd2, 32'd0},
    // token stage of a phase
    parameter [PHASES*32-1:0] PH_STAGE = {32'd1, 32'd0},
    // groups of a phase, at least 1
    parameter [PHASES*32-1:0] PH_GROUPS = {32'd1, 32'd2},
    // beats of a group, at least 1
    parameter [PHASES*32-1:0] PH_BEATS = {32'd1, 32'd3},
    // first weight memory word of a phase
    parameter [PHASES*32-1:0] PH_WORD = {32'd6, 32'd0},
    // 1: the phase's results go to the output stream
    parameter [PHASES*32-1:0] PH_OUT = {32'd1, 32'd0},
    // reader and writer phase of edge e at [32*e +: 32]; 1: ignored in a step that starts from zero
    parameter [EDGES*32-1:0] ED_READER = {32'd1, 32'd0},
    parameter [EDGES*32-1:0] ED_WRITER = {32'd0, 32'd0},
    parameter [EDGES*32-1:0] ED_SKIP = {32'd0, 32'd1},
    // 1: every step is output, 0: only a sequence's last step
    parameter integer EVERY_STEP = 0,
    // cycles from the last beat of gates 0 until its x buffer is given back (LW + LI + 1)
    parameter integer FREE_DELAY = 2,
    // cycles from a beat until everything it caused is written
    parameter integer DRAIN_CYCLES = 32
) (
    input wire clk,
    input wire rst,
    // control
    input wire enable,                   // 0: no new step is started
    input wire weights_ok,
    input wire loading,
    input wire [EDGES*16-1:0] cfg_gap,
    // input unit
    input wire x_valid,
    input wire [$clog2(STREAMS):0] x_frame,  // {parity of the step in its stream, stream}
    input wire x_zero,
    input wire x_sfirst,
    input wire x_slast,
    input wire [STREAMS-1:0] x_dropping, // by stream: the rest of a sequence is being dropped
    output wire x_take,
    output wire x_free,
    // output unit
    input wire y_release,                // a vector's last word leaves: its buffer is free
    output wire y_none,                  // no output buffer is claimed
    // streamed weights; else both ready inputs are 1
    input wire fetch_ready,              // a phase may become the candidate
    output wire fetch,                   // it does: phase fetch_phase
    output wire [PHASE_BITS-1:0] fetch_phase,
    input wire word_ready,               // the next beat's weight word is there
    // beat bus
    output wire beat_valid,
    output reg [WORD_ADDR_BITS-1:0] beat_word,
    output reg beat_first,
    output reg beat_last,
    output reg [PHASE_BITS-1:0] beat_phase,
    output reg beat_pfirst,
    output reg [$clog2(STREAMS):0] beat_frame,
    output reg beat_zero,
    output reg beat_sfirst,
    output reg beat_slast,
    // state and events
    output wire empty,                   // no token, candidate or beat, and the pipeline is drained
    output wire sequence_open,
    output wire ev_step,
    output wire ev_sequence,
    output wire ev_busy,
    output wire ev_stall_in,
    output wire ev_stall_out,
    output wire ev_stall_weights
);
    // ---- constants of the phases ----
    function integer largest(input [PHASES*32-1:0] table_of);
        integer i;
        begin
            largest = 1;
            for (i = 0; i < PHASES; i = i + 1)
                if (table_of[32*i +: 32] > largest)
                    largest = table_of[32*i +: 32];
        end
    endfunction

    function [PHASES*32-1:0] less_one(input [PHASES*32-1:0] table_of);
        integer i;
        for (i = 0; i < PHASES; i = i + 1)
            less_one[32*i +: 32] = table_of[32*i +: 32] - 32'd1;
    endfunction

    function [PHASES-1:0] are_one(input [PHASES*32-1:0] table_of);
        integer i;
        for (i = 0; i < PHASES; i = i + 1)
            are_one[i] = table_of[32*i +: 32] == 32'd1;
    endfunction

    localparam integer BEAT_BITS = $clog2(largest(PH_BEATS) + 1);
    localparam integer GROUP_BITS = $clog2(largest(PH_GROUPS) + 1);
    localparam [PHASES*32-1:0] BEATS_M1 = less_one(PH_BEATS);
    localparam [PHASES*32-1:0] GROUPS_M1 = less_one(PH_GROUPS);
    localparam [PHASES-1:0] ONE_BEAT = are_one(PH_BEATS);
    localparam [PHASES-1:0] ONE_GROUP = are_one(PH_GROUPS);
    localparam integer ONE = 1;
    localparam integer LAST = PHASES - 1;
    localparam [PHASE_BITS-1:0] LAST_PHASE = LAST[PHASE_BITS-1:0];
    localparam integer TOP = LAYERS - 1;
    localparam [PHASE_BITS-1:0] TOP_GATES = TOP[PHASE_BITS-1:0];
    localparam HEAD = PH_LINEAR[32*LAST +: 32] == 32'd2;
    localparam [STAGES-1:0] UPPER = {STAGES{1'b1}} << 1; // stages above 0
    localparam integer DRAIN_BITS = $clog2(DRAIN_CYCLES + 1);
    localparam integer DRAIN_M1 = DRAIN_CYCLES - 1;
    localparam EVERY = EVERY_STEP != 0;
    localparam integer FRAME_BITS = $clog2(STREAMS) + 1;
    localparam integer STREAM_M1 = STREAMS - 1;
    localparam [FRAME_BITS-1:0] STREAM_MASK = STREAM_M1[FRAME_BITS-1:0]; // a frame's bits but the parity
    localparam [STREAMS-1:0] STREAM_0 = 1;

    // ---- scan: tokens and candidate ----
    reg [PHASE_BITS-1:0] sp;
    reg [STAGES-1:0] tok_valid, tok_zero, tok_sfirst, tok_slast;
    reg [STAGES*FRAME_BITS-1:0] tok_frame;

    reg cand_valid;
    reg [PHASE_BITS-1:0] cand;
    reg [FRAME_BITS-1:0] cand_frame;
    reg cand_zero, cand_sfirst, cand_slast;
    reg cand_out;                        // needs an output buffer
    reg [WORD_ADDR_BITS-1:0] cand_word;
    reg [BEAT_BITS-1:0] cand_beats;      // beats of a group less one
    reg [GROUP_BITS-1:0] cand_groups;    // groups less one
    reg cand_one_beat, cand_one_group;

    // the token that each phase looks at
    wire [PHASES-1:0] see_valid, see_zero, see_sfirst, see_slast, see_out;
    wire [PHASES*FRAME_BITS-1:0] see_frames;
    wire [FRAME_BITS-1:0] see_frame;
    genvar p;
    generate
        for (p = 0; p < PHASES; p = p + 1) begin : g_see
            localparam integer STAGE = PH_STAGE[32*p +: 32];
            assign see_valid[p] = tok_valid[STAGE];
            assign see_frames[FRAME_BITS*p +: FRAME_BITS] = tok_frame[FRAME_BITS*STAGE +: FRAME_BITS];
            assign see_zero[p] = tok_zero[STAGE];
            assign see_sfirst[p] = tok_sfirst[STAGE];
            assign see_slast[p] = tok_slast[STAGE];
            assign see_out[p] = PH_OUT[32*p +: 32] != 32'd0;
        end
    endgenerate

    brds_mux #(.COUNT(PHASES), .WIDTH(FRAME_BITS), .SEL_BITS(PHASE_BITS)) u_frame (
        .d(see_frames), .sel(sp), .q(see_frame)
    );

    wire at_first = sp == {PHASE_BITS{1'b0}};
    wire x_ready = x_valid && weights_ok && !loading && enable;
    wire others = |(tok_valid & UPPER);
    wire looks = !cand_valid && fetch_ready;
    wire advance = looks && (!at_first || x_ready || others);
    wire fill = looks && (at_first ? x_ready : see_valid[sp]);
    wire at_end = sp == LAST_PHASE;
    wire shift = advance && at_end && PHASES > 1;
    wire slast_seen = at_first ? x_slast : see_slast[sp];

    assign x_take = looks && at_first && x_ready;
    assign fetch = fill;
    assign fetch_phase = sp;

    always @(posedge clk) begin
        if (rst)
            sp <= {PHASE_BITS{1'b0}};
        else if (advance)
            sp <= at_end ? {PHASE_BITS{1'b0}} : sp + 1'b1;
    end

    // Token 0 is taken from the input unit; with one phase nobody looks at it.
    always @(posedge clk) begin
        if (rst) begin
            tok_valid[0] <= 1'b0;
        end else if (shift || PHASES == 1) begin
            tok_valid[0] <= 1'b0;
        end else if (advance && at_first) begin
            tok_valid[0] <= x_ready;
            tok_frame[FRAME_BITS-1:0] <= x_frame;
            tok_zero[0] <= x_zero;
            tok_sfirst[0] <= x_sfirst;
            tok_slast[0] <= x_slast;
        end
    end

    genvar s;
    generate
        for (s = 1; s < STAGES; s = s + 1) begin : g_token
            wire enters = !(HEAD && s == STAGES - 1) || EVERY || tok_slast[s-1];
            always @(posedge clk) begin
                if (rst) begin
                    tok_valid[s] <= 1'b0;
                end else if (shift) begin
                    tok_valid[s] <= tok_valid[s-1] && enters;
                    tok_frame[FRAME_BITS*s +: FRAME_BITS] <= tok_frame[FRAME_BITS*(s-1) +: FRAME_BITS];
                    tok_zero[s] <= tok_zero[s-1];
                    tok_sfirst[s] <= tok_sfirst[s-1];
                    tok_slast[s] <= tok_slast[s-1];
                end
            end
        end
    endgenerate

    wire go;
    always @(posedge clk) begin
        if (rst)
            cand_valid <= 1'b0;
        else if (go)
            cand_valid <= 1'b0;
        else if (fill)
            cand_valid <= 1'b1;
        if (fill) begin
            cand <= sp;
            cand_frame <= at_first ? x_frame : see_frame;
            cand_zero <= at_first ? x_zero : see_zero[sp];
            cand_sfirst <= at_first ? x_sfirst : see_sfirst[sp];
            cand_slast <= slast_seen;
            cand_out <= see_out[sp] && (EVERY || slast_seen);
            cand_word <= PH_WORD[32*sp +: WORD_ADDR_BITS];
            cand_beats <= BEATS_M1[32*sp +: BEAT_BITS];
            cand_groups <= GROUPS_M1[32*sp +: GROUP_BITS];
            cand_one_beat <= ONE_BEAT[sp];
            cand_one_group <= ONE_GROUP[sp];
        end
    end

    // ---- beats ----
    reg [BEAT_BITS-1:0] run_beats, left_beats;    // of a group less one; after this one
    reg [GROUP_BITS-1:0] left_groups;             // after this one
    reg run_one_beat, last_group;
    reg ending;                                   // beat_last && last_group, a register of its own for speed

    reg active;                                   // the bus holds a beat
    assign beat_valid = active && word_ready;
    wire phase_end = beat_valid && ending;

    always @(posedge clk) begin
        if (rst)
            active <= 1'b0;
        else if (go)
            active <= 1'b1;
        else if (phase_end)
            active <= 1'b0;
        if (go) begin
            beat_phase <= cand;
            beat_frame <= cand_frame;
            beat_zero <= cand_zero;
            beat_sfirst <= cand_sfirst;
            beat_slast <= cand_slast;
            run_beats <= cand_beats;
            run_one_beat <= cand_one_beat;
        end
        if (go)
            beat_word <= cand_word;
        else if (word_ready)
            beat_word <= beat_word + 1'b1;
    end

    always @(posedge clk) begin
        if (go) begin
            beat_first <= 1'b1;
            beat_last <= cand_one_beat;
            beat_pfirst <= 1'b1;
            left_beats <= cand_beats;
            left_groups <= cand_groups;
            last_group <= cand_one_group;
            ending <= cand_one_beat && cand_one_group;
        end else if (word_ready && beat_last) begin
            beat_first <= 1'b1;
            beat_last <= run_one_beat;
            beat_pfirst <= 1'b0;
            left_beats <= run_beats;
            left_groups <= left_groups - 1'b1;
            last_group <= left_groups == ONE[GROUP_BITS-1:0];
            ending <= run_one_beat && left_groups == ONE[GROUP_BITS-1:0];
        end else if (word_ready) begin
            beat_first <= 1'b0;
            beat_last <= left_beats == ONE[BEAT_BITS-1:0];
            left_beats <= left_beats - 1'b1;
            ending <= left_beats == ONE[BEAT_BITS-1:0] && last_group;
        end
    end

    // ---- edges ----
    wire [EDGES-1:0] edge_ok;
    genvar e;
    generate
        for (e = 0; e < EDGES; e = e + 1) begin : g_edge
            localparam integer READER = ED_READER[32*e +: 32];
            localparam integer WRITER = ED_WRITER[32*e +: 32];
            localparam [PHASE_BITS-1:0] READER_PHASE = READER[PHASE_BITS-1:0];
            localparam [PHASE_BITS-1:0] WRITER_PHASE = WRITER[PHASE_BITS-1:0];
            localparam SKIP = ED_SKIP[32*e +: 32] != 32'd0;
            localparam SKEWED = WRITER < READER && PH_STAGE[32*WRITER +: 32] < PH_STAGE[32*READER +: 32];
            // what go asks for is found a cycle ahead where it can be: of the config word, of the candidate
            // (it does not read over this edge, or ignores it), of the run
            reg ignored, writes;
            reg [15:0] load;
            reg gap_none, gap_short;     // gap is 0; gap is 0 or 1
            reg [15:0] count;
            reg count_none;              // count is 0
            wire written = phase_end && writes;
            wire newer, older_none;      // the writer's latest run is not the one; the one before is done
            assign edge_ok[e] = ignored
                || (newer ? (written ? count_none : older_none) : (written ? gap_none : count_none));
            always @(posedge clk) begin
                if (fill)
                    ignored <= sp != READER_PHASE || (SKIP && (at_first ? x_zero : see_zero[sp]));
                if (go)
                    writes <= cand == WRITER_PHASE;
            end
            if (SKEWED || (SKIP && STREAMS > 1)) begin : g_older
                // A skewed edge waits for the writer's run of the same step, a recurrent one for the
                // latest of the same stream: that before the latest run, or one before that, which
                // ended even earlier.
                localparam [FRAME_BITS-1:0] COMPARED = SKEWED ? {FRAME_BITS{1'b1}} : STREAM_MASK;
                reg [FRAME_BITS-1:0] latest; // frame of the writer's latest run
                reg [15:0] older;
                reg older_zero;
                assign newer = (((written ? beat_frame : latest) ^ cand_frame) & COMPARED) != {FRAME_BITS{1'b0}};
                assign older_none = older_zero;
                always @(posedge clk) begin
                    if (written) begin
                        latest <= beat_frame;
                        older <= count - 16'd1;
                    end else begin
                        older <= older - 16'd1;
                    end
                    if (rst)
                        older_zero <= 1'b1;
                    else if (written)
                        older_zero <= count_none || count == 16'd1;
                    else if (older == 16'd1)
                        older_zero <= 1'b1;
                end
            end else begin : g_plain
                assign newer = 1'b0;
                assign older_none = 1'b1;
            end
            always @(posedge clk) begin
                gap_none <= cfg_gap[16*e +: 16] == 16'd0;
                gap_short <= cfg_gap[16*e+1 +: 15] == 15'd0;
                load <= cfg_gap[16*e +: 16] - 16'd1;
            end
            always @(posedge clk) begin
                if (rst)
                    count_none <= 1'b1;
                else if (written)
                    count_none <= gap_short;
                else if (count == 16'd1)
                    count_none <= 1'b1;
                if (written)
                    count <= load;
                else
                    count <= count - 16'd1;
            end
        end
    endgenerate
    wire edges_open = &edge_ok;

    // ---- output buffers ----
    reg [1:0] out_used;
    wire out_ok = !cand_out || !out_used[1];
    wire slot_open = cand_valid && (!active || phase_end) && edges_open;
    assign go = slot_open && out_ok;
    wire y_claim = go && cand_out;
    assign y_none = out_used == 2'd0;

    always @(posedge clk) begin
        if (rst)
            out_used <= 2'd0;
        else if (y_claim != y_release)
            out_used <= y_claim ? out_used + 2'd1 : out_used - 2'd1;
    end

    // ---- x buffers are given back when the lanes have read them ----
    reg [FREE_DELAY-1:0] free_delay;
    wire x_read = phase_end && beat_phase == {PHASE_BITS{1'b0}};
    always @(posedge clk) begin
        if (rst)
            free_delay <= {FREE_DELAY{1'b0}};
        else
            free_delay <= {free_delay[FREE_DELAY-2:0], x_read};
    end
    assign x_free = free_delay[FREE_DELAY-1];

    // ---- state and events ----
    reg [DRAIN_BITS-1:0] drain;
    wire drained = drain == {DRAIN_BITS{1'b0}};
    always @(posedge clk) begin
        if (rst)
            drain <= {DRAIN_BITS{1'b0}};
        else if (beat_valid)
            drain <= DRAIN_M1[DRAIN_BITS-1:0];
        else if (!drained)
            drain <= drain - 1'b1;
    end

    wire still = !active && !cand_valid && tok_valid == {STAGES{1'b0}};
    assign empty = still && drained;

    reg [STREAMS-1:0] seq_open;          // by stream
    wire [STREAMS-1:0] x_stream = STREAM_0 << (x_frame & STREAM_MASK);
    always @(posedge clk) begin
        if (rst)
            seq_open <= {STREAMS{1'b0}};
        else if (x_take)
            seq_open <= x_slast ? seq_open & ~x_stream : seq_open | x_stream;
        else if (!x_valid)
            seq_open <= seq_open & ~x_dropping;
    end
    assign sequence_open = |seq_open;

    assign ev_step = phase_end && beat_phase == TOP_GATES;
    assign ev_sequence = ev_step && beat_slast;
    assign ev_busy = active || (cand_valid && !edges_open);
    assign ev_stall_in = still && sequence_open;
    assign ev_stall_out = slot_open && !out_ok;
    assign ev_stall_weights = active && !word_ready;
endmodule

`default_nettype wire
