#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# build.sh CORE COUNT: generates the core, picks COUNT mutations of it and builds them all as one simulation
# model, in $OUT/CORE:
#   design.il     the core after elaboration, which the mutations are of
#   mutants.txt   one a line: NUMBER ID MODULE mutate ... (a command of Yosys)
#   harness, faults   the regression's and the faults' programs; the environment variable BRDS_MUTANT says
#                 which mutation is active, 0 none
# The model of a core that has not changed is not built again.
# Environment: BRDSGEN, SRCDIR, OUT, HARNESS, BRDSLIB, VERILATOR_HOME.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
core=$1 count=$2
work=$OUT/$core
mkdir -p "$work"
cd "$work"

"$BRDSGEN" gen "$SRCDIR/verif/specs/valid/$core/spec.json" --random-model 1 -o core >gen.log 2>&1
cd core/rtl
# shellcheck disable=SC2046 # files are words
yosys -q -p "$(printf 'read_verilog %s; ' $(cat files.f)) prep -top $core; write_rtlil ../../elaborated.il" \
    >../../yosys.log 2>&1
cd ../..
# `re` of a memory is for checks in simulation alone (brds_ram.v): what drives it is no logic of the design
awk '/^  cell / { memory = $2 ~ /brds_(ram|vmem|chunkmem)/ }
    memory && $1 == "connect" && $2 == "\\re" { print "    connect \\re 1'"'"'0"; next }
    { print }' elaborated.il >memories.il
yosys -q -p "read_rtlil memories.il; opt_clean; write_rtlil design.il.new; mutate -list 3000 -seed 1 -o candidates.txt" \
    >>yosys.log 2>&1

# each module's share of the candidates, but at least two; clock pins are not logic, and what Yosys made
# without a line of the source has no module to count for
grep -v -i -e '-port clk ' candidates.txt | grep -e ' -src [^ ]*\.v:' | awk -v count="$count" -v core="$core" '
    function module_of(line) {
        sub(/.* -src /, "", line)
        sub(/\.v:.*/, "", line)
        return line == core ? "top" : line == core "_regs" ? "regs" : line
    }
    { line[NR] = $0; module[NR] = module_of($0); has[module[NR]]++ }
    END {
        for (m in has) {
            quota[m] = int(count * has[m] / NR + 0.5)
            if (quota[m] < 2) quota[m] = 2
        }
        for (i = 1; i <= NR; i++)
            if (taken[module[i]]++ < quota[module[i]])
                print ++n, module[i], line[i]
    }' >picked.txt
while read -r number module line; do
    printf '%s %s %s %s\n' "$number" "$(printf '%s' "$line" | sha256sum | cut -c 1-16)" "$module" "$line"
done <picked.txt >mutants.txt.new

# the programs, from the model
link() {
    for program in harness faults; do
        # shellcheck disable=SC2046 # libraries are words
        c++ -o $program.new shim.o model.o "$HARNESS/lib$program.a" "$HARNESS/libverilated.a" "$BRDSLIB" \
            $(cat "$HARNESS/libraries") >link.log 2>&1
        mv $program.new $program
    done
}

cat "$here/build.sh" design.il.new mutants.txt.new core/sim/shim.cpp | sha256sum >key.new
if cmp -s key key.new; then
    rm -f ./*.new
    link
    exit 0
fi
rm -rf key obj
mv design.il.new design.il
mv mutants.txt.new mutants.txt

sed 's/^\([0-9]*\) [^ ]* [^ ]* mutate /mutate -ctrl brds_mutant 10 \1 /' mutants.txt >mutate.ys
yosys -q -p "read_rtlil design.il; script mutate.ys; write_verilog -noattr mutated.v" >yosys.log 2>&1
# a mutation may close a loop of gates: Verilator warns, and stops where one oscillates
verilator --cc -O3 -Wno-fatal --top-module "$core" --prefix Vdut --Mdir obj mutated.v >verilator.log 2>&1
sed 's/^\( *\)dut->top.reset(new Vdut.*/&\n\1dut->top->brds_mutant = std::atoi(std::getenv("BRDS_MUTANT"));/' \
    core/sim/shim.cpp >shim.cpp
# one source: most of a small model's compile time are headers
for source in obj/*.cpp; do echo "#include \"$source\""; done >all.cc
includes="-I. -Iobj -I$SRCDIR/verif/harness -I$VERILATOR_HOME/include -I$VERILATOR_HOME/include/vltstd"
# shellcheck disable=SC2086 # words
c++ "${OPT_FAST:--O1}" -w -DVM_SC=0 -DVM_TRACE=0 -DVM_COVERAGE=0 $includes -c -o model.o all.cc >compile.log 2>&1
# shellcheck disable=SC2086
c++ -O1 -DVM_TRACE=0 -DVM_COVERAGE=0 $includes -c -o shim.o shim.cpp >>compile.log 2>&1
link
rm -rf obj
mv key.new key
