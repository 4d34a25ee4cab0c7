#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A part of verif/faults.sh as a suite of verif/check.sh: four of its cores, fewer random sequences.
set -u
command -v verilator >/dev/null 2>&1 || {
    echo "faults: skipped, verilator is not installed"
    echo "faults 0 0 1" >>"$COUNTS"
    exit 0
}
exec sh "$SRCDIR/verif/faults.sh" --count 100 p4_head_last_step initial_state stream_32 streams_4_layers
