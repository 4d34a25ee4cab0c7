#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# check.sh SUITE...: runs verif/SUITE/run.sh for each, sums what they count, and
# ends with the line "N passed, N failed, N skipped", which also becomes
# build/check/summary.  Called by "make check", which sets the environment:
# BRDSGEN, SRCDIR, BUILDDIR, HAVE_CMOCKA.
#
# A suite writes lines "NAME PASSED FAILED SKIPPED" to the file $COUNTS.
set -u

mkdir -p "$BUILDDIR/check" || exit 3
COUNTS=$BUILDDIR/check/counts
export COUNTS
: >"$COUNTS" || exit 3

for suite; do
    before=$(wc -l <"$COUNTS")
    sh "$SRCDIR/verif/$suite/run.sh" </dev/null
    status=$?
    if [ $status -gt 1 ] || [ "$(wc -l <"$COUNTS")" -eq "$before" ]; then
        echo "$suite: the suite itself failed with status $status"
        echo "$suite 0 1 0" >>"$COUNTS"
    fi
done

awk '{ passed += $2; failed += $3; skipped += $4 }
     END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
           exit failed > 0 || passed == 0 }' "$COUNTS" >"$BUILDDIR/check/summary"
status=$?
cat "$BUILDDIR/check/summary"
exit $status
