#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Lints the control and interface modules at many parameter sets (Verilator, Icarus, Yosys: a warning is
# a failure) and runs their benches. Usage: run_ctrl.sh [SEED]; last line `N passed, N failed`.
set -u
root=$(cd "$(dirname "$0")/../../.." && pwd)
rtl=$root/rtl_templates
tb=$root/verif/tb/unit
seed=${1:-1}
work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# result NAME STATUS OUTPUT: counts; shows the output of a failure
result() {
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $1"
        head -n 20 "$3"
    fi
}

# lint MODULE "OTHER MODULES" [NAME=VALUE ...]: values are Verilog literals
lint() {
    module=$1
    others=$2
    shift 2
    files=$rtl/$module.v
    for m in $others; do files="$files $rtl/$m.v"; done
    options=
    chparam=
    for set in "$@"; do
        options="$options -G$set"
        chparam="$chparam -set ${set%%=*} ${set#*=}"
    done
    # shellcheck disable=SC2086
    verilator --lint-only -Wall --top-module "$module" $options $files >"$work/log" 2>&1 && [ ! -s "$work/log" ]
    result "verilator $module $*" $? "$work/log"
    # shellcheck disable=SC2086
    yosys -q -p "read_verilog $files; ${chparam:+chparam $chparam $module;} hierarchy -check -top $module; proc; opt_clean; check -assert" \
        >"$work/log" 2>&1 && [ ! -s "$work/log" ]
    result "yosys $module $*" $? "$work/log"
}

# bench NAME "MODULES" CONFIG...
bench() {
    name=$1
    modules=$2
    shift 2
    files=$tb/$name.v
    for m in $modules; do files="$files $rtl/$m.v"; done
    for config in "$@"; do
        # shellcheck disable=SC2086
        iverilog -g2005 -Wall "-P$name.CONFIG=$config" -o "$work/sim" $files >"$work/log" 2>&1 &&
            [ ! -s "$work/log" ] && vvp -n "$work/sim" "+seed=$seed" >"$work/log" 2>&1 &&
            grep -q '^PASS$' "$work/log"
        result "$name config $config seed $seed" $? "$work/log"
    done
}

# ---- lint ----
for bits in 32 64 512; do
    lint brds_crc32 "" STREAM_BITS=$bits
    lint brds_load brds_crc32 STREAM_BITS=$bits WORDS=1 WORD_ADDR_BITS=1 UNIT_ROWS=1 PHASES=1 EDGES=1
    lint brds_load brds_crc32 STREAM_BITS=$bits WORD_BITS=3000 WORDS=4096 WORD_ADDR_BITS=12 UNIT_BITS=4000 \
        UNIT_ROWS=300 UNIT_ADDR_BITS=9 PHASES=17 EDGES=97
done
lint brds_config "" PHASES=1 EDGES=1
lint brds_config "" PHASES=17 EDGES=97
printf '00000000\n00000001\n00000002\n00000003\n' >"$work/config.hex"
verilator --lint-only -Wall -GWEIGHTS_ROM=1 "-GCONFIG_FILE=\"$work/config.hex\"" "$rtl/brds_config.v" >"$work/log" 2>&1
result "verilator brds_config ROM" $? "$work/log"
lint brds_count ""
lint brds_count "" BITS=64 ADD_BITS=9
lint brds_ctrl brds_mux
lint brds_ctrl brds_mux STREAMS=2
lint brds_ctrl brds_mux PHASES=1 EDGES=1 STAGES=1 PHASE_BITS=1 "PH_LINEAR=32'd0" "PH_STAGE=32'd0" "PH_GROUPS=32'd1" \
    "PH_BEATS=32'd1" "PH_WORD=32'd0" "PH_OUT=32'd1" "ED_READER=32'd0" "ED_WRITER=32'd0" "ED_SKIP=32'd1" \
    WORD_ADDR_BITS=1 EVERY_STEP=1 STREAMS=32
