// SPDX-License-Identifier: Apache-2.0
//
// brds_chunkmem with check bits: random words in all rows, then up to two wrong bits a column at random
// places, data and check bits alike, then every row is read, a row a cycle: words and flags against what
// the wrong bits let expect.
`timescale 1ns / 1ps
`default_nettype none

module protect_tb;
    parameter integer WORD = 70;
    parameter integer CHUNK = 32;
    parameter integer REGS = 1;
    parameter integer PROTECT = 2;
    parameter integer SEED = 1;
    parameter integer ROUNDS = 100;

    localparam integer DEPTH = 8;
    localparam integer CHUNKS = (WORD + CHUNK - 1) / CHUNK;
    localparam integer LATENCY = REGS + (PROTECT == 2 ? 1 : 0);
    localparam integer MOST = 2 * CHUNK;  // more than a column has bits

    reg              clk = 1'b0;
    reg              we;
    reg [2:0]        waddr, raddr;
    reg [15:0]       wchunk;
    reg [CHUNK-1:0]  wdata;
    wire [WORD-1:0]  rdata;
    wire             corrected, bad;

    brds_chunkmem #(
        .WIDTH(WORD), .DEPTH(DEPTH), .ADDR_BITS(3), .CHUNK_BITS(CHUNK), .MEMORY_REGS(REGS),
        .PROTECT(PROTECT)
    ) dut (
        .clk(clk), .we(we), .waddr(waddr), .wchunk(wchunk), .wdata(wdata), .raddr(raddr),
        .rdata(rdata), .corrected(corrected), .bad(bad)
    );

    // ---- wrong bits ----
    reg [MOST-1:0] mask [0:CHUNKS-1];    // of this row's columns
    reg [2:0]      mask_row;
    event          turn;
    wire [31:0]    bits [0:CHUNKS-1];    // that a column has in the memory
    wire [31:0]    data_bits [0:CHUNKS-1];
    // a syndrome names one of all bits but the parity, or none
    function integer check_bits;
        input integer data;
        integer       r;
        begin
            r = 0;
            while ((1 << r) < data + r + 1)
                r = r + 1;
            check_bits = (PROTECT == 2) ? r + 1 : PROTECT;
        end
    endfunction
    genvar g;
    generate
        for (g = 0; g < CHUNKS; g = g + 1) begin : g_turn
            localparam integer DATA = (g == CHUNKS - 1) ? WORD - g * CHUNK : CHUNK;
            localparam integer BITS = DATA + check_bits(DATA);
            assign bits[g] = BITS;
            assign data_bits[g] = DATA;
            always @(turn)
                dut.g_ram.g_column[g].u_ram.memory[mask_row] =
                    dut.g_ram.g_column[g].u_ram.memory[mask_row] ^ mask[g][BITS-1:0];
        end
    endgenerate

    // ---- what must come ----
    reg [CHUNKS*CHUNK-1:0] word [0:DEPTH-1];
    reg [CHUNK-1:0]        next;         // 64 bits at most
    reg                    will_correct [0:DEPTH-1], will_fail [0:DEPTH-1];
    integer                round, row, c, k, n, wrong, at, other, seed, errors, singles, doubles;

    task tick;
        begin
            #5 clk = 1'b1;
            #5 clk = 1'b0;
        end
    endtask

    // `wrong` different bits of column c; the word that will be read and the flags follow
    task upset;
        begin
            mask[c] = 0;
            at = $unsigned($random(seed)) % bits[c];
            other = (at + 1 + $unsigned($random(seed)) % (bits[c] > 1 ? bits[c] - 1 : 1)) % bits[c];
            if (wrong > 0) mask[c][at] = 1'b1;
            if (wrong > 1) mask[c][other] = 1'b1;
            if (PROTECT != 2 || wrong > 1)
                for (k = 0; k < data_bits[c]; k = k + 1)
                    word[row][c*CHUNK+k] = word[row][c*CHUNK+k] ^ mask[c][k];
            singles = singles + (wrong == 1);
            doubles = doubles + (wrong == 2);
            will_correct[row] = will_correct[row] || (PROTECT == 2 && wrong == 1);
            will_fail[row] = will_fail[row] || (PROTECT == 2 && wrong == 2) || (PROTECT == 1 && wrong == 1);
        end
    endtask

    initial begin
        seed = SEED;
        errors = 0;
        singles = 0;
        doubles = 0;
        for (round = 0; round < ROUNDS; round = round + 1) begin
            we = 1'b1;
            raddr = 0;
            for (row = 0; row < DEPTH; row = row + 1) begin
                for (c = 0; c < CHUNKS; c = c + 1) begin
                    waddr = row;
                    wchunk = c;
                    next = {$random(seed), $random(seed)};
                    wdata = next;        // at once: the encoders follow every change
                    word[row][c*CHUNK +: CHUNK] = next;
                    tick;
                end
            end
            we = 1'b0;
            tick;                    // the last chunk is written
            for (row = 0; row < DEPTH; row = row + 1) begin
                will_correct[row] = 1'b0;
                will_fail[row] = 1'b0;
                for (c = 0; c < CHUNKS; c = c + 1) begin
                    wrong = $unsigned($random(seed)) % 4;
                    if (wrong == 3) wrong = 0;
                    if (PROTECT == 0) wrong = 0;
                    upset;
                end
                mask_row = row;
                -> turn;
                #1;
            end
            for (n = 0; n < DEPTH + LATENCY + 2; n = n + 1) begin
                raddr = n;
                #1;
                if (n >= LATENCY && n - LATENCY < DEPTH && rdata !== word[n-LATENCY][WORD-1:0])
                    errors = errors + 1;
                if (n >= LATENCY + 2 &&
                    {corrected, bad} !== {will_correct[n-LATENCY-2], will_fail[n-LATENCY-2]})
                    errors = errors + 1;
                tick;
            end
        end
        if (PROTECT != 0 && (singles == 0 || doubles == 0)) errors = errors + 1;
        if (errors == 0) $display("PASS %0d single, %0d double", singles, doubles);
        else $display("FAIL %0d (seed %0d)", errors, SEED);
        $finish;
    end
endmodule

`default_nettype wire
