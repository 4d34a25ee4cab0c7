#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Makes a spec that fails small: keys are left out, layers dropped, numbers halved as long as the same stage
# fails.  Prints the small spec, its seed and stage, and the command that repeats the failure.
#
#   shrink.sh SEED | SPEC [SEED]     a random spec's seed, or a spec and the seed of its network (default 1)
#   shrink.sh --self-test            shrinks a large spec for a made-up failure and checks the result
#
# Environment: SHRINK_ATTEMPTS (default 60), SHRINK_SECONDS (default 300), OUT (default build/random/shrink);
# that of verif/job.sh.
set -u
here=$(cd "$(dirname "$0")" && pwd)

# "Fails" if there is a projection and more than 2 PEs: of a spec with every key, two keys must stay.
self_test() {
    work=$BUILDDIR/random/self-test
    rm -rf "$work"
    mkdir -p "$work"
    cat >"$work/fails.sh" <<'END'
grep -q '"projection_size"' "$1" && [ "$(sed -n 's/^ *"pes": \([0-9]*\),*$/\1/p' "$1")" -gt 2 ]
END
    "$HARNESS/shrink" --attempts 200 -o "$work/small.json" -- "$here/large.json" sh "$work/fails.sh" || exit 3
    if cmp -s "$work/small.json" "$here/large.shrunk.json"; then
        echo "shrink: self-test passed"
        return 0
    fi
    echo "shrink: self-test failed: a large spec became"
    cat "$work/small.json"
    return 4
}

. "$here/common.sh"
case ${1:-} in
--self-test)
    self_test
    exit ;;
'')
    echo "usage: shrink.sh SEED | SPEC [SEED] | --self-test" >&2
    exit 2 ;;
esac
OUT=${OUT:-$BUILDDIR/random/shrink}
export OUT
mkdir -p "$OUT"
if [ -f "$1" ]; then
    spec=$1
    seed=${2:-1}
else
    seed=$1
    spec=$OUT/random_$seed.json
    "$HARNESS/randspec" "$seed" >"$spec" || exit 3
fi
stage=$(sh "$here/stage.sh" "$seed" "$spec" | tail -n 1)
case $stage in
passed)
    echo "shrink: $1 passes, there is nothing to shrink"
    exit ;;
'')
    exit 3 ;;
esac
small=$OUT/small_$seed.json
"$HARNESS/shrink" --attempts "${SHRINK_ATTEMPTS:-60}" --seconds "${SHRINK_SECONDS:-300}" -o "$small" -- \
    "$spec" sh "$here/stage.sh" --is "$stage" "$seed" || exit 3
cat "$small"
echo "seed $seed fails at: $stage"
echo "repeat with: sh verif/random/stage.sh $seed $small"
