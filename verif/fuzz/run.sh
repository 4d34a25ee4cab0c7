#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Fuzzing of the readers with libFuzzer, AddressSanitizer and UndefinedBehaviorSanitizer.
#
#   run.sh [TARGET...]         each target (default: all, as verif/fuzz/fuzz_TARGET.c) for FUZZ_SECONDS
#                              (default 60).  What is found, and time and executions, add up over runs.
#   run.sh quick [TARGET...]   every file of the corpus once, by a program that any compiler builds;
#                              this is also what a suite of verif/check.sh does
#   run.sh merge [TARGET...]   BUILDDIR/fuzz/merged/TARGET: few files that cover the edges that all do
#
# Environment: BUILDDIR (default: build), below a folder where configure ran; SRCDIR; MAKE; COUNTS (a
# suite of verif/check.sh: "fuzz PASSED FAILED SKIPPED" is added to that file).
# Writes BUILDDIR/fuzz/findings (inputs that ended a target; one there fails every run until it is
# deleted), totals, log/, corpus/, and BUILDDIR/verification/fuzz.json.
set -u
LC_ALL=C
export LC_ALL
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd) || exit 3
SRCDIR=${SRCDIR:-$(dirname "$(dirname "$here")")}
FUZZ_SECONDS=${FUZZ_SECONDS:-60}
MAKE=${MAKE:-make}
unset MAKEFLAGS MAKELEVEL MFLAGS
mkdir -p "${BUILDDIR:=build}/fuzz" && BUILDDIR=$(cd "$BUILDDIR" && pwd) || exit 3
out=$BUILDDIR/fuzz
sanitizers='-fsanitize=fuzzer-no-link,address,undefined,float-cast-overflow -fno-sanitize-recover=all'
flags="-O1 -g -fno-omit-frame-pointer $sanitizers"

