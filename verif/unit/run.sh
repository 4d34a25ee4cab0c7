#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Runs the unit tests that make has built, one line a program, and the whole log
# of those that fail.  Counts go to $COUNTS (see verif/check.sh).
set -u

limit=${UNIT_SECONDS:-300} # seconds a program

run_program() { # NAME
    log=$BUILDDIR/check/$1.log
    CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 5 $limit "$BUILDDIR/check/$1" >"$log" 2>&1 </dev/null
    status=$?
    # A test that the plan announces and no line reports has failed, too; so has
    # a program that ends badly after its last test (a leak, a sanitizer).
    # cmocka 1.1 writes "not ok N # SKIP".
    counts=$(awk -v status=$status '
        /^1\.\.[0-9]+$/            { planned += substr($0, 4); next }
        /^(not )?ok [0-9]+ # SKIP/ { skipped++; next }
        /^ok [0-9]+/               { passed++; next }
        /^not ok [0-9]+/           { failed++; next }
        END {
            silent = planned - passed - failed - skipped
            if (silent > 0) failed += silent
            if (status != 0 && failed == 0) failed = 1
            if (planned == 0 && failed == 0) failed = 1
            printf "%d %d %d", passed, failed, skipped
        }' "$log")
    echo "$1 $counts" >>"$COUNTS"
    # shellcheck disable=SC2086 # three numbers
    set -- "$1" $counts
    echo "$1: $2 passed, $3 failed, $4 skipped"
    if [ "$3" -gt 0 ]; then
        bad=1
        grep -v '^ok ' "$log" | sed 's/^/    /'
        echo "    exit status $status"
    fi
}

bad=0
none=1
# test_train is built twice, in float and in double
for source in "$SRCDIR"/verif/unit/test_*.c "$SRCDIR"/verif/unit/test_train_double.c; do
    name=$(basename "$source" .c)
    [ -e "$source" ] || [ "$name" = test_train_double ] || continue
    none=0
    if [ "${HAVE_CMOCKA:-yes}" = yes ]; then
        run_program "$name"
    else
        echo "$name: skipped, cmocka is missing (Debian package: libcmocka-dev)"
        echo "$name 0 0 1" >>"$COUNTS"
    fi
done
[ $none = 0 ] || echo "unit 0 0 0" >>"$COUNTS"
exit $bad
