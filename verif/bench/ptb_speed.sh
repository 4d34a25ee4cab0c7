#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# ptb_speed.sh [THREADS]: training speed on the Penn Treebank network (ptb200.json,
# see ptb_torch.py), of PyTorch and of brdsgen, three times each in turn, 100
# minibatches of 20 streams and 20 steps.  Validation and reading are not timed.
# Prints one JSON object: both medians in tokens a second, brdsgen's share of
# PyTorch's, and the load before (1 minute): above 1.5 the figures are no
# measurement.
#
# Text: $BRDS_DATA/ptb/ptb.train.txt, as in ptb_torch.py.  Environment: BRDSGEN
# (default: brdsgen of the current folder), PYTHON (default: python3).
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
BRDSGEN=${BRDSGEN:-$(pwd)/brdsgen}
text=${BRDS_DATA:-$here/../../../shared/data}/ptb/ptb.train.txt
threads=${1:-1} minibatches=100
[ -r "$text" ] || { echo "ptb_speed.sh: there is no $text" >&2; exit 3; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
load=$(cut -d ' ' -f 1 /proc/loadavg 2>/dev/null || echo null)
head -n 1 "$text" >"$work/valid"

speed() { # the number of tokens_per_s in standard input
    sed -n 's/.*"tokens_per_s": *\([0-9.]*\).*/\1/p'
}

for run in 1 2 3; do
    "${PYTHON:-python3}" "$here/ptb_torch.py" $minibatches --threads "$threads" | speed >>"$work/torch"
    "$BRDSGEN" train "$here/ptb200.json" --task language-model --data "$text" --valid "$work/valid" \
        --format words --limit $((20 * 20 * minibatches + 1)) --epochs 1 --rate 1 --clip 5 \
        --threads "$threads" --json -o "$work/out" | speed >>"$work/brdsgen"
done
awk -v load="$load" -v threads="$threads" -v minibatches=$minibatches '
    function median(list) { # of three
        a = list[1]; b = list[2]; c = list[3]
        return a < b ? (b < c ? b : a < c ? c : a) : (a < c ? a : b < c ? c : b)
    }
    FILENAME ~ /torch$/ { torch[FNR] = $1 + 0 }
    FILENAME ~ /brdsgen$/ { ours[FNR] = $1 + 0 }
    END {
        t = median(torch); o = median(ours)
        printf "{\"torch_tokens_per_s\": %.1f, \"brdsgen_tokens_per_s\": %.1f, \"ratio\": %.3f, ", t, o, o / t
        printf "\"threads\": %d, \"minibatches\": %d, \"load\": %s}\n", threads, minibatches, load
    }' "$work/torch" "$work/brdsgen"
