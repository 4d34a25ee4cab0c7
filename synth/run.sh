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
# spec, else a random network).
set -u
command -v yosys >/dev/null 2>&1 || {
    echo "synth: yosys is not installed (Debian package: yosys)" >&2
    exit 3
}

# one SPEC TARGET
one() {
    spec=$1
    folder=$(cd "$(dirname "$spec")" && pwd) || return 3
    name=$(sed -n 's/^ *"name": *"\([^"]*\)".*/\1/p' "$spec" | head -n 1)
    target=$2
    [ -n "$target" ] || target=$(sed -n 's/.*"family": *"\([^"]*\)".*/\1/p' "$spec" | head -n 1)
    [ -n "$target" ] || target=generic
    script=$SRCDIR/synth/$target.ys
    [ -f "$script" ] || {
        echo "synth: unknown target '$target'; one of: $(cd "$SRCDIR/synth" && ls ./*.ys | sed 's|\./||; s/\.ys//' | tr '\n' ' ')" >&2
        return 2
    }
    model=${MODEL:-}
    if [ -z "$model" ] && [ -f "$folder/model.safetensors" ]; then model=$folder/model.safetensors; fi
    if [ -n "$model" ]; then set -- --model "$model"; else set -- --random-model 1; fi

    out=$BUILDDIR/synth/$name-$target
    mkdir -p "$out"
    rm -f "$out"/report.* "$out/stat.json"
    $BRDSGEN gen "$spec" "$@" -o "$out/core" >"$out/gen.log" || return
    begin=$(date +%s%N)
    (cd "$out/core/rtl" && yosys -q -l "$out/yosys.log" -p "
        read_verilog $(tr '\n' ' ' <files.f)
        hierarchy -check -top $name
        script $script
        check
        write_json $out/netlist.json
        tee -q -o $out/stat.json stat -json") >"$out/yosys.out" 2>&1 || {
        echo "synth: yosys failed for $name on $target: $(tail -n 1 "$out/yosys.out") (see $out/yosys.log)" >&2
        return 3
    }
    end=$(date +%s%N)
    # a product register with two drivers: Yosys deletes the logic behind it and exits with 0
    if grep -E 'Driver-driver conflict' "$out/yosys.log" >&2; then
        echo "synth: $name on $target: Yosys found conflicting drivers; the netlist is wrong" >&2
        return 4
    fi
    $BRDSGEN report synth "$out/stat.json" --spec "$spec" --target "$target" \
        --milliseconds $(((end - begin) / 1000000)) -o "$out"
}

[ $# -gt 0 ] || set -- pairs
status=0
if [ "$1" = pairs ]; then
    for s in ${SPEC:-$SRCDIR/examples/digits/spec.json}; do
        for t in ${TARGET:-own}; do
            [ "$t" = own ] && t=
            one "$s" "$t" || status=$?
        done
    done
else
    while [ $# -ge 2 ]; do
        one "$1" "$2" || status=$?
        shift 2
    done
fi
echo
$BRDSGEN report summary "$BUILDDIR/synth" || exit
exit $status
