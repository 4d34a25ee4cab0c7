#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# brdsgen explore starts its syntheses through a real scheduler: a Slurm of one node in a folder of its own, `--launch
# 'srun -n1'`. Checks that Slurm ran each job, that each left its area report, and that a resumed run starts none anew.
# Needs root, as slurmd does, and Debian's packages slurmctld slurmd slurm-client munge. Ends with "N passed, N failed";
# without the packages or root with "skipped".
#
# Environment: BRDSGEN, SRCDIR; COUNTS (a suite of verif/check.sh) if set.
set -u
passed=0 failed=0

finish() { # SKIPPED
    [ -z "${COUNTS-}" ] || echo "slurm $passed $failed $1" >>"$COUNTS"
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
    exit
}

for tool in munged slurmctld slurmd srun yosys; do
    command -v $tool >/dev/null 2>&1 || {
        echo "slurm: skipped, $tool is not installed"
        finish 1
    }
done
[ "$(id -u)" -eq 0 ] || { echo "slurm: skipped, slurmd needs root"; finish 1; }

work=$(mktemp -d) || exit 3
chmod 755 "$work"
mkdir "$work/munge" "$work/state" "$work/spool"
stop() {
    for pid in "$work"/*.pid; do [ ! -s "$pid" ] || kill "$(cat "$pid")" 2>/dev/null; done
    sleep 1
    rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT TERM

node=$(hostname -s)
port=$((20000 + $$ % 20000))
cat >"$work/slurm.conf" <<END
ClusterName=one
SlurmctldHost=$node(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthInfo=socket=$work/munge/socket
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SrunPortRange=$((port + 10))-$((port + 90))
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobAcctGatherType=jobacct_gather/none
NodeName=$node NodeAddr=127.0.0.1 CPUs=$(nproc)
PartitionName=all Nodes=ALL Default=YES
END
SLURM_CONF=$work/slurm.conf
export SLURM_CONF
head -c 1024 /dev/urandom >"$work/munge/key" && chmod 400 "$work/munge/key"
{
    munged --key-file="$work/munge/key" --socket="$work/munge/socket" --pid-file="$work/munged.pid" \
        --log-file="$work/munged.log" --seed-file="$work/munge/seed" --force &&
        slurmctld -f "$SLURM_CONF" && slurmd -f "$SLURM_CONF"
} >"$work/log" 2>&1
tries=0
until [ "$(sinfo -h -o %T 2>/dev/null)" = idle ]; do
    tries=$((tries + 1))
    [ $tries -le 30 ] || { cat "$work"/*log && echo "slurm: the node does not come up" && exit 3; }
    sleep 1
done

check() { # TEXT COMMAND...
    text=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
        echo "ok      $text"
    else
        failed=$((failed + 1))
        echo "FAILED  $text"
    fi
}
jobs() { # how many jobs Slurm has given the node
    grep -c '_slurm_rpc_allocate_resources\|sched: Allocate JobId' "$work/slurmctld.log"
}
explore() {
    "$BRDSGEN" explore "$SRCDIR/synth/area/base.json" --sweep hardware.pes=1,2 --device lfe5u-85 -o "$work/explored" --synth 2 --jobs 2 \
        --launch 'srun -n1' --resume >"$work/explore.log" 2>&1
}

check "explore --synth with srun" explore
ran=$(jobs)
check "Slurm ran $ran jobs of 2" [ "$ran" -eq 2 ]
check "two reports" [ "$(find "$work/explored/synth" -name report.json | wc -l)" -eq 2 ]
check "measured figures are in the report" grep -q '"measured": {' "$work/explored/explore.json"
check "resumed" explore
check "no job ran twice" [ "$(jobs)" -eq "$ran" ]
[ $failed -eq 0 ] || tail -n 20 "$work/explore.log" "$work/slurmctld.log"
finish 0
