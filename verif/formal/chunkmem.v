// SPDX-License-Identifier: Apache-2.0
//
// brds_chunkmem: a read gives what was last written, chunk by chunk, MEMORY_REGS cycles later (with PROTECT = 2 one
// more).  One chunk of one word is watched, chosen by the solver.  A word that is read in the cycle after the `we` of
// one of its chunks may be anything: the machine does not read while it loads.
`default_nettype none

module chunkmem #(
    parameter integer WIDTH = 10,        // more than two chunks, at most three
    parameter integer CHUNK_BITS = 4,
    parameter integer MEMORY_REGS = 1,
    parameter integer PROTECT = 0
) (
    input wire clk,
    input wire we,
    input wire [1:0] waddr,
    input wire [15:0] wchunk,
    input wire [CHUNK_BITS-1:0] wdata,
    input wire [1:0] raddr
);
    localparam integer DEPTH = 3, REST = WIDTH - 2 * CHUNK_BITS;
    localparam integer LATENCY = MEMORY_REGS + (PROTECT == 2 ? 1 : 0);
    localparam [CHUNK_BITS-1:0] REST_MASK = (1 << REST) - 1;
    wire [WIDTH-1:0] rdata;
    wire corrected, bad;
    brds_chunkmem #(
        .WIDTH(WIDTH), .DEPTH(DEPTH), .ADDR_BITS(2), .CHUNK_BITS(CHUNK_BITS), .MEMORY_REGS(MEMORY_REGS),
        .PROTECT(PROTECT)
    ) dut (
        .clk(clk), .we(we), .waddr(waddr), .wchunk(wchunk), .wdata(wdata), .raddr(raddr), .rdata(rdata),
        .corrected(corrected), .bad(bad));

    (* anyconst *) reg [1:0] word, chunk;
    wire [CHUNK_BITS-1:0] mask = chunk == 2 ? REST_MASK : {CHUNK_BITS{1'b1}};
    reg coming = 0, known = 0;           // the write of the chunk is in the register before its memory; has been made
    reg [CHUNK_BITS-1:0] late, kept;
    reg [LATENCY:1] shown = 0;           // rdata is the chunk, that many cycles after its address
    reg [LATENCY*CHUNK_BITS-1:0] expected;
    always @(posedge clk) begin
        coming <= we && waddr == word && wchunk == {14'd0, chunk};
        late <= wdata;
        if (coming) begin
            known <= 1;
            kept <= late;
        end
        shown <= {shown, known && raddr == word && !coming};
        expected <= {expected, kept};
    end

    // invariant: the memory's words, as yosys' memory_map names them
    (* hierconn *) wire [CHUNK_BITS-1:0] \dut.g_ram.g_column[0].u_ram.memory[0] ,
        \dut.g_ram.g_column[0].u_ram.memory[1] , \dut.g_ram.g_column[0].u_ram.memory[2] ,
        \dut.g_ram.g_column[1].u_ram.memory[0] , \dut.g_ram.g_column[1].u_ram.memory[1] ,
        \dut.g_ram.g_column[1].u_ram.memory[2] ;
    (* hierconn *) wire [REST-1:0] \dut.g_ram.g_column[2].u_ram.memory[0] ,
        \dut.g_ram.g_column[2].u_ram.memory[1] , \dut.g_ram.g_column[2].u_ram.memory[2] ;
    wire [3*CHUNK_BITS-1:0] column_0 = {\dut.g_ram.g_column[0].u_ram.memory[2] ,
        \dut.g_ram.g_column[0].u_ram.memory[1] , \dut.g_ram.g_column[0].u_ram.memory[0] };
    wire [3*CHUNK_BITS-1:0] column_1 = {\dut.g_ram.g_column[1].u_ram.memory[2] ,
        \dut.g_ram.g_column[1].u_ram.memory[1] , \dut.g_ram.g_column[1].u_ram.memory[0] };
    wire [3*REST-1:0] column_2 = {\dut.g_ram.g_column[2].u_ram.memory[2] ,
        \dut.g_ram.g_column[2].u_ram.memory[1] , \dut.g_ram.g_column[2].u_ram.memory[0] };
    wire [CHUNK_BITS-1:0] stored = chunk == 0 ? column_0[word*CHUNK_BITS +: CHUNK_BITS] :
        chunk == 1 ? column_1[word*CHUNK_BITS +: CHUNK_BITS] : column_2[word*REST +: REST];

    wire [3*CHUNK_BITS-1:0] wide = rdata;
    wire [CHUNK_BITS-1:0] read = wide[chunk*CHUNK_BITS +: CHUNK_BITS];
    always @* begin
        assume (word < DEPTH && chunk < 3 && waddr < DEPTH && raddr < DEPTH);
        assert (PROTECT != 0 || !known || stored == (kept & mask));
        assert (!shown[LATENCY] || read == (expected[LATENCY*CHUNK_BITS-1 -: CHUNK_BITS] & mask));
        assert (PROTECT != 0 || (!corrected && !bad));
        cover (shown[LATENCY] && chunk == 2 && read == REST_MASK && coming);
    end
endmodule

`default_nettype wire
