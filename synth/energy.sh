#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# An estimate of a core's energy (docs/energy.md): runs its testbench in Icarus Verilog, whose waveform goes
# through a pipe into `brdsgen report energy`.
#
#   energy.sh [SPEC]      default: examples/digits/spec.json with its model and one of its utterances; else a random
#                         network and random inputs
#
# Writes BUILDDIR/energy/NAME/{energy.json,energy.txt} and logs. Environment: BRDSGEN, SRCDIR, BUILDDIR; LIMIT: sequences
# (default 1).
# Exit status: 0; 1 wrong spec; 3 a tool or a file; 4 the testbench found a wrong word.
set -u

fail() { # STATUS TEXT
    echo "energy: $2" >&2
    exit "$1"
}

command -v iverilog >/dev/null 2>&1 || fail 3 "iverilog is not installed (Debian package: iverilog)"
digits=$SRCDIR/examples/digits
spec=${1:-$digits/spec.json}
model="--random-model 1" workload="--sequences ${LIMIT:-1}"
[ "$spec" != "$digits/spec.json" ] || {
    model="--model $digits/model.safetensors"
    workload="--workload $digits/workload.safetensors --limit ${LIMIT:-1}"
}
plan=$($BRDSGEN plan --json "$spec" 2>/dev/null) || { $BRDSGEN check "$spec"; exit 1; }
name=$(echo "$plan" | sed -n 's/^ *"name": *"\([^"]*\)".*/\1/p' | head -n 1)
out=$BUILDDIR/energy/$name
rm -rf "$out"
mkdir -p "$out" || exit 3
out=$(cd "$out" && pwd)
# shellcheck disable=SC2086 # words of options
$BRDSGEN gen "$spec" $model -o "$out/core" >"$out/gen.log" 2>&1 || fail 1 "see $out/gen.log"
# shellcheck disable=SC2086
$BRDSGEN vectors "$spec" $model $workload -o "$out/vectors" >"$out/vectors.log" 2>&1 || fail 1 "see $out/vectors.log"
cd "$out/core/rtl" || exit 3
iverilog -g2005 -s "${name}_tb" -o "$out/tb.vvp" -c files.f "../tb/${name}_tb.v" >"$out/iverilog.log" 2>&1 ||
    fail 3 "see $out/iverilog.log"
mkfifo "$out/waveform.vcd" || exit 3
vvp -n "$out/tb.vvp" "+vectors=$out/vectors" "+dump=$out/waveform.vcd" >"$out/tb.log" 2>&1 &
simulation=$!
$BRDSGEN report energy "$out/waveform.vcd" "$out/vectors/vectors.json" --spec "$spec" -o "$out/energy.json" \
    >"$out/energy.txt" 2>"$out/report.log"
status=$?
if [ $status -ne 0 ]; then # nobody reads the pipe any more
    kill $simulation 2>/dev/null
    cat "$out/report.log" >&2
    exit $status
fi
wait $simulation
rm -f "$out/waveform.vcd"
grep -q ' PASS$' "$out/tb.log" || fail 4 "the testbench failed: $(tail -n 1 "$out/tb.log")"
cat "$out/energy.txt"
