#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The whole verification (make verify-full): each part below in turn.  A part that passed is not run again
# until program, templates or tests change, so that a killed run goes on; most parts also keep what they did.
# The measured parts are gathered in BUILDDIR/verification.json; with --docs in docs/verification.json,
# from which docs/verification.md is printed.  Ends with "N passed, N failed", parts each.
#
#   full.sh [--docs] [PART...]
#
# Environment: BRDSGEN, SRCDIR, BUILDDIR, CC, MAKE; what the parts take (RANDOM_SPECS, FAULT_SEQUENCES,
# UPSETS, FUZZ_SECONDS ...); runs in the folder of the build.
set -u
LC_ALL=C
export LC_ALL
unset COUNTS
parts="regression random formal faults protect netlist coverage_rtl coverage_c mutation inject program slurm fuzz"
docs=no
if [ "${1-}" = --docs ]; then
    docs=yes
    shift
fi
[ $# -gt 0 ] || set -- $parts
out=$BUILDDIR/full
measured=$BUILDDIR/verification
mkdir -p "$out" "$measured" || exit 3

key=$(cd "$SRCDIR" && find gen rtl_templates synth verif examples configure Makefile.in -type f ! -path '*/.*' |
    sort | xargs cat | sha256sum | cut -c 1-16)

# run PART
run() {
    case $1 in
    regression) sh "$SRCDIR/verif/regress.sh" quick ;;
    random) sh "$SRCDIR/verif/random/run.sh" ;;
    formal) sh "$SRCDIR/verif/formal/run.sh" && sh "$SRCDIR/verif/formal/run.sh" --self-test ;;
    faults) sh "$SRCDIR/verif/faults/campaign.sh" ;;
    protect) UPSETS=${UPSETS:-2000} sh "$SRCDIR/verif/protect/run.sh" ;;
    netlist) sh "$SRCDIR/verif/netlist/run.sh" ;;
    coverage_rtl) sh "$SRCDIR/verif/coverage/rtl.sh" ;;
    coverage_c) sh "$SRCDIR/verif/coverage/c.sh" ;;
    mutation) sh "$SRCDIR/verif/mutation/run.sh" ;;
    inject) INJECT=full sh "$SRCDIR/verif/inject/run.sh" ;;
    program) sh "$SRCDIR/verif/program/run.sh" ;;
    slurm) sh "$SRCDIR/verif/slurm/run.sh" ;;
    fuzz) FUZZ_SECONDS=${FUZZ_SECONDS:-3600} sh "$SRCDIR/verif/fuzz/run.sh" ;;
    *) echo "full: '$1' is no part; there are: $parts" >&2 && exit 2 ;;
    esac
}

passed=0 failed=0
for part; do
    if [ "$(cat "$out/$part" 2>/dev/null)" = "$key" ]; then
        echo "== $part: passed before"
        passed=$((passed + 1))
        continue
    fi
    echo "== $part"
    run "$part"
    status=$?
    [ $status != 2 ] || exit 2
    if [ $status = 0 ]; then
        passed=$((passed + 1))
        echo "$key" >"$out/$part"
    else
        failed=$((failed + 1))
        echo "== $part: FAILED"
    fi
done
"$BRDSGEN" report verification "$measured" -o "$BUILDDIR/verification.json" || failed=$((failed + 1))
if [ $docs = yes ]; then
    "$BRDSGEN" report verification "$measured" -o "$SRCDIR/docs/verification.json" &&
        "$BRDSGEN" report verification "$SRCDIR/docs/verification.json" >"$SRCDIR/docs/verification.md" ||
        failed=$((failed + 1))
fi
echo "$passed passed, $failed failed"
[ $failed = 0 ]
