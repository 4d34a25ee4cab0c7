#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# one.sh SEED: the seed's random spec through all stages; $OUT/done/SEED then says "passed" or the stage that
# failed.  A spec that fails is shrunk (SHRINK=no: not).  Called by run.sh, which sets the environment.
set -u
seed=$1
begin=$(date +%s)
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"
name=random_$seed
spec=$OUT/specs/$name.json
rm -f "$OUT/done/$seed" "$OUT/runs/$name"-*.json
"$HARNESS/randspec" "$seed" >"$spec.new" && mv "$spec.new" "$spec" || exit 3
through "$name" "$spec" "$seed" || exit 3
echo $(($(date +%s) - begin)) >>"$OUT/seconds"
if [ -s "$OUT/work/$name/failed" ]; then
    cp "$OUT/work/$name/failed" "$OUT/done/$seed"
    echo "FAIL $name: repeat with: sh verif/random/stage.sh $seed $spec"
    # a template that is wrong everywhere fails every spec: a few small ones are enough
    [ "${SHRINK:-yes}" = no ] || [ "$(ls "$OUT/shrink" | wc -l)" -ge 3 ] ||
        OUT=$OUT/shrink/$seed sh "$here/shrink.sh" "$spec" "$seed"
    exit 0
fi
rm -rf "$OUT/work/$name"
echo passed >"$OUT/done/$seed.new" && mv "$OUT/done/$seed.new" "$OUT/done/$seed"
