// SPDX-License-Identifier: Apache-2.0
//
// brds_ctrl against sections 7 and 8 of docs/microarchitecture.md, for vectors, gaps and output stalls of
// any kind: every phase runs once for every step, in the order of the steps, with the step's parity and
// flags, and whole: all groups, all beats, with the words that are its own, without a hole; a head that
// gives a sequence's last step only does so for just those.  No phase starts before the words that it
// reads are written: the run that an edge names has ended, and at least `gap` idle cycles lie between (over a recurrent edge the
// latest of the same stream); a
// step that starts from zero is free of the edges that the page frees it of.  Never more than two output
// buffers are claimed.  `empty` says that all that was taken has been run and drained, and no less.  And
// a bounded time to idle: the number `left` falls in every cycle in which something is left to do, no
// vector is taken and no output buffer is missing.
//
// With STREAM a beat waits on the bus until word_ready, and the scan until fetch_ready: runs then may have
// holes, and idle comes in a bounded number of cycles without such a wait.
//
// The properties see the ports only.  Steps are numbered modulo 16 in the order in which they are taken;
// one is watched for its flags.  The invariants say how many runs the tokens and the candidate still stand
// for, and a table holds the frames of the last 16 steps.  The network has LAYERS layers, all with a projection or none, and a head or none; its edges are
// those of section 7, with DRAINS the drain edges too.  The environment alternates each stream's parity (xin.v
// proves that of brds_xin) and gives back no output buffer that is not claimed; the gaps
// are any constants up to MOST_GAP.
`default_nettype none

module ctrl #(
    parameter integer LAYERS = 1,
    parameter integer PROJ = 0,
    parameter integer HEAD = 1,
    parameter integer EVERY = 1,
    parameter integer DRAINS = 0,
    // groups and beats of phase p: 1 + (p * 5 + MIX) % MOST_GROUPS, 1 + (p * 3 + MIX) % MOST_BEATS
    parameter integer MIX = 2,
    parameter integer MOST_GROUPS = 4,
    parameter integer MOST_BEATS = 5,
    parameter integer FREE_DELAY = 3,
    parameter integer DRAIN_CYCLES = 19,
    // no gap is larger
    parameter integer MOST_GAP = 65535,
    // 1: weights are streamed: a beat may wait on the bus, and the scan, for any time
    parameter integer STREAM = 0,
    // independent streams of vectors
    parameter integer STREAMS = 1
) (
    input wire clk,
    input wire rst,
    input wire enable,
    input wire weights_ok,
    input wire loading,
    input wire x_valid,
    input wire [$clog2(STREAMS):0] x_frame,
    input wire x_zero,
    input wire x_sfirst,
    input wire x_slast,
    input wire [STREAMS-1:0] x_dropping,
    input wire y_release,
    input wire fetch_ready,
    input wire word_ready
);
    localparam integer LINEARS = PROJ * LAYERS + HEAD;
    localparam integer PHASES = LAYERS + LINEARS;
    localparam integer STAGES = LAYERS + HEAD;
    localparam integer DATA_EDGES = 2 * LAYERS - 1 + PROJ * LAYERS + HEAD;
    localparam integer EDGES = DATA_EDGES + DRAINS * LAYERS * LINEARS;   // at most 12
    localparam integer PHASE_BITS = PHASES > 1 ? $clog2(PHASES) : 1;
    localparam integer AW = 10;
    localparam integer FB = $clog2(STREAMS) + 1; // bits of a frame: {parity, stream}
    localparam FILTER = HEAD != 0 && EVERY == 0; // the head runs for a sequence's last step only

    function integer kind_of(input integer p);
        kind_of = p < LAYERS ? 0 : PROJ != 0 && p < 2 * LAYERS ? 1 : 2;
    endfunction
    function integer stage_of(input integer p);
        stage_of = p < LAYERS ? p : PROJ != 0 && p < 2 * LAYERS ? p - LAYERS : LAYERS;
    endfunction
    function integer groups_of(input integer p);
        groups_of = 1 + (p * 5 + MIX) % MOST_GROUPS;
    endfunction
    function integer beats_of(input integer p);
        beats_of = 1 + (p * 3 + MIX) % MOST_BEATS;
    endfunction
    function integer most(input integer what);
        integer i;
        begin
            most = 1;
            for (i = 0; i < PHASES; i = i + 1)
                if ((what == 0 ? groups_of(i) : beats_of(i)) > most)
                    most = what == 0 ? groups_of(i) : beats_of(i);
        end
    endfunction
    function [PHASES*32-1:0] make(input integer what);
        integer p;
        for (p = 0; p < PHASES; p = p + 1)
            case (what)
                0: make[32*p +: 32] = kind_of(p);
                1: make[32*p +: 32] = stage_of(p);
                2: make[32*p +: 32] = groups_of(p);
                3: make[32*p +: 32] = beats_of(p);
                4: make[32*p +: 32] = 25 * p;
                default: make[32*p +: 32] = p == PHASES - 1;
            endcase
    endfunction
    function [PHASES*8-1:0] bytes(input integer what);
        integer p;
        for (p = 0; p < PHASES; p = p + 1)
            bytes[8*p +: 8] = what == 0 ? groups_of(p) : beats_of(p);
    endfunction
    localparam [PHASES*8-1:0] ALL_GROUPS = bytes(0), ALL_BEATS = bytes(1);

    // what 0: reader, 1: writer, 2: skip_first; data edges in their order, then drain edges
    function [EDGES*32-1:0] edges(input integer what);
        integer p, w, e;
        begin
            edges = 0;
            e = 0;
            for (p = 0; p < PHASES; p = p + 1) begin
                w = kind_of(p) == 0 ? (PROJ != 0 ? LAYERS + p : p)
                  : kind_of(p) == 1 ? stage_of(p) : PROJ != 0 ? 2 * LAYERS - 1 : LAYERS - 1;
                edges[32*e +: 32] = what == 0 ? p : what == 1 ? w : kind_of(p) == 0;
                e = e + 1;
                if (p > 0 && p < LAYERS) begin
                    w = PROJ != 0 ? LAYERS + p - 1 : p - 1;
                    edges[32*e +: 32] = what == 0 ? p : what == 1 ? w : 0;
                    e = e + 1;
                end
            end
            for (p = 0; p < LAYERS; p = p + 1)
                for (w = LAYERS; w < PHASES; w = w + 1)
                    if (e < EDGES) begin
                        edges[32*e +: 32] = what == 0 ? p : what == 1 ? w : 0;
                        e = e + 1;
                    end
        end
    endfunction

    (* anyconst *) reg [EDGES*16-1:0] gaps;
    wire x_take, x_free, y_none, beat_valid, beat_first, beat_last, beat_pfirst, beat_zero,
         beat_sfirst, beat_slast, empty, sequence_open, ev_step, ev_sequence, ev_busy, ev_stall_in,
         ev_stall_out, ev_stall_weights, fetch;
    wire [FB-1:0] beat_frame;
    wire [PHASE_BITS-1:0] fetch_phase;
    wire [AW-1:0] beat_word;
    wire [PHASE_BITS-1:0] beat_phase;
    brds_ctrl #(
        .PHASES(PHASES), .EDGES(EDGES), .STAGES(STAGES), .LAYERS(LAYERS), .PHASE_BITS(PHASE_BITS),
        .STREAMS(STREAMS), .WORD_ADDR_BITS(AW), .PH_LINEAR(make(0)), .PH_STAGE(make(1)), .PH_GROUPS(make(2)),
        .PH_BEATS(make(3)), .PH_WORD(make(4)), .PH_OUT(make(5)), .ED_READER(edges(0)),
        .ED_WRITER(edges(1)), .ED_SKIP(edges(2)), .EVERY_STEP(EVERY), .FREE_DELAY(FREE_DELAY),
        .DRAIN_CYCLES(DRAIN_CYCLES)
    ) dut (
        .clk(clk), .rst(rst), .enable(enable), .weights_ok(weights_ok), .loading(loading), .cfg_gap(gaps),
        .x_valid(x_valid), .x_frame(x_frame), .x_zero(x_zero), .x_sfirst(x_sfirst), .x_slast(x_slast),
        .x_dropping(x_dropping), .x_take(x_take), .x_free(x_free), .y_release(y_release), .y_none(y_none),
        .fetch_ready(fetch_ready), .fetch(fetch), .fetch_phase(fetch_phase), .word_ready(word_ready),
        .beat_valid(beat_valid), .beat_word(beat_word), .beat_first(beat_first), .beat_last(beat_last),
        .beat_phase(beat_phase), .beat_pfirst(beat_pfirst), .beat_frame(beat_frame), .beat_zero(beat_zero),
        .beat_sfirst(beat_sfirst), .beat_slast(beat_slast), .empty(empty), .sequence_open(sequence_open),
        .ev_step(ev_step), .ev_sequence(ev_sequence), .ev_busy(ev_busy), .ev_stall_in(ev_stall_in),
        .ev_stall_out(ev_stall_out), .ev_stall_weights(ev_stall_weights));

    // a beat stands on the bus; it is valid if it need not wait.  waited: it did, in the cycle before
    (* hierconn *) wire \dut.active ;
    wire held = \dut.active ;
    reg waited = 0;
    always @(posedge clk) waited <= !rst && held && !word_ready;

    // ---- steps taken ----
    reg started = 0;
    reg [3:0] taken, taken_last;         // steps, and those of them that end a sequence
    (* anyconst *) reg [3:0] step, last_step;    // the watched ones of each count
    reg [FB+2:0] flags, last_flags;      // theirs: frame, zero, sfirst, slast
    reg [3:0] last_number;               // the watched last step's number among all
    wire [FB+2:0] x_flags = {x_frame, x_zero, x_sfirst, x_slast};
    function [FB-1:0] frame_of(input [16*FB-1:0] all, input [3:0] n);
        frame_of = all >> FB * n;
    endfunction
    function [16*FB-1:0] at_start(input integer unused);
        integer n;
        for (n = 0; n < 16; n = n + 1)
            at_start[FB*n +: FB] = n % 2 * STREAMS + unused;
    endfunction
    // frames of step n at [FB*n +: FB], no two neighbours are the same; parity of each stream's next step
    reg [16*FB-1:0] kept_frames;
    reg [STREAMS-1:0] kept_odd;
    wire [16*FB-1:0] frames = STREAMS == 1 ? at_start(0) : kept_frames;
    wire [STREAMS-1:0] odd = STREAMS == 1 ? taken[0] : kept_odd;
    reg [STREAMS-1:0] open;              // streams whose last step taken was not a sequence's last
    wire [STREAMS-1:0] x_stream = 1 << x_frame % STREAMS;
    wire [16*FB-1:0] one_frame = {FB{1'b1}}, taken_frame = x_frame;
    wire [FB-1:0] last_frame = frame_of(frames, taken - 4'd1);
    always @(posedge clk) begin
        started <= 1;
        if (rst) begin
            taken <= 0;
            taken_last <= 0;
            kept_frames <= at_start(0);
            kept_odd <= 0;
        end else if (x_take) begin
            taken <= taken + 1;
            taken_last <= taken_last + x_slast;
            kept_frames <= (frames & ~(one_frame << FB * taken)) | (taken_frame << FB * taken);
            kept_odd <= odd ^ x_stream;
        end
        if (rst)
            open <= 0;
        else if (x_take)
            open <= x_slast ? open & ~x_stream : open | x_stream;
        else if (!x_valid)
            open <= open & ~x_dropping;
        if (x_take && taken == step)
            flags <= x_flags;
        if (x_take && x_slast && taken_last == last_step) begin
            last_flags <= x_flags;
            last_number <= taken;
        end
    end

    // ---- the beat bus: where a run is ----
    wire first_now = held && beat_first && beat_pfirst;  // a phase's first beat
    wire [7:0] groups = ALL_GROUPS >> 8 * beat_phase;
    wire [7:0] beats = ALL_BEATS >> 8 * beat_phase;
    reg more, more_beats;                // the run goes on; its group does
    reg [PHASE_BITS-1:0] run_phase;      // of the beat before
    reg [FB+2:0] run_flags;
    reg [7:0] run_group, run_beat;
    wire [FB+2:0] beat_flags = {beat_frame, beat_zero, beat_sfirst, beat_slast};
    wire [7:0] group = first_now ? 0 : more_beats ? run_group : run_group + 1;
    wire [7:0] beat = first_now || !more_beats ? 0 : run_beat + 1;
    wire last_now = beat_valid && group == groups - 1 && beat == beats - 1;    // a phase's last beat
    always @(posedge clk) begin
        more <= !rst && (beat_valid ? !last_now : held && more);
        if (beat_valid) begin
            more_beats <= beat != beats - 1;
            run_phase <= beat_phase;
            run_flags <= beat_flags;
            run_group <= group;
            run_beat <= beat;
        end
    end

    // ---- runs: begun (the one on the bus counts), ended; cycles since the last end and the one before ----
    localparam [16:0] LONG = 17'h1ffff;
    wire [4*PHASES-1:0] begun, ended;
    wire [17*PHASES-1:0] since, before;
    wire [17*PHASES*STREAMS-1:0] by_stream;      // of phase p and stream i at [17*(STREAMS*p+i) +: 17]: its last end
    wire [PHASES-1:0] ran;               // at all, since reset
    genvar p, i;
    generate
        for (p = 0; p < PHASES; p = p + 1) begin : g_phase
            reg [3:0] starts, ends;
            reg [16:0] age, older;
            reg any;
            wire starts_now = first_now && beat_phase == p;
            wire ends_now = last_now && beat_phase == p;
            assign begun[4*p +: 4] = starts + starts_now;
            assign ended[4*p +: 4] = ends;
            assign since[17*p +: 17] = age;
            assign before[17*p +: 17] = older;
            assign ran[p] = any;
            always @* assert (!started || older > age || older == LONG);
            for (i = 0; i < STREAMS; i = i + 1) begin : g_stream
                reg [16:0] its_age;
                assign by_stream[17*(STREAMS*p+i) +: 17] = STREAMS == 1 ? age : its_age;
                wire latest = frame_of(frames, ends - 4'd1) % STREAMS == i;
                always @(posedge clk)
                    its_age <= rst ? LONG : ends_now && beat_frame % STREAMS == i ? 1 : its_age == LONG ? LONG : its_age + 1;
                // with the run's number in the table; a head that runs for last steps only is not of it
                if (STREAMS > 1 && !(FILTER && p == PHASES - 1)) begin : g_age
                    always @* if (started) assert (any && latest ? its_age == age : its_age >= older);
                end
            end
            always @(posedge clk)
                if (rst) begin
                    starts <= 0;
                    ends <= 0;
                    age <= LONG;
                    older <= LONG;
                    any <= 0;
                end else begin
                    starts <= starts + (starts_now && beat_valid);
                    ends <= ends + ends_now;
                    any <= any || ends_now;
                    if (ends_now) begin
                        age <= 1;
                        older <= age == LONG ? LONG : age + 1;
                    end else begin
                        age <= age == LONG ? LONG : age + 1;
                        older <= older == LONG ? LONG : older + 1;
                    end
                end
        end
    endgenerate
    wire [3:0] bus_begun = begun >> 4 * beat_phase;
    wire [3:0] run_number = bus_begun - 4'd1;    // of the run on the bus, in its phase
    wire is_head = FILTER && beat_phase == PHASES - 1;

    // ---- output buffers, input buffers, cycles since the last beat ----
    reg [2:0] claimed_before;
    wire outputs_now = first_now && beat_phase == PHASES - 1 && (EVERY != 0 || beat_slast);
    wire [2:0] claimed = claimed_before + outputs_now;
    reg [FREE_DELAY-1:0] frees;
    reg [7:0] quiet;
    always @(posedge clk) begin
        claimed_before <= rst ? 0 : claimed_before + (outputs_now && beat_valid) - y_release;
        frees <= rst ? 0 : {frees, last_now && beat_phase == 0};
        quiet <= rst ? 255 : beat_valid ? 1 : quiet == 255 ? 255 : quiet + 1;
    end

    // ---- environment ----
    always @* begin
        if (!started)
            assume (rst);
        assume (x_frame / STREAMS == (odd >> x_frame % STREAMS) % 2);
        assume (!y_release || claimed_before != 0 || (outputs_now && beat_valid));
        assume (STREAM != 0 || (fetch_ready && word_ready));
    end

    // ---- properties ----
    always @* if (started) begin
        assert (!x_take || (x_valid && weights_ok && !loading && enable));
        assert (beat_valid == (held && word_ready) && ev_stall_weights == (held && !word_ready));
        assert (!x_take || (fetch && fetch_phase == 0));
        assert (!fetch || fetch_ready);
        assert (sequence_open == (open != 0));
        // a run is whole
        assert (!more || (held && !first_now));
        assert (more || !held || first_now);
        assert (!more || (beat_phase == run_phase && beat_flags == run_flags));
        if (held) begin
            assert (beat_phase < PHASES);
            assert (beat_first == (beat == 0) && beat_last == (beat == beats - 1));
            assert (beat_pfirst == (group == 0));
            assert (group < groups && beat < beats);
            assert (beat_word == 25 * beat_phase + group * beats + beat);
            // and that of its step
            assert (is_head || run_number != step || beat_flags == flags);
            assert (!is_head || run_number != last_step || beat_flags == last_flags);
            assert (!is_head || beat_slast);
        end
        assert (claimed <= 2 && claimed_before <= 2 && y_none == (claimed == 0));
        assert (x_free == frees[FREE_DELAY-1]);
        assert (!empty || (!held && quiet >= DRAIN_CYCLES));
        assert (ev_step == (last_now && beat_phase == LAYERS - 1));
    end
    generate
        for (p = 0; p < PHASES; p = p + 1) begin : g_empty
            // all that was taken has been run
            always @* if (started && empty) begin
                assert (begun[4*p +: 4] == (FILTER && p == PHASES - 1 ? taken_last : taken));
                assert (ended[4*p +: 4] == begun[4*p +: 4]);
            end
        end
    endgenerate

    // ---- edges: nothing is read before it is written ----
    genvar e;
    generate
        for (e = 0; e < EDGES; e = e + 1) begin : g_edge
            localparam [EDGES*32-1:0] READERS = edges(0), WRITERS = edges(1), SKIPS = edges(2);
            localparam integer READER = READERS[32*e +: 32];
            localparam integer WRITER = WRITERS[32*e +: 32];
            localparam SKIP = SKIPS[32*e +: 32] != 0;
            localparam DRAIN = e >= DATA_EDGES;
            localparam HEAD_EDGE = FILTER && READER == PHASES - 1;
            localparam SKEWED = WRITER < READER && stage_of(WRITER) < stage_of(READER);
            wire [15:0] gap = gaps[16*e +: 16];
            always @* assume (gap <= MOST_GAP);
            wire reads = first_now && beat_phase == READER && !(SKIP && beat_zero);
            // runs of the writer that must have ended: up to the step itself, or (SKIP) to the one before
            wire [3:0] number = HEAD_EDGE ? last_number : run_number;
            wire known = !HEAD_EDGE || run_number == last_step;
            wire [3:0] surplus = ended[4*WRITER +: 4] - (SKIP ? number : number + 4'd1);
            wire [16:0] age = since[17*WRITER +: 17];
            wire [16:0] older = before[17*WRITER +: 17];
            wire [16:0] of_stream = by_stream >> 17 * (STREAMS * WRITER + beat_frame % STREAMS);
            always @* if (started && reads) begin
                if (DRAIN)
                    assert (age > gap);
                else if (known) begin
                    assert (surplus == 0 || (SKEWED && surplus == 1));
                    assert ((SKIP ? of_stream : surplus == 0 ? age : older) > gap);
                end
            end

            // invariants: the counters run with the ages
            wire [15:0] count = counts[16*e +: 16];
            wire [15:0] count_older = olders[16*e +: 16];
            always @* if (started) begin
                assert (loads[16*e +: 16] == gap - 16'd1);
                assert (gap_nones[e] == (gap == 0) && gap_shorts[e] == (gap < 2));
                assert (!\dut.cand_valid || ignoreds[e] == (\dut.cand != READER || (SKIP && \dut.cand_zero )));
                assert (!held || writers[e] == (beat_phase == WRITER));
                assert (age >= 1 && (ran[WRITER] || age == LONG));
                assert (age < gap ? !count_nones[e] && count == gap - age : count_nones[e]);
                if (SKEWED || (SKIP && STREAMS > 1)) begin
                    assert (older < gap ? !older_zeros[e] && count_older == gap - older : older_zeros[e]);
                    assert (!ran[WRITER] || latests[FB*e +: FB] == frame_of(frames, ended[4*WRITER +: 4] - 4'd1));
                end
            end
        end
    endgenerate

    `include "ctrl_edges.vh"

    // ---- invariants: tokens, candidate and runs ----
    localparam integer BEAT_BITS = $clog2(most(1) + 1);
    localparam integer GROUP_BITS = $clog2(most(0) + 1);
    localparam integer DRAIN_BITS = $clog2(DRAIN_CYCLES + 1);
    (* hierconn *) wire [PHASE_BITS-1:0] \dut.sp , \dut.cand ;
    (* hierconn *) wire [STAGES-1:0] \dut.tok_valid , \dut.tok_zero , \dut.tok_sfirst ,
        \dut.tok_slast ;
    (* hierconn *) wire [STAGES*FB-1:0] \dut.tok_frame ;
    (* hierconn *) wire [FB-1:0] \dut.cand_frame ;
    (* hierconn *) wire [STREAMS-1:0] \dut.seq_open ;
    (* hierconn *) wire \dut.cand_valid , \dut.cand_zero , \dut.cand_sfirst ,
        \dut.cand_slast , \dut.cand_out , \dut.cand_one_beat , \dut.cand_one_group , \dut.run_one_beat ,
        \dut.last_group , \dut.ending ;
    (* hierconn *) wire [AW-1:0] \dut.cand_word ;
    (* hierconn *) wire [BEAT_BITS-1:0] \dut.cand_beats , \dut.run_beats , \dut.left_beats ;
    (* hierconn *) wire [GROUP_BITS-1:0] \dut.cand_groups , \dut.left_groups ;
    (* hierconn *) wire [1:0] \dut.out_used ;
    (* hierconn *) wire [FREE_DELAY-1:0] \dut.free_delay ;
    (* hierconn *) wire [DRAIN_BITS-1:0] \dut.drain ;

    always @* if (started && held) assert (\dut.ending == (beat_last && \dut.last_group ));

    // entered at [4*s +: 4]: steps that came to stage s; entered_last: those of them that end a sequence
    wire [4*STAGES+3:0] entered, entered_last;
    assign entered[3:0] = taken;
    assign entered_last[3:0] = taken_last;
    genvar s;
    generate
        for (s = 0; s < STAGES; s = s + 1) begin : g_stage
            localparam OF_HEAD = FILTER && s == STAGES - 1;
            wire valid = \dut.tok_valid [s];
            assign entered[4*s+4 +: 4] = entered[4*s +: 4] - valid;
            assign entered_last[4*s+4 +: 4] = entered_last[4*s +: 4] - (valid && \dut.tok_slast [s]);
            // the token's number in both counts
            wire [3:0] number = entered[4*s +: 4] - 4'd1;
            wire [3:0] number_last = entered_last[4*s +: 4] - 4'd1;
            wire [FB-1:0] tok_frame = \dut.tok_frame [FB*s +: FB];
            wire [FB+2:0] tok_flags = {tok_frame, \dut.tok_zero [s], \dut.tok_sfirst [s], \dut.tok_slast [s]};
            always @* if (started && valid) begin
                // a token of the head is the last step that the stage below has let go
                assert (tok_frame == frame_of(frames, number));
                assert (number != step || tok_flags == flags);
                assert (!OF_HEAD || \dut.tok_slast [s]);
                if (FILTER && \dut.tok_slast [s] && number_last == last_step)
                    assert (tok_flags == last_flags && number == last_number);
            end
        end
        for (p = 0; p < PHASES; p = p + 1) begin : g_runs
            localparam integer STAGE = stage_of(p);
            localparam OF_HEAD = FILTER && p == PHASES - 1;
            wire in_cand = \dut.cand_valid && \dut.cand == p;
            wire to_scan = p != 0 && \dut.tok_valid [STAGE] && \dut.sp <= p;
            wire on_bus = held && beat_phase == p;
            // the token of the candidate, and of a run in its first cycle, is still in its stage
            wire needs_token = p != PHASES - 1 && (in_cand || (first_now && !waited && on_bus));
            wire [3:0] came = OF_HEAD ? entered_last[4*STAGE +: 4] : entered[4*STAGE +: 4];
            always @* if (started) begin
                assert (begun[4*p +: 4] == came - in_cand - to_scan);
                assert (ended[4*p +: 4] == begun[4*p +: 4] - on_bus);
                assert (!needs_token || \dut.tok_valid [STAGE]);
                assert (begun[4*p +: 4] == 0 || ran[p] || on_bus);
            end
        end
    endgenerate

    wire [FB+2:0] cand_flags = {\dut.cand_frame , \dut.cand_zero , \dut.cand_sfirst , \dut.cand_slast };
    wire [3:0] cand_number = begun >> 4 * \dut.cand ;
    wire cand_head = FILTER && \dut.cand == PHASES - 1;
    wire [7:0] cand_groups = ALL_GROUPS >> 8 * \dut.cand ;
    wire [7:0] cand_beats = ALL_BEATS >> 8 * \dut.cand ;
    always @* if (started) begin
        assert (\dut.sp < PHASES);
        assert (\dut.sp != 0 || !\dut.tok_valid [0]);
        assert (PHASES > 1 || !\dut.tok_valid [0]);
        assert (\dut.sp == 0 || |\dut.tok_valid );
        if (\dut.cand_valid ) begin
            assert (\dut.cand < PHASES);
            // the scan stands behind the candidate
            assert (\dut.cand == PHASES - 1 ? \dut.sp == 0 : \dut.sp == \dut.cand + 1);
            assert (cand_head || \dut.cand_frame == frame_of(frames, cand_number));
            assert (cand_head || cand_number != step || cand_flags == flags);
            assert (!cand_head || \dut.cand_slast );
            if (cand_head && cand_number == last_step)
                assert (cand_flags == last_flags && last_flags[FB+2:3] == frame_of(frames, last_number));
            assert (\dut.cand_out == (\dut.cand == PHASES - 1 && (EVERY != 0 || \dut.cand_slast )));
            assert (\dut.cand_word == 25 * \dut.cand );
            assert (\dut.cand_beats == cand_beats - 1 && \dut.cand_one_beat == (cand_beats == 1));
            assert (\dut.cand_groups == cand_groups - 1 && \dut.cand_one_group == (cand_groups == 1));
        end
        // in a phase's first cycle it stands there still
        assert (!first_now || waited || (beat_phase == PHASES - 1 ? \dut.sp == 0 : \dut.sp == beat_phase + 1));
        if (held) begin
            assert (is_head || beat_frame == frame_of(frames, run_number));
            assert (\dut.left_beats == beats - 1 - beat && \dut.left_groups == groups - 1 - group);
            assert (\dut.last_group == (group == groups - 1));
            assert (\dut.run_beats == beats - 1 && \dut.run_one_beat == (beats == 1));
        end
        assert (\dut.seq_open == open);
        assert (last_frame / STREAMS == (~odd >> last_frame % STREAMS) % 2);
        assert (\dut.out_used == claimed);
        assert (\dut.free_delay == frees);
        assert (quiet >= DRAIN_CYCLES ? \dut.drain == 0 : \dut.drain == DRAIN_CYCLES - quiet);
        assert (quiet >= 1);
    end

    // a head for last steps only: the stage below has let go its step, and at most the one after it
    wire [3:0] ahead = entered[4*(STAGES-1) +: 4] - last_number - 4'd1;
    wire head_goes = (\dut.cand_valid && cand_head && cand_number == last_step)
                     || (first_now && !waited && is_head && run_number == last_step);
    always @* assert (!(started && head_goes) || (ahead <= 1 && \dut.sp == 0));

    // ---- a bounded time to idle ----
    localparam integer RUN = MOST_GAP + most(0) * most(1) + 3;
    reg [16:0] idle;                     // cycles since the last end of a phase
    always @(posedge clk)
        if (rst)
            idle <= LONG;
        else if (last_now)
            idle <= 1;
        else
            idle <= idle == LONG ? LONG : idle + 1;
    // runs that the tokens stand for at most; turns of the scan until the last token is gone
    function [7:0] pending(input [STAGES-1:0] valid, input integer sp);
        integer i, t;
        begin
            pending = 0;
            for (i = 1; i < PHASES; i = i + 1)
                for (t = 0; t < STAGES; t = t + 1)
                    if (valid[t] && (stage_of(i) > t || (stage_of(i) == t && sp <= i)))
                        pending = pending + 1;
        end
    endfunction
    function [7:0] scans(input [STAGES-1:0] valid, input integer sp);
        integer t;
        begin
            scans = sp == 0 ? 0 : PHASES - sp;
            for (t = STAGES - 1; t >= 0; t = t - 1)
                if (valid[t])
                    scans = sp == 0 ? PHASES * (STAGES - t) : PHASES - sp + PHASES * (STAGES - 1 - t);
        end
    endfunction
    wire [31:0] runs = pending(\dut.tok_valid , \dut.sp ) + \dut.cand_valid ;
    wire [31:0] turns = scans(\dut.tok_valid , \dut.sp );
    wire [31:0] waits = held ? MOST_GAP + (groups - 1 - group) * beats + beats - beat
                      : idle >= MOST_GAP ? 0 : MOST_GAP - idle;
    wire [31:0] left = runs * RUN + turns + waits;
    wire still = !held && runs == 0 && turns == 0;
    reg [31:0] left_before;
    reg must_fall;
    always @(posedge clk) begin
        left_before <= left;
        must_fall <= !rst && !still && !x_take && !ev_stall_out && fetch_ready && !ev_stall_weights;
    end
    generate
        for (i = 0; i < 16; i = i + 1) begin : g_frame
            wire [3:0] after = i + 1;
            always @* assert (!started || after == taken || frame_of(frames, i) != frame_of(frames, after));
        end
        for (p = 0; p < PHASES; p = p + 1) begin : g_idle
            always @* assert (!started || since[17*p +: 17] >= idle);
        end
    endgenerate
    always @* if (started) begin
        assert (!must_fall || left < left_before);
        assert (left <= (PHASES * STAGES + 2) * RUN + PHASES * (STAGES + 1));
        assert (empty == (still && quiet >= DRAIN_CYCLES));
        assert (idle >= 1);
    end

    // ---- reachable ----
    wire at_gap = first_now && beat_phase == 0 && !beat_zero && since[16:0] == gaps[15:0] + 1;
    always @* if (started) begin
        cover (first_now && beat_phase == PHASES - 1 && taken == 2);
        cover (claimed == 2 && ev_stall_out);
        cover (empty && taken == 2);
        cover (at_gap && gaps[15:0] == 2 && ended[3:0] == 1);
        cover (STREAMS == 1 || (first_now && beat_phase == 0 && !beat_zero && since[16:0] <= gaps[15:0]));
        cover (first_now && beat_phase == PHASES - 1 && quiet == 1);
    end
endmodule

`default_nettype wire
