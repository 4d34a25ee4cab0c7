# SPDX-License-Identifier: Apache-2.0
#
# Sourced by the scripts of this folder: the environment of verif/job.sh, and how a random spec goes through it.
# The including script has set `here`.
SRCDIR=${SRCDIR:-$(cd "$here/../.." && pwd)}
BUILDDIR=${BUILDDIR:-$(pwd)/build}
BRDSGEN=${BRDSGEN:-$(dirname "$BUILDDIR")/brdsgen}
HARNESS=${HARNESS:-$BUILDDIR/harness}
BRDSLIB=${BRDSLIB:-$BUILDDIR/libbrds.a}
VERILATOR_HOME=$(verilator --getenv VERILATOR_ROOT) || {
    echo "random: verilator is not installed (Debian package: verilator)" >&2
    exit 3
}
export SRCDIR BUILDDIR BRDSGEN HARNESS BRDSLIB VERILATOR_HOME
[ -x "$HARNESS/shrink" ] || sh "$SRCDIR/verif/build_harness.sh" || exit 3

# through NAME SPEC SEED: the spec with the seed's random network and workload; the results are in $OUT.
# Every second network has large weights.  Icarus takes one seed in three, and small cores only: it would take
# most of the time.
through() {
    model=random:$3
    if [ $(($3 % 2)) -eq 0 ]; then
        mkdir -p "$OUT/models"
        "$HARNESS/randmodel" "$2" "$3" "$OUT/models/$1.safetensors" && model=$OUT/models/$1.safetensors
    fi
    [ $(($3 % 3)) -eq 0 ] && icarus=60000 || icarus=no
    sh "$SRCDIR/verif/job.sh" "$1" "$2" "$model" "random:$3" \
        "$(sh "$SRCDIR/verif/sequences.sh" "$2" 3)" 6 "$icarus" -O0
    through_status=$?
    rm -f "$OUT/models/$1.safetensors"
    return $through_status
}
