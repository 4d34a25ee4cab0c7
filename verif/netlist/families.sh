# SPDX-License-Identifier: Apache-2.0
#
# Sourced by run.sh: how a family's netlist is made with what Yosys 0.23 has simulation models for.  Memories stay
# behavioural where the models of block RAM have no behaviour (xc7, ecp5); the function tables become logic.

# core_script FAMILY: Yosys commands from RTL to cells for a whole core
core_script() {
    tables='memory_map t:$mem_v2 a:logic_block %i'
    xc7='synth_xilinx -family xc7 -flatten -noiopad -noclkbuf'
    case $1 in
        # two-input gates, multiplexers and flip-flops
        generic) echo "synth -flatten -run begin:fine; $tables; opt -undriven -fine; techmap; opt -fast;
            abc -fast -g AND,XOR,MUX; opt_clean" ;;
        # LUT, carry, flip-flop, SB_MAC16, SB_RAM40_4K
        ice40) echo "synth_ice40 -device u -dsp -run begin:check" ;;
        # LUT, carry, flip-flop, SRL, DSP48E1
        xc7) echo "$xc7 -run begin:map_memory; $tables; $xc7 -run fine:check" ;;
        # LUT, carry, flip-flop: MULT18X18D is a black box
        ecp5) echo "synth_ecp5 -nodsp -run begin:map_ram; $tables; synth_ecp5 -nodsp -run map_gates:check" ;;
    esac
}

# module_script FAMILY: the same for a small module without memory
module_script() {
    case $1 in
        generic) echo "synth -flatten -run begin:check; abc -fast -g AND,XOR,MUX; opt_clean" ;;
        ice40) echo "synth_ice40 -run begin:check" ;;
        xc7) echo "synth_xilinx -family xc7 -flatten -noiopad -noclkbuf -nodsp -run begin:check" ;;
        ecp5) echo "synth_ecp5 -nodsp -run begin:check" ;;
    esac
}

# cell_models FAMILY: the file of the cells' models
cell_models() {
    case $1 in
        ice40) echo "$YOSYS_DATA/ice40/cells_sim.v" ;;
        xc7) echo "$YOSYS_DATA/xilinx/cells_sim.v" ;;
        ecp5) echo "$YOSYS_DATA/ecp5/cells_sim.v" ;;
    esac
}

# fill_memories FILE: what block RAMs start with and nobody wrote, in place of x: on a device they hold anything, the machine
# multiplies some of it by the zeros of padding, and the model of SB_MAC16 makes x of x times 0
fill_memories() {
    awk '
        /^ *\.INIT_[0-9A-F]\(256.h/ {
            at = index($0, "h")
            rest = substr($0, at + 1)
            line = substr($0, 1, at)
            for (i = 1; i <= length(rest); i++) {
                digit = substr(rest, i, 1)
                seed = (seed * 69069 + 12345) % 2147483648
                line = line (digit == "x" ? sprintf("%x", int(seed / 65536) % 16) : digit)
            }
            $0 = line
        }
        { print }' "$1" >"$1.filled" && mv "$1.filled" "$1"
}

# break_cell FAMILY FILE NUMBER OF: changes the function of one cell of a netlist, the NUMBER-th of OF spread over it;
# prints how many cells there were to choose from
break_cell() {
    awk -v family="$1" -v number="$3" -v of="$4" '
        # half of the entries of a table inverted
        function other(line,   at, digits) {
            digits = "0123456789abcdef"
            match(line, /h[0-9a-f]+\)/)
            at = RSTART + RLENGTH - 2
            return substr(line, 1, at - 1) substr(digits, 17 - index(digits, substr(line, at, 1)), 1) substr(line, at + 1)
        }
        function fits(line, before) {
            if (family == "generic") return line ~ /^  assign .* = [^&|^?]* [&^] [^&|^?]*;$/
            return line ~ /\.(LUT_)?INIT\([0-9]+.h[0-9a-f]+\)/ && before ~ /LUT/
        }
        { text[NR] = $0 }
        fits($0, before) { cell[++cells] = NR }
        { before = $0 }
        END {
            chosen = cell[int(cells * number / (of + 1)) + 1]
            if (cells && family == "generic") sub(/ [&^] /, " | ", text[chosen])
            else if (cells) text[chosen] = other(text[chosen])
            for (i = 1; i <= NR; i++) print text[i] >(FILENAME ".broken")
            print cells + 0
        }' "$2"
    mv "$2.broken" "$2"
}
