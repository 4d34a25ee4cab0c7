#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What Yosys makes of the Verilog does what the Verilog does (make netlist).  Whole cores (cores.txt): the netlist takes the
# place of the RTL under the generated testbench in Icarus, and every output word must be the C model's.
# Small modules (modules.txt): RTL and netlist are proven equivalent.
#
#   run.sh [quick | TEXT...]   all; those marked quick (also as a suite of verif/check.sh); lines that hold a TEXT;
#                              what passed and is newer than the sources is not run again
#   run.sh --self-test         breaks one cell of netlists and sees the checks fail
#
# Environment: BRDSGEN, SRCDIR, BUILDDIR; COUNTS (verif/check.sh: "netlist PASSED FAILED SKIPPED").
# Writes BUILDDIR/netlist; a run of all writes BUILDDIR/verification/netlist.json.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/families.sh"
OUT=$BUILDDIR/netlist
mkdir -p "$OUT" "$BUILDDIR/verification" || exit 3
SEQUENCES=3 STEPS=5
passed=0
failed=0
begin=$(date +%s)

# finish SKIPPED: the counts, for the reader and for check.sh
finish() {
    [ -z "${COUNTS:-}" ] || echo "netlist $passed $failed $1" >>"$COUNTS"
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ] && [ $((passed + $1)) -gt 0 ]
    exit
}

for tool in yosys iverilog; do
    command -v $tool >/dev/null 2>&1 || {
        echo "netlist: skipped, $tool is not installed"
        finish 1
    }
done
YOSYS_DATA=$(dirname "$(dirname "$(command -v yosys)")")/share/yosys

# result OK TEXT: OK is 0 for a check that went well
result() {
    if [ "$1" -eq 0 ]; then
        passed=$((passed + 1))
        echo "ok      $2"
    else
        failed=$((failed + 1))
        echo "FAILED  $2"
    fi
}

# kept FILE...: what is in $work passed and is newer than all that it is made of
kept() {
    grep -qE 'passed|proven' "$work/row" 2>/dev/null &&
        [ -z "$(find "$SRCDIR/rtl_templates" "$here/families.sh" "$@" -type f -newer "$work/row")" ] || return
    passed=$((passed + 1))
    echo "kept    ${work##*/}"
}

# cells WORK: the number of cells of the netlist
cells() { # 0 where there is no netlist
    sed -n 's/^ *Number of cells: *//p' "$1/stat" 2>/dev/null | tail -n 1 | grep . || echo 0
}

# synthesise WORK COMMANDS: WORK/netlist.v; two drivers of one net make Yosys delete logic, and exit with 0
synthesise() {
    yosys -q -l "$1/yosys.log" -p "$2; clean -purge; tee -q -o $1/stat stat; write_verilog -noattr $1/netlist.v" \
        >"$1/yosys.out" 2>&1 &&
        ! grep -qE 'Driver-driver conflict|multiple conflicting drivers' "$1/yosys.log" &&
        [ "$(cells "$1")" -gt 0 ]
}

# ---- whole cores ----

# make_core SPEC FAMILY: the netlist and the vectors in $work
make_core() {
    sed "s/\"brds\": 1,/\"brds\": 1, \"target\": { \"family\": \"$2\" },/" "$here/$1.json" >"$work/spec.json"
    "$BRDSGEN" gen "$work/spec.json" --random-model 1 -o "$work/core" &&
        "$BRDSGEN" vectors "$work/spec.json" --random-model 1 --sequences $SEQUENCES --steps $STEPS \
            -o "$work/vectors" &&
        cd "$work/core/rtl" &&
        synthesise "$work" "read_verilog $(tr '\n' ' ' <files.f); hierarchy -check -top $1; $(core_script "$2")" &&
        fill_memories "$work/netlist.v"
}

# simulate SPEC FAMILY STALLS: the testbench's line of figures in $work/STALLS.log
simulate() {
    # shellcheck disable=SC2046 # none or one file
    iverilog -g2005-sv -DNO_ICE40_DEFAULT_ASSIGNMENTS -I"$YOSYS_DATA/ecp5" -s "$1_tb" -o "$work/tb.vvp" \
        $(cell_models "$2") "$work/netlist.v" "$work/core/tb/$1_tb.v" &&
        timeout 1800 vvp -n "$work/tb.vvp" +vectors="$work/vectors" +stalls="$3" +seed=1 >"$work/$3.log" &&
        grep -q '^BRDS-TB .* PASS$' "$work/$3.log"
}

