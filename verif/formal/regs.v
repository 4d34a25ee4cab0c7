// SPDX-License-Identifier: Apache-2.0
//
// The rendered AXI4-Lite block (macro REGS: its name): every write and every read is answered once, in
// order, with the response that docs/registers.md says, two cycles after it is complete at the latest
// if the answer before has been taken; an answer is stable until it is taken and none comes without a
// request; the next request is accepted at the latest when the answer has been taken.  A write changes
// CONTROL.enable under its byte strobe, pulses the other fields for one cycle, and no other write
// does; a counter is read as it is, and its high word is that of the cycle in which its low word was read.
//
// Requests are numbered modulo 4.  One write, one read, one counter of 64 bits and one of 32 are watched, chosen by
// the solver.  The
// master obeys AXI4: what is valid stays until it is ready.
`default_nettype none

module regs (
    input wire clk,
    input wire rst,
    input wire [11:0] awaddr,
    input wire awvalid,
    input wire [31:0] wdata,
    input wire [3:0] wstrb,
    input wire wvalid,
    input wire bready,
    input wire [11:0] araddr,
    input wire arvalid,
    input wire rready,
    input wire [12:0] error,
    input wire [63:0] count_busy,
    input wire [63:0] count_stall_in,
    input wire [63:0] count_stall_out,
    input wire [63:0] count_stall_weights,
    input wire [31:0] count_steps,
    input wire [31:0] count_sequences,
    input wire [31:0] count_sat_gate,
    input wire [31:0] count_sat_function,
    input wire [31:0] count_sat_cell,
    input wire [31:0] count_sat_output,
    input wire [31:0] count_corrected,
    input wire [31:0] count_uncorrected
);
    wire awready, wready, bvalid, arready, rvalid;
    wire [1:0] bresp, rresp;
    wire [31:0] rdata;
    wire enable, soft_reset, clear_counters, address_error;
    wire [12:0] error_clear;
    // inputs that are not connected may be anything
    `REGS dut (
        .clk(clk), .rst(rst), .s_axil_awaddr(awaddr), .s_axil_awvalid(awvalid), .s_axil_awready(awready),
        .s_axil_wdata(wdata), .s_axil_wstrb(wstrb), .s_axil_wvalid(wvalid), .s_axil_wready(wready),
        .s_axil_bresp(bresp), .s_axil_bvalid(bvalid), .s_axil_bready(bready), .s_axil_araddr(araddr),
        .s_axil_arvalid(arvalid), .s_axil_arready(arready), .s_axil_rdata(rdata), .s_axil_rresp(rresp),
        .s_axil_rvalid(rvalid), .s_axil_rready(rready), .enable(enable), .soft_reset(soft_reset),
        .clear_counters(clear_counters), .error(error), .error_clear(error_clear),
        .address_error(address_error), .count_busy(count_busy), .count_stall_in(count_stall_in),
        .count_stall_out(count_stall_out), .count_stall_weights(count_stall_weights), .count_steps(count_steps),
        .count_sequences(count_sequences), .count_sat_gate(count_sat_gate),
        .count_sat_function(count_sat_function), .count_sat_cell(count_sat_cell),
        .count_sat_output(count_sat_output), .count_corrected(count_corrected),
        .count_uncorrected(count_uncorrected));

    // docs/registers.md, word addresses
    localparam [9:0] ID = 10'h000, CONTROL = 10'h010, ERRORS = 10'h012;
    localparam [9:0] WEIGHTS_LO = 10'h014, WEIGHTS_HI = 10'h015;
    function readable(input [9:0] word);
        readable = word <= 10'h00a || (word >= CONTROL && word <= ERRORS) || word == WEIGHTS_LO || word == WEIGHTS_HI
            || (word >= 10'h020 && word <= 10'h02f);
    endfunction
    function writable(input [9:0] word);
        writable = word == CONTROL || word == ERRORS || word == WEIGHTS_LO || word == WEIGHTS_HI;
    endfunction

    // ---- environment ----
    reg started = 0;
    always @(posedge clk) started <= 1;
    reg aw_waits = 0, w_waits = 0, ar_waits = 0;
    reg [11:0] aw_was, ar_was;
    reg [35:0] w_was;
    always @(posedge clk) begin
        aw_waits <= !rst && awvalid && !awready;
        w_waits <= !rst && wvalid && !wready;
        ar_waits <= !rst && arvalid && !arready;
        aw_was <= awaddr;
        w_was <= {wdata, wstrb};
        ar_was <= araddr;
    end
    always @* begin
        if (!started)
            assume (rst);
        assume (!aw_waits || (awvalid && awaddr == aw_was));
        assume (!w_waits || (wvalid && {wdata, wstrb} == w_was));
        assume (!ar_waits || (arvalid && araddr == ar_was));
    end

    // ---- scoreboard ----
    (* anyconst *) reg [1:0] write, read;      // the watched requests
    reg [1:0] aw_count, w_count, b_count, ar_count, r_count;
    reg [9:0] aw_word, ar_word, ar_next; // ar_next: of the read after the watched one
    reg [31:0] w_mask, w_set;
    wire [1:0] aw_open = aw_count - b_count;
    wire [1:0] w_open = w_count - b_count;
    wire [1:0] r_open = ar_count - r_count;
    wire [31:0] mask = {{8{wstrb[3]}}, {8{wstrb[2]}}, {8{wstrb[1]}}, {8{wstrb[0]}}};
    always @(posedge clk) begin
        if (rst) begin
            aw_count <= 0;
            w_count <= 0;
            b_count <= 0;
            ar_count <= 0;
            r_count <= 0;
        end else begin
            aw_count <= aw_count + (awvalid && awready);
            w_count <= w_count + (wvalid && wready);
            b_count <= b_count + (bvalid && bready);
            ar_count <= ar_count + (arvalid && arready);
            r_count <= r_count + (rvalid && rready);
        end
        if (awvalid && awready && aw_count == write)
            aw_word <= awaddr[11:2];
        if (wvalid && wready && w_count == write) begin
            w_mask <= mask;
            w_set <= wdata & mask;
        end
        if (arvalid && arready && ar_count == read)
            ar_word <= araddr[11:2];
        if (arvalid && arready && ar_count == read + 2'd1)
            ar_next <= araddr[11:2];
    end

    // ---- the channels ----
    reg b_waits, r_waits;
    reg [1:0] b_was;
    reg [33:0] r_was;
    reg [1:0] b_idle, r_idle;            // cycles with a complete request and no answer
    always @(posedge clk) begin
        b_waits <= !rst && bvalid && !bready;
        r_waits <= !rst && rvalid && !rready;
        b_was <= bresp;
        r_was <= {rresp, rdata};
        b_idle <= rst || bvalid || aw_open == 0 || w_open == 0 ? 0 : b_idle + 1;
        r_idle <= rst || rvalid || r_open == 0 ? 0 : r_idle + 1;
    end
    always @* if (started) begin
        assert (aw_open <= 2 && w_open <= 2 && r_open <= 2);
        assert (!bvalid || (aw_open != 0 && w_open != 0));
        assert (!rvalid || r_open != 0);
        assert (!b_waits || (bvalid && bresp == b_was));
        assert (!r_waits || (rvalid && {rresp, rdata} == r_was));
        assert (b_idle <= 1 && r_idle <= 1);
        assert (aw_open != 0 || awready);
        assert (w_open != 0 || wready);
        assert (r_open != 0 || arready);
        assert (!(bvalid && b_count == write) || bresp == (writable(aw_word) ? 2'd0 : 2'd2));
        assert (!(rvalid && r_count == read) || rresp == (readable(ar_word) ? 2'd0 : 2'd2));
        assert (!(rvalid && r_count == read && ar_word == ID) || rdata == 32'h53445242);
    end

    // ---- the watched counters ----
    (* anyconst *) reg [1:0] wide;
    (* anyconst *) reg [2:0] narrow;
    wire [9:0] wide_low = wide == 2'd3 ? 10'h02e : 10'h022 + {7'd0, wide, 1'b0};
    wire [9:0] narrow_word = narrow < 3'd2 ? 10'h020 + {7'd0, narrow} : 10'h026 + {7'd0, narrow};
    wire [63:0] wide_count = wide == 2'd0 ? count_busy : wide == 2'd1 ? count_stall_in :
        wide == 2'd2 ? count_stall_out : count_stall_weights;
    wire [31:0] narrow_count = narrow == 3'd0 ? count_steps : narrow == 3'd1 ? count_sequences :
        narrow == 3'd2 ? count_sat_gate : narrow == 3'd3 ? count_sat_function : narrow == 3'd4 ? count_sat_cell :
        narrow == 3'd5 ? count_sat_output : narrow == 3'd6 ? count_corrected : count_uncorrected;

    // ---- what a write does: seen in the first cycle of its answer ----
    reg b_before, r_before;              // the answer was there in the cycle before
    reg enable_was, address_error_was;
    reg [63:0] wide_was;
    reg [31:0] narrow_was;
    reg [31:0] wide_high;
    reg wide_read;                       // the low word has been read; the high word of that cycle
    wire b_new = bvalid && !b_before;
    wire r_new = rvalid && !r_before;
    wire its_write = b_new && b_count == write;
    always @(posedge clk) begin
        b_before <= !rst && bvalid && !bready;
        r_before <= !rst && rvalid && !rready;
        enable_was <= enable;
        address_error_was <= rst ? 1'b0 : address_error;
        wide_was <= wide_count;
        narrow_was <= narrow_count;
    end
    reg reset_was;
    always @(posedge clk) reset_was <= rst;

    // the registers in front of the answer: the request that is answered next
    (* hierconn *) wire \dut.aw_held , \dut.w_held , \dut.ar_held , \dut.address_error_clear ;
    (* hierconn *) wire [9:0] \dut.write_word , \dut.read_word ;
    (* hierconn *) wire [31:0] \dut.write_data , \dut.write_mask , \dut.count_busy_high ,
        \dut.count_stall_in_high , \dut.count_stall_out_high , \dut.count_stall_weights_high ;
    wire [31:0] write_set = \dut.write_data & \dut.write_mask ;
    always @* if (started) begin
        assert (aw_open == {1'b0, bvalid} + \dut.aw_held );
        assert (w_open == {1'b0, bvalid} + \dut.w_held );
        assert (r_open == {1'b0, rvalid} + \dut.ar_held );
        // the held request is number aw_count - 1
        assert (!(\dut.aw_held && aw_count == write + 2'd1) || \dut.write_word == aw_word);
        assert (!(\dut.w_held && w_count == write + 2'd1) || (\dut.write_mask == w_mask && write_set == w_set));
        assert (!(\dut.ar_held && ar_count == read + 2'd1) || \dut.read_word == ar_word);
        assert (!(\dut.ar_held && ar_count == read + 2'd2) || \dut.read_word == ar_next);
        // CONTROL and ERROR
        assert (!reset_was || enable);
        assert (!(its_write && aw_word == CONTROL && w_mask[0]) || enable == w_set[0]);
        assert (!(its_write && (aw_word != CONTROL || !w_mask[0])) || enable == enable_was);
        assert (reset_was || b_new || enable == enable_was);
        assert (!its_write || soft_reset == (aw_word == CONTROL && w_set[1]));
        assert (!its_write || clear_counters == (aw_word == CONTROL && w_set[2]));
        assert (!its_write || error_clear == (aw_word == ERRORS ? w_set[12:0] : 13'd0));
        assert (b_new || (!soft_reset && !clear_counters && error_clear == 0));
        assert (!(b_new && bresp[1]) || address_error);
        assert (!(r_new && rresp[1]) || address_error);
        assert (!address_error || address_error_was || (b_new && bresp[1]) || (r_new && rresp[1]));
    end

    // ---- counters: the two words of 64 bits are of one cycle ----
    wire [31:0] count_high = wide == 2'd0 ? \dut.count_busy_high : wide == 2'd1 ? \dut.count_stall_in_high :
        wide == 2'd2 ? \dut.count_stall_out_high : \dut.count_stall_weights_high ;
    wire its_read = r_new && r_count == read;
    always @(posedge clk)
        if (rst)
            wide_read <= 0;
        else if (its_read && ar_word == wide_low) begin
            wide_read <= 1;
            wide_high <= wide_was[63:32];
        end else if (r_new)
            wide_read <= 0;                    // another read in between, whatever it was
    always @* if (started) begin
        assert (!(its_read && ar_word == narrow_word) || rdata == narrow_was);
        assert (!(its_read && ar_word == wide_low) || (rdata == wide_was[31:0] && count_high == wide_was[63:32]));
        assert (!wide_read || r_new || count_high == wide_high);
        assert (!(r_new && wide_read && r_count == read + 2'd1 && ar_next == wide_low + 10'd1) || rdata == wide_high);
    end

    // ---- reachable ----
    always @* if (started) begin
        cover (its_write && aw_word == CONTROL && soft_reset && b_count == 2);
        cover (its_write && error_clear == 12'h955);
        cover (b_waits && bresp[1] && aw_open == 2 && w_open == 2);
        cover (r_waits && rresp[1] && r_open == 2);
        cover (wide_read && r_new && r_count == read + 2'd1 && ar_next == wide_low + 10'd1);
        cover (!enable && started && !rst);
    end
endmodule

`default_nettype wire
