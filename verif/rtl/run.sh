#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Lint and benches of the RTL modules: every script of verif/unit/rtl, each of which ends with a
# line "N passed, N failed[, N skipped]".  Counts go to $COUNTS (see verif/check.sh).
set -u
for tool in verilator iverilog yosys; do
    command -v $tool >/dev/null 2>&1 || {
        echo "rtl: skipped, $tool is not installed"
        echo "rtl 0 0 1" >>"$COUNTS"
        exit 0
    }
done
bad=0
mkdir -p "$BUILDDIR/check"
for script in "$SRCDIR"/verif/unit/rtl/run*.sh; do
    name=$(basename "$script" .sh)
    log=$BUILDDIR/check/rtl_$name.log
    # of the generated cores a few; all of them: sh verif/unit/rtl/run_regs.sh
    case $name in run_regs) set -- head_every_step initial_state rom_layers_projection stream_512 ;; *) set -- ;; esac
    sh "$script" "$@" >"$log" 2>&1 </dev/null
    status=$?
    counts=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed\(, \([0-9]*\) skipped\)\{0,1\}$/\1 \2 \4/p' "$log" | tail -n 1)
    # shellcheck disable=SC2086 # two or three numbers
    set -- ${counts:-0 1} 0
    [ $status -eq 0 ] || [ "$2" -gt 0 ] || set -- "$1" 1 "$3"
    echo "rtl $name: $1 passed, $2 failed"
    echo "rtl_$name $1 $2 $3" >>"$COUNTS"
    if [ "$2" -gt 0 ]; then
        bad=1
        tail -n 40 "$log" | sed 's/^/    /'
    fi
done
exit $bad
