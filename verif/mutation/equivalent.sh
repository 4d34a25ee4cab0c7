#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# equivalent.sh CORE NUMBER HOW SECONDS: exit status 0 if the mutated module is proven to be equivalent to
# the original, with the parameters that it has in the core.
#
#   HOW      core: what the core ties to constants or leaves open goes, and nothing depends on the mutation then
#            boxes: from equal states and equal inputs, outputs and next states of the module are equal; instances
#            in it are boxes whose inputs must be equal; flat: only memories are.  (Sound, but it misses a state
#            that differs and is never seen.)
#   SECONDS  of processor time, at most
# Environment: OUT.
set -uf
core=$1 number=$2 how=$3 seconds=$4
cd "$OUT/$core" || exit 3
work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT
command=$(sed -n "${number}s/^[^ ]* [^ ]* [^ ]* mutate //p" mutants.txt)
module=$(printf '%s\n' "$command" | sed 's/.*-module \([^ ]*\) .*/\1/')

# nothing_depends: on the input that chooses, after Yosys' optimisations of the whole core
nothing_depends() {
    cat >"$work/script.ys" <<END
read_rtlil design.il
mutate -ctrl brds_mutant 1 1 $command
hierarchy -top $core
flatten
opt -full
wreduce
opt -full
opt_share
opt -full
cd $core
opt_clean -purge
select -set users w:brds_mutant %co w:brds_mutant %d
select -assert-none @users
END
}

case $how in
    core) nothing_depends ;;
    boxes) open= ;;
    flat) open='setattr -mod -set keep_hierarchy 1 *brds_ram* *brds_sdp*; flatten' ;;
esac

# side NAME VALUE: one of the two, from the same netlist, in which an input chooses
side() {
    cat <<END
design -load both
cd $module
connect -set brds_mutant 1'b$2
cd
rename $module $1
opt_clean $1
expose -evert -evert-dff $1/t:*brds_* $1/t:*_regs $1/t:\$dff %x:+[Q]
design -stash $1
END
}

[ "$how" = core ] || cat >"$work/script.ys" <<END
read_rtlil design.il
mutate -ctrl brds_mutant 1 1 $command
hierarchy -top $module
$open
cd $module
memory_map
cd
dffunmap
autoname
splitnets -ports
cd $module
delete -port w:brds_mutant
cd
design -save both
$(side gold 0)
$(side gate 1)
design -reset
design -copy-from gold -as gold gold
design -copy-from gate -as gate gate
miter -equiv -flatten -make_assert gold gate miter
hierarchy -top miter
opt_merge
opt_expr
opt_merge
sat -verify -prove-asserts miter
END
[ -z "${KEEP-}" ] || cp "$work/script.ys" "$KEEP"
ulimit -t "$seconds"
yosys -q -s "$work/script.ys" >"$work/log" 2>&1 && exit 0
[ -z "${KEEP-}" ] || cp "$work/log" "$KEEP.log"
exit 1
