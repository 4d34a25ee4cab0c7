// SPDX-License-Identifier: Apache-2.0
//
// brds_load: receives a weight image (docs/microarchitecture.md, section 5) and writes memories and
// config words.
//
//   A packet waits until the core is empty and no sequence is open. From its first word on the
//   weights count as absent; they are valid again when the packet had the right header, length and
//   CRC. A packet that is found bad writes nothing from then on and is swallowed up to tlast.
//
// Latency 1 from word to memory write, initiation interval 1 word a cycle.
`default_nettype none

module brds_load #(
    // bits of a stream word: 32, 64, 128, 256, 512
    parameter integer STREAM_BITS = 64,
    // words of a packet, header and CRC included: 4 + PHASES + EDGES + WORDS * chunks + UNIT_ROWS * chunks + 1
    parameter integer IMAGE_WORDS = 32,
    // CRC-32 of the shape text
    parameter [31:0] FINGERPRINT = 32'd0,
    // number of phases and edges
    parameter integer PHASES = 2,
    parameter integer EDGES = 2,
    // weight memory: bits of a word, words (0: the image has none), address bits
    parameter integer WORD_BITS = 96,
    parameter integer WORDS = 8,
    parameter integer WORD_ADDR_BITS = 3,
    // unit memory: bits of a row, rows, address bits
    parameter integer UNIT_BITS = 72,
    parameter integer UNIT_ROWS = 2,
    parameter integer UNIT_ADDR_BITS = 1
) (
    input wire clk,
    input wire rst,                      // a packet being received is given up; weights stay as they are
    input wire hard_rst,                 // no weights
    input wire core_empty,               // nothing runs, no sequence is open
    output reg loading,                  // a packet is being received
    output reg weights_ok,
    // stream
    input wire [STREAM_BITS-1:0] s_axis_w_tdata,
    input wire s_axis_w_tvalid,
    output reg s_axis_w_tready,
    input wire s_axis_w_tlast,
    // memories
    output reg [STREAM_BITS-1:0] ld_data,
    output reg ldw_we,
    output reg [WORD_ADDR_BITS-1:0] ldw_row,
    output reg [15:0] ldw_chunk,
    output reg ldu_we,
    output reg [UNIT_ADDR_BITS-1:0] ldu_row,
    output reg [15:0] ldu_chunk,
    // config words
    output reg cfg_we,
    output reg [7:0] cfg_index,
    output wire [31:0] cfg_data,
    // errors, one cycle: magic, version, fingerprint, length, CRC
    output reg [4:0] error
);
    localparam integer W_CHUNKS = (WORD_BITS + STREAM_BITS - 1) / STREAM_BITS;
    localparam integer U_CHUNKS = (UNIT_BITS + STREAM_BITS - 1) / STREAM_BITS;
    localparam integer W_CHUNK_LAST = W_CHUNKS - 1;
    localparam integer U_CHUNK_LAST = U_CHUNKS - 1;
    localparam integer W_LAST = WORDS - 1;
    localparam integer U_LAST = UNIT_ROWS - 1;
    localparam integer C_LAST = PHASES + EDGES - 1;

    localparam [2:0] IDLE = 3'd0, HEADER = 3'd1, CONFIG = 3'd2, WEIGHTS = 3'd3, UNITS = 3'd4,
                     CRC = 3'd5, CHECK = 3'd6, SWALLOW = 3'd7;

    reg [2:0] state;
    reg [7:0] place;                     // of a header or config word
    reg [15:0] chunk;
    reg [WORD_ADDR_BITS-1:0] w_row;
    reg [UNIT_ADDR_BITS-1:0] u_row;

    wire take = s_axis_w_tvalid && s_axis_w_tready;
    wire start = state == IDLE && s_axis_w_tvalid && core_empty;
    wire [31:0] field = s_axis_w_tdata[31:0];

    // ---- what a word is wrong about ----
    reg [31:0] wanted;
    reg [3:0] wanted_error;
    always @* begin
        case (place[1:0])
            2'd0: begin wanted = 32'h53445242; wanted_error = 4'b0001; end
            2'd1: begin wanted = 32'd1; wanted_error = 4'b0010; end
            2'd2: begin wanted = FINGERPRINT; wanted_error = 4'b0100; end
            default: begin wanted = IMAGE_WORDS; wanted_error = 4'b1000; end
        endcase
    end
    wire bad_header = state == HEADER && field != wanted;
    wire bad_length = (state == CRC) != s_axis_w_tlast;
    wire bad = take && state != SWALLOW && (bad_header || bad_length);

    // ---- place in the packet ----
    wire config_end = place == C_LAST[7:0];
    wire weights_end = chunk == W_CHUNK_LAST[15:0] && w_row == W_LAST[WORD_ADDR_BITS-1:0];
    wire units_end = chunk == U_CHUNK_LAST[15:0] && u_row == U_LAST[UNIT_ADDR_BITS-1:0];
    wire chunk_end = chunk == (state == UNITS ? U_CHUNK_LAST[15:0] : W_CHUNK_LAST[15:0]);
    reg [2:0] next;
    always @* begin
        next = state;
        case (state)
            IDLE: if (start) next = HEADER;
            HEADER: if (take && place[1:0] == 2'd3) next = CONFIG;
            CONFIG: if (take && config_end) next = WORDS != 0 ? WEIGHTS : UNITS;
            WEIGHTS: if (take && weights_end) next = UNITS;
            UNITS: if (take && units_end) next = CRC;
            CRC: if (take) next = CHECK;
            CHECK: next = IDLE;
            default: if (take && s_axis_w_tlast) next = IDLE;
        endcase
        if (bad)
            next = s_axis_w_tlast ? IDLE : SWALLOW;
    end

    always @(posedge clk) begin
        if (rst) begin
            state <= IDLE;
            loading <= 1'b0;
            s_axis_w_tready <= 1'b0;
        end else begin
            state <= next;
            loading <= next != IDLE;
            s_axis_w_tready <= next != IDLE && next != CHECK;
        end
    end

    always @(posedge clk) begin
        if (state == IDLE)
            place <= 8'd0;
        else if (take)
            place <= state == HEADER && place[1:0] == 2'd3 ? 8'd0 : place + 8'd1;
        if (state == CONFIG)
            chunk <= 16'd0;
        else if (take)
            chunk <= chunk_end ? 16'd0 : chunk + 16'd1;
    end

    always @(posedge clk) begin
        if (state == CONFIG) begin
            w_row <= {WORD_ADDR_BITS{1'b0}};
            u_row <= {UNIT_ADDR_BITS{1'b0}};
        end else if (take && chunk_end) begin
            if (state == WEIGHTS)
                w_row <= w_row + 1'b1;
            if (state == UNITS)
                u_row <= u_row + 1'b1;
        end
    end

    // ---- writes ----
    always @(posedge clk) begin
        ld_data <= s_axis_w_tdata;
        ldw_we <= take && state == WEIGHTS && !bad && !rst;
        ldw_row <= w_row;
        ldw_chunk <= chunk;
        ldu_we <= take && state == UNITS && !bad && !rst;
        ldu_row <= u_row;
        ldu_chunk <= chunk;
        cfg_we <= take && state == CONFIG && !bad && !rst;
        cfg_index <= place;
    end
    assign cfg_data = ld_data[31:0];

    // ---- CRC and verdict ----
    wire [31:0] crc;
    brds_crc32 #(.STREAM_BITS(STREAM_BITS)) crc_i (
        .clk(clk), .start(state == IDLE), .valid(take && state != CRC), .data(s_axis_w_tdata), .crc(crc));

    wire crc_good = ld_data[31:0] == crc;
    always @(posedge clk) begin
        error <= 5'd0;
        if (!rst) begin
            if (bad)
                error[3:0] <= bad_header ? wanted_error : 4'b1000;
            error[4] <= state == CHECK && !crc_good;
        end
    end

    always @(posedge clk) begin
        if (hard_rst)
            weights_ok <= 1'b0;
        else if (!rst && (start || state == CHECK))
            weights_ok <= state == CHECK && crc_good;
    end
endmodule

`default_nettype wire
