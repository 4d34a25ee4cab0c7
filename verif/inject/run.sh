#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# run.sh [CASE...]: the commands of cases.txt with every N-th call failing (inject.c has the kinds).  A
# run must end with status 3 and a message, or, where it can do without what failed, with the same output
# as ever; it must not crash or hang, and leave no temporary file and no file that is not complete.
#
# All N up to 12, then further and further apart; INJECT=full: all.  Environment: BUILDDIR (default:
# build), below a folder where configure ran; SRCDIR; MAKE; KINDS (default: all); COUNTS (a suite of
# verif/check.sh: "inject PASSED FAILED SKIPPED" is added to that file).
# BUILDDIR/check/inject/failures has what failed, seen how many calls there were.  A run of all cases and kinds
# writes BUILDDIR/verification/inject.json.
set -u
LC_ALL=C
export LC_ALL
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd) || exit 3
SRCDIR=${SRCDIR:-$(dirname "$(dirname "$here")")}
mkdir -p "${BUILDDIR:=build}/check/inject" && BUILDDIR=$(cd "$BUILDDIR" && pwd) || exit 3
MAKE=${MAKE:-make}
unset MAKEFLAGS MAKELEVEL MFLAGS
full=${INJECT-}
unset INJECT INJECT_SEEN
OPENBLAS_NUM_THREADS=1
export OPENBLAS_NUM_THREADS
program=$BUILDDIR/check/brdsgen-inject
out=$BUILDDIR/check/inject

finish() { # PASSED FAILED
    echo "inject: $1 passed, $2 failed"
    [ -z "${COUNTS-}" ] || echo "inject $1 $2 0" >>"$COUNTS"
    [ "$2" -eq 0 ]
    exit
}

(cd "$(dirname "$BUILDDIR")" && "$MAKE" -f Makefile -f "$here/run.mk" build/check/brdsgen-inject) \
    >"$out/build.log" 2>&1 || { tail -n 5 "$out/build.log"; echo "inject: cannot be built"; finish 0 1; }
cd "$out" && rm -rf in work expected bin && mkdir in work bin || exit 3

# ---- inputs ----

