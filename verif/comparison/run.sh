#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Cores of list.txt, planned and (where it says so) simulated in Verilator against the C model, beside the published
# figures of docs/peers.json: build/comparison/report.json, and the page build/comparison/comparison.md.
# What was simulated is not simulated again: remove build/comparison to start anew.
#
#   run.sh [--no-simulation] [--docs]
#
# --docs: the results become docs/comparison.json and docs/comparison.md.
# Environment: BRDSGEN, SRCDIR, BUILDDIR, CC.
set -u
out=$BUILDDIR/comparison
here=$SRCDIR/verif/comparison
simulate=yes
docs=no
for option; do
    case $option in
    --no-simulation) simulate=no ;;
    --docs) docs=yes ;;
    *) echo "comparison: '$option' is neither --no-simulation nor --docs" >&2 && exit 2 ;;
    esac
done
HARNESS=$BUILDDIR/harness
BRDSLIB=$BUILDDIR/libbrds.a
VERILATOR_HOME=$(verilator --getenv VERILATOR_ROOT) || {
    echo "comparison: verilator is not installed (Debian package: verilator)" >&2
    exit 3
}
export BRDSGEN SRCDIR HARNESS BRDSLIB VERILATOR_HOME
mkdir -p "$out/rows" || exit 3
[ $simulate = no ] || sh "$SRCDIR/verif/build_harness.sh" || exit 3

# number KEY FILE: the first of that name
number() {
    sed -n "s/^ *\"$1\": *\([0-9.e+-]*\).*/\1/p" "$2" | head -n 1
}

# bits FORMAT SPEC: of weight or activation
bits() {
    sed -n "/\"$1\"/,\$p" "$2" | grep -o '"bits": *[0-9]*' | head -n 1 | grep -o '[0-9]*$'
}

# simulated NAME SPEC STEPS STREAMS: the run of a sequence a stream as JSON; null where it is not asked for
simulated() {
    run=$out/runs/$1-verilator-0.json
    if [ "$3" = 0 ] || [ $simulate = no ]; then
        echo null
        return
    fi
    if [ ! -s "$run" ]; then
        echo "comparison: $1" >&2
        OUT=$out STAGE=verilator STALLS=0 sh "$SRCDIR/verif/job.sh" "$1" "$2" random random "$4" "$3" no -O0 >"$out/$1.log" 2>&1
        grep -q '"error"\|FAIL' "$run" "$out/$1.log" && cat "$out/$1.log" >&2 && rm -f "$run"
        rm -rf "$out/work/$1"
    fi
    [ -s "$run" ] || return 1
    printf '{"steps": %s, "cycles": %s, "cycles_predicted": %s, "mismatches": %s}' "$(number steps "$run")" \
        "$(number cycles "$run")" "$(number cycles_predicted "$run")" "$(number mismatches "$run")"
}

rows=$out/rows.json
: >"$rows"
grep -v '^#' "$here/list.txt" >"$out/list"
while IFS='|' read -r shape configuration spec steps reference <&3; do
    name=$(basename "$(dirname "$spec")")_$(basename "$spec" .json)
    plan=$out/rows/$name.json
    "$BRDSGEN" plan "$SRCDIR/$spec" --random-model 1 --json >"$plan" 2>"$out/$name.err" || {
        cat "$out/$name.err" >&2
        exit 1
    }
    run=$(simulated "$name" "$SRCDIR/$spec" "$steps" "$(number streams "$plan")") || exit 1
    [ ! -s "$rows" ] || echo , >>"$rows"
    cat >>"$rows" <<END
{"shape": "$shape", "configuration": "$configuration", "weight_bits": $(bits weight "$SRCDIR/$spec"),
 "activation_bits": $(bits activation "$SRCDIR/$spec"),
 "multipliers": $(number multipliers "$plan"), "dsp": $(number dsp "$plan"),
 "memory_blocks": $(number memory_blocks "$plan"), "clock_mhz": $(number clock_mhz "$plan"),
 "macs_per_step": $(number macs_per_step "$plan"), "dense_macs_per_step": $(number dense_macs_per_step "$plan"),
 "cycles_per_step": $(number cycles_per_step "$plan"), "reference": $([ "$reference" = yes ] && echo true || echo false),
 "simulated": $run}
END
done 3<"$out/list"

{
    printf '{"command": "make comparison", "date": "%s",\n"ours": [\n' "$(date +%Y-%m-%d)"
    cat "$rows"
    printf '],\n'
    sed '1d' "$SRCDIR/docs/peers.json"
} >"$out/report.json"
"$BRDSGEN" report comparison "$out/report.json" >"$out/comparison.md" || exit 1
if [ $docs = yes ]; then
    "$BRDSGEN" report comparison "$out/report.json" --json >"$SRCDIR/docs/comparison.json" || exit 1
    cp "$out/comparison.md" "$SRCDIR/docs/comparison.md"
fi
echo "comparison: $out/comparison.md"
