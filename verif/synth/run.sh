#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Suite of "make check": synthesis of one small core for two families. All
# families and more specs: sh verif/synth_check.sh.
set -u

if ! command -v yosys >/dev/null 2>&1; then
    echo "synth: skipped, yosys is not installed"
    echo "synth 0 0 1" >>"$COUNTS"
    exit 0
fi
log=$BUILDDIR/check/synth.log
sh "$SRCDIR/verif/synth_check.sh" quick >"$log"
status=$?
sed 's/^/synth: /' "$log"
counts=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$log" | tail -n 1)
# shellcheck disable=SC2086 # two numbers
set -- ${counts:-0 1}
[ $status -eq 0 ] || [ "$2" -gt 0 ] || set -- "$1" 1
echo "synth $1 $2 0" >>"$COUNTS"
[ "$2" -eq 0 ]
