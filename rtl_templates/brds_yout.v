// SPDX-License-Identifier: Apache-2.0
//
// brds_yout: two output buffers and m_axis_y (docs/microarchitecture.md, section 9).
//
//   The element lanes write rows of ELEMS elements; a vector leaves in words of
//   STREAM_BITS / Y_CONTAINER sign-extended elements, zeros past its end. brds_ctrl claims a buffer
//   before a phase that writes one starts, so that a write always finds its buffer free.
//
// Latency: y_done in cycle w, first word in w + 3. Initiation interval: one word a cycle, vectors
// following each other without a gap.
`default_nettype none

module brds_yout #(
    // element lanes
    parameter integer ELEMS = 2,
    // bits of an element, of its container, of a stream word
    parameter integer OUT_BITS = 16,
    parameter integer Y_CONTAINER = 16,
    parameter integer STREAM_BITS = 64,
    // elements of a vector
    parameter integer OUTPUT_SIZE = 5,
    // bits of tuser: last step, first step, above them the stream
    parameter integer USER_BITS = 2,
    // bits of a row number: max(1, clog2(ceil(OUTPUT_SIZE / ELEMS)))
    parameter integer Y_ROW_BITS = 2
) (
    input wire clk,
    input wire rst,
    // element lanes
    input wire [ELEMS-1:0] y_we,
    input wire [Y_ROW_BITS-1:0] y_row,
    input wire [ELEMS*OUT_BITS-1:0] y_data,
    input wire y_done,                   // with a vector's last write
    input wire [USER_BITS-1:0] y_user,
    output wire y_release,               // a vector's last word leaves
    // stream
    output reg [STREAM_BITS-1:0] m_axis_y_tdata,
    output reg m_axis_y_tvalid,
    input wire m_axis_y_tready,
    output reg m_axis_y_tlast,
    output reg [USER_BITS-1:0] m_axis_y_tuser
);
    localparam integer SE = STREAM_BITS / Y_CONTAINER;
    localparam integer WORDS = (OUTPUT_SIZE + SE - 1) / SE;
    localparam integer LAST_ELEMS = OUTPUT_SIZE - (WORDS - 1) * SE;
    localparam integer BANKS = SE > ELEMS ? SE / ELEMS : 1;  // rows read at once
    localparam integer PARTS = ELEMS > SE ? ELEMS / SE : 1;  // words of a row
    localparam integer BANK_BITS = $clog2(BANKS);
    localparam integer PART_BITS = $clog2(PARTS);
    localparam integer DEPTH = (OUTPUT_SIZE + BANKS * ELEMS - 1) / (BANKS * ELEMS);
    localparam integer LINE_BITS = DEPTH > 1 ? $clog2(DEPTH) : 1;
    // a word number covers a line number and the part below it
    localparam integer COUNT_BITS = LINE_BITS + PART_BITS;
    localparam integer WORDS_M1 = WORDS - 1;
    localparam integer ROW_BITS = BANK_BITS + LINE_BITS;

    // ---- write ----
    reg w_buffer;
    wire [ROW_BITS-1:0] w_row;
    generate
        if (ROW_BITS > Y_ROW_BITS) begin : g_row_wide
            assign w_row = {{(ROW_BITS-Y_ROW_BITS){1'b0}}, y_row};
        end else if (ROW_BITS == Y_ROW_BITS) begin : g_row_same
            assign w_row = y_row;
        end else begin : g_row_narrow
            // one line: the row number has a bit that is always 0
            wire unused = &{1'b0, y_row[Y_ROW_BITS-1:ROW_BITS]};
            assign w_row = y_row[ROW_BITS-1:0];
        end
    endgenerate

    reg [USER_BITS-1:0] b_user_0, b_user_1; // by buffer
    always @(posedge clk) begin
        if (rst)
            w_buffer <= 1'b0;
        else if (y_done)
            w_buffer <= !w_buffer;
        if (y_done && !w_buffer)
            b_user_0 <= y_user;
        if (y_done && w_buffer)
            b_user_1 <= y_user;
    end

    // ---- read ----
    reg [1:0] full;                      // buffers not yet read to the end
    reg r_buffer;
    reg [COUNT_BITS-1:0] word;
    reg a_valid, a_end;
    reg [USER_BITS-1:0] a_user;
    wire b_go = !m_axis_y_tvalid || m_axis_y_tready;
    wire a_go = !a_valid || b_go;
    wire read = full != 2'd0 && a_go;
    wire word_end = word == WORDS_M1[COUNT_BITS-1:0];
    wire read_end = read && word_end;

    always @(posedge clk) begin
        if (rst) begin
            full <= 2'd0;
            r_buffer <= 1'b0;
            word <= {COUNT_BITS{1'b0}};
            a_valid <= 1'b0;
        end else begin
            full <= full + {1'b0, y_done} - {1'b0, read_end};
            r_buffer <= r_buffer ^ read_end;
            if (read)
                word <= word_end ? {COUNT_BITS{1'b0}} : word + 1'b1;
            if (a_go)
                a_valid <= full != 2'd0;
        end
        if (read) begin
            a_end <= word_end;
            a_user <= r_buffer ? b_user_1 : b_user_0;
        end
    end

    wire [BANKS*ELEMS*OUT_BITS-1:0] line;
    wire [LINE_BITS-1:0] r_line = word[COUNT_BITS-1:PART_BITS];
    genvar i;
    generate
        for (i = 0; i < BANKS; i = i + 1) begin : g_bank
            wire mine;
            if (BANKS > 1) begin : g_some
                localparam integer BANK = i;
                assign mine = w_row[BANK_BITS-1:0] == BANK[BANK_BITS-1:0];
            end else begin : g_one
                assign mine = 1'b1;
            end
            brds_sdp #(.BITS(ELEMS*OUT_BITS), .ADDR_BITS(LINE_BITS+1)) memory (
                .clk(clk), .we(|y_we && mine), .waddr({w_buffer, w_row[ROW_BITS-1:BANK_BITS]}), .wdata(y_data),
                .re(read), .raddr({r_buffer, r_line}), .rdata(line[ELEMS*OUT_BITS*i +: ELEMS*OUT_BITS]));
        end
    endgenerate

    // ---- a word of the line, sign-extended ----
    wire [SE*OUT_BITS-1:0] elements;
    generate
        if (PARTS > 1) begin : g_part
            reg [PART_BITS-1:0] part;
            always @(posedge clk)
                if (read)
                    part <= word[PART_BITS-1:0];
            assign elements = line[SE*OUT_BITS*part +: SE*OUT_BITS];
        end else begin : g_whole
            assign elements = line;
        end
    endgenerate

    wire [STREAM_BITS-1:0] data;
    generate
        for (i = 0; i < SE; i = i + 1) begin : g_elem
            wire [OUT_BITS-1:0] element = i < LAST_ELEMS || !a_end ? elements[OUT_BITS*i +: OUT_BITS]
                                                                   : {OUT_BITS{1'b0}};
            if (Y_CONTAINER > OUT_BITS) begin : g_extend
                assign data[Y_CONTAINER*i +: Y_CONTAINER] =
                    {{(Y_CONTAINER-OUT_BITS){element[OUT_BITS-1]}}, element};
            end else begin : g_same
                assign data[Y_CONTAINER*i +: Y_CONTAINER] = element;
            end
        end
    endgenerate

    always @(posedge clk) begin
        if (rst)
            m_axis_y_tvalid <= 1'b0;
        else if (b_go)
            m_axis_y_tvalid <= a_valid;
        if (b_go) begin
            m_axis_y_tdata <= data;
            m_axis_y_tlast <= a_end;
            m_axis_y_tuser <= a_user;
        end
    end
    assign y_release = m_axis_y_tvalid && m_axis_y_tready && m_axis_y_tlast;
endmodule

`default_nettype wire
