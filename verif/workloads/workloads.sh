#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Trains, prunes, quantises, packs and simulates networks on real tasks, and measures each from the
# hardware's outputs.
#
#   workloads.sh [--quick] [WORKLOAD...]      of digits, sentiment, ptb; all without names
#
# --quick: a few minutes on the data that come with the project.  All else needs $BRDS_DATA (default
# ../shared/data beside the source tree); a workload whose data are absent is skipped by name.
# What was finished is not done again: remove build/workloads to start anew.  From the environment:
# SEEDS, SPARSITIES, PATTERNS, BITS (of a weight; empty: no hardware), BRDS_DATA, BRDSGEN, SRCDIR, BUILDDIR, CC;
# JOBS: how many patterns are pruned and measured at a time (default: the processors);
# THOROUGH: the seed whose pairs Penn Treebank's others take (default: the first), to run them elsewhere.
#
# Results: build/workloads/results.json, results.md and plots (brdsgen report workloads).
set -u
quick=no
[ "${1:-}" = --quick ] && quick=yes && shift
workloads=${*:-digits sentiment ptb}
[ $quick = no ] || workloads=digits
data=${BRDS_DATA:-$SRCDIR/../shared/data}
top=$BUILDDIR/workloads
[ $quick = no ] || top=$BUILDDIR/workloads-quick
here=$SRCDIR/verif/workloads
seeds=${SEEDS:-1}
sparsities=${SPARSITIES:-0.75 0.875 0.9375}
patterns=${PATTERNS:-dense unstructured bank block row dual}
bits=${BITS-16 8}
jobs=${JOBS:-$(nproc)}
[ $quick = no ] || { sparsities=0.875 patterns="row dual"; }
HARNESS=$BUILDDIR/harness
BRDSLIB=$BUILDDIR/libbrds.a
VERILATOR_HOME=$(verilator --getenv VERILATOR_ROOT) || {
    echo "workloads: verilator is not installed (Debian package: verilator)" >&2
    exit 3
}
export BRDSGEN SRCDIR HARNESS BRDSLIB VERILATOR_HOME
sh "$SRCDIR/verif/build_harness.sh" || exit 3

# fail WHAT LOG
fail() {
    echo "workloads: $1 failed, see $2" >&2
    tail -n 3 "$2" >&2
    exit 1
}

# setup WORKLOAD: its files and recipes (of the dense network, of a pattern's retraining, of the search for a
# pair of ratios), the thorough seeds (each, or the first alone: the others take its pairs, and their hardware
# is the C model alone), and the bits of a weight that are so few that the network is trained with them
setup() {
    spec=$here/$1.json thorough=$seeds tuned=
    case $1 in
    digits)
        files="--data $data/spoken_digits/fsdd_mfcc_train.safetensors"
        test=$data/spoken_digits/fsdd_mfcc_test.safetensors
        recipe="--epochs 24 --dropout 0.2 --decay 0.92"
        retraining="--epochs 20 --ramp 8 --dropout 0.1 --decay 0.92 --decay-from 9"
        searching="--trials 7 --trial-epochs 6"
        tuned="4"
        if [ $quick = yes ]; then
            tuned=
            e=$SRCDIR/examples/digits/workload.safetensors
            files="--data $e --valid $e" test=$e
            recipe="--epochs 30 --batch 10"
            retraining="--epochs 12 --batch 10"
            searching="--trials 3 --trial-epochs 4"
        fi
        ;;
    sentiment)
        files="--data $data/sst2/train.tsv --valid $data/sst2/dev.tsv"
        test=$data/sst2/test.tsv
        recipe="--epochs 14 --dropout 0.6 --batch 16 --rate 0.001 --decay 0.85 --decay-from 6"
        retraining="--epochs 6 --ramp 3 --dropout 0.6 --batch 16 --rate 0.001 --decay 0.7 --decay-from 4"
        searching="--trials 7 --trial-epochs 3 --trial-ramp 2"
        ;;
    ptb)
        files="--task language-model --data $data/ptb/ptb.train.txt --valid $data/ptb/ptb.valid.txt"
        test=$data/ptb/ptb.test.txt
        recipe="--epochs 7"
        retraining="--epochs 3 --ramp 1 --decay-from 2 --decay 0.4"
        searching="--trials 5 --trial-epochs 1 --trial-ramp 0" thorough=${THOROUGH:-${seeds%% *}}
        ;;
    *)
        echo "workloads: '$1' is none of digits, sentiment, ptb" >&2
        exit 2
        ;;
    esac
    if [ ! -f "$test" ]; then
        echo "workloads: $1 skipped, there is no $test (BRDS_DATA)"
        return 1
    fi
}

# dense WORKLOAD SEED
dense() {
    [ -s "$run/dense.json" ] && return
    echo "$1, seed $2: dense"
    # shellcheck disable=SC2086 # options
    "$BRDSGEN" train "$spec" $files --test "$test" $recipe --seed "$2" --threads "${THREADS:-1}" \
        --checkpoint "$run/dense.checkpoint" --resume --log "$run/dense.jsonl" \
        --plot "$run/dense.svg" -o "$run/dense.safetensors" --json >"$run/dense.json.new" 2>"$run/dense.log" ||
        fail "training $1" "$run/dense.log"
    mv "$run/dense.json.new" "$run/dense.json"
}

is_thorough() { # SEED
    case " $thorough " in *" $1 "*) ;; *) return 1 ;; esac
}

