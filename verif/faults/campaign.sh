#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A campaign of disturbed sequences over the cores of specs.txt (verif/harness/faults_campaign.c): every kind of
# fault in turn, in $FAULT_SEQUENCES sequences (default 10000) in all.
#
#   campaign.sh [NAME...]
#
# It goes in chunks, each a core and a seed; a chunk that passed is kept in $BUILDDIR/faults/campaign and not run
# again until the core or the tests change. Fails if a chunk fails, or if a kind of fault was never injected, or
# an event never met some place of a step. Writes $BUILDDIR/verification/faults.json.
# Environment: BRDSGEN, SRCDIR, BUILDDIR, CC; FAULT_SEED: the first seed (default 1).
set -u
here=$SRCDIR/verif/faults
OUT=$BUILDDIR/faults
HARNESS=$BUILDDIR/harness
BRDSLIB=$BUILDDIR/libbrds.a
chunk=100
VERILATOR_HOME=$(verilator --getenv VERILATOR_ROOT) || {
    echo "faults: verilator is not installed (Debian package: verilator)" >&2
    exit 3
}
export BRDSGEN SRCDIR HARNESS BRDSLIB VERILATOR_HOME
all=no
if [ $# -eq 0 ]; then
    all=yes
    # shellcheck disable=SC2046 # names are words
    set -- $(sed 's/#.*//' "$here/specs.txt")
fi
begin=$(date +%s)
sh "$SRCDIR/verif/build_harness.sh" || exit 3
results=$OUT/campaign
mkdir -p "$results"
work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT
failed=0

# what a result holds for
key_of() {
    "$BRDSGEN" gen "$spec" --random-model 1 -o "$work/core" >/dev/null 2>&1 || return
    cat "$work"/core/rtl/* "$spec" "$HARNESS/libfaults.a" "$here/build.sh" | sha256sum | cut -c 1-16
}

# run SEED: a chunk of the campaign
run() {
    result=$results/$name-$1.tsv
    [ "$(head -n 1 "$result" 2>/dev/null)" != "key	$key" ] || return 0
    rm -f "$result"
    [ -x "$OUT/$name/faults" ] && [ "$(cat "$OUT/$name/key" 2>/dev/null)" = "$key" ] || {
        sh "$here/build.sh" "$name" "$OUT/$name" >"$OUT/$name.build.log" 2>&1 || {
            echo "FAIL $name: build ($OUT/$name.build.log)"
            return 1
        }
        echo "$key" >"$OUT/$name/key"
    }
    cd "$OUT/$name/core/rtl" || exit 3 # fixed weights are read from the current folder
    start=$(date +%s)
    if (ulimit -t 1200 && exec "$OUT/$name/faults" "$spec" --random-model 1 --count $chunk --seed "$1" \
        --campaign "$work/tally") >"$results/$name-$1.log" 2>&1; then
        { printf 'key\t%s\nseconds\t%s\n' "$key" $(($(date +%s) - start)) && cat "$work/tally"; } >"$result.new"
        mv "$result.new" "$result"
        rm -f "$results/$name-$1.log"
    else
        echo "FAIL $name, seed $1:"
        cat "$results/$name-$1.log"
        return 1
    fi
}

sequences=${FAULT_SEQUENCES:-10000}
chunks=$(((sequences + $# * chunk - 1) / ($# * chunk)))
first=${FAULT_SEED:-1}
: >"$work/list"
for name; do
    spec=$SRCDIR/verif/specs/valid/$name/spec.json
    key=$(key_of)
    seed=$first
    while [ "$seed" -lt $((first + chunks)) ]; do
        run "$seed" && echo "$results/$name-$seed.tsv" >>"$work/list" || failed=$((failed + 1))
        seed=$((seed + 1))
    done
    echo "$name: $chunks chunks of $chunk sequences, $failed failed so far"
done

part=$work/faults.json
sh "$here/report.sh" "$work/list" "$part" $(($(date +%s) - begin)) $failed "$@"
status=$?
if [ $all = yes ] && [ -s "$part" ]; then
    mkdir -p "$BUILDDIR/verification"
    cp "$part" "$BUILDDIR/verification/faults.json.new"
    mv "$BUILDDIR/verification/faults.json.new" "$BUILDDIR/verification/faults.json"
fi
[ $status -eq 0 ] && [ $failed -eq 0 ]
