#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Do the tests notice a broken design?  Mutates the modules of the cores of cores.txt (one bit of one cell of
# Yosys' netlist is inverted, constant, or depends on another) and lets each mutant meet, cheapest first:
#
#   regression   a workload compared with the C model: words, flags, cycles, counters, registers
#   stalls       another workload, with random stalls
#   networks     the large networks that verif/random takes (other shifts, saturation), other stalls; where weights
#                are fixed, other workloads only
#   faults       the tests under faults (verif/harness/faults.c)
#   core         Yosys finds that nothing of the core depends on the mutation (such a mutant is not counted)
#   boxes        proof that the mutated module does what the original does (such a mutant is not counted)
#   flat         the same proof of the module with the modules in it
#   proofs       the proofs of verif/formal that read the module, with the same mutation
#
#   run.sh [quick | CORE...]   all cores; a few mutants of the first core; those cores
#
# Results are kept in $BUILDDIR/mutation/CORE/results.tsv, keyed by core, design and mutation: what is decided
# is not run again, and an interrupted run goes on where it was.  What survives must be explained in
# survivors.txt.  Writes $BUILDDIR/verification/mutation.json with all cores.
# Environment: BRDSGEN, SRCDIR, BUILDDIR, CC; COUNTS (a suite of verif/check.sh: quick is the default then);
# STAGES (default: all of the above).
set -uf
here=$(cd "$(dirname "$0")" && pwd)
OUT=$BUILDDIR/mutation
HARNESS=$BUILDDIR/harness
BRDSLIB=$BUILDDIR/libbrds.a
export BRDSGEN SRCDIR OUT HARNESS BRDSLIB
quick_mutants=20

# finish PASSED FAILED SKIPPED: the counts, for the reader and for check.sh
finish() {
    [ -z "${COUNTS-}" ] || echo "mutation $1 $2 $3" >>"$COUNTS"
    echo "$1 passed, $2 failed, $3 skipped"
    [ "$2" -eq 0 ] && [ $(($1 + $3)) -gt 0 ]
    exit
}

for tool in yosys verilator; do
    command -v $tool >/dev/null 2>&1 || {
        echo "mutation: skipped, $tool is not installed"
        finish 0 0 1
    }
done
VERILATOR_HOME=$(verilator --getenv VERILATOR_ROOT)
export VERILATOR_HOME

[ $# -gt 0 ] || [ -z "${COUNTS-}" ] || set -- quick
quick=no
stages="regression stalls networks faults core boxes flat proofs"
if [ "${1-}" = quick ]; then
    quick=yes
    set -- "$(awk '!/^#/ && NF { print $1; exit }' "$here/cores.txt")"
    stages="regression stalls networks faults core boxes flat"
fi
stages=${STAGES:-$stages}
cores=${*:-$(awk '!/^#/ && NF { print $1 }' "$here/cores.txt")}

begin=$(date +%s)
sh "$SRCDIR/verif/build_harness.sh" || exit 3
set +f
tests=$(cat "$SRCDIR"/verif/harness/*.c "$here"/*.sh "$SRCDIR"/verif/formal/* | sha256sum | cut -c 1-16)
set -f

# undecided CORE STAGE: NUMBER ID MODULE of the mutants that the stage has not seen
undecided() {
    awk -v design="$design" -v tests="$tests" -v stage="$2" '
        FILENAME == ARGV[1] {
            if ($1 == design && ($4 != "survived" || ($3 == stage && $5 == tests)))
                seen[$2] = 1
            next
        }
        !($2 in seen) { print $1, $2, $3 }' "$OUT/$1/results.tsv" "$OUT/$1/mutants.txt"
}

# limited SECONDS COMMAND...: the programs bound the cycles themselves; this is for what they do not expect
limited() {
    timeout "$@" >"$work/log" 2>&1 </dev/null
}

# other_networks: 0 if the active mutant passes with each of them
other_networks() {
    for seed in 1 2 3 4 5 6; do
        set -- --random-model 1
        grep -q '"weights": "rom"' "$spec" || set -- --model "network-$seed.safetensors"
        [ -f "network-$seed.safetensors" ] || "$HARNESS/randmodel" "$spec" $seed "network-$seed.safetensors" || exit 3
        limited 600 ./harness "$spec" "$@" --sequences 4 --steps 8 --seed $((seed + 2)) \
            --stalls $((seed % 3 * 45)) -o "$work/run.json" || return 1
    done
}

# simulate STAGE: 0 if the active mutant passes
simulate() {
    case $1 in
        regression) limited 600 ./harness "$spec" --random-model 1 --sequences 4 --steps 8 -o "$work/run.json" ;;
        stalls) limited 600 ./harness "$spec" --random-model 1 --sequences 6 --steps 12 --seed 2 --stalls 30 \
            -o "$work/run.json" ;;
        networks) other_networks ;;
        faults) limited 3600 ./faults "$spec" --random-model 1 --count 100 --stop ;;
    esac
}

# meet STAGE CORE NUMBER MODULE: the verdict on one mutant
meet() {
    case $1 in
        core | boxes | flat)
            sh "$here/equivalent.sh" "$2" "$3" "$1" "${PROOF_SECONDS:-120}" </dev/null && echo equivalent || echo survived
            ;;
        proofs) sh "$here/proofs.sh" "$2" "$3" "$4" </dev/null ;;
        *) BRDS_MUTANT=$3 simulate "$1" && echo survived || echo killed ;;
    esac
}

# stage CORE STAGE: all undecided mutants; without a mutation the tests must pass
stage() {
    core=$1
    cd "$OUT/$core" || exit 3
    spec=$SRCDIR/verif/specs/valid/$core/spec.json
    design=$(sha256sum <design.il | cut -c 1-16)
    undecided "$core" "$2" >"$work/list"
    [ -s "$work/list" ] || return 0
    case $2 in
        regression | stalls | networks | faults)
            BRDS_MUTANT=0 simulate "$2" || {
                echo "mutation: $core fails the stage $2 without a mutation"
                cat "$work/log"
                exit 3
            }
            ;;
    esac
    while read -r number id module; do
        [ $quick = no ] || [ "$number" -le $quick_mutants ] || continue
        verdict=$(meet "$2" "$core" "$number" "$module")
        printf '%s\t%s\t%s\t%s\t%s\n' "$design" "$id" "$2" "$verdict" "$tests" >>results.tsv
        [ "$verdict" = survived ] || continue
        echo "$core $number $module survived $2"
    done <"$work/list"
}

work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT
mkdir -p "$OUT"
for core in $cores; do
    count=$(awk -v core="$core" '$1 == core { print $2 }' "$here/cores.txt")
    [ -n "$count" ] || { echo "mutation: $core is not in cores.txt" >&2; exit 2; }
    sh "$here/build.sh" "$core" "$count" || { echo "mutation: $core: build ($OUT/$core)"; finish 0 1 0; }
    : >>"$OUT/$core/results.tsv"
    for stage in $stages; do
        stage "$core" "$stage"
    done
done

# shellcheck disable=SC2086 # cores are words
if [ $quick = yes ]; then
    sh "$here/report.sh" --first $quick_mutants $cores >"$work/report"
    [ -s "$work/report" ] || exit 3
    cat "$work/report"
    # shellcheck disable=SC2046 # counts are words
    finish $(awk '$2 == "killed," { print $1 + $3 + $5, $7 + $9, 0 }' "$work/report")
fi
part=$BUILDDIR/verification/mutation.json
mkdir -p "${part%/*}"
# shellcheck disable=SC2086
sh "$here/report.sh" --json "$part" $(($(date +%s) - begin)) $cores
