#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A suite of verif/check.sh for c.sh: commands of the flow around the program that no other suite runs in
# the build at hand: the cores of some specs and examples, with weights in ROM and RAM, and their
# vectors.  Checks that they succeed; what they write is checked elsewhere.
set -u
work=$BUILDDIR/check/flow
rm -rf "$work"
mkdir -p "$work" && cd "$work" || exit 3
passed=0 failed=0
# try ARGUMENT...
try() {
    if "$BRDSGEN" "$@" >log 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "flow: brdsgen $*: FAILED"
        head -n 3 log
    fi
}
for spec in "$SRCDIR"/verif/specs/valid/*/spec.json; do
    try gen "$spec" --random-model 1 -o core
    try vectors "$spec" --random-model 1 --sequences 2 --steps 2 -o vectors
done
for spec in "$SRCDIR"/examples/*/spec.json; do
    try gen "$spec" --random-model 1 -o core --json
    try plan "$spec"
done
try man
try help prune
try schema
echo "flow: $passed passed, $failed failed"
echo "flow $passed $failed 0" >>"$COUNTS"
[ $failed = 0 ]
