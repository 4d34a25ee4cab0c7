// SPDX-License-Identifier: Apache-2.0
//
// brds_prefetch: the data words of the phases that were asked for are read once each, in order, by bursts that
// keep to their 4096 bytes, to the buffer's data width and to the AXI rule that what is offered stays; the buffer never
// holds, or is to get, more than it has room for, so that data are always taken; a weight word is ready only when
// all of it is in the buffer, and beats take words in order; after rst, data of before are dropped, no more and no less.
//
// Data words (asked) and weight words (got, used) are counted modulo 2^16 from rst on.  The environment answers with as many data words as were asked for (any time later), and
// gives a beat only while a word is ready, as brds_ctrl does.  Phases have any lengths and places of 16 data words: the
// module's own tables are asked one phase at a time, so that two of them do.
`default_nettype none

module prefetch #(
    parameter integer MEMORY_BITS = 64,
    parameter integer WORD_CHUNKS = 2,
    parameter integer BUFFER_WORDS = 16,
    parameter integer BUFFER_BITS = 4
) (
    input wire clk,
    input wire rst,
    input wire hard_rst,
    input wire [63:0] base,
    input wire fetch,
    input wire fetch_phase,
    input wire beat,
    input wire m_axi_arready,
    input wire [MEMORY_BITS-1:0] m_axi_rdata,
    input wire [1:0] m_axi_rresp,
    input wire m_axi_rlast,
    input wire m_axi_rvalid
);
    localparam integer CAPACITY = WORD_CHUNKS * BUFFER_WORDS;
    localparam [31:0] CHUNKS0 = 17 * WORD_CHUNKS, CHUNKS1 = WORD_CHUNKS;
    localparam [31:0] PLACE1 = 32 * WORD_CHUNKS / 16 * 16;
    localparam integer BYTES = MEMORY_BITS / 8;

    wire ready, word_ready, fw_we, error, m_axi_arvalid, m_axi_rready;
    wire [BUFFER_BITS-1:0] word_address, fw_row;
    wire [15:0] fw_chunk;
    wire [MEMORY_BITS-1:0] fw_data;
    wire [63:0] m_axi_araddr;
    wire [7:0] m_axi_arlen;
    wire [2:0] m_axi_arsize;
    wire [1:0] m_axi_arburst;
    brds_prefetch #(
        .MEMORY_BITS(MEMORY_BITS), .WORD_CHUNKS(WORD_CHUNKS), .BUFFER_WORDS(BUFFER_WORDS),
        .BUFFER_BITS(BUFFER_BITS), .PHASES(2), .PHASE_BITS(1), .PH_CHUNK({PLACE1, 32'd0}),
        .PH_CHUNKS({CHUNKS1, CHUNKS0})
    ) dut (
        .clk(clk), .rst(rst), .hard_rst(hard_rst), .base(base), .fetch(fetch), .fetch_phase(fetch_phase),
        .ready(ready), .word_ready(word_ready), .word_address(word_address), .beat(beat), .fw_we(fw_we),
        .fw_row(fw_row), .fw_chunk(fw_chunk), .fw_data(fw_data), .error(error),
        .m_axi_araddr(m_axi_araddr), .m_axi_arlen(m_axi_arlen), .m_axi_arsize(m_axi_arsize),
        .m_axi_arburst(m_axi_arburst), .m_axi_arvalid(m_axi_arvalid), .m_axi_arready(m_axi_arready),
        .m_axi_rdata(m_axi_rdata), .m_axi_rresp(m_axi_rresp), .m_axi_rlast(m_axi_rlast),
        .m_axi_rvalid(m_axi_rvalid), .m_axi_rready(m_axi_rready));

    // ---- environment ----
    reg started = 0;
    reg [15:0] in_memory;                // data words that the memory owes: of addresses that it took
    wire takes = m_axi_arvalid && m_axi_arready;
    wire [15:0] burst = {8'd0, m_axi_arlen} + 16'd1;
    always @* begin
        if (!started)
            assume (hard_rst);
        assume (!hard_rst || rst);
        assume (!fetch || (ready && !rst));
        assume (!beat || word_ready);
        assume (!m_axi_rvalid || in_memory != 0);
    end
    always @(posedge clk) begin
        started <= 1;
        in_memory <= hard_rst ? 0 : in_memory + (takes ? burst : 0) - m_axi_rvalid;
    end

    // ---- counts since rst ----
    reg [15:0] asked;                    // data words whose address was taken
    reg [15:0] got, used;                // weight words that are whole; that a beat took
    reg [15:0] part;                     // data words of the one that is not whole
    reg [15:0] wanted, begin_at;         // of all phases; where the latest one begins
    reg [31:0] from;                     // its first address
    reg [15:0] old;                      // data words of before rst that are still to come
    wire [15:0] offered = m_axi_arvalid ? burst : 0;
    reg fresh;                           // the address on offer was put there after rst
    wire [31:0] length = fetch_phase ? CHUNKS1 : CHUNKS0;
    reg was_offered;
    reg [63:0] was_addr;
    reg [7:0] was_len;
    always @(posedge clk) begin
        was_offered <= m_axi_arvalid && !m_axi_arready && !hard_rst;
        was_addr <= m_axi_araddr;
        was_len <= m_axi_arlen;
        if (rst) begin
            asked <= 0;
            got <= 0;
            part <= 0;
            used <= 0;
            wanted <= 0;
            begin_at <= 0;
            old <= hard_rst ? 0 : in_memory + offered - m_axi_rvalid;
        end else begin
            if (takes && fresh)
                asked <= asked + burst;
            if (m_axi_rvalid && old == 0) begin
                part <= part == WORD_CHUNKS - 1 ? 0 : part + 1;
                got <= got + (part == WORD_CHUNKS - 1);
            end
            used <= used + beat;
            if (fetch) begin
                wanted <= wanted + length;
                begin_at <= wanted;
                from <= {base[31:12], 12'd0} + (fetch_phase ? PLACE1 * BYTES : 0);
            end
            old <= old - (m_axi_rvalid && old != 0);
        end
    end

    // ---- invariants: the module's registers ----
    localparam integer CREDIT_BITS = $clog2(CAPACITY + 1) + 1;
    localparam integer LEFT_BITS = $clog2(CHUNKS0 + 16 + 1) + 1;
    (* hierconn *) wire \dut.pending , \dut.dropping , \dut.word_done ;
    (* hierconn *) wire [LEFT_BITS-1:0] \dut.left ;
    (* hierconn *) wire [31:0] \dut.place ;
    (* hierconn *) wire [CREDIT_BITS-1:0] \dut.credit , \dut.owed , \dut.stale ;
    (* hierconn *) wire [BUFFER_BITS:0] \dut.words ;
    always @(posedge clk)
        fresh <= !rst && (fresh || !m_axi_arvalid || m_axi_arready);
    wire [15:0] sent = asked + (fresh && m_axi_arvalid ? burst : 0);
    wire [15:0] came = got * WORD_CHUNKS + part;
    wire [15:0] coming = in_memory + offered - old;
    wire [15:0] there = got - used;
    wire [15:0] of_phase = sent - begin_at, all_of_phase = wanted - begin_at;
    wire [15:0] owed = in_memory + offered;
    wire [15:0] left = \dut.pending ? \dut.left : 0;
    wire [15:0] total = sent + left, accounted = came + coming;
    always @* if (started) begin
        // the AXI rule, the kind of bursts, their place
        assert (!was_offered || (m_axi_arvalid && m_axi_araddr == was_addr && m_axi_arlen == was_len));
        assert (m_axi_rready && m_axi_arburst == 1 && (1 << m_axi_arsize) == BYTES);
        assert (!m_axi_arvalid || m_axi_arlen < 16);
        assert (!m_axi_arvalid || m_axi_araddr[11:0] + burst * BYTES <= 4096);
        assert (!m_axi_arvalid || m_axi_araddr % (16 * BYTES) == 0);
        assert (!\dut.pending || from % (16 * BYTES) == 0);
        // each data word of a phase once, in order
        assert (total == wanted);
        assert (!\dut.pending || \dut.left != 0);
        assert (left <= all_of_phase && all_of_phase <= CHUNKS0);
        assert (!\dut.pending || \dut.place == from + of_phase * BYTES);
        assert (!\dut.pending || of_phase % 16 == 0);
        // what is on its way, what is there, what is used up
        assert (owed == \dut.owed );
        assert (\dut.stale == old && \dut.dropping == (old != 0));
        assert (old <= owed && in_memory <= CAPACITY && owed <= CAPACITY);
        assert (old == 0 || (got == 0 && part == 0 && used == 0 && sent == 0));
        assert (accounted == sent);
        assert (coming <= CAPACITY && \dut.credit <= CAPACITY);
        assert (\dut.credit + coming + part + there * WORD_CHUNKS == CAPACITY);
        assert (ready == (!\dut.pending && !\dut.dropping ));
        // ... in words
        assert (part < WORD_CHUNKS && fw_chunk == part && fw_row == got % BUFFER_WORDS);
        assert (fw_we == (m_axi_rvalid && old == 0));
        assert (word_address == used % BUFFER_WORDS);
        assert (\dut.words + \dut.word_done == there && there <= BUFFER_WORDS);
        assert (word_ready == (\dut.words != 0));
    end

    always @* if (started) begin
        cover (used == 2 && wanted == CHUNKS0 + CHUNKS1 && \dut.credit < 16);
        cover (old == 0 && m_axi_rvalid && got == 1);
        cover (old == 3 && m_axi_arvalid);
    end
endmodule

`default_nettype wire
