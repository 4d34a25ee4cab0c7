#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# c.sh [report]: which lines and branches of gen/ the tests execute, by gcov.  Builds the program and its
# tests in BUILDDIR/coverage-c (-O0 --coverage), runs the suites of verif/check.sh that test the program,
# and some commands of the flow around it, and adds up; report: only adds up what earlier runs counted.
#
# Branches are those that gcov tells, every outcome of every condition of a statement; outcomes that gcov
# marks as exceptional do not count.  Writes BUILDDIR/verification/coverage_c.json, one row a folder, and
# BUILDDIR/coverage-c/missed, FILE:LINE of every line that was not executed and of every branch not taken.
#
# Tests that need $BRDS_DATA are left out: without optimisation they take an hour, and reach nothing else.
#
# Fails below the bars (LINES_BAR, default 95 %, BRANCHES_BAR, default 85 %) or if a suite fails.
# Environment: BUILDDIR (default: build), SRCDIR, CC, MAKE, SUITES.
set -u
LC_ALL=C
export LC_ALL
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd) || exit 3
SRCDIR=${SRCDIR:-$(dirname "$(dirname "$here")")}
CC=${CC:-cc}
MAKE=${MAKE:-make}
SUITES=${SUITES:-unit cli fuzz coverage/flow inject prune train}
unset MAKEFLAGS MAKELEVEL MFLAGS COUNTS
mkdir -p "${BUILDDIR:=build}/coverage-c" "$BUILDDIR/verification" && BUILDDIR=$(cd "$BUILDDIR" && pwd) || exit 3
out=$BUILDDIR/coverage-c
begun=$(date +%s)

command -v gcov >/dev/null 2>&1 && "$CC" --version | grep -qv clang || {
    echo "coverage: skipped, gcov is missing, or the compiler is not gcc"
    exit 0
}

build() {
    "$CC" -c -o "$out/exit.o" "$here/exit.c" &&
        (cd "$out" && "$SRCDIR/configure" CC="$CC" CFLAGS='-O0 -g --coverage' LDFLAGS=-Wl,--wrap=_exit \
            LIBS="$out/exit.o" && "$MAKE" check-programs -f Makefile -f "$here/c.mk") >"$out/build.log" 2>&1 || {
        tail -n 10 "$out/build.log"
        echo "coverage: the program cannot be built; see $out/build.log"
        exit 1
    }
}

run_suites() {
    find "$out/build" -name '*.gcda' -exec rm -f {} +
    # shellcheck disable=SC2086 # names
    BUILDDIR=$out/build BRDSGEN=$out/brdsgen SRCDIR=$SRCDIR CC=$CC MAKE=$MAKE HAVE_CMOCKA=yes \
        BRDS_DATA=/nonexistent CLI_SECONDS=120 UNIT_SECONDS=1800 \
        sh "$SRCDIR/verif/check.sh" $SUITES >"$out/suites.log" 2>&1 && return
    grep -E 'FAILED|failed' "$out/suites.log" | grep -v ' 0 failed' | head -n 20
    echo "coverage: a suite fails; see $out/suites.log"
    bad=1
}

# All that gcov tells of gen/, one source a block; what was never executed has counts of zero.
annotate() {
    find "$out/build/obj/gen" -name '*.gcno' | sort >"$out/objects"
    (cd "$out" && xargs gcov -b -c -t <objects) >"$out/gcov" 2>"$out/gcov.log"
}

