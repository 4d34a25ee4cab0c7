// SPDX-License-Identifier: Apache-2.0
//
// brds_yout: every element of every vector that the lanes write leaves once, in order, in its word and
// place, sign-extended, with the vector's flags; zeros past the end; m_axis_y keeps the AXI4-Stream
// rule; a waiting vector is on m_axis_y within three cycles and then leaves word by word without a gap.
//
// Vectors are numbered modulo 4: two are in the buffers at most.  One element of one vector is watched,
// both chosen by the solver.  The environment is brds_ctrl's and brds_post's promise: a vector is written
// only while at most one other is in the buffers (out_used), each of its rows before or with y_done.
`default_nettype none

module yout #(
    parameter integer ELEMS = 2,
    parameter integer OUT_BITS = 16,
    parameter integer Y_CONTAINER = 16,
    parameter integer STREAM_BITS = 64,
    parameter integer OUTPUT_SIZE = 5,
    parameter integer USER_BITS = 2,
    parameter integer Y_ROW_BITS = 2
) (
    input wire clk,
    input wire rst,
    input wire [ELEMS-1:0] y_we,
    input wire [Y_ROW_BITS-1:0] y_row,
    input wire [ELEMS*OUT_BITS-1:0] y_data,
    input wire y_done,
    input wire [USER_BITS-1:0] y_user,
    input wire m_axis_y_tready
);
    wire y_release;
    wire [STREAM_BITS-1:0] m_axis_y_tdata;
    wire m_axis_y_tvalid, m_axis_y_tlast;
    wire [USER_BITS-1:0] m_axis_y_tuser;
    brds_yout #(
        .ELEMS(ELEMS), .OUT_BITS(OUT_BITS), .Y_CONTAINER(Y_CONTAINER), .STREAM_BITS(STREAM_BITS),
        .OUTPUT_SIZE(OUTPUT_SIZE), .USER_BITS(USER_BITS), .Y_ROW_BITS(Y_ROW_BITS)
    ) dut (
        .clk(clk), .rst(rst), .y_we(y_we), .y_row(y_row), .y_data(y_data), .y_done(y_done),
        .y_user(y_user), .y_release(y_release), .m_axis_y_tdata(m_axis_y_tdata),
        .m_axis_y_tvalid(m_axis_y_tvalid), .m_axis_y_tready(m_axis_y_tready),
        .m_axis_y_tlast(m_axis_y_tlast), .m_axis_y_tuser(m_axis_y_tuser));

    localparam integer SE = STREAM_BITS / Y_CONTAINER;
    localparam integer WORDS = (OUTPUT_SIZE + SE - 1) / SE;
    localparam integer ROWS = (OUTPUT_SIZE + ELEMS - 1) / ELEMS;
    localparam integer BANKS = SE > ELEMS ? SE / ELEMS : 1;
    localparam integer PARTS = ELEMS > SE ? ELEMS / SE : 1;
    localparam integer DEPTH = (OUTPUT_SIZE + BANKS * ELEMS - 1) / (BANKS * ELEMS);
    localparam integer LINE_BITS = DEPTH > 1 ? $clog2(DEPTH) : 1;
    localparam integer PART_BITS = $clog2(PARTS);

    // ---- environment ----
    reg started = 0;
    always @(posedge clk) started <= 1;
    always @* if (!started) assume (rst);

    (* anyconst *) reg [1:0] vector;     // the watched vector
    (* anyconst *) reg [15:0] element;   // and its watched element
    wire [15:0] its_row = element / ELEMS;
    wire [15:0] its_lane = element % ELEMS;
    wire [15:0] its_word = element / SE;
    wire [15:0] its_place = element % SE;
    wire [15:0] its_line = element / (BANKS * ELEMS);
    wire [15:0] its_bank = its_row % BANKS;
    always @* assume (element < OUTPUT_SIZE);

    reg [1:0] in_vector, out_vector;     // being written; leaving
    reg [15:0] out_word;
    wire [1:0] waiting = in_vector - out_vector;
    wire writes_it = |y_we && in_vector == vector && y_row == its_row;
    reg live;                            // the element is written; its flags, its value
    reg [USER_BITS-1:0] live_user;
    reg [OUT_BITS-1:0] value;
    wire leaves = m_axis_y_tvalid && m_axis_y_tready;

    always @* begin
        assume (!(|y_we || y_done) || waiting < 2);
        assume (!(|y_we) || y_row < ROWS);
        assume (!y_done || in_vector != vector || live || writes_it);
    end

    always @(posedge clk) begin
        if (rst) begin
            in_vector <= 0;
            out_vector <= 0;
            out_word <= 0;
            live <= 0;
        end else begin
            in_vector <= in_vector + y_done;
            if (leaves) begin
                out_word <= m_axis_y_tlast ? 0 : out_word + 1;
                out_vector <= out_vector + m_axis_y_tlast;
            end
            if (writes_it)
                live <= 1;
            else if (leaves && m_axis_y_tlast && out_vector == vector)
                live <= 0;
        end
        if (writes_it)
            value <= y_data[its_lane*OUT_BITS +: OUT_BITS];
        if (y_done && in_vector == vector)
            live_user <= y_user;
    end

    // ---- properties ----
    wire its_turn = m_axis_y_tvalid && out_vector == vector;
    wire signed [OUT_BITS-1:0] signed_value = value;
    wire signed [Y_CONTAINER-1:0] extended = signed_value;
    always @* if (started) begin
        assert (waiting <= 2);
        assert (!m_axis_y_tvalid || waiting != 0);
        assert (!m_axis_y_tvalid || m_axis_y_tlast == (out_word == WORDS - 1));
        assert (!its_turn || live);
        assert (!its_turn || m_axis_y_tuser == live_user);
        assert (!(its_turn && out_word == its_word)
                || m_axis_y_tdata[its_place*Y_CONTAINER +: Y_CONTAINER] == extended);
        assert (y_release == (leaves && m_axis_y_tlast));
    end

    genvar i;
    generate
        for (i = 0; i < SE; i = i + 1) begin : g_zero
            if ((WORDS - 1) * SE + i >= OUTPUT_SIZE) begin : g_past
                always @* assert (!(started && m_axis_y_tvalid && m_axis_y_tlast)
                                  || m_axis_y_tdata[i*Y_CONTAINER +: Y_CONTAINER] == 0);
            end
        end
    endgenerate

    reg stalled = 0;                     // the word was there and was not taken
    reg [STREAM_BITS-1:0] stalled_data;
    reg [USER_BITS:0] stalled_flags;
    reg [2:0] idle;                      // cycles for which a vector has waited for its first word
    always @(posedge clk) begin
        stalled <= !rst && m_axis_y_tvalid && !m_axis_y_tready;
        stalled_data <= m_axis_y_tdata;
        stalled_flags <= {m_axis_y_tlast, m_axis_y_tuser};
        idle <= rst || m_axis_y_tvalid || waiting == 0 ? 0 : idle + 1;
    end
    always @* if (started) begin
        assert (!stalled || m_axis_y_tvalid);
        assert (!stalled || m_axis_y_tdata == stalled_data);
        assert (!stalled || {m_axis_y_tlast, m_axis_y_tuser} == stalled_flags);
        assert (idle <= 2);
        assert (out_word == 0 || m_axis_y_tvalid);
    end

    // ---- invariants: what the registers hold ----
    (* hierconn *) wire [1:0] \dut.full ;
    (* hierconn *) wire \dut.w_buffer , \dut.r_buffer , \dut.a_valid , \dut.a_end ;
    (* hierconn *) wire [USER_BITS-1:0] \dut.b_user_0 , \dut.b_user_1 , \dut.a_user ;
    (* hierconn *) wire [LINE_BITS+PART_BITS-1:0] \dut.word ;
    (* hierconn *) wire [BANKS*ELEMS*OUT_BITS-1:0] \dut.line ;
    (* hierconn *) wire [(PART_BITS > 0 ? PART_BITS : 1)-1:0] \dut.g_part.part ;
    (* hierconn *) wire [LINE_BITS:0] \dut.g_bank[0].memory.watched , \dut.g_bank[1].memory.watched ,
        \dut.g_bank[2].memory.watched , \dut.g_bank[3].memory.watched ;
    (* hierconn *) wire [ELEMS*OUT_BITS-1:0] \dut.g_bank[0].memory.kept , \dut.g_bank[1].memory.kept ,
        \dut.g_bank[2].memory.kept , \dut.g_bank[3].memory.kept ;
    wire [4*LINE_BITS+3:0] watched = {\dut.g_bank[3].memory.watched , \dut.g_bank[2].memory.watched ,
        \dut.g_bank[1].memory.watched , \dut.g_bank[0].memory.watched };
    wire [4*ELEMS*OUT_BITS-1:0] kept = {\dut.g_bank[3].memory.kept , \dut.g_bank[2].memory.kept ,
        \dut.g_bank[1].memory.kept , \dut.g_bank[0].memory.kept };
    wire [LINE_BITS:0] its_watched = watched[its_bank*(LINE_BITS+1) +: LINE_BITS+1];
    wire [ELEMS*OUT_BITS-1:0] its_kept = kept[its_bank*ELEMS*OUT_BITS +: ELEMS*OUT_BITS];
    always @* assume (its_watched == {vector[0], its_line[LINE_BITS-1:0]});

    // (vector, word): on m_axis_y, in the memory's read register, next to be read
    function [17:0] after(input [17:0] at, input one);
        after = !one ? at : at[15:0] == WORDS - 1 ? {at[17:16] + 2'd1, 16'd0} : at + 18'd1;
    endfunction
    wire [17:0] at_b = {out_vector, out_word};
    wire [17:0] at_a = after(at_b, m_axis_y_tvalid);
    wire [17:0] at_read = after(at_a, \dut.a_valid );
    wire [1:0] read_vector = in_vector - \dut.full ;
    wire [1:0] age = in_vector - vector;
    wire complete = age != 0 && age <= waiting;  // the watched vector is in the buffers
    wire in_a = \dut.a_valid && at_a[17:16] == vector;
    always @* if (started) begin
        assert (out_word < WORDS);
        assert (\dut.full <= 2);
        assert (out_word == 0 || waiting != 0);
        assert (\dut.word == 0 || \dut.full != 0);
        assert (!m_axis_y_tvalid || m_axis_y_tlast || \dut.a_valid );
        assert (at_read[17:16] == read_vector);
        assert (at_read[15:0] == \dut.word );
        assert (\dut.w_buffer == in_vector[0]);
        assert (\dut.r_buffer == read_vector[0]);
        assert (!\dut.a_valid || waiting != 0);
        assert (!\dut.a_valid || \dut.a_end == (at_a[15:0] == WORDS - 1));
        assert (!\dut.a_valid || at_a[17:16] != in_vector);
        assert (!complete || live);
        assert (!live || age <= waiting);
        assert (!complete || (vector[0] ? \dut.b_user_1 : \dut.b_user_0 ) == live_user);
        assert (!in_a || \dut.a_user == live_user);
        assert (!live || its_kept[its_lane*OUT_BITS +: OUT_BITS] == value);
        assert (!(in_a && at_a[15:0] == its_word)
                || \dut.line [(element % (BANKS*ELEMS))*OUT_BITS +: OUT_BITS] == value);
        assert (PARTS == 1 || !\dut.a_valid || \dut.g_part.part == at_a[15:0] % PARTS);
    end

    // ---- reachable ----
    reg [1:0] many = 0;                  // vectors that left without a gap
    always @(posedge clk)
        if (rst || !leaves)
            many <= 0;
        else if (m_axis_y_tlast && many != 3)
            many <= many + 1;
    always @* if (started) begin
        cover (stalled && waiting == 2 && m_axis_y_tlast);
        cover (its_turn && leaves && out_word == its_word && extended == {Y_CONTAINER{1'b1}} && stalled);
        cover (many == 2);
    end
endmodule

`default_nettype wire
