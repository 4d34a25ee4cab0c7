// SPDX-License-Identifier: Apache-2.0
//
// brds_load: every word of an image is written once, to its place, in the cycle after it was taken, and
// nothing is written once a word was found wrong; the error bit is that of the first word found wrong;
// a bad packet is swallowed up to its tlast; the weights are absent from the first cycle on and are
// valid again exactly when a whole good image with the right CRC has come.  A packet starts in an empty
// core only, and then its words are taken one a cycle.
//
// The reference counts the words of the packet (`count`) and knows of no states.  The CRC is anything
// (crc_model.v): the words that it is given are checked here, what it makes of them by crc32.v.  IMAGE_WORDS is what the image's parts add up to, as the generator makes it.
`default_nettype none

module load #(
    parameter integer STREAM_BITS = 32,
    parameter [31:0] FINGERPRINT = 32'h12345678,
    parameter integer PHASES = 2,
    parameter integer EDGES = 2,
    parameter integer WORD_BITS = 80,
    parameter integer WORDS = 5,
    parameter integer WORD_ADDR_BITS = 3,
    parameter integer UNIT_BITS = 72,
    parameter integer UNIT_ROWS = 2,
    parameter integer UNIT_ADDR_BITS = 1
) (
    input wire clk,
    input wire rst,
    input wire hard_rst,
    input wire core_empty,
    input wire [STREAM_BITS-1:0] tdata,
    input wire tvalid,
    input wire tlast
);
    localparam integer W_CHUNKS = (WORD_BITS + STREAM_BITS - 1) / STREAM_BITS;
    localparam integer U_CHUNKS = (UNIT_BITS + STREAM_BITS - 1) / STREAM_BITS;
    // word number of the first config word, weight chunk, unit chunk, and of the CRC
    localparam integer AT_CONFIG = 4;
    localparam integer AT_WEIGHTS = AT_CONFIG + PHASES + EDGES;
    localparam integer AT_UNITS = AT_WEIGHTS + WORDS * W_CHUNKS;
    localparam integer AT_CRC = AT_UNITS + UNIT_ROWS * U_CHUNKS;
    localparam integer IMAGE_WORDS = AT_CRC + 1;

    wire loading, weights_ok, tready, ldw_we, ldu_we, cfg_we;
    wire [STREAM_BITS-1:0] ld_data;
    wire [WORD_ADDR_BITS-1:0] ldw_row;
    wire [UNIT_ADDR_BITS-1:0] ldu_row;
    wire [15:0] ldw_chunk, ldu_chunk;
    wire [7:0] cfg_index;
    wire [31:0] cfg_data;
    wire [4:0] error;
    brds_load #(
        .STREAM_BITS(STREAM_BITS), .IMAGE_WORDS(IMAGE_WORDS), .FINGERPRINT(FINGERPRINT), .PHASES(PHASES),
        .EDGES(EDGES), .WORD_BITS(WORD_BITS), .WORDS(WORDS), .WORD_ADDR_BITS(WORD_ADDR_BITS),
        .UNIT_BITS(UNIT_BITS), .UNIT_ROWS(UNIT_ROWS), .UNIT_ADDR_BITS(UNIT_ADDR_BITS)
    ) dut (
        .clk(clk), .rst(rst), .hard_rst(hard_rst), .core_empty(core_empty), .loading(loading),
        .weights_ok(weights_ok), .s_axis_w_tdata(tdata), .s_axis_w_tvalid(tvalid), .s_axis_w_tready(tready),
        .s_axis_w_tlast(tlast), .ld_data(ld_data), .ldw_we(ldw_we), .ldw_row(ldw_row), .ldw_chunk(ldw_chunk),
        .ldu_we(ldu_we), .ldu_row(ldu_row), .ldu_chunk(ldu_chunk), .cfg_we(cfg_we), .cfg_index(cfg_index),
        .cfg_data(cfg_data), .error(error));

    // ---- environment ----
    reg started = 0;
    always @(posedge clk) started <= 1;
    always @* begin
        if (!started)
            assume (rst && hard_rst);
        assume (!hard_rst || rst);
    end

    // ---- reference ----
    reg receiving;                       // a packet was started and its tlast not taken
    reg bad;                             // a word of it was wrong
    reg [11:0] count;                    // its words taken so far
    (* hierconn *) wire [31:0] \dut.crc_i.crc ;
    reg judged;                          // in this cycle the last word's CRC is compared
    reg right_header;
    always @* case (count)
        0: right_header = tdata[31:0] == 32'h53445242;
        1: right_header = tdata[31:0] == 32'd1;
        2: right_header = tdata[31:0] == FINGERPRINT;
        3: right_header = tdata[31:0] == IMAGE_WORDS;
        default: right_header = 1;
    endcase
    wire take = tvalid && tready;
    wire right_length = tlast == (count == AT_CRC);
    wire good = !bad && right_header && right_length;
    reg present;                         // weights
    wire crc_right = took_data[31:0] == \dut.crc_i.crc ;

    // what was taken in the cycle before
    reg took, took_good, took_first_bad, took_bad_header;
    reg [11:0] took_count;
    reg [STREAM_BITS-1:0] took_data;
    reg was_receiving, was_empty, was_judged, was_waiting;
    always @(posedge clk) begin
        took <= take && !rst;
        took_good <= good;
        took_first_bad <= !bad && !good;
        took_bad_header <= !right_header;
        took_count <= count;
        took_data <= tdata;
        was_empty <= core_empty;
        was_receiving <= receiving && !rst;
        was_judged <= judged && !rst;
        was_waiting <= tvalid && core_empty && !rst && !judged;
        if (rst) begin
            receiving <= 0;
            judged <= 0;
            count <= 0;
            bad <= 0;
        end else begin
            judged <= take && good && count == AT_CRC;
            if (take) begin
                receiving <= !tlast;
                count <= tlast ? 0 : count + 1;
                bad <= !tlast && !good;
            end else if (!judged && tvalid && core_empty)
                receiving <= 1;
        end
        if (hard_rst)
            present <= 0;
        else if (!rst) begin
            if (judged)
                present <= crc_right;
            else if (!receiving && tvalid && core_empty)
                present <= 0;
        end
    end

    // the word of a row and chunk; an image of a proof has less than 4096 words
    function [11:0] weight_number(input [11:0] row, input [11:0] chunk);
        weight_number = AT_WEIGHTS + row * W_CHUNKS + chunk;
    endfunction
    function [11:0] unit_number(input [11:0] row, input [11:0] chunk);
        unit_number = AT_UNITS + row * U_CHUNKS + chunk;
    endfunction

    // ---- properties ----
    (* hierconn *) wire \dut.crc_i.start , \dut.crc_i.valid ;
    (* hierconn *) wire [STREAM_BITS-1:0] \dut.crc_i.data ;
    always @* if (started) begin
        // one word a cycle while a packet is received, none else
        assert (tready == receiving);
        assert (loading == (receiving || judged));
        assert (!(receiving && !was_receiving) || was_empty);
        assert (!was_waiting || receiving || judged || took);
        // each word to its place
        assert (ldw_we == (took && took_good && took_count >= AT_WEIGHTS && took_count < AT_UNITS));
        assert (ldu_we == (took && took_good && took_count >= AT_UNITS && took_count < AT_CRC));
        assert (cfg_we == (took && took_good && took_count >= AT_CONFIG && took_count < AT_WEIGHTS));
        assert (!ldw_we || (took_count == weight_number(ldw_row, ldw_chunk) && ldw_chunk < W_CHUNKS));
        assert (!ldu_we || (took_count == unit_number(ldu_row, ldu_chunk) && ldu_chunk < U_CHUNKS));
        assert (!cfg_we || took_count == AT_CONFIG + cfg_index);
        assert (!ldw_we && !ldu_we || ld_data == took_data);
        assert (!cfg_we || cfg_data == took_data[31:0]);
        // every word before the last is in the CRC
        assert (\dut.crc_i.start == (!receiving && !judged));
        assert (\dut.crc_i.valid == (take && count != AT_CRC || take && bad && count == AT_CRC));
        assert (\dut.crc_i.data == tdata);
        // weights and errors
        assert (weights_ok == present);
        assert (!loading || !weights_ok);
        assert (error[3:0] == (!(took && took_first_bad) ? 4'd0
                               : took_bad_header ? 4'd1 << took_count[1:0] : 4'd8));
        assert (!error[4] || was_judged);
        assert (!was_judged || hard_was || error[4] == !weights_ok);
    end
    reg hard_was;
    always @(posedge clk) hard_was <= hard_rst;

    // ---- invariants ----
    localparam [2:0] IDLE = 3'd0, HEADER = 3'd1, CONFIG = 3'd2, WEIGHTS = 3'd3, UNITS = 3'd4, CRC = 3'd5,
                     CHECK = 3'd6, SWALLOW = 3'd7;
    (* hierconn *) wire [2:0] \dut.state ;
    (* hierconn *) wire [7:0] \dut.place ;
    (* hierconn *) wire [15:0] \dut.chunk ;
    (* hierconn *) wire [WORD_ADDR_BITS-1:0] \dut.w_row ;
    (* hierconn *) wire [UNIT_ADDR_BITS-1:0] \dut.u_row ;
    reg [2:0] state;
    always @*
        if (judged) state = CHECK;
        else if (!receiving) state = IDLE;
        else if (bad) state = SWALLOW;
        else if (count < AT_CONFIG) state = HEADER;
        else if (count < AT_WEIGHTS) state = CONFIG;
        else if (count < AT_UNITS) state = WEIGHTS;
        else if (count < AT_CRC) state = UNITS;
        else state = CRC;
    always @* if (started) begin
        assert (\dut.state == state);
        assert (receiving || (count == 0 && !bad));
        assert (!judged || !receiving);
        assert (state != HEADER || \dut.place == count);
        assert (state != CONFIG || \dut.place == count - AT_CONFIG);
        assert (state != WEIGHTS || (count == weight_number(\dut.w_row , \dut.chunk )
                && \dut.chunk < W_CHUNKS && \dut.w_row < WORDS && \dut.u_row == 0));
        assert (state != UNITS || (count == unit_number(\dut.u_row , \dut.chunk )
                && \dut.chunk < U_CHUNKS && \dut.u_row < UNIT_ROWS));
        assert (bad || count <= AT_CRC);
    end

    // ---- reachable ----
    always @* if (started) begin
        cover (weights_ok && loading == 0 && tvalid);
        cover (error[4]);
        cover (error[2]);
        cover (error[3] && took_count == AT_CRC);
        cover (bad && count == 7);
    end
endmodule

`default_nettype wire
