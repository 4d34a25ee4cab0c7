#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Generates the core of a spec, synthesises it with Yosys for a family, checks
# the netlist and writes the area report.
#
#   run.sh [SPEC TARGET]...      or SPEC and TARGET from the environment
#
# SPEC may be a list of files, TARGET a list of families: all pairs are run.
# A target left out is the spec's own. Environment: BRDSGEN, SRCDIR, BUILDDIR;
# MODEL: the network of ROM designs (default: the model.safetensors beside the
# spec, else a random network); SUMMARY=no leaves out the table at the end.
#
# Exit status: 0; else that of the last failure: 1 wrong spec, 2 usage, 3 a tool
# or a file, 4 the netlist is wrong.
set -u

fail() {
    echo "synth: $*" >&2
}

command -v yosys >/dev/null 2>&1 || {
    fail "yosys is not installed (Debian package: yosys)"
    exit 3
}

targets=$(cd "$SRCDIR/synth" && for script in *.ys; do printf '%s ' "${script%.ys}"; done)

# value KEY SPEC: of a key that a spec has once, a string without escapes
value() {
    tr '\n' ' ' <"$2" | sed -n 's/.*"'"$1"'"[[:space:]]*:[[:space:]]*"\([^"]*\)".*/\1/p'
}

# retarget SPEC FAMILY: the spec for another family (the family decides attributes in the RTL)
retarget() {
    if [ -n "$(value family "$1")" ]; then
        sed 's/\("family"[[:space:]]*:[[:space:]]*\)"[^"]*"/\1"'"$2"'"/' "$1"
    elif grep -q '"target"' "$1"; then
        sed 's/\("target"[[:space:]]*:[[:space:]]*{\)/\1 "family": "'"$2"'",/' "$1"
    else
        sed 's/\("brds"[[:space:]]*:[[:space:]]*1\)/\1, "target": { "family": "'"$2"'" }/' "$1"
    fi
}

# synthesise NAME TARGET OUT: yosys on OUT/core; its log is OUT/yosys.log, the counts OUT/stat.json
synthesise() {
    (cd "$3/core/rtl" && yosys -q -l "$3/yosys.log" -p "
        read_verilog $(tr '\n' ' ' <files.f)
        hierarchy -check -top $1
        script $SRCDIR/synth/$2.ys
        check -noinit
        tee -q -o $3/stat.json stat -json") >"$3/yosys.out" 2>&1 || {
        fail "yosys failed for $1 on $2: $(grep ERROR "$3/yosys.out" | tail -n 1) (see $3/yosys.log)"
        return 3
    }
    # Two drivers of one net: Yosys takes the net as undefined, deletes the logic behind it and exits with 0.
    if grep -E 'Driver-driver conflict|multiple conflicting drivers' "$3/yosys.log" >&2; then
        fail "conflicting drivers: the netlist of $1 for $2 is wrong (see $3/yosys.log)"
        return 4
    fi
}

# landings LOG: how often each kind of cell holds a memory, by the memories' names without their numbers
landings() {
    sed -n 's/^mapping memory [^.]*\.\(.*\) via \(.*\)$/\1 \2/p
            s/^using FF mapping for memory [^.]*\.\(.*\)$/\1 logic/p' "$1" |
        sed 's/\[[0-9]*\]//g; s/\$__//' | sort | uniq -c
}

# one SPEC TARGET; an empty target is the spec's own
one() {
    [ -r "$1" ] || {
        fail "cannot read the spec '$1'"
        return 3
    }
    name=$(value name "$1")
    target=${2:-$(value family "$1")}
    target=${target:-generic}
    case " $targets" in *" $target "*) ;; *)
        fail "unknown target '$target'; one of: $targets"
        return 2
        ;;
    esac
    beside=$(dirname "$1")/model.safetensors
    out=$BUILDDIR/synth/$name-$target
    mkdir -p "$out" || return 3
    rm -f "$out"/report.* "$out/stat.json" "$out/yosys.log"
    retarget "$1" "$target" >"$out/spec.json" || return 3
    if [ -n "${MODEL:-}" ]; then
        set -- --model "$MODEL"
    elif [ -f "$beside" ]; then
        set -- --model "$beside"
    else
        set -- --random-model 1
    fi
    $BRDSGEN gen "$out/spec.json" "$@" -o "$out/core" >"$out/gen.log" || return

    begin=$(date +%s%N)
    synthesise "$name" "$target" "$out" || return
    end=$(date +%s%N)
    landings "$out/yosys.log" >"$out/memories.txt"
    megabytes=$(sed -n 's/.*MEM: \([0-9]*\)[.0-9]* MB peak.*/\1/p' "$out/yosys.log" | tail -n 1)
    $BRDSGEN report synth "$out/stat.json" --spec "$out/spec.json" --target "$target" \
        --milliseconds $(((end - begin) / 1000000)) --megabytes "${megabytes:-0}" -o "$out"
}

status=0
if [ $# -eq 0 ]; then
    for s in ${SPEC:-$SRCDIR/examples/digits/spec.json}; do
        for t in ${TARGET:-own}; do
            [ "$t" != own ] || t=
            one "$s" "$t" || status=$?
        done
    done
elif [ $(($# % 2)) -ne 0 ]; then
    fail "usage: run.sh [SPEC TARGET]..."
    exit 2
else
    while [ $# -ge 2 ]; do
        one "$1" "$2" || status=$?
        shift 2
    done
fi
if [ -d "$BUILDDIR/synth" ] && [ "${SUMMARY:-yes}" = yes ]; then
    echo
    $BRDSGEN report summary "$BUILDDIR/synth" || exit
fi
exit $status
