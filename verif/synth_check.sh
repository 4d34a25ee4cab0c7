#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Synthesises small cores for every family and checks what comes out: the netlist
# is not empty, has no conflicting drivers, and has the planned number of DSP
# blocks and of block RAMs.  Ends with the line "N passed, N failed".
#
#   synth_check.sh [quick]
#
# quick: one spec, two families (under a minute). SPECS (names of folders of
# verif/specs/valid) and TARGETS from the environment choose others.
# Environment: BRDSGEN, SRCDIR, BUILDDIR; the reports are in BUILDDIR/synth.
set -u

# one element lane, several, T = 1; ROM; peephole, projection and head; narrow formats; functions in
# logic; memories with an output register and relative indices
specs="smallest rom_head peephole_projection_head narrowest_formats multiplier_logic p6_two_element_lanes \
pipeline_middle p8_one_beat"
targets="xcup xc7 ecp5 ice40 nexus gowin intel_alm generic"
if [ "${1:-}" = quick ]; then
    specs="smallest"
    targets="generic xc7"
fi

log=$BUILDDIR/synth/check.log
mkdir -p "$BUILDDIR/synth" || exit 3
passed=0 failed=0
for spec in ${SPECS:-$specs}; do
    for target in ${TARGETS:-$targets}; do
        if SUMMARY=no sh "$SRCDIR/synth/run.sh" "$SRCDIR/verif/specs/valid/$spec/spec.json" "$target" >"$log" 2>&1; then
            passed=$((passed + 1))
            echo "ok   $spec $target"
        else
            failed=$((failed + 1))
            echo "FAIL $spec $target"
            grep -E 'error|^synth:' "$log" | sed 's/^/     /'
        fi
    done
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
