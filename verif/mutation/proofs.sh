#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# proofs.sh CORE NUMBER MODULE: does a proof of verif/formal notice the mutation? The same mutation (cell of the
# same kind at the same place of the source, same port and bit) is made in the module as each proof elaborates
# it; a counterexample from reset kills. Prints killed or survived. A proof in whose parameters there is no such
# cell, or more than one, says nothing.
# Environment: SRCDIR, BRDSGEN, OUT, PROOF_SECONDS.
set -uf
core=$1 number=$2 module=$3
formal=$SRCDIR/verif/formal
work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT

mutation=$(sed -n "${number}s/^[^ ]* [^ ]* [^ ]* mutate //p" "$OUT/$core/mutants.txt")
# field NAME: of the mutation; the last if there are several
field() {
    printf '%s\n' "$mutation" | sed -n "s/.* -$1 \([^ ]*\).*/\1/p"
}
mode=$(printf '%s\n' "$mutation" | sed 's/-mode \([^ ]*\).*/\1/')
# a cell of Yosys' own is named by its kind, a place of the source and a number; an instance by the source
cell=$(field cell | sed 's/^\(\$[a-z_]*\$\).*/\1/')
case $cell in \$*) ;; *) cell="$cell " ;; esac
control=$(field ctrlbit)
options="-mode inv -port $(field port) -portbit $(field portbit)"
place=$(field src)

# depth PROPERTY: within which mutations.txt expects a counterexample
depth() {
    awk -v p="$1" '!/^#/ && $1 == p && $2 > most { most = $2 } END { print most ? most : 12 }' "$formal/mutations.txt"
}

# refuted OPTIONS...: by a counterexample, not by a limit of time
refuted() {
    timeout "${PROOF_SECONDS:-300}" yosys-smtbmc -s z3 --unroll "$@" "$work/$property.smt2" >"$work/solver.log" 2>&1
    grep -q 'Assert failed' "$work/solver.log"
}

# try PROPERTY MODE STEPS FILES [NAME=VALUE...]: 0 if the proof fails with the mutation
try() {
    property=$1 how=$2 steps=$3
    case $module in
        regs) files=core:$core path=$work/core/rtl ;;
        *) files=$4 path=$SRCDIR/rtl_templates ;;
    esac
    shift 4
    rm -rf "$work/core"
    MUTATE_NETLIST="mutate -list 1000 $options -src $path/$place -o $work/candidates"
    export MUTATE_NETLIST
    sh "$formal/compile.sh" "$work" "$property" "$files" "$@" || return 1
    grep -F -e "-cell $cell" "$work/candidates" |
        sed "s/-mode inv/-mode $mode${control:+ -ctrlbit $control}/; q" >"$work/chosen"
    [ -s "$work/chosen" ] || return 1
    rm -rf "$work/core"
    MUTATE_NETLIST="script $work/chosen"
    sh "$formal/compile.sh" "$work" "$property" "$files" "$@" || return 1
    refuted -t "$(depth "$property")" || { [ "$how" = induct ] && refuted -i -t "$steps"; }
}

name=$module.v
[ "$module" != regs ] || name=core:
awk -v name="$name" '!/^#/ && NF && $3 != "cover" && index($5, name) && (name != "core:" || !n++)' "$formal/proofs.txt" \
    >"$work/list"
while read -r _ property how steps files parameters; do
    # shellcheck disable=SC2086 # parameters are words
    try "$property" "$how" "$steps" "$files" $parameters </dev/null && echo killed && exit
done <"$work/list"
echo survived
