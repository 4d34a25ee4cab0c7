// SPDX-License-Identifier: Apache-2.0
//
// Purpose: a memory of wide words that is written in chunks of a stream word,
// one column of CHUNK_BITS bits a chunk; or, with ROM = 1, one wide memory
// with the contents of FILE ($readmemh, a word a line).
//   rdata(n) = word raddr(n - MEMORY_REGS)
// The write happens in the cycle in which `we` is valid; bits of the last
// chunk above WIDTH are ignored.  Not read while it is loaded.
// Latency: MEMORY_REGS cycles.  Initiation interval: 1.
`default_nettype none

module brds_chunkmem #(
    // bits of a word
    parameter integer WIDTH = 256,
    // words
    parameter integer DEPTH = 256,
    // address bits: clog2(DEPTH), at least 1
    parameter integer ADDR_BITS = 8,
    // bits of a chunk
    parameter integer CHUNK_BITS = 64,
    // registers on the read path, 1 or 2
    parameter integer MEMORY_REGS = 1,
    // 1: a ROM; the write port is ignored
    parameter integer ROM = 0,
    // the ROM's contents
    parameter FILE = ""
) (
    input  wire                  clk,
    input  wire                  we,
    input  wire [ADDR_BITS-1:0]  waddr,
    // number of the chunk within the word
    input  wire [15:0]           wchunk,
    input  wire [CHUNK_BITS-1:0] wdata,
    input  wire [ADDR_BITS-1:0]  raddr,
    output wire [WIDTH-1:0]      rdata
);
    localparam integer CHUNKS = (WIDTH + CHUNK_BITS - 1) / CHUNK_BITS;

    genvar c;
    generate
        if (ROM != 0) begin : g_rom
            // a memory of one word still has one address bit
            localparam integer ROWS = (DEPTH < 2) ? 2 : DEPTH;
            reg [WIDTH-1:0] memory [0:ROWS-1];
            reg [WIDTH-1:0] word;
            initial
                $readmemh(FILE, memory, 0, DEPTH - 1);
            always @(posedge clk)
                word <= memory[raddr];
            brds_delay #(.WIDTH(WIDTH), .DEPTH(MEMORY_REGS - 1)) u_out (
                .clk(clk), .d(word), .q(rdata)
            );
            wire unused_write = &{1'b0, we, waddr, wchunk, wdata};
        end else begin : g_ram
            if (WIDTH < CHUNK_BITS) begin : g_cut
                wire unused_top = &{1'b0, wdata[CHUNK_BITS-1:WIDTH]};
            end
            for (c = 0; c < CHUNKS; c = c + 1) begin : g_column
                localparam integer BITS =
                    (c == CHUNKS - 1) ? WIDTH - c * CHUNK_BITS : CHUNK_BITS;
                brds_ram #(
                    .WIDTH(BITS), .LANES(1), .DEPTH(DEPTH), .ADDR_BITS(ADDR_BITS),
                    .REGS(MEMORY_REGS)
                ) u_ram (
                    .clk(clk), .we(we && wchunk == c), .waddr(waddr), .wdata(wdata[BITS-1:0]),
                    .re(1'b0), .raddr(raddr), .rdata(rdata[c*CHUNK_BITS +: BITS])
                );
            end
        end
    endgenerate
endmodule

`default_nettype wire
