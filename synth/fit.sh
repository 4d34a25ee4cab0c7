#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# fit.sh FAMILY: the area model of a family for `brdsgen explore`, from cores that are synthesised for it.
#
# Makes the specs of area/design.txt from area/base.json, runs run.sh on each, fits the model and writes
# area/FAMILY.json (or $OUT). A core whose report is there already is not synthesised again; with $JOBS=N as many
# run at a time. Environment: BRDSGEN, SRCDIR, BUILDDIR. Exit status: 0; that of a failed core; 2 usage.
set -u

fail() {
    echo "fit: $*" >&2
}

[ $# -eq 1 ] && [ -f "$SRCDIR/synth/$1.ys" ] || {
    fail "usage: fit.sh FAMILY, a family that synth has a script for"
    exit 2
}
family=$1
work=$BUILDDIR/area/$family
out=${OUT:-$SRCDIR/synth/area/$family.json}
mkdir -p "$work/specs" || exit 3

# spec NAME KEY=VALUE...: base.json with these values
spec() {
    file=$work/specs/$1.json
    name=$1
    shift
    set -- "name=$name" "target.family=$family" "$@"
    for setting in "$@"; do
        set -- "$@" --sweep "$setting"
        shift
    done
    $BRDSGEN explore "$SRCDIR/synth/area/base.json" "$@" --write-spec "$file" >/dev/null
}

# core NAME: in a folder of its own, so that several can run
core() {
    [ ! -s "$work/cores/$1-$family/report.json" ] || return 0
    BUILDDIR=$work/run-$1 SUMMARY=no MODEL='' sh "$SRCDIR/synth/run.sh" "$work/specs/$1.json" "$family" \
        >"$work/$1.log" 2>&1 || {
        fail "$1 failed: see $work/$1.log"
        return 4
    }
    mkdir -p "$work/cores/$1-$family" &&
        cp "$work/run-$1/synth/$1-$family/spec.json" "$work/run-$1/synth/$1-$family/report.json" \
            "$work/cores/$1-$family/" && rm -rf "$work/run-$1" && echo "$1"
}

grep -v '^#' "$SRCDIR/synth/area/design.txt" >"$work/design" || exit 3
names= running=0 status=0
while read -r name settings; do
    # shellcheck disable=SC2086 # one word a setting
    spec "$name" $settings || exit
    names="$names $name"
done <"$work/design"
pids=
for name in $names; do
    core "$name" &
    pids="$pids $!"
    running=$((running + 1))
    if [ $running -ge "${JOBS:-1}" ]; then
        for pid in $pids; do wait "$pid" || status=$?; done
        pids= running=0
    fi
done
for pid in $pids; do wait "$pid" || status=$?; done
[ $status -eq 0 ] || exit $status
$BRDSGEN explore "$work/cores" --fit -o "$out"
