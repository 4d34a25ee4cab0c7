// SPDX-License-Identifier: Apache-2.0
//
// brds_xin: random packets, a third of them wrong in some way, under random stalls of the stream, the
// write bus and the consumer. Checks flags, parity and memory contents of every vector that is handed
// on, initial states, the number of errors of each kind, and tready in every cycle against the rule of
// docs/microarchitecture.md, section 9. CONFIG chooses widths and the number of streams. Prints `PASS` or `FAIL`.
`default_nettype none

module xin_tb;
    parameter integer CONFIG = 0;
    parameter integer SEED = 1;
    parameter integer PACKETS = CONFIG % 10 == 2 ? 120 : 600;

    // the last digit chooses widths, the one before it is log2 of the number of streams
    localparam integer NET = CONFIG % 10;
    localparam integer STREAMS = 1 << CONFIG / 10;
    localparam integer FB = CONFIG / 10 + 1;           // bits of a frame: {parity, stream}
    localparam integer IB = FB > 1 ? FB - 1 : 1;

    localparam integer E = NET == 0 ? 2 : NET == 1 ? 1 : NET == 2 ? 64 : NET == 3 ? 8
                         : NET == 4 ? 1 : 16;
    localparam integer SB = NET == 0 ? 64 : NET == 1 ? 512 : NET == 2 ? 32 : NET == 3 ? 128
                          : NET == 4 ? 32 : 512;
    localparam integer XC = NET == 1 ? 8 : NET == 2 || NET == 4 ? 32 : 16;
    localparam integer A = NET == 0 ? 12 : NET == 1 ? 8 : NET == 2 ? 18 : NET == 4 ? 17 : 16;
    localparam integer C = NET == 2 ? 32 : 20;
    localparam integer X = NET == 0 ? 5 : NET == 1 ? 70 : NET == 2 ? 100 : NET == 3 ? 16
                         : NET == 4 ? 1 : 33;
    localparam integer INIT = NET != 3 && NET != 4;
    localparam integer L = NET == 0 ? 3 : NET == 2 ? 1 : 2;

    localparam integer SE = SB / XC;
    localparam integer S = E < SE ? E : SE;
    localparam integer XW = (X + SE - 1) / SE;
    localparam integer SW = SB / 32;
    localparam integer SS = E < SW ? E : SW;
    localparam integer SLOT = 128;                     // words of every vector's slot
    localparam integer XH = 2 * SLOT, HH = 4 * SLOT;   // of one stream; x lies in the second slot
    localparam integer XA = $clog2(2 * STREAMS * XH), HA = $clog2(2 * STREAMS * HH);
    localparam integer UA = 9, UR = 128 / E;           // c rows of a layer, of one stream
    localparam integer XR = XA - $clog2(E), HR = HA - $clog2(E);

    function [L*32-1:0] layer(input integer what);
        integer l;
        for (l = 0; l < L; l = l + 1)
            layer[32*l +: 32] = what == 0 ? 3 + 7 * l + NET : what == 1 ? 70 - 11 * l - NET
                              : what == 2 ? (L - 1 - l) * SLOT : l * UR;
    endfunction
    localparam [L*32-1:0] ST_R = layer(0);
    localparam [L*32-1:0] ST_H = layer(1);
    localparam [L*32-1:0] ST_HBASE = layer(2);
    localparam [L*32-1:0] ST_UNIT = layer(3);

    reg clk = 0, rst = 1;
    always #5 clk = !clk;

    reg weights_ok = 1, loading = 0, load_wanted = 0, ctrl_empty = 1;
    reg [SB-1:0] tdata;
    reg tvalid = 0, tlast = 0;
    reg [2:0] tuser = 0;
    reg [IB-1:0] tid = 0;
    reg x_take = 0, x_free = 0, grant = 0;
    wire quiet, is_open, tready, x_valid, x_zero, x_sfirst, x_slast, xw_x, xw_h;
    wire [FB-1:0] x_frame;
    wire [STREAMS-1:0] x_dropping;
    wire [E-1:0] xw_we, xc_we;
    wire [XR-1:0] xw_xrow;
    wire [HR-1:0] xw_hrow;
    wire [E*A-1:0] xw_data;
    wire [UA+FB-2:0] xc_row;
    wire [E*C-1:0] xc_data;
    wire [5:0] error;

    brds_xin #(
        .ELEMS(E), .ACT_BITS(A), .CELL_BITS(C), .STREAM_BITS(SB), .X_CONTAINER(XC), .INPUT_SIZE(X),
        .X_BASE(SLOT), .STREAMS(STREAMS), .X_ADDR_BITS(XA), .H_ADDR_BITS(HA), .UNIT_ADDR_BITS(UA),
        .INIT_STATE(INIT), .LAYERS(L), .ST_R(ST_R), .ST_H(ST_H), .ST_HBASE(ST_HBASE), .ST_UNIT(ST_UNIT)
    ) dut (
        .clk(clk), .rst(rst), .weights_ok(weights_ok), .loading(loading), .load_wanted(load_wanted),
        .ctrl_empty(ctrl_empty), .quiet(quiet), .open(is_open), .s_axis_x_tdata(tdata), .s_axis_x_tvalid(tvalid),
        .s_axis_x_tready(tready), .s_axis_x_tlast(tlast), .s_axis_x_tuser(tuser), .s_axis_x_tid(tid),
        .x_valid(x_valid), .x_frame(x_frame), .x_zero(x_zero), .x_sfirst(x_sfirst), .x_slast(x_slast),
        .x_dropping(x_dropping), .x_take(x_take), .x_free(x_free), .xw_x(xw_x), .xw_h(xw_h),
        .xw_we(xw_we), .xw_xrow(xw_xrow), .xw_hrow(xw_hrow), .xw_data(xw_data), .xw_grant(grant),
        .xc_we(xc_we), .xc_row(xc_row), .xc_data(xc_data), .error(error));

    integer seed, failures, cycle, i, j, n;
    function integer rnd(input integer below);
        rnd = {$random(seed)} % below;
    endfunction
    task fail(input [8*24-1:0] what);
        begin
            failures = failures + 1;
            if (failures < 20)
                $display("cycle %0d: %0s", cycle, what);
        end
    endtask

    // ---- memories as the write bus fills them ----
    reg [A-1:0] xmem [0:2*STREAMS*XH-1];
    reg [A-1:0] hmem [0:2*STREAMS*HH-1];
    reg [C-1:0] cmem [0:E*STREAMS*(1<<UA)-1];
    always @(posedge clk) begin
        for (i = 0; i < E; i = i + 1) begin
            if (xw_x && grant && xw_we[i])
                xmem[xw_xrow * E + i] = xw_data[A*i +: A];
            if (xw_h && xw_we[i])
                hmem[xw_hrow * E + i] = xw_data[A*i +: A];
            if (xc_we[i])
                cmem[xc_row * E + i] = xc_data[C*i +: C];
        end
    end

    // ---- packets and what must come of them ----
    reg [SB-1:0] packet [0:4095];
    integer words, at, slices_of [0:4095];
    reg [2:0] packet_user;
    reg packet_state, packet_good;
    integer id;                                       // the packet's stream
    reg [STREAMS-1:0] open, dropping, loaded;         // reference of each stream's sequence state
    reg [STREAMS-1:0] odd;                            // and of the parity of its next vector
    integer want [0:5], got [0:5];
    reg want_range;
    localparam integer Q = 8;
    reg [A-1:0] q_x [0:Q*X-1];
    reg [2:0] q_flags [0:Q-1];                        // zero, first, last
    reg [FB-1:0] q_frame [0:Q-1];
    integer q_in, q_out, states, kept_state [0:Q-1];
    integer state_of [0:STREAMS-1];                   // number of a stream's initial state
    // a stream's state may wait while many others come
    localparam integer SQ = STREAMS == 1 ? Q : 64;
    reg [A-1:0] s_h [0:SQ*L*128-1];
    reg [C-1:0] s_c [0:SQ*L*128-1];

    function integer clip(input integer value, input integer bits);
        clip = bits == 32 ? value : value > (1 << (bits - 1)) - 1 ? (1 << (bits - 1)) - 1
             : value < -(1 << (bits - 1)) ? -(1 << (bits - 1)) : value;
    endfunction
    function integer element(input integer bits, input integer container, input integer wild);
        element = bits == container ? $random(seed) >>> (32 - bits)
                : wild ? $random(seed) >>> (32 - container) : $random(seed) >>> (33 - bits);
    endfunction

    integer wild, value, length, seg, fault, size;
    task make_vector;
        begin
            packet_state = 0;
            packet_user = {1'b0, rnd(4) == 0, open[id] ? rnd(12) == 0 : rnd(6) != 0};
            fault = rnd(8);
            words = XW;
            if (fault == 0 && XW > 1) words = 1 + rnd(XW - 1);   // early
            if (fault == 1) words = XW + 1 + rnd(3);             // late
            wild = fault > 1 && rnd(5) == 0;
            if (!weights_ok) begin
                if (!(dropping[id] && !loaded[id] && !packet_user[0])) want[3] = want[3] + 1;
                packet_good = 0;
            end else if (!packet_user[0] && !open[id]) begin
                if (!dropping[id] || loaded[id]) want[2] = want[2] + 1;
                packet_good = 0;
            end else if (words != XW) begin
                want[words > XW] = want[words > XW] + 1;
                packet_good = 0;
            end else
                packet_good = 1;
            for (i = 0; i < words; i = i + 1) begin
                packet[i] = {16{$random(seed)}};
                n = X - i * SE;
                n = n > SE ? SE : n;
                slices_of[i] = (n + S - 1) / S;
                for (j = 0; j < n && i < XW; j = j + 1) begin
                    value = element(A, XC, wild && packet_good);
                    packet[i][XC*j +: XC] = value;
                    if (packet_good) begin
                        q_x[q_in % Q * X + i * SE + j] = clip(value, A);
                        want_range = want_range || value != clip(value, A);
                    end
                end
            end
            if (packet_good) begin
                q_flags[q_in % Q] = {packet_user[0] && !loaded[id], packet_user[0], packet_user[1]};
                kept_state[q_in % Q] = packet_user[0] && loaded[id] ? state_of[id] : 0;
                q_frame[q_in % Q] = odd[id] * STREAMS + id;
                odd[id] = !odd[id];
                q_in = q_in + 1;
                open[id] = !packet_user[1];
                dropping[id] = 0;
            end else begin
                open[id] = 0;
                dropping[id] = 1;
            end
            loaded[id] = 0;
        end
    endtask
    task make_state;
        begin
            packet_state = 1;
            packet_user = {1'b1, rnd(2) == 0, rnd(2) == 0};
            words = 0;
            wild = rnd(3) == 0;
            states = states + 1;
            if (!open[id]) state_of[id] = states;
            fault = rnd(6);
            packet_good = !open[id] && weights_ok && fault > 1;
            for (seg = 0; seg < 2 * L; seg = seg + 1) begin
                size = seg % 2 ? ST_H[32*(seg/2) +: 32] : ST_R[32*(seg/2) +: 32];
                for (i = 0; i < size; i = i + 1) begin
                    if (i % SW == 0) begin
                        packet[words] = {16{$random(seed)}};
                        n = size - i > SW ? SW : size - i;
                        slices_of[words] = (n + SS - 1) / SS;
                        words = words + 1;
                    end
                    value = element(seg % 2 ? C : A, 32, wild && packet_good);
                    packet[words-1][32*(i%SW) +: 32] = value;
                    if (packet_good)
                        want_range = want_range || value != clip(value, seg % 2 ? C : A);
                    if (seg % 2)
                        s_c[(states % SQ * L + seg / 2) * 128 + i] = clip(value, C);
                    else
                        s_h[(states % SQ * L + seg / 2) * 128 + i] = clip(value, A);
                end
            end
            if (fault == 0) words = 1 + rnd(words - 1);
            if (fault == 1) words = words + 1;
            if (!weights_ok) want[3] = want[3] + 1;
            else if (!packet_good) want[5] = want[5] + 1;
            loaded[id] = packet_good;
            // a state that is kept ends no dropping: its sequence's first vector does
            dropping[id] = dropping[id] || !packet_good;
            open[id] = 0;
        end
    endtask

    // ---- tready, cycle by cycle ----
    integer left, used;
    reg left_state, sw, start, done, free;
    always @(negedge clk) begin
        if (!rst && !over) begin
            done = left > 0 && (left_state ? ctrl_empty && used == 0 : grant);
            free = left == 0 || (left == 1 && done);
            if (tready !== (sw || (free && (!start || (used < 2 && !loading && !(load_wanted && !in_open_now && !loaded_now))))))
                fail("tready");
            if (start && (x_dropping !== dropping_now || is_open !== (in_open_now || loaded_now)))
                fail("state of the streams");
            if (quiet !== (start && !sw && left == 0 && used == 0 && !(tvalid && tready)))
                fail("quiet");
            for (n = 0; n < 6; n = n + 1)
                if (error[n] === 1'b1) got[n] = got[n] + 1;
        end
    end
    // the rule for a waiting image needs the sequence state after the packets that were taken
    reg in_open_now, loaded_now;
    reg [STREAMS-1:0] dropping_now;

    // ---- the consumer ----
    integer free_in [0:1], taken, l;
    reg [1:0] owed;
    task consume;
        begin
            if (q_out >= q_in)
                fail("a vector too many");
            else begin
                if ({x_zero, x_sfirst, x_slast} !== q_flags[q_out % Q]) fail("flags");
                if (x_frame !== q_frame[q_out % Q]) fail("frame");
                for (i = 0; i < X; i = i + 1)
                    if (xmem[x_frame * XH + SLOT + i] !== q_x[q_out % Q * X + i]) fail("x element");
                if (kept_state[q_out % Q] != 0)
                    for (l = 0; l < L; l = l + 1) begin
                        for (i = 0; i < ST_R[32*l +: 32]; i = i + 1)
                            if (hmem[(x_frame ^ STREAMS) * HH + ST_HBASE[32*l +: 32] + i]
                                !== s_h[(kept_state[q_out % Q] % SQ * L + l) * 128 + i]) fail("h element");
                        for (i = 0; i < ST_H[32*l +: 32]; i = i + 1)
                            if (cmem[((ST_UNIT[32*l +: 32] + i / E) * STREAMS + x_frame % STREAMS) * E + i % E]
                                !== s_c[(kept_state[q_out % Q] % SQ * L + l) * 128 + i]) fail("c element");
                    end
            end
            q_out = q_out + 1;
        end
    endtask

    integer sent, smooth, wait_free;
    reg moved;
    initial begin
        if (!$value$plusargs("seed=%d", seed))
            seed = SEED;
        $display("xin_tb config %0d seed %0d", CONFIG, seed);
        failures = 0; cycle = 0; open = 0; dropping = 0; loaded = 0; odd = 0; want_range = 0; q_in = 0; q_out = 0;
        states = 0; left = 0; used = 0; sw = 0; start = 1; left_state = 0; owed = 0; sent = 0; wait_free = 0;
        in_open_now = 0; loaded_now = 0; dropping_now = 0;
        for (i = 0; i < 6; i = i + 1) begin
            want[i] = 0;
            got[i] = 0;
        end
        repeat (4) @(posedge clk);
        #1 rst = 0;
        words = 0; at = 0;
        while (sent < PACKETS || q_out < q_in || at < words) begin
            smooth = cycle / 1500 % 2;
            #8;
            moved = tvalid && tready;
            x_take_now = x_take;
            done = left > 0 && (left_state ? ctrl_empty && used == 0 : grant);
            @(posedge clk);
            #1;
            cycle = cycle + 1;
            // the reference's registers
            if (done) left = left - 1;
            if (moved) begin
                if (!sw && (packet_good || (at < last_good))) begin
                    left = slices_of[at];
                    left_state = packet_state;
                    if (start && !packet_state) used = used + 1;
                end else if (!sw && !start && !packet_state)
                    used = used - 1;
                if (!sw && !(packet_good || (at < last_good)))
                    sw = 1;
                at = at + 1;
                start = at == words;
                if (start) begin
                    sw = 0;
                    in_open_now = open != 0;
                    loaded_now = loaded != 0;
                    dropping_now = dropping;
                end
                tvalid = 0;
            end
            if (x_free) used = used - 1;
            // next inputs
            if (at == words && sent < PACKETS && (smooth || rnd(3) == 0) && !(sent == PACKETS / 2 && !drained)) begin
                weights_ok = !(sent > PACKETS / 2 && sent < PACKETS / 2 + 20);
                id = rnd(STREAMS);
                if (INIT && rnd(open[id] ? 20 : 3) == 0)
                    make_state;
                else
                    make_vector;
                // words that are taken into hold before the packet is found wrong
                last_good = packet_good ? words
                          : !weights_ok || (packet_state ? was_open[id] : !packet_user[0] && !was_open[id]) ? 0
                          : packet_state ? (fault == 1 ? words - 2 : fault == 0 ? words - 1 : 0)
                          : (words > XW ? XW - 1 : words - 1);
                was_open = open;
                at = 0;
                sent = sent + 1;
            end
            if (at < words && !tvalid && (smooth || rnd(2) == 0)) begin
                tvalid = 1;
                tdata = packet[at];
                tlast = at == words - 1;
                tuser = at == 0 ? packet_user : $random(seed);
                if (STREAMS > 1) tid = at == 0 ? id : $random(seed);
            end
            if (!tvalid) begin
                tdata = {16{$random(seed)}};
                tlast = $random(seed);
                tuser = $random(seed);
                if (STREAMS > 1) tid = $random(seed);
            end
            grant = smooth ? rnd(10) != 0 : rnd(3) == 0;
            loading = rnd(40) == 0;
            load_wanted = !loading && rnd(40) == 0;
            if (x_take_now) owed = owed + 1;
            x_take = x_valid && rnd(smooth ? 2 : 12) == 0;
            x_free = owed > 0 && rnd(4) == 0;
            if (x_free) owed = owed - 1;
            ctrl_empty = owed == 0 && !x_take && !x_free && rnd(4) != 0;
            drained = q_out == q_in && at == words && used == 0 && left == 0;
            #1 if (x_take) consume;
        end
        over = 1; // the reference stops here
        x_take = 0;
        x_free = 0;
        repeat (20) @(posedge clk);
        for (i = 0; i < 6; i = i + 1)
            if (i != 4 && got[i] !== want[i]) begin
                $display("error %0d: %0d times, must be %0d", i, got[i], want[i]);
                failures = failures + 1;
            end
        if ((got[4] != 0) !== want_range) fail("range error");
        $display("vectors %0d, states %0d, errors %0d %0d %0d %0d %0d %0d, failures %0d", q_out, states,
                 got[0], got[1], got[2], got[3], got[4], got[5], failures);
        if (failures == 0 && q_out > PACKETS / 10)
            $display("PASS");
        else
            $display("FAIL");
        $finish;
    end
    integer last_good;
    reg [STREAMS-1:0] was_open;
    reg x_take_now, drained, over;
    initial begin
        over = 0;
        was_open = 0;
        drained = 1;
        last_good = 0;
    end
    initial #20000000 begin
        $display("stuck");
        $display("FAIL");
        $finish;
    end
endmodule

`default_nettype wire
