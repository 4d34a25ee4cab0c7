#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The formal proofs of verif/formal/proofs.txt: Yosys compiles a property file with its design files,
# yosys-smtbmc proves it with z3.  One line a proof; the last line is "N passed, N failed".
#
#   run.sh [quick | PROPERTY...]   all proofs (as a suite of check.sh: quick); those marked quick; those of
#                                  some property files
#   run.sh --self-test [PROPERTY...]   breaks each module of mutations.txt and sees a proof fail
#
# Environment: BUILDDIR (default: build), SRCDIR, JOBS (default 1), PROOF_SECONDS (limit of one solver
# run, default 900), BRDSGEN (renders the register block; without it its proofs are skipped), COUNTS (a
# suite of verif/check.sh: "formal PASSED FAILED SKIPPED" is added to that file).
# Writes BUILDDIR/formal/*.json, one a proof, and the log and trace of what failed; with all proofs
# BUILDDIR/verification/formal.json.
set -u
here=$(cd "$(dirname "$0")" && pwd)
SRCDIR=${SRCDIR:-$(cd "$here/../.." && pwd)}
BUILDDIR=${BUILDDIR:-build}
JOBS=${JOBS:-1}
PROOF_SECONDS=${PROOF_SECONDS:-900}
export SRCDIR BUILDDIR PROOF_SECONDS
mkdir -p "$BUILDDIR/formal" || exit 3
out=$(cd "$BUILDDIR/formal" && pwd)

# finish PASSED FAILED SKIPPED: the counts, for the reader and for check.sh
finish() {
    [ -z "${COUNTS:-}" ] || echo "formal $1 $2 $3" >>"$COUNTS"
    [ "$3" -eq 0 ] || echo "$3 skipped"
    echo "$1 passed, $2 failed"
    [ "$2" -eq 0 ] && [ $(($1 + $3)) -gt 0 ]
    exit
}

for tool in yosys yosys-smtbmc z3; do
    command -v $tool >/dev/null 2>&1 || {
        echo "formal: skipped, $tool is not installed"
        finish 0 0 1
    }
done

table=$here/proofs.txt
runner=$here/proof.sh
mode=all
[ $# -gt 0 ] || [ -z "${COUNTS:-}" ] || set -- quick
case ${1:-} in
    quick) mode=quick; shift ;;
    --self-test) mode=mutants; table=$here/mutations.txt; runner=$here/mutant.sh; shift ;;
    -*) echo "usage: run.sh [quick | --self-test] [PROPERTY...]" >&2; exit 2 ;;
esac

# the numbers of the lines that are wanted
lines=$(awk -v mode="$mode" -v names=" $* " '/^#/ || NF == 0 { next }
    { property = mode == "mutants" ? $1 : $2; sub(/:.*/, "", property) }
    mode == "quick" && $1 != "quick" { next }
    names != "  " && index(names, " " property " ") == 0 { next }
    { print NR }' "$table")
[ -n "$lines" ] || { echo "formal: no such proof" >&2; exit 2; }

[ "$mode" = mutants ] || rm -f "$out"/*.json
results=$out/results.$$
begin=$(date +%s)
: >"$results"
echo "$lines" | xargs -n 1 -P "$JOBS" nice -n 10 sh "$runner" "$out" >>"$results" 2>&1 &
child=$!
tail -n +1 -f --pid=$child "$results"
wait $child
if [ "$mode" = all ] && [ $# -eq 0 ]; then # else it is not the whole
    part=$BUILDDIR/verification/formal.json
    mkdir -p "${part%/*}" && sh "$here/report.sh" "$out" $(($(date +%s) - begin)) >"$part.new" && mv "$part.new" "$part"
fi
passed=$(grep -c '^ok ' "$results")
failed=$(grep -c '^FAILED ' "$results")
skipped=$(grep -c '^skipped ' "$results")
# a line without a verdict is a failure
failed=$(($(echo "$lines" | wc -l) - passed - skipped))
rm -f "$results"
finish "$passed" "$failed" "$skipped"
