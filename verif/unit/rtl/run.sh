#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The datapath: lint of every module and of the whole at many shapes (Verilator -Wall, Icarus -Wall,
# Yosys; a warning is a failure), what Yosys infers from memories and products, and the benches.
# Usage: run.sh [--all] [--lint | --synth | --bench] [SEED]; one line a check, last line
# `N passed, N failed`.  --all: the shapes that take a minute or more, too.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
rtl=$root/rtl_templates
tb=$root/verif/tb/unit
all=0
only=
seed=1
for argument in "$@"; do
    case $argument in
        --all) all=1 ;;
        --lint | --synth | --bench) only=${argument#--} ;;
        *[!0-9]* | '') echo "usage: run.sh [--all] [--lint | --synth | --bench] [SEED]" >&2; exit 2 ;;
        *) seed=$argument ;;
    esac
done
work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT
passed=0
failed=0
modules="brds_acc brds_array brds_bank brds_chunkmem brds_delay brds_elem brds_fetch brds_flags brds_func brds_lane
    brds_linear_sat brds_mul brds_mul_pair brds_mux brds_pairs brds_parity brds_post brds_product brds_ram brds_round
    brds_roundc brds_row brds_sat brds_satcount brds_scale brds_secded brds_shared brds_tree brds_vmem"
sources="$tb/datapath.v"
for module in $modules; do sources="$sources $rtl/$module.v"; done

# result NAME STATUS: one line; shows the log of a failure
result() {
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
        echo "ok      $1"
    else
        failed=$((failed + 1))
        echo "FAILED  $1"
        head -n 20 "$work/log"
    fi
}

# quiet COMMAND...: succeeds if the command does and says nothing
quiet() {
    "$@" >"$work/log" 2>&1 && [ ! -s "$work/log" ]
}

# lint TOP NAME=VALUE...: in the three tools
lint() {
    top=$1
    shift
    verilator_options=
    icarus_options=
    yosys_options=
    for set in "$@"; do
        verilator_options="$verilator_options -G$set"
        icarus_options="$icarus_options -P$top.$set"
        yosys_options="$yosys_options -set ${set%%=*} ${set#*=}"
    done
    # shellcheck disable=SC2086
    quiet verilator --lint-only -Wall --top-module "$top" -y "$rtl" $verilator_options "$source"
    result "verilator $name" $?
    # shellcheck disable=SC2086
    quiet iverilog -g2005 -Wall -y "$rtl" $icarus_options -s "$top" -o "$work/elaborated" "$source"
    result "icarus $name" $?
    quiet yosys -q -p "read_verilog $sources; ${yosys_options:+chparam $yosys_options $top;} \
        hierarchy -check -top $top; proc; opt_clean; check -assert"
    result "yosys $name" $?
}

lint_all() {
    for module in $modules; do
        name=$module
        source=$rtl/$module.v
        lint "$module"
    done
    # ROM contents for Yosys, which reads them while it elaborates
    (cd "$work" && for _ in 1 2 3 4 5 6 7 8; do printf '0\n0\n0\n0\n0\n0\n0\n0\n'; done >weights.hex &&
        printf '0\n0\n0\n0\n0\n0\n0\n0\n' >units.hex)
    source=$tb/datapath.v
    while read -r name shape; do
        case $name in
            '#'* | '') continue ;;
            *+) [ "$all" -eq 1 ] || continue ;;
        esac
        # shellcheck disable=SC2086
        lint datapath $shape
    done <"$here/datapath_shapes.txt"
}

# synth TARGET TOP "PARAMETERS" CONDITION: cell counts as shell variables, then an arithmetic test
synth() {
    options=
    for set in $3; do options="$options -set ${set%%=*} ${set#*=}"; done
    yosys -q -p "read_verilog $sources; ${options:+chparam $options $2;} synth_$1 -top $2; \
        flatten; tee -q -o $work/stat stat" >"$work/log" 2>&1 && ! grep -q 'Driver-driver' "$work/log"
    status=$?
    if [ $status -eq 0 ]; then
        # shellcheck disable=SC2046
        counts=$(awk 'NF == 2 && $1 ~ /^[A-Z$]/ { n[$1] = $2 } END { for (c in n) print c "=" n[c] }' \
            "$work/stat")
        count() { echo "$counts" | awk -F= -v p="$1" '$1 ~ p { s += $2 } END { print s + 0 }'; }
        echo "$counts" >"$work/log"
        eval "$4"
        status=$?
    fi
    result "synth_${1%% *} $2 $3: $4" $status
}

