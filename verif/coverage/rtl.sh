#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Line, branch and toggle coverage of the generated Verilog (make coverage): the cores of cores.txt are built
# with Verilator's counters and run as in the regression (and, where the table says so, under the faults
# of verif/faults.sh); the counts of all cores are merged by module, so that each module counts once.
#
#   rtl.sh               all cores; those whose points are newer than the sources are not run again
#   rtl.sh NAME...       these cores again, with the points that are there of others
#
# A point of a module is a line, a branch, or a bit of a signal; it is covered if one instance in one core
# covers it.  A bit is covered if it changed at least twice, so both ways.  Points that cannot be covered
# are in exclusions.txt, with the reason.
#
# Environment: BRDSGEN, SRCDIR, BUILDDIR, CC; FAULT_SEQUENCES (default 20), the random sequences under faults.
# Writes BUILDDIR/coverage/rtl (annotated sources, uncovered.txt, coverage.info, html if there is genhtml)
# and, once all cores have run, BUILDDIR/verification/coverage_rtl.json.
set -u
here=$SRCDIR/verif/coverage
OUT=$BUILDDIR/coverage/rtl
HARNESS=$BUILDDIR/harness
BRDSLIB=$BUILDDIR/libbrds.a
VERILATOR_HOME=$(verilator --getenv VERILATOR_ROOT) || {
    echo "coverage: verilator is not installed (Debian package: verilator)" >&2
    exit 3
}
export BRDSGEN SRCDIR OUT HARNESS BRDSLIB VERILATOR_HOME
compiler=$(command -v clang++ || echo c++) # Clang takes half of the time of GCC
model="-w -std=gnu++17 -I$VERILATOR_HOME/include -I$VERILATOR_HOME/include/vltstd -DVM_COVERAGE=1 -DVM_SC=0 -DVM_TRACE=0 -DVERILATOR=1"
mkdir -p "$OUT" "$BUILDDIR/verification" || exit 3
sh "$SRCDIR/verif/build_harness.sh" || exit 3
[ "$HARNESS/coverage.o" -nt "$HARNESS/tools" ] || c++ -O2 $model -c -o "$HARNESS/coverage.o" \
    "$VERILATOR_HOME/include/verilated_cov.cpp" || exit 3

