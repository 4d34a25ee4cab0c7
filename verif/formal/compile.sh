#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Compiles a property file and its design files to SMT-LIB2 with Yosys.
#
#   compile.sh WORK PROPERTY FILES [NAME=VALUE...]     writes WORK/PROPERTY.smt2 and WORK/yosys.log
#
# FILES: names with commas between them; a file of this folder, of $RTL (default: rtl_templates),
# cut:FILE, a module of $RTL whose outputs are free instead, or core:SPEC, the register block of a core of verif/specs/valid (its name is then the macro REGS).
# Memories become registers before the hierarchy is flattened, so that invariants can name their words;
# an invariant names a signal of the design by a wire with the attribute hierconn.
# $MUTATE_NETLIST: commands of Yosys that change the elaborated design (verif/mutation).
# Exit status: 0; 1 if Yosys fails; 2 if a core is needed and there is no brdsgen.
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=$1 property=$2 files=$3
shift 3
RTL=${RTL:-$SRCDIR/rtl_templates}

script=
define=
cut=
for file in $(echo "$files" | tr , ' '); do
    case $file in
        core:*)
            [ -x "${BRDSGEN:-/nonexistent}" ] || exit 2
            "$BRDSGEN" gen "$SRCDIR/verif/specs/valid/${file#core:}/spec.json" --random-model 1 \
                -o "$work/core" >"$work/yosys.log" 2>&1 || exit 1
            regs=$(ls "$work"/core/rtl/*_regs.v)
            define="-DREGS=$(basename "$regs" .v)"
            [ -z "${MUTATE:-}" ] || sed -i "$MUTATE" "$regs"
            script="$script read_verilog $regs;"
            ;;
        cut:*)
            script="$script read_verilog -lib $RTL/${file#cut:};"
            cut="$cut t:*$(basename "${file#cut:}" .v)*"
            ;;
        *)
            if [ -f "$here/$file" ]; then
                script="$script read_verilog -sv -formal $here/$file;"
            else
                script="$script read_verilog $RTL/$file;"
            fi
            ;;
    esac
done
sets=
for set in "$@"; do sets="$sets -set ${set%%=*} ${set#*=}"; done
yosys -q -p "$script read_verilog -sv -formal $define $here/$property.v; ${sets:+chparam $sets $property;} \
    prep -top $property; ${MUTATE_NETLIST:+$MUTATE_NETLIST;} memory_nordff; memory_map; flatten; ${cut:+cutpoint$cut;} \
    opt_clean; async2sync; \
    setundef -undriven -anyseq; write_smt2 -wires $work/$property.smt2" >"$work/yosys.log" 2>&1