lint brds_ctrl brds_mux PHASES=1 EDGES=1 STAGES=1 PHASE_BITS=1 "PH_LINEAR=32'd0" "PH_STAGE=32'd0" "PH_GROUPS=32'd4096" \
    "PH_BEATS=32'd4096" "PH_WORD=32'd0" "PH_OUT=32'd1" "ED_READER=32'd0" "ED_WRITER=32'd0" "ED_SKIP=32'd1" \
    WORD_ADDR_BITS=24 EVERY_STEP=0 FREE_DELAY=4 DRAIN_CYCLES=300
lint brds_prefetch ""
lint brds_prefetch "" MEMORY_BITS=32 WORD_CHUNKS=1 BUFFER_WORDS=16 BUFFER_BITS=4 PHASES=1 PHASE_BITS=1 "PH_CHUNK=32'd0" \
    "PH_CHUNKS=32'd1"
lint brds_prefetch "" MEMORY_BITS=512 WORD_CHUNKS=700 BUFFER_WORDS=1024 BUFFER_BITS=10 PHASES=1 PHASE_BITS=1 \
    "PH_CHUNK=32'd0" "PH_CHUNKS=32'd120000000"
zero=0000000000000000
ones=0000000100000001
for streams in 1 2 16; do
    lint brds_ctrl brds_mux PHASES=4 EDGES=4 STAGES=3 LAYERS=2 PHASE_BITS=2 STREAMS=$streams \
        "PH_LINEAR=128'h00000002${ones#????????}$zero" \
        "PH_STAGE=128'h000000020000000100000001${zero#????????}" "PH_GROUPS=128'h$ones$ones" "PH_BEATS=128'h$ones$ones" \
        "PH_WORD=128'h$zero$ones" "PH_OUT=128'h00000001${zero}00000000" "ED_READER=128'h$zero$ones" \
        "ED_WRITER=128'h$ones$zero" "ED_SKIP=128'h$zero$ones"
done
for elems in 1 2 16 64; do
    half=$((elems * 2))
    bits=1
    while [ $((1 << bits)) -lt $((2 * half)) ]; do bits=$((bits + 1)); done
    for stream in 32 64 512; do
        for container in 8 16 32; do
            # not all of them: every value of each with every other's neighbours
            case $elems-$stream-$container in
                1-32-8 | 1-512-16 | 1-64-32 | 2-64-16 | 2-32-32 | 2-512-8 | 16-512-32 | 16-64-8 | 16-32-16) ;;
                64-32-8 | 64-64-16 | 64-512-32) ;;
                *) continue ;;
            esac
            act=$((container == 32 ? 18 : container))
            for size in 1 65; do
                for ids in 0 $((container == 8 ? 5 : 1)); do # log2 of the number of streams
                    lint brds_xin "brds_xstate brds_clip" ELEMS=$elems STREAM_BITS=$stream X_CONTAINER=$container \
                        ACT_BITS=$act INPUT_SIZE=$size X_ADDR_BITS=$((8 + ids)) H_ADDR_BITS=$((bits + ids)) \
                        INIT_STATE=$((size == 65)) CELL_BITS=$act STREAMS=$((1 << ids))
                done
                rows=$(((size + elems - 1) / elems))
                y_bits=1
                while [ $((1 << y_bits)) -lt $rows ]; do y_bits=$((y_bits + 1)); done
                lint brds_yout brds_sdp ELEMS=$elems STREAM_BITS=$stream Y_CONTAINER=$container \
                    OUT_BITS=$((act - (size == 65))) OUTPUT_SIZE=$size Y_ROW_BITS=$y_bits \
                    USER_BITS=$((container == 8 ? 7 : 2))
            done
        done
    done
done

# ---- benches ----
# CONFIG: the last digit chooses a network or widths, the one before it is log2 of the number of streams
bench ctrl_tb "brds_ctrl brds_mux" 0 1 2 3 4 5 6 10 12 13 15 16 20 22 26
bench xin_tb "brds_xin brds_xstate brds_clip" 0 1 2 3 4 5 10 13 15 20 24
bench yout_tb "brds_yout brds_sdp" 0 1 2 3 4 5 10 20 51
bench load_tb "brds_load brds_crc32 brds_config" 0 1 2

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
