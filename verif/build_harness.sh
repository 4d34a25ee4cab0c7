#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Compiles what every simulation links: the C11 harness (libharness.a), the tests under faults
# (libfaults.a), Verilator's run-time (libverilated.a) and the generator of random specs, into $HARNESS.
set -eu
mkdir -p "$HARNESS"
libraries="-ljansson -lz -lmd -lm -lpthread"
if nm "$BRDSLIB" 2>/dev/null | grep -q 'U H5open'; then # it was built with HDF5
    libraries="$(pkg-config --libs hdf5 2>/dev/null || echo -lhdf5) $libraries"
fi
echo "$libraries" >"$HARNESS/libraries"
flags="-std=c11 -O2 -g -Wall -Wextra -Wpedantic -Wshadow -Wconversion -D_POSIX_C_SOURCE=200809L"
for source in harness driver faults faults_axil faults_random faults_reference faults_reset faults_run \
    faults_stimulus faults_w faults_x faults_y; do
    ${CC:-cc} $flags -I"$SRCDIR/gen" -I"$SRCDIR/verif/harness" -c -o "$HARNESS/$source.o" \
        "$SRCDIR/verif/harness/$source.c"
done
rm -f "$HARNESS/libharness.a" "$HARNESS/libfaults.a"
ar rcs "$HARNESS/libharness.a" "$HARNESS/harness.o" "$HARNESS/driver.o"
ar rcs "$HARNESS/libfaults.a" "$HARNESS"/faults*.o "$HARNESS/driver.o"
if [ ! -s "$HARNESS/libverilated.a" ]; then
    v=$VERILATOR_HOME/include
    for source in verilated verilated_threads; do
        [ -f "$v/$source.cpp" ] || continue
        c++ -O2 -I"$v" -I"$v/vltstd" -DVM_SC=0 -DVM_TRACE=0 -DVM_COVERAGE=0 -DVERILATOR=1 -c \
            -o "$HARNESS/$source.o" "$v/$source.cpp"
    done
    ar rcs "$HARNESS/libverilated.a" "$HARNESS"/verilated*.o
fi
${CC:-cc} $flags -I"$SRCDIR/gen" -o "$HARNESS/randspec" "$SRCDIR/verif/harness/randspec.c" "$BRDSLIB" \
    $libraries
