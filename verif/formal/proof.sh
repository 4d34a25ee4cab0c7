#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# proof.sh OUT LINE: the proof on that line of proofs.txt; writes OUT/NAME.json, prints a line with the
# verdict, and keeps what failed in OUT/failed/NAME.  Called by run.sh.
set -u
here=$(cd "$(dirname "$0")" && pwd)
out=$1 line=$2
# shellcheck disable=SC2046 # words
set -- $(sed -n "${line}p" "$here/proofs.txt")
property=$2 mode=$3 depth=$4 files=$5
shift 5
name=$(echo "$property $mode $files $*" | tr -c 'A-Za-z0-9_=\n' '_' | cut -c 1-80)-$line
work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT
begin=$(date +%s%N)

# solve OPTIONS...: yosys-smtbmc on the compiled properties
solve() {
    timeout "$PROOF_SECONDS" yosys-smtbmc -s z3 --unroll --dump-vcd "$work/trace.vcd" "$@" "$work/$property.smt2" \
        >>"$work/solver.log" 2>&1
}

prove() {
    case $mode in
        bmc) solve -t "$depth" ;;
        induct) solve -t "$depth" && solve -i -t "$depth" ;;
        cover) solve -c -t "$depth" ;;
        *) false ;;
    esac
}

sh "$here/compile.sh" "$work" "$property" "$files" "$@"
case $? in
    0)
        prove
        case $? in 0) result=passed ;; 124) result=timeout ;; *) result=failed ;; esac
        ;;
    2)
        echo "skipped $property: no brdsgen"
        exit
        ;;
    *) result=error ;;
esac
seconds=$(awk "BEGIN { printf \"%.1f\", ($(date +%s%N) - $begin) / 1e9 }")
printf '{"property": "%s", "files": "%s", "parameters": "%s", "mode": "%s", "depth": %s, "solver": "z3", "seconds": %s, "result": "%s"}\n' \
    "$property" "$files" "$*" "$mode" "$depth" "$seconds" "$result" >"$out/$name.json"
if [ $result = passed ]; then
    rm -rf "$out/failed/$name"
    echo "ok      $property $mode $depth, $seconds s: $*"
else
    mkdir -p "$out/failed/$name"
    cp "$work"/*.log "$work"/*.vcd "$out/failed/$name" 2>/dev/null
    echo "FAILED  $property $mode $depth, $seconds s, $result: $*"
    grep -hE 'Assert failed|Unreached|ERROR' "$work"/*.log | head -n 5 | sed 's/^/        /'
fi
