#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Wrong bits in weight memories with check bits: turns bits of simulated cores at random places, one word
# after the other, in every column of every memory, and asks for the counters, errors and outputs that
# docs/streams.md and docs/registers.md promise.  Suite of verif/check.sh: "protect P F S" to $COUNTS.
#
#   run.sh [NAME...]        specs of verif/specs/valid (default: those with "protect")
#
# Environment: BRDSGEN, SRCDIR, BUILDDIR, CC; UPSETS: words with wrong bits a core (default 200).
# Writes BUILDDIR/verification/protect.json when all cores ran.
set -u
UPSETS=${UPSETS:-200}
OUT=$BUILDDIR/protect
HARNESS=$BUILDDIR/harness
BRDSLIB=$BUILDDIR/libbrds.a
here=$SRCDIR/verif/protect

# finish PASSED FAILED SKIPPED
finish() {
    [ -z "${COUNTS:-}" ] || echo "protect $1 $2 $3" >>"$COUNTS"
    echo "$1 passed, $2 failed"
    [ "$2" -eq 0 ] && [ $(($1 + $3)) -gt 0 ]
    exit
}

VERILATOR_HOME=$(verilator --getenv VERILATOR_ROOT 2>/dev/null) || {
    echo "protect: skipped, verilator is not installed"
    finish 0 0 1
}
export SRCDIR HARNESS BRDSLIB VERILATOR_HOME
whole=$#
[ $# -gt 0 ] || set -- protect_parity protect_parity_rom protect_secded protect_secded_rom
sh "$SRCDIR/verif/build_harness.sh" || exit 3
rm -rf "$OUT"
mkdir -p "$OUT" || exit 3
begin=$(date +%s)
${CC:-cc} -std=c11 -O2 -g -Wall -Wextra -Wpedantic -Wshadow -Wconversion -D_POSIX_C_SOURCE=200809L \
    -I"$SRCDIR/gen" -I"$SRCDIR/verif/harness" -I"$here" -c -o "$OUT/upsets.o" "$here/upsets.c" || exit 3
rm -f "$HARNESS/libprotect.a"
ar rcs "$HARNESS/libprotect.a" "$OUT/upsets.o" "$HARNESS/driver.o" "$HARNESS/memory.o" || exit 3

# build NAME: $OUT/NAME/upsets
build() {
    work=$OUT/$1
    mkdir -p "$work"
    "$BRDSGEN" gen "$SRCDIR/verif/specs/valid/$1/spec.json" --random-model 1 -o "$work/core" &&
        cd "$work/core/rtl" &&
        verilator --cc -O3 -DSYNTHESIS --top-module "$1" --prefix Vdut --Mdir "$work/obj" "$here/public.vlt" -f files.f &&
        printf '#include "%s"\n' "$work/core/sim/shim.cpp" "$here/memories.in" >"$work/shim.cpp" &&
        sh "$SRCDIR/verif/build_model.sh" "$work/obj" "$work/shim.cpp" libprotect.a -O0 "$work/upsets"
}

passed=0
failed=0
for name; do
    (build "$name") >"$OUT/$name.build.log" 2>&1 || {
        echo "FAIL $name: build ($OUT/$name.build.log)"
        failed=$((failed + 1))
        continue
    }
    spec=$SRCDIR/verif/specs/valid/$name/spec.json
    # fixed weights are read from the current folder
    if (cd "$OUT/$name/core/rtl" && "$OUT/$name/upsets" "$spec" \
        --random-model 1 --sequences "$(sh "$SRCDIR/verif/sequences.sh" "$spec" 2)" --steps 3 --upsets "$UPSETS" -o "$OUT/$name.json") >"$OUT/$name.log" 2>&1; then
        passed=$((passed + 1))
        echo "ok   $name: $UPSETS words with wrong bits"
        rm -rf "$OUT/$name"
    else
        failed=$((failed + 1))
        echo "FAIL $name"
        head -n 12 "$OUT/$name.log" | sed 's/^/     /'
    fi
done

# number KEY FILE
number() {
    sed -n 's/.*"'"$1"'": *\([0-9]*\).*/\1/p' "$2"
}

# sum KEY
sum() {
    total=0
    for file in "$OUT"/*.json; do total=$((total + $(number "$1" "$file"))); done
    echo "$total"
}

rows() {
    link=
    for file in "$OUT"/*.json; do
        printf '%s["%s"' "$link" "$(basename "$file" .json)"
        for key in upsets single moment double spread data check parity in_units changed corrected uncorrected \
            undetected failures; do
            printf ', %s' "$(number $key "$file")"
        done
        printf ']'
        link=', '
    done
}

report() {
    printf '{"part": "protect", "title": "Wrong bits in weight memories", "command": "%s", "date": "%s", "seconds": %s,
 "tools": {"verilator": "%s"},
 "figures": {"cores": %d, "upsets": %d, "sequences_with_changed_outputs": %d, "words_corrected": %d,
  "words_reported": %d, "double_in_a_parity_column_not_seen": %d, "failures": %d},
 "tables": [{"title": "Words with wrong bits, by core", "columns": ["core", "words", "a bit before the run",
  "a bit during it", "two bits of a column", "a bit in two columns", "data bit first", "check bit first",
  "parity bit first", "in biases", "outputs changed", "reads corrected", "reads reported", "not to be seen",
  "failures"], "rows": [%s]}],
 "not_verified": ["Three and more wrong bits of a column: beyond what the codes promise.",
  "Wrong bits in vector and cell state memories, buffers, registers and the configuration memory: not protected."]}\n' \
        "sh verif/protect/run.sh" "$(date +%Y-%m-%d)" "$(($(date +%s) - begin))" \
        "$(verilator --version | sed 's/^Verilator \([0-9.]*\).*/\1/')" "$passed" "$(sum upsets)" "$(sum changed)" \
        "$(sum corrected)" "$(sum uncorrected)" "$(sum undetected)" "$(sum failures)" "$(rows)"
}

if [ "$whole" -eq 0 ] && [ "$failed" -eq 0 ]; then
    part=$BUILDDIR/verification/protect.json
    mkdir -p "${part%/*}" && report >"$part.new" && mv "$part.new" "$part"
fi
finish "$passed" "$failed" 0
