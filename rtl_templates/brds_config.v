// SPDX-License-Identifier: Apache-2.0
//
// brds_config: the config words of a weight image (docs/microarchitecture.md, section 5): one word a
// phase with its shifts, then one word an edge with its gap. From a file, or written by brds_load.
//
// Latency 1 from write to output. The outputs are static while anything runs.
`default_nettype none

module brds_config #(
    // number of phases and edges
    parameter integer PHASES = 2,
    parameter integer EDGES = 2,
    // 1: contents come from CONFIG_FILE, 0: they are written
    parameter integer WEIGHTS_ROM = 0,
    // hex file, one 32-bit word a line (WEIGHTS_ROM = 1 only)
    parameter CONFIG_FILE = ""
) (
    input wire clk,
    input wire we,
    input wire [7:0] index,              // phases, then edges
    input wire [31:0] data,
    output wire [PHASES*32-1:0] cfg_phase,
    output wire [EDGES*16-1:0] cfg_gap
);
    genvar i;
    generate
        if (WEIGHTS_ROM != 0) begin : g_rom
            // constants, which no family should spend a memory on
            (* romstyle = "logic", logic_block *)
            reg [31:0] words [0:PHASES+EDGES-1];
            wire unused = &{1'b0, clk, we, index, data};
            initial $readmemh(CONFIG_FILE, words);
            for (i = 0; i < PHASES; i = i + 1) begin : g_phase
                assign cfg_phase[32*i +: 32] = words[i];
            end
            for (i = 0; i < EDGES; i = i + 1) begin : g_gap
                assign cfg_gap[16*i +: 16] = words[PHASES+i][15:0];
            end
        end else begin : g_ram
            for (i = 0; i < PHASES; i = i + 1) begin : g_phase
                localparam integer PLACE = i;
                reg [31:0] word;
                always @(posedge clk)
                    if (we && index == PLACE[7:0])
                        word <= data;
                assign cfg_phase[32*i +: 32] = word;
            end
            for (i = 0; i < EDGES; i = i + 1) begin : g_gap
                localparam integer PLACE = PHASES + i;
                reg [15:0] gap;
                always @(posedge clk)
                    if (we && index == PLACE[7:0])
                        gap <= data[15:0];
                assign cfg_gap[16*i +: 16] = gap;
            end
        end
    endgenerate
endmodule

`default_nettype wire
