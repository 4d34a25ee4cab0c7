// SPDX-License-Identifier: Apache-2.0
//
// Purpose: the core of this folder behind an SPI port, for a board with an iCE40 UP5K: six signals
// in place of the core's 79.
//
// The host is SPI master (mode 0, most significant bit first, sck at most clk / 6). Every transfer is 40 bits
// while cs_n is low, in both directions at once:
//
//   bit     39    38     37     36     35..34  33..32  31..0
//   mosi    put   take   -      tlast  -       tuser   s_axis_x_tdata
//   miso    free  valid  error  tlast  tuser   0       m_axis_y_tdata
//
//   free   the port can take a word; with put = 1 it takes the word of this transfer
//   valid  bits 36, 35..34 and 31..0 are a result; with take = 1 the next transfer shows the next one
//
// put and take without free and valid do nothing, so that a host may always send both, and look at free and
// valid to see what has come of it. They act when cs_n rises, after exactly 40 bits; miso shows what was so
// when cs_n fell.
// Latency: three clocks from the rise of cs_n to the core.
`default_nettype none

module board (
    input  wire clk,
    // push button, active low: reset
    input  wire button_n,
    input  wire cs_n,
    input  wire sck,
    input  wire mosi,
    output wire miso,
    // light, active low: a sticky error bit of the core is set
    output wire light_n
);
    // ---- reset: 15 clocks after configuration (registers start at 0), and while the button is down ----

    reg [3:0] waited = 4'd0;
    reg [1:0] button = 2'd0;
    wire      rst = waited != 4'd15;
    always @(posedge clk) begin
        button <= {button[0], button_n};
        waited <= !button[1] ? 4'd0 : rst ? waited + 4'd1 : waited;
    end

    // ---- the pins, in the clock's domain; the third register finds the edges ----

    reg [2:0] cs_n_line, sck_line;
    reg [1:0] mosi_line;
    always @(posedge clk) begin
        cs_n_line <= {cs_n_line[1:0], cs_n};
        sck_line <= {sck_line[1:0], sck};
        mosi_line <= {mosi_line[0], mosi};
    end
    wire selected = !cs_n_line[1];
    wire begins = selected && cs_n_line[2];
    wire ends = !selected;
    wire rises = sck_line[1] && !sck_line[2];
    wire falls = !sck_line[1] && sck_line[2];

    // ---- the core ----

    reg         put_full;
    reg  [31:0] put_data;
    reg  [1:0]  put_user;
    reg         put_last;
    wire        put_taken;
    wire        shown_valid;
    wire [31:0] shown_data;
    wire [1:0]  shown_user;
    wire        shown_last;
    wire        error;
    reg         take;

    tiny_ice40 u_core (
        .clk(clk), .rst(rst),
        .s_axis_x_tdata(put_data), .s_axis_x_tvalid(put_full), .s_axis_x_tready(put_taken),
        .s_axis_x_tlast(put_last), .s_axis_x_tuser({1'b0, put_user}),
        .m_axis_y_tdata(shown_data), .m_axis_y_tvalid(shown_valid), .m_axis_y_tready(take),
        .m_axis_y_tlast(shown_last), .m_axis_y_tuser(shown_user),
        .error(error)
    );

    // ---- one shift register for both directions ----

    reg [39:0] frame;  // out at the top, in at the bottom
    reg        sample; // mosi at the rise of sck; it is shifted in at the fall
    reg [5:0]  count;  // bits of this transfer, 63: too many
    reg        free;   // shown in this transfer
    reg        valid;
    wire       whole = ends && count == 6'd40;
    wire       put = whole && frame[39] && free;

    always @(posedge clk)
        if (begins) begin
            free <= !put_full;
            valid <= shown_valid;
            frame <= {!put_full, shown_valid, error, shown_last, shown_user, 2'b00, shown_data};
            count <= 6'd0;
        end else if (selected && rises) begin
            sample <= mosi_line[1];
        end else if (selected && falls) begin
            frame <= {frame[38:0], sample};
            count <= (count == 6'd63) ? count : count + 6'd1;
        end else if (ends) begin
            count <= 6'd0;
        end

    always @(posedge clk)
        if (rst) begin
            put_full <= 1'b0;
            take <= 1'b0;
        end else begin
            put_full <= put || (put_full && !put_taken);
            take <= whole && frame[38] && valid;
        end
    always @(posedge clk)
        if (put) begin
            put_data <= frame[31:0];
            put_user <= frame[33:32];
            put_last <= frame[36];
        end

    assign miso = frame[39];
    assign light_n = !error;
endmodule

`default_nettype wire
