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
sh "$SRCDIR/verif/synth_check.sh" quick >"$BUILDDIR/check/synth.log"
sed 's/^/synth: /' "$BUILDDIR/check/synth.log"
awk 'END { print "synth", $1, $3, 0 }' "$BUILDDIR/check/synth.log" >>"$COUNTS"
