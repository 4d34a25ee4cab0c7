#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Random specs through every stage of verif/job.sh, and the coverage of the spec's keys by them, by
# verif/specs/valid and by examples/.  Resumable: what passed with the same program, templates, harness and
# tools is not run again.  A spec that fails is shrunk.  Ends with "N passed, N failed".
#
#   run.sh [SEED...]     without seeds: RANDOM_SPECS of them from RANDOM_FIRST on
#
# Environment: BRDSGEN, SRCDIR, BUILDDIR, CC; RANDOM_SPECS (default 1000; as a suite of verif/check.sh 40),
# RANDOM_FIRST (default 1), JOBS (default 2), SHRINK=no; COUNTS (see verif/check.sh) if set.
# Writes BUILDDIR/verification/random.json.
set -u
here=$(cd "$(dirname "$0")" && pwd)
suite=40      # specs in make check: about two minutes of one core
complete=1000 # so many specs must meet every goal with what valid/ and examples/ have

# finish PASSED FAILED SKIPPED: the counts, for the reader and for check.sh
finish() {
    [ -z "${COUNTS-}" ] || echo "random $1 $2 $3" >>"$COUNTS"
    echo "$1 passed, $2 failed"
    [ "$2" -eq 0 ]
    exit
}

for tool in verilator iverilog yosys; do
    command -v $tool >/dev/null 2>&1 || {
        echo "random: skipped, $tool is not installed"
        finish 0 0 1
    }
done
. "$here/common.sh"
sh "$SRCDIR/verif/build_harness.sh" || exit 3

tools="verilator=$(verilator --version | cut -d ' ' -f 2),icarus=$(iverilog -V | sed -n '1s/.*version \([^ ]*\).*/\1/p'),yosys=$(yosys -V | cut -d ' ' -f 2)"
# what decides a result
key=$({
    echo "$tools"
    cat "$BRDSGEN" "$SRCDIR"/verif/harness/*.[ch] "$SRCDIR/verif/job.sh" "$SRCDIR/verif/build_model.sh"
    cd "$here" && cat goals.c generate.c randspec.c randmodel.c common.sh
    find "${BRDSGEN_DATA:-$SRCDIR}/rtl_templates" -type f -name '[!.]*' | LC_ALL=C sort | xargs cat
} | sha256sum | cut -c 1-16)
OUT=$BUILDDIR/random/$key
export OUT
for other in "$BUILDDIR"/random/????????????????; do
    [ "$other" = "$OUT" ] || rm -rf "$other"
done
rm -rf "$OUT/shrink"
mkdir -p "$OUT/specs" "$OUT/done" "$OUT/runs" "$OUT/shrink"
: >>"$OUT/seconds" # a line a spec: they add up over runs that were killed

[ -z "${COUNTS-}" ] && usual=$complete || usual=$suite
count=${RANDOM_SPECS:-$usual}
first=${RANDOM_FIRST:-1}
[ $# -gt 0 ] || set -- $(seq "$first" $((first + count - 1)))

todo=$OUT/todo
for seed; do
    [ "$(cat "$OUT/done/$seed" 2>/dev/null)" = passed ] || echo "$seed"
done >"$todo"
echo "random: $# specs, $(wc -l <"$todo") to run"
xargs -r -P "${JOBS:-2}" -n 1 sh "$here/one.sh" <"$todo"

passed=0
failed=0
for seed; do
    if [ "$(cat "$OUT/done/$seed" 2>/dev/null)" = passed ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL random_$seed: $(cat "$OUT/done/$seed" 2>/dev/null || echo "it did not end")"
    fi
done

# what a kill left half done is not counted
for spec in "$OUT"/specs/*.json; do
    seed=${spec##*_}
    seed=${seed%.json}
    [ -s "$OUT/done/$seed" ] || rm -f "$spec" "$OUT/runs/random_$seed"-*.json
done
cover() {
    "$HARNESS/keycover" --exclusions "$here/exclusions.txt" "$@" "$SRCDIR"/verif/specs/valid/*/spec.json \
        "$SRCDIR"/examples/*/*.json
}
# one more check: the keys that a whole run covers, without running it
if cover --generate $complete; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
if sh "$here/shrink.sh" --self-test; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
ran=$(ls "$OUT/done" | wc -l)
lenient=
command="make verify-full"
if [ "$ran" -lt $complete ]; then
    lenient=--lenient
    command="RANDOM_SPECS=$ran sh verif/random/run.sh"
fi
mkdir -p "$BUILDDIR/verification"
# shellcheck disable=SC2086
cover $lenient --runs "$OUT/runs" --command "$command" --seconds "$(awk '{ sum += $1 } END { print sum + 0 }' "$OUT/seconds")" --tools "$tools" \
    --output "$BUILDDIR/verification/random.json" "$OUT"/specs/*.json || failed=$((failed + 1))
finish $passed $failed 0
