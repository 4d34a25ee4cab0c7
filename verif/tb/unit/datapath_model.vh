// SPDX-License-Identifier: Apache-2.0
//
// Part of datapath_tb: section 1 of docs/microarchitecture.md on the bench's memories (weight, column, bias, peep,
// exponent; xmem, hmem, cmem), and what a closed group writes where and in which cycle.

    // R and sat of section 1
    function signed [127:0] rounded;
        input signed [127:0] v;
        input integer        by;
        reg signed [127:0]   q, rest, half;
        begin
            q = v >>> by;
            rest = v - (q <<< by);
            half = (128'sd1 <<< by) - rest;
            rounded = q;
            if (ROUNDING == 0 && rest >= half) rounded = q + 1;
            if (ROUNDING == 1 && (rest > half || (rest == half && q[0]))) rounded = q + 1;
        end
    endfunction
    function signed [127:0] clamp;
        input signed [127:0] v;
        input integer        bits;
        reg signed [127:0]   limit;
        begin
            limit = 128'sd1 <<< (bits - 1);
            clamp = (v < -limit) ? -limit : (v > limit - 1) ? limit - 1 : v;
        end
    endfunction
    // the lines of datapath.v's tables
    function signed [127:0] sigmoid;
        input signed [127:0] z;
        sigmoid = (128'sd1 <<< (GF - 1)) + (z >>> 4);
    endfunction
    function signed [127:0] hyperbolic;
        input signed [127:0] z;
        hyperbolic = clamp(z, GF + 3) >>> 2;
    endfunction

    // ---- a closed group: what it must write, and when ----

    reg signed [127:0] sum [0:3];
    reg signed [127:0] z [0:3];
    reg signed [127:0] acc_x, acc_h, v, was, fc, ig, c, zc, result;
    integer pe, slot, slots, unit_row, count, number, when_, at, at_x, at_h, to_x, to_h, to_y;
    integer x_slot, h_slot, x_dest, h_dest, rows, beat;

    // S of a row: PE pe, gate k of the group whose first word is `first`
    task sum_row;
        input integer kind, first, which_pe, gate, frame;
        input         zero;
        integer       lane, b, i;
        begin
            acc_x = 0;
            acc_h = 0;
            for (b = 0; b < T; b = b + 1)
                for (lane = 0; lane < LANES; lane = lane + 1) begin
                    i = (((first + b) * PES + which_pe) * 4 + gate) * LANES + lane;
                    if (lane < LANES_X)
                        acc_x = acc_x + weight[i] * xmem[frame * X_PART + x_slot + column[i]];
                    else
                        acc_h = acc_h + weight[i] *
                            hmem[(kind == 0 ? frame ^ STREAMS : frame) * H_PART + h_slot + column[i]];
                end
            v = (acc_x <<< shl_x[kind]) + ((kind == 0 && zero) ? 0 : (acc_h <<< shl_h[kind]));
        end
    endtask

    // first element of a unit row in the c memory: {row, stream, lane}
    function integer cell_of;
        input integer at_row, frame;
        cell_of = (at_row * STREAMS + frame % STREAMS) * ELEMS;
    endfunction

    task unit_result;
        input integer kind, at_unit, at_cell;
        input         zero;
        begin
            // at_unit: unit row * ELEMS + lane
            was = zero ? 0 : cmem[at_cell];
            for (k = 0; k < 4; k = k + 1) begin
                v = sum[k] + bias[at_unit*4+k];
                if (PEEPHOLE != 0 && k < 2)
                    v = v + rounded(peep[at_unit*3+k] * was, shr_p[kind]);
                if (k < 3) begin
                    z[k] = clamp(v, Z_BITS);
                    total_gate = total_gate + (z[k] != v);
                end
            end
            fc = sigmoid(z[1]) * was;
            ig = sigmoid(z[0]) * hyperbolic(z[2]);
            if (CELL_FRAC >= GF)
                v = rounded(fc + (ig <<< (CELL_FRAC - GF)), GF);
            else
                v = rounded((fc <<< (GF - CELL_FRAC)) + ig, 2 * GF - CELL_FRAC);
            c = clamp(v, CELL_BITS);
            total_cell = total_cell + (c != v);
            cmem[at_cell] = c;
            v = (CELL_FRAC > GF) ? rounded(c, CELL_FRAC - GF) : c <<< (GF - CELL_FRAC);
            zc = clamp(v, Z_BITS);
            total_function = total_function + (zc != v);
            v = sum[3] + bias[at_unit*4+3];
            if (PEEPHOLE != 0) v = v + rounded(peep[at_unit*3+2] * c, shr_p[kind]);
            z[3] = clamp(v, Z_BITS);
            total_gate = total_gate + (z[3] != v);
            v = rounded(sigmoid(z[3]) * hyperbolic(zc), 2 * GF - ACT_FRAC);
            result = clamp(v, ACT_BITS);
            total_output = total_output + (result != v);
        end
    endtask

    task close_group;
        input integer kind, group, first, unit_base, tau, frame;
        input         zero, sfirst, slast;
        begin
            slots = (kind == 0) ? PES / ELEMS : 4 * PES / ELEMS;
            rows = (kind == 0) ? H : (kind == 1) ? PROJ : HEAD;
            x_slot = (kind == 0) ? 0 : (kind == 1) ? MOST * (X_SLOTS - 1) : MOST;
            h_slot = (kind == 1) ? S_H : 0;
            to_x = (kind == 0) ? PROJ + HEAD > 0 : (kind == 1) ? HEAD > 0 : 0;
            to_h = kind != 2;
            to_y = ((kind == 0) ? PROJ + HEAD == 0 : (kind == 1) ? HEAD == 0 : 1) &&
                   (EVERY_STEP != 0 || slast);
            x_dest = (kind == 0 && PROJ > 0) ? MOST * (X_SLOTS - 1) : MOST;
            h_dest = (kind == 0 && PROJ > 0) ? S_H : 0;
            for (slot = 0; slot < slots; slot = slot + 1) begin
                when_ = tau + D + LE + slot;
                e_lanes[when_] = to_x;
                count = group * slots + slot;
                unit_row = unit_base + group * (PES / ELEMS) + ((kind == 0) ? slot : slot / 4);
                for (e = 0; e < ELEMS; e = e + 1) begin
                    number = count * ELEMS + e;
                    if (number < rows) begin
                        pe = ((kind == 0) ? slot : slot / 4) * ELEMS + e;
                        if (kind == 0) begin
                            for (k = 0; k < 4; k = k + 1) begin
                                sum_row(kind, first, pe, k, frame, zero);
                                sum[k] = rounded(v, shr[kind] + exponent[(unit_row*ELEMS+e)*4+k]);
                            end
                            unit_result(kind, unit_row * ELEMS + e, cell_of(unit_row, frame) + e, zero);
                        end else begin
                            sum_row(kind, first, pe, slot % 4, frame, zero);
                            v = rounded(v, shr[kind] + exponent[(unit_row*ELEMS+e)*4+slot%4]) +
                                bias[(unit_row*ELEMS+e)*4+slot%4];
                            result = clamp(v, (kind == 1) ? ACT_BITS : HEAD_BITS);
                            total_output = total_output + (result != v);
                        end
                        if (to_x) begin
                            at_x = frame * X_PART + x_dest + number;
                            xmem[at_x] = result;
                            e_xwe[when_][e] = 1'b1;
                            e_xrow[when_] = at_x / ELEMS;
                            e_xdata[when_][e*ACT_BITS +: ACT_BITS] = result;
                        end
                        if (to_h) begin
                            at_h = frame * H_PART + h_dest + number;
                            hmem[at_h] = result;
                            e_hwe[when_][e] = 1'b1;
                            e_hrow[when_] = at_h / ELEMS;
                            e_hdata[when_][e*ACT_BITS +: ACT_BITS] = result;
                        end
                        if (to_y) begin
                            e_ywe[when_][e] = 1'b1;
                            e_yrow[when_] = count;
                            e_ydata[when_][e*OUT_BITS +: OUT_BITS] = result;
                            e_yend[when_] = (frame % STREAMS) * 8 + {slast, sfirst, number == rows - 1 || e_yend[when_][0]};
                        end
                    end
                end
            end
        end
    endtask
