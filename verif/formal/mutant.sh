#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# mutant.sh OUT LINE: the mutation on that line of mutations.txt, in a copy of the design: the property
# file's first proof, with the parameters named there, must find a counterexample from reset within the depth given
# there.  Called by
# run.sh --self-test.
set -u
here=$(cd "$(dirname "$0")" && pwd)
line=$2
mutation=$(sed -n "${line}p" "$here/mutations.txt")
# shellcheck disable=SC2086 # words
set -f
set -- $mutation
set +f
property=${1%%:*} depth=$2 file=$3
parameters=$(echo "${1#"$property"}" | tr : ' ')
shift 3
expression=$*
work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT
verdict() {
    echo "$1 $property, $file: $expression${2:+: $2}"
    exit
}

mkdir "$work/rtl" && cp "$SRCDIR"/rtl_templates/*.v "$work/rtl" || exit 3
RTL=$work/rtl
MUTATE=
if [ "$file" = regs ]; then
    MUTATE=$expression
else
    sed -i "$expression" "$RTL/$file" || verdict "FAILED " "the expression is wrong"
    ! cmp -s "$RTL/$file" "$SRCDIR/rtl_templates/$file" || verdict "FAILED " "nothing changed"
fi
export RTL MUTATE
# shellcheck disable=SC2046 # words
set -- $(awk -v p="$property" '/^#/ { next } $2 == p && $3 != "cover" { print; exit }' "$here/proofs.txt")
files=$5
shift 5
# shellcheck disable=SC2086 # words
set -- "$@" $parameters
sh "$here/compile.sh" "$work" "$property" "$files" "$@"
case $? in
    0) ;;
    2) verdict skipped "no brdsgen" ;;
    *) verdict "FAILED " "does not compile" ;;
esac
timeout "$PROOF_SECONDS" yosys-smtbmc -s z3 --unroll -t "$depth" "$work/$property.smt2" >"$work/solver.log" 2>&1
[ $? != 124 ] || verdict "FAILED " "not decided in $PROOF_SECONDS s"
grep -q 'Status: FAILED' "$work/solver.log" && grep -q 'Assert failed' "$work/solver.log" && verdict "ok     "
verdict "FAILED " "the proof passes"
