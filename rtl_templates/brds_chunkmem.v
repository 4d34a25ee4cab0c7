// SPDX-License-Identifier: Apache-2.0
//
// Purpose: a memory of wide words that is written in chunks of a stream word,
// one column of CHUNK_BITS bits a chunk; or, with ROM = 1, one wide memory
// with the contents of FILE ($readmemh, a word a line).
//   rdata(n) = word raddr(n - MEMORY_REGS - (PROTECT == 2))
// The write happens in the cycle after the one in which `we` is valid; bits of the last
// chunk above WIDTH are ignored.  Not read while it is loaded.
// With PROTECT each column carries check bits above its data, made when it is
// written (in FILE: by who wrote the file) and looked at when it is read:
// corrected and bad belong to the rdata of two cycles before.
// Latency: MEMORY_REGS cycles, with PROTECT = 2 one more.  Initiation interval: 1.
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
    parameter FILE = "",
    // check bits of a column: 0 none, 1 a parity bit, 2 those of brds_secded
    parameter integer PROTECT = 0
) (
    input  wire                  clk,
    input  wire                  we,
    input  wire [ADDR_BITS-1:0]  waddr,
    // number of the chunk within the word
    input  wire [15:0]           wchunk,
    input  wire [CHUNK_BITS-1:0] wdata,
    input  wire [ADDR_BITS-1:0]  raddr,
    output wire [WIDTH-1:0]      rdata,
    // the word had wrong bits: they were corrected; they were not (both: in different columns)
    output wire                  corrected,
    output wire                  bad
);
    // check bits of brds_secded but its parity
    function integer hamming_bits;
        input integer width;
        begin
            hamming_bits = 2;
            while ((1 << hamming_bits) <= width + hamming_bits)
                hamming_bits = hamming_bits + 1;
        end
    endfunction

    localparam integer CHUNKS = (WIDTH + CHUNK_BITS - 1) / CHUNK_BITS;
    localparam integer REST_BITS = WIDTH - (CHUNKS - 1) * CHUNK_BITS;
    // a column as it lies in the memory: all but the last, the last, the word
    localparam integer FULL_STORED =
        CHUNK_BITS + (PROTECT == 2 ? hamming_bits(CHUNK_BITS) + 1 : PROTECT);
    localparam integer REST_STORED =
        REST_BITS + (PROTECT == 2 ? hamming_bits(REST_BITS) + 1 : PROTECT);
    localparam integer STORED = (CHUNKS - 1) * FULL_STORED + REST_STORED;

    wire [STORED-1:0] written, stored;
    reg [CHUNK_BITS-1:0] late_wdata;
    always @(posedge clk)
        late_wdata <= wdata;
    wire [CHUNKS-1:0] columns_corrected, columns_bad;

    genvar c;
    generate
        if (ROM != 0) begin : g_rom
            // a memory of one word still has one address bit
            localparam integer ROWS = (DEPTH < 2) ? 2 : DEPTH;
            reg [STORED-1:0] memory [0:ROWS-1];
            reg [STORED-1:0] word;
            initial
                $readmemh(FILE, memory, 0, DEPTH - 1);
            always @(posedge clk)
                word <= memory[raddr];
            brds_delay #(.WIDTH(STORED), .DEPTH(MEMORY_REGS - 1)) u_out (
                .clk(clk), .d(word), .q(stored)
            );
            wire unused_write = &{1'b0, we, waddr, wchunk, written};
        end else begin : g_ram
            // a column's enable is its own register, placed beside its memory
            reg [ADDR_BITS-1:0] late_waddr;
            always @(posedge clk)
                late_waddr <= waddr;
            for (c = 0; c < CHUNKS; c = c + 1) begin : g_column
                localparam integer BITS = (c == CHUNKS - 1) ? REST_STORED : FULL_STORED;
                reg late_we;
                always @(posedge clk)
                    late_we <= we && wchunk == c;
                brds_ram #(
                    .WIDTH(BITS), .LANES(1), .DEPTH(DEPTH), .ADDR_BITS(ADDR_BITS),
                    .REGS(MEMORY_REGS)
                ) u_ram (
                    .clk(clk), .we(late_we), .waddr(late_waddr),
                    .wdata(written[c*FULL_STORED +: BITS]), .re(1'b0), .raddr(raddr),
                    .rdata(stored[c*FULL_STORED +: BITS])
                );
            end
        end

        if (WIDTH < CHUNK_BITS) begin : g_cut
            wire unused_top = &{1'b0, late_wdata[CHUNK_BITS-1:WIDTH]};
        end
        for (c = 0; c < CHUNKS; c = c + 1) begin : g_code
            localparam integer DATA = (c == CHUNKS - 1) ? REST_BITS : CHUNK_BITS;
            localparam integer BITS = (c == CHUNKS - 1) ? REST_STORED : FULL_STORED;
            if (PROTECT == 2) begin : g_secded
                brds_secded #(.WIDTH(DATA), .CHECK(BITS - DATA - 1)) u_code (
                    .clk(clk), .write_data(late_wdata[DATA-1:0]),
                    .write_word(written[c*FULL_STORED +: BITS]),
                    .read_word(stored[c*FULL_STORED +: BITS]),
                    .read_data(rdata[c*CHUNK_BITS +: DATA]),
                    .corrected(columns_corrected[c]), .bad(columns_bad[c])
                );
            end else if (PROTECT == 1) begin : g_parity
                brds_parity #(.WIDTH(DATA)) u_code (
                    .clk(clk), .write_data(late_wdata[DATA-1:0]),
                    .write_word(written[c*FULL_STORED +: BITS]),
                    .read_word(stored[c*FULL_STORED +: BITS]),
                    .read_data(rdata[c*CHUNK_BITS +: DATA]), .bad(columns_bad[c])
                );
                assign columns_corrected[c] = 1'b0;
            end else begin : g_none
                assign written[c*CHUNK_BITS +: DATA] = late_wdata[DATA-1:0];
                assign rdata[c*CHUNK_BITS +: DATA] = stored[c*CHUNK_BITS +: DATA];
                assign columns_corrected[c] = 1'b0;
                assign columns_bad[c] = 1'b0;
            end
        end

        if (PROTECT != 0) begin : g_flags
            reg any_corrected, any_bad;
            always @(posedge clk) begin
                any_corrected <= |columns_corrected;
                any_bad <= |columns_bad;
            end
            assign corrected = any_corrected;
            assign bad = any_bad;
        end else begin : g_no_flags
            assign corrected = 1'b0;
            assign bad = 1'b0;
            wire unused_columns = &{1'b0, columns_corrected, columns_bad};
        end
    endgenerate
endmodule

`default_nettype wire
