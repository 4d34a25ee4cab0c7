#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Defined behaviour under every fault (verif/harness/faults.c) on generated cores
# that cover the kinds of streams, weights and control.  Ends with "N passed, N
# failed"; tests that a core has no ports for are not counted.
#
#   faults.sh [--count N] [--seed N] [--only TEXT] [NAME...]
#
# NAME: a folder of verif/specs/valid; all listed below without one.
# Environment: BRDSGEN, SRCDIR, BUILDDIR, CC; COUNTS (see verif/check.sh) if set.
set -u
HARNESS=$BUILDDIR/harness
BRDSLIB=$BUILDDIR/libbrds.a
OUT=$BUILDDIR/faults
VERILATOR_HOME=$(verilator --getenv VERILATOR_ROOT) || {
    echo "faults: verilator is not installed (Debian package: verilator)" >&2
    exit 3
}
export BRDSGEN SRCDIR OUT HARNESS BRDSLIB VERILATOR_HOME

options=
while [ $# -gt 0 ]; do
    case $1 in
    --count | --seed) options="$options $1 $2" && shift 2 ;;
    --only) only=$2 && shift 2 ;;
    *) break ;;
    esac
done
# head with last_step; several layers, every step, half_even; initial states; the same with a
# 512-bit stream, two layers and no control; 32-bit stream with a head each step; element lanes;
# input containers wider than the format; fixed weights without and with control; projections
# with initial states
[ $# -gt 0 ] || set -- p4_head_last_step layers_3_shrinking initial_state initial_state_streams_512 \
    stream_32 p6_two_element_lanes activation_12 rom_head rom_layers_projection projection_mixed

sh "$SRCDIR/verif/build_harness.sh" || exit 3
mkdir -p "$OUT"

# build NAME: the core and its test program, $OUT/NAME/faults
build() {
    work=$OUT/$1
    spec=$SRCDIR/verif/specs/valid/$1/spec.json
    rm -rf "$work"
    mkdir -p "$work"
    "$BRDSGEN" gen "$spec" --random-model 1 -o "$work/core" &&
        cd "$work/core/rtl" &&
        verilator --cc -O3 --top-module "$1" --prefix Vdut --Mdir "$work/obj" -f files.f &&
        make -s -C "$work/obj" -f Vdut.mk OPT_FAST="${OPT_FAST:--O1}" Vdut__ALL.a &&
        c++ -O1 -I"$SRCDIR/verif/harness" -I"$work/obj" -I"$VERILATOR_HOME/include" \
            -o "$work/faults" ../sim/shim.cpp "$HARNESS/libfaults.a" "$work/obj/Vdut__ALL.a" \
            "$HARNESS/libverilated.a" "$BRDSLIB" $(cat "$HARNESS/libraries")
}

passed=0
failed=0
for name; do
    log=$OUT/$name.log
    (build "$name") >"$OUT/$name.build.log" 2>&1 || {
        echo "FAIL $name: build ($OUT/$name.build.log)"
        failed=$((failed + 1))
        continue
    }
    # fixed weights are read from the current folder
    cd "$OUT/$name/core/rtl" || exit 3
    # shellcheck disable=SC2086 # options are words
    timeout 900 "$OUT/$name/faults" "$SRCDIR/verif/specs/valid/$name/spec.json" --random-model 1 \
        $options ${only:+--only "$only"} >"$log" 2>&1
    status=$?
    line=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, .*/\1 \2/p' "$log" | tail -n 1)
    if [ -n "$line" ]; then
        passed=$((passed + ${line% *}))
        failed=$((failed + ${line#* }))
    fi
    if [ $status -ne 0 ]; then
        [ -n "$line" ] || failed=$((failed + 1))
        sed "s/^/$name: /" "$log"
    else
        echo "$name: $(tail -n 1 "$log")"
        rm -rf "$OUT/$name/obj"
    fi
done
[ -z "${COUNTS-}" ] || echo "faults $passed $failed 0" >>"$COUNTS"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
