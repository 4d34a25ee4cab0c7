#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A slice of the regression (see verif/regress.sh): the specs that specs.txt names, each run a test; and
# language_model.sh, from a text to the hardware's perplexity.  Counts go to $COUNTS (see verif/check.sh).
set -u
command -v verilator >/dev/null 2>&1 && command -v iverilog >/dev/null 2>&1 || {
    echo "slice: skipped, verilator or iverilog is not installed"
    echo "slice 0 0 1" >>"$COUNTS"
    exit 0
}
# shellcheck disable=SC2046 # a list of names
sh "$SRCDIR/verif/regress.sh" quick $(grep -v '^#' "$SRCDIR/verif/slice/specs.txt") 2>/dev/null
status=$?
report=$BUILDDIR/verify/report.json
number() { sed -n "s/^ *\"$1\": \([0-9]*\).*/\1/p" "$report" | tail -n 1; }
runs=$(number runs) failed=$(number failed)
[ -n "$runs" ] || runs=0 failed=1
[ $status -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
runs=$((runs + 1))
sh "$SRCDIR/verif/slice/language_model.sh" || failed=$((failed + 1))
echo "slice $((runs - failed)) $failed 0" >>"$COUNTS"
[ "$failed" -eq 0 ]
