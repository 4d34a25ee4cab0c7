#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# stage.sh [--is STAGE] SEED SPEC: the spec with the seed's random network through all stages; prints the one at
# which it fails, or "passed".  Exit status 0 if it passes, else 4.  With --is: prints nothing; 0 if it fails at
# that stage, else 4 (the question that shrinking asks).
# Environment: OUT (where the files go, default build/random/stage), and that of verif/job.sh.
set -u
here=$(cd "$(dirname "$0")" && pwd)
wanted=
[ "$1" = --is ] && wanted=$2 && STAGE=$2 && export STAGE && shift 2
seed=$1
spec=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
. "$here/common.sh"
OUT=${OUT:-$BUILDDIR/random/stage}
export OUT
mkdir -p "$OUT"
through stage "$spec" "$seed" >"$OUT/stage.log" 2>&1 || exit 3
stage=$(cat "$OUT/work/stage/failed" 2>/dev/null || echo passed)
if [ -z "$wanted" ]; then
    cat "$OUT/stage.log"
    echo "$stage"
    wanted=passed
fi
[ "$stage" = "$wanted" ] || exit 4
