// SPDX-License-Identifier: Apache-2.0
//
// brds_ctrl against section 8 of docs/microarchitecture.md, written down again with integers and
// absolute cycle numbers: every output in every cycle, under random vectors, gaps and output stalls.
// CONFIG chooses a network and the number of streams. Prints `PASS` or `FAIL`.
`default_nettype none

module ctrl_tb;
    parameter integer CONFIG = 0;
    parameter integer SEED = 1;
    parameter integer CYCLES = CONFIG % 10 == 4 ? 10000 : 20000;

    // the last digit is the network, the one before it log2 of the number of streams
    localparam integer NET = CONFIG % 10;
    localparam integer STREAMS = 1 << CONFIG / 10;
    localparam integer FB = CONFIG / 10 + 1;   // bits of a frame: {parity, stream}
    // NET 0: 1 layer; 1: 1 layer, 1 group of 1 beat; 2: 2 layers, projections, head;
    // 3: 1 layer and head, last step only; 4: 8 layers, projections, head;
    // 5: 3 layers and head, every step;
    // 6: 2 layers, last step only
    localparam integer LAYERS = NET == 2 || NET == 6 ? 2 : NET == 4 ? 8 : NET == 5 ? 3 : 1;
    localparam integer PROJ = NET == 2 || NET == 4;
    localparam integer HEAD = NET >= 2 && NET != 6;
    localparam integer PHASES = LAYERS * (PROJ ? 2 : 1) + HEAD;
    localparam integer STAGES = LAYERS + HEAD;
    localparam integer EDGES = 2 * LAYERS - 1 + (PROJ ? LAYERS : 0) + HEAD;
    localparam integer PHASE_BITS = PHASES > 1 ? $clog2(PHASES) : 1;
    localparam integer EVERY = NET != 3 && NET != 6;
    localparam integer AW = 10;
    localparam integer FREE = 3;
    localparam integer DRAIN = 19;

    // p is gates of layer p, then projections, then the head
    function [PHASES*32-1:0] make(input integer what);
        integer p;
        for (p = 0; p < PHASES; p = p + 1)
            case (what)
                0: make[32*p +: 32] = p < LAYERS ? 0 : PROJ && p < 2 * LAYERS ? 1 : 2;
                1: make[32*p +: 32] = p < LAYERS ? p : PROJ && p < 2 * LAYERS ? p - LAYERS : LAYERS;
                2: make[32*p +: 32] = NET == 1 ? 1 : 1 + (p * 5 + NET + 2) % 4;
                3: make[32*p +: 32] = NET == 1 ? 1 : 1 + (p * 3 + NET + 2) % 5;
                4: make[32*p +: 32] = 25 * p;
                default: make[32*p +: 32] = p == PHASES - 1;
            endcase
    endfunction
    function [EDGES*32-1:0] edges(input integer what);
        integer p, e, l, reader, writer, skip;
        begin
            e = 0;
            for (p = 0; p < PHASES; p = p + 1) begin
                l = p < LAYERS ? p : p - LAYERS;
                reader = p;
                skip = p < LAYERS;
                writer = p < LAYERS ? (PROJ ? LAYERS + p : p)
                       : PROJ && p < 2 * LAYERS ? l : PHASES - 2;
                edges[32*e +: 32] = what == 0 ? reader : what == 1 ? writer : skip;
                e = e + 1;
                if (p > 0 && p < LAYERS) begin
                    writer = PROJ ? LAYERS + p - 1 : p - 1;
                    edges[32*e +: 32] = what == 0 ? reader : what == 1 ? writer : 0;
                    e = e + 1;
                end
            end
        end
    endfunction
    localparam [PHASES*32-1:0] LINEAR = make(0);
    localparam [PHASES*32-1:0] STAGE = make(1);
    localparam [PHASES*32-1:0] GROUPS = make(2);
    localparam [PHASES*32-1:0] BEATS = make(3);
    localparam [PHASES*32-1:0] WORD = make(4);
    localparam [PHASES*32-1:0] OUT = make(5);
    localparam [EDGES*32-1:0] READER = edges(0);
    localparam [EDGES*32-1:0] WRITER = edges(1);
    localparam [EDGES*32-1:0] SKIP = edges(2);

    reg clk = 0, rst = 1;
    always #5 clk = !clk;

    reg enable = 1, weights_ok = 1, loading = 0;
    reg [EDGES*16-1:0] gaps;
    reg x_valid = 0, x_zero = 0, x_sfirst = 0, x_slast = 0, y_release = 0;
    reg [FB-1:0] x_frame = 0;
    reg [STREAMS-1:0] x_dropping = 0;
    wire x_take, x_free, y_none;
    wire beat_valid, beat_first, beat_last, beat_pfirst, beat_zero, beat_sfirst, beat_slast;
    wire [FB-1:0] beat_frame;
    wire [AW-1:0] beat_word;
    wire [PHASE_BITS-1:0] beat_phase;
    wire empty, sequence_open, ev_step, ev_sequence, ev_busy, ev_stall_in, ev_stall_out;
    wire fetch, ev_stall_weights;
    wire [PHASE_BITS-1:0] fetch_phase;

    brds_ctrl #(
        .PHASES(PHASES), .EDGES(EDGES), .STAGES(STAGES), .LAYERS(LAYERS), .PHASE_BITS(PHASE_BITS),
        .STREAMS(STREAMS), .WORD_ADDR_BITS(AW), .PH_LINEAR(LINEAR), .PH_STAGE(STAGE), .PH_GROUPS(GROUPS), .PH_BEATS(BEATS),
        .PH_WORD(WORD), .PH_OUT(OUT), .ED_READER(READER), .ED_WRITER(WRITER), .ED_SKIP(SKIP),
        .EVERY_STEP(EVERY), .FREE_DELAY(FREE), .DRAIN_CYCLES(DRAIN)
    ) dut (
        .clk(clk), .rst(rst), .enable(enable), .weights_ok(weights_ok), .loading(loading), .cfg_gap(gaps),
        .x_valid(x_valid), .x_frame(x_frame), .x_zero(x_zero), .x_sfirst(x_sfirst), .x_slast(x_slast),
        .x_dropping(x_dropping), .x_take(x_take), .x_free(x_free), .y_release(y_release),
        .y_none(y_none), .fetch_ready(1'b1), .fetch(fetch), .fetch_phase(fetch_phase), .word_ready(1'b1),
        .beat_valid(beat_valid), .beat_word(beat_word), .beat_first(beat_first),
        .beat_last(beat_last), .beat_phase(beat_phase), .beat_pfirst(beat_pfirst), .beat_frame(beat_frame),
        .beat_zero(beat_zero), .beat_sfirst(beat_sfirst), .beat_slast(beat_slast), .empty(empty),
        .sequence_open(sequence_open), .ev_step(ev_step), .ev_sequence(ev_sequence), .ev_busy(ev_busy),
        .ev_stall_in(ev_stall_in), .ev_stall_out(ev_stall_out), .ev_stall_weights(ev_stall_weights));

    // ---- the reference: state at the beginning of a cycle ----
    integer seed, cycle, failures, i, e, steps, b2b;
    integer sp, cand, run, group, beat, used, since_beat;
    reg [STREAMS-1:0] seq_open;
    integer cand_valid, running;
    reg [FB+2:0] cand_flags, run_flags, tok_flags [0:STAGES-1];   // slast, sfirst, zero, frame
    localparam integer SLAST = FB + 2, ZERO = FB;
    reg tok_valid [0:STAGES-1];
    integer open_at [0:EDGES-1], older_at [0:EDGES-1];
    reg [FB-1:0] latest [0:EDGES-1];
    reg same, newer;
    integer free_at [0:63];
    integer frees, freed;
    reg others, edges_open, last, go, fill, take, out, written, any_token, was_end;
    reg [FB+2:0] flags;

    function integer f(input [PHASES*32-1:0] t, input integer p);
        f = t[32*p +: 32];
    endfunction

    task check(input integer is, input integer must, input [8*12-1:0] name);
        if (is !== must) begin
            failures = failures + 1;
            if (failures < 20)
                $display("cycle %0d: %0s is %0d, must be %0d", cycle, name, is, must);
        end
    endtask

    task clear;
        begin
            sp = 0; cand_valid = 0; running = 0; used = 0; seq_open = 0; since_beat = 1000;
            frees = 0; freed = 0;
            for (i = 0; i < STAGES; i = i + 1)
                tok_valid[i] = 0;
            for (i = 0; i < EDGES; i = i + 1)
            begin
                open_at[i] = 0;
                older_at[i] = 0;
                latest[i] = 0;
            end
        end
    endtask

    // a random stream of sequences; some cycles without a vector
    reg [STREAMS-1:0] par, in_seq;
    integer id;                                // the offered vector's stream
    task offer;
        begin
            if (!x_valid && $random(seed) % 3 != 0) begin
                x_valid <= 1;
                id = {$random(seed)} % STREAMS;
                x_frame <= par[id] * STREAMS + id;
                x_sfirst <= !in_seq[id];
                x_zero <= !in_seq[id] && $random(seed) % 4 != 0;
                x_slast <= $random(seed) % 4 == 0;
            end
        end
    endtask

    task compare_and_step;
        begin
            last = running && beat == f(BEATS, run) - 1 && group == f(GROUPS, run) - 1;
            // an edge is open from the writer's last beat + gap on
            if (last)
                for (e = 0; e < EDGES; e = e + 1)
                    if (WRITER[32*e +: 32] == run) begin
                        older_at[e] = open_at[e];
                        latest[e] = run_flags[FB-1:0];
                        open_at[e] = cycle + gaps[16*e +: 16];
                    end
            edges_open = 1;
            for (e = 0; e < EDGES; e = e + 1) begin
                // a writer of a lower stage that comes first in the wavefront may be a step ahead; the
                // step before may be another stream's
                same = latest[e] == cand_flags[FB-1:0];
                newer = WRITER[32*e +: 32] < READER[32*e +: 32] && !same
                    && f(STAGE, WRITER[32*e +: 32]) < f(STAGE, READER[32*e +: 32]);
                if (SKIP[32*e +: 32] != 0)
                    newer = latest[e] % STREAMS != cand_flags[FB-1:0] % STREAMS;
                if (READER[32*e +: 32] == cand && !(SKIP[32*e +: 32] != 0 && cand_flags[ZERO])
                    && cycle < (newer ? older_at[e] : open_at[e]))
                    edges_open = 0;
            end
            out = f(OUT, cand) != 0 && (EVERY || cand_flags[SLAST]);
            go = cand_valid && (!running || last) && edges_open && (!out || used < 2);
            any_token = 0;
            others = 0;
            for (i = 0; i < STAGES; i = i + 1) begin
                any_token = any_token || tok_valid[i];
                others = others || (i > 0 && tok_valid[i]);
            end
            take = !cand_valid && sp == 0 && x_valid && weights_ok && !loading && enable;

            check(beat_valid, running, "beat_valid");
            if (running) begin
                check(beat_word, f(WORD, run) + group * f(BEATS, run) + beat, "word");
                check(beat_phase, run, "phase");
                check(beat_first, beat == 0, "first");
                check(beat_last, beat == f(BEATS, run) - 1, "last");
                check(beat_pfirst, group == 0, "pfirst");
                check({beat_slast, beat_sfirst, beat_zero, beat_frame}, run_flags, "flags");
            end
            check(x_take, take, "x_take");
            check(dut.y_claim, go && out, "y_claim");
            check(y_none, used == 0, "y_none");
            check(x_free, freed < frees && free_at[freed % 64] == cycle, "x_free");
            check(empty, !running && !cand_valid && !any_token && since_beat >= DRAIN, "empty");
            check(ev_busy, running || (cand_valid && !edges_open), "busy");
            check(ev_stall_out, cand_valid && (!running || last) && edges_open && out && used == 2, "stall_out");
            check(ev_stall_in, !running && !cand_valid && !any_token && seq_open != 0, "stall_in");
            check(ev_step, last && run == LAYERS - 1, "step");
            check(ev_sequence, last && run == LAYERS - 1 && run_flags[SLAST], "sequence");
            check(sequence_open, seq_open != 0, "open");
            if (ev_step === 1'b1)
                steps = steps + 1;

            if (freed < frees && free_at[freed % 64] == cycle)
                freed = freed + 1;
            used = used + (go && out) - y_release;
            since_beat = running ? 1 : since_beat + 1;
            if (take)
                seq_open[x_frame % STREAMS] = !x_slast;
            else if (!x_valid)
                seq_open = seq_open & ~x_dropping;

            if (last && run == 0) begin
                free_at[frees % 64] = cycle + FREE;
                frees = frees + 1;
            end
            if (running) begin
                beat = beat + 1;
                if (beat == f(BEATS, run)) begin
                    beat = 0;
                    group = group + 1;
                end
                if (last)
                    running = 0;
            end
            if (!cand_valid) begin
                fill = 0;
                flags = {x_slast, x_sfirst, x_zero, x_frame};
                if (sp == 0 ? take : 1) begin
                    if (sp == 0) begin
                        tok_valid[0] = 1;
                        tok_flags[0] = flags;
                    end
                    fill = tok_valid[f(STAGE, sp)];
                    flags = tok_flags[f(STAGE, sp)];
                    cand = sp;
                    advance_scan;
                end else if (others) begin
                    tok_valid[0] = 0;
                    advance_scan;
                end
                if (fill) begin
                    cand_valid = 1;
                    cand_flags = flags;
                end
            end else if (go) begin
                b2b = b2b + last;
                running = 1;
                run = cand;
                run_flags = cand_flags;
                group = 0;
                beat = 0;
                cand_valid = 0;
            end
        end
    endtask

    task advance_scan;
        begin
            sp = sp + 1;
            if (sp == PHASES) begin
                sp = 0;
                for (i = STAGES - 1; i > 0; i = i - 1) begin
                    tok_valid[i] = tok_valid[i-1]
                        && (!(HEAD && i == STAGES - 1) || EVERY || tok_flags[i-1][SLAST]);
                    tok_flags[i] = tok_flags[i-1];
                end
                tok_valid[0] = 0;
            end
        end
    endtask

    integer busy_output;
    initial begin
        if (!$value$plusargs("seed=%d", seed))
            seed = SEED;
        $display("ctrl_tb config %0d seed %0d", CONFIG, seed);
        failures = 0; steps = 0; b2b = 0; par = 0; in_seq = 0; cycle = 0;
        cand = 0; run = 0; cand_flags = 0; run_flags = 0;
        clear;
        for (e = 0; e < EDGES; e = e + 1)
            gaps[16*e +: 16] = e % 3;
        repeat (5) @(posedge clk);
        #1 rst = 0;
        busy_output = 0;
        while (cycle < CYCLES) begin
            #7; // settled: compare this cycle, then set the next one's inputs after the edge
            compare_and_step;
            offer_state = take;
            @(posedge clk);
            #1;
            cycle = cycle + 1;
            if (offer_state) begin
                par[id] = !par[id];
                in_seq[id] = !x_slast;
                x_valid = 0;
            end
            if (cycle % 1000 < 800 || cycle % 2000 > 1000)
                offer;
            y_release = used > 0 && (cycle / 500 % 3 == 1 ? $random(seed) % 64 == 0 : $random(seed) % 3 == 0);
            enable = cycle % 3000 > 200;
            loading = cycle % 5000 < 100;
            weights_ok = cycle % 7000 > 150;
            x_dropping = cycle % 900 > 880 ? $random(seed) : 0;
            // gaps change only while nothing is running, as after a load; a reset in full run
            if (cycle % 2500 == 2400) begin
                rst = 1;
                x_valid = 0;
                y_release = 0;
                for (e = 0; e < EDGES; e = e + 1)
                    gaps[16*e +: 16] = $random(seed) % 3 == 0 ? 0 : {$random(seed)} % (cycle > CYCLES / 2 ? 60 : 4);
                repeat (3) @(posedge clk);
                #1 rst = 0;
                clear;
                in_seq = 0;
            end
        end
        $display("steps %0d, back to back %0d, failures %0d", steps, b2b, failures);
        if (failures == 0 && steps > CYCLES / 400 && (NET == 1 || b2b > 50))
            $display("PASS");
        else
            $display("FAIL");
        $finish;
    end
    reg offer_state;
endmodule

`default_nettype wire