synth_all() {
    memory="ELEMS=2 HALF=512 ADDR_BITS=10"
    # one block for both banks of a lane's copy; nothing in flip-flops but bank and row register
    synth "xilinx -family xcup -noiopad" brds_vmem "$memory" '[ $(count RAMB) -eq 1 ]'
    synth ecp5 brds_vmem "$memory" '[ $(count DP16KD) -eq 1 ] && [ $(count TRELLIS_FF) -le 1 ]'
    synth ice40 brds_vmem "$memory" '[ $(count SB_RAM40) -eq 4 ] && [ $(count SB_DFF) -le 1 ]'
    synth "xilinx -family xcup -noiopad" brds_vmem "ELEMS=1 HALF=32 ADDR_BITS=6" \
        '[ $(count "RAM(64|32)") -gt 0 ] && [ $(count FDRE) -le 16 ]'
    for family in "xilinx -family xc7 -noiopad" ecp5 ice40; do
        # the narrow last column may go to LUT RAM with its read register; 44: a write's chunk, row, enables
        synth "$family" brds_chunkmem "WIDTH=100 CHUNK_BITS=32" \
            '[ $(count "RAMB|DP16KD|SB_RAM40") -ge 3 ] && [ $(count "FDRE|TRELLIS_FF|SB_DFF") -le 48 ]'
    done
    # element-wise products and functions: in logic, or a block each
    func="GATE_BITS=12 GATE_FRAC=10 Z_BITS=14 ENTRY_BITS=4 SLOPE_BITS=8"
    for dsp in 0 1; do
        for family in "xilinx -family xcup -noiopad" ecp5 "ice40 -dsp"; do
            synth "$family" brds_product "A_BITS=12 B_BITS=14 DSP=$dsp" \
                "[ \$(count 'DSP48|MULT18|MAC16') -eq $dsp ]"
        done
    done
    synth ecp5 brds_func "$func FUNC_DSP=0" '[ $(count "MULT18|DP16KD|DPR16") -eq 0 ]'
    # a lane's product: one block each
    for regs in 1 2 3 4; do
        synth "ice40 -dsp" brds_row "MUL_REGS=$regs MUL_KEEP=1 ACT_BITS=12" '[ $(count MAC16) -eq 3 ]'
    done
    synth "xilinx -family xc7 -noiopad" brds_row "MUL_REGS=3" '[ $(count DSP48) -eq 3 ]'
    synth ecp5 brds_row "MUL_REGS=3" '[ $(count MULT18) -eq 3 ]'
}

bench_all() {
    while read -r bench parameters; do
        case $bench in '#'* | '') continue ;; esac
        options=
        for set in $parameters; do options="$options -P$bench.$set"; done
        # shellcheck disable=SC2086
        iverilog -g2005 -y "$rtl" -y "$tb" -I "$tb" $options "-P$bench.SEED=$seed" -s "$bench" \
            -o "$work/sim" "$tb/$bench.v" >"$work/log" 2>&1 && [ ! -s "$work/log" ] &&
            vvp -n "$work/sim" >"$work/log" 2>&1 && grep -q '^PASS' "$work/log"
        result "$bench $parameters seed $seed" $?
    done <"$here/datapath_benches.txt"
    # the check of same-address reads and writes does fire
    iverilog -g2005 -y "$rtl" -Pram_tb.COLLIDE=1 -s ram_tb -o "$work/sim" "$tb/ram_tb.v" \
        >"$work/log" 2>&1 && { vvp -n "$work/sim" >"$work/log" 2>&1 || :; } &&
        grep -q 'a row is read and written in the same cycle' "$work/log" && ! grep -q PASS "$work/log"
    result "ram_tb COLLIDE=1 stops" $?
}

cd "$work" || exit 3
case $only in
    lint) lint_all ;;
    synth) synth_all ;;
    bench) bench_all ;;
    *) lint_all; bench_all; synth_all ;;
esac
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