# Lines "FOLDER LINES EXECUTED BRANCHES TAKEN" on standard output, and the file `missed`.
add_up() {
    awk -v top="$SRCDIR/" -v missed="$out/missed" '
        / 0:Source:/ {
            file = $0; sub(/.*0:Source:/, "", file)
            mine = index(file, top "gen/") == 1
            file = substr(file, length(top) + 1); next
        }
        !mine { next }
        /^branch/ {
            if (/\(throw\)/) next
            key = file ":" line ":" branch++
            if (!(key in taken)) { taken[key] = 0; branches[++branch_count] = key }
            if ($3 == "taken" && $4 > 0) taken[key] = 1
            next
        }
        /^ *[^ :]+: *[0-9]+:/ {
            split($0, part, ":")
            count = part[1]; line = part[2] + 0; branch = 0
            gsub(/ /, "", count)
            if (count == "-" || line == 0) next
            key = file ":" line
            if (!(key in executed)) { executed[key] = 0; lines[++line_count] = key }
            if (count !~ /^[#=]/) executed[key] = 1
        }
        function folder(key) { sub(/^gen\//, "", key); sub(/\/.*/, "", key); return key }
        END {
            printf "" >missed
            for (i = 1; i <= line_count; i++) {
                f = folder(lines[i]); total[f]++; seen[f] += executed[lines[i]]
                if (!executed[lines[i]]) print lines[i] " line" >missed
            }
            for (i = 1; i <= branch_count; i++) {
                f = folder(branches[i]); all[f]++; gone[f] += taken[branches[i]]
                if (!taken[branches[i]]) { key = branches[i]; sub(/:[0-9]+$/, "", key); print key " branch" >missed }
            }
            for (f in total) print f, total[f], seen[f], all[f] + 0, gone[f] + 0
        }' "$out/gcov" | sort
}

report() {
    add_up >"$out/folders"
    awk -v date="$(date +%Y-%m-%d)" -v seconds=$(($(date +%s) - begun)) -v gcc="$("$CC" -dumpfullversion)" \
        -v lines_bar="${LINES_BAR:-95}" -v branches_bar="${BRANCHES_BAR:-85}" -v json="$BUILDDIR/verification/coverage_c.json.new" '
        function percent(part, whole) { return whole > 0 ? 100 * part / whole : 100 }
        function row(name, a, b, c, d) {
            printf "%-8s %6d lines, %5.1f %%  %6d branches, %5.1f %%\n", name, a, percent(b, a), c, percent(d, c)
            return sprintf("    [\"%s\", %d, %.1f, %d, %.1f]", name, a, percent(b, a), c, percent(d, c))
        }
        { rows = rows row($1, $2, $3, $4, $5) ",\n"; l += $2; x += $3; b += $4; t += $5 }
        END {
            rows = rows row("gen", l, x, b, t)
            printf "{\"part\": \"coverage_c\", \"title\": \"Coverage of the program\", \"command\": \"make coverage-c\",\n" >json
            printf " \"date\": \"%s\", \"seconds\": %d, \"tools\": {\"gcc and gcov\": \"%s\"},\n", date, seconds, gcc >json
            printf " \"figures\": {\"lines\": %d, \"lines_percent\": %.2f, \"branches\": %d, \"branches_percent\": %.2f},\n", l, percent(x, l), b, percent(t, b) >json
            printf " \"tables\": [{\"title\": \"Folders of gen/\", \"columns\": [\"folder\", \"lines\", \"executed %%\", \"branches\", \"taken %%\"], \"rows\": [\n%s]}],\n", rows >json
            printf " \"not_verified\": [\"That a line is executed does not say that a test would notice if it were wrong.\", \"Processes that are killed by a signal leave no counts: the handler that removes temporary files is tested, but not counted.\", \"Tests that need the data sets are left out.\", \"Of what is not executed most is failures inside libhdf5, and of memory in places that the sample of verif/inject does not hit.\"]}\n" >json
            exit !(percent(x, l) >= lines_bar && percent(t, b) >= branches_bar)
        }' "$out/folders"
    below=$?
    mv "$BUILDDIR/verification/coverage_c.json.new" "$BUILDDIR/verification/coverage_c.json" || exit 3
    [ $below = 0 ] || { echo "coverage: below the bars of ${LINES_BAR:-95} % of lines, ${BRANCHES_BAR:-85} % of branches"; bad=1; }
}

bad=0
if [ "${1-}" != report ]; then
    build
    run_suites
fi
annotate
report
exit $bad
