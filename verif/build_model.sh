#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Compiles what Verilator made of a core (folder OBJ) and links it with a test program:
#
#   build_model.sh OBJ SHIM LIBRARY OPT PROGRAM
#
# SHIM: the core's sim/shim.cpp; LIBRARY: libharness.a or another of $HARNESS; OPT: -O0 where compiling
# takes longer than simulating: everything then is one source with precompiled headers, a tenth of the
# time of a file by file build. Environment: HARNESS, BRDSLIB, SRCDIR, VERILATOR_HOME.
set -eu
obj=$1 shim=$2 library=$3 opt=$4 program=$5
includes="-I$HARNESS -I$SRCDIR/verif/harness -I$obj -I$VERILATOR_HOME/include -I$VERILATOR_HOME/include/vltstd"
# shellcheck disable=SC2046,SC2086 # words of options
link() { # COMPILER... INPUT...
    "$@" $(cat "$HARNESS/linker") "$HARNESS/$library" "$HARNESS/libverilated.a" "$BRDSLIB" \
        $(cat "$HARNESS/libraries") -o "$program"
}
if [ "$opt" = -O0 ]; then
    {
        echo "#include \"$shim\""
        for source in "$obj"/*.cpp; do echo "#include \"$source\""; done
    } >"$obj/all.cc"
    # shellcheck disable=SC2046,SC2086
    $(cat "$HARNESS/compile_O0") $includes -c -o "$obj/all.o" "$obj/all.cc"
    link c++ "$obj/all.o"
else
    make -s -C "$obj" -f Vdut.mk OPT_FAST="$opt" OPT_SLOW=-O0 Vdut__ALL.a
    # shellcheck disable=SC2086
    link c++ -O1 $includes "$shim" "$obj/Vdut__ALL.a"
fi