# compile: the model in two parts, each once: what runs in every cycle, and the rest, which is as large
compile() {
    for file in "$work"/obj/*.cpp; do
        part=fast
        case $file in *__Slow.cpp | *__Syms.cpp) part=slow ;; esac
        echo "#include \"$file\"" >>"$work/obj/$part.cc"
    done
    # shellcheck disable=SC2086 # options are words
    $compiler $model -I"$work/obj" -O1 -c -o "$work/obj/fast.o" "$work/obj/fast.cc" &&
        $compiler $model -I"$work/obj" -O0 -c -o "$work/obj/slow.o" "$work/obj/slow.cc"
}

# link PROGRAM LIBRARY
link() {
    # shellcheck disable=SC2046,SC2086 # options are words
    c++ $model -O1 -I"$HARNESS" -I"$SRCDIR/verif/harness" -I"$work/obj" -o "$work/$1" ../sim/shim.cpp "$HARNESS/$2" \
        "$work/obj/fast.o" "$work/obj/slow.o" "$HARNESS/coverage.o" "$HARNESS/libverilated.a" "$BRDSLIB" \
        $(cat "$HARNESS/libraries")
}

# build NAME HOW: modules stay apart, so that each is compiled once whatever its instances
build() {
    "$BRDSGEN" gen "$spec" --random-model 1 -o "$work/core" &&
        cd "$work/core/rtl" &&
        verilator --cc -O3 -fno-inline --coverage-line --coverage-toggle --top-module "$1" --prefix Vdut \
            --Mdir "$work/obj" -f files.f &&
        compile && link harness libharness.a && { [ "$2" = run ] || link faults libfaults.a; }
}

# run NAME HOW SEQUENCES STEPS: one coverage file a run; with stalls a network of large weights, which makes
# sums saturate, where weights can be loaded
run() {
    cd "$work/core/rtl" || return
    set -- "$@" --random-model 1
    for stalls in 0 30; do
        if [ $stalls != 0 ] && ! grep -q '"weights": "rom"' "$spec"; then
            "$HARNESS/randmodel" "$spec" 4 "$work/large.safetensors" || return
            set -- "$1" "$2" "$3" "$4" --model "$work/large.safetensors"
        fi
        BRDS_COVERAGE=$work/$stalls.dat "$work/harness" "$spec" "$5" "$6" --sequences "$3" --steps "$4" \
            --stalls $stalls -o "$work/run.json" || return
    done
    only=
    [ "$2" != images ] || only='w: '
    [ "$2" = run ] || BRDS_COVERAGE=$work/faults.dat timeout 1800 "$work/faults" "$spec" --random-model 1 \
        --count "${FAULT_SEQUENCES:-20}" ${only:+--only "$only"}
}

# core NAME HOW SEQUENCES STEPS: its points to NAME.points, the seconds that took to NAME.seconds
core() {
    work=$OUT/work/$1
    start=$(date +%s)
    rm -rf "$work" "$OUT/$1.points"
    mkdir -p "$work" "$OUT/rendered"
    (build "$1" "$2" && run "$@") >"$work/log" 2>&1 &&
        awk -f "$here/points.awk" -v design="$1" -v rtl="$work/core/rtl/" "$work"/*.dat >"$work/points" || {
        echo "FAILED  $1 ($work/log)"
        failed=$((failed + 1))
        return
    }
    cp "$work/core/rtl/$1.v" "$OUT/rendered/$1.v"
    [ ! -f "$work/core/rtl/$1_regs.v" ] || cp "$work/core/rtl/$1_regs.v" "$OUT/rendered/"
    mv "$work/points" "$OUT/$1.points"
    echo "$(($(date +%s) - start)) $*" >"$OUT/$1.seconds"
    rm -rf "$work"
    echo "ok      $1"
}

# fresh NAME HOW SEQUENCES STEPS: its points are newer than all that they are made of
fresh() {
    [ -f "$OUT/$1.points" ] && grep -q "^[0-9]* $*$" "$OUT/$1.seconds" &&
        [ -z "$(find "$SRCDIR/rtl_templates" "$spec" -type f -newer "$OUT/$1.points")" ]
}

failed=0
missing=0
rm -rf "$OUT/source" "$OUT/annotated" "$OUT/work"
while read -r name how sequences steps; do
    case $name in '#'* | '') continue ;; esac
    spec=$SRCDIR/verif/specs/valid/$name/spec.json
    wanted=yes
    if [ $# -gt 0 ]; then
        case " $* " in *" $name "*) ;; *) wanted=no ;; esac
    elif fresh "$name" "$how" "$sequences" "$steps"; then
        wanted=no
        echo "kept    $name"
    fi
    [ $wanted = no ] || core "$name" "$how" "$sequences" "$steps" </dev/null
    [ -f "$OUT/$name.points" ] || missing=$((missing + 1))
done <"$here/cores.txt"
cores=$(ls "$OUT" | grep -c '\.points$')
[ "$cores" -gt 0 ] || exit 1

# the sources: the fixed modules, and the largest of the rendered ones
mkdir -p "$OUT/source" "$OUT/annotated"
cp "$SRCDIR"/rtl_templates/*.v "$OUT/source/"
# source NAME FILE...: the file with the most lines, its design's name taken out
source_of() {
    target=$1
    shift
    file=$(wc -l "$@" | sort -n | awk '$2 != "total" { file = $2 } END { print file }')
    design=$(basename "${file%_regs.v}" .v)
    sed "s/$design/NAME/g" "$file" >"$OUT/source/$target.v"
}
# shellcheck disable=SC2046 # names without blanks
{
    source_of top $(ls "$OUT"/rendered/*.v | grep -v '_regs\.v$')
    ! ls "$OUT"/rendered/*_regs.v >/dev/null 2>&1 || source_of regs "$OUT"/rendered/*_regs.v
}

seconds=$(cat "$OUT"/*.seconds | awk '{ s += $1 } END { print s }')
version=$(verilator --version | awk '{ print $2 }')
json=$BUILDDIR/verification/coverage_rtl.json
[ $missing -eq 0 ] || json=$OUT/part.json
cat "$OUT"/*.points | awk -f "$here/report.awk" -v out="$OUT" -v source="$OUT/source/" -v json="$json.new" \
    -v exclusions="$here/exclusions.txt" -v cores="$cores" -v seconds="$seconds" -v version="$version" \
    -v date="$(date +%Y-%m-%d)" >"$OUT/report.txt"
status=$?
mv "$json.new" "$json" || exit 3
cat "$OUT/report.txt"
if command -v genhtml >/dev/null 2>&1; then
    genhtml -q --branch-coverage -o "$OUT/html" "$OUT/coverage.info" || status=1
else
    echo "coverage: no html, genhtml is not installed (Debian package: lcov)"
fi
[ $missing -eq 0 ] || echo "coverage: $missing cores have not run, the figures are not judged"
[ $missing -eq 0 ] || [ $failed -gt 0 ] || status=0
[ $status -eq 0 ] && [ $failed -eq 0 ]
