// SPDX-License-Identifier: Apache-2.0
//
// brds_yout: random vectors written row by row, a claim before each as brds_ctrl does it; every word of
// the stream is compared, and its cycle against the rule of docs/microarchitecture.md, section 9. tdata
// must stay while tvalid waits. CONFIG chooses widths and the number of streams. Prints `PASS` or `FAIL`.
`default_nettype none

module yout_tb;
    parameter integer CONFIG = 0;
    parameter integer SEED = 1;
    parameter integer VECTORS = 300;

    // the last digit chooses widths, the one before it is log2 of the number of streams
    localparam integer NET = CONFIG % 10;
    localparam integer UB = 2 + CONFIG / 10;           // bits of tuser: {stream, last, first}

    localparam integer E = NET == 0 ? 2 : NET == 1 ? 1 : NET == 2 ? 64 : NET == 3 ? 8 : NET == 4 ? 4 : 32;
    localparam integer SB = NET == 0 ? 64 : NET == 1 ? 512 : NET == 2 ? 32 : NET == 3 ? 128 : NET == 4 ? 32 : 512;
    localparam integer YC = NET == 1 ? 8 : NET == 2 ? 32 : 16;
    localparam integer O = NET == 1 ? 8 : NET == 2 ? 18 : NET == 0 ? 11 : 16;
    localparam integer N = NET == 0 ? 5 : NET == 1 ? 70 : NET == 2 ? 100 : NET == 3 ? 16 : NET == 4 ? 1 : 33;
    localparam integer SE = SB / YC;
    localparam integer W = (N + SE - 1) / SE;
    localparam integer ROWS = (N + E - 1) / E;
    localparam integer RB = ROWS > 1 ? $clog2(ROWS) : 1;

    reg clk = 0, rst = 1;
    always #5 clk = !clk;

    reg [E-1:0] we = 0;
    reg [RB-1:0] row = 0;
    reg [E*O-1:0] data = 0;
    reg done = 0, ready = 0;
    reg [UB-1:0] user = 0;
    wire release_y, valid, last;
    wire [SB-1:0] tdata;
    wire [UB-1:0] tuser;

    brds_yout #(
        .ELEMS(E), .OUT_BITS(O), .Y_CONTAINER(YC), .STREAM_BITS(SB), .OUTPUT_SIZE(N), .USER_BITS(UB),
        .Y_ROW_BITS(RB)
    ) dut (
        .clk(clk), .rst(rst), .y_we(we), .y_row(row), .y_data(data), .y_done(done), .y_user(user),
        .y_release(release_y), .m_axis_y_tdata(tdata), .m_axis_y_tvalid(valid),
        .m_axis_y_tready(ready), .m_axis_y_tlast(last), .m_axis_y_tuser(tuser));

    integer seed, failures, cycle, i, j;
    function integer rnd(input integer below);
        rnd = {$random(seed)} % below;
    endfunction
    task fail(input [8*24-1:0] what);
        begin
            failures = failures + 1;
            if (failures < 20)
                $display("cycle %0d: %0s", cycle, what);
        end
    endtask

    // ---- writer ----
    reg [SB-1:0] want [0:4*W-1];
    reg [UB-1:0] want_user [0:3];
    integer done_at [0:3];
    integer written, used, next_row, element;
    reg writing;
    task write;
        begin
            we = 0;
            done = 0;
            data = {(E*O){1'b1}};
            user = $random(seed);
            if (!writing && used < 2 && written < VECTORS && rnd(4) != 0) begin
                writing = 1;
                used = used + 1;
                next_row = 0;
                for (i = 0; i < W; i = i + 1)
                    want[written % 4 * W + i] = 0;
            end
            if (writing && (smooth || rnd(2) == 0)) begin
                row = next_row;
                for (i = 0; i < E; i = i + 1)
                    if (next_row * E + i < N) begin
                        j = next_row * E + i;
                        we[i] = 1;
                        element = $random(seed) >>> (32 - O);
                        data[O*i +: O] = element;
                        want[written % 4 * W + j / SE][YC*(j%SE) +: YC] = element;
                    end
                next_row = next_row + 1;
                if (next_row == ROWS) begin
                    done = 1;
                    want_user[written % 4] = user;
                    done_at[written % 4] = cycle;
                    written = written + 1;
                    writing = 0;
                end
            end
        end
    endtask

    // ---- reader: word `word` of vector `read` is on the stream from cycle `due` on ----
    integer read, word, due;
    reg moved, was_valid, was_ready, smooth;
    reg [SB+UB:0] was;
    initial begin
        if (!$value$plusargs("seed=%d", seed))
            seed = SEED;
        $display("yout_tb config %0d seed %0d", CONFIG, seed);
        failures = 0; cycle = 0; written = 0; used = 0; writing = 0; read = 0; word = 0; due = 0;
        was_valid = 0; was_ready = 0;
        repeat (4) @(posedge clk);
        #1 rst = 0;
        while (read < VECTORS) begin
            smooth = cycle / 1000 % 2;
            #8;
            // the cycle of a word is known: 3 after the last write, or right after the word before
            if (read < written && !(done && read == written - 1)) begin
                if (word == 0 && due < done_at[read % 4] + 3)
                    due = done_at[read % 4] + 3;
                if (valid !== (cycle >= due)) fail("tvalid");
            end else if (valid !== 1'b0)
                fail("tvalid without a vector");
            if (was_valid && !was_ready && {tdata, last, tuser} !== was) fail("changed while waiting");
            was_valid = valid;
            was_ready = ready;
            was = {tdata, last, tuser};
            moved = valid && ready;
            if (release_y !== (moved && last)) fail("release");
            if (moved) begin
                if (tdata !== want[read % 4 * W + word]) fail("tdata");
                if (last !== (word == W - 1)) fail("tlast");
                if (tuser !== want_user[read % 4]) fail("tuser");
                due = cycle + 1;
                word = word + 1;
                if (word == W) begin
                    word = 0;
                    read = read + 1;
                    used = used - 1;
                end
            end
            @(posedge clk);
            #1;
            cycle = cycle + 1;
            ready = smooth || rnd(3) == 0;
            write;
        end
        $display("vectors %0d, cycles %0d, failures %0d", read, cycle, failures);
        if (failures == 0)
            $display("PASS");
        else
            $display("FAIL");
        $finish;
    end
    initial #20000000 begin
        $display("stuck");
        $display("FAIL");
        $finish;
    end
endmodule

`default_nettype wire
