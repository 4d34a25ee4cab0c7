// SPDX-License-Identifier: Apache-2.0
//
// Part of ctrl.v: the registers of brds_ctrl's edges, all of a kind in one vector.
    // the edges' registers; those of edges that are not there stand for nothing
    (* hierconn *) wire [15:0] \dut.g_edge[0].count , \dut.g_edge[1].count , \dut.g_edge[2].count ,
        \dut.g_edge[3].count , \dut.g_edge[4].count , \dut.g_edge[5].count , \dut.g_edge[6].count ,
        \dut.g_edge[7].count , \dut.g_edge[8].count , \dut.g_edge[9].count , \dut.g_edge[10].count ,
        \dut.g_edge[11].count ;
    wire [191:0] counts = {\dut.g_edge[11].count , \dut.g_edge[10].count , \dut.g_edge[9].count ,
        \dut.g_edge[8].count , \dut.g_edge[7].count , \dut.g_edge[6].count , \dut.g_edge[5].count ,
        \dut.g_edge[4].count , \dut.g_edge[3].count , \dut.g_edge[2].count , \dut.g_edge[1].count ,
        \dut.g_edge[0].count };
    (* hierconn *) wire [15:0] \dut.g_edge[0].load , \dut.g_edge[1].load , \dut.g_edge[2].load ,
        \dut.g_edge[3].load , \dut.g_edge[4].load , \dut.g_edge[5].load , \dut.g_edge[6].load ,
        \dut.g_edge[7].load , \dut.g_edge[8].load , \dut.g_edge[9].load , \dut.g_edge[10].load ,
        \dut.g_edge[11].load ;
    wire [191:0] loads = {\dut.g_edge[11].load , \dut.g_edge[10].load , \dut.g_edge[9].load ,
        \dut.g_edge[8].load , \dut.g_edge[7].load , \dut.g_edge[6].load , \dut.g_edge[5].load ,
        \dut.g_edge[4].load , \dut.g_edge[3].load , \dut.g_edge[2].load , \dut.g_edge[1].load ,
        \dut.g_edge[0].load };
    (* hierconn *) wire \dut.g_edge[0].count_none , \dut.g_edge[1].count_none ,
        \dut.g_edge[2].count_none , \dut.g_edge[3].count_none , \dut.g_edge[4].count_none ,
        \dut.g_edge[5].count_none , \dut.g_edge[6].count_none , \dut.g_edge[7].count_none ,
        \dut.g_edge[8].count_none , \dut.g_edge[9].count_none , \dut.g_edge[10].count_none ,
        \dut.g_edge[11].count_none ;
    wire [11:0] count_nones = {\dut.g_edge[11].count_none , \dut.g_edge[10].count_none ,
        \dut.g_edge[9].count_none , \dut.g_edge[8].count_none , \dut.g_edge[7].count_none ,
        \dut.g_edge[6].count_none , \dut.g_edge[5].count_none , \dut.g_edge[4].count_none ,
        \dut.g_edge[3].count_none , \dut.g_edge[2].count_none , \dut.g_edge[1].count_none ,
        \dut.g_edge[0].count_none };
    (* hierconn *) wire \dut.g_edge[0].gap_none , \dut.g_edge[1].gap_none , \dut.g_edge[2].gap_none ,
        \dut.g_edge[3].gap_none , \dut.g_edge[4].gap_none , \dut.g_edge[5].gap_none ,
        \dut.g_edge[6].gap_none , \dut.g_edge[7].gap_none , \dut.g_edge[8].gap_none ,
        \dut.g_edge[9].gap_none , \dut.g_edge[10].gap_none , \dut.g_edge[11].gap_none ;
    wire [11:0] gap_nones = {\dut.g_edge[11].gap_none , \dut.g_edge[10].gap_none ,
        \dut.g_edge[9].gap_none , \dut.g_edge[8].gap_none , \dut.g_edge[7].gap_none ,
        \dut.g_edge[6].gap_none , \dut.g_edge[5].gap_none , \dut.g_edge[4].gap_none ,
        \dut.g_edge[3].gap_none , \dut.g_edge[2].gap_none , \dut.g_edge[1].gap_none ,
        \dut.g_edge[0].gap_none };
    (* hierconn *) wire \dut.g_edge[0].gap_short , \dut.g_edge[1].gap_short ,
        \dut.g_edge[2].gap_short , \dut.g_edge[3].gap_short , \dut.g_edge[4].gap_short ,
        \dut.g_edge[5].gap_short , \dut.g_edge[6].gap_short , \dut.g_edge[7].gap_short ,
        \dut.g_edge[8].gap_short , \dut.g_edge[9].gap_short , \dut.g_edge[10].gap_short ,
        \dut.g_edge[11].gap_short ;
    wire [11:0] gap_shorts = {\dut.g_edge[11].gap_short , \dut.g_edge[10].gap_short ,
        \dut.g_edge[9].gap_short , \dut.g_edge[8].gap_short , \dut.g_edge[7].gap_short ,
        \dut.g_edge[6].gap_short , \dut.g_edge[5].gap_short , \dut.g_edge[4].gap_short ,
        \dut.g_edge[3].gap_short , \dut.g_edge[2].gap_short , \dut.g_edge[1].gap_short ,
        \dut.g_edge[0].gap_short };
    (* hierconn *) wire [15:0] \dut.g_edge[0].g_older.older , \dut.g_edge[1].g_older.older ,
        \dut.g_edge[2].g_older.older , \dut.g_edge[3].g_older.older , \dut.g_edge[4].g_older.older ,
        \dut.g_edge[5].g_older.older , \dut.g_edge[6].g_older.older , \dut.g_edge[7].g_older.older ,
        \dut.g_edge[8].g_older.older , \dut.g_edge[9].g_older.older ,
        \dut.g_edge[10].g_older.older , \dut.g_edge[11].g_older.older ;
    wire [191:0] olders = {\dut.g_edge[11].g_older.older , \dut.g_edge[10].g_older.older ,
        \dut.g_edge[9].g_older.older , \dut.g_edge[8].g_older.older , \dut.g_edge[7].g_older.older ,
        \dut.g_edge[6].g_older.older , \dut.g_edge[5].g_older.older , \dut.g_edge[4].g_older.older ,
        \dut.g_edge[3].g_older.older , \dut.g_edge[2].g_older.older , \dut.g_edge[1].g_older.older ,
        \dut.g_edge[0].g_older.older };
    (* hierconn *) wire \dut.g_edge[0].g_older.older_zero , \dut.g_edge[1].g_older.older_zero ,
        \dut.g_edge[2].g_older.older_zero , \dut.g_edge[3].g_older.older_zero ,
        \dut.g_edge[4].g_older.older_zero , \dut.g_edge[5].g_older.older_zero ,
        \dut.g_edge[6].g_older.older_zero , \dut.g_edge[7].g_older.older_zero ,
        \dut.g_edge[8].g_older.older_zero , \dut.g_edge[9].g_older.older_zero ,
        \dut.g_edge[10].g_older.older_zero , \dut.g_edge[11].g_older.older_zero ;
    wire [11:0] older_zeros = {\dut.g_edge[11].g_older.older_zero ,
        \dut.g_edge[10].g_older.older_zero , \dut.g_edge[9].g_older.older_zero ,
        \dut.g_edge[8].g_older.older_zero , \dut.g_edge[7].g_older.older_zero ,
        \dut.g_edge[6].g_older.older_zero , \dut.g_edge[5].g_older.older_zero ,
        \dut.g_edge[4].g_older.older_zero , \dut.g_edge[3].g_older.older_zero ,
        \dut.g_edge[2].g_older.older_zero , \dut.g_edge[1].g_older.older_zero ,
        \dut.g_edge[0].g_older.older_zero };
    (* hierconn *) wire [FB-1:0] \dut.g_edge[0].g_older.latest , \dut.g_edge[1].g_older.latest ,
        \dut.g_edge[2].g_older.latest , \dut.g_edge[3].g_older.latest ,
        \dut.g_edge[4].g_older.latest , \dut.g_edge[5].g_older.latest ,
        \dut.g_edge[6].g_older.latest , \dut.g_edge[7].g_older.latest ,
        \dut.g_edge[8].g_older.latest , \dut.g_edge[9].g_older.latest ,
        \dut.g_edge[10].g_older.latest , \dut.g_edge[11].g_older.latest ;
    wire [12*FB-1:0] latests = {\dut.g_edge[11].g_older.latest ,
        \dut.g_edge[10].g_older.latest , \dut.g_edge[9].g_older.latest ,
        \dut.g_edge[8].g_older.latest , \dut.g_edge[7].g_older.latest ,
        \dut.g_edge[6].g_older.latest , \dut.g_edge[5].g_older.latest ,
        \dut.g_edge[4].g_older.latest , \dut.g_edge[3].g_older.latest ,
        \dut.g_edge[2].g_older.latest , \dut.g_edge[1].g_older.latest ,
        \dut.g_edge[0].g_older.latest };
    (* hierconn *) wire \dut.g_edge[0].ignored , \dut.g_edge[1].ignored , \dut.g_edge[2].ignored ,
        \dut.g_edge[3].ignored , \dut.g_edge[4].ignored , \dut.g_edge[5].ignored , \dut.g_edge[6].ignored ,
        \dut.g_edge[7].ignored , \dut.g_edge[8].ignored , \dut.g_edge[9].ignored ,
        \dut.g_edge[10].ignored , \dut.g_edge[11].ignored ;
    wire [11:0] ignoreds = {\dut.g_edge[11].ignored , \dut.g_edge[10].ignored , \dut.g_edge[9].ignored ,
        \dut.g_edge[8].ignored , \dut.g_edge[7].ignored , \dut.g_edge[6].ignored , \dut.g_edge[5].ignored ,
        \dut.g_edge[4].ignored , \dut.g_edge[3].ignored , \dut.g_edge[2].ignored , \dut.g_edge[1].ignored ,
        \dut.g_edge[0].ignored };
    (* hierconn *) wire \dut.g_edge[0].writes , \dut.g_edge[1].writes , \dut.g_edge[2].writes ,
        \dut.g_edge[3].writes , \dut.g_edge[4].writes , \dut.g_edge[5].writes , \dut.g_edge[6].writes ,
        \dut.g_edge[7].writes , \dut.g_edge[8].writes , \dut.g_edge[9].writes , \dut.g_edge[10].writes ,
        \dut.g_edge[11].writes ;
    wire [11:0] writers = {\dut.g_edge[11].writes , \dut.g_edge[10].writes , \dut.g_edge[9].writes ,
        \dut.g_edge[8].writes , \dut.g_edge[7].writes , \dut.g_edge[6].writes , \dut.g_edge[5].writes ,
        \dut.g_edge[4].writes , \dut.g_edge[3].writes , \dut.g_edge[2].writes , \dut.g_edge[1].writes ,
        \dut.g_edge[0].writes };
