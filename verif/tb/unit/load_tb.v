// SPDX-License-Identifier: Apache-2.0
//
// brds_load with brds_crc32 and brds_config: images built here (CRC-32 bit by bit over the bytes, as
// zlib defines it), good ones and ones wrong in each way a packet can be, under random stalls, with a
// core that is busy now and then and resets in the middle. Checks memories, config words, verdict and
// error bit. CONFIG chooses widths. Prints `PASS` or `FAIL`.
`default_nettype none

module load_tb;
    parameter integer CONFIG = 0;
    parameter integer SEED = 1;
    parameter integer IMAGES = CONFIG == 2 ? 30 : 120;

    localparam integer SB = CONFIG == 0 ? 64 : CONFIG == 1 ? 32 : 512;
    localparam integer WB = CONFIG == 0 ? 168 : CONFIG == 1 ? 32 : 700;
    localparam integer WN = CONFIG == 0 ? 10 : CONFIG == 1 ? 1 : 17;
    localparam integer WA = CONFIG == 0 ? 4 : CONFIG == 1 ? 1 : 5;
    localparam integer UB = CONFIG == 0 ? 72 : CONFIG == 1 ? 40 : 512;
    localparam integer UN = CONFIG == 0 ? 3 : CONFIG == 1 ? 1 : 2;
    localparam integer UA = CONFIG == 0 ? 2 : 1;
    localparam integer P = CONFIG == 0 ? 3 : CONFIG == 1 ? 1 : 17;
    localparam integer G = CONFIG == 0 ? 4 : CONFIG == 1 ? 1 : 97;
    localparam integer WC = (WB + SB - 1) / SB, UC = (UB + SB - 1) / SB;
    localparam integer N = 4 + P + G + WN * WC + UN * UC + 1;
    localparam [31:0] PRINT = 32'hCAFE1234;

    reg clk = 0, rst = 1, hard_rst = 1;
    always #5 clk = !clk;

    reg core_empty = 0;
    reg [SB-1:0] tdata;
    reg tvalid = 0, tlast = 0;
    wire loading, weights_ok, tready, ldw_we, ldu_we, cfg_we;
    wire [SB-1:0] ld_data;
    wire [WA-1:0] ldw_row;
    wire [UA-1:0] ldu_row;
    wire [15:0] ldw_chunk, ldu_chunk;
    wire [7:0] cfg_index;
    wire [31:0] cfg_data;
    wire [4:0] error;
    wire [P*32-1:0] cfg_phase;
    wire [G*16-1:0] cfg_gap;

    brds_load #(
        .STREAM_BITS(SB), .IMAGE_WORDS(N), .FINGERPRINT(PRINT), .PHASES(P), .EDGES(G), .WORD_BITS(WB),
        .WORDS(WN), .WORD_ADDR_BITS(WA), .UNIT_BITS(UB), .UNIT_ROWS(UN), .UNIT_ADDR_BITS(UA)
    ) dut (
        .clk(clk), .rst(rst), .hard_rst(hard_rst), .core_empty(core_empty), .loading(loading),
        .weights_ok(weights_ok), .s_axis_w_tdata(tdata), .s_axis_w_tvalid(tvalid),
        .s_axis_w_tready(tready), .s_axis_w_tlast(tlast), .ld_data(ld_data), .ldw_we(ldw_we),
        .ldw_row(ldw_row), .ldw_chunk(ldw_chunk), .ldu_we(ldu_we), .ldu_row(ldu_row),
        .ldu_chunk(ldu_chunk), .cfg_we(cfg_we), .cfg_index(cfg_index), .cfg_data(cfg_data), .error(error));
    brds_config #(.PHASES(P), .EDGES(G), .WEIGHTS_ROM(0)) words_i (
        .clk(clk), .we(cfg_we), .index(cfg_index), .data(cfg_data), .cfg_phase(cfg_phase), .cfg_gap(cfg_gap));

    integer seed, failures, cycle, i, j, b;
    function integer rnd(input integer below);
        rnd = {$random(seed)} % below;
    endfunction
    task fail(input [8*24-1:0] what);
        begin
            failures = failures + 1;
            if (failures < 20)
                $display("image %0d, cycle %0d: %0s", image, cycle, what);
        end
    endtask

    reg [SB-1:0] wmem [0:WN*WC-1];
    reg [SB-1:0] umem [0:UN*UC-1];
    integer writes;
    reg [4:0] seen;
    always @(posedge clk) begin
        if (ldw_we) begin
            if (ldw_row >= WN || ldw_chunk >= WC) fail("weight address");
            else wmem[ldw_row * WC + ldw_chunk] = ld_data;
        end
        if (ldu_we) begin
            if (ldu_row >= UN || ldu_chunk >= UC) fail("unit address");
            else umem[ldu_row * UC + ldu_chunk] = ld_data;
        end
        if (ldw_we || ldu_we || cfg_we) writes = writes + 1;
        seen = seen | error;
    end

    reg [SB-1:0] packet [0:2*N];
    reg [31:0] crc;
    integer words, fault, image, at, sent_ok, stop, kept;
    reg [4:0] want;
    task build;
        begin
            for (i = 0; i < N; i = i + 1)
                for (j = 0; j < SB / 32; j = j + 1)
                    packet[i][32*j +: 32] = i < 4 + P + G && j > 0 ? 0 : $random(seed);
            packet[0][31:0] = 32'h53445242;
            packet[1][31:0] = 1;
            packet[2][31:0] = PRINT;
            packet[3][31:0] = N;
            words = N;
            fault = rnd(14);
            want = 0;
            kept = N - 5; // writes that are made
            if (fault < 4) begin
                packet[fault][31:0] = packet[fault][31:0] ^ (1 << rnd(32));
                want = 1 << fault;
                kept = 0;
            end
            crc = 32'hFFFFFFFF;
            for (i = 0; i < N - 1; i = i + 1)
                for (b = 0; b < SB; b = b + 1)
                    crc = (crc >> 1) ^ ((crc[0] ^ packet[i][b]) ? 32'hEDB88320 : 32'd0);
            packet[N-1][31:0] = ~crc;
            case (fault)
                4: begin // a bit on the way
                    i = 4 + rnd(N - 4);
                    b = rnd(i == N - 1 ? 32 : SB);
                    packet[i][b] = !packet[i][b];
                    want = 16;
                end
                5: begin // too short
                    words = 1 + rnd(N - 1);
                    want = 8;
                    kept = words < 6 ? 0 : words - 5;
                end
                6: begin // too long
                    words = N + 1 + rnd(N);
                    for (i = N; i < words; i = i + 1)
                        packet[i] = {16{$random(seed)}};
                    want = 8;
                end
                default: ;
            endcase
        end
    endtask

    reg moved;
    task send(input integer until_word);
        begin
            at = 0;
            while (at < until_word) begin
                if (!tvalid && rnd(3) != 0) begin
                    tvalid = 1;
                    tdata = packet[at];
                    tlast = at == words - 1;
                end
                core_empty = loading || rnd(6) == 0;
                #8 moved = tvalid && tready;
                if (tready && !loading) fail("ready while idle");
                @(posedge clk);
                #1 cycle = cycle + 1;
                if (moved) begin
                    at = at + 1;
                    tvalid = 0;
                    tlast = $random(seed);
                    tdata = {16{$random(seed)}};
                    if (weights_ok) fail("weights valid too early");
                end
            end
            core_empty = 1;
            repeat (4) @(posedge clk);
            #1 cycle = cycle + 4;
        end
    endtask

    initial begin
        if (!$value$plusargs("seed=%d", seed))
            seed = SEED;
        $display("load_tb config %0d seed %0d", CONFIG, seed);
        failures = 0; cycle = 0; sent_ok = 0; seen = 0; writes = 0; image = 0;
        repeat (4) @(posedge clk);
        #1 rst = 0;
        hard_rst = 0;
        for (image = 0; image < IMAGES; image = image + 1) begin
            build;
            seen = 0;
            writes = 0;
            if (image % 10 == 9) begin
                // given up in the middle: no weights; the next word begins a packet
                stop = words > 1 ? 1 + rnd(words - 1) : 1;
                send(stop);
                rst = 1;
                @(posedge clk);
                #1 rst = 0;
                tvalid = 0;
                if (weights_ok) fail("valid after a cut");
            end else begin
                send(words);
                if (weights_ok !== (want == 0)) fail("verdict");
                if (seen !== want) fail("error bits");
                if (loading) fail("still loading");
                if (fault != 6 && writes != kept) fail("writes");
                if (want == 0) begin
                    sent_ok = sent_ok + 1;
                    for (i = 0; i < P; i = i + 1)
                        if (cfg_phase[32*i +: 32] !== packet[4+i][31:0]) fail("phase word");
                    for (i = 0; i < G; i = i + 1)
                        if (cfg_gap[16*i +: 16] !== packet[4+P+i][15:0]) fail("gap word");
                    for (i = 0; i < WN * WC; i = i + 1)
                        if (wmem[i] !== packet[4+P+G+i]) fail("weight word");
                    for (i = 0; i < UN * UC; i = i + 1)
                        if (umem[i] !== packet[4+P+G+WN*WC+i]) fail("unit word");
                    // a reset between packets leaves them
                    rst = 1;
                    @(posedge clk);
                    #1 rst = 0;
                    if (!weights_ok) fail("lost by a reset");
                end
            end
        end
        $display("images %0d, good %0d, failures %0d", image, sent_ok, failures);
        if (failures == 0 && sent_ok > IMAGES / 5)
            $display("PASS");
        else
            $display("FAIL");
        $finish;
    end
    initial #50000000 begin
        $display("stuck");
        $display("FAIL");
        $finish;
    end
endmodule

`default_nettype wire
