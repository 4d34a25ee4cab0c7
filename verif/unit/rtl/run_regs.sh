#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Generates the cores of verif/specs/valid (all, or those named) with $BRDSGEN, lints each whole and its
# testbench in Verilator, Icarus and Yosys (a warning is a failure), compiles the C header as C and C++,
# and runs the bench of the register block. Usage: run_regs.sh [NAME...]; last line `N passed, N failed`.
set -u
root=$(cd "$(dirname "$0")/../../.." && pwd)
work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# check NAME COMMAND...: it must succeed and print nothing
check() {
    what=$1
    shift
    if "$@" >"$work/log" 2>&1 && [ ! -s "$work/log" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $what"
        head -n 20 "$work/log"
    fi
}

bench() { # NAME SEED
    holds=$(grep -c 'write_go && write_word == ADDR_WEIGHTS_LO' "$1_regs.v")
    iverilog -g2005 -Wall "-DREGS=$1_regs" "-DSTREAM=$holds" -s regs_tb -o "$work/sim" "$root/verif/tb/unit/regs_tb.v" \
        "$1_regs.v" || return
    vvp -n "$work/sim" "+seed=$2" >"$work/bench"
    grep -q '^PASS$' "$work/bench" || cat "$work/bench"
}

generate() {
    ${BRDSGEN:-brdsgen} gen "$1" --random-model 1 -o "$work/core" >/dev/null
}

core() { # SPEC
    name=$(sed -n 's/^ *"name": *"\([^"]*\)".*/\1/p' "$1" | head -n 1)
    check "$1: gen" generate "$1"
    cd "$work/core/rtl" || exit 3
    check "$name: verilator" verilator --lint-only -Wall --top-module "$name" -f files.f
    check "$name: iverilog" iverilog -g2005 -Wall -t null -s "$name" -f files.f
    check "$name: iverilog, testbench" iverilog -g2005 -Wall -t null -s "${name}_tb" -f files.f \
        "../tb/${name}_tb.v"
    check "$name: yosys" yosys -q -p "read_verilog $(tr '\n' ' ' <files.f); hierarchy -check -top $name"
    check "$name: header in C" ${CC:-cc} -std=c99 -Wall -Wextra -Wpedantic -Wconversion -Wshadow \
        -fsyntax-only -include "../$name.h" -x c /dev/null
    check "$name: header in C++" ${CXX:-c++} -Wall -Wextra -fsyntax-only -include "../$name.h" \
        -x c++ /dev/null
    if [ -f "${name}_regs.v" ]; then
        check "$name: registers, seed 1" bench "$name" 1
        check "$name: registers, seed 2" bench "$name" 2
    fi
    cd "$root" || exit 3
}

[ $# -gt 0 ] || set -- $(cd "$root/verif/specs/valid" && ls -d */ | tr -d /)
for name; do
    core "$root/verif/specs/valid/$name/spec.json"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
