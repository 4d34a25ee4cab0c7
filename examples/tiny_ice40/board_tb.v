// SPDX-License-Identifier: Apache-2.0
//
// Purpose: a self-checking testbench of board.v, of its Verilog or of the netlist that synthesis made of it.
// An SPI host sends the words of x.hex, compares what comes back with y.hex (files of `brdsgen vectors` in the
// folder +vectors=DIR), and ends with one line:
//
//     BOARD-TB words=N mismatches=N PASS|FAIL
`default_nettype none

module board_tb;

localparam integer PATIENCE = 400; // transfers without a word in either direction

reg  clk = 1'b0;
reg  cs_n = 1'b1;
reg  sck = 1'b0;
reg  mosi = 1'b0;
wire miso, light_n;

always #5 clk = !clk;

board u_board (
    .clk(clk), .button_n(1'b1), .cs_n(cs_n), .sck(sck), .mosi(mosi), .miso(miso), .light_n(light_n)
);

// One transfer; sck runs at clk / 8 or so, out of step with clk.
reg [39:0] sent, got;
integer    bits;
task transfer;
    begin
        cs_n = 1'b0;
        #63;
        for (bits = 39; bits >= 0; bits = bits - 1) begin
            mosi = sent[bits];
            #41 got[bits] = miso;
            sck = 1'b1;
            #41 sck = 1'b0;
        end
        #63 cs_n = 1'b1;
        #63;
    end
endtask

reg [8*1024-1:0] folder, name;
integer          x_file, y_file, words, mismatches, idle;
reg [35:0]       x_line, y_line;       // {tuser, tlast} in the top digit, tdata
reg              x_more, y_more;

initial begin
    if (!$value$plusargs("vectors=%s", folder))
        folder = ".";
    $sformat(name, "%0s/x.hex", folder);
    x_file = $fopen(name, "r");
    $sformat(name, "%0s/y.hex", folder);
    y_file = $fopen(name, "r");
    words = 0;
    mismatches = 0;
    idle = 0;
    #1003; // reset after configuration
    x_more = $fscanf(x_file, "%h", x_line) == 1;
    y_more = $fscanf(y_file, "%h", y_line) == 1;
    while (y_more && idle < PATIENCE) begin
        sent = {x_more, 1'b1, 1'b0, x_line[32], 2'b00, x_line[34:33], x_line[31:0]};
        transfer;
        idle = idle + 1;
        if (x_more && got[39] === 1'b1) begin
            x_more = $fscanf(x_file, "%h", x_line) == 1;
            idle = 0;
        end
        if (got[38] !== 1'b0) begin
            words = words + 1;
            idle = 0;
            if ({got[35:34], got[36], got[31:0]} !== y_line[34:0]) begin
                mismatches = mismatches + 1;
                $display("word %0d: %h, expected %h", words, got, y_line);
            end
            y_more = $fscanf(y_file, "%h", y_line) == 1;
        end
    end
    $display("BOARD-TB words=%0d mismatches=%0d %0s", words, mismatches,
             (words > 0 && !y_more && mismatches == 0 && light_n === 1'b1) ? "PASS" : "FAIL");
    $finish;
end

endmodule

`default_nettype wire
