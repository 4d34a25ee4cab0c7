// SPDX-License-Identifier: Apache-2.0
//
// Purpose: reads streamed weights: an AXI4 master that fetches the words of the phases to come into
// a buffer, and says whether the next beat's word is there (docs/microarchitecture.md section 11).
//   A phase's words lie one after the other from base + PH_CHUNK data words on, a multiple of 16 data
//   words, so bursts of 16 end at multiples of their size and cross no boundary of 4096 bytes.
//   A burst is asked for only when the buffer has room for all of it: data are always taken.
//
// After rst, data of bursts that were asked for before are dropped; nothing is asked for until they came.
// Latency: fetch in cycle n, address of the first burst in n+2; last data of a word in cycle n, its beat
// in n+2 at the earliest. Initiation interval: a burst a cycle, a data word a cycle, a beat a cycle.
`default_nettype none

module brds_prefetch #(
    // data width of the AXI4 port
    parameter integer MEMORY_BITS = 128,
    // data words of a weight word
    parameter integer WORD_CHUNKS = 6,
    // weight words of the buffer, a power of two of at least 16; its address bits
    parameter integer BUFFER_WORDS = 64,
    parameter integer BUFFER_BITS = 6,
    // phases, bits of a phase number
    parameter integer PHASES = 2,
    parameter integer PHASE_BITS = 1,
    // phase p at [32*p +: 32]: its first data word in memory, and how many it has
    parameter [PHASES*32-1:0] PH_CHUNK = {32'd64, 32'd0},
    parameter [PHASES*32-1:0] PH_CHUNKS = {32'd6, 32'd60}
) (
    input  wire                   clk,
    input  wire                   rst,          // what is fetched is given up
    input  wire                   hard_rst,     // and the memory forgets what it was asked for
    // where the weights lie; the low 12 bits count as 0
    input  wire [63:0]            base,
    // the controller: a phase that will be worked, in order
    input  wire                   fetch,
    input  wire [PHASE_BITS-1:0]  fetch_phase,
    output wire                   ready,        // fetch may be high
    // the next beat's word is at word_address; a beat takes it
    output reg                    word_ready,
    output reg  [BUFFER_BITS-1:0] word_address,
    input  wire                   beat,
    // the buffer's write port: data word fw_chunk of weight word fw_row
    output wire                   fw_we,
    output reg  [BUFFER_BITS-1:0] fw_row,
    output reg  [15:0]            fw_chunk,
    output wire [MEMORY_BITS-1:0] fw_data,
    // one cycle: the memory answered with an error
    output reg                    error,
    // memory
    output reg  [63:0]            m_axi_araddr,
    output reg  [7:0]             m_axi_arlen,
    output wire [2:0]             m_axi_arsize,
    output wire [1:0]             m_axi_arburst,
    output reg                    m_axi_arvalid,
    input  wire                   m_axi_arready,
    input  wire [MEMORY_BITS-1:0] m_axi_rdata,
    input  wire [1:0]             m_axi_rresp,
    input  wire                   m_axi_rlast,
    input  wire                   m_axi_rvalid,
    output wire                   m_axi_rready
);
    function integer largest(input [PHASES*32-1:0] table_of);
        integer i;
        begin
            largest = 1;
            for (i = 0; i < PHASES; i = i + 1)
                if (table_of[32*i +: 32] > largest)
                    largest = table_of[32*i +: 32];
        end
    endfunction

    localparam integer BYTES = MEMORY_BITS / 8;
    localparam integer SIZE = $clog2(BYTES);
    localparam integer BURST = 16;

    function [PHASES*32-1:0] in_bytes(input [PHASES*32-1:0] table_of);
        integer i;
        for (i = 0; i < PHASES; i = i + 1)
            in_bytes[32*i +: 32] = table_of[32*i +: 32] << SIZE;
    endfunction

    localparam integer BURST_BYTES = BURST * BYTES;
    localparam integer CAPACITY = WORD_CHUNKS * BUFFER_WORDS;
    localparam integer CREDIT_BITS = $clog2(CAPACITY + 1) + 1;
    localparam integer LEFT_BITS = $clog2(largest(PH_CHUNKS) + BURST + 1) + 1;
    localparam integer CHUNK_LAST = WORD_CHUNKS - 1;
    localparam [PHASES*32-1:0] PH_BYTE = in_bytes(PH_CHUNK);
    localparam [LEFT_BITS-1:0] BURST_LEFT = BURST[LEFT_BITS-1:0];
    localparam [CREDIT_BITS-1:0] BURST_CREDIT = BURST[CREDIT_BITS-1:0];
    localparam [CREDIT_BITS-1:0] WORD_CREDIT = WORD_CHUNKS[CREDIT_BITS-1:0];
    localparam [CREDIT_BITS-1:0] ONE = 1;

    // ---- bursts ----

    reg                   pending;      // left is not 0
    reg [LEFT_BITS-1:0]   left;         // data words of the phase not asked for
    reg [31:0]            place;        // address of the next, within 2^32 bytes
    reg [CREDIT_BITS-1:0] credit;       // data words that the buffer has room for
    reg                   dropping;     // stale is not 0

    wire ends = left <= BURST_LEFT;
    wire [4:0] length = ends ? left[4:0] : BURST[4:0];
    wire [4:0] length_m1 = length - 5'd1;
    wire free = !m_axi_arvalid || m_axi_arready;
    wire ask = pending && credit >= BURST_CREDIT && free && !dropping && !rst;
    wire [CREDIT_BITS-1:0] asked = ask ? {{(CREDIT_BITS-5){1'b0}}, length} : {CREDIT_BITS{1'b0}};

    assign ready = !pending && !dropping;

    always @(posedge clk) begin
        if (rst)
            pending <= 1'b0;
        else if (fetch)
            pending <= 1'b1;
        else if (ask && ends)
            pending <= 1'b0;
        if (fetch) begin
            left <= PH_CHUNKS[32*fetch_phase +: LEFT_BITS];
            place <= {base[31:12], 12'd0} + PH_BYTE[32*fetch_phase +: 32];
        end else if (ask) begin
            left <= left - {{(LEFT_BITS-5){1'b0}}, length};
            place <= place + BURST_BYTES;
        end
        if (rst)
            credit <= CAPACITY[CREDIT_BITS-1:0];
        else
            credit <= credit - asked + (beat ? WORD_CREDIT : {CREDIT_BITS{1'b0}});
    end

    // an address that was offered stays, whatever is given up
    always @(posedge clk) begin
        if (hard_rst)
            m_axi_arvalid <= 1'b0;
        else if (ask)
            m_axi_arvalid <= 1'b1;
        else if (m_axi_arready)
            m_axi_arvalid <= 1'b0;
        if (ask) begin
            m_axi_araddr <= {base[63:32], place};
            m_axi_arlen <= {3'd0, length_m1};
        end
    end
    assign m_axi_arsize = SIZE[2:0];
    assign m_axi_arburst = 2'b01;

    // ---- data ----

    reg [CREDIT_BITS-1:0] owed, stale;  // data words to come: all; to be dropped
    wire [CREDIT_BITS-1:0] came = m_axi_rvalid ? ONE : {CREDIT_BITS{1'b0}};
    wire [CREDIT_BITS-1:0] owed_next = owed + asked - came;
    always @(posedge clk) begin
        if (hard_rst) begin
            owed <= {CREDIT_BITS{1'b0}};
            stale <= {CREDIT_BITS{1'b0}};
            dropping <= 1'b0;
        end else begin
            owed <= owed_next;
            if (rst) begin
                stale <= owed_next;
                dropping <= owed_next != {CREDIT_BITS{1'b0}};
            end else if (dropping && m_axi_rvalid) begin
                stale <= stale - ONE;
                dropping <= stale != ONE;
            end
        end
    end

    wire word_end = fw_chunk == CHUNK_LAST[15:0];
    reg  word_done;
    assign m_axi_rready = 1'b1;
    assign fw_we = m_axi_rvalid && !dropping;
    assign fw_data = m_axi_rdata;

    always @(posedge clk) begin
        word_done <= fw_we && word_end && !rst;
        if (rst) begin
            fw_chunk <= 16'd0;
            fw_row <= {BUFFER_BITS{1'b0}};
        end else if (fw_we) begin
            fw_chunk <= word_end ? 16'd0 : fw_chunk + 16'd1;
            if (word_end)
                fw_row <= fw_row + 1'b1;
        end
        error <= m_axi_rvalid && m_axi_rresp[1] && !hard_rst;
    end

    // ---- words ----

    reg [BUFFER_BITS:0] words;          // whole ones in the buffer
    always @(posedge clk) begin
        if (rst) begin
            words <= {(BUFFER_BITS+1){1'b0}};
            word_ready <= 1'b0;
            word_address <= {BUFFER_BITS{1'b0}};
        end else begin
            if (word_done && !beat) begin
                words <= words + 1'b1;
                word_ready <= 1'b1;
            end else if (beat && !word_done) begin
                words <= words - 1'b1;
                word_ready <= |words[BUFFER_BITS:1];
            end
            if (beat)
                word_address <= word_address + 1'b1;
        end
    end

    // the length of a burst says when it ends; EXOKAY is no error
    wire unused = &{1'b0, base[11:0], m_axi_rlast, m_axi_rresp[0]};
endmodule

`default_nettype wire
