// SPDX-License-Identifier: Apache-2.0
//
// brds_config: a word that was written is what its phase or edge sees, in all its bits, until that place is written
// again.  One place is watched, chosen by the solver.
`default_nettype none

module config_words #(
    parameter integer PHASES = 2,
    parameter integer EDGES = 3
) (
    input wire clk,
    input wire we,
    input wire [7:0] index,
    input wire [31:0] data
);
    wire [PHASES*32-1:0] cfg_phase;
    wire [EDGES*16-1:0] cfg_gap;
    brds_config #(.PHASES(PHASES), .EDGES(EDGES)) dut (
        .clk(clk), .we(we), .index(index), .data(data), .cfg_phase(cfg_phase), .cfg_gap(cfg_gap));

    (* anyconst *) reg [7:0] watched;
    reg written = 0;
    reg [31:0] kept;
    always @(posedge clk)
        if (we && index == watched) begin
            written <= 1;
            kept <= data;
        end
    wire [7:0] gap = watched - PHASES;
    always @* begin
        assume (watched < PHASES + EDGES);
        assert (!written || watched >= PHASES || cfg_phase[32*watched +: 32] == kept);
        assert (!written || watched < PHASES || cfg_gap[16*gap +: 16] == kept[15:0]);
        cover (written && watched == PHASES + EDGES - 1 && kept == 32'h12345678 && !we);
    end
endmodule

`default_nettype wire
