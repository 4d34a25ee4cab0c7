#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# run.sh [SEED]: training that is interrupted must end as if it had not been.
#
# Killed: a run is killed (SIGKILL) five times, at moments that SEED (default 1)
# draws, and resumed each time; network and log must be those of an undisturbed
# run, but for the seconds in the log.
# Disk full: the file system refuses a checkpoint half-way; the message says so,
# the checkpoint before it stays, nothing else is left, and the run goes on from
# it once there is room.
#
# Both with the spoken digits of examples/, with the hardware's numbers too, and
# with a language model of a text made here.  Ends with what passed, and a line
# "train P F S" in $COUNTS if that is set.  Environment: BRDSGEN (default: brdsgen
# of the current folder), SRCDIR, BUILDDIR.
set -u
LC_ALL=C
export LC_ALL

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd) || exit 3
SRCDIR=${SRCDIR:-$(dirname "$(dirname "$here")")}
BRDSGEN=${BRDSGEN:-$(pwd)/brdsgen}
work=${BUILDDIR:-$(pwd)/build}/check/train
seed=${1:-1}
kills=5
digits=$SRCDIR/examples/digits
if [ ! -x "$BRDSGEN" ]; then
    echo "train: there is no program $BRDSGEN"
    exit 3
fi
rm -rf "$work"
mkdir -p "$work" && cd "$work" || exit 3

passed=0 failed=0
# verdict NAME WHAT...: counts what the last command said.
verdict() {
    if [ $? = 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "train: $*: FAILED"
    fi
}

now() { # seconds; whole ones where date has no %N
    date +%s.%N | sed 's/\.%*N$//'
}

without_seconds() { # LOG
    sed 's/,"seconds":[^,}]*//' "$1"
}

# A text of 30 words in which the word before last and the last tell the next one, mostly.
make_text() { # WORDS SEED
    awk -v words="$1" -v seed="$2" 'BEGIN {
        srand(seed)
        for (i = 1; i <= words; i++) {
            next_word = rand() < 0.8 ? (a * 7 + b * 3 + 1) % 30 : int(rand() * 30)
            a = b; b = next_word
            printf "w%d%s", b, i % 12 ? " " : "\n"
        }
        print "" }'
}

# train KIND FOLDER OPTION...: the files are in FOLDER, the messages in FOLDER/said.  A checkpoint
# after every minibatch, so that most of the time one is being written.
train() {
    kind=$1 folder=$2
    shift 2
    set -- "$@" --threads 1 -o "$folder/out" --log "$folder/log" --checkpoint "$folder/check" --every 0
    case $kind in
    digits) set -- "$digits/spec.json" -d "$digits/workload.safetensors" --epochs 24 --batch 8 \
        --dropout 0.2 "$@" ;;
    quantised) set -- "$digits/spec.json" -d "$digits/workload.safetensors" --epochs 16 --batch 8 \
        --quantised "$@" ;;
    text) set -- text.json -d text.txt --task language-model --epochs 24 --chunk 10 --dropout 0.1 "$@" ;;
    esac
    exec "$BRDSGEN" train "$@" >"$folder/said" 2>&1
}

same_end() { # FOLDER KIND
    cmp -s "$2.whole/out" "$1/out" || { echo "    the networks differ"; return 1; }
    without_seconds "$2.whole/log" >"$1/wanted"
    without_seconds "$1/log" | diff "$1/wanted" - | head -n 5
    without_seconds "$1/log" | cmp -s "$1/wanted" -
}

# Five times: start or go on, wait, kill.  Counts in `landed` those that ended a run.
kill_often() { # KIND FOLDER SECONDS SEED
    landed=0
    for wait in $(awk -v n=$kills -v all="$3" -v seed="$4" 'BEGIN {
        srand(seed); for (i = 0; i < n; i++) printf "%.3f\n", all * (0.03 + 0.25 * rand()) }'); do
        train "$1" "$2" --resume &
        run=$!
        sleep "$wait"
        kill -9 $run 2>/dev/null
        wait $run 2>/dev/null
        [ $? != 137 ] || landed=$((landed + 1))
    done
}

check_killed() { # KIND SEED
    mkdir "$1.whole" "$1.killed" || exit 3
    begin=$(now)
    (train "$1" "$1.whole")
    verdict "$1: an undisturbed run" || return
    seconds=$(echo "$(now) $begin" | awk '{ printf "%.3f", $1 - $2 }')
    kill_often "$1" "$1.killed" "$seconds" "$2"
    [ $landed -gt 1 ]
    verdict "$1: only $landed of $kills kills came before the end"
    (train "$1" "$1.killed" --resume) && same_end "$1.killed" "$1"
    verdict "$1: after $landed kills the end is another"
    echo "train: $1: $landed kills, undisturbed $seconds s"
}

# The limit, in blocks of 512 or 1024 bytes, is less than a checkpoint has, and more than a log.
full_disk() { # KIND FOLDER
    blocks=$(wc -c <"$2/check" | awk '{ print int($1 / 1024 / 2) }')
    (
        trap '' XFSZ # a write then fails as on a full disk
        ulimit -f "$blocks"
        train "$1" "$2" --resume
    )
}

check_full_disk() { # KIND
    mkdir "$1.full" || exit 3
    (train "$1" "$1.full") &
    run=$!
    until [ -e "$1.full/check" ]; do sleep 0.01; done
    kill -9 $run
    wait $run 2>/dev/null
    rm -f "$1.full"/.check.*
    cp "$1.full/check" "$1.before"
    ls -A "$1.full" >"$1.list"
    full_disk "$1" "$1.full"
    [ $? = 3 ]
    verdict "$1: the status of a run on a full disk"
    grep -q 'full/check: error: cannot write; is the disk full' "$1.full/said"
    verdict "$1: the message of a run on a full disk"
    cmp -s "$1.before" "$1.full/check"
    verdict "$1: the checkpoint from before the disk was full"
    ls -A "$1.full" | cmp -s "$1.list" -
    verdict "$1: what a run on a full disk leaves"
    (train "$1" "$1.full" --resume) && same_end "$1.full" "$1"
    verdict "$1: going on once there is room"
}

make_text 9000 "$seed" >text.txt
cat >text.json <<'END'
{
  "brds": 1,
  "name": "text",
  "network": { "input_size": 16, "layers": [ { "hidden_size": 24, "nnz_x": 4, "nnz_h": 6 } ] },
  "hardware": { "pes": 1, "lanes_x": 1, "lanes_h": 1 }
}
END
{
    check_killed digits "$seed"
    check_killed quantised $((seed + 100))
    check_killed text $((seed + 200))
    check_full_disk digits
    check_full_disk text
} 2>"$work/shell" # the shell's own words about killed children
echo "train: $passed passed, $failed failed"
[ -z "${COUNTS-}" ] || echo "train $passed $failed 0" >>"$COUNTS"
[ $failed = 0 ]
