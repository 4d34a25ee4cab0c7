#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# build.sh NAME WORK: the core of verif/specs/valid/NAME and its program of tests under faults, WORK/faults. The
# model shows the beat bus, from which the tests see where in a step the core is (dut_beat of faults.h).
# Environment: BRDSGEN, SRCDIR, HARNESS, BRDSLIB, VERILATOR_HOME.
set -eu
name=$1 work=$2
rm -rf "$work"
mkdir -p "$work"
"$BRDSGEN" gen "$SRCDIR/verif/specs/valid/$name/spec.json" --random-model 1 -o "$work/core"
{
    echo '`verilator_config'
    for signal in ctrl_empty beat_valid beat_phase; do
        echo "public_flat_rd -module \"brds_core\" -var \"$signal\""
    done
} >"$work/probe.vlt"
{
    cat "$work/core/sim/shim.cpp"
    cat <<END
#include "Vdut___024root.h"
#define CORE(signal) dut->top->rootp->${name}__DOT__core__DOT__##signal
extern "C" unsigned dut_beat(const struct brds_dut *dut)
{
    return CORE(ctrl_empty) | CORE(beat_valid) << 1 | CORE(beat_phase) << 2;
}
END
} >"$work/shim.cpp"
cd "$work/core/rtl"
verilator --cc -O3 --top-module "$name" --prefix Vdut --Mdir "$work/obj" "$work/probe.vlt" -f files.f
sh "$SRCDIR/verif/build_model.sh" "$work/obj" "$work/shim.cpp" libfaults.a "${OPT_FAST:--O1}" "$work/faults"
rm -rf "$work/obj"
