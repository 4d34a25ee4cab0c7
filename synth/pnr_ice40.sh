#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A bitstream for an iCE40 UP5K: generates the core of an example, synthesises it
# with its board wrapper, places, routes and packs it, and checks that something
# came out: a netlist that is not empty, the planned DSP blocks, a clock speed. With
# Icarus the board's testbench runs on the Verilog and on the netlist.
#
#   pnr_ice40.sh [EXAMPLE]      a folder of examples/ with spec.json, board.v and
#                               a .pcf file; default tiny_ice40
#
# Writes BUILDDIR/pnr/EXAMPLE/{bitstream.bin,report.json} and their logs. Environment:
# BRDSGEN, SRCDIR, BUILDDIR; SEED: of the placement (default 1); MODEL: the network
# (default: the model.safetensors of the example, else a random one).
# Exit status: 0; 1 wrong spec; 3 a tool or a file; 4 it does not fit, or is empty.
set -u

fail() { # STATUS TEXT
    echo "pnr: $2" >&2
    exit "$1"
}

need() { # TOOL PACKAGE
    command -v "$1" >/dev/null 2>&1 || fail 3 "$1 is not installed (Debian package: $2)"
}
need yosys yosys
need nextpnr-ice40 nextpnr-ice40
need icepack fpga-icestorm

example=${1:-tiny_ice40}
folder=$SRCDIR/examples/$example
out=$BUILDDIR/pnr/$example
[ -r "$folder/board.v" ] || fail 3 "there is no $folder/board.v"
pins=$(ls "$folder"/*.pcf 2>/dev/null) || fail 3 "there is no .pcf file in $folder"
mkdir -p "$out" || exit 3
rm -f "$out"/*.json "$out"/bitstream.* "$out"/*.log "$out"/netlist.v

if [ -n "${MODEL:-}" ]; then
    set -- --model "$MODEL"
elif [ -f "$folder/model.safetensors" ]; then
    set -- --model "$folder/model.safetensors"
else
    set -- --random-model 1
fi
$BRDSGEN gen "$folder/spec.json" "$@" -o "$out/core" >"$out/gen.log" || exit
$BRDSGEN plan --json "$folder/spec.json" >"$out/plan.json" || exit
clock=$(sed -n 's/.*"clock_mhz": *\([0-9]*\).*/\1/p' "$out/plan.json" | head -n 1)
planned=$(sed -n 's/.*"dsp": *\([0-9]*\).*/\1/p' "$out/plan.json" | head -n 1)

(cd "$out/core/rtl" && yosys -q -l "$out/yosys.log" -p "
    read_verilog $(tr '\n' ' ' <files.f) $folder/board.v
    hierarchy -check -top board
    script $SRCDIR/synth/ice40.ys
    check -noinit
    write_json $out/netlist.json
    write_verilog -noattr $out/netlist.v") >"$out/yosys.out" 2>&1 ||
    fail 3 "yosys failed: $(grep ERROR "$out/yosys.out" | tail -n 1) (see $out/yosys.log)"
if grep -E 'Driver-driver conflict|multiple conflicting drivers' "$out/yosys.log" >&2; then
    fail 4 "conflicting drivers: the netlist is wrong (see $out/yosys.log)"
fi

# simulate NAME SOURCE...: the board's testbench, which must end with PASS
simulate() {
    name=$1
    shift
    iverilog -g2005 -DNO_ICE40_DEFAULT_ASSIGNMENTS -s board_tb -o "$out/$name.vvp" "$@" "$folder/board_tb.v" \
        >"$out/$name.log" 2>&1 && vvp -n "$out/$name.vvp" "+vectors=$out/vectors" >>"$out/$name.log" 2>&1
    echo "board_tb on the $name: $(tail -n 1 "$out/$name.log")"
    grep -q '^BOARD-TB .* PASS$' "$out/$name.log" || fail 4 "the $name does not work (see $out/$name.log)"
}
if [ ! -f "$folder/board_tb.v" ]; then
    simulated=none
elif command -v iverilog >/dev/null 2>&1; then
    $BRDSGEN vectors "$folder/spec.json" "$@" --sequences 2 --steps 2 -o "$out/vectors" >"$out/vectors.log" || exit
    (cd "$out/core/rtl" && simulate verilog $(tr '\n' ' ' <files.f) "$folder/board.v") || exit
    simulate netlist "$out/netlist.v" "$(dirname "$(command -v yosys)")/../share/yosys/ice40/cells_sim.v"
    simulated="verilog netlist"
else
    echo "pnr: board_tb skipped, iverilog is not installed"
    simulated=none
fi

nextpnr-ice40 --up5k --package sg48 --json "$out/netlist.json" --pcf "$pins" --asc "$out/bitstream.asc" \
    --report "$out/nextpnr.json" --freq "$clock" --seed "${SEED:-1}" -q -l "$out/nextpnr.log" 2>"$out/nextpnr.out" ||
    fail 4 "nextpnr-ice40 failed: $(grep -h ERROR "$out/nextpnr.log" | head -n 1) (see $out/nextpnr.log)"
icepack "$out/bitstream.asc" "$out/bitstream.bin" || fail 3 "icepack failed"

# used KIND: cells of a kind in nextpnr's utilisation, a line "KIND: used/ of"
used() {
    sed -n "s/^Info:[[:space:]]*$1:[[:space:]]*\([0-9]*\)\/.*/\1/p" "$out/nextpnr.log" | head -n 1
}
lc=$(used ICESTORM_LC) ram=$(used ICESTORM_RAM) dsp=$(used ICESTORM_DSP)
# nextpnr reports the clock after placement and again after routing; with an empty netlist never
fmax=$(sed -n "s/.*Max frequency for clock[^:]*: \([0-9.]*\) MHz.*/\1/p" "$out/nextpnr.log" | tail -n 1)
[ "${lc:-0}" -gt 0 ] && [ "${ram:-0}" -gt 0 ] || fail 4 "the placed design is empty"
[ "${dsp:-0}" -eq "$planned" ] || fail 4 "the placed design has ${dsp:-0} DSP blocks; the plan has $planned"
[ -n "$fmax" ] && grep -q '"achieved"' "$out/nextpnr.json" || fail 4 "nextpnr reports no clock speed"

printf '{"example": "%s", "device": "up5k-sg48", "lc": %d, "lc_available": 5280, "bram": %d, "bram_available": 30,
 "dsp": %d, "dsp_available": 8, "fmax_mhz": %s, "clock_mhz": %d, "seed": %d, "bitstream_bytes": %d,
 "simulated": "%s"}\n' \
    "$example" "$lc" "$ram" "$dsp" "$fmax" "$clock" "${SEED:-1}" "$(wc -c <"$out/bitstream.bin")" \
    "$simulated" >"$out/report.json"
echo "$example on UP5K: $lc of 5280 LCs, $ram of 30 RAMs, $dsp of 8 DSPs, $fmax MHz (wanted: $clock MHz)"
echo "bitstream: $out/bitstream.bin"
[ "${fmax%.*}" -ge "$clock" ] || fail 4 "too slow for the board's clock"