# core SPEC FAMILY STALLS
core() {
    work=$OUT/$1-$2
    ! kept "$here/$1.json" || { cat "$work/row" >>"$OUT/cores.rows" && return; }
    rm -rf "$work"
    mkdir -p "$work"
    start=$(date +%s)
    (make_core "$1" "$2" && simulate "$@") >"$work/log" 2>&1
    status=$?
    figures=$(sed -n 's/^BRDS-TB words=\([0-9]*\) mismatches=\([0-9]*\) cycles=\([0-9]*\) .*/\1, \2, \3/p' "$work/$3.log" 2>/dev/null)
    result $status "$1 $2, $(cells "$work") cells, words, mismatches, cycles: ${figures:-none} ($(($(date +%s) - start)) s)"
    echo "[\"$1\", \"$2\", $(cells "$work"), ${figures:-0, 0, 0}, \"$([ $status -eq 0 ] && echo passed || echo failed)\"]" >"$work/row"
    cat "$work/row" >>"$OUT/cores.rows"
}

# ---- small modules ----

# make_module MODULE OTHERS FAMILY NAME=VALUE...
make_module() {
    sources=
    for file in $1 $(echo "$2" | tr ',-' '  '); do sources="$sources $SRCDIR/rtl_templates/brds_$file.v"; done
    top=brds_$1 family=$3
    shift 3
    sets=
    for set in "$@"; do sets="$sets -set ${set%%=*} ${set#*=}"; done
    rtl="read_verilog $sources; ${sets:+chparam $sets $top;} hierarchy -check -top $top"
    synthesise "$work" "$rtl; $(module_script "$family")"
}

# prove: RTL and netlist of make_module; undefined values count as values of their own
prove() {
    models=$(cell_models "$family")
    timeout 1800 yosys -q -l "$work/proof.log" -p "$rtl; proc; flatten; opt_clean; memory_map; rename $top gold
        read_verilog $work/netlist.v; rename $top gate
        ${models:+techmap -autoproc -D EQUIV -D NO_ICE40_DEFAULT_ASSIGNMENTS -map $models gate}
        proc; opt_clean; equiv_make gold gate equiv; hierarchy -top equiv; opt_clean
        equiv_simple -undef; equiv_induct -undef; tee -q -o $work/proof equiv_status -assert"
}

# module FAMILY MODULE OTHERS NAME=VALUE...
module() {
    work=$OUT/$(echo "$*" | tr -c 'A-Za-z0-9_=\n' '_' | cut -c 1-100)
    ! kept || { cat "$work/row" >>"$OUT/modules.rows" && return; }
    rm -rf "$work"
    mkdir -p "$work"
    family=$1 name=$2 others=$3
    shift 3
    { make_module "$name" "$others" "$family" "$@" && prove; } >"$work/log" 2>&1
    status=$?
    points=$(sed -n 's/.*Found \([0-9]*\) .equiv cells.*/\1/p' "$work/proof" 2>/dev/null | tail -n 1)
    result $status "brds_$name $family, $(cells "$work") cells, ${points:-no} points: $*"
    echo "[\"brds_$name\", \"$family\", \"$*\", $(cells "$work"), ${points:-0}, \"$([ $status -eq 0 ] && echo proven || echo failed)\"]" >"$work/row"
    cat "$work/row" >>"$OUT/modules.rows"
}

# ---- self-test ----

# check_module MODULE OTHERS FAMILY: its netlist is proven, and no longer once a cell is broken
check_module() {
    work=$OUT/self-$3-$1
    rm -rf "$work"
    mkdir -p "$work"
    n=0
    { make_module "$1" "$2" "$3" && prove && n=$(break_cell "$3" "$work/netlist.v" 1 1) && [ "$n" -gt 0 ] &&
        ! prove && grep -q unproven "$work/proof.log"; } >"$work/log" 2>&1
    result $? "brds_$1 $3, one of $n cells broken"
}

