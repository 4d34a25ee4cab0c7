#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The regression: every spec of examples/ and verif/specs/valid/ through verif/job.sh, then one report and
# one table.
#
#   regress.sh quick [NAME...]
#
# NAME...: only these.
set -u
mode=$1
shift
OUT=$BUILDDIR/verify
HARNESS=$BUILDDIR/harness
BRDSLIB=$BUILDDIR/libbrds.a
jobs=${JOBS:-2}
icarus_limit=64 # multipliers
VERILATOR_HOME=$(verilator --getenv VERILATOR_ROOT) || {
    echo "verify: verilator is not installed (Debian package: verilator)" >&2
    exit 3
}
export BRDSGEN SRCDIR OUT HARNESS BRDSLIB VERILATOR_HOME

# what every run links: the harness and Verilator's run-time, compiled once
sh "$SRCDIR/verif/build_harness.sh" || exit 3

rm -rf "$OUT/runs" "$OUT/work"
mkdir -p "$OUT/runs"

list=$OUT/jobs.txt
: >"$list"
# job NAME SPEC MODEL WORKLOAD SEQUENCES STEPS ICARUS OPT
job() {
    printf '"%s"' "$1" >>"$list"
    shift
    for word; do printf ' "%s"' "$word"; done >>"$list"
    echo >>"$list" # no blank before it: to xargs that would join the lines
}

wanted() { # NAME: true if no names were given, or this is one
    [ -z "$names" ] && return 0
    case " $names " in *" $1 "*) return 0 ;; esac
    return 1
}
names=$*

examples() {
    e=$SRCDIR/examples
    # the long ones first, so that two workers end together
    wanted ptb && job ptb "$e/ptb/spec.json" random random 1 3 no -O2
    wanted timit && job timit "$e/timit/spec.json" random random 1 6 no -O2
    wanted timit_open && job timit_open "$e/timit/open.json" random random 1 6 no -O0
    wanted timit_p1 && job timit_p1 "$e/timit/spec_p1.json" random random 1 6 no -O2
    wanted digits && job digits "$e/digits/spec.json" "$e/digits/model.safetensors" \
        "$e/digits/workload.safetensors" 60 0 no -O2
    wanted digits_sparse && job digits_sparse "$e/digits/sparse.json" "$e/digits/sparse.safetensors" \
        "$e/digits/workload.safetensors" 60 0 no -O2
    wanted digits_ecp5 && job digits_ecp5 "$e/digits/ecp5.json" random random 2 20 no -O0
    fsdd=${BRDS_DATA:-$SRCDIR/../shared/data}/spoken_digits/fsdd_mfcc_test.safetensors
    if [ ! -f "$fsdd" ]; then
        wanted digits_fsdd && echo "verify: digits_fsdd skipped, there is no $fsdd (BRDS_DATA)"
    else
        wanted digits_fsdd && job digits_fsdd "$e/digits/spec.json" "$e/digits/model.safetensors" "$fsdd" 300 0 no -O2
    fi
    wanted digits_icarus && job digits_icarus "$e/digits/spec.json" "$e/digits/model.safetensors" \
        "$e/digits/workload.safetensors" 1 0 yes -O2
    wanted sentiment && job sentiment "$e/sentiment/spec.json" random random 2 20 no -O2
    wanted tiny_ice40 && job tiny_ice40 "$e/tiny_ice40/spec.json" random random 4 10 yes -O0
}

# Icarus takes the specs with few multipliers; the others would take it hours.
small() { # SPEC LIMIT
    m=$("$BRDSGEN" plan "$1" --json 2>/dev/null | sed -n 's/^ *"multipliers": *\([0-9]*\).*/\1/p' | head -n 1)
    [ "${m:-999}" -le "$2" ] && echo yes || echo no
}

valid() {
    for spec in "$SRCDIR"/verif/specs/valid/*/spec.json; do
        name=$(basename "$(dirname "$spec")")
        wanted "$name" && job "$name" "$spec" random random "$(sh "$SRCDIR/verif/sequences.sh" "$spec" 4)" 8 "$(small "$spec" $icarus_limit)" -O0
    done
}

case $mode in
quick)
    examples
    valid ;;
*)
    echo "usage: regress.sh quick [NAME...]" >&2
    exit 2 ;;
esac

total=$(wc -l <"$list")
echo "verify: $total specs, $jobs at a time"
xargs -P "$jobs" -L 1 sh "$SRCDIR/verif/job.sh" <"$list"
"$BRDSGEN" report verify "$OUT"
status=$?
# of all specs: a part of the verification
[ $# -gt 0 ] || { mkdir -p "$BUILDDIR/verification" && cp "$OUT/part.json" "$BUILDDIR/verification/regression.json"; }
exit $status
