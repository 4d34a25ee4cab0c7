#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Pruning with data, as a user runs it, on the example's 60 utterances and with tiny budgets:
#
#   killed     runs killed at random moments and resumed end in the same files as one that was not
#   finished   a finished run, resumed, trains nothing
#   packed     the network and the spec that are written go through check, import and pack, whatever
#              the network and the options
#   pair       a pair that was found is used again without a search
#   quantised  the C model of the packed network is as accurate as the validation with its numbers
#
# Counts go to $COUNTS (see verif/check.sh).  Environment: BRDSGEN, SRCDIR, BUILDDIR; PRUNE_SEED (of
# the random moments, default 1).
set -u
LC_ALL=C
export LC_ALL
here=$SRCDIR/verif/prune
data=$SRCDIR/examples/digits/workload.safetensors
work=$BUILDDIR/check/prune
passed=0 failed=0
rm -rf "$work"
mkdir -p "$work" || exit 3
cd "$work" || exit 3

set_options="--data $data --valid $data --batch 10 --threads 1"

pass() {
    passed=$((passed + 1))
}

# fail WHAT [LOG]
fail() {
    failed=$((failed + 1))
    echo "prune: FAILED: $1"
    [ -z "${2-}" ] || sed 's/^/    /' "$2" | tail -n 10
}

# dense SPEC: a trained network in SPEC.dense
dense() {
    # shellcheck disable=SC2086 # options
    "$BRDSGEN" train "$here/$1.json" $set_options --epochs 15 --rate 0.004 -o "$1.dense" >log 2>&1 || {
        fail "training $1" log
        return 1
    }
}

# ---- killed and resumed ----

# become_prune FOLDER OPTION...: in the place of the shell, so that $! is the program
become_prune() {
    to=$1
    shift
    # shellcheck disable=SC2086 # options
    exec "$BRDSGEN" prune "$here/projected.json" --model projected.dense $set_options --test "$data" \
        --pattern dense,unstructured,bank,block,row,dual --sparsity 0.7 --epochs 4 --trial-epochs 2 \
        --trials 4 --dropout 0.1 --bits 5 --quantised-epochs 2 --work "$to/work" --log "$to/log" \
        -o "$to/model" --write-spec "$to/spec" --json "$@" >"$to/json" 2>"$to/err"
}

prune_all() {
    (become_prune "$@")
}

# What is the same however often a run was interrupted.
compare() { # FOLDER
    for run in straight "$1"; do
        sed 's/"train_seconds": [^,}]*//; s/"output": [^,]*//' "$run/json" >"$run/json.plain"
        sed 's/"seconds":[^,}]*//' "$run/log" >"$run/log.plain"
    done
    for file in model spec json.plain log.plain; do
        cmp "straight/$file" "$1/$file" || return 1
    done
}

# delay N: the N-th random moment, 0.05 to 0.85 s
delay() {
    awk -v seed="${PRUNE_SEED:-1}" -v n="$1" 'BEGIN { srand(seed * 1000 + n); printf "%.3f", 0.05 + 0.8 * rand() }'
}

check_killed() { # FOLDER EVERY
    mkdir "$1"
    kills=0
    while [ $kills -lt 12 ]; do
        (become_prune "$1" --resume --every "$2") &
        sleep "$(delay "$kills$2")"
        kill -9 $! 2>/dev/null || break
        wait $! 2>/dev/null
        kills=$((kills + 1))
    done
    wait $! 2>/dev/null
    if ! prune_all "$1" --resume --every "$2"; then
        fail "resumed after $kills kills" "$1/err"
    elif ! compare "$1" >log 2>&1; then
        fail "after $kills kills other files" log
    else
        pass
    fi
}

check_finished() {
    cp straight/log log.before
    cp straight/json json.before
    prune_all straight --resume || fail "a finished run, resumed" straight/err
    if cmp -s log.before straight/log && cmp -s json.before straight/json; then
        pass
    else
        fail "a finished run was trained again"
    fi
    if prune_all straight --resume --seed 2; then
        fail "the folder of another run was taken"
    elif grep -q "there 'seed 1', here 'seed 2'" straight/err; then
        pass
    else
        fail "another run's folder" straight/err
    fi
}

# ---- what is written is packed, and computes what was reported ----

# number KEY FILE: the last number of this key
number() {
    sed -n "s/^ *\"$1\": \([0-9.e-]*\).*/\1/p" "$2" | tail -n 1
}

# check_written SPEC OPTION...
check_written() {
    name=$1
    what="$*"
    shift
    # shellcheck disable=SC2086 # options
    if "$BRDSGEN" prune "$here/$name.json" --model "$name.dense" $set_options --epochs 4 --trial-epochs 2 --trials 3 \
        --rate 0.003 -o model --write-spec spec --json "$@" >json 2>log &&
        "$BRDSGEN" check spec >log 2>&1 &&
        "$BRDSGEN" import spec --model model -o /dev/null --check-balance >log 2>&1 &&
        "$BRDSGEN" pack spec --model model -o packed >log 2>&1 &&
        "$BRDSGEN" run spec --model model --workload "$data" --json >run 2>log; then
        pass
        [ "$(number quantised_epochs json)" = 0 ] || check_accuracy "$what"
    else
        fail "$what" log
    fi
}

# Within two of 60 sequences: sums in float may differ in their last bits.
check_accuracy() { # WHAT
    valid=$(awk '/"pattern"/ { p = 1 } p && /"accuracy"/ { gsub(/[^0-9.e-]/, "", $2); a = $2; p = 0 }
        END { print a }' json)
    fixed=$(awk '/"fixed"/ { f = 1 } f && /"accuracy"/ { gsub(/[^0-9.e-]/, "", $2); print $2; exit }' run)
    if awk -v a="$valid" -v b="$fixed" 'BEGIN { d = a - b; exit !(a != "" && b != "" && d * d <= (2.01 / 60) ^ 2) }'; then
        pass
    else
        fail "$1: validation $valid, C model $fixed"
    fi
}

# check_pair: a pair that was found is used again without a search, and gives the same network
check_pair() {
    # shellcheck disable=SC2086 # options
    set -- "$BRDSGEN" prune --model plain.dense $set_options --epochs 4 --trial-epochs 2 --rate 0.003 --pattern dual
    "$@" "$here/plain.json" --trials 3 --sparsity 0.8 -o found --write-spec pair >log 2>&1 &&
        "$@" pair --trials 0 -o again --json >json 2>log || {
        fail "a pair used again" log
        return
    }
    if cmp found again >log 2>&1 && grep -q '"trials": \[\]' json; then
        pass
    else
        fail "a pair used again gives another network" log
    fi
}

for spec in projected two plain; do
    dense $spec || exit 1
done
mkdir straight
if prune_all straight; then
    check_killed one 0.05
    check_killed two 60
    check_finished
else
    fail "a run with every pattern" straight/err
fi
check_written projected
check_written projected --sparsity 0.8 --bits 5
check_written projected --sparsity 0.9 --fill-lanes
check_written two --sparsity 0.7 --per-layer --bits 4
check_pair
check_written two --sparsity 0.7 --fill-lanes
check_written plain --pattern dual --bits 4
check_written plain --pattern unstructured,dual,row --sparsity 0.85 --ramp 0
check_written plain --sparsity 0.99 --quantised-epochs 2

echo "prune: $passed passed, $failed failed"
[ -z "${COUNTS-}" ] || echo "prune $passed $failed 0" >>"$COUNTS"
[ $failed = 0 ]
