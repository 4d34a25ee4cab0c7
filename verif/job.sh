#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# One spec through everything: generate, lint in two tools, build, simulate in
# Verilator without and with stalls, and, if small, in Icarus.  Writes one JSON a
# run to $OUT/runs and keeps the logs of what failed in $OUT/work/NAME.
#
#   job.sh NAME SPEC MODEL WORKLOAD SEQUENCES STEPS ICARUS OPT
#
# MODEL: a file or `random`; WORKLOAD: likewise; ICARUS: yes or no; OPT: how the model is
# compiled (-O0 where compiling takes longer than simulating, -O2 where speed is measured).
# Environment: BRDSGEN, SRCDIR, OUT, HARNESS (folder of the built harness).
set -u
name=$1 spec=$2 model=$3 workload=$4 sequences=$5 steps=$6 icarus=$7 opt=${8:--O1}
work=$OUT/work/$name
rm -rf "$work"
mkdir -p "$work" "$OUT/runs"

case $model in
random) set -- --random-model 1 ;;
*) set -- --model "$model" ;;
esac

# fail STAGE SIMULATOR STALLS LOG: a run that did not happen is a run that failed
fail() {
    text=$(tail -n 5 "$4" | tr -c '[:print:]\n' '?' | sed 's/\\/\\\\/g; s/"/\\"/g' | tr '\n' ' ')
    printf '{"spec": "%s", "workload": "", "simulator": "%s", "stalls": %s, "sequences": 0, "steps": 0, "outputs_compared": 0, "mismatches": 0, "cycles": 0, "cycles_predicted": 0, "utilisation": 0, "seconds": 0, "error": "%s: %s"}\n' \
        "$name" "$2" "$3" "$1" "$text" >"$OUT/runs/$name-$2-$3.json"
    echo "FAIL $name: $1 ($4)"
    exit 0
}

# generation
"$BRDSGEN" gen "$spec" "$@" -o "$work/core" >"$work/gen.log" 2>&1 || fail generate verilator 0 "$work/gen.log"
top=$(sed -n 's/^ *"name": *"\([^"]*\)".*/\1/p' "$spec" | head -n 1)

# lint: not one line may be printed
cd "$work/core/rtl" || exit 3
verilator --lint-only -Wall --top-module "$top" -f files.f >"$work/lint.log" 2>&1 && [ ! -s "$work/lint.log" ] ||
    fail "verilator -Wall" verilator 0 "$work/lint.log"
iverilog -g2005 -Wall -t null -s "$top" -f files.f >"$work/lint.log" 2>&1 && [ ! -s "$work/lint.log" ] ||
    fail "iverilog -Wall" icarus 0 "$work/lint.log"

# the Verilator model with the harness; the model runs in the folder of its ROM files
{
    verilator --cc -O3 --top-module "$top" --prefix Vdut --Mdir "$work/obj" -f files.f &&
        make -s -C "$work/obj" -f Vdut.mk OPT_FAST="$opt" OPT_SLOW=-O0 Vdut__ALL.a &&
        c++ -O1 -I"$HARNESS" -I"$SRCDIR/verif/harness" -I"$work/obj" -I"$VERILATOR_HOME/include" \
            -o "$work/harness" ../sim/shim.cpp "$HARNESS/libharness.a" "$work/obj/Vdut__ALL.a" \
            "$HARNESS/libverilated.a" "$BRDSLIB" $(cat "$HARNESS/libraries")
} >"$work/build.log" 2>&1 || fail "build" verilator 0 "$work/build.log"

case $workload in
random) set -- "$@" --sequences "$sequences" --steps "$steps" ;;
*) set -- "$@" --workload "$workload" --limit "$sequences" ;;
esac
for stalls in 0 30; do
    run=$OUT/runs/$name-verilator-$stalls.json
    "$work/harness" "$spec" "$@" --stalls $stalls -o "$run" >"$work/run-$stalls.log" 2>&1
    status=$?
    [ -s "$run" ] || fail "simulation (exit $status)" verilator $stalls "$work/run-$stalls.log"
    sed -i "s/^  \"spec\": .*/  \"spec\": \"$name\",/" "$run"
    [ $status = 0 ] || echo "FAIL $name: verilator, stalls $stalls %: $(head -n 1 "$work/run-$stalls.log")"
done

[ "$icarus" = yes ] || exit 0
"$BRDSGEN" vectors "$spec" "$@" -o "$work/vectors" >"$work/vectors.log" 2>&1 ||
    fail vectors icarus 0 "$work/vectors.log"
iverilog -g2005 -Wall -s "${top}_tb" -o "$work/tb.vvp" -c files.f "../tb/${top}_tb.v" >"$work/tb.log" 2>&1 &&
    [ ! -s "$work/tb.log" ] || fail "testbench" icarus 0 "$work/tb.log"
for stalls in 0 30; do
    log=$work/icarus-$stalls.log
    begin=$(date +%s%N)
    timeout 900 vvp -n "$work/tb.vvp" +vectors="$work/vectors" +stalls=$stalls +seed=1 >"$log" 2>&1
    end=$(date +%s%N)
    run=$OUT/runs/$name-icarus-$stalls.json
    "$BRDSGEN" report bench "$work/vectors/vectors.json" "$log" --stalls $stalls \
        --milliseconds $(((end - begin) / 1000000)) -o "$run" >"$work/bench-$stalls.log" 2>&1 ||
        echo "FAIL $name: icarus, stalls $stalls %: $(tail -n 1 "$log")"
    [ -s "$run" ] || fail "report" icarus $stalls "$work/bench-$stalls.log"
    sed -i "s/^  \"spec\": .*/  \"spec\": \"$name\",/" "$run"
done
# what passed needs no 30 MB of objects
grep -q '"error"' "$OUT/runs/$name"-*.json 2>/dev/null || rm -rf "$work/obj"
