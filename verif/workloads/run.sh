#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The quick workload as a test: a network is trained, pruned by two patterns, packed with weights of
# 16 and of 8 bits and simulated. Every core must answer what the C model answers, and right.
# Counts go to $COUNTS (see verif/check.sh).
set -u
command -v verilator >/dev/null 2>&1 && command -v gnuplot >/dev/null 2>&1 || {
    echo "workloads: skipped, verilator or gnuplot is not installed"
    echo "workloads 0 0 1" >>"$COUNTS"
    exit 0
}
log=$BUILDDIR/check/workloads.log
rm -rf "$BUILDDIR/workloads-quick"
sh "$SRCDIR/verif/workloads/workloads.sh" --quick >"$log" 2>&1
status=$?
results=$BUILDDIR/workloads-quick/results.json
# a result is right if it was measured on both, equal, and at least 57 of the 60 utterances
counts=$(awk -v status=$status '
    /"c_model":/ { c_model = $2 }
    /"rtl":/     { if ($2 == c_model && $2 + 0 >= 0.95) passed++; else failed++ }
    END { if (status != 0 || passed + failed != 4) failed++; print passed + 0, failed + 0 }' "$results" 2>/dev/null)
[ -n "$counts" ] || counts="0 1"
echo "workloads $counts 0" >>"$COUNTS"
echo "workloads: ${counts% *} passed, ${counts#* } failed"
[ "${counts#* }" -eq 0 ] || {
    tail -n 20 "$log" | sed 's/^/    /'
    exit 1
}
