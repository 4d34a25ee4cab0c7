// SPDX-License-Identifier: Apache-2.0
//
// The rendered AXI4-Lite block (compile with -DREGS=<name>_regs): three masters of random pace send
// writes (address and data apart from each other) and reads to random addresses; every answer is
// compared with a model of the map in docs/registers.md, so are the outputs. The 64-bit counters run so
// fast that their high words change with every few cycles: both words of a pair must be of one cycle.
// Prints `PASS` or `FAIL`.
`default_nettype none

module regs_tb;
    parameter integer REQUESTS = 4000;

    // docs/registers.md
    localparam [11:0] ID = 12'h000, CONTROL = 12'h040, STATUS = 12'h044, ERRORS = 12'h048, STEPS = 12'h080;
    localparam [11:0] WEIGHTS_LO = 12'h050, WEIGHTS_HI = 12'h054;
    localparam [11:0] BUSY_LO = 12'h088, BUSY_HI = 12'h08c, STALL_OUT_LO = 12'h098, STALL_OUT_HI = 12'h09c;
    localparam [1:0] OKAY = 2'd0, SLVERR = 2'd2;
    localparam [63:0] PACE = 64'h0000_0000_3000_0001; // of the counters, a cycle

    reg clk = 0, rst = 1;
    always #5 clk = !clk;

    reg [11:0] awaddr = 0, araddr = 0;
    reg [31:0] wdata = 0;
    reg [3:0] wstrb = 0;
    reg awvalid = 0, wvalid = 0, arvalid = 0, bready = 0, rready = 0;
    wire awready, wready, arready, bvalid, rvalid;
    wire [1:0] bresp, rresp;
    wire [31:0] rdata;
    reg [12:0] errors = 0;
    wire [12:0] error_clear;
    wire [19:0] page;                    // where streamed weights lie: held in cores that stream them (-DSTREAM=1)
    wire [31:0] high;
    wire enable, soft_reset, clear_counters, address_error;
    integer cycle = 0;
    wire [63:0] count = PACE * cycle;
    reg [3:0] status = 0;

    `REGS dut (
        .clk(clk), .rst(rst), .s_axil_awaddr(awaddr), .s_axil_awvalid(awvalid), .s_axil_awready(awready),
        .s_axil_wdata(wdata), .s_axil_wstrb(wstrb), .s_axil_wvalid(wvalid), .s_axil_wready(wready),
        .s_axil_bresp(bresp), .s_axil_bvalid(bvalid), .s_axil_bready(bready), .s_axil_araddr(araddr),
        .s_axil_arvalid(arvalid), .s_axil_arready(arready), .s_axil_rdata(rdata), .s_axil_rresp(rresp),
        .s_axil_rvalid(rvalid), .s_axil_rready(rready), .enable(enable), .soft_reset(soft_reset),
        .clear_counters(clear_counters), .error(errors), .error_clear(error_clear),
        .address_error(address_error), .status_idle(status[0]), .status_weights_ok(status[1]),
        .status_loading(status[2]), .status_sequence_open(status[3]), .count_steps(count[31:0]),
        .count_sequences(32'd7), .count_busy(count), .count_stall_in(64'd0), .count_stall_out(~count),
        .count_sat_gate(32'd1), .count_sat_function(32'd2), .count_sat_cell(32'd3),
        .count_sat_output(32'd4), .count_corrected(32'd5), .count_uncorrected(32'd6),
        .count_stall_weights(64'd8), .weights_page(page), .weights_high(high));

    integer seed, failures = 0;
    function integer rnd(input integer below);
        rnd = {$random(seed)} % below;
    endfunction
    task fail(input [8*32-1:0] what);
        begin
            failures = failures + 1;
            if (failures < 20)
                $display("cycle %0d: %0s", cycle, what);
        end
    endtask

    // An address: mostly one that the model knows well.
    function [11:0] pick(input integer unused);
        case (rnd(10))
            0: pick = ID;
            1, 2: pick = CONTROL;
            3: pick = STATUS;
            4, 5: pick = ERRORS;
            6: pick = STEPS;
            7: pick = rnd(2) ? 12'h0c0 : WEIGHTS_LO; // behind the last register
            8: pick = rnd(2) ? 12'hffc : WEIGHTS_HI;
            default: pick = {rnd(1024), 2'b00};
        endcase
    endfunction
    function known(input [11:0] address);
        known = address <= 12'h028 || (address >= CONTROL && address <= ERRORS) ||
                address == WEIGHTS_LO || address == WEIGHTS_HI || (address >= STEPS && address <= 12'h0bc);
    endfunction

    // ---- writes: what was sent, in order ----
    reg [11:0] sent_address [0:REQUESTS+9];
    reg [31:0] sent_set [0:REQUESTS+9];  // data bits that the strobes let through
    reg [31:0] sent_mask [0:REQUESTS+9];
    integer aw_sent = 0, w_sent = 0, b_seen = 0;
    integer wanted_resets = 0, wanted_clears = 0, resets = 0, clears = 0;
    reg model_enable = 1;
    reg [12:0] model_cleared = 0; // error bits that were written, and those whose pulse came
    reg [12:0] pulsed = 0;
    reg [19:0] model_page = 0;
    reg [31:0] model_high = 0;

    task answer_write;
        begin
            if (b_seen >= aw_sent || b_seen >= w_sent)
                fail("answer without a write");
            if (bresp !== (sent_address[b_seen] == CONTROL || sent_address[b_seen] == ERRORS ||
                           sent_address[b_seen] == WEIGHTS_LO || sent_address[b_seen] == WEIGHTS_HI ? OKAY : SLVERR))
                fail("bresp");
            if (sent_address[b_seen] == CONTROL) begin
                wanted_resets = wanted_resets + sent_set[b_seen][1];
                wanted_clears = wanted_clears + sent_set[b_seen][2];
                if (sent_mask[b_seen][0])
                    model_enable = sent_set[b_seen][0];
            end
            if (sent_address[b_seen] == ERRORS)
                model_cleared = model_cleared | sent_set[b_seen][12:0];
            if (`STREAM != 0 && sent_address[b_seen] == WEIGHTS_LO)
                model_page = (model_page & ~sent_mask[b_seen][31:12]) | sent_set[b_seen][31:12];
            if (`STREAM != 0 && sent_address[b_seen] == WEIGHTS_HI)
                model_high = (model_high & ~sent_mask[b_seen]) | sent_set[b_seen];
            b_seen = b_seen + 1;
            if (b_seen == aw_sent && (page !== model_page || high !== model_high))
                fail("weights");
            if (enable !== model_enable && b_seen == aw_sent)
                fail("enable");
        end
    endtask

    always @(posedge clk) if (!rst) begin
        if (awvalid && awready) begin
            sent_address[aw_sent] = awaddr;
            aw_sent = aw_sent + 1;
            awvalid <= 0;
        end
        if ((!awvalid || awready) && aw_sent < REQUESTS && rnd(3) == 0) begin
            awvalid <= 1;
            awaddr <= pick(0);
        end
        if (wvalid && wready) begin
            sent_mask[w_sent] = {{8{wstrb[3]}}, {8{wstrb[2]}}, {8{wstrb[1]}}, {8{wstrb[0]}}};
            sent_set[w_sent] = wdata & sent_mask[w_sent];
            w_sent = w_sent + 1;
            wvalid <= 0;
        end
        if ((!wvalid || wready) && w_sent < REQUESTS && rnd(4) == 0) begin
            wvalid <= 1;
            wdata <= $random(seed);
            wstrb <= rnd(16);
        end
        if (bvalid && bready)
            answer_write;
        bready <= rnd(2);
        resets = resets + soft_reset;
        clears = clears + clear_counters;
        pulsed = pulsed | error_clear;
    end

    // ---- reads: one at a time, but sent while the last answer waits ----
    reg [11:0] asked [0:REQUESTS+9];
    integer asked_at [0:REQUESTS+9];
    integer ar_sent = 0, r_seen = 0, pairs = 0;
    reg [31:0] low_word;
    integer low_from, low_to, at;
    reg low_valid = 0;
    reg [63:0] both;

    // {rdata, low_word} must be what the counter showed in a cycle of the low word's read.
    task check_pair(input invert);
        begin
            both = invert ? ~{rdata, low_word} : {rdata, low_word};
            at = both / PACE;
            if (both % PACE != 0 || at < low_from || at > low_to)
                fail("halves of a counter");
            pairs = pairs + 1;
        end
    endtask

    task answer_read;
        begin
            if (r_seen >= ar_sent)
                fail("answer without a read");
            if (rresp !== (known(asked[r_seen]) ? OKAY : SLVERR))
                fail("rresp");
            case (asked[r_seen])
                ID: if (rdata !== 32'h53445242) fail("ID");
                STATUS: if (rdata[31:4] !== 28'd0) fail("STATUS");
                12'h084: if (rdata !== 32'd7) fail("SEQUENCES");
                12'h0ac: if (rdata !== 32'd4) fail("SAT_OUTPUT");
                12'h0b0: if (rdata !== 32'd5) fail("CORRECTED");
                12'h0b4: if (rdata !== 32'd6) fail("UNCORRECTED");
                CONTROL: if (rdata[31:1] !== 31'd0) fail("CONTROL");
                ERRORS: if (rdata[31:16] !== 16'd0 || rdata[14:13] !== 2'd0) fail("ERROR");
                12'h0b8: if (rdata !== 32'd8) fail("STALL_WEIGHTS");
                BUSY_LO, STALL_OUT_LO: begin
                    low_word = rdata;
                    low_from = asked_at[r_seen];
                    low_to = cycle;
                end
                BUSY_HI: if (low_valid) check_pair(0);
                STALL_OUT_HI: if (low_valid) check_pair(1);
                default: if (!known(asked[r_seen]) && rdata !== 32'd0) fail("not zero");
            endcase
            low_valid = asked[r_seen] == BUSY_LO || asked[r_seen] == STALL_OUT_LO;
            r_seen = r_seen + 1;
        end
    endtask

    reg [11:0] next_read = 0;
    always @(posedge clk) if (!rst) begin
        if (arvalid && arready) begin
            asked[ar_sent] = araddr;
            asked_at[ar_sent] = cycle;
            ar_sent = ar_sent + 1;
            arvalid <= 0;
        end
        if ((!arvalid || arready) && ar_sent < REQUESTS && rnd(3) == 0) begin
            next_read = next_read == BUSY_LO ? BUSY_HI : next_read == STALL_OUT_LO ? STALL_OUT_HI :
                        rnd(3) != 0 ? pick(0) : rnd(2) ? BUSY_LO : STALL_OUT_LO;
            arvalid <= 1;
            araddr <= next_read;
        end
        if (rvalid && rready)
            answer_read;
        rready <= rnd(2);
    end

    // ---- answers stay while they wait ----
    reg r_waits = 0, b_waits = 0;
    reg [33:0] r_held;
    reg [1:0] b_held;
    always @(posedge clk) begin
        if (r_waits && {rvalid, rresp, rdata} !== {1'b1, r_held})
            fail("r changed");
        if (b_waits && {bvalid, bresp} !== {1'b1, b_held})
            fail("b changed");
        r_waits <= !rst && rvalid && !rready;
        b_waits <= !rst && bvalid && !bready;
        r_held <= {rresp, rdata};
        b_held <= bresp;
    end

    always @(posedge clk) begin
        cycle <= cycle + 1;
        status <= $random(seed);
        errors <= $random(seed);
    end

    // ---- a write while the masters rest ----
    task write(input [11:0] address, input [31:0] data, input [3:0] strobes, input refused);
        begin
            awaddr <= address;
            awvalid <= 1;
            wdata <= data;
            wstrb <= strobes;
            wvalid <= 1;
            @(posedge clk);
            while (awvalid || wvalid || b_seen < aw_sent || b_seen < w_sent)
                @(posedge clk);
            repeat (3) @(posedge clk);
            if (address_error !== refused)
                fail("address_error");
        end
    endtask

    initial begin
        if (!$value$plusargs("seed=%d", seed))
            seed = 1;
        repeat (4) @(posedge clk);
        if (enable !== 1 || address_error !== 0 || rvalid !== 0 || bvalid !== 0)
            fail("reset");
        rst <= 0;
        while (b_seen < REQUESTS || r_seen < REQUESTS)
            @(posedge clk);
        repeat (10) @(posedge clk);
        if (bvalid || rvalid || b_seen != REQUESTS || r_seen != REQUESTS)
            fail("answers");
        if (resets != wanted_resets || clears != wanted_clears || pulsed !== model_cleared)
            fail("pulses");
        if (enable !== model_enable || pairs == 0)
            fail("end");
        write(12'h400, 32'h0, 4'b0000, 1);
        write(ERRORS, 32'hffff_ffff, 4'b1101, 1); // bit 15 lies in byte 1
        write(ERRORS, 32'hffff_7fff, 4'b1111, 1);
        write(ERRORS, 32'h0000_8000, 4'b0010, 0);
        write(CONTROL, 32'h0000_0001, 4'b0001, 0);
        write(ID, 32'h0, 4'b1111, 1);
        write(ERRORS, 32'h0000_8000, 4'b1111, 0);
        write(12'h400, 32'h0, 4'b0000, 1);
        write(ERRORS, 32'h0000_8000, 4'b1111, 0);
        araddr <= 12'h400;
        arvalid <= 1;
        repeat (40) @(posedge clk);
        if (address_error !== 1 || r_seen != REQUESTS + 1)
            fail("read of no register");
        rst <= 1;
        repeat (2) @(posedge clk);
        if (address_error !== 0)
            fail("address_error after rst");
        $display("%0d writes, %0d reads, %0d pairs", b_seen, r_seen, pairs);
        $display("%0s", failures == 0 ? "PASS" : "FAIL");
        $finish(0);
    end

    initial begin
        #(REQUESTS * 1000) $display("FAIL: no end");
        $finish(0);
    end
endmodule

`default_nettype wire
