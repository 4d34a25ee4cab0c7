#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What became of the mutants of some cores:
#
#   report.sh --first N CORE...            of the first N of each: the survivors and a line of counts
#   report.sh --json FILE SECONDS CORE...  of all: the same, a table of modules, and FILE, a part of the
#                                          verification's document
#
# Exit status 1 if a survivor is not explained in survivors.txt, or less than 97 % of the mutants that are
# not equivalent are killed; 2 if some mutants have not been run to the end.
# Environment: OUT.
set -uf
here=$(cd "$(dirname "$0")" && pwd)
first=1000000 json='' final=proofs
case $1 in
    --first) first=$2 final=flat && shift 2 ;;
    --json) json=$2 seconds=$3 && shift 3 ;;
esac
work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT

# one line a mutant: CORE MODULE VERDICT MEANS MUTATION; the last verdict counts
for core; do
    design=$(sha256sum <"$OUT/$core/design.il" | cut -c 1-16)
    awk -v design="$design" -v core="$core" -v first="$first" -v final="$final" '
        FILENAME == ARGV[1] && $1 == design {
            if (verdict[$2] != "killed" && verdict[$2] != "equivalent") { verdict[$2] = $4; means[$2] = $3 }
        }
        FILENAME == ARGV[2] && $1 <= first {
            line = $0
            sub(/^[^ ]* [^ ]* [^ ]* /, "", line)
            if (($2 in verdict) && verdict[$2] == "survived" && means[$2] != final) delete verdict[$2]
            if ($2 in verdict) print core "\t" $3 "\t" verdict[$2] "\t" means[$2] "\t" line
            else print core "\t" $3 "\tunknown\tnone\t" line
        }' "$OUT/$core/results.tsv" "$OUT/$core/mutants.txt"
done >"$work/all"

# survivors that survivors.txt explains
awk -F '\t' '
    FILENAME == ARGV[1] { if (!/^#/ && NF == 4) { n++; of[n] = $1; module[n] = $2; pattern[n] = $3; reason[n] = $4 } next }
    $3 == "survived" {
        why = ""
        for (i = 1; i <= n && why == ""; i++)
            if ((of[i] == "*" || $1 == of[i]) && $2 == module[i] && $5 ~ pattern[i]) why = reason[i]
        if (why != "") $3 = "explained"
        print $1 "\t" $2 "\t" $3 "\t" why "\t" $5
        next
    }
    { print $1 "\t" $2 "\t" $3 "\t" $4 "\t" $5 }' "$here/survivors.txt" "$work/all" >"$work/judged"

awk -F '\t' '
    function short(line,  mode, src) {
        mode = line; sub(/.*-mode /, "", mode); sub(/ -module.*/, "", mode)
        src = line; sub(/.* -src /, "", src)
        sub(/.* -cell /, "", line); sub(/ -(src|wire) .*/, "", line)
        return src ": " mode " " line
    }
    { n[$3]++ }
    $3 == "survived" || $3 == "explained" { print $3 " " $1 " " short($5) ($4 != "" ? ": " $4 : "") }
    END {
        rest = n["killed"] + n["explained"] + n["survived"] + n["unknown"]
        printf "%d killed, %d equivalent, %d explained, %d survived, %d not run: %.1f %%\n", n["killed"],
            n["equivalent"], n["explained"], n["survived"], n["unknown"], rest ? 100 * n["killed"] / rest : 0
    }' "$work/judged"

if [ -n "$json" ]; then
    awk -v seconds="$seconds" -v date="$(date -u +%Y-%m-%d)" -v cores="$*" \
        -v yosys="$(yosys -V | cut -d ' ' -f 2)" -v verilator="$(verilator --version | cut -d ' ' -f 2)" \
        -f "$here/report.awk" "$work/judged" >"$json.new" && mv "$json.new" "$json"
fi

awk -F '\t' '
    { n[$3]++ }
    END {
        if (n["unknown"]) exit 2
        exit n["survived"] > 0 || 100 * n["killed"] < 97 * (n["killed"] + n["explained"] + n["survived"])
    }' "$work/judged"
