#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The C program's tests once more: in builds with AddressSanitizer and UndefinedBehaviorSanitizer and with
# clang, under valgrind, and in the unpacked tarball.  Each step's line is kept, so that a killed run goes
# on; remove BUILDDIR/program to start anew.  Writes BUILDDIR/verification/program.json; ends with
# "N passed, N failed".
#
#   run.sh [STEP...]     of sanitize, clang, valgrind, distcheck
#
# Environment: SRCDIR, BUILDDIR, MAKE; runs in the folder of the build.
set -u
MAKE=${MAKE:-make}
out=$BUILDDIR/program
mkdir -p "$out" "$BUILDDIR/verification" || exit 3
begin=$(date +%s)

# keep STEP WHAT COMMAND PASSED FAILED
keep() {
    printf '["%s", "%s", %s, %s]\n' "$2" "$3" "$4" "$5" >"$out/$1.new" && mv "$out/$1.new" "$out/$1"
}

# tests STEP TARGET WHAT: `make TARGET` leaves its counts in the summary of its build
tests() {
    summary=$BUILDDIR/$1/build/check/summary
    rm -f "$summary"
    "$MAKE" "$2" >"$out/$1.log" 2>&1
    # shellcheck disable=SC2046 # numbers
    set -- "$@" $(sed 's/[^0-9 ]//g' "$summary" 2>/dev/null)
    keep "$1" "$3" "make $2" "${4:-0}" "${5:-1}"
}

# Leaks count; jobs of minutes (training to an end) are left out, they pass under AddressSanitizer.
valgrind_tests() {
    passed=0 failed=0
    "$MAKE" check-programs >"$out/valgrind.log" 2>&1 || failed=1
    for program in "$BUILDDIR"/check/test_*; do
        case ${program##*/} in
        *.[od] | test_train* | test_dual | test_trainer | test_arrange) continue ;;
        esac
        if nice valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite \
            "$program" >"$out/valgrind-run.log" 2>&1; then
            passed=$((passed + 1))
        else
            failed=$((failed + 1))
            echo "program: valgrind: ${program##*/}"
            cat "$out/valgrind-run.log" >>"$out/valgrind.log"
        fi
    done
    keep valgrind "unit tests under valgrind, leaks included" "sh verif/program/run.sh valgrind" $passed $failed
}

step() {
    case $1 in
    sanitize) tests sanitize check-sanitize "AddressSanitizer, UndefinedBehaviorSanitizer: unit tests, command line, training, pruning" ;;
    clang) tests clang check-clang "clang, warnings are errors: the same tests" ;;
    valgrind) valgrind_tests ;;
    distcheck)
        COUNTS=$out/distcheck.counts
        export COUNTS
        : >"$COUNTS"
        "$MAKE" distcheck >"$out/distcheck.log" 2>&1
        # shellcheck disable=SC2046 # numbers
        set -- $(sed -n 's/^repro //p' "$COUNTS" | tail -n 1)
        keep distcheck "tarball, two builds with the same outputs, installation, tests in the unpacked source" \
            "make distcheck" "${1:-0}" "${2:-1}"
        ;;
    *) echo "program: '$1' is no step" >&2 && exit 2 ;;
    esac
}

[ $# -gt 0 ] || set -- sanitize clang valgrind distcheck
for name; do
    [ -s "$out/$name" ] || step "$name"
    cat "$out/$name"
done

rows=$(cat "$out/sanitize" "$out/clang" "$out/valgrind" "$out/distcheck" 2>/dev/null)
passed=$(echo "$rows" | awk -F ', ' '{ n += $(NF - 1) } END { print n + 0 }')
failed=$(echo "$rows" | awk -F ', ' '{ n += $NF } END { print n + 0 }')
cat >"$BUILDDIR/verification/program.json.new" <<END && mv "$BUILDDIR/verification/program.json.new" "$BUILDDIR/verification/program.json"
{"part": "program", "title": "Program", "command": "sh verif/program/run.sh", "date": "$(date -u +%Y-%m-%d)",
 "seconds": $(($(date +%s) - begin)),
 "tools": {"gcc": "$(gcc -dumpfullversion)", "clang": "$(clang -dumpversion 2>/dev/null)", "valgrind": "$(valgrind --version 2>/dev/null | cut -d - -f 2)"},
 "figures": {"tests passed": $passed, "failed": $failed},
 "tables": [{"title": "", "columns": ["what", "command", "passed", "failed"], "rows": [
$(echo "$rows" | sed '$!s/$/,/')
 ]}],
 "not_verified": ["Training to its end, its unit tests and the search for ratios do not run under valgrind, which would take hours; they run with AddressSanitizer."]}
END
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
