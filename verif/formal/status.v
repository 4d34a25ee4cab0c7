// SPDX-License-Identifier: Apache-2.0
//
// brds_core's own logic, with everything that it wires together cut away (any outputs in any cycle): each
// counter counts its event, saturating, and is cleared by rst, soft_reset and clear_counters, those of
// saturations up to three cycles longer; error bits stay until they are cleared; the status follows its parts.
`default_nettype none

module status #(
    // as brds_core's
    parameter integer PROTECT = 0,
    parameter integer WEIGHTS_STREAM = 0
) (
    input wire clk,
    input wire rst,
    input wire soft_reset,
    input wire clear_counters,
    input wire [15:0] error_clear
);
    wire idle, weights_ok, is_loading, is_open;
    wire [15:0] error;
    wire [31:0] steps, sequences, s_gate, s_function, s_cell, s_output, corrected, uncorrected;
    wire [63:0] busy, stall_in, stall_out;
    wire [63:0] stall_weights;
    brds_core #(.PROTECT(PROTECT), .WEIGHTS_STREAM(WEIGHTS_STREAM)) dut (
        .clk(clk), .rst(rst), .s_axis_x_tdata(64'd0), .s_axis_x_tvalid(1'b0), .s_axis_x_tready(),
        .s_axis_x_tlast(1'b0), .s_axis_x_tuser(3'd0), .s_axis_x_tid(1'b0), .s_axis_w_tdata(64'd0), .s_axis_w_tvalid(1'b0),
        .s_axis_w_tready(), .s_axis_w_tlast(1'b0), .m_axis_y_tdata(), .m_axis_y_tvalid(),
        .m_axis_y_tready(1'b0), .m_axis_y_tlast(), .m_axis_y_tuser(), .m_axis_y_tid(), .soft_reset(soft_reset),
        .enable(1'b1), .clear_counters(clear_counters), .error_clear(error_clear),
        .status_idle(idle), .status_weights_ok(weights_ok), .status_loading(is_loading),
        .status_sequence_open(is_open), .error(error), .count_steps(steps),
        .count_sequences(sequences), .count_busy(busy), .count_stall_in(stall_in),
        .count_stall_out(stall_out), .count_sat_gate(s_gate), .count_sat_function(s_function),
        .count_sat_cell(s_cell), .count_sat_output(s_output), .count_corrected(corrected),
        .count_uncorrected(uncorrected), .m_axi_araddr(), .m_axi_arlen(), .m_axi_arsize(),
        .m_axi_arburst(), .m_axi_arvalid(), .m_axi_arready(1'b0), .m_axi_rdata(128'd0), .m_axi_rresp(2'd0),
        .m_axi_rlast(1'b0), .m_axi_rvalid(1'b0), .m_axi_rready(), .weights_base(64'd0),
        .count_stall_weights(stall_weights));

    (* hierconn *) wire \dut.ev_step , \dut.ev_sequence , \dut.ev_busy , \dut.ev_stall_in , \dut.ev_stall_out ;
    (* hierconn *) wire \dut.ev_stall_weights , \dut.fetch_error ;
    (* hierconn *) wire [8:0] \dut.sat_gate , \dut.sat_function , \dut.sat_cell , \dut.sat_output ;
    (* hierconn *) wire \dut.weights_ok , \dut.loading , \dut.ctrl_empty , \dut.x_quiet , \dut.y_none ;
    (* hierconn *) wire \dut.sequence_open ;
    (* hierconn *) wire [4:0] \dut.load_error ;
    (* hierconn *) wire [5:0] \dut.x_error ;
    (* hierconn *) wire \dut.word_bad , \dut.unit_bad , \dut.word_corrected , \dut.unit_corrected ;

    function [63:0] sum(input [63:0] value, input [8:0] add, input integer bits);
        reg [64:0] most;
        begin
            most = (65'd1 << bits) - 65'd1;
            sum = {1'b0, value} + add > most ? most[63:0] : value + add;
        end
    endfunction

    // what was in the cycle before
    reg started = 0;
    reg [1:0] flush;                     // cycles in which saturations of before a reset may still come
    reg was_reset, was_clear, was_flush, was_idle, was_open;
    reg [15:0] was_error, was_cleared, was_raised;
    reg [31:0] was_steps, was_sequences, was_gate, was_function, was_cell, was_output, was_corrected, was_uncorrected;
    reg [63:0] was_busy, was_stall_in, was_stall_out, was_stall_weights;
    wire reset = rst || soft_reset;
    // constant bits are not kept
    wire [15:0] kept = (PROTECT == 0 ? 16'hf7ff : 16'hffff) & (WEIGHTS_STREAM == 0 ? 16'hefff : 16'hffff);
    always @* if (!started) assume (rst);
    always @(posedge clk) begin
        started <= 1;
        was_reset <= reset;
        was_clear <= reset || clear_counters;
        flush <= reset ? 2'd3 : flush - (flush != 2'd0);
        was_flush <= started && flush != 2'd0;
        was_idle <= \dut.ctrl_empty && \dut.x_quiet && \dut.y_none && !\dut.loading ;
        was_open <= \dut.sequence_open ;
        was_error <= error;
        was_cleared <= error_clear;
        was_raised <= {3'd0, \dut.fetch_error , \dut.word_bad || \dut.unit_bad , \dut.load_error , \dut.x_error };
        was_steps <= sum(steps, {8'd0, \dut.ev_step }, 32);
        was_sequences <= sum(sequences, {8'd0, \dut.ev_sequence }, 32);
        was_busy <= sum(busy, {8'd0, \dut.ev_busy }, 64);
        was_stall_in <= sum(stall_in, {8'd0, \dut.ev_stall_in }, 64);
        was_stall_out <= sum(stall_out, {8'd0, \dut.ev_stall_out }, 64);
        was_stall_weights <= WEIGHTS_STREAM == 0 ? 0 : sum(stall_weights, {8'd0, \dut.ev_stall_weights }, 64);
        was_gate <= sum(s_gate, \dut.sat_gate , 32);
        was_function <= sum(s_function, \dut.sat_function , 32);
        was_cell <= sum(s_cell, \dut.sat_cell , 32);
        was_output <= sum(s_output, \dut.sat_output , 32);
        // with 0 nothing counts wrong bits, and their error bit, a constant, is not kept
        was_uncorrected <= PROTECT == 0 ? 0 : sum(uncorrected, \dut.word_bad + \dut.unit_bad , 32);
        was_corrected <= PROTECT != 2 ? 0 : sum(corrected, \dut.word_corrected + \dut.unit_corrected , 32);
    end

    always @* begin
        assert (weights_ok == \dut.weights_ok );
        assert (is_loading == \dut.loading );
        if (started) begin
            assert (idle == (!was_reset && was_idle));
            assert (is_open == (!was_reset && was_open));
            assert (error == (was_reset ? 16'd0 : (was_error & ~was_cleared & kept) | was_raised));
            assert (steps == (was_clear ? 0 : was_steps));
            assert (sequences == (was_clear ? 0 : was_sequences));
            assert (busy == (was_clear ? 0 : was_busy));
            assert (stall_in == (was_clear ? 0 : was_stall_in));
            assert (stall_out == (was_clear ? 0 : was_stall_out));
            assert (stall_weights == (was_clear ? 0 : was_stall_weights));
            assert (uncorrected == (was_clear ? 0 : was_uncorrected));
            assert (corrected == (was_clear ? 0 : was_corrected));
            assert (s_gate == (was_clear || was_flush ? 0 : was_gate));
            assert (s_function == (was_clear || was_flush ? 0 : was_function));
            assert (s_cell == (was_clear || was_flush ? 0 : was_cell));
            assert (s_output == (was_clear || was_flush ? 0 : was_output));
        end
        cover (started && busy == 3 && steps == 2 && error[3] && error[9] && !idle);
    end
endmodule

`default_nettype wire