self_test() {
    for target in generic ice40; do
        check_module sat - $target
        check_module round - $target
        check_module count - $target
        check_module tree delay $target
        check_module linear_sat sat $target
    done
    # in a core not every cell matters to the words of a short run
    spec=rom_projection family=ice40 seen=0
    work=$OUT/self-core
    rm -rf "$work"
    mkdir -p "$work"
    (make_core $spec $family && simulate $spec $family 30) >"$work/log" 2>&1
    result $? "$spec $family as it is"
    cp "$work/netlist.v" "$work/good.v"
    for k in 1 2 3 4; do
        cp "$work/good.v" "$work/netlist.v"
        n=$(break_cell $family "$work/netlist.v" $k 4)
        (simulate $spec $family 30) >"$work/broken.log" 2>&1
        ! grep -q '^BRDS-TB .* FAIL$' "$work/30.log" || seen=$((seen + 1))
    done
    result $((seen < 1)) "$spec $family: $seen of 4 broken cells (of $n) seen"
}

# lines WHEN FILE: the wanted lines of a table, without their first word
lines() {
    awk -v mode="$mode" -v words="$words" '/^#/ || NF == 0 { next }
        mode == "quick" && $1 != "quick" { next }
        { line = $0; sub(/^[a-z]+ +/, "", line); wanted = words == ""
          n = split(words, word, " ")
          for (i = 1; i <= n; i++) if (index(line, word[i])) wanted = 1
          if (wanted) print line }' "$1"
}

[ $# -gt 0 ] || [ -z "${COUNTS:-}" ] || set -- quick
mode=all
case ${1:-} in
    --self-test) self_test; finish 0 ;;
    quick) mode=quick; shift ;;
    -*) echo "usage: run.sh [quick | --self-test | TEXT...]" >&2; exit 2 ;;
esac
words=$*
: >"$OUT/cores.rows"
: >"$OUT/modules.rows"
lines "$here/modules.txt" >"$OUT/modules.list"
lines "$here/cores.txt" >"$OUT/cores.list"
while read -r line; do
    # shellcheck disable=SC2086 # words
    module $line </dev/null
done <"$OUT/modules.list"
while read -r line; do
    # shellcheck disable=SC2086 # words
    core $line </dev/null
done <"$OUT/cores.list"

# rows FILE: with commas between them
rows() {
    sed 's/^/   /; $!s/$/,/' "$1"
}
json=$OUT/part.json
[ "$mode$words" != all ] || json=$BUILDDIR/verification/netlist.json
cat >"$json.new" <<END
{"part": "netlist", "title": "Netlists", "command": "make netlist", "date": "$(date -u +%Y-%m-%d)", "seconds": $(($(date +%s) - begin)),
 "tools": {"Yosys": "$(yosys -V | cut -d ' ' -f 2)", "Icarus": "$(iverilog -V | awk 'NR == 1 { print $4 }')"},
 "figures": {"cores simulated": $(wc -l <"$OUT/cores.rows"), "modules proven equivalent": $(grep -c proven "$OUT/modules.rows"), "failed": $failed},
 "tables": [
  {"title": "Netlists of whole cores under the generated testbench: output words compared with the C model's.",
   "columns": ["spec", "family", "cells", "words", "mismatches", "cycles", "result"], "rows": [
$(rows "$OUT/cores.rows")]},
  {"title": "Modules whose netlist is proven equivalent to the RTL (equiv_induct, undefined values included).",
   "columns": ["module", "family", "parameters", "cells", "points", "result"], "rows": [
$(rows "$OUT/modules.rows")]}],
 "not_verified": [
  "Block RAM cells are simulated for ice40 only: Yosys' models for xc7 and ecp5 have no behaviour, so memories stay behavioural there.",
  "DSP blocks are simulated as SB_MAC16 (ice40) and DSP48E1 (xc7); MULT18X18D and DSP48E2 are black boxes in Yosys 0.23, products of ecp5 are LUTs here.",
  "Netlists are of small cores, before place and route and without delays.",
  "Cells' models are Yosys' own, the vendors' were not at hand."]}
END
mv "$json.new" "$json" || exit 3
finish 0
