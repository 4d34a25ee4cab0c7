#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Compiles what every simulation links: the C11 harness (libharness.a), the tests under faults
# (libfaults.a), Verilator's run-time (libverilated.a), the headers of its models, and the programs of
# verif/random, into $HARNESS.
set -eu
mkdir -p "$HARNESS"
# nothing to do: the same tools, and no source is newer than the last build
tools="$SRCDIR $(${CC:-cc} --version | head -n 1) $(verilator --version) $(c++ --version | head -n 1) \
$(clang++ --version 2>/dev/null | head -n 1)"
if [ "$(cat "$HARNESS/tools" 2>/dev/null)" = "$tools" ]; then
    newer=$(find "$SRCDIR/gen" "$SRCDIR/verif/harness" "$SRCDIR/verif/random" "$SRCDIR/verif/build_harness.sh" \
        "$BRDSLIB" -type f \( -name '*.[ach]' -o -name '*.sh' \) -newer "$HARNESS/tools" | head -n 1)
    [ -n "$newer" ] || exit 0
fi
echo "$tools" >"$HARNESS/tools.new" # what changes from here on is newer
libraries="-ljansson -lz -lmd -lm -lpthread"
if nm "$BRDSLIB" 2>/dev/null | grep -q 'U H5open'; then # it was built with HDF5
    libraries="$(pkg-config --libs hdf5 2>/dev/null || echo -lhdf5) $libraries"
fi
echo "$libraries" >"$HARNESS/libraries"
flags="-std=c11 -O2 -g -Wall -Wextra -Wpedantic -Wshadow -Wconversion -D_POSIX_C_SOURCE=200809L"
for source in harness driver memory faults faults_axil faults_campaign faults_random faults_reference faults_reset \
    faults_run faults_stimulus faults_streams faults_w faults_x faults_y; do
    ${CC:-cc} $flags -I"$SRCDIR/gen" -I"$SRCDIR/verif/harness" -c -o "$HARNESS/$source.o" \
        "$SRCDIR/verif/harness/$source.c"
done
rm -f "$HARNESS/libharness.a" "$HARNESS/libfaults.a"
ar rcs "$HARNESS/libharness.a" "$HARNESS/harness.o" "$HARNESS/driver.o" "$HARNESS/memory.o"
ar rcs "$HARNESS/libfaults.a" "$HARNESS"/faults*.o "$HARNESS/driver.o" "$HARNESS/memory.o"

# the programs of verif/random
for source in goals generate randspec randmodel keycover shrink; do
    ${CC:-cc} $flags -I"$SRCDIR/gen" -c -o "$HARNESS/$source.o" "$SRCDIR/verif/random/$source.c"
done
for program in randspec randmodel keycover shrink; do
    ${CC:-cc} -o "$HARNESS/$program" "$HARNESS/$program.o" "$HARNESS/generate.o" "$HARNESS/goals.o" \
        "$BRDSLIB" $libraries
done

# Verilator's part
v=$VERILATOR_HOME/include
model="-I$v -I$v/vltstd -DVM_SC=0 -DVM_TRACE=0 -DVM_COVERAGE=0 -DVERILATOR=1"
for source in verilated verilated_threads; do
    [ -f "$v/$source.cpp" ] || continue
    c++ -O2 $model -c -o "$HARNESS/$source.o" "$v/$source.cpp"
done
rm -f "$HARNESS/libverilated.a"
ar rcs "$HARNESS/libverilated.a" "$HARNESS"/verilated*.o
# How a model is compiled without optimisation: Clang takes half of the time of GCC.
printf '%s\n' '#include "verilated.h"' '#include <algorithm>' '#include <cstdlib>' '#include <memory>' \
    >"$HARNESS/model.h"
if clang++ -O0 $model -x c++-header -o "$HARNESS/model.pch" "$HARNESS/model.h" 2>/dev/null; then
    echo "clang++ -O0 -w $model -include-pch $HARNESS/model.pch" >"$HARNESS/compile_O0"
else
    c++ -O0 $model -x c++-header -o "$HARNESS/model.h.gch" "$HARNESS/model.h"
    echo "c++ -O0 -w $model -include $HARNESS/model.h" >"$HARNESS/compile_O0"
fi
echo 'int main() { return 0; }' >"$HARNESS/empty.cc"
: >"$HARNESS/linker"
if c++ -fuse-ld=gold -o "$HARNESS/empty" "$HARNESS/empty.cc" 2>/dev/null; then
    echo -fuse-ld=gold >"$HARNESS/linker" # a fifth of the usual linker's time
fi
mv "$HARNESS/tools.new" "$HARNESS/tools"
