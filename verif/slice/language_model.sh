#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# From a text to the perplexity of the hardware's own outputs: a small language model is trained and
# pruned, its workload is made, and the generated core runs it.  The network has its embedding and its
# head on the host.  Called by run.sh, after verif/regress.sh has compiled the harness; ends with
# status 1 and a reason where a figure is not what it must be.
set -u
spec=$SRCDIR/verif/slice/language_model.json
OUT=$BUILDDIR/verify/language_model
HARNESS=$BUILDDIR/harness
BRDSLIB=$BUILDDIR/libbrds.a
VERILATOR_HOME=$(verilator --getenv VERILATOR_ROOT) || exit 3
export OUT HARNESS BRDSLIB VERILATOR_HOME
rm -rf "$OUT"
mkdir -p "$OUT"

# fail WHY [LOG]
fail() {
    echo "language_model: $1"
    [ $# -lt 2 ] || tail -n 3 "$2"
    exit 1
}

# Twenty words; four times of five a word is told by the one before it.
text() { # WORDS SEED
    awk -v words="$1" -v seed="$2" 'BEGIN {
        srand(seed)
        for (i = 1; i <= words; i++) {
            word = rand() < 0.8 ? (7 * word + 3) % 20 : int(20 * rand())
            printf "w%d%s", word, i % 15 ? " " : "\n"
        }
    }'
}
text 6000 1 >"$OUT/train.txt"
text 700 2 >"$OUT/test.txt"
data="--task language-model --data $OUT/train.txt --test $OUT/test.txt --optimiser adam --threads 1 --json"

# shellcheck disable=SC2086 # options
"$BRDSGEN" train "$spec" $data --rate 0.01 --epochs 10 -o "$OUT/dense.safetensors" \
    >"$OUT/train.json" 2>"$OUT/log" || fail "training failed" "$OUT/log"
# shellcheck disable=SC2086
"$BRDSGEN" prune "$spec" $data --model "$OUT/dense.safetensors" --rate 0.005 --epochs 3 --ramp 1 \
    -o "$OUT/model.safetensors" >"$OUT/prune.json" 2>"$OUT/log" || fail "pruning failed" "$OUT/log"
"$BRDSGEN" workload "$spec" --model "$OUT/model.safetensors" --task language-model \
    --data "$OUT/test.txt" -o "$OUT/workload.safetensors" >"$OUT/log" 2>&1 || fail "no workload" "$OUT/log"
"$BRDSGEN" run "$spec" --model "$OUT/model.safetensors" --workload "$OUT/workload.safetensors" \
    --compare --json >"$OUT/run.json" 2>"$OUT/log" || fail "the C model failed" "$OUT/log"
sh "$SRCDIR/verif/job.sh" language_model "$spec" "$OUT/model.safetensors" "$OUT/workload.safetensors" \
    1 0 no -O0 >"$OUT/log" 2>&1
rtl=$OUT/runs/language_model-verilator
"$BRDSGEN" report verify "$OUT" >"$OUT/table" 2>&1 || fail "the simulation failed" "$OUT/log"
grep perplexity "$OUT/table"

# all FILE KEY: its numbers in the order of the file
all() { sed -n "s/^ *\"$2\": \([0-9.e+-]*\).*/\1/p" "$1"; }
# The hardware's is the C model's, whatever the stalls, and `run` says the same.
for stalls in 0 30; do
    for key in perplexity loss accuracy; do
        [ -n "$(all "$rtl-$stalls.json" $key)" ] &&
            [ "$(all "$rtl-$stalls.json" $key)" = "$(all "$rtl-$stalls.json" ${key}_model)" ] &&
            [ "$(all "$rtl-$stalls.json" $key)" = "$(all "$OUT/run.json" $key | head -n 1)" ] ||
            fail "$key of $rtl-$stalls.json is not the C model's"
    done
done
# The trainer's figure of the test text (the last perplexity that prune prints) is the float
# reference's; the hardware's is near it, and far below that of a guess among 20.
awk -v trainer="$(all "$OUT/prune.json" perplexity | tail -n 1)" \
    -v float="$(all "$OUT/run.json" perplexity | tail -n 1)" -v rtl="$(all "$rtl-0.json" perplexity)" 'BEGIN {
    d = trainer / float - 1; e = rtl / float - 1
    exit !(d < 1e-4 && d > -1e-4 && e < 0.05 && e > -0.05 && rtl < 12)
}' || fail "the perplexities of trainer, float reference and hardware are too far apart: see $OUT"
