#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# One spec through everything: check, generate, lint in three tools, pack, build, simulate in
# Verilator without and with stalls, and, if small, in Icarus.  Writes one JSON a
# run to $OUT/runs and keeps the logs of what failed in $OUT/work/NAME, with the first
# stage that failed in the file `failed`.
#
#   job.sh NAME SPEC MODEL WORKLOAD SEQUENCES STEPS ICARUS OPT
#
# MODEL and WORKLOAD: a file, `random` or `random:SEED`; ICARUS: yes, no, or the largest product of cycles and
# multipliers that is simulated; OPT: how the model is compiled (-O0 where compiling takes longer than
# simulating, -O2 where speed is measured).
# Environment: BRDSGEN, SRCDIR, OUT, HARNESS (folder of the built harness); STALLS: chances that are simulated
# with ("0 30"); TOOL_SECONDS, RUN_SECONDS: for a tool (600), a simulation (900); STAGE, if set: one of the
# stages, and only what it needs is run.
set -u
name=$1 spec=$2 model=$3 workload=$4 sequences=$5 steps=$6 icarus=$7 opt=${8:--O1}
work=$OUT/work/$name
limit=${TOOL_SECONDS:-600} # for a tool
run_limit=${RUN_SECONDS:-900} # for a simulation
rm -rf "$work"
mkdir -p "$work" "$OUT/runs"

# seed WORD: of `random` or `random:SEED`
seed() {
    case $1 in random:*) echo "${1#random:}" ;; *) echo 1 ;; esac
}
case $model in
random | random:*) set -- --random-model "$(seed "$model")" ;;
*) set -- --model "$model" ;;
esac

# failed STAGE TEXT: the first stage is kept, all are printed
failed() {
    [ -s "$work/failed" ] || echo "$1" >"$work/failed"
    echo "FAIL $name: $1: $2"
}

# fail STAGE SIMULATOR STALLS LOG: a run that did not happen is a run that failed
fail() {
    text=$(tail -n 5 "$4" | tr -c '[:print:]\n' '?' | sed 's/\\/\\\\/g; s/"/\\"/g' | tr '\n' ' ')
    printf '{"spec": "%s", "workload": "", "simulator": "%s", "stalls": %s, "sequences": 0, "steps": 0, "outputs_compared": 0, "mismatches": 0, "cycles": 0, "cycles_predicted": 0, "utilisation": 0, "seconds": 0, "error": "%s: %s"}\n' \
        "$name" "$2" "$3" "$1" "$text" >"$OUT/runs/$name-$2-$3.json"
    failed "$1" "$4"
    exit 0
}

# silent STAGE SIMULATOR LOG COMMAND...: must succeed and print nothing
silent() {
    stage=$1 simulator=$2 log=$3
    shift 3
    timeout $limit "$@" >"$log" 2>&1 && [ ! -s "$log" ] || fail "$stage" "$simulator" 0 "$log"
}

# asked STAGE: whether it is run
asked() {
    [ -z "${STAGE-}" ] || [ "$STAGE" = "$1" ]
}

# works STAGE LOG COMMAND...: must succeed
works() {
    stage=$1 log=$2
    shift 2
    timeout $limit "$@" >"$log" 2>&1 || fail "$stage" verilator 0 "$log"
}

works check "$work/check.log" "$BRDSGEN" check "$spec"
works generate "$work/gen.log" "$BRDSGEN" gen "$spec" "$@" -o "$work/core"
works pack "$work/pack.log" "$BRDSGEN" pack "$spec" "$@" -o "$work/pack"
top=$(sed -n 's/^ *"name": *"\([^"]*\)".*/\1/p' "$spec" | head -n 1)

# lint: not one line may be printed.  Verilator's is part of making the model; small modules only are
# inlined where compiling is what takes time.
cd "$work/core/rtl" || exit 3
inline=
[ "$opt" != -O0 ] || inline='--inline-mult 1'
# shellcheck disable=SC2086
silent "verilator -Wall" verilator "$work/lint.log" verilator --cc -Wall -O3 $inline --top-module "$top" \
    --prefix Vdut --Mdir "$work/obj" -f files.f
asked "iverilog -Wall" &&
    silent "iverilog -Wall" icarus "$work/lint.log" iverilog -g2005 -Wall -t null -s "$top" -f files.f
asked yosys &&
    silent yosys verilator "$work/lint.log" yosys -q -p "read_verilog -defer $(tr '\n' ' ' <files.f)
        hierarchy -check -top $top
        proc -noopt
        check -assert"

# the Verilator model with the harness; the model runs in the folder of its ROM files
works build "$work/build.log" sh "$SRCDIR/verif/build_model.sh" "$work/obj" "$work/core/sim/shim.cpp" \
    libharness.a "$opt" "$work/harness"

case $workload in
random | random:*) set -- "$@" --sequences "$sequences" --steps "$steps" --seed "$(seed "$workload")" ;;
*) set -- "$@" --workload "$workload" --limit "$sequences" ;;
esac
for stalls in ${STALLS:-0 30}; do
    run=$OUT/runs/$name-verilator-$stalls.json
    log=$work/run-$stalls.log
    timeout $run_limit "$work/harness" "$spec" "$@" --stalls $stalls -o "$run" >"$log" 2>&1
    status=$?
    [ -s "$run" ] || fail "simulation, verilator, stalls $stalls %" verilator $stalls "$log"
    sed -i "s/^  \"spec\": .*/  \"spec\": \"$name\",/" "$run"
    [ $status = 0 ] || failed "simulation, verilator, stalls $stalls %" "$(head -n 1 "$log")"
done

# number KEY FILE: the first of that name
number() {
    sed -n "s/^ *\"$1\": *\([0-9]*\).*/\1/p" "$2" | head -n 1
}

case ${STAGE-} in *verilator*) icarus=no ;; esac
case $icarus in
[0-9]*)
    multipliers=$(number multipliers "$work/core/plan.json")
    cycles=$(number cycles "$OUT/runs/$name-verilator-0.json")
    [ $((${multipliers:-1000} * ${cycles:-1000000})) -gt "$icarus" ] && icarus=no || icarus=yes ;;
esac
if [ "$icarus" = yes ]; then
    timeout $limit "$BRDSGEN" vectors "$spec" "$@" -o "$work/vectors" >"$work/vectors.log" 2>&1 ||
        fail vectors icarus 0 "$work/vectors.log"
    silent testbench icarus "$work/tb.log" iverilog -g2005 -Wall -s "${top}_tb" -o "$work/tb.vvp" -c files.f \
        "../tb/${top}_tb.v"
    for stalls in ${STALLS:-0 30}; do
        log=$work/icarus-$stalls.log
        begin=$(date +%s%N)
        timeout $run_limit vvp -n "$work/tb.vvp" +vectors="$work/vectors" +stalls=$stalls +seed=1 >"$log" 2>&1
        end=$(date +%s%N)
        run=$OUT/runs/$name-icarus-$stalls.json
        "$BRDSGEN" report bench "$work/vectors/vectors.json" "$log" --stalls $stalls \
            --milliseconds $(((end - begin) / 1000000)) -o "$run" >"$work/bench-$stalls.log" 2>&1 ||
            failed "simulation, icarus, stalls $stalls %" "$(tail -n 1 "$log")"
        [ -s "$run" ] || fail "report" icarus $stalls "$work/bench-$stalls.log"
        sed -i "s/^  \"spec\": .*/  \"spec\": \"$name\",/" "$run"
    done
fi
# what passed needs no 30 MB of objects
[ -s "$work/failed" ] || rm -rf "$work/obj"
