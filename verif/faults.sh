#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Defined behaviour under every fault (verif/harness/faults.c) on generated cores
# that cover the kinds of streams, weights and control.  Ends with "N passed, N
# failed"; tests that a core has no ports for are not counted.  faults/campaign.sh runs many more sequences.
#
#   faults.sh [--count N] [--seed N] [--only TEXT] [NAME...]
#
# NAME: a folder of verif/specs/valid; all of faults/specs.txt without one.
# Environment: BRDSGEN, SRCDIR, BUILDDIR, CC; COUNTS (see verif/check.sh) if set.
set -u
HARNESS=$BUILDDIR/harness
BRDSLIB=$BUILDDIR/libbrds.a
OUT=$BUILDDIR/faults
VERILATOR_HOME=$(verilator --getenv VERILATOR_ROOT) || {
    echo "faults: verilator is not installed (Debian package: verilator)" >&2
    exit 3
}
export BRDSGEN SRCDIR OUT HARNESS BRDSLIB VERILATOR_HOME

options=
while [ $# -gt 0 ]; do
    case $1 in
    --count | --seed) options="$options $1 $2" && shift 2 ;;
    --only) only=$2 && shift 2 ;;
    *) break ;;
    esac
done
# shellcheck disable=SC2046 # names are words
[ $# -gt 0 ] || set -- $(sed 's/#.*//' "$SRCDIR/verif/faults/specs.txt")

sh "$SRCDIR/verif/build_harness.sh" || exit 3
mkdir -p "$OUT"

passed=0
failed=0
for name; do
    log=$OUT/$name.log
    sh "$SRCDIR/verif/faults/build.sh" "$name" "$OUT/$name" >"$OUT/$name.build.log" 2>&1 || {
        echo "FAIL $name: build ($OUT/$name.build.log)"
        failed=$((failed + 1))
        continue
    }
    # fixed weights are read from the current folder
    cd "$OUT/$name/core/rtl" || exit 3
    # shellcheck disable=SC2086 # options are words
    timeout 900 "$OUT/$name/faults" "$SRCDIR/verif/specs/valid/$name/spec.json" --random-model 1 \
        $options ${only:+--only "$only"} >"$log" 2>&1
    status=$?
    line=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, .*/\1 \2/p' "$log" | tail -n 1)
    if [ -n "$line" ]; then
        passed=$((passed + ${line% *}))
        failed=$((failed + ${line#* }))
    fi
    if [ $status -ne 0 ]; then
        [ -n "$line" ] || failed=$((failed + 1))
        sed "s/^/$name: /" "$log"
    else
        echo "$name: $(tail -n 1 "$log")"
    fi
done
[ -z "${COUNTS-}" ] || echo "faults $passed $failed 0" >>"$COUNTS"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