spec() { # FILE INPUT NNZ_X HEAD MORE
    echo "{\"brds\": 1, \"name\": \"net\", \"network\": {\"input_size\": $2, \"layers\":
        [{\"hidden_size\": 4, \"nnz_x\": $3, \"nnz_h\": 4}, {\"hidden_size\": 5, \"nnz_x\": $3, \"nnz_h\": 5}]$4},
        \"hardware\": {\"pes\": 1, \"lanes_x\": 1, \"lanes_h\": 1$5}}" >"in/$1.json"
}

make_inputs() {
    imports=$SRCDIR/verif/unit/data/import
    spec spec 4 4 ', "head": {"size": 3}' ''
    spec sparse 4 2 ', "head": {"size": 3}' ''
    spec rom 4 4 ', "head": {"size": 3}' ', "weights": "rom"'
    spec stream 4 4 ', "head": {"size": 3}' ', "weights": "stream", "memory_bits": 32'
    spec language 4 4 '' '}, "numeric": {"weight": {"row_scale_bits": 2}'
    cp "$SRCDIR/verif/cli/report_energy/good.vcd" "$SRCDIR/verif/cli/report_energy/small.json" in || return 1
    echo '{"spec": "little", "steps": 1, "sequences": 1}' >in/vectors.json
    spec import 3 3 ', "head": {"size": 2}' ''
    cp "$imports/stored.npz" in/model.npz && cp "$imports/torch_embedding.onnx" in/model.onnx &&
        cp "$imports/stack.keras" in/model.keras || return 1
    printf 'good film\t0\nbad film indeed\t1\nfilm\t2\na good\t0\nbad\t1\nbad film\t1\n' >in/data.tsv
    awk 'BEGIN { for (i = 0; i < 120; i++) printf "w%d%s", i * i % 7, i % 9 ? " " : "\n" }' >in/text.txt
    # gnuplot itself is not what is tested
    printf '#!/bin/sh\necho "<svg/>"\n' >bin/gnuplot && chmod +x bin/gnuplot
    "$program" train in/spec.json -d in/data.tsv --threads 1 --epochs 2 -o in/model >log 2>&1 &&
        "$program" train in/spec.json -d in/data.tsv --threads 1 --epochs 2 --checkpoint in/point -o in/x >log 2>&1 &&
        "$program" workload in/spec.json -m in/model -d in/data.tsv -o in/load >log 2>&1
}
make_inputs || { cat log; echo "inject: the inputs cannot be made"; finish 0 1; }
PATH=$out/bin:$PATH
export PATH

# ---- one run ----

# run_case ARGUMENT...: in an empty folder; leaves `status`, stdout and stderr.
run_case() {
    rm -rf work
    mkdir work || exit 3
    (cd work && exec timeout -k 2 60 "$program" "$@") >stdout 2>stderr </dev/null
    status=$?
}

# What a run tells, without how long it took.
plain() {
    sed -E 's/"[a-z_]*(seconds?|_per_s|speed)": *[0-9.e+-]+//; s/[0-9.e+-]+ (million|s\b)//g' stdout
}

# wrong: whether what was left is not as expected; tells it.
wrong() {
    for path in work/* work/.[!.]*; do
        [ -e "$path" ] || continue
        case $path in
        work/log | work/point | work/work) continue ;;
        work/.*) echo "left behind: $path"; return 0 ;;
        esac
        diff -rq "expected/$(basename "$path")" "$path" && continue
        return 0
    done
    [ $status != 0 ] || {
        plain | cmp -s - expected.stdout || { echo "success with another output"; return 0; }
        for path in expected/*; do
            [ ! -e "$path" ] || [ -e "work/$(basename "$path")" ] || { echo "success without $path"; return 0; }
        done
        return 1
    }
    [ $status = 3 ] || { echo "status $status"; return 0; }
    grep -q 'error: ' stderr || { echo "no message"; return 0; }
    return 1
}

# inject NAME KIND N ON ARGUMENT...
inject() {
    what="$1: $2 $3 $4"
    INJECT="$2 $3 $4" && export INJECT
    shift 4
    run_case "$@"
    unset INJECT
    if said=$(wrong) || said=$(grep -E -m 1 'Sanitizer|runtime error|^inject: ' stderr); then
        failed=$((failed + 1))
        { echo "$what: $said"; sed 's/^/    /' stderr; } >>failures
    else
        passed=$((passed + 1))
    fi
}

# sweep NAME KIND ON ARGUMENT...: all N that there are
sweep() {
    name=$1 kind=$2 on=$3
    shift 3
    INJECT="$kind 0" INJECT_SEEN=$out/number && export INJECT INJECT_SEEN
    run_case "$@"
    unset INJECT INJECT_SEEN
    if [ $status != 0 ]; then
        failed=$((failed + 1))
        { echo "$name: without a failure: status $status"; sed 's/^/    /' stderr; } >>failures
        return
    fi
    calls=$(cat number) n=1
    echo "$name $kind $calls" >>seen
    while [ $n -le "$calls" ]; do
        inject "$name" "$kind" $n "$on" "$@"
        if [ "$full" = full ] || [ $n -lt 12 ]; then n=$((n + 1)); else n=$((n + n / 3)); fi
    done
}

# The table of the verification's document: calls of each kind, and runs.
report() {
    mkdir -p "$BUILDDIR/verification" || exit 3
    awk -v date="$(date +%Y-%m-%d)" -v seconds=$(($(date +%s) - begun)) -v runs=$((passed + failed)) -v failed=$failed -v full="$full" '
        $1 != last { last = $1; order[++n] = $1 }
        { calls[$1, $2] = $3; sum += on[$1, $2]++ ? 0 : $3 }
        END {
            printf "{\"part\": \"inject\", \"title\": \"Failing calls\", \"command\": \"%ssh verif/inject/run.sh\",\n", full == "full" ? "INJECT=full " : ""
            printf " \"date\": \"%s\", \"seconds\": %d, \"tools\": {},\n", date, seconds
            printf " \"figures\": {\"commands\": %d, \"calls that can fail\": %d, \"runs\": %d, \"failed\": %d},\n", n, sum, runs, failed
            printf " \"tables\": [{\"title\": \"Calls of each kind in one run of a command\", \"columns\": [\"command (verif/inject/cases.txt)\""
            kinds = split("memory open full close rename read", kind, " ")
            for (k = 1; k <= kinds; k++) printf ", \"%s\"", kind[k]
            printf "], \"rows\": [\n"
            for (i = 1; i <= n; i++) {
                printf "  [\"%s\"", order[i]
                for (k = 1; k <= kinds; k++) printf ", %d", calls[order[i], kind[k]]
                printf "]%s\n", i < n ? "," : ""
            }
            printf " ]}],\n \"not_verified\": [\n"
            if (full != "full") printf "  \"Each of the first 12 calls of a kind fails in turn, of the others a sample.\",\n"
            printf "  \"Allocations inside OpenBLAS, libhdf5, libarchive, zlib and the C library do not fail: OpenBLAS ends the program itself when it gets no memory.\",\n"
            printf "  \"Failures of stat, close, unlink and of threads are not tried, nor several failures at once but for memory.\"]}\n"
        }' seen >"$BUILDDIR/verification/inject.json.new" &&
        mv "$BUILDDIR/verification/inject.json.new" "$BUILDDIR/verification/inject.json"
}

begun=$(date +%s)
passed=0 failed=0
: >failures
: >seen
grep -v '^#' "$here/cases.txt" >cases
all=no
[ $# -gt 0 ] || [ -n "${KINDS-}" ] || all=yes
while read -r name arguments; do
    case " $* " in '  ' | *" $name "*) ;; *) continue ;; esac
    # shellcheck disable=SC2086 # words
    set -- "$@" && run_case $arguments
    rm -rf expected
    mv work expected
    plain >expected.stdout
    for kind in ${KINDS:-memory open full close rename read}; do
        # shellcheck disable=SC2086
        sweep "$name" "$kind" '' $arguments
    done
    # shellcheck disable=SC2086
    [ -n "${KINDS-}" ] || sweep "$name" memory on $arguments
done <cases
head -n 60 failures
[ $all = no ] || report
finish $passed $failed