mode=fuzz
[ -z "${COUNTS-}" ] || mode=quick
case ${1-} in
quick | merge) mode=$1; shift ;;
-*) sed -n '3,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
if [ $# = 0 ]; then
    for source in "$here"/fuzz_*.c; do
        set -- "$@" "$(basename "$source" .c | sed 's/^fuzz_//')"
    done
fi
for target; do
    [ -e "$here/fuzz_$target.c" ] || { echo "fuzz: there is no target $target" >&2; exit 2; }
done

# finish PASSED FAILED SKIPPED
finish() {
    echo "fuzz: $1 passed, $2 failed, $3 skipped"
    [ -z "${COUNTS-}" ] || echo "fuzz $1 $2 $3" >>"$COUNTS"
    [ "$2" -eq 0 ]
    exit
}

# build FOLDER GOAL
build() {
    (cd "$1" && "$MAKE" -f Makefile -f "$here/fuzz.mk" "$2") >"$out/build.log" 2>&1 && return
    grep -E 'error|Error' "$out/build.log" | head -n 20
    echo "fuzz: the targets cannot be built; see $out/build.log"
    finish 0 1 0
}

# ---- the corpus, once ----

replay_corpus() { # TARGET...
    build "$(dirname "$BUILDDIR")" replays
    passed=0 failed=0
    for target; do
        log=$out/replay.$target
        set -- "$here/corpus/$target"/*
        if [ ! -e "$1" ]; then
            failed=$((failed + 1))
            echo "fuzz: $target has no corpus"
        elif timeout -k 2 60 "$BUILDDIR/check/fuzz/fuzz_$target" "$@" >"$log" 2>&1 </dev/null; then
            passed=$((passed + $(wc -l <"$log")))
        else
            failed=$((failed + 1))
            echo "fuzz: $target: FAILED, status $?"
            tail -n 20 "$log" | sed 's/^/    /'
        fi
    done
    finish $passed $failed 0
}

# ---- fuzzing ----

build_fuzzers() {
    if ! printf 'int LLVMFuzzerTestOneInput(void);\nint LLVMFuzzerTestOneInput(void) { return 0; }\n' |
        clang -x c -fsanitize=fuzzer,address,undefined -o "$out/probe" - 2>"$out/build.log"; then
        echo "fuzz: skipped, clang or its libFuzzer is missing (Debian packages: clang libclang-rt-14-dev)"
        finish 0 0 1
    fi
    if [ ! -e "$out/Makefile" ] || ! echo "$flags" | cmp -s - "$out/flags"; then
        (cd "$out" && "$SRCDIR/configure" CC=clang CFLAGS="$flags" >configure.log 2>&1) ||
            { cat "$out/configure.log"; finish 0 1 0; }
        echo "$flags" >"$out/flags"
    fi
    build "$out" fuzzers
}

# The processor seconds of the children so far, in $children.
count_children() {
    times >"$out/times"
    children=$(awk 'NR == 2 { gsub(/[ms]/, " "); print $1 * 60 + $2 + $3 * 60 + $4 }' "$out/times")
}

# A line of totals: TARGET SECONDS EXECUTIONS EDGES.  add_total TARGET SECONDS EXECUTIONS EDGES: time
# and executions add up; edges are those of the last run, which starts with all that was found.
add_total() {
    touch "$out/totals"
    awk -v t="$1" -v s="$2" -v n="$3" -v e="$4" '
        $1 == t { s += $2; n += $3; next }
        { print }
        END { printf "%s %.1f %.0f %d\n", t, s, n, e }' "$out/totals" | sort >"$out/totals.new" &&
        mv "$out/totals.new" "$out/totals"
}

findings_of() { # TARGET: how many
    find "$out/findings" -name "$1-*" | wc -l
}

fuzz_target() { # TARGET
    corpus=$out/corpus/$1 log=$out/log/$1
    mkdir -p "$corpus"
    for file in "$here/corpus/$1"/*; do
        [ -e "$corpus/$(basename "$file")" ] || [ ! -e "$file" ] || cp "$file" "$corpus"
    done
    count_children
    before=$children
    "$out/build/fuzz/fuzz_$1" -max_total_time="$FUZZ_SECONDS" -max_len=8192 -timeout=200 -rss_limit_mb=2048 \
        -use_value_profile=1 -report_slow_units=1000 -print_final_stats=1 -artifact_prefix="$out/findings/$1-" \
        "$corpus" >"$log" 2>&1 </dev/null
    status=$?
    count_children
    seconds=$(echo "$before $children" | awk '{ print $2 - $1 }')
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
    add_total "$1" "$seconds" "${executions:-0}" "${edges:-0}"
    [ $status = 0 ] || grep -E '^==|ERROR|finding:|runtime error|SUMMARY' "$log" | head -n 10 | sed 's/^/    /'
    if [ $status = 0 ] && [ "${executions:-0}" = 0 ]; then
        echo "    it executed nothing"
        status=1
    fi
    [ "$(findings_of "$1")" -eq 0 ] || status=1
    return $status
}

# The rows of totals, as JSON.
report() {
    mkdir -p "$BUILDDIR/verification" || exit 3
    while read -r target seconds executions edges; do
        echo "$target $seconds $executions $edges $(find "$out/corpus/$target" -type f | wc -l) $(findings_of "$target")"
    done <"$out/totals" | awk -v date="$(date +%Y-%m-%d)" -v clang="$(clang -dumpversion)" '
        { rows = rows (NR > 1 ? ",\n" : "") sprintf("    [\"%s\", %.0f, %d, %d, %d, %d]", $1, $2, $3, $4, $5, $6)
          seconds += $2; executions += $3; findings += $6 }
        END {
            printf "{\"part\": \"fuzz\", \"title\": \"Fuzzing of the readers\", \"command\": \"make fuzz\",\n"
            printf " \"date\": \"%s\", \"seconds\": %.0f, \"tools\": {\"clang\": \"%s\"},\n", date, seconds, clang
            printf " \"figures\": {\"targets\": %d, \"executions\": %d, \"hours\": %.2f, \"findings\": %d},\n", NR, executions, seconds / 3600, findings
            printf " \"tables\": [{\"title\": \"Targets\", \"columns\": [\"target\", \"processor seconds\", \"executions\", \"edges covered\", \"corpus\", \"findings\"], \"rows\": [\n%s]}],\n", rows
            printf " \"not_verified\": [\n"
            printf "  \"Keras and HDF5 files are not fuzzed: libhdf5 is known to fail on damaged files and runs in a process of its own; test_import_damage damages such files at every byte.\",\n"
            printf "  \"The code of jansson, zlib and libarchive is not instrumented: what goes wrong inside them is seen only if it ends the program or is seen by the memory allocator.\",\n"
            printf "  \"Inputs have at most 8192 bytes.\"]}\n"
        }' >"$BUILDDIR/verification/fuzz.json.new" &&
        mv "$BUILDDIR/verification/fuzz.json.new" "$BUILDDIR/verification/fuzz.json"
}

fuzz_all() { # TARGET...
    build_fuzzers
    mkdir -p "$out/findings" "$out/log"
    passed=0 failed=0
    for target; do
        if fuzz_target "$target"; then
            passed=$((passed + 1))
        else
            failed=$((failed + 1))
            echo "fuzz: $target: FAILED; log $out/log/$target, inputs:"
            find "$out/findings" -name "$target-*" | sed 's/^/    /'
        fi
        awk -v t="$target" '$1 == t { printf "fuzz: %s: %.0f s, %d executions, %d edges\n", t, $2, $3, $4 }' "$out/totals"
    done
    report
    finish $passed $failed 0
}

merge_all() { # TARGET...
    build_fuzzers
    for target; do
        rm -rf "$out/merged/$target"
        mkdir -p "$out/merged/$target" "$out/log" "$out/corpus/$target"
        "$out/build/fuzz/fuzz_$target" -merge=1 -use_counters=0 -max_len=8192 "$out/merged/$target" "$here/corpus/$target" \
            "$out/corpus/$target" >"$out/log/merge.$target" 2>&1 || echo "fuzz: $target: merging FAILED"
        echo "fuzz: $target: $(find "$out/merged/$target" -type f | wc -l) files"
    done
}

case $mode in
quick) replay_corpus "$@" ;;
merge) merge_all "$@" ;;
fuzz) fuzz_all "$@" ;;
esac