# counts SEED SPARSITY PATTERN: sets the spec and the options that decide how many weights a row keeps
counts() {
    from=$spec sparse="--sparsity $2"
    [ "$3" = dual ] || return
    if is_thorough "$1"; then
        sparse="$sparse $searching"
    else
        from=$top/$workload/seed$thorough/$2/dual/spec.json sparse="--trials 0"
    fi
}

# prune WORKLOAD SEED SPARSITY PATTERN [OPTION...]
prune() {
    [ -s "$at/prune.json" ] && return
    echo "$*"
    counts "$2" "$3" "$4"
    workload_=$1 seed_=$2 pattern_=$4
    shift 4
    # shellcheck disable=SC2086 # options
    "$BRDSGEN" prune "$from" --model "$run/dense.safetensors" $files --test "$test" $retraining $sparse \
        --pattern "$pattern_" --seed "$seed_" --threads "${THREADS:-1}" "$@" \
        --work "$at/work" --resume --log "$at/log.jsonl" \
        $([ "$pattern_" = row ] || [ "$pattern_" = dual ] && echo --write-spec "$at/spec.json") \
        -o "$at/model.safetensors" --json >"$at/prune.json.new" 2>"$at/prune.log" ||
        fail "pruning $workload_" "$at/prune.log"
    mv "$at/prune.json.new" "$at/prune.json"
    rm -rf "$at/work"
}

# hardware WORKLOAD SEED BITS: C model and RTL on the test set, with weights of so many bits
hardware() {
    hw=$at/bits$3
    mkdir -p "$hw"
    if [ -s "$hw/c_model.json" ]; then
        [ -s "$hw/rtl.json" ] || ! is_thorough "$2" && return
    fi
    awk -v bits="$3" '/"weight"/ { w = 1 } w && /"bits"/ { sub(/[0-9]+/, bits); w = 0 } { print }' \
        "$at/spec.json" >"$hw/spec.json"
    "$BRDSGEN" check "$hw/spec.json" >"$hw/check.log" 2>&1 || fail "the spec of $1" "$hw/check.log"
    # shellcheck disable=SC2086 # options
    "$BRDSGEN" workload "$hw/spec.json" --model "$at/model.safetensors" ${files%%--data*} --data "$test" \
        -o "$hw/test.safetensors" >"$hw/workload.log" 2>&1 || fail "the workload of $1" "$hw/workload.log"
    "$BRDSGEN" run "$hw/spec.json" --model "$at/model.safetensors" --workload "$hw/test.safetensors" \
        --json >"$hw/c_model.json.new" 2>"$hw/run.log" || fail "the C model of $1" "$hw/run.log"
    mv "$hw/c_model.json.new" "$hw/c_model.json"
    is_thorough "$2" && simulate "$1"
    rm -rf "$hw/work" "$hw/runs" "$hw/test.safetensors"
}

# simulate WORKLOAD: what hardware() prepared
simulate() {
    OUT=$hw STALLS=0 RUN_SECONDS=40000 sh "$SRCDIR/verif/job.sh" rtl "$hw/spec.json" "$at/model.safetensors" "$hw/test.safetensors" \
        1000000 0 no -O2 >"$hw/job.log" 2>&1
    [ -s "$hw/runs/rtl-verilator-0.json" ] || fail "the simulation of $1" "$hw/job.log"
    grep -q '"error"\|FAIL' "$hw/runs/rtl-verilator-0.json" "$hw/job.log" && fail "the simulation of $1" "$hw/job.log"
    mv "$hw/runs/rtl-verilator-0.json" "$hw/rtl.json"
}

# pattern WORKLOAD SEED SPARSITY PATTERN
pattern() {
    at=$run/$3/$4
    [ "$4" = dense ] && at=$run/dense-retrained
    mkdir -p "$at"
    prune "$1" "$2" "$3" "$4"
    case $4 in
    row | dual) for b in $bits; do hardware "$1" "$2" "$b"; done ;;
    esac
}

# trained WORKLOAD SEED SPARSITY BITS: rows of equal ratios, retrained with weights of so few bits
trained() {
    at=$run/$3/row-trained-with-$4-bits
    mkdir -p "$at"
    prune "$1" "$2" "$3" row --bits "$4" --quantised-epochs 6
    hardware "$1" "$2" "$4"
}

# start COMMAND...: in the background, so many at a time; finish: waits for all, and ends if one has failed
# (a shell lets what runs in its background ignore the interrupt key)
trap 'kill 0' INT
started= running=0
start() {
    [ "$running" -lt "$jobs" ] || finish
    "$@" &
    started="$started $!" running=$((running + 1))
}
finish() {
    failed=no
    for process in $started; do wait "$process" || failed=yes; done
    started= running=0
    [ $failed = no ] || exit 1
}

for workload in $workloads; do
    setup "$workload" || continue
    for seed in $seeds; do
        run=$top/$workload/seed$seed
        mkdir -p "$run"
        dense "$workload" "$seed"
        for sparsity in $sparsities; do
            for pattern in $patterns; do
                # there is one retrained dense network, whatever the sparsity
                [ "$pattern" != dense ] || [ "$sparsity" = "${sparsities%% *}" ] || continue
                start pattern "$workload" "$seed" "$sparsity" "$pattern"
            done
            for b in $tuned; do start trained "$workload" "$seed" "$sparsity" "$b"; done
        done
        finish
    done
    "$BRDSGEN" report workloads "$top" || exit 1
done
