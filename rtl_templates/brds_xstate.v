// SPDX-License-Identifier: Apache-2.0
//
// brds_xstate: the places of an initial-state packet's elements (docs/microarchitecture.md, section 9).
// The packet is 2 * LAYERS segments, h then c of each layer; a segment starts a new stream word. A word
// is written in slices of min(ELEMS, STREAM_BITS / 32) elements.
//
// Latency 1: the outputs describe the next word to come (last_word) and the slice being written (all
// others). Initiation interval 1.
`default_nettype none

module brds_xstate #(
    // element lanes
    parameter integer ELEMS = 2,
    // bits of a stream word
    parameter integer STREAM_BITS = 64,
    // address bits of the h copies
    parameter integer H_ADDR_BITS = 4,
    // independent streams, a power of two: each has a state of its own
    parameter integer STREAMS = 1,
    // address bits of the c memory
    parameter integer UNIT_ADDR_BITS = 1,
    // per layer at [32*l +: 32]: output width, hidden units, base in the h copies, first c row
    parameter integer LAYERS = 1,
    parameter [LAYERS*32-1:0] ST_R = 32'd4,
    parameter [LAYERS*32-1:0] ST_H = 32'd4,
    parameter [LAYERS*32-1:0] ST_HBASE = 32'd0,
    parameter [LAYERS*32-1:0] ST_UNIT = 32'd0
) (
    input wire clk,
    input wire start,                    // a packet's first word is taken
    input wire [$clog2(STREAMS):0] frame, // that h goes to, with start
    input wire word,                     // a further word is taken
    input wire slice,                    // the slice is written
    output wire last_word,               // the next word is the packet's last
    output wire word_done,               // the slice is its word's last
    output wire is_c,
    output wire [ELEMS-1:0] we,
    output wire [((ELEMS < STREAM_BITS / 32) ? ELEMS : STREAM_BITS / 32)-1:0] used, // elements of the slice
    output wire [H_ADDR_BITS-$clog2(ELEMS)-1:0] h_row,
    output wire [UNIT_ADDR_BITS-1:0] c_row
);
    localparam integer SW = STREAM_BITS / 32;
    localparam integer S = ELEMS < SW ? ELEMS : SW;
    localparam integer GROUPS = ELEMS / S;
    localparam integer PER_WORD = SW / S;
    localparam integer SEGMENTS = 2 * LAYERS;
    localparam integer SEG_BITS = $clog2(SEGMENTS);
    localparam integer H_ROW_BITS = H_ADDR_BITS - $clog2(ELEMS);
    localparam integer ROW_BITS = H_ROW_BITS > UNIT_ADDR_BITS ? H_ROW_BITS : UNIT_ADDR_BITS;
    localparam integer GROUP_BITS = GROUPS > 1 ? $clog2(GROUPS) : 1;
    localparam integer PART_BITS = PER_WORD > 1 ? $clog2(PER_WORD) : 1;

    // Elements, slices less one and first row of segment g: h of layer g/2, or c of it.
    function integer size_of(input integer g);
        size_of = (g % 2) != 0 ? ST_H[32*(g/2) +: 32] : ST_R[32*(g/2) +: 32];
    endfunction
    function integer packet_words(input integer unused);
        integer g;
        begin
            packet_words = unused;
            for (g = 0; g < SEGMENTS; g = g + 1)
                packet_words = packet_words + (size_of(g) + SW - 1) / SW;
        end
    endfunction
    function [SEGMENTS*32-1:0] slices_less_one(input integer unused);
        integer g;
        for (g = 0; g < SEGMENTS; g = g + 1)
            slices_less_one[32*g +: 32] = (size_of(g) + S - 1) / S - 1 + unused;
    endfunction
    function [SEGMENTS*32-1:0] first_rows(input integer unused);
        integer g;
        for (g = 0; g < SEGMENTS; g = g + 1)
            first_rows[32*g +: 32] = ((g % 2) != 0 ? ST_UNIT[32*(g/2) +: 32] : ST_HBASE[32*(g/2) +: 32] / ELEMS) + unused;
    endfunction
    function [SEGMENTS*S-1:0] last_masks(input integer unused);
        integer g, j;
        for (g = 0; g < SEGMENTS; g = g + 1)
            for (j = 0; j < S; j = j + 1)
                last_masks[g*S+j] = j < size_of(g) - ((size_of(g) + S - 1) / S - 1) * S + unused;
    endfunction

    localparam integer WORDS = packet_words(0);
    localparam integer WORD_BITS = $clog2(WORDS + 1);
    localparam integer AFTER_FIRST = WORDS - 2;    // words after the second; a packet has at least two
    localparam [SEGMENTS*32-1:0] SLICES = slices_less_one(0);
    localparam [SEGMENTS*32-1:0] ROWS = first_rows(0);
    localparam integer FRAME_BITS = $clog2(STREAMS) + 1;
    localparam [SEGMENTS*S-1:0] MASKS = last_masks(0);
    localparam integer GROUPS_M1 = GROUPS - 1;
    localparam integer PART_M1 = PER_WORD - 1;
    localparam integer COUNT_BITS = 13;            // a segment has at most 4096 slices

    // ---- words ----
    reg [WORD_BITS-1:0] words_left;      // after the next word
    always @(posedge clk) begin
        if (start)
            words_left <= AFTER_FIRST[WORD_BITS-1:0];
        else if (word)
            words_left <= words_left - 1'b1;
    end
    assign last_word = words_left == {WORD_BITS{1'b0}};

    // ---- slices ----
    reg [SEG_BITS-1:0] segment;
    reg [FRAME_BITS-1:0] kept;           // the packet's frame
    reg [COUNT_BITS-1:0] slices_left;    // of the segment after this one
    reg [ROW_BITS-1:0] row;
    reg [GROUP_BITS-1:0] group;
    reg [PART_BITS-1:0] part;
    wire segment_end = slices_left == {COUNT_BITS{1'b0}};
    wire group_end = group == GROUPS_M1[GROUP_BITS-1:0];
    assign word_done = segment_end || part == PART_M1[PART_BITS-1:0];
    assign is_c = segment[0];

    wire enter = start || (slice && segment_end);
    wire [SEG_BITS-1:0] entered = start ? {SEG_BITS{1'b0}} : segment + 1'b1;
    wire [FRAME_BITS-1:0] enter_frame = start ? frame : kept;
    always @(posedge clk) begin
        if (start)
            kept <= frame;
        if (enter) begin
            segment <= entered;
            slices_left <= SLICES[32*entered +: COUNT_BITS];
            row <= ROWS[32*entered +: ROW_BITS];
            if (!entered[0])
                row[H_ROW_BITS-1 -: FRAME_BITS] <= enter_frame;
            group <= {GROUP_BITS{1'b0}};
        end else if (slice) begin
            slices_left <= slices_left - 1'b1;
            if (group_end)
                row <= row + 1'b1;
            group <= group_end ? {GROUP_BITS{1'b0}} : group + 1'b1;
        end
        if (start || (slice && word_done))
            part <= {PART_BITS{1'b0}};
        else if (slice)
            part <= part + 1'b1;
    end

    assign used = segment_end ? MASKS[S*segment +: S] : {S{1'b1}};
    assign h_row = row[H_ROW_BITS-1:0];
    assign c_row = row[UNIT_ADDR_BITS-1:0];
    genvar i;
    generate
        for (i = 0; i < ELEMS; i = i + 1) begin : g_lane
            localparam integer GROUP = i / S;
            assign we[i] = group == GROUP[GROUP_BITS-1:0] && used[i % S];
        end
    endgenerate
endmodule

`default_nettype wire
