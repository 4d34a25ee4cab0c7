// SPDX-License-Identifier: Apache-2.0
//
// brds_ram: random writes of some lanes of a row and random reads of other rows, against a model.
// brds_chunkmem: random chunks, then every word.  brds_delay and brds_flags: lengths 0..3.
`timescale 1ns / 1ps
`default_nettype none

module ram_tb;
    parameter integer WIDTH = 12;
    parameter integer LANES = 2;
    parameter integer DEPTH = 16;
    parameter integer REGS = 1;
    parameter integer WORD = 70;   // of the chunk memory
    parameter integer CHUNK = 32;
    parameter integer COLLIDE = 0; // 1: reads a row that is written: the memory must stop the run
    parameter integer SEED = 1;

    localparam integer ADDR = (DEPTH > 1) ? $clog2(DEPTH) : 1;
    localparam integer CHUNKS = (WORD + CHUNK - 1) / CHUNK;
    localparam integer BITS = LANES * WIDTH;

    reg              clk = 1'b0;
    reg              rst;
    reg [LANES-1:0]  we;
    reg [ADDR-1:0]   waddr, raddr;
    reg [BITS-1:0]   wdata;
    wire [BITS-1:0]  rdata;
    reg              cwe;
    reg [15:0]       wchunk;
    reg [CHUNK-1:0]  cdata;
    wire [WORD-1:0]  cword;
    wire [31:0]      late, flags;
    reg [7:0]        token;

    brds_ram #(
        .WIDTH(WIDTH), .LANES(LANES), .DEPTH(DEPTH), .ADDR_BITS(ADDR), .REGS(REGS), .CLEAR(1)
    ) ram (
        .clk(clk), .we(we), .waddr(waddr), .wdata(wdata), .re(1'b1), .raddr(raddr), .rdata(rdata)
    );
    brds_chunkmem #(
        .WIDTH(WORD), .DEPTH(DEPTH), .ADDR_BITS(ADDR), .CHUNK_BITS(CHUNK), .MEMORY_REGS(REGS)
    ) chunks (
        .clk(clk), .we(cwe), .waddr(waddr), .wchunk(wchunk), .wdata(cdata), .raddr(raddr),
        .rdata(cword)
    );
    genvar g;
    generate
        for (g = 0; g < 4; g = g + 1) begin : g_line
            brds_delay #(.WIDTH(8), .DEPTH(g)) line (.clk(clk), .d(token), .q(late[8*g +: 8]));
            brds_flags #(.WIDTH(8), .DEPTH(g)) flag (
                .clk(clk), .rst(rst), .d(token), .q(flags[8*g +: 8])
            );
        end
    endgenerate

    reg [BITS-1:0]             model [0:DEPTH-1];
    reg [CHUNKS*CHUNK-1:0]     words [0:DEPTH-1];
    reg [BITS-1:0]             want [0:1023];
    reg [WORD-1:0]             want_word [0:1023];
    reg [7:0]                  tokens [0:1023];
    integer n, i, seed, errors, late_row, late_chunk;
    reg                        late_cwe;
    reg [CHUNK-1:0]            late_data;

    initial begin
        seed = SEED;
        errors = 0;
        rst = 1'b0;
        late_cwe = 1'b0;
        for (i = 0; i < DEPTH; i = i + 1) begin
            model[i] = 0;
            words[i] = 0;
        end
        for (n = 0; n < 1000; n = n + 1) begin
            // first every chunk once, so that no word is unknown; then anything
            cwe = (n < DEPTH * CHUNKS) || (n % 3 == 0);
            waddr = (n < DEPTH * CHUNKS) ? n / CHUNKS : $unsigned($random(seed)) % DEPTH;
            wchunk = (n < DEPTH * CHUNKS) ? n % CHUNKS : $unsigned($random(seed)) % (CHUNKS + 1);
            cdata = {$random(seed), $random(seed)};
            raddr = (waddr + 1 + ((DEPTH > 2) ? $unsigned($random(seed)) % (DEPTH - 1) : 0)) % DEPTH;
            we = (DEPTH == 1 && n % 2 == 1) ? 0 : $random(seed);
            if (raddr == waddr) begin
                // one row only: either written or read
                cwe = cwe && (n < CHUNKS);
                if (we != 0) raddr = ~raddr;
            end
            if (COLLIDE != 0 && n == 900) begin
                we = 1;
                raddr = waddr;
            end
            wdata = {$random(seed), $random(seed), $random(seed)};
            token = $random(seed);
            rst = n > 500 && n < 505;
            tokens[n] = token;
            #1;
            if (n > DEPTH * CHUNKS + REGS && want[n-REGS] !== {BITS{1'bx}} &&
                (rdata !== want[n-REGS] || cword !== want_word[n-REGS]))
                errors = errors + 1;
            for (i = 0; i < 4; i = i + 1)
                if (n >= i && (late[8*i +: 8] !== tokens[n-i] ||
                               ((n < 500 || n > 509 + i) && flags[8*i +: 8] !== tokens[n-i])))
                    errors = errors + 1;
            if (n > 501 && n < 505 && flags[31:8] !== 24'd0) errors = errors + 1;
            want[n] = (raddr < DEPTH) ? model[raddr] : {BITS{1'bx}};
            want_word[n] = (raddr < DEPTH) ? words[raddr] : {WORD{1'bx}};
            for (i = 0; i < LANES; i = i + 1)
                if (we[i]) model[waddr][i*WIDTH +: WIDTH] = wdata[i*WIDTH +: WIDTH];
            // chunks are written a cycle later
            if (late_cwe) words[late_row][late_chunk*CHUNK +: CHUNK] = late_data;
            late_cwe = cwe && wchunk < CHUNKS;
            late_row = waddr;
            late_chunk = wchunk;
            late_data = cdata;
            #4 clk = 1'b1;
            #5 clk = 1'b0;
        end
        if (errors == 0) $display("PASS");
        else $display("FAIL %0d of %0d (seed %0d)", errors, n, SEED);
        $finish;
    end
endmodule

`default_nettype wire
